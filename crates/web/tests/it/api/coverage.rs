//! The API does everything that the pages do: every form of a page has its operation, or a reason why not.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use townhall_domain::dossier::Action as DossierAction;
use townhall_domain::task::Action as TaskAction;
use townhall_testkit::Site;

/// What a page sends, and the operations that do the same.
const COVERED: &[(&str, &[&str])] = &[
    ("/act-as", &["who_am_i"]),
    ("/admin/accounts/new", &["add_account"]),
    (
        "/admin/accounts/{account}/{change}",
        &[
            "close_account",
            "reopen_account",
            "reset_password",
            "remove_codes",
            "remove_passkeys",
        ],
    ),
    (
        "/admin/accounts/{account}/provider",
        &["link_provider", "list_links"],
    ),
    ("/admin/accounts/{account}/provider/remove", &["remove_link"]),
    ("/admin/calendar", &["set_hours"]),
    ("/admin/calendar/{id}/withdraw", &["withdraw_hours"]),
    (
        "/counter",
        &["receive_dossier", "preview_fees", "compute_deadline"],
    ),
    ("/counter/anew", &["set_draft_aside"]),
    ("/counter/undo", &["take_draft_back"]),
    ("/dossiers/{id}/add_paper", &["add_papers", "add_paper_file"]),
    ("/dossiers/{id}/entry", &["dossier_prepare_entry"]),
    ("/dossiers/{id}/extract", &["dossier_choose_entry"]),
    ("/dossiers/{id}/fee", &["take_fee", "exempt_fee", "state_fee"]),
    ("/dossiers/{id}/fee/void", &["void_fees"]),
    (
        "/dossiers/{id}/members/{position}",
        &["dossier_report_member", "list_members"],
    ),
    ("/drafts/{name}", &["save_draft"]),
    ("/express", &["certify_copies", "certified_copy_fee"]),
    ("/fees/close", &["close_fee_day"]),
    ("/h/{secret}/rate", &["rate_own"]),
    (
        "/h/{secret}/supplement",
        &["hand_in_papers", "hand_in_paper_file"],
    ),
    ("/h/{secret}/supplement/done", &["answer_supplement"]),
    ("/h/{secret}/uploads", &["begin_status_upload"]),
    ("/h/{secret}/uploads/{id}", &["continue_status_upload"]),
    ("/h/{secret}/withdraw", &["withdraw_own"]),
    ("/jobs/{id}/cancel", &["cancel_job"]),
    ("/jobs/{id}/retry", &["retry_job"]),
    ("/log/verify", &["verify_proof"]),
    ("/verify", &["verify_proof"]),
    ("/lookup", &["look_up"]),
    ("/messages/{id}/retry", &["retry_message"]),
    ("/messages/{id}/stop", &["stop_message"]),
    ("/papers/{id}/remove", &["remove_paper"]),
    ("/portal/compare", &["compare_portal"]),
    ("/portal/dossiers/{code}/retry", &["retry_portal_dossier"]),
    ("/portal/states/{id}/leave-out", &["leave_out_portal_state"]),
    ("/portal/states/{id}/retry", &["retry_portal_state"]),
    ("/portal/sync", &["sync_portal"]),
    ("/q/{unit}", &["draw_ticket"]),
    ("/queue/next", &["call_next"]),
    ("/queue/tickets", &["take_ticket"]),
    ("/queue/tickets/{id}", &["act_on_ticket"]),
    ("/queue/window", &["choose_window"]),
    ("/receipts/{id}/refund", &["refund_receipt"]),
    ("/receipts/{id}/void", &["void_receipt"]),
    ("/registers/civil/{book}/{id}/note", &["note_change"]),
    ("/registers/entries/{id}/correct", &["correct_register_entry"]),
    ("/registers/entries/{id}/strike", &["strike_register_entry"]),
    ("/settings", &["save_settings"]),
    (
        "/settings/provider/unlink",
        &["remove_own_link", "list_own_links"],
    ),
    ("/staff/divisions/new", &["add_division"]),
    ("/staff/divisions/{division}", &["edit_division"]),
    ("/staff/people/new", &["add_person"]),
    ("/staff/people/{person}", &["edit_person"]),
    ("/staff/posts/new", &["add_post"]),
    ("/staff/posts/{post}/absences", &["record_absence"]),
    ("/staff/posts/{post}/absences/{absence}/end", &["end_absence"]),
    ("/staff/posts/{post}/delegations", &["delegate_rights"]),
    (
        "/staff/posts/{post}/delegations/{delegation}/end",
        &["end_delegation"],
    ),
    ("/staff/posts/{post}/edit", &["edit_post"]),
    ("/staff/posts/{post}/mandates", &["give_mandate"]),
    ("/staff/posts/{post}/mandates/{mandate}/end", &["end_mandate"]),
    ("/submit/{procedure}", &["start_form"]),
    (
        "/submit/form/{token}/papers",
        &["add_form_files", "add_form_file"],
    ),
    ("/submit/form/{token}/papers/{file}/remove", &["remove_form_file"]),
    ("/submit/form/{token}/review", &["send_form"]),
    ("/submit/form/{token}/uploads", &["begin_form_upload"]),
    ("/submit/form/{token}/uploads/{id}", &["continue_form_upload"]),
    ("/submit/form/{token}/{step}", &["save_form"]),
    ("/t/{secret}/leave", &["leave_queue"]),
    ("/tasks/new", &["issue_task"]),
    ("/uploads", &["begin_upload"]),
    ("/uploads/{id}", &["continue_upload"]),
    // Each dossier is a command of its own there, too.
    (
        "/work/many",
        &[
            "dossier_transfer",
            "dossier_endorse",
            "dossier_approve",
            "dossier_issue",
        ],
    ),
];

/// What only a person in a browser does, with the reason.
const FOR_PEOPLE: &[(&str, &str)] = &[
    ("/sign-in", "a program has a token"),
    ("/sign-in/code", "a program has a token"),
    (
        "/sign-in/provider",
        "a person proves to an identity provider who he is; a program has a token",
    ),
    (
        "/settings/provider",
        "both sides are proved in the browser: the password here, the sign-in there",
    ),
    ("/sign-in/passkey", "a program has a token"),
    (
        "/sign-in/passkey/begin",
        "a challenge is for a browser and its authenticator",
    ),
    ("/sign-in/code/passkey", "a program has a token"),
    (
        "/sign-in/code/passkey/begin",
        "a challenge is for a browser and its authenticator",
    ),
    ("/sign-out", "a program has no session"),
    (
        "/settings/passkeys",
        "a passkey is made by a browser and its authenticator",
    ),
    (
        "/settings/passkeys/confirm",
        "a passkey is made by a browser and its authenticator",
    ),
    (
        "/settings/passkeys/{passkey}/remove",
        "a program with a token does not change the account behind it",
    ),
    (
        "/settings/password",
        "a program with a token does not change the account behind it",
    ),
    (
        "/settings/codes",
        "a program with a token does not change the account behind it",
    ),
    (
        "/settings/codes/remove",
        "a program with a token does not change the account behind it",
    ),
    (
        "/settings/tokens",
        "a program with a token does not make itself another",
    ),
    (
        "/settings/tokens/{token}/revoke",
        "a program with a token does not change the account behind it",
    ),
];

/// What a page or a file of the pages shows, and the operations that tell the same. A page that only asks for what is
/// sent ([`COVERED`]) needs no line of its own.
const READ: &[(&str, &[&str])] = &[
    ("/admin/access-log", &["list_accesses"]),
    ("/admin/accounts", &["list_accounts"]),
    ("/admin/packs", &["list_versions", "list_procedures"]),
    ("/c/{code}", &["get_unit", "list_procedures"]),
    ("/communes", &["list_units"]),
    ("/counter/procedures", &["list_procedures"]),
    ("/dashboard", &["get_dashboard", "get_statistics"]),
    ("/dashboard.csv", &["export_dashboard"]),
    ("/dashboard/quality", &["get_quality_index"]),
    ("/dashboard/quality.csv", &["export_quality"]),
    ("/dossiers", &["list_dossiers"]),
    ("/dossiers/export.csv", &["export_dossiers"]),
    (
        "/dossiers/{id}",
        &[
            "get_dossier",
            "list_steps",
            "list_components",
            "list_papers",
            "list_records",
            "list_slips",
            "list_trail",
        ],
    ),
    ("/dossiers/{id}/control.pdf", &["get_control_file"]),
    ("/dossiers/{id}/result.pdf", &["get_result_file"]),
    ("/facts/{id}", &["get_fact"]),
    ("/facts/{id}/fact.json", &["get_fact"]),
    ("/facts/{id}/proof", &["get_fact_proof"]),
    ("/fees", &["get_fee_day"]),
    ("/fees/closings/{file}", &["get_closing_file", "get_fee_closing"]),
    ("/h/{secret}", &["get_status"]),
    ("/h/{secret}/proof/{version}", &["get_own_proof"]),
    ("/h/{secret}/proof/{version}/{file}", &["get_own_proof"]),
    ("/h/{secret}/slips/{file}", &["get_own_slip"]),
    ("/jobs", &["list_jobs", "get_job"]),
    ("/messages", &["list_messages"]),
    ("/papers/{id}", &["get_paper"]),
    ("/papers/{id}/file", &["get_paper_file"]),
    ("/papers/{id}/original", &["get_paper_original"]),
    ("/portal", &["get_portal"]),
    ("/procedures", &["list_procedures"]),
    ("/procedures.json", &["list_procedures"]),
    ("/procedures/{code}", &["get_procedure"]),
    ("/q/{unit}/display", &["get_queue"]),
    ("/queue", &["get_queue"]),
    ("/queue/strip", &["get_queue"]),
    ("/ratings", &["list_ratings"]),
    ("/ratings.csv", &["export_ratings"]),
    ("/receipts/{file}", &["get_receipt_file", "get_receipt"]),
    ("/registers", &["list_registers"]),
    ("/registers/civil/{book}", &["list_civil_register"]),
    ("/registers/civil/{book}/export.csv", &["export_civil_register"]),
    ("/registers/civil/{book}/print.pdf", &["get_civil_register_file"]),
    ("/registers/civil/{book}/{id}", &["get_civil_entry"]),
    ("/registers/entries/{id}", &["get_register_entry"]),
    ("/registers/entries/{id}/stamps.pdf", &["get_stamps_file"]),
    ("/registers/entries/{id}/text.pdf", &["get_certification_file"]),
    ("/registers/{book}/{year}", &["list_register_entries"]),
    ("/registers/{book}/{year}/book.pdf", &["get_register_file"]),
    ("/registers/{book}/{year}/export.csv", &["export_register"]),
    ("/registers/{book}/{year}/print", &["list_register_entries"]),
    ("/search", &["list_dossiers", "list_tasks"]),
    ("/settings/passkeys", &["list_passkeys"]),
    ("/settings/tokens", &["list_tokens"]),
    ("/slips/{file}", &["get_slip_file"]),
    ("/staff", &["get_staff", "list_divisions"]),
    ("/staff/people", &["list_people"]),
    ("/staff/posts/{post}", &["get_post"]),
    ("/submit/form/{token}", &["get_form"]),
    ("/t/{secret}", &["get_own_ticket"]),
    ("/t/{secret}/ticket.pdf", &["get_own_ticket_file"]),
    ("/tasks", &["list_tasks"]),
    ("/tasks/export.csv", &["export_tasks"]),
    ("/tasks/report", &["report_tasks"]),
    ("/tasks/{id}", &["get_task"]),
    ("/units/{unit}/villages", &["list_villages"]),
    ("/units/{unit}/villages.csv", &["export_villages"]),
    ("/fees/export.csv", &["export_fee_day"]),
    ("/fees/closings/{id}/export.csv", &["export_fee_closing"]),
    ("/work", &["my_dossiers", "my_tasks", "list_bells"]),
    ("/work/preview/dossiers/{id}", &["get_dossier"]),
];

/// Pages that tell a program nothing, with the reason.
const PAGES_FOR_PEOPLE: &[(&str, &str)] = &[
    ("/", "the way in"),
    ("/admin", "ways to other pages"),
    ("/api", "the description of the API itself"),
    ("/openapi.json", "the description of the API itself"),
    (
        "/asked",
        "what the reports asked of the program, for readers of the demonstration",
    ),
    ("/dev/gallery", "components for who builds the pages"),
    ("/h/{secret}/sent", "what was sent, as the status tells it"),
    ("/keys", "keys of the pages"),
    (
        "/log/checkpoint",
        "the log has a layout of its own, which other programs know",
    ),
    (
        "/log/key",
        "the log has a layout of its own, which other programs know",
    ),
    (
        "/log/tile/{*path}",
        "the log has a layout of its own, which other programs know",
    ),
    (
        "/log/{name}/checkpoint",
        "the log has a layout of its own, which other programs know",
    ),
    (
        "/log/{name}/key",
        "the log has a layout of its own, which other programs know",
    ),
    (
        "/log/{name}/tile/{*path}",
        "the log has a layout of its own, which other programs know",
    ),
    ("/transparency", "the log, told to people"),
    ("/q", "the way to one's own unit's machine"),
    (
        "/q/{unit}/events",
        "tells a page that something changed; a program asks",
    ),
    ("/sign-in/post", "a program has a token"),
    (
        "/sign-in/provider/answer",
        "a person proves to an identity provider who he is",
    ),
];

/// The operation of an action on a dossier.
fn of_dossier(action: DossierAction) -> String {
    match action {
        // Files go their own way.
        DossierAction::AddPaper => "add_papers".to_owned(),
        action => format!("dossier_{}", action.as_str()),
    }
}

/// The operation of an action on a task.
fn of_task(action: TaskAction) -> String {
    match action {
        TaskAction::AddPaper => "add_task_papers".to_owned(),
        // Whoever joins reports as the lead does.
        TaskAction::Contribute => "task_report".to_owned(),
        action => format!("task_{}", action.as_str()),
    }
}

/// The names of all operations.
async fn operations(site: &Site) -> BTreeSet<String> {
    let described = site.visitor().get("/openapi.json").await.expect(200).json();
    described["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|item| item.as_object().expect("methods").values())
        .filter_map(|operation| operation["operationId"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn every_page_and_file_has_its_operation_or_a_reason_why_not() {
    let site = Site::start().await;
    let operations = operations(&site).await;
    let table = townhall_web::routes(&site.app).table().to_vec();
    let of = |method: Method| {
        let of_pages = table.iter().filter(move |entry| !entry.is_api());
        of_pages
            .filter(move |entry| (entry.method == Method::GET) == (method == Method::GET))
            .map(|entry| entry.path)
            .collect::<BTreeSet<&str>>()
    };
    let (shown, sends) = (of(Method::GET), of(Method::POST));
    let exempt: BTreeSet<&str> = PAGES_FOR_PEOPLE.iter().map(|(path, _)| *path).collect();
    let covered: BTreeMap<&str, &[&str]> = READ.iter().copied().collect();
    let mut missing: Vec<String> = Vec::new();
    for path in &shown {
        match covered.get(path) {
            _ if exempt.contains(path) => {}
            Some(names) => {
                let unknown = names.iter().filter(|name| !operations.contains(**name));
                missing.extend(unknown.map(|name| format!("{path}: no operation {name}")));
            }
            // It asks for what is sent, and that has its own line.
            None if sends.contains(path) => {}
            None => missing.push((*path).to_owned()),
        }
    }
    let gone = covered
        .keys()
        .chain(exempt.iter())
        .filter(|path| !shown.contains(*path));
    missing.extend(gone.map(|path| format!("{path} is no page any more")));
    assert!(missing.is_empty(), "{missing:#?}");
}

#[tokio::test]
async fn every_form_of_the_pages_has_its_operation_or_a_reason_why_not() {
    let site = Site::start().await;
    let operations = operations(&site).await;
    let known = |operation: &str| operations.contains(operation);
    let mut covered: BTreeMap<String, Vec<String>> = COVERED
        .iter()
        .map(|(path, names)| {
            (
                (*path).to_owned(),
                names.iter().map(ToString::to_string).collect(),
            )
        })
        .collect();
    covered.insert(
        "/dossiers/{id}/{action}".to_owned(),
        DossierAction::ALL
            .iter()
            .map(|action| of_dossier(*action))
            .collect(),
    );
    covered.insert(
        "/tasks/{id}/{action}".to_owned(),
        TaskAction::ALL.iter().map(|action| of_task(*action)).collect(),
    );
    let exempt: BTreeSet<&str> = FOR_PEOPLE.iter().map(|(path, _)| *path).collect();
    let table = townhall_web::routes(&site.app).table().to_vec();
    let sends: BTreeSet<&str> = table
        .iter()
        .filter(|entry| !entry.is_api() && entry.method != Method::GET)
        .map(|entry| entry.path)
        .collect();
    let mut missing: Vec<String> = Vec::new();
    for path in &sends {
        match covered.get(*path) {
            _ if exempt.contains(path) => {}
            None => missing.push((*path).to_owned()),
            Some(names) => {
                let unknown = names.iter().filter(|name| !known(name));
                missing.extend(unknown.map(|name| format!("{path}: no operation {name}")));
            }
        }
    }
    let gone = covered.keys().map(String::as_str).chain(exempt.iter().copied());
    missing.extend(
        gone.filter(|path| !sends.contains(path))
            .map(|path| format!("{path} is no page any more")),
    );
    assert!(missing.is_empty(), "{missing:#?}");
}

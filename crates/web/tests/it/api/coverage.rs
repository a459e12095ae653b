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

#[tokio::test]
async fn every_form_of_the_pages_has_its_operation_or_a_reason_why_not() {
    let site = Site::start().await;
    let described = site.visitor().get("/openapi.json").await.expect(200).json();
    let operations: BTreeSet<String> = described["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|item| item.as_object().expect("methods").values())
        .filter_map(|operation| operation["operationId"].as_str().map(str::to_owned))
        .collect();
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

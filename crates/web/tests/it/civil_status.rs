//! Registers of civil status over HTTP: from the declaration to the entry, notes that lose nothing, extracts that are
//! counted, and nothing for those who do not keep the register.

use serde_json::{Map, Value, json};
use townhall_app::dossier::Verdict;
use townhall_domain::dossier::{Stage, State};
use townhall_domain::ids::{DossierId, EntryId};
use townhall_store::civil_status::{self, Entry};
use townhall_store::params;
use townhall_testkit::site::dossiers::{bring_to, dossier, received};
use townhall_testkit::{Client, Site};

use crate::printed::says;

const BIRTH: &str = "1.001193";
const DEATH: &str = "1.000656";
const EXTRACT: &str = "2.000635";

/// The example of a form with other answers in it.
fn filled(site: &Site, procedure: &str, answers: Value) -> Map<String, Value> {
    let packs = site.town.packs();
    let form = packs.form(&format!("forms/{procedure}.json")).expect("the form");
    let mut values = form.examples[0].clone();
    values.extend(answers.as_object().cloned().unwrap_or_default());
    values
}

async fn declared(site: &Site, procedure: &'static str, answers: Value) -> DossierId {
    let form = filled(site, procedure, answers);
    let unit = site.unit("24682");
    received(site, procedure, unit, form, Verdict::Accept).await
}

fn is_drafted(state: State) -> bool {
    state == State::InProgress(Stage::Draft)
}

fn is_resolved(state: State) -> bool {
    state == State::Resolved
}

/// A declaration that went the ordinary way into its register.
async fn entered(site: &Site, procedure: &'static str, answers: Value) -> Entry {
    let id = declared(site, procedure, answers).await;
    bring_to(site, id, is_resolved, "").await;
    entry_of(site, id).await
}

async fn entry_of(site: &Site, id: DossierId) -> Entry {
    site.read(move |tx, _| Ok(civil_status::of_dossier(tx, id)?))
        .await
        .expect("an entry")
}

fn path_of(entry: &Entry) -> String {
    format!("/registers/civil/{}/{}", entry.book.as_str(), entry.id)
}

/// What a browser sends for the page of an entry: the values as texts.
fn typed(values: &Map<String, Value>) -> Vec<(String, String)> {
    values
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "copies" | "requester_phone"))
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), text)
        })
        .collect()
}

async fn send(
    client: &Client,
    path: &str,
    fields: &[(String, String)],
    status: u16,
) -> townhall_testkit::Reply {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.post(path, &fields).await.expect(status)
}

#[tokio::test]
async fn a_birth_is_entered_from_its_declaration_with_the_result() {
    for site in Site::on_each().await {
        let id = declared(&site, BIRTH, json!({})).await;
        bring_to(&site, id, is_drafted, "").await;
        let justice = site.sign_in("justice").await;
        let page = justice.get(&format!("/dossiers/{id}/draft")).await.expect(303);
        assert_eq!(page.location(), Some(format!("/dossiers/{id}/entry")));
        let page = justice.get(&format!("/dossiers/{id}/entry")).await.expect(200);
        assert_eq!(page.value("child_name").as_deref(), Some("Lê Mẫu An"));
        assert_eq!(page.value("child_birth_date").as_deref(), Some("20/7/2025"));

        // What differs needs a reason; what cannot be is refused beside its field.
        let version = dossier(&site, id).await.version.to_string();
        let mut fields = typed(&filled(&site, BIRTH, json!({ "child_name": "Lê Mẫu Ân" })));
        fields.push(("version".to_owned(), version));
        let path = format!("/dossiers/{id}/entry");
        send(&justice, &path, &fields, 422)
            .await
            .must_say("Lý do ghi khác tờ khai");
        let mut wrong = fields.clone();
        wrong.push(("child_birth_date".to_owned(), "1/9/2025".to_owned()));
        wrong.retain(|(name, value)| name != "child_birth_date" || value != "2025-07-20");
        send(&justice, &path, &wrong, 422).await;
        fields.push(("why".to_owned(), "Giấy chứng sinh ghi Ân".to_owned()));
        send(&justice, &path, &fields, 303).await;

        bring_to(&site, id, is_resolved, "").await;
        let entry = entry_of(&site, id).await;
        assert_eq!(
            (entry.number, entry.symbol.as_str()),
            (1, "1/2025"),
            "{}",
            site.name()
        );
        let found = justice
            .get("/registers/civil/birth?q=le+mau+an")
            .await
            .expect(200);
        found.must_say("Lê Mẫu Ân");
        let page = justice.get(&path_of(&entry)).await.expect(200);
        page.must_say("Giấy chứng sinh ghi Ân");
        page.must_say("Chưa có. Ghi khi CSDL quốc gia về dân cư cấp.");
        let paper = justice
            .get(&format!("/dossiers/{id}/result.pdf"))
            .await
            .expect(200);
        says(&paper.body, &["GIẤY KHAI SINH", "LÊ MẪU ÂN", "1/2025"]);
        let book = justice
            .get("/registers/civil/birth/print.pdf?year=2025")
            .await
            .expect(200);
        says(
            &book.body,
            &["SỔ ĐĂNG KÝ KHAI SINH", "LÊ MẪU ÂN", "Từ số 1 đến số 1"],
        );
    }
}

#[tokio::test]
async fn numbers_of_a_register_have_no_gap_and_are_counted_by_book() {
    for site in Site::on_each().await {
        for (place, name) in ["Lê Mẫu An", "Lê Mẫu Bình", "Lê Mẫu Cường"]
            .into_iter()
            .enumerate()
        {
            let entry = entered(&site, BIRTH, json!({ "child_name": name })).await;
            assert_eq!(usize::try_from(entry.number), Ok(place + 1), "{}", site.name());
        }
        let death = entered(&site, DEATH, json!({})).await;
        assert_eq!(death.number, 1);
        let justice = site.sign_in("justice").await;
        let list = justice.get("/registers/civil/death").await.expect(200);
        list.must_say("Phan Văn Cũ");
        justice
            .get("/registers/civil/birth?q=2/2025")
            .await
            .expect(200)
            .must_say("Lê Mẫu Bình");
        let shelf = justice.get("/registers/birth/2025").await.expect(303);
        assert_eq!(
            shelf.location().as_deref(),
            Some("/registers/civil/birth?year=2025")
        );
    }
}

#[tokio::test]
async fn one_birth_is_registered_once_and_never_after_the_mothers_death() {
    let site = Site::start().await;
    let mother = json!({ "deceased_name": "Phan Thị Mẫu", "deceased_id": "068190009001", "deceased_sex": "female",
        "deceased_birth_date": "1996-05-06", "deceased_birth_year": 1996, "death_date": "2025-07-19",
        "requester_id": "068041009009" });
    entered(&site, BIRTH, json!({ "child_birth_date": "2025-07-01" })).await;
    entered(&site, DEATH, mother).await;
    let justice = site.sign_in("justice").await;
    for (day, told) in [
        ("2025-07-01", "Việc này đã đăng ký, số 1/2025"),
        ("2025-07-20", "Ngày sinh đứng sau ngày người mẹ chết (19/07/2025)"),
    ] {
        let id = declared(&site, BIRTH, json!({ "child_birth_date": day })).await;
        bring_to(&site, id, is_drafted, "").await;
        let mut fields = typed(&filled(&site, BIRTH, json!({ "child_birth_date": day })));
        fields.push(("version".to_owned(), dossier(&site, id).await.version.to_string()));
        send(&justice, &format!("/dossiers/{id}/entry"), &fields, 422)
            .await
            .must_say(told);
        // Without its entry the draft goes to no leader.
        let version = dossier(&site, id).await.version;
        let actor = site.actor("justice").await;
        let refused = site
            .town
            .write("draft", &actor, move |tx, cx| {
                use townhall_app::dossier as commands;
                let draft = commands::DraftResult {
                    dossier: id,
                    version,
                    outcome: "granted".to_owned(),
                    body: json!({ "content": "", "entry": { "book": "birth" } }),
                };
                commands::draft_result(tx, cx, &draft)?;
                let submit = commands::SubmitResult {
                    dossier: id,
                    version: version + 1,
                    leader: None,
                    note: None,
                };
                commands::submit_result(tx, cx, &submit)
            })
            .await;
        assert!(
            matches!(
                refused,
                Err(townhall_app::error::AppError::Refused {
                    key: "civil-refused-no-entry",
                    ..
                })
            ),
            "{refused:?}"
        );
    }
}

fn note(version: i64, field: &str, value: &str) -> Vec<(String, String)> {
    [
        ("version", version.to_string().as_str()),
        ("kind", "correction"),
        ("field", field),
        ("value", value),
        ("why", "Ghi nhầm dân tộc của người mẹ"),
        ("authority", "Trích lục 12/TLCC-HT, UBND xã Thuận An"),
        ("authority_on", "4/8/2025"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

#[tokio::test]
async fn a_change_is_a_note_and_the_first_wording_stays() {
    for site in Site::on_each().await {
        let entry = entered(&site, BIRTH, json!({})).await;
        let (id, path) = (entry.id, path_of(&entry));
        let justice = site.sign_in("justice").await;
        let form = format!("{path}/note");
        justice.get(&form).await.expect(200);
        let mut bare = note(1, "mother_ethnicity", "Ê Đê");
        bare.retain(|(name, _)| name != "authority" && name != "why");
        send(&justice, &form, &bare, 422).await;
        send(&justice, &form, &note(1, "mother_ethnicity", "Kinh"), 422)
            .await
            .must_say("Nội dung này đang ghi đúng như vậy rồi");
        send(&justice, &form, &note(1, "mother_birth_year", "2020"), 422)
            .await
            .must_say("Theo năm sinh này");
        send(&justice, &form, &note(1, "mother_ethnicity", "Ê Đê"), 303).await;
        send(&justice, &form, &note(1, "mother_ethnicity", "Mnông"), 409).await;
        let page = justice.get(&path).await.expect(200);
        page.must_say("Kinh → Ê Đê");
        page.must_say("Trích lục 12/TLCC-HT");
        let now = site
            .read(move |tx, _| Ok(civil_status::load(tx, id)?))
            .await
            .expect("there");
        assert_eq!(
            (
                &now.first["mother_ethnicity"],
                &now.present["mother_ethnicity"],
                now.notes
            ),
            (&json!("Kinh"), &json!("Ê Đê"), 1),
            "{}",
            site.name()
        );
        // Neither struck out nor rewritten by the page of other books.
        for what in ["strike", "correct"] {
            let fields = [("reason", "Nhầm"), ("name", "Khác"), ("title", "Khác")];
            justice
                .post(&format!("/registers/entries/{id}/{what}"), &fields)
                .await
                .expect(404);
        }
    }
}

#[tokio::test]
async fn the_personal_number_comes_later_and_must_be_the_childs() {
    let site = Site::start().await;
    let entry = entered(&site, BIRTH, json!({})).await;
    let justice = site.sign_in("justice").await;
    let form = format!("{}/note", path_of(&entry));
    let number = |value: &str| {
        [
            ("version", "1"),
            ("kind", "personal_id"),
            ("value", value),
            ("why", "CSDL dân cư trả số"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    for (wrong, told) in [
        ("068225000123", "không khớp giới tính"),
        ("068324000123", "không phải của người sinh năm"),
        ("12", "có 12 chữ số"),
    ] {
        send(&justice, &form, &number(wrong), 422).await.must_say(told);
    }
    send(&justice, &form, &number("068325000123"), 303).await;
    let page = justice.get(&path_of(&entry)).await.expect(200);
    page.must_say("068325000123");
    page.must_say("Cơ sở dữ liệu quốc gia về dân cư");
}

#[tokio::test]
async fn an_extract_is_found_says_what_the_entry_says_now_and_is_counted() {
    for site in Site::on_each().await {
        let entry = entered(&site, BIRTH, json!({})).await;
        let asked = json!({ "event": "birth", "subject_name": "Lê Mẫu An", "subject_birth_date": "2025-07-20",
            "entry_number": "", "copies": 3 });
        let id = declared(&site, EXTRACT, asked).await;
        bring_to(&site, id, is_drafted, "").await;
        let justice = site.sign_in("justice").await;
        let path = format!("/dossiers/{id}/extract");
        justice.get(&path).await.expect(200).must_say("1/2025");
        justice
            .get(&format!("{path}?look=1&book=birth&number=1%2F2025"))
            .await
            .expect(200)
            .must_say("Lê Mẫu An");
        justice
            .get(&format!("{path}?look=1&book=birth&name=khong+co"))
            .await
            .expect(200)
            .must_say("Không tìm thấy mục nào");
        let version = dossier(&site, id).await.version.to_string();
        let chosen = entry.id.to_string();
        let form = [("version", version.as_str()), ("entry", chosen.as_str())];
        justice.post(&path, &form).await.expect(303);

        // What was noted afterwards must be in the paper: it is drafted again before it leaves the house.
        let note = note(1, "mother_ethnicity", "Ê Đê");
        send(&justice, &format!("{}/note", path_of(&entry)), &note, 303).await;
        let actor = site.actor("clerk").await;
        bring_to(&site, id, |state| state == State::InProgress(Stage::Number), "").await;
        let version = dossier(&site, id).await.version;
        let refused = site
            .town
            .write("issue", &actor, move |tx, cx| {
                townhall_app::dossier::issue_result(
                    tx,
                    cx,
                    &townhall_app::dossier::IssueResult { dossier: id, version },
                )
            })
            .await;
        assert!(
            matches!(
                refused,
                Err(townhall_app::error::AppError::Refused {
                    key: "civil-refused-entry-changed",
                    ..
                })
            ),
            "{refused:?}"
        );

        let again = declared(
            &site,
            EXTRACT,
            json!({ "event": "birth", "subject_name": "Lê Mẫu An", "copies": 3 }),
        )
        .await;
        bring_to(&site, again, is_drafted, "").await;
        let version = dossier(&site, again).await.version.to_string();
        let form = [("version", version.as_str()), ("entry", chosen.as_str())];
        justice
            .post(&format!("/dossiers/{again}/extract"), &form)
            .await
            .expect(303);
        bring_to(&site, again, is_resolved, "").await;
        let paper = justice
            .get(&format!("/dossiers/{again}/result.pdf"))
            .await
            .expect(200);
        says(
            &paper.body,
            &["TRÍCH LỤC KHAI SINH", "(BẢN SAO)", "LÊ MẪU AN", "Ê Đê", "1/2025"],
        );
        let page = justice.get(&path_of(&entry)).await.expect(200);
        page.must_say("3 bản");
    }
}

#[tokio::test]
async fn who_does_not_keep_the_register_is_told_that_it_does_not_exist() {
    let site = Site::start().await;
    let entry = entered(&site, BIRTH, json!({})).await;
    let (id, path) = (entry.dossier, path_of(&entry));
    let own = [
        "/registers/civil/birth".to_owned(),
        "/registers/civil/birth/export.csv".to_owned(),
        "/registers/civil/birth/print.pdf".to_owned(),
        "/registers/birth/2025/print".to_owned(),
        path.clone(),
        format!("{path}/note"),
        format!("/registers/entries/{}", entry.id),
        format!("/dossiers/{id}/entry"),
    ];
    for user in [
        "receptionist",
        "clerk",
        "chair",
        "office.head",
        "inspector",
        "admin",
        "party.leader",
    ] {
        let client = site.sign_in(user).await;
        for path in &own {
            let reply = client.get(path).await;
            // The redirect to the register's own page tells nothing of what is in it.
            let told = reply.status.as_u16();
            assert!(
                told == 404 || (told == 303 && path.ends_with("/print")),
                "{user}: {path}: {told}"
            );
        }
        client
            .post(&format!("{path}/note"), &[("version", "1")])
            .await
            .expect(404);
    }
    let neighbour = site.sign_in("cujut.justice").await;
    neighbour
        .get("/registers/civil/birth")
        .await
        .expect(200)
        .must_not_say("Lê Mẫu An");
    for path in [
        path.clone(),
        format!("{path}/note"),
        format!("/dossiers/{id}/entry"),
    ] {
        neighbour.get(&path).await.expect(404);
    }
    // The right register under the wrong book is not found either.
    let justice = site.sign_in("justice").await;
    justice
        .get(&format!("/registers/civil/death/{}", entry.id))
        .await
        .expect(404);
    justice.get("/registers/civil/secrets").await.expect(404);
    let nobody: EntryId = "01980000-0000-7000-8000-000000000000".parse().expect("an id");
    justice
        .get(&format!("/registers/civil/birth/{nobody}"))
        .await
        .expect(404);
}

#[tokio::test]
async fn each_opening_is_in_the_access_log_and_a_file_holds_no_personal_numbers() {
    for site in Site::on_each().await {
        let entry = entered(&site, DEATH, json!({})).await;
        let justice = site.sign_in("justice").await;
        justice.get(&path_of(&entry)).await.expect(200);
        let id = entry.id;
        let noted = site
            .read(move |tx, _| {
                Ok(tx
                    .rows(
                        "SELECT id FROM access_log WHERE action = $1 AND subject_id = $2",
                        &params!["read_register_entry", id],
                    )?
                    .len())
            })
            .await;
        assert_eq!(noted, 1, "{}", site.name());
        let file = justice
            .get("/registers/civil/death/export.csv")
            .await
            .expect(200)
            .text();
        assert!(
            file.contains("\"1/2025\"") && file.contains("Phan Văn Cũ") && file.contains("1941"),
            "{file}"
        );
        for secret in ["068041009002", "068190009001", "Tuổi già", "03/02/1941"] {
            assert!(!file.contains(secret), "{secret} is in {file}");
        }
        let exports = site
            .read(|tx, _| {
                Ok(tx
                    .rows(
                        "SELECT id FROM access_log WHERE action = $1 AND subject_kind = $2",
                        &params!["export", "register"],
                    )?
                    .len())
            })
            .await;
        assert_eq!(exports, 1);
    }
}

#[tokio::test]
async fn whatever_is_done_to_the_registers_behind_the_program_is_found() {
    const ADDED: &[&str] = &[
        "INSERT INTO civil_entries (id, unit, book, year, number, symbol, dossier, form, first_values,
           present_values, differences, name, registered_on, entered_at, notes, version)
         SELECT '01980000-0000-7000-8000-000000000000', unit, book, year, 2, '2/2025', id, form, first_values,
           first_values, '[]', name, registered_on, entered_at, 0, 1 FROM civil_entries",
    ];
    for site in Site::on_each().await {
        let entry = entered(&site, BIRTH, json!({})).await;
        let justice = site.sign_in("justice").await;
        let note = note(1, "mother_ethnicity", "Ê Đê");
        send(&justice, &format!("{}/note", path_of(&entry)), &note, 303).await;
        let clean = site
            .verify_after(&["UPDATE counters SET last = last WHERE name = 'book:birth:2025'"])
            .await;
        assert!(clean.is_clean(), "{}: {clean}", site.name());
        let tampered: [&'static [&'static str]; 9] = [
            &["UPDATE civil_entries SET name = 'Lê Mẫu Ánh'"],
            &["UPDATE civil_entries SET first_values = '{}', present_values = '{}'"],
            &["UPDATE civil_entries SET registered_on = '2025-08-01'"],
            &["DELETE FROM civil_entries"],
            &["DELETE FROM civil_notes"],
            &["UPDATE civil_notes SET old_value = '\"Mnông\"'"],
            &["INSERT INTO civil_notes (entry, number, kind, field, old_value, new_value, why, authority, at)
               SELECT entry, 2, kind, field, new_value, old_value, why, authority, at FROM civil_notes"],
            &["INSERT INTO civil_extracts (entry, dossier, symbol, copies, notes, issued_at)
               SELECT id, dossier, '9/2025', 9, 0, 0 FROM civil_entries"],
            &["DELETE FROM civil_words"],
        ];
        for changes in tampered {
            let report = site.verify_after(changes).await;
            assert!(!report.is_clean(), "{}: {changes:?} is not found", site.name());
        }
        // An entry that was slipped in, whole and with a number of its own.
        let report = site.verify_after(ADDED).await;
        let told = report.to_string();
        assert!(
            told.contains("of which there is no fact"),
            "{}: {told}",
            site.name()
        );
    }
}

//! Papers, fees, people, accounts, jobs and drafts through a program.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::accepted;

use super::{Program, problem};
use crate::online::PNG;

/// The version of a thing and the address of its actions.
fn at(out: &Value) -> (i64, String) {
    let version = out["version"].as_i64().expect("a version");
    (version, out["href"].as_str().expect("an address").to_owned())
}

#[tokio::test]
async fn a_paper_comes_in_pieces_or_whole_is_looked_at_read_and_taken_out() {
    for site in Site::on_each().await {
        let id = accepted(&site, "2.000815").await;
        let program = Program::of(&site, "receptionist").await;
        let begun = json!({ "name": "giay.png", "bytes": PNG.len() });
        let upload = program.post("/api/v1/uploads", &begun).await.expect(201).json();
        let address = format!("/api/v1/uploads/{}", upload["id"].as_str().expect("an id"));
        // Half of it; then the same place once more, which is refused with the place where it goes on.
        let (first, rest) = PNG.split_at(30);
        let piece = async |offset: &str, bytes: &'static [u8]| {
            let from = [("upload-offset", offset)];
            program
                .send(Method::PATCH, &address, &from, Body::from(bytes))
                .await
        };
        assert_eq!(piece("0", first).await.expect(200).json()["offset"], 30);
        problem(&piece("0", first).await, 422);
        assert_eq!(program.get(&address).await.expect(200).json()["offset"], 30);
        piece("30", rest).await.expect(200);
        // A stranger to the upload does not know of it.
        let other = Program::of(&site, "justice").await;
        problem(&other.get(&address).await, 404);

        let papers = format!("/api/v1/dossiers/{id}/papers");
        let body = json!({ "uploads": [upload["id"]], "source": "paper" });
        let key = [("idempotency-key", "twice-is-one")];
        let added = program.post_with(&papers, &key, &body).await.expect(201).json();
        assert_eq!(
            (&added["items"][0]["media_type"], &added["items"][0]["name"]),
            (&json!("application/pdf"), &json!("giay.pdf")),
            "{}",
            site.name()
        );
        // The upload is used up, and the same request still gets its answer.
        let same = program.post_with(&papers, &key, &body).await.expect(201);
        assert_eq!(same.json(), added);
        problem(&program.post(&papers, &body).await, 422);

        // A whole file as the body; one that is nothing of what it may be is refused by name.
        let whole = program
            .send(
                Method::POST,
                &format!("{papers}/file?name=anh.png"),
                &[("content-type", "image/png")],
                Body::from(PNG),
            )
            .await;
        whole.expect(201);
        let wrong = program
            .send(
                Method::POST,
                &format!("{papers}/file?name=anh.png"),
                &[("content-type", "image/png")],
                Body::from("không phải ảnh"),
            )
            .await;
        assert_eq!(problem(&wrong, 422)["errors"][0]["field"], "file");

        let paper = added["items"][0]["id"].as_str().expect("a paper");
        let one = program
            .get(&format!("/api/v1/papers/{paper}"))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&one["sound"], &one["has_original"]),
            (&json!(true), &json!(true))
        );
        let file = program
            .get(&format!("/api/v1/papers/{paper}/file"))
            .await
            .expect(200);
        assert_eq!(file.header("content-type"), Some("application/pdf"));
        assert!(file.body.starts_with(b"%PDF"));
        let original = program
            .get(&format!("/api/v1/papers/{paper}/original"))
            .await
            .expect(200);
        assert_eq!(original.body, PNG);
        let out = json!({ "reason": "Tải nhầm trang" });
        program
            .post(&format!("/api/v1/papers/{paper}/actions/remove"), &out)
            .await
            .expect(200);
        problem(&program.get(&format!("/api/v1/papers/{paper}")).await, 404);
    }
}

#[tokio::test]
async fn fees_are_taken_voided_refunded_and_the_day_closed_through_a_program() {
    for site in Site::on_each().await {
        let id = accepted(&site, "2.000815").await;
        let program = Program::of(&site, "receptionist").await;
        let fees = format!("/api/v1/dossiers/{id}/fees");
        let owed = program.get(&fees).await.expect(200).json();
        assert_eq!(owed["due"], 12_000);
        let stale = json!({ "due": 11_000, "method": "cash" });
        problem(&program.post(&format!("{fees}/actions/take"), &stale).await, 422);
        let body = json!({ "due": 12_000, "method": "cash", "payer": "Phan Thị Mẫu" });
        let key = [("idempotency-key", "fee-1")];
        let taken = program
            .post_with(&format!("{fees}/actions/take"), &key, &body)
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&taken["due"], &taken["receipts"][0]["number"]),
            (&json!(0), &json!(1))
        );
        let same = program
            .post_with(&format!("{fees}/actions/take"), &key, &body)
            .await;
        assert_eq!(same.expect(200).json(), taken, "{}", site.name());
        let other = json!({ "due": 12_000, "method": "transfer" });
        let told = program
            .post_with(&format!("{fees}/actions/take"), &key, &other)
            .await;
        assert_eq!(problem(&told, 422)["code"], "key-reused");

        let receipt = taken["receipts"][0]["id"].as_str().expect("a receipt").to_owned();
        let paper = program
            .get(&format!("/api/v1/receipts/{receipt}/file"))
            .await
            .expect(200);
        assert!(paper.body.starts_with(b"%PDF"));
        // Who takes fees does not void them.
        let why = json!({ "reason": "Ghi nhầm người nộp" });
        let void = format!("/api/v1/receipts/{receipt}/actions/void");
        problem(&program.post(&void, &why).await, 403);
        let cashier = Program::of(&site, "cashier").await;
        let after = cashier.post(&void, &why).await.expect(200).json();
        assert_eq!(
            (&after["due"], &after["receipts"][0]["state"]),
            (&json!(12_000), &json!("voided"))
        );
        let again = json!({ "due": 12_000, "method": "cash" });
        program
            .post(&format!("{fees}/actions/take"), &again)
            .await
            .expect(200);
        let day = cashier.get("/api/v1/fees/day").await.expect(200).json();
        assert_eq!((&day["open"], &day["open_cash"]), (&json!(2), &json!(12_000)));
        let wrong = json!({ "counted": 10_000 });
        problem(&cashier.post("/api/v1/fees/actions/close", &wrong).await, 422);
        let closed = cashier
            .post("/api/v1/fees/actions/close", &json!({ "counted": 12_000 }))
            .await
            .expect(201)
            .json();
        let address = format!("/api/v1/fees/closings/{}", closed["id"].as_str().expect("an id"));
        let lines = cashier.get(&address).await.expect(200).json();
        assert_eq!(lines["lines"].as_array().map(Vec::len), Some(2));
        let paper = cashier.get(&format!("{address}/file")).await.expect(200);
        assert!(paper.body.starts_with(b"%PDF"));
    }
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one seat's story, from the person to the end of the mandate"
)]
async fn people_and_posts_are_kept_through_a_program() {
    for site in Site::on_each().await {
        let organiser = Program::of(&site, "organiser").await;
        let person = json!({ "name": "Lê Thị Mẫu", "email": "mau@example.vn" });
        let added = organiser
            .post("/api/v1/units/24682/people", &person)
            .await
            .expect(201)
            .json();
        let (version, href) = at(&added);
        let changed = json!({ "version": version, "name": "Lê Thị Mẫu", "phone": "0900 000 002" });
        let now = organiser
            .post(&format!("{href}/actions/edit"), &changed)
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&now["phone"], &now["email"]),
            (&json!("0900 000 002"), &Value::Null)
        );
        // The version that was read first is overtaken.
        problem(
            &organiser.post(&format!("{href}/actions/edit"), &changed).await,
            409,
        );
        let found = organiser
            .get("/api/v1/units/24682/people?q=le+thi+mau")
            .await
            .expect(200)
            .json();
        assert_eq!(
            found["items"].as_array().map(Vec::len),
            Some(1),
            "{}",
            site.name()
        );

        let divisions = organiser
            .get("/api/v1/units/24682/divisions")
            .await
            .expect(200)
            .json();
        let division = divisions["items"]
            .as_array()
            .expect("divisions")
            .iter()
            .find(|division| division["space"] == "state")
            .expect("a division of the state")["id"]
            .clone();
        let seat = json!({
            "division": division, "roles": ["handler"], "title_vi": "Công chức mẫu", "title_en": "Sample officer",
            "from": "2025-07-01", "quota_decision": "12/QĐ-UBND"
        });
        let post = organiser
            .post("/api/v1/units/24682/posts", &seat)
            .await
            .expect(201)
            .json();
        let (version, address) = at(&post);
        let mandate =
            json!({ "version": version, "person": added["id"], "kind": "full", "from": "2025-07-01" });
        let held = organiser
            .post(&format!("{address}/actions/give-mandate"), &mandate)
            .await
            .expect(200)
            .json();
        assert_eq!(held["mandates"][0]["name"], "Lê Thị Mẫu");
        let away =
            json!({ "person": added["id"], "reason": "leave", "from": "2025-08-10", "until": "2025-08-20" });
        let tag = format!("\"{}\"", held["version"]);
        let noted = organiser
            .post_with(
                &format!("{address}/actions/record-absence"),
                &[("if-match", &tag)],
                &away,
            )
            .await;
        let noted = noted.expect(200).json();
        assert_eq!(noted["absences"][0]["reason"], "leave");
        let end =
            json!({ "absence": noted["absences"][0]["id"], "on": "2025-08-15", "version": noted["version"] });
        let back = organiser
            .post(&format!("{address}/actions/end-absence"), &end)
            .await
            .expect(200)
            .json();
        assert_eq!(back["absences"][0]["until"], "2025-08-15");
        // Another post's absence is none of this one's.
        let clerk = site.employed("clerk").post;
        let foreign = json!({ "absence": noted["absences"][0]["id"], "on": "2025-08-14", "version": 1 });
        problem(
            &organiser
                .post(&format!("/api/v1/posts/{clerk}/actions/end-absence"), &foreign)
                .await,
            404,
        );
        let end =
            json!({ "mandate": held["mandates"][0]["id"], "on": "2025-08-31", "version": back["version"] });
        let ended = organiser
            .post(&format!("{address}/actions/end-mandate"), &end)
            .await
            .expect(200)
            .json();
        assert_eq!(ended["mandates"][0]["until"], "2025-08-31");
    }
}

#[tokio::test]
async fn an_account_is_opened_reset_and_closed_and_its_password_told_once() {
    for site in Site::on_each().await {
        let organiser = Program::of(&site, "organiser").await;
        let added = organiser
            .post("/api/v1/units/24682/people", &json!({ "name": "Lê Thị Mẫu" }))
            .await
            .expect(201)
            .json();
        let admin = Program::of(&site, "admin").await;
        let key = [("idempotency-key", "account-1")];
        let accounts = format!("/api/v1/people/{}/accounts", added["id"].as_str().expect("an id"));
        let name = json!({ "user_name": "le.mau" });
        let opened = admin.post_with(&accounts, &key, &name).await.expect(201).json();
        assert!(
            opened["first_password"]
                .as_str()
                .is_some_and(|password| password.len() > 8)
        );
        // Told once: the answer that is kept has none.
        let same = admin.post_with(&accounts, &key, &name).await.expect(201).json();
        assert_eq!(
            (&same["first_password"], &same["id"]),
            (&Value::Null, &opened["id"])
        );
        let (version, account) = at(&opened);
        let reset = json!({ "version": version });
        let fresh = admin
            .post(&format!("{account}/actions/reset-password"), &reset)
            .await
            .expect(200)
            .json();
        assert_ne!(fresh["first_password"], opened["first_password"]);
        let close = json!({ "version": fresh["version"] });
        let closed = admin
            .post(&format!("{account}/actions/close"), &close)
            .await
            .expect(200)
            .json();
        assert_eq!(closed["active"], false);
        let list = admin
            .get("/api/v1/units/24682/accounts?q=mau&state=closed")
            .await
            .expect(200)
            .json();
        assert_eq!(list["items"][0]["user_name"], "le.mau");
        problem(&organiser.get("/api/v1/units/24682/accounts").await, 403);
    }
}

#[tokio::test]
async fn jobs_drafts_settings_and_the_access_log_answer_a_program() {
    for site in Site::on_each().await {
        let admin = Program::of(&site, "admin").await;
        let jobs = admin.get("/api/v1/jobs?limit=1").await.expect(200);
        assert!(jobs.json()["items"].is_array(), "{}", site.name());
        problem(
            &admin
                .get(&format!("/api/v1/jobs/{}", uuid::Uuid::from_u128(7)))
                .await,
            404,
        );
        let settings = json!({ "language": "en", "theme": "dark", "single_keys": false });
        admin.post("/api/v1/me/settings", &settings).await.expect(200);
        assert_eq!(
            admin.get("/api/v1/me/settings").await.expect(200).json(),
            settings
        );
        let tokens = admin.get("/api/v1/me/tokens").await.expect(200);
        tokens.must_not_say("townhall_");
        assert_eq!(tokens.json()["items"].as_array().map(Vec::len), Some(1));

        let program = Program::of(&site, "receptionist").await;
        let body = json!({ "fields": { "applicant_name": ["Phan Thị Mẫu"], "password": ["bí mật"] } });
        let kept = program
            .post("/api/v1/drafts/counter", &body)
            .await
            .expect(200)
            .json();
        assert_eq!(kept["fields"], json!({ "applicant_name": ["Phan Thị Mẫu"] }));
        let aside = program
            .post("/api/v1/drafts/counter/actions/set-aside", &json!({}))
            .await;
        assert_eq!(aside.expect(200).json()["fields"], json!({}));
        let back = program
            .post("/api/v1/drafts/counter/actions/take-back", &json!({}))
            .await;
        assert_eq!(back.expect(200).json()["fields"], kept["fields"]);
        let other = Program::of(&site, "justice").await;
        assert_eq!(
            other.get("/api/v1/drafts/counter").await.expect(200).json()["fields"],
            json!({})
        );

        let id = accepted(&site, "2.000815").await;
        program.get(&format!("/api/v1/dossiers/{id}")).await.expect(200);
        let inspector = Program::of(&site, "inspector").await;
        let log = inspector
            .get("/api/v1/units/24682/access-log?action=read_dossier")
            .await
            .expect(200)
            .json();
        assert_eq!(log["items"][0]["action"], "read_dossier");
        // Reading the log stands in it.
        let log = inspector
            .get("/api/v1/units/24682/access-log?action=read_access_log")
            .await
            .expect(200);
        assert_eq!(log.json()["items"].as_array().map(Vec::len), Some(1));
        let log = inspector
            .get("/api/v1/units/24682/access-log?limit=1")
            .await
            .expect(200);
        assert!(log.header("link").is_some());
        problem(&program.get("/api/v1/units/24682/access-log").await, 403);
    }
}

#[tokio::test]
async fn an_exemption_that_the_fee_does_not_know_is_refused_and_nothing_is_received() {
    for site in Site::on_each().await {
        let program = Program::of(&site, "receptionist").await;
        let mut body = super::copy_of(&site);
        body["fee"] = json!({ "exemption": "poor", "exemption_reason": "Sổ hộ nghèo 12/2025" });
        let refused = problem(&program.post("/api/v1/dossiers", &body).await, 422);
        assert!(
            refused["errors"][0]["field"]
                .as_str()
                .is_some_and(|field| field.contains("exemption")),
            "{}: {refused}",
            site.name()
        );
        let listed = program.get("/api/v1/dossiers").await.expect(200).json();
        assert_eq!(listed["items"], json!([]), "{}", site.name());
    }
}

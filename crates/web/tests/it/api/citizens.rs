//! What citizens do without an account, through a program of their own: file, see, supplement, withdraw, rate, ask.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use townhall_app::dossier::Verdict;
use townhall_store::dossiers;
use townhall_testkit::site::dossiers::{accepted, dossier, received};
use townhall_testkit::{Client, Reply, Site};

use super::{Program, problem};
use crate::online::PNG;

/// Without a token, as any program on the street.
async fn post(client: &Client, path: &str, body: &Value) -> Reply {
    client.json(Method::POST, path, body).await
}

async fn put_file(client: &Client, path: &str, bytes: &'static [u8]) -> Reply {
    let request = Request::post(path).header("content-type", "image/png");
    client
        .send(request.body(Body::from(bytes)).expect("a request"))
        .await
}

/// The example of a form, as the packs hold it.
fn example(site: &Site, procedure: &str) -> Value {
    let form = site.town.packs().form(&format!("forms/{procedure}.json"));
    Value::Object(form.expect("a form").examples[0].clone())
}

async fn secret_of(site: &Site, id: townhall_domain::ids::DossierId) -> String {
    site.read(move |tx, _| Ok(dossiers::load(tx, id)?.expect("a dossier").receipt_secret))
        .await
}

#[tokio::test]
async fn a_citizens_program_files_with_papers_and_the_counter_finds_it() {
    for site in Site::on_each().await {
        let citizen = site.visitor();
        let begin = json!({ "procedure": "1.004873", "unit": "24682" });
        let form = post(&citizen, "/api/v1/forms", &begin).await.expect(201).json();
        let href = form["href"].as_str().expect("an address").to_owned();
        let typed = json!({ "fields": { "applicant_name": ["Phan Thị"] } });
        let kept = post(&citizen, &href, &typed).await.expect(200).json();
        assert_eq!(kept["fields"], typed["fields"]);
        let with_file = put_file(&citizen, &format!("{href}/files/file?name=giay.png"), PNG).await;
        let with_file = with_file.expect(201).json();
        let file = with_file["files"][0]["id"].as_str().expect("a file").to_owned();
        post(
            &citizen,
            &format!("{href}/files/{file}/actions/remove"),
            &json!({}),
        )
        .await
        .expect(200);
        put_file(&citizen, &format!("{href}/files/file?name=giay.png"), PNG)
            .await
            .expect(201);

        let mut body = json!({
            "applicant": {
                "name": "Phan Thị Mẫu", "id_number": "068190009001", "born_on": "1996-05-06",
                "address": "Thôn 5, xã Thuận An"
            },
            "form": example(&site, "1.004873"), "pledge": true
        });
        // Nobody could be reached: refused, and the form is still there.
        let told = post(&citizen, &format!("{href}/actions/send"), &body).await;
        assert_eq!(problem(&told, 422)["errors"][0]["field"], "applicant.phone");
        body["applicant"]["phone"] = json!("0900000001");
        body["pledge"] = json!(false);
        let told = post(&citizen, &format!("{href}/actions/send"), &body).await;
        assert_eq!(problem(&told, 422)["errors"][0]["field"], "pledge");
        body["pledge"] = json!(true);
        let sent = post(&citizen, &format!("{href}/actions/send"), &body)
            .await
            .expect(201)
            .json();
        // Sent once more it is the same dossier.
        let same = post(&citizen, &format!("{href}/actions/send"), &body)
            .await
            .expect(201)
            .json();
        assert_eq!(same, sent, "{}", site.name());
        let status = citizen
            .get(sent["href"].as_str().expect("an address"))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&status["code"], &status["state"]["code"]),
            (&sent["code"], &json!(1))
        );
        assert!(
            status["facts"]
                .as_array()
                .is_some_and(|facts| facts.iter().all(|fact| fact["post"].is_null()))
        );
        // Nothing more goes into a form that was sent.
        problem(&post(&citizen, &href, &typed).await, 422);

        let program = Program::of(&site, "receptionist").await;
        let address = format!("/api/v1/dossiers/{}", sent["dossier"].as_str().expect("an id"));
        let seen = program.get(&address).await.expect(200).json();
        assert_eq!(seen["channel"], "online");
        let papers = program.get(&format!("{address}/papers")).await.expect(200).json();
        assert_eq!(papers["items"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn the_holder_of_a_receipt_supplements_withdraws_and_rates_through_a_program() {
    for site in Site::on_each().await {
        let citizen = site.visitor();
        let nobody = format!("/api/v1/status/{}", "0".repeat(32));
        problem(&citizen.get(&nobody).await, 404);
        let id = accepted(&site, "1.004873").await;
        let officer = Program::of(&site, "receptionist").await;
        let own = format!("/api/v1/status/{}", secret_of(&site, id).await);
        let status = citizen.get(&own).await.expect(200).json();
        assert_eq!(
            (&status["can_withdraw"], &status["can_rate"]),
            (&json!(true), &json!(false))
        );
        problem(
            &post(
                &citizen,
                &format!("{own}/actions/rate"),
                &json!({ "grade": "satisfied" }),
            )
            .await,
            422,
        );
        let version = status["version"].as_i64().expect("a version");
        let stale = json!({ "version": version + 7, "reason": "Không còn nhu cầu" });
        problem(
            &post(&citizen, &format!("{own}/actions/withdraw"), &stale).await,
            409,
        );
        let why = json!({ "version": version, "reason": "Không còn nhu cầu" });
        let after = post(&citizen, &format!("{own}/actions/withdraw"), &why)
            .await
            .expect(200)
            .json();
        assert_eq!(after["state"]["word"], "withdrawn", "{}", site.name());
        let slip = after["slips"]
            .as_array()
            .and_then(|slips| slips.last())
            .and_then(|slip| slip["id"].as_str())
            .expect("Form 05")
            .to_owned();
        let paper = citizen.get(&format!("{own}/slips/{slip}/file")).await.expect(200);
        assert!(paper.body.starts_with(b"%PDF"));
        officer.get(&format!("/api/v1/dossiers/{id}")).await.expect(200);

        // Another one waits for what was asked for.
        let form = example(&site, "1.004873").as_object().expect("a form").clone();
        let unit = site.unit("24682");
        let id = received(&site, "1.004873", unit, form, Verdict::Register).await;
        let asked = json!({
            "version": dossier(&site, id).await.version,
            "items": ["Giấy tờ chứng minh nơi cư trú"], "reason": "Thiếu giấy tờ"
        });
        let asking = officer
            .post(
                &format!("/api/v1/dossiers/{id}/actions/request_supplement"),
                &asked,
            )
            .await;
        asking.expect(200);
        let own = format!("/api/v1/status/{}", secret_of(&site, id).await);
        put_file(&citizen, &format!("{own}/papers/file?name=cu-tru.png"), PNG)
            .await
            .expect(200);
        let status = citizen.get(&own).await.expect(200).json();
        assert_eq!(status["can_supplement"], true);
        assert_eq!(status["asked"]["items"], json!(["Giấy tờ chứng minh nơi cư trú"]));
        assert_eq!(status["asked"]["reason"], "Thiếu giấy tờ");
        let done = json!({ "version": status["version"], "answer": "Đã bổ sung" });
        let after = post(&citizen, &format!("{own}/actions/answer-supplement"), &done)
            .await
            .expect(200)
            .json();
        assert_eq!(after["can_supplement"], false);
        assert_eq!(after["asked"], json!(null));
    }
}

#[tokio::test]
async fn a_strangers_program_is_told_what_the_pages_tell_and_no_more() {
    let site = Site::start().await;
    let citizen = site.visitor();
    let id = accepted(&site, "2.000815").await;
    let code = dossier(&site, id).await.code;
    let told = post(&citizen, "/api/v1/lookup", &json!({ "code": code }))
        .await
        .expect(200)
        .json();
    assert_eq!(told["code"], code);
    assert!(told["completion_percent"].is_u64());
    assert_eq!(told.as_object().map(serde_json::Map::len), Some(2));
    let unknown = post(
        &citizen,
        "/api/v1/lookup",
        &json!({ "code": "H00.1-250701-0001" }),
    )
    .await;
    assert_eq!(unknown.expect(200).json()["completion_percent"], Value::Null);
    let verdict = json!({ "proof": "không phải chứng minh", "fact": "{}" });
    let verdict = post(&citizen, "/api/v1/log/verify", &verdict)
        .await
        .expect(200)
        .json();
    assert_eq!(verdict["verdict"], "unreadable");

    let service = site.town.packs().queue().services[0].id.clone();
    let drawn = post(
        &citizen,
        "/api/v1/units/24682/queue/tickets",
        &json!({ "service": service }),
    )
    .await;
    let ticket = drawn.expect(201).json();
    let own = format!("/api/v1/tickets/{}", ticket["secret"].as_str().expect("a secret"));
    assert_eq!(citizen.get(&own).await.expect(200).json()["state"], "waiting");
    let left = post(&citizen, &format!("{own}/actions/leave"), &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(left["state"], "left");
    // A token opens nothing more here, and none is asked for.
    problem(&citizen.get("/api/v1/me").await, 401);
}

#[tokio::test]
async fn who_looks_up_too_often_waits_through_a_program_too() {
    let site = Site::start().await;
    let citizen = site.visitor();
    let body = json!({ "code": "H00.1-250701-0001" });
    let mut waits = false;
    for _ in 0..80 {
        let reply = post(&citizen, "/api/v1/lookup", &body).await;
        if reply.status.as_u16() == 429 {
            assert!(reply.header("retry-after").is_some());
            waits = true;
            break;
        }
    }
    assert!(waits, "the limit of the pages stands here, too");
}

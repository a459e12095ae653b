//! Text messages through a service with an HTTP interface.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use townhall_app::dossier::Verdict;
use townhall_app::message::SEND_MESSAGE;
use townhall_app::outside::Outside;
use townhall_carrier::{Authorities, HttpSms, SmsSettings};
use townhall_domain::dossier::ApplicantInput;
use townhall_domain::message::MessageState;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers;

use crate::office::{connect, outlet, received, run, standing};

#[derive(Clone, Default)]
struct Service {
    answers: Arc<Mutex<u16>>,
    came: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
}

async fn take(State(service): State<Service>, headers: HeaderMap, body: String) -> StatusCode {
    let answer = *service.answers.lock().expect("no panic");
    let body = serde_json::from_str(&body).expect("JSON");
    service.came.lock().expect("no panic").push((headers, body));
    StatusCode::from_u16(answer).expect("a status")
}

async fn start(service: &Service) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new()
        .route("/send", post(take))
        .with_state(service.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/send")
}

fn by_sms() -> ApplicantInput {
    ApplicantInput {
        messages: "vi".to_owned(),
        ..dossiers::applicant()
    }
}

fn sms(url: &str) -> HttpSms {
    HttpSms::new(&SmsSettings {
        url: url.to_owned(),
        body: r#"{"to":"{to}","sms":[{"content":"{text}"}],"ref":"{id}"}"#.to_owned(),
        header: Some("x-api-key".to_owned()),
        secret: Some("khóa".to_owned()).map(|_| "key-1".to_owned()),
        authorities: Authorities::default(),
        patience: Some(Duration::from_secs(1)),
    })
    .expect("settings that can be used")
}

#[tokio::test]
async fn a_telephone_is_told_in_plain_letters_where_no_address_was_given() {
    let service = Service::default();
    *service.answers.lock().expect("no panic") = 200;
    let url = start(&service).await;
    let site = Site::start().await;
    connect(
        &site,
        Outside {
            sms: outlet(sms(&url)),
            ..Outside::default()
        },
    );
    let id = received(&site, by_sms(), Verdict::Accept).await;
    run(&site, &SEND_MESSAGE, 0).await;
    assert_eq!(standing(&site).await, [(MessageState::Sent, None)]);
    let came = service.came.lock().expect("no panic").clone();
    let (headers, body) = &came[0];
    assert_eq!(headers["x-api-key"], "key-1");
    assert_eq!(headers["idempotency-key"], body["ref"].as_str().expect("an id"));
    assert_eq!(body["to"], "0900000001");
    let text = body["sms"][0]["content"].as_str().expect("a text");
    let dossier = dossiers::dossier(&site, id).await;
    assert!(text.is_ascii(), "{text}");
    assert!(
        text.starts_with(&format!("Ho so {} da duoc tiep nhan", dossier.code)),
        "{text}"
    );
    assert!(text.ends_with(&dossier.receipt_secret), "{text}");
}

#[tokio::test]
async fn a_busy_service_is_tried_again_and_one_that_refuses_the_number_is_not() {
    let service = Service::default();
    let url = start(&service).await;
    let site = Site::start().await;
    connect(
        &site,
        Outside {
            sms: outlet(sms(&url)),
            ..Outside::default()
        },
    );
    received(&site, by_sms(), Verdict::Accept).await;
    let why = |status: u16| Some(format!("the text-message service answered {status}"));
    for (status, state, after) in [
        (429, MessageState::Waiting, 0),
        (503, MessageState::Waiting, 15),
        (400, MessageState::Failed, 120),
    ] {
        *service.answers.lock().expect("no panic") = status;
        run(&site, &SEND_MESSAGE, after).await;
        assert_eq!(standing(&site).await, [(state, why(status))]);
    }
}

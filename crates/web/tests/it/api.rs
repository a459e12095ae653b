//! Promises of the API: tokens, scopes, versions, idempotency, pages, problems, and a whole dossier end to end.

mod citizens;
mod coverage;
mod desk;
mod files;
mod links;
mod more;
mod registers;
mod sent;

use axum::body::Body;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request};
use serde_json::{Value, json};
use townhall_app::accounts::{AddToken, add_token};
use townhall_app::clock::real_now;
use townhall_app::sign_in::secret::token_text;
use townhall_domain::permission::{Right, RightSet};
use townhall_testkit::{Client, Reply, Site};

use townhall_testkit::site::dossiers::{accepted, bring_to, dossier};

/// A program with a token.
pub(crate) struct Program {
    client: Client,
    token: String,
}

impl Program {
    /// A program of this person with all that he may.
    pub(crate) async fn of(site: &Site, user: &str) -> Self {
        Self::with(site, user, None).await
    }

    /// A program of this person with these rights, or all of his.
    async fn with(site: &Site, user: &str, scopes: Option<&[Right]>) -> Self {
        let actor = site.actor(user).await;
        let scopes: RightSet = scopes.map_or(actor.rights(), |scopes| scopes.iter().copied().collect());
        let command = AddToken {
            label: "thử".to_owned(),
            scopes,
            days: 30,
            now: real_now(),
        };
        let made = site
            .town
            .write("token", &actor, move |tx, cx| add_token(tx, cx, &command))
            .await;
        Self {
            client: site.visitor(),
            token: token_text(&made.expect("a token").secret),
        }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .header(ACCEPT_LANGUAGE, "en");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.client.send(request.body(body).expect("a request")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with(path, &[], body).await
    }

    pub(crate) async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.send(Method::POST, path, &all, Body::from(body.to_string()))
            .await
    }
}

/// The refusal's code; everything that a problem must have is there.
#[track_caller]
pub(crate) fn problem(reply: &Reply, status: u16) -> Value {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.text());
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json"),
        "{}",
        reply.text()
    );
    let problem = reply.json();
    assert_eq!(problem["status"], status);
    for part in ["type", "title", "detail", "code"] {
        assert!(
            problem[part]
                .as_str()
                .is_some_and(|text| !text.is_empty() && !text.contains('⟦')),
            "{part}: {problem}"
        );
    }
    problem
}

/// A dossier as a program files it.
fn copy_of(site: &Site) -> Value {
    let form = site
        .town
        .packs()
        .form("forms/2.000815.json")
        .expect("the form")
        .examples[0]
        .clone();
    let papers = ["original", "copies"].map(
        |component| json!({ "component": component, "status": "present", "source": "paper", "copies": 1 }),
    );
    json!({
        "procedure": "2.000815", "channel": "counter",
        "applicant": { "name": "Trần Thị Mẫu", "id_number": "068190009002", "born_on": "1996-05-06" },
        "form": form,
        "components": papers,
        "verdict": { "kind": "accept" }
    })
}

#[tokio::test]
async fn a_dossier_goes_from_reception_to_the_result_through_the_api() {
    for site in Site::on_each().await {
        let counter = Program::of(&site, "receptionist").await;
        let made = counter
            .post("/api/v1/dossiers", &copy_of(&site))
            .await
            .expect(201);
        let received = made.json();
        assert_eq!(
            made.header("location"),
            received["href"].as_str(),
            "{}",
            site.name()
        );
        assert_eq!(received["state"]["word"], "accepted");
        assert_eq!(received["receipt_secret"].as_str().map(str::len), Some(32));
        let href = received["href"].as_str().expect("an address").to_owned();

        let one = counter.get(&href).await.expect(200);
        let whole = one.json();
        assert_eq!(one.header("etag"), Some("\"1\""));
        assert_eq!(whole["applicant"]["id_number"], "••••••••9002");
        assert!(
            whole["deadline"]["steps"]
                .as_array()
                .is_some_and(|steps| !steps.is_empty())
        );
        let transfer = whole["actions"]
            .as_array()
            .expect("actions")
            .iter()
            .find(|action| action["action"] == "transfer");
        assert_eq!(transfer.expect("may transfer")["possible"], true);

        let moved = counter
            .post_with(
                &format!("{href}/actions/transfer"),
                &[("if-match", "\"1\"")],
                &json!({}),
            )
            .await;
        assert_eq!(moved.expect(200).json()["state"]["word"], "in_progress");
        for part in ["components", "steps", "slips", "records", "papers", "facts"] {
            let list = counter.get(&format!("{href}/{part}")).await.expect(200).json();
            assert!(list["items"].is_array(), "{part}");
        }
        let facts = counter.get(&format!("{href}/facts")).await.json();
        assert_eq!(facts["items"][1]["kind"], "dossier_transferred");
        let fact = format!(
            "/api/v1/facts/{}",
            facts["items"][0]["id"].as_str().expect("an id")
        );
        assert_eq!(
            counter.get(&fact).await.expect(200).json()["kind"],
            "dossier_accepted"
        );
        problem(&counter.get(&format!("{fact}/proof")).await, 404);
    }
}

#[tokio::test]
async fn a_circumstance_that_the_procedure_does_not_have_is_named_and_nothing_is_received() {
    let site = Site::start().await;
    let counter = Program::of(&site, "receptionist").await;
    let mut body = copy_of(&site);
    body["circumstances"] = json!(["registered-lat"]);
    let refused = problem(&counter.post("/api/v1/dossiers", &body).await, 422);
    assert!(refused.to_string().contains("registered-lat"), "{refused}");
    let listed = counter.get("/api/v1/dossiers").await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn the_same_key_does_nothing_twice_and_another_body_is_refused() {
    for site in Site::on_each().await {
        let counter = Program::of(&site, "receptionist").await;
        let (body, key) = (copy_of(&site), [("idempotency-key", "k-1")]);
        let first = counter
            .post_with("/api/v1/dossiers", &key, &body)
            .await
            .expect(201);
        let again = counter
            .post_with("/api/v1/dossiers", &key, &body)
            .await
            .expect(201);
        assert_eq!(first.json(), again.json(), "{}", site.name());
        assert_eq!(
            (
                first.header("idempotency-replayed"),
                again.header("idempotency-replayed")
            ),
            (None, Some("true"))
        );
        assert_eq!(again.header("location"), first.header("location"));
        let mut other = body.clone();
        other["applicant"]["name"] = json!("Lê Thị Mẫu");
        let refused = problem(&counter.post_with("/api/v1/dossiers", &key, &other).await, 422);
        assert_eq!(refused["code"], "key-reused");
        let listed = counter.get("/api/v1/dossiers").await.expect(200).json();
        assert_eq!(
            listed["items"].as_array().map(Vec::len),
            Some(1),
            "{}",
            site.name()
        );
        // What was refused is not kept: the same request with the same key may be sent again.
        let mut wrong = copy_of(&site);
        wrong["applicant"]["name"] = json!("");
        problem(
            &counter
                .post_with("/api/v1/dossiers", &[("idempotency-key", "k-2")], &wrong)
                .await,
            422,
        );
        counter
            .post_with("/api/v1/dossiers", &[("idempotency-key", "k-2")], &body)
            .await
            .expect(201);
        // Another account's key of the same text is another key.
        let other = Program::of(&site, "receptionist.2").await;
        other
            .post_with("/api/v1/dossiers", &key, &copy_of(&site))
            .await
            .expect(201);
    }
}

#[tokio::test]
async fn the_same_request_many_times_at_once_makes_one_dossier() {
    for site in Site::on_each().await {
        let counter = Program::of(&site, "receptionist").await;
        let (body, key) = (copy_of(&site), [("idempotency-key", "at-once")]);
        let asked = (0..8).map(|_| counter.post_with("/api/v1/dossiers", &key, &body));
        let replies = futures_join(asked).await;
        let ids: std::collections::BTreeSet<String> = replies
            .into_iter()
            .map(|reply| reply.expect(201).json()["id"].to_string())
            .collect();
        assert_eq!(ids.len(), 1, "{}", site.name());
    }
}

/// Runs futures side by side on this task.
async fn futures_join<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<std::pin::Pin<Box<F>>> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(move |cx| {
        for (future, slot) in waiting.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(cx)
            {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(done.iter_mut().filter_map(Option::take).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn an_old_version_is_told_and_no_version_is_asked_for() {
    let site = Site::start().await;
    let id = accepted(&site, "2.000815").await;
    let counter = Program::of(&site, "receptionist").await;
    let path = format!("/api/v1/dossiers/{id}/actions/transfer");
    assert_eq!(
        problem(&counter.post(&path, &json!({})).await, 428)["code"],
        "no-version"
    );
    assert_eq!(
        problem(&counter.post(&path, &json!({ "version": 7 })).await, 409)["code"],
        "conflict"
    );
    let refused = counter
        .post_with(&path, &[("if-match", "\"3\"")], &json!({ "version": 2 }))
        .await;
    assert_eq!(problem(&refused, 422)["errors"][0]["field"], "version");
    problem(
        &counter.post_with(&path, &[("if-match", "*")], &json!({})).await,
        422,
    );
    let version = dossier(&site, id).await.version;
    counter
        .post(&path, &json!({ "version": version }))
        .await
        .expect(200);
    let again = problem(
        &counter.post(&path, &json!({ "version": version + 1 })).await,
        409,
    );
    assert_eq!(again["code"], "not-allowed");
}

#[tokio::test]
async fn a_token_does_no_more_than_its_scopes_and_cookies_do_nothing() {
    let site = Site::start().await;
    let id = accepted(&site, "2.000815").await;
    let path = format!("/api/v1/dossiers/{id}");
    let reader = Program::with(&site, "receptionist", Some(&[Right::ReadDossier])).await;
    reader.get(&path).await.expect(200);
    let refused = problem(&reader.get(&format!("{path}/papers")).await, 403);
    assert!(
        refused["detail"]
            .as_str()
            .is_some_and(|text| text.contains("read_papers")),
        "{refused}"
    );
    let version = json!({ "version": dossier(&site, id).await.version });
    problem(
        &reader.post(&format!("{path}/actions/transfer"), &version).await,
        403,
    );
    problem(
        &reader
            .get("/api/v1/units/24682/statistics?from=2025-07-01&to=2025-08-04")
            .await,
        403,
    );

    // Who may not know of it gets the same answer as for what is not there.
    let sister = Program::of(&site, "cujut.receptionist").await;
    let strange = problem(&sister.get(&path).await, 404);
    let nothing = problem(
        &sister
            .get("/api/v1/dossiers/0198a000-0000-7000-8000-000000000000")
            .await,
        404,
    );
    assert_eq!(strange, nothing);
    problem(
        &sister.post(&format!("{path}/actions/transfer"), &version).await,
        404,
    );
    let party = Program::of(&site, "party.leader").await;
    problem(&party.get(&path).await, 403);

    let browser = site.sign_in("receptionist").await;
    let reply = browser.get(&path).await;
    assert_eq!(problem(&reply, 401)["code"], "unauthorized");
    assert!(
        reply
            .header("www-authenticate")
            .is_some_and(|scheme| scheme.starts_with("Bearer"))
    );
    let wrong = Program {
        client: site.visitor(),
        token: format!("townhall_{}", "A".repeat(43)),
    };
    problem(&wrong.get(&path).await, 401);
}

#[tokio::test]
async fn tokens_that_do_not_count_can_be_tried_only_so_often() {
    let site = Site::start().await;
    let good = Program::of(&site, "receptionist").await;
    let guess = Program {
        client: site.visitor(),
        token: "townhall_guess".to_owned(),
    };
    for _ in 0..60 {
        problem(&guess.get("/api/v1/me").await, 401);
    }
    let reply = guess.get("/api/v1/me").await;
    assert_eq!(problem(&reply, 429)["code"], "too-many");
    assert!(reply.header("retry-after").is_some());
    // Behind the same address a token that counts goes on.
    good.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table of bad inputs")]
async fn bad_input_is_refused_with_the_field_that_it_is() {
    let site = Site::start().await;
    let counter = Program::of(&site, "receptionist").await;
    let path = "/api/v1/dossiers";
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = copy_of(&site);
        change(&mut body);
        body
    };
    for (body, field, code) in [
        (
            with(&|body| body["procedure"] = json!("9.999999")),
            "procedure",
            "procedure-unknown",
        ),
        (
            with(&|body| body["unit"] = json!("00000")),
            "unit",
            "api-unit-unknown",
        ),
        (
            with(&|body| body["channel"] = json!("pigeon")),
            "channel",
            "api-word-unknown",
        ),
        (
            with(&|body| body["applicant"] = json!({})),
            "applicant.name",
            "applicant-name-missing",
        ),
        (
            with(&|body| body["applicant"]["name"] = json!("x".repeat(201))),
            "applicant.name",
            "api-text-too-long",
        ),
        (
            with(&|body| body["applicant"]["name"] = json!("A\u{0}B")),
            "applicant.name",
            "field-control-character",
        ),
        (
            with(&|body| body["applicant"]["born_on"] = json!("1996-02-30")),
            "applicant.born_on",
            "date-wrong",
        ),
        (
            with(&|body| body["applicant"]["born_on"] = json!("2030-01-01")),
            "applicant.born_on",
            "date-in-future",
        ),
        (
            with(&|body| body["components"][0]["status"] = json!("there")),
            "components[0].status",
            "api-word-unknown",
        ),
        (
            with(&|body| body["components"] = json!([])),
            "components.original",
            "component-missing",
        ),
        (
            with(&|body| body["unheard"] = json!(1)),
            "unheard",
            "api-field-unknown",
        ),
        (
            with(&|body| body["assisted"] = json!("yes")),
            "assisted",
            "api-field-wrong",
        ),
        (
            with(&|body| {
                body.as_object_mut().expect("a body").remove("channel");
            }),
            "channel",
            "api-field-missing",
        ),
        (
            with(&|body| body["portal_code"] = json!("a b")),
            "portal_code",
            "api-portal-code-wrong",
        ),
    ] {
        let refused = problem(&counter.post(path, &body).await, 422);
        let found = refused["errors"].as_array().expect("fields").iter().any(|error| {
            error["field"] == field
                && error["code"] == code
                && error["detail"].as_str().is_some_and(|text| !text.contains('⟦'))
        });
        assert!(found, "{field} {code}: {refused}");
    }
    let json_type = [("content-type", "application/json")];
    let broken = counter
        .send(Method::POST, path, &json_type, Body::from("{"))
        .await;
    assert_eq!(problem(&broken, 400)["code"], "no-json");
    let plain = counter
        .send(
            Method::POST,
            path,
            &[("content-type", "text/plain")],
            Body::from("{}"),
        )
        .await;
    assert_eq!(problem(&plain, 415)["code"], "media-type");
    let large = counter
        .send(Method::POST, path, &json_type, Body::from("x".repeat(10_000_000)))
        .await;
    assert_eq!(problem(&large, 413)["code"], "too-large");
    problem(
        &counter
            .post_with(path, &[("idempotency-key", &"k".repeat(201))], &copy_of(&site))
            .await,
        422,
    );
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "after=1",
        "state=11",
        "due=soon",
        "accepted_from=2025-13-01",
        "nothing=1",
        "limit=5&limit=6",
        "measure=received",
        "from=2025-07-01",
        "q=%00",
        "unit=%FF",
    ] {
        problem(&counter.get(&format!("{path}?{query}")).await, 422);
    }
    problem(&counter.get("/api/v1/dossiers/not-an-id").await, 404);
    problem(&counter.get("/api/v1/dossiers/%FF").await, 404);
    problem(&counter.get("/api/v1/nothing").await, 404);
    problem(&counter.send(Method::DELETE, path, &[], Body::empty()).await, 405);
    assert_eq!(
        counter.get("/api/v1/dossiers").await.expect(200).json()["items"],
        json!([]),
        "nothing was made"
    );
}

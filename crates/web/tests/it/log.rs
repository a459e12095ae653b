//! The log over HTTP: for verifiers, for people, and the proof of one fact.

use axum::body::Body;
use axum::http::Request;
use townhall_store::journal;
use townhall_testkit::foreign::VerifyLog;
use townhall_testkit::{Client, Reply, Site};

/// Sends the two files of a proof.
async fn verify(client: &Client, proof: &str, fact: &str) -> Reply {
    let part = |name: &str, text: &str| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\r\n{text}\r\n")
    };
    let body = format!("{}{}--b--\r\n", part("proof", proof), part("fact", fact));
    let request = Request::post("/verify").header("content-type", "multipart/form-data; boundary=b");
    client
        .send(request.body(Body::from(body)).expect("a request"))
        .await
}

/// The first fact about this person.
async fn fact_of(site: &Site, user: &str) -> journal::StoredFact {
    let person = site.employed(user).person.to_string();
    site.read(move |tx, _| Ok(journal::facts_of(tx, "person", &person)?.remove(0)))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_go_reference_accepts_what_is_served() {
    let Some(go) = VerifyLog::build() else { return };
    for site in Site::on_each().await {
        site.sequence().await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let base = format!("http://{}/log", listener.local_addr().expect("an address"));
        let served =
            tokio::spawn(axum::serve(listener, townhall_web::router(site.app.clone())).into_future());
        let visitor = site.visitor();
        let vkey = visitor.get("/log/key").await.text();
        let name = vkey.split(['/', '+']).nth(2).expect("a name").to_owned();
        // An older checkpoint, kept by somebody who does not trust us.
        let kept = townhall_testkit::temp_dir();
        let file = kept.path().join("checkpoint");
        std::fs::write(&file, visitor.get("/log/checkpoint").await.body).expect("written");
        let old = format!("-old={}", file.display());
        let admin = site.sign_in("admin").await;
        admin.get("/work").await;
        site.sequence().await;
        for base in [base.clone(), format!("{base}/{name}")] {
            // Blocks one thread of the runtime; the other serves.
            let told = go.accepts(&["-log", &base, "-vkey", &vkey, &old]);
            assert!(told.contains("ok: town.example/log/"), "{}: {told}", site.name());
        }
        served.abort();
    }
}

#[tokio::test]
async fn each_resource_has_the_type_and_the_lifetime_that_the_specification_asks_for() {
    let site = Site::start().await;
    site.sequence().await;
    let visitor = site.visitor();
    let name = visitor.get("/log/key").await.text();
    let name = name.split(['/', '+']).nth(2).expect("a name");
    let size: u64 = visitor
        .get("/log/checkpoint")
        .await
        .text()
        .lines()
        .nth(1)
        .expect("a size")
        .parse()
        .expect("a number");
    let edge = format!("{:03}.p/{}", size / 256, size % 256);
    for (path, kind, keep) in [
        (
            "/log/checkpoint".to_owned(),
            "text/plain; charset=utf-8",
            "public, max-age=5",
        ),
        (
            format!("/log/{name}/checkpoint"),
            "text/plain; charset=utf-8",
            "public, max-age=5",
        ),
        (
            format!("/log/tile/0/{edge}"),
            "application/octet-stream",
            "public, max-age=60",
        ),
        (
            format!("/log/{name}/tile/0/{edge}"),
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
        (
            format!("/log/{name}/tile/entries/{edge}"),
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
    ] {
        let reply = visitor.get(&path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-type"), Some(kind), "{path}");
        assert_eq!(reply.header("cache-control"), Some(keep), "{path}");
    }
    for path in [
        "/log/nothing/checkpoint",
        "/log/nothing/key",
        "/log/nothing/tile/0/000",
        "/log/tile/0/0",
        "/log/tile/9/000",
        "/log/tile/0/x999/000",
        "/log/tile/data/000",
        "/log/tile/0/000.p/0",
        "/log/tile/entries/000.p/256",
        "/log/tile/..%2f..%2fetc/passwd",
    ] {
        assert_eq!(visitor.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_proof_is_downloaded_by_who_may_know_and_checked_by_anybody() {
    for site in Site::on_each().await {
        let fact = fact_of(&site, "receptionist").await;
        let page = format!("/facts/{}", fact.id);
        let organiser = site.sign_in("organiser").await;
        organiser
            .get(&page)
            .await
            .expect(200)
            .must_say("chờ được ghi vào sổ");
        assert_eq!(
            organiser.get(&format!("{page}/proof")).await.status,
            404,
            "nothing to give yet"
        );
        site.sequence().await;
        organiser
            .get(&page)
            .await
            .expect(200)
            .must_say("Tải tệp bằng chứng");
        let proof = organiser.get(&format!("{page}/proof")).await.expect(200).text();
        let opened = organiser
            .get(&format!("{page}/fact.json"))
            .await
            .expect(200)
            .text();

        let visitor = site.visitor();
        verify(&visitor, &proof, &opened)
            .await
            .expect(200)
            .must_say("Nội dung chưa bị sửa chữ nào");
        let changed = opened.replace("\"version\": 1", "\"version\": 2");
        assert_ne!(changed, opened);
        verify(&visitor, &proof, &changed)
            .await
            .expect(200)
            .must_say("Không đúng.");
        verify(&visitor, &opened, &proof)
            .await
            .expect(200)
            .must_say("Không đọc được tệp.");
        let other = proof.replace("town.example", "else.example");
        verify(&visitor, &other, &opened)
            .await
            .expect(200)
            .must_say("Không phải sổ của đơn vị này.");
        verify(&visitor, "", &opened)
            .await
            .expect(422)
            .must_say("Chọn tệp bằng chứng.");
        let huge = "x".repeat(70_000);
        verify(&visitor, &huge, &opened).await.expect(400);
    }
}

#[tokio::test]
async fn who_may_not_know_of_the_subject_may_not_know_of_the_fact() {
    let site = Site::start().await;
    site.sequence().await;
    let fact = fact_of(&site, "receptionist").await;
    let page = format!("/facts/{}", fact.id);
    for user in ["cujut.head", "cujut.receptionist", "party.leader"] {
        let client = site.sign_in(user).await;
        for path in [page.clone(), format!("{page}/proof"), format!("{page}/fact.json")] {
            assert_eq!(client.get(&path).await.status, 404, "{user}: {path}");
        }
    }
    let stranger = site.visitor().get(&page).await;
    assert_eq!(stranger.status, 303);
    let organiser = site.sign_in("organiser").await;
    for path in ["/facts/nothing", "/facts/00000000-0000-0000-0000-000000000000"] {
        assert_eq!(organiser.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_public_pages_say_what_the_log_is_in_both_languages() {
    let site = Site::start().await;
    site.sequence().await;
    let visitor = site.visitor();
    let key = visitor.get("/log/key").await.text();
    let page = visitor.get("/transparency").await;
    let words = page.expect(200).words();
    assert!(
        words.contains("Sổ minh bạch") && words.contains(key.trim()),
        "{words}"
    );
    visitor.set_cookie("lang", "en");
    visitor
        .get("/transparency")
        .await
        .expect(200)
        .must_say("Transparency log");
    visitor
        .get("/verify")
        .await
        .expect(200)
        .must_say("Check a receipt");
}

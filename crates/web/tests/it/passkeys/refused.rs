//! Answers that open nothing: to another challenge, from another page, too late, twice, of a copy, too many.

use axum::http::Request;
use serde_json::Value;
use townhall_testkit::Authenticator;
use townhall_testkit::site::people::PASSWORD;

use super::{
    ORIGIN, WRONG, add, after_password, alone, asked, challenge, clerk_with_passkey, options, send, site,
    sites, step,
};

#[tokio::test]
async fn an_answer_to_another_challenge_address_person_or_without_a_finger_is_refused() {
    let site = site().await;
    let (_, mut device) = clerk_with_passkey(&site).await;
    let client = site.visitor();
    let (_, foreign) = challenge(&client, "/sign-in/passkey/begin").await;
    let (token, _) = challenge(&client, "/sign-in/passkey/begin").await;
    let shown = device.get(&foreign);
    send(&client, "/sign-in/passkey", &token, &shown)
        .await
        .expect(422)
        .must_say(WRONG);

    for origin in [
        "http://localhost:8081",
        "https://localhost:8080",
        "http://127.0.0.1:8080",
        "http://evil.example",
        "null",
    ] {
        origin.clone_into(&mut device.origin);
        let (_, reply) = alone(&site, &mut device).await;
        reply.expect(422).must_say(WRONG);
    }
    ORIGIN.clone_into(&mut device.origin);
    device.verified = false;
    alone(&site, &mut device).await.1.expect(422).must_say(WRONG);
    device.verified = true;
    device.user = Some(vec![7; 16]);
    alone(&site, &mut device).await.1.expect(422).must_say(WRONG);
    device.user = None;

    // A passkey that nobody has, and one of another account after the password of this one.
    let mut stranger = Authenticator::at(ORIGIN);
    let chair = site.sign_in("chair").await;
    let page = asked(&chair, "Máy khác").await;
    stranger.create(&options(&page));
    alone(&site, &mut stranger).await.1.expect(422).must_say(WRONG);
    let mut others = Authenticator::at(ORIGIN);
    add(&chair, &mut others, "Máy của chủ tịch").await;
    let waiting = after_password(&site).await;
    let (token, mut asked) = challenge(&waiting, "/sign-in/code/passkey/begin").await;
    asked["allowCredentials"] = Value::Null;
    let shown = others.get(&asked);
    send(&waiting, "/sign-in/code/passkey", &token, &shown)
        .await
        .expect(422)
        .must_say(WRONG);
    // After all that the right one still opens.
    step(&waiting, &mut device).await.expect(303);
}

#[tokio::test]
async fn a_challenge_of_another_session_or_for_another_purpose_makes_nothing() {
    let site = site().await;
    let mut device = Authenticator::at(ORIGIN);
    let (client, elsewhere) = (site.sign_in("clerk").await, site.sign_in("clerk").await);
    let page = asked(&client, "Máy này").await;
    let made = device.create(&options(&page)).to_string();
    let token = page.hidden("token").expect("a token");
    let fields = [
        ("label", "Máy này"),
        ("token", token.as_str()),
        ("credential", made.as_str()),
    ];
    let refused = elsewhere
        .post("/settings/passkeys/confirm", &fields)
        .await
        .expect(422);
    refused.must_say("Chưa thêm được khóa");
    // It was taken by that: the right session gets nothing either.
    client
        .post("/settings/passkeys/confirm", &fields)
        .await
        .expect(422);
    client
        .get("/settings/passkeys")
        .await
        .must_say("Chưa có khóa truy cập nào");

    // A challenge to sign in is no challenge for a new one, nor the other way.
    add(&client, &mut device, "Máy này").await;
    let (token, asked) = challenge(&site.visitor(), "/sign-in/passkey/begin").await;
    let shown = device.get(&asked).to_string();
    let fields = [
        ("label", "Máy này"),
        ("token", token.as_str()),
        ("credential", shown.as_str()),
    ];
    client
        .post("/settings/passkeys/confirm", &fields)
        .await
        .expect(422);
    client
        .post_bare("/sign-in/code/passkey/begin", &[])
        .await
        .expect(422);
}

#[tokio::test]
async fn a_challenge_that_has_ended_and_a_session_that_has_ended_are_refused() {
    for site in sites().await {
        let (_, mut device) = clerk_with_passkey(&site).await;
        let client = site.visitor();
        let (token, options) = challenge(&client, "/sign-in/passkey/begin").await;
        let waiting = after_password(&site).await;
        let (step_token, step_options) = challenge(&waiting, "/sign-in/code/passkey/begin").await;
        let later = |tx: &mut townhall_store::Tx<'_>, _: &townhall_app::cx::Cx| {
            let now = townhall_app::clock::real_now();
            let rows = tx.rows("SELECT expires_at FROM passkey_ceremonies", &[])?;
            let five_minutes = rows.iter().all(|row| {
                row.get::<i64>("expires_at")
                    .is_ok_and(|ends| (1..=300_000).contains(&(ends - now.as_millisecond())))
            });
            assert!(five_minutes && rows.len() == 2);
            tx.execute(
                "UPDATE passkey_ceremonies SET expires_at = expires_at - 300000",
                &[],
            )?;
            Ok(())
        };
        site.write(later).await.expect("five minutes pass");
        let shown = device.get(&options);
        send(&client, "/sign-in/passkey", &token, &shown)
            .await
            .expect(422)
            .must_say(WRONG);
        let shown = device.get(&step_options);
        send(&waiting, "/sign-in/code/passkey", &step_token, &shown)
            .await
            .expect(422)
            .must_say(WRONG);

        let (token, options) = challenge(&waiting, "/sign-in/code/passkey/begin").await;
        waiting.post("/sign-out", &[]).await.expect(303);
        let shown = device.get(&options);
        let ended = send(&waiting, "/sign-in/code/passkey", &token, &shown)
            .await
            .expect(303);
        assert_eq!(ended.location().as_deref(), Some("/sign-in"));
    }
}

#[tokio::test]
async fn a_closed_account_is_told_like_an_unknown_passkey() {
    let site = site().await;
    let (_, mut device) = clerk_with_passkey(&site).await;
    let waiting = after_password(&site).await;
    let (token, asked) = challenge(&waiting, "/sign-in/code/passkey/begin").await;
    let account = site.employed("clerk").account;
    let admin = site.sign_in("admin").await;
    let path = format!("/admin/accounts/{account}/close");
    let version = admin.get(&path).await.hidden("version").expect("a version");
    admin.post(&path, &[("version", &version)]).await.expect(303);

    let (_, closed) = alone(&site, &mut device).await;
    let mut nobody = Authenticator::at(ORIGIN);
    let page = self::asked(&site.sign_in("chair").await, "Máy khác").await;
    nobody.create(&options(&page));
    let (_, unknown) = alone(&site, &mut nobody).await;
    assert_eq!(closed.status, 422);
    assert_eq!(closed.status_and_words(), unknown.status_and_words());
    let shown = device.get(&asked);
    let reply = send(&waiting, "/sign-in/code/passkey", &token, &shown).await;
    assert!(matches!(reply.status.as_u16(), 303 | 422) && reply.header("set-cookie").is_none());
    waiting.get("/work").await.expect(303);
}

#[tokio::test]
async fn a_counter_that_does_not_go_on_is_told_and_the_passkey_opens_nothing_more() {
    for site in sites().await {
        let (owner, mut device) = clerk_with_passkey(&site).await;
        alone(&site, &mut device).await.1.expect(303);
        let true_counter = device.counter;
        device.counter = 1;
        let (_, copied) = alone(&site, &mut device).await;
        copied.expect(422).must_say("có thể đã bị sao chép");
        // Nobody can tell which of the two is the copy.
        device.counter = true_counter + 5;
        let (_, right) = alone(&site, &mut device).await;
        right.expect(422).must_say("có thể đã bị sao chép");
        let waiting = after_password(&site).await;
        step(&waiting, &mut device)
            .await
            .expect(422)
            .must_say("có thể đã bị sao chép");
        owner
            .get("/settings/passkeys")
            .await
            .must_say("Có thể đã bị sao chép");
        // A device that never counts is no copy.
        let mut silent = Authenticator::at(ORIGIN);
        silent.counter = 0;
        let chair = site.sign_in("chair").await;
        add(&chair, &mut silent, "Điện thoại").await;
        for _ in 0..2 {
            alone(&site, &mut silent).await.1.expect(303);
        }
    }
}

#[tokio::test]
async fn challenges_and_wrong_answers_make_one_wait_and_nobody_else() {
    let site = site().await;
    let (_, mut device) = clerk_with_passkey(&site).await;
    let waiting = after_password(&site).await;
    device.verified = false;
    for _ in 0..5 {
        step(&waiting, &mut device).await.expect(422);
    }
    device.verified = true;
    let reply = step(&waiting, &mut device).await.expect(429);
    reply.must_say("Hãy thử lại sau");

    let client = site.visitor();
    for _ in 0..40 {
        challenge(&client, "/sign-in/passkey/begin").await;
    }
    let mut told = client.post_bare("/sign-in/passkey/begin", &[]).await;
    if told.status == 200 {
        told = client.post_bare("/sign-in/passkey/begin", &[]).await;
    }
    let told = told.expect(429).json();
    assert!(
        told["message"]
            .as_str()
            .expect("a sentence")
            .contains("Hãy thử lại sau")
    );
    let fields = [("user_name", "chair"), ("password", PASSWORD)];
    client.post_bare("/sign-in", &fields).await.expect(303);
}

#[tokio::test]
async fn odd_answers_are_refused_and_never_a_failure() {
    let site = site().await;
    let (client, _) = clerk_with_passkey(&site).await;
    let long = format!("{{\"id\":\"{}\"}}", "a".repeat(100_000));
    for odd in [
        "",
        "{}",
        "[]",
        "null",
        "\0",
        long.as_str(),
        r#"{"id":"","rawId":"","type":"public-key","response":{}}"#,
    ] {
        let visitor = site.visitor();
        let (token, _) = challenge(&visitor, "/sign-in/passkey/begin").await;
        let fields = [("token", token.as_str()), ("credential", odd)];
        visitor.post_bare("/sign-in/passkey", &fields).await.expect(422);
        visitor
            .post_bare("/sign-in/passkey", &[("token", odd)])
            .await
            .expect(422);
        let page = asked(&client, "Máy").await;
        let token = page.hidden("token").expect("a token");
        let fields = [("token", token.as_str()), ("credential", odd)];
        client
            .post("/settings/passkeys/confirm", &fields)
            .await
            .expect(422);
        client
            .get(&format!(
                "/settings/passkeys/{}/remove",
                if odd == "{}" { "x" } else { "0" }
            ))
            .await
            .expect(404);
    }
    let cross = Request::post("/sign-in/passkey/begin").header("sec-fetch-site", "cross-site");
    let cross = cross.body(axum::body::Body::empty()).expect("a request");
    site.visitor().send(cross).await.expect(403);
}

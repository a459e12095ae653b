//! Signing in, choosing a post, one's own settings; over HTTP.

use axum::body::Body;
use axum::http::Request;
use townhall_app::sign_in::totp;
use townhall_testkit::Site;
use townhall_testkit::site::people::PASSWORD;

fn credentials<'a>(user: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("user_name", user), ("password", password)]
}

#[tokio::test]
async fn the_password_opens_the_door_and_leads_where_one_wanted_to_go() {
    let site = Site::start().await;
    let client = site.visitor();
    client
        .get("/sign-in?next=%2Fdossiers")
        .await
        .expect(200)
        .must_say("Đăng nhập");
    let mut fields = credentials("clerk", PASSWORD).to_vec();
    fields.push(("next", "/dossiers"));
    let reply = client.post_bare("/sign-in", &fields).await.expect(303);
    assert_eq!(reply.location().as_deref(), Some("/dossiers"));
    let cookie = reply.header("set-cookie").expect("a cookie");
    assert!(
        cookie.starts_with("townhall=") && cookie.contains("; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    client.get("/work").await.expect(200);
    // Signed in already: the form is not shown again.
    let again = client.get("/sign-in?next=//evil.example").await.expect(303);
    assert_eq!(again.location().as_deref(), Some("/work"));
}

#[tokio::test]
async fn a_wrong_password_keeps_the_name_shows_no_password_and_waits_at_last() {
    let site = Site::start().await;
    let client = site.visitor();
    for _ in 0..5 {
        let reply = client
            .post_bare("/sign-in", &credentials("clerk", "sai mật khẩu"))
            .await
            .expect(422);
        reply.must_say("Tên đăng nhập hoặc mật khẩu không đúng");
        assert_eq!(reply.value("user_name").as_deref(), Some("clerk"));
        assert!(!reply.text().contains("sai mật khẩu"));
    }
    let reply = client
        .post_bare("/sign-in", &credentials("clerk", PASSWORD))
        .await
        .expect(429);
    reply.must_say("Hãy thử lại sau");
    let nobody = client
        .post_bare("/sign-in", &credentials("nobody", "x"))
        .await
        .expect(422);
    nobody.must_say("Tên đăng nhập hoặc mật khẩu không đúng");
    for odd in ["", "\0", &"x".repeat(100_000), "<script>alert(1)</script>"] {
        let reply = client.post_bare("/sign-in", &credentials(odd, odd)).await;
        assert!(matches!(reply.status.as_u16(), 422 | 429), "{}", reply.status);
        assert!(!reply.text().contains("<script>alert"));
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let site = Site::start().await;
    let client = site.sign_in("clerk").await;
    let headers = client.cookie_headers();
    let reply = client.post("/sign-out", &[]).await.expect(303);
    assert_eq!(reply.location().as_deref(), Some("/sign-in?out=1"));
    client.get("/work").await.expect(303);
    let mut old = Request::get("/work").body(Body::empty()).expect("a request");
    old.headers_mut().extend(headers);
    site.visitor().send(old).await.expect(303);
}

#[tokio::test]
async fn who_signs_in_over_another_session_ends_it() {
    let site = Site::start().await;
    let client = site.sign_in("clerk").await;
    let headers = client.cookie_headers();
    let wrong = credentials("receptionist", "not the password");
    client.post("/sign-in", &wrong).await.expect(422);
    client.get("/work").await.expect(200);
    client
        .post("/sign-in", &credentials("receptionist", PASSWORD))
        .await
        .expect(303);
    let mut old = Request::get("/work").body(Body::empty()).expect("a request");
    old.headers_mut().extend(headers);
    site.visitor().send(old).await.expect(303);
    client.get("/work").await.expect(200).must_say("Lê Thị Mỹ Hạnh");
}

#[tokio::test]
async fn a_form_of_another_site_or_without_its_token_changes_nothing() {
    let site = Site::start().await;
    let client = site.sign_in("clerk").await;
    client
        .post_bare("/settings", &[("language", "en"), ("theme", "dark")])
        .await
        .expect(403);
    let wrong = [("csrf", "0123"), ("language", "en"), ("theme", "dark")];
    client.post_bare("/settings", &wrong).await.expect(403);
    let csrf = client.csrf();
    let body = format!("csrf={csrf}&language=en&theme=dark");
    let cross = Request::post("/settings")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(body))
        .expect("a request");
    client.send(cross).await.expect(403);
    let login = Request::post("/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example")
        .header("host", "town.example")
        .body(Body::from("user_name=clerk&password=x"))
        .expect("a request");
    site.visitor().send(login).await.expect(403);
    assert_eq!(
        client.get("/settings").await.value("language").as_deref(),
        Some("vi")
    );
}

#[tokio::test]
async fn language_and_theme_are_kept_for_visitors_and_for_officers() {
    let site = Site::start().await;
    let visitor = site.visitor();
    let reply = visitor.get("/sign-in?lang=en").await.expect(303);
    assert_eq!(reply.location().as_deref(), Some("/sign-in"));
    visitor.get("/sign-in").await.must_say("Sign in");
    let officer = site.sign_in("clerk").await;
    officer.get("/settings?theme=dark&lang=en").await.expect(303);
    let page = officer.get("/settings").await.expect(200);
    page.must_say("Personal settings");
    assert!(page.text().contains("data-bs-theme=\"dark\""));
    let changed = [("language", "vi"), ("theme", "light"), ("single_keys", "1")];
    officer.post("/settings", &changed).await.expect(303);
    officer.get("/settings").await.must_say("Cá nhân");
    officer
        .post("/settings", &[("language", "xx"), ("theme", "light")])
        .await
        .expect(422);
}

#[tokio::test]
async fn ones_own_password_is_changed_with_the_old_one() {
    let site = Site::start().await;
    let (client, elsewhere) = (site.sign_in("clerk").await, site.sign_in("clerk").await);
    let change = |old: &'static str, new: &'static str, again: &'static str| {
        [("old", old), ("password", new), ("again", again)]
    };
    for (fields, said) in [
        (
            change(PASSWORD, "một chiếc nón lá", "một chiếc nón"),
            "Hai lần gõ không giống nhau",
        ),
        (
            change("sai", "một chiếc nón lá", "một chiếc nón lá"),
            "Mật khẩu đang dùng chưa đúng",
        ),
        (change(PASSWORD, "ngắn", "ngắn"), "ít nhất 10 ký tự"),
    ] {
        client
            .post("/settings/password", &fields)
            .await
            .expect(422)
            .must_say(said);
    }
    let good = change(PASSWORD, "một chiếc nón lá", "một chiếc nón lá");
    let reply = client.post("/settings/password", &good).await.expect(303);
    client.follow(reply).await.expect(200).must_say("Đã đổi mật khẩu");
    elsewhere.get("/work").await.expect(303);
    site.visitor()
        .post_bare("/sign-in", &credentials("clerk", PASSWORD))
        .await
        .expect(422);
    site.visitor()
        .post_bare("/sign-in", &credentials("clerk", "một chiếc nón lá"))
        .await
        .expect(303);
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "one-time codes go by the machine's clock"
)]
async fn one_time_codes_are_enrolled_and_asked_for() {
    let site = Site::start().await;
    let client = site.sign_in("clerk").await;
    let page = client.get("/settings/codes").await.expect(200);
    let secret = totp::parse_secret(&page.hidden("secret").expect("a secret")).expect("base32");
    let shown = page.hidden("secret").expect("a secret");
    let wrong = client
        .post("/settings/codes", &[("secret", &shown), ("code", "12345")])
        .await
        .expect(422);
    assert_eq!(
        wrong.hidden("secret").as_deref(),
        Some(shown.as_str()),
        "the same picture is shown again"
    );
    let now = jiff::Timestamp::now();
    let code = totp::code_at(&secret, now);
    client
        .post("/settings/codes", &[("secret", &shown), ("code", &code)])
        .await
        .expect(303);
    let fresh = site.visitor();
    let reply = fresh
        .post_bare("/sign-in", &credentials("clerk", PASSWORD))
        .await
        .expect(303);
    assert_eq!(reply.location().as_deref(), Some("/sign-in/code"));
    fresh.get("/work").await.expect(303);
    fresh.get("/sign-in/post").await.expect(303);
    fresh.get("/sign-in/code").await.expect(200).must_say("Mã sáu số");
    // The enrolling code is spent; the next one opens the door.
    fresh
        .post_bare("/sign-in/code", &[("code", &code)])
        .await
        .expect(422)
        .must_say("đã dùng rồi");
    let next = totp::code_at(&secret, now + jiff::SignedDuration::from_secs(30));
    let open = fresh
        .post_bare("/sign-in/code", &[("code", &next)])
        .await
        .expect(303);
    assert_eq!(open.location().as_deref(), Some("/work"));
    fresh.get("/work").await.expect(200);
}

#[tokio::test]
async fn a_node_that_asks_for_codes_lets_nobody_work_without_them() {
    use tower::ServiceExt;

    let site = Site::start().await;
    let client = site.sign_in("clerk").await;
    let router = townhall_web::router(site.app.clone().requiring_codes(true));
    let ask = |path: &'static str| {
        let mut request = Request::get(path).body(Body::empty()).expect("a request");
        request.headers_mut().extend(client.cookie_headers());
        let router = router.clone();
        async move { router.oneshot(request).await.expect("an answer") }
    };
    let sent = ask("/work").await;
    assert_eq!(sent.headers()["location"], "/settings/codes");
    assert_eq!(ask("/settings/codes").await.status().as_u16(), 200);
}

#[tokio::test]
async fn a_token_is_shown_once_listed_and_taken_back() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    client
        .post("/settings/tokens", &[("label", ""), ("days", "x")])
        .await
        .expect(422);
    let wanted = [("label", "Máy quét"), ("days", "30"), ("scopes", "read_dossier")];
    let made = client.post("/settings/tokens", &wanted).await.expect(200);
    let text = made.text();
    let at = text.find("townhall_").expect("the token");
    let token: String = text[at..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c))
        .collect();
    let mut headers = axum::http::HeaderMap::new();
    headers.insert(
        "authorization",
        format!("Bearer {token}").parse().expect("a header"),
    );
    let actor = townhall_web::bearer::actor(&site.app, &headers)
        .await
        .expect("the database answers");
    assert!(actor.is_some_and(|actor| actor.holds(townhall_domain::permission::Right::ReadDossier)));
    let list = client.get("/settings/tokens").await.expect(200);
    list.must_say("Máy quét");
    assert!(!list.text().contains(&token));
    let at = list.text().find("/settings/tokens/").expect("a form");
    let path: String = list.text()[at..].chars().take_while(|c| *c != '"').collect();
    site.sign_in("clerk").await.post(&path, &[]).await.expect(404);
    client.post(&path, &[]).await.expect(303);
    let gone = townhall_web::bearer::actor(&site.app, &headers)
        .await
        .expect("the database answers");
    assert!(gone.is_none());
}

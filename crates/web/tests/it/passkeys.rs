//! Passkeys over HTTP: added, used after the password and alone, removed; what must be refused stands in `refused`.

mod refused;

use serde_json::Value;
use townhall_app::sign_in::totp;
use townhall_store::passkeys;
use townhall_testkit::site::people::PASSWORD;
use townhall_testkit::{Authenticator, Client, Reply, Site};

use crate::api::Program;

const ORIGIN: &str = "http://localhost:8080";
const WRONG: &str = "Khóa truy cập này không mở được";

/// Sites under an address at which browsers allow passkeys.
async fn sites() -> Vec<Site> {
    let sites = Site::on_each().await.into_iter();
    sites
        .map(|site| site.reached_at("http://127.0.0.1:8080"))
        .collect()
}

async fn site() -> Site {
    Site::start().await.reached_at(ORIGIN)
}

/// The challenge that stands in a page.
fn options(page: &Reply) -> Value {
    let text = page.text();
    let (_, rest) = text.split_once("data-passkey-options=\"").expect("a challenge");
    let (options, _) = rest.split_once('"').expect("its end");
    serde_json::from_str(&options.replace("&quot;", "\"").replace("&amp;", "&")).expect("JSON")
}

/// Types name and password; gives the page that asks the browser.
async fn asked(client: &Client, label: &str) -> Reply {
    let fields = [("label", label), ("password", PASSWORD)];
    client.post("/settings/passkeys", &fields).await.expect(200)
}

/// Adds a passkey as the page does.
async fn add(client: &Client, device: &mut Authenticator, label: &str) {
    let page = asked(client, label).await;
    let made = device.create(&options(&page)).to_string();
    let token = page.hidden("token").expect("a token");
    let fields = [
        ("label", label),
        ("token", token.as_str()),
        ("credential", made.as_str()),
    ];
    let reply = client
        .post("/settings/passkeys/confirm", &fields)
        .await
        .expect(303);
    assert_eq!(reply.location().as_deref(), Some("/settings?done=passkey"));
}

/// Somebody with one passkey on a device.
async fn clerk_with_passkey(site: &Site) -> (Client, Authenticator) {
    let mut device = Authenticator::at(ORIGIN);
    let client = site.sign_in("clerk").await;
    add(&client, &mut device, "Máy ở văn thư").await;
    (client, device)
}

/// A challenge as the script gets it: its token and what the browser is asked.
async fn challenge(client: &Client, path: &str) -> (String, Value) {
    let told = client.post_bare(path, &[]).await.expect(200).json();
    (
        told["token"].as_str().expect("a token").to_owned(),
        told["options"].clone(),
    )
}

async fn send(client: &Client, path: &str, token: &str, shown: &Value) -> Reply {
    let shown = shown.to_string();
    client
        .post_bare(path, &[("token", token), ("credential", &shown)])
        .await
}

/// Signs in by a passkey alone, in a browser of its own.
async fn alone(site: &Site, device: &mut Authenticator) -> (Client, Reply) {
    let client = site.visitor();
    let (token, options) = challenge(&client, "/sign-in/passkey/begin").await;
    let shown = device.get(&options);
    let reply = send(&client, "/sign-in/passkey", &token, &shown).await;
    (client, reply)
}

/// A browser in which the password was typed.
async fn after_password(site: &Site) -> Client {
    let client = site.visitor();
    let fields = [("user_name", "clerk"), ("password", PASSWORD)];
    let reply = client.post_bare("/sign-in", &fields).await.expect(303);
    assert_eq!(reply.location().as_deref(), Some("/sign-in/code"));
    client
}

async fn step(client: &Client, device: &mut Authenticator) -> Reply {
    let (token, options) = challenge(client, "/sign-in/code/passkey/begin").await;
    let shown = device.get(&options);
    send(client, "/sign-in/code/passkey", &token, &shown).await
}

#[tokio::test]
async fn a_passkey_is_added_with_the_password_opens_the_door_and_is_removed() {
    for site in sites().await {
        let program = Program::of(&site, "clerk").await;
        let client = site.sign_in("clerk").await;
        for (label, password, said) in [
            ("Máy ở văn thư", "sai mật khẩu", "Mật khẩu đang dùng chưa đúng"),
            (" ", PASSWORD, "Hãy đặt tên từ 1 đến 80 ký tự"),
        ] {
            let fields = [("label", label), ("password", password)];
            let reply = client.post("/settings/passkeys", &fields).await.expect(422);
            reply.must_say(said);
            assert!(!reply.text().contains("data-passkey-options"));
        }
        let mut device = Authenticator::at(ORIGIN);
        add(&client, &mut device, "Máy ở văn thư").await;
        client
            .get("/settings/passkeys")
            .await
            .expect(200)
            .must_say("Máy ở văn thư");
        client
            .get("/settings")
            .await
            .expect(200)
            .must_say("1 khóa truy cập");
        let told = program.get("/api/v1/me/passkeys").await.expect(200).json();
        assert_eq!(told["items"][0]["label"], "Máy ở văn thư");
        assert_eq!(
            (&told["items"][0]["domain"], &told["items"][0]["used_at"]),
            (&"localhost".into(), &Value::Null)
        );

        let second = after_password(&site).await;
        second.get("/work").await.expect(303);
        let page = second.get("/sign-in/code").await.expect(200);
        page.must_say("Dùng khóa truy cập");
        page.must_not_say("Mã sáu số");
        let open = step(&second, &mut device).await.expect(303);
        assert_eq!(open.location().as_deref(), Some("/work"));
        second.get("/work").await.expect(200);

        let (only, reply) = alone(&site, &mut device).await;
        assert_eq!(reply.expect(303).location().as_deref(), Some("/work"));
        only.get("/work").await.expect(200);
        let told = program.get("/api/v1/me/passkeys").await.expect(200).json();
        assert!(told["items"][0]["used_at"].is_string());

        let path = format!(
            "/settings/passkeys/{}/remove",
            told["items"][0]["id"].as_str().expect("an id")
        );
        client
            .get(&path)
            .await
            .expect(200)
            .must_say("chỉ cần mật khẩu là vào được");
        client.post(&path, &[("password", "sai")]).await.expect(422);
        client.post(&path, &[("password", PASSWORD)]).await.expect(303);
        client.post(&path, &[("password", PASSWORD)]).await.expect(404);
        let (_, reply) = alone(&site, &mut device).await;
        reply.expect(422).must_say(WRONG);
        let fields = [("user_name", "clerk"), ("password", PASSWORD)];
        let reply = site.visitor().post_bare("/sign-in", &fields).await.expect(303);
        assert_eq!(reply.location().as_deref(), Some("/work"));
    }
}

#[tokio::test]
async fn a_challenge_counts_once_whatever_the_answer_and_in_any_process() {
    for site in sites().await {
        let (_, mut device) = clerk_with_passkey(&site).await;
        let client = site.visitor();
        let (token, options) = challenge(&client, "/sign-in/passkey/begin").await;
        let shown = device.get(&options);
        // The answer comes to another process than the one that was asked: nothing is kept in memory.
        let site = site.reached_at(ORIGIN);
        let other = site.visitor();
        send(&other, "/sign-in/passkey", &token, &shown).await.expect(303);
        let again = send(&site.visitor(), "/sign-in/passkey", &token, &shown).await;
        again.expect(422).must_say(WRONG);

        // A wrong answer spends it too.
        let (token, options) = challenge(&client, "/sign-in/passkey/begin").await;
        let right = device.get(&options);
        send(&client, "/sign-in/passkey", &token, &Value::from("?"))
            .await
            .expect(422);
        send(&client, "/sign-in/passkey", &token, &right)
            .await
            .expect(422);

        // A later challenge of the same session takes the place of the earlier one.
        let client = after_password(&site).await;
        let (token, options) = challenge(&client, "/sign-in/code/passkey/begin").await;
        challenge(&client, "/sign-in/code/passkey/begin").await;
        let late = device.get(&options);
        send(&client, "/sign-in/code/passkey", &token, &late)
            .await
            .expect(422);
    }
}

#[tokio::test]
async fn who_has_codes_too_uses_either() {
    let site = site().await;
    let (client, mut device) = clerk_with_passkey(&site).await;
    let page = client.get("/settings/codes").await.expect(200);
    let shown = page.hidden("secret").expect("a secret");
    let secret = totp::parse_secret(&shown).expect("a secret");
    let now = townhall_app::clock::real_now();
    let fields = [("secret", shown.as_str()), ("code", &totp::code_at(&secret, now))];
    client.post("/settings/codes", &fields).await.expect(303);

    let waiting = after_password(&site).await;
    let page = waiting.get("/sign-in/code").await.expect(200);
    page.must_say("Dùng khóa truy cập");
    page.must_say("Hoặc dùng mã xác thực");
    waiting
        .post_bare("/sign-in/code", &[("code", "000")])
        .await
        .expect(422)
        .must_say("Dùng khóa truy cập");
    step(&waiting, &mut device).await.expect(303);
    waiting.get("/work").await.expect(200);

    let next = totp::code_at(&secret, now + jiff::SignedDuration::from_secs(30));
    let other = after_password(&site).await;
    other
        .post_bare("/sign-in/code", &[("code", &next)])
        .await
        .expect(303);
    other.get("/work").await.expect(200);
}

#[tokio::test]
async fn where_codes_are_required_a_passkey_is_as_good_and_the_last_one_stays() {
    let site = site().await.requiring_codes();
    let client = site.sign_in("clerk").await;
    let sent = client.get("/work").await.expect(303);
    assert_eq!(sent.location().as_deref(), Some("/settings/codes"));
    client
        .get("/settings/codes")
        .await
        .expect(200)
        .must_say("Dùng khóa truy cập thay cho mã xác thực");
    let mut device = Authenticator::at(ORIGIN);
    add(&client, &mut device, "Máy ở văn thư").await;
    client.get("/work").await.expect(200);
    let list = client.get("/settings/passkeys").await.expect(200).text();
    let at = list.find("/settings/passkeys/0").expect("a passkey");
    let path = list[at..].split('"').next().expect("a path");
    let needed = "Đơn vị yêu cầu bước thứ hai";
    client.get(path).await.must_say(needed);
    client
        .post(path, &[("password", PASSWORD)])
        .await
        .expect(422)
        .must_say(needed);
    add(&client, &mut device, "Điện thoại").await;
    client.post(path, &[("password", PASSWORD)]).await.expect(303);
}

#[tokio::test]
async fn an_address_without_passkeys_says_why_and_shows_no_dead_button() {
    for (base, said) in [
        ("http://town.example", "trình duyệt chỉ cho dùng qua HTTPS"),
        ("https://10.0.0.7", "trình duyệt đòi một tên miền"),
    ] {
        let site = Site::start().await.reached_at(base);
        let actor = site.visitor();
        let page = actor.get("/sign-in").await.expect(200);
        assert!(!page.text().contains("passkey"), "{base}");
        let told = actor.post_bare("/sign-in/passkey/begin", &[]).await.expect(422);
        assert!(told.json()["message"].is_string());
        if !base.starts_with("https") {
            let client = site.sign_in("clerk").await;
            let page = client.get("/settings/passkeys").await.expect(200);
            page.must_say(said);
            assert!(!page.text().contains("data-passkey"));
        }
    }
    // Where there are passkeys, what needs a script is hidden until the script shows it.
    let site = site().await;
    let page = site.visitor().get("/sign-in").await.expect(200).text();
    let at = page.find("Đăng nhập bằng khóa truy cập").expect("the button");
    let before = &page[..at];
    assert!(
        before.rfind("data-passkey-only=\"\" hidden").expect("hidden")
            > before.rfind("</form>").expect("the password")
    );
    assert!(page.contains(&format!("data-passkey-at=\"{ORIGIN}\"")));
}

#[tokio::test]
async fn an_administrator_sees_how_many_there_are_and_removes_them_all() {
    for site in sites().await {
        let program = Program::of(&site, "admin").await;
        let (owner, mut device) = clerk_with_passkey(&site).await;
        add(&owner, &mut device, "Điện thoại").await;
        let account = site.employed("clerk").account;
        let admin = site.sign_in("admin").await;
        admin
            .get("/admin/accounts?q=clerk")
            .await
            .must_say("2 khóa truy cập");
        let told = program
            .get(&format!("/api/v1/accounts/{account}"))
            .await
            .expect(200)
            .json();
        assert_eq!(told["passkeys"], 2);
        let path = format!("/admin/accounts/{account}/passkeys");
        let page = admin.get(&path).await.expect(200);
        page.must_say("Gỡ mọi khóa truy cập của clerk?");
        let version = page.hidden("version").expect("a version");
        admin.post(&path, &[("version", &version)]).await.expect(303);
        admin
            .get("/admin/accounts?q=clerk")
            .await
            .must_not_say("2 khóa truy cập");
        alone(&site, &mut device).await.1.expect(422);
        let left = site
            .read(move |tx, _| {
                let uses = tx.rows("SELECT passkey FROM passkey_use", &[])?.len();
                let facts = tx
                    .rows("SELECT kind FROM facts WHERE kind = 'passkeys_removed'", &[])?
                    .len();
                Ok((passkeys::count(tx, account)?, uses, facts))
            })
            .await;
        assert_eq!(left, (0, 0, 1));
        let report = site
            .verify_after(&["INSERT INTO passkeys (id, account, credential_id, relying_party, label, credential, created_at)
                SELECT 'x', account, token_hash, 'localhost', 'x', '{}', 0 FROM api_tokens LIMIT 1"])
            .await;
        assert!(!report.is_clean(), "a passkey that was slipped in is found");
    }
}

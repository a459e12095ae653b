//! Signing in by an identity provider, over HTTP from the first page to the session.

use serde_json::json;
use townhall_app::accounts::{AccountChange, ChangeAccount, EnrolCodes, change_account, enrol_codes};
use townhall_app::clock::real_now;
use townhall_app::outside::SecondFactor;
use townhall_app::record::{Subject, record};
use townhall_app::sign_in::totp;
use townhall_domain::space::Space;
use townhall_store::accounts;
use townhall_store::passkeys::{self, Passkey, PasskeyUse};
use townhall_testkit::provider::{ProviderSimulator, Trick};
use townhall_testkit::site::people::PASSWORD;
use townhall_testkit::{Client, Site};

use crate::office::later;
use crate::realm::{connected, leave, link, through};

/// From the sign-in page to the provider and back.
async fn come(client: &Client) -> townhall_testkit::Reply {
    let address = leave(client, "/dossiers").await;
    client.get(&through(&address).await).await
}

async fn begun(second: SecondFactor) -> (Site, ProviderSimulator) {
    let site = Site::start().await;
    let simulator = connected(&site, second).await;
    link(&site, "clerk", "sub-1").await;
    (site, simulator)
}

#[tokio::test]
async fn who_is_linked_comes_in_by_the_provider_and_goes_where_he_wanted() {
    for site in Site::on_each().await {
        let _simulator = connected(&site, SecondFactor::Ours).await;
        link(&site, "clerk", "sub-1").await;
        let client = site.visitor();
        client
            .get("/sign-in")
            .await
            .expect(200)
            .must_say("Đăng nhập bằng tài khoản công vụ của tỉnh");
        let reply = come(&client).await.expect(303);
        assert_eq!(reply.location().as_deref(), Some("/dossiers"), "{}", site.name());
        client.get("/work").await.expect(200).must_say("Đỗ Thị Mẫu");
        let clerk = site.employed("clerk").account;
        let signed_in = site
            .read(move |tx, _| {
                let sql = "SELECT COUNT(*) AS n FROM access_log WHERE action = 'sign_in' AND account = $1";
                let row = tx.one(sql, &townhall_store::params![clerk])?;
                Ok(row.map_or(Ok(0), |row| row.get::<i64>("n"))?)
            })
            .await;
        assert_eq!(signed_in, 1, "written down as any sign-in");
        // Signing out ends the session here and says what it does not end.
        let reply = client.post("/sign-out", &[]).await.expect(303);
        client
            .follow(reply)
            .await
            .must_say("Có thể bạn vẫn còn đăng nhập tại tài khoản công vụ của tỉnh");
        client.get("/work").await.expect(303);
    }
}

#[tokio::test]
async fn an_answer_that_proves_nothing_signs_nobody_in() {
    let (site, simulator) = begun(SecondFactor::Ours).await;
    for trick in [
        Trick::OtherNonce,
        Trick::NoNonce,
        Trick::ForeignAudience,
        Trick::SharedAudience,
        Trick::OtherParty,
        Trick::ForeignIssuer,
        Trick::Expired,
        Trick::Stale,
        Trick::Unsigned,
        Trick::SignedWithPublicKey,
        Trick::SignedWithSecret,
        Trick::SignedWithOtherKey,
        Trick::Altered,
        Trick::OtherAccessToken,
        Trick::NoToken,
        Trick::NamesAnother,
    ] {
        simulator.plays(trick);
        let client = site.visitor();
        let reply = come(&client).await;
        assert_eq!(reply.status, 422, "{trick:?}: {}", reply.words());
        reply.must_say("Không xác thực được câu trả lời");
        client.get("/work").await.expect(303);
    }
    // The same world without a trick lets him in: it was the tricks that were refused.
    simulator.plays(Trick::None);
    come(&site.visitor()).await.expect(303);
}

#[tokio::test]
async fn a_way_counts_once_and_only_in_the_browser_that_went_out() {
    let (site, _simulator) = begun(SecondFactor::Ours).await;
    let gone = "Lần đăng nhập này không còn hiệu lực";
    let client = site.visitor();
    let back = through(&leave(&client, "").await).await;

    // Somebody else's browser: with no way of its own, and with another one. So nobody is signed in unasked.
    let stranger = site.visitor();
    stranger.get(&back).await.expect(422).must_say(gone);
    leave(&stranger, "").await;
    stranger.get(&back).await.expect(422).must_say(gone);
    stranger.get("/work").await.expect(303);

    // A state that nobody gave out, and none.
    let other = site.visitor();
    let wrong = through(&leave(&other, "").await)
        .await
        .replace("state=", "state=x");
    other.get(&wrong).await.expect(422).must_say(gone);
    other.get("/sign-in/provider/answer").await.expect(422);

    // The right one, and once only, also with the cookie put back.
    let cookies = client.cookie_headers();
    client.get(&back).await.expect(303);
    client.get("/work").await.expect(200);
    let again = site.visitor();
    for pair in cookies["cookie"].to_str().expect("text").split("; ") {
        let (name, value) = pair.split_once('=').expect("a cookie");
        again.set_cookie(name, value);
    }
    again.get(&back).await.expect(422).must_say(gone);
    again.get("/work").await.expect(303);
}

#[tokio::test]
async fn a_way_ends_after_ten_minutes() {
    let (site, _simulator) = begun(SecondFactor::Ours).await;
    let client = site.visitor();
    let back = through(&leave(&client, "").await).await;
    let left = site
        .write(|tx, _| {
            let row = tx.one("SELECT expires_at FROM provider_tries", &[])?;
            let ends: i64 = row.expect("a way").get("expires_at")?;
            tx.execute("UPDATE provider_tries SET expires_at = expires_at - 600000", &[])?;
            Ok(ends - real_now().as_millisecond())
        })
        .await
        .expect("a write");
    assert!((590_000..=600_000).contains(&left), "{left}");
    client.get(&back).await.expect(422).must_say("quá mười phút");
}

#[tokio::test]
async fn a_provider_that_says_no_or_nothing_leaves_the_password() {
    let (site, simulator) = begun(SecondFactor::Ours).await;
    simulator.plays(Trick::Declines);
    come(&site.visitor()).await.expect(422).must_say("không cho qua");

    simulator.plays(Trick::DownForCodes);
    let reply = come(&site.visitor()).await.expect(503);
    reply.must_say("hiện không trả lời");

    let (site, simulator) = (Site::start().await, simulator);
    simulator.plays(Trick::Down);
    let simulator = connected(&site, SecondFactor::Ours).await;
    simulator.plays(Trick::Down);
    let client = site.visitor();
    for _ in 0..3 {
        let reply = client.post("/sign-in/provider", &[]).await.expect(503);
        reply.must_say("Hãy đăng nhập bằng tên đăng nhập và mật khẩu");
    }
    assert_eq!(
        simulator.asked("discovery"),
        1,
        "nobody waits behind a silent provider"
    );
    let password = [("user_name", "clerk"), ("password", PASSWORD)];
    client.post("/sign-in", &password).await.expect(303);
    client.get("/work").await.expect(200);
}

#[tokio::test]
async fn nobodys_subject_is_told_whom_to_ask_and_a_closed_account_gets_the_same_answer() {
    let (site, simulator) = begun(SecondFactor::Ours).await;
    // The token names an administrator's mail and user name; neither is ever looked at.
    simulator.is("admin");
    let unknown = come(&site.visitor()).await.expect(422);
    unknown.must_say("gặp người quản trị của đơn vị");
    unknown.must_say("mã của bạn tại tài khoản công vụ của tỉnh: admin");

    let (admin, clerk) = (site.actor("admin").await, site.employed("clerk").account);
    site.town
        .write("close", &admin, move |tx, cx| {
            let version = accounts::load(tx, clerk)?.expect("the account").version;
            let command = ChangeAccount {
                account: clerk,
                version,
                change: AccountChange::Close,
                now: real_now(),
            };
            change_account(tx, cx, &command)
        })
        .await
        .expect("closed");
    simulator.is("sub-1");
    let closed = come(&site.visitor()).await.expect(422);
    assert_eq!(
        closed.status_and_words().replace("sub-1", "admin"),
        unknown.status_and_words()
    );
}

#[tokio::test]
async fn who_holds_no_post_today_is_told_so() {
    let (site, _simulator) = begun(SecondFactor::Ours).await;
    site.at(jiff::civil::date(2025, 6, 30).at(9, 0, 0, 0));
    let client = site.visitor();
    come(&client)
        .await
        .expect(422)
        .must_say("không giữ chức danh nào");
    client.get("/work").await.expect(303);
}

async fn enrol(site: &Site, user: &str) -> Vec<u8> {
    let (actor, secret) = (site.actor(user).await, vec![7; totp::SECRET_BYTES]);
    let command = EnrolCodes {
        secret: secret.clone(),
        code: totp::code_at(&secret, real_now()),
        now: real_now(),
    };
    site.town
        .write("enrol", &actor, move |tx, cx| enrol_codes(tx, cx, &command))
        .await
        .expect("enrolled");
    secret
}

#[tokio::test]
async fn the_second_step_is_asked_for_here_unless_it_is_left_to_the_provider() {
    let (site, _simulator) = begun(SecondFactor::Ours).await;
    let secret = enrol(&site, "clerk").await;
    let client = site.visitor();
    let reply = come(&client).await.expect(303);
    let to = reply.location().expect("the next step");
    assert!(to.starts_with("/sign-in/code"), "{to}");
    client.get("/work").await.expect(303);
    let code = totp::code_at(&secret, later(30));
    let reply = client
        .post("/sign-in/code", &[("code", &code), ("next", "/dossiers")])
        .await
        .expect(303);
    assert_eq!(reply.location().as_deref(), Some("/dossiers"));
    client.get("/work").await.expect(200);

    let (site, _simulator) = begun(SecondFactor::Provider).await;
    enrol(&site, "clerk").await;
    let client = site.visitor();
    come(&client).await.expect(303);
    client.get("/work").await.expect(200);
}

#[tokio::test]
async fn a_passkey_is_a_second_step_of_ours_too() {
    let (site, _simulator) = begun(SecondFactor::Ours).await;
    let (account, unit) = (site.employed("clerk").account, site.unit("24682"));
    site.write(move |tx, cx| {
        let passkey = Passkey {
            id: cx.new_id(),
            account,
            credential_id: vec![1; 16],
            relying_party: "town.example".to_owned(),
            label: "Máy ở văn thư".to_owned(),
            credential: "{}".to_owned(),
            created_at: cx.now(),
            used: PasskeyUse::default(),
        };
        passkeys::insert(tx, &passkey)?;
        let subject = Subject::new("account", account, &unit, Space::State);
        record(
            tx,
            cx,
            &subject,
            "passkey_added",
            json!({ "passkey": passkey.id }),
        )?;
        Ok(())
    })
    .await
    .expect("added");
    let client = site.visitor();
    let to = come(&client).await.expect(303).location().expect("the next step");
    assert!(to.starts_with("/sign-in/code"), "{to}");
    client.get("/work").await.expect(303);
}

#[tokio::test]
async fn the_provider_is_asked_about_itself_once_and_again_when_it_changed_its_key() {
    let (site, simulator) = begun(SecondFactor::Ours).await;
    for _ in 0..3 {
        come(&site.visitor()).await.expect(303);
    }
    assert_eq!((simulator.asked("discovery"), simulator.asked("jwks")), (1, 1));
    simulator.changes_key();
    come(&site.visitor()).await.expect(303);
    come(&site.visitor()).await.expect(303);
    assert_eq!((simulator.asked("discovery"), simulator.asked("jwks")), (1, 2));
}

#[tokio::test]
async fn the_check_of_the_configuration_hears_whether_the_provider_can_be_used() {
    for (trick, told) in [
        (Trick::None, None),
        (
            Trick::Down,
            Some("the identity provider cannot be asked: it answered 503"),
        ),
    ] {
        let site = Site::start().await;
        let simulator = connected(&site, SecondFactor::Ours).await;
        simulator.plays(trick);
        let door = site
            .town
            .outside()
            .provider
            .as_ref()
            .expect("a provider")
            .door
            .clone();
        let looked = tokio::task::spawn_blocking(move || door.look())
            .await
            .expect("no panic");
        assert_eq!(looked.err().map(|error| error.to_string()).as_deref(), told);
    }
}

#[tokio::test]
async fn failed_answers_make_their_address_wait() {
    let (site, _simulator) = begun(SecondFactor::Ours).await;
    let client = site.visitor();
    for _ in 0..40 {
        client
            .get("/sign-in/provider/answer?state=x&code=y")
            .await
            .expect(422);
    }
    client
        .get("/sign-in/provider/answer?state=x&code=y")
        .await
        .expect(429)
        .must_say("Hãy thử lại sau");
}

#[tokio::test]
async fn a_node_without_a_provider_has_no_such_way() {
    let site = Site::start().await;
    let client = site.visitor();
    client.get("/sign-in").await.must_not_say("Hoặc:");
    client.post("/sign-in/provider", &[]).await.expect(404);
    client
        .get("/sign-in/provider/answer?state=x&code=y")
        .await
        .expect(404);
    site.sign_in("clerk")
        .await
        .get("/settings/provider")
        .await
        .expect(404);
}

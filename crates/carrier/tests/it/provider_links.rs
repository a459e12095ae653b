//! Who signs in as which account: linked by oneself with both sides proved, or by the administrator.

use townhall_app::outside::SecondFactor;
use townhall_testkit::Site;
use townhall_testkit::provider::ProviderSimulator;
use townhall_testkit::site::people::PASSWORD;

use crate::realm::{address, connected, leave, link, through};

async fn begun() -> (Site, ProviderSimulator) {
    let site = Site::start().await;
    let simulator = connected(&site, SecondFactor::Ours).await;
    (site, simulator)
}

#[tokio::test]
async fn a_person_links_his_account_with_his_password_and_the_proof_and_takes_it_away() {
    for site in Site::on_each().await {
        let simulator = connected(&site, SecondFactor::Ours).await;
        let client = site.sign_in("clerk").await;
        client.get("/settings").await.expect(200).must_say("Xem kết nối");
        client
            .post("/settings/provider", &[("password", "sai")])
            .await
            .expect(422)
            .must_say("Mật khẩu đang dùng chưa đúng");
        let reply = client
            .post("/settings/provider", &[("password", PASSWORD)])
            .await
            .expect(200);
        let back = through(&address(&reply)).await;
        let reply = client.get(&back).await.expect(303);
        assert_eq!(
            reply.location().as_deref(),
            Some("/settings/provider?done=linked")
        );
        let page = client.follow(reply).await.expect(200);
        page.must_say("Đã kết nối.");
        page.must_say("sub-1");
        page.must_not_say("Mật khẩu đang dùng");

        let other = site.visitor();
        other
            .get(&through(&leave(&other, "").await).await)
            .await
            .expect(303);
        other.get("/work").await.expect(200).must_say("Đỗ Thị Mẫu");

        let id = page.hidden("link").expect("a link");
        client
            .post("/settings/provider/unlink", &[("link", &id)])
            .await
            .expect(303);
        client
            .post("/settings/provider/unlink", &[("link", &id)])
            .await
            .expect(404);
        simulator.is("sub-1");
        let again = site.visitor();
        again
            .get(&through(&leave(&again, "").await).await)
            .await
            .expect(422);
    }
}

#[tokio::test]
async fn a_proof_that_comes_back_to_another_session_links_nobody() {
    let (site, _simulator) = begun().await;
    let client = site.sign_in("clerk").await;
    let reply = client.post("/settings/provider", &[("password", PASSWORD)]).await;
    let back = through(&address(&reply)).await;
    // The same browser, and another person has signed in meanwhile.
    let other = site.sign_in("receptionist").await;
    for (name, value) in other.cookie_headers()["cookie"]
        .to_str()
        .expect("text")
        .split("; ")
        .filter_map(|pair| pair.split_once('='))
    {
        client.set_cookie(name, value);
    }
    client.get(&back).await.expect(422).must_say("không còn hiệu lực");
    let visitor = site.visitor();
    visitor
        .get(&through(&leave(&visitor, "").await).await)
        .await
        .expect(422)
        .must_say("chưa mở được gì ở đây");
}

#[tokio::test]
async fn one_subject_opens_one_account() {
    let (site, _simulator) = begun().await;
    link(&site, "receptionist", "sub-1").await;
    let client = site.sign_in("clerk").await;
    let reply = client.post("/settings/provider", &[("password", PASSWORD)]).await;
    let reply = client.get(&through(&address(&reply)).await).await.expect(303);
    assert_eq!(reply.location().as_deref(), Some("/settings/provider?done=taken"));
    client
        .follow(reply)
        .await
        .must_say("Mã này đã mở một tài khoản khác");

    let admin = site.sign_in("admin").await;
    let path = format!("/admin/accounts/{}/provider", site.employed("clerk").account);
    let version = admin
        .get(&path)
        .await
        .expect(200)
        .hidden("version")
        .expect("a version");
    admin
        .post(&path, &[("version", &version), ("subject", "sub-1")])
        .await
        .expect(422)
        .must_say("Mã này đã mở một tài khoản khác");
    let visitor = site.visitor();
    visitor
        .get(&through(&leave(&visitor, "").await).await)
        .await
        .expect(303);
    visitor.get("/work").await.must_say("Lê Thị Mỹ Hạnh");
}

#[tokio::test]
async fn an_administrator_writes_and_takes_away_and_the_sessions_end() {
    let (site, _simulator) = begun().await;
    let (admin, clerk) = (site.sign_in("admin").await, site.sign_in("clerk").await);
    admin
        .get("/admin/accounts")
        .await
        .expect(200)
        .must_say("Danh tính ngoài");
    let path = format!("/admin/accounts/{}/provider", site.employed("clerk").account);
    let version = |page: &townhall_testkit::Reply| page.hidden("version").expect("a version");
    let page = admin.get(&path).await.expect(200);
    admin
        .post(&path, &[("version", &version(&page)), ("subject", " ")])
        .await
        .expect(422)
        .must_say("Mã có từ 1 đến 255 ký tự");
    let written = [("version", version(&page)), ("subject", "sub-1".to_owned())];
    let written: Vec<(&str, &str)> = written
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    admin.post(&path, &written).await.expect(303);
    clerk.get("/work").await.expect(303);
    // The form was shown before somebody was faster.
    admin.post(&path, &written).await.expect(409);

    let visitor = site.visitor();
    visitor
        .get(&through(&leave(&visitor, "").await).await)
        .await
        .expect(303);
    visitor.get("/work").await.expect(200);
    let page = admin.get(&path).await.expect(200);
    let link = page.hidden("link").expect("a link");
    admin
        .post(
            &format!("{path}/remove"),
            &[("version", &version(&page)), ("link", &link)],
        )
        .await
        .expect(303);
    visitor.get("/work").await.expect(303);
}

#[tokio::test]
async fn nobody_writes_his_own_link_or_one_of_another_unit() {
    let (site, _simulator) = begun().await;
    let admin = site.sign_in("admin").await;
    let own = format!("/admin/accounts/{}/provider", site.employed("admin").account);
    let page = admin.get(&own).await.expect(200);
    let version = page.hidden("version").expect("a version");
    admin
        .post(&own, &[("version", &version), ("subject", "sub-1")])
        .await
        .expect(422)
        .must_say("Không tự làm việc này");
    let neighbour = format!(
        "/admin/accounts/{}/provider",
        site.employed("cujut.clerk").account
    );
    admin.get(&neighbour).await.expect(404);
    admin
        .post(&neighbour, &[("version", "1"), ("subject", "sub-1")])
        .await
        .expect(404);
}

#[tokio::test]
async fn a_link_slipped_in_behind_the_programs_back_is_found() {
    let (site, _simulator) = begun().await;
    link(&site, "clerk", "sub-1").await;
    for change in [
        &["UPDATE provider_links SET subject = 'sub-2'"],
        &["DELETE FROM provider_links"],
        &["UPDATE provider_links SET account = (SELECT id FROM accounts WHERE user_name = 'chair')"],
    ] as [&'static [&'static str]; 3]
    {
        let report = site.verify_after(change).await;
        assert!(!report.is_clean(), "{change:?}");
    }
}

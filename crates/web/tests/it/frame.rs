//! The frame around all pages: who may come, where links lead, drafts, search, keys.

use townhall_testkit::Site;

#[tokio::test]
async fn a_stranger_is_sent_to_sign_in_and_a_signed_in_officer_sees_his_work() {
    for site in Site::on_each().await {
        let reply = site.visitor().get("/work").await.expect(303);
        assert_eq!(
            reply.location().as_deref(),
            Some("/sign-in?next=%2Fwork"),
            "{}",
            site.name()
        );
        let receptionist = site.sign_in("receptionist").await;
        receptionist
            .get("/work")
            .await
            .expect(200)
            .must_say("Lê Thị Mỹ Hạnh");
        receptionist.get("/nowhere").await.expect(404);
    }
}

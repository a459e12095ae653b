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

#[tokio::test]
async fn a_draft_is_kept_for_its_account_alone_and_a_lost_session_is_told() {
    for site in Site::on_each().await {
        let (one, other) = (
            site.sign_in("receptionist").await,
            site.sign_in("receptionist.2").await,
        );
        let typed = [
            ("applicant_name", "Y Thử Êban"),
            ("password", "bí mật"),
            ("empty", ""),
        ];
        one.post("/drafts/counter", &typed).await.expect(204);
        one.post("/drafts/counter", &[("applicant_name", "Y Thử Ksor")])
            .await
            .expect(204);
        other
            .post("/drafts/counter", &[("applicant_name", "H'Mẫu")])
            .await
            .expect(204);
        site.visitor().post("/drafts/counter", &typed).await.expect(401);
        one.post_bare("/drafts/counter", &typed).await.expect(403);
        one.post("/drafts/a%20b", &typed).await.expect(404);
        let long = "x".repeat(300_000);
        one.post("/drafts/counter", &[("note", &long)]).await.expect(422);
        let rows = site
            .read(|tx, _| Ok(tx.rows("SELECT body FROM drafts ORDER BY body", &[])?))
            .await;
        let bodies: Vec<String> = rows.iter().map(|row| row.get("body").expect("a body")).collect();
        assert_eq!(
            bodies,
            [
                r#"[["applicant_name","H'Mẫu"]]"#,
                r#"[["applicant_name","Y Thử Ksor"]]"#
            ],
            "{}",
            site.name()
        );
    }
}

#[tokio::test]
async fn frame_pages_answer_everybody_and_the_first_page_sends_officers_to_work() {
    let site = Site::start().await;
    let (visitor, receptionist) = (site.visitor(), site.sign_in("receptionist").await);
    visitor.get("/").await.expect(200).must_say("Dành cho cán bộ");
    assert_eq!(
        receptionist.get("/").await.expect(303).location().as_deref(),
        Some("/work")
    );
    visitor.get("/keys").await.expect(200).must_say("F4");
    visitor.get("/dev/gallery").await.expect(200);
    assert_eq!(
        receptionist
            .get("/search?q=")
            .await
            .expect(303)
            .location()
            .as_deref(),
        Some("/dossiers")
    );
    let reply = receptionist.get("/search?q=kh%C3%B4ng+c%C3%B3").await.expect(303);
    assert_eq!(
        reply.location().as_deref(),
        Some("/dossiers?q=kh%C3%B4ng%20c%C3%B3")
    );
}

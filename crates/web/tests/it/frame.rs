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
async fn an_unknown_address_leaves_an_officer_in_his_frame_and_tells_a_stranger_nothing_more() {
    for site in Site::on_each().await {
        let receptionist = site.sign_in("receptionist").await;
        let unknown = receptionist.get("/khong-co/trang-nay").await.expect(404);
        for part in [
            "Lê Thị Mỹ Hạnh",
            "href=\"/work\"",
            "action=\"/search\"",
            "Danh sách hồ sơ",
            "ô tìm kiếm",
        ] {
            assert!(unknown.text().contains(part), "{}: {part}", site.name());
        }
        // What is there and not his to know of answers in the same words.
        let foreign = receptionist.get("/jobs").await.expect(404);
        let words = "Không có gì ở địa chỉ này, hoặc chức danh đang dùng không được xem";
        unknown.must_say(words);
        foreign.must_say(words);
        let stranger = site.visitor().get("/khong-co/trang-nay").await.expect(404);
        stranger.must_not_say("Lê Thị Mỹ Hạnh");
        assert!(!stranger.text().contains("action=\"/search\""), "{}", site.name());
        // A program is told by its own kind of answer.
        let program = site.visitor().get("/api/v1/nothing").await.expect(404);
        assert_eq!(program.header("content-type"), Some("application/problem+json"));
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
        let bodies: Vec<String> = site
            .read(|tx, _| {
                Ok(tx.each("SELECT body FROM drafts ORDER BY body", &[], |row| {
                    row.get("body")
                })?)
            })
            .await;
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

#[tokio::test]
async fn an_address_that_cannot_be_read_is_told_in_a_page_and_not_by_the_framework() {
    let site = Site::start().await;
    let (stranger, officer) = (site.visitor(), site.sign_in("receptionist").await);
    for (client, path, status) in [
        (&stranger, "/procedures/%FF", 400),
        (&stranger, "/procedures?q=a&q=b", 400),
        (&officer, "/dossiers/%FF", 400),
        (&officer, "/work?count=many", 400),
        (&officer, "/dossiers?q=a&q=b", 400),
    ] {
        let reply = client.get(path).await.expect(status);
        assert_eq!(
            reply.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{path}"
        );
        reply.must_say("Địa chỉ không đọc được");
        reply.must_not_say("deserialize");
        reply.must_not_say("Invalid");
    }
    let reply = officer.post("/procedures", &[]).await.expect(405);
    reply.must_say("Không dùng được cách này");
    assert_eq!(reply.header("allow"), Some("GET,HEAD"));
    // What programs read keeps the bare answer.
    let bare = stranger.get("/log/tile/9/9").await.expect(404);
    assert_eq!(bare.text(), "");
}

//! Staff, accounts and the access log as pages.

use townhall_testkit::site::people::PASSWORD;
use townhall_testkit::{Client, Reply, Site};

async fn version(client: &Client, page: &str) -> String {
    client
        .get(page)
        .await
        .expect(200)
        .hidden("version")
        .expect("a version")
}

fn link(reply: &Reply, begins: &str, ends: &str) -> String {
    let text = reply.text();
    let begin = format!("\"{begins}");
    let mut found = text.match_indices(&begin).map(|(at, _)| {
        text[at + 1..]
            .chars()
            .take_while(|c| *c != '"')
            .collect::<String>()
    });
    found
        .find(|path| path.ends_with(ends))
        .unwrap_or_else(|| panic!("no link {begins}…{ends}"))
}

#[tokio::test]
async fn staff_tells_quota_filled_and_vacant_posts_and_stays_in_its_unit() {
    for site in Site::on_each().await {
        let organiser = site.sign_in("organiser").await;
        let page = organiser.get("/staff").await.expect(200);
        for said in [
            "Xã Thuận An",
            "Chức danh được giao",
            "Lê Thị Mỹ Hạnh",
            "Không còn chức danh trống.",
        ] {
            page.must_say(said);
        }
        organiser.get("/staff?unit=24640").await.expect(404);
        organiser.get("/staff?unit=99999").await.expect(404);
        organiser
            .get("/staff?as_of=30/06/2025")
            .await
            .expect(200)
            .must_say("Chưa có chức danh nào");
        organiser
            .get("/staff?as_of=31/02/2025&unit=24682")
            .await
            .expect(200);
        let leader = site.sign_in("province.leader").await;
        leader
            .get("/staff?unit=24640")
            .await
            .expect(200)
            .must_say("Xã Cư Jút");
        // Who may not change does not see the buttons.
        let clerk = site.sign_in("clerk").await;
        let page = clerk.get("/staff").await.expect(200);
        page.must_not_say("Thêm chức danh");
        clerk.get("/staff/posts/new").await.expect(404);
    }
}

#[tokio::test]
async fn a_new_post_is_added_given_delegated_and_ended_in_the_browser() {
    for site in Site::on_each().await {
        let organiser = site.sign_in("organiser").await;
        let empty = [
            ("division", "office"),
            ("title_vi", ""),
            ("from", "khi nào"),
            ("position", "x"),
        ];
        let again = organiser.post("/staff/posts/new", &empty).await.expect(422);
        again.must_say("Hãy ghi ngày như 05/8/2025");
        assert_eq!(
            again.value("from").as_deref(),
            Some("khi nào"),
            "what was typed is kept"
        );
        let fields = [
            ("division", "office"),
            ("title_vi", "Chuyên viên tổng hợp"),
            ("title_en", "Coordination specialist"),
            ("roles", "handler"),
            ("quota_decision", "12/QĐ-UBND"),
            ("position", "9"),
            ("from", "01/08/2025"),
        ];
        let reply = organiser.post("/staff/posts/new", &fields).await.expect(303);
        let post = reply.location().expect("a post").replace("?done=1", "");
        organiser
            .get(&post)
            .await
            .expect(200)
            .must_say("Chuyên viên tổng hợp");
        organiser.get("/staff").await.must_say("chưa có ai làm thay");
        let person = organiser
            .post(
                "/staff/people/new",
                &[("name", "Y Mới Niê"), ("email", "y.moi@thuanan.gov.vn")],
            )
            .await
            .expect(303)
            .location()
            .expect("a person");
        let id = person.trim_start_matches("/staff/people/").replace("?done=1", "");
        let shown = version(&organiser, &format!("{post}/mandates")).await;
        let mandate = [
            ("person", id.as_str()),
            ("kind", "full"),
            ("from", "01/08/2025"),
            ("version", shown.as_str()),
        ];
        organiser
            .post(&format!("{post}/mandates"), &mandate)
            .await
            .expect(303);
        organiser
            .post(&format!("{post}/mandates"), &mandate)
            .await
            .expect(409);
        let page = organiser.get(&post).await.expect(200);
        page.must_say("Y Mới Niê");
        let end = link(&page, &format!("{post}/mandates/"), "/end");
        let question = organiser.get(&end).await.expect(200);
        question.must_say("Y Mới Niê không còn làm việc");
        let shown = question.hidden("version").expect("a version");
        organiser
            .post(&end, &[("on", "01/07/2025"), ("version", &shown)])
            .await
            .expect(422);
        organiser
            .post(&end, &[("on", "04/08/2025"), ("version", &shown)])
            .await
            .expect(303);
        organiser.get("/staff").await.must_say("Trống");
    }
}

#[tokio::test]
async fn an_absence_brings_a_stand_in_who_then_acts_as_the_chair() {
    let site = Site::start().await;
    let chair = site.sign_in("chair").await;
    let (post, person) = (
        site.employed("chair").post,
        site.employed("chair").person.to_string(),
    );
    let vice = site.employed("vice.chair").post.to_string();
    let form = format!("/staff/posts/{post}/absences");
    let shown = version(&chair, &form).await;
    let fields = [
        ("person", person.as_str()),
        ("reason", "sick"),
        ("from", "04/08/2025"),
        ("until", "06/08/2025"),
        ("stand_in", vice.as_str()),
        ("version", shown.as_str()),
    ];
    chair.post(&form, &fields).await.expect(303);
    chair.get("/staff").await.must_say("làm thay khi vắng");
    chair.get(&format!("/staff/posts/{post}")).await.must_say("Ốm");
    // The reason may be an illness: only who records absences reads it.
    site.sign_in("clerk")
        .await
        .get(&format!("/staff/posts/{post}"))
        .await
        .must_not_say("Ốm");

    let stand_in = site.visitor();
    let reply = stand_in
        .post_bare("/sign-in", &[("user_name", "vice.chair"), ("password", PASSWORD)])
        .await
        .expect(303);
    assert_eq!(reply.location().as_deref(), Some("/sign-in/post"));
    let choice = stand_in.get("/sign-in/post").await.expect(200);
    choice.must_say("Làm thay người vắng");
    let text = choice.text();
    let at = text
        .find(&format!("value=\"{post}:absence:"))
        .expect("the chair's seat")
        + "value=\"".len();
    let seat: String = text[at..].chars().take_while(|c| *c != '"').collect();
    stand_in.post("/act-as", &[("post", &seat)]).await.expect(303);
    stand_in.get("/work").await.expect(200);
    stand_in
        .get(&format!("/staff/posts/{post}/delegations"))
        .await
        .expect(200);
    // What he holds as a stand-in he does not hand on.
    let shown = version(&stand_in, &format!("/staff/posts/{post}/delegations")).await;
    let clerk = site.employed("clerk").post.to_string();
    let fields = [
        ("to", clerk.as_str()),
        ("rights", "manage_calendar"),
        ("from", "04/08/2025"),
        ("until", "06/08/2025"),
        ("version", shown.as_str()),
    ];
    let refused = stand_in
        .post(&format!("/staff/posts/{post}/delegations"), &fields)
        .await
        .expect(422);
    refused.must_say("không ủy quyền lại");
    // A seat that is not his is not his to take.
    let foreign = format!("{clerk}:mandate:{}", uuid::Uuid::from_u128(7));
    let reply = stand_in.post("/act-as", &[("post", &foreign)]).await.expect(303);
    assert_eq!(reply.location().as_deref(), Some("/sign-in/post"));
    site.at(jiff::civil::date(2025, 8, 6).at(8, 0, 0, 0));
    stand_in.get("/work").await.expect(303);
}

#[tokio::test]
async fn an_administrator_opens_an_account_and_its_owner_changes_the_first_password() {
    let site = Site::start().await;
    let admin = site.sign_in("admin").await;
    let person = site.employed("clerk").person;
    let form = format!("/admin/accounts/new?person={person}");
    admin.get(&form).await.expect(200);
    admin
        .post(&form, &[("user_name", "clerk")])
        .await
        .expect(422)
        .must_say("đã có người dùng");
    let page = admin.post(&form, &[("user_name", "van.thu")]).await.expect(200);
    page.must_say("Chỉ hiện một lần này");
    let text = page.text();
    let at = text.find("<bdi>").expect("the password") + "<bdi>".len();
    // The first <bdi> of the page may be a name: the password is the one with three hyphens.
    let password = text[at..]
        .split("<bdi>")
        .map(|part| part.split('<').next().unwrap_or_default())
        .find(|part| part.len() == 19 && part.matches('-').count() == 3)
        .expect("the password")
        .to_owned();
    let owner = site.visitor();
    owner
        .post_bare("/sign-in", &[("user_name", "van.thu"), ("password", &password)])
        .await
        .expect(303);
    let sent = owner.get("/work").await.expect(303);
    assert_eq!(sent.location().as_deref(), Some("/settings/password"));
    owner
        .get("/settings/password")
        .await
        .expect(200)
        .must_say("đổi mật khẩu được cấp lần đầu");
    let fields = [
        ("old", password.as_str()),
        ("password", "một chiếc nón lá"),
        ("again", "một chiếc nón lá"),
    ];
    owner.post("/settings/password", &fields).await.expect(303);
    owner.get("/work").await.expect(200);
    let list = admin.get("/admin/accounts").await.expect(200);
    list.must_say("van.thu");
    let close = link(&list, "/admin/accounts/", "/close");
    let shown = version(&admin, &close).await;
    admin.post(&close, &[("version", &shown)]).await.expect(303);
    let foreign = site.employed("cujut.chair").account;
    admin
        .get(&format!("/admin/accounts/{foreign}/close"))
        .await
        .expect(404);
    let own = site.employed("admin").account;
    let shown = version(&admin, &format!("/admin/accounts/{own}/close")).await;
    admin
        .post(&format!("/admin/accounts/{own}/close"), &[("version", &shown)])
        .await
        .expect(422);
}

#[tokio::test]
async fn the_inspector_reads_the_access_log_and_that_is_noted_too() {
    let site = Site::start().await;
    let inspector = site.sign_in("inspector").await;
    inspector
        .get("/admin/access-log")
        .await
        .expect(200)
        .must_say("Đăng nhập");
    inspector
        .get("/admin/access-log?action=read_access_log")
        .await
        .expect(200)
        .must_say("Xem nhật ký này");
    inspector
        .get("/admin/access-log?outside=1&after=x-y")
        .await
        .expect(200);
    site.sign_in("admin")
        .await
        .get("/admin/access-log")
        .await
        .expect(404);
    site.sign_in("clerk").await.get("/admin").await.expect(404);
}

#[tokio::test]
async fn a_division_and_a_post_need_a_vietnamese_name_and_no_code() {
    for site in Site::on_each().await {
        let organiser = site.sign_in("organiser").await;
        let fields = [
            ("space", "state"),
            ("name_vi", "Tổ Chuyển đổi số, Đề án 06"),
            ("position", "40"),
            ("from", "1/8/2025"),
        ];
        organiser.post("/staff/divisions/new", &fields).await.expect(303);
        let id = "to-chuyen-doi-so-de-an-06";
        let made = organiser.get(&format!("/staff/divisions/{id}")).await.expect(200);
        let name = Some("Tổ Chuyển đổi số, Đề án 06");
        assert_eq!(made.value("name_vi").as_deref(), name, "{}", site.name());
        assert_eq!(made.value("name_en").as_deref(), name, "{}", site.name());
        // The same again has the same code, which is told where it can be changed.
        organiser
            .post("/staff/divisions/new", &fields)
            .await
            .expect(422)
            .must_say("đã có bộ phận mang mã này");
        let post = [
            ("division", id),
            ("title_vi", "Tổ trưởng"),
            ("roles", "staff"),
            ("position", "0"),
            ("from", "1/8/2025"),
        ];
        organiser.post("/staff/posts/new", &post).await.expect(303);
        organiser.get("/settings?lang=en").await.expect(303);
        let page = organiser.get("/staff").await.expect(200);
        assert!(page.text().contains("Tổ trưởng"), "{}", site.name());
    }
}

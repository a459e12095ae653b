//! Administration over HTTP: the first page, accounts, the calendar with decisions about single days, packs.

use jiff::civil::Date;
use serde_json::json;
use townhall_domain::ids::DossierId;
use townhall_domain::time;
use townhall_testkit::site::dossiers::{accepted, dossier};
use townhall_testkit::{Reply, Site};

use crate::api::{Program, problem};

/// Day and hour at which a dossier is due.
async fn due(site: &Site, id: DossierId) -> jiff::civil::DateTime {
    let deadline = dossier(site, id).await.deadline.expect("a deadline");
    time::local(deadline.due)
}

fn typed(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

async fn decide(client: &townhall_testkit::Client, day: Date, kind: &str, hours: &str) -> Reply {
    let day = typed(day);
    let fields = [
        ("day", day.as_str()),
        ("kind", kind),
        ("hours", hours),
        ("reason", "Mất điện theo kế hoạch"),
        ("decision", "15/TB-UBND"),
    ];
    client.post("/admin/calendar", &fields).await
}

#[tokio::test]
async fn a_decision_about_a_day_holds_for_deadlines_computed_from_then_on() {
    for site in Site::on_each().await {
        let before = accepted(&site, "1.004873").await;
        let first = due(&site, before).await;
        let admin = site.sign_in("admin").await;
        decide(&admin, first.date(), "office", "07:30-11:30")
            .await
            .expect(303);
        let after = accepted(&site, "1.004873").await;
        let second = due(&site, after).await;
        assert_eq!(second, first.date().at(11, 30, 0, 0), "{}", site.name());
        // What was promised stays promised.
        assert_eq!(due(&site, before).await, first);
        // One decision a day; another would leave open which one holds.
        decide(&admin, first.date(), "office", "07:30-10:30")
            .await
            .expect(422);
        let page = admin.get("/admin/calendar").await.expect(200);
        page.must_say("07:30-11:30");
        page.must_say("Mất điện theo kế hoạch");
        page.must_say("15/TB-UBND");
        let link = page.text();
        let id = link
            .split("/admin/calendar/")
            .nth(1)
            .and_then(|rest| rest.get(..36))
            .expect("the way to take it back")
            .to_owned();
        let path = format!("/admin/calendar/{id}/withdraw");
        let asked = admin.get(&path).await.expect(200);
        let version = asked.hidden("version").expect("a version");
        admin
            .post(&path, &[("version", &version), ("reason", "")])
            .await
            .expect(422);
        let why = [("version", version.as_str()), ("reason", "Điện đã có lại")];
        admin.post(&path, &why).await.expect(303);
        admin.post(&path, &why).await.expect(409);
        let third = accepted(&site, "1.004873").await;
        assert_eq!(due(&site, third).await, first);
        admin
            .get("/admin/calendar")
            .await
            .expect(200)
            .must_say("Điện đã có lại");
    }
}

#[tokio::test]
async fn bad_days_and_hours_are_told_and_a_closed_counter_changes_no_deadline() {
    let site = Site::start().await;
    let admin = site.sign_in("admin").await;
    let due_on = due(&site, accepted(&site, "1.004873").await).await;
    let day = due_on.date();
    let saturday = day
        .series(jiff::Span::new().days(1))
        .find(|day| day.weekday() == jiff::civil::Weekday::Saturday)
        .expect("a Saturday");
    for (day, kind, hours) in [
        (day, "office", ""),
        (day, "office", "17:00-07:30"),
        (day, "office", "07:30-11:30, 11:00-17:00"),
        (saturday, "office", "07:30-11:30"),
        (jiff::civil::date(2025, 7, 1), "office", "07:30-11:30"),
        (jiff::civil::date(1899, 7, 1), "office", "07:30-11:30"),
        (day, "lunch", "07:30-11:30"),
    ] {
        let told = decide(&admin, day, kind, hours).await.expect(422);
        told.must_say("Mất điện theo kế hoạch");
    }
    decide(&admin, day, "reception", "").await.expect(303);
    assert_eq!(due(&site, accepted(&site, "1.004873").await).await, due_on);
    // Who only reads the packs sees it and changes nothing; who may neither does not know of the page.
    let handler = site.sign_in("office.handler").await;
    decide(&handler, day, "office", "07:30-11:30").await.expect(404);
}

#[tokio::test]
async fn a_program_keeps_the_calendar_and_sees_which_versions_run() {
    for site in Site::on_each().await {
        let admin = Program::of(&site, "admin").await;
        let year = admin
            .get("/api/v1/units/24682/calendar?year=2025")
            .await
            .expect(200)
            .json();
        let days = year["days"].as_array().expect("days");
        assert!(
            days.iter()
                .any(|day| day["day"] == "2025-09-02" && day["kind"] == "public_holiday")
        );
        let day = due(&site, accepted(&site, "1.004873").await)
            .await
            .date()
            .to_string();
        let body = json!({ "day": day, "kind": "office", "hours": "07:30-11:30", "reason": "Bão số 5" });
        let key = [("idempotency-key", "storm")];
        let set = admin
            .post_with("/api/v1/units/24682/hours", &key, &body)
            .await
            .expect(201)
            .json();
        let same = admin.post_with("/api/v1/units/24682/hours", &key, &body).await;
        assert_eq!(same.expect(201).json(), set, "{}", site.name());
        problem(&admin.post("/api/v1/units/24682/hours", &body).await, 422);
        let withdraw = format!(
            "/api/v1/hours/{}/actions/withdraw",
            set["id"].as_str().expect("an id")
        );
        let why = json!({ "version": set["version"], "reason": "Bão đổi hướng" });
        let gone = admin.post(&withdraw, &why).await.expect(200).json();
        assert_eq!(gone["withdrawn_why"], "Bão đổi hướng");
        problem(&admin.post(&withdraw, &why).await, 409);
        let versions = admin
            .get("/api/v1/units/24682/procedure-versions")
            .await
            .expect(200)
            .json();
        let runs = versions["items"].as_array().expect("versions");
        let open = |version: u64| {
            runs.iter()
                .find(|line| line["code"] == "1.004873" && line["version"] == version)
                .map(|line| line["open"].clone())
        };
        assert!(
            open(1) == Some(json!(1)) || open(2) == Some(json!(1)),
            "{versions}"
        );
        let stranger = Program::of(&site, "cujut.head").await;
        problem(&stranger.post("/api/v1/units/24682/hours", &body).await, 403);
    }
}

#[tokio::test]
async fn an_administrator_finds_accounts_and_sees_the_state_of_the_unit_at_a_glance() {
    let site = Site::start().await;
    let admin = site.sign_in("admin").await;
    let page = admin.get("/admin").await.expect(200);
    for words in [
        "Tài khoản",
        "Vị trí được giao",
        "Lịch làm việc",
        "Gói luật",
        "Quốc khánh",
    ] {
        page.must_say(words);
    }
    page.must_not_say("Chuẩn bị để tiếp nhận hồ sơ");
    let found = admin.get("/admin/accounts?q=chair").await.expect(200);
    found.must_say("chair");
    found.must_say("Chủ tịch");
    found.must_not_say("receptionist");
    admin
        .get("/admin/accounts?q=zzz")
        .await
        .expect(200)
        .must_say("Không tài khoản nào khớp");
    let packs = admin.get("/admin/packs").await.expect(200);
    packs.must_say("1.004873");
    packs.must_say("đang có hiệu lực");
    admin
        .get("/admin/packs?q=khai+sinh")
        .await
        .expect(200)
        .must_not_say("1.004873");
    // An inspector comes for the log alone.
    let inspector = site.sign_in("inspector").await;
    inspector
        .get("/admin")
        .await
        .expect(200)
        .must_not_say("chưa từng đăng nhập");
    inspector.get("/admin/accounts").await.expect(404);
}

#[tokio::test]
async fn what_is_left_of_a_day_and_the_public_example_go_by_what_the_unit_decided() {
    for site in Site::on_each().await {
        let id = accepted(&site, "1.004873").await;
        let due_on = due(&site, id).await;
        let (admin, desk) = (site.sign_in("admin").await, site.sign_in("justice").await);
        let example = site
            .visitor()
            .get("/procedures/1.004873")
            .await
            .expect(200)
            .words();
        let at_close = due_on.time().strftime("%H:%M").to_string();
        assert!(example.contains(&at_close), "{}: {example}", site.name());
        decide(&admin, due_on.date(), "office", "07:30-11:30")
            .await
            .expect(303);
        let example = site.visitor().get("/procedures/1.004873").await.expect(200);
        example.must_say("11:30");

        // Promised for the evening and shortened afterwards: of the day itself only the morning is left.
        site.at(due_on.date().at(9, 30, 0, 0));
        for page in ["/dossiers".to_owned(), format!("/dossiers/{id}")] {
            desk.get(&page).await.expect(200).must_say("Còn 2 giờ");
        }
        let status = format!("/h/{}", dossier(&site, id).await.receipt_secret);
        site.visitor()
            .get(&status)
            .await
            .expect(200)
            .must_say("Còn 2 giờ");
    }
}

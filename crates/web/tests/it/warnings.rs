//! Bells before a deadline, by the clock: each rings once, is seen by who is in charge and by who leads.

use jiff::civil::{DateTime, date};
use townhall_app::clock::real_now;
use townhall_app::dossier::RING_WARNINGS;
use townhall_app::jobs::{Outcome, Run};
use townhall_domain::deadline::WarningKind;
use townhall_domain::dossier::{Channel, Stage, State};
use townhall_domain::ids::DossierId;
use townhall_store::jobs::{Job, JobState};
use townhall_store::warnings;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{accepted, accepted_by, bring_to, dossier};

/// Lets the job run at a time of the office.
pub(crate) async fn ring_at(site: &Site, at: DateTime) {
    site.at(at);
    let town = site.town.clone();
    let job = Job {
        id: site
            .town
            .cx(&townhall_app::actor::Actor::System { job: "test" })
            .new_id(),
        kind: RING_WARNINGS.name.to_owned(),
        args: serde_json::Value::Null,
        unit: None,
        space: None,
        slot: None,
        state: JobState::Waiting,
        run_at: real_now(),
        attempts: 0,
        lease_until: jiff::Timestamp::UNIX_EPOCH,
        last_error: None,
        created_at: real_now(),
        changed_at: real_now(),
    };
    let outcome = tokio::task::spawn_blocking(move || {
        (RING_WARNINGS.run)(&Run {
            town: &town,
            job: &job,
            holder: "test",
            now: real_now(),
        })
    })
    .await
    .expect("a thread")
    .expect("a database");
    assert_eq!(outcome, Outcome::Done);
}

async fn rung(site: &Site, id: DossierId) -> Vec<(String, i64)> {
    site.read(move |tx, _| {
            Ok(tx.each(
                "SELECT kind, raised_at FROM dossier_warnings WHERE dossier = $1 AND is_raised = 1 ORDER BY at, kind",
                &townhall_store::params![id],
                |row| Ok((row.get("kind")?, row.get("raised_at")?)),
            )?)
        })
        .await
}

#[tokio::test]
async fn each_bell_rings_once_at_its_time_and_is_seen_by_handler_and_leader() {
    for site in Site::on_each().await {
        // Monday 4 August 2025, 7:45; three working days: due Thursday 7 August at the close of office.
        let id = accepted(&site, "1.004873").await;
        bring_to(&site, id, |state| state == State::InProgress(Stage::Appraise), "").await;
        ring_at(&site, date(2025, 8, 4).at(16, 0, 0, 0)).await;
        assert!(rung(&site, id).await.is_empty(), "{}: too early", site.name());
        ring_at(&site, date(2025, 8, 5).at(7, 45, 0, 0)).await;
        let first = rung(&site, id).await;
        assert_eq!(first.len(), 1, "{}: {first:?}", site.name());
        assert_eq!(first[0].0, WarningKind::TwoDays.as_str());
        ring_at(&site, date(2025, 8, 6).at(16, 59, 0, 0)).await;
        let later = rung(&site, id).await;
        assert_eq!(later[0], first[0], "what rang does not ring again");
        assert!(later.iter().any(|(kind, _)| kind == "half"), "{later:?}");
        assert!(later.iter().any(|(kind, _)| kind == "one_day"), "{later:?}");

        let justice = site.sign_in("justice").await;
        let page = justice.get("/work").await.expect(200);
        page.must_say("Nhắc hạn: 1 việc");
        // What is about is said in the language of the page, also in its bells.
        justice.get("/settings?lang=en").await.expect(303);
        let english = justice.get("/work").await.expect(200);
        english.must_say("Deadlines to mind: 1");
        english.must_not_say("Xác nhận tình trạng hôn nhân");
        justice.get("/settings?lang=vi").await.expect(303);
        justice
            .get("/dossiers?due=warned")
            .await
            .expect(200)
            .must_say("Phan Thị Mẫu");
        justice
            .get("/dossiers?due=one_day")
            .await
            .expect(200)
            .must_say("Phan Thị Mẫu");
        let head = site.sign_in("office.head").await;
        head.get("/work").await.expect(200).must_say("Trong đơn vị");
        let other = site.sign_in("cujut.receptionist").await;
        other.get("/work").await.expect(200).must_not_say("Phan Thị Mẫu");

        let latest = site.read(move |tx, _| Ok(warnings::latest(tx, &[id])?)).await;
        let told = latest.get(&id).map(|kind| kind.as_str());
        assert_eq!(
            told,
            later.last().map(|(kind, _)| kind.as_str()),
            "{}",
            site.name()
        );
        bring_to(&site, id, |state| state == State::Resolved, "").await;
        assert!(
            rung(&site, id).await.is_empty(),
            "{}: what has ended rings no more",
            site.name()
        );
    }
}

#[tokio::test]
async fn a_clock_that_stands_rings_no_bell_and_more_time_plans_them_anew() {
    for site in Site::on_each().await {
        let id = accepted(&site, "1.004873").await;
        bring_to(&site, id, |state| state == State::InProgress(Stage::Appraise), "").await;
        let shown = dossier(&site, id).await;
        let justice = site.sign_in("justice").await;
        justice
            .post(
                &format!("/dossiers/{id}/request_supplement"),
                &[
                    ("version", &shown.version.to_string()),
                    ("items", "Bản sao quyết định ly hôn"),
                    ("reason", "Còn thiếu giấy tờ"),
                ],
            )
            .await
            .expect(303);
        ring_at(&site, date(2025, 8, 7).at(16, 0, 0, 0)).await;
        assert!(rung(&site, id).await.is_empty(), "{}: it waits", site.name());
        let receptionist = site.sign_in("receptionist").await;
        let version = dossier(&site, id).await.version.to_string();
        receptionist
            .post(
                &format!("/dossiers/{id}/complete_supplement"),
                &[("version", &version)],
            )
            .await
            .expect(303);
        let planned = site
            .read(move |tx, cx| Ok(warnings::due(tx, cx.now(), 10)?))
            .await;
        assert!(planned.iter().all(|(other, _)| *other != id), "{planned:?}");
        let due = dossier(&site, id).await.deadline.expect("a deadline").due;
        ring_at(&site, townhall_domain::time::local(due)).await;
        assert!(rung(&site, id).await.len() >= 3, "{}", site.name());
    }
}

#[tokio::test]
async fn a_member_outside_has_bells_of_its_own_for_the_counter_and_who_leads() {
    for site in Site::on_each().await {
        // Monday 4 August 2025, 7:45, by the portal: police and insurance have three working days, until Thursday.
        let id = accepted_by(&site, "3.000722", Channel::Portal).await;
        let rung = async || {
            site.read(move |tx, _| {
                    Ok(tx.each(
                        "SELECT position, kind FROM member_warnings WHERE parent = $1 AND is_raised = 1 ORDER BY position, at, kind",
                        &townhall_store::params![id],
                        |row| Ok((row.get::<i64>("position")?, row.get::<String>("kind")?)),
                    )?)
                })
                .await
        };
        ring_at(&site, date(2025, 8, 4).at(16, 0, 0, 0)).await;
        assert!(rung().await.is_empty(), "{}: too early", site.name());
        for _ in 0..2 {
            ring_at(&site, date(2025, 8, 5).at(7, 45, 0, 0)).await;
        }
        let two_days = WarningKind::TwoDays.as_str().to_owned();
        assert_eq!(
            rung().await,
            [(1, two_days.clone()), (2, two_days)],
            "{}",
            site.name()
        );

        let police = "Đăng ký thường trú · Công an cấp xã";
        for user in ["receptionist", "office.head"] {
            let page = site.sign_in(user).await.get("/work").await.expect(200);
            page.must_say(police);
            page.must_say("Cấp thẻ BHYT · Bảo hiểm xã hội");
        }
        let other = site.sign_in("cujut.receptionist").await;
        other.get("/work").await.expect(200).must_not_say(police);
        let counter = site.sign_in("receptionist").await;
        counter
            .get("/dossiers?due=warned")
            .await
            .expect(200)
            .must_say("Phan Thị Mẫu");

        // Relatives are asked: that clock stands, the other goes on. Their answer plans the bells anew.
        let report = async |position: u8, what: &str, reference: &str| {
            let version = dossier(&site, id).await.version.to_string();
            let fields = [
                ("version", version.as_str()),
                ("report", what),
                ("reference", reference),
            ];
            let counter = site.sign_in("receptionist").await;
            counter
                .post(&format!("/dossiers/{id}/members/{position}"), &fields)
                .await
                .expect(303);
        };
        // What is taken is still to be decided: its bell stays.
        report(2, "taken", "BHXH-1").await;
        report(1, "relatives_asked", "").await;
        let left = rung().await;
        assert!(left.len() == 1 && left[0].0 == 2, "{}: {left:?}", site.name());
        // While it waits for relatives its own clock stands; the list still has what rings in my work, and says why.
        let whole = dossier(&site, id).await;
        assert!(whole.paused_at.is_some(), "{}", site.name());
        let counter = site.sign_in("receptionist").await;
        let work = counter.get("/work").await.expect(200);
        work.must_say("Cấp thẻ BHYT");
        // A clock that stands lets nothing fall due today.
        work.must_say("Chưa tính hạn, tạm dừng");
        for which in ["warned", "two_days"] {
            let list = counter.get(&format!("/dossiers?due={which}")).await.expect(200);
            list.must_say("Phan Thị Mẫu");
            list.must_say("Một phần việc: còn 2 ngày làm việc");
        }
        let list = counter.get("/dossiers?due=one_day").await.expect(200);
        list.must_not_say("Phan Thị Mẫu");
        ring_at(&site, date(2025, 8, 6).at(16, 59, 0, 0)).await;
        assert!(
            rung().await.iter().all(|(position, _)| *position == 2),
            "it waits"
        );
        report(1, "relatives_confirmed", "").await;
        ring_at(&site, date(2025, 8, 8).at(16, 59, 0, 0)).await;
        assert!(
            rung().await.iter().any(|(position, _)| *position == 1),
            "{}",
            site.name()
        );
        // Who has decided rings no more.
        report(2, "done", "BHXH-2").await;
        assert!(
            rung().await.iter().all(|(position, _)| *position == 1),
            "{}",
            site.name()
        );
    }
}

#[tokio::test]
async fn the_bells_of_a_task_ring_once_and_are_seen_by_its_lead_and_by_who_accepts() {
    for site in Site::on_each().await {
        let chair = site.sign_in("chair").await;
        let lead = site.employed("office.head").post.to_string();
        let form = chair.get("/tasks/new").await.expect(200);
        let id = form.hidden("id").expect("an identity");
        let six = [
            ("id", id.as_str()),
            ("lead", lead.as_str()),
            ("work", "Rà soát biên chế các phòng"),
            ("due_on", "8/8/2025"),
            ("responsibility", "Chịu trách nhiệm trước Chủ tịch về tiến độ"),
            ("product", "Báo cáo rà soát"),
            ("authority", "Được yêu cầu các phòng cung cấp số liệu"),
            ("source", "direct"),
            ("priority", "normal"),
        ];
        chair.post("/tasks/new", &six).await.expect(303);
        ring_at(&site, date(2025, 8, 4).at(16, 0, 0, 0)).await;
        let head = site.sign_in("office.head").await;
        head.get("/work").await.expect(200).must_not_say("Nhắc hạn");
        // Due on Friday at the close of office: two days before is Wednesday.
        ring_at(&site, date(2025, 8, 7).at(16, 59, 0, 0)).await;
        ring_at(&site, date(2025, 8, 7).at(16, 59, 30, 0)).await;
        let head = site.sign_in("office.head").await;
        let page = head.get("/work").await.expect(200);
        page.must_say("Nhắc hạn: 1 việc");
        page.must_say("Rà soát biên chế các phòng");
        let chair = site.sign_in("chair").await;
        chair
            .get("/work")
            .await
            .expect(200)
            .must_say("Rà soát biên chế các phòng");
        let other = site.sign_in("cujut.receptionist").await;
        other
            .get("/work")
            .await
            .expect(200)
            .must_not_say("Rà soát biên chế");
        let raised = site
            .read(|tx, _| {
                let rows = tx.rows("SELECT kind FROM task_warnings WHERE is_raised = 1", &[])?;
                Ok(rows.len())
            })
            .await;
        assert!((3..=4).contains(&raised), "{}: {raised}", site.name());
    }
}

//! Joined-up dossiers over HTTP: one form and one receipt, several members; the whole follows them.

use serde_json::{Value, json};
use townhall_domain::dossier::{Channel, Stage, State};
use townhall_domain::ids::DossierId;
use townhall_testkit::site::dossiers::{accepted, accepted_by, bring_to, dossier};
use townhall_testkit::{Client, Site};

use crate::api::Program;

const BIRTH: &str = "3.000722";
const DEATH: &str = "2.002913";

async fn members(site: &Site, id: DossierId) -> Vec<Value> {
    let answer = Program::of(site, "receptionist")
        .await
        .get(&format!("/api/v1/dossiers/{id}/members"))
        .await
        .expect(200)
        .json();
    answer["members"].as_array().expect("members").clone()
}

async fn states(site: &Site, id: DossierId) -> Vec<String> {
    members(site, id)
        .await
        .iter()
        .map(|member| member["state"].as_str().expect("a state").to_owned())
        .collect()
}

async fn own(site: &Site, id: DossierId) -> DossierId {
    let first = members(site, id).await[0]["dossier"].clone();
    first.as_str().expect("begun").parse().expect("an identity")
}

/// Enters a report on the page of a member.
async fn report(
    site: &Site,
    client: &Client,
    id: DossierId,
    position: u8,
    what: &[(&str, &str)],
    status: u16,
) {
    let version = dossier(site, id).await.version.to_string();
    let mut fields = vec![("version", version.as_str())];
    fields.extend(what);
    client
        .post(&format!("/dossiers/{id}/members/{position}"), &fields)
        .await
        .expect(status);
}

fn is_resolved(state: State) -> bool {
    state == State::Resolved
}

#[tokio::test]
async fn on_paper_the_members_follow_one_another_and_the_results_are_handed_over_together() {
    for site in Site::on_each().await {
        let id = accepted(&site, BIRTH).await;
        let counter = site.sign_in("receptionist").await;
        assert_eq!(
            states(&site, id).await,
            ["at_work", "waiting", "waiting"],
            "{}",
            site.name()
        );
        let page = counter.get(&format!("/dossiers/{id}")).await.expect(200);
        page.must_say("Các thành phần liên thông");
        page.must_say("Lần lượt");
        // One receipt: the member has none of its own, and says of what it is a part.
        let birth = own(&site, id).await;
        let program = Program::of(&site, "receptionist").await;
        let slips = program
            .get(&format!("/api/v1/dossiers/{birth}/slips"))
            .await
            .expect(200)
            .json();
        assert_eq!(slips["items"], json!([]));
        counter
            .get(&format!("/dossiers/{birth}"))
            .await
            .expect(200)
            .must_say("phần chủ trì của hồ sơ liên thông");
        // Nothing can be reported of a member whose turn has not come.
        report(
            &site,
            &counter,
            id,
            1,
            &[("report", "done"), ("reference", "1")],
            422,
        )
        .await;

        bring_to(&site, birth, is_resolved, "").await;
        assert_eq!(states(&site, id).await, ["done", "at_work", "waiting"]);
        assert_eq!(dossier(&site, id).await.state, State::InProgress(Stage::Members));

        // A result has a number, a refusal a reason.
        report(&site, &counter, id, 1, &[("report", "done")], 422).await;
        report(&site, &counter, id, 1, &[("report", "refused")], 422).await;
        let police = [("report", "done"), ("reference", "TT-15/2025")];
        report(&site, &counter, id, 1, &police, 303).await;
        assert_eq!(states(&site, id).await, ["done", "done", "at_work"]);
        let refused = [("report", "refused"), ("note", "Đã có thẻ ở tỉnh khác.")];
        report(&site, &counter, id, 2, &refused, 303).await;
        // One was refused, two have results: there is something to collect.
        assert_eq!(dossier(&site, id).await.state, State::Resolved);
        let version = dossier(&site, id).await.version.to_string();
        let back = [
            ("version", version.as_str()),
            ("collector_name", "Phan Thị Mẫu"),
            ("capacity", "self"),
        ];
        counter
            .post(&format!("/dossiers/{id}/return"), &back)
            .await
            .expect(303);
        assert_eq!(dossier(&site, id).await.state, State::Returned);
        assert_eq!(dossier(&site, birth).await.state, State::Returned);
    }
}

#[tokio::test]
async fn electronic_members_begin_at_once_and_each_has_its_own_deadline() {
    for site in Site::on_each().await {
        let id = accepted_by(&site, BIRTH, Channel::Portal).await;
        let all = members(&site, id).await;
        assert!(all.iter().all(|member| member["state"] == "at_work"), "{all:?}");
        assert_eq!(all[0]["leads"], true);
        assert!(
            all.iter()
                .all(|member| member["due_at"].is_string() && member["deadline"].is_object())
        );
        assert_eq!(all[2]["verified"], "L", "what was not read in the law says so");
        let whole = dossier(&site, id).await;
        assert!(whole.deadline.is_some_and(|deadline| deadline.steps.len() > 1));
        // The citizen sees the members behind the one receipt.
        let page = site
            .visitor()
            .get(&format!("/h/{}", whole.receipt_secret))
            .await
            .expect(200);
        page.must_say("Từng phần việc");
        page.must_say("Công an cấp xã");
    }
}

#[tokio::test]
async fn the_receipt_and_the_citizens_status_list_each_part_with_what_is_its_and_by_when() {
    for site in Site::on_each().await {
        for (channel, at_once) in [(Channel::Portal, true), (Channel::Counter, false)] {
            let id = accepted_by(&site, BIRTH, channel).await;
            let secret = dossier(&site, id).await.receipt_secret;
            let visitor = site.visitor();
            let status = visitor
                .get(&format!("/api/v1/status/{secret}"))
                .await
                .expect(200)
                .json();
            let parts = status["members"].as_array().expect("members");
            assert_eq!(parts.len(), 3, "{status}");
            assert_eq!(parts[1]["task"], "Đăng ký thường trú");
            assert_eq!(parts[1]["agency"], "Công an cấp xã");
            assert!(parts[0]["due_at"].is_string());
            assert_eq!(parts[1]["due_at"].is_string(), at_once, "{status}");
            assert_eq!(parts[1]["time"], if at_once { "3wd" } else { "7wd" });
            let page = visitor.get(&format!("/h/{secret}")).await.expect(200);
            page.must_say("Công an cấp xã");
            let turn = "Thời hạn 7 ngày làm việc, tính từ khi phần trước có kết quả.";
            if at_once {
                page.must_not_say("tính từ khi phần trước");
            } else {
                page.must_say(turn);
            }
            let slip = status["slips"][0]["id"].as_str().expect("form 01");
            let paper = visitor
                .get(&format!("/h/{secret}/slips/{slip}.pdf"))
                .await
                .expect(200);
            let by_when = if at_once {
                "17:00 07/08/2025"
            } else {
                "7 ngày làm việc, tính từ"
            };
            crate::printed::says(
                &paper.body,
                &["Phần việc liên thông", "Công an cấp xã", "Cấp thẻ BHYT", by_when],
            );
        }
    }
}

#[tokio::test]
async fn while_relatives_are_asked_no_clock_of_the_whole_runs() {
    let site = Site::start().await;
    let id = accepted_by(&site, BIRTH, Channel::Portal).await;
    let counter = site.sign_in("receptionist").await;
    report(&site, &counter, id, 2, &[("report", "relatives_asked")], 422).await;
    report(&site, &counter, id, 1, &[("report", "relatives_asked")], 303).await;
    let asked = dossier(&site, id).await;
    let before = asked.deadline.expect("a deadline");
    assert!(before.paused.is_some() && asked.paused_at.is_some());
    counter
        .get(&format!("/dossiers/{id}"))
        .await
        .expect(200)
        .must_say("Chờ người thân xác nhận");
    let later = townhall_domain::time::local(site.clock().now())
        .checked_add(jiff::SignedDuration::from_hours(48))
        .expect("a day");
    site.at(later);
    let counter = site.sign_in("receptionist").await;
    report(&site, &counter, id, 1, &[("report", "relatives_confirmed")], 303).await;
    let goes_on = dossier(&site, id).await.deadline.expect("a deadline");
    assert!(goes_on.paused.is_none() && goes_on.due > before.due);
    assert_eq!(goes_on.original_due, before.original_due);
}

#[tokio::test]
async fn figures_count_the_members_and_never_the_whole_as_well() {
    let site = Site::start().await;
    let id = accepted(&site, BIRTH).await;
    let chair = Program::of(&site, "chair").await;
    let day = townhall_domain::time::local_date(site.clock().now());
    let figures = chair
        .get(&format!("/api/v1/units/24682/statistics?from={day}&to={day}"))
        .await
        .expect(200)
        .json();
    assert_eq!(figures["received"], 1, "{figures}");
    assert!(figures["by_procedure"].to_string().contains("1.001193"));
    let rows = chair
        .get(&format!("/api/v1/dossiers?measure=received&from={day}&to={day}"))
        .await
        .expect(200)
        .json();
    let rows = rows["items"].as_array().expect("rows");
    assert_eq!(rows.len(), 1);
    assert_ne!(rows[0]["id"], id.to_string());
}

#[tokio::test]
async fn a_lead_that_is_refused_ends_what_builds_on_it() {
    let site = Site::start().await;
    let id = accepted(&site, BIRTH).await;
    let birth = own(&site, id).await;
    bring_to(&site, birth, |state| state == State::InProgress(Stage::Sign), "").await;
    let version = dossier(&site, birth).await.version.to_string();
    let leader = site.sign_in("chair").await;
    let why = [
        ("version", version.as_str()),
        ("reason", "Không đủ giấy tờ theo quy định."),
    ];
    leader
        .post(&format!("/dossiers/{birth}/refuse_after_appraisal"), &why)
        .await
        .expect(303);
    assert_eq!(states(&site, id).await, ["refused", "dropped", "dropped"]);
    assert_eq!(dossier(&site, id).await.state, State::Stopped);
}

#[tokio::test]
async fn a_citizen_who_withdraws_stops_every_member_that_is_open() {
    let site = Site::start().await;
    let id = accepted_by(&site, DEATH, Channel::Portal).await;
    let counter = site.sign_in("receptionist").await;
    assert_eq!(states(&site, id).await, ["at_work", "at_work", "at_work"]);
    let death = own(&site, id).await;
    let version = dossier(&site, id).await.version.to_string();
    let why = [("version", version.as_str()), ("reason", "Gia đình đổi ý.")];
    counter
        .post(&format!("/dossiers/{id}/withdraw"), &why)
        .await
        .expect(303);
    assert_eq!(dossier(&site, id).await.state, State::Withdrawn);
    assert_eq!(dossier(&site, death).await.state, State::Withdrawn);
    let page = counter.get(&format!("/dossiers/{id}")).await.expect(200);
    page.must_say("Báo cho cơ quan này biết công dân đã rút");
}

#[tokio::test]
async fn a_report_is_entered_once_by_the_counter_and_by_nobody_else() {
    let site = Site::start().await;
    let id = accepted_by(&site, BIRTH, Channel::Portal).await;
    let version = dossier(&site, id).await.version;
    let body = json!({ "version": version, "position": 1, "report": "taken", "reference": "CA-1" });
    let path = format!("/api/v1/dossiers/{id}/actions/report_member");
    // A clerk numbers results; he does not speak for the police.
    let refused = Program::of(&site, "clerk").await.post(&path, &body).await;
    assert!(matches!(refused.status.as_u16(), 403 | 404), "{}", refused.status);
    let counter = Program::of(&site, "receptionist").await;
    counter.post(&path, &body).await.expect(200);
    // The version is used up: a second one is told kindly.
    counter.post(&path, &body).await.expect(409);
}

//! The page of background jobs.

use serde_json::json;
use townhall_app::clock::real_now;
use townhall_app::jobs::{Cancelling, Kind, Outcome, SWEEP_SESSIONS, enqueue, run_due};
use townhall_app::message::SEND_MESSAGE;
use townhall_domain::space::Space;
use townhall_store::StoreError;
use townhall_testkit::Site;

use crate::api::Program;

/// A known name with a handler that fails at once.
static FAILING: Kind = Kind {
    name: "sweep_files",
    attempts: 1,
    every: None,
    cancel: Cancelling::BetweenSteps,
    run: |_| {
        Ok(Outcome::Retry {
            why: "no such mail server".to_owned(),
        })
    },
};

async fn fail_one(site: &Site, unit: &str, space: Space) -> String {
    let unit = site.unit(unit);
    let id = site
        .write(move |tx, cx| Ok(enqueue(tx, cx, &FAILING, json!({}), Some((&unit, space)))?))
        .await
        .expect("queued");
    let town = site.town.clone();
    tokio::task::spawn_blocking(move || run_due(&town, &[&FAILING], "test", real_now()))
        .await
        .expect("no panic")
        .expect("run");
    id.to_string()
}

#[tokio::test]
async fn a_job_that_gave_up_is_seen_with_its_reason_and_tried_again() {
    for site in Site::on_each().await {
        let id = fail_one(&site, "24682", Space::State).await;
        let director = site.sign_in("director").await;
        let page = director.get("/jobs?state=gave_up").await.expect(200);
        page.must_say("no such mail server");
        page.must_say("Đã dừng thử");
        let reply = director.post(&format!("/jobs/{id}/retry"), &[]).await.expect(303);
        assert_eq!(reply.location().as_deref(), Some("/jobs"), "{}", site.name());
        director
            .get("/jobs?state=gave_up")
            .await
            .expect(200)
            .must_not_say("no such mail server");
        director
            .get("/jobs")
            .await
            .expect(200)
            .must_say("no such mail server");
    }
}

#[tokio::test]
async fn jobs_of_another_unit_or_space_are_not_seen_and_not_tried_again() {
    for site in Site::on_each().await {
        let neighbour = fail_one(&site, "24640", Space::State).await;
        let party = fail_one(&site, "24682", Space::Party).await;
        let director = site.sign_in("director").await;
        director
            .get("/jobs?state=gave_up")
            .await
            .expect(200)
            .must_not_say("no such mail server");
        for id in [neighbour, party] {
            director.post(&format!("/jobs/{id}/retry"), &[]).await.expect(404);
        }
        site.sign_in("receptionist").await.get("/jobs").await.expect(404);
        site.visitor().get("/jobs").await.expect(303);
    }
}

#[tokio::test]
async fn a_job_that_is_done_is_not_run_again() {
    let site = Site::start().await;
    let town = site.town.clone();
    tokio::task::spawn_blocking(move || run_due(&town, &[&SWEEP_SESSIONS], "test", real_now()))
        .await
        .expect("no panic")
        .expect("run");
    let done = site
        .read(|tx, _| {
            let rows = tx.rows("SELECT id FROM jobs WHERE state = 'done'", &[])?;
            rows.iter()
                .map(|row| row.get::<String>("id"))
                .collect::<Result<Vec<_>, StoreError>>()
                .map_err(Into::into)
        })
        .await;
    let admin = site.sign_in("admin").await;
    admin
        .get("/jobs?state=done")
        .await
        .expect(200)
        .must_say("Xóa phiên làm việc");
    admin
        .post(&format!("/jobs/{}/retry", done[0]), &[])
        .await
        .expect(422);
}

/// Queues a job of a kind for a unit.
async fn queued(site: &Site, kind: &'static Kind) -> String {
    let unit = site.unit("24682");
    let id = site
        .write(move |tx, cx| Ok(enqueue(tx, cx, kind, json!({}), Some((&unit, Space::State)))?))
        .await
        .expect("queued");
    id.to_string()
}

#[tokio::test]
async fn a_job_that_waits_is_cancelled_on_the_page_and_says_so_and_may_be_run_again() {
    for site in Site::on_each().await {
        let id = queued(&site, &FAILING).await;
        let director = site.sign_in("director").await;
        let cancel = format!("/jobs/{id}/cancel");
        director.get("/jobs").await.expect(200).must_say("Hủy");
        director.post(&cancel, &[]).await.expect(303);
        director
            .get("/jobs?state=cancelled")
            .await
            .expect(200)
            .must_say("Đã hủy");
        director
            .post(&cancel, &[])
            .await
            .expect(422)
            .must_say("không còn gì để hủy");
        let town = site.town.clone();
        let ran = tokio::task::spawn_blocking(move || run_due(&town, &[&FAILING], "test", real_now()));
        assert_eq!(ran.await.expect("no panic").expect("run"), 0, "{}", site.name());
        director.post(&format!("/jobs/{id}/retry"), &[]).await.expect(303);
        director.post(&cancel, &[]).await.expect(303);
        // Who may not try again may not cancel either.
        site.sign_in("receptionist")
            .await
            .post(&cancel, &[])
            .await
            .expect(404);
        site.sign_in("cujut.receptionist")
            .await
            .post(&cancel, &[])
            .await
            .expect(404);
    }
}

#[tokio::test]
async fn what_cannot_be_cancelled_says_why_on_the_page_and_to_a_program() {
    let site = Site::start().await;
    let id = queued(&site, &SEND_MESSAGE).await;
    let director = site.sign_in("director").await;
    director
        .get("/jobs")
        .await
        .expect(200)
        .must_say("hãy dừng tin nhắn ở trang");
    director
        .post(&format!("/jobs/{id}/cancel"), &[])
        .await
        .expect(422);
    let program = Program::of(&site, "director").await;
    let job = program
        .get(&format!("/api/v1/jobs/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        job["why_not_cancelled"],
        "Cannot be cancelled here: stop the message on the page Messages."
    );
    let refused = program
        .post(&format!("/api/v1/jobs/{id}/actions/cancel"), &json!({}))
        .await;
    crate::api::problem(&refused, 422);
    let other = queued(&site, &FAILING).await;
    let done = program
        .post(&format!("/api/v1/jobs/{other}/actions/cancel"), &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(done["state"], "cancelled");
    let listed = program
        .get("/api/v1/jobs?state=cancelled")
        .await
        .expect(200)
        .json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
}

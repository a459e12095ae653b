//! The page of background jobs.

use serde_json::json;
use townhall_app::clock::real_now;
use townhall_app::jobs::{Kind, Outcome, SWEEP_SESSIONS, enqueue, run_due};
use townhall_domain::space::Space;
use townhall_store::StoreError;
use townhall_testkit::Site;

/// A known name with a handler that fails at once.
static FAILING: Kind = Kind {
    name: "sweep_files",
    attempts: 1,
    every: None,
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

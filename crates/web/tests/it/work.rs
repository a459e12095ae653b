//! My work: the pane beside the list, and many dossiers at once.

use townhall_domain::dossier::{Stage, State};
use townhall_domain::ids::DossierId;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{accepted, bring_to, dossier};

const PROCEDURE: &str = "1.004873";

async fn waiting_for_the_chair(site: &Site) -> DossierId {
    let id = accepted(site, PROCEDURE).await;
    bring_to(
        site,
        id,
        |state| state == State::InProgress(Stage::Sign),
        "Chưa kết hôn",
    )
    .await;
    id
}

#[tokio::test]
async fn the_chair_looks_many_over_and_approves_them() {
    for site in Site::on_each().await {
        let (one, two) = (
            waiting_for_the_chair(&site).await,
            waiting_for_the_chair(&site).await,
        );
        let chair = site.sign_in("chair").await;
        let page = chair.get("/work").await.expect(200).text();
        assert!(page.contains("value=\"approve\""), "{}: {page}", site.name());
        // Nobody signs what he has not before him.
        for step in ["approve", "send_back", "refuse_after_appraisal"] {
            let page = chair.get(&format!("/dossiers/{one}/{step}")).await.expect(200);
            page.must_say("Đủ điều kiện");
            page.must_say("Xem bản dự thảo (PDF)");
            assert!(
                page.text().contains(&format!("/dossiers/{one}/result.pdf")),
                "{step}"
            );
        }
        let ids = [one.to_string(), two.to_string()];
        let chosen = [("act", "approve"), ("item", &ids[0]), ("item", &ids[1])];
        let look = chair.post("/work/many", &chosen).await.expect(200).text();
        assert!(
            look.contains("Đủ điều kiện"),
            "the finding stands beside each: {look}"
        );
        for id in [one, two] {
            assert_eq!(
                dossier(&site, id).await.state,
                State::InProgress(Stage::Sign),
                "only looked at"
            );
        }
        let versions = [
            format!("{one}:{}", dossier(&site, one).await.version),
            format!("{two}:{}", dossier(&site, two).await.version),
        ];
        let sure = [
            ("act", "approve"),
            ("sure", "1"),
            ("item", &versions[0]),
            ("item", &versions[1]),
        ];
        let reply = chair.post("/work/many", &sure).await.expect(303);
        assert_eq!(reply.location().as_deref(), Some("/work?done=approve&count=2"));
        for id in [one, two] {
            let state = dossier(&site, id).await.state;
            assert_eq!(state, State::InProgress(Stage::Number), "{}", site.name());
        }
    }
}

#[tokio::test]
async fn what_somebody_else_touched_is_left_alone_and_named_and_the_others_go_on() {
    let site = Site::start().await;
    let (one, two) = (
        waiting_for_the_chair(&site).await,
        waiting_for_the_chair(&site).await,
    );
    let old = dossier(&site, one).await.version - 1;
    let items = [
        format!("{one}:{old}"),
        format!("{two}:{}", dossier(&site, two).await.version),
    ];
    let sure = [
        ("act", "approve"),
        ("sure", "1"),
        ("item", items[0].as_str()),
        ("item", items[1].as_str()),
    ];
    let chair = site.sign_in("chair").await;
    let page = chair.post("/work/many", &sure).await.expect(200).text();
    assert!(page.contains(&dossier(&site, one).await.code), "{page}");
    assert_eq!(dossier(&site, one).await.state, State::InProgress(Stage::Sign));
    assert_eq!(dossier(&site, two).await.state, State::InProgress(Stage::Number));
}

#[tokio::test]
async fn whoever_may_not_take_the_step_changes_nothing_and_learns_nothing() {
    let site = Site::start().await;
    let id = waiting_for_the_chair(&site).await;
    let before = dossier(&site, id).await;
    let item = format!("{id}:{}", before.version);
    let sure = [("act", "approve"), ("sure", "1"), ("item", item.as_str())];
    let page = site.sign_in("receptionist").await.post("/work/many", &sure).await;
    assert!(page.status == 200, "{}", page.status);
    let stranger = site
        .sign_in("cujut.chair")
        .await
        .post("/work/many", &sure)
        .await
        .expect(200);
    assert!(
        !stranger.text().contains(&before.code),
        "another commune is told nothing"
    );
    assert_eq!(dossier(&site, id).await.version, before.version);
    // A step that needs more than a yes is not one for many.
    let refuse = [("act", "refuse"), ("sure", "1"), ("item", item.as_str())];
    site.sign_in("chair")
        .await
        .post("/work/many", &refuse)
        .await
        .expect(404);
}

#[tokio::test]
async fn the_pane_beside_the_list_shows_why_it_is_due_and_is_no_look_into_another_commune() {
    let site = Site::start().await;
    let id = waiting_for_the_chair(&site).await;
    let path = format!("/work/preview/dossiers/{id}");
    let pane = site.sign_in("chair").await.get(&path).await.expect(200).text();
    let code = dossier(&site, id).await.code;
    assert!(
        pane.contains(&code) && pane.contains("preview-deadline"),
        "{pane}"
    );
    assert!(pane.contains(&format!("/dossiers/{id}/approve")), "{pane}");
    site.sign_in("cujut.chair").await.get(&path).await.expect(404);
}

//! What the portal hands out wrongly is parked, what it refuses is seen, what differs has a name.

use serde_json::json;
use townhall_app::portal::{PORTAL_COMPARE, PORTAL_SYNC};
use townhall_domain::dossier::State;
use townhall_domain::portal::Difference;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers as steps;

use crate::office::run;
use crate::portal::{accept, code, connected, found, item, view, work_to_result};

#[tokio::test]
async fn bad_input_is_parked_with_its_reason_and_holds_up_nobody() {
    for site in Site::on_each().await {
        let simulator = connected(&site).await;
        let bad = |serial: u32, field: &str, value: serde_json::Value| {
            let mut bad = item(&site, serial);
            bad[field] = value;
            simulator.file(bad, &[]);
        };
        bad(1, "procedure", json!("9.999999"));
        bad(2, "unit", json!("00000"));
        bad(3, "applicant", json!("Nguyễn Văn Mật"));
        bad(4, "applicant", json!({ "name": "A\u{0}B", "id_number": "12" }));
        bad(5, "form", json!({ "nobody_asked": "\u{0}" }));
        bad(6, "code", json!("../../etc/passwd"));
        bad(7, "delivery", json!("pigeon"));
        bad(
            8,
            "files",
            json!([{ "id": "f", "name": "a.pdf", "sha256": sha(b"no pdf") }]),
        );
        simulator.meddle(&code(8), |case| {
            case.files.insert("f".to_owned(), b"no pdf".to_vec());
        });
        simulator.file(item(&site, 9), &[]);
        run(&site, &PORTAL_SYNC, 0).await;
        assert!(
            found(&site, &code(9)).await.is_some(),
            "{}: the good one came",
            site.name()
        );

        let parked = view(&site).await.parked;
        let reason = |code: &str| {
            let row = parked.iter().find(|row| row.code == code);
            row.and_then(|row| row.reason.clone()).unwrap_or_default()
        };
        let wanted = [
            (1, "portal-parked-procedure"),
            (2, "portal-parked-unit"),
            (3, "portal-parked-malformed"),
            (4, "portal-parked-fields"),
            (7, "portal-parked-fields"),
            (8, "portal-parked-file"),
        ];
        for (serial, key) in wanted {
            assert_eq!(reason(&code(serial)), key, "{serial} on {}", site.name());
            assert_eq!(simulator.case(&code(serial)).expect("there").taken, None);
        }
        assert!(
            parked
                .iter()
                .any(|row| row.reason.as_deref() == Some("portal-parked-code")),
            "{parked:?}"
        );
        for row in &parked {
            let said = format!("{:?} {:?}", row.reason, row.detail);
            assert!(!said.contains("Mật"), "nothing of people in a reason: {said}");
        }

        // Each run looks at them again and changes nothing while they are the same.
        let before: Vec<_> = parked.iter().map(|row| row.changed_at).collect();
        run(&site, &PORTAL_SYNC, 40).await;
        let after: Vec<_> = view(&site)
            .await
            .parked
            .iter()
            .map(|row| row.changed_at)
            .collect();
        assert_eq!(before, after);

        // Mended at the portal it comes by itself.
        simulator.file(item(&site, 1), &[]);
        run(&site, &PORTAL_SYNC, 80).await;
        assert!(found(&site, &code(1)).await.is_some());

        let page = site.sign_in("director").await.get("/portal").await.expect(200);
        page.must_say("Nội dung không đúng mẫu trao đổi.");
        page.must_say(&code(3));
        page.must_not_say("Mật");
    }
}

fn sha(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(bytes))
}

#[tokio::test]
async fn a_parked_one_is_tried_again_when_a_person_says_so() {
    let site = Site::start().await;
    let simulator = connected(&site).await;
    let mut bad = item(&site, 1);
    bad["procedure"] = json!("9.999999");
    simulator.file(bad, &[]);
    run(&site, &PORTAL_SYNC, 0).await;
    let director = site.sign_in("director").await;
    let retry = format!("/portal/dossiers/{}/retry", code(1));
    director.post(&retry, &[]).await.expect(303);
    director.get("/portal").await.expect(200).must_say("sẽ thử lại");
    run(&site, &PORTAL_SYNC, 40).await;
    assert!(view(&site).await.parked.iter().all(|row| !row.again));

    // When the portal does not know it any more, that is the reason from now on.
    simulator.forget(&code(1));
    director.post(&retry, &[]).await.expect(303);
    run(&site, &PORTAL_SYNC, 80).await;
    assert_eq!(
        view(&site).await.parked[0].reason.as_deref(),
        Some("portal-parked-gone")
    );
}

#[tokio::test]
async fn a_refused_state_holds_up_only_its_own_dossier_and_is_left_out_by_a_person() {
    for site in Site::on_each().await {
        let simulator = connected(&site).await;
        simulator.file(item(&site, 1), &[]);
        simulator.file(item(&site, 2), &[]);
        run(&site, &PORTAL_SYNC, 0).await;
        // The portal has gone on by itself: our first state cannot follow.
        simulator.meddle(&code(1), |case| case.state = 4);
        let first = work_to_result(&site, &code(1)).await;
        work_to_result(&site, &code(2)).await;
        run(&site, &PORTAL_SYNC, 40).await;
        assert_eq!(simulator.case(&code(2)).expect("there").history, [2, 4, 9]);
        assert_eq!(simulator.case(&code(1)).expect("there").number, 0);
        let director = site.sign_in("director").await;
        let page = director.get("/portal").await.expect(200);
        page.must_say("not_allowed: no move from 4 to 2");
        page.must_say("Cổng từ chối");
        director
            .get(&format!("/dossiers/{}", first.id))
            .await
            .expect(200)
            .must_say("Đồng bộ lỗi");
        // 2 is left out, then 4, which is no move either; 9 may follow.
        for after in [80, 120] {
            director
                .post(&format!("/portal/states/{}/leave-out", first.id), &[])
                .await
                .expect(303);
            run(&site, &PORTAL_SYNC, after).await;
        }
        assert_eq!(
            simulator.case(&code(1)).expect("there").history,
            [9],
            "{}",
            site.name()
        );
        assert!(view(&site).await.troubles.rows.is_empty());
        let nothing = director
            .post(&format!("/portal/states/{}/leave-out", first.id), &[])
            .await;
        assert_eq!(nothing.status, 422, "{}", nothing.text());
    }
}

#[tokio::test]
async fn a_supplement_before_acceptance_and_a_recall_are_told_as_the_portal_knows_them() {
    let site = Site::start().await;
    let simulator = connected(&site).await;
    simulator.file(item(&site, 1), &[]);
    run(&site, &PORTAL_SYNC, 0).await;
    let id = found(&site, &code(1)).await.expect("it came").id;
    let actor = site.actor("receptionist").await;
    site.town
        .write("ask", &actor, move |tx, cx| {
            townhall_app::dossier::request_supplement(
                tx,
                cx,
                &townhall_app::dossier::RequestSupplement {
                    dossier: id,
                    version: 1,
                    items: vec!["Giấy tờ".to_owned()],
                    reason: "Thiếu giấy tờ".to_owned(),
                },
            )
        })
        .await
        .expect("asked");
    let version = steps::dossier(&site, id).await.version;
    site.town
        .write("complete", &actor, move |tx, cx| {
            townhall_app::dossier::complete_supplement(
                tx,
                cx,
                &townhall_app::dossier::CompleteSupplement {
                    dossier: id,
                    version,
                    components: Vec::new(),
                },
            )
        })
        .await
        .expect("completed");
    accept(&site, id).await;
    steps::bring_to(
        &site,
        id,
        |state| matches!(state, State::InProgress(_)),
        "Nội dung",
    )
    .await;
    let version = steps::dossier(&site, id).await.version;
    site.town
        .write("recall", &actor, move |tx, cx| {
            townhall_app::dossier::recall_step(
                tx,
                cx,
                &townhall_app::dossier::RecallStep {
                    dossier: id,
                    version,
                    reason: "Nhầm bộ phận".to_owned(),
                },
            )
        })
        .await
        .expect("recalled");
    steps::bring_to(&site, id, |state| state == State::Resolved, "Nội dung").await;
    run(&site, &PORTAL_SYNC, 40).await;
    assert_eq!(simulator.case(&code(1)).expect("there").history, [5, 2, 4, 9]);
}

#[tokio::test]
async fn the_daily_comparison_names_what_differs_and_trying_again_mends_what_it_can() {
    for site in Site::on_each().await {
        let simulator = connected(&site).await;
        for serial in 1..=4 {
            simulator.file(item(&site, serial), &[]);
        }
        run(&site, &PORTAL_SYNC, 0).await;
        for serial in 1..=4 {
            work_to_result(&site, &code(serial)).await;
        }
        run(&site, &PORTAL_SYNC, 40).await;
        run(&site, &PORTAL_COMPARE, 41).await;
        assert!(view(&site).await.differences.is_empty(), "{}", site.name());

        // The portal was put back to an older state, lost one, and believes that a fifth is here.
        simulator.meddle(&code(1), |case| (case.state, case.number) = (2, 1));
        simulator.forget(&code(2));
        simulator.file(item(&site, 5), &[]);
        simulator.meddle(&code(5), |case| case.taken = Some("somewhere".to_owned()));
        run(&site, &PORTAL_COMPARE, 100_000).await;
        let found_now: Vec<(String, Difference)> = view(&site)
            .await
            .differences
            .iter()
            .map(|row| (row.code.clone(), row.kind))
            .collect();
        assert_eq!(
            found_now,
            [
                (code(1), Difference::State),
                (code(2), Difference::MissingThere),
                (code(5), Difference::MissingHere)
            ]
        );
        let director = site.sign_in("director").await;
        let page = director.get("/portal").await.expect(200);
        page.must_say("Trạng thái khác nhau");
        page.must_say("Ở đây có, Cổng không biết");
        let reply = director
            .post(&format!("/portal/dossiers/{}/retry", code(2)), &[])
            .await;
        assert_eq!(reply.status, 422, "{}", reply.text());
        director
            .post(&format!("/portal/dossiers/{}/retry", code(1)), &[])
            .await
            .expect(303);
        run(&site, &PORTAL_SYNC, 100_040).await;
        assert_eq!(
            simulator.case(&code(1)).expect("there").state,
            9,
            "{}",
            site.name()
        );
        run(&site, &PORTAL_COMPARE, 200_000).await;
        assert_eq!(view(&site).await.differences.len(), 2);
    }
}

#[tokio::test]
async fn a_node_without_a_portal_says_so_kindly_and_other_units_see_nothing() {
    let site = Site::start().await;
    let page = site.sign_in("director").await.get("/portal").await.expect(200);
    page.must_say("chưa nối với Cổng");
    let clerk = site.sign_in("clerk").await.get("/portal").await;
    assert!(matches!(clerk.status.as_u16(), 403 | 404));
}

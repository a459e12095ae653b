//! Dossiers from the portal and states to it, in order and once, through its outages.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use townhall_app::outside::Outside;
use townhall_app::paper::Inspector;
use townhall_app::portal::{PORTAL_SYNC, PortalView, portal_view};
use townhall_carrier::{Authorities, HttpPortal};
use townhall_domain::dossier::{Channel, Dossier, State};
use townhall_store::{dossiers, papers};
use townhall_testkit::portal::{Outage, PortalSimulator, TOKEN};
use townhall_testkit::site::dossiers as steps;
use townhall_testkit::{Site, process};

use crate::office::{PROCEDURE, connect, run, run_as};

/// Connects a site with a simulator.
pub async fn connected(site: &Site) -> PortalSimulator {
    let simulator = PortalSimulator::default();
    let url = simulator.start().await;
    let portal = HttpPortal::new(
        &url,
        TOKEN,
        &Authorities::default(),
        Some(Duration::from_millis(700)),
    );
    connect(
        site,
        Outside {
            portal: Some(Arc::new(portal)),
            inspector: Some(Inspector::new(process::binary_place())),
            ..Outside::default()
        },
    );
    simulator
}

/// A dossier as the portal hands it out, in order.
pub fn item(site: &Site, serial: u32) -> Value {
    let form = site
        .town
        .packs()
        .form(&format!("forms/{PROCEDURE}.json"))
        .map(|form| form.examples[0].clone());
    json!({
        "code": format!("H36.24682-250804-{serial:04}"),
        "procedure": PROCEDURE,
        "unit": "24682",
        "applicant": {
            "name": "Phan Thị Mẫu", "id_number": "068190009001", "born_on": "1996-05-06",
            "phone": "0900000001", "address": "Thôn 5, xã Thuận An, tỉnh Lâm Đồng",
        },
        "form": form,
        "submitted_at": "2025-08-04T09:00:00+07:00",
    })
}

pub fn code(serial: u32) -> String {
    format!("H36.24682-250804-{serial:04}")
}

/// A dossier that came under this code.
pub async fn found(site: &Site, code: &str) -> Option<Dossier> {
    let code = code.to_owned();
    site.read(move |tx, _| Ok(dossiers::by_code(tx, &code)?)).await
}

pub async fn view(site: &Site) -> PortalView {
    site.read(|tx, cx| portal_view(tx, cx, None, 50)).await
}

/// Brings a dossier from its acceptance to its result, as the office works.
pub async fn work_to_result(site: &Site, code: &str) -> Dossier {
    let id = found(site, code).await.expect("it came").id;
    accept(site, id).await;
    steps::bring_to(site, id, |state| state == State::Resolved, "Nội dung").await;
    steps::dossier(site, id).await
}

pub async fn accept(site: &Site, id: townhall_domain::ids::DossierId) {
    let actor = site.actor("receptionist").await;
    let dossier = steps::dossier(site, id).await;
    site.town
        .write("accept", &actor, move |tx, cx| {
            let spec = cx
                .packs()
                .procedures()
                .as_of(PROCEDURE, cx.today())
                .expect("a procedure");
            let form = dossier.form.as_object().cloned().unwrap_or_default();
            let circumstances = spec.circumstances(&form, &[], cx.today());
            let components = spec
                .needed(&circumstances)
                .map(|component| townhall_app::dossier::ComponentInput {
                    component: component.id.clone(),
                    status: townhall_domain::dossier::ComponentStatus::Present,
                    source: Some(townhall_domain::dossier::ComponentSource::Database),
                    copies: 1,
                    note: None,
                })
                .collect();
            townhall_app::dossier::accept_dossier(
                tx,
                cx,
                &townhall_app::dossier::AcceptDossier {
                    dossier: id,
                    version: dossier.version,
                    components,
                    circumstances: None,
                    form: None,
                    fee: townhall_app::fees::StatedFee::default(),
                },
            )
        })
        .await
        .expect("it is accepted");
}

#[tokio::test]
async fn new_dossiers_come_once_keep_their_code_and_the_portal_knows() {
    for site in Site::on_each().await {
        let simulator = connected(&site).await;
        for serial in 1..=7 {
            simulator.file(item(&site, serial), &[]);
        }
        run(&site, &PORTAL_SYNC, 0).await;
        run(&site, &PORTAL_SYNC, 40).await;
        for serial in 1..=7 {
            let dossier = found(&site, &code(serial)).await.expect("it came");
            assert_eq!(dossier.channel, Channel::Portal, "{}", site.name());
            assert_eq!(dossier.state, State::Registered);
            let case = simulator.case(&code(serial)).expect("it is there");
            assert_eq!(case.taken, Some(dossier.id.to_string()));
            assert_eq!(case.taken_times, 1);
        }
        let page = site.sign_in("director").await.get("/portal").await.expect(200);
        page.must_say("Cổng trả lời bình thường");
        page.must_say("Mọi trạng thái đã được Cổng xác nhận.");
    }
}

/// A page with nothing on it.
fn pdf() -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ];
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", number + 1).as_bytes());
    }
    let table = file.len();
    file.extend_from_slice(b"xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let end = format!("trailer << /Size 4 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    file.extend_from_slice(end.as_bytes());
    file
}

#[tokio::test]
async fn the_papers_that_the_citizen_sent_come_with_it() {
    let pdf = pdf();
    let site = Site::start().await;
    let simulator = connected(&site).await;
    let mut with_file = item(&site, 1);
    with_file["files"] = json!([
        { "id": "f 1/a", "name": "../../giay to.pdf", "sha256": hex::encode(Sha256::digest(&pdf)) }
    ]);
    simulator.file(with_file, &[("f 1/a", &pdf)]);
    // One whose bytes are others than announced is not taken, and not parked either: it may be half of it.
    let mut broken = item(&site, 2);
    broken["files"] = json!([{ "id": "f", "name": "a.pdf", "sha256": "00" }]);
    simulator.file(broken, &[("f", &pdf)]);
    run(&site, &PORTAL_SYNC, 0).await;
    let dossier = found(&site, &code(1)).await.expect("it came").id.to_string();
    let papers = site
        .read(move |tx, _| Ok(papers::of_subject(tx, "dossier", &dossier)?))
        .await;
    assert_eq!(papers.len(), 1);
    assert_eq!(papers[0].name, "giay to.pdf");
    assert!(found(&site, &code(2)).await.is_none());
    let view = view(&site).await;
    assert!(view.parked.is_empty());
    assert_eq!(
        view.error.as_deref(),
        Some("a file did not come as it was announced")
    );
}

#[tokio::test]
async fn states_reach_the_portal_in_order_and_once_through_every_outage() {
    for site in Site::on_each().await {
        let simulator = connected(&site).await;
        simulator.file(item(&site, 1), &[]);
        simulator.file(item(&site, 2), &[]);
        run(&site, &PORTAL_SYNC, 0).await;
        work_to_result(&site, &code(1)).await;
        work_to_result(&site, &code(2)).await;

        simulator.break_down(Outage::Refuse, None);
        run(&site, &PORTAL_SYNC, 40).await;
        assert_eq!(simulator.case(&code(1)).expect("there").number, 0);
        let page = site.sign_in("director").await.get("/portal").await.expect(200);
        page.must_say("the portal answered 503");
        page.must_say(&code(1));

        // The answer to the first state gets lost after it came into effect; then it is slow, then fine.
        simulator.break_down(Outage::Lost, Some(1));
        run(&site, &PORTAL_SYNC, 400).await;
        let in_effect: usize = [1, 2]
            .iter()
            .map(|serial| simulator.case(&code(*serial)).expect("there").history.len())
            .sum();
        assert_eq!(in_effect, 1, "{}", site.name());
        simulator.break_down(Outage::Slow { ms: 200 }, Some(2));
        run(&site, &PORTAL_SYNC, 4_000).await;
        for serial in [1, 2] {
            assert_eq!(
                simulator.case(&code(serial)).expect("there").history,
                [2, 4, 9],
                "{}",
                site.name()
            );
        }
        let view = view(&site).await;
        assert!(view.troubles.rows.is_empty(), "{:?}", view.troubles.rows);
        assert_eq!(view.error, None);
    }
}

#[tokio::test]
async fn a_word_that_got_lost_is_said_again_and_makes_no_second_dossier() {
    for site in Site::on_each().await {
        let simulator = connected(&site).await;
        simulator.file(item(&site, 1), &[]);
        // Asked for what is new: fine. Told that it is taken: in effect there, the answer lost.
        simulator.break_down(Outage::None, None);
        let lost = simulator.clone();
        lost.break_down(Outage::Slow { ms: 0 }, Some(1));
        run(&site, &PORTAL_SYNC, 0).await;
        let first = found(&site, &code(1)).await.expect("it came").id;
        simulator.meddle(&code(1), |case| case.taken = None);
        run(&site, &PORTAL_SYNC, 40).await;
        let case = simulator.case(&code(1)).expect("there");
        assert_eq!(case.taken, Some(first.to_string()), "{}", site.name());
        assert_eq!(case.taken_times, 2);
        assert_eq!(found(&site, &code(1)).await.expect("there").id, first);
    }
}

#[tokio::test]
async fn two_processes_take_each_dossier_once_and_tell_each_state_once() {
    for site in Site::on_each().await {
        let simulator = connected(&site).await;
        for serial in 1..=6 {
            simulator.file(item(&site, serial), &[]);
        }
        tokio::join!(
            run_as(&site, &PORTAL_SYNC, "one", 0),
            run_as(&site, &PORTAL_SYNC, "other", 0)
        );
        for serial in 1..=6 {
            let case = simulator.case(&code(serial)).expect("there");
            assert_eq!(case.taken_times, 1, "{}", site.name());
        }
        work_to_result(&site, &code(3)).await;
        tokio::join!(
            run_as(&site, &PORTAL_SYNC, "one", 40),
            run_as(&site, &PORTAL_SYNC, "other", 40)
        );
        assert_eq!(simulator.case(&code(3)).expect("there").history, [2, 4, 9]);
    }
}

#[tokio::test]
async fn after_a_kill_another_process_goes_on_when_the_lease_has_run_out() {
    for site in Site::on_each().await {
        let simulator = connected(&site).await;
        simulator.file(item(&site, 1), &[]);
        // The job is planned, and a process takes it and dies.
        let now = crate::office::later(0);
        let taken = site
            .write(move |tx, _| {
                let until = crate::office::later(900);
                let job = townhall_store::jobs::Job {
                    id: townhall_domain::ids::Id::from_uuid(uuid::Uuid::from_u128(7)),
                    kind: PORTAL_SYNC.name.to_owned(),
                    args: json!({}),
                    unit: None,
                    space: None,
                    slot: Some(PORTAL_SYNC.name.to_owned()),
                    state: townhall_store::jobs::JobState::Waiting,
                    run_at: now,
                    attempts: 0,
                    lease_until: townhall_domain::time::Timestamp::UNIX_EPOCH,
                    last_error: None,
                    created_at: now,
                    changed_at: now,
                };
                townhall_store::jobs::insert(tx, &job)?;
                Ok(townhall_store::jobs::take(
                    tx,
                    &[PORTAL_SYNC.name],
                    "dead",
                    now,
                    until,
                )?)
            })
            .await
            .expect("written");
        assert!(taken.is_some());
        assert_eq!(run(&site, &PORTAL_SYNC, 60).await, 0, "the lease holds");
        assert!(found(&site, &code(1)).await.is_none());
        assert_eq!(run(&site, &PORTAL_SYNC, 1_000).await, 1, "{}", site.name());
        assert!(found(&site, &code(1)).await.is_some());
    }
}

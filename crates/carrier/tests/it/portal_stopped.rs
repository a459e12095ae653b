//! A person cancels the work with the portal while it is at work: it stops at its next safe point, and what is left is
//! done by the next run, once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use townhall_app::clock::real_now;
use townhall_app::outside::{Answer, HandedOut, Outside, Portal, PortalError, Standings, ToldState};
use townhall_app::paper::Inspector;
use townhall_app::portal::{PORTAL_COMPARE, PORTAL_SYNC};
use townhall_app::town::Town;
use townhall_carrier::{Authorities, HttpPortal};
use townhall_domain::ids::DossierId;
use townhall_domain::space::Space;
use townhall_store::jobs::{self, Cancel, Filter, Job, JobState};
use townhall_store::{StoreError, node, portal as store};
use townhall_testkit::portal::{PortalSimulator, TOKEN};
use townhall_testkit::{Site, process};

use crate::office::{connect, run};
use crate::portal::{code, found, item, view, work_to_result};

/// The portal, and a person who cancels the job at work while the portal answers a call of one kind.
#[derive(Debug)]
struct Interrupted {
    portal: HttpPortal,
    town: Town,
    taken: Count,
    tell: Count,
    standings: Count,
}

/// Calls until the person comes; zero for never.
type Count = Arc<AtomicU32>;

impl Interrupted {
    fn called(&self, count: &AtomicU32) {
        let left = count.load(Ordering::SeqCst);
        count.store(left.saturating_sub(1), Ordering::SeqCst);
        if left == 1 {
            self.cancel();
        }
    }

    fn cancel(&self) {
        let asked = self.town.db().write_blocking("cancel", |tx| {
            let at_work = jobs::list(tx, &in_state(JobState::Waiting), 10)?;
            let job = at_work.iter().find(|job| job.lease_until > real_now());
            jobs::cancel(tx, job.expect("a job at work"), real_now())
        });
        assert_eq!(asked.expect("cancelled"), Cancel::Asked);
    }
}

impl Portal for Interrupted {
    fn look(&self) -> Result<(), PortalError> {
        self.portal.look()
    }
    fn new_dossiers(&self, after: Option<&str>) -> Result<HandedOut, PortalError> {
        self.portal.new_dossiers(after)
    }
    fn dossier(&self, code: &str) -> Result<Option<Value>, PortalError> {
        self.portal.dossier(code)
    }
    fn file(
        &self,
        code: &str,
        file: &str,
        most: u64,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<u64, PortalError> {
        self.portal.file(code, file, most, sink)
    }
    fn taken(&self, code: &str, dossier: DossierId) -> Result<(), PortalError> {
        self.called(&self.taken);
        self.portal.taken(code, dossier)
    }
    fn tell(&self, state: &ToldState) -> Result<Answer, PortalError> {
        self.called(&self.tell);
        self.portal.tell(state)
    }
    fn standings(&self, after: Option<&str>) -> Result<Standings, PortalError> {
        self.called(&self.standings);
        self.portal.standings(after)
    }
}

fn in_state(state: JobState) -> Filter {
    Filter {
        units: Vec::new(),
        space: Space::State,
        state: Some(state),
        after: None,
    }
}

/// The simulator, and after how many calls of each kind (taken, tell, standings) the person comes.
async fn connected(site: &Site) -> (PortalSimulator, [Count; 3]) {
    let simulator = PortalSimulator::default();
    let url = simulator.start().await;
    let counts = [Count::default(), Count::default(), Count::default()];
    let [taken, tell, standings] = counts.clone();
    let portal = Interrupted {
        portal: HttpPortal::new(
            &url,
            TOKEN,
            &Authorities::default(),
            Some(Duration::from_millis(700)),
        ),
        town: site.town.clone(),
        taken,
        tell,
        standings,
    };
    connect(
        site,
        Outside {
            portal: Some(Arc::new(portal)),
            inspector: Some(Inspector::new(process::binary_place())),
            ..Outside::default()
        },
    );
    (simulator, counts)
}

async fn cancelled(site: &Site) -> Vec<Job> {
    site.read(|tx, _| Ok(jobs::list(tx, &in_state(JobState::Cancelled), 10)?))
        .await
}

#[tokio::test]
async fn fetching_that_is_cancelled_stops_between_two_dossiers_and_the_next_run_fetches_the_rest_once() {
    for site in Site::on_each().await {
        let (simulator, [taken, ..]) = connected(&site).await;
        for serial in 1..=7 {
            simulator.file(item(&site, serial), &[]);
        }
        taken.store(2, Ordering::SeqCst);
        run(&site, &PORTAL_SYNC, 0).await;
        assert_eq!(cancelled(&site).await.len(), 1, "{}", site.name());
        for serial in 1..=7 {
            let is_here = found(&site, &code(serial)).await.is_some();
            assert_eq!(is_here, serial <= 2, "{}: {serial}", site.name());
            // What was begun was ended: the portal knows of the second one, too.
            let told = simulator.case(&code(serial)).expect("there").taken_times;
            assert_eq!(told, u32::from(serial <= 2), "{}: {serial}", site.name());
        }
        run(&site, &PORTAL_SYNC, 40).await;
        for serial in 1..=7 {
            assert!(
                found(&site, &code(serial)).await.is_some(),
                "{}: {serial}",
                site.name()
            );
            assert_eq!(
                simulator.case(&code(serial)).expect("there").taken_times,
                1,
                "{}",
                site.name()
            );
        }
    }
}

#[tokio::test]
async fn telling_that_is_cancelled_stops_between_two_dossiers_and_the_next_run_goes_on_in_order() {
    for site in Site::on_each().await {
        let (simulator, [_, tell, _]) = connected(&site).await;
        for serial in 1..=3 {
            simulator.file(item(&site, serial), &[]);
        }
        run(&site, &PORTAL_SYNC, 0).await;
        for serial in 1..=3 {
            work_to_result(&site, &code(serial)).await;
        }
        tell.store(1, Ordering::SeqCst);
        run(&site, &PORTAL_SYNC, 40).await;
        assert_eq!(cancelled(&site).await.len(), 1, "{}", site.name());
        let at_its_result = |serial| simulator.case(&code(serial)).expect("there").state == 9;
        let told: Vec<u32> = (1..=3).filter(|serial| at_its_result(*serial)).collect();
        assert_eq!(told.len(), 1, "{}: one dossier, all of it: {told:?}", site.name());
        run(&site, &PORTAL_SYNC, 100).await;
        assert!((1..=3).all(at_its_result), "{}", site.name());
        let history = simulator.case(&code(told[0])).expect("there").history;
        let mut once = history.clone();
        once.dedup();
        assert_eq!(history, once, "{}: nothing was told twice", site.name());
    }
}

#[tokio::test]
async fn a_comparison_that_is_cancelled_leaves_the_last_one_as_it_was() {
    for site in Site::on_each().await {
        let (simulator, [_, _, standings]) = connected(&site).await;
        // More than a page of the portal's list.
        for serial in 1..=5 {
            simulator.file(item(&site, serial), &[]);
        }
        run(&site, &PORTAL_SYNC, 0).await;
        run(&site, &PORTAL_COMPARE, 41).await;
        let compared = async || {
            site.read(|tx, _| {
                let at: Result<Option<String>, StoreError> = node::get(tx, store::COMPARED_MS);
                Ok(at?)
            })
            .await
        };
        let before = compared().await;
        assert!(before.is_some(), "{}", site.name());
        simulator.forget(&code(2));

        standings.store(1, Ordering::SeqCst);
        run(&site, &PORTAL_COMPARE, 100_000).await;
        assert_eq!(cancelled(&site).await.len(), 1, "{}", site.name());
        assert_eq!(compared().await, before, "{}", site.name());
        assert!(view(&site).await.differences.is_empty(), "{}", site.name());

        run(&site, &PORTAL_COMPARE, 200_000).await;
        assert_ne!(compared().await, before, "{}", site.name());
        assert_eq!(view(&site).await.differences.len(), 1, "{}", site.name());
    }
}

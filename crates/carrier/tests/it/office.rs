//! An office that is connected, and people who want to be told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Map;
use townhall_app::clock::real_now;
use townhall_app::dossier::Verdict;
use townhall_app::jobs::{Kind, run_due};
use townhall_app::outside::{Carrier, CarryError, Letter, Outlet, Outside};
use townhall_carrier::{Authorities, Security, Smtp, SmtpSettings};
use townhall_domain::dossier::ApplicantInput;
use townhall_domain::ids::DossierId;
use townhall_domain::message::MessageState;
use townhall_domain::time::Timestamp;
use townhall_store::messages::{self, Filter, Listed};
use townhall_testkit::Site;
use townhall_testkit::site::dossiers;

/// A procedure without a numbering step of its own kind: worked from form to result.
pub const PROCEDURE: &str = "1.004873";

/// Somebody who wants to be told by e-mail.
pub fn by_email() -> ApplicantInput {
    ApplicantInput {
        email: "huong@example.vn".to_owned(),
        messages: "vi".to_owned(),
        ..dossiers::applicant()
    }
}

/// A dossier of this person, as the counter decides.
pub async fn received(site: &Site, applicant: ApplicantInput, verdict: Verdict) -> DossierId {
    let unit = site.unit("24682");
    let form = site
        .town
        .packs()
        .form(&format!("forms/{PROCEDURE}.json"))
        .map_or_else(Map::new, |form| form.examples[0].clone());
    dossiers::received_from(site, PROCEDURE, unit, form, verdict, applicant).await
}

/// Connects a site.
pub fn connect(site: &Site, outside: Outside) {
    let outside = Outside {
        base: "http://town.example".to_owned(),
        ..outside
    };
    assert!(site.town.connect(outside), "it was not connected before");
}

/// Mail through this server.
pub fn smtp(port: u16, change: impl FnOnce(&mut SmtpSettings)) -> Smtp {
    let mut settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: Some(port),
        security: Security::None,
        login: None,
        from: "Một cửa Thuận An <mot-cua@thuanan.example.vn>".to_owned(),
        authorities: Authorities::default(),
        patience: Some(Duration::from_secs(2)),
    };
    change(&mut settings);
    Smtp::new(&settings).expect("settings that can be used")
}

/// An outlet without a limit that counts.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where a way may be switched off"
)]
pub fn outlet(carrier: impl Carrier + 'static) -> Option<Outlet> {
    Some(Outlet {
        carrier: Arc::new(carrier),
        per_minute: 1_000,
    })
}

/// Runs what is due now, and so many seconds later than now.
pub async fn run(site: &Site, kind: &'static Kind, seconds_later: u64) -> usize {
    run_as(site, kind, "test", seconds_later).await
}

/// The same as another process.
pub async fn run_as(site: &Site, kind: &'static Kind, holder: &'static str, seconds_later: u64) -> usize {
    let town = site.town.clone();
    tokio::task::spawn_blocking(move || run_due(&town, &[kind], holder, later(seconds_later)))
        .await
        .expect("no panic")
        .expect("the jobs run")
}

/// The machine's time so many seconds from now.
pub fn later(seconds: u64) -> Timestamp {
    real_now()
        .checked_add(Duration::from_secs(seconds))
        .expect("an instant")
}

/// All messages of Thuận An, oldest first.
pub async fn all_messages(site: &Site) -> Vec<Listed> {
    let unit = site.unit("24682");
    let mut rows = site
        .read(move |tx, _| {
            let filter = Filter {
                units: vec![unit.clone()],
                ..Filter::default()
            };
            Ok(messages::list(
                tx,
                &filter,
                townhall_domain::space::Space::State,
                100,
            )?)
        })
        .await;
    rows.reverse();
    rows
}

/// States of all messages, and what went wrong last.
pub async fn standing(site: &Site) -> Vec<(MessageState, Option<String>)> {
    let rows = all_messages(site).await;
    rows.into_iter()
        .map(|row| (row.message.state, row.tries.last_error))
        .collect()
}

/// A carrier that keeps what it carries.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    pub letters: Arc<Mutex<Vec<Letter>>>,
}

impl Kept {
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().expect("no panic").clone()
    }
}

impl Carrier for Kept {
    fn carry(&self, letter: &Letter) -> Result<(), CarryError> {
        // Long enough for another process to come by.
        std::thread::sleep(Duration::from_millis(20));
        self.letters.lock().expect("no panic").push(letter.clone());
        Ok(())
    }
    fn look(&self) -> Result<(), String> {
        Ok(())
    }
}

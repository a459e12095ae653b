//! Two processes write facts and the log at the same time and are killed in the middle, again and again.
//!
//! The test starts this very test program again as children, which work until they are killed and say on their
//! standard output what was acknowledged.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use townhall_app::log::{LogKeeper, Sequencer, kept_checkpoints};
use townhall_app::verify::verify;
use townhall_domain::ids::{FactId, Id, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
use townhall_journal::random_salt;
use townhall_store::files::Files;
use townhall_store::journal::{self, NewFact};
use townhall_store::log::Sequenced;
use townhall_store::{Db, DbConfig, StoreError, Tx};
use townhall_testkit::process::Launch;
use townhall_testkit::{Place, places};

/// Where the child keeps files and keys; without it, it is not a child.
const DIR: &str = "TOWNHALL_CHILD_DIR";
/// The server that the child works on; without it, a file in that directory.
const URL: &str = "TOWNHALL_CHILD_URL";
/// Commands that run side by side in one process.
const CALLERS: u32 = 3;
/// How often both processes are killed.
const ROUNDS: u64 = 6;

fn open(dir: &Path, url: Option<String>) -> Db {
    let config = match url {
        Some(url) => DbConfig::Postgres {
            url,
            writers: 4,
            readers: 2,
        },
        None => DbConfig::Sqlite {
            file: dir.join("townhall.sqlite"),
        },
    };
    Db::open(&config).expect("the database opens")
}

fn record(tx: &mut Tx<'_>, subject: &str) -> Result<FactId, StoreError> {
    let unit: UnitId = "24682-20250701".parse().expect("a unit");
    let id = FactId::from_uuid(uuid::Uuid::now_v7());
    let fact = NewFact {
        id,
        at: Timestamp::UNIX_EPOCH,
        unit: &unit,
        space: Space::State,
        account: None,
        post: None,
        subject_kind: "thing",
        subject_id: subject,
        kind: "thing_changed",
        body: json!({}),
        salt: random_salt(),
    };
    journal::insert_fact(tx, &fact).map(|_| id)
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{text}\n").as_bytes())
        .expect("standard output is open");
    out.flush().expect("standard output is open");
}

#[expect(
    clippy::disallowed_methods,
    reason = "leases are measured by the machine's clock"
)]
fn clock() -> Timestamp {
    Timestamp::now()
}

/// Not a test of its own: what the children of the test below do. Run by itself it has nothing to do.
#[test]
fn child() {
    let Ok(dir) = std::env::var(DIR).map(PathBuf::from) else {
        return;
    };
    let db = open(&dir, std::env::var(URL).ok());
    let keeper = LogKeeper::open(&db, &dir, "town.example").expect("the log may be written");
    let _sequencer = Sequencer::start(keeper, std::process::id().to_string(), clock).expect("a thread");
    say("ready http://nowhere");
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let db = db.clone();
            scope.spawn(move || {
                let subject = format!("{}-{caller}", std::process::id());
                loop {
                    let subject = subject.clone();
                    let id = db
                        .write_blocking("record", move |tx| record(tx, &subject))
                        .expect("recorded");
                    say(&format!("acknowledged {id}"));
                }
            });
        }
    });
}

#[test]
fn two_killed_processes_leave_one_log_without_a_gap_and_nothing_lost() {
    for place in places() {
        let dir = place.dir().to_path_buf();
        let url = place.url().map(str::to_owned);
        // The schema and the log are there before two processes race for them; that race has tests of its own.
        drop(LogKeeper::open(&open(&dir, url.clone()), &dir, "town.example").expect("a log"));
        let mut acknowledged = BTreeSet::new();
        for round in 0..ROUNDS {
            let servers: Vec<_> = (0..2).map(|_| launch(&place).start()).collect();
            // From before the first turn to the middle of several.
            std::thread::sleep(Duration::from_millis(40 + 137 * round));
            for mut server in servers {
                server.kill();
                let said = server.said();
                let ids = said.lines().filter_map(|line| line.strip_prefix("acknowledged "));
                acknowledged.extend(ids.filter(|id| id.len() == 36).map(str::to_owned));
            }
        }
        let db = open(&dir, url);
        let keeper = LogKeeper::open(&db, &dir, "town.example").expect("nothing was put back");
        // The lease of a killed process runs out after ten seconds at most.
        let later = Timestamp::from_second(clock().as_second() + 60).expect("an instant");
        while let Sequenced::Appended { .. } = keeper.sequence("after", later).expect("a turn") {}
        let files = Files::open(&dir).expect("a file store");
        let report = verify(&db, &files, kept_checkpoints(&dir)).expect("the database answers");
        assert!(report.is_clean(), "{}: {report}", place.name());
        assert_eq!(
            report.facts,
            report.entries,
            "{}: each fact has its one place",
            place.name()
        );

        let name = place.name();
        assert!(
            acknowledged.len() > 50,
            "{name}: only {} facts were recorded",
            acknowledged.len()
        );
        let lost = db.read_blocking("lost", move |tx| {
            let mut lost = Vec::new();
            for id in &acknowledged {
                if journal::fact(tx, id.parse().expect("an id"))?.is_none() {
                    lost.push(id.clone());
                }
            }
            Ok::<_, StoreError>(lost)
        });
        assert_eq!(
            lost.expect("read"),
            Vec::<String>::new(),
            "{name}: acknowledged and lost"
        );
    }
}

fn launch(place: &Place) -> Launch {
    let launch = Launch::new(std::env::current_exe().expect("a test knows its own file"))
        .args(["--exact", "log_processes::child", "--nocapture"])
        .env(DIR, place.dir().display().to_string());
    match place.url() {
        Some(url) => launch.env(URL, url),
        None => launch,
    }
}

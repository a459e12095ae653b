//! Background work: once it is committed it runs, again and again until it is done or gave up, by one process at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use townhall_app::actor::Actor;
use townhall_app::clock::{Clock, real_now};
use townhall_app::cx::IdSource;
use townhall_app::jobs::{Cancelling, KINDS, Kind, Outcome, SWEEP_FILES, enqueue, run_due};
use townhall_app::packs::Packs;
use townhall_app::town::Town;
use townhall_domain::ids::JobId;
use townhall_domain::time::Timestamp;
use townhall_store::files::Files;
use townhall_store::jobs::{self, Filter, Job, JobState};
use townhall_store::{Db, StoreError, leases};
use townhall_testkit::{databases, temp_dir};

static FLAKY_RUNS: AtomicUsize = AtomicUsize::new(0);

/// Fails twice, then succeeds.
static FLAKY: Kind = Kind {
    name: "flaky",
    attempts: 5,
    every: None,
    cancel: Cancelling::BetweenSteps,
    run: |_| {
        if FLAKY_RUNS.fetch_add(1, Ordering::SeqCst) % 3 < 2 {
            Ok(Outcome::Retry {
                why: "not yet".to_owned(),
            })
        } else {
            Ok(Outcome::Done)
        }
    },
};

/// Never succeeds.
static HOPELESS: Kind = Kind {
    name: "hopeless",
    attempts: 2,
    every: None,
    cancel: Cancelling::BetweenSteps,
    run: |_| Err(StoreError::Stopped),
};

/// Breaks off.
static BROKEN: Kind = Kind {
    name: "broken",
    attempts: 1,
    every: None,
    cancel: Cancelling::BetweenSteps,
    run: |_| panic!("a fault of the handler"),
};

const SYSTEM: Actor = Actor::System { job: "test" };

fn town(db: Db, dir: &std::path::Path) -> Town {
    let packs = Packs::load(None).expect("the packs are sound");
    let files = Files::open(dir).expect("files");
    Town::new(db, packs, Clock::real(), files, IdSource::System, false)
}

fn queue(town: &Town, kind: &'static Kind) -> JobId {
    town.write_blocking("queue", &SYSTEM, move |tx, cx| {
        enqueue(tx, cx, kind, json!({ "dossier": "1" }), None)
    })
    .expect("queued")
}

fn load(town: &Town, id: JobId) -> Job {
    town.db()
        .read_blocking("load", move |tx| jobs::load(tx, id))
        .expect("read")
        .expect("there")
}

fn later(seconds: u64) -> Timestamp {
    real_now()
        .checked_add(Duration::from_secs(seconds))
        .expect("a time")
}

#[test]
fn a_job_is_tried_again_with_growing_pauses_until_it_is_done() {
    for (name, db) in databases() {
        let dir = temp_dir();
        let town = town(db, dir.path());
        let id = queue(&town, &FLAKY);
        let run = |now| run_due(&town, &[&FLAKY], "one", now).expect("run");
        assert_eq!(run(later(0)), 1, "{name}");
        let job = load(&town, id);
        assert_eq!((job.state, job.attempts), (JobState::Waiting, 1), "{name}");
        assert_eq!(job.last_error.as_deref(), Some("not yet"));
        assert_eq!(run(later(5)), 0, "{name}: the pause is not over");
        assert_eq!(run(later(15)), 1, "{name}");
        assert_eq!(run(later(30)), 0, "{name}: the second pause is longer");
        assert_eq!(run(later(60)), 1, "{name}");
        let job = load(&town, id);
        assert_eq!(
            (job.state, job.attempts, job.last_error),
            (JobState::Done, 3, None),
            "{name}"
        );
        assert_eq!(run(later(3_600)), 0, "{name}");
    }
}

#[test]
fn a_job_that_gave_up_says_why_and_runs_again_only_when_asked() {
    for (name, db) in databases() {
        let dir = temp_dir();
        let town = town(db, dir.path());
        let (id, broken) = (queue(&town, &HOPELESS), queue(&town, &BROKEN));
        let kinds = [&HOPELESS, &BROKEN];
        run_due(&town, &kinds, "one", later(0)).expect("run");
        run_due(&town, &kinds, "one", later(100)).expect("run");
        let job = load(&town, id);
        assert_eq!((job.state, job.attempts), (JobState::GaveUp, 2), "{name}");
        assert_eq!(job.last_error.as_deref(), Some("the database is stopping"));
        let job = load(&town, broken);
        assert_eq!(
            (job.state, job.last_error.as_deref()),
            (JobState::GaveUp, Some("the handler broke off"))
        );
        assert_eq!(
            run_due(&town, &kinds, "one", later(100_000)).expect("run"),
            0,
            "{name}"
        );
        let again = town
            .db()
            .write_blocking("again", move |tx| jobs::run_again(tx, id, real_now()));
        assert!(again.expect("asked"), "{name}");
        assert_eq!(run_due(&town, &kinds, "one", later(0)).expect("run"), 1, "{name}");
    }
}

#[test]
fn a_job_of_a_process_that_died_goes_to_another_and_its_late_word_is_not_heard() {
    for (name, db) in databases() {
        let dir = temp_dir();
        let town = town(db, dir.path());
        let id = queue(&town, &FLAKY);
        let take = |holder: &'static str, now: Timestamp| {
            let until = now.checked_add(Duration::from_mins(1)).expect("a time");
            town.db()
                .write_blocking("take", move |tx| jobs::take(tx, &["flaky"], holder, now, until))
                .expect("asked")
        };
        assert_eq!(take("one", later(0)).map(|job| job.id), Some(id), "{name}");
        assert_eq!(take("two", later(30)), None, "{name}: the first is still at it");
        assert_eq!(take("two", later(90)).map(|job| job.attempts), Some(2), "{name}");
        let end = |holder: &'static str| {
            town.db()
                .write_blocking("end", move |tx| {
                    jobs::end(tx, id, holder, &jobs::End::Done, later(91))
                })
                .expect("asked")
        };
        assert!(!end("one"), "{name}");
        assert!(end("two"), "{name}");
    }
}

/// Where [`LONG`] waits until the test has cancelled it.
static STEPS: AtomicUsize = AtomicUsize::new(0);

/// Many steps, each for itself; cancelled in the middle by whoever watches.
static LONG: Kind = Kind {
    name: "ring_warnings",
    attempts: 5,
    every: Some(Duration::from_mins(2)),
    cancel: Cancelling::BetweenSteps,
    run: |run| {
        for step in 0..100 {
            if run.must_stop()? {
                return Ok(Outcome::Cancelled);
            }
            STEPS.store(step + 1, Ordering::SeqCst);
            if step == 2 {
                // What a person does on the page, seen by the next step.
                let id = run.job.id;
                run.town.db().write_blocking("cancel", move |tx| {
                    let job = jobs::lock(tx, id)?.expect("there");
                    assert_eq!(jobs::cancel(tx, &job, real_now())?, jobs::Cancel::Asked);
                    let job = jobs::lock(tx, id)?.expect("there");
                    assert_eq!(jobs::cancel(tx, &job, real_now())?, jobs::Cancel::Late);
                    Ok::<_, StoreError>(())
                })?;
            }
        }
        Ok(Outcome::Done)
    },
};

/// Fails although it was cancelled.
static STUBBORN: Kind = Kind {
    name: "stubborn",
    attempts: 5,
    every: None,
    cancel: Cancelling::BetweenSteps,
    run: |run| {
        let id = run.job.id;
        run.town.db().write_blocking("cancel", move |tx| {
            let job = jobs::lock(tx, id)?.expect("there");
            jobs::cancel(tx, &job, real_now())
        })?;
        Ok(Outcome::Retry {
            why: "not yet".to_owned(),
        })
    },
};

#[test]
fn a_job_at_work_that_is_cancelled_stops_at_its_next_safe_point_and_its_next_run_comes_in_its_time() {
    for (name, db) in databases() {
        let dir = temp_dir();
        let town = town(db, dir.path());
        STEPS.store(0, Ordering::SeqCst);
        assert_eq!(
            run_due(&town, &[&LONG], "one", later(0)).expect("run"),
            1,
            "{name}"
        );
        assert_eq!(
            STEPS.load(Ordering::SeqCst),
            3,
            "{name}: nothing was begun after it"
        );
        let of = |state| {
            let filter = Filter {
                units: Vec::new(),
                space: townhall_domain::space::Space::State,
                state: Some(state),
                after: None,
            };
            town.db()
                .read_blocking("list", move |tx| jobs::list(tx, &filter, 10))
                .expect("read")
        };
        assert_eq!(of(JobState::Cancelled).len(), 1, "{name}");
        let next = of(JobState::Waiting);
        assert_eq!(next.len(), 1, "{name}");
        assert!(next[0].run_at > later(100), "{name}: not at once");
        // A failure on the way out is no reason to begin again.
        let id = queue(&town, &STUBBORN);
        assert_eq!(
            run_due(&town, &[&STUBBORN], "one", later(0)).expect("run"),
            1,
            "{name}"
        );
        assert_eq!(load(&town, id).state, JobState::Cancelled, "{name}");
        assert_eq!(
            run_due(&town, &[&STUBBORN], "one", later(9_000)).expect("run"),
            0,
            "{name}"
        );
    }
}

#[test]
fn a_cancelled_job_of_a_process_that_died_is_ended_and_not_run() {
    for (name, db) in databases() {
        let dir = temp_dir();
        let town = town(db, dir.path());
        let id = queue(&town, &HOPELESS);
        town.db()
            .write_blocking("die", move |tx| {
                let until = later(60);
                jobs::take(tx, &["hopeless"], "gone", later(0), until)?;
                let job = jobs::lock(tx, id)?.expect("there");
                jobs::cancel(tx, &job, later(1))
            })
            .expect("cancelled");
        assert_eq!(load(&town, id).state, JobState::Cancelling, "{name}");
        let run = |now| run_due(&town, &[&HOPELESS], "two", now).expect("run");
        assert_eq!(run(later(30)), 0, "{name}: it may still be at work");
        run(later(90));
        let job = load(&town, id);
        assert_eq!((job.state, job.last_error), (JobState::Cancelled, None), "{name}");
    }
}

#[test]
fn a_command_that_is_undone_leaves_no_job() {
    for (name, db) in databases() {
        let dir = temp_dir();
        let town = town(db, dir.path());
        let refused: Result<(), StoreError> = town.write_blocking("queue", &SYSTEM, |tx, cx| {
            enqueue(tx, cx, &FLAKY, json!({}), None)?;
            Err(StoreError::Stopped)
        });
        assert!(refused.is_err());
        assert_eq!(
            run_due(&town, &[&FLAKY], "one", later(10)).expect("run"),
            0,
            "{name}"
        );
    }
}

#[test]
fn recurring_work_has_exactly_one_next_run() {
    for (name, db) in databases() {
        let dir = temp_dir();
        let town = town(db, dir.path());
        for _ in 0..2 {
            run_due(&town, KINDS, "one", real_now()).expect("run");
            let filter = Filter {
                units: Vec::new(),
                space: townhall_domain::space::Space::State,
                state: Some(JobState::Waiting),
                after: None,
            };
            let waiting = town
                .db()
                .read_blocking("waiting", move |tx| jobs::list(tx, &filter, 100))
                .expect("read");
            let recurring = KINDS.iter().filter(|kind| kind.every.is_some()).count();
            assert_eq!(waiting.len(), recurring, "{name}");
            assert!(waiting.iter().all(|job| job.run_at > real_now()), "{name}");
        }
    }
}

#[test]
fn a_loose_file_is_swept_after_a_day_and_never_while_a_backup_copies() {
    for (name, db) in databases() {
        let dir = temp_dir();
        let town = town(db, dir.path());
        let loose = town.files().put(b"nobody names this").expect("stored").sha256;
        let sweep = |now| run_due(&town, &[&SWEEP_FILES], "one", now).expect("run");
        sweep(later(0));
        assert!(town.files().read(&loose).is_ok(), "{name}: it is new");
        let path = town.files().path(&loose).expect("a path");
        let two_days_ago = std::time::SystemTime::UNIX_EPOCH
            + Duration::from_secs(u64::try_from(real_now().as_second()).expect("after 1970") - 172_800);
        let file = std::fs::File::options().write(true).open(path).expect("open");
        file.set_modified(two_days_ago).expect("aged");
        town.db()
            .write_blocking("backup", |tx| {
                leases::take(tx, leases::SWEEP, "backup", later(0), later(100_000))
            })
            .expect("a lease");
        sweep(later(30_000));
        assert!(town.files().read(&loose).is_ok(), "{name}: a backup is at work");
        town.db()
            .write_blocking("backup", |tx| leases::give_back(tx, leases::SWEEP, "backup"))
            .expect("given back");
        sweep(later(60_000));
        assert!(town.files().read(&loose).is_err(), "{name}");
    }
}

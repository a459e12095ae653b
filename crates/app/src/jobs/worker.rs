//! The thread that works off jobs while the node serves.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use townhall_domain::ids::{Id, JobId};
use townhall_domain::time::Timestamp;
use townhall_store::StoreError;
use townhall_store::jobs::{self, End, Job, JobState};

use super::{Kind, Outcome, Run, pause_after};
use crate::clock::real_now;
use crate::metrics;
use crate::town::Town;

/// How often the queue is looked at.
const PERIOD: Duration = Duration::from_millis(500);
/// A process that dies lets go of its job after so long; a handler is done long before.
const LEASE: Duration = Duration::from_mins(15);

/// A thread. Dropping it ends the thread after the job at hand.
#[derive(Debug)]
pub struct Worker {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts a thread for each of [`super::lanes`].
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start_all(town: &Town, holder: &str) -> io::Result<Vec<Self>> {
        super::lanes(town)
            .into_iter()
            .map(|kinds| Self::start(town.clone(), holder.to_owned(), kinds))
            .collect()
    }

    /// Starts a thread that works off these kinds. `holder` names this process, differently from every other at the
    /// same database.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(town: Town, holder: String, kinds: Vec<&'static Kind>) -> io::Result<Self> {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new()
            .name("jobs".to_owned())
            .spawn(move || {
                let mut failing = false;
                loop {
                    let done = run_once(&town, &kinds, &holder, real_now());
                    if let Err(error) = &done
                        && !failing
                    {
                        // A lasting failure is told once, not twice a second.
                        tracing::error!(%error, "the queue of jobs cannot be read");
                    }
                    failing = done.is_err();
                    let pause = if matches!(done, Ok(true)) {
                        Duration::ZERO
                    } else {
                        PERIOD
                    };
                    if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Runs everything that is due, for tests and tools; how many jobs ran. Blocks; never call it on an async thread.
///
/// # Errors
/// When the database fails.
pub fn run_due(town: &Town, kinds: &[&Kind], holder: &str, now: Timestamp) -> Result<usize, StoreError> {
    plan_recurring(town, kinds, now)?;
    let mut ran = 0;
    while run_one(town, kinds, holder, now)? {
        ran += 1;
    }
    Ok(ran)
}

fn run_once(town: &Town, kinds: &[&Kind], holder: &str, now: Timestamp) -> Result<bool, StoreError> {
    plan_recurring(town, kinds, now)?;
    run_one(town, kinds, holder, now)
}

/// Sees to it that recurring work has its next run.
fn plan_recurring(town: &Town, kinds: &[&Kind], now: Timestamp) -> Result<(), StoreError> {
    let wanted: Vec<&'static str> = kinds
        .iter()
        .filter(|kind| kind.every.is_some())
        .map(|kind| kind.name)
        .collect();
    let wanted_now = wanted.clone();
    let planned = town.db().read_blocking("jobs_planned", move |tx| {
        wanted_now
            .iter()
            .map(|name| jobs::is_planned(tx, name))
            .collect::<Result<Vec<bool>, StoreError>>()
    })?;
    for (name, _) in wanted.into_iter().zip(planned).filter(|(_, planned)| !planned) {
        let job = next_run(name, now)?;
        town.db()
            .write_blocking("plan_job", move |tx| jobs::insert(tx, &job))?;
    }
    Ok(())
}

fn next_run(name: &str, at: Timestamp) -> Result<Job, StoreError> {
    let mut random = [0_u8; 10];
    getrandom::fill(&mut random).map_err(StoreError::from)?;
    let now = real_now();
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let id = uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid();
    Ok(Job {
        id: JobId::from_uuid(id),
        kind: name.to_owned(),
        args: serde_json::json!({}),
        unit: None,
        space: None,
        slot: Some(name.to_owned()),
        state: JobState::Waiting,
        run_at: at,
        attempts: 0,
        lease_until: Timestamp::UNIX_EPOCH,
        last_error: None,
        created_at: now,
        changed_at: now,
    })
}

/// Takes and runs the next job; false when none is due.
fn run_one(town: &Town, kinds: &[&Kind], holder: &str, now: Timestamp) -> Result<bool, StoreError> {
    let names: Vec<&'static str> = kinds.iter().map(|kind| kind.name).collect();
    let asked = names.clone();
    let due = town
        .db()
        .read_blocking("jobs_due", move |tx| jobs::any_due(tx, &asked, now))?;
    if !due {
        return Ok(false);
    }
    let (held_by, until) = (
        holder.to_owned(),
        now.checked_add(LEASE).unwrap_or(Timestamp::MAX),
    );
    let taken = town
        .db()
        .write_blocking("take_job", move |tx| jobs::take(tx, &names, &held_by, now, until))?;
    // Another process was faster: there may be more.
    let Some(job) = taken else { return Ok(true) };
    let Some(kind) = kinds.iter().find(|kind| kind.name == job.kind) else {
        return Ok(true);
    };
    let run = Run {
        town,
        job: &job,
        holder,
        now,
    };
    // Its process died after somebody had cancelled it: what it had done stands, and nothing more is begun.
    let outcome = if job.state == JobState::Cancelling {
        Ok(Ok(Outcome::Cancelled))
    } else {
        catch_unwind(AssertUnwindSafe(|| (kind.run)(&run)))
    };
    let outcome = match outcome {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => Outcome::Retry {
            why: error.to_string(),
        },
        Err(_) => Outcome::Retry {
            why: "the handler broke off".to_owned(),
        },
    };
    finish(town, kind, &job, holder, outcome, now)?;
    Ok(true)
}

fn finish(
    town: &Town,
    kind: &Kind,
    job: &Job,
    holder: &str,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (id, attempts) = (job.id, job.attempts);
    let outcome = match outcome {
        Outcome::Retry { why } if attempts >= kind.attempts => Outcome::GiveUp { why },
        outcome => outcome,
    };
    let word = match &outcome {
        Outcome::Done => "done",
        Outcome::Later { .. } => "later",
        Outcome::Retry { .. } => "retry",
        Outcome::GiveUp { .. } => "gave_up",
        Outcome::Cancelled => "cancelled",
    };
    metrics::count(&metrics::JOB_RUNS, &[("kind", kind.name), ("outcome", word)]);
    match &outcome {
        Outcome::Done => tracing::debug!(job.id = %id, job.kind = kind.name, attempts, "job {id} is done"),
        Outcome::Later { .. } => {
            tracing::debug!(job.id = %id, job.kind = kind.name, "job {id} is not due yet");
        }
        Outcome::Retry { why } => {
            tracing::warn!(job.id = %id, job.kind = kind.name, attempts, why, "job {id} is tried again");
        }
        Outcome::Cancelled => {
            tracing::info!(job.id = %id, job.kind = kind.name, attempts, "job {id} stopped, cancelled");
        }
        Outcome::GiveUp { why } => {
            tracing::error!(job.id = %id, job.kind = kind.name, attempts, why, "job {id} gave up");
        }
    }
    let pause = |pause: Duration| now.checked_add(pause).unwrap_or(Timestamp::MAX);
    let again_at = pause(pause_after(attempts));
    let next = match kind.every {
        None => None,
        Some(every) => Some(next_run(kind.name, pause(every))?),
    };
    let holder = holder.to_owned();
    town.db().write_blocking("end_job", move |tx| {
        // Whoever was asked to stop is not tried again, however this run ended short of being done.
        let is_to_stop = jobs::lock(tx, id)?.is_some_and(|job| job.state == JobState::Cancelling);
        let end = match &outcome {
            Outcome::Cancelled => End::Cancelled,
            Outcome::Later { .. } | Outcome::Retry { .. } if is_to_stop => End::Cancelled,
            Outcome::Done => End::Done,
            Outcome::Later { at } => End::Later { at: *at },
            Outcome::Retry { why } => End::Again { at: again_at, why },
            Outcome::GiveUp { why } => End::GaveUp { why },
        };
        let kept = jobs::end(tx, id, &holder, &end, now)?;
        let is_over = matches!(end, End::Done | End::GaveUp { .. } | End::Cancelled);
        if let (true, true, Some(next)) = (kept, is_over, &next) {
            jobs::insert(tx, next)?;
        }
        Ok(())
    })
}

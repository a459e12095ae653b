//! Background work: rows that a worker takes under a lease, tries again with growing pauses, and ends.
//!
//! A job holds identifiers, not copies. Its handler reads the present state, does what is still missing and can
//! always run again: after a kill the next process begins it anew. A new kind is a [`Kind`] beside its capability
//! and a line in [`KINDS`]; a command queues it with [`enqueue`], in its own transaction.

mod upkeep;
mod worker;

use std::time::Duration;

use serde_json::Value;
use townhall_domain::ids::{JobId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
use townhall_store::jobs::{self, Filter, Job, JobState};
use townhall_store::{StoreError, Tx};

use crate::clock::real_now;
use crate::cx::Cx;
use crate::error::AppError;
use crate::message::SEND_MESSAGE;
use crate::portal::{PORTAL_COMPARE, PORTAL_SYNC};
use crate::town::Town;

pub use upkeep::{SWEEP_FILES, SWEEP_JOBS, SWEEP_ONLINE, SWEEP_SESSIONS, SWEEP_TICKETS};
pub use worker::{Worker, run_due};

/// Every kind of job that this program knows. A job of another kind waits for a program that knows it.
pub static KINDS: &[&Kind] = &[
    &SWEEP_FILES,
    &SWEEP_SESSIONS,
    &SWEEP_JOBS,
    &SWEEP_TICKETS,
    &SWEEP_ONLINE,
    &SEND_MESSAGE,
    &PORTAL_SYNC,
    &PORTAL_COMPARE,
    &crate::dossier::RING_WARNINGS,
];

/// Which kinds one thread works off: whoever waits for a slow mail server or portal holds up nobody else.
///
/// Those of the portal only where there is one; its recurring work would have nothing to do.
pub fn lanes(town: &Town) -> Vec<Vec<&'static Kind>> {
    let messages = [SEND_MESSAGE.name];
    let portal = [PORTAL_SYNC.name, PORTAL_COMPARE.name];
    let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<&'static Kind> {
        KINDS.iter().copied().filter(|kind| wanted(kind.name)).collect()
    };
    let mut lanes = vec![
        of(&|name| !messages.contains(&name) && !portal.contains(&name)),
        of(&|name| messages.contains(&name)),
    ];
    if town.outside().portal.is_some() {
        lanes.push(of(&|name| portal.contains(&name)));
    }
    lanes
}

/// A kind of background work.
#[derive(Debug)]
pub struct Kind {
    /// Its word; `jobs-kind-<name>` is what people read.
    pub name: &'static str,
    /// How often it is tried before it gives up; recurring work never does.
    pub attempts: u32,
    /// Recurring work: how long after a run the next one is due.
    pub every: Option<Duration>,
    /// Whether a person can cancel it.
    pub cancel: Cancelling,
    /// What to do.
    pub run: fn(&Run<'_>) -> Result<Outcome, StoreError>,
}

/// Whether a kind of work can be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelling {
    /// Yes: it asks [`Run::must_stop`] between steps that each stand for themselves.
    BetweenSteps,
    /// No; the key of the sentence that says why, and what to do instead.
    Never(&'static str),
}

/// What a handler works with.
#[derive(Debug)]
pub struct Run<'a> {
    /// The town hall; the handler opens its own transactions.
    pub town: &'a Town,
    /// The job.
    pub job: &'a Job,
    /// Name of this process.
    pub holder: &'a str,
    /// The machine's time at the beginning.
    pub now: Timestamp,
}

impl Run<'_> {
    /// Whether somebody cancelled this job meanwhile. Asked at every safe point: where what is done stands for itself
    /// and what is left can be left.
    ///
    /// # Errors
    /// When the database fails.
    pub fn must_stop(&self) -> Result<bool, StoreError> {
        let id = self.job.id;
        self.town
            .db()
            .read_blocking("job_to_stop", move |tx| jobs::is_to_stop(tx, id))
    }
}

/// How a run ended. A failed database is told as `Err` and tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There is nothing left to do.
    Done,
    /// It was not its turn yet, and this was no try.
    Later {
        /// When it is.
        at: Timestamp,
    },
    /// It did not work this time; without personal data.
    Retry {
        /// What went wrong.
        why: String,
    },
    /// It will never work by itself; without personal data.
    GiveUp {
        /// Why.
        why: String,
    },
    /// It stopped at a safe point because somebody cancelled it.
    Cancelled,
}

/// Queues a job in the command's transaction: it runs once that is committed, at least once.
///
/// `args` holds identifiers only. `of` is the unit and space whose people may see it; `None` is the node's own.
///
/// # Errors
/// When the database fails.
pub fn enqueue(
    tx: &mut Tx<'_>,
    cx: &Cx,
    kind: &Kind,
    args: Value,
    of: Option<(&UnitId, Space)>,
) -> Result<JobId, StoreError> {
    enqueue_at(tx, cx, kind, args, of, real_now())
}

/// [`enqueue`] for a later time, by the machine's clock.
///
/// # Errors
/// When the database fails.
pub fn enqueue_at(
    tx: &mut Tx<'_>,
    cx: &Cx,
    kind: &Kind,
    args: Value,
    of: Option<(&UnitId, Space)>,
    at: Timestamp,
) -> Result<JobId, StoreError> {
    let now = real_now();
    let job = Job {
        id: cx.new_id(),
        kind: kind.name.to_owned(),
        args,
        unit: of.map(|(unit, _)| unit.clone()),
        space: of.map(|(_, space)| space),
        slot: None,
        state: JobState::Waiting,
        run_at: at,
        attempts: 0,
        lease_until: Timestamp::UNIX_EPOCH,
        last_error: None,
        created_at: now,
        changed_at: now,
    };
    jobs::insert(tx, &job)?;
    Ok(job.id)
}

/// A page of the jobs that the actor may see: those of his units and the node's own.
///
/// # Errors
/// [`AppError::NotFound`] without the right.
pub fn job_list(
    tx: &mut Tx<'_>,
    cx: &Cx,
    state: Option<JobState>,
    after: Option<(Timestamp, JobId)>,
    limit: u32,
) -> Result<Vec<Job>, AppError> {
    let filter = Filter {
        state,
        after,
        ..visible(cx, Right::ReadJobs)?
    };
    Ok(jobs::list(tx, &filter, limit)?)
}

/// Lets a job that failed run again at once.
///
/// # Errors
/// [`AppError::NotFound`] when there is none that the actor may see; a refusal when it is done or at work.
pub fn retry_job(tx: &mut Tx<'_>, cx: &Cx, id: JobId) -> Result<(), AppError> {
    let job = find(tx, cx, id, Right::RetryJob)?;
    if !jobs::run_again(tx, id, real_now())? {
        return Err(AppError::refused("jobs-not-again"));
    }
    tracing::info!(job.id = %id, job.kind = %job.kind, account.id = ?cx.actor.account(), "job {id} runs again");
    Ok(())
}

/// Why a job cannot be cancelled now, as the key of a sentence; nothing when it can.
pub fn why_not_cancelled(job: &Job) -> Option<&'static str> {
    match job.state {
        JobState::Done | JobState::GaveUp | JobState::Cancelled => return Some("jobs-cancel-ended"),
        JobState::Cancelling => return Some("jobs-cancel-asked"),
        JobState::Waiting => {}
    }
    match KINDS.iter().find(|kind| kind.name == job.kind) {
        None => Some("jobs-cancel-unknown"),
        Some(kind) => match kind.cancel {
            Cancelling::BetweenSteps => None,
            Cancelling::Never(why) => Some(why),
        },
    }
}

/// Cancels a job that waits, or asks one that is at work to stop at its next safe point. Of recurring work only this run
/// is cancelled: the next one comes at its usual time.
///
/// # Errors
/// [`AppError::NotFound`] when there is none that the actor may see; a refusal that says why it cannot be cancelled.
pub fn cancel_job(tx: &mut Tx<'_>, cx: &Cx, id: JobId) -> Result<jobs::Cancel, AppError> {
    find(tx, cx, id, Right::RetryJob)?;
    // Held, so that it neither begins nor ends between the look and the word.
    let job = jobs::lock(tx, id)?.ok_or(AppError::NotFound("job"))?;
    if let Some(why) = why_not_cancelled(&job) {
        return Err(AppError::refused(why));
    }
    let now = real_now();
    let cancelled = jobs::cancel(tx, &job, now)?;
    let every = KINDS
        .iter()
        .find(|kind| kind.name == job.kind)
        .and_then(|kind| kind.every);
    if let (jobs::Cancel::Done, Some(slot), Some(every)) = (cancelled, &job.slot, every) {
        let next = Job {
            id: cx.new_id(),
            slot: Some(slot.clone()),
            run_at: now.checked_add(every).unwrap_or(Timestamp::MAX),
            attempts: 0,
            lease_until: Timestamp::UNIX_EPOCH,
            last_error: None,
            created_at: now,
            changed_at: now,
            ..job
        };
        jobs::insert(tx, &next)?;
    }
    tracing::info!(job.id = %id, account.id = ?cx.actor.account(), "job {id} is cancelled: {cancelled:?}");
    Ok(cancelled)
}

/// One job that the actor may see.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn job_view(tx: &mut Tx<'_>, cx: &Cx, id: JobId) -> Result<Job, AppError> {
    find(tx, cx, id, Right::ReadJobs)
}

/// A job that this right lets the actor know of.
fn find(tx: &mut Tx<'_>, cx: &Cx, id: JobId, right: Right) -> Result<Job, AppError> {
    let seen = visible(cx, right)?;
    jobs::load(tx, id)?
        .filter(|job| job.unit.as_ref().is_none_or(|unit| seen.units.contains(unit)))
        .filter(|job| job.space.is_none_or(|space| space == seen.space))
        .ok_or(AppError::NotFound("job"))
}

fn visible(cx: &Cx, right: Right) -> Result<Filter, AppError> {
    let space = cx.actor.space().filter(|_| cx.actor.holds(right));
    Ok(Filter {
        units: cx.actor.units_for(right),
        space: space.ok_or(AppError::NotFound("job"))?,
        state: None,
        after: None,
    })
}

/// The pause after the n-th failed run: 10 s, 40 s, 2 min 40 s, … at most an hour.
fn pause_after(attempts: u32) -> Duration {
    let seconds = 10_u64 << (2 * attempts.saturating_sub(1).min(10));
    Duration::from_secs(seconds.min(3_600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_no_further() {
        let seconds: Vec<u64> = (1..=7).map(|n| pause_after(n).as_secs()).collect();
        assert_eq!(seconds, [10, 40, 160, 640, 2560, 3600, 3600]);
        assert_eq!(pause_after(u32::MAX).as_secs(), 3600);
    }

    #[test]
    fn every_kind_has_words_and_its_own_name() {
        for (place, kind) in KINDS.iter().enumerate() {
            assert!(KINDS[..place].iter().all(|before| before.name != kind.name));
            for lang in [townhall_text::Lang::Vi, townhall_text::Lang::En] {
                assert!(
                    townhall_text::has(lang, &format!("jobs-kind-{}", kind.name)),
                    "{}",
                    kind.name
                );
            }
        }
    }
}

//! Background jobs as rows: what is to be done, who is at it, how often it failed, how it ended.
//!
//! All instants are those of the machine's clock: a demo on another business day still sweeps its files today.

use std::fmt::Write as _;

use serde_json::Value as Json;
use townhall_domain::ids::{JobId, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;

use crate::params;
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its time, for another try, or is at work under a lease.
    Waiting,
    /// It is done.
    Done,
    /// It will not be tried again by itself.
    GaveUp,
    /// It is at work and was asked to stop: it does so at its next safe point, or ends before it gets there.
    Cancelling,
    /// Somebody cancelled it.
    Cancelled,
}

impl JobState {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Done,
        Self::GaveUp,
        Self::Cancelling,
        Self::Cancelled,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::GaveUp => "gave_up",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Identity.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// With what: identifiers only.
    pub args: Json,
    /// The unit whose work it is; `None` for the node's own.
    pub unit: Option<UnitId>,
    /// The space whose work it is.
    pub space: Option<Space>,
    /// Set while this is the one next run of recurring work.
    pub slot: Option<String>,
    /// How far it has come.
    pub state: JobState,
    /// When it is to run next.
    pub run_at: Timestamp,
    /// How often it was begun.
    pub attempts: u32,
    /// It is at work until then at the latest.
    pub lease_until: Timestamp,
    /// What went wrong last; without personal data.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

impl TryFrom<&Row<'_>> for Job {
    type Error = StoreError;
    fn try_from(row: &Row) -> Result<Self, StoreError> {
        let state: String = row.get("state")?;
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            args: row.get("args")?,
            unit: row.get("unit")?,
            space: row.get("space")?,
            slot: row.get("slot")?,
            state: JobState::parse(&state).ok_or(StoreError::Unknown {
                what: "job state",
                value: state,
            })?,
            run_at: row.get("run_at")?,
            attempts: row.get("attempts")?,
            lease_until: row.get("lease_until")?,
            last_error: row.get("last_error")?,
            created_at: row.get("created_at")?,
            changed_at: row.get("changed_at")?,
        })
    }
}

/// Adds a job; false when the slot of recurring work is taken already.
pub fn insert(tx: &mut Tx<'_>, job: &Job) -> Result<bool, StoreError> {
    let added = tx.execute(
        "INSERT INTO jobs (id, kind, args, unit, space, slot, state, run_at, attempts, lease_until, created_at,
                           changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (slot) DO NOTHING",
        &params![
            job.id,
            &job.kind,
            &job.args,
            job.unit.as_ref(),
            job.space,
            job.slot.as_deref(),
            job.state.as_str(),
            job.run_at,
            job.attempts,
            job.lease_until,
            job.created_at,
            job.changed_at,
        ],
    )?;
    Ok(added == 1)
}

/// Whether recurring work has its next run.
pub fn is_planned(tx: &mut Tx<'_>, slot: &str) -> Result<bool, StoreError> {
    Ok(tx
        .one("SELECT id FROM jobs WHERE slot = $1", &params![slot])?
        .is_some())
}

/// Whether a job of these kinds is due: asked first, so that an idle node writes nothing.
pub fn any_due(tx: &mut Tx<'_>, kinds: &[&str], now: Timestamp) -> Result<bool, StoreError> {
    Ok(next_due(tx, kinds, now)?.is_some())
}

fn next_due(tx: &mut Tx<'_>, kinds: &[&str], now: Timestamp) -> Result<Option<JobId>, StoreError> {
    let places: Vec<String> = (0..kinds.len()).map(|i| format!("${}", i + 2)).collect();
    let sql = format!(
        "SELECT id FROM jobs WHERE state IN ('waiting', 'cancelling') AND run_at <= $1 AND lease_until <= $1 AND kind IN ({})
         ORDER BY run_at, id LIMIT 1",
        places.join(", ")
    );
    let mut values = params![now].to_vec();
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    tx.one(&sql, &values)?.map(|row| row.get("id")).transpose()
}

/// Takes the next job that is due; `None` when there is none or another process was faster.
///
/// One that was to stop when its process died comes as [`JobState::Cancelling`]: it is ended, not run.
pub fn take(
    tx: &mut Tx<'_>,
    kinds: &[&str],
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Job>, StoreError> {
    let Some(id) = next_due(tx, kinds, now)? else {
        return Ok(None);
    };
    let taken = tx.execute(
        "UPDATE jobs SET lease_holder = $1, lease_until = $2, attempts = attempts + 1, changed_at = $3
          WHERE id = $4 AND state IN ('waiting', 'cancelling') AND lease_until <= $3",
        &params![holder, until, now, id],
    )?;
    if taken == 1 { load(tx, id) } else { Ok(None) }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End<'a> {
    /// It is done.
    Done,
    /// It is tried again then.
    Again {
        /// When.
        at: Timestamp,
        /// Why it did not work.
        why: &'a str,
    },
    /// It was not its turn yet: it runs then, and this run was no try.
    Later {
        /// When.
        at: Timestamp,
    },
    /// It is not tried again by itself.
    GaveUp {
        /// Why.
        why: &'a str,
    },
    /// It stopped because somebody cancelled it.
    Cancelled,
}

/// Writes down how a run ended; false when the lease was lost, and with it the word.
pub fn end(
    tx: &mut Tx<'_>,
    id: JobId,
    holder: &str,
    end: &End<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (state, run_at, why) = match end {
        End::Done => (JobState::Done, now, None),
        End::Again { at, why } => (JobState::Waiting, *at, Some(*why)),
        End::Later { at } => (JobState::Waiting, *at, None),
        End::GaveUp { why } => (JobState::GaveUp, now, Some(*why)),
        End::Cancelled => (JobState::Cancelled, now, None),
    };
    let slot_ends = state != JobState::Waiting;
    let was_a_try = i64::from(!matches!(end, End::Later { .. } | End::Cancelled));
    let changed = tx.execute(
        "UPDATE jobs SET state = $1, run_at = $2, last_error = CASE WHEN $3 = 1 THEN $4 ELSE last_error END,
                lease_holder = NULL, lease_until = 0, attempts = attempts - (1 - $3),
                changed_at = $5, slot = CASE WHEN $6 = 1 THEN NULL ELSE slot END
          WHERE id = $7 AND lease_holder = $8",
        &params![state.as_str(), run_at, was_a_try, why, now, slot_ends, id, holder],
    )?;
    Ok(changed == 1)
}

/// Lets a job run again at once, as if it had never been tried; false when it is done, at work or stopping.
pub fn run_again(tx: &mut Tx<'_>, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE jobs SET state = 'waiting', run_at = $1, attempts = 0, changed_at = $1
          WHERE id = $2 AND state IN ('waiting', 'gave_up', 'cancelled') AND lease_until <= $1",
        &params![now, id],
    )?;
    Ok(changed == 1)
}

/// Lets the next run of recurring work begin at once; false when it is at work or due already.
pub fn hasten(tx: &mut Tx<'_>, slot: &str, now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE jobs SET run_at = $1, attempts = 0, changed_at = $1
          WHERE slot = $2 AND state = 'waiting' AND run_at > $1 AND lease_until <= $1",
        &params![now, slot],
    )?;
    Ok(changed == 1)
}

/// What came of the wish that a job be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// It had not begun: it will not run.
    Done,
    /// It is at work, and stops at its next safe point.
    Asked,
    /// It has ended, or was asked to stop before.
    Late,
}

/// Cancels a job, or asks the one that is at work to stop. Recurring work lets go of its place.
pub fn cancel(tx: &mut Tx<'_>, job: &Job, now: Timestamp) -> Result<Cancel, StoreError> {
    if job.state != JobState::Waiting {
        return Ok(Cancel::Late);
    }
    if job.lease_until > now {
        tx.execute(
            "UPDATE jobs SET state = 'cancelling', changed_at = $1 WHERE id = $2",
            &params![now, job.id],
        )?;
        return Ok(Cancel::Asked);
    }
    tx.execute(
        "UPDATE jobs SET state = 'cancelled', slot = NULL, lease_holder = NULL, lease_until = 0, changed_at = $1
          WHERE id = $2",
        &params![now, job.id],
    )?;
    Ok(Cancel::Done)
}

/// Whether a job was asked to stop; what it has not done yet, it leaves.
pub fn is_to_stop(tx: &mut Tx<'_>, id: JobId) -> Result<bool, StoreError> {
    let row = tx.one("SELECT state FROM jobs WHERE id = $1", &params![id])?;
    let state: Option<String> = row.map(|row| row.get("state")).transpose()?;
    Ok(state.as_deref() == Some(JobState::Cancelling.as_str()))
}

/// A job by its id, held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: JobId) -> Result<Option<Job>, StoreError> {
    let row = tx.one_locked("SELECT * FROM jobs WHERE id = $1", &params![id])?;
    row.as_ref().map(Job::try_from).transpose()
}

/// A job by its id.
pub fn load(tx: &mut Tx<'_>, id: JobId) -> Result<Option<Job>, StoreError> {
    let row = tx.one("SELECT * FROM jobs WHERE id = $1", &params![id])?;
    row.as_ref().map(Job::try_from).transpose()
}

/// Which jobs a page shows.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Units whose jobs may be seen; the node's own are seen by whoever sees any.
    pub units: Vec<UnitId>,
    /// The space of whoever looks.
    pub space: Space,
    /// Only those that have come so far.
    pub state: Option<JobState>,
    /// Only those after this one, as the page before ended.
    pub after: Option<(Timestamp, JobId)>,
}

/// Jobs that the filter lets through, latest change first.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, limit: u32) -> Result<Vec<Job>, StoreError> {
    let mut values = params![filter.space].to_vec();
    let mut sql = "SELECT * FROM jobs WHERE (space IS NULL OR space = $1) AND (unit IS NULL".to_owned();
    let mut place = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    if !filter.units.is_empty() {
        let places: Vec<String> = filter.units.iter().map(|unit| place(unit.into())).collect();
        let _ = write!(sql, " OR unit IN ({})", places.join(", "));
    }
    sql.push(')');
    match filter.state {
        None => {}
        // What is stopping is still at work.
        Some(JobState::Waiting) => sql.push_str(" AND state IN ('waiting', 'cancelling')"),
        Some(state) => {
            let _ = write!(sql, " AND state = {}", place(state.as_str().into()));
        }
    }
    if let Some((at, id)) = filter.after {
        let (at, id) = (place(at.into()), place(id.into()));
        let _ = write!(
            sql,
            " AND (changed_at < {at} OR (changed_at = {at} AND id < {id}))"
        );
    }
    let _ = write!(
        sql,
        " ORDER BY changed_at DESC, id DESC LIMIT {}",
        place(limit.into())
    );
    tx.each(&sql, &values, |row| Job::try_from(row))
}

/// How many jobs wait for their turn, and how many gave up.
pub fn counts(tx: &mut Tx<'_>) -> Result<(u64, u64), StoreError> {
    let sql = "SELECT state, COUNT(*) AS jobs FROM jobs WHERE state IN ('waiting', 'cancelling', 'gave_up')
               GROUP BY state";
    let mut counts = (0, 0);
    for row in tx.rows(sql, &[])? {
        match row.get::<String>("state")?.as_str() {
            "gave_up" => counts.1 = row.get("jobs")?,
            _ => counts.0 += row.get::<u64>("jobs")?,
        }
    }
    Ok(counts)
}

/// Forgets jobs that ended before; how many there were.
pub fn sweep(tx: &mut Tx<'_>, done_before: Timestamp, gave_up_before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM jobs WHERE (state IN ('done', 'cancelled') AND changed_at < $1) OR (state = 'gave_up' AND changed_at < $2)",
        &params![done_before, gave_up_before],
    )
}

//! Recurring upkeep: what nobody refers to any more goes.

use std::time::Duration;

use townhall_domain::time::{self, Timestamp};
use townhall_store::erasure::files_in_use;
use townhall_store::{StoreError, jobs, leases, online, queue, sessions};

use super::{Cancelling, Kind, Outcome, Run};
use crate::online::DRAFT_DAYS;

const HOUR: Duration = Duration::from_hours(1);
/// A file that no row names is kept so long: its command may still be on the way.
const FILE_AGE: Duration = Duration::from_hours(24);

/// Removes files that no row names, a day after they came.
pub static SWEEP_FILES: Kind = Kind {
    name: "sweep_files",
    attempts: u32::MAX,
    every: Some(Duration::from_hours(6)),
    cancel: Cancelling::BetweenSteps,
    run: sweep_files,
};

/// Forgets sessions that ended and old failures to sign in.
pub static SWEEP_SESSIONS: Kind = Kind {
    name: "sweep_sessions",
    attempts: u32::MAX,
    every: Some(HOUR),
    cancel: Cancelling::Never("jobs-cancel-short"),
    run: sweep_sessions,
};

/// Forgets jobs that ended long ago.
pub static SWEEP_JOBS: Kind = Kind {
    name: "sweep_jobs",
    attempts: u32::MAX,
    every: Some(Duration::from_hours(24)),
    cancel: Cancelling::Never("jobs-cancel-short"),
    run: sweep_jobs,
};

/// Forgets queue tickets a week after their day; the sums of the days stay.
pub static SWEEP_TICKETS: Kind = Kind {
    name: "sweep_tickets",
    attempts: u32::MAX,
    every: Some(Duration::from_hours(24)),
    cancel: Cancelling::Never("jobs-cancel-short"),
    run: sweep_tickets,
};

/// Forgets forms that were begun online and left alone.
pub static SWEEP_ONLINE: Kind = Kind {
    name: "sweep_online",
    attempts: u32::MAX,
    every: Some(Duration::from_hours(24)),
    cancel: Cancelling::Never("jobs-cancel-short"),
    run: sweep_online,
};

fn before(now: Timestamp, age: Duration) -> Timestamp {
    now.checked_sub(age).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn sweep_files(run: &Run<'_>) -> Result<Outcome, StoreError> {
    let (holder, now) = (run.holder.to_owned(), run.now);
    let until = now.checked_add(HOUR).unwrap_or(Timestamp::MAX);
    let db = run.town.db();
    let free = db.write_blocking("sweep_lease", move |tx| {
        leases::take(tx, leases::SWEEP, &holder, now, until)
    })?;
    if !free {
        let why = "a backup copies the files; sweeping waits".to_owned();
        return Ok(Outcome::Retry { why });
    }
    let swept = db.read_blocking("files_in_use", files_in_use).and_then(|in_use| {
        run.town.files().sweep(FILE_AGE, |name| {
            // Asked before each file that would go: whoever cancelled this keeps the rest.
            in_use.contains(name) || run.must_stop().unwrap_or(true)
        })
    });
    let holder = run.holder.to_owned();
    db.write_blocking("sweep_lease", move |tx| {
        leases::give_back(tx, leases::SWEEP, &holder)
    })?;
    let files = swept?;
    if files > 0 {
        tracing::info!(files, "{files} files that nothing refers to were removed");
    }
    if run.must_stop()? {
        return Ok(Outcome::Cancelled);
    }
    Ok(Outcome::Done)
}

fn sweep_sessions(run: &Run<'_>) -> Result<Outcome, StoreError> {
    let now = run.now;
    run.town.db().write_blocking("sweep_sessions", move |tx| {
        sessions::sweep(tx, now, before(now, Duration::from_hours(24)))
    })?;
    Ok(Outcome::Done)
}

fn sweep_jobs(run: &Run<'_>) -> Result<Outcome, StoreError> {
    let now = run.now;
    let days = move |days: u64| before(now, Duration::from_hours(24 * days));
    run.town
        .db()
        .write_blocking("sweep_jobs", move |tx| jobs::sweep(tx, days(7), days(90)))?;
    Ok(Outcome::Done)
}

fn sweep_tickets(run: &Run<'_>) -> Result<Outcome, StoreError> {
    // Days of tickets are business days.
    let today = time::local_date(run.town.clock().now());
    let before = today.saturating_sub(jiff::Span::new().days(7));
    run.town
        .db()
        .write_blocking("sweep_tickets", move |tx| queue::sweep(tx, before))?;
    Ok(Outcome::Done)
}

fn sweep_online(run: &Run<'_>) -> Result<Outcome, StoreError> {
    // Forms are kept by the business clock, which may stand on another day.
    let oldest = before(run.town.clock().now(), Duration::from_hours(24 * DRAFT_DAYS));
    run.town
        .db()
        .write_blocking("sweep_online", move |tx| online::sweep(tx, oldest))?;
    Ok(Outcome::Done)
}

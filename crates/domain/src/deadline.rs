//! When something is due, and why: a deadline that explains itself.
//!
//! A deadline is what happened to it (`events`) run against an office's calendar. Each change runs the events
//! again, so a later change of the calendar can be applied to an open case and told apart. The original
//! deadline never changes. Instants are kept to the second, since that is what receipts show.
//!
//! Legal sources: Civil Code 91/2015/QH13, articles 146 to 148 (counting); Decree 61/2018/NĐ-CP, article 19
//! (supplement, apology, extension), as restated by provinces under Decree 118/2025/NĐ-CP; Decree
//! 151/2025/NĐ-CP (financial obligation); Decree 23/2015/NĐ-CP, article 7 (the same day).

mod count;
mod error;
mod event;
mod pause;
mod replay;
mod standing;
mod step;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::{Office, plus_days};
use crate::limit::Limit;
use crate::time::{local_date, rfc3339};

use event::at_local;

pub use error::DeadlineError;
pub use event::{Basis, Change, DeadlineEvent, Pause, PauseReason, Resume};
pub use standing::{Amount, Countdown, Standing, StandingKind, Warning, WarningKind};
pub use step::{DeadlineStep, StepKind};

/// Keys of the rules behind the steps; `source-…` in the locales says them in words.
pub mod source {
    /// Minutes and hours begin at once (Civil Code, article 147.1).
    pub const HOURS_BEGIN: &str = "blds-147-1";
    /// The day of the event is not counted (Civil Code, article 147.2).
    pub const DAY_ZERO: &str = "blds-147-2";
    /// The limit ends at the end of its last day (Civil Code, article 148).
    pub const LAST_DAY: &str = "blds-148";
    /// A last day that is off ends on the next working day (Civil Code, article 148.5).
    pub const ROLLED: &str = "blds-148-5";
    /// Saturday and Sunday are the weekly rest days (Decision 188/1999/QĐ-TTg).
    pub const WEEKEND: &str = "qd-188-1999";
    /// The limit begins anew with the complete dossier (Decree 61/2018/NĐ-CP, article 19.4).
    pub const RESTART: &str = "nd61-19-4";
    /// Waiting for a supplement is taken off (method of Decision 766/QĐ-TTg).
    pub const CONTINUE: &str = "qd-766";
    /// Financial obligation and two appointments (Decree 151/2025/NĐ-CP).
    pub const FINANCIAL: &str = "nd151-2025";
    /// One extension with an apology, the day before at the latest (Decree 61/2018/NĐ-CP, article 19.9).
    pub const EXTENSION: &str = "nd61-19-9";
    /// The procedure itself does not count this time.
    pub const PROCEDURE: &str = "procedure";
    /// A date given by the issuer of the work.
    pub const GIVEN: &str = "given";
    /// A new version of the calendar pack.
    pub const CALENDAR: &str = "calendar";
}

/// When something is due, and every step that led there. Stored as JSON with its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// What it counts.
    pub basis: Basis,
    /// When the count began: the complete dossier was received, the task was issued.
    #[serde(with = "at_local")]
    pub received_at: Timestamp,
    /// The first deadline; it never changes.
    #[serde(with = "at_local")]
    pub original_due: Timestamp,
    /// The deadline that holds. While the clock stands it is the one that held before.
    #[serde(with = "at_local")]
    pub due: Timestamp,
    /// Since when the present count runs (acceptance, restart or resumption); warnings are shares of it.
    #[serde(with = "at_local")]
    pub counting_from: Timestamp,
    /// The clock stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Pause>,
    /// Version of the calendar pack by which it was computed.
    pub calendar_version: String,
    /// The explanation.
    pub steps: Vec<DeadlineStep>,
    /// What happened, in order.
    pub events: Vec<DeadlineEvent>,
}

impl Deadline {
    /// The deadline of a limit that begins at `from` (cut to the second).
    ///
    /// For limits in days, day 0 is the calendar day of `from`, at any hour, also on a day off, and the
    /// deadline is the close of office on the last day.
    ///
    /// # Errors
    /// [`DeadlineError::Calendar`] when a year that is touched is not in the calendar.
    pub fn compute(office: &Office<'_>, from: Timestamp, limit: Limit) -> Result<Self, DeadlineError> {
        Self::begin(office, from, Basis::Limit(limit))
    }

    /// A deadline that a person gave, as for a task: it stands as given, on a day off too.
    ///
    /// # Errors
    /// [`DeadlineError::NotLater`] when it is not later than `from`; [`DeadlineError::Calendar`].
    pub fn given(office: &Office<'_>, from: Timestamp, due: Timestamp) -> Result<Self, DeadlineError> {
        let (from, due) = (whole_second(from), whole_second(due));
        if due <= from {
            return Err(DeadlineError::NotLater { due: from });
        }
        Self::begin(office, from, Basis::Given(due))
    }

    fn begin(office: &Office<'_>, from: Timestamp, basis: Basis) -> Result<Self, DeadlineError> {
        let at = whole_second(from);
        let started = DeadlineEvent {
            at,
            change: Change::Started { basis },
            reference: None,
        };
        let mut deadline = replay::replay(office, basis, vec![started])?;
        deadline.original_due = deadline.due;
        Ok(deadline)
    }

    /// Stops the clock.
    ///
    /// # Errors
    /// [`DeadlineError::Paused`] when it stands already; [`DeadlineError::BackInTime`].
    pub fn pause(
        &self,
        office: &Office<'_>,
        at: Timestamp,
        reason: PauseReason,
        reference: Option<String>,
    ) -> Result<Self, DeadlineError> {
        self.must_run()?;
        self.with(office, at, Change::Paused { reason }, reference)
    }

    /// Lets the clock go on after a pause: with the rest, from the beginning, or with a second appointment,
    /// as the procedure's pack says.
    ///
    /// # Errors
    /// [`DeadlineError::NotPaused`]; [`DeadlineError::BackInTime`]; [`DeadlineError::Calendar`].
    pub fn resume(
        &self,
        office: &Office<'_>,
        at: Timestamp,
        how: Resume,
        reference: Option<String>,
    ) -> Result<Self, DeadlineError> {
        if self.paused.is_none() {
            return Err(DeadlineError::NotPaused);
        }
        self.with(office, at, Change::Resumed { how }, reference)
    }

    /// Begins the whole limit anew with the complete supplement, whether or not the clock stood.
    ///
    /// # Errors
    /// [`DeadlineError::BackInTime`]; [`DeadlineError::Calendar`].
    pub fn restart(
        &self,
        office: &Office<'_>,
        at: Timestamp,
        reference: Option<String>,
    ) -> Result<Self, DeadlineError> {
        self.with(office, at, Change::Resumed { how: Resume::Restart }, reference)
    }

    /// Adds time after the present deadline, for example to verify; `source` is the rule that allows it.
    ///
    /// # Errors
    /// [`DeadlineError::Passed`] after the deadline; [`DeadlineError::Paused`]; [`DeadlineError::Calendar`].
    pub fn add_time(
        &self,
        office: &Office<'_>,
        at: Timestamp,
        limit: Limit,
        source: &str,
        reference: Option<String>,
    ) -> Result<Self, DeadlineError> {
        self.must_run()?;
        if at > self.due {
            return Err(DeadlineError::Passed { due: self.due });
        }
        self.with(
            office,
            at,
            Change::Added {
                limit,
                source: source.to_owned(),
            },
            reference,
        )
    }

    /// The one extension, with an apology: to the close of office on `to`, asked for at the latest on the day
    /// before the deadline.
    ///
    /// Legal source: Decree 61/2018/NĐ-CP, article 19.9.
    ///
    /// # Errors
    /// [`DeadlineError::AlreadyExtended`], [`DeadlineError::ExtensionTooLate`], [`DeadlineError::NotLater`],
    /// [`DeadlineError::NotAWorkingDay`], [`DeadlineError::Paused`].
    pub fn extend(
        &self,
        office: &Office<'_>,
        at: Timestamp,
        to: Date,
        reference: Option<String>,
    ) -> Result<Self, DeadlineError> {
        self.must_run()?;
        if self.is_extended() {
            return Err(DeadlineError::AlreadyExtended);
        }
        let due_on = local_date(self.due);
        if local_date(at) >= due_on {
            return Err(DeadlineError::ExtensionTooLate {
                latest: plus_days(due_on, -1),
            });
        }
        if to <= due_on {
            return Err(DeadlineError::NotLater { due: self.due });
        }
        if !office.calendar().is_working_day(to)? {
            return Err(DeadlineError::NotAWorkingDay { date: to });
        }
        self.with(office, at, Change::Extended { to }, reference)
    }

    /// Another date by the issuer of the work, as for a task; the original deadline stays.
    ///
    /// # Errors
    /// [`DeadlineError::NotLater`]; [`DeadlineError::Paused`]; [`DeadlineError::Calendar`].
    pub fn postpone(
        &self,
        office: &Office<'_>,
        at: Timestamp,
        to: Timestamp,
        reference: Option<String>,
    ) -> Result<Self, DeadlineError> {
        self.must_run()?;
        let to = whole_second(to);
        if to <= self.due || to <= at {
            return Err(DeadlineError::NotLater { due: self.due });
        }
        self.with(office, at, Change::Postponed { to }, reference)
    }

    /// The same events run against a changed calendar or changed office hours, for an open case. A deadline
    /// that moved gets a step that names the old one; the original stays.
    ///
    /// # Errors
    /// [`DeadlineError::Calendar`].
    pub fn recompute(&self, office: &Office<'_>, at: Timestamp) -> Result<Self, DeadlineError> {
        let mut again = replay::replay(office, self.basis, self.events.clone())?;
        if again.due != self.due {
            let version = office.calendar().version().to_owned();
            let change = Change::Recalculated {
                before: self.due,
                version,
            };
            let at = whole_second(at).max(self.last_event());
            let mut events = self.events.clone();
            events.push(DeadlineEvent {
                at,
                change,
                reference: None,
            });
            again = replay::replay(office, self.basis, events)?;
        }
        again.original_due = self.original_due;
        Ok(again)
    }

    /// Whether the one extension has been used.
    pub fn is_extended(&self) -> bool {
        self.events
            .iter()
            .any(|event| matches!(event.change, Change::Extended { .. }))
    }

    /// The last day on which an extension can still be asked for; `None` when it has been used or the clock stands.
    pub fn extension_until(&self) -> Option<Date> {
        (!self.is_extended() && self.paused.is_none()).then(|| plus_days(local_date(self.due), -1))
    }

    /// The appointments to print: the first, and the second that a financial obligation brought.
    pub fn appointments(&self) -> Vec<Timestamp> {
        let first = self.steps.iter().find_map(|step| match step.kind {
            StepKind::Paused {
                reason: PauseReason::Financial,
                due,
                ..
            } => Some(due),
            _ => None,
        });
        match (first, self.paused) {
            (Some(first), None) => vec![first, self.due],
            (Some(first), Some(_)) => vec![first],
            (None, _) => vec![self.due],
        }
    }

    fn must_run(&self) -> Result<(), DeadlineError> {
        self.paused
            .map_or(Ok(()), |pause| Err(DeadlineError::Paused { since: pause.since }))
    }

    fn last_event(&self) -> Timestamp {
        self.events.last().map_or(self.received_at, |event| event.at)
    }

    fn with(
        &self,
        office: &Office<'_>,
        at: Timestamp,
        change: Change,
        reference: Option<String>,
    ) -> Result<Self, DeadlineError> {
        let at = whole_second(at);
        let last = self.last_event();
        if at < last {
            return Err(DeadlineError::BackInTime { last });
        }
        let mut events = self.events.clone();
        events.push(DeadlineEvent {
            at,
            change,
            reference,
        });
        let mut changed = replay::replay(office, self.basis, events)?;
        changed.original_due = self.original_due;
        Ok(changed)
    }
}

/// What `townhall deadline --json` prints: `due` as RFC 3339 with +07:00, and `steps`.
pub fn explain_json(deadline: &Deadline) -> serde_json::Value {
    let limit = match deadline.basis {
        Basis::Limit(limit) => Some(limit.to_string()),
        Basis::Given(_) => None,
    };
    serde_json::json!({
        "from": rfc3339(deadline.received_at),
        "limit": limit,
        "due": rfc3339(deadline.due),
        "original_due": rfc3339(deadline.original_due),
        "calendar": deadline.calendar_version,
        "steps": deadline.steps,
    })
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests;

//! Why a deadline cannot be computed or changed.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::CalendarError;
use crate::time::rfc3339;

/// Why a deadline cannot be computed or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    /// The calendar or the office hours do not reach that far.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The clock stands already, or must run for this.
    #[error("the clock stands since {}", rfc3339(*since))]
    Paused {
        /// Since when.
        since: Timestamp,
    },
    /// The clock runs, so it cannot go on.
    #[error("the clock is not stopped")]
    NotPaused,
    /// The one extension has been used.
    #[error("the deadline was extended once already; the law allows one extension")]
    AlreadyExtended,
    /// The apology must go out at the latest on the day before the deadline.
    #[error("an extension had to be asked for on {latest} at the latest")]
    ExtensionTooLate {
        /// The last day on which it could be asked for.
        latest: Date,
    },
    /// The deadline has passed, so no time can be added to it.
    #[error("the deadline passed at {}", rfc3339(*due))]
    Passed {
        /// The deadline.
        due: Timestamp,
    },
    /// The new date is not later than the present one.
    #[error("the new date must be later than {}", rfc3339(*due))]
    NotLater {
        /// The present deadline.
        due: Timestamp,
    },
    /// A new appointment must be a working day.
    #[error("{date} is not a working day")]
    NotAWorkingDay {
        /// The date that was asked for.
        date: Date,
    },
    /// The event lies before the last one.
    #[error("the last change was at {}", rfc3339(*last))]
    BackInTime {
        /// When the last event happened.
        last: Timestamp,
    },
}

impl DeadlineError {
    /// Locale key of the sentence that tells a person what happened and what to do.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Calendar(CalendarError::YearNotLoaded { .. }) => "deadline-error-year-not-loaded",
            Self::Calendar(CalendarError::NoOfficeHours { .. }) => "deadline-error-no-office-hours",
            Self::Paused { .. } => "deadline-error-paused",
            Self::NotPaused => "deadline-error-not-paused",
            Self::AlreadyExtended => "deadline-error-already-extended",
            Self::ExtensionTooLate { .. } => "deadline-error-extension-too-late",
            Self::Passed { .. } => "deadline-error-passed",
            Self::NotLater { .. } => "deadline-error-not-later",
            Self::NotAWorkingDay { .. } => "deadline-error-not-a-working-day",
            Self::BackInTime { .. } => "deadline-error-back-in-time",
        }
    }
}

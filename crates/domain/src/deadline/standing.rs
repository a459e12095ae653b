//! Where a deadline stands at an instant, for chips, lists and warnings.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calendar::{CalendarError, Office};
use crate::time::local_date;

use super::{Deadline, Pause, PauseReason};

/// How near a deadline is; the name of the chip that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StandingKind {
    /// It has passed.
    Over,
    /// It is today.
    Today,
    /// It is within two working days.
    Soon,
    /// It is later.
    Later,
    /// The clock stands.
    Wait,
    /// The work is finished.
    Done,
}

impl StandingKind {
    /// The word in class names and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Today => "today",
            Self::Soon => "soon",
            Self::Later => "later",
            Self::Wait => "wait",
            Self::Done => "done",
        }
    }
}

/// How much is left or over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Whole working days, counted from the day after the earlier date.
    WorkingDays(u32),
    /// Minutes of office time, when both are on one day.
    WorkingMinutes(i64),
}

/// Where a deadline stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which chip.
    pub kind: StandingKind,
    /// Left before it, over it, or for finished work early (or late, see `late`).
    pub amount: Amount,
    /// Past the deadline: overdue, or finished late.
    pub late: bool,
    /// The deadline that holds.
    pub due: Timestamp,
    /// The first deadline, when another one holds now.
    pub original_due: Option<Timestamp>,
    /// Since when and why the clock stands.
    pub waiting: Option<(Timestamp, PauseReason)>,
    /// When the work was finished.
    pub done_at: Option<Timestamp>,
}

/// Which warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// Half of the office time is used.
    Half,
    /// Four fifths of the office time are used.
    FourFifths,
    /// Two working days before the deadline, as the office opens.
    TwoDays,
    /// One working day before the deadline, as the office opens: the last day for an apology.
    OneDay,
}

impl WarningKind {
    /// All, in the order of the law.
    pub const ALL: [Self; 4] = [Self::Half, Self::FourFifths, Self::TwoDays, Self::OneDay];

    /// The stored word, also in addresses and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Half => "half",
            Self::FourFifths => "four_fifths",
            Self::TwoDays => "two_days",
            Self::OneDay => "one_day",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A warning and its instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Which.
    pub kind: WarningKind,
    /// When.
    pub at: Timestamp,
}

/// What a list needs of a deadline: enough to say where it stands, without its explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Countdown {
    /// The first deadline.
    pub original_due: Timestamp,
    /// The deadline that holds.
    pub due: Timestamp,
    /// The clock stands.
    pub paused: Option<Pause>,
}

impl Countdown {
    /// Where the deadline stands at `now`; `done_at` when the work is finished (the first end counts).
    ///
    /// # Errors
    /// [`CalendarError`] when a year between is not in the calendar.
    pub fn standing(
        &self,
        office: &Office<'_>,
        now: Timestamp,
        done_at: Option<Timestamp>,
    ) -> Result<Standing, CalendarError> {
        let at = done_at.unwrap_or(now);
        // A clock that stood when the work ended was not running out, so such work is not late.
        let late = at > self.due && self.paused.is_none();
        let (earlier, later) = if late { (self.due, at) } else { (at, self.due) };
        let amount = if self.paused.is_some() {
            Amount::WorkingDays(0)
        } else if local_date(earlier) == local_date(later) {
            Amount::WorkingMinutes(office.working_minutes_between(earlier, later)?)
        } else {
            let days = office
                .calendar()
                .working_days_between(local_date(earlier), local_date(later))?;
            Amount::WorkingDays(days)
        };
        let kind = match amount {
            _ if done_at.is_some() => StandingKind::Done,
            _ if self.paused.is_some() => StandingKind::Wait,
            _ if late => StandingKind::Over,
            Amount::WorkingMinutes(_) => StandingKind::Today,
            Amount::WorkingDays(0..=2) => StandingKind::Soon,
            Amount::WorkingDays(_) => StandingKind::Later,
        };
        Ok(Standing {
            kind,
            amount,
            late,
            due: self.due,
            original_due: (self.original_due != self.due).then_some(self.original_due),
            waiting: self.paused.map(|pause| (pause.since, pause.reason)),
            done_at,
        })
    }
}

impl Deadline {
    /// Without its explanation.
    pub fn countdown(&self) -> Countdown {
        Countdown {
            original_due: self.original_due,
            due: self.due,
            paused: self.paused,
        }
    }

    /// Where the deadline stands: see [`Countdown::standing`].
    ///
    /// # Errors
    /// [`CalendarError`] when a year between is not in the calendar.
    pub fn standing(
        &self,
        office: &Office<'_>,
        now: Timestamp,
        done_at: Option<Timestamp>,
    ) -> Result<Standing, CalendarError> {
        self.countdown().standing(office, now, done_at)
    }

    /// The instants at which to warn, in order: at 50 % and 80 % of the office time of the present count, and
    /// as the office opens two working days and one working day before. None while the clock stands; one that
    /// would lie before the count begins is left out.
    ///
    /// # Errors
    /// [`CalendarError`] when a year between is not in the calendar.
    pub fn warnings(&self, office: &Office<'_>) -> Result<Vec<Warning>, CalendarError> {
        if self.paused.is_some() {
            return Ok(Vec::new());
        }
        let mut warnings = Vec::new();
        let whole = office.work_between(self.counting_from, self.due)?;
        if whole.is_positive() {
            for (kind, percent) in [(WarningKind::Half, 50), (WarningKind::FourFifths, 80)] {
                let at = office.after_work(self.counting_from, whole * percent / 100)?;
                warnings.push(Warning { kind, at });
            }
        }
        let due_on = local_date(self.due);
        for (kind, days) in [(WarningKind::TwoDays, 2), (WarningKind::OneDay, 1)] {
            let date = office.calendar().subtract_working_days(due_on, days)?;
            let at = office.opening(date)?;
            if at > self.counting_from {
                warnings.push(Warning { kind, at });
            }
        }
        warnings.sort_by_key(|warning| (warning.at, warning.kind));
        Ok(warnings)
    }
}

//! The steps that explain a deadline. They carry kinds, dates and numbers, never words: the words come from
//! the locale key of the kind (`deadline-step-weekend`).

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::calendar::{DayKind, DayStatus, plus_days};
use crate::limit::Limit;

use super::{PauseReason, at_local};

/// One step of the explanation: a day or a run of equal days, or an event on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineStep {
    /// First day, a date in Viet Nam.
    pub from: Date,
    /// Last day, included; for an event the same as `from`.
    pub to: Date,
    /// What these days are, or what happened.
    #[serde(flatten)]
    pub kind: StepKind,
    /// Key of the rule or document behind it (`source-blds-147` in the locales, or a key of the calendar pack).
    pub source: String,
}

/// What a step is. Days come first: together they cover every day from acceptance to due exactly once.
/// Events stand between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepKind {
    /// The day of acceptance (or of resumption): day 0.
    NotCounted,
    /// Working days number `first` to `last`.
    WorkingDays { first: u16, last: u16 },
    /// A Saturday that is worked: working day `number`.
    MakeupWorkday {
        number: u16,
        holiday: String,
        status: DayStatus,
    },
    /// Calendar days number `first` to `last`, days off included.
    CalendarDays { first: u16, last: u16 },
    /// Days of a limit of `months` months.
    Months { months: u16 },
    /// Half days number `first` to `last`.
    HalfDays { first: u16, last: u16 },
    /// Office time counted on that day.
    OfficeTime { minutes: i64 },
    /// A working day on which no office time was left.
    OutsideHours,
    /// Received in time for the result of the same day.
    SameDay,
    /// Weekly rest days, not counted.
    Weekend,
    /// Days off, not counted.
    Holiday {
        holiday: String,
        status: DayStatus,
        off: DayKind,
    },
    /// The working day to which a last day that is off rolls.
    Rolled,
    /// Days on which the clock stood.
    Waiting,
    /// Days after the deadline had passed.
    Late,

    /// The complete dossier was received.
    Received {
        #[serde(with = "at_local")]
        at: Timestamp,
    },
    /// The cut-off of the same day: `after` says that it had passed.
    SameDayCutoff { cutoff: Time, after: bool },
    /// The last counted day is a day off, so it rolls: this holiday, or a weekend.
    LastDayOff { holiday: Option<String> },
    /// The clock stopped; `due` is the deadline that stood then.
    Paused {
        #[serde(with = "at_local")]
        at: Timestamp,
        reason: PauseReason,
        #[serde(with = "at_local")]
        due: Timestamp,
    },
    /// The clock runs on with what was left.
    Resumed {
        #[serde(with = "at_local")]
        at: Timestamp,
    },
    /// The whole limit begins anew.
    Restarted {
        #[serde(with = "at_local")]
        at: Timestamp,
    },
    /// A second appointment: the limit that runs from the proof of payment.
    SecondAppointment {
        #[serde(with = "at_local")]
        at: Timestamp,
        limit: Limit,
    },
    /// Time was added, for example to verify; counted from the deadline that stood.
    Added {
        #[serde(with = "at_local")]
        at: Timestamp,
        limit: Limit,
    },
    /// The one extension, with an apology.
    Extended {
        #[serde(with = "at_local")]
        at: Timestamp,
    },
    /// The issuer of the work gave another date.
    Postponed {
        #[serde(with = "at_local")]
        at: Timestamp,
    },
    /// The calendar changed while the case was open, and the deadline with it.
    CalendarChanged {
        #[serde(with = "at_local")]
        at: Timestamp,
        #[serde(with = "at_local")]
        before: Timestamp,
        version: String,
    },
    /// A deadline that stood before time was added.
    EarlierDue {
        #[serde(with = "at_local")]
        at: Timestamp,
    },
    /// The deadline: close of office on the last day.
    Due {
        #[serde(with = "at_local")]
        at: Timestamp,
    },
}

impl StepKind {
    /// Whether the step stands for days (each day is covered once) rather than for an event on a day.
    pub fn covers_days(&self) -> bool {
        match self {
            Self::NotCounted
            | Self::WorkingDays { .. }
            | Self::MakeupWorkday { .. }
            | Self::CalendarDays { .. }
            | Self::Months { .. }
            | Self::HalfDays { .. }
            | Self::OfficeTime { .. }
            | Self::OutsideHours
            | Self::SameDay
            | Self::Weekend
            | Self::Holiday { .. }
            | Self::Rolled
            | Self::Waiting
            | Self::Late => true,
            Self::Received { .. }
            | Self::SameDayCutoff { .. }
            | Self::LastDayOff { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::Restarted { .. }
            | Self::SecondAppointment { .. }
            | Self::Added { .. }
            | Self::Extended { .. }
            | Self::Postponed { .. }
            | Self::CalendarChanged { .. }
            | Self::EarlierDue { .. }
            | Self::Due { .. } => false,
        }
    }
}

impl DeadlineStep {
    /// An event on a day.
    pub(super) fn event(on: Date, kind: StepKind, source: &str) -> Self {
        Self {
            from: on,
            to: on,
            kind,
            source: source.to_owned(),
        }
    }

    /// Takes the next day into this run of days when it is one more of the same; says whether it did.
    pub(super) fn absorb(&mut self, next: &Self) -> bool {
        if plus_days(self.to, 1) != next.from || self.source != next.source {
            return false;
        }
        let same = match (&mut self.kind, &next.kind) {
            (
                StepKind::WorkingDays { last, .. },
                StepKind::WorkingDays {
                    first,
                    last: next_last,
                },
            )
            | (
                StepKind::CalendarDays { last, .. },
                StepKind::CalendarDays {
                    first,
                    last: next_last,
                },
            ) if last.checked_add(1) == Some(*first) => {
                *last = *next_last;
                true
            }
            (
                StepKind::Months { .. }
                | StepKind::Weekend
                | StepKind::Holiday { .. }
                | StepKind::Waiting
                | StepKind::Late,
                _,
            ) => self.kind == next.kind,
            _ => false,
        };
        if same {
            self.to = next.to;
        }
        same
    }

    /// Shortens a run of days so that it ends on `last_day`.
    pub(super) fn end_on(&mut self, last_day: Date) {
        let dropped = u16::try_from((self.to - last_day).get_days()).unwrap_or(0);
        match &mut self.kind {
            StepKind::WorkingDays { last, .. } | StepKind::CalendarDays { last, .. } => *last -= dropped,
            _ => {}
        }
        self.to = last_day;
    }
}

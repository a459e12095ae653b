//! The four classes in which tasks are reported, and the figures made of them.
//!
//! Source: Decision 42/2014/QĐ-TTg amended by 23/2018/QĐ-TTg: done on time, done late, open within the deadline,
//! open overdue. All four are measured against the original deadline, which never changes: an extension helps the
//! work, not the figure.

use std::ops::AddAssign;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::state::State;
use crate::dossier::parts::stored_words;

stored_words!(
    /// How a task is reported.
    Class {
        /// Hoàn thành đúng hạn.
        DoneOnTime = "done_on_time",
        /// Hoàn thành quá hạn.
        DoneLate = "done_late",
        /// Đang thực hiện, trong hạn.
        OpenInTime = "open_in_time",
        /// Đang thực hiện, quá hạn.
        OpenOverdue = "open_overdue",
    }
);

impl Class {
    /// The class of a task; a withdrawn one has none.
    ///
    /// The moment of handing in counts, not that of acceptance: what the issuer takes to look at it is not the
    /// lead's delay. A product that is sent back was no product, so the next hand-in counts.
    pub fn of(
        state: State,
        original_due: Timestamp,
        handed_in_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Self> {
        let is_late = handed_in_at.unwrap_or(now) > original_due;
        match (state, is_late) {
            (State::Withdrawn, _) => None,
            (State::Accepted, false) => Some(Self::DoneOnTime),
            (State::Accepted, true) => Some(Self::DoneLate),
            (_, false) => Some(Self::OpenInTime),
            (_, true) => Some(Self::OpenOverdue),
        }
    }

    /// Whether it counts as finished.
    pub fn is_done(self) -> bool {
        matches!(self, Self::DoneOnTime | Self::DoneLate)
    }
}

/// How many tasks stand in each class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Done on time.
    pub done_on_time: i64,
    /// Done late.
    pub done_late: i64,
    /// Open within the original deadline.
    pub open_in_time: i64,
    /// Open past the original deadline.
    pub open_overdue: i64,
    /// Of the open ones past the original deadline, those within a deadline that the issuer has moved.
    pub within_extension: i64,
    /// Of the open ones, those that rest.
    pub paused: i64,
    /// Taken back; in none of the four.
    pub withdrawn: i64,
}

impl Tally {
    /// Number in a class.
    pub fn of(&self, class: Class) -> i64 {
        match class {
            Class::DoneOnTime => self.done_on_time,
            Class::DoneLate => self.done_late,
            Class::OpenInTime => self.open_in_time,
            Class::OpenOverdue => self.open_overdue,
        }
    }
    /// All that are reported: the four classes.
    pub fn reported(&self) -> i64 {
        self.done() + self.open()
    }
    /// Finished.
    pub fn done(&self) -> i64 {
        self.done_on_time + self.done_late
    }
    /// Not finished.
    pub fn open(&self) -> i64 {
        self.open_in_time + self.open_overdue
    }
    /// Done on time of all that is done or should be by now, as (part, whole): the rate by the original deadline.
    pub fn on_time(&self) -> (i64, i64) {
        (self.done_on_time, self.done() + self.open_overdue)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.done_on_time += other.done_on_time;
        self.done_late += other.done_late;
        self.open_in_time += other.open_in_time;
        self.open_overdue += other.open_overdue;
        self.within_extension += other.within_extension;
        self.paused += other.paused;
        self.withdrawn += other.withdrawn;
    }
}

//! Counts a limit day by day and writes down every step.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::calendar::{CalendarError, Day, Office, plus_days};
use crate::limit::Limit;
use crate::time::{instant, local, local_date};

use super::source;
use super::step::{DeadlineStep, StepKind};

/// What is to be counted: a limit, the rest of one, or a given date. `done` is what was counted before a
/// pause, so that the numbers of the steps go on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Span {
    Work(SignedDuration),
    HalfDays { count: u16, done: u16 },
    WorkingDays { count: u16, done: u16 },
    CalendarDays { count: u16, done: u16 },
    Months(u16),
    SameDay(Option<Time>),
    Until(Timestamp),
    UntilCloseOf(Date),
}

impl Span {
    pub(super) fn of(limit: Limit) -> Self {
        match limit {
            Limit::Minutes(minutes) => Self::Work(SignedDuration::from_mins(minutes.into())),
            Limit::WorkingHours(hours) => Self::Work(SignedDuration::from_hours(hours.into())),
            Limit::HalfDays(count) => Self::HalfDays { count, done: 0 },
            Limit::WorkingDays(count) => Self::WorkingDays { count, done: 0 },
            Limit::CalendarDays(count) => Self::CalendarDays { count, done: 0 },
            Limit::Months(months) => Self::Months(months),
            Limit::SameDay { cutoff } => Self::SameDay(cutoff),
        }
    }
}

/// A count under way: the deadline so far and the steps that explain it.
pub(super) struct Count<'a> {
    pub(super) office: &'a Office<'a>,
    pub(super) steps: Vec<DeadlineStep>,
    pub(super) due: Timestamp,
    pub(super) counting_from: Timestamp,
    pub(super) span: Span,
    /// The last day before it rolled.
    pub(super) last_day: Date,
    /// The last day that a step covers.
    pub(super) covered: Option<Date>,
}

impl<'a> Count<'a> {
    pub(super) fn new(office: &'a Office<'a>, at: Timestamp) -> Self {
        let last_day = local_date(at);
        let span = Span::Until(at);
        Self {
            office,
            steps: Vec::new(),
            due: at,
            counting_from: at,
            span,
            last_day,
            covered: None,
        }
    }

    /// Writes down something that happened on a day.
    pub(super) fn event(&mut self, on: Date, kind: StepKind, source: &str) {
        self.steps.push(DeadlineStep::event(on, kind, source));
    }

    /// Counts from an instant, as a count of its own.
    pub(super) fn run(&mut self, from: Timestamp, span: Span) -> Result<(), CalendarError> {
        self.counting_from = match span {
            Span::Work(_) | Span::HalfDays { .. } | Span::SameDay(_) => from,
            // Day 0 is not counted, so no share of it is used up either.
            Span::WorkingDays { .. }
            | Span::CalendarDays { .. }
            | Span::Months(_)
            | Span::Until(_)
            | Span::UntilCloseOf(_) => begin_of(plus_days(local_date(from), 1)),
        };
        self.run_on(from, span)
    }

    /// Counts on from an instant, as part of the same count.
    pub(super) fn run_on(&mut self, from: Timestamp, span: Span) -> Result<(), CalendarError> {
        self.span = span;
        match span {
            Span::Work(work) => self.work(from, work),
            Span::HalfDays { count, done } => self.half_days(from, count, done),
            Span::WorkingDays { count, done } => self.working_days(from, count, done),
            Span::CalendarDays { count, done } => self.calendar_days(from, count, done),
            Span::Months(months) => self.months(from, months),
            Span::SameDay(cutoff) => self.same_day(from, cutoff),
            Span::Until(due) => {
                self.days_until(local_date(from), local_date(due))?;
                self.due = due;
                Ok(())
            }
            Span::UntilCloseOf(date) => {
                // A working day when it was promised; a later change of the calendar may have made it a day off.
                let date = self.office.calendar().working_day_from(date)?;
                self.days_until(local_date(from), date)?;
                self.due = self.office.close(date)?;
                Ok(())
            }
        }
    }

    fn working_days(&mut self, from: Timestamp, count: u16, done: u16) -> Result<(), CalendarError> {
        let mut day = local_date(from);
        self.cover(day, StepKind::NotCounted, source::DAY_ZERO);
        if count == 0 {
            return self.finish_on(day, from);
        }
        let mut counted = 0;
        while counted < count {
            day = plus_days(day, 1);
            counted += u16::from(self.number(day, done + counted + 1)?);
        }
        self.last_day = day;
        self.due = self.office.close(day)?;
        Ok(())
    }

    fn calendar_days(&mut self, from: Timestamp, count: u16, done: u16) -> Result<(), CalendarError> {
        let day_zero = local_date(from);
        self.cover(day_zero, StepKind::NotCounted, source::DAY_ZERO);
        for number in 1..=count {
            let kind = StepKind::CalendarDays {
                first: done + number,
                last: done + number,
            };
            self.cover(plus_days(day_zero, number.into()), kind, source::LAST_DAY);
        }
        self.finish_on(plus_days(day_zero, count.into()), from)
    }

    fn months(&mut self, from: Timestamp, months: u16) -> Result<(), CalendarError> {
        let day_zero = local_date(from);
        self.cover(day_zero, StepKind::NotCounted, source::DAY_ZERO);
        // The same-numbered day, or the last day of a month that has none (Civil Code, article 148.3).
        let last = day_zero.saturating_add(i32::from(months).months());
        let mut day = day_zero;
        while day < last {
            day = plus_days(day, 1);
            self.cover(day, StepKind::Months { months }, source::LAST_DAY);
        }
        self.finish_on(last, from)
    }

    fn same_day(&mut self, from: Timestamp, cutoff: Option<Time>) -> Result<(), CalendarError> {
        let day = local_date(from);
        let rule = self.office.calendar().same_day_rule(day)?;
        let cutoff = cutoff.unwrap_or(rule.cutoff);
        let after = local(from).time() > cutoff;
        self.event(day, StepKind::SameDayCutoff { cutoff, after }, &rule.source);
        let works = self.office.calendar().is_working_day(day)?;
        if works && !after && self.office.close(day)? >= from {
            self.cover(day, StepKind::SameDay, &rule.source);
            self.last_day = day;
            self.due = self.office.close(day)?;
            return Ok(());
        }
        if works {
            self.cover(day, StepKind::NotCounted, &rule.source);
        } else {
            self.number(day, 0)?;
        }
        self.working_days(from, 1, 0)
    }

    fn half_days(&mut self, from: Timestamp, count: u16, done: u16) -> Result<(), CalendarError> {
        let mut day = local_date(from);
        let mut left = count;
        let mut number = done;
        loop {
            let first = number + 1;
            for (open, close) in self.office.spans(day)? {
                // With nothing left after a pause, the half day that runs or comes next is the last one.
                if left == 0 && close >= from {
                    self.due = close;
                    self.last_day = day;
                    self.cover(
                        day,
                        StepKind::HalfDays {
                            first: number,
                            last: number,
                        },
                        source::LAST_DAY,
                    );
                    return Ok(());
                }
                if left > 0 && open > from {
                    number += 1;
                    left -= 1;
                    if left == 0 {
                        self.due = close;
                        self.last_day = day;
                        self.cover(day, StepKind::HalfDays { first, last: number }, source::LAST_DAY);
                        return Ok(());
                    }
                }
            }
            if number >= first {
                self.cover(day, StepKind::HalfDays { first, last: number }, source::LAST_DAY);
            } else if self.office.calendar().is_working_day(day)? {
                self.cover(day, StepKind::NotCounted, source::DAY_ZERO);
            } else {
                self.number(day, 0)?;
            }
            day = plus_days(day, 1);
        }
    }

    fn work(&mut self, from: Timestamp, work: SignedDuration) -> Result<(), CalendarError> {
        self.due = self.office.after_work(from, work)?;
        let mut day = local_date(from);
        self.last_day = local_date(self.due);
        while day <= self.last_day {
            let minutes = self
                .office
                .work_between(begin_of(day).max(from), self.due.min(begin_of(plus_days(day, 1))))?;
            if !self.office.calendar().is_working_day(day)? {
                self.number(day, 0)?;
            } else if minutes.is_zero() {
                self.cover(day, StepKind::OutsideHours, source::HOURS_BEGIN);
            } else {
                self.office_time(day, minutes.as_mins());
            }
            day = plus_days(day, 1);
        }
        Ok(())
    }

    /// Minutes on a day; a day that was begun before a pause gets them on top.
    fn office_time(&mut self, day: Date, more: i64) {
        if self.covered == Some(day) {
            let today = self
                .steps
                .iter_mut()
                .rev()
                .find(|step| step.to == day && step.kind.covers_days());
            if let Some(DeadlineStep {
                kind: StepKind::OfficeTime { minutes },
                ..
            }) = today
            {
                *minutes += more;
            }
        }
        self.cover(day, StepKind::OfficeTime { minutes: more }, source::HOURS_BEGIN);
    }

    fn days_until(&mut self, day_zero: Date, last: Date) -> Result<(), CalendarError> {
        let same_day = if last == day_zero {
            StepKind::SameDay
        } else {
            StepKind::NotCounted
        };
        self.cover(day_zero, same_day, source::DAY_ZERO);
        let (mut day, mut counted) = (day_zero, 0);
        while day < last {
            day = plus_days(day, 1);
            counted += u16::from(self.number(day, counted + 1)?);
        }
        self.last_day = last;
        Ok(())
    }

    /// Ends on a day, or on the next working day when it is off (or closed before `from`).
    fn finish_on(&mut self, last: Date, from: Timestamp) -> Result<(), CalendarError> {
        self.last_day = last;
        let calendar = self.office.calendar();
        let mut day = last;
        while !calendar.is_working_day(day)? || self.office.close(day)? < from {
            if day == last {
                let holiday = match calendar.day(day)? {
                    Day::Off(listed) => Some(listed.holiday.clone()),
                    Day::Weekend | Day::Working | Day::Makeup(_) => None,
                };
                self.event(day, StepKind::LastDayOff { holiday }, source::ROLLED);
            } else {
                self.number(day, 0)?;
            }
            day = plus_days(day, 1);
        }
        self.cover(day, StepKind::Rolled, source::ROLLED);
        self.due = self.office.close(day)?;
        Ok(())
    }

    /// Covers a day as what it is in the calendar, a working day with that number; says whether it is one.
    fn number(&mut self, day: Date, number: u16) -> Result<bool, CalendarError> {
        let kind = match self.office.calendar().day(day)? {
            Day::Working => (
                StepKind::WorkingDays {
                    first: number,
                    last: number,
                },
                source::LAST_DAY,
            ),
            Day::Makeup(listed) => {
                let (holiday, status) = (listed.holiday.clone(), listed.status);
                (
                    StepKind::MakeupWorkday {
                        number,
                        holiday,
                        status,
                    },
                    listed.source.as_str(),
                )
            }
            Day::Weekend => (StepKind::Weekend, source::WEEKEND),
            Day::Off(listed) => {
                let (holiday, status, off) = (listed.holiday.clone(), listed.status, listed.kind);
                (StepKind::Holiday { holiday, status, off }, listed.source.as_str())
            }
        };
        let counts = matches!(
            kind.0,
            StepKind::WorkingDays { .. } | StepKind::MakeupWorkday { .. }
        );
        self.cover(day, kind.0, kind.1);
        Ok(counts)
    }

    /// Covers a day once: a day that has a step keeps it.
    pub(super) fn cover(&mut self, day: Date, kind: StepKind, source: &str) {
        if self.covered.is_some_and(|covered| day <= covered) {
            return;
        }
        self.covered = Some(day);
        let step = DeadlineStep {
            from: day,
            to: day,
            kind,
            source: source.to_owned(),
        };
        if !self.steps.last_mut().is_some_and(|last| last.absorb(&step)) {
            self.steps.push(step);
        }
    }
}

/// Midnight, when a day begins.
pub(super) fn begin_of(day: Date) -> Timestamp {
    instant(day.to_datetime(Time::midnight()))
}

//! Stopping a count and going on: what was left, which days waited, which steps fall away.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::{CalendarError, plus_days};
use crate::time::local_date;

use super::count::{Count, Span, begin_of};
use super::source;
use super::step::{DeadlineStep, StepKind};

impl Count<'_> {
    /// Stops the count at an instant and says what was left of it; `None` when the deadline had passed.
    pub(super) fn stop(&mut self, at: Timestamp) -> Result<Option<Span>, CalendarError> {
        let left = self.left(at)?;
        let on = local_date(at);
        if self.covered.is_some_and(|covered| covered >= on) {
            self.cut(on);
            if let Some(DeadlineStep {
                from,
                to,
                kind: StepKind::OfficeTime { minutes },
                ..
            }) = self.steps.last_mut()
                && (*from, *to) == (on, on)
            {
                let later = self.office.working_minutes_between(at, self.due)?;
                let next_day = begin_of(plus_days(on, 1));
                let tomorrow = self.office.working_minutes_between(next_day, self.due)?;
                *minutes = (*minutes - (later - tomorrow)).max(0);
            }
        } else {
            self.fill(on, &StepKind::Late);
        }
        Ok(left.map(|span| self.numbered_on(span)))
    }

    fn left(&self, at: Timestamp) -> Result<Option<Span>, CalendarError> {
        if at > self.due {
            return Ok(None);
        }
        let (on, due_on) = (local_date(at), local_date(self.due));
        let done = 0;
        Ok(Some(match self.span {
            Span::Work(_) => Span::Work(self.office.work_between(at, self.due)?),
            Span::SameDay(cutoff) => Span::SameDay(cutoff),
            Span::HalfDays { .. } => {
                let (mut count, mut day) = (0, on);
                while day <= due_on {
                    let spans = self.office.spans(day)?;
                    let whole = spans
                        .iter()
                        .filter(|(open, close)| *open > at && *close <= self.due)
                        .count();
                    count += u16::try_from(whole).unwrap_or(0);
                    day = plus_days(day, 1);
                }
                Span::HalfDays { count, done }
            }
            Span::CalendarDays { .. } | Span::Months(_) => {
                let days = (self.last_day - on).get_days().max(0);
                Span::CalendarDays {
                    count: u16::try_from(days).unwrap_or(u16::MAX),
                    done,
                }
            }
            Span::WorkingDays { .. } | Span::Until(_) | Span::UntilCloseOf(_) => {
                let days = self.office.calendar().working_days_between(on, due_on)?;
                Span::WorkingDays {
                    count: u16::try_from(days).unwrap_or(u16::MAX),
                    done,
                }
            }
        }))
    }

    /// The rest of a count with the number at which it stopped.
    fn numbered_on(&self, rest: Span) -> Span {
        let begins = |kind: &StepKind| {
            matches!(
                kind,
                StepKind::NotCounted
                    | StepKind::Received { .. }
                    | StepKind::Restarted { .. }
                    | StepKind::SecondAppointment { .. }
            )
        };
        let mut counted = self.steps.iter().rev().take_while(|step| !begins(&step.kind));
        let done = counted
            .find_map(|step| match step.kind {
                StepKind::WorkingDays { last, .. }
                | StepKind::CalendarDays { last, .. }
                | StepKind::HalfDays { last, .. } => Some(last),
                StepKind::MakeupWorkday { number, .. } => Some(number),
                _ => None,
            })
            .unwrap_or(0);
        match rest {
            Span::WorkingDays { count, .. } => Span::WorkingDays { count, done },
            Span::CalendarDays { count, .. } => Span::CalendarDays { count, done },
            Span::HalfDays { count, .. } => Span::HalfDays { count, done },
            Span::Work(_) | Span::Months(_) | Span::SameDay(_) | Span::Until(_) | Span::UntilCloseOf(_) => {
                rest
            }
        }
    }

    /// The clock stood up to and including a day.
    pub(super) fn wait_through(&mut self, day: Date) {
        self.fill(day, &StepKind::Waiting);
    }

    /// The count begins anew on a day: what it had counted from there on falls away, and the days between
    /// were waiting, or late when the clock had not been stopped.
    pub(super) fn wait_until(&mut self, day: Date, paused: bool) {
        let before = plus_days(day, -1);
        if !paused {
            self.cut(before);
        }
        self.fill(before, &if paused { StepKind::Waiting } else { StepKind::Late });
    }

    fn fill(&mut self, last: Date, kind: &StepKind) {
        while let Some(covered) = self.covered
            && covered < last
        {
            self.cover(plus_days(covered, 1), kind.clone(), source::PROCEDURE);
        }
    }

    /// Drops what lies after a day.
    fn cut(&mut self, last: Date) {
        self.steps.retain_mut(|step| {
            if step.from > last
                && (step.kind.covers_days() || matches!(step.kind, StepKind::LastDayOff { .. }))
            {
                return false;
            }
            if step.to > last && step.kind.covers_days() {
                step.end_on(last);
            }
            true
        });
        self.covered = self.covered.map(|covered| covered.min(last));
    }
}

//! Runs what happened to a deadline against a calendar. Checks nothing: what was allowed when it happened
//! stays allowed, also when the calendar changes later.

use jiff::Timestamp;

use crate::calendar::Office;
use crate::limit::Limit;
use crate::time::local_date;

use super::count::{Count, Span};
use super::step::StepKind;
use super::{Basis, Change, Deadline, DeadlineError, DeadlineEvent, Pause, PauseReason, Resume, source};

/// The deadline that the events lead to. Its `original_due` is the first due by this calendar; who changes a
/// deadline puts the stored one back.
pub(super) fn replay(
    office: &Office<'_>,
    basis: Basis,
    events: Vec<DeadlineEvent>,
) -> Result<Deadline, DeadlineError> {
    let begun = events.first().map_or(Timestamp::UNIX_EPOCH, |event| event.at);
    let mut count = Count::new(office, begun);
    let mut state = State {
        paused: None,
        left: None,
        first_due: None,
    };
    for event in &events {
        state.apply(&mut count, basis, event)?;
        state.first_due.get_or_insert(count.due);
    }
    if state.paused.is_none() {
        count.event(
            local_date(count.due),
            StepKind::Due { at: count.due },
            source::LAST_DAY,
        );
    }
    Ok(Deadline {
        basis,
        received_at: begun,
        original_due: state.first_due.unwrap_or(count.due),
        due: count.due,
        counting_from: count.counting_from,
        paused: state.paused,
        calendar_version: office.calendar().version().to_owned(),
        steps: count.steps,
        events,
    })
}

struct State {
    paused: Option<Pause>,
    /// What was left when the clock stopped; nothing when the deadline had passed.
    left: Option<Span>,
    first_due: Option<Timestamp>,
}

impl State {
    fn apply(
        &mut self,
        count: &mut Count<'_>,
        basis: Basis,
        event: &DeadlineEvent,
    ) -> Result<(), DeadlineError> {
        let (at, on) = (event.at, local_date(event.at));
        match &event.change {
            Change::Started { basis } => {
                count.event(on, StepKind::Received { at }, beginning(*basis));
                count.run(at, whole(*basis))?;
            }
            Change::Paused { reason } => {
                let due = count.due;
                self.left = count.stop(at)?;
                let rule = match reason {
                    PauseReason::Supplement => source::RESTART,
                    PauseReason::Financial => source::FINANCIAL,
                    PauseReason::Procedure => source::PROCEDURE,
                    PauseReason::Issuer => source::GIVEN,
                };
                count.event(
                    on,
                    StepKind::Paused {
                        at,
                        reason: *reason,
                        due,
                    },
                    rule,
                );
                self.paused = Some(Pause {
                    since: at,
                    reason: *reason,
                });
            }
            Change::Resumed { how } => self.resume(count, basis, at, *how)?,
            Change::Added { limit, source } => {
                count.event(on, StepKind::Added { at, limit: *limit }, source);
                count.event(
                    local_date(count.due),
                    StepKind::EarlierDue { at: count.due },
                    source::LAST_DAY,
                );
                count.run_on(count.due, Span::of(*limit))?;
            }
            Change::Extended { to } => {
                count.event(on, StepKind::Extended { at }, source::EXTENSION);
                count.event(
                    local_date(count.due),
                    StepKind::EarlierDue { at: count.due },
                    source::LAST_DAY,
                );
                count.run_on(count.due, Span::UntilCloseOf(*to))?;
            }
            Change::Postponed { to } => {
                count.event(on, StepKind::Postponed { at }, source::GIVEN);
                count.event(
                    local_date(count.due),
                    StepKind::EarlierDue { at: count.due },
                    source::GIVEN,
                );
                count.run_on(count.due, Span::Until(*to))?;
            }
            Change::Recalculated { before, version } => {
                let kind = StepKind::CalendarChanged {
                    at,
                    before: *before,
                    version: version.clone(),
                };
                count.event(on, kind, source::CALENDAR);
            }
        }
        Ok(())
    }

    fn resume(
        &mut self,
        count: &mut Count<'_>,
        basis: Basis,
        at: Timestamp,
        how: Resume,
    ) -> Result<(), DeadlineError> {
        let on = local_date(at);
        let pause = self.paused.take();
        match how {
            Resume::Continue => {
                count.wait_through(on);
                let rule = match pause.map(|pause| pause.reason) {
                    Some(PauseReason::Financial) => source::FINANCIAL,
                    Some(PauseReason::Procedure) => source::PROCEDURE,
                    Some(PauseReason::Issuer) => source::GIVEN,
                    Some(PauseReason::Supplement) | None => source::CONTINUE,
                };
                count.event(on, StepKind::Resumed { at }, rule);
                if let Some(left) = self.left.take() {
                    count.run(at, left)?;
                }
            }
            Resume::Restart => {
                count.wait_until(on, pause.is_some());
                count.event(on, StepKind::Restarted { at }, source::RESTART);
                count.run(at, whole(basis))?;
            }
            Resume::Second(limit) => {
                count.wait_until(on, pause.is_some());
                count.event(on, StepKind::SecondAppointment { at, limit }, source::FINANCIAL);
                count.run(at, Span::of(limit))?;
            }
        }
        Ok(())
    }
}

fn whole(basis: Basis) -> Span {
    match basis {
        Basis::Limit(limit) => Span::of(limit),
        Basis::Given(due) => Span::Until(due),
    }
}

/// The rule by which a count begins.
fn beginning(basis: Basis) -> &'static str {
    match basis {
        Basis::Limit(Limit::Minutes(_) | Limit::WorkingHours(_)) => source::HOURS_BEGIN,
        Basis::Limit(
            Limit::HalfDays(_)
            | Limit::WorkingDays(_)
            | Limit::CalendarDays(_)
            | Limit::Months(_)
            | Limit::SameDay { .. },
        ) => source::DAY_ZERO,
        Basis::Given(_) => source::GIVEN,
    }
}

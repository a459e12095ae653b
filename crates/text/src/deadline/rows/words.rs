//! The rows of a deadline in words: each kind of step becomes a sentence of the locales.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use townhall_domain::calendar::{DayKind, DayStatus};
use townhall_domain::deadline::{Basis, DeadlineStep, PauseReason, StepKind};
use townhall_domain::limit::Limit;
use townhall_domain::time::local_date;

use super::{Body, Counted, DeadlineRow, Draft, OffRun, RowMark, next_day, plain};
use crate::deadline::{clock, duration, exact_clock, holiday, limit, reason_word, source};
use crate::{Arg, Lang, capitalised, date, date_short, date_time, t, t_args, time, weekday};

/// What the words depend on: the language, the day from which years are told, what is counted.
pub(super) struct Words {
    pub lang: Lang,
    pub today: Date,
    pub basis: Basis,
    pub first_due: Timestamp,
}

impl Words {
    pub(super) fn draft(&self, step: &DeadlineStep) -> Draft {
        let body = match &step.kind {
            StepKind::WorkingDays { first, last } => counted(Counted::Working {
                first: *first,
                last: *last,
            }),
            StepKind::CalendarDays { first, last } => counted(Counted::Calendar {
                first: *first,
                last: *last,
            }),
            StepKind::HalfDays { first, last } => counted(Counted::HalfDays {
                first: *first,
                last: *last,
            }),
            StepKind::Months { months } => counted(Counted::Months(*months)),
            StepKind::OfficeTime { minutes } => counted(Counted::Minutes(*minutes)),
            StepKind::MakeupWorkday { number, holiday, .. } => Body::Makeup {
                number: *number,
                holiday: holiday.clone(),
            },
            StepKind::NotCounted => Body::Plain("deadline-step-not-counted"),
            StepKind::OutsideHours => Body::Plain("deadline-step-outside-hours"),
            StepKind::SameDay => Body::Plain("deadline-step-same-day"),
            StepKind::Rolled => Body::Plain("deadline-step-rolled"),
            StepKind::Waiting => Body::Plain("deadline-step-waiting"),
            StepKind::Late => Body::Plain("deadline-step-late"),
            _ => self.event(step),
        };
        plain(step, body)
    }

    pub(super) fn beginning(
        &self,
        step: &DeadlineStep,
        cutoff: Option<&StepKind>,
        day_zero: bool,
        off: bool,
    ) -> Draft {
        let what = match (&step.kind, cutoff) {
            (StepKind::Received { .. }, _) if matches!(self.basis, Basis::Given(_)) => {
                let key = if day_zero {
                    "deadline-step-issued-not-counted"
                } else {
                    "deadline-step-issued"
                };
                t(self.lang, key)
            }
            (StepKind::Received { .. }, _) if matches!(self.basis, Basis::Limit(Limit::HalfDays(_))) => {
                t(self.lang, "deadline-step-received-half-days")
            }
            (StepKind::Received { .. }, Some(_)) if off => t(self.lang, "deadline-step-received-day-off"),
            (StepKind::Received { .. }, Some(StepKind::SameDayCutoff { cutoff, after })) => {
                let key = if *after {
                    "deadline-step-received-after-cutoff"
                } else {
                    "deadline-step-received-same-day"
                };
                t_args(self.lang, key, &[("cutoff", clock(*cutoff).into())])
            }
            (StepKind::Received { .. }, _) if day_zero => t(self.lang, "deadline-step-received-not-counted"),
            (StepKind::Received { .. }, _) => t(self.lang, "deadline-step-received"),
            _ => return plain(step, self.event(step)),
        };
        plain(
            step,
            Body::Event {
                when: self.moment(step),
                what,
            },
        )
    }

    pub(super) fn event(&self, step: &DeadlineStep) -> Body {
        let lang = self.lang;
        let full = |at| Arg::from(date_time(lang, at, self.today));
        let what = match &step.kind {
            StepKind::SameDayCutoff { cutoff, after } => {
                let key = if *after {
                    "deadline-step-after-cutoff"
                } else {
                    "deadline-step-before-cutoff"
                };
                t_args(lang, key, &[("cutoff", clock(*cutoff).into())])
            }
            StepKind::LastDayOff { holiday: name } => {
                let what = name.as_ref().map_or_else(
                    || weekday(lang, step.from.weekday()).to_owned(),
                    |name| holiday(lang, name),
                );
                t_args(lang, "deadline-step-last-day-off", &[("what", what.into())])
            }
            StepKind::Paused { reason, due, .. } => {
                let key = format!("deadline-step-paused-{}", reason_word(*reason));
                let args: &[(&str, Arg<'_>)] = if *reason == PauseReason::Financial {
                    &[("due", full(*due))]
                } else {
                    &[]
                };
                t_args(lang, &key, args)
            }
            StepKind::Resumed { .. } => t(lang, "deadline-step-resumed"),
            StepKind::Restarted { .. } => t(lang, "deadline-step-restarted"),
            StepKind::SecondAppointment { limit: of, .. } => t_args(
                lang,
                "deadline-step-second-appointment",
                &[("limit", limit(lang, *of).into())],
            ),
            StepKind::Added { limit: of, .. } => {
                t_args(lang, "deadline-step-added", &[("limit", limit(lang, *of).into())])
            }
            StepKind::Extended { .. } => t(lang, "deadline-step-extended"),
            StepKind::Postponed { .. } => t(lang, "deadline-step-postponed"),
            StepKind::CalendarChanged { before, .. } => t_args(
                lang,
                "deadline-step-calendar-changed",
                &[("before", full(*before))],
            ),
            StepKind::EarlierDue { .. } => t(lang, "deadline-step-earlier-due"),
            // Days have bodies of their own; the deadline is put on the last of them.
            _ => t(lang, "deadline-step-due"),
        };
        Body::Event {
            when: self.moment(step),
            what,
        }
    }

    /// What happened, with the deadline that stood before it.
    pub(super) fn after(&self, what: &str, due: Timestamp) -> String {
        let key = if due == self.first_due {
            "deadline-step-after-first"
        } else {
            "deadline-step-after-earlier"
        };
        let due = date_time(self.lang, due, self.today);
        t_args(self.lang, key, &[("what", what.into()), ("due", due.into())])
    }

    /// The day of an event, with its time where it has one.
    pub(super) fn moment(&self, step: &DeadlineStep) -> String {
        let day = capitalised(&date(self.lang, step.from, self.today));
        match step.kind {
            StepKind::Received { at } => format!("{day}, {}", exact_clock(at)),
            StepKind::Paused { at, .. }
            | StepKind::Resumed { at }
            | StepKind::Restarted { at }
            | StepKind::SecondAppointment { at, .. }
            | StepKind::Added { at, .. }
            | StepKind::Extended { at }
            | StepKind::Postponed { at }
            | StepKind::CalendarChanged { at, .. }
            | StepKind::EarlierDue { at }
                if local_date(at) == step.from =>
            {
                format!("{day}, {}", time(at))
            }
            _ => day,
        }
    }

    pub(super) fn row(&self, draft: &Draft) -> DeadlineRow {
        let lang = self.lang;
        let (mut when, mut mark) = (self.days(draft.from, draft.to), RowMark::Counted);
        let what = match &draft.body {
            Body::Event { when: moment, what } => {
                (when, mark) = (moment.clone(), RowMark::Event);
                what.clone()
            }
            Body::Counted { count, makeup } => {
                let days = self.counted(*count, draft.due.is_some());
                let dates: Vec<String> = makeup.iter().map(|day| date(lang, *day, self.today)).collect();
                if dates.is_empty() {
                    days
                } else {
                    let args = [("days", Arg::from(days)), ("dates", dates.join(", ").into())];
                    t_args(lang, "deadline-step-with-makeup", &args)
                }
            }
            Body::Makeup {
                number,
                holiday: name,
            } => {
                let day = capitalised(weekday(lang, draft.from.weekday()));
                let args = [
                    ("weekday", day.into()),
                    ("holiday", holiday(lang, name).into()),
                    self.number(*number),
                ];
                t_args(lang, "deadline-step-makeup-workday", &args)
            }
            Body::Off(runs) => {
                mark = RowMark::Off;
                let what = match runs.as_slice() {
                    [
                        OffRun {
                            holiday: None,
                            from,
                            to,
                            ..
                        },
                    ] if *to <= next_day(*from) => self.weekdays(*from, *to),
                    runs => self.off_list(runs, false).join(", "),
                };
                t_args(lang, "deadline-step-off", &[("what", what.into())])
            }
            Body::Among(runs) => {
                (when, mark) = (t(lang, "deadline-among"), RowMark::Off);
                t_args(
                    lang,
                    "deadline-step-among",
                    &[("what", self.off_list(runs, true).join("; ").into())],
                )
            }
            Body::Plain(key) => {
                if matches!(
                    *key,
                    "deadline-step-waiting" | "deadline-step-outside-hours" | "deadline-step-not-counted"
                ) {
                    mark = RowMark::Off;
                }
                t(lang, key)
            }
        };
        if draft.due.is_some() {
            mark = RowMark::End;
            when = capitalised(&date(lang, draft.to, self.today));
        }
        let source = match &draft.body {
            Body::Off(runs) | Body::Among(runs) => {
                let mut sources: Vec<String> = runs.iter().map(|run| source(lang, &run.source)).collect();
                let mut seen = BTreeSet::new();
                sources.retain(|source| seen.insert(source.clone()));
                sources.join("; ")
            }
            _ => source(lang, &draft.source),
        };
        DeadlineRow {
            from: draft.from,
            to: draft.to,
            mark,
            when,
            what,
            due: draft.due.clone(),
            source,
        }
    }

    /// Up to three days one by one, more as a range.
    pub(super) fn days(&self, from: Date, to: Date) -> String {
        let short = |day| date_short(self.lang, day, self.today);
        let days: Vec<String> = from
            .series(1.day())
            .take_while(|day| *day <= to)
            .take(4)
            .map(short)
            .collect();
        if days.len() <= 3 {
            days.join(", ")
        } else {
            format!("{} – {}", short(from), short(to))
        }
    }

    pub(super) fn weekdays(&self, from: Date, to: Date) -> String {
        let days = from.series(1.day()).take_while(|day| *day <= to);
        let names: Vec<&str> = days.map(|day| weekday(self.lang, day.weekday())).collect();
        names.join(", ")
    }

    pub(super) fn counted(&self, count: Counted, is_end: bool) -> String {
        let lang = self.lang;
        let numbers = |one: &str, many: &str, first: u16, last: u16| {
            if first >= last {
                t_args(lang, one, &[self.number(last)])
            } else {
                t_args(lang, many, &[("numbers", self.numbers(first, last).into())])
            }
        };
        match count {
            Counted::Working { first, last } => numbers(
                "deadline-step-working-day",
                "deadline-step-working-days",
                first,
                last,
            ),
            Counted::Calendar { first, last } => numbers(
                "deadline-step-calendar-day",
                "deadline-step-calendar-days",
                first,
                last,
            ),
            Counted::HalfDays { first, last } => {
                numbers("deadline-step-half-day", "deadline-step-half-days", first, last)
            }
            Counted::Months(months) => {
                let key = if is_end {
                    "deadline-step-months-end"
                } else {
                    "deadline-step-months"
                };
                t_args(lang, key, &[("count", months.into())])
            }
            Counted::Minutes(minutes) => t_args(
                lang,
                "deadline-step-office-time",
                &[("time", duration(lang, minutes).into())],
            ),
        }
    }

    pub(super) fn number(&self, number: u16) -> (&'static str, Arg<'static>) {
        (
            "number",
            t_args(self.lang, "deadline-number", &[("number", number.into())]).into(),
        )
    }

    pub(super) fn numbers(&self, first: u16, last: u16) -> String {
        if last - first < 3 {
            let numbers =
                (first..=last).map(|n| t_args(self.lang, "deadline-number", &[("number", n.into())]));
            return numbers.collect::<Vec<_>>().join(", ");
        }
        t_args(
            self.lang,
            "deadline-number-range",
            &[("first", first.into()), ("last", last.into())],
        )
    }

    /// Days off by name, weekends counted together; with dates for a list that stands apart from its days.
    pub(super) fn off_list(&self, runs: &[OffRun], with_dates: bool) -> Vec<String> {
        let lang = self.lang;
        let mut list: Vec<String> = Vec::new();
        let weekends = runs.iter().filter(|run| run.holiday.is_none()).count();
        if weekends > 0 {
            list.push(match i64::try_from(weekends) {
                Ok(count) if with_dates && count > 1 => {
                    t_args(lang, "deadline-step-weekends", &[("count", count.into())])
                }
                _ => t(lang, "deadline-step-weekend"),
            });
        }
        for run in runs {
            let Some((name, kind, status)) = &run.holiday else {
                continue;
            };
            let key = match kind {
                DayKind::PublicHoliday | DayKind::MakeupWorkday => "deadline-step-holiday",
                DayKind::SwapDayOff => "deadline-step-holiday-swap",
                DayKind::SubstituteDayOff => "deadline-step-holiday-substitute",
            };
            let mut what = t_args(lang, key, &[("holiday", holiday(lang, name).into())]);
            if with_dates {
                let dates = self.days(run.from, run.to);
                let args = [("holiday", Arg::from(what)), ("dates", dates.into())];
                what = t_args(lang, "deadline-step-holiday-on", &args);
            }
            if *status == DayStatus::Projected {
                what = t_args(lang, "deadline-step-projected", &[("what", what.into())]);
            }
            list.push(what);
        }
        list
    }
}

pub(super) fn counted(count: Counted) -> Body {
    Body::Counted {
        count,
        makeup: Vec::new(),
    }
}

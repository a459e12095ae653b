//! The reason of a deadline as a short list: runs of equal days become one row, and a long reason is folded
//! to what was counted and what was not.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use townhall_domain::calendar::{DayKind, DayStatus};
use townhall_domain::deadline::{Basis, Deadline, DeadlineStep, PauseReason, StepKind};
use townhall_domain::limit::Limit;
use townhall_domain::time::local_date;

use super::{clock, duration, exact_clock, holiday, limit, reason_word, source};
use crate::{Arg, Lang, capitalised, date, date_short, date_time, t, t_args, time, weekday};

/// A list with more rows than this is folded.
const MANY_ROWS: usize = 7;

/// How a row is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowMark {
    /// Something that happened.
    Event,
    /// Days that count.
    Counted,
    /// Days that do not count (`th-off`).
    Off,
    /// The last day, with the deadline (`th-end-of`).
    End,
}

/// One row of the reason of a deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineRow {
    /// First day; a row whose `to` has passed is drawn as done.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// How it is drawn.
    pub mark: RowMark,
    /// The days in bold: `05/8, 06/8`.
    pub when: String,
    /// What they are: `ngày làm việc thứ 1, thứ 2`.
    pub what: String,
    /// On the last row, after an arrow: `hạn 17:00`.
    pub due: Option<String>,
    /// The rule or document behind it.
    pub source: String,
}

impl DeadlineRow {
    /// The row as one line of text.
    pub fn sentence(&self) -> String {
        let arrow = self
            .due
            .as_ref()
            .map_or_else(String::new, |due| format!(" → {due}"));
        format!("{}: {}{arrow}", self.when, self.what)
    }
}

/// The reason of a deadline in at most about seven rows.
pub fn deadline_steps(lang: Lang, deadline: &Deadline, today: Date) -> Vec<DeadlineRow> {
    let words = Words {
        lang,
        today,
        basis: deadline.basis,
        first_due: deadline.original_due,
    };
    let mut drafts = drafts(&words, deadline);
    if drafts.len() > MANY_ROWS {
        drafts = folded(drafts);
    }
    drafts.iter().map(|draft| words.row(draft)).collect()
}

/// The days off between beginning and end, each holiday with its dates.
pub(super) fn off_days(lang: Lang, deadline: &Deadline, today: Date) -> Vec<String> {
    let words = Words {
        lang,
        today,
        basis: deadline.basis,
        first_due: deadline.original_due,
    };
    let off = deadline.steps.iter().filter_map(off_run).collect::<Vec<_>>();
    words.off_list(&off, true)
}

/// A row before it has words, so that rows can still be put together.
#[derive(Debug, Clone)]
struct Draft {
    from: Date,
    to: Date,
    body: Body,
    source: String,
    due: Option<String>,
}

#[derive(Debug, Clone)]
enum Body {
    Event {
        when: String,
        what: String,
    },
    Counted {
        count: Counted,
        makeup: Vec<Date>,
    },
    Makeup {
        number: u16,
        holiday: String,
    },
    Off(Vec<OffRun>),
    /// Days off folded out of the row before.
    Among(Vec<OffRun>),
    Plain(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    Working { first: u16, last: u16 },
    Calendar { first: u16, last: u16 },
    HalfDays { first: u16, last: u16 },
    Months(u16),
    Minutes(i64),
}

#[derive(Debug, Clone)]
struct OffRun {
    from: Date,
    to: Date,
    /// `None` is a weekend.
    holiday: Option<(String, DayKind, DayStatus)>,
    source: String,
}

fn drafts(words: &Words, deadline: &Deadline) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut steps = deadline.steps.iter().peekable();
    while let Some(step) = steps.next() {
        let mut step = step.clone();
        // The beginning, its cut-off and its day 0 are one thing to a reader.
        if begins_a_count(&step.kind) {
            let cutoff = steps.next_if(|next| matches!(next.kind, StepKind::SameDayCutoff { .. }));
            let day_zero = steps.next_if(|next| next.kind == StepKind::NotCounted);
            let off = steps
                .peek()
                .is_some_and(|next| off_run(next).is_some() && next.from == step.from);
            if let Some(rule) = cutoff.or(day_zero) {
                step.source.clone_from(&rule.source);
            }
            drafts.push(words.beginning(&step, cutoff.map(|rule| &rule.kind), day_zero.is_some(), off));
            continue;
        }
        if let StepKind::Due { at } = step.kind {
            end(
                words,
                &mut drafts,
                &step,
                t_args(words.lang, "deadline-due-at", &[("time", exact_clock(at).into())]),
            );
            continue;
        }
        if let Some(run) = off_run(&step) {
            match drafts.last_mut() {
                Some(Draft {
                    body: Body::Off(runs),
                    to,
                    ..
                }) if next_day(*to) == run.from => {
                    *to = run.to;
                    runs.push(run);
                }
                _ => drafts.push(plain(&step, Body::Off(vec![run]))),
            }
            continue;
        }
        let mut draft = words.draft(&step);
        // What moved a deadline and the deadline that stood before are one thing too.
        if adds_time(&step.kind)
            && let Some(before) = steps.next_if(|next| matches!(next.kind, StepKind::EarlierDue { .. }))
            && let (StepKind::EarlierDue { at }, Body::Event { what, .. }) = (&before.kind, &mut draft.body)
        {
            *what = words.after(what, *at);
        }
        drafts.push(draft);
    }
    drafts
}

/// Puts the deadline on the row of the last day; a run of days gives its last day for that.
fn end(words: &Words, drafts: &mut Vec<Draft>, step: &DeadlineStep, due: String) {
    let on = step.from;
    let (lang, today) = (words.lang, words.today);
    let ends_here = drafts
        .last_mut()
        .filter(|last| last.to == on && !matches!(last.body, Body::Event { .. }));
    let Some(last) = ends_here else {
        let when = capitalised(&date(lang, on, today));
        let body = Body::Event {
            when,
            what: t(lang, "deadline-step-due"),
        };
        drafts.push(Draft {
            due: Some(due),
            ..plain(step, body)
        });
        return;
    };
    if last.from == on {
        last.due = Some(due);
        return;
    }
    let mut last_day = last.clone();
    last_day.from = on;
    last_day.due = Some(due);
    last.to = on.saturating_sub(1.day());
    if let (Body::Counted { count, .. }, Body::Counted { count: end, .. }) =
        (&mut last.body, &mut last_day.body)
    {
        match (count, end) {
            (Counted::Working { last, .. }, Counted::Working { first, .. })
            | (Counted::Calendar { last, .. }, Counted::Calendar { first, .. }) => {
                *first = *last;
                *last = last.saturating_sub(1);
            }
            _ => {}
        }
    }
    drafts.push(last_day);
}

/// Between two events, everything counted becomes one row and everything off another.
fn folded(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut folded: Vec<Draft> = Vec::new();
    let mut off: Vec<OffRun> = Vec::new();
    let flush = |folded: &mut Vec<Draft>, off: &mut Vec<OffRun>| {
        if let (Some(first), Some(last)) = (off.first(), off.last()) {
            let (from, to) = (first.from, last.to);
            let source = String::new();
            folded.push(Draft {
                from,
                to,
                body: Body::Among(std::mem::take(off)),
                source,
                due: None,
            });
        }
    };
    for draft in drafts {
        if draft.due.is_some() || matches!(draft.body, Body::Event { .. } | Body::Plain(_)) {
            flush(&mut folded, &mut off);
            folded.push(draft);
            continue;
        }
        match (&draft.body, folded.last_mut()) {
            (Body::Off(runs), _) => off.extend(runs.iter().cloned()),
            (
                body,
                Some(Draft {
                    to,
                    body: Body::Counted { count, makeup },
                    ..
                }),
            ) => match (count, body) {
                (
                    Counted::Working { last, .. },
                    Body::Counted {
                        count: Counted::Working { last: more, .. },
                        ..
                    },
                )
                | (
                    Counted::HalfDays { last, .. },
                    Body::Counted {
                        count: Counted::HalfDays { last: more, .. },
                        ..
                    },
                ) => {
                    (*last, *to) = (*more, draft.to);
                }
                (Counted::Working { last, .. }, Body::Makeup { number, .. }) => {
                    (*last, *to) = (*number, draft.to);
                    makeup.push(draft.from);
                }
                (
                    Counted::Minutes(minutes),
                    Body::Counted {
                        count: Counted::Minutes(more),
                        ..
                    },
                ) => {
                    *minutes += more;
                    *to = draft.to;
                }
                _ => folded.push(draft),
            },
            _ => folded.push(draft),
        }
    }
    flush(&mut folded, &mut off);
    folded
}

fn begins_a_count(kind: &StepKind) -> bool {
    matches!(
        kind,
        StepKind::Received { .. } | StepKind::Restarted { .. } | StepKind::SecondAppointment { .. }
    )
}

fn adds_time(kind: &StepKind) -> bool {
    matches!(
        kind,
        StepKind::Added { .. } | StepKind::Extended { .. } | StepKind::Postponed { .. }
    )
}

fn off_run(step: &DeadlineStep) -> Option<OffRun> {
    let holiday = match &step.kind {
        StepKind::Weekend => None,
        StepKind::Holiday { holiday, status, off } => Some((holiday.clone(), *off, *status)),
        _ => return None,
    };
    Some(OffRun {
        from: step.from,
        to: step.to,
        holiday,
        source: step.source.clone(),
    })
}

fn plain(step: &DeadlineStep, body: Body) -> Draft {
    Draft {
        from: step.from,
        to: step.to,
        body,
        source: step.source.clone(),
        due: None,
    }
}

fn next_day(day: Date) -> Date {
    day.saturating_add(1.day())
}

/// What the words depend on: the language, the day from which years are told, what is counted.
struct Words {
    lang: Lang,
    today: Date,
    basis: Basis,
    first_due: Timestamp,
}

impl Words {
    fn draft(&self, step: &DeadlineStep) -> Draft {
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

    fn beginning(&self, step: &DeadlineStep, cutoff: Option<&StepKind>, day_zero: bool, off: bool) -> Draft {
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

    fn event(&self, step: &DeadlineStep) -> Body {
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
    fn after(&self, what: &str, due: Timestamp) -> String {
        let key = if due == self.first_due {
            "deadline-step-after-first"
        } else {
            "deadline-step-after-earlier"
        };
        let due = date_time(self.lang, due, self.today);
        t_args(self.lang, key, &[("what", what.into()), ("due", due.into())])
    }

    /// The day of an event, with its time where it has one.
    fn moment(&self, step: &DeadlineStep) -> String {
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

    fn row(&self, draft: &Draft) -> DeadlineRow {
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
    fn days(&self, from: Date, to: Date) -> String {
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

    fn weekdays(&self, from: Date, to: Date) -> String {
        let days = from.series(1.day()).take_while(|day| *day <= to);
        let names: Vec<&str> = days.map(|day| weekday(self.lang, day.weekday())).collect();
        names.join(", ")
    }

    fn counted(&self, count: Counted, is_end: bool) -> String {
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

    fn number(&self, number: u16) -> (&'static str, Arg<'static>) {
        (
            "number",
            t_args(self.lang, "deadline-number", &[("number", number.into())]).into(),
        )
    }

    fn numbers(&self, first: u16, last: u16) -> String {
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
    fn off_list(&self, runs: &[OffRun], with_dates: bool) -> Vec<String> {
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

fn counted(count: Counted) -> Body {
    Body::Counted {
        count,
        makeup: Vec::new(),
    }
}

//! The reason of a deadline as a short list: runs of equal days become one row, and a long reason is folded
//! to what was counted and what was not.

mod words;

use jiff::ToSpan;
use jiff::civil::Date;
use townhall_domain::calendar::{DayKind, DayStatus};
use townhall_domain::deadline::{Deadline, DeadlineStep, StepKind};

use words::Words;

use super::exact_clock;
use crate::{Lang, capitalised, date, t, t_args};

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

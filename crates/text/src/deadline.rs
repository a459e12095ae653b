//! Deadlines in words: the chip, the reason step by step, the sentence for a citizen, errors.
//!
//! The rules are in `townhall_domain::deadline`; here kinds become locale keys and nothing is decided.

mod rows;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use townhall_domain::calendar::{CalendarError, DayStatus};
use townhall_domain::deadline::{
    Amount, Basis, Deadline, DeadlineError, PauseReason, Standing, StandingKind, StepKind,
};
use townhall_domain::limit::Limit;
use townhall_domain::time::{local, local_date};

pub use rows::{DeadlineRow, RowMark, deadline_steps};

use crate::{Arg, Lang, capitalised, date, date_short, date_time, has, t, t_args, time};

/// The words of a deadline chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineChip {
    /// Which chip; its class is `th-due-` and [`StandingKind::as_str`].
    pub kind: StandingKind,
    /// The words in bold: `Còn 2 ngày làm việc`.
    pub words: String,
    /// The small line: `thứ Tư 06/8, 17:00 · hạn đầu 01/8`.
    pub small: String,
}

/// The words of the chip for a standing, as of `today`.
pub fn deadline_chip(lang: Lang, standing: &Standing, today: Date) -> DeadlineChip {
    let when = at_words(lang, standing.due, today);
    let small = |plain: &str, moved: &str| match standing.original_due {
        None => t_args(lang, plain, &[("when", when.as_str().into())]),
        Some(original) => {
            let original = date_short(lang, local_date(original), today);
            t_args(
                lang,
                moved,
                &[("when", when.as_str().into()), ("original", original.into())],
            )
        }
    };
    let (words, small) = match standing.kind {
        StandingKind::Over => (
            over(lang, standing.amount),
            small("deadline-small-due", "deadline-small-due-moved"),
        ),
        StandingKind::Today | StandingKind::Soon | StandingKind::Later => (
            left(lang, standing.amount),
            small("deadline-small-when", "deadline-small-moved"),
        ),
        StandingKind::Wait => waiting(lang, standing, today),
        StandingKind::Done => (done(lang, standing), done_small(lang, standing, today)),
    };
    DeadlineChip {
        kind: standing.kind,
        words,
        small,
    }
}

fn over(lang: Lang, amount: Amount) -> String {
    match amount {
        Amount::WorkingDays(0) | Amount::WorkingMinutes(0) => t(lang, "deadline-over-now"),
        Amount::WorkingDays(days) => t_args(lang, "deadline-over-days", &[("count", days.into())]),
        Amount::WorkingMinutes(minutes) => t_args(
            lang,
            "deadline-over-time",
            &[("time", duration(lang, minutes).into())],
        ),
    }
}

fn left(lang: Lang, amount: Amount) -> String {
    match amount {
        Amount::WorkingDays(0) => t(lang, "deadline-left-less"),
        Amount::WorkingMinutes(0) => t(lang, "deadline-left-now"),
        Amount::WorkingDays(days) => t_args(lang, "deadline-left-days", &[("count", days.into())]),
        Amount::WorkingMinutes(minutes) => t_args(
            lang,
            "deadline-left-time",
            &[("time", duration(lang, minutes).into())],
        ),
    }
}

fn waiting(lang: Lang, standing: &Standing, today: Date) -> (String, String) {
    let (since, reason) = standing.waiting.unwrap_or((standing.due, PauseReason::Procedure));
    let since = date_short(lang, local_date(since), today);
    let small = t_args(lang, "deadline-small-wait", &[("since", since.into())]);
    (t(lang, &format!("deadline-wait-{}", reason_word(reason))), small)
}

fn done(lang: Lang, standing: &Standing) -> String {
    let (days, late) = (standing.amount, standing.late);
    match (days, late) {
        (Amount::WorkingDays(0) | Amount::WorkingMinutes(_), false) => t(lang, "deadline-done-on-time"),
        (Amount::WorkingDays(days), false) => t_args(lang, "deadline-done-early", &[("count", days.into())]),
        (Amount::WorkingDays(0) | Amount::WorkingMinutes(0), true) => t(lang, "deadline-done-late-now"),
        (Amount::WorkingDays(days), true) => t_args(lang, "deadline-done-late", &[("count", days.into())]),
        (Amount::WorkingMinutes(minutes), true) => t_args(
            lang,
            "deadline-done-late-time",
            &[("time", duration(lang, minutes).into())],
        ),
    }
}

fn done_small(lang: Lang, standing: &Standing, today: Date) -> String {
    let when = date(lang, local_date(standing.done_at.unwrap_or(standing.due)), today);
    let due = date_short(lang, local_date(standing.due), today);
    t_args(
        lang,
        "deadline-small-done",
        &[("when", when.into()), ("due", due.into())],
    )
}

/// `hôm nay, 17:00`, or the date with its weekday and time.
fn at_words(lang: Lang, at: Timestamp, today: Date) -> String {
    if local_date(at) == today {
        t_args(lang, "deadline-today-at", &[("time", time(at).into())])
    } else {
        date_time(lang, at, today)
    }
}

/// A stretch of office time: `1 giờ 50 phút`.
pub fn duration(lang: Lang, minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => t_args(lang, "common-minutes", &[("count", minutes.into())]),
        (hours, 0) => t_args(lang, "common-hours", &[("count", hours.into())]),
        (hours, minutes) => t_args(
            lang,
            "common-hours-minutes",
            &[("hours", hours.into()), ("minutes", minutes.into())],
        ),
    }
}

/// A time limit in words: `3 ngày làm việc`.
pub fn limit(lang: Lang, limit: Limit) -> String {
    let count = |key: &str, n: u16| t_args(lang, key, &[("count", n.into())]);
    match limit {
        Limit::Minutes(n) => count("deadline-limit-minutes", n),
        Limit::WorkingHours(n) => count("deadline-limit-working-hours", n),
        Limit::HalfDays(n) => count("deadline-limit-half-days", n),
        Limit::WorkingDays(n) => count("deadline-limit-working-days", n),
        Limit::CalendarDays(n) => count("deadline-limit-calendar-days", n),
        Limit::Months(n) => count("deadline-limit-months", n),
        Limit::SameDay { cutoff: None } => t(lang, "deadline-limit-same-day"),
        Limit::SameDay { cutoff: Some(cutoff) } => t_args(
            lang,
            "deadline-limit-same-day-until",
            &[("cutoff", clock(cutoff).into())],
        ),
    }
}

/// `Vì sao hạn là 17:00 thứ Hai 04/8?`
pub fn deadline_why(lang: Lang, deadline: &Deadline, today: Date) -> String {
    if deadline.paused.is_some() {
        return t(lang, "deadline-why-waiting");
    }
    if local_date(deadline.due) == today {
        return t_args(
            lang,
            "deadline-why-today",
            &[("time", exact_clock(deadline.due).into())],
        );
    }
    t_args(
        lang,
        "deadline-why",
        &[("due", at_words(lang, deadline.due, today).into())],
    )
}

/// The line under the steps: `Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025`.
pub fn deadline_rule(lang: Lang, deadline: &Deadline) -> String {
    let mut parts = match deadline.basis {
        Basis::Limit(of) => vec![t_args(
            lang,
            "deadline-rule",
            &[("limit", limit(lang, of).into())],
        )],
        Basis::Given(_) => vec![t(lang, "deadline-rule-given")],
    };
    let rule = deadline
        .steps
        .iter()
        .find(|step| matches!(step.kind, StepKind::SameDayCutoff { .. }));
    match (rule, deadline.basis) {
        (Some(step), _) => parts.push(source(lang, &step.source)),
        (None, Basis::Limit(_)) => parts.push(t(lang, "deadline-rule-law")),
        (None, Basis::Given(_)) => {}
    }
    let mut years: Vec<String> = Vec::new();
    for step in &deadline.steps {
        for year in [step.from.year(), step.to.year()].map(|year| year.to_string()) {
            if !years.contains(&year) {
                years.push(year);
            }
        }
    }
    parts.push(t_args(
        lang,
        "deadline-rule-calendar",
        &[("years", years.join(", ").into())],
    ));
    let projected = deadline.steps.iter().any(|step| {
        matches!(
            step.kind,
            StepKind::Holiday {
                status: DayStatus::Projected,
                ..
            } | StepKind::MakeupWorkday {
                status: DayStatus::Projected,
                ..
            }
        )
    });
    if projected {
        parts.push(t(lang, "deadline-rule-projected"));
    }
    parts.join(" · ")
}

/// The reason in sentences, for a citizen: the limit, from when, what is not counted, the deadline.
pub fn deadline_summary(lang: Lang, deadline: &Deadline, today: Date) -> String {
    let received = date(lang, local_date(deadline.received_at), today);
    let exactly = date_time(lang, deadline.received_at, today);
    let mut sentences = vec![match deadline.basis {
        Basis::Given(_) => t_args(lang, "deadline-summary-given", &[("received", received.into())]),
        Basis::Limit(Limit::SameDay { .. }) => {
            let cutoff = deadline.steps.iter().find_map(|step| match step.kind {
                StepKind::SameDayCutoff { cutoff, .. } => Some(clock(cutoff)),
                _ => None,
            });
            let args = [
                ("cutoff", Arg::from(cutoff.unwrap_or_default())),
                ("received", exactly.into()),
            ];
            t_args(lang, "deadline-summary-same-day", &args)
        }
        Basis::Limit(of @ (Limit::Minutes(_) | Limit::WorkingHours(_))) => {
            let args = [
                ("limit", Arg::from(limit(lang, of))),
                ("received", exactly.into()),
            ];
            t_args(lang, "deadline-summary-time", &args)
        }
        Basis::Limit(of @ Limit::HalfDays(_)) => {
            let args = [
                ("limit", Arg::from(limit(lang, of))),
                ("received", exactly.into()),
            ];
            t_args(lang, "deadline-summary-half-days", &args)
        }
        Basis::Limit(of @ (Limit::WorkingDays(_) | Limit::CalendarDays(_) | Limit::Months(_))) => {
            let args = [
                ("limit", Arg::from(limit(lang, of))),
                ("received", received.into()),
            ];
            t_args(lang, "deadline-summary-days", &args)
        }
    }];
    let counts_days_off = matches!(
        deadline.basis,
        Basis::Limit(Limit::CalendarDays(_) | Limit::Months(_))
    );
    let off = rows::off_days(lang, deadline, today);
    if counts_days_off {
        if deadline
            .steps
            .iter()
            .any(|step| matches!(step.kind, StepKind::LastDayOff { .. }))
        {
            sentences.push(t(lang, "deadline-summary-rolled"));
        }
    } else if !off.is_empty() {
        sentences.push(t_args(
            lang,
            "deadline-summary-off",
            &[("list", off.join("; ").into())],
        ));
    }
    let due = date_time(lang, deadline.due, today);
    sentences.push(match deadline.paused {
        Some(pause) => {
            let since = date(lang, local_date(pause.since), today);
            t_args(lang, "deadline-summary-waiting", &[("since", since.into())])
        }
        None if deadline.due == deadline.original_due => {
            t_args(lang, "deadline-summary-due", &[("due", due.into())])
        }
        None => {
            let original = date(lang, local_date(deadline.original_due), today);
            t_args(
                lang,
                "deadline-summary-moved",
                &[("original", original.into()), ("due", due.into())],
            )
        }
    });
    sentences.join(" ")
}

/// The rule or document behind a step: its words, or the key itself when it is a citation.
pub fn source(lang: Lang, key: &str) -> String {
    let message = format!("source-{key}");
    if has(lang, &message) {
        t(lang, &message)
    } else {
        key.to_owned()
    }
}

/// The name of a day off; a new one without words shows its key.
pub fn holiday(lang: Lang, key: &str) -> String {
    let message = format!("holiday-{key}");
    if has(lang, &message) {
        t(lang, &message)
    } else {
        key.to_owned()
    }
}

/// Why a deadline cannot be computed or changed, for a person: what happened and what to do.
pub fn deadline_error(lang: Lang, error: &DeadlineError, today: Date) -> String {
    let moment = |at: Timestamp| Arg::from(date_time(lang, at, today));
    let day = |on: Date| Arg::from(date(lang, on, today));
    let args: Vec<(&str, Arg<'_>)> = match error {
        DeadlineError::Calendar(CalendarError::YearNotLoaded { year, first, last }) => {
            [("year", year), ("first", first), ("last", last)]
                .map(|(name, y)| (name, y.to_string().into()))
                .into()
        }
        DeadlineError::Calendar(CalendarError::NoOfficeHours { date }) => vec![("date", day(*date))],
        DeadlineError::Paused { since } => vec![("since", moment(*since))],
        DeadlineError::NotPaused | DeadlineError::AlreadyExtended => Vec::new(),
        DeadlineError::ExtensionTooLate { latest } => vec![("latest", day(*latest))],
        DeadlineError::Passed { due } | DeadlineError::NotLater { due } => vec![("due", moment(*due))],
        DeadlineError::NotAWorkingDay { date: on } => {
            vec![("date", capitalised(&date(lang, *on, today)).into())]
        }
        DeadlineError::BackInTime { last } => vec![("last", moment(*last))],
    };
    t_args(lang, error.key(), &args)
}

fn reason_word(reason: PauseReason) -> &'static str {
    match reason {
        PauseReason::Supplement => "supplement",
        PauseReason::Financial => "financial",
        PauseReason::Procedure => "procedure",
        PauseReason::Issuer => "issuer",
    }
}

/// A time of day; seconds only in the minute of a full or half hour, where cut-offs and office hours lie and a
/// second may decide.
fn clock(at: Time) -> String {
    if at.second() == 0 || at.minute() % 30 != 0 {
        format!("{:02}:{:02}", at.hour(), at.minute())
    } else {
        format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
    }
}

/// The time of day of an instant as the explanation shows it.
fn exact_clock(at: Timestamp) -> String {
    clock(local(at).time())
}

#[cfg(test)]
mod tests;

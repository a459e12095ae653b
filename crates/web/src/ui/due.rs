//! The deadline chip: how long is left in words, then the date; it links to the reason of the deadline.

use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use townhall_domain::time;

use super::{Icon, Ui};

/// How urgent a deadline is; the strength of the colour follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueKind {
    /// Past the deadline.
    Over,
    /// Due on the business day.
    Today,
    /// Due within two working days.
    Soon,
    /// Due later.
    Later,
    /// The clock stands still.
    Wait,
    /// Ended.
    Done,
}

/// Time between now and the deadline, less than 0 when it is past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Whole working days.
    WorkingDays(i64),
    /// Working minutes, used when less than a day is left or past.
    Minutes(i64),
}

impl Left {
    const fn is_past(self) -> bool {
        match self {
            Self::WorkingDays(count) | Self::Minutes(count) => count < 0,
        }
    }
}

/// What a deadline chip says.
#[derive(Debug, Clone)]
pub struct DueChip {
    /// Decides icon and colour.
    pub kind: DueKind,
    /// "Còn 2 ngày làm việc".
    pub words: String,
    /// "thứ Ba 05/8, 17:00".
    pub date: String,
    /// Where the reason of the deadline stands.
    pub href: Option<String>,
}

impl DueChip {
    /// A deadline that runs, or ran out; `left` comes from the calendar of the unit.
    pub fn running(ui: &Ui, due_at: Timestamp, left: Left) -> Self {
        let date = ui.date_time(due_at);
        let (kind, words, date) = if left.is_past() || due_at < ui.now {
            let late = span_words(ui, left);
            (
                DueKind::Over,
                ui.t_args("ui-due-over", &[("span", late.into())]),
                ui.t_args("ui-due-was", &[("date", date.into())]),
            )
        } else {
            let kind = match left {
                _ if time::local_date(due_at) == ui.today() => DueKind::Today,
                Left::Minutes(_) | Left::WorkingDays(..=2) => DueKind::Soon,
                Left::WorkingDays(_) => DueKind::Later,
            };
            let words = match left {
                Left::WorkingDays(0) if kind == DueKind::Today => ui.t("ui-due-today"),
                _ => ui.t_args("ui-due-left", &[("span", span_words(ui, left).into())]),
            };
            (kind, words, date)
        };
        Self {
            kind,
            words,
            date,
            href: None,
        }
    }

    /// A deadline whose clock stands still since a day, with the reason in words ("Tạm dừng, chờ bổ sung").
    pub fn waiting(ui: &Ui, since: Date, words: &str) -> Self {
        let date = ui.t_args("ui-due-waits-since", &[("date", ui.date_short(since).into())]);
        Self {
            kind: DueKind::Wait,
            words: words.to_owned(),
            date,
            href: None,
        }
    }

    /// Work that ended; `ahead` is the time that was left then, less than 0 when it was late.
    pub fn ended(ui: &Ui, ended_at: Timestamp, due_at: Timestamp, ahead: Left) -> Self {
        let span = span_words(ui, ahead);
        let words = match ahead {
            Left::WorkingDays(0) | Left::Minutes(0) => ui.t("ui-due-done"),
            _ if ahead.is_past() => ui.t_args("ui-due-done-late", &[("span", span.into())]),
            _ => ui.t_args("ui-due-done-early", &[("span", span.into())]),
        };
        let date = ui.t_args(
            "ui-due-done-dates",
            &[
                ("ended", ui.date(time::local_date(ended_at)).into()),
                ("due", ui.date_short(time::local_date(due_at)).into()),
            ],
        );
        Self {
            kind: DueKind::Done,
            words,
            date,
            href: None,
        }
    }

    /// The same chip as a link to the reason.
    #[must_use]
    pub fn linked(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
}

/// A span without its sign: "2 ngày làm việc", "5 giờ 20 phút".
pub fn span_words(ui: &Ui, span: Left) -> String {
    match span {
        Left::WorkingDays(days) => ui.t_args("common-working-days", &[("count", days.abs().into())]),
        Left::Minutes(minutes) => match (minutes.abs() / 60, minutes.abs() % 60) {
            (0, minutes) => ui.t_args("common-minutes", &[("count", minutes.into())]),
            (hours, 0) => ui.t_args("common-hours", &[("count", hours.into())]),
            (hours, minutes) => ui.t_args(
                "common-hours-minutes",
                &[("hours", hours.into()), ("minutes", minutes.into())],
            ),
        },
    }
}

/// The chip, as a link where its reason can be read.
pub fn due_chip(_ui: &Ui, chip: &DueChip) -> Markup {
    let (class, icon) = match chip.kind {
        DueKind::Over => ("th-due th-due-over", Icon::ALERT),
        DueKind::Today => ("th-due th-due-today", Icon::CLOCK),
        DueKind::Soon => ("th-due th-due-soon", Icon::CALENDAR_DUE),
        DueKind::Later => ("th-due th-due-later", Icon::CALENDAR),
        DueKind::Wait => ("th-due th-due-wait", Icon::PAUSE),
        DueKind::Done => ("th-due th-due-done", Icon::CIRCLE_CHECK),
    };
    let inside = html! { (icon) b { (chip.words) } small { (chip.date) } };
    html! {
        @match &chip.href {
            Some(href) => a class=(class) href=(href) { (inside) },
            None => span class=(class) { (inside) },
        }
    }
}

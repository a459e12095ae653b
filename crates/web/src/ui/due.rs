//! Deadlines on pages: the chip (how long is left, then the date) and the reason that it links to.
//!
//! The words come from `townhall_text::deadline`; here they only get their look.

use maud::{Markup, html};
use townhall_domain::deadline::{Deadline, Standing, StandingKind};
use townhall_text::deadline::{
    RowMark, deadline_chip, deadline_rule, deadline_steps, deadline_summary, deadline_why,
};

use super::{Icon, Ui};

/// What a deadline chip says.
#[derive(Debug, Clone)]
pub struct DueChip {
    /// Decides icon and colour.
    pub kind: StandingKind,
    /// "Còn 2 ngày làm việc".
    pub words: String,
    /// "thứ Ba 05/8, 17:00".
    pub small: String,
    /// Where the reason of the deadline stands.
    pub href: Option<String>,
}

impl DueChip {
    /// The chip of a deadline as it stands now.
    pub fn of(ui: &Ui, standing: &Standing) -> Self {
        let chip = deadline_chip(ui.lang, standing, ui.today());
        Self {
            kind: chip.kind,
            words: chip.words,
            small: chip.small,
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

/// The chip, as a link where its reason can be read.
pub fn due_chip(_ui: &Ui, chip: &DueChip) -> Markup {
    let class = format!("th-due th-due-{}", chip.kind.as_str());
    let icon = match chip.kind {
        StandingKind::Over => Icon::ALERT,
        StandingKind::Today => Icon::CLOCK,
        StandingKind::Soon => Icon::CALENDAR_DUE,
        StandingKind::Later => Icon::CALENDAR,
        StandingKind::Wait => Icon::PAUSE,
        StandingKind::Done => Icon::CIRCLE_CHECK,
    };
    let inside = html! { (icon) b { (chip.words) } small { (chip.small) } };
    html! {
        @match &chip.href {
            Some(href) => a class=(class) href=(href) { (inside) },
            None => span class=(class) { (inside) },
        }
    }
}

/// Why a deadline is what it is, for officers: the question, the days, the rule. Chips link to `id`.
pub fn deadline_reason(ui: &Ui, id: &str, deadline: &Deadline) -> Markup {
    html! {
        h2.th-h.mb-2 id=(id) { (deadline_why(ui.lang, deadline, ui.today())) }
        (deadline_days(ui, deadline))
        p.th-muted.mt-2.mb-0 { (deadline_rule(ui.lang, deadline)) }
        details.th-muted {
            summary { (ui.t("ui-due-sources")) }
            ul.mb-0.ps-3 {
                @for row in deadline_steps(ui.lang, deadline, ui.today()) { li { (row.when) ": " (row.source) } }
            }
        }
    }
}

/// The days of a deadline on a line, without heading and rule.
pub fn deadline_days(ui: &Ui, deadline: &Deadline) -> Markup {
    let today = ui.today();
    html! {
        ol.th-line {
            @for row in deadline_steps(ui.lang, deadline, today) {
                @let class = match row.mark {
                    RowMark::End => Some("th-end-of"),
                    RowMark::Off => Some("th-off"),
                    RowMark::Event | RowMark::Counted => (row.to <= today).then_some("th-done"),
                };
                li class=[class] {
                    b { (row.when) } " " (row.what)
                    @if let Some(due) = &row.due { " → " b { (due) } }
                }
            }
        }
    }
}

/// Why a deadline is what it is, for citizens: sentences behind a question.
pub fn deadline_why_for_citizens(ui: &Ui, deadline: &Deadline) -> Markup {
    html! {
        details {
            summary.link-primary { (ui.t("ui-due-why")) }
            p.mt-2.mb-0 { (deadline_summary(ui.lang, deadline, ui.today())) }
        }
    }
}

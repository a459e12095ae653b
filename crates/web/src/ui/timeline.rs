//! One ordered list with a line: the reason of a deadline, the trail of a case, the way of a case for citizens.

use jiff::Timestamp;
use maud::{Markup, html};

use super::{Ui, Words, nothing};

/// What a moment is on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MomentKind {
    /// Still to come.
    #[default]
    Ahead,
    /// Past.
    Done,
    /// Going on now.
    Now,
    /// A day that does not count.
    Off,
    /// The end of the line: the deadline.
    End,
}

impl MomentKind {
    const fn class(self) -> Option<&'static str> {
        match self {
            Self::Ahead => None,
            Self::Done => Some("th-done"),
            Self::Now => Some("th-now"),
            Self::Off => Some("th-off"),
            Self::End => Some("th-end-of"),
        }
    }
}

/// One moment: when in bold, what happens, and a quiet line (rule, source).
#[derive(Debug, Clone, Default)]
pub struct Moment<'a> {
    /// Past, now, off or the end.
    pub kind: MomentKind,
    /// "Thứ Tư 30/7, 14:10".
    pub when: Words<'a>,
    /// "nhận đủ hồ sơ; ngày nhận không tính".
    pub text: Words<'a>,
    /// The rule or source, in quiet type; empty for none.
    pub note: Words<'a>,
}

/// The moments on a line. More than about seven are hard to read: group equal days first.
pub fn timeline(_ui: &Ui, moments: &[Moment<'_>]) -> Markup {
    html! {
        ol.th-line {
            @for moment in moments {
                li class=[moment.kind.class()] aria-current=[(moment.kind == MomentKind::Now).then_some("step")] {
                    b { (moment.when) } " " (moment.text)
                    @if !moment.note.is_empty() { br; span.th-muted { (moment.note) } }
                }
            }
        }
    }
}

/// Why a deadline is what it is: a heading that asks, the moments, the law. `id` is what deadline chips link to.
pub fn reason(ui: &Ui, id: &str, question: &str, moments: &[Moment<'_>], law: &str) -> Markup {
    html! {
        h2.th-h.mb-2 id=(id) { (question) }
        (timeline(ui, moments))
        @if !law.is_empty() { p.th-muted.mt-2.mb-0 { (law) } }
    }
}

/// One entry of a trail: what was done, when, by whom, why.
#[derive(Debug, Clone)]
pub struct Trail<'a> {
    /// "Phân công xử lý cho Trần Quốc Bảo".
    pub what: Words<'a>,
    /// When, as an instant.
    pub at: Timestamp,
    /// Person and post, or "hệ thống".
    pub who: Words<'a>,
    /// Reason or document; empty for none.
    pub why: Words<'a>,
    /// Its place in the transparency log.
    pub log_href: Option<Words<'a>>,
}

/// The whole history of a case, newest first (the caller's order is kept).
pub fn trail(ui: &Ui, entries: &[Trail<'_>]) -> Markup {
    html! {
        ol.th-line {
            @for entry in entries {
                li.th-done {
                    b { (entry.what) } br;
                    span.th-muted {
                        (townhall_text::capitalised(&ui.date_time(entry.at))) " · " (entry.who)
                        @if let Some(href) = &entry.log_href {
                            " · " a href=(href) aria-label=(format!("{}: {}", ui.t("ui-trail-log"), entry.what)) {
                                (ui.t("ui-trail-log"))
                            }
                        }
                    }
                    @if !entry.why.is_empty() { br; span { (entry.why) } }
                }
            }
        }
    }
}

/// Names and values in two columns; pairs with an empty value are left out.
pub fn key_values(_ui: &Ui, pairs: &[(&str, Markup)]) -> Markup {
    if pairs.iter().all(|(_, value)| value.0.is_empty()) {
        return nothing();
    }
    html! {
        dl.th-kv {
            @for (name, value) in pairs.iter().filter(|(_, value)| !value.0.is_empty()) {
                dt { (name) } dd { (value) }
            }
        }
    }
}

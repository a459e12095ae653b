//! Notices: the result of an action, or a fact that changes the work. They stay; nothing that matters fades away.

use maud::{Markup, html};

use super::{Icon, Ui};

/// The weight of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeTone {
    /// A fact.
    Info,
    /// It worked; announced politely.
    Ok,
    /// Something has to be done.
    Warn,
    /// It did not work; announced at once.
    Bad,
}

/// A notice; `lead` is its first sentence in bold (may be empty).
pub fn notice(_ui: &Ui, tone: NoticeTone, lead: &str, body: &Markup) -> Markup {
    let (class, icon, role) = match tone {
        NoticeTone::Info => ("th-note", Icon::INFO, None),
        NoticeTone::Ok => ("th-note th-note-ok", Icon::CIRCLE_CHECK, Some("status")),
        NoticeTone::Warn => ("th-note th-note-warn", Icon::ALERT, None),
        NoticeTone::Bad => ("th-note th-note-bad", Icon::CROSS, Some("alert")),
    };
    html! {
        div class=(class) role=[role] {
            (icon)
            span.th-text { @if !lead.is_empty() { b { (lead) } " " } (body) }
        }
    }
}

/// A link inside a notice, such as "undo".
pub fn notice_link(href: &str, words: &str) -> Markup {
    html! { a href=(href) { (words) } }
}

//! Figure cards: one number, what it counts, what stands behind it. Every figure opens its rows.

use maud::{Markup, html};

use super::{Icon, Ui, Words};

/// One number with its words.
#[derive(Debug, Clone)]
pub struct Figure<'a> {
    /// What is counted: "Đã tiếp nhận".
    pub label: Words<'a>,
    /// The number, formatted.
    pub value: Words<'a>,
    /// Context: "hôm nay 18 · 62 % trực tuyến".
    pub note: Words<'a>,
    /// The rows behind the number; empty for somebody who may see the number and not its rows.
    pub href: Words<'a>,
    /// Whether it is bad news (late); then icon and tint say so.
    pub bad: bool,
}

/// The figures of a page in one row.
pub fn figures(ui: &Ui, figures: &[Figure<'_>]) -> Markup {
    html! {
        div.th-figs.mb-3 role="group" aria-label=(ui.t("ui-figures")) {
            @for figure in figures {
                @if figure.href.is_empty() { div.card.th-fig.th-fig-bad[figure.bad] { (inside(figure)) } }
                @else { a.card.th-fig.th-fig-bad[figure.bad] href=(figure.href) { (inside(figure)) } }
            }
        }
    }
}

fn inside(figure: &Figure<'_>) -> Markup {
    html! {
        span.th-muted { @if figure.bad { (Icon::ALERT) " " } (figure.label) }
        b { (figure.value) }
        @if !figure.note.is_empty() { span.th-muted { (figure.note) } }
    }
}

//! The component check-list: what the procedure asks for, where each paper comes from, whether it is there.

use maud::{Markup, html};

use super::{Icon, Ui, Words};

/// One paper of the list.
#[derive(Debug, Clone)]
pub struct CheckRow<'a> {
    /// Its name.
    pub name: Words<'a>,
    /// "bắt buộc, 1 bản chính".
    pub note: Words<'a>,
    /// The tick box: field name, value, whether ticked; `None` shows the list without boxes.
    pub tick: Option<(Words<'a>, Words<'a>, bool)>,
    /// Where it comes from: words with an icon, or a select.
    pub source: Markup,
    /// A badge ("Đủ", "Còn thiếu") and details.
    pub status: Markup,
    /// Buttons; each needs a label that names the paper.
    pub action: Markup,
    /// Tints the row; the badge says it in words.
    pub missing: bool,
}

/// The check-list as a table.
pub fn check_list(ui: &Ui, rows: &[CheckRow<'_>]) -> Markup {
    html! {
        div.th-scroll role="group" tabindex="0" aria-label=(ui.t("ui-check-caption")) {
            table.table.th-comp {
                caption.visually-hidden { (ui.t("ui-check-caption")) }
                thead {
                    tr {
                        th scope="col" { (ui.t("ui-check-paper")) }
                        th scope="col" { (ui.t("ui-check-source")) }
                        th scope="col" { (ui.t("common-status")) }
                        th scope="col" { span.visually-hidden { (ui.t("ui-check-action")) } }
                    }
                }
                tbody {
                    @for row in rows {
                        tr.th-need[row.missing] {
                            th.fw-normal scope="row" { (paper(row)) }
                            td { (row.source) }
                            td { span.th-inline { (row.status) } }
                            td.text-end.text-nowrap { (row.action) }
                        }
                    }
                }
            }
        }
    }
}

fn paper(row: &CheckRow<'_>) -> Markup {
    let words = html! {
        b { (row.name) }
        @if !row.note.is_empty() { br; span.th-muted { (row.note) } }
    };
    html! {
        @match &row.tick {
            Some((name, value, ticked)) => {
                label.form-check.m-0 {
                    input.form-check-input type="checkbox" name=(name) value=(value) checked[*ticked];
                    span { (words) }
                }
            },
            None => (words),
        }
    }
}

impl CheckRow<'_> {
    /// A source as words with its icon.
    pub fn source_words(icon: Icon, words: &str) -> Markup {
        html! { span { (icon) " " (words) } }
    }
}

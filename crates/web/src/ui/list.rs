//! The work list: rows of two lines with a deadline chip, in groups; J and K move, X chooses, Enter opens.

use maud::{Markup, html};

use super::{DueChip, Icon, Ui, Words, due_chip};

/// One row of work.
#[derive(Debug, Clone)]
pub struct WorkItem<'a> {
    /// Sent as `item` when the row is chosen; empty for one that cannot be.
    pub id: Words<'a>,
    /// What kind of work it is: icon and word.
    pub kind: (Icon, Words<'a>),
    /// What is to be done; the link's words.
    pub title: Words<'a>,
    /// Opens it.
    pub href: Words<'a>,
    /// Whose it is, its code, where it stands.
    pub line: Markup,
    /// Its deadline; `None` for work that nothing binds.
    pub due: Option<DueChip>,
    /// Where its preview comes from, for the pane beside the list.
    pub preview: Option<Words<'a>>,
    /// Whether it is the one shown beside the list.
    pub current: bool,
}

/// Rows under one heading: "Quá hạn", "Hôm nay, thứ Hai 04/8".
#[derive(Debug, Clone)]
pub struct ListGroup<'a> {
    /// The heading; empty for a list without groups.
    pub heading: Words<'a>,
    /// "5 việc".
    pub count: Words<'a>,
    /// The rows, most urgent first.
    pub items: Vec<WorkItem<'a>>,
}

/// The groups of a work list. With `choose`, rows have a box (`name="item"`) for a form around the list.
pub fn work_list(ui: &Ui, groups: &[ListGroup<'_>], choose: bool) -> Markup {
    html! {
        div.card data-list="" {
            @for group in groups.iter().filter(|group| !group.items.is_empty()) {
                @if !group.heading.is_empty() {
                    div.th-group { h2.th-h { (group.heading) } span.th-muted { (group.count) } }
                }
                ul.th-list { @for item in &group.items { (row(ui, item, choose)) } }
            }
        }
    }
}

fn row(ui: &Ui, item: &WorkItem<'_>, choose: bool) -> Markup {
    html! {
        li.th-item.th-item-plain[!choose] aria-current=[item.current.then_some("true")]
            hx-get=[item.preview.as_deref()] hx-trigger=[item.preview.is_some().then_some("th-select")]
            hx-target=[item.preview.is_some().then_some("#preview")] {
            @if choose && item.id.is_empty() { span {} }
            @if choose && !item.id.is_empty() {
                input.form-check-input.m-0 type="checkbox" name="item" value=(item.id)
                    aria-label=(ui.t_args("ui-list-choose", &[("title", item.title.as_ref().into())]));
            }
            span.th-kind { (item.kind.0) span.visually-hidden { (item.kind.1) } }
            div {
                p { a.th-name href=(item.href) { (item.title) } }
                p.th-muted { (item.line) }
            }
            @if let Some(chip) = &item.due { (due_chip(ui, chip)) }
        }
    }
}

//! Tables that sort by links, page by key, filter by forms; and tabs with counts.

use maud::{Markup, html};

use super::{Form, Icon, Ui, Words, form, with_query};

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// Its heading.
    pub label: Words<'a>,
    /// Numbers stand at the end of the cell.
    pub number: bool,
    /// The value of `?sort=` that sorts by it; `None` if it cannot be sorted by.
    pub sort: Option<&'static str>,
}

impl<'a> Column<'a> {
    /// A column of text.
    pub fn text(label: impl Into<Words<'a>>) -> Self {
        Self {
            label: label.into(),
            number: false,
            sort: None,
        }
    }

    /// A column of numbers.
    pub fn number(label: impl Into<Words<'a>>) -> Self {
        Self {
            label: label.into(),
            number: true,
            sort: None,
        }
    }

    /// The heading becomes a link that sorts.
    #[must_use]
    pub fn sorted_by(mut self, key: &'static str) -> Self {
        self.sort = Some(key);
        self
    }
}

/// The order of a table: `key` or, from the last to the first, `-key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort<'a> {
    /// The column's key.
    pub key: &'a str,
    /// From the last to the first.
    pub descending: bool,
}

impl<'a> Sort<'a> {
    /// Reads `?sort=`; an unknown key is the page's own order.
    pub fn parse(text: &'a str) -> Self {
        text.strip_prefix('-').map_or(
            Self {
                key: text,
                descending: false,
            },
            |key| Self {
                key,
                descending: true,
            },
        )
    }
}

/// A table in a region of its own, which scrolls on a phone. `rows` are `tr` elements.
pub fn table(
    ui: &Ui,
    caption: &str,
    columns: &[Column<'_>],
    sort: Option<Sort<'_>>,
    rows: &Markup,
) -> Markup {
    html! {
        div.th-scroll role="group" tabindex="0" aria-label=(caption) {
            table.table {
                caption.visually-hidden { (caption) }
                thead { tr { @for column in columns { (heading(ui, column, sort)) } } }
                tbody { (rows) }
            }
        }
    }
}

fn heading(ui: &Ui, column: &Column<'_>, sort: Option<Sort<'_>>) -> Markup {
    let now = column.sort.and_then(|key| sort.filter(|sort| sort.key == key));
    let order = now.map(|sort| {
        if sort.descending {
            "descending"
        } else {
            "ascending"
        }
    });
    html! {
        th.th-num[column.number] scope="col" aria-sort=[order] {
            @if let Some(key) = column.sort {
                @let next = match now { Some(sort) if !sort.descending => format!("-{key}"), _ => key.to_owned() };
                a href=(with_query(&with_query(&ui.path, "after", ""), "sort", &next)) {
                    (column.label)
                    @match now {
                        Some(sort) if sort.descending => { " " (Icon::CHEVRON_DOWN) },
                        Some(_) => { " " (Icon::CHEVRON_UP) },
                        None => {},
                    }
                }
            } @else if column.label.is_empty() {
                span.visually-hidden { (ui.t("ui-check-action")) }
            } @else { (column.label) }
        }
    }
}

/// The foot of a list that pages by key: the first page, the next page, and how much is shown in words.
///
/// `next` is the key for `?after=`; `first` says whether this already is the first page.
pub fn pager(ui: &Ui, shown: &str, first: bool, next: Option<&str>) -> Markup {
    html! {
        nav.th-row.th-pager aria-label=(ui.t("ui-pages")) {
            span.th-muted { (shown) }
            span.th-end.th-row {
                @if !first {
                    a.btn.btn-sm href=(with_query(&ui.path, "after", "")) { (Icon::CHEVRON_LEFT) " " (ui.t("ui-first-page")) }
                }
                @if let Some(key) = next {
                    a.btn.btn-sm rel="next" href=(with_query(&ui.path, "after", key)) {
                        (ui.t("ui-next-page")) " " (Icon::CHEVRON_RIGHT)
                    }
                }
            }
        }
    }
}

/// A tab: a view of the same list, with its count.
#[derive(Debug, Clone)]
pub struct Tab<'a> {
    /// "Hôm nay".
    pub label: Words<'a>,
    /// How many rows; `None` shows no count.
    pub count: Option<i64>,
    /// Its address.
    pub href: Words<'a>,
    /// Whether it is shown.
    pub current: bool,
}

/// The views of a list as links.
pub fn tabs(ui: &Ui, label: &str, tabs: &[Tab<'_>]) -> Markup {
    html! {
        nav.th-scroll aria-label=(label) {
            ul.nav.th-pills {
                @for tab in tabs {
                    li.nav-item {
                        a.nav-link.active[tab.current] href=(tab.href)
                            aria-current=[tab.current.then_some("page")] {
                            (tab.label) @if let Some(count) = tab.count { " " span { (ui.number(count)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Filters over a list: fields in a row, a button, and what is filtered now with links that take it off.
///
/// `active` are pairs of words and the address without that filter.
pub fn filter_bar(ui: &Ui, action: &str, fields: &Markup, active: &[(String, String)]) -> Markup {
    html! {
        // Folded on small screens while nothing is filtered: the rows come first.
        details.th-filters open[ui.path.contains('?')] {
            summary { (Icon::FILTER) " " (ui.t("common-filter")) }
            (form::form(ui, &Form::get(action).class("th-filter"), &html! {
                (fields)
                button.btn type="submit" { (Icon::FILTER) " " (ui.t("common-filter")) }
            }))
        }
        @if !active.is_empty() {
            p.th-row.th-muted.mb-2 {
                span { (ui.t("ui-filtered-by")) }
                @for (words, without) in active {
                    a.th-state.th-state-run href=(without)
                        aria-label=(ui.t_args("ui-filter-off", &[("filter", words.as_str().into())])) {
                        (words) " " (Icon::CROSS)
                    }
                }
                a.th-text href=(action) { (ui.t("common-clear-filters")) }
            }
        }
    }
}

//! A register: search without diacritics, by number or day of birth, pages by key, CSV.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::actor::Actor;
use townhall_app::civil_status::{register_list, registers_years};
use townhall_app::error::AppError;
use townhall_app::paper_data::{RegisterPart, register_paper};
use townhall_domain::civil_status::CivilBook;
use townhall_domain::dossier::applicant::parse_date;
use townhall_store::civil_status::{Filter, Key, Listed, Page as Rows};
use townhall_text::{Arg, date_on_paper, searched};

use super::{book_href, book_in, book_name};
use crate::csv;
use crate::papers::made;
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Column, Empty, Field, Icon, Page, Place, Tab, Tone, Ui, badge, code};

/// Rows on a page.
const PAGE: usize = 50;

/// What the list is narrowed to, as it stands in the address. Personal numbers never stand there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    born: String,
    year: String,
    after: String,
}

impl Asked {
    fn year(&self) -> Option<i64> {
        self.year
            .trim()
            .parse()
            .ok()
            .filter(|year| (1900..=9999).contains(year))
    }

    fn filter(&self, book: CivilBook) -> Filter {
        let mut filter = Filter::new(Vec::new(), book);
        filter.year = self.year();
        filter.born_on = parse_date(&self.born);
        match number(&self.q) {
            Some((number, year)) => {
                filter.number = Some(number);
                filter.year = year.or(filter.year);
            }
            None => {
                filter.words = searched(&self.q);
            }
        }
        filter.after = key(&self.after);
        filter
    }

    fn is_narrowed(&self) -> bool {
        [&self.q, &self.born, &self.year]
            .iter()
            .any(|value| !value.trim().is_empty())
    }
}

/// `12` and `12/2025` ask for a number; anything else for a name.
fn number(typed: &str) -> Option<(i64, Option<i64>)> {
    match typed.trim().split_once('/') {
        Some((number, year)) => Some((number.trim().parse().ok()?, Some(year.trim().parse().ok()?))),
        None => Some((typed.trim().parse().ok()?, None)),
    }
}

/// The key of a page: `year.number.id`.
fn key(text: &str) -> Option<Key> {
    let mut parts = text.splitn(3, '.');
    Some((
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

/// The list.
pub async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(book): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    match page(&app, &signed, &book, &asked).await {
        Ok(response) => response,
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn page(app: &App, signed: &Signed, book: &str, asked: &Asked) -> Result<Response, AppError> {
    let book = book_in(book)?;
    let ui = signed.ui(app);
    let filter = asked.filter(book);
    let year = asked.year().unwrap_or(i64::from(ui.today().year()));
    let (rows, counts) = app
        .town
        .read("register_list", &signed.actor, move |tx, cx| {
            Ok::<_, AppError>((
                register_list(tx, cx, &filter, PAGE)?,
                registers_years(tx, cx, year)?,
            ))
        })
        .await?;
    let heading = book_name(&ui, book);
    let end = html! {
        a.btn.btn-sm href=(format!("{}/print.pdf?year={year}", book_href(book))) { (Icon::PRINTER) " " (ui.t_args("civil-print", &[("year", year.to_string().into())])) }
        a.btn.btn-sm href=(export_href(book, asked)) { (Icon::DOWNLOAD) " " (ui.t("civil-export")) }
    };
    let words: Vec<(String, i64, CivilBook)> = counts
        .into_iter()
        .map(|(one, count)| (book_name(&ui, one), count, one))
        .collect();
    let tabs: Vec<Tab<'_>> = words
        .iter()
        .map(|(name, count, one)| Tab {
            label: name.as_str().into(),
            count: Some(*count),
            href: book_href(*one).into(),
            current: *one == book,
        })
        .collect();
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("ui-place-registers"), "/registers")], &html! { (heading) }))
        (ui::title_line(&ui, &heading, &html! { (ui.t_args("civil-of-year", &[("year", year.to_string().into())])) }, &end))
        (ui::tabs(&ui, &ui.t("ui-place-registers"), &tabs))
        (filters(&ui, book, asked))
        @if rows.rows.is_empty() { (none(&ui, book, asked)) } @else { (table(&ui, book, asked, &rows)) }
    };
    Ok(ui::page(&ui, &Page::new(&heading).at(Place::Registers), &main).into_response())
}

fn export_href(book: CivilBook, asked: &Asked) -> String {
    let mut href = format!("{}/export.csv", book_href(book));
    for (name, value) in [("q", &asked.q), ("born", &asked.born), ("year", &asked.year)] {
        if !value.is_empty() {
            href = ui::with_query(&href, name, value);
        }
    }
    href
}

fn filters(ui: &Ui, book: CivilBook, asked: &Asked) -> Markup {
    let fields = html! {
        (ui::text(ui, &Field::new("q", ui.t("civil-search")).value(asked.q.clone()).columns(5).autocomplete("off")))
        (ui::date(ui, &Field::new("born", ui.t("civil-born")).value(asked.born.clone()).columns(3)))
        (ui::text(ui, &Field::new("year", ui.t("civil-year")).value(asked.year.clone()).columns(2).input_mode("numeric").autocomplete("off")))
    };
    ui::filter_bar(ui, &book_href(book), &fields, &[])
}

fn none(ui: &Ui, book: CivilBook, asked: &Asked) -> Markup {
    let narrowed = asked.is_narrowed();
    let (clear, href) = (ui.t("common-clear-filters"), book_href(book));
    ui::empty(
        ui,
        &Empty {
            icon: Icon::BOOK,
            heading: &ui.t(if narrowed {
                "civil-none-found"
            } else {
                "civil-none"
            }),
            text: html! { (ui.t(if narrowed { "civil-none-found-text" } else { "civil-none-text" })) },
            button: narrowed.then_some((clear.as_str(), href.as_str())),
            other: None,
        },
    )
}

fn table(ui: &Ui, book: CivilBook, asked: &Asked, rows: &Rows) -> Markup {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| date_on_paper(ui.lang, day)).unwrap_or_default();
    let mut columns = vec![
        Column::text(ui.t("civil-number")),
        Column::text(ui.t(&format!("civil-who-{}", book.as_str()))),
        Column::text(ui.t("civil-born")),
    ];
    if book == CivilBook::Death {
        columns.push(Column::text(ui.t("civil-died")));
    }
    columns.push(Column::text(ui.t("civil-registered-on")));
    columns.push(Column::text(ui.t("civil-notes")));
    let body = html! {
        @for row in &rows.rows {
            tr {
                td.text-nowrap { a href=(format!("{}/{}", book_href(book), row.id)) { (code(&row.symbol)) } }
                td { b { (row.summary.name) } @if let Some(other) = &row.summary.other_name { br; (other) } }
                td.text-nowrap { (day(row.summary.born_on)) }
                @if book == CivilBook::Death { td.text-nowrap { (day(row.summary.event_on)) } }
                td.text-nowrap { (day(Some(row.registered_on))) }
                td { @if row.notes > 0 { (badge(ui, Tone::Warn, Icon::HISTORY, &ui.t_args("civil-notes-count", &[("count", row.notes.into())]))) } }
            }
        }
    };
    let next = rows
        .next
        .map(|(year, number, id)| format!("{year}.{number}.{id}"));
    let shown = ui.t_args("civil-shown", &[("count", Arg::from(rows.rows.len()))]);
    html! {
        (ui::table(ui, &book_name(ui, book), &columns, None, &body))
        (ui::pager(ui, &shown, asked.after.is_empty(), next.as_deref()))
    }
}

/// The same rows as a file for a spreadsheet, with no more of a person than the list needs: number, names, years.
pub async fn export(
    State(app): State<App>,
    signed: Signed,
    Path(book): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let ui = signed.ui(&app);
    let written = match book_in(&book) {
        Ok(book) => file(&app, &ui, &signed.actor, book, asked.filter(book)).await,
        Err(error) => Err(error),
    };
    written.unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The same for whoever asks: a page or a program.
pub(crate) async fn file(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    book: CivilBook,
    filter: Filter,
) -> Result<Response, AppError> {
    csv::note_export(app, actor, "register", book.as_str().to_owned()).await?;
    let found = app.town.read("export_register", actor, move |tx, cx| {
        csv::every(|after| {
            let filter = Filter {
                after,
                ..filter.clone()
            };
            let page = register_list(tx, cx, &filter, csv::AT_ONCE)?;
            Ok::<_, AppError>((page.rows, page.next))
        })
    });
    let found = found.await?;
    let head = [
        "civil-number",
        "civil-registered-on",
        "civil-name",
        "civil-other-name",
        "civil-birth-year",
        "civil-notes",
    ];
    let mut lines = vec![csv::line(head.iter().map(|key| ui.t(key)))];
    lines.extend(found.rows.iter().map(|row| csv::line(line(row))));
    lines.extend(found.is_cut.then(|| csv::cut(ui, found.rows.len())));
    Ok(csv::file(&format!("{}.csv", book.as_str()), &lines))
}

/// How much of a register is printed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AskedPart {
    year: String,
    from: String,
}

/// A part of the register of the reader's own unit, as it is bound: `print.pdf?year=2025&from=1`.
pub async fn print(
    State(app): State<App>,
    signed: Signed,
    Path(book): Path<String>,
    Query(asked): Query<AskedPart>,
) -> Response {
    let ui = signed.ui(&app);
    let year = asked.year.parse().ok();
    let year = year.filter(|year| (1900..=9999).contains(year));
    let printed = match book_in(&book) {
        Ok(book) => {
            let from = asked.from.parse().unwrap_or(1);
            printed(&app, &signed.actor, book, year.unwrap_or(ui.today().year()), from).await
        }
        Err(error) => Err(error),
    };
    printed.unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The same for whoever asks: a page or a program.
pub(crate) async fn printed(
    app: &App,
    actor: &Actor,
    book: CivilBook,
    year: i16,
    from: i64,
) -> Result<Response, AppError> {
    let unit = actor.unit().cloned().ok_or(AppError::NotFound("register"))?;
    let part = RegisterPart {
        unit,
        book,
        year,
        from,
    };
    made(app, actor, move |tx, cx, house| {
        register_paper(tx, cx, house, &part)
    })
    .await
}

fn line(row: &Listed) -> [String; 6] {
    [
        row.symbol.clone(),
        row.registered_on.to_string(),
        row.summary.name.clone(),
        row.summary.other_name.clone().unwrap_or_default(),
        row.summary
            .born_on
            .map(|day| day.year().to_string())
            .unwrap_or_default(),
        row.notes.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_number_is_told_from_a_name() {
        assert_eq!(number(" 12 "), Some((12, None)));
        assert_eq!(number("12/2025"), Some((12, Some(2025))));
        assert_eq!(number("Lê Mẫu An"), None);
        assert_eq!(number("An/2025"), None);
        assert_eq!(number(""), None);
    }
}

//! One book of a year: search, pages by key, the whole book to be printed, CSV.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::access_log::{NoteReading, Reading, note};
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::paper_data::copy_book_paper;
use townhall_app::register::{EntryBody, RegisterPage, RegisterQuery, register_page};
use townhall_domain::permission::Right;
use townhall_domain::register::{Book, BookFamily};
use townhall_domain::time;
use townhall_store::registers::Entry;

use super::{book_href, book_name, entry_href, own_pages, signer_of};
use crate::csv;
use crate::papers;
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Choice, Column, Empty, Field, Icon, Page, Place, Tone, Ui, badge, href};

/// Rows on a page.
const PAGE: usize = 50;
/// Most entries of a printed book or a file; a month of the busiest ward has fewer.
const WHOLE: usize = 20_000;

/// What the page is narrowed to, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    unit: String,
    q: String,
    month: String,
    after: String,
}

impl Asked {
    fn query(&self, app: &App, ui: &Ui, book: &str, year: &str) -> Option<RegisterQuery> {
        let year: i16 = year.parse().ok().filter(|year| (1900..=2199).contains(year))?;
        let unit = app.town.packs().units().by_code(&self.unit, ui.today());
        Some(RegisterQuery {
            unit: unit.map(|unit| unit.id.clone()),
            book: book.to_owned(),
            year: Some(year),
            search: self.q.chars().take(200).collect(),
            days: self.month().and_then(|month| month_of(year, month)),
            after: self.after.parse().ok(),
            limit: PAGE,
            ..RegisterQuery::default()
        })
    }

    fn month(&self) -> Option<i8> {
        self.month.parse().ok().filter(|month| (1..=12).contains(month))
    }
}

/// First and last day of a month.
pub(crate) fn month_of(year: i16, month: i8) -> Option<(Date, Date)> {
    let first = Date::new(year, month, 1).ok()?;
    Some((first, first.last_of_month()))
}

async fn load(app: &App, actor: &Actor, query: Option<RegisterQuery>) -> Result<RegisterPage, AppError> {
    let query = query.ok_or(AppError::NotFound("register"))?;
    app.town
        .read("register_page", actor, move |tx, cx| {
            register_page(tx, cx, &query)
        })
        .await
}

/// The book, newest entry first.
pub async fn show(
    State(app): State<App>,
    signed: Signed,
    Path((book, year)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    if let Some(own) = own_pages(&book, &year) {
        return own.into_response();
    }
    let ui = signed.ui(&app);
    let page = match load(&app, &signed.actor, asked.query(&app, &ui, &book, &year)).await {
        Ok(page) => page,
        Err(error) => return signed.refuse(&app, &error),
    };
    let heading = book_name(&app, &ui, &page.book.book);
    let address = |what: &str| {
        let base = format!("/registers/{}/{}{what}", page.book.book, page.book.year);
        href(
            &base,
            &[
                ("unit", page.book.unit.code()),
                ("q", &asked.q),
                ("month", &asked.month),
            ],
        )
    };
    let buttons = html! {
        a.btn.btn-sm href=(address("/print")) { (Icon::PRINTER) " " (ui.t("registers-print")) }
        @if page.book.book == "certified-copy" {
            a.btn.btn-sm href=(address("/book.pdf")) { (Icon::BOOK) " " (ui.t("registers-pdf")) }
        }
        @if signed.actor.holds(Right::Export) {
            a.btn.btn-sm href=(address("/export.csv")) { (Icon::DOWNLOAD) " " (ui.t("registers-csv")) }
        }
    };
    let year_words = ui.t_args(
        "registers-of-year",
        &[("year", page.book.year.to_string().into())],
    );
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("registers-heading"), "/registers")], &html! { (heading) " " (page.book.year) }))
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (year_words) } }, &buttons))
        (filters(&ui, &page.book, &asked))
        @if page.entries.is_empty() { (none(&ui, &page.book, &asked)) } @else {
            (table(&ui, &page, &page.entries))
            (ui::pager(&ui, &ui.t_args("registers-shown", &[("count", page.entries.len().into())]), asked.after.is_empty(), page.next.map(|next| next.to_string()).as_deref()))
        }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Registers), &main).into_response()
}

fn filters(ui: &Ui, book: &Book, asked: &Asked) -> Markup {
    let months: Vec<Choice<'_>> = (1..=12_i8)
        .map(|month| {
            Choice::new(
                month.to_string(),
                ui.t_args("registers-month", &[("month", month.to_string().into())]),
            )
        })
        .collect();
    let fields = html! {
        (ui::hidden("unit", book.unit.code()))
        (ui::text(ui, &Field::new("q", ui.t("registers-search")).value(asked.q.clone()).columns(5)))
        (ui::select(ui, &Field::new("month", ui.t("registers-entered-in")).value(asked.month.clone()).columns(2), &months, Some(&ui.t("registers-whole-year"))))
    };
    ui::filter_bar(
        ui,
        &format!("/registers/{}/{}", book.book, book.year),
        &fields,
        &[],
    )
}

fn none(ui: &Ui, book: &Book, asked: &Asked) -> Markup {
    let is_narrowed = !asked.q.is_empty() || asked.month().is_some();
    let (heading, text) = if is_narrowed {
        ("registers-none-found", "registers-none-found-text")
    } else {
        ("registers-none", "registers-none-text")
    };
    let (whole, words) = (book_href(book), ui.t("common-clear-filters"));
    ui::empty(
        ui,
        &Empty {
            icon: Icon::BOOK,
            heading: &ui.t(heading),
            text: html! { (ui.t(text)) },
            button: is_narrowed.then_some((words.as_str(), whole.as_str())),
            other: None,
        },
    )
}

/// The entries as the law's book has its columns. What was struck out stays readable, with a line through it.
fn table(ui: &Ui, page: &RegisterPage, entries: &[Entry]) -> Markup {
    let counts = page.family == BookFamily::Certification;
    let mut columns = vec![
        Column::number(ui.t("registers-number")),
        Column::text(ui.t("registers-day")),
        Column::text(ui.t(&format!("registers-name-{}", page.family.as_str()))),
        Column::text(ui.t(&format!("registers-title-{}", page.family.as_str()))),
    ];
    if counts {
        columns.push(Column::number(ui.t("registers-pages")));
        columns.push(Column::number(ui.t("registers-copies")));
        columns.push(Column::number(ui.t("registers-fee")));
    }
    columns.push(Column::text(ui.t("registers-signer")));
    let number = |count: Option<i64>| count.map(|count| ui.number(count)).unwrap_or_default();
    let rows = html! {
        @for entry in entries {
            @let body = EntryBody::read(&entry.body);
            tr {
                th.th-num scope="row" { a href=(entry_href(entry)) { (entry.number) } }
                td.text-nowrap { (townhall_text::date_on_paper(ui.lang, time::local_date(entry.entered_at))) }
                td { (struck(entry, &html! { (entry.name) })) }
                td { (struck(entry, &html! { (entry.title) })) @if entry.struck.is_some() { " " (badge(ui, Tone::Warn, Icon::BAN, &ui.t("registers-is-struck"))) } }
                @if counts {
                    td.th-num { (number(body.pages)) }
                    td.th-num { (number(body.copies)) }
                    td.th-num { @if let Some(fee) = body.fee { (ui.money(fee)) } }
                }
                td { (signer_of(&body)) }
            }
        }
    };
    ui::table(ui, &ui.t("registers-entries"), &columns, None, &rows)
}

fn struck(entry: &Entry, words: &Markup) -> Markup {
    html! { @if entry.struck.is_some() { s { (words) } } @else { (words) } }
}

/// The whole book, or a month of it, lowest number first, as a page to be printed.
pub async fn print(
    State(app): State<App>,
    signed: Signed,
    Path((book, year)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    if let Some(own) = own_pages(&book, &year) {
        return own.into_response();
    }
    let ui = signed.ui(&app);
    let page = match load(&app, &signed.actor, whole(&app, &ui, &asked, &book, &year)).await {
        Ok(page) => page,
        Err(error) => return signed.refuse(&app, &error),
    };
    let heading = book_name(&app, &ui, &page.book.book);
    let period = period(&ui, &page.book, &asked);
    let main = html! {
        (ui::print_head(&ui, &period))
        (ui::breadcrumb(&ui, &[(&ui.t("registers-heading"), "/registers"), (&heading, &book_href(&page.book))], &html! { (ui.t("registers-print")) }))
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (period) } }, &html! {}))
        @if page.entries.is_empty() { (none(&ui, &page.book, &asked)) } @else { (table(&ui, &page, &page.entries)) }
        @if page.next.is_some() { p.th-muted { (ui.t("registers-cut")) } }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Registers), &main).into_response()
}

fn whole(app: &App, ui: &Ui, asked: &Asked, book: &str, year: &str) -> Option<RegisterQuery> {
    Some(RegisterQuery {
        ascending: true,
        after: None,
        limit: WHOLE,
        ..asked.query(app, ui, book, year)?
    })
}

fn period(ui: &Ui, book: &Book, asked: &Asked) -> String {
    let year = book.year.to_string();
    match asked.month() {
        Some(month) => ui.t_args(
            "registers-of-month",
            &[("month", month.to_string().into()), ("year", year.into())],
        ),
        None => ui.t_args("registers-of-year", &[("year", year.into())]),
    }
}

/// The book of certified copies as the law prints it.
pub async fn pdf(
    State(app): State<App>,
    signed: Signed,
    Path((book, year)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    let ui = signed.ui(&app);
    let Some(query) = whole(&app, &ui, &asked, &book, &year) else {
        return signed.refuse(&app, &AppError::NotFound("register"));
    };
    printed(&app, &signed.actor, query)
        .await
        .unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The same for whoever asks, a page or a program: a year of it or the days that the query names.
pub(crate) async fn printed(app: &App, actor: &Actor, query: RegisterQuery) -> Result<Response, AppError> {
    let query = RegisterQuery {
        search: String::new(),
        ascending: true,
        after: None,
        limit: WHOLE,
        ..query
    };
    papers::made(app, actor, move |tx, cx, house| {
        copy_book_paper(tx, cx, house, &query)
    })
    .await
}

/// The same entries as a file for a spreadsheet; who took it out is recorded.
pub async fn export(
    State(app): State<App>,
    signed: Signed,
    Path((book, year)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    if let Some(own) = own_pages(&book, &year) {
        return own.into_response();
    }
    let ui = signed.ui(&app);
    let written = match whole(&app, &ui, &asked, &book, &year) {
        Some(query) => file(&app, &ui, &signed.actor, query).await,
        None => Err(AppError::NotFound("register")),
    };
    written.unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The same for whoever asks, a page or a program: all that the query asks for, lowest number first.
pub(crate) async fn file(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    query: RegisterQuery,
) -> Result<Response, AppError> {
    let query = RegisterQuery {
        ascending: true,
        after: None,
        limit: WHOLE,
        ..query
    };
    let page = load(app, actor, Some(query)).await?;
    let reading = NoteReading {
        reading: Reading::Export,
        subject_kind: "register",
        subject_id: format!("{}:{}", page.book.book, page.book.year),
        unit: page.book.unit.clone(),
        about: None,
        own_work: true,
        reason: None,
    };
    app.town
        .write("note_export", actor, move |tx, cx| note(tx, cx, &reading))
        .await?;
    let family = page.family.as_str();
    let head = [
        ui.t("registers-number"),
        ui.t("registers-symbol"),
        ui.t("registers-day"),
        ui.t(&format!("registers-name-{family}")),
        ui.t(&format!("registers-title-{family}")),
        ui.t("registers-pages"),
        ui.t("registers-copies"),
        ui.t("registers-fee"),
        ui.t("registers-signer"),
        ui.t("registers-struck-why"),
    ];
    let mut lines = vec![csv::line(head)];
    lines.extend(page.entries.iter().map(line));
    lines.extend(page.next.map(|_| csv::cut(ui, page.entries.len())));
    Ok(csv::file(
        &format!("{}-{}.csv", page.book.book, page.book.year),
        &lines,
    ))
}

fn line(entry: &Entry) -> String {
    let body = EntryBody::read(&entry.body);
    let number = |count: Option<i64>| count.map(|count| count.to_string()).unwrap_or_default();
    csv::line([
        entry.number.to_string(),
        entry.symbol.clone(),
        time::local_date(entry.entered_at).to_string(),
        entry.name.clone(),
        entry.title.clone(),
        number(body.pages),
        number(body.copies),
        number(body.fee.map(|fee| fee.0)),
        signer_of(&body),
        entry
            .struck
            .as_ref()
            .map(|struck| struck.why.clone())
            .unwrap_or_default(),
    ])
}

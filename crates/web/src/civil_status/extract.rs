//! Finding the entry of which an extract is asked for, and drafting the extract from it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::civil_status::{
    ChooseEntry, ExtractAsked, ExtractCase, ExtractFound, choose_entry, extract_case,
};
use townhall_app::error::AppError;
use townhall_domain::civil_status::CivilBook;
use townhall_domain::ids::{DossierId, EntryId};
use townhall_text::date_on_paper;

use super::{book_href, book_name};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Choice, Column, Empty, Field, Form, Icon, Page, Place, Tone, Ui, badge, code};

/// What is looked for; without `look` it is what the declaration says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    look: String,
    book: String,
    number: String,
    name: String,
    born: String,
}

/// The page.
pub async fn ask(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    match load(&app, &signed, &id, asked).await {
        Ok(case) => {
            let ui = signed.ui(&app);
            let title = ui.t("civil-extract-find");
            let main = body(&ui, &case, &title);
            ui::page(&ui, &Page::new(&title).at(Place::Dossiers), &main).into_response()
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn load(app: &App, signed: &Signed, id: &str, asked: Asked) -> Result<ExtractCase, AppError> {
    let id: DossierId = id.parse().map_err(|_| AppError::NotFound("dossier"))?;
    let typed = (!asked.look.is_empty()).then_some(ExtractAsked {
        book: asked.book,
        number: asked.number,
        name: asked.name,
        born: asked.born,
    });
    app.town
        .read("extract_case", &signed.actor, move |tx, cx| {
            extract_case(tx, cx, id, typed.as_ref())
        })
        .await
}

fn body(ui: &Ui, case: &ExtractCase, title: &str) -> Markup {
    let dossier = &case.dossier;
    let back = format!("/dossiers/{}", dossier.id);
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-dossiers"), "/dossiers"), (&dossier.code, &back)], &html! { (title) }))
        (ui::title_line(ui, title, &html! { span { (dossier.applicant.name) " · " (code(&dossier.code)) } }, &html! {}))
        p.th-muted { (ui.t("civil-extract-effect")) }
        (search(ui, case))
        @if case.found.is_empty() { (none(ui, &back)) } @else { (found(ui, case)) }
        p.mt-3.mb-0 { a href=(format!("{back}/draft?plain=1")) { (ui.t("civil-extract-paper-book")) } }
    }
}

fn search(ui: &Ui, case: &ExtractCase) -> Markup {
    let asked = &case.asked;
    let books: Vec<Choice<'_>> = CivilBook::ALL
        .iter()
        .map(|book| Choice::new(book.as_str(), book_name(ui, *book)))
        .collect();
    let born = asked
        .born
        .parse()
        .map_or_else(|_| asked.born.clone(), |day| date_on_paper(ui.lang, day));
    let fields = html! {
        (ui::hidden("look", "1"))
        (ui::select(ui, &Field::new("book", ui.t("civil-book")).value(asked.book.clone()).columns(3), &books, Some(&ui.t("civil-choose-book"))))
        (ui::text(ui, &Field::new("number", ui.t("civil-number-and-year")).value(asked.number.clone()).columns(2).autocomplete("off")))
        (ui::text(ui, &Field::new("name", ui.t("civil-name")).value(asked.name.clone()).columns(4).autocomplete("off")))
        (ui::date(ui, &Field::new("born", ui.t("civil-born")).value(born).columns(3)))
    };
    ui::filter_bar(
        ui,
        &format!("/dossiers/{}/extract", case.dossier.id),
        &fields,
        &[],
    )
}

fn none(ui: &Ui, back: &str) -> Markup {
    ui::empty(
        ui,
        &Empty {
            icon: Icon::SEARCH,
            heading: &ui.t("civil-none-found"),
            text: html! { (ui.t("civil-extract-none-text")) },
            button: Some((&ui.t("civil-extract-back"), back)),
            other: None,
        },
    )
}

fn found(ui: &Ui, case: &ExtractCase) -> Markup {
    let columns = [
        Column::text(ui.t("civil-number")),
        Column::text(ui.t("civil-name")),
        Column::text(ui.t("civil-born")),
        Column::text(ui.t("civil-registered-on")),
        Column::text(ui.t("civil-notes")),
        Column::text(""),
    ];
    let rows = html! { @for one in &case.found { (row(ui, case, one)) } };
    ui::table(ui, &ui.t("civil-found"), &columns, None, &rows)
}

fn row(ui: &Ui, case: &ExtractCase, one: &ExtractFound) -> Markup {
    let listed = &one.listed;
    let take = ui.t("civil-extract-take");
    html! {
        tr {
            td.text-nowrap { a href=(format!("{}/{}", book_href(listed.book), listed.id)) { (code(&listed.symbol)) } }
            td { b { (listed.summary.name) } @if let Some(other) = &listed.summary.other_name { br; (other) } }
            td.text-nowrap { @if let Some(born) = listed.summary.born_on { (date_on_paper(ui.lang, born)) } }
            td.text-nowrap { (date_on_paper(ui.lang, listed.registered_on)) }
            td { @if listed.notes > 0 { (badge(ui, Tone::Warn, Icon::HISTORY, &ui.t_args("civil-notes-count", &[("count", listed.notes.into())]))) } }
            td {
                @if one.is_chosen { (badge(ui, Tone::Ok, Icon::CHECK, &ui.t("civil-extract-chosen"))) }
                @else {
                    (ui::form(ui, &Form::post(format!("/dossiers/{}/extract", case.dossier.id)), &html! {
                        (ui::hidden("version", &case.dossier.version.to_string()))
                        (ui::hidden("entry", &listed.id.to_string()))
                        button.btn.btn-sm.btn-primary type="submit" aria-label=(format!("{take}: {}", listed.symbol)) { (take) }
                    }))
                }
            }
        }
    }
}

/// The entry that was chosen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    version: String,
    entry: String,
}

/// Drafts the extract from the entry.
pub async fn choose(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(chosen): FormOf<Chosen>,
) -> Response {
    match run(&app, &signed, &id, &chosen).await {
        Ok(()) => Redirect::to(&format!("/dossiers/{id}?done=draft")).into_response(),
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn run(app: &App, signed: &Signed, id: &str, chosen: &Chosen) -> Result<(), AppError> {
    let command = ChooseEntry {
        dossier: id
            .parse::<DossierId>()
            .map_err(|_| AppError::NotFound("dossier"))?,
        version: chosen
            .version
            .parse()
            .map_err(|_| AppError::Conflict { shown: 0, stored: 0 })?,
        entry: chosen
            .entry
            .parse::<EntryId>()
            .map_err(|_| AppError::NotFound("entry"))?,
    };
    app.town
        .write("choose_entry", &signed.actor, move |tx, cx| {
            choose_entry(tx, cx, &command)
        })
        .await
}

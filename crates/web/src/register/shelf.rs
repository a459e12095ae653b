//! `/registers`: the books of a unit, by the law that keeps them.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::register::{BookView, ShelfView, registers};
use townhall_domain::register::{Book, BookFamily};

use super::{book_href, book_name};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Column, Page, Place, Ui};

/// Whose books.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    unit: String,
}

/// The shelf.
pub async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let ui = signed.ui(&app);
    let unit = app
        .town
        .packs()
        .units()
        .by_code(&asked.unit, ui.today())
        .map(|unit| unit.id.clone());
    let shelf = match app
        .town
        .read("registers", &signed.actor, move |tx, cx| {
            registers(tx, cx, unit.as_ref())
        })
        .await
    {
        Ok(shelf) => shelf,
        Err(error) => return signed.refuse(&app, &error),
    };
    let heading = ui.t("registers-heading");
    let main = html! {
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (ui.t("registers-about")) } }, &html! {}))
        div.th-stack {
            @for family in BookFamily::ALL { (group(&app, &ui, &shelf, *family)) }
        }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Registers), &main).into_response()
}

fn group(app: &App, ui: &Ui, shelf: &ShelfView, family: BookFamily) -> Markup {
    let heading = ui.t(&format!("registers-family-{}", family.as_str()));
    let columns = [
        Column::text(ui.t("registers-book")),
        Column::text(ui.t("registers-year")),
        Column::number(ui.t("registers-last")),
        Column::text(ui.t("registers-last-at")),
        Column::number(ui.t("registers-struck")),
    ];
    let books: Vec<&BookView> = shelf.books.iter().filter(|book| book.family == family).collect();
    let rows = html! {
        @for view in &books {
            @let symbol = app.town.packs().book(&view.book).and_then(|spec| spec.symbol.clone());
            @let name = html! { b { (book_name(app, ui, &view.book)) } @if let Some(symbol) = &symbol { " " span.th-muted.text-nowrap { (symbol) } } };
            @if view.years.is_empty() {
                @let empty = Book { unit: shelf.unit.clone(), book: view.book.clone(), year: ui.today().year() };
                tr {
                    td { (name) }
                    td { a href=(book_href(&empty)) { (empty.year) } }
                    td.th-num.th-muted colspan="3" { (ui.t("registers-not-opened")) }
                }
            }
            @for (place, volume) in view.years.iter().enumerate() {
                tr {
                    td { @if place == 0 { (name) } @else { span.visually-hidden { (name) } } }
                    td { a href=(book_href(&volume.book)) { (volume.book.year) } }
                    td.th-num { b { (ui.number(volume.last)) } }
                    td.text-nowrap { (ui.date_time(volume.last_at)) }
                    td.th-num { (ui.number(volume.struck)) }
                }
            }
        }
    };
    html! {
        @if !books.is_empty() {
            (ui::card(&format!("family-{}", family.as_str()), &heading, &html! {}, &ui::table(ui, &heading, &columns, None, &rows)))
        }
    }
}

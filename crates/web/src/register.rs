//! Register books on pages: the shelf, a book, an entry with striking out and correcting, CSV, the book to be bound.

mod book;
mod change;
mod entry;
mod shelf;

pub(crate) use book::{file, month_of, printed};
pub(crate) use entry::certification;

use axum::response::Redirect;
use townhall_app::register::EntryBody;
use townhall_domain::civil_status::CivilBook;
use townhall_domain::permission::Right;
use townhall_domain::register::Book;
use townhall_store::registers::Entry;

use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::Ui;

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const READ: Need = Need::Right(Right::ReadDossier);
    const KEEP: Need = Need::AnyOf(&[Right::CertifyCopies, Right::KeepRegister]);
    Routes::new(app)
        .get("/registers", READ, shelf::show)
        .get("/registers/{book}/{year}", READ, book::show)
        .get("/registers/{book}/{year}/print", READ, book::print)
        .get("/registers/{book}/{year}/book.pdf", READ, book::pdf)
        .get(
            "/registers/{book}/{year}/export.csv",
            Need::Right(Right::Export),
            book::export,
        )
        .get("/registers/entries/{id}", READ, entry::show)
        .get("/registers/entries/{id}/text.pdf", READ, entry::text)
        .get("/registers/entries/{id}/stamps.pdf", READ, entry::stamps)
        .get("/registers/entries/{id}/strike", KEEP, change::ask_strike)
        .post("/registers/entries/{id}/strike", KEEP, change::strike)
        .get("/registers/entries/{id}/correct", KEEP, change::ask_correct)
        .post("/registers/entries/{id}/correct", KEEP, change::correct)
}

/// The name of a book in the reader's language; its id when the packs do not know it any more.
pub fn book_name(app: &App, ui: &Ui, book: &str) -> String {
    app.town.packs().book(book).map_or_else(
        || book.to_owned(),
        |spec| spec.name.get(ui.lang.code()).to_owned(),
    )
}

/// Where a book stands.
pub fn book_href(book: &Book) -> String {
    format!("/registers/{}/{}?unit={}", book.book, book.year, book.unit.code())
}

/// Births, deaths and marriages have pages of their own, with notes of change and extracts.
fn own_pages(book: &str, year: &str) -> Option<Redirect> {
    let book = CivilBook::parse(book)?;
    Some(Redirect::to(&format!(
        "/registers/civil/{}?year={year}",
        book.as_str()
    )))
}

/// Where an entry stands.
pub fn entry_href(entry: &Entry) -> String {
    format!("/registers/entries/{}", entry.id)
}

/// Name and title of who signed; empty when nobody is recorded.
fn signer_of(body: &EntryBody) -> String {
    body.signer
        .as_ref()
        .map(|signer| format!("{}, {}", signer.name, signer.title))
        .unwrap_or_default()
}

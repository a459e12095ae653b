//! Registers of civil status on pages: the lists, an entry with its history, notes of change, the entry of a
//! declaration, the entry of which an extract is made.

mod extract;
mod list;
mod note;
mod page;
mod prepare;

pub(crate) use list::{file, printed};

use maud::{Markup, html};
use serde_json::Value;
use townhall_app::civil_status::{Case, book_of, gives_extracts};
use townhall_app::dossier::{ActionNow, DossierView};
use townhall_app::error::AppError;
use townhall_domain::civil_status::{CivilBook, PERSONAL_ID};
use townhall_domain::dossier::{Action, Dossier};
use townhall_domain::form::Form;
use townhall_domain::permission::Right;

use crate::routes::{Need, Routes};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Icon, Tone, Ui, badge, code};

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const KEEP: Need = Need::Right(Right::KeepRegister);
    Routes::new(app)
        .get("/registers/civil/{book}", KEEP, list::show)
        .get("/registers/civil/{book}/export.csv", KEEP, list::export)
        .get("/registers/civil/{book}/print.pdf", KEEP, list::print)
        .get("/registers/civil/{book}/{id}", KEEP, page::show)
        .get("/registers/civil/{book}/{id}/note", KEEP, note::ask)
        .post("/registers/civil/{book}/{id}/note", KEEP, note::add)
        .get("/dossiers/{id}/entry", KEEP, prepare::ask)
        .post("/dossiers/{id}/entry", KEEP, prepare::prepare)
        .get("/dossiers/{id}/extract", KEEP, extract::ask)
        .post("/dossiers/{id}/extract", KEEP, extract::choose)
}

/// Reads a register from a path; what is none is not found.
pub(crate) fn book_in(path: &str) -> Result<CivilBook, AppError> {
    CivilBook::parse(path).ok_or(AppError::NotFound("register"))
}

/// The name of a register.
fn book_name(ui: &Ui, book: CivilBook) -> String {
    ui.t(&format!("civil-book-{}", book.as_str()))
}

/// The address of a register.
fn book_href(book: CivilBook) -> String {
    format!("/registers/civil/{}", book.as_str())
}

/// A field and a value of an entry, in words.
fn answer(ui: &Ui, form: Option<&Form>, field: &str, value: &Value) -> (String, String) {
    if field == PERSONAL_ID {
        let words = value.as_str().unwrap_or_default().to_owned();
        return (ui.t("civil-personal-id"), words);
    }
    form.and_then(|form| ui::schema_answer(ui, form, field, value))
        .unwrap_or_else(|| (field.to_owned(), value.as_str().unwrap_or_default().to_owned()))
}

/// A value that may be missing: what is not there is said, so that old and new never look alike by being empty.
fn or_nothing(ui: &Ui, words: &str) -> Markup {
    html! { @if words.is_empty() { span.th-muted { (ui.t("civil-nothing")) } } @else { (words) } }
}

/// The page on which the draft of a dossier is made when it belongs in a register or comes out of one.
pub fn page_of_draft(app: &App, signed: &Signed, dossier: &Dossier) -> Option<String> {
    let procedure = app
        .town
        .packs()
        .procedures()
        .version(&dossier.procedure.code, dossier.procedure.version)?;
    if !signed.actor.may(Right::KeepRegister, &dossier.unit) {
        return None;
    }
    let page = if book_of(procedure).is_some() {
        "entry"
    } else if gives_extracts(procedure) {
        "extract"
    } else {
        return None;
    };
    Some(format!("/dossiers/{}/{page}", dossier.id))
}

/// The card of the register on the page of a dossier; nothing for who does not keep it.
pub fn card(ui: &Ui, view: &DossierView, case: Option<&Case>) -> Markup {
    let Some(case) = case else { return ui::nothing() };
    let id = view.dossier.id;
    let may_draft = view
        .actions
        .iter()
        .any(|(action, now)| *action == Action::Draft && *now == ActionNow::Yes);
    let inside = match case {
        Case::Entered(book, entry, symbol) => html! {
            p.mb-2 { (badge(ui, Tone::Ok, Icon::CIRCLE_CHECK, &ui.t("civil-entered"))) }
            a.btn.btn-sm.w-100 href=(format!("{}/{entry}", book_href(*book))) { (Icon::BOOK) " " (book_name(ui, *book)) ": " (code(symbol)) }
        },
        Case::ToEnter(book, is_ready) => html! {
            p.mb-2 {
                @if *is_ready { (badge(ui, Tone::Run, Icon::CHECK, &ui.t("civil-ready"))) " " (ui.t("civil-ready-next")) }
                @else { (book_name(ui, *book)) ". " (ui.t("civil-not-ready")) }
            }
            @if may_draft {
                a.btn.btn-sm.w-100 href=(format!("/dossiers/{id}/entry")) { (Icon::PENCIL) " " (ui.t(if *is_ready { "civil-prepare-again" } else { "civil-prepare" })) }
            }
        },
        Case::Extract(chosen) => html! {
            p.mb-2 {
                @match chosen {
                    Some((_, symbol)) => { (ui.t_args("civil-extract-from", &[("number", symbol.as_str().into())])) },
                    None => { (ui.t("civil-extract-none")) },
                }
            }
            @if may_draft {
                a.btn.btn-sm.w-100 href=(format!("/dossiers/{id}/extract")) { (Icon::SEARCH) " " (ui.t("civil-extract-find")) }
            }
        },
    };
    html! {
        section.card aria-labelledby="register" {
            div.card-body { h2.th-h.mb-2 id="register" { (ui.t("civil-card")) } (inside) }
        }
    }
}

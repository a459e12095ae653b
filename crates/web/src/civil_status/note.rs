//! The form of a note of change: what stood there stays readable, by whose word, why.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::civil_status::{EntryView, NoteChange, note_change};
use townhall_app::error::AppError;
use townhall_domain::civil_status::{CivilBook, NoteKind, form_of_entry};
use townhall_domain::form::Form as Schema;

use super::page::{heading, load};
use super::{answer, book_href, book_name};
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Choice, Errors, Field, Form, Page, Place, Ui, code, error_summary};

/// What was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    version: String,
    kind: String,
    field: String,
    value: String,
    why: String,
    authority: String,
    authority_on: String,
}

/// The empty form; `?kind=personal_id` asks for the number from the population database only.
pub async fn ask(
    State(app): State<App>,
    signed: Signed,
    Path((book, id)): Path<(String, String)>,
    Query(typed): Query<Typed>,
) -> Response {
    match load(&app, &signed, &book, &id).await {
        Ok(view) => {
            let typed = Typed {
                version: view.entry.version.to_string(),
                kind: typed.kind,
                field: typed.field,
                ..Typed::default()
            };
            show(&app, &signed, &view, &typed, &Errors::default())
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

fn show(app: &App, signed: &Signed, view: &EntryView, typed: &Typed, errors: &Errors) -> Response {
    let ui = signed.ui(app);
    let form = app.town.packs().form(&view.entry.form).map(form_of_entry);
    let title = ui.t("civil-note-do");
    let main = body(&ui, view, form.as_ref(), typed, errors, &title);
    let status = errors.status();
    let about = Page::new(&title)
        .at(Place::Registers)
        .with_error(!errors.is_empty());
    (status, ui::page(&ui, &about, &main)).into_response()
}

fn body(
    ui: &Ui,
    view: &EntryView,
    form: Option<&Schema>,
    typed: &Typed,
    errors: &Errors,
    title: &str,
) -> Markup {
    let entry = &view.entry;
    let (name, book, back) = (
        book_name(ui, entry.book),
        book_href(entry.book),
        format!("{}/{}", book_href(entry.book), entry.id),
    );
    let field = |name: &'static str, value: &str| {
        Field::new(name, ui.t(&format!("civil-note-field-{name}")))
            .value(value.to_owned())
            .errors(errors)
            .autocomplete("off")
    };
    let is_number = typed.kind == NoteKind::PersonalId.as_str();
    let kinds: Vec<Choice<'_>> = NoteKind::ALL
        .iter()
        .filter(|kind| entry.book == CivilBook::Birth || **kind != NoteKind::PersonalId)
        .map(|kind| Choice::new(kind.as_str(), ui.t(&format!("civil-note-{}", kind.as_str()))))
        .collect();
    let fields = html! {
        (ui::hidden("version", &typed.version))
        div.th-fields {
            @if is_number {
                (ui::hidden("kind", &typed.kind))
                (ui::text(ui, &field("value", &typed.value).hint(ui.t("civil-personal-id-hint")).input_mode("numeric").columns(6)))
            } @else {
                (ui::radios(ui, &field("kind", &typed.kind), &kinds))
                (ui::select(ui, &field("field", &typed.field).columns(6), &choices(ui, view, form), Some(&ui.t("civil-choose-field"))))
                (ui::text(ui, &field("value", &typed.value).hint(ui.t("civil-note-hint-value")).columns(6)))
            }
            (ui::textarea(ui, &field("why", &typed.why).max_chars(2000), 3))
            @let authority = field("authority", &typed.authority).max_chars(300).columns(8).hint(ui.t("civil-note-hint-authority"));
            (ui::text(ui, &if is_number { authority.optional() } else { authority }))
            (ui::date(ui, &field("authority_on", &typed.authority_on).optional().columns(4)))
        }
        div.th-row.mt-3 {
            button.btn.btn-primary type="submit" data-key="finish" { (title) }
            a.btn href=(back) { (ui.t("ui-leave-it")) }
        }
    };
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-registers"), "/registers"), (&name, &book), (&entry.symbol, &back)], &html! { (title) }))
        div.th-narrow {
            (error_summary(ui, errors))
            h1 { (title) }
            p { (heading(ui, view)) " · " (code(&entry.symbol)) }
            p.th-muted { (ui.t("civil-note-effect")) }
            (ui::form(ui, &Form::post(format!("{back}/note")), &fields))
        }
    }
}

/// The fields of the entry with what stands there now.
fn choices(ui: &Ui, view: &EntryView, form: Option<&Schema>) -> Vec<Choice<'static>> {
    let Some(form) = form else { return Vec::new() };
    form.fields
        .iter()
        .map(|field| {
            let value = view.entry.present.get(&field.name).cloned().unwrap_or_default();
            let (label, words) = answer(ui, Some(form), &field.name, &value);
            let words = if words.is_empty() {
                label
            } else {
                format!("{label}: {words}")
            };
            Choice::new(field.name.clone(), words)
        })
        .collect()
}

/// Adds the note; what was typed stays on the form when it is refused.
pub async fn add(
    State(app): State<App>,
    signed: Signed,
    Path((book, id)): Path<(String, String)>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    match run(&app, &signed, &id, &typed).await {
        Ok(()) => Redirect::to(&format!("/registers/civil/{book}/{id}?done=note")).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            match load(&app, &signed, &book, &id).await {
                Ok(view) => {
                    let errors = Refusal::of(signed.lang(), &error).errors();
                    show(&app, &signed, &view, &typed, &errors)
                }
                Err(error) => signed.refuse(&app, &error),
            }
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn run(app: &App, signed: &Signed, id: &str, typed: &Typed) -> Result<(), AppError> {
    let command = NoteChange {
        entry: id.parse().map_err(|_| AppError::NotFound("entry"))?,
        version: typed
            .version
            .parse()
            .map_err(|_| AppError::Conflict { shown: 0, stored: 0 })?,
        kind: typed.kind.clone(),
        field: typed.field.clone(),
        value: typed.value.clone(),
        why: typed.why.clone(),
        authority: typed.authority.clone(),
        authority_on: typed.authority_on.clone(),
    };
    app.town
        .write("note_change", &signed.actor, move |tx, cx| {
            note_change(tx, cx, &command)
        })
        .await
}

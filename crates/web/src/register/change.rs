//! Striking out and correcting an entry: each on a page of its own, with a reason.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_app::register::{CorrectRegister, EntryView, StrikeEntry, correct_register, strike_entry};

use super::entry::load;
use super::entry_href;
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Confirm, Errors, Field, Form, Page, Place, error_summary};

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    title: String,
    reason: String,
}

fn is_mistake(error: &AppError) -> bool {
    matches!(error, AppError::Invalid(_) | AppError::Refused { .. })
}

fn answer(app: &App, signed: &Signed, heading: &str, errors: &Errors, main: &maud::Markup) -> Response {
    let ui = signed.ui(app);
    let about = Page::new(heading)
        .at(Place::Registers)
        .with_error(!errors.is_empty());
    let status = errors.status();
    (status, ui::page(&ui, &about, main)).into_response()
}

fn strike_page(app: &App, signed: &Signed, view: &EntryView, typed: &Typed, errors: &Errors) -> Response {
    let ui = signed.ui(app);
    let number = view.entry.symbol.as_str();
    let question = ui.t_args("register-strike-question", &[("number", number.into())]);
    let reason = Field::new("reason", ui.t("register-reason"))
        .value(typed.reason.clone())
        .max_chars(2000)
        .errors(errors);
    let (here, verb) = (entry_href(&view.entry), ui.t("register-strike"));
    let main = ui::confirm_page(
        &ui,
        &Confirm {
            question: &question,
            effect: html! {
                p { b { (view.entry.name) } " · " (view.entry.title) }
                p { (ui.t("register-strike-effect")) }
            },
            fields: ui::textarea(&ui, &reason, 3),
            action: &format!("{here}/strike"),
            verb: &verb,
            back: &here,
            errors,
        },
    );
    answer(app, signed, &question, errors, &main)
}

/// Asks before an entry is struck out.
pub async fn ask_strike(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    match load(&app, &signed, &id).await {
        Ok(view) => strike_page(&app, &signed, &view, &Typed::default(), &Errors::default()),
        Err(error) => signed.refuse(&app, &error),
    }
}

/// Strikes it out.
pub async fn strike(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    let view = match load(&app, &signed, &id).await {
        Ok(view) => view,
        Err(error) => return signed.refuse(&app, &error),
    };
    let command = StrikeEntry {
        entry: view.entry.id,
        reason: typed.reason.clone(),
    };
    let outcome = app
        .town
        .write("strike_entry", &signed.actor, move |tx, cx| {
            strike_entry(tx, cx, &command)
        })
        .await;
    match outcome {
        Ok(_) => Redirect::to(&format!("{}?done=strike", entry_href(&view.entry))).into_response(),
        Err(error) if is_mistake(&error) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            strike_page(&app, &signed, &view, &typed, &errors)
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

fn correct_page(app: &App, signed: &Signed, view: &EntryView, typed: &Typed, errors: &Errors) -> Response {
    let ui = signed.ui(app);
    let family = view.family.as_str();
    let heading = ui.t_args(
        "register-correct-heading",
        &[("number", view.entry.symbol.as_str().into())],
    );
    let field = |name: &'static str, label: String, value: &str| {
        Field::new(name, label)
            .value(value.to_owned())
            .autocomplete("off")
            .max_chars(300)
            .errors(errors)
    };
    let here = entry_href(&view.entry);
    let main = html! {
        div.th-narrow {
            (error_summary(&ui, errors))
            h1 { (heading) }
            p { (ui.t("register-correct-effect")) }
            (ui::form(&ui, &Form::post(format!("{here}/correct")), &html! {
                (ui::text(&ui, &field("name", ui.t(&format!("registers-name-{family}")), &typed.name)))
                div.mt-2 { (ui::text(&ui, &field("title", ui.t(&format!("registers-title-{family}")), &typed.title))) }
                div.mt-2 { (ui::textarea(&ui, &Field::new("reason", ui.t("register-reason")).value(typed.reason.clone()).max_chars(2000).errors(errors), 3)) }
                div.th-row.mt-3 {
                    button.btn.btn-primary type="submit" { (ui.t("register-correct-do")) }
                    a.btn href=(here) { (ui.t("ui-leave-it")) }
                }
            }))
        }
    };
    answer(app, signed, &heading, errors, &main)
}

/// Asks what an entry should say.
pub async fn ask_correct(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    match load(&app, &signed, &id).await {
        Ok(view) => {
            let typed = Typed {
                name: view.entry.name.clone(),
                title: view.entry.title.clone(),
                reason: String::new(),
            };
            correct_page(&app, &signed, &view, &typed, &Errors::default())
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

/// Corrects it.
pub async fn correct(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    let view = match load(&app, &signed, &id).await {
        Ok(view) => view,
        Err(error) => return signed.refuse(&app, &error),
    };
    let command = CorrectRegister {
        entry: Some(view.entry.id),
        name: Some(typed.name.clone()),
        title: Some(typed.title.clone()),
        more: Vec::new(),
        reason: typed.reason.clone(),
    };
    let outcome = app
        .town
        .write("correct_register", &signed.actor, move |tx, cx| {
            correct_register(tx, cx, &command)
        })
        .await;
    match outcome {
        Ok(_) => Redirect::to(&format!("{}?done=correct", entry_href(&view.entry))).into_response(),
        Err(error) if is_mistake(&error) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            correct_page(&app, &signed, &view, &typed, &errors)
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

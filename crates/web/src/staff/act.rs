//! What all forms of staff share: the page around a form, and what follows a command.

use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use townhall_app::error::AppError;

use crate::refusal::Refusal;
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Errors, Form, Page, Place};

/// A page with one form.
pub struct Sheet<'a> {
    /// The heading.
    pub title: &'a str,
    /// One line under it; may be empty.
    pub context: &'a str,
    /// Where the form goes.
    pub action: &'a str,
    /// The verb on the button.
    pub verb: &'a str,
    /// Whether the button takes something away.
    pub danger: bool,
    /// Where "leave it" goes.
    pub back: &'a str,
}

/// Shows a form, with what was wrong the last time.
pub fn sheet(app: &App, signed: &Signed, sheet: &Sheet<'_>, errors: &Errors, fields: &Markup) -> Response {
    let ui = signed.ui(app);
    let class = if sheet.danger {
        "btn btn-danger"
    } else {
        "btn btn-primary"
    };
    let main = html! {
        div.th-narrow {
            (ui::error_summary(&ui, errors))
            h1 { (sheet.title) }
            @if !sheet.context.is_empty() { p { (sheet.context) } }
            (ui::form(&ui, &Form::post(sheet.action), &html! {
                div.th-fields { (fields) }
                div.th-row.mt-3 {
                    button class=(class) type="submit" { (sheet.verb) }
                    a.btn href=(sheet.back) { (ui.t("ui-leave-it")) }
                }
            }))
        }
    };
    let page = Page::new(sheet.title)
        .at(Place::Staff)
        .with_error(!errors.is_empty());
    let status = errors.status();
    (status, ui::page(&ui, &page, &main)).into_response()
}

/// What follows a command.
pub enum After {
    /// It is done: this is the answer.
    Answer(Response),
    /// The form is shown again with what was wrong.
    Again(Errors),
}

/// Where a command leads: on to a page, back to its form, or to a refusal.
pub fn after<T>(
    app: &App,
    signed: &Signed,
    done: Result<T, AppError>,
    to: impl FnOnce(T) -> String,
) -> After {
    match done {
        Ok(value) => After::Answer(Redirect::to(&to(value)).into_response()),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            After::Again(Refusal::of(signed.lang(), &error).errors())
        }
        Err(error) => After::Answer(signed.refuse(app, &error)),
    }
}

/// The notice after a redirect with `?done=1`.
pub fn done_notice(ui: &ui::Ui, done: &str) -> Markup {
    if done.is_empty() {
        return ui::nothing();
    }
    ui::notice(ui, ui::NoticeTone::Ok, &ui.t("staff-saved"), &html! {})
}

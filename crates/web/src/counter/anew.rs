//! Beginning anew, and taking that back: what stood in the form is kept one step.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use townhall_app::drafts::{set_aside, take_back};
use townhall_app::error::AppError;

use super::DRAFT;
use super::typed::Typed;
use crate::session::{FormOf, Signed};
use crate::state::App;

/// Sets aside what stands in the form, as the button sent it, and shows an empty one.
pub async fn begin(State(app): State<App>, signed: Signed, FormOf(typed): FormOf<Typed>) -> Response {
    let fields = typed.worth_keeping();
    let done = app.town.write("begin_anew", &signed.actor, move |tx, cx| {
        set_aside(tx, cx, DRAFT, fields.as_deref())
    });
    answer(&app, &signed, done.await)
}

/// Takes back what was set aside; what stands in the form now changes places with it.
pub async fn undo(State(app): State<App>, signed: Signed, FormOf(typed): FormOf<Typed>) -> Response {
    let fields = typed.worth_keeping();
    let done = app.town.write("take_back_form", &signed.actor, move |tx, cx| {
        take_back(tx, cx, DRAFT, fields.as_deref())
    });
    answer(&app, &signed, done.await)
}

/// The address is another one each time, so that the browser drops its own copy of the form once and not at reload.
fn answer(app: &App, signed: &Signed, done: Result<(), AppError>) -> Response {
    match done {
        Ok(()) => {
            let at = app.town.clock().now().as_millisecond();
            Redirect::to(&format!("/counter?anew={at}")).into_response()
        }
        Err(error) => signed.refuse(app, &error),
    }
}

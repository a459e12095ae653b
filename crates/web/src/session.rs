//! Who has signed in.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::routes::Need;
use crate::state::App;

/// Stands before every handler and asks what the route table says.
pub async fn guard(State((_app, need)): State<(App, Need)>, request: Request, next: Next) -> Response {
    match need {
        Need::Public => next.run(request).await,
        Need::Session | Need::Right(_) | Need::AnyOf(_) => Redirect::to("/sign-in").into_response(),
    }
}

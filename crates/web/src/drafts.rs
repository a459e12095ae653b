//! `/drafts/{name}`: forms save themselves there while somebody types.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use townhall_app::drafts::save_draft;
use townhall_app::error::AppError;

use crate::routes::{Need, Routes};
use crate::session::{MaybeSigned, Signed};
use crate::state::App;
use crate::ui::CSRF_FIELD;

/// Routes of this file.
pub fn routes(app: &App) -> Routes {
    // Public for the guard, so that a lost session is told as 401, which the script understands.
    Routes::new(app).post("/drafts/{name}", Need::Public, keep)
}

async fn keep(
    State(app): State<App>,
    MaybeSigned(signed): MaybeSigned,
    Path(name): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let Some(signed) = signed else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let sent = fields.iter().find(|(name, _)| name == CSRF_FIELD);
    if sent.is_none_or(|(_, token)| *token != signed.csrf) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let fields: Vec<(String, String)> = fields
        .into_iter()
        .filter(|(name, value)| name != CSRF_FIELD && !name.contains("password") && !value.is_empty())
        .collect();
    match save(&app, &signed, name, fields).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => crate::refusal::Refusal::of(signed.lang(), &error)
            .status
            .into_response(),
    }
}

async fn save(
    app: &App,
    signed: &Signed,
    name: String,
    fields: Vec<(String, String)>,
) -> Result<(), AppError> {
    app.town
        .write("save_draft", &signed.actor, move |tx, cx| {
            save_draft(tx, cx, &name, &fields)
        })
        .await
}

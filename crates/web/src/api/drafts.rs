//! Drafts over the API: what somebody is typing, kept for his own account and nobody else. No evidence.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::cx::Cx;
use townhall_app::drafts::{draft_of, forget_draft, save_draft, set_aside, take_back};
use townhall_app::error::AppError;
use townhall_store::{StoreError, Tx};
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::{EmptyBody, once};
use super::problem::Wrong;
use super::read::{InPath, Sent};
use super::shapes::maybe;
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    let post = |id, path| Operation::post(id, path, Need::Session).gives::<DraftOut>(200);
    book.add(
        Operation::get("get_draft", "/api/v1/drafts/{name}", Need::Session).gives::<DraftOut>(200),
        one,
    )
    .add(
        post("save_draft", "/api/v1/drafts/{name}").takes::<KeepDraftBody>(),
        save,
    )
    .add(
        post("set_draft_aside", "/api/v1/drafts/{name}/actions/set-aside").takes::<EmptyBody>(),
        aside,
    )
    .add(
        post("take_draft_back", "/api/v1/drafts/{name}/actions/take-back").takes::<EmptyBody>(),
        back,
    )
}

/// Names and values of a form.
type Fields = BTreeMap<String, Vec<String>>;

/// What stands in a form.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepDraftBody {
    /// Names and values as the form's page sends them; none forgets the draft.
    fields: Fields,
}

/// What was kept for a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftOut {
    /// Names and values.
    fields: Fields,
    /// When they were kept; missing when nothing is.
    #[schema(format = DateTime)]
    saved_at: Option<String>,
}

/// The draft of a form of the caller.
fn told(tx: &mut Tx<'_>, cx: &Cx, name: &str) -> Result<DraftOut, AppError> {
    let found = draft_of(tx, cx, name)?;
    let mut out = DraftOut {
        saved_at: maybe(found.as_ref().map(|draft| draft.saved_at)),
        fields: Fields::new(),
    };
    for (name, value) in found.map(|draft| draft.fields).unwrap_or_default() {
        out.fields.entry(name).or_default().push(value);
    }
    Ok(out)
}

fn value(tx: &mut Tx<'_>, cx: &Cx, name: &str) -> Result<Value, AppError> {
    Ok(serde_json::to_value(told(tx, cx, name)?).map_err(StoreError::from)?)
}

async fn one(State(app): State<App>, asker: Asker, name: InPath) -> Result<Json<DraftOut>, Wrong> {
    let found = app
        .town
        .read("draft_of", &asker.actor, move |tx, cx| told(tx, cx, &name.0));
    Ok(Json(found.await.map_err(Wrong::App)?))
}

async fn save(State(app): State<App>, name: InPath, sent: Sent<KeepDraftBody>) -> Result<Response, Wrong> {
    let fields: Vec<(String, String)> = sent
        .body
        .fields
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name.clone(), value.clone())))
        // As the pages leave them out: no draft holds a password.
        .filter(|(name, value)| !name.contains("password") && !value.is_empty())
        .collect();
    once(&app, &sent, "save_draft", StatusCode::OK, move |tx, cx| {
        if fields.is_empty() {
            forget_draft(tx, cx, &name.0)?;
        } else {
            save_draft(tx, cx, &name.0, &fields)?;
        }
        value(tx, cx, &name.0)
    })
    .await
}

/// What stands in a form of the caller.
fn fields_of(tx: &mut Tx<'_>, cx: &Cx, name: &str) -> Result<Option<Vec<(String, String)>>, AppError> {
    Ok(draft_of(tx, cx, name)?.map(|draft| draft.fields))
}

async fn aside(State(app): State<App>, name: InPath, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    once(&app, &sent, "begin_anew", StatusCode::OK, move |tx, cx| {
        let fields = fields_of(tx, cx, &name.0)?;
        set_aside(tx, cx, &name.0, fields.as_deref())?;
        value(tx, cx, &name.0)
    })
    .await
}

async fn back(State(app): State<App>, name: InPath, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    once(&app, &sent, "take_back_form", StatusCode::OK, move |tx, cx| {
        let fields = fields_of(tx, cx, &name.0)?;
        take_back(tx, cx, &name.0, fields.as_deref())?;
        value(tx, cx, &name.0)
    })
    .await
}

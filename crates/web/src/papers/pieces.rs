//! `/uploads`: a large file in pieces over a bad line. It goes on where it broke off, and the form of the page then
//! names it instead of bringing it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use townhall_app::paper::{FileProblem, MOST_BYTES, TakeError};
use townhall_store::StoreError;
use townhall_store::files::{Incoming, Partial, PartialError};
use townhall_text::Lang;

use crate::refusal::Refusal;
use crate::session::Signed;
use crate::state::App;

/// The largest piece; the script sends smaller ones.
pub const MOST_PIECE_BYTES: usize = 4 * 1024 * 1024;
/// The header that says where a piece belongs.
pub(crate) const OFFSET: &str = "upload-offset";
/// The header that carries the session's token: these requests have no form.
const TOKEN: &str = "x-csrf";

/// What the script says first.
#[derive(Debug, Deserialize)]
pub struct Begin {
    name: String,
    bytes: u64,
}

/// Begins an upload; its name comes back.
pub async fn begin(
    State(app): State<App>,
    signed: Signed,
    headers: HeaderMap,
    body: Result<Json<Begin>, axum::extract::rejection::JsonRejection>,
) -> Response {
    if !bears_token(&signed, &headers) {
        return told(StatusCode::FORBIDDEN, Refusal::forgery(signed.lang()).sentence);
    }
    begin_for(&app, signed.lang(), owner(&signed), body).await
}

/// Begins an upload of whoever this is: an account, or who holds a secret address.
pub(crate) async fn begin_for(
    app: &App,
    lang: Lang,
    owner: String,
    body: Result<Json<Begin>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let Ok(Json(begin)) = body else {
        return told(StatusCode::BAD_REQUEST, Refusal::unreadable(lang).sentence);
    };
    match start(app, owner, &begin.name, begin.bytes).await {
        Ok(id) => (StatusCode::CREATED, Json(json!({ "id": id, "offset": 0 }))).into_response(),
        Err(TakeError::Store(error)) => failed(lang, PartialError::Store(error)),
        Err(problem) => told(
            StatusCode::UNPROCESSABLE_ENTITY,
            super::add::file_words(lang, &begin.name, &problem),
        ),
    }
}

/// Begins an upload of so many bytes under this name.
pub(crate) async fn start(app: &App, owner: String, name: &str, bytes: u64) -> Result<String, TakeError> {
    match bytes {
        0 => return Err(FileProblem::Empty.into()),
        bytes if bytes > MOST_BYTES => return Err(FileProblem::TooLarge.into()),
        _ => {}
    }
    let partial = Partial {
        owner,
        name: name.chars().take(400).collect(),
        bytes,
    };
    let files = app.town.files().clone();
    Ok(off_async(move || files.begin_partial(&partial)).await?)
}

/// How much is here.
pub async fn place(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    place_for(&app, signed.lang(), owner(&signed), id).await
}

/// How much of an upload of whoever this is is here.
pub(crate) async fn place_for(app: &App, lang: Lang, owner: String, id: String) -> Response {
    match here(app, owner, id).await {
        Ok((bytes, here)) => Json(json!({ "offset": here, "bytes": bytes })).into_response(),
        Err(error) => failed(lang, error),
    }
}

/// How many bytes an upload will have, and how many are here.
pub(crate) async fn here(app: &App, owner: String, id: String) -> Result<(u64, u64), PartialError> {
    let files = app.town.files().clone();
    let (partial, here) = off_async(move || Ok(files.partial(&id, &owner))).await??;
    Ok((partial.bytes, here))
}

/// Adds a piece.
pub async fn go_on(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Response {
    if !bears_token(&signed, &headers) {
        return told(StatusCode::FORBIDDEN, Refusal::forgery(signed.lang()).sentence);
    }
    go_on_for(&app, signed.lang(), owner(&signed), id, &headers, body).await
}

/// Adds a piece to an upload of whoever this is.
pub(crate) async fn go_on_for(
    app: &App,
    lang: Lang,
    owner: String,
    id: String,
    headers: &HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Response {
    let offset = headers
        .get(OFFSET)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    let (Some(offset), Ok(piece)) = (offset, body) else {
        return told(StatusCode::BAD_REQUEST, Refusal::unreadable(lang).sentence);
    };
    match append(app, owner, id, offset, piece).await {
        Ok(here) => Json(json!({ "offset": here })).into_response(),
        Err(error) => failed(lang, error),
    }
}

/// Adds a piece at its place; how much is here then.
pub(crate) async fn append(
    app: &App,
    owner: String,
    id: String,
    offset: u64,
    piece: Bytes,
) -> Result<u64, PartialError> {
    let files = app.town.files().clone();
    off_async(move || Ok(files.continue_partial(&id, &owner, offset, &piece))).await?
}

/// A whole upload of whoever this is, with the name under which it was begun.
pub(crate) async fn whole(app: &App, owner: String, id: String) -> Result<(String, Incoming), TakeError> {
    let files = app.town.files().clone();
    let taken = off_async(move || Ok(files.take_partial(&id, &owner))).await?;
    match taken {
        Ok((partial, incoming)) => Ok((partial.name, incoming)),
        Err(PartialError::Store(error)) => Err(error.into()),
        Err(_) => Err(TakeError::BrokenOff),
    }
}

pub(super) fn owner(signed: &Signed) -> String {
    signed
        .actor
        .account()
        .map(|account| account.to_string())
        .unwrap_or_default()
}

fn bears_token(signed: &Signed, headers: &HeaderMap) -> bool {
    let sent = headers.get(TOKEN).and_then(|value| value.to_str().ok());
    sent == Some(signed.csrf.as_str())
}

fn told(status: StatusCode, sentence: String) -> Response {
    (status, Json(json!({ "sentence": sentence }))).into_response()
}

fn failed(lang: Lang, error: PartialError) -> Response {
    match error {
        PartialError::Unknown => told(StatusCode::NOT_FOUND, Refusal::not_found(lang).sentence),
        PartialError::Offset(here) => (StatusCode::CONFLICT, Json(json!({ "offset": here }))).into_response(),
        PartialError::TooMuch | PartialError::Busy => told(
            StatusCode::CONFLICT,
            townhall_text::t(lang, "paper-file-broken-off"),
        ),
        PartialError::Store(error) => {
            let refusal = Refusal::of(lang, &townhall_app::error::AppError::Store(error));
            told(refusal.status, refusal.sentence)
        }
    }
}

async fn off_async<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::Panicked)?
}

//! The transparency log over HTTP: what verifiers fetch (C2SP tlog-tiles), what people read, and proofs.
//!
//! The newest log stands under `/log/`; each log for ever under `/log/<name>/`, the address that is its origin.

mod fact;
mod public;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use townhall_app::log;
use townhall_store::log::Epoch;
use townhall_store::{StoreError, Tx};

use crate::routes::{Need, Routes};
use crate::state::App;

/// A few seconds, as C2SP tlog-tiles asks: a checkpoint is out of date with the next fact.
const MOMENT: &str = "public, max-age=5";
/// Under its own name a log never changes what it has shown.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Under `/log/` another log may follow, after a restore.
const FOR_NOW: &str = "public, max-age=60";

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get("/log/checkpoint", Need::Public, newest_checkpoint)
        .get("/log/key", Need::Public, newest_key)
        .get("/log/tile/{*path}", Need::Public, newest_tile)
        .get("/log/{name}/checkpoint", Need::Public, named_checkpoint)
        .get("/log/{name}/key", Need::Public, named_key)
        .get("/log/{name}/tile/{*path}", Need::Public, named_tile)
        .get("/transparency", Need::Public, public::show)
        .get("/log/verify", Need::Public, public::ask)
        .post("/log/verify", Need::Public, public::check)
        // The address on older receipts.
        .get("/verify", Need::Public, public::ask)
        .post("/verify", Need::Public, public::check)
        .get("/facts/{id}", Need::Session, fact::show)
        .get("/facts/{id}/proof", Need::Session, fact::proof)
        .get("/facts/{id}/fact.json", Need::Session, fact::opened)
}

async fn newest_checkpoint(State(app): State<App>) -> Response {
    checkpoint(&app, None).await
}
async fn named_checkpoint(State(app): State<App>, Path(name): Path<String>) -> Response {
    checkpoint(&app, Some(name)).await
}
async fn newest_key(State(app): State<App>) -> Response {
    key(&app, None).await
}
async fn named_key(State(app): State<App>, Path(name): Path<String>) -> Response {
    key(&app, Some(name)).await
}
async fn newest_tile(State(app): State<App>, Path(path): Path<String>) -> Response {
    tile(&app, None, &path).await
}
async fn named_tile(State(app): State<App>, Path((name, path)): Path<(String, String)>) -> Response {
    tile(&app, Some(name), &path).await
}

async fn checkpoint(app: &App, name: Option<String>) -> Response {
    let found = of_log(app, name, log::checkpoint).await;
    answer(
        found.map(|text| text.map(String::into_bytes)),
        "text/plain; charset=utf-8",
        MOMENT,
    )
}

async fn key(app: &App, name: Option<String>) -> Response {
    let found = of_log(app, name, |_, epoch| Ok(Some(format!("{}\n", epoch.vkey)))).await;
    answer(
        found.map(|text| text.map(String::into_bytes)),
        "text/plain; charset=utf-8",
        MOMENT,
    )
}

async fn tile(app: &App, name: Option<String>, path: &str) -> Response {
    let Ok(path) = format!("tile/{path}").parse() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if name.is_some() { FOR_EVER } else { FOR_NOW };
    let found = of_log(app, name, move |tx, epoch| log::tile(tx, epoch, path)).await;
    answer(found, "application/octet-stream", keep)
}

/// Asks something of a log; `None` when there is no such log, or no such thing in it.
async fn of_log<T: Send + 'static>(
    app: &App,
    name: Option<String>,
    mut ask: impl FnMut(&mut Tx<'_>, &Epoch) -> Result<Option<T>, StoreError> + Send + 'static,
) -> Result<Option<T>, StoreError> {
    let query = move |tx: &mut Tx<'_>| match log::find(tx, name.as_deref())? {
        Some(epoch) => ask(tx, &epoch),
        None => Ok(None),
    };
    app.town.db().read("log", query).await
}

/// For programs: no pages, only what they asked for, or a status.
fn answer(found: Result<Option<Vec<u8>>, StoreError>, kind: &'static str, keep: &'static str) -> Response {
    match found {
        Ok(Some(bytes)) => {
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static(kind)),
                (CACHE_CONTROL, HeaderValue::from_static(keep)),
            ];
            (headers, bytes).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "the log could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

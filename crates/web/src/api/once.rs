//! Commands of programs: carried out once for each idempotency key, the answer kept for a day and given again.

use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use townhall_app::clock::real_now;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_domain::ids::AccountId;
use townhall_store::idempotency::{self, Kept};
use townhall_store::{StoreError, Tx};
use utoipa::ToSchema;

use super::problem::Wrong;
use super::read::Sent;
use crate::state::App;

/// Said of an answer that was given before.
const REPLAYED: &str = "idempotency-replayed";

/// An answer as it is kept.
struct Answer {
    status: StatusCode,
    body: String,
    replayed: bool,
}

/// Runs a command and answers with what it gives, as JSON. With a key, the command and the kept answer commit
/// together; the same request again gets the same answer, another request with that key is refused.
///
/// # Errors
/// Those of the command; [`Wrong::KeyReused`].
pub async fn once<B>(
    app: &App,
    sent: &Sent<B>,
    name: &'static str,
    status: StatusCode,
    command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<Value, AppError> + Send + 'static,
) -> Result<Response, Wrong> {
    run(app, sent, name, status, command)
        .await
        .map(|answer| respond(&answer))
}

/// As [`once`], with a secret that is told the first time only: nothing that is kept holds it.
///
/// # Errors
/// As [`once`].
pub async fn once_telling<B>(
    app: &App,
    sent: &Sent<B>,
    name: &'static str,
    status: StatusCode,
    command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<Value, AppError> + Send + 'static,
    (field, secret): (&'static str, String),
) -> Result<Response, Wrong> {
    let mut answer = run(app, sent, name, status, command).await?;
    if !answer.replayed {
        let mut body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        body[field] = Value::String(secret);
        answer.body = body.to_string();
    }
    Ok(respond(&answer))
}

/// A command that needs nothing but its address.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmptyBody {}

/// What a command says that gives nothing back.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoneOut {
    /// Always true.
    done: bool,
}

/// As [`once`], for a command that gives nothing back: the answer says that it is done.
///
/// # Errors
/// As [`once`].
pub async fn done<B>(
    app: &App,
    sent: &Sent<B>,
    name: &'static str,
    mut command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<(), AppError> + Send + 'static,
) -> Result<Response, Wrong> {
    once(app, sent, name, StatusCode::OK, move |tx, cx| {
        command(tx, cx)?;
        Ok(json!({ "done": true }))
    })
    .await
}

async fn run<B>(
    app: &App,
    sent: &Sent<B>,
    name: &'static str,
    status: StatusCode,
    mut command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<Value, AppError> + Send + 'static,
) -> Result<Answer, Wrong> {
    let (key, digest) = (sent.key.clone(), sent.digest.clone());
    let account = sent.asker.actor.account();
    app.town
        .write(name, &sent.asker.actor, move |tx, cx| {
            let (Some(key), Some(account)) = (&key, account) else {
                return Ok(fresh(status, &command(tx, cx)?));
            };
            if let Some(kept) = begin(tx, account, key, &digest)? {
                return replay(kept, &digest);
            }
            let answer = fresh(status, &command(tx, cx)?);
            idempotency::finish(tx, account, key, i64::from(status.as_u16()), &answer.body)?;
            Ok(answer)
        })
        .await
}

/// Takes the key; gives what was kept for it when it was taken before. Another request with the same key that is
/// still under way is waited for.
fn begin(tx: &mut Tx<'_>, account: AccountId, key: &str, digest: &str) -> Result<Option<Kept>, StoreError> {
    idempotency::forget_before(tx, account, real_now())?;
    if idempotency::take(tx, account, key, digest, real_now())? {
        Ok(None)
    } else {
        idempotency::kept(tx, account, key)
    }
}

fn replay(kept: Kept, digest: &str) -> Result<Answer, Wrong> {
    if kept.request_hash != digest {
        return Err(Wrong::KeyReused);
    }
    let status = u16::try_from(kept.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok());
    Ok(Answer {
        status: status.unwrap_or(StatusCode::OK),
        body: kept.body,
        replayed: true,
    })
}

fn fresh(status: StatusCode, body: &Value) -> Answer {
    Answer {
        status,
        body: body.to_string(),
        replayed: false,
    }
}

fn respond(answer: &Answer) -> Response {
    let mut response = (answer.status, answer.body.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Both are in the body, so a replayed answer has them, too.
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    if let Some(version) = body.get("version").and_then(Value::as_i64)
        && let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\""))
    {
        headers.insert(ETAG, tag);
    }
    let at = body
        .get("href")
        .and_then(Value::as_str)
        .map(HeaderValue::from_str);
    if answer.status == StatusCode::CREATED
        && let Some(Ok(at)) = at
    {
        headers.insert(LOCATION, at);
    }
    if answer.replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

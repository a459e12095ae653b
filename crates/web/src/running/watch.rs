//! Every request gets an id, a line in the log, a place in the figures, and an answer in time.
//!
//! The line names the method, the route as it stands in the program (`/dossiers/{id}`), status and time; never
//! the address that was asked for, its query or anything else that could name a person.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use townhall_app::error::AppError;
use townhall_app::metrics;
use townhall_store::StoreError;
use tracing::Instrument;

use super::Running;
use crate::refusal::Refusal;
use crate::visitor::Visitor;

/// The id of a request, in the log and in the answer.
const REQUEST_ID: &str = "x-request-id";

pub(super) async fn stand_around(
    State(running): State<Arc<Running>>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let method = known(request.method());
    let id = new_id();
    let span = tracing::info_span!("request", request.id = %id, http.method = method, http.route = %route);
    let (mut parts, body) = request.into_parts();
    let Ok(visitor) = Visitor::from_request_parts(&mut parts, &running.app).await;
    let is_command = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    // A task of its own: a person who goes away, or an answer that takes too long, does not break off what was
    // begun, and a handler that breaks off takes nothing with it.
    let handled = tokio::spawn(
        next.run(Request::from_parts(parts, body))
            .instrument(span.clone()),
    );
    let mut response = match tokio::time::timeout(running.rules.request_time, handled).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            metrics::count(&metrics::PANICS, &[]);
            span.in_scope(|| {
                tracing::error!(%error, "a handler broke off");
                refuse(&running, &visitor, is_command, StoreError::Panicked)
            })
        }
        Err(_) => span.in_scope(|| {
            let why = StoreError::Lost("the answer took too long".to_owned());
            refuse(&running, &visitor, is_command, why)
        }),
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, seconds) = (response.status().as_u16(), began.elapsed().as_secs_f64());
    metrics::count(
        &metrics::REQUESTS,
        &[
            ("method", method),
            ("route", &route),
            ("status", &status.to_string()),
        ],
    );
    metrics::observe(&metrics::REQUEST_SECONDS, &[("route", &route)], seconds);
    span.in_scope(|| {
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            http.status = status,
            duration_ms,
            "{method} {route} answered {status}"
        );
    });
    response
}

/// The answer when there is none; of a command nobody knows whether it was carried out.
fn refuse(running: &Running, visitor: &Visitor, is_command: bool, why: StoreError) -> Response {
    let why = if is_command {
        StoreError::CommitUnknown(why.to_string())
    } else {
        why
    };
    Refusal::of(visitor.lang, &AppError::Store(why)).page(&visitor.ui(&running.app))
}

/// Methods that anybody may invent are one word in the figures.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn new_id() -> String {
    let mut bytes = [0_u8; 8];
    // Without random bits the id is zeros; the line still stands at its time.
    let _ = getrandom::fill(&mut bytes);
    hex::encode(bytes)
}

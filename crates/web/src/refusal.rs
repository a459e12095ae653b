//! Refusals as a person meets them: what happened, why, and what to do next; details stay in the log.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;
use townhall_app::error::{AppError, FieldError};
use townhall_store::StoreError;
use townhall_text::{Arg, Lang};

use crate::state::App;
use crate::ui::{self, Empty, Errors, Icon, Page, Place, Ui};
use crate::visitor::Visitor;

/// Status, heading key and sentence of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable word, for `problem+json` and the heading's key `refusal-<word>`.
    pub word: &'static str,
    /// The sentence.
    pub sentence: String,
    /// Reference that also stands in the log, for failures.
    pub reference: Option<String>,
    /// Fields that need another look.
    pub fields: Vec<(String, String)>,
}

impl Refusal {
    /// Puts an error into words. A failure is logged here, once, with the reference that the person reads.
    pub fn of(lang: Lang, error: &AppError) -> Self {
        let plain = |status, word, key: &str| Self {
            status,
            word,
            sentence: townhall_text::t(lang, key),
            reference: None,
            fields: Vec::new(),
        };
        match error {
            AppError::NotFound(_) => plain(StatusCode::NOT_FOUND, "not-found", "refusal-not-found-text"),
            AppError::Denied(denied) => {
                tracing::info!(right = %denied.right, unit.id = %denied.unit, "a right was missing");
                plain(StatusCode::FORBIDDEN, "denied", "refusal-denied-text")
            }
            AppError::Conflict { .. } => plain(StatusCode::CONFLICT, "conflict", "refusal-conflict-text"),
            AppError::NotAllowed(why) => plain(StatusCode::CONFLICT, "not-allowed", why.reason_key()),
            AppError::TaskNotAllowed(why) => plain(StatusCode::CONFLICT, "not-allowed", why.reason_key()),
            AppError::Refused { key, args } => {
                let sentence = words(lang, key, args);
                Self {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    word: "refused",
                    sentence,
                    reference: None,
                    fields: Vec::new(),
                }
            }
            AppError::Invalid(fields) => Self {
                fields: field_words(lang, fields),
                ..plain(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "refusal-invalid-text",
                )
            },
            AppError::Store(error) => Self::of_failure(lang, error),
        }
    }

    /// Nothing at this address.
    pub fn not_found(lang: Lang) -> Self {
        Self::of(lang, &AppError::NotFound("page"))
    }

    /// A form that is too old, or of another site.
    pub fn forgery(lang: Lang) -> Self {
        Self::plain(lang, StatusCode::FORBIDDEN, "forgery")
    }

    /// A body that cannot be read as the form it should be.
    pub fn unreadable(lang: Lang) -> Self {
        Self::plain(lang, StatusCode::BAD_REQUEST, "unreadable")
    }

    /// A body that is larger than anything a form holds.
    pub fn too_large(lang: Lang) -> Self {
        Self::plain(lang, StatusCode::PAYLOAD_TOO_LARGE, "too-large")
    }

    /// Too much at once from one place.
    pub fn too_many(lang: Lang) -> Self {
        Self::plain(lang, StatusCode::TOO_MANY_REQUESTS, "too-many")
    }

    fn plain(lang: Lang, status: StatusCode, word: &'static str) -> Self {
        let sentence = townhall_text::t(lang, &format!("refusal-{word}-text"));
        Self {
            status,
            word,
            sentence,
            reference: None,
            fields: Vec::new(),
        }
    }

    fn of_failure(lang: Lang, error: &StoreError) -> Self {
        let reference = reference();
        tracing::error!(%error, reference, "a command or query failed");
        let (status, word, key) = match error {
            StoreError::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "busy", "refusal-busy-text"),
            StoreError::CommitUnknown(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "unknown", "refusal-unknown-text")
            }
            StoreError::PapersAway(_) => (StatusCode::SERVICE_UNAVAILABLE, "papers", "refusal-papers-text"),
            StoreError::PapersRefused(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "papers",
                "refusal-papers-refused-text",
            ),
            StoreError::PapersUnusable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "papers",
                "refusal-papers-unusable-text",
            ),
            full if full.is_full() => (StatusCode::INSUFFICIENT_STORAGE, "full", "refusal-full-text"),
            _ => (StatusCode::SERVICE_UNAVAILABLE, "failed", "refusal-failed-text"),
        };
        let sentence = townhall_text::t_args(lang, key, &[("reference", Arg::from(reference.as_str()))]);
        Self {
            status,
            word,
            sentence,
            reference: Some(reference),
            fields: Vec::new(),
        }
    }

    /// The whole page.
    pub fn page(&self, ui: &Ui) -> Response {
        let heading = ui.t(&format!("refusal-{}", self.word));
        let is_officer = ui.who.is_some();
        let home = if is_officer {
            ("ui-place-work", "/work")
        } else {
            ("refusal-home", "/")
        };
        let sentence = if is_officer && self.word == "not-found" {
            ui.t("refusal-not-found-officer")
        } else {
            self.sentence.clone()
        };
        // What is not at its address is mostly found by its code or name.
        let other = (is_officer
            && self.status == StatusCode::NOT_FOUND
            && ui.nav.iter().any(|entry| entry.place == Place::Dossiers))
        .then(|| (ui.t("refusal-search"), "/dossiers"));
        let main = ui::empty(
            ui,
            &Empty {
                icon: Icon::ALERT,
                heading: &heading,
                text: html! { (sentence) },
                button: Some((&ui.t(home.0), home.1)),
                other: other.as_ref().map(|(words, href)| (words.as_str(), *href)),
            },
        );
        let about = Page::new(&heading).with_error(true);
        let page = if is_officer {
            ui::page(ui, &about, &main)
        } else {
            ui::public_page(ui, &about, &main)
        };
        (self.status, page).into_response()
    }

    /// The errors of a form, for the form itself.
    pub fn errors(&self) -> Errors {
        if self.fields.is_empty() {
            return Errors::new([(String::new(), self.sentence.clone())]);
        }
        Errors::new(self.fields.iter().cloned())
    }
}

/// Puts the framework's own refusals of a page into words: an address that cannot be read, a method that it does not
/// have. Programs have theirs (`api::problem`), and who reads the log gets the bare status.
pub async fn put_into_words(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || path.starts_with("/log/") || path.starts_with("/assets/") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(visitor) = Visitor::from_request_parts(&mut parts, &app).await;
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(word) = unsaid(&response, is_read) else {
        return response;
    };
    let mut said = Refusal::plain(visitor.lang, response.status(), word).page(&visitor.ui(&app));
    if let Some(allow) = response.headers().get(ALLOW) {
        said.headers_mut().insert(ALLOW, allow.clone());
    }
    said
}

/// The word of a refusal that nobody has put into words: the framework's come as plain text, or with no body.
fn unsaid(response: &Response, is_read: bool) -> Option<&'static str> {
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_bare = kind.is_none_or(|kind| kind.starts_with(b"text/plain"));
    match response.status() {
        _ if !is_bare => None,
        StatusCode::METHOD_NOT_ALLOWED => Some("method"),
        StatusCode::PAYLOAD_TOO_LARGE => Some("too-large"),
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
            Some(if is_read { "address" } else { "unreadable" })
        }
        _ => None,
    }
}

/// The sentence of a key with its values.
pub fn words(lang: Lang, key: &str, args: &[(String, String)]) -> String {
    let args: Vec<(&str, Arg<'_>)> = args
        .iter()
        .map(|(name, value)| (name.as_str(), Arg::from(value.as_str())))
        .collect();
    townhall_text::t_args(lang, key, &args)
}

/// The sentence of each field.
pub fn field_words(lang: Lang, fields: &[FieldError]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|error| (error.field.clone(), words(lang, &error.key, &error.args)))
        .collect()
}

/// Eight characters that lead from the page to the line in the log.
fn reference() -> String {
    let mut bytes = [0_u8; 4];
    // Without random bits the reference is zeros; the log line still stands beside its time.
    let _ = getrandom::fill(&mut bytes);
    hex::encode(bytes)
}

//! Every refusal of the API as problem+json (RFC 9457), in the language that the program asked for.
//!
//! Handlers and extractors answer with a [`Wrong`]; the words are put in by the guard, which knows the language.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use townhall_app::error::{AppError, FieldError};
use townhall_store::StoreError;
use townhall_text::Lang;
use utoipa::ToSchema;

use crate::refusal::{Refusal, words};

/// Media type of every refusal.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal as it is sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Address of the description of this kind of problem, relative to the API.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    pub kind: String,
    /// What kind of problem it is, for people.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened, why, and what to do next.
    pub detail: String,
    /// The stable word of the kind of problem, for programs.
    pub code: String,
    /// Reference that also stands in the log of the server, for failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Fields that need another look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<WrongField>,
}

/// One field that needs another look.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrongField {
    /// Name of the field, with dots and indexes for parts: `applicant.name`, `components[0].status`.
    pub field: String,
    /// The stable word of what is wrong, for programs.
    pub code: String,
    /// What is wrong, for people.
    pub detail: String,
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The command or query refused.
    #[error(transparent)]
    App(#[from] AppError),
    /// No token, or one that does not count.
    #[error("no valid token")]
    Unauthorized,
    /// Too many requests: seconds to wait.
    #[error("too many requests")]
    TooMany(u64),
    /// The body is no JSON.
    #[error("the body is no JSON: {0}")]
    NoJson(String),
    /// The body is larger than allowed.
    #[error("the body is too large")]
    TooLarge,
    /// The body is not said to be JSON.
    #[error("the body is not said to be JSON")]
    MediaType,
    /// The version that was read is not told.
    #[error("neither If-Match nor version")]
    NoVersion,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The address does not know this method.
    #[error("the method is not known here")]
    Method,
}

impl From<StoreError> for Wrong {
    fn from(error: StoreError) -> Self {
        Self::App(AppError::Store(error))
    }
}

impl Wrong {
    /// One wrong field.
    pub fn field(field: &str, key: &str) -> Self {
        Self::App(AppError::field(field, key))
    }
    /// There is no such thing, or it is not the caller's to know of.
    pub fn not_found(what: &'static str) -> Self {
        Self::App(AppError::NotFound(what))
    }

    /// Every kind of problem: status and stable word; the readable page lists them.
    pub const KINDS: [(u16, &'static str); 20] = [
        (400, "no-json"),
        (401, "unauthorized"),
        (403, "denied"),
        (404, "not-found"),
        (405, "method"),
        (409, "conflict"),
        (409, "not-allowed"),
        (413, "too-large"),
        (415, "media-type"),
        (422, "invalid"),
        (422, "refused"),
        (422, "key-reused"),
        (428, "no-version"),
        (429, "too-many"),
        (503, "busy"),
        (503, "unknown"),
        (503, "failed"),
        (503, "papers"),
        (507, "full"),
        (500, "error"),
    ];

    fn plain(&self) -> Option<(StatusCode, &'static str)> {
        Some(match self {
            Self::App(_) => return None,
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too-many"),
            Self::NoJson(_) => (StatusCode::BAD_REQUEST, "no-json"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type"),
            Self::NoVersion => (StatusCode::PRECONDITION_REQUIRED, "no-version"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "key-reused"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method"),
        })
    }

    /// The problem in words. A failure of the store is logged here, once.
    pub fn problem(&self, lang: Lang) -> Problem {
        if let Some((status, word)) = self.plain() {
            let mut problem = problem(lang, status, word);
            if let Self::NoJson(why) = self {
                problem.errors.push(WrongField {
                    field: String::new(),
                    code: "no-json".to_owned(),
                    detail: why.clone(),
                });
            }
            return problem;
        }
        let Self::App(error) = self else {
            return problem(lang, StatusCode::INTERNAL_SERVER_ERROR, "error");
        };
        let refusal = Refusal::of(lang, error);
        let mut problem = Problem {
            detail: refusal.sentence,
            reference: refusal.reference,
            ..problem(lang, refusal.status, refusal.word)
        };
        match error {
            AppError::Invalid(fields) => {
                problem.detail = townhall_text::t(lang, "api-problem-invalid-text");
                problem.errors = fields.iter().map(|field| wrong_field(lang, field)).collect();
            }
            AppError::Denied(denied) => {
                let right = ("right".to_owned(), denied.right.to_string());
                problem.detail = words(lang, "api-problem-denied-text", &[right]);
            }
            _ => {}
        }
        problem
    }
}

fn wrong_field(lang: Lang, field: &FieldError) -> WrongField {
    // Commands name the fields of the pages' forms; a body has parts.
    const PARTS: [(&str, &str); 4] = [
        ("applicant_", "applicant."),
        ("submitter_", "submitter."),
        ("form_", "form."),
        ("component_", "components."),
    ];
    let part = PARTS
        .iter()
        .find_map(|(prefix, part)| Some((part, field.field.strip_prefix(prefix)?)));
    WrongField {
        field: part.map_or_else(|| field.field.clone(), |(part, rest)| format!("{part}{rest}")),
        code: field.key.clone(),
        detail: words(lang, &field.key, &field.args),
    }
}

fn problem(lang: Lang, status: StatusCode, word: &str) -> Problem {
    Problem {
        kind: format!("/api#problem-{word}"),
        title: townhall_text::t(lang, &format!("api-problem-{word}")),
        status: status.as_u16(),
        detail: townhall_text::t(lang, &format!("api-problem-{word}-text")),
        code: word.to_owned(),
        reference: None,
        errors: Vec::new(),
    }
}

/// What a response carries until the guard puts it into words.
#[derive(Debug, Clone)]
struct Unsaid(Arc<Wrong>);

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response.extensions_mut().insert(Unsaid(Arc::new(self)));
        response
    }
}

/// The language of an answer: what the program prefers, else Vietnamese. Cookies are for pages.
pub fn lang_of(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    wanted.map_or(Lang::Vi, Lang::from_accept_language)
}

/// Whether an address belongs to the API.
pub fn is_api(path: &str) -> bool {
    path == "/api/v1" || path.starts_with("/api/")
}

/// Puts every refusal under `/api/` into words, also those that come from the frame around the handlers: an
/// unknown address or method, a body that the server did not take, a handler that broke off.
pub async fn put_into_words(request: Request, next: Next) -> Response {
    if !is_api(request.uri().path()) {
        return next.run(request).await;
    }
    let lang = lang_of(request.headers());
    let mut response = next.run(request).await;
    let unsaid = response.extensions_mut().remove::<Unsaid>();
    let wrong = unsaid.as_ref().map(|unsaid| unsaid.0.as_ref());
    let problem = match wrong {
        Some(wrong) => wrong.problem(lang),
        None if is_said(&response) => return response,
        None => of_status(lang, response.status()),
    };
    say(lang, wrong, &problem, response.headers())
}

/// Whether a response is an answer, or a refusal that has its words.
fn is_said(response: &Response) -> bool {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE);
    !(status.is_client_error() || status.is_server_error())
        || kind.is_some_and(|kind| kind.as_bytes() == PROBLEM_JSON.as_bytes())
}

fn of_status(lang: Lang, status: StatusCode) -> Problem {
    let known = Wrong::KINDS.iter().find(|(code, _)| *code == status.as_u16());
    problem(lang, status, known.map_or("error", |(_, word)| *word))
}

fn say(lang: Lang, wrong: Option<&Wrong>, problem: &Problem, before: &HeaderMap) -> Response {
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.code()));
    for kept in [ALLOW, RETRY_AFTER] {
        if let Some(value) = before.get(&kept) {
            headers.insert(kept, value.clone());
        }
    }
    match wrong {
        Some(Wrong::Unauthorized) => {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"townhall\""),
            );
        }
        Some(Wrong::TooMany(seconds)) => {
            headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
        }
        _ => {}
    }
    response
}

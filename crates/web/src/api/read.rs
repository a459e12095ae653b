//! What a program sends, read strictly and once: query, path and body. What is unknown, too long or of a wrong kind
//! is refused with the name of the field.

use std::fmt;

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Uri};
use jiff::civil::Date;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use townhall_app::error::{AppError, FieldError};
use townhall_domain::ids::Id;
use unicode_normalization::UnicodeNormalization;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::guard::Asker;
use super::json;
use super::problem::Wrong;
use crate::state::App;

/// The largest body; papers have a route of their own.
pub const BODY_BYTES: usize = 1024 * 1024;
/// The longest text anywhere in a body; most fields allow less.
const TEXT_CHARS: usize = 50_000;
/// Names the request, so that sending it again does nothing twice.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest idempotency key.
pub const KEY_CHARS: usize = 200;

/// A text of at most `MAX` characters, trimmed and in NFC.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(pub String);

impl<const MAX: usize> Text<MAX> {
    /// The text, or nothing when it is empty.
    pub fn filled(text: Option<&Self>) -> Option<String> {
        text.map(|text| text.0.clone()).filter(|text| !text.is_empty())
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text: String = String::deserialize(from)?.trim().nfc().collect();
        if text.chars().count() > MAX {
            return Err(D::Error::custom(Key("api-text-too-long")));
        }
        Ok(Self(text))
    }
}

/// A day of a calendar, 1900 to 2200: `2025-07-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let day: Option<Date> = Some(&text)
            .filter(|text| text.len() == 10)
            .and_then(|text| text.parse().ok());
        day.filter(|day| (1900..=2200).contains(&day.year()))
            .map(Self)
            .ok_or_else(|| D::Error::custom(Key("date-wrong")))
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl PartialSchema for Day {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        ObjectBuilder::from(Object::with_type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .into()
    }
}
impl ToSchema for Day {}

/// Marks a message of a field as the key of its sentence.
struct Key(&'static str);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\u{1}{}", self.0)
    }
}

/// A word of a closed list.
pub fn known<T>(field: &str, word: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Wrong> {
    read(word).ok_or_else(|| Wrong::field(field, "api-word-unknown"))
}

/// For whole numbers in a query.
pub fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(from)?;
    let fits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok())
        .flatten()
        .map(Some)
        .ok_or_else(|| D::Error::custom(Key("api-number-wrong")))
}

/// For whole numbers in a query from one to `MOST`, which the book of operations tells beside them.
pub fn from_one_to<'de, const MOST: u32, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    number(from)?
        .filter(|found| (1..=MOST).contains(found))
        .map(Some)
        .ok_or_else(|| D::Error::custom(Key("api-number-wrong")))
}

/// For yes and no in a query.
pub fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    match String::deserialize(from)?.as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(D::Error::custom(Key("api-flag-wrong"))),
    }
}

/// The query of an address. Every parameter once; unknown ones are refused, empty ones are as good as absent.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Wrong> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri) else {
            return Err(Wrong::field("", "api-query-unreadable"));
        };
        let mut map = Map::new();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            if map.contains_key(&name) {
                return Err(Wrong::field(&name, "api-given-twice"));
            }
            map.insert(name, Value::String(value));
        }
        read(Value::Object(map)).map(Self)
    }
}

/// A parameter of the path; what cannot be one is not found.
#[derive(Debug)]
pub struct InPath(pub String);

impl FromRequestParts<App> for InPath {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Wrong> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Wrong::not_found("path"))?;
        let first = params.iter().next().map(|(_, value)| value.to_owned());
        first.map(Self).ok_or(Wrong::not_found("path"))
    }
}

impl InPath {
    /// The parameter as an identifier.
    pub fn id<T: std::str::FromStr>(&self, what: &'static str) -> Result<T, Wrong> {
        self.0.parse().map_err(|_| Wrong::not_found(what))
    }
}

/// The parameters of a path that has several, in order.
#[derive(Debug)]
pub struct InPaths<const N: usize>(pub [String; N]);

impl<const N: usize> FromRequestParts<App> for InPaths<N> {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Wrong> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Wrong::not_found("path"))?;
        let all: Vec<String> = params.iter().map(|(_, value)| value.to_owned()).collect();
        all.try_into().map(Self).map_err(|_| Wrong::not_found("path"))
    }
}

/// The identity that the caller chose for something new, or one made here.
pub fn chosen<T: Id>(id: Option<T>, make: impl FnOnce() -> T) -> Result<T, Wrong> {
    match id {
        Some(id) if !id.may_be_chosen() => Err(Wrong::field("id", "api-id-not-chosen")),
        Some(id) => Ok(id),
        None => Ok(make()),
    }
}

/// A body with who sent it, and what makes the same request the same.
#[derive(Debug)]
pub struct Sent<T> {
    /// Who.
    pub asker: Asker,
    /// The body.
    pub body: T,
    /// Its idempotency key.
    pub key: Option<String>,
    /// A digest of everything that the request asks for.
    pub digest: String,
    /// The version in `If-Match`.
    pub version: Option<i64>,
}

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Wrong;

    async fn from_request(request: Request, app: &App) -> Result<Self, Wrong> {
        let (mut parts, body) = request.into_parts();
        let asker = Asker::from_request_parts(&mut parts, app).await?;
        let key = idempotency_key(&parts.headers)?;
        let version = if_match(&parts.headers)?;
        let is_json = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| {
            let kind = kind.to_str().unwrap_or("").split(';').next().unwrap_or("").trim();
            kind.eq_ignore_ascii_case("application/json")
        });
        let bytes = to_bytes(body, BODY_BYTES).await.map_err(|_| Wrong::TooLarge)?;
        if !is_json {
            return Err(Wrong::MediaType);
        }
        let value = json::value(&bytes)?;
        let head = format!("{} {} {}", parts.method, parts.uri, head(&asker, version));
        Ok(Self {
            body: read(value)?,
            digest: digest(&head, &bytes),
            asker,
            key,
            version,
        })
    }
}

impl Sent<()> {
    /// A request whose body is a file, told apart from others by the hash of what was sent.
    pub fn file(asker: Asker, uri: &Uri, headers: &HeaderMap, sha256: &str) -> Result<Self, Wrong> {
        let version = if_match(headers)?;
        let head = format!("POST {uri} {}", head(&asker, version));
        Ok(Self {
            body: (),
            key: idempotency_key(headers)?,
            digest: digest(&head, sha256.as_bytes()),
            asker,
            version,
        })
    }
}

/// As whom and on which version something is asked.
fn head(asker: &Asker, version: Option<i64>) -> String {
    let post = asker.actor.post().map(|post| post.to_string());
    format!("{} {version:?}\n", post.unwrap_or_default())
}

fn digest(head: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(head.as_bytes());
    hash.update(body);
    hex::encode(hash.finalize())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Wrong> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = value.to_str().ok().map(str::trim);
    key.filter(|key| (1..=KEY_CHARS).contains(&key.len()))
        .map(|key| Some(key.to_owned()))
        .ok_or_else(|| Wrong::field("Idempotency-Key", "api-key-wrong"))
}

/// `If-Match: "7"`: the version that was read.
fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Wrong> {
    let Some(value) = headers.get(IF_MATCH) else {
        return Ok(None);
    };
    let tag = value.to_str().ok().map(|tag| tag.trim().trim_matches('"'));
    tag.and_then(|tag| tag.parse().ok())
        .map(Some)
        .ok_or_else(|| Wrong::field("If-Match", "api-version-wrong"))
}

/// Reads a value into its type, after looking for what no field may hold.
fn read<T: DeserializeOwned>(value: Value) -> Result<T, Wrong> {
    let mut problems = Vec::new();
    look_for_controls(&value, "", &mut problems);
    if !problems.is_empty() {
        return Err(Wrong::App(AppError::Invalid(problems)));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = error.path().to_string();
        let field = if field == "." { String::new() } else { field };
        let (key, name) = key_of(&error.inner().to_string());
        let field = match (field.is_empty(), name) {
            (_, None) => field,
            (true, Some(name)) => name,
            (false, Some(name)) if field.ends_with(&name) => field,
            (false, Some(name)) => format!("{field}.{name}"),
        };
        Wrong::field(&field, key)
    })
}

/// The key of a sentence for what serde says, and the field when its message names it.
fn key_of(message: &str) -> (&'static str, Option<String>) {
    const OWN: [&str; 5] = [
        "api-text-too-long",
        "date-wrong",
        "api-number-wrong",
        "api-flag-wrong",
        "api-word-unknown",
    ];
    let name = || message.split('`').nth(1).map(str::to_owned);
    if let Some(own) = OWN
        .into_iter()
        .find(|own| message.contains(&format!("\u{1}{own}")))
    {
        (own, None)
    } else if message.starts_with("unknown field") {
        ("api-field-unknown", name())
    } else if message.starts_with("missing field") {
        ("api-field-missing", name())
    } else if message.starts_with("unknown variant") {
        ("api-word-unknown", None)
    } else {
        ("api-field-wrong", None)
    }
}

fn look_for_controls(value: &Value, path: &str, problems: &mut Vec<FieldError>) {
    match value {
        Value::String(text) => check_text(text, path, problems),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                look_for_controls(item, &format!("{path}[{place}]"), problems);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                let below = if path.is_empty() {
                    name.chars().take(100).collect()
                } else {
                    format!("{path}.{}", name.chars().take(100).collect::<String>())
                };
                check_text(name, &below, problems);
                look_for_controls(item, &below, problems);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn check_text(text: &str, path: &str, problems: &mut Vec<FieldError>) {
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        let printable: String = path.chars().filter(|c| !c.is_control()).collect();
        problems.push(FieldError::new(printable, "field-control-character"));
    } else if text.chars().count() > TEXT_CHARS {
        problems.push(FieldError::new(path, "api-text-too-long"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only read")]
        day: Day,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        name: Text<5>,
        #[expect(dead_code, reason = "only read")]
        parts: Vec<Inner>,
    }

    fn refusal(value: Value) -> String {
        match read::<Outer>(value) {
            Err(Wrong::App(AppError::Invalid(fields))) => fields
                .iter()
                .map(|field| format!("{}: {}", field.field, field.key))
                .collect::<Vec<_>>()
                .join(", "),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wrong_field_is_named_wherever_it_stands() {
        let day = json!({ "day": "2025-07-01" });
        let read = read::<Outer>(json!({ "name": " Đơn ", "parts": [day] })).expect("a body");
        assert_eq!(read.name.0, "Đơn");
        for (value, expected) in [
            (json!({ "parts": [] }), "name: api-field-missing"),
            (json!({ "name": 5, "parts": [] }), "name: api-field-wrong"),
            (
                json!({ "name": "123456", "parts": [] }),
                "name: api-text-too-long",
            ),
            (
                json!({ "name": "", "parts": [], "more": 1 }),
                "more: api-field-unknown",
            ),
            (
                json!({ "name": "", "parts": [day, { "day": "2025-02-30" }] }),
                "parts[1].day: date-wrong",
            ),
            (
                json!({ "name": "", "parts": [{ "day": "1899-01-01" }] }),
                "parts[0].day: date-wrong",
            ),
            (
                json!({ "name": "", "parts": [{}] }),
                "parts[0].day: api-field-missing",
            ),
            (
                json!({ "name": "A\u{0}B", "parts": [] }),
                "name: field-control-character",
            ),
            (
                json!({ "name": "", "parts": [{ "day": "x".repeat(50_001) }] }),
                "parts[0].day: api-text-too-long",
            ),
        ] {
            assert_eq!(refusal(value), expected);
        }
    }
}

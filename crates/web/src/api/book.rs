//! Routes of the API together with their description: one call registers both, so neither can be without the other.

use axum::handler::Handler;
use axum::http::Method;
use serde_json::{Map, Value, json};
use townhall_domain::permission::Right;
use townhall_text::Lang;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

use super::guard::Limits;
use super::problem::{PROBLEM_JSON, Problem, Wrong};
use super::read::KEY_CHARS;
use crate::routes::{Need, Routes};
use crate::state::App;

const JSON: &[&str] = &["application/json"];

/// One operation: method, path, right, what it takes and what it gives.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Stable name; the words are `api-op-<name>`.
    pub id: &'static str,
    /// Method.
    pub method: Method,
    /// Path with its parameters.
    pub path: &'static str,
    /// Who may come to it.
    pub need: Need,
    /// Parameters of path, query and header.
    pub parameters: Vec<Value>,
    /// Reference to the body's schema.
    pub body: Option<Value>,
    /// Media types of the body.
    pub body_kinds: &'static [&'static str],
    /// Media types of an answer that is a file.
    pub file_kinds: &'static [&'static str],
    /// Statuses of answers that are no refusals, each with a reference to its schema.
    pub answers: Vec<(u16, Value)>,
    /// Whether it acts on a version of something.
    pub on_version: bool,
    schemas: Vec<(String, Value)>,
}

impl Operation {
    fn new(method: Method, id: &'static str, path: &'static str, need: Need) -> Self {
        let names = path
            .split('{')
            .skip(1)
            .filter_map(|piece| piece.split('}').next());
        Self {
            id,
            method,
            path,
            need,
            parameters: names.map(path_parameter).collect(),
            body: None,
            body_kinds: JSON,
            file_kinds: &[],
            answers: Vec::new(),
            on_version: false,
            schemas: Vec::new(),
        }
    }

    /// A query.
    pub fn get(id: &'static str, path: &'static str, need: Need) -> Self {
        Self::new(Method::GET, id, path, need)
    }

    /// A command. Strangers have no key: what they may do is done once for its secret.
    pub fn post(id: &'static str, path: &'static str, need: Need) -> Self {
        let mut operation = Self::new(Method::POST, id, path, need);
        if need == Need::Public {
            return operation;
        }
        operation.parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Names the request: sent again with the same key and body, it does nothing twice and gets the same answer; kept for a day. The same key with another request is refused with 422.",
            "schema": { "type": "string", "minLength": 1, "maxLength": KEY_CHARS, "pattern": "^[!-~]+$" }
        }));
        operation
    }

    /// A question whose words stand in the body, so that no log of addresses keeps them; it changes nothing.
    pub fn ask(id: &'static str, path: &'static str, need: Need) -> Self {
        Self::new(Method::POST, id, path, need)
    }

    /// A piece of a file. Where it belongs stands in a header and makes sending it twice harmless.
    pub fn piece(id: &'static str, path: &'static str, need: Need) -> Self {
        let mut operation = Self::new(Method::PATCH, id, path, need);
        operation.parameters.push(json!({
            "name": "Upload-Offset", "in": "header", "required": true,
            "description": "Where the piece begins: how many bytes are here already.",
            "schema": { "type": "integer", "minimum": 0, "maximum": i64::MAX }
        }));
        operation.takes_file(&["application/octet-stream"])
    }

    /// Takes a file as it is.
    #[must_use]
    pub fn takes_file(mut self, kinds: &'static [&'static str]) -> Self {
        self.body = Some(json!({ "type": "string", "format": "binary" }));
        self.body_kinds = kinds;
        self
    }

    /// Gives a file with 200.
    #[must_use]
    pub fn gives_file(mut self, kinds: &'static [&'static str]) -> Self {
        self.file_kinds = kinds;
        self
    }

    /// Takes these parameters in the query.
    #[must_use]
    pub fn query<T: IntoParams>(mut self) -> Self {
        let parameters = T::into_params(|| Some(ParameterIn::Query));
        self.parameters.extend(parameters.iter().map(|parameter| {
            let mut parameter = serde_json::to_value(parameter).unwrap_or_default();
            parameter["in"] = json!("query");
            parameter
        }));
        self
    }

    /// Takes the parameters of a list in the query, but for those of its pages: a file holds every row.
    #[must_use]
    pub fn query_of_file<T: IntoParams>(self) -> Self {
        let mut operation = self.query::<T>();
        operation
            .parameters
            .retain(|parameter| parameter["name"] != "after" && parameter["name"] != "limit");
        operation
    }

    /// Takes this body.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(self.keep::<T>());
        self
    }

    /// Gives this with a status.
    #[must_use]
    pub fn gives<T: ToSchema>(mut self, status: u16) -> Self {
        let schema = self.keep::<T>();
        self.answers.push((status, schema));
        self
    }

    /// Acts on the version named in the body or in `If-Match`.
    #[must_use]
    pub fn on_version(mut self) -> Self {
        self.on_version = true;
        self.parameters.push(json!({
            "name": "If-Match", "in": "header", "required": false,
            "description": "The version that was read, in quotes, as the ETag of the answer gave it; `version` in the body says the same.",
            "schema": { "type": "string", "pattern": "^\"[0-9]{1,15}\"$" }
        }));
        self
    }

    fn keep<T: ToSchema>(&mut self) -> Value {
        let name = T::name().into_owned();
        self.schemas.extend(schemas_of::<T>());
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// The statuses with which it may refuse.
    pub fn refusals(&self) -> Vec<u16> {
        let mut statuses = vec![404, 405, 422, 429, 500, 503];
        if self.need != Need::Public {
            statuses.extend([401, 403]);
        }
        if self.method != Method::GET {
            statuses.extend([400, 409, 413, 415, 507]);
        }
        if self.on_version {
            statuses.push(428);
        }
        statuses.sort_unstable();
        statuses
    }

    fn describe(&self, lang: Lang) -> Value {
        let mut responses = Map::new();
        for (status, schema) in &self.answers {
            responses.insert(
                status.to_string(),
                json!({ "description": townhall_text::t(lang, "api-answer"), "content": { "application/json": { "schema": schema } } }),
            );
        }
        if !self.file_kinds.is_empty() {
            let content: Map<String, Value> = self
                .file_kinds
                .iter()
                .map(|kind| ((*kind).to_owned(), json!({})))
                .collect();
            responses.insert(
                "200".to_owned(),
                json!({ "description": townhall_text::t(lang, "api-answer"), "content": content }),
            );
        }
        for status in self.refusals() {
            let words: Vec<String> = Wrong::KINDS
                .iter()
                .filter(|(code, _)| *code == status)
                .map(|(_, word)| townhall_text::t(lang, &format!("api-problem-{word}")))
                .collect();
            responses.insert(
                status.to_string(),
                json!({
                    "description": words.join("; "),
                    "content": { PROBLEM_JSON: { "schema": { "$ref": "#/components/schemas/Problem" } } }
                }),
            );
        }
        let mut operation = json!({
            "operationId": self.id,
            "summary": townhall_text::t(lang, &format!("api-op-{}", self.id)),
            "tags": [self.tag()],
            "description": need_words(lang, self.need),
            "parameters": self.parameters,
            "responses": responses,
        });
        if let Some(schema) = &self.body {
            let content: Map<String, Value> = self
                .body_kinds
                .iter()
                .map(|kind| ((*kind).to_owned(), json!({ "schema": schema })))
                .collect();
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        if self.need == Need::Public {
            operation["security"] = json!([]);
        }
        operation
    }

    /// The first part of its path: what it is about.
    pub fn tag(&self) -> &'static str {
        self.path
            .trim_start_matches("/api/v1/")
            .split('/')
            .next()
            .unwrap_or("")
    }
}

/// The schema of a type and of all that it holds, by name.
fn schemas_of<T: ToSchema>() -> Vec<(String, Value)> {
    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
    T::schemas(&mut schemas);
    schemas.push((T::name().into_owned(), T::schema()));
    let written = schemas
        .into_iter()
        .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default()));
    written.collect()
}

/// Which right an operation needs, in words.
pub fn need_words(lang: Lang, need: Need) -> String {
    let list = |rights: &[Right]| {
        rights
            .iter()
            .map(|right| right.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let rights = match need {
        Need::Public => return townhall_text::t(lang, "api-need-none"),
        Need::Session => return townhall_text::t(lang, "api-need-token"),
        Need::Right(right) => list(&[right]),
        Need::AnyOf(rights) => list(rights),
    };
    townhall_text::t_args(lang, "api-need-right", &[("right", rights.as_str().into())])
}

fn path_parameter(name: &str) -> Value {
    let schema = match name {
        "id" => json!({ "type": "string", "format": "uuid" }),
        "unit" => json!({ "type": "string", "pattern": "^[0-9]{2}([0-9]{3})?$", "examples": ["24682"] }),
        "code" => json!({ "type": "string", "pattern": "^[0-9]\\.[0-9]{6}$", "examples": ["1.001193"] }),
        "secret" | "upload" => json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" }),
        _ => json!({ "type": "string", "maxLength": 100 }),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

/// The routes of the API and the book that describes them.
#[derive(Debug)]
pub struct Book {
    routes: Routes,
    limits: Limits,
    operations: Vec<Operation>,
}

impl Book {
    /// An empty book.
    pub fn new(app: &App) -> Self {
        Self {
            routes: Routes::new(app),
            limits: Limits::default(),
            operations: Vec::new(),
        }
    }

    /// Adds an operation with its handler.
    #[must_use]
    pub fn add<H, T>(mut self, operation: Operation, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.routes = self.routes.api(
            operation.method.clone(),
            operation.path,
            operation.need,
            &self.limits,
            handler,
        );
        self.operations.push(operation);
        self
    }

    /// The routes and the operations.
    pub fn close(self) -> (Routes, Vec<Operation>) {
        (self.routes, self.operations)
    }
}

/// The description of the operations as OpenAPI 3.1.
pub fn open_api(operations: &[Operation], base: &str, lang: Lang) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas: Map<String, Value> = Map::new();
    for operation in operations {
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        item[operation.method.as_str().to_ascii_lowercase()] = operation.describe(lang);
    }
    let used = operations
        .iter()
        .flat_map(|operation| operation.schemas.iter().cloned());
    for (name, schema) in used.chain(schemas_of::<Problem>()) {
        let before = schemas.insert(name.clone(), schema.clone());
        debug_assert!(
            before.is_none_or(|before| before == schema),
            "two types are called {name}"
        );
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": townhall_text::t(lang, "api-title"),
            "version": env!("CARGO_PKG_VERSION"),
            "description": townhall_text::t(lang, "api-lead"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": base }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "description": townhall_text::t(lang, "api-token-text") } }
        }
    })
}

//! Files on their way in over the API: in pieces that go on where the line broke, or whole as the body of a request.
//!
//! An upload belongs to an account, or to who holds a secret; the command that uses it looks at the file first, and a
//! file that cannot be kept is refused with the reason.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use townhall_app::error::{AppError, FieldError};
use townhall_app::paper::{TakeError, Taken};
use townhall_store::StoreError;
use townhall_store::files::PartialError;
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Operation};
use super::guard::Asker;
use super::problem::Wrong;
use super::read::{InPath, Sent, Text};
use crate::papers::{self, MOST_PIECE_BYTES, OFFSET};
use crate::routes::Need;
use crate::state::App;

/// What a file may be.
pub(super) const FILE_KINDS: &[&str] = &["application/pdf", "image/jpeg", "image/png"];
/// Files of one request.
const MOST_FILES: usize = 40;

pub(super) fn add(book: Book) -> Book {
    book.add(
        Operation::post("begin_upload", "/api/v1/uploads", Need::Session)
            .takes::<BeginUploadBody>()
            .gives::<UploadOut>(201),
        begin,
    )
    .add(
        Operation::get("get_upload", "/api/v1/uploads/{upload}", Need::Session).gives::<UploadOut>(200),
        place,
    )
    .add(
        Operation::piece("continue_upload", "/api/v1/uploads/{upload}", Need::Session)
            .gives::<UploadOut>(200),
        go_on,
    )
}

/// A file that will come in pieces.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginUploadBody {
    /// Its name.
    #[schema(value_type = String, max_length = 400)]
    name: Text<400>,
    /// How many bytes it has; at most 50 MiB.
    #[schema(minimum = 1, maximum = 52_428_800)]
    bytes: u64,
}

/// How far an upload has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadOut {
    /// Its name in addresses and in the command that uses it.
    id: String,
    /// How many bytes are here: the next piece begins there.
    #[schema(minimum = 0)]
    offset: u64,
    /// How many bytes it will have.
    #[schema(minimum = 1)]
    bytes: u64,
}

/// The account whose upload it is; the same as on the pages, so either goes on with what the other began.
pub(super) fn owner(asker: &Asker) -> String {
    let account = asker.actor.account();
    account.map(|account| account.to_string()).unwrap_or_default()
}

/// What is wrong with a file, by its name.
pub(super) fn file_wrong(field: &str, name: &str, error: TakeError) -> Wrong {
    match error {
        TakeError::Store(error) => Wrong::from(error),
        TakeError::Problem(problem) => {
            let name = name.chars().take(100).collect::<String>();
            let told = FieldError::new(field, problem.key()).with("name", name);
            Wrong::App(AppError::Invalid(vec![told]))
        }
        TakeError::BrokenOff => {
            let told = FieldError::new(field, "paper-file-broken-off").with("name", name);
            Wrong::App(AppError::Invalid(vec![told]))
        }
    }
}

fn partial_wrong(error: PartialError) -> Wrong {
    match error {
        PartialError::Unknown => Wrong::not_found("upload"),
        PartialError::Offset(here) => Wrong::App(AppError::refused_with("api-upload-offset", "offset", here)),
        PartialError::TooMuch => Wrong::App(AppError::refused("api-upload-too-much")),
        PartialError::Busy => Wrong::App(AppError::refused("api-upload-busy")),
        PartialError::Store(error) => Wrong::from(error),
    }
}

/// Begins an upload of whoever this is.
pub(super) async fn begin_for(app: &App, owner: String, body: &BeginUploadBody) -> Result<Response, Wrong> {
    let id = papers::start(app, owner, &body.name.0, body.bytes)
        .await
        .map_err(|error| file_wrong("bytes", &body.name.0, error))?;
    let out = UploadOut {
        id,
        offset: 0,
        bytes: body.bytes,
    };
    Ok((StatusCode::CREATED, Json(out)).into_response())
}

/// How far an upload of whoever this is has come.
pub(super) async fn place_for(app: &App, owner: String, id: String) -> Result<Json<UploadOut>, Wrong> {
    let (bytes, offset) = papers::here(app, owner, id.clone())
        .await
        .map_err(partial_wrong)?;
    Ok(Json(UploadOut { id, offset, bytes }))
}

/// Adds a piece to an upload of whoever this is.
pub(super) async fn go_on_for(
    app: &App,
    owner: String,
    id: String,
    request: Request,
) -> Result<Json<UploadOut>, Wrong> {
    let offset = request
        .headers()
        .get(OFFSET)
        .and_then(|value| value.to_str().ok());
    let offset = offset
        .and_then(|text| text.parse::<u64>().ok())
        .ok_or_else(|| Wrong::field("Upload-Offset", "api-number-wrong"))?;
    let piece = to_bytes(request.into_body(), MOST_PIECE_BYTES)
        .await
        .map_err(|_| Wrong::TooLarge)?;
    papers::append(app, owner.clone(), id.clone(), offset, piece)
        .await
        .map_err(partial_wrong)?;
    place_for(app, owner, id).await
}

/// Looks at uploads that are here as a whole, and keeps them: all, or none is used.
pub(super) async fn looked_at(app: &App, owner: &str, uploads: &[Text<32>]) -> Result<Vec<Taken>, Wrong> {
    if uploads.is_empty() {
        return Err(Wrong::field("uploads", "paper-none-chosen"));
    }
    if uploads.len() > MOST_FILES {
        return Err(Wrong::field("uploads", "api-too-many-items"));
    }
    let mut taken = Vec::with_capacity(uploads.len());
    for (place, upload) in uploads.iter().enumerate() {
        let field = format!("uploads[{place}]");
        let (name, incoming) = papers::whole(app, owner.to_owned(), upload.0.clone())
            .await
            .map_err(|error| file_wrong(&field, &upload.0, error))?;
        let looked = app.intake.take(&app.town, &name, incoming).await;
        taken.push(looked.map_err(|error| file_wrong(&field, &name, error))?);
    }
    Ok(taken)
}

/// A refusal of files as a command gives it: inside the command, after the look for an answer that was kept.
pub(super) fn in_command(error: &Wrong) -> AppError {
    match error {
        Wrong::App(AppError::Invalid(fields)) => AppError::Invalid(fields.clone()),
        _ => AppError::Store(StoreError::Stopped),
    }
}

/// Looks at the body of a request, which is one file, and keeps it.
pub(super) async fn body_looked_at(app: &App, name: &str, body: Body) -> Result<Taken, Wrong> {
    let name = if name.is_empty() { "file" } else { name };
    let taken = app.intake.take_body(&app.town, name, body).await;
    taken.map_err(|error| file_wrong("file", name, error))
}

/// How a file that is the body of a request is called.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct FileQuery {
    /// Its name.
    #[param(value_type = Option<String>, max_length = 400)]
    pub name: String,
    /// The component of the check-list that it is.
    #[param(value_type = Option<String>, max_length = 60)]
    pub component: String,
    /// `paper` (scanned here), `upload`, `e_store`; `upload` when missing.
    #[param(value_type = Option<String>, pattern = "^(paper|upload|e_store)$")]
    pub source: String,
    /// Why paper was asked for although a data base holds it.
    #[param(value_type = Option<String>, max_length = 500)]
    pub note: String,
}

/// A request whose body is a file.
pub(super) fn sent_file(
    asker: Asker,
    uri: &OriginalUri,
    headers: &HeaderMap,
    taken: &Taken,
) -> Result<Sent<()>, Wrong> {
    let sha256 = taken.original_sha256.as_ref().unwrap_or(&taken.sha256);
    Sent::file(asker, &uri.0, headers, sha256)
}

async fn begin(State(app): State<App>, sent: Sent<BeginUploadBody>) -> Result<Response, Wrong> {
    begin_for(&app, owner(&sent.asker), &sent.body).await
}

async fn place(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<UploadOut>, Wrong> {
    place_for(&app, owner(&asker), id.0).await
}

async fn go_on(
    State(app): State<App>,
    asker: Asker,
    id: InPath,
    request: Request,
) -> Result<Json<UploadOut>, Wrong> {
    go_on_for(&app, owner(&asker), id.0, request).await
}

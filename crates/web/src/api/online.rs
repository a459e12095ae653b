//! Filing online over the API, by anybody: assisted, or as a fallback when the national portal cannot be used. A form
//! has a secret of its own; the same limits as on the pages.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::Json;
use axum::extract::{OriginalUri, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use townhall_app::error::AppError;
use townhall_app::fees::ClaimedExemption;
use townhall_app::online::{
    AddOnlineFile, OnlineForm, SendOnline, StartOnline, Turn, add_online_file, online_form,
    remove_online_file, save_online, send_online, start_online, take_turn,
};
use townhall_domain::dossier::{ApplicantInput, Delivery};
use townhall_domain::ids::PaperId;
use townhall_store::online::OnlineFile;
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::dossiers::PersonBody;
use super::once::{EmptyBody, once};
use super::organisation::unit_of;
use super::problem::Wrong;
use super::read::{Asked, InPath, InPaths, Sent, Text, known};
use super::shapes::instant;
use super::uploads::{self, BeginUploadBody, FILE_KINDS, FileQuery, UploadOut};
use crate::online::CITIZEN;
use crate::routes::Need;
use crate::state::App;
use crate::visitor::Visitor;

pub(super) fn add(book: Book) -> Book {
    const ANYBODY: Need = Need::Public;
    book.add(
        Operation::post("start_form", "/api/v1/forms", ANYBODY)
            .takes::<StartFormBody>()
            .gives::<FormOut>(201),
        start,
    )
    .add(
        Operation::get("get_form", "/api/v1/forms/{secret}", ANYBODY).gives::<FormOut>(200),
        one,
    )
    .add(
        Operation::post("save_form", "/api/v1/forms/{secret}", ANYBODY)
            .takes::<SaveFormBody>()
            .gives::<FormOut>(200),
        save,
    )
    .add(
        Operation::post("begin_form_upload", "/api/v1/forms/{secret}/uploads", ANYBODY)
            .takes::<BeginUploadBody>()
            .gives::<UploadOut>(201),
        begin,
    )
    .add(
        Operation::get(
            "get_form_upload",
            "/api/v1/forms/{secret}/uploads/{upload}",
            ANYBODY,
        )
        .gives::<UploadOut>(200),
        place,
    )
    .add(
        Operation::piece(
            "continue_form_upload",
            "/api/v1/forms/{secret}/uploads/{upload}",
            ANYBODY,
        )
        .gives::<UploadOut>(200),
        piece,
    )
    .add(
        Operation::post("add_form_files", "/api/v1/forms/{secret}/files", ANYBODY)
            .takes::<AddFormFilesBody>()
            .gives::<FormOut>(201),
        add_files,
    )
    .add(
        Operation::post("add_form_file", "/api/v1/forms/{secret}/files/file", ANYBODY)
            .query::<FileQuery>()
            .takes_file(FILE_KINDS)
            .gives::<FormOut>(201),
        add_file,
    )
    .add(
        Operation::post(
            "remove_form_file",
            "/api/v1/forms/{secret}/files/{file}/actions/remove",
            ANYBODY,
        )
        .takes::<EmptyBody>()
        .gives::<FormOut>(200),
        remove,
    )
    .add(
        Operation::post("send_form", "/api/v1/forms/{secret}/actions/send", ANYBODY)
            .takes::<SendFormBody>()
            .gives::<SentOut>(201),
        send,
    )
}

/// Takes a turn of an address at something that costs or could be guessed at.
pub(super) async fn turn(app: &App, address: IpAddr, turn: Turn) -> Result<(), Wrong> {
    let taken = app
        .town
        .db()
        .write("take_turn", move |tx| take_turn(tx, turn, address))
        .await?;
    taken.map_err(|seconds| Wrong::TooMany(u64::try_from(seconds).unwrap_or(1).max(1)))
}

fn owner(secret: &str) -> String {
    format!("online:{secret}")
}

/// What is to be filed, and where.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartFormBody {
    /// Procedure code; one that `online` says can be filed here.
    #[schema(value_type = String, max_length = 40, examples("1.001193"))]
    procedure: Text<40>,
    /// Code of the unit whose centre receives it; that of the site when missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{5}$")]
    unit: Option<Text<5>>,
}

/// A file of a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormFileOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// The component that it is; empty for another paper.
    component: String,
    /// Name as shown.
    name: String,
    /// Size of what is kept.
    bytes: i64,
    /// Pages.
    pages: i64,
}

impl From<&OnlineFile> for FormFileOut {
    fn from(file: &OnlineFile) -> Self {
        Self {
            id: file.id.to_string(),
            component: file.component.clone(),
            name: file.name.clone(),
            bytes: file.bytes,
            pages: file.pages,
        }
    }
}

/// A form as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormOut {
    /// Its secret: whoever has it, has the form.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    secret: String,
    /// Address of it.
    href: String,
    /// The dossier that it becomes.
    #[schema(format = "uuid")]
    dossier: String,
    /// The unit whose centre receives it, by code and first day.
    unit: String,
    /// Procedure code.
    procedure: String,
    /// Names and values as they were typed.
    fields: BTreeMap<String, Vec<String>>,
    /// Files.
    files: Vec<FormFileOut>,
    /// When something was last kept.
    #[schema(format = DateTime)]
    saved_at: String,
    /// The secret of the receipt, once it was sent.
    status_secret: Option<String>,
}

impl FormOut {
    fn of(secret: &str, form: OnlineForm) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form.fields {
            fields.entry(name).or_default().push(value);
        }
        Self {
            secret: secret.to_owned(),
            href: format!("/api/v1/forms/{secret}"),
            dossier: form.id.to_string(),
            unit: form.unit.to_string(),
            procedure: form.procedure,
            fields,
            files: form.files.iter().map(FormFileOut::from).collect(),
            saved_at: instant(form.saved_at),
            status_secret: form.sent,
        }
    }
}

async fn load(app: &App, secret: &str) -> Result<FormOut, Wrong> {
    let asked = secret.to_owned();
    let found = app
        .town
        .read("online_form", &CITIZEN, move |tx, cx| online_form(tx, cx, &asked));
    Ok(FormOut::of(secret, found.await.map_err(Wrong::App)?))
}

/// A form that takes something: it is there, and was not sent.
async fn open(app: &App, secret: &str) -> Result<(), Wrong> {
    match load(app, secret).await?.status_secret {
        None => Ok(()),
        Some(_) => Err(Wrong::App(AppError::refused("online-refused-sent"))),
    }
}

async fn start(
    State(app): State<App>,
    visitor: Visitor,
    sent: Sent<StartFormBody>,
) -> Result<Response, Wrong> {
    let code = sent.body.unit.as_ref();
    let command = StartOnline {
        unit: unit_of(&app, code.map_or(app.site.unit_code.as_str(), |code| &code.0))?,
        procedure: sent.body.procedure.0.clone(),
    };
    turn(&app, visitor.address, Turn::Start).await?;
    let secret = app
        .town
        .write("start_online", &CITIZEN, move |tx, cx| {
            start_online(tx, cx, &command)
        })
        .await
        .map_err(Wrong::App)?;
    let form = load(&app, &secret).await?;
    Ok((StatusCode::CREATED, Json(form)).into_response())
}

async fn one(State(app): State<App>, secret: InPath) -> Result<Json<FormOut>, Wrong> {
    Ok(Json(load(&app, &secret.0).await?))
}

/// What stands in a form now, right or wrong.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveFormBody {
    /// Names and values as the form's pages send them; what is left out is forgotten.
    fields: BTreeMap<String, Vec<String>>,
}

async fn save(
    State(app): State<App>,
    secret: InPath,
    sent: Sent<SaveFormBody>,
) -> Result<Json<FormOut>, Wrong> {
    let fields: Vec<(String, String)> = sent
        .body
        .fields
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name.clone(), value.clone())))
        .collect();
    if fields.len() > crate::online::MOST_FIELDS {
        return Err(Wrong::field("fields", "api-too-many-items"));
    }
    let asked = secret.0.clone();
    app.town
        .write("save_online", &CITIZEN, move |tx, cx| {
            save_online(tx, cx, &asked, &fields)
        })
        .await
        .map_err(Wrong::App)?;
    one(State(app), secret).await
}

async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    secret: InPath,
    sent: Sent<BeginUploadBody>,
) -> Result<Response, Wrong> {
    open(&app, &secret.0).await?;
    turn(&app, visitor.address, Turn::Upload).await?;
    uploads::begin_for(&app, owner(&secret.0), &sent.body).await
}

async fn place(
    State(app): State<App>,
    InPaths([secret, upload]): InPaths<2>,
) -> Result<Json<UploadOut>, Wrong> {
    uploads::place_for(&app, owner(&secret), upload).await
}

async fn piece(
    State(app): State<App>,
    InPaths([secret, upload]): InPaths<2>,
    request: Request,
) -> Result<Json<UploadOut>, Wrong> {
    uploads::go_on_for(&app, owner(&secret), upload, request).await
}

/// Files of a form that came as uploads.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddFormFilesBody {
    /// The component that they are; another paper when missing.
    #[serde(default)]
    #[schema(value_type = String, max_length = 60)]
    component: Text<60>,
    /// The uploads; each is looked at, and one that cannot be kept refuses them all.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 40)]
    uploads: Vec<Text<32>>,
}

async fn add_files(
    State(app): State<App>,
    secret: InPath,
    sent: Sent<AddFormFilesBody>,
) -> Result<Response, Wrong> {
    open(&app, &secret.0).await?;
    let taken = uploads::looked_at(&app, &owner(&secret.0), &sent.body.uploads).await?;
    keep(&app, &secret.0, &sent.body.component.0, taken).await
}

async fn add_file(
    State(app): State<App>,
    visitor: Visitor,
    secret: InPath,
    _uri: OriginalUri,
    Asked(query): Asked<FileQuery>,
    request: Request,
) -> Result<Response, Wrong> {
    open(&app, &secret.0).await?;
    turn(&app, visitor.address, Turn::Upload).await?;
    let taken = uploads::body_looked_at(&app, &query.name, request.into_body()).await?;
    keep(&app, &secret.0, &query.component, vec![taken]).await
}

async fn keep(
    app: &App,
    secret: &str,
    component: &str,
    taken: Vec<townhall_app::paper::Taken>,
) -> Result<Response, Wrong> {
    let commands: Vec<AddOnlineFile> = taken
        .into_iter()
        .map(|taken| AddOnlineFile {
            token: secret.to_owned(),
            component: component.to_owned(),
            taken,
        })
        .collect();
    app.town
        .write("add_online_file", &CITIZEN, move |tx, cx| {
            commands
                .iter()
                .try_for_each(|command| add_online_file(tx, cx, command))
        })
        .await
        .map_err(Wrong::App)?;
    Ok((StatusCode::CREATED, Json(load(app, secret).await?)).into_response())
}

async fn remove(
    State(app): State<App>,
    InPaths([secret, file]): InPaths<2>,
    _sent: Sent<EmptyBody>,
) -> Result<Json<FormOut>, Wrong> {
    let file: PaperId = file.parse().map_err(|_| Wrong::not_found("file"))?;
    let asked = secret.clone();
    app.town
        .write("remove_online_file", &CITIZEN, move |tx, cx| {
            remove_online_file(tx, cx, &asked, file)
        })
        .await
        .map_err(Wrong::App)?;
    Ok(Json(load(&app, &secret).await?))
}

/// The form as it is filed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendFormBody {
    /// Whose matter it is; with a telephone number or an e-mail.
    applicant: PersonBody,
    /// Who submits it, when it is somebody else.
    #[serde(default)]
    submitter: Option<PersonBody>,
    /// The filled form, by the schema of the procedure.
    #[serde(default)]
    #[schema(value_type = Object)]
    form: Map<String, Value>,
    /// Circumstances that only people know.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    circumstances: Vec<Text<60>>,
    /// Code of the exemption that is asked for; an officer decides on it at acceptance.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60)]
    exemption: Option<Text<60>>,
    /// What proves it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    exemption_reason: Option<Text<300>>,
    /// How the result is wanted: `counter`, `post`, `electronic`; at the counter when missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(counter|post|electronic)$")]
    delivery: Option<Text<20>>,
    /// What is stated is true, and whoever files answers for it by law: must be true.
    pledge: bool,
}

/// The dossier that a form became.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentOut {
    /// The dossier.
    #[schema(format = "uuid")]
    dossier: String,
    /// Its code.
    code: String,
    /// The secret of its receipt: opens the status of this dossier for whoever holds it.
    status_secret: String,
    /// Address of the status.
    href: String,
}

async fn send(
    State(app): State<App>,
    visitor: Visitor,
    secret: InPath,
    sent: Sent<SendFormBody>,
) -> Result<Response, Wrong> {
    let body = &sent.body;
    if !body.pledge {
        return Err(Wrong::field("pledge", "online-pledge-missing"));
    }
    if body.circumstances.len() > 50 {
        return Err(Wrong::field("circumstances", "api-too-many-items"));
    }
    let delivery = body
        .delivery
        .as_ref()
        .map(|word| known("delivery", &word.0, Delivery::parse));
    let command = SendOnline {
        token: secret.0.clone(),
        applicant: (&body.applicant).into(),
        submitter: body.submitter.as_ref().map(ApplicantInput::from),
        form: body.form.clone(),
        circumstances: body.circumstances.iter().map(|text| text.0.clone()).collect(),
        exemption: Text::filled(body.exemption.as_ref()).map(|code| ClaimedExemption {
            code,
            reason: Text::filled(body.exemption_reason.as_ref()).unwrap_or_default(),
        }),
        delivery: delivery.transpose()?.unwrap_or(Delivery::Counter),
    };
    // A secret that nobody has costs no turn.
    load(&app, &secret.0).await?;
    turn(&app, visitor.address, Turn::Send).await?;
    once(&app, &sent, "send_online", StatusCode::CREATED, move |tx, cx| {
        let received = send_online(tx, cx, &command)?;
        Ok(json!({
            "dossier": received.id,
            "code": received.code,
            "href": format!("/api/v1/status/{}", received.receipt_secret),
            "status_secret": received.receipt_secret,
        }))
    })
    .await
}

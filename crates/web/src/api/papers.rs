//! Papers over the API: added, read, taken out; and what the program itself prints.

use axum::Json;
use axum::extract::{OriginalUri, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use townhall_app::cx::Cx;
use townhall_app::dossier::{ActionNow, AddPapers, RemovePaper, add_papers, remove_paper};
use townhall_app::error::AppError;
use townhall_app::paper::Taken;
use townhall_app::paper_data::{
    House, Printable, closing_paper, control_paper, receipt_paper, result_paper, slip_paper,
};
use townhall_app::task::{AddTaskPaper, PaperList as TaskList, add_task_paper, task_view};
use townhall_domain::dossier::{Action, ComponentSource};
use townhall_domain::ids::{ClosingId, DossierId, PaperId, PaymentId, SlipId, TaskId};
use townhall_domain::permission::Right;
use townhall_store::{StoreError, Tx, papers as store};
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once;
use super::problem::Wrong;
use super::read::{Asked, InPath, Sent, Text, known};
use super::shapes::{PaperList, PaperOut};
use super::uploads::{self, FILE_KINDS, FileQuery};
use crate::papers;
use crate::routes::Need;
use crate::state::App;

const PDF: &[&str] = &["application/pdf"];

pub(super) fn add(book: Book) -> Book {
    const READ: Need = Need::Right(Right::ReadDossier);
    const DAY: Need = Need::AnyOf(&[Right::TakeFee, Right::CloseDay]);
    let file = |id, path, need| Operation::get(id, path, need).gives_file(PDF);
    book.add(
        Operation::post("add_papers", "/api/v1/dossiers/{id}/papers", READ)
            .takes::<AddPapersBody>()
            .gives::<PaperList>(201),
        attach,
    )
    .add(
        Operation::post("add_paper_file", "/api/v1/dossiers/{id}/papers/file", READ)
            .query::<FileQuery>()
            .takes_file(FILE_KINDS)
            .gives::<PaperList>(201),
        attach_file,
    )
    .add(
        Operation::post("add_task_papers", "/api/v1/tasks/{id}/papers", Need::Session)
            .takes::<AddTaskPapersBody>()
            .gives::<PaperList>(201),
        attach_to_task,
    )
    .add(
        Operation::get("get_paper", "/api/v1/papers/{id}", Need::Session).gives::<PaperWhole>(200),
        one,
    )
    .add(
        file("get_paper_file", "/api/v1/papers/{id}/file", Need::Session),
        content,
    )
    .add(
        Operation::get(
            "get_paper_original",
            "/api/v1/papers/{id}/original",
            Need::Session,
        )
        .gives_file(&["image/jpeg", "image/png"]),
        original,
    )
    .add(
        Operation::post("remove_paper", "/api/v1/papers/{id}/actions/remove", READ)
            .takes::<RemovePaperBody>()
            .gives::<RemovedOut>(200),
        remove,
    )
    .add(file("get_slip_file", "/api/v1/slips/{id}/file", READ), slip)
    .add(
        file("get_result_file", "/api/v1/dossiers/{id}/result/file", READ),
        result,
    )
    .add(
        file("get_control_file", "/api/v1/dossiers/{id}/control/file", READ),
        control,
    )
    .add(
        file("get_receipt_file", "/api/v1/receipts/{id}/file", READ),
        receipt,
    )
    .add(
        file("get_closing_file", "/api/v1/fees/closings/{id}/file", DAY),
        closing,
    )
}

/// Papers that came as uploads.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPapersBody {
    /// The component of the check-list that they are.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60)]
    component: Option<Text<60>>,
    /// `paper` (scanned here), `upload`, `e_store`; `upload` when missing.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(paper|upload|e_store)?$")]
    source: Text<20>,
    /// Why paper was asked for although a data base holds it.
    #[serde(default)]
    #[schema(value_type = String, max_length = 500)]
    note: Text<500>,
    /// The uploads; each is looked at, and one that cannot be kept refuses them all.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 40)]
    uploads: Vec<Text<32>>,
}

/// Where papers came from; nothing said is sent over the line.
fn source_of(word: &str) -> Result<ComponentSource, Wrong> {
    match word {
        "" => Ok(ComponentSource::Upload),
        word => known("source", word, ComponentSource::parse)
            .ok()
            .filter(|source| *source != ComponentSource::Database)
            .ok_or_else(|| Wrong::field("source", "api-word-unknown")),
    }
}

/// Before a byte is kept: a dossier that is not there, not the caller's to add to, or ended.
async fn must_be_open(app: &App, asker: &Asker, id: DossierId) -> Result<(), Wrong> {
    let view = crate::dossier::open(app, &asker.actor, id)
        .await
        .map_err(Wrong::App)?;
    let now = view
        .actions
        .iter()
        .find(|(action, _)| *action == Action::AddPaper);
    match now.map(|(_, now)| now) {
        Some(ActionNow::Yes) => Ok(()),
        Some(ActionNow::NotInThisState(why)) => Err(Wrong::App(AppError::NotAllowed(*why))),
        Some(ActionNow::NotInYourHand) | None => Err(Wrong::not_found("dossier")),
    }
}

/// The papers of these identities as they are given back.
fn told(tx: &mut Tx<'_>, ids: &[PaperId]) -> Result<Value, AppError> {
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(paper) = store::load(tx, *id)? {
            items.push(PaperOut::from(&paper));
        }
    }
    Ok(serde_json::to_value(PaperList { items }).map_err(StoreError::from)?)
}

async fn attach(State(app): State<App>, id: InPath, sent: Sent<AddPapersBody>) -> Result<Response, Wrong> {
    let dossier: DossierId = id.id("dossier")?;
    let source = source_of(&sent.body.source.0)?;
    must_be_open(&app, &sent.asker, dossier).await?;
    let taken = uploads::looked_at(&app, &uploads::owner(&sent.asker), &sent.body.uploads).await;
    let (component, note) = (
        Text::filled(sent.body.component.as_ref()),
        sent.body.note.0.clone(),
    );
    once(&app, &sent, "add_papers", StatusCode::CREATED, move |tx, cx| {
        // Uploads are used up by the first request; the same again is answered before this is asked.
        let papers = taken.as_ref().map_err(uploads::in_command)?.clone();
        run(tx, cx, dossier, component.clone(), source, &note, papers)
    })
    .await
}

fn run(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: DossierId,
    component: Option<String>,
    source: ComponentSource,
    note: &str,
    papers: Vec<Taken>,
) -> Result<Value, AppError> {
    let command = AddPapers {
        dossier,
        component,
        source,
        note: Some(note.to_owned()),
        papers,
    };
    let ids = add_papers(tx, cx, &command)?;
    told(tx, &ids)
}

async fn attach_file(
    State(app): State<App>,
    asker: Asker,
    id: InPath,
    uri: OriginalUri,
    Asked(query): Asked<FileQuery>,
    request: Request,
) -> Result<Response, Wrong> {
    let dossier: DossierId = id.id("dossier")?;
    let source = source_of(&query.source)?;
    must_be_open(&app, &asker, dossier).await?;
    let (parts, body) = request.into_parts();
    let taken = uploads::body_looked_at(&app, &query.name, body).await?;
    let sent = uploads::sent_file(asker, &uri, &parts.headers, &taken)?;
    let component = Some(query.component).filter(|component| !component.is_empty());
    let note = query.note;
    once(&app, &sent, "add_papers", StatusCode::CREATED, move |tx, cx| {
        run(
            tx,
            cx,
            dossier,
            component.clone(),
            source,
            &note,
            vec![taken.clone()],
        )
    })
    .await
}

/// Papers of a task that came as uploads.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddTaskPapersBody {
    /// `source` (orders from above), `order` (of the Party committee), `product`.
    #[schema(value_type = String, pattern = "^(source|order|product)$")]
    list: Text<20>,
    /// The uploads; each is looked at, and one that cannot be kept refuses them all.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 40)]
    uploads: Vec<Text<32>>,
}

async fn attach_to_task(
    State(app): State<App>,
    id: InPath,
    sent: Sent<AddTaskPapersBody>,
) -> Result<Response, Wrong> {
    let task: TaskId = id.id("task")?;
    let list = known("list", &sent.body.list.0, TaskList::parse)?;
    let seen = app.town.read("task_view", &sent.asker.actor, move |tx, cx| {
        task_view(tx, cx, task)
    });
    seen.await.map_err(Wrong::App)?;
    let taken = uploads::looked_at(&app, &uploads::owner(&sent.asker), &sent.body.uploads).await;
    once(
        &app,
        &sent,
        "add_task_paper",
        StatusCode::CREATED,
        move |tx, cx| {
            let mut ids = Vec::new();
            for taken in taken.as_ref().map_err(uploads::in_command)? {
                let command = AddTaskPaper {
                    task,
                    paper: cx.new_id(),
                    list,
                    name: taken.name.clone(),
                    media_type: taken.media_type.clone(),
                    bytes: taken.bytes,
                    pages: Some(taken.pages),
                    sha256: taken.sha256.clone(),
                    original_sha256: taken.original_sha256.clone(),
                };
                add_task_paper(tx, cx, &command)?;
                ids.push(command.paper);
            }
            told(tx, &ids)
        },
    )
    .await
}

/// A paper with what it belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperWhole {
    /// The paper.
    #[serde(flatten)]
    paper: PaperOut,
    /// What it belongs to, in one line.
    subject: String,
    /// Address of what it belongs to.
    href: String,
    /// The name of its component.
    component_name: Option<String>,
    /// Whether the content lies in the store as it was kept; a damaged one cannot be read. Null when the store does
    /// not answer just now.
    sound: Option<bool>,
    /// Whether there is another original, as it was sent, from which it was made.
    has_original: bool,
    /// Whether the caller may take it out.
    may_remove: bool,
}

async fn one(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<PaperWhole>, Wrong> {
    let view = papers::open_paper(&app, &asker.actor, &id.0)
        .await
        .map_err(Wrong::App)?;
    let sound = match papers::look(&app, &view.paper.sha256).await {
        papers::Content::Sound => Some(true),
        papers::Content::Damaged => Some(false),
        papers::Content::Away => None,
    };
    Ok(Json(PaperWhole {
        paper: PaperOut::from(&view.paper),
        subject: view.subject,
        href: format!("/api/v1{}", view.back),
        component_name: view.component.map(|(vi, en)| match asker.lang {
            townhall_text::Lang::Vi => vi,
            townhall_text::Lang::En => en,
        }),
        sound,
        has_original: view.paper.original_sha256.is_some(),
        may_remove: view.may_remove,
    }))
}

async fn content(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let found = papers::content(&app, &asker.actor, &id.0, false).await;
    found.map_err(Wrong::App)
}

async fn original(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let found = papers::sent_content(&app, &asker.actor, &id.0).await;
    found.map_err(Wrong::App)
}

/// Why a paper is taken out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovePaperBody {
    /// The reason.
    #[schema(value_type = String, min_length = 3, max_length = 2000)]
    reason: Text<2000>,
}

/// A paper was taken out.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemovedOut {
    /// The dossier that it was taken out of.
    #[schema(format = "uuid")]
    dossier: String,
}

async fn remove(State(app): State<App>, id: InPath, sent: Sent<RemovePaperBody>) -> Result<Response, Wrong> {
    let command = RemovePaper {
        paper: id.id("paper")?,
        reason: sent.body.reason.0.clone(),
    };
    once(&app, &sent, "remove_paper", StatusCode::OK, move |tx, cx| {
        let dossier = remove_paper(tx, cx, &command)?;
        Ok(json!({ "dossier": dossier }))
    })
    .await
}

/// Prints what a query makes, and notes that it was read.
async fn printed<I: Copy + Send + 'static>(
    app: &App,
    asker: &Asker,
    id: I,
    make: fn(&mut Tx<'_>, &Cx, &House, I) -> Result<Printable, AppError>,
) -> Result<Response, Wrong> {
    papers::made(app, &asker.actor, move |tx, cx, house| make(tx, cx, house, id))
        .await
        .map_err(Wrong::App)
}

async fn slip(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let id: SlipId = id.id("slip")?;
    printed(&app, &asker, id, slip_paper).await
}

async fn result(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let id: DossierId = id.id("dossier")?;
    printed(&app, &asker, id, result_paper).await
}

async fn control(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let id: DossierId = id.id("dossier")?;
    printed(&app, &asker, id, control_paper).await
}

async fn receipt(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let id: PaymentId = id.id("receipt")?;
    printed(&app, &asker, id, receipt_paper).await
}

async fn closing(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let id: ClosingId = id.id("closing")?;
    printed(&app, &asker, id, closing_paper).await
}

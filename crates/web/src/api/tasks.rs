//! Tasks with the six over the API: list, one with what was said and handed in, issue and every action.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::task::{self as app, TaskView, issue_task, my_tasks, task_list, task_view};
use townhall_domain::ids::{PostId, TaskId};
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_domain::task::{Class, Task, TaskDraft};
use townhall_domain::time::Timestamp;
use townhall_store::Tx;
use townhall_store::tasks::{self as store, Listed};
use utoipa::ToSchema;

use super::act::{self, Subject};
use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once;
use super::paging::{next_link, page_size};
use super::problem::Wrong;
use super::read::{Asked, InPath, Sent, Text, chosen};
use super::shapes::{FactOut, PaperOut, instant, list_of, maybe};
use crate::routes::Need;
use crate::state::App;

mod actions;
mod query;
mod report;

use actions::{
    AcceptProductBody, DecideExtensionBody, HandInBody, PauseTaskBody, ReceiveTaskBody, ReportBody,
    RequestExtensionBody, ResumeTaskBody, SendBackTaskBody, WithdrawTaskBody,
};
use query::TaskQuery;
use report::TaskReportOut;

/// Who works with tasks at all.
const TASKS: Need = Need::AnyOf(&[
    Right::WorkTask,
    Right::IssueTask,
    Right::AcceptTask,
    Right::ReadStatistics,
]);

pub(super) fn add(book: Book) -> Book {
    let book = book
        .add(
            Operation::get("list_tasks", "/api/v1/tasks", TASKS)
                .query::<TaskQuery>()
                .gives::<TaskPageOut>(200),
            list,
        )
        .add(
            Operation::post("issue_task", "/api/v1/tasks", Need::Right(Right::IssueTask))
                .takes::<IssueTaskBody>()
                .gives::<TaskItem>(201),
            issue,
        )
        .add(
            Operation::get("get_task", "/api/v1/tasks/{id}", TASKS).gives::<TaskOut>(200),
            one,
        )
        .add(
            Operation::get(
                "export_tasks",
                "/api/v1/tasks/export.csv",
                Need::Right(Right::Export),
            )
            .query_of_file::<TaskQuery>()
            .gives_file(&["text/csv"]),
            export,
        )
        .add(
            Operation::get("report_tasks", "/api/v1/tasks/report", TASKS)
                .query_of_file::<TaskQuery>()
                .gives::<TaskReportOut>(200),
            report::report,
        )
        .add(
            Operation::get("my_tasks", "/api/v1/work/tasks", Need::Session).gives::<MyTaskList>(200),
            work,
        );
    let book = act::add::<ReceiveTaskBody>(book);
    let book = act::add::<ReportBody>(book);
    let book = act::add::<HandInBody>(book);
    let book = act::add::<AcceptProductBody>(book);
    let book = act::add::<SendBackTaskBody>(book);
    let book = act::add::<RequestExtensionBody>(book);
    let book = act::add::<DecideExtensionBody>(book);
    let book = act::add::<PauseTaskBody>(book);
    let book = act::add::<ResumeTaskBody>(book);
    act::add::<WithdrawTaskBody>(book)
}

/// A task as a list gives it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskItem {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// Address of the whole.
    href: String,
    /// Code.
    code: String,
    /// The unit of the lead post, by code and first day.
    unit: String,
    /// Clear person: the post that leads.
    #[schema(format = "uuid")]
    lead: String,
    /// In whose name it was issued; that post accepts the product.
    #[schema(format = "uuid")]
    issuer: String,
    /// Clear work.
    work: String,
    /// Clear product.
    product: String,
    /// Clear time: the deadline that holds.
    #[schema(format = DateTime)]
    due_at: String,
    /// The first deadline; it never changes, and the classes are measured by it.
    #[schema(format = DateTime)]
    original_due_at: String,
    /// `issued`, `received`, `in_progress`, `handed_in`, `accepted`, `paused`, `withdrawn`.
    state: &'static str,
    /// The reporting class; a withdrawn task has none.
    class: Option<&'static str>,
    /// `normal`, `high`, `urgent`.
    priority: &'static str,
    /// How far the work is, in percent.
    #[schema(minimum = 0, maximum = 100)]
    percent: u8,
    /// When it was issued.
    #[schema(format = DateTime)]
    issued_at: String,
    /// When the product was handed in.
    #[schema(format = DateTime)]
    handed_in_at: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// Whether a request for more time waits.
    has_request: bool,
    /// Version, for actions.
    #[schema(minimum = 1)]
    version: i64,
}

impl TaskItem {
    fn of_row(row: &Listed, now: Timestamp) -> Self {
        Self {
            id: row.id.to_string(),
            href: format!("/api/v1/tasks/{}", row.id),
            code: row.code.clone(),
            unit: row.unit.to_string(),
            lead: row.lead.to_string(),
            issuer: row.issuer.to_string(),
            work: row.work.clone(),
            product: row.product.clone(),
            due_at: instant(row.deadline.due),
            original_due_at: instant(row.deadline.original_due),
            state: row.state.as_str(),
            class: row.class(now).map(Class::as_str),
            priority: row.priority.as_str(),
            percent: row.percent,
            issued_at: instant(row.issued_at),
            handed_in_at: maybe(row.handed_in_at),
            ended_at: maybe(row.ended_at),
            has_request: row.has_request,
            version: row.version,
        }
    }

    fn of(task: &Task, now: Timestamp) -> Self {
        Self {
            id: task.id.to_string(),
            href: format!("/api/v1/tasks/{}", task.id),
            code: task.code.clone(),
            unit: task.unit.to_string(),
            lead: task.lead.to_string(),
            issuer: task.issuer.to_string(),
            work: task.work.as_str().to_owned(),
            product: task.product.as_str().to_owned(),
            due_at: instant(task.deadline.due),
            original_due_at: instant(task.deadline.original_due),
            state: task.state.as_str(),
            class: task.class(now).map(Class::as_str),
            priority: task.priority.as_str(),
            percent: task.percent,
            issued_at: instant(task.issued_at),
            handed_in_at: maybe(task.handed_in_at),
            ended_at: maybe(task.ended_at),
            has_request: task.request.is_some(),
            version: task.version,
        }
    }
}

/// A page of tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskPageOut {
    /// The rows.
    items: Vec<TaskItem>,
    /// Key for `after` of the next page; missing on the last.
    next: Option<String>,
}

async fn list(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<TaskQuery>,
) -> Result<Response, Wrong> {
    let now = app.town.clock().now();
    let filter = query.filter(&app, asker.actor.space().unwrap_or(Space::State))?;
    let limit = page_size(query.limit)?;
    let found = app.town.read("task_list", &asker.actor, move |tx, cx| {
        task_list(tx, cx, &filter, limit)
    });
    let page = found.await.map_err(Wrong::App)?.page;
    let next = page.next.map(|(at, id)| format!("{at}.{id}"));
    let items = page.rows.iter().map(|row| TaskItem::of_row(row, now)).collect();
    Ok((
        next_link(&uri, next.as_deref()),
        Json(TaskPageOut { items, next }),
    )
        .into_response())
}

async fn export(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<TaskQuery>,
) -> Result<Response, Wrong> {
    query.must_be_whole()?;
    let filter = query.filter(&app, asker.actor.space().unwrap_or(Space::State))?;
    crate::task::file(&app, &asker.ui(&app, &uri), &asker.actor, filter)
        .await
        .map_err(Wrong::App)
}

/// A task that waits for the caller's post.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyTask {
    /// `lead`, `accept`, `decide`, `join`.
    why: String,
    /// The task.
    task: TaskItem,
}

list_of!(
    /// Tasks that wait for the caller's post, what is due first.
    MyTaskList of MyTask
);

async fn work(State(app): State<App>, asker: Asker) -> Result<Json<MyTaskList>, Wrong> {
    let now = app.town.clock().now();
    let mine = app
        .town
        .read("my_tasks", &asker.actor, my_tasks)
        .await
        .map_err(Wrong::App)?;
    let of = |mine: &store::Mine| MyTask {
        why: serde_json::to_value(mine.why)
            .ok()
            .and_then(|word| word.as_str().map(str::to_owned))
            .unwrap_or_default(),
        task: TaskItem::of_row(&mine.task, now),
    };
    Ok(Json(mine.iter().map(of).collect()))
}

/// What was said on the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryOut {
    /// `issued`, `received`, `progress`, `contribution`, `paused`, `resumed`, `withdrawn`, `paper`.
    kind: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// By which post.
    #[schema(format = "uuid")]
    post: Option<String>,
    /// How far the work was.
    percent: Option<u8>,
    /// What was said.
    note: Option<String>,
}

/// A product that was handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductOut {
    /// 1, 2, 3 …
    number: i64,
    /// What came of the work.
    summary: String,
    /// Number and symbol of the document.
    document: Option<String>,
    /// Papers that are the product.
    papers: Vec<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// One task.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskOut {
    /// What a list gives of it.
    #[serde(flatten)]
    item: TaskItem,
    /// Clear responsibility.
    responsibility: String,
    /// Clear authority.
    authority: String,
    /// How it is to be done.
    details: Option<String>,
    /// Where it comes from.
    #[schema(value_type = Object)]
    source: Value,
    /// Posts that join the lead.
    joining: Vec<String>,
    /// What was said on the way, oldest first.
    entries: Vec<EntryOut>,
    /// Products handed in, oldest first.
    products: Vec<ProductOut>,
    /// Its papers.
    papers: Vec<PaperOut>,
    /// The trail, oldest first.
    facts: Vec<FactOut>,
    /// What the caller can do now.
    actions: Vec<&'static str>,
}

impl TaskOut {
    fn of(view: &TaskView, now: Timestamp) -> Self {
        let task = &view.task;
        Self {
            item: TaskItem::of(task, now),
            responsibility: task.responsibility.as_str().to_owned(),
            authority: task.authority.as_str().to_owned(),
            details: task.details.clone(),
            source: serde_json::to_value(&task.source).unwrap_or_default(),
            joining: task.joining.iter().map(ToString::to_string).collect(),
            entries: view
                .entries
                .iter()
                .map(|entry| EntryOut {
                    kind: entry.kind.clone(),
                    at: instant(entry.by.at),
                    post: entry.by.post.map(|post| post.to_string()),
                    percent: entry.percent,
                    note: entry.note.clone(),
                })
                .collect(),
            products: view
                .products
                .iter()
                .map(|product| ProductOut {
                    number: product.number,
                    summary: product.product.summary().to_owned(),
                    document: product.product.document().map(str::to_owned),
                    papers: product.product.papers().iter().map(ToString::to_string).collect(),
                    at: instant(product.by.at),
                })
                .collect(),
            papers: view.papers.iter().map(PaperOut::from).collect(),
            facts: view.trail.iter().map(FactOut::from).collect(),
            actions: view
                .actions
                .iter()
                .filter(|(_, now)| matches!(now, app::ActionNow::Yes))
                .map(|(action, _)| action.as_str())
                .collect(),
        }
    }
}

async fn one(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let id: TaskId = id.id("task")?;
    let view = app
        .town
        .read("task_view", &asker.actor, move |tx, cx| task_view(tx, cx, id));
    let view = view.await.map_err(Wrong::App)?;
    let mut headers = HeaderMap::new();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", view.task.version)) {
        headers.insert(ETAG, tag);
    }
    Ok((headers, Json(TaskOut::of(&view, app.town.clock().now()))).into_response())
}

/// A task to be issued: the six, and where it comes from.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueTaskBody {
    /// Identity chosen by the caller, so that sending it twice makes one task.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    id: Option<TaskId>,
    /// Clear person: the one post that leads.
    #[schema(value_type = String, format = "uuid")]
    lead: PostId,
    /// Clear work.
    #[schema(value_type = String, min_length = 3, max_length = 500)]
    work: Text<500>,
    /// Clear time: the day, `2025-08-31`.
    #[schema(value_type = String, max_length = 10)]
    due_on: Text<10>,
    /// Clear time: the hour, `16:30`; the close of office when missing.
    #[serde(default)]
    #[schema(value_type = String, max_length = 5)]
    due_time: Text<5>,
    /// Clear responsibility.
    #[schema(value_type = String, min_length = 3, max_length = 2000)]
    responsibility: Text<2000>,
    /// Clear product.
    #[schema(value_type = String, min_length = 3, max_length = 500)]
    product: Text<500>,
    /// Clear authority.
    #[schema(value_type = String, min_length = 3, max_length = 2000)]
    authority: Text<2000>,
    /// How it is to be done.
    #[serde(default)]
    #[schema(value_type = String, max_length = 2000)]
    details: Text<2000>,
    /// `direct`, `document`, `meeting`, `feedback`; direct when missing.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(direct|document|meeting|feedback)?$")]
    source: Text<20>,
    /// Number and symbol of the document, name of the meeting, number of the feedback.
    #[serde(default)]
    #[schema(value_type = String, max_length = 500)]
    reference: Text<500>,
    /// The paragraph of it that orders this.
    #[serde(default)]
    #[schema(value_type = String, max_length = 500)]
    paragraph: Text<500>,
    /// `normal`, `high`, `urgent`; normal when missing.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(normal|high|urgent)?$")]
    priority: Text<20>,
    /// The leader in whose name it is issued; the caller's own post when missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    issuer: Option<PostId>,
    /// Posts that join the lead.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 30)]
    joining: Vec<PostId>,
}

async fn issue(State(app): State<App>, sent: Sent<IssueTaskBody>) -> Result<Response, Wrong> {
    let body = &sent.body;
    let command = app::IssueTask {
        id: chosen(body.id, || app.town.cx(&sent.asker.actor).new_id())?,
        draft: TaskDraft {
            lead: body.lead.to_string(),
            work: body.work.0.clone(),
            due_on: body.due_on.0.clone(),
            due_time: body.due_time.0.clone(),
            responsibility: body.responsibility.0.clone(),
            product: body.product.0.clone(),
            authority: body.authority.0.clone(),
            details: body.details.0.clone(),
            source: body.source.0.clone(),
            reference: body.reference.0.clone(),
            paragraph: body.paragraph.0.clone(),
            priority: body.priority.0.clone(),
        },
        issuer: body.issuer.map(|post| post.to_string()).unwrap_or_default(),
        joining: body.joining.iter().take(31).map(ToString::to_string).collect(),
    };
    once(&app, &sent, "issue_task", StatusCode::CREATED, move |tx, cx| {
        let issued = issue_task(tx, cx, &command)?;
        OnTask::after(tx, cx, issued.id)
    })
    .await
}

/// Actions on a task.
pub struct OnTask;

impl Subject for OnTask {
    type Id = TaskId;
    type Out = TaskItem;
    const WHAT: &'static str = "task";
    const NEED: Need = TASKS;

    fn after(tx: &mut Tx<'_>, cx: &Cx, id: TaskId) -> Result<Value, AppError> {
        let task = store::load(tx, id)?.ok_or(AppError::NotFound("task"))?;
        Ok(serde_json::to_value(TaskItem::of(&task, cx.now())).unwrap_or_default())
    }
}

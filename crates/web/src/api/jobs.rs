//! Background jobs over the API: what waits, what is done, what could not be done, "try again" and "cancel".

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use townhall_app::clock::real_now;
use townhall_app::error::AppError;
use townhall_app::jobs::{cancel_job, job_list, job_view, retry_job, why_not_cancelled};
use townhall_domain::ids::JobId;
use townhall_domain::permission::Right;
use townhall_store::jobs::{self, Job, JobState};
use townhall_text::Lang;
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::{DoneOut, EmptyBody, done, once};
use super::paging::{next_link, page_key, page_size};
use super::problem::Wrong;
use super::read::{Asked, InPath, Sent, known, number};
use super::shapes::{instant, maybe};
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    const READ: Need = Need::Right(Right::ReadJobs);
    book.add(
        Operation::get("list_jobs", "/api/v1/jobs", READ)
            .query::<JobQuery>()
            .gives::<JobPage>(200),
        list,
    )
    .add(
        Operation::get("get_job", "/api/v1/jobs/{id}", READ).gives::<JobOut>(200),
        one,
    )
    .add(
        Operation::post(
            "retry_job",
            "/api/v1/jobs/{id}/actions/retry",
            Need::Right(Right::RetryJob),
        )
        .takes::<EmptyBody>()
        .gives::<DoneOut>(200),
        retry,
    )
    .add(
        Operation::post(
            "cancel_job",
            "/api/v1/jobs/{id}/actions/cancel",
            Need::Right(Right::RetryJob),
        )
        .takes::<EmptyBody>()
        .gives::<JobOut>(200),
        cancel,
    )
}

/// What a list of jobs is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct JobQuery {
    /// `waiting` (also what is at work or stopping), `done`, `gave_up`, `cancelling`, `cancelled`.
    #[param(value_type = Option<String>, pattern = "^(waiting|done|gave_up|cancelling|cancelled)$")]
    state: String,
    /// `next` of the page before.
    #[param(value_type = Option<String>, max_length = 100)]
    after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// What is to be done.
    kind: String,
    /// The unit whose work it is; missing for the node's own.
    unit: Option<String>,
    /// `waiting`, `done`, `gave_up`, `cancelling` (stops at its next safe point), `cancelled`.
    state: &'static str,
    /// Whether a process is at it.
    is_running: bool,
    /// Why it cannot be cancelled now, in words; missing when it can.
    why_not_cancelled: Option<String>,
    /// How often it was begun.
    attempts: u32,
    /// When it is to run next.
    #[schema(format = DateTime)]
    run_at: String,
    /// What went wrong last.
    last_error: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    changed_at: Option<String>,
}

impl JobOut {
    fn of(job: &Job, lang: Lang) -> Self {
        Self {
            is_running: matches!(job.state, JobState::Waiting | JobState::Cancelling)
                && job.lease_until > real_now(),
            why_not_cancelled: why_not_cancelled(job).map(|why| townhall_text::t(lang, why)),
            id: job.id.to_string(),
            kind: job.kind.clone(),
            unit: job.unit.as_ref().map(ToString::to_string),
            state: job.state.as_str(),
            attempts: job.attempts,
            run_at: instant(job.run_at),
            last_error: job.last_error.clone(),
            created_at: instant(job.created_at),
            changed_at: maybe(Some(job.changed_at)),
        }
    }
}

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobPage {
    /// The rows, last changed first.
    items: Vec<JobOut>,
    /// Key for `after` of the next page; missing on the last page.
    next: Option<String>,
}

async fn list(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<JobQuery>,
) -> Result<Response, Wrong> {
    let limit = page_size(query.limit)?;
    let state = match query.state.as_str() {
        "" => None,
        word => Some(known("state", word, JobState::parse)?),
    };
    let after = match query.after.as_str() {
        "" => None,
        key => {
            let (at, id) = page_key::<JobId>(key)?;
            let at = jiff::Timestamp::from_millisecond(at);
            Some((
                at.map_err(|_| Wrong::field("after", "api-key-of-page-wrong"))?,
                id,
            ))
        }
    };
    let most = u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1);
    let found = app.town.read("job_list", &asker.actor, move |tx, cx| {
        job_list(tx, cx, state, after, most)
    });
    let mut jobs = found.await.map_err(Wrong::App)?;
    let more = jobs.len() > limit;
    jobs.truncate(limit);
    let next = jobs
        .last()
        .filter(|_| more)
        .map(|last| format!("{}.{}", last.changed_at.as_millisecond(), last.id));
    let headers = next_link(&uri, next.as_deref());
    let items = jobs.iter().map(|job| JobOut::of(job, asker.lang)).collect();
    Ok((headers, Json(JobPage { items, next })).into_response())
}

async fn one(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<JobOut>, Wrong> {
    let id: JobId = id.id("job")?;
    let found = app
        .town
        .read("job_view", &asker.actor, move |tx, cx| job_view(tx, cx, id));
    let job = found.await.map_err(Wrong::App)?;
    Ok(Json(JobOut::of(&job, asker.lang)))
}

async fn retry(State(app): State<App>, id: InPath, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    let id: JobId = id.id("job")?;
    done(&app, &sent, "retry_job", move |tx, cx| retry_job(tx, cx, id)).await
}

async fn cancel(State(app): State<App>, id: InPath, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    let (id, lang): (JobId, Lang) = (id.id("job")?, sent.asker.lang);
    once(&app, &sent, "cancel_job", StatusCode::OK, move |tx, cx| {
        cancel_job(tx, cx, id)?;
        let job = jobs::load(tx, id)?.ok_or(AppError::NotFound("job"))?;
        Ok(serde_json::to_value(JobOut::of(&job, lang)).unwrap_or_default())
    })
    .await
}

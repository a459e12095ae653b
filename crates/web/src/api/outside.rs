//! What goes outside over the API: messages to citizens, and the national portal.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use townhall_app::message::{MessageView, message_list, retry_message, stop_message};
use townhall_app::portal::{
    PortalView, compare_now, leave_out_state, portal_view, sync_now, try_dossier_again, try_state_again,
};
use townhall_domain::ids::{DossierId, MessageId};
use townhall_domain::message::{MessageKind, MessageState, Way};
use townhall_domain::permission::Right;
use townhall_store::messages::Filter;
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::{DoneOut, EmptyBody, done};
use super::paging::{next_link, page_size};
use super::problem::Wrong;
use super::read::{Asked, InPath, Sent, known, number};
use super::shapes::{instant, maybe};
use crate::routes::Need;
use crate::state::App;

/// Most lines of what is not in step.
const TROUBLES: u32 = 200;

pub(super) fn add(book: Book) -> Book {
    let portal = Need::Right(Right::SyncPortal);
    let again = Need::Right(Right::RetryJob);
    let post = |id, path, need| {
        Operation::post(id, path, need)
            .takes::<EmptyBody>()
            .gives::<DoneOut>(200)
    };
    book.add(
        Operation::get("list_messages", "/api/v1/messages", Need::Right(Right::ReadJobs))
            .query::<MessageQuery>()
            .gives::<MessagePage>(200),
        messages,
    )
    .add(
        post("retry_message", "/api/v1/messages/{id}/actions/retry", again),
        retry,
    )
    .add(
        post("stop_message", "/api/v1/messages/{id}/actions/stop", again),
        stop,
    )
    .add(
        Operation::get("get_portal", "/api/v1/portal", portal).gives::<PortalOut>(200),
        overview,
    )
    .add(post("sync_portal", "/api/v1/portal/actions/sync", portal), sync)
    .add(
        post("compare_portal", "/api/v1/portal/actions/compare", portal),
        compare,
    )
    .add(
        post(
            "retry_portal_dossier",
            "/api/v1/portal/dossiers/{code}/actions/retry",
            portal,
        ),
        retry_dossier,
    )
    .add(
        post(
            "retry_portal_state",
            "/api/v1/portal/states/{id}/actions/retry",
            portal,
        ),
        retry_state,
    )
    .add(
        post(
            "leave_out_portal_state",
            "/api/v1/portal/states/{id}/actions/leave-out",
            portal,
        ),
        leave_out,
    )
}

/// What a list of messages is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct MessageQuery {
    /// `waiting`, `sent`, `failed`, `stopped`.
    #[param(value_type = Option<String>, pattern = "^(waiting|sent|failed|stopped)$")]
    state: String,
    /// `email` or `sms`.
    #[param(value_type = Option<String>, pattern = "^(email|sms)$")]
    way: String,
    /// What it tells: `accepted`, `result_ready`, …
    #[param(value_type = Option<String>, pattern = "^(registered|accepted|supplement_asked|refused|obligation_asked|extended|result_ready|refused_after_appraisal|withdrawn)$")]
    kind: String,
    /// The dossier's code.
    #[param(value_type = Option<String>, max_length = 64)]
    code: String,
    /// `next` of the page before.
    #[param(value_type = Option<String>, max_length = 100)]
    after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl MessageQuery {
    fn filter(&self) -> Result<Filter, Wrong> {
        let word = |text: &str| !text.is_empty();
        let mut filter = Filter::default();
        if word(&self.state) {
            filter.state = Some(known("state", &self.state, MessageState::parse)?);
        }
        if word(&self.way) {
            filter.way = Some(known("way", &self.way, Way::parse)?);
        }
        if word(&self.kind) {
            filter.kind = Some(known("kind", &self.kind, MessageKind::parse)?);
        }
        if word(&self.code) {
            filter.code = Some(self.code.clone());
        }
        if word(&self.after) {
            let key = self.after.split_once('.').and_then(|(at, id)| {
                let at = jiff::Timestamp::from_millisecond(at.parse().ok()?).ok()?;
                Some((at, id.parse().ok()?))
            });
            filter.after = Some(key.ok_or_else(|| Wrong::field("after", "api-key-of-page-wrong"))?);
        }
        Ok(filter)
    }
}

/// A message to a citizen; neither its address nor its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// The dossier.
    #[schema(format = "uuid")]
    dossier: String,
    /// Its code.
    code: String,
    /// What it tells.
    kind: &'static str,
    /// `email` or `sms`.
    way: &'static str,
    /// `vi` or `en`.
    lang: &'static str,
    /// The address, masked; missing when it was taken out of the dossier.
    to: Option<String>,
    /// `waiting`, `sent`, `failed`, `stopped`.
    state: &'static str,
    /// When the step was done.
    #[schema(format = DateTime)]
    at: String,
    /// When it was sent, given up or stopped.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// How often sending was begun.
    #[schema(minimum = 0)]
    tries: i64,
    /// When it is tried next.
    #[schema(format = DateTime)]
    next_at: Option<String>,
    /// What went wrong last.
    last_error: Option<String>,
}

impl From<&MessageView> for MessageOut {
    fn from(view: &MessageView) -> Self {
        let (message, tries) = (&view.row.message, &view.row.tries);
        Self {
            id: message.id.to_string(),
            dossier: message.dossier.to_string(),
            code: message.code.clone(),
            kind: message.kind.as_str(),
            way: message.way.as_str(),
            lang: message.lang.as_str(),
            to: view.to.clone(),
            state: message.state.as_str(),
            at: instant(message.queued_at),
            ended_at: maybe(message.ended_at),
            tries: tries.tries,
            next_at: maybe(view.row.next_at),
            last_error: tries.last_error.clone(),
        }
    }
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagePage {
    /// The rows, newest first.
    items: Vec<MessageOut>,
    /// Key for `after` of the next page; missing on the last page.
    next: Option<String>,
}

async fn messages(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<MessageQuery>,
) -> Result<Response, Wrong> {
    let limit = page_size(query.limit)?;
    let filter = query.filter()?;
    let mut rows = app
        .town
        .read("message_list", &asker.actor, move |tx, cx| {
            message_list(tx, cx, &filter, limit + 1)
        })
        .await
        .map_err(Wrong::App)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| {
        let message = &last.row.message;
        format!("{}.{}", message.queued_at.as_millisecond(), message.id)
    });
    let headers = next_link(&uri, next.as_deref());
    let page = MessagePage {
        items: rows.iter().map(MessageOut::from).collect(),
        next,
    };
    Ok((headers, Json(page)).into_response())
}

/// A state that the portal has not confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub struct TroubleOut {
    /// The dossier.
    #[schema(format = "uuid")]
    dossier: String,
    /// Its code.
    code: String,
    /// The unit's code.
    unit: String,
    /// National state code.
    #[schema(minimum = 1, maximum = 10)]
    state: i64,
    /// Since when the dossier is in it.
    #[schema(format = DateTime)]
    at: String,
    /// `waiting` or `refused`.
    status: &'static str,
    /// How often it was told.
    #[schema(minimum = 0)]
    tries: i64,
    /// Why it was not taken.
    last_error: Option<String>,
}

/// A dossier that was handed out and could not be taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedOut {
    /// Its code.
    code: String,
    /// Stable word for why.
    reason: Option<String>,
    /// What exactly.
    detail: Option<String>,
    /// When it was first handed out.
    #[schema(format = DateTime)]
    first_at: String,
    /// Whether it will be tried again.
    again: bool,
}

/// What the last comparison found to differ.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceOut {
    /// The dossier code.
    code: String,
    /// `missing_here`, `missing_there`, `state`.
    kind: &'static str,
    /// The state here.
    here: Option<i64>,
    /// The state at the portal.
    there: Option<i64>,
}

/// How this node and the portal stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortalOut {
    /// Whether the node is connected with a portal.
    connected: bool,
    /// When the portal last answered.
    #[schema(format = DateTime)]
    contact_at: Option<String>,
    /// Why it last did not.
    error: Option<String>,
    /// When both sides were last compared.
    #[schema(format = DateTime)]
    compared_at: Option<String>,
    /// Dossiers that are not in step, oldest first; at most 200.
    troubles: Vec<TroubleOut>,
    /// Dossiers that were parked; at most 200.
    parked: Vec<ParkedOut>,
    /// Differences; at most 200.
    differences: Vec<DifferenceOut>,
}

fn out(app: &App, view: &PortalView) -> PortalOut {
    PortalOut {
        connected: app.town.outside().portal.is_some(),
        contact_at: maybe(view.contact),
        error: view.error.clone(),
        compared_at: maybe(view.compared),
        troubles: view
            .troubles
            .rows
            .iter()
            .map(|row| TroubleOut {
                dossier: row.dossier.to_string(),
                code: row.code.clone(),
                unit: row.unit.code().to_owned(),
                state: row.state,
                at: instant(row.at),
                status: row.status.as_str(),
                tries: row.tries,
                last_error: row.last_error.clone(),
            })
            .collect(),
        parked: view
            .parked
            .iter()
            .map(|row| ParkedOut {
                code: row.code.clone(),
                reason: row.reason.clone(),
                detail: row.detail.clone(),
                first_at: instant(row.first_at),
                again: row.again,
            })
            .collect(),
        differences: view
            .differences
            .iter()
            .map(|row| DifferenceOut {
                code: row.code.clone(),
                kind: row.kind.as_str(),
                here: row.here,
                there: row.there,
            })
            .collect(),
    }
}

async fn overview(State(app): State<App>, asker: Asker) -> Result<Json<PortalOut>, Wrong> {
    let view = app
        .town
        .read("portal_view", &asker.actor, |tx, cx| {
            portal_view(tx, cx, None, TROUBLES)
        })
        .await
        .map_err(Wrong::App)?;
    Ok(Json(out(&app, &view)))
}

async fn retry(State(app): State<App>, id: InPath, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    let id: MessageId = id.id("message")?;
    done(&app, &sent, "retry_message", move |tx, cx| {
        retry_message(tx, cx, id)
    })
    .await
}

async fn stop(State(app): State<App>, id: InPath, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    let id: MessageId = id.id("message")?;
    done(&app, &sent, "stop_message", move |tx, cx| {
        stop_message(tx, cx, id)
    })
    .await
}

async fn sync(State(app): State<App>, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    done(&app, &sent, "portal_sync_now", sync_now).await
}

async fn compare(State(app): State<App>, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    done(&app, &sent, "portal_compare_now", move |tx, cx| {
        compare_now(tx, cx)
    })
    .await
}

async fn retry_dossier(
    State(app): State<App>,
    code: InPath,
    sent: Sent<EmptyBody>,
) -> Result<Response, Wrong> {
    let code = code.0;
    done(&app, &sent, "portal_dossier_again", move |tx, cx| {
        try_dossier_again(tx, cx, &code)
    })
    .await
}

async fn retry_state(State(app): State<App>, id: InPath, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    let id: DossierId = id.id("portal")?;
    done(&app, &sent, "portal_state_again", move |tx, cx| {
        try_state_again(tx, cx, id)
    })
    .await
}

async fn leave_out(State(app): State<App>, id: InPath, sent: Sent<EmptyBody>) -> Result<Response, Wrong> {
    let id: DossierId = id.id("portal")?;
    done(&app, &sent, "portal_leave_out", move |tx, cx| {
        leave_out_state(tx, cx, id)
    })
    .await
}

//! What anybody may ask over the API: how far a dossier is by its bare code, whether a proof holds, a number of the
//! queue. The same answers as the pages, after the same time, under the same limits.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::log::{self, Verdict};
use townhall_app::queue::{LeaveQueue, TakeTicket, leave_queue, take_ticket, ticket_view};
use townhall_domain::queue::Ticket;
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::once::EmptyBody;
use super::organisation::unit_of;
use super::problem::Wrong;
use super::queue::TakeTicketBody;
use super::read::{InPath, Sent, Text};
use super::shapes::instant;
use crate::online::CITIZEN;
use crate::public::{Told, completion};
use crate::routes::Need;
use crate::state::App;
use crate::visitor::Visitor;

pub(super) fn add(book: Book) -> Book {
    const ANYBODY: Need = Need::Public;
    book.add(
        Operation::post("look_up", "/api/v1/lookup", ANYBODY)
            .takes::<LookUpBody>()
            .gives::<CompletionOut>(200),
        look_up,
    )
    .add(
        Operation::post("verify_proof", "/api/v1/log/verify", ANYBODY)
            .takes::<VerifyBody>()
            .gives::<VerdictOut>(200),
        verify,
    )
    .add(
        Operation::post("draw_ticket", "/api/v1/units/{unit}/queue/tickets", ANYBODY)
            .takes::<TakeTicketBody>()
            .gives::<OwnTicketOut>(201),
        draw,
    )
    .add(
        Operation::get("get_own_ticket", "/api/v1/tickets/{secret}", ANYBODY).gives::<OwnTicketOut>(200),
        ticket,
    )
    .add(
        Operation::post("leave_queue", "/api/v1/tickets/{secret}/actions/leave", ANYBODY)
            .takes::<EmptyBody>()
            .gives::<OwnTicketOut>(200),
        leave,
    )
}

/// A dossier's code. It stands in the body, so that no log of addresses keeps it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUpBody {
    /// The code.
    #[schema(value_type = String, max_length = 200)]
    code: Text<200>,
}

/// How far a dossier has come, and nothing else.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompletionOut {
    /// The code as it was asked for.
    code: String,
    /// The degree of completion; missing for a code that nobody has and for a dossier that was not accepted.
    #[schema(minimum = 0, maximum = 100)]
    completion_percent: Option<u8>,
}

async fn look_up(
    State(app): State<App>,
    visitor: Visitor,
    sent: Sent<LookUpBody>,
) -> Result<Json<CompletionOut>, Wrong> {
    match completion(&app, visitor.address, sent.body.code.0.clone()).await {
        Told::Answer(code, completion_percent) => Ok(Json(CompletionOut {
            code,
            completion_percent,
        })),
        Told::Wait(seconds) => Err(Wrong::TooMany(u64::try_from(seconds).unwrap_or(1).max(1))),
        Told::Failed(error) => Err(Wrong::App(error)),
    }
}

/// A proof that somebody brings, and the fact that it is said to be of.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyBody {
    /// The C2SP tlog-proof file.
    #[schema(min_length = 1, max_length = 50_000)]
    proof: String,
    /// The fact with the salt of its leaf.
    #[schema(min_length = 1, max_length = 50_000)]
    fact: String,
}

/// What a proof is worth.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerdictOut {
    /// `proven`, `not_proven`, `other_log`, `unreadable`.
    verdict: &'static str,
    /// Origin of the log.
    log: Option<String>,
    /// Place of the fact in it, from 0.
    index: Option<u64>,
    /// Entries of the log at the time of the proof.
    size: Option<u64>,
    /// The fact, as it was brought.
    #[schema(value_type = Option<Object>)]
    fact: Option<Value>,
}

impl From<Verdict> for VerdictOut {
    fn from(verdict: Verdict) -> Self {
        let little = |verdict, log| Self {
            verdict,
            log,
            index: None,
            size: None,
            fact: None,
        };
        match verdict {
            Verdict::Proven {
                origin,
                index,
                size,
                fact,
            } => Self {
                verdict: "proven",
                log: Some(origin),
                index: Some(index),
                size: Some(size),
                fact: Some(*fact),
            },
            Verdict::OtherLog { origin } => little("other_log", Some(origin)),
            Verdict::NotProven => little("not_proven", None),
            Verdict::Unreadable => little("unreadable", None),
        }
    }
}

async fn verify(State(app): State<App>, sent: Sent<VerifyBody>) -> Result<Json<VerdictOut>, Wrong> {
    // Byte by byte as they came: a proof covers neither a trimmed nor a composed text.
    let (proof, fact) = (sent.body.proof.clone(), sent.body.fact.clone());
    let verdict = app
        .town
        .db()
        .read("check_proof", move |tx| log::check(tx, &proof, &fact))
        .await?;
    Ok(Json(VerdictOut::from(verdict)))
}

/// A number of the queue as its holder sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnTicketOut {
    /// The secret that opens it.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    secret: String,
    /// As it is called: `A012`.
    code: String,
    /// Its line.
    service: String,
    /// `waiting`, `called`, `serving`, `served`, `no_show`, `left`.
    state: &'static str,
    /// The window at which it is or was.
    window: Option<i64>,
    /// How many are before it, while it waits.
    ahead: usize,
    /// About how many minutes that takes; missing while no window calls its line.
    wait_minutes: Option<i64>,
    /// Whether it is of today: numbers of other days are over.
    is_of_today: bool,
    /// When it was taken.
    #[schema(format = DateTime)]
    taken_at: String,
}

async fn ticket_of(app: &App, secret: String) -> Result<OwnTicketOut, Wrong> {
    let found = app.town.read("ticket_view", &CITIZEN, move |tx, cx| {
        ticket_view(tx, cx, &secret)
    });
    let view = found.await.map_err(Wrong::App)?;
    let ticket: &Ticket = &view.ticket;
    Ok(OwnTicketOut {
        secret: ticket.secret.clone(),
        code: ticket.code.clone(),
        service: ticket.service.clone(),
        state: ticket.state.as_str(),
        window: ticket.state.window(),
        ahead: view.ahead,
        wait_minutes: view.wait_minutes,
        is_of_today: view.is_of_today,
        taken_at: instant(ticket.taken_at),
    })
}

async fn draw(
    State(app): State<App>,
    visitor: Visitor,
    code: InPath,
    sent: Sent<TakeTicketBody>,
) -> Result<Response, Wrong> {
    let command = TakeTicket {
        unit: unit_of(&app, &code.0)?,
        service: sent.body.service.0.clone(),
        priority: Text::filled(sent.body.priority.as_ref()),
    };
    if !app.boards.may_take(visitor.address) {
        return Err(Wrong::TooMany(60));
    }
    let taken = app
        .town
        .write("take_ticket", &CITIZEN, move |tx, cx| {
            take_ticket(tx, cx, &command)
        })
        .await
        .map_err(Wrong::App)?;
    let out = ticket_of(&app, taken.secret).await?;
    Ok((StatusCode::CREATED, Json(out)).into_response())
}

async fn ticket(State(app): State<App>, secret: InPath) -> Result<Json<OwnTicketOut>, Wrong> {
    Ok(Json(ticket_of(&app, secret.0).await?))
}

async fn leave(
    State(app): State<App>,
    secret: InPath,
    _sent: Sent<EmptyBody>,
) -> Result<Json<OwnTicketOut>, Wrong> {
    let command = LeaveQueue {
        secret: secret.0.clone(),
    };
    app.town
        .write("leave_queue", &CITIZEN, move |tx, cx| {
            leave_queue(tx, cx, &command)
        })
        .await
        .map_err(Wrong::App)?;
    Ok(Json(ticket_of(&app, secret.0).await?))
}

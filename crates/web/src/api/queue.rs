//! The queue over the API: the board of a centre, and what an officer does at his window.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use townhall_app::error::AppError;
use townhall_app::queue::{
    self as app, Act, CallNext, CallTicket, Called, CloseWindow, OpenWindowAt, TakeTicket, TicketAct, board,
    open_window_of,
};
use townhall_domain::ids::TicketId;
use townhall_domain::permission::Right;
use townhall_domain::queue::Ticket;
use townhall_domain::time;
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once;
use super::problem::Wrong;
use super::read::{InPath, Sent, Text};
use super::shapes::{UnitRef, instant, maybe};
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    const CALL: Need = Need::Right(Right::CallQueue);
    book.add(
        Operation::get("get_queue", "/api/v1/units/{unit}/queue", Need::Session).gives::<QueueOut>(200),
        show,
    )
    .add(
        Operation::post("take_ticket", "/api/v1/queue/tickets", CALL)
            .takes::<TakeTicketBody>()
            .gives::<TicketOut>(201),
        take,
    )
    .add(
        Operation::post("choose_window", "/api/v1/queue/window", CALL)
            .takes::<WindowBody>()
            .gives::<WindowOut>(200),
        window,
    )
    .add(
        Operation::post("call_next", "/api/v1/queue/next", CALL)
            .takes::<CallNextBody>()
            .gives::<CalledOut>(200),
        next,
    )
    .add(
        Operation::post("act_on_ticket", "/api/v1/queue/tickets/{id}", CALL)
            .takes::<TicketActBody>()
            .gives::<TicketOut>(200),
        on_ticket,
    )
}

/// A line of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineOut {
    /// Its name in the packs.
    service: String,
    /// What people read.
    name: String,
    /// How many wait.
    waiting: usize,
    /// About how many minutes whoever comes now waits; missing while no window calls this line.
    wait_minutes: Option<i64>,
    /// Open windows that call it.
    windows: Vec<i64>,
}

/// An open window.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenWindowOut {
    /// Its number.
    number: i64,
    /// What it has in hand, as it is called.
    code: Option<String>,
    /// When that was called last.
    #[schema(format = DateTime)]
    called_at: Option<String>,
    /// Whether its holder has come.
    served: bool,
}

/// The queue of a centre; nothing in it is about a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueOut {
    /// The centre.
    unit: UnitRef,
    /// Number of the last change: `/q/{unit}/events?since=` streams the next ones.
    change: i64,
    /// Whether the machine hands out numbers now.
    open: bool,
    /// How many wait.
    waiting: usize,
    /// Its lines.
    lines: Vec<LineOut>,
    /// Its open windows.
    windows: Vec<OpenWindowOut>,
}

async fn show(State(app): State<App>, asker: Asker, code: InPath) -> Result<Json<QueueOut>, Wrong> {
    let today = time::local_date(app.town.clock().now());
    let units = app.town.packs().units();
    let unit = units.by_code(&code.0, today).map(|unit| unit.id.clone());
    let unit = unit.ok_or(Wrong::not_found("unit"))?;
    let found = app
        .town
        .read("queue_board", &asker.actor, move |tx, cx| board(tx, cx, &unit))
        .await;
    let board = found.map_err(Wrong::App)?;
    let rules = app.town.packs().queue();
    let name = |id: &str| {
        rules
            .service(id)
            .map(|service| service.name.get(asker.lang.code()).to_owned())
    };
    Ok(Json(QueueOut {
        unit: UnitRef::of(app.town.packs(), &board.unit, today),
        change: board.version,
        open: board.is_open,
        waiting: board.waiting,
        lines: board
            .lines
            .iter()
            .map(|line| LineOut {
                service: line.service.clone(),
                name: name(&line.service).unwrap_or_default(),
                waiting: line.waiting,
                wait_minutes: line.wait_minutes,
                windows: line.windows.clone(),
            })
            .collect(),
        windows: board
            .windows
            .iter()
            .map(|window| OpenWindowOut {
                number: window.number,
                code: window.code.clone(),
                called_at: maybe(window.called_at),
                served: window.is_served,
            })
            .collect(),
    }))
}

/// A number in the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// As it is called: `A012`.
    code: String,
    /// Its line.
    service: String,
    /// Why it goes first.
    priority: Option<String>,
    /// `waiting`, `called`, `serving`, `served`, `no_show`, `left`.
    state: &'static str,
    /// The window at which it is or was.
    window: Option<i64>,
    /// The only window that may call it, when it was sent to one.
    only_window: Option<i64>,
    /// When it was taken.
    #[schema(format = DateTime)]
    taken_at: String,
    /// When it was called for the first time.
    #[schema(format = DateTime)]
    first_called_at: Option<String>,
    /// The page of its holder.
    page: String,
}

impl TicketOut {
    fn of(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id.to_string(),
            code: ticket.code.clone(),
            service: ticket.service.clone(),
            priority: ticket.priority.clone(),
            state: ticket.state.as_str(),
            window: ticket.state.window(),
            only_window: ticket.window,
            taken_at: instant(ticket.taken_at),
            first_called_at: maybe(ticket.first_called_at),
            page: format!("/t/{}", ticket.secret),
        }
    }

    fn json(ticket: &Ticket) -> Result<Value, AppError> {
        Ok(serde_json::to_value(Self::of(ticket)).map_err(townhall_store::StoreError::from)?)
    }
}

/// For which line a number is taken.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeTicketBody {
    /// The line.
    #[schema(value_type = String, max_length = 40)]
    pub(super) service: Text<40>,
    /// Why before others.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub(super) priority: Option<Text<40>>,
}

async fn take(State(app): State<App>, sent: Sent<TakeTicketBody>) -> Result<Response, Wrong> {
    let unit = sent
        .asker
        .actor
        .unit()
        .cloned()
        .ok_or(Wrong::not_found("queue"))?;
    let command = TakeTicket {
        unit,
        service: sent.body.service.0.clone(),
        priority: Text::filled(sent.body.priority.as_ref()),
    };
    once(&app, &sent, "take_ticket", StatusCode::CREATED, move |tx, cx| {
        TicketOut::json(&app::take_ticket(tx, cx, &command)?)
    })
    .await
}

/// At which window to sit.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowBody {
    /// Its number; missing gets up.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 99)]
    number: Option<i64>,
}

/// At which window the post of the token sits.
#[derive(Debug, Serialize, ToSchema)]
pub struct WindowOut {
    /// Its number; missing when it sits at none.
    number: Option<i64>,
}

async fn window(State(app): State<App>, sent: Sent<WindowBody>) -> Result<Response, Wrong> {
    let wanted = sent.body.number;
    once(&app, &sent, "choose_window", StatusCode::OK, move |tx, cx| {
        match wanted {
            Some(number) => app::open_window(tx, cx, &OpenWindowAt { number })?,
            None => app::close_window(tx, cx, &CloseWindow)?,
        }
        Ok(json!({ "number": open_window_of(tx, cx)? }))
    })
    .await
}

/// What the caller believes to be in hand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallNextBody {
    /// The number in hand; missing when there is none. It ends as served.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    in_hand: Option<TicketId>,
}

/// What came of calling.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalledOut {
    /// `called`, `nobody` waits, or `already`: another number is in hand and nothing was done.
    outcome: &'static str,
    /// The number that was called.
    ticket: Option<TicketOut>,
}

async fn next(State(app): State<App>, sent: Sent<CallNextBody>) -> Result<Response, Wrong> {
    let command = CallNext {
        in_hand: sent.body.in_hand,
    };
    once(&app, &sent, "call_next", StatusCode::OK, move |tx, cx| {
        let called = match app::call_next(tx, cx, &command)? {
            Called::Ticket(ticket) => CalledOut {
                outcome: "called",
                ticket: Some(TicketOut::of(&ticket)),
            },
            Called::Already => CalledOut {
                outcome: "already",
                ticket: None,
            },
            Called::Nobody => CalledOut {
                outcome: "nobody",
                ticket: None,
            },
        };
        Ok(serde_json::to_value(called).map_err(townhall_store::StoreError::from)?)
    })
    .await
}

/// What to do with a number.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketActBody {
    /// `call`, `call_again`, `begin`, `serve`, `miss`, `put_back`, `send_to`.
    #[schema(value_type = String, pattern = "^(call|call_again|begin|serve|miss|put_back|send_to)$")]
    what: Text<20>,
    /// For `send_to`: the window.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 99)]
    window: Option<i64>,
}

async fn on_ticket(State(app): State<App>, id: InPath, sent: Sent<TicketActBody>) -> Result<Response, Wrong> {
    let ticket: TicketId = id.id("ticket")?;
    let (what, window) = (sent.body.what.0.as_str(), sent.body.window);
    let act = match (what, Act::parse(what, window)) {
        ("call", _) => None,
        (_, Some(act)) => Some(act),
        ("send_to", None) => return Err(Wrong::field("window", "queue-window-unknown")),
        (_, None) => return Err(Wrong::field("what", "api-word-unknown")),
    };
    once(&app, &sent, "act_on_ticket", StatusCode::OK, move |tx, cx| {
        let ticket = match act {
            None => app::call_ticket(tx, cx, &CallTicket { ticket })?,
            Some(act) => app::act_on_ticket(tx, cx, &TicketAct { ticket, act })?,
        };
        TicketOut::json(&ticket)
    })
    .await
}

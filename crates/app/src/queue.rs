//! The queue of a service centre: numbers are taken, called, served, and told on a display.
//!
//! Every command takes the board of the centre first, so two windows never call one number. Nothing here is about a
//! person: a ticket is a number and a line, so the trail has no facts of it and the tables are transient.

mod call;
mod take;
mod view;

use jiff::Timestamp;
use townhall_domain::ids::{TicketId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::queue::{NotNow, QueueRules, Ticket, Window};
use townhall_domain::time;
use townhall_store::queue::{self as store, OpenWindow};
use townhall_store::{StoreError, Tx};

use crate::cx::Cx;
use crate::error::AppError;

pub use call::{
    Act, CallNext, CallTicket, Called, CloseWindow, OpenWindowAt, TicketAct, act_on_ticket, call_next,
    call_ticket, close_window, open_window, remember_dossier,
};
pub use take::{LeaveQueue, TakeTicket, leave_queue, take_ticket};
pub use view::{
    Board, Desk, LineNow, TicketView, WindowNow, board, board_version, desk, open_window_of, ticket_view,
};

impl From<NotNow> for AppError {
    fn from(refused: NotNow) -> Self {
        tracing::info!(%refused, "a ticket stood elsewhere");
        Self::refused("queue-refused-state")
    }
}

/// The rules of the packs.
fn rules(cx: &Cx) -> &QueueRules {
    cx.packs().queue()
}

/// The first instant of the business day: what was opened before it is closed.
fn day_begins(cx: &Cx) -> Timestamp {
    time::instant(cx.today().at(0, 0, 0, 0))
}

/// The centre in which the actor calls numbers.
fn own_centre(cx: &Cx) -> Result<UnitId, AppError> {
    let unit = cx.actor.unit().cloned().ok_or(AppError::NotFound("queue"))?;
    cx.actor.must(Right::CallQueue, &unit)?;
    Ok(unit)
}

/// The window at which the actor's post sits today.
fn own_window(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<Option<OpenWindow>, StoreError> {
    let post = cx.actor.post();
    let windows = store::windows(tx, unit, day_begins(cx))?;
    Ok(windows.into_iter().find(|window| Some(window.post) == post))
}

/// The window of the actor with what it calls, or the refusal that he sits at none.
fn must_sit(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<(OpenWindow, Window), AppError> {
    let open = own_window(tx, cx, unit)?.ok_or(AppError::refused("queue-refused-no-window"))?;
    let known = rules(cx)
        .window(unit.code(), open.number)
        .cloned()
        .ok_or(AppError::refused("queue-refused-no-window"))?;
    Ok((open, known))
}

/// A ticket of today in this centre.
fn ticket_of(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId, id: TicketId) -> Result<Ticket, AppError> {
    store::ticket(tx, id)?
        .filter(|ticket| ticket.unit == *unit && ticket.day == cx.today())
        .ok_or(AppError::NotFound("ticket"))
}

/// What a window has in hand.
fn hand_of(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId, window: i64) -> Result<Option<Ticket>, StoreError> {
    let in_hand = store::in_hand(tx, unit, cx.today())?;
    Ok(in_hand
        .into_iter()
        .find(|ticket| ticket.state.window() == Some(window)))
}

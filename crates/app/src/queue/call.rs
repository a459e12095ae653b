//! Windows open, call, serve and send on.

use townhall_domain::ids::{DossierId, TicketId, UnitId};
use townhall_domain::queue::{Ticket, TicketState, next, place_behind};
use townhall_store::Tx;
use townhall_store::queue::{self as store, Added, OpenWindow};

use super::{hand_of, must_sit, own_centre, own_window, rules, ticket_of};
use crate::cx::Cx;
use crate::error::AppError;

/// Sit down at a window.
#[derive(Debug, Clone)]
pub struct OpenWindowAt {
    /// Its number.
    pub number: i64,
}

/// Opens a window for the actor's post; whoever sat there before gets up, unless he has somebody before him.
///
/// # Errors
/// [`AppError::Invalid`] for a window that there is not, [`AppError::Refused`] while either window serves somebody.
pub fn open_window(tx: &mut Tx<'_>, cx: &Cx, cmd: &OpenWindowAt) -> Result<(), AppError> {
    let unit = own_centre(cx)?;
    let post = cx.actor.post().ok_or(AppError::NotFound("queue"))?;
    if rules(cx).window(unit.code(), cmd.number).is_none() {
        return Err(AppError::field("window", "queue-window-unknown"));
    }
    store::take_board(tx, &unit)?;
    let own = own_window(tx, cx, &unit)?;
    if own.as_ref().is_some_and(|own| own.number == cmd.number) {
        return Ok(());
    }
    if let Some(own) = &own {
        must_be_free(tx, cx, &unit, own.number, "queue-refused-in-hand")?;
    }
    must_be_free(tx, cx, &unit, cmd.number, "queue-refused-window-busy")?;
    store::close_window_of(tx, &unit, post)?;
    let window = OpenWindow {
        number: cmd.number,
        post,
        opened_at: cx.now(),
        priority_row: 0,
    };
    Ok(store::save_window(tx, &unit, &window)?)
}

/// Get up from the window.
#[derive(Debug, Clone)]
pub struct CloseWindow;

/// Closes the window of the actor's post.
///
/// # Errors
/// [`AppError::Refused`] while somebody is served there.
pub fn close_window(tx: &mut Tx<'_>, cx: &Cx, _: &CloseWindow) -> Result<(), AppError> {
    let unit = own_centre(cx)?;
    store::take_board(tx, &unit)?;
    if let Some(own) = own_window(tx, cx, &unit)? {
        must_be_free(tx, cx, &unit, own.number, "queue-refused-in-hand")?;
        store::close_window_of(tx, &unit, own.post)?;
    }
    Ok(())
}

fn must_be_free(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    window: i64,
    refusal: &'static str,
) -> Result<(), AppError> {
    match hand_of(tx, cx, unit, window)? {
        Some(ticket) => Err(AppError::refused_with(refusal, "code", ticket.code)),
        None => Ok(()),
    }
}

/// Call whoever is next.
#[derive(Debug, Clone)]
pub struct CallNext {
    /// What the page showed in the hand of the window: the same button pressed twice calls one number.
    pub in_hand: Option<TicketId>,
}

/// What came of calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// This one was called.
    Ticket(Box<Ticket>),
    /// The window has another number in hand than the page showed; nothing was done.
    Already,
    /// Nobody waits for this window; what it had in hand is served.
    Nobody,
}

/// Ends what the window has in hand as served and calls whoever is next.
///
/// # Errors
/// [`AppError::Refused`] when the actor sits at no window.
pub fn call_next(tx: &mut Tx<'_>, cx: &Cx, cmd: &CallNext) -> Result<Called, AppError> {
    let unit = own_centre(cx)?;
    store::take_board(tx, &unit)?;
    let (mut open, known) = must_sit(tx, cx, &unit)?;
    let hand = hand_of(tx, cx, &unit, open.number)?;
    if hand.as_ref().map(|ticket| ticket.id) != cmd.in_hand {
        return Ok(Called::Already);
    }
    if let Some(mut served) = hand {
        serve(tx, cx, &mut served)?;
    }
    let waiting = store::waiting(tx, &unit, cx.today())?;
    let Some(mut ticket) = next(&waiting, &known, open.priority_row, rules(cx)).cloned() else {
        return Ok(Called::Nobody);
    };
    open.priority_row = if ticket.priority.is_some() {
        open.priority_row + 1
    } else {
        0
    };
    store::save_window(tx, &unit, &open)?;
    call(tx, cx, &mut ticket, open.number)?;
    Ok(Called::Ticket(Box::new(ticket)))
}

/// Call one certain number.
#[derive(Debug, Clone)]
pub struct CallTicket {
    /// Which.
    pub ticket: TicketId,
}

/// Calls a number out of its turn, also one whose holder was not there before.
///
/// # Errors
/// [`AppError::Refused`] when the actor sits at no window, has somebody in hand, or another window was faster.
pub fn call_ticket(tx: &mut Tx<'_>, cx: &Cx, cmd: &CallTicket) -> Result<Ticket, AppError> {
    let unit = own_centre(cx)?;
    store::take_board(tx, &unit)?;
    let (open, _) = must_sit(tx, cx, &unit)?;
    must_be_free(tx, cx, &unit, open.number, "queue-refused-in-hand")?;
    let mut ticket = ticket_of(tx, cx, &unit, cmd.ticket)?;
    call(tx, cx, &mut ticket, open.number)?;
    Ok(ticket)
}

fn call(tx: &mut Tx<'_>, cx: &Cx, ticket: &mut Ticket, window: i64) -> Result<(), AppError> {
    let was_missed = matches!(ticket.state, TicketState::NoShow { .. });
    let is_first = ticket.first_called_at.is_none();
    ticket.call(window, cx.now())?;
    store::save_ticket(tx, ticket)?;
    if was_missed {
        store::add_to_day(tx, ticket, Added::Found)?;
    }
    if is_first {
        let waited = cx.now().duration_since(ticket.taken_at).as_millis().max(0);
        store::add_to_day(
            tx,
            ticket,
            Added::Called(i64::try_from(waited).unwrap_or(i64::MAX)),
        )?;
    }
    Ok(())
}

fn serve(tx: &mut Tx<'_>, cx: &Cx, ticket: &mut Ticket) -> Result<(), AppError> {
    let took = ticket.serve(cx.now())?.as_millis();
    store::save_ticket(tx, ticket)?;
    store::add_to_day(tx, ticket, Added::Served(i64::try_from(took).unwrap_or(i64::MAX)))?;
    Ok(())
}

/// What is done with a number in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Call it once more.
    CallAgain,
    /// Its holder came.
    Begin,
    /// Its holder is done.
    Serve,
    /// Nobody came.
    Miss,
    /// Put it back into the line.
    PutBack,
    /// Send it to another window.
    SendTo(i64),
}

impl Act {
    /// Reads the word of addresses; sending on needs the window.
    pub fn parse(word: &str, window: Option<i64>) -> Option<Self> {
        match word {
            "call_again" => Some(Self::CallAgain),
            "begin" => Some(Self::Begin),
            "serve" => Some(Self::Serve),
            "miss" => Some(Self::Miss),
            "put_back" => Some(Self::PutBack),
            "send_to" => window.map(Self::SendTo),
            _ => None,
        }
    }
}

/// Do something with a number.
#[derive(Debug, Clone)]
pub struct TicketAct {
    /// Which.
    pub ticket: TicketId,
    /// What.
    pub act: Act,
}

/// Carries it out. What another window has in hand is left alone.
///
/// # Errors
/// [`AppError::NotFound`] for a number of another centre or day, [`AppError::Refused`] when it stands elsewhere.
pub fn act_on_ticket(tx: &mut Tx<'_>, cx: &Cx, cmd: &TicketAct) -> Result<Ticket, AppError> {
    let unit = own_centre(cx)?;
    store::take_board(tx, &unit)?;
    let mut ticket = ticket_of(tx, cx, &unit, cmd.ticket)?;
    if ticket.state.is_in_hand() {
        let own = own_window(tx, cx, &unit)?.map(|window| window.number);
        if own.is_none() || ticket.state.window() != own {
            return Err(AppError::refused("queue-refused-other-window"));
        }
    }
    let was_missed = matches!(ticket.state, TicketState::NoShow { .. });
    match cmd.act {
        Act::Serve => {
            serve(tx, cx, &mut ticket)?;
            return Ok(ticket);
        }
        Act::CallAgain => ticket.call_again(cx.now())?,
        Act::Begin => ticket.begin(cx.now())?,
        Act::Miss => {
            ticket.miss(cx.now())?;
            store::add_to_day(tx, &ticket, Added::Missed)?;
        }
        Act::PutBack => {
            let waiting = store::waiting(tx, &unit, cx.today())?;
            let behind = rules(cx).put_back_behind;
            ticket.put_back(place_behind(&waiting, &ticket.service, behind, cx.now()))?;
        }
        Act::SendTo(window) => {
            if rules(cx).window(unit.code(), window).is_none() {
                return Err(AppError::field("window", "queue-window-unknown"));
            }
            ticket.send_to(window)?;
        }
    }
    store::save_ticket(tx, &ticket)?;
    if was_missed && ticket.state == TicketState::Waiting {
        store::add_to_day(tx, &ticket, Added::Found)?;
    }
    Ok(ticket)
}

/// Remembers the dossier that came of the number in the actor's hand; nothing when he has none.
///
/// Belongs to receiving at the counter and in the express lane: call it in the same transaction.
pub fn remember_dossier(tx: &mut Tx<'_>, cx: &Cx, dossier: DossierId) -> Result<(), AppError> {
    let Ok(unit) = own_centre(cx) else {
        return Ok(());
    };
    let Some(own) = own_window(tx, cx, &unit)? else {
        return Ok(());
    };
    store::take_board(tx, &unit)?;
    if let Some(mut ticket) = hand_of(tx, cx, &unit, own.number)? {
        if matches!(ticket.state, TicketState::Called { .. }) {
            ticket.begin(cx.now())?;
        }
        ticket.dossier = Some(dossier);
        store::save_ticket(tx, &ticket)?;
    }
    Ok(())
}

//! What display, machine, phone and window show of a queue.

use jiff::Timestamp;
use townhall_domain::ids::{TicketId, UnitId};
use townhall_domain::queue::{self, Ticket, TicketState, hands_out_at, is_for, wait_minutes};
use townhall_store::Tx;
use townhall_store::queue::{self as store, Day, OpenWindow};

use super::{day_begins, hand_of, own_centre, own_window, rules};
use crate::cx::Cx;
use crate::error::AppError;

/// How a line stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineNow {
    /// Its name in the packs.
    pub service: String,
    /// How many wait in it.
    pub waiting: usize,
    /// About how many minutes whoever takes a number now waits; none while no window calls this line.
    pub wait_minutes: Option<i64>,
    /// Windows that call it and are open.
    pub windows: Vec<i64>,
}

/// A window with what it has in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowNow {
    /// Its number.
    pub number: i64,
    /// The number in hand, as it is called.
    pub code: Option<String>,
    /// When it was called last.
    pub called_at: Option<Timestamp>,
    /// Whether its holder has come.
    pub is_served: bool,
}

/// The queue of a centre as everybody may see it: numbers and windows, nothing about people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The centre.
    pub unit: UnitId,
    /// The number of the last change.
    pub version: i64,
    /// Lines in the order of their buttons.
    pub lines: Vec<LineNow>,
    /// Windows that have somebody in hand, newest call first.
    pub called: Vec<WindowNow>,
    /// Open windows by number.
    pub windows: Vec<WindowNow>,
    /// How many wait altogether.
    pub waiting: usize,
    /// Whether the machine hands out numbers now.
    pub is_open: bool,
}

/// The queue of any centre; anybody may ask.
pub fn board(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<Board, AppError> {
    let waiting = store::waiting(tx, unit, cx.today())?;
    let in_hand = store::in_hand(tx, unit, cx.today())?;
    let open = store::windows(tx, unit, day_begins(cx))?;
    let today = store::days(tx, unit, cx.today(), cx.today())?;
    let lines = rules(cx)
        .services
        .iter()
        .map(|service| {
            let windows = open_for(cx, unit, &open, &service.id);
            let ahead = waiting
                .iter()
                .filter(|ticket| ticket.service == service.id)
                .count();
            LineNow {
                wait_minutes: (!windows.is_empty())
                    .then(|| wait_minutes(ahead, minutes_each(cx, &today, &service.id), windows.len())),
                service: service.id.clone(),
                waiting: ahead,
                windows,
            }
        })
        .collect();
    let of_ticket = |ticket: &Ticket| WindowNow {
        number: ticket.state.window().unwrap_or(0),
        code: Some(ticket.code.clone()),
        called_at: ticket.state.at(),
        is_served: matches!(ticket.state, TicketState::Serving { .. }),
    };
    let windows = open
        .iter()
        .map(|window| {
            let own = in_hand
                .iter()
                .find(|ticket| ticket.state.window() == Some(window.number));
            own.map_or(
                WindowNow {
                    number: window.number,
                    code: None,
                    called_at: None,
                    is_served: false,
                },
                of_ticket,
            )
        })
        .collect();
    Ok(Board {
        version: store::board_version(tx, unit)?,
        unit: unit.clone(),
        lines,
        called: in_hand.iter().map(of_ticket).collect(),
        windows,
        waiting: waiting.len(),
        is_open: hands_out_at(&crate::calendar::office(tx, cx, unit)?, cx.now(), rules(cx)),
    })
}

/// The number of the last change of a centre's queue, for pages that wait for one.
pub fn board_version(tx: &mut Tx<'_>, _: &Cx, unit: &UnitId) -> Result<i64, AppError> {
    Ok(store::board_version(tx, unit)?)
}

fn open_for(cx: &Cx, unit: &UnitId, open: &[OpenWindow], service: &str) -> Vec<i64> {
    let calling = rules(cx).windows_of(unit.code(), service);
    let numbers = open.iter().map(|window| window.number);
    numbers.filter(|number| calling.contains(number)).collect()
}

/// How long one person of a line takes: as today so far, when three were served; else as the packs say.
fn minutes_each(cx: &Cx, today: &[Day], service: &str) -> i64 {
    let usual = rules(cx).service(service).map_or(10, |service| service.minutes);
    let served = today.iter().find(|day| day.service == service && day.served >= 3);
    served
        .and_then(Day::mean_served_ms)
        .map_or(usual, |ms| (ms / 60_000).max(1))
}

/// A number as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketView {
    /// The number.
    pub ticket: Ticket,
    /// How many are before it, while it waits.
    pub ahead: usize,
    /// About how many minutes that takes; none while no window calls its line.
    pub wait_minutes: Option<i64>,
    /// Windows that may call it.
    pub windows: Vec<i64>,
    /// Whether it is of today: numbers of other days are over.
    pub is_of_today: bool,
    /// The number of the last change of the queue.
    pub version: i64,
}

/// The page of a number, opened by its secret.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown or forgotten one.
pub fn ticket_view(tx: &mut Tx<'_>, cx: &Cx, secret: &str) -> Result<TicketView, AppError> {
    let well_formed = secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    let found = if well_formed {
        store::by_secret(tx, secret)?
    } else {
        None
    };
    let ticket = found.ok_or(AppError::NotFound("ticket"))?;
    view_of(tx, cx, ticket)
}

fn view_of(tx: &mut Tx<'_>, cx: &Cx, ticket: Ticket) -> Result<TicketView, AppError> {
    let unit = ticket.unit.clone();
    let waiting = store::waiting(tx, &unit, ticket.day)?;
    let open = store::windows(tx, &unit, day_begins(cx))?;
    let today = store::days(tx, &unit, ticket.day, ticket.day)?;
    let calling = ticket.window.map_or_else(
        || rules(cx).windows_of(unit.code(), &ticket.service),
        |window| vec![window],
    );
    let open: Vec<i64> = open
        .iter()
        .map(|window| window.number)
        .filter(|number| calling.contains(number))
        .collect();
    let ahead = queue::ahead(&waiting, &ticket);
    Ok(TicketView {
        wait_minutes: (!open.is_empty())
            .then(|| wait_minutes(ahead, minutes_each(cx, &today, &ticket.service), open.len())),
        windows: if open.is_empty() { calling } else { open },
        is_of_today: ticket.day == cx.today(),
        version: store::board_version(tx, &unit)?,
        ahead,
        ticket,
    })
}

/// The queue as an officer who calls numbers sees it.
#[derive(Debug, Clone)]
pub struct Desk {
    /// What everybody sees.
    pub board: Board,
    /// The window at which the actor sits.
    pub window: Option<i64>,
    /// What he has in hand.
    pub hand: Option<Ticket>,
    /// Everybody who waits, in order of places; whether his window calls them.
    pub waiting: Vec<(Ticket, bool)>,
    /// Who was called and did not come.
    pub missed: Vec<Ticket>,
    /// Today's sums by line.
    pub today: Vec<Day>,
    /// The number that was just taken for somebody, when the page asks for it.
    pub taken: Option<Ticket>,
}

/// The queue of the actor's centre.
///
/// # Errors
/// Without the right to call numbers.
pub fn desk(tx: &mut Tx<'_>, cx: &Cx, taken: Option<TicketId>) -> Result<Desk, AppError> {
    let unit = own_centre(cx)?;
    let window = own_window(tx, cx, &unit)?.map(|window| window.number);
    let known = window.and_then(|number| rules(cx).window(unit.code(), number));
    let hand = window
        .map(|number| hand_of(tx, cx, &unit, number))
        .transpose()?
        .flatten();
    let waiting = store::waiting(tx, &unit, cx.today())?;
    let taken = taken.map(|id| store::ticket(tx, id)).transpose()?.flatten();
    Ok(Desk {
        waiting: waiting
            .into_iter()
            .map(|ticket| {
                let own = known.is_some_and(|window| is_for(&ticket, window));
                (ticket, own)
            })
            .collect(),
        missed: store::missed(tx, &unit, cx.today())?,
        today: store::days(tx, &unit, cx.today(), cx.today())?,
        taken: taken.filter(|ticket| ticket.unit == unit && ticket.day == cx.today()),
        board: board(tx, cx, &unit)?,
        window,
        hand,
    })
}

/// The number of the window at which the actor sits; none without one.
pub fn open_window_of(tx: &mut Tx<'_>, cx: &Cx) -> Result<Option<i64>, AppError> {
    let unit = own_centre(cx)?;
    Ok(own_window(tx, cx, &unit)?.map(|window| window.number))
}

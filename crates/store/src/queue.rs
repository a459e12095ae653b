//! The queue of a service centre: its board, windows, tickets, and the sums of its days.

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::ids::{PostId, TicketId, UnitId};
use townhall_domain::queue::{Ticket, TicketState};

use crate::value::Row;
use crate::{StoreError, Tx, params};

/// Takes the board of a centre until the command ends: whoever changes its queue does so alone. Gives the number of
/// the change.
///
/// Two windows that call at one moment come one after the other, and the second sees what the first did. Every
/// command that changes a queue begins with this.
pub fn take_board(tx: &mut Tx<'_>, unit: &UnitId) -> Result<i64, StoreError> {
    let row = tx.one(
        "INSERT INTO queue_boards (unit, version) VALUES ($1, 1)
         ON CONFLICT (unit) DO UPDATE SET version = queue_boards.version + 1
         RETURNING version",
        &params![unit],
    )?;
    row.map_or(
        Err(StoreError::Lost("a board returned no row".to_owned())),
        |row| row.get("version"),
    )
}

/// The number of the last change; 0 before the first.
pub fn board_version(tx: &mut Tx<'_>, unit: &UnitId) -> Result<i64, StoreError> {
    tx.one("SELECT version FROM queue_boards WHERE unit = $1", &params![unit])?
        .map_or(Ok(0), |row| row.get("version"))
}

/// An open window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWindow {
    /// Its number.
    pub number: i64,
    /// The post that sits there.
    pub post: PostId,
    /// Since when.
    pub opened_at: Timestamp,
    /// How many with priority it called last, one after the other.
    pub priority_row: i64,
}

/// The windows of a centre that were opened since an instant, by number.
pub fn windows(tx: &mut Tx<'_>, unit: &UnitId, since: Timestamp) -> Result<Vec<OpenWindow>, StoreError> {
    tx.each(
        "SELECT number, post, opened_at, priority_row FROM queue_windows WHERE unit = $1 AND opened_at >= $2 ORDER BY number",
        &params![unit, since], |row| {
        Ok(OpenWindow {
            number: row.get("number")?,
            post: row.get("post")?,
            opened_at: row.get("opened_at")?,
            priority_row: row.get("priority_row")?,
        })
    })
}

/// Opens a window, or writes how it stands.
pub fn save_window(tx: &mut Tx<'_>, unit: &UnitId, window: &OpenWindow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO queue_windows (unit, number, post, opened_at, priority_row) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (unit, number) DO UPDATE SET post = excluded.post, opened_at = excluded.opened_at, priority_row = excluded.priority_row",
        &params![unit, window.number, window.post, window.opened_at, window.priority_row],
    )?;
    Ok(())
}

/// Closes the window at which a post sits.
pub fn close_window_of(tx: &mut Tx<'_>, unit: &UnitId, post: PostId) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM queue_windows WHERE unit = $1 AND post = $2",
        &params![unit, post],
    )?;
    Ok(())
}

/// Takes the next number of a line on a day: 1, 2, 3 … A command that is undone gives it back.
pub fn next_number(tx: &mut Tx<'_>, unit: &UnitId, day: Date, service: &str) -> Result<i64, StoreError> {
    let row = tx.one(
        "INSERT INTO queue_days (unit, day, service, taken, called, served, missed, given_up, waited_ms, longest_wait_ms, served_ms)
         VALUES ($1, $2, $3, 1, 0, 0, 0, 0, 0, 0, 0)
         ON CONFLICT (unit, day, service) DO UPDATE SET taken = queue_days.taken + 1
         RETURNING taken",
        &params![unit, day, service],
    )?;
    row.map_or(
        Err(StoreError::Lost("a line returned no number".to_owned())),
        |row| row.get("taken"),
    )
}

/// What one event adds to the sums of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Called for the first time, after so many milliseconds.
    Called(i64),
    /// Served, which took so many milliseconds.
    Served(i64),
    /// Nobody came.
    Missed,
    /// Somebody who had not come was there after all.
    Found,
    /// Given up.
    GivenUp,
}

/// Adds to the sums of a line's day.
pub fn add_to_day(tx: &mut Tx<'_>, ticket: &Ticket, added: Added) -> Result<(), StoreError> {
    let (called, served, missed, given_up, waited, took) = match added {
        Added::Called(waited) => (1, 0, 0, 0, waited, 0),
        Added::Served(took) => (0, 1, 0, 0, 0, took),
        Added::Missed => (0, 0, 1, 0, 0, 0),
        Added::Found => (0, 0, -1, 0, 0, 0),
        Added::GivenUp => (0, 0, 0, 1, 0, 0),
    };
    tx.execute(
        "UPDATE queue_days SET called = called + $1, served = served + $2, missed = missed + $3, given_up = given_up + $4,
           waited_ms = waited_ms + $5, longest_wait_ms = CASE WHEN $5 > longest_wait_ms THEN $5 ELSE longest_wait_ms END,
           served_ms = served_ms + $6
         WHERE unit = $7 AND day = $8 AND service = $9",
        &params![called, served, missed, given_up, waited, took, &ticket.unit, ticket.day, &ticket.service],
    )?;
    Ok(())
}

/// The sums of a line's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// The line.
    pub service: String,
    /// Numbers taken.
    pub taken: i64,
    /// Of these, called at least once.
    pub called: i64,
    /// Of these, served.
    pub served: i64,
    /// Nobody came when they were called.
    pub missed: i64,
    /// Given up.
    pub given_up: i64,
    /// How long those called waited, together.
    pub waited_ms: i64,
    /// How long one of them waited at most.
    pub longest_wait_ms: i64,
    /// How long serving took, together.
    pub served_ms: i64,
}

impl Day {
    /// How long somebody waited on average; none while nobody was called.
    pub fn mean_wait_ms(&self) -> Option<i64> {
        (self.called > 0).then(|| self.waited_ms / self.called)
    }
    /// How long serving took on average; none while nobody was served.
    pub fn mean_served_ms(&self) -> Option<i64> {
        (self.served > 0).then(|| self.served_ms / self.served)
    }
}

/// The sums of a centre from a day to a day, both included, by day and line.
pub fn days(tx: &mut Tx<'_>, unit: &UnitId, from: Date, to: Date) -> Result<Vec<Day>, StoreError> {
    tx.each(
        "SELECT * FROM queue_days WHERE unit = $1 AND day >= $2 AND day <= $3 ORDER BY day, service",
        &params![unit, from, to],
        |row| {
            Ok(Day {
                day: row.get("day")?,
                service: row.get("service")?,
                taken: row.get("taken")?,
                called: row.get("called")?,
                served: row.get("served")?,
                missed: row.get("missed")?,
                given_up: row.get("given_up")?,
                waited_ms: row.get("waited_ms")?,
                longest_wait_ms: row.get("longest_wait_ms")?,
                served_ms: row.get("served_ms")?,
            })
        },
    )
}

/// Writes a new ticket.
pub fn insert_ticket(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO queue_tickets (id, unit, day, service, number, code, secret, priority, only_window, place_at, taken_at,
           first_called_at, calls, state, at_window, state_at, dossier)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        &params![
            ticket.id,
            &ticket.unit,
            ticket.day,
            &ticket.service,
            ticket.number,
            &ticket.code,
            &ticket.secret,
            ticket.priority.clone(),
            ticket.window,
            ticket.place_at,
            ticket.taken_at,
            ticket.first_called_at,
            ticket.calls,
            ticket.state.as_str(),
            ticket.state.window(),
            ticket.state.at(),
            ticket.dossier,
        ],
    )?;
    Ok(())
}

/// Writes what can change of a ticket.
pub fn save_ticket(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE queue_tickets SET only_window = $1, place_at = $2, first_called_at = $3, calls = $4, state = $5, at_window = $6,
           state_at = $7, dossier = $8 WHERE id = $9",
        &params![
            ticket.window,
            ticket.place_at,
            ticket.first_called_at,
            ticket.calls,
            ticket.state.as_str(),
            ticket.state.window(),
            ticket.state.at(),
            ticket.dossier,
            ticket.id,
        ],
    )?;
    Ok(())
}

/// A ticket.
pub fn ticket(tx: &mut Tx<'_>, id: TicketId) -> Result<Option<Ticket>, StoreError> {
    tx.one("SELECT * FROM queue_tickets WHERE id = $1", &params![id])?
        .as_ref()
        .map(read)
        .transpose()
}

/// The ticket that a secret opens.
pub fn by_secret(tx: &mut Tx<'_>, secret: &str) -> Result<Option<Ticket>, StoreError> {
    tx.one("SELECT * FROM queue_tickets WHERE secret = $1", &params![secret])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Everybody who waits in a centre on a day, in order of places.
pub fn waiting(tx: &mut Tx<'_>, unit: &UnitId, day: Date) -> Result<Vec<Ticket>, StoreError> {
    in_state(tx, unit, day, "waiting")
}

/// How many wait in a centre on a day.
pub fn count_waiting(tx: &mut Tx<'_>, unit: &UnitId, day: Date) -> Result<i64, StoreError> {
    let row = tx.one(
        "SELECT COUNT(*) AS count FROM queue_tickets WHERE unit = $1 AND day = $2 AND state = 'waiting'",
        &params![unit, day],
    )?;
    row.map_or(Ok(0), |row| row.get("count"))
}

/// Those who were called on a day and did not come, in order of places.
pub fn missed(tx: &mut Tx<'_>, unit: &UnitId, day: Date) -> Result<Vec<Ticket>, StoreError> {
    in_state(tx, unit, day, "no_show")
}

fn in_state(tx: &mut Tx<'_>, unit: &UnitId, day: Date, state: &str) -> Result<Vec<Ticket>, StoreError> {
    tx.each(
        "SELECT * FROM queue_tickets WHERE unit = $1 AND day = $2 AND state = $3 ORDER BY place_at, number, service",
        &params![unit, day, state], read)
}

/// What windows have in hand on a day: called or being served, newest call first.
pub fn in_hand(tx: &mut Tx<'_>, unit: &UnitId, day: Date) -> Result<Vec<Ticket>, StoreError> {
    tx.each(
        "SELECT * FROM queue_tickets WHERE unit = $1 AND day = $2 AND state IN ('called', 'serving')
         ORDER BY state_at DESC, at_window",
        &params![unit, day],
        read,
    )
}

/// Forgets the tickets of days before this one; the sums of those days stay.
pub fn sweep(tx: &mut Tx<'_>, before: Date) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM queue_tickets WHERE day < $1", &params![before])
}

fn read(row: &Row) -> Result<Ticket, StoreError> {
    let word: String = row.get("state")?;
    let state = TicketState::from_parts(&word, row.get("at_window")?, row.get("state_at")?);
    Ok(Ticket {
        id: row.get("id")?,
        unit: row.get("unit")?,
        day: row.get("day")?,
        service: row.get("service")?,
        number: row.get("number")?,
        code: row.get("code")?,
        secret: row.get("secret")?,
        priority: row.get("priority")?,
        window: row.get("only_window")?,
        place_at: row.get("place_at")?,
        taken_at: row.get("taken_at")?,
        first_called_at: row.get("first_called_at")?,
        calls: row.get("calls")?,
        state: state.ok_or(StoreError::Unknown {
            what: "state of a ticket",
            value: word,
        })?,
        dossier: row.get("dossier")?,
    })
}

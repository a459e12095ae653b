//! The queue of a service centre: tickets, windows, and who is called next.
//!
//! Basis: a centre has a machine for queue numbers joined to the system (Decree 61/2018/NĐ-CP, article 13). The lines,
//! windows and priorities are data: `packs/queue.toml`. A ticket holds nothing about the person who took it.

mod rules;
mod ticket;

pub use rules::{Priority, QueueRules, Service, Window};
pub use ticket::{NotNow, Ticket, TicketState};

use jiff::{SignedDuration, Timestamp};

use crate::calendar::Office;
use crate::time::{instant, local_date};

/// Who is called next at a window, of those who wait in the order of their places; none when nobody waits for it.
///
/// People with priority go first, but no more than `priority_in_row` of them follow each other while somebody else
/// waits; `row` says how many this window called last.
pub fn next<'t>(waiting: &'t [Ticket], window: &Window, row: i64, rules: &QueueRules) -> Option<&'t Ticket> {
    let eligible = || waiting.iter().filter(|ticket| is_for(ticket, window));
    let first = |has_priority: bool| eligible().find(|ticket| ticket.priority.is_some() == has_priority);
    let ordinary_is_due = row >= rules.priority_in_row;
    if ordinary_is_due {
        first(false).or_else(|| first(true))
    } else {
        first(true).or_else(|| first(false))
    }
}

/// Whether a waiting ticket may be called at this window: it was sent there, or it is free and of its lines.
pub fn is_for(ticket: &Ticket, window: &Window) -> bool {
    ticket.window.map_or_else(
        || window.services.contains(&ticket.service),
        |number| number == window.number,
    )
}

/// How many stand before a ticket in its own line, as its holder counts them; `waiting` is in order of places.
pub fn ahead(waiting: &[Ticket], ticket: &Ticket) -> usize {
    let own_line = |other: &&Ticket| other.service == ticket.service && other.id != ticket.id;
    let before = |other: &&Ticket| match (other.priority.is_some(), ticket.priority.is_some()) {
        (true, false) => true,
        (false, true) => false,
        _ => (other.place_at, other.number) < (ticket.place_at, ticket.number),
    };
    waiting.iter().filter(own_line).filter(before).count()
}

/// Where a ticket that is put back gets its place: right behind so many others of its line, or at its end.
pub fn place_behind(waiting: &[Ticket], service: &str, behind: usize, now: Timestamp) -> Timestamp {
    let mut line = waiting.iter().filter(|ticket| ticket.service == service);
    let last = if behind == 0 { None } else { line.nth(behind - 1) };
    let a_moment = SignedDuration::from_millis(1);
    last.and_then(|ticket| ticket.place_at.checked_add(a_moment).ok())
        .unwrap_or(now)
}

/// About how many minutes somebody waits behind `ahead` others, when each takes so long and so many windows are open.
pub fn wait_minutes(ahead: usize, minutes_each: i64, open_windows: usize) -> i64 {
    let (ahead, windows) = (
        i64::try_from(ahead).unwrap_or(i64::MAX),
        i64::try_from(open_windows.max(1)).unwrap_or(1),
    );
    ahead
        .saturating_mul(minutes_each.max(1))
        .saturating_add(windows - 1)
        / windows
}

/// Whether the machine hands out numbers now: from some minutes before the counter opens until it closes.
///
/// An officer may always hand one out. A year whose calendar is not loaded is as a day on which nobody receives.
pub fn hands_out_at(office: &Office<'_>, at: Timestamp, rules: &QueueRules) -> bool {
    let day = local_date(at);
    let Ok(blocks) = office.reception(day) else {
        return false;
    };
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else {
        return false;
    };
    let opens = instant(day.to_datetime(first.open));
    let from = opens
        .checked_sub(SignedDuration::from_mins(rules.opens_before_minutes))
        .unwrap_or(opens);
    (from..instant(day.to_datetime(last.close))).contains(&at)
}

#[cfg(test)]
mod tests;

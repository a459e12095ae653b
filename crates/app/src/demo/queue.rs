//! A day of the queue in Thuận An, and those who wait on the morning on which the demonstration begins.
//!
//! Numbers are taken and called by the real commands, minute by minute; how many come when is made up.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use townhall_domain::ids::TicketId;
use townhall_domain::permission::Role;
use townhall_domain::time;
use townhall_store::Tx;

use super::office::Offices;
use super::unit;
use crate::actor::Actor;
use crate::cx::Cx;
use crate::error::AppError;
use crate::queue::{
    Act, CallNext, Called, OpenWindowAt, TakeTicket, TicketAct, act_on_ticket, call_next, open_window,
    take_ticket,
};
use crate::town::Town;

/// For what people come: certified copies most of all, as everywhere.
const LINES: [&str; 10] = [
    "certification",
    "civil-status",
    "certification",
    "certification",
    "results",
    "land",
    "certification",
    "civil-status",
    "certification",
    "other",
];
const WINDOWS: [i64; 3] = [1, 2, 3];

/// A window with whoever sits there.
struct Sits {
    actor: Actor,
    in_hand: Option<TicketId>,
    free_at: i64,
}

/// Plays yesterday from end to end and this morning until the clock begins to run.
pub fn build(town: &Town, offices: &Offices) -> Result<(), AppError> {
    let centre = unit("24682");
    let actors: Vec<Actor> = offices
        .with_role(&centre, Role::Receptionist)
        .into_iter()
        .map(|seated| seated.actor.clone())
        .take(WINDOWS.len())
        .collect();
    let base = town.cx(&Actor::System { job: "demo" });
    town.db().write_blocking("demo_queue", move |tx| {
        yesterday(tx, &base, &actors)?;
        this_morning(tx, &base, &actors)
    })
}

fn at(day: i8, minute: i64) -> Timestamp {
    let midnight = time::instant(date(2025, 8, day).at(0, 0, 0, 0));
    midnight
        .checked_add(SignedDuration::from_mins(minute))
        .unwrap_or(midnight)
}

fn take(tx: &mut Tx<'_>, cx: &Cx, number: usize) -> Result<(), AppError> {
    let command = TakeTicket {
        unit: unit("24682"),
        service: LINES[number % LINES.len()].to_owned(),
        // One in nine goes first.
        priority: (number % 9 == 4).then(|| ["elderly", "with-child", "disabled"][number % 3].to_owned()),
    };
    take_ticket(tx, cx, &command).map(|_| ())
}

fn sit_down(tx: &mut Tx<'_>, base: &Cx, actors: &[Actor], when: Timestamp) -> Result<Vec<Sits>, AppError> {
    let mut windows = Vec::new();
    for (number, actor) in WINDOWS.into_iter().zip(actors) {
        open_window(
            tx,
            &base.at(when).as_actor(actor.clone()),
            &OpenWindowAt { number },
        )?;
        windows.push(Sits {
            actor: actor.clone(),
            in_hand: None,
            free_at: 0,
        });
    }
    Ok(windows)
}

/// From seven until half past four, with the midday break; who is not there is noted once in a while.
fn yesterday(tx: &mut Tx<'_>, base: &Cx, actors: &[Actor]) -> Result<(), AppError> {
    let mut windows = sit_down(tx, base, actors, at(4, 7 * 60 + 15))?;
    let mut taken = 0;
    for minute in 7 * 60..17 * 60 {
        let is_break = (11 * 60 + 30..13 * 60 + 30).contains(&minute);
        let (early, late) = (minute < 10 * 60, minute > 16 * 60 + 20);
        if !is_break && !late && minute % (if early { 5 } else { 9 }) == 0 {
            take(tx, &base.at(at(4, minute)), taken)?;
            taken += 1;
        }
        if minute < 7 * 60 + 30 || is_break {
            continue;
        }
        for (place, window) in windows.iter_mut().enumerate() {
            if window.free_at > minute {
                continue;
            }
            let cx = base.at(at(4, minute)).as_actor(window.actor.clone());
            let command = CallNext {
                in_hand: window.in_hand,
            };
            window.in_hand = match call_next(tx, &cx, &command)? {
                Called::Ticket(ticket) => {
                    let short = if ticket.service == "certification" || ticket.service == "results" {
                        5
                    } else {
                        13
                    };
                    let lasts = short + (ticket.number * 7 + i64::try_from(place).unwrap_or(0)) % 6;
                    window.free_at = minute + lasts;
                    if ticket.number % 17 == 3 {
                        act_on_ticket(
                            tx,
                            &cx,
                            &TicketAct {
                                ticket: ticket.id,
                                act: Act::Miss,
                            },
                        )?;
                        window.free_at = minute + 2;
                        None
                    } else {
                        act_on_ticket(
                            tx,
                            &cx,
                            &TicketAct {
                                ticket: ticket.id,
                                act: Act::Begin,
                            },
                        )?;
                        Some(ticket.id)
                    }
                }
                Called::Nobody | Called::Already => None,
            };
        }
    }
    // The last ones are done before everybody goes home.
    for window in &windows {
        if let Some(ticket) = window.in_hand {
            let cx = base.at(at(4, 17 * 60)).as_actor(window.actor.clone());
            act_on_ticket(
                tx,
                &cx,
                &TicketAct {
                    ticket,
                    act: Act::Serve,
                },
            )?;
        }
    }
    Ok(())
}

/// The counter opens at half past seven: some have taken a number, two windows serve, the first is free for whoever
/// signs in.
fn this_morning(tx: &mut Tx<'_>, base: &Cx, actors: &[Actor]) -> Result<(), AppError> {
    for number in 0..11 {
        let minute = 7 * 60 + 2 + i64::try_from(number).unwrap_or(0) * 5 / 2;
        take(tx, &base.at(at(5, minute)), number)?;
    }
    let windows = sit_down(tx, base, actors, at(5, 7 * 60 + 20))?;
    for window in windows.iter().skip(1) {
        let cx = base.at(at(5, 7 * 60 + 29)).as_actor(window.actor.clone());
        call_next(tx, &cx, &CallNext { in_hand: None })?;
    }
    Ok(())
}

//! A number is taken, by whoever stands at the machine or by an officer for him; and given up.

use townhall_domain::ids::{TicketId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::queue::{QueueRules, Ticket, TicketState, hands_out_at};
use townhall_store::queue::{self as store, Added};
use townhall_store::{StoreError, Tx};

use super::rules;
use crate::cx::Cx;
use crate::error::AppError;

/// Take a number.
#[derive(Debug, Clone)]
pub struct TakeTicket {
    /// At which centre.
    pub unit: UnitId,
    /// For which line.
    pub service: String,
    /// Why before others.
    pub priority: Option<String>,
}

/// Takes the next number of a line.
///
/// # Errors
/// [`AppError::Invalid`] for a line or priority that there is not; [`AppError::Refused`] while the machine hands out
/// none (an officer still may) and when too many wait.
pub fn take_ticket(tx: &mut Tx<'_>, cx: &Cx, cmd: &TakeTicket) -> Result<Ticket, AppError> {
    let rules = rules(cx);
    let service = rules
        .service(&cmd.service)
        .ok_or(AppError::field("service", "queue-service-unknown"))?;
    let priority = cmd.priority.clone().filter(|id| !id.is_empty());
    if priority.as_ref().is_some_and(|id| rules.priority(id).is_none()) {
        return Err(AppError::field("priority", "queue-priority-unknown"));
    }
    let by_officer = cx.actor.may(Right::CallQueue, &cmd.unit);
    if !by_officer && !hands_out_at(&crate::calendar::office(tx, cx, &cmd.unit)?, cx.now(), rules) {
        return Err(AppError::refused("queue-refused-closed"));
    }
    store::take_board(tx, &cmd.unit)?;
    let day = cx.today();
    if !by_officer && store::waiting(tx, &cmd.unit, day)?.len() >= rules.most_waiting {
        return Err(AppError::refused("queue-refused-full"));
    }
    let number = store::next_number(tx, &cmd.unit, day, &service.id)?;
    let mut secret = [0_u8; 16];
    getrandom::fill(&mut secret).map_err(StoreError::from)?;
    let ticket = Ticket {
        id: cx.new_id::<TicketId>(),
        unit: cmd.unit.clone(),
        day,
        service: service.id.clone(),
        number,
        code: QueueRules::code(service, number),
        secret: hex::encode(secret),
        priority,
        window: None,
        place_at: cx.now(),
        taken_at: cx.now(),
        first_called_at: None,
        calls: 0,
        state: TicketState::Waiting,
        dossier: None,
    };
    store::insert_ticket(tx, &ticket)?;
    Ok(ticket)
}

/// Give a number up.
#[derive(Debug, Clone)]
pub struct LeaveQueue {
    /// The secret of its page.
    pub secret: String,
}

/// Gives a number up: whoever has its page may.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown secret, [`AppError::Refused`] once it is called.
pub fn leave_queue(tx: &mut Tx<'_>, cx: &Cx, cmd: &LeaveQueue) -> Result<(), AppError> {
    let found = store::by_secret(tx, &cmd.secret)?.ok_or(AppError::NotFound("ticket"))?;
    store::take_board(tx, &found.unit)?;
    // Read again now that nobody else changes it.
    let mut ticket = store::ticket(tx, found.id)?
        .filter(|ticket| ticket.day == cx.today())
        .ok_or(AppError::NotFound("ticket"))?;
    let was_missed = matches!(ticket.state, TicketState::NoShow { .. });
    ticket.leave(cx.now())?;
    store::save_ticket(tx, &ticket)?;
    if was_missed {
        store::add_to_day(tx, &ticket, Added::Found)?;
    }
    Ok(store::add_to_day(tx, &ticket, Added::GivenUp)?)
}

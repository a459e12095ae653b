//! Messages as the office sees them: what waits, was sent, failed; sent again, stopped.

use serde_json::json;
use townhall_domain::ids::{DossierId, MessageId};
use townhall_domain::message::{MessageState, masked};
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_store::messages::{self, Filter, Listed, Message};
use townhall_store::{StoreError, Tx, dossiers, jobs};

use super::queue::{address_of, reader};
use super::send::{SEND_MESSAGE, set};
use crate::clock::real_now;
use crate::cx::Cx;
use crate::error::AppError;
use crate::jobs::enqueue;

/// A message with what its reader may see of the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    /// The message and its tries.
    pub row: Listed,
    /// The address, masked; none when it was taken out of the dossier.
    pub to: Option<String>,
    /// Whether the reader may open the dossier.
    pub may_open: bool,
}

/// A page of the messages of the units whose messages the actor may see, newest first.
///
/// # Errors
/// [`AppError::NotFound`] without the right.
pub fn message_list(
    tx: &mut Tx<'_>,
    cx: &Cx,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<MessageView>, AppError> {
    let space = cx
        .actor
        .space()
        .filter(|_| cx.actor.holds(Right::ReadJobs))
        .ok_or(AppError::NotFound("message"))?;
    let filter = Filter {
        units: cx.actor.units_for(Right::ReadJobs),
        ..filter.clone()
    };
    let rows = messages::list(tx, &filter, space, limit.clamp(1, 500))?;
    rows.into_iter()
        .map(|row| {
            Ok(MessageView {
                to: address(tx, &row.message)?,
                may_open: cx.actor.may(Right::ReadDossier, &row.message.unit),
                row,
            })
        })
        .collect()
}

/// The address of a message as it stands in the dossier now, masked.
///
/// # Errors
/// When the database fails.
pub fn address(tx: &mut Tx<'_>, message: &Message) -> Result<Option<String>, StoreError> {
    let dossier = dossiers::load(tx, message.dossier)?;
    Ok(dossier
        .as_ref()
        .and_then(reader)
        .and_then(|person| address_of(person, message.way))
        .map(masked))
}

/// The messages of a dossier, for whoever was shown the dossier.
///
/// # Errors
/// When the database fails.
pub fn of_dossier(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Message>, StoreError> {
    messages::of_dossier(tx, dossier)
}

/// Sends a message that failed, or waits for another try, again at once.
///
/// # Errors
/// [`AppError::NotFound`] when there is none that the actor may see; a refusal when it is sent or stopped.
pub fn retry_message(tx: &mut Tx<'_>, cx: &Cx, id: MessageId) -> Result<(), AppError> {
    let Listed { message, tries, .. } = visible(tx, cx, id)?;
    match message.state {
        MessageState::Waiting => {
            jobs::run_again(tx, tries.job, real_now())?;
        }
        MessageState::Failed => {
            let of = Some((&message.unit, message.space));
            let job = enqueue(tx, cx, &SEND_MESSAGE, json!({ "message": id }), of)?;
            messages::begin_anew(tx, id, job)?;
            set(tx, cx, &message, MessageState::Waiting, "message_again")?;
        }
        MessageState::Sent | MessageState::Stopped => {
            return Err(AppError::refused("message-refused-ended"));
        }
    }
    tracing::info!(message.id = %id, "message {id} is sent again");
    Ok(())
}

/// Stops a message that is not sent yet; what is on the wire at that very moment may still arrive.
///
/// # Errors
/// [`AppError::NotFound`] when there is none that the actor may see; a refusal when it is sent or stopped.
pub fn stop_message(tx: &mut Tx<'_>, cx: &Cx, id: MessageId) -> Result<(), AppError> {
    let Listed { message, .. } = visible(tx, cx, id)?;
    match message.state {
        MessageState::Waiting | MessageState::Failed => {
            Ok(set(tx, cx, &message, MessageState::Stopped, "message_stopped")?)
        }
        MessageState::Sent | MessageState::Stopped => Err(AppError::refused("message-refused-ended")),
    }
}

fn visible(tx: &mut Tx<'_>, cx: &Cx, id: MessageId) -> Result<Listed, AppError> {
    // The dossier's row first, as everywhere: then nobody changes the message meanwhile.
    let found = messages::load(tx, id)?.ok_or(AppError::NotFound("message"))?;
    let may = cx.actor.may(Right::RetryJob, &found.message.unit);
    if !may || cx.actor.space().unwrap_or(Space::State) != found.message.space {
        return Err(AppError::NotFound("message"));
    }
    dossiers::lock(tx, found.message.dossier)?;
    messages::load(tx, id)?.ok_or(AppError::NotFound("message"))
}

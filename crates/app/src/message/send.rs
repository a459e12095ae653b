//! The job that sends one message.

use serde_json::json;
use std::time::Duration;
use townhall_domain::ids::MessageId;
use townhall_domain::message::{MessageState, Way};
use townhall_store::messages::{self, Listed, Message};
use townhall_store::{StoreError, Tx, dossiers};

use super::queue::{address_of, reader};
use super::text::words;
use crate::actor::Actor;
use crate::cx::Cx;
use crate::jobs::{Cancelling, Kind, Outcome, Run};
use crate::metrics;
use crate::outside::{CarryError, Letter};
use crate::record::{Subject, record};

/// Sends a message. It is tried for about a day, with growing pauses.
pub static SEND_MESSAGE: Kind = Kind {
    name: "send_message",
    attempts: 28,
    every: None,
    cancel: Cancelling::Never("jobs-cancel-message"),
    run: send,
};

/// Who does it, for the trail.
const POSTMAN: Actor = Actor::System { job: "send_message" };
/// A try whose end nobody saw may be repeated once.
const UNSEEN_ENDS: i64 = 1;
const MINUTE: Duration = Duration::from_mins(1);

/// What there is to do, found in one transaction that ends before anything is sent.
enum Begun {
    /// Nothing: it is sent or stopped.
    Nothing,
    /// Too many went in the last minute.
    NotYet,
    /// It cannot be sent.
    Impossible(Box<Message>, &'static str),
    /// This letter.
    Letter(Box<Message>, Letter),
}

fn send(run: &Run<'_>) -> Result<Outcome, StoreError> {
    let Some(id) = run.job.args["message"].as_str().and_then(|id| id.parse().ok()) else {
        let why = "the job names no message".to_owned();
        return Ok(Outcome::GiveUp { why });
    };
    let (message, letter) = match begin(run, id)? {
        Begun::Nothing => return Ok(Outcome::Done),
        Begun::NotYet => {
            let at = run.now.checked_add(Duration::from_secs(15)).unwrap_or(run.now);
            return Ok(Outcome::Later { at });
        }
        Begun::Impossible(message, why) => {
            end(run, &message, MessageState::Failed, Some(why))?;
            return Ok(Outcome::GiveUp { why: why.to_owned() });
        }
        Begun::Letter(message, letter) => (message, letter),
    };
    let Some(outlet) = run.town.outside().outlet(message.way) else {
        return Ok(Outcome::Done);
    };
    match outlet.carrier.carry(&letter) {
        Ok(()) => {
            end(run, &message, MessageState::Sent, None)?;
            Ok(Outcome::Done)
        }
        Err(CarryError::Later(why)) if run.job.attempts < SEND_MESSAGE.attempts => {
            count(message.way, "retry");
            let told = why.clone();
            run.town.db().write_blocking("message_try_ends", move |tx| {
                messages::end_try(tx, id, Some(&told))
            })?;
            Ok(Outcome::Retry { why })
        }
        Err(CarryError::Later(why) | CarryError::Never(why)) => {
            end(run, &message, MessageState::Failed, Some(&why))?;
            Ok(Outcome::GiveUp { why })
        }
    }
}

fn begin(run: &Run<'_>, id: MessageId) -> Result<Begun, StoreError> {
    let (town, now) = (run.town.clone(), run.now);
    run.town.write_blocking("begin_message", &POSTMAN, move |tx, cx| {
        let Some(Listed { message, tries, .. }) = messages::load(tx, id)? else {
            return Ok(Begun::Nothing);
        };
        if matches!(message.state, MessageState::Sent | MessageState::Stopped) {
            return Ok(Begun::Nothing);
        }
        let impossible = |why| Ok(Begun::Impossible(Box::new(message.clone()), why));
        let Some(outlet) = town.outside().outlet(message.way) else {
            return impossible("this way of sending is switched off");
        };
        if tries.begun_at.is_some() && tries.unclear >= UNSEEN_ENDS {
            return impossible("twice the program ended in the middle of sending: it may have been sent");
        }
        let minute_ago = now.checked_sub(MINUTE).unwrap_or(now);
        if messages::tried_since(tx, message.way, minute_ago)? >= outlet.per_minute {
            return Ok(Begun::NotYet);
        }
        let Some(dossier) = dossiers::load(tx, message.dossier)? else {
            return impossible("the dossier is gone");
        };
        let Some(to) = reader(&dossier).and_then(|person| address_of(person, message.way)) else {
            return impossible("the address was taken out of the dossier, or the consent was");
        };
        let (subject, text) = words(cx.packs(), &town.outside().base, &message, &dossier);
        let to = to.to_owned();
        messages::begin_try(tx, id, now)?;
        Ok(Begun::Letter(
            Box::new(message),
            Letter {
                id,
                to,
                subject,
                text,
            },
        ))
    })
}

/// Writes down how it ended, in the dossier's trail too.
fn end(run: &Run<'_>, message: &Message, state: MessageState, why: Option<&str>) -> Result<(), StoreError> {
    let fact = match state {
        MessageState::Sent => "message_sent",
        MessageState::Failed => "message_failed",
        MessageState::Waiting | MessageState::Stopped => return Ok(()),
    };
    let (ended, why) = (message.clone(), why.map(str::to_owned));
    run.town.write_blocking("end_message", &POSTMAN, move |tx, cx| {
        messages::end_try(tx, ended.id, why.as_deref())?;
        set(tx, cx, &ended, state, fact)
    })?;
    count(message.way, state.as_str());
    Ok(())
}

/// Sets how far a message has come and records it; the dossier's row is held, so that facts keep their order.
pub(super) fn set(
    tx: &mut Tx<'_>,
    cx: &Cx,
    message: &Message,
    state: MessageState,
    fact: &str,
) -> Result<(), StoreError> {
    if dossiers::lock(tx, message.dossier)?.is_none() {
        return Ok(());
    }
    let ended_at = (state != MessageState::Waiting).then(|| cx.now());
    messages::set_state(tx, message.id, state, ended_at)?;
    let body = json!({
        "message": message.id, "tells": message.kind.as_str(), "way": message.way.as_str(), "code": message.code,
    });
    let subject = Subject::dossier(message.dossier, &message.unit, message.space);
    record(tx, cx, &subject, fact, body)?;
    Ok(())
}

fn count(way: Way, outcome: &str) {
    metrics::count(&metrics::MESSAGES, &[("way", way.as_str()), ("outcome", outcome)]);
}

//! A step is told to the citizen: the message is written with it, or not at all.

use serde_json::json;
use townhall_domain::dossier::{Applicant, Dossier};
use townhall_domain::ids::MessageId;
use townhall_domain::message::{MessageKind, MessageState, Way};
use townhall_store::messages::{self, Message};
use townhall_store::{StoreError, Tx};

use super::send::SEND_MESSAGE;
use crate::cx::Cx;
use crate::jobs::enqueue;

/// Whoever is written to: who submitted it, when he agreed, else the applicant, when he did.
pub(super) fn reader(dossier: &Dossier) -> Option<&Applicant> {
    let agreed = |person: &&Applicant| person.messages.is_some();
    dossier
        .submitter
        .as_ref()
        .filter(agreed)
        .or(Some(&dossier.applicant).filter(agreed))
}

/// His address on a way.
pub(super) fn address_of(person: &Applicant, way: Way) -> Option<&str> {
    match way {
        Way::Email => person.email.as_deref(),
        Way::Sms => person.phone.as_deref(),
    }
}

/// Writes the message of a step, when it has one and somebody wants it on a way that is switched on: by e-mail
/// where an address was given, else as a text message. Before the step's fact is recorded: its digest covers it.
pub(crate) fn on_step(tx: &mut Tx<'_>, cx: &Cx, dossier: &Dossier, fact: &str) -> Result<(), StoreError> {
    let Some(kind) = MessageKind::of_step(fact, dossier.state) else {
        return Ok(());
    };
    let Some(person) = reader(dossier) else {
        return Ok(());
    };
    let ways = cx.ways();
    let way = if ways.email && person.email.is_some() {
        Way::Email
    } else if ways.sms && person.phone.is_some() {
        Way::Sms
    } else {
        return Ok(());
    };
    let id = cx.new_id::<MessageId>();
    let of = Some((&dossier.unit, dossier.space));
    let job = enqueue(tx, cx, &SEND_MESSAGE, json!({ "message": id }), of)?;
    let message = Message {
        id,
        dossier: dossier.id,
        code: dossier.code.clone(),
        unit: dossier.unit.clone(),
        space: dossier.space,
        kind,
        way,
        lang: person.messages.unwrap_or(townhall_domain::message::Tongue::Vi),
        due_at: dossier.deadline.as_ref().map(|deadline| deadline.due),
        queued_at: cx.now(),
        state: MessageState::Waiting,
        ended_at: None,
    };
    messages::insert(tx, &message, job)
}

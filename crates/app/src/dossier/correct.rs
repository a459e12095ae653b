//! Changing one's mind, openly: stop at the citizen's wish, correct an entry, recall a step.

use serde_json::{Value, json};
use townhall_domain::dossier::applicant::clean;
use townhall_domain::dossier::{Action, ApplicantInput, Delivery, Dossier, Holder, Stage, State};
use townhall_domain::ids::{DossierId, StepId};
use townhall_domain::permission::Role;
use townhall_domain::time;
use townhall_store::Tx;
use townhall_store::dossiers::{self, Record};

use super::flow::{advance, begin, finish, holder_for, issue_slip, reason};
use crate::cx::Cx;
use crate::error::{AppError, FieldError};

/// Stop at the citizen's wish.
#[derive(Debug, Clone)]
pub struct WithdrawDossier {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// What the citizen said.
    pub reason: String,
}

/// Form 05 (Decree 118/2025/NĐ-CP, article 21): possible while no decision has been made.
pub fn withdraw_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &WithdrawDossier) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Withdraw)?;
    let mut dossier = acting.dossier;
    withdraw(tx, cx, &mut dossier, acting.next, &cmd.reason)
}

/// The same for the citizen's own hand, who showed the secret of the receipt.
pub(crate) fn withdraw(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    next: State,
    said: &str,
) -> Result<(), AppError> {
    let why = reason("reason", said)?;
    if dossier.state == State::InProgress(Stage::Members) {
        return crate::joined::withdraw_members(tx, cx, dossier, &why);
    }
    let state_before = dossier.state.as_str();
    advance(tx, cx, dossier, next, None, Action::Withdraw, Some(why.clone()))?;
    let slip = issue_slip(
        tx,
        cx,
        dossier,
        "stop",
        json!({ "reason": why, "state": state_before }),
    )?;
    finish(
        tx,
        cx,
        dossier,
        "dossier_withdrawn",
        json!({ "slip": slip.number }),
    )
}

/// Correct an entry.
#[derive(Debug, Clone)]
pub struct CorrectEntry {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// `applicant.name`, `applicant.id_number`, `applicant.born_on`, `applicant.phone`, `applicant.email`,
    /// `applicant.address`, `delivery`, or `form.<field>`.
    pub field: String,
    /// The right value.
    pub value: String,
    /// Why.
    pub reason: String,
}

/// Replaces one value; the old one stays readable in the record.
pub fn correct_entry(tx: &mut Tx<'_>, cx: &Cx, cmd: &CorrectEntry) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Correct)?;
    let why = reason("reason", &cmd.reason)?;
    let mut dossier = acting.dossier;
    let (old, new) = if cmd.field == "delivery" {
        let old = dossier.delivery.as_str();
        dossier.delivery =
            Delivery::parse(&cmd.value).ok_or_else(|| AppError::field("value", "delivery-unknown"))?;
        (json!(old), json!(dossier.delivery.as_str()))
    } else if let Some(part) = cmd.field.strip_prefix("applicant.") {
        correct_applicant(cx, &mut dossier, part, &cmd.value)?
    } else if let Some(name) = cmd.field.strip_prefix("form.") {
        correct_form(cx, acting.procedure, &mut dossier, name, &cmd.value)?
    } else {
        return Err(AppError::field("field", "correct-field-unknown"));
    };
    let words = super::words::search_words(&dossier, acting.procedure);
    dossiers::index_again(tx, &dossier, &words)?;
    let record = Record {
        id: cx.new_id::<StepId>(),
        kind: "correction".to_owned(),
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
        body: json!({ "field": cmd.field, "old": old, "new": new, "reason": why }),
        due_at: None,
        answered_at: None,
        answer: None,
    };
    dossiers::insert_record(tx, dossier.id, &record)?;
    finish(
        tx,
        cx,
        &mut dossier,
        "entry_corrected",
        json!({ "field": cmd.field }),
    )
}

fn correct_applicant(
    cx: &Cx,
    dossier: &mut townhall_domain::dossier::Dossier,
    part: &str,
    value: &str,
) -> Result<(Value, Value), AppError> {
    let was = dossier.applicant.clone();
    let mut input = ApplicantInput::from(&was);
    let unknown = || AppError::field("field", "correct-field-unknown");
    let old = std::mem::replace(part_of(&mut input, part).ok_or_else(unknown)?, value.to_owned());
    let mut fresh = input.parse(cx.today()).map_err(|wrong| {
        AppError::Invalid(
            wrong
                .into_iter()
                .map(|(_, key)| FieldError::new("value", key))
                .collect(),
        )
    })?;
    fresh.party = was.party;
    dossier.subject = dossier.subject.replace(&was.name, &fresh.name);
    dossier.applicant = fresh;
    // As it is kept, cleaned and parsed: what was typed is in no other row.
    let mut kept = ApplicantInput::from(&dossier.applicant);
    let new = std::mem::take(part_of(&mut kept, part).ok_or_else(unknown)?);
    Ok((json!(old), json!(new)))
}

/// The part of an applicant that an entry names.
fn part_of<'a>(input: &'a mut ApplicantInput, part: &str) -> Option<&'a mut String> {
    match part {
        "name" => Some(&mut input.name),
        "id_number" => Some(&mut input.id_number),
        "born_on" => Some(&mut input.born_on),
        "phone" => Some(&mut input.phone),
        "email" => Some(&mut input.email),
        "address" => Some(&mut input.address),
        _ => None,
    }
}

fn correct_form(
    cx: &Cx,
    procedure: &townhall_domain::procedure::Procedure,
    dossier: &mut townhall_domain::dossier::Dossier,
    name: &str,
    value: &str,
) -> Result<(Value, Value), AppError> {
    let form = super::receive::form_of(cx, procedure)
        .ok_or_else(|| AppError::field("field", "correct-field-unknown"))?;
    let mut filled = dossier.form.as_object().cloned().unwrap_or_default();
    let typed = clean(value).ok_or_else(|| AppError::field("value", "field-control-character"))?;
    let old = filled
        .insert(name.to_owned(), json!(typed))
        .unwrap_or(Value::Null);
    let clean = form
        .check(&filled, time::local_date(dossier.received_at))
        .map_err(|wrong| {
            AppError::Invalid(
                wrong
                    .into_iter()
                    .map(|error| FieldError {
                        field: "value".to_owned(),
                        key: error.key,
                        args: error.args,
                    })
                    .collect(),
            )
        })?;
    dossier.form = Value::Object(clean.into_values());
    // As it is kept: a form reads a day or an amount out of what was typed.
    let new = dossier.form.get(name).cloned().unwrap_or(Value::Null);
    Ok((old, new))
}

/// Take back the last hand-over.
#[derive(Debug, Clone)]
pub struct RecallStep {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// Why.
    pub reason: String,
}

/// Takes back a hand-over that the receiver has not worked on; only the one who handed over may do it.
pub fn recall_step(tx: &mut Tx<'_>, cx: &Cx, cmd: &RecallStep) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Recall)?;
    let why = reason("reason", &cmd.reason)?;
    let mut dossier = acting.dossier;
    let steps = dossiers::steps(tx, dossier.id)?;
    let Some(open) = steps.last().filter(|step| step.ended_at.is_none()) else {
        return Err(AppError::refused("recall-refused-no-step"));
    };
    if open.given_by.is_none() || open.given_by != cx.actor.post() {
        return Err(AppError::refused("recall-refused-not-yours"));
    }
    if open.touched_at.is_some() {
        return Err(AppError::refused("recall-refused-touched"));
    }
    let holder = match steps.iter().rev().nth(1).and_then(|step| step.holder) {
        Some(holder) => holder,
        None => match acting.next.stage() {
            Some(stage) => holder_for(tx, cx, &dossier.unit, acting.procedure, stage)?,
            None => Holder::Role(Role::Receptionist),
        },
    };
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        Some(holder),
        Action::Recall,
        Some(why),
    )?;
    finish(tx, cx, &mut dossier, "step_recalled", json!({}))
}

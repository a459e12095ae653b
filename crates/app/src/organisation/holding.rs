//! Giving and ending mandates, absences and delegations. Each is a change of its post.

use jiff::civil::Date;
use serde_json::{Value, json};
use townhall_domain::ids::{AbsenceId, DelegationId, MandateId, PersonId, PostId};
use townhall_domain::organisation::{Absence, AbsenceReason, Delegation, Mandate, MandateKind, Post};
use townhall_domain::permission::{Right, RightSet};
use townhall_store::Tx;
use townhall_store::organisation::{self, Versioned};

use super::{interval, must_be_another, must_guard, optional, other_post, post_to_change, refusal, touched};
use crate::cx::Cx;
use crate::error::AppError;
use crate::record::{Subject, record};

/// Puts a person into a post.
#[derive(Debug, Clone)]
pub struct GiveMandate {
    /// The post.
    pub post: PostId,
    /// The version of the post that the form showed.
    pub version: i64,
    /// The person.
    pub person: PersonId,
    /// Full, acting or concurrent.
    pub kind: MandateKind,
    /// First day.
    pub from: Date,
    /// First day on which it no longer holds.
    pub until: Option<Date>,
    /// The decision it rests on.
    pub decision: Option<String>,
}

/// Gives a mandate.
pub fn give_mandate(tx: &mut Tx<'_>, cx: &Cx, command: &GiveMandate) -> Result<MandateId, AppError> {
    let post = post_to_change(tx, cx, command.post, command.version, Right::ManageStaff)?;
    must_be_another(cx, command.person)?;
    must_guard(cx, &post.item.unit, &post.item.roles)?;
    if organisation::person(tx, command.person)?.is_none() {
        return Err(AppError::field("person", "staff-person-unknown"));
    }
    let mandate = Mandate {
        id: cx.new_id(),
        post: command.post,
        person: command.person,
        kind: command.kind,
        valid: interval(command.from, command.until)?,
        decision: optional("decision", command.decision.as_deref(), 200)?,
    };
    let others = organisation::mandates_of_post(tx, command.post)?;
    mandate.check(&post.item, &others).map_err(refusal)?;
    organisation::save_mandate(tx, &mandate)?;
    let body = json!({ "mandate": mandate.id, "person": mandate.person, "kind": mandate.kind.as_str() });
    finish(tx, cx, &post, "mandate_given", body)?;
    Ok(mandate.id)
}

/// Ends a mandate.
#[derive(Debug, Clone)]
pub struct EndMandate {
    /// The mandate.
    pub mandate: MandateId,
    /// The version of the post that the form showed.
    pub version: i64,
    /// The first day on which it no longer holds.
    pub on: Date,
    /// The decision.
    pub decision: Option<String>,
}

/// Ends a mandate; from that day the person no longer acts as the post.
pub fn end_mandate(tx: &mut Tx<'_>, cx: &Cx, command: &EndMandate) -> Result<(), AppError> {
    let found = organisation::mandate(tx, command.mandate)?.ok_or(AppError::NotFound("mandate"))?;
    let post = post_to_change(tx, cx, found.post, command.version, Right::ManageStaff)?;
    must_be_another(cx, found.person)?;
    must_guard(cx, &post.item.unit, &post.item.roles)?;
    let decision = optional("decision", command.decision.as_deref(), 200)?.or(found.decision.clone());
    let ended = Mandate {
        valid: found.valid.ended_on(command.on).map_err(refusal)?,
        decision,
        ..found
    };
    organisation::save_mandate(tx, &ended)?;
    let body = json!({ "mandate": ended.id, "person": ended.person, "on": command.on.to_string() });
    finish(tx, cx, &post, "mandate_ended", body)
}

/// Notes that a person is away from a post, and who stands in.
#[derive(Debug, Clone)]
pub struct RecordAbsence {
    /// The post.
    pub post: PostId,
    /// The version of the post that the form showed.
    pub version: i64,
    /// Who is away.
    pub person: PersonId,
    /// First day.
    pub from: Date,
    /// First day back.
    pub until: Option<Date>,
    /// Why.
    pub reason: AbsenceReason,
    /// The post whose holder stands in.
    pub stand_in: Option<PostId>,
}

/// Records an absence. Everybody may note his own; naming a stand-in gives him the post's rights and is a head's.
pub fn record_absence(tx: &mut Tx<'_>, cx: &Cx, command: &RecordAbsence) -> Result<AbsenceId, AppError> {
    let post = post_to_change(tx, cx, command.post, command.version, Right::RecordAbsence)?;
    let own = cx
        .actor
        .officer()
        .is_some_and(|officer| officer.person == command.person);
    if command.stand_in.is_some() || !own {
        cx.actor.must(Right::RecordAbsence, &post.item.unit)?;
    }
    let stand_in = command
        .stand_in
        .map(|id| other_post(tx, id, "stand_in"))
        .transpose()?;
    let absence = Absence {
        id: cx.new_id(),
        person: command.person,
        post: command.post,
        valid: interval(command.from, command.until)?,
        reason: command.reason,
        stand_in: command.stand_in,
    };
    let mandates = organisation::mandates_of_post(tx, command.post)?;
    absence
        .check(&post.item, stand_in.as_ref(), &mandates)
        .map_err(refusal)?;
    organisation::save_absence(tx, &absence)?;
    // The reason may be an illness: it stays out of the fact.
    let body = json!({ "absence": absence.id, "person": absence.person, "stand_in": absence.stand_in });
    finish(tx, cx, &post, "absence_recorded", body)?;
    Ok(absence.id)
}

/// Ends an absence early.
#[derive(Debug, Clone)]
pub struct EndAbsence {
    /// The absence.
    pub absence: AbsenceId,
    /// The version of the post that the form showed.
    pub version: i64,
    /// First day back.
    pub on: Date,
}

/// Ends an absence.
pub fn end_absence(tx: &mut Tx<'_>, cx: &Cx, command: &EndAbsence) -> Result<(), AppError> {
    let found = organisation::absence(tx, command.absence)?.ok_or(AppError::NotFound("absence"))?;
    let post = post_to_change(tx, cx, found.post, command.version, Right::RecordAbsence)?;
    if cx
        .actor
        .officer()
        .is_some_and(|officer| officer.person != found.person)
    {
        cx.actor.must(Right::RecordAbsence, &post.item.unit)?;
    }
    let ended = Absence {
        valid: found.valid.ended_on(command.on).map_err(refusal)?,
        ..found
    };
    organisation::save_absence(tx, &ended)?;
    let body = json!({ "absence": ended.id, "person": ended.person, "on": command.on.to_string() });
    finish(tx, cx, &post, "absence_ended", body)
}

/// Lends rights of the actor's own post to another post.
#[derive(Debug, Clone)]
pub struct DelegateRights {
    /// The version of the actor's post that the form showed.
    pub version: i64,
    /// Who gets them.
    pub to: PostId,
    /// Which.
    pub rights: RightSet,
    /// First day.
    pub from: Date,
    /// First day on which they are no longer lent; it must be named.
    pub until: Option<Date>,
    /// The paper.
    pub decision: Option<String>,
}

/// Delegates rights of one's own post.
pub fn delegate_rights(tx: &mut Tx<'_>, cx: &Cx, command: &DelegateRights) -> Result<DelegationId, AppError> {
    let Some(officer) = cx.actor.officer() else {
        return Err(AppError::NotFound("post"));
    };
    let post = post_to_change(tx, cx, officer.post, command.version, Right::DelegateRights)?;
    let to = other_post(tx, command.to, "to")?;
    // Nobody could have used rights that were lent afterwards; written down, they would make a signature look covered.
    if command.until.is_some_and(|until| until <= cx.today()) {
        return Err(AppError::field("until", "staff-delegation-ended"));
    }
    let delegation = Delegation {
        id: cx.new_id(),
        from: officer.post,
        to: command.to,
        rights: command.rights,
        valid: interval(command.from, command.until)?,
        decision: optional("decision", command.decision.as_deref(), 200)?,
    };
    delegation
        .check(&post.item, &to, officer.acts_for_another())
        .map_err(refusal)?;
    organisation::save_delegation(tx, &delegation)?;
    let rights: Vec<&str> = delegation.rights.iter().map(Right::as_str).collect();
    let body = json!({ "delegation": delegation.id, "to": delegation.to, "rights": rights });
    finish(tx, cx, &post, "rights_delegated", body)?;
    Ok(delegation.id)
}

/// Takes delegated rights back before their time.
#[derive(Debug, Clone)]
pub struct EndDelegation {
    /// The delegation.
    pub delegation: DelegationId,
    /// The version of the delegating post that the form showed.
    pub version: i64,
    /// The first day on which the rights are no longer lent.
    pub on: Date,
}

/// Ends a delegation: its giver, or who manages staff.
pub fn end_delegation(tx: &mut Tx<'_>, cx: &Cx, command: &EndDelegation) -> Result<(), AppError> {
    let found = organisation::delegation(tx, command.delegation)?.ok_or(AppError::NotFound("delegation"))?;
    let right = if cx.actor.post() == Some(found.from) {
        Right::DelegateRights
    } else {
        Right::ManageStaff
    };
    let post = post_to_change(tx, cx, found.from, command.version, right)?;
    let ended = Delegation {
        valid: found.valid.ended_on(command.on).map_err(refusal)?,
        ..found
    };
    organisation::save_delegation(tx, &ended)?;
    let body = json!({ "delegation": ended.id, "on": command.on.to_string() });
    finish(tx, cx, &post, "delegation_ended", body)
}

fn finish(tx: &mut Tx<'_>, cx: &Cx, post: &Versioned<Post>, kind: &str, body: Value) -> Result<(), AppError> {
    touched(tx, post)?;
    let subject = Subject::new("post", post.item.id, &post.item.unit, post.item.space);
    record(tx, cx, &subject, kind, body)?;
    Ok(())
}

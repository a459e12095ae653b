//! A joined-up dossier has been accepted: its members begin, each with its own unit, steps and deadline.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::{Action, ApplicantInput, Dossier, Holder, Stage};
use townhall_domain::ids::DossierId;
use townhall_domain::joined::MemberState;
use townhall_domain::permission::Role;
use townhall_domain::procedure::{Joined, JoinedLeg, Procedure};
use townhall_store::Tx;
use townhall_store::dossiers;
use townhall_store::joined::{self as store, Member};

use super::follow::settle;
use super::promise::legs;
use super::{channel_of, joined_of};
use crate::cx::Cx;
use crate::dossier::flow::{advance, finish};
use crate::dossier::{ComponentInput, ReceiveDossier, Verdict, flow_of, form_of, holder_for, receive_member};
use crate::error::AppError;
use crate::fees::StatedFee;

/// Hands an accepted joined-up dossier to its members: all at once, or to the first, as its channel wants.
pub(crate) fn start(
    tx: &mut Tx<'_>,
    cx: &Cx,
    parent: &mut Dossier,
    procedure: &Procedure,
    circumstances: &BTreeSet<String>,
) -> Result<(), AppError> {
    let joined = joined_of(procedure)?;
    for (position, leg) in (0_i64..).zip(legs(joined, circumstances)) {
        store::put(tx, &Member::waiting(parent.id, position, &leg.id))?;
    }
    let next = parent.state.after(Action::Transfer, flow_of(procedure))?;
    let holder = Some(Holder::Role(Role::Receptionist));
    advance(tx, cx, parent, next, holder, Action::Transfer, None)?;
    settle(tx, cx, parent, procedure)?;
    let mode = joined.mode_of(channel_of(parent.channel));
    finish(tx, cx, parent, "joined_started", json!({ "mode": mode }))
}

/// A member begins now: as a dossier of its own, or with an organisation outside.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    cx: &Cx,
    parent: &Dossier,
    leg: &JoinedLeg,
    member: &mut Member,
) -> Result<(), AppError> {
    member.state = MemberState::AtWork;
    member.started_at = Some(cx.now());
    if let Some(code) = &leg.procedure {
        member.dossier = Some(own_dossier(tx, cx, parent, code)?);
    } else if let Some(limit) = Joined::time_of(leg, channel_of(parent.channel)) {
        let office = crate::calendar::office(tx, cx, &parent.unit)?;
        let deadline =
            Deadline::compute(&office, cx.now(), limit).map_err(|error| AppError::deadline(&error))?;
        member.deadline = Some(deadline);
        super::bells::plan(tx, cx, parent, member)?;
    }
    Ok(())
}

/// The dossier of a member: the same people, the answers and papers that its procedure asks for, accepted and handed
/// to its division at once. It has no receipt and no fee: the joined-up dossier has them.
fn own_dossier(tx: &mut Tx<'_>, cx: &Cx, parent: &Dossier, code: &str) -> Result<DossierId, AppError> {
    let procedure = cx
        .packs()
        .procedures()
        .as_of(code, cx.today())
        .ok_or(AppError::NotFound("procedure"))?;
    let id = cx.new_id::<DossierId>();
    let received = ReceiveDossier {
        id,
        receiving_unit: parent.receiving_unit.clone(),
        unit: parent.unit.clone(),
        procedure: code.to_owned(),
        channel: parent.channel,
        portal_code: None,
        support_place: parent.support_place.clone(),
        assisted: false,
        applicant: ApplicantInput::from(&parent.applicant),
        submitter: parent.submitter.as_ref().map(ApplicantInput::from),
        form: answers(cx, parent, procedure),
        circumstances: parent.claims.circumstances.clone(),
        components: papers(tx, parent, procedure)?,
        delivery: parent.delivery,
        verdict: Verdict::Accept,
        fee: StatedFee::default(),
    };
    receive_member(tx, cx, &received)?;
    let mut dossier = dossiers::lock(tx, id)?.ok_or(AppError::NotFound("dossier"))?;
    let next = dossier.state.after(Action::Transfer, flow_of(procedure))?;
    let stage = next.stage().unwrap_or(Stage::Appraise);
    let holder = holder_for(tx, cx, &dossier.unit, procedure, stage)?;
    advance(tx, cx, &mut dossier, next, Some(holder), Action::Transfer, None)?;
    finish(
        tx,
        cx,
        &mut dossier,
        "dossier_transferred",
        json!({ "stage": stage.as_str() }),
    )?;
    Ok(id)
}

/// The answers that the form of a procedure knows.
pub(super) fn answers(cx: &Cx, parent: &Dossier, procedure: &Procedure) -> Map<String, Value> {
    let (Some(form), Some(all)) = (form_of(cx, procedure), parent.form.as_object()) else {
        return Map::new();
    };
    let known = form
        .fields
        .iter()
        .filter_map(|field| all.get_key_value(&field.name));
    known.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn papers(tx: &mut Tx<'_>, parent: &Dossier, procedure: &Procedure) -> Result<Vec<ComponentInput>, AppError> {
    let entries = dossiers::components(tx, parent.id)?;
    let known = entries
        .into_iter()
        .filter(|entry| procedure.component(&entry.component).is_some());
    Ok(known
        .map(|entry| ComponentInput {
            component: entry.component,
            status: entry.status,
            source: entry.source,
            copies: entry.copies,
            note: entry.note,
        })
        .collect())
}

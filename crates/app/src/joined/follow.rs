//! What a member does moves the whole: the next begins, what cannot begin falls away, the clock stands while a
//! member's stands, and the whole ends when nothing is open any more.

use serde_json::{Value, json};
use townhall_domain::deadline::{PauseReason, Resume};
use townhall_domain::dossier::{Action, Dossier, Holder, Stage, State};
use townhall_domain::ids::DossierId;
use townhall_domain::joined::{Member as Ruled, MemberState, decide};
use townhall_domain::permission::Role;
use townhall_domain::procedure::Procedure;
use townhall_store::joined::{self as store, Member};
use townhall_store::{Tx, dossiers};

use super::start::begin;
use super::{channel_of, joined_of};
use crate::cx::Cx;
use crate::dossier::flow::{advance, finish, issue_slip};
use crate::dossier::{collect, flow_of, plan_bells, procedure_of, withdraw};
use crate::error::AppError;

/// A dossier has ended, waits for its citizen or goes on: when it is a member, the whole follows.
pub(crate) fn follow(tx: &mut Tx<'_>, cx: &Cx, dossier: &Dossier) -> Result<(), AppError> {
    match store::parent_of(tx, dossier.id)? {
        Some(parent) => moved(tx, cx, parent),
        None => Ok(()),
    }
}

/// Brings the whole in step with its members and leaves a fact of it.
pub(super) fn moved(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<(), AppError> {
    let mut parent = dossiers::lock(tx, id)?.ok_or(AppError::NotFound("dossier"))?;
    if parent.state != State::InProgress(Stage::Members) {
        return Ok(());
    }
    let procedure = procedure_of(cx, &parent)?;
    let states = settle(tx, cx, &mut parent, procedure)?;
    let fact = if parent.state.has_ended() {
        "joined_ended"
    } else {
        "joined_moved"
    };
    finish(tx, cx, &mut parent, fact, json!({ "members": states }))
}

/// Applies the rules to the members as they stand; the caller saves the dossier and leaves the fact.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    cx: &Cx,
    parent: &mut Dossier,
    procedure: &Procedure,
) -> Result<Vec<&'static str>, AppError> {
    let joined = joined_of(procedure)?;
    let mut members = store::of_parent(tx, parent.id)?;
    let mut stands = false;
    for member in &mut members {
        stands |= refresh(tx, cx, member)?;
    }
    let ruled: Vec<Ruled<'_>> = members
        .iter()
        .map(|member| Ruled {
            leg: &member.leg,
            needs: joined.leg(&member.leg).map_or(&[], |leg| leg.needs.as_slice()),
            state: member.state,
        })
        .collect();
    let decision = decide(joined.mode_of(channel_of(parent.channel)), &ruled);
    for place in decision.dropped {
        members[place].state = MemberState::Dropped;
        members[place].ended_at = Some(cx.now());
    }
    for place in decision.begin {
        if let Some(leg) = joined.leg(&members[place].leg) {
            begin(tx, cx, parent, leg, &mut members[place])?;
        }
    }
    for member in &members {
        store::put(tx, member)?;
    }
    set_clock(tx, cx, parent, stands)?;
    if let Some(ends) = decision.ends {
        end(tx, cx, parent, ends)?;
    }
    Ok(members.iter().map(|member| member.state.as_str()).collect())
}

/// Takes over where a member's own dossier stands; whether its clock stands.
fn refresh(tx: &mut Tx<'_>, cx: &Cx, member: &mut Member) -> Result<bool, AppError> {
    let Some(id) = member.dossier else {
        let pauses = |deadline: &townhall_domain::deadline::Deadline| deadline.paused.is_some();
        return Ok(member.state.is_open() && member.deadline.as_ref().is_some_and(pauses));
    };
    let dossier = dossiers::load(tx, id)?.ok_or(AppError::NotFound("dossier"))?;
    member.state = MemberState::of_dossier(dossier.state);
    if !member.state.is_open() && member.ended_at.is_none() {
        member.ended_at = Some(dossier.ended_at.unwrap_or_else(|| cx.now()));
    }
    Ok(dossier.state.is_waiting())
}

/// The clock of the whole stands while a member's does, and goes on with what was left.
fn set_clock(tx: &mut Tx<'_>, cx: &Cx, parent: &mut Dossier, stands: bool) -> Result<(), AppError> {
    let Some(deadline) = &parent.deadline else {
        return Ok(());
    };
    let office = crate::calendar::office(tx, cx, &parent.unit)?;
    let changed = match (stands, deadline.paused.is_some()) {
        (true, false) => deadline.pause(&office, cx.now(), PauseReason::Procedure, None),
        (false, true) => deadline.resume(&office, cx.now(), Resume::Continue, None),
        (true, true) | (false, false) => return Ok(()),
    };
    parent.deadline = Some(changed.map_err(|error| AppError::deadline(&error))?);
    parent.paused_at = stands.then(|| cx.now());
    plan_bells(tx, cx, parent)
}

fn end(tx: &mut Tx<'_>, cx: &Cx, parent: &mut Dossier, state: State) -> Result<(), AppError> {
    let (holder, how) = match state {
        State::Resolved => (Some(Holder::Role(Role::Receptionist)), Action::Issue),
        State::Withdrawn => (None, Action::Withdraw),
        _ => (None, Action::RefuseAfterAppraisal),
    };
    advance(tx, cx, parent, state, holder, how, None)
}

/// The citizen stops the whole (Form 05): what is still open ends with it, a result that is there stays.
pub(crate) fn withdraw_members(
    tx: &mut Tx<'_>,
    cx: &Cx,
    parent: &Dossier,
    why: &str,
) -> Result<(), AppError> {
    issue_slip(
        tx,
        cx,
        parent,
        "stop",
        json!({ "reason": why, "state": parent.state.as_str() }),
    )?;
    let mut own = Vec::new();
    for mut member in store::of_parent(tx, parent.id)? {
        match (member.state, member.dossier) {
            (MemberState::AtWork, Some(dossier)) => own.push(dossier),
            (MemberState::AtWork, None) => member.state = MemberState::Withdrawn,
            (MemberState::Waiting, _) => member.state = MemberState::Dropped,
            (MemberState::Done | MemberState::Refused | MemberState::Withdrawn | MemberState::Dropped, _) => {
            }
        }
        if !member.state.is_open() && member.ended_at.is_none() {
            member.ended_at = Some(cx.now());
        }
        store::put(tx, &member)?;
        if member.dossier.is_none() {
            super::bells::plan(tx, cx, parent, &member)?;
        }
    }
    for id in own {
        let mut dossier = dossiers::lock(tx, id)?.ok_or(AppError::NotFound("dossier"))?;
        let next = dossier
            .state
            .after(Action::Withdraw, flow_of(procedure_of(cx, &dossier)?))?;
        withdraw(tx, cx, &mut dossier, next, why)?;
    }
    moved(tx, cx, parent.id)
}

/// The results of the members that are decided here go to the same person with the whole.
pub(crate) fn hand_over_members(
    tx: &mut Tx<'_>,
    cx: &Cx,
    parent: &Dossier,
    collected: &Value,
) -> Result<(), AppError> {
    for member in store::of_parent(tx, parent.id)? {
        let Some(id) = member.dossier else { continue };
        let mut dossier = dossiers::lock(tx, id)?.ok_or(AppError::NotFound("dossier"))?;
        if dossier.state == State::Resolved {
            collect(tx, cx, &mut dossier, State::Returned, collected)?;
        }
    }
    Ok(())
}

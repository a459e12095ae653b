//! What moves a deadline: the one extension with an apology, and financial obligations.

use jiff::civil::Date;
use serde_json::json;
use townhall_domain::deadline::{DeadlineError, PauseReason, Resume};
use townhall_domain::dossier::{Action, Holder};
use townhall_domain::ids::{DossierId, StepId};
use townhall_domain::permission::Role;
use townhall_store::Tx;
use townhall_store::dossiers::{self, Record};

use super::flow::{advance, begin, finish, holder_for, issue_slip, reason};
use crate::cx::Cx;
use crate::error::AppError;

/// Apologise and extend once.
#[derive(Debug, Clone)]
pub struct ExtendDossier {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// The new day.
    pub to: Date,
    /// Why it will be late.
    pub reason: String,
}

/// Form 04: at the latest the day before, at most once (Decree 61/2018/NĐ-CP, article 19.9). The original stays.
pub fn extend_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &ExtendDossier) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Extend)?;
    let why = reason("reason", &cmd.reason)?;
    let mut dossier = acting.dossier;
    let deadline = dossier
        .deadline
        .as_ref()
        .ok_or(AppError::refused("dossier-why-not-yet-accepted"))?;
    let before = deadline.due;
    let office = crate::calendar::office(tx, cx, &dossier.unit)?;
    let extended = deadline
        .extend(&office, cx.now(), cmd.to, None)
        .map_err(|error| match error {
            DeadlineError::NotLater { .. } | DeadlineError::NotAWorkingDay { .. } => {
                AppError::field_deadline("to", &error)
            }
            error => AppError::deadline(&error),
        })?;
    let due = extended.due;
    dossier.deadline = Some(extended);
    super::warn::plan(tx, cx, &dossier)?;
    let slip = issue_slip(
        tx,
        cx,
        &dossier,
        "apology",
        json!({ "reason": why, "before": before, "due": due }),
    )?;
    finish(
        tx,
        cx,
        &mut dossier,
        "dossier_extended",
        json!({ "slip": slip.number, "before": before, "due": due }),
    )
}

/// A financial obligation stands in the way.
#[derive(Debug, Clone)]
pub struct ObligateDossier {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// What is to be paid and to whom.
    pub what: String,
    /// Number of the transfer slip or the tax notice.
    pub document: Option<String>,
}

/// The first appointment ends here; the second is counted from the proof of payment (Decree 151/2025/NĐ-CP).
pub fn obligate_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &ObligateDossier) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Obligate)?;
    let what = reason("what", &cmd.what)?;
    let mut dossier = acting.dossier;
    let deadline = dossier
        .deadline
        .as_ref()
        .ok_or(AppError::refused("dossier-why-not-yet-accepted"))?;
    let office = crate::calendar::office(tx, cx, &dossier.unit)?;
    let paused = deadline
        .pause(&office, cx.now(), PauseReason::Financial, cmd.document.clone())
        .map_err(|error| AppError::deadline(&error))?;
    dossier.deadline = Some(paused);
    super::warn::plan(tx, cx, &dossier)?;
    dossier.paused_at = Some(cx.now());
    let record = Record {
        id: cx.new_id::<StepId>(),
        kind: "obligation".to_owned(),
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
        body: json!({ "what": what, "document": cmd.document }),
        due_at: None,
        answered_at: None,
        answer: None,
    };
    dossiers::insert_record(tx, dossier.id, &record)?;
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        Some(Holder::Role(Role::Receptionist)),
        Action::Obligate,
        Some(what),
    )?;
    finish(tx, cx, &mut dossier, "dossier_obligated", json!({}))
}

/// Proof of payment has come.
#[derive(Debug, Clone)]
pub struct ResumeDossier {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// Number of the receipt.
    pub proof: String,
}

/// Goes on with the second appointment of the procedure, or with the rest of the time where it has only one.
pub fn resume_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &ResumeDossier) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::ResumeWork)?;
    let proof = reason("proof", &cmd.proof)?;
    let mut dossier = acting.dossier;
    let deadline = dossier
        .deadline
        .as_ref()
        .ok_or(AppError::refused("dossier-why-not-yet-accepted"))?;
    let second = acting
        .procedure
        .appointments
        .iter()
        .find(|appointment| appointment.number == 2);
    let how = second.map_or(Resume::Continue, |appointment| Resume::Second(appointment.time));
    let office = crate::calendar::office(tx, cx, &dossier.unit)?;
    let resumed = deadline
        .resume(&office, cx.now(), how, Some(proof.clone()))
        .map_err(|error| AppError::deadline(&error))?;
    dossier.deadline = Some(resumed);
    super::warn::plan(tx, cx, &dossier)?;
    // Waiting for money is not waiting for a supplement: the index does not subtract it (open question 12), so
    // it is not added to `waited_ms`; the deadline itself has moved.
    dossier.paused_at = None;
    for open in dossiers::records(tx, dossier.id)?
        .iter()
        .filter(|record| record.kind == "obligation" && record.answered_at.is_none())
    {
        dossiers::answer_record(tx, dossier.id, open.id, cx.now(), &json!({ "proof": proof }))?;
    }
    let holder = match acting.next.stage() {
        Some(stage) => {
            let before = dossiers::steps(tx, dossier.id)?
                .into_iter()
                .rev()
                .find(|step| step.stage == stage.as_str())
                .and_then(|step| step.holder);
            match before {
                Some(holder) => holder,
                None => holder_for(tx, cx, &dossier.unit, acting.procedure, stage)?,
            }
        }
        None => Holder::Role(Role::Receptionist),
    };
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        Some(holder),
        Action::ResumeWork,
        None,
    )?;
    finish(tx, cx, &mut dossier, "dossier_resumed", json!({}))
}

//! Supplement: asked for once and completely (Form 02), and handed in.

use serde_json::json;
use townhall_domain::deadline::{PauseReason, Resume as DeadlineResume};
use townhall_domain::dossier::applicant::clean;
use townhall_domain::dossier::{Action, ComponentSource, ComponentStatus, Dossier, Holder, State};
use townhall_domain::ids::DossierId;
use townhall_domain::permission::Role;
use townhall_store::{Tx, dossiers};

use super::flow::{advance, begin, finish, holder_for, issue_slip, procedure_of, reason};
use crate::cx::Cx;
use crate::error::AppError;

/// Ask for a supplement.
#[derive(Debug, Clone)]
pub struct RequestSupplement {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// What to hand in or correct, line by line.
    pub items: Vec<String>,
    /// Why.
    pub reason: String,
}

/// Asks once and completely; a second request needs the override of a head and is counted as late by the index.
pub fn request_supplement(tx: &mut Tx<'_>, cx: &Cx, cmd: &RequestSupplement) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::RequestSupplement)?;
    let mut dossier = acting.dossier;
    ask(tx, cx, &mut dossier, &cmd.items, &cmd.reason)
}

pub(super) fn ask(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    items: &[String],
    why: &str,
) -> Result<(), AppError> {
    let why = reason("reason", why)?;
    let items: Vec<String> = items
        .iter()
        .filter_map(|item| clean(item))
        .filter(|item| !item.is_empty())
        .collect();
    if items.is_empty() {
        return Err(AppError::field("items", "supplement-items-missing"));
    }
    if dossier.supplements > 0 {
        return Err(AppError::refused("supplement-refused-second"));
    }
    let procedure = procedure_of(cx, dossier)?;
    let next = dossier
        .state
        .after(Action::RequestSupplement, super::flow_of(procedure))?;
    if let Some(deadline) = &dossier.deadline {
        let office = crate::calendar::office(tx, cx, &dossier.unit)?;
        let paused = deadline
            .pause(&office, cx.now(), PauseReason::Supplement, None)
            .map_err(|error| AppError::deadline(&error))?;
        dossier.deadline = Some(paused);
        super::warn::plan(tx, cx, dossier)?;
    }
    dossier.paused_at = Some(cx.now());
    dossier.supplements += 1;
    advance(
        tx,
        cx,
        dossier,
        next,
        Some(Holder::Role(Role::Receptionist)),
        Action::RequestSupplement,
        Some(why.clone()),
    )?;
    let slip = issue_slip(
        tx,
        cx,
        dossier,
        "supplement",
        json!({ "items": items, "reason": why }),
    )?;
    finish(
        tx,
        cx,
        dossier,
        "supplement_requested",
        json!({ "slip": slip.number, "items": items.len() }),
    )
}

/// What was missing has come.
#[derive(Debug, Clone)]
pub struct CompleteSupplement {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// Components that are there now.
    pub components: Vec<String>,
}

/// Goes on: before acceptance back to the check, afterwards back to the handler, the deadline anew or with its rest.
pub fn complete_supplement(tx: &mut Tx<'_>, cx: &Cx, cmd: &CompleteSupplement) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::CompleteSupplement)?;
    let mut dossier = acting.dossier;
    complete(tx, cx, &mut dossier, acting.next, &cmd.components)
}

/// The same for the citizen's own hand, who showed the secret of the receipt.
pub(crate) fn complete(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    next: State,
    present: &[String],
) -> Result<(), AppError> {
    let procedure = procedure_of(cx, dossier)?;
    let mut entries = dossiers::components(tx, dossier.id)?;
    for entry in &mut entries {
        if present.contains(&entry.component) && entry.status != ComponentStatus::Present {
            entry.status = ComponentStatus::Present;
            entry.source = entry.source.or(Some(if cx.actor.officer().is_some() {
                ComponentSource::Paper
            } else {
                ComponentSource::Upload
            }));
        }
    }
    dossiers::put_components(tx, dossier.id, &entries)?;
    if let Some(deadline) = &dossier.deadline {
        let office = crate::calendar::office(tx, cx, &dossier.unit)?;
        let how = if procedure.supplement_restarts {
            DeadlineResume::Restart
        } else {
            DeadlineResume::Continue
        };
        let resumed = deadline
            .resume(&office, cx.now(), how, None)
            .map_err(|error| AppError::deadline(&error))?;
        dossier.deadline = Some(resumed);
        super::warn::plan(tx, cx, dossier)?;
    }
    if let Some(since) = dossier.paused_at.take() {
        dossier.waited_ms += cx.now().as_millisecond() - since.as_millisecond();
    }
    let holder = match next.stage() {
        Some(stage) => {
            // Back to the one who had it, unless nobody had.
            let before = dossiers::steps(tx, dossier.id)?
                .into_iter()
                .rev()
                .find(|step| step.stage == stage.as_str())
                .and_then(|step| step.holder);
            match before {
                Some(holder) => holder,
                None => holder_for(tx, cx, &dossier.unit, procedure, stage)?,
            }
        }
        None => Holder::Role(Role::Receptionist),
    };
    advance(
        tx,
        cx,
        dossier,
        next,
        Some(holder),
        Action::CompleteSupplement,
        None,
    )?;
    finish(tx, cx, dossier, "supplement_completed", json!({}))
}

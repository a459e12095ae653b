//! What the counter asks while a dossier is taken in: who this is, whether he was here today, what was kept, what
//! came of it.

use jiff::Timestamp;
use townhall_domain::calendar::HoursException;
use townhall_domain::dossier::{Applicant, PaymentState, State};
use townhall_domain::ids::{DossierId, SlipId};
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_domain::time;
use townhall_store::{Tx, dossiers, parties};

use super::flow::is_visible;
use crate::cx::Cx;
use crate::drafts::{Draft, aside_of, draft_of};
use crate::error::AppError;

/// What the unit knows already.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Looked {
    /// The person, as he was stated last.
    pub known: Option<Applicant>,
    /// Identity and code of a dossier of the same person and procedure received today.
    pub twin: Option<(DossierId, String)>,
    /// What the competent unit has decided about its hours, for the promise of a day.
    pub hours: Vec<HoursException>,
}

/// Looks a person up by identity number (digits only) and, with a procedure, whether he asked for it today.
///
/// Who may not search by identity number is told nothing. The edge notes the reading.
pub fn look_up(tx: &mut Tx<'_>, cx: &Cx, number: &str, procedure: Option<&str>) -> Result<Looked, AppError> {
    let Some(unit) = cx.actor.unit() else {
        return Ok(Looked::default());
    };
    if !cx.actor.may(Right::SearchByIdentityNumber, unit) {
        return Ok(Looked::default());
    }
    let known = parties::by_number(tx, unit, number)?;
    let midnight = time::instant(cx.today().at(0, 0, 0, 0));
    let twin = match (procedure, &known) {
        (Some(procedure), Some(_)) => {
            dossiers::same_today(tx, unit, Space::State, procedure, number, midnight)?
        }
        _ => None,
    };
    Ok(Looked {
        known,
        twin,
        hours: Vec::new(),
    })
}

/// The draft of the counter's form; none when its dossier has been received meanwhile, by another window.
pub fn counter_draft(tx: &mut Tx<'_>, cx: &Cx, form: &str) -> Result<Option<Draft>, AppError> {
    let Some(draft) = draft_of(tx, cx, form)? else {
        return Ok(None);
    };
    let received = match draft.value("dossier").and_then(|id| id.parse().ok()) {
        Some(id) => dossiers::load(tx, id)?.is_some(),
        None => false,
    };
    Ok((!received).then_some(draft))
}

/// When a form of the counter was set aside, unless its dossier has been received meanwhile.
pub fn counter_aside(tx: &mut Tx<'_>, cx: &Cx, form: &str) -> Result<Option<Timestamp>, AppError> {
    let Some(draft) = aside_of(tx, cx, form)? else {
        return Ok(None);
    };
    let received = match draft.value("dossier").and_then(|id| id.parse().ok()) {
        Some(id) => dossiers::load(tx, id)?.is_some(),
        None => false,
    };
    Ok((!received).then_some(draft.saved_at))
}

/// What came of a reception, for the line that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The dossier.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// Whose it is.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// Whether a fee is still to be taken.
    pub owes_fee: bool,
    /// When the result is due.
    pub due: Option<Timestamp>,
    /// The numbered form that was made last: its identity, which it is (`receipt`, `supplement`, `refusal`).
    pub slip: Option<(SlipId, String)>,
}

/// What came of a reception; "not found" for who may not know of it.
pub fn finished_at_counter(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<Finished, AppError> {
    let dossier = dossiers::load(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    let slip = dossiers::slips(tx, id)?.pop();
    Ok(Finished {
        id,
        code: dossier.code,
        name: dossier.applicant.name,
        state: dossier.state,
        owes_fee: dossier.payment == PaymentState::Unpaid,
        due: dossier.deadline.map(|deadline| deadline.due),
        slip: slip.map(|slip| (slip.id, slip.form)),
    })
}

//! The portal as the office sees it: what is not in step and why, what was parked, what differs; and trying again.

use jiff::Timestamp;
use townhall_domain::dossier::SyncState;
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::portal::{Difference, TakeState};
use townhall_store::portal::{self, Compared, Handed, StateRow};
use townhall_store::{StoreError, Tx, jobs, node};

use super::{PORTAL_COMPARE, PORTAL_SYNC};
use crate::clock::real_now;
use crate::cx::Cx;
use crate::error::AppError;

/// Most lines of parked dossiers and of differences on a page.
const LINES: u32 = 200;

/// A dossier that is not in step: its first state that the portal has not confirmed.
pub type Trouble = StateRow;

/// Everything on the page.
#[derive(Debug, Clone)]
pub struct PortalView {
    /// When the portal last answered, by the machine's clock.
    pub contact: Option<Timestamp>,
    /// Why it last did not; nothing when it did.
    pub error: Option<String>,
    /// When both sides were last compared.
    pub compared: Option<Timestamp>,
    /// States that wait, and that were refused, of the whole node.
    pub counts: (u64, u64),
    /// What was parked.
    pub parked: Vec<Handed>,
    /// What differed.
    pub differences: Vec<Compared>,
    /// A page of what is not in step.
    pub troubles: PortalPage,
}

/// A page of dossiers that are not in step.
#[derive(Debug, Clone)]
pub struct PortalPage {
    /// The lines, oldest state first.
    pub rows: Vec<Trouble>,
    /// Key of the next page, when there is one.
    pub next: Option<(Timestamp, DossierId)>,
}

/// The page, for the units in which the actor may synchronise.
///
/// # Errors
/// [`AppError::NotFound`] without the right.
pub fn portal_view(
    tx: &mut Tx<'_>,
    cx: &Cx,
    after: Option<(Timestamp, DossierId)>,
    limit: u32,
) -> Result<PortalView, AppError> {
    let units = units(cx)?;
    let units = units.as_deref();
    let limit = limit.clamp(1, 500);
    let mut rows = portal::troubled(tx, units, after, limit + 1)?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|last| (last.at, last.dossier));
    let instant = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    Ok(PortalView {
        contact: instant(node::number(tx, portal::CONTACT_MS)?),
        error: node::get(tx, portal::ERROR)?,
        compared: instant(node::number(tx, portal::COMPARED_MS)?),
        counts: portal::waiting_count(tx)?,
        parked: portal::in_state(tx, TakeState::Parked, units, LINES)?,
        differences: portal::differences(tx, units, LINES)?,
        troubles: PortalPage { rows, next },
    })
}

/// Where a dossier stands with the portal, for whoever was shown the dossier.
///
/// # Errors
/// When the database fails.
pub fn sync_of_dossier(tx: &mut Tx<'_>, dossier: DossierId) -> Result<SyncState, StoreError> {
    let known = portal::sync_of(tx, &[dossier])?;
    Ok(known.get(&dossier).copied().unwrap_or(SyncState::Local))
}

/// Whose lines: those of the actor's units; all of the node for whoever runs it and for the program itself.
fn units(cx: &Cx) -> Result<Option<Vec<UnitId>>, AppError> {
    if !cx.actor.holds(Right::SyncPortal) {
        return Err(AppError::NotFound("portal"));
    }
    match cx.actor.officer() {
        None => Ok(None),
        Some(_) => Ok(Some(cx.actor.units_for(Right::SyncPortal))),
    }
}

fn may(cx: &Cx, unit: Option<&UnitId>) -> bool {
    match unit {
        Some(unit) => cx.actor.may(Right::SyncPortal, unit),
        None => cx.actor.officer().is_none(),
    }
}

/// Lets the portal be asked at once.
///
/// # Errors
/// [`AppError::NotFound`] without the right.
pub fn sync_now(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), AppError> {
    units(cx)?;
    jobs::hasten(tx, PORTAL_SYNC.name, real_now())?;
    Ok(())
}

/// Lets both sides be compared at once.
///
/// # Errors
/// [`AppError::NotFound`] without the right.
pub fn compare_now(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), AppError> {
    units(cx)?;
    jobs::hasten(tx, PORTAL_COMPARE.name, real_now())?;
    Ok(())
}

/// A parked dossier is tried again at the next hand-out; a difference in states is told again from where the portal
/// stands; one that is missing here is asked for anew.
///
/// # Errors
/// [`AppError::NotFound`] when the actor may not know of it, a refusal when there is nothing that trying again mends.
pub fn try_dossier_again(tx: &mut Tx<'_>, cx: &Cx, code: &str) -> Result<(), AppError> {
    units(cx)?;
    let now = real_now();
    let parked = portal::load(tx, code)?.filter(|row| row.state == TakeState::Parked);
    if let Some(mut row) = parked.filter(|row| may(cx, row.unit.as_ref())) {
        row.again = true;
        portal::put(tx, &row)?;
        jobs::hasten(tx, PORTAL_SYNC.name, now)?;
        return Ok(());
    }
    let difference = portal::difference(tx, code)?
        .filter(|found| may(cx, found.unit.as_ref()))
        .ok_or(AppError::NotFound("portal"))?;
    match (difference.kind, difference.dossier) {
        (Difference::State, Some(dossier)) => {
            portal::sent_back(tx, dossier, difference.there_number.unwrap_or(0), now)?;
            portal::try_again(tx, dossier, now)?;
            jobs::hasten(tx, PORTAL_SYNC.name, now)?;
            Ok(())
        }
        (Difference::MissingHere, _) => {
            // Parked until it is asked for; what the portal then hands out says what it is.
            let row = Handed {
                code: code.to_owned(),
                unit: difference.unit,
                unit_said: String::new(),
                procedure_said: String::new(),
                state: TakeState::Parked,
                reason: Some("portal-parked-missing".to_owned()),
                detail: None,
                body: None,
                body_hash: String::new(),
                again: true,
                dossier: None,
                first_at: now,
                changed_at: now,
            };
            portal::put(tx, &row)?;
            jobs::hasten(tx, PORTAL_SYNC.name, now)?;
            Ok(())
        }
        _ => Err(AppError::refused("portal-refused-not-by-trying")),
    }
}

/// Tells the refused state of a dossier again.
///
/// # Errors
/// As [`leave_out_state`].
pub fn try_state_again(tx: &mut Tx<'_>, cx: &Cx, dossier: DossierId) -> Result<(), AppError> {
    visible(tx, cx, dossier)?;
    portal::try_again(tx, dossier, real_now())?;
    jobs::hasten(tx, PORTAL_SYNC.name, real_now())?;
    Ok(())
}

/// Leaves out the refused state of a dossier; those after it go on.
///
/// # Errors
/// [`AppError::NotFound`] when the actor may not know of it, a refusal when none was refused.
pub fn leave_out_state(tx: &mut Tx<'_>, cx: &Cx, dossier: DossierId) -> Result<(), AppError> {
    visible(tx, cx, dossier)?;
    if portal::leave_out(tx, dossier, real_now())? == 0 {
        return Err(AppError::refused("portal-refused-none"));
    }
    jobs::hasten(tx, PORTAL_SYNC.name, real_now())?;
    tracing::info!(dossier.id = %dossier, account.id = ?cx.actor.account(), "a state of {dossier} is not told to the portal");
    Ok(())
}

fn visible(tx: &mut Tx<'_>, cx: &Cx, dossier: DossierId) -> Result<(), AppError> {
    let rows = portal::of_dossier(tx, dossier)?;
    rows.first()
        .filter(|row| may(cx, Some(&row.unit)))
        .map(|_| ())
        .ok_or(AppError::NotFound("portal"))
}

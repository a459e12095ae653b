//! When an office works: the packs, and the decisions of the unit about single days.
//!
//! Every deadline is computed by [`office`], inside the command that computes it, so a decision holds for what is
//! computed after it and changes nothing that was computed before.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use townhall_domain::calendar::{ExceptionKind, HoursException, Office};
use townhall_domain::dossier::applicant::clean;
use townhall_domain::ids::{HoursExceptionId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_store::Tx;
use townhall_store::calendar::{self as store, StoredException};

use crate::cx::Cx;
use crate::dossier::flow::reason;
use crate::error::AppError;
use crate::record::{Subject, record};

/// Most decisions of one year that a page shows.
const MOST: i64 = 500;
/// How far back the decided days of [`decided_days`] go.
const LOOKED_BACK_DAYS: i32 = 370;

/// The time of a unit: its own decisions, else the packs.
pub fn office<'a>(tx: &mut Tx<'_>, cx: &'a Cx, unit: &UnitId) -> Result<Office<'a>, AppError> {
    Ok(cx.packs().office(unit).with_exceptions(exceptions(tx, cx, unit)?))
}

/// The decisions by which a unit works: its own and those of its province. When an office is open is no secret.
pub fn exceptions(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<Vec<HoursException>, AppError> {
    let known = cx.packs().units().by_id(unit);
    let above = known.and_then(|unit| unit.parent.as_ref());
    Ok(store::in_force(tx, unit.code(), above.map_or("", UnitId::code))?)
}

/// The decided days of all units that a page of deadlines can speak of: one small query for the whole page, however many
/// rows it has. A deadline says hours only of its own day, so days longer ago than a year change nothing that is listed.
pub fn decided_days(tx: &mut Tx<'_>, cx: &Cx) -> Result<Vec<HoursException>, AppError> {
    let from = cx.today().saturating_sub(LOOKED_BACK_DAYS.days());
    Ok(store::in_force_from(tx, from)?)
}

/// Sets the hours of one day.
#[derive(Debug, Clone)]
pub struct SetHours {
    /// The unit; a province means itself and its communes.
    pub unit: UnitId,
    /// The day.
    pub day: Date,
    /// What changes.
    pub kind: ExceptionKind,
    /// The hours, `07:30-11:30, 13:30-17:00`; empty closes the counter.
    pub hours: String,
    /// Why.
    pub reason: String,
    /// Number and date of the decision.
    pub decision: String,
}

/// Sets the hours of one day of a unit; deadlines that are computed from now on go by them.
///
/// # Errors
/// [`AppError::NotFound`] and [`AppError::Denied`] without the right; [`AppError::Invalid`] for a day that is over or
/// off and for hours that are none; a refusal when the day has a decision already.
pub fn set_hours(tx: &mut Tx<'_>, cx: &Cx, cmd: &SetHours) -> Result<HoursExceptionId, AppError> {
    must_manage(cx, &cmd.unit)?;
    let why = reason("reason", &cmd.reason)?;
    let decision =
        clean(&cmd.decision).ok_or_else(|| AppError::field("decision", "field-control-character"))?;
    if decision.chars().count() > 200 {
        return Err(AppError::field("decision", "reason-too-long"));
    }
    let exception = HoursException::new(
        cx.packs().calendar(),
        cx.today(),
        cmd.unit.code(),
        cmd.day,
        cmd.kind,
        &cmd.hours,
    )
    .map_err(|error| AppError::field(error.field(), error.key()))?;
    let holds = |known: &HoursException| {
        known.unit == exception.unit && known.day == exception.day && known.kind == exception.kind
    };
    if store::in_force(tx, cmd.unit.code(), "")?.iter().any(holds) {
        return Err(AppError::refused("calendar-refused-second"));
    }
    let stored = StoredException {
        id: cx.new_id(),
        unit: cmd.unit.clone(),
        exception,
        reason: why,
        decision: Some(decision).filter(|decision| !decision.is_empty()),
        made_at: cx.now(),
        made_by: cx.actor.post(),
        made_by_person: cx.actor.person(),
        withdrawn_at: None,
        withdrawn_by: None,
        withdrawn_by_person: None,
        withdrawn_why: None,
        version: 1,
    };
    store::insert(tx, &stored)?;
    note(tx, cx, &stored, "hours_set")?;
    Ok(stored.id)
}

/// Takes a decision back.
#[derive(Debug, Clone)]
pub struct WithdrawHours {
    /// Which.
    pub exception: HoursExceptionId,
    /// The version that was shown.
    pub version: i64,
    /// Why.
    pub reason: String,
}

/// Takes a decision about a day back before the day is over: the packs say the hours again.
///
/// # Errors
/// As [`set_hours`]; [`AppError::Conflict`] when it was changed meanwhile.
pub fn withdraw_hours(tx: &mut Tx<'_>, cx: &Cx, cmd: &WithdrawHours) -> Result<(), AppError> {
    let mut stored = store::load(tx, cmd.exception)?.ok_or(AppError::NotFound("hours"))?;
    must_manage(cx, &stored.unit).map_err(|_| AppError::NotFound("hours"))?;
    let why = reason("reason", &cmd.reason)?;
    let conflict = |stored: i64| AppError::Conflict {
        shown: cmd.version,
        stored,
    };
    if cmd.version != stored.version {
        return Err(conflict(stored.version));
    }
    if stored.withdrawn_at.is_some() || stored.exception.day < cx.today() {
        return Err(AppError::refused("calendar-refused-over"));
    }
    stored.withdrawn_at = Some(cx.now());
    stored.withdrawn_by = cx.actor.post();
    stored.withdrawn_by_person = cx.actor.person();
    stored.withdrawn_why = Some(why);
    if !store::withdraw(tx, &stored)? {
        return Err(conflict(stored.version + 1));
    }
    note(tx, cx, &stored, "hours_withdrawn")
}

fn must_manage(cx: &Cx, unit: &UnitId) -> Result<(), AppError> {
    if !may_see(cx, unit) {
        return Err(AppError::NotFound("unit"));
    }
    Ok(cx.actor.must(Right::ManageCalendar, unit)?)
}

fn note(tx: &mut Tx<'_>, cx: &Cx, stored: &StoredException, kind: &str) -> Result<(), AppError> {
    let subject = Subject::new("hours_exception", stored.id, &stored.unit, Space::State);
    let exception = &stored.exception;
    let body = json!({
        "day": exception.day.to_string(), "kind": exception.kind.as_str(), "hours": exception.hours(),
    });
    record(tx, cx, &subject, kind, body)?;
    Ok(())
}

/// The decisions of a unit about the days of a year, for who sees its calendar.
///
/// # Errors
/// [`AppError::NotFound`] without the right.
pub fn hours_of_year(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    year: i16,
) -> Result<Vec<StoredException>, AppError> {
    if !may_see(cx, unit) {
        return Err(AppError::NotFound("unit"));
    }
    let first = |year| Date::new(year, 1, 1).map_err(|_| AppError::NotFound("year"));
    Ok(store::of_unit(tx, unit, first(year)?, first(year + 1)?, MOST)?)
}

/// One decision of a unit, for who sees its calendar.
///
/// # Errors
/// [`AppError::NotFound`] when there is none of that unit, or without the right.
pub fn hours_of(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    id: HoursExceptionId,
) -> Result<StoredException, AppError> {
    let stored = hours_by_id(tx, cx, id)?;
    Some(stored)
        .filter(|stored| stored.unit == *unit)
        .ok_or(AppError::NotFound("hours"))
}

/// One decision, for who sees the calendar of its unit.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, or without the right.
pub fn hours_by_id(tx: &mut Tx<'_>, cx: &Cx, id: HoursExceptionId) -> Result<StoredException, AppError> {
    store::load(tx, id)?
        .filter(|stored| may_see(cx, &stored.unit))
        .ok_or(AppError::NotFound("hours"))
}

fn may_see(cx: &Cx, unit: &UnitId) -> bool {
    cx.actor.may(Right::ReadPacks, unit) || cx.actor.may(Right::ManageCalendar, unit)
}

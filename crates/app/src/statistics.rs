//! Figures of a unit over a period: what a leader sees, and what anybody can count again from the rows.
//!
//! A dossier belongs to its competent unit. `received` was accepted in the period; `resolved` ended in it (states 8,
//! 9 and 10, the first end counts); `on_time` was resolved by its due; `pending` was open at the end of the last
//! day; `overdue` was resolved late, or was pending past its due then. A province has its own dossiers and those of
//! its communes. While the last day is not over, "then" is now. The quality index subtracts waiting for supplements
//! (Decision 766/QĐ-TTg); these figures do not, but a deadline whose clock stands is not running out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::dossier::Channel;
use townhall_domain::ids::UnitId;
use townhall_domain::permission::{Right, Scope as Reach};
use townhall_domain::space::Space;
use townhall_store::Tx;
use townhall_store::organisation;
use townhall_store::statistics::{self as store, Period, Scope};

pub use townhall_store::statistics::{Figures, Load, Measure};

use crate::actor::Denied;
use crate::cx::Cx;
use crate::error::{AppError, FieldError};

/// The longest period, in days: ten years and the leap days among them.
const LONGEST_DAYS: i32 = 3_653;

/// The figures of a unit over a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// The unit.
    pub unit: UnitId,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// When what is still open was judged: the end of the last day, or now.
    pub as_of: Timestamp,
    /// All together.
    pub total: Figures,
    /// By procedure code.
    pub by_procedure: BTreeMap<String, Figures>,
    /// By field of law.
    pub by_field: BTreeMap<String, Figures>,
    /// By how they came; a channel without dossiers is left out.
    pub by_channel: BTreeMap<Channel, Figures>,
    /// By competent unit; units without dossiers are left out.
    pub by_unit: BTreeMap<UnitId, Figures>,
}

/// The unit that a code means at the end of a period: codes are reused, so a code alone is no unit.
///
/// # Errors
/// [`AppError::NotFound`] when no unit carried the code then or carries it today.
pub fn unit_of(cx: &Cx, code: &str, to: Date) -> Result<UnitId, AppError> {
    let units = cx.packs().units();
    units
        .by_code(code, to)
        .or_else(|| units.by_code(code, cx.today()))
        .map(|unit| unit.id.clone())
        .ok_or(AppError::NotFound("unit"))
}

/// The figures of a unit from a day to a day, both included.
///
/// # Errors
/// [`AppError::NotFound`] for a unit whose figures are not the actor's to know of, [`AppError::Denied`] for his own
/// without the right, [`AppError::Invalid`] for a period that runs backwards or is too long.
pub fn statistics(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    from: Date,
    to: Date,
) -> Result<Statistics, AppError> {
    let units = units_in_reach(cx, unit)?;
    let period = period(cx, from, to)?;
    let mut found = Statistics {
        unit: unit.clone(),
        from,
        to,
        as_of: period.then,
        total: Figures::default(),
        by_procedure: BTreeMap::new(),
        by_field: BTreeMap::new(),
        by_channel: BTreeMap::new(),
        by_unit: BTreeMap::new(),
    };
    for (group, figures) in store::figures(tx, &scope(cx, &units), &period)? {
        found.total += figures;
        *found.by_procedure.entry(group.procedure).or_default() += figures;
        *found.by_field.entry(group.field).or_default() += figures;
        *found.by_channel.entry(group.channel).or_default() += figures;
        *found.by_unit.entry(group.unit).or_default() += figures;
    }
    Ok(found)
}

/// What the page of a unit shows beside the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Received and resolved by day; every day of the period on which anything happened.
    pub days: BTreeMap<Date, (i64, i64)>,
    /// What each post has on its desk now, with the post's titles (Vietnamese, English); most first.
    pub loads: Vec<(Load, String, String)>,
    /// Accepted dossiers that wait now for a supplement.
    pub awaiting_supplement: i64,
    /// Accepted dossiers that wait now for a financial obligation.
    pub awaiting_obligation: i64,
}

/// How a unit's period went by day, and how the work lies now; `soon` bounds what is due soon.
///
/// # Errors
/// As [`statistics`].
pub fn course(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    (from, to): (Date, Date),
    soon: Timestamp,
) -> Result<Course, AppError> {
    let units = units_in_reach(cx, unit)?;
    let period = period(cx, from, to)?;
    let days = store::by_day(tx, &scope(cx, &units), &period)?;
    let (awaiting_supplement, awaiting_obligation) = store::waiting(tx, &scope(cx, &units))?;
    let loads = store::load_by_post(tx, unit, space(cx), cx.now(), soon)?;
    let mut titles = organisation::titles_of_posts(tx, loads.iter().map(|load| load.post))?;
    let loads = loads
        .into_iter()
        .filter_map(|load| {
            let (title_vi, title_en) = titles.remove(&load.post)?;
            Some((load, title_vi, title_en))
        })
        .collect();
    Ok(Course {
        days,
        loads,
        awaiting_supplement,
        awaiting_obligation,
    })
}

/// A period for counting and for the list behind a figure.
///
/// # Errors
/// [`AppError::Invalid`] when it runs backwards, is too long or lies outside the years that a date may have.
pub fn period(cx: &Cx, from: Date, to: Date) -> Result<Period, AppError> {
    for (field, day) in [("from", from), ("to", to)] {
        if !(1900..=2200).contains(&day.year()) {
            return Err(AppError::field(field, "date-wrong"));
        }
    }
    if to < from {
        return Err(AppError::field("to", "statistics-period-backwards"));
    }
    if from.until(to).is_ok_and(|span| span.get_days() >= LONGEST_DAYS) {
        return Err(AppError::Invalid(vec![
            FieldError::new("to", "statistics-period-too-long").with("days", LONGEST_DAYS),
        ]));
    }
    Ok(Period::days(from, to, cx.now()))
}

/// The unit itself and, for a province, every unit that was ever below it: the dossiers of a commune that was
/// merged away stay with it.
pub(crate) fn units_in_reach(cx: &Cx, unit: &UnitId) -> Result<Vec<UnitId>, AppError> {
    let right = Right::ReadStatistics;
    if !cx.actor.may(right, unit) {
        let is_known = cx
            .actor
            .officer()
            .is_some_and(|officer| officer.unit == *unit || officer.below.contains(unit));
        return Err(if is_known {
            AppError::Denied(Denied {
                right,
                unit: unit.clone(),
            })
        } else {
            AppError::NotFound("unit")
        });
    }
    let reaches_below = cx
        .actor
        .officer()
        .is_none_or(|officer| officer.rights.within(Reach::UnitAndBelow).has(right));
    let mut units = vec![unit.clone()];
    if reaches_below {
        let all = cx.packs().units().all().iter();
        units.extend(
            all.filter(|below| below.parent.as_ref() == Some(unit))
                .map(|below| below.id.clone()),
        );
    }
    Ok(units)
}

pub(crate) fn space(cx: &Cx) -> Space {
    cx.actor.space().unwrap_or(Space::State)
}

fn scope<'a>(cx: &Cx, units: &'a [UnitId]) -> Scope<'a> {
    Scope {
        units,
        space: space(cx),
    }
}

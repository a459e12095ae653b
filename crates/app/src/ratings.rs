//! What citizens said of the service, for officers: mean and distribution for who reads the figures, the ratings with
//! their comments for who may read the dossiers. A comment is personal data of its dossier.

use std::collections::BTreeMap;

use jiff::Timestamp;
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::period::Days;
use townhall_domain::permission::Right;
use townhall_domain::rating::{Grade, mean_tenths};
use townhall_store::Tx;
use townhall_store::ratings::{self as store, Rated, Wanted};

use crate::cx::Cx;
use crate::error::AppError;
use crate::statistics::{period, space, units_in_reach};

/// Ratings of a unit over a period; a province has those of its communes, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingSummary {
    /// The unit.
    pub unit: UnitId,
    /// The days in which they were given.
    pub days: Days,
    /// How many dossiers got each grade.
    pub counts: BTreeMap<Grade, i64>,
    /// Whether the actor may open the ratings.
    pub reads_dossiers: bool,
}

impl RatingSummary {
    /// How many were rated.
    pub fn rated(&self) -> i64 {
        self.counts.values().sum()
    }

    /// The mean in tenths, 5 the best; none when nobody has said anything.
    pub fn mean_tenths(&self) -> Option<i64> {
        mean_tenths(&self.counts)
    }
}

/// Mean and distribution.
///
/// # Errors
/// As [`crate::statistics::statistics`].
pub fn rating_summary(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    days: Days,
) -> Result<RatingSummary, AppError> {
    let units = units_in_reach(cx, unit)?;
    let span = period(cx, days.from, days.to)?;
    Ok(RatingSummary {
        unit: unit.clone(),
        days,
        counts: store::count(tx, &units, space(cx), span.from, span.end)?,
        reads_dossiers: cx.actor.may(Right::ReadDossier, unit),
    })
}

/// A page of ratings.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingPage {
    /// Newest first.
    pub rows: Vec<Rated>,
    /// Where the next page begins.
    pub next: Option<(Timestamp, DossierId)>,
}

/// The ratings themselves, newest first; of one grade or of all.
///
/// # Errors
/// [`AppError::NotFound`] for a unit whose dossiers the actor may not read.
pub fn rating_list(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    days: Days,
    grade: Option<Grade>,
    after: Option<(Timestamp, DossierId)>,
    limit: usize,
) -> Result<RatingPage, AppError> {
    if !cx.actor.may(Right::ReadDossier, unit) {
        return Err(AppError::NotFound("unit"));
    }
    let below = cx.packs().units().all().iter();
    let mut units = vec![unit.clone()];
    units.extend(
        below
            .filter(|below| {
                below.parent.as_ref() == Some(unit) && cx.actor.may(Right::ReadDossier, &below.id)
            })
            .map(|below| below.id.clone()),
    );
    let span = period(cx, days.from, days.to)?;
    let mut rows = store::list(
        tx,
        &Wanted {
            units: &units,
            space: space(cx),
            from: span.from,
            until: span.end,
            grade,
            after,
            limit: limit + 1,
        },
    )?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| has_more);
    Ok(RatingPage {
        next: last.map(|row| (row.rating.at, row.dossier)),
        rows,
    })
}

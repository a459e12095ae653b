//! The picture of a unit for its leader: figures of a period and of the one before, who has how much, what is due.
//!
//! Every number comes with the condition of its rows (see `statistics`), so the page can open exactly them.

use jiff::{SignedDuration, Timestamp};
use townhall_domain::dossier::Channel;
use townhall_domain::ids::UnitId;
use townhall_domain::period::{Choice, Days};
use townhall_domain::permission::Right;
use townhall_domain::quality::{self, Score};
use townhall_store::Tx;
use townhall_store::dossiers::{Filter, Listed, Sort};
use townhall_store::statistics as store;

use crate::cx::Cx;
use crate::dossier::dossier_list;
use crate::error::AppError;
use crate::organisation::{Staff, staff_of};
use crate::ratings::{RatingSummary, rating_summary};
use crate::statistics::{self, Course, Figures, Measure, Statistics, course, period, space, units_in_reach};

/// So many dossiers are named as due next.
const WARNINGS: usize = 6;

/// Everything that the page shows.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// The unit.
    pub unit: UnitId,
    /// Its period.
    pub days: Days,
    /// The period before.
    pub days_before: Days,
    /// Figures of the period, split.
    pub now: Statistics,
    /// Figures of the period before, all together.
    pub before: Figures,
    /// What citizens said in the period.
    pub ratings: RatingSummary,
    /// By day, by post, and what waits for the citizen.
    pub course: Course,
    /// Received in the period and in time so far.
    pub in_time: i64,
    /// Received and resolved today.
    pub today: (i64, i64),
    /// Open dossiers by their due, the first few.
    pub warnings: Vec<Listed>,
    /// Posts, filled and vacant; none when they are not the actor's to see.
    pub staff: Option<Staff>,
    /// The units below whose figures are in these, as of the last day; empty for a commune.
    pub below: Vec<UnitId>,
    /// Whether the actor may open the rows.
    pub reads_dossiers: bool,
}

impl Dashboard {
    /// Progress in the quality index.
    pub fn progress(&self) -> Option<Score> {
        quality::progress(self.in_time, self.now.total.received)
    }

    /// Received online, by either way.
    pub fn online(&self) -> i64 {
        let of = |channel: Channel| {
            self.now
                .by_channel
                .get(&channel)
                .map_or(0, |figures| figures.received)
        };
        of(Channel::Online) + of(Channel::Portal)
    }

    /// The share of online dossiers in the quality index.
    pub fn online_score(&self) -> Option<Score> {
        quality::online(self.online(), self.now.total.received)
    }
}

/// The picture of a unit; a province has its own dossiers and those of its communes.
///
/// # Errors
/// As [`statistics::statistics`]: [`AppError::NotFound`] for a unit whose figures are not the actor's to know of.
pub fn dashboard(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId, choice: Choice) -> Result<Dashboard, AppError> {
    let units = units_in_reach(cx, unit)?;
    let days = choice.days(cx.today());
    let counted = period(cx, days.from, days.to)?;
    let scope = store::Scope {
        units: &units,
        space: space(cx),
    };
    let days_before = choice.days_before(cx.today());
    let mut before = Figures::default();
    for figures in store::figures(tx, &scope, &period(cx, days_before.from, days_before.to)?)?.into_values() {
        before += figures;
    }
    let today = period(cx, cx.today(), cx.today())?;
    let soon = cx
        .now()
        .checked_add(SignedDuration::from_hours(48))
        .unwrap_or(Timestamp::MAX);
    let reads_dossiers = cx.actor.may(Right::ReadDossier, unit);
    let below = if units.len() > 1 {
        cx.packs()
            .units()
            .communes_of(unit, days.to)
            .map(|commune| commune.id.clone())
            .collect()
    } else {
        Vec::new()
    };
    let now = statistics::statistics(tx, cx, unit, days.from, days.to)?;
    let filter = Filter {
        units: units.clone(),
        // Accepted and in progress: a dossier that waits for the citizen is not running out.
        states: vec![2, 4],
        open: Some(true),
        sort: Sort::Due,
        ..Filter::default()
    };
    Ok(Dashboard {
        unit: unit.clone(),
        days,
        days_before,
        before,
        ratings: rating_summary(tx, cx, unit, days)?,
        course: course(tx, cx, unit, (days.from, days.to), soon)?,
        in_time: store::count(tx, &scope, Measure::ReceivedInTime, &counted)?,
        today: (
            store::count(tx, &scope, Measure::Received, &today)?,
            store::count(tx, &scope, Measure::Resolved, &today)?,
        ),
        warnings: if reads_dossiers {
            dossier_list(tx, cx, &filter, WARNINGS)?.rows
        } else {
            Vec::new()
        },
        staff: staff_of(tx, cx, unit, cx.today()).ok(),
        now,
        below,
        reads_dossiers,
    })
}

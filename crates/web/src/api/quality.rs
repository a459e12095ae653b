//! What citizens said and the service quality index over the API.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use townhall_app::error::AppError;
use townhall_app::quality::{Worth, quality_index};
use townhall_app::ratings::{rating_list, rating_summary};
use townhall_app::statistics::unit_of;
use townhall_domain::period::Days;
use townhall_domain::permission::Right;
use townhall_domain::rating::Grade;
use townhall_domain::time;
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Operation};
use super::dashboard::DaysOut;
use super::guard::Asker;
use super::problem::Wrong;
use super::read::{Asked, Day, InPath, known, number};
use super::shapes::{RatingOut, UnitRef};
use crate::dashboard::{place_after, place_of};
use crate::routes::Need;
use crate::state::App;

/// Rows on a page, if no other number is asked for.
const PAGE: u32 = 50;
/// Most rows on a page.
const MOST: u32 = 200;

pub(super) fn add(book: Book) -> Book {
    const READ: Need = Need::Right(Right::ReadStatistics);
    book.add(
        Operation::get("list_ratings", "/api/v1/units/{unit}/ratings", READ)
            .query::<RatingsQuery>()
            .gives::<RatingsOut>(200),
        ratings,
    )
    .add(
        Operation::get("get_quality_index", "/api/v1/units/{unit}/quality", READ)
            .query::<DaysQuery>()
            .gives::<QualityOut>(200),
        quality,
    )
}

/// A period of local days, both included.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DaysQuery {
    /// First day.
    #[param(value_type = String, format = Date)]
    from: Day,
    /// Last day.
    #[param(value_type = String, format = Date)]
    to: Day,
}

impl DaysQuery {
    pub(super) fn days(&self) -> Days {
        Days {
            from: self.from.0,
            to: self.to.0,
        }
    }
}

/// Which ratings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RatingsQuery {
    /// First day on which they were given.
    #[param(value_type = String, format = Date)]
    from: Day,
    /// Last day, included.
    #[param(value_type = String, format = Date)]
    to: Day,
    /// Only this grade.
    #[serde(default)]
    #[param(value_type = Option<String>, pattern = "^(very_satisfied|satisfied|neutral|dissatisfied|very_dissatisfied)$")]
    grade: String,
    /// `next` of the page before.
    #[serde(default)]
    #[param(value_type = Option<String>, max_length = 100)]
    pub(super) after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(default, deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

impl RatingsQuery {
    pub(super) fn days(&self) -> Days {
        Days {
            from: self.from.0,
            to: self.to.0,
        }
    }

    pub(super) fn grade(&self) -> Result<Option<Grade>, Wrong> {
        match self.grade.as_str() {
            "" => Ok(None),
            word => known("grade", word, Grade::parse).map(Some),
        }
    }
}

/// How many dossiers got a grade.
#[derive(Debug, Serialize, ToSchema)]
pub struct GradeOut {
    /// The grade.
    grade: &'static str,
    /// How many.
    count: i64,
}

/// A rated dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatedOut {
    /// The dossier.
    #[schema(format = "uuid")]
    dossier: String,
    /// Its code.
    code: String,
    /// Its procedure.
    procedure: String,
    /// What was said.
    rating: RatingOut,
}

/// Ratings of a unit. A province has those of its communes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingsOut {
    /// The unit.
    unit: UnitRef,
    /// The period.
    days: DaysOut,
    /// How many were rated.
    rated: i64,
    /// The mean in tenths, 50 the best; missing when nobody has said anything.
    mean_tenths: Option<i64>,
    /// By grade, the best first.
    grades: Vec<GradeOut>,
    /// The ratings, newest first; missing for who may not read the dossiers.
    items: Option<Vec<RatedOut>>,
    /// Where the next page begins.
    next: Option<String>,
}

async fn ratings(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    Asked(query): Asked<RatingsQuery>,
) -> Result<Json<RatingsOut>, Wrong> {
    let grade = query.grade()?;
    let after = match query.after.as_str() {
        "" => None,
        text => Some(place_after(text).ok_or_else(|| Wrong::field("after", "api-key-of-page-wrong"))?),
    };
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(Wrong::field("limit", "api-limit-wrong"));
    }
    let days = query.days();
    let found = app.town.read("ratings", &asker.actor, move |tx, cx| {
        let unit = unit_of(cx, &code.0, days.to)?;
        let summary = rating_summary(tx, cx, &unit, days)?;
        let page = if summary.reads_dossiers {
            let limit = usize::try_from(limit).unwrap_or(50);
            Some(rating_list(tx, cx, &unit, days, grade, after, limit)?)
        } else {
            None
        };
        Ok::<_, AppError>((summary, page))
    });
    let (summary, page) = found.await.map_err(Wrong::App)?;
    let today = time::local_date(app.town.clock().now());
    let next = page.as_ref().and_then(|page| page.next).map(place_of);
    let items = page.map(|page| {
        let rows = page.rows.iter().map(|row| RatedOut {
            dossier: row.dossier.to_string(),
            code: row.code.clone(),
            procedure: row.procedure.clone(),
            rating: RatingOut::of(&row.rating),
        });
        rows.collect()
    });
    Ok(Json(RatingsOut {
        unit: UnitRef::of(app.town.packs(), &summary.unit, today),
        rated: summary.rated(),
        mean_tenths: summary.mean_tenths(),
        grades: Grade::ALL
            .iter()
            .map(|grade| GradeOut {
                grade: grade.as_str(),
                count: summary.counts.get(grade).copied().unwrap_or(0),
            })
            .collect(),
        days: summary.days.into(),
        items,
        next,
    }))
}

/// A part of the index.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartOut {
    /// Its group: `openness`, `progress`, `online`, `payment`, `digitisation`, `satisfaction`.
    group: &'static str,
    /// Its word.
    part: &'static str,
    /// Most tenths of a point.
    most_tenths: i64,
    /// Its tenths; missing when there was nothing to count or there are no data.
    tenths: Option<i64>,
    /// The numerator.
    numerator: Option<i64>,
    /// The denominator.
    denominator: Option<i64>,
    /// `computed`, `nothing_to_count` or `no_data`.
    state: &'static str,
    /// How it is computed, in words.
    formula: String,
    /// Why there are no data, in words.
    why: Option<String>,
    /// How sure the formula and its reading are: `H`, `M`, `L`.
    verified: String,
}

/// The service quality index of a unit (Decision 766/QĐ-TTg), as far as its own rows go.
#[derive(Debug, Serialize, ToSchema)]
pub struct QualityOut {
    /// The unit.
    unit: UnitRef,
    /// The period.
    days: DaysOut,
    /// Tenths of the parts that could be computed.
    tenths: i64,
    /// Most tenths of these parts.
    most_tenths: i64,
    /// Tenths of the parts without data.
    unknown_tenths: i64,
    /// Every part of the index.
    parts: Vec<PartOut>,
}

async fn quality(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    Asked(query): Asked<DaysQuery>,
) -> Result<Json<QualityOut>, Wrong> {
    let days = query.days();
    let found = app.town.read("quality_index", &asker.actor, move |tx, cx| {
        let unit = unit_of(cx, &code.0, days.to)?;
        quality_index(tx, cx, &unit, days)
    });
    let seen = found.await.map_err(Wrong::App)?;
    let today = time::local_date(app.town.clock().now());
    let words = |key: String| townhall_text::t(asker.lang, &key);
    let parts = seen.parts.iter().map(|part| {
        let points = match part.worth {
            Worth::Points { score, part, whole } => Some((score.tenths, part.0, whole.0)),
            Worth::Nothing | Worth::NoData => None,
        };
        PartOut {
            group: part.group,
            part: part.key,
            most_tenths: part.most_tenths,
            tenths: points.map(|points| points.0),
            numerator: points.map(|points| points.1),
            denominator: points.map(|points| points.2),
            state: match part.worth {
                Worth::Points { .. } => "computed",
                Worth::Nothing => "nothing_to_count",
                Worth::NoData => "no_data",
            },
            formula: words(format!("quality-formula-{}", part.key)),
            why: (part.worth == Worth::NoData).then(|| words(format!("quality-why-{}", part.key))),
            verified: part.mark.letter().to_string(),
        }
    });
    let (tenths, most_tenths) = seen.computed();
    Ok(Json(QualityOut {
        unit: UnitRef::of(app.town.packs(), &seen.unit, today),
        parts: parts.collect(),
        unknown_tenths: seen.unknown_tenths(),
        days: seen.days.into(),
        tenths,
        most_tenths,
    }))
}

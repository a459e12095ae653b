//! The dashboard of a unit over the API: the period and the one before, by day, by post, parts of the quality index.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use townhall_app::dashboard::dashboard;
use townhall_app::statistics::unit_of;
use townhall_domain::period::{Choice, Days};
use townhall_domain::permission::Right;
use townhall_domain::quality::Score;
use townhall_domain::time;
use townhall_text::Lang;
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Operation};
use super::guard::Asker;
use super::problem::Wrong;
use super::read::{Asked, Day, InPath, known};
use super::shapes::UnitRef;
use super::units::FiguresOut;
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    let operation = Operation::get(
        "get_dashboard",
        "/api/v1/units/{unit}/dashboard",
        Need::Right(Right::ReadStatistics),
    );
    book.add(
        operation.query::<DashboardQuery>().gives::<DashboardOut>(200),
        show,
    )
}

/// A running period, or from a day to a day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct DashboardQuery {
    /// `week`, `month`, `quarter`, `year`; the running quarter when nothing is given.
    #[param(value_type = Option<String>, pattern = "^(week|month|quarter|year)$")]
    period: String,
    /// First day, instead of a running period.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// Last day, included.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Day>,
}

impl DashboardQuery {
    pub(super) fn choice(&self) -> Result<Choice, Wrong> {
        match (self.period.as_str(), self.from, self.to) {
            ("", None, None) => Ok(Choice::Quarter),
            (word, None, None) => known("period", word, Choice::parse),
            ("", Some(from), Some(to)) => Ok(Choice::Range(from.0, to.0)),
            ("", None, Some(_)) => Err(Wrong::field("from", "api-field-missing")),
            ("", Some(_), None) => Err(Wrong::field("to", "api-field-missing")),
            (_, _, _) => Err(Wrong::field("period", "api-field-wrong")),
        }
    }
}

/// Whole days, both included.
#[derive(Debug, Serialize, ToSchema)]
pub struct DaysOut {
    /// First day.
    #[schema(format = Date)]
    from: String,
    /// Last day.
    #[schema(format = Date)]
    to: String,
}

impl From<Days> for DaysOut {
    fn from(days: Days) -> Self {
        Self {
            from: days.from.to_string(),
            to: days.to.to_string(),
        }
    }
}

/// A day of the course.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayOut {
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// Accepted on it.
    received: i64,
    /// Ended on it.
    resolved: i64,
}

/// What a post has on its desk now.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadOut {
    /// The post.
    #[schema(format = "uuid")]
    post: String,
    /// Its title.
    title: String,
    /// Open dossiers.
    open: i64,
    /// Of these, past due.
    overdue: i64,
}

/// A part of the quality index (Decision 766/QĐ-TTg).
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreOut {
    /// Tenths of a point.
    tenths: i64,
    /// Most tenths there are.
    most_tenths: i64,
}

impl From<Score> for ScoreOut {
    fn from(score: Score) -> Self {
        Self {
            tenths: score.tenths,
            most_tenths: score.most_tenths,
        }
    }
}

/// The picture of a unit. A province counts its own dossiers and those of its communes.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardOut {
    /// The unit.
    unit: UnitRef,
    /// The period.
    days: DaysOut,
    /// Its figures.
    figures: FiguresOut,
    /// The period before.
    days_before: DaysOut,
    /// Its figures.
    figures_before: FiguresOut,
    /// Days of the period on which anything happened.
    by_day: Vec<DayOut>,
    /// Open dossiers by post, most first.
    loads: Vec<LoadOut>,
    /// Accepted dossiers that wait now for a supplement.
    awaiting_supplement: i64,
    /// Accepted dossiers that wait now for a financial obligation.
    awaiting_obligation: i64,
    /// Received in the period and in time so far.
    in_time: i64,
    /// Progress; missing when nothing was received.
    progress: Option<ScoreOut>,
    /// Share of online dossiers; missing when nothing was received.
    online: Option<ScoreOut>,
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    Asked(query): Asked<DashboardQuery>,
) -> Result<Json<DashboardOut>, Wrong> {
    let choice = query.choice()?;
    let found = app.town.read("dashboard", &asker.actor, move |tx, cx| {
        let unit = unit_of(cx, &code.0, cx.today())?;
        dashboard(tx, cx, &unit, choice)
    });
    let seen = found.await.map_err(Wrong::App)?;
    let today = time::local_date(app.town.clock().now());
    let by_day = seen.course.days.iter().map(|(day, (received, resolved))| DayOut {
        day: day.to_string(),
        received: *received,
        resolved: *resolved,
    });
    let loads = seen
        .course
        .loads
        .iter()
        .map(|(load, title_vi, title_en)| LoadOut {
            post: load.post.to_string(),
            title: if asker.lang == Lang::Vi {
                title_vi
            } else {
                title_en
            }
            .clone(),
            open: load.open,
            overdue: load.overdue,
        });
    Ok(Json(DashboardOut {
        unit: UnitRef::of(app.town.packs(), &seen.unit, today),
        by_day: by_day.collect(),
        loads: loads.collect(),
        days: seen.days.into(),
        figures: seen.now.total.into(),
        days_before: seen.days_before.into(),
        figures_before: seen.before.into(),
        awaiting_supplement: seen.course.awaiting_supplement,
        awaiting_obligation: seen.course.awaiting_obligation,
        in_time: seen.in_time,
        progress: seen.progress().map(Into::into),
        online: seen.online_score().map(Into::into),
    }))
}

//! The four reporting classes over the API: the sum, and a line for each lead post.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use townhall_app::task::task_report;
use townhall_domain::space::Space;
use townhall_domain::task::Tally;
use utoipa::ToSchema;

use super::query::TaskQuery;
use crate::api::guard::Asker;
use crate::api::problem::Wrong;
use crate::api::read::Asked;
use crate::state::App;

/// How many tasks stand in each class.
#[derive(Debug, Serialize, ToSchema)]
pub struct TallyOut {
    /// Done on time.
    #[schema(minimum = 0)]
    done_on_time: i64,
    /// Done late.
    #[schema(minimum = 0)]
    done_late: i64,
    /// Open within the original deadline.
    #[schema(minimum = 0)]
    open_in_time: i64,
    /// Open past the original deadline.
    #[schema(minimum = 0)]
    open_overdue: i64,
    /// Of the open ones past the original deadline, those within a deadline that the issuer has moved.
    #[schema(minimum = 0)]
    within_extension: i64,
    /// Of the open ones, those that rest.
    #[schema(minimum = 0)]
    paused: i64,
    /// Taken back; in none of the four.
    #[schema(minimum = 0)]
    withdrawn: i64,
}

impl From<&Tally> for TallyOut {
    fn from(tally: &Tally) -> Self {
        Self {
            done_on_time: tally.done_on_time,
            done_late: tally.done_late,
            open_in_time: tally.open_in_time,
            open_overdue: tally.open_overdue,
            within_extension: tally.within_extension,
            paused: tally.paused,
            withdrawn: tally.withdrawn,
        }
    }
}

/// The tasks that a post leads.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskLineOut {
    /// The post's unit, by code and first day.
    unit: String,
    /// The post.
    #[schema(format = "uuid")]
    post: String,
    /// Its title in Vietnamese.
    title: Option<String>,
    /// Its tasks.
    tally: TallyOut,
}

/// The figures of tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskReportOut {
    /// The sum.
    total: TallyOut,
    /// By lead post, most overdue first.
    lines: Vec<TaskLineOut>,
}

/// The figures of the tasks that the caller may see, narrowed as a list is; class and order do not matter.
pub(super) async fn report(
    State(app): State<App>,
    asker: Asker,
    Asked(query): Asked<TaskQuery>,
) -> Result<Json<TaskReportOut>, Wrong> {
    query.must_be_whole()?;
    let filter = query.filter(&app, asker.actor.space().unwrap_or(Space::State))?;
    let found = app.town.read("task_report", &asker.actor, move |tx, cx| {
        task_report(tx, cx, &filter)
    });
    let report = found.await.map_err(Wrong::App)?;
    let lines = report.lines.iter().map(|line| TaskLineOut {
        unit: line.unit.to_string(),
        post: line.post.to_string(),
        title: report.posts.get(&line.post).map(|name| name.title_vi.clone()),
        tally: TallyOut::from(&line.tally),
    });
    Ok(Json(TaskReportOut {
        total: TallyOut::from(&report.total),
        lines: lines.collect(),
    }))
}

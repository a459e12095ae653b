//! Figures of tasks by unit and post, made of the very rows that the list shows for the same filter.

use serde::Serialize;
use townhall_domain::ids::{PostId, UnitId};
use townhall_domain::task::Tally;

use super::list::{Filter, narrow};
use crate::statement::Statement;
use crate::value::Row;
use crate::{StoreError, Tx};

/// The figures of one lead post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The post's unit.
    pub unit: UnitId,
    /// The post.
    pub post: PostId,
    /// Its tasks in the four classes.
    pub tally: Tally,
}

/// The figures by unit and lead post, posts with most overdue tasks first. Class, order and page of the filter do
/// not matter; withdrawn tasks are counted apart.
pub fn report(tx: &mut Tx<'_>, filter: &Filter) -> Result<Vec<Line>, StoreError> {
    let count = |condition: &str, name: &str| {
        format!("CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT) AS {name}")
    };
    // The instant is the first parameter, so that the figures and the conditions below share it.
    let judged = "COALESCE(t.handed_in_at, n.now)";
    let counts = [
        count(
            "t.state = 'accepted' AND t.handed_in_at <= t.original_due_at",
            "done_on_time",
        ),
        count(
            "t.state = 'accepted' AND t.handed_in_at > t.original_due_at",
            "done_late",
        ),
        count(
            &format!("t.is_open = 1 AND {judged} <= t.original_due_at"),
            "open_in_time",
        ),
        count(
            &format!("t.is_open = 1 AND {judged} > t.original_due_at"),
            "open_overdue",
        ),
        count(
            &format!("t.is_open = 1 AND {judged} > t.original_due_at AND {judged} <= t.due_at"),
            "within_extension",
        ),
        count("t.state = 'paused'", "paused"),
        count("t.state = 'withdrawn'", "withdrawn"),
    ];
    let mut sql = Statement::new(format!(
        "SELECT t.unit AS unit, t.lead_post AS lead_post, {} FROM tasks t, ",
        counts.join(", ")
    ));
    sql.add(
        "(SELECT CAST(? AS BIGINT) AS now) n WHERE 1 = 1",
        [filter.now.into()],
    );
    let all_classes = Filter {
        class: None,
        ..filter.clone()
    };
    narrow(&mut sql, &all_classes);
    sql.add(
        " GROUP BY t.unit, t.lead_post ORDER BY open_overdue DESC, t.unit, t.lead_post",
        [],
    );
    sql.rows(tx)?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Line, StoreError> {
    Ok(Line {
        unit: row.get("unit")?,
        post: row.get("lead_post")?,
        tally: Tally {
            done_on_time: row.get("done_on_time")?,
            done_late: row.get("done_late")?,
            open_in_time: row.get("open_in_time")?,
            open_overdue: row.get("open_overdue")?,
            within_extension: row.get("within_extension")?,
            paused: row.get("paused")?,
            withdrawn: row.get("withdrawn")?,
        },
    })
}

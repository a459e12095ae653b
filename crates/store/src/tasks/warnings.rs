//! Bells before the deadline of a task: the same four as of a dossier, planned when the deadline is set.

use std::collections::BTreeMap;

use jiff::Timestamp;
use townhall_domain::deadline::{Warning, WarningKind};
use townhall_domain::ids::{PostId, TaskId, UnitId};
use townhall_domain::space::Space;

use crate::dossiers::word;
use crate::params;
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// Puts the bells of a task in the place of those that were planned before.
pub fn plan_warnings(
    tx: &mut Tx<'_>,
    task: TaskId,
    unit: &UnitId,
    space: Space,
    warnings: &[Warning],
) -> Result<(), StoreError> {
    forget_warnings(tx, task)?;
    for warning in warnings {
        tx.execute(
            "INSERT INTO task_warnings (task, kind, unit, space, at, is_raised) VALUES ($1, $2, $3, $4, $5, 0)",
            &params![task, warning.kind.as_str(), unit, space, warning.at],
        )?;
    }
    Ok(())
}

/// Forgets the bells of a task.
pub fn forget_warnings(tx: &mut Tx<'_>, task: TaskId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM task_warnings WHERE task = $1", &params![task])?;
    Ok(())
}

/// The next bells whose time has come and that have not rung, earliest first.
pub fn due_warnings(
    tx: &mut Tx<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(TaskId, WarningKind)>, StoreError> {
    tx.each(
        "SELECT task, kind FROM task_warnings WHERE is_raised = 0 AND at <= $1 ORDER BY at, task LIMIT $2",
        &params![now, limit],
        |row| Ok((row.get("task")?, word(row, "kind", WarningKind::parse)?)),
    )
}

/// Rings a bell, once: false when it has rung.
pub fn raise_warning(
    tx: &mut Tx<'_>,
    task: TaskId,
    kind: WarningKind,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE task_warnings SET is_raised = 1, raised_at = $1 WHERE task = $2 AND kind = $3 AND is_raised = 0",
        &params![at, task, kind.as_str()],
    )?;
    Ok(changed == 1)
}

/// The last bell that rang for each of these tasks.
pub fn latest_warnings(
    tx: &mut Tx<'_>,
    tasks: &[TaskId],
) -> Result<BTreeMap<TaskId, WarningKind>, StoreError> {
    let mut found = BTreeMap::new();
    for some in tasks.chunks(200) {
        let marks: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT task, kind FROM task_warnings WHERE task IN ({}) AND is_raised = 1 ORDER BY at, kind",
            marks.join(", ")
        );
        let values: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        for row in tx.rows(&sql, &values)? {
            found.insert(row.get("task")?, word(&row, "kind", WarningKind::parse)?);
        }
    }
    Ok(found)
}

/// A bell that rang for an open task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// The task.
    pub task: TaskId,
    /// Its code.
    pub code: String,
    /// The work.
    pub work: String,
    /// Which bell.
    pub kind: WarningKind,
    /// When its time had come.
    pub at: Timestamp,
    /// When the task is due.
    pub due_at: Timestamp,
    /// The post that leads it.
    pub lead: PostId,
}

/// The newest bells of open tasks that a post leads, or of all of a unit; only the last bell of a task is told.
pub fn rung_warnings(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
    lead: Option<PostId>,
    limit: usize,
) -> Result<Vec<Rung>, StoreError> {
    let mut values = params![unit, space].to_vec();
    let mut held = "";
    if let Some(post) = lead {
        values.push(post.into());
        held = " AND t.lead_post = $3";
    }
    values.push(Value::Int(i64::try_from(limit.saturating_mul(4)).unwrap_or(200)));
    let sql = format!(
        "SELECT w.task AS task, w.kind AS kind, w.at AS at, t.code AS code, t.work AS work, t.due_at AS due_at, t.lead_post AS lead_post
           FROM task_warnings w JOIN tasks t ON t.id = w.task
          WHERE w.unit = $1 AND w.space = $2 AND w.is_raised = 1 AND t.is_open = 1 AND t.state NOT IN ('paused', 'handed_in'){held}
          ORDER BY w.at DESC, w.task LIMIT ${}",
        values.len()
    );
    let mut found: Vec<Rung> = Vec::new();
    for row in tx.rows(&sql, &values)? {
        let rung = read(&row)?;
        if found.len() < limit && found.iter().all(|other| other.task != rung.task) {
            found.push(rung);
        }
    }
    Ok(found)
}

fn read(row: &Row) -> Result<Rung, StoreError> {
    Ok(Rung {
        task: row.get("task")?,
        code: row.get("code")?,
        work: row.get("work")?,
        kind: word(row, "kind", WarningKind::parse)?,
        at: row.get("at")?,
        due_at: row.get("due_at")?,
        lead: row.get("lead_post")?,
    })
}

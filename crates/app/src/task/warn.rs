//! Bells before the deadline of a task, as before that of a dossier: at half and four fifths of the office time, two
//! days and one day before. Whoever sets the deadline plans them; the same job rings them.

use jiff::Timestamp;
use townhall_domain::permission::Right;
use townhall_domain::task::Task;
use townhall_store::tasks::{self, RungTask};
use townhall_store::{StoreError, Tx};

use crate::cx::Cx;
use crate::error::AppError;

/// Most bells that a list shows.
const SHOWN: usize = 6;

/// Plans the bells of a task whose deadline was set or changed; none while its clock stands or once it has ended.
pub(super) fn plan(tx: &mut Tx<'_>, cx: &Cx, task: &Task) -> Result<(), AppError> {
    let planned = if task.state.is_open() {
        let office = crate::calendar::office(tx, cx, &task.unit)?;
        // A year that is not in the calendar is told where the deadline is computed; here it only means no bell.
        task.deadline.warnings(&office).unwrap_or_default()
    } else {
        Vec::new()
    };
    Ok(tasks::plan_warnings(
        tx, task.id, &task.unit, task.space, &planned,
    )?)
}

/// Rings the bells whose time has come; how many were looked at.
pub(crate) fn ring(tx: &mut Tx<'_>, now: Timestamp, at_once: i64) -> Result<usize, StoreError> {
    let due = tasks::due_warnings(tx, now, at_once)?;
    for (id, kind) in &due {
        match tasks::load(tx, *id)? {
            Some(task) if task.state.is_open() => {
                tasks::raise_warning(tx, *id, *kind, now)?;
            }
            _ => tasks::forget_warnings(tx, *id)?,
        }
    }
    Ok(due.len())
}

/// The bells of tasks that a post sees: of those that it leads, and for who accepts the unit's work, of the unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskBells {
    /// Of one's own work, newest first.
    pub own: Vec<RungTask>,
    /// Of the unit, without one's own.
    pub unit: Vec<RungTask>,
}

/// The bells of tasks of the actor's post.
pub fn task_bells(tx: &mut Tx<'_>, cx: &Cx) -> Result<TaskBells, AppError> {
    let (Some(unit), Some(space), Some(post)) = (cx.actor.unit(), cx.actor.space(), cx.actor.post()) else {
        return Ok(TaskBells::default());
    };
    let own = if super::flow::OWN.iter().any(|right| cx.actor.holds(*right)) {
        tasks::rung_warnings(tx, unit, space, Some(post), SHOWN)?
    } else {
        Vec::new()
    };
    let mut all = if cx.actor.may(Right::AcceptTask, unit) {
        tasks::rung_warnings(tx, unit, space, None, 2 * SHOWN)?
    } else {
        Vec::new()
    };
    all.retain(|rung| rung.lead != post);
    all.truncate(SHOWN);
    Ok(TaskBells { own, unit: all })
}

//! The work itself: received, reported on, handed in; by the lead, with the joining posts beside him.

use serde::{Deserialize, Serialize};
use serde_json::json;
use townhall_domain::ids::{PaperId, TaskId};
use townhall_domain::task::{Action, HandedProduct, Task};
use townhall_store::{Tx, papers, tasks};

use super::flow::{begin, by, find, finish, invalid, lapse, reason};
use crate::cx::Cx;
use crate::error::AppError;

/// Confirm a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiveTask {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
}

/// The lead confirms that he has it.
pub fn receive_task(tx: &mut Tx<'_>, cx: &Cx, cmd: &ReceiveTask) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::Receive)?;
    task.receive(cx.now())?;
    tasks::insert_entry(tx, task.id, "received", by(cx), None, None)?;
    finish(tx, cx, &mut task, "task_received", json!({}))
}

/// Report what was done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportProgress {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
    /// What was done, what stands in the way.
    pub note: String,
    /// How far the work is; only the lead says it.
    #[serde(default)]
    pub percent: Option<u8>,
}

/// The lead's report begins the work or tells how far it is; a joining post tells what it did.
pub fn report_progress(tx: &mut Tx<'_>, cx: &Cx, cmd: &ReportProgress) -> Result<(), AppError> {
    let joins = find(tx, cx, cmd.task)?.joining;
    if cx.actor.post().is_some_and(|post| joins.contains(&post)) {
        return contribute(tx, cx, cmd);
    }
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::Report)?;
    let note = reason("note", &cmd.note)?;
    if cmd.percent.is_some_and(|percent| percent > 100) {
        return Err(AppError::field("percent", "task-percent-wrong"));
    }
    task.report(cx.now(), cmd.percent)?;
    tasks::insert_entry(tx, task.id, "progress", by(cx), cmd.percent, Some(&note))?;
    let percent = task.percent;
    finish(
        tx,
        cx,
        &mut task,
        "task_progress_reported",
        json!({ "percent": percent }),
    )
}

fn contribute(tx: &mut Tx<'_>, cx: &Cx, cmd: &ReportProgress) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::Contribute)?;
    let note = reason("note", &cmd.note)?;
    tasks::insert_entry(tx, task.id, "contribution", by(cx), None, Some(&note))?;
    finish(tx, cx, &mut task, "task_contributed", json!({}))
}

/// Hand the product in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandInProduct {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
    /// What came of the work.
    pub summary: String,
    /// Number and symbol of the document that is the product.
    #[serde(default)]
    pub document: String,
    /// Papers of the task that are the product.
    #[serde(default)]
    pub papers: Vec<PaperId>,
}

/// Hands the product in: done needs something that can be shown, a document or a paper.
pub fn hand_in_product(tx: &mut Tx<'_>, cx: &Cx, cmd: &HandInProduct) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::HandIn)?;
    let product = HandedProduct::parse(&cmd.summary, &cmd.document, &cmd.papers).map_err(invalid)?;
    must_be_papers_of(tx, &task, product.papers())?;
    let lapsed = task.hand_in(cx.now(), &product)?;
    lapse(tx, cx, &task, lapsed)?;
    tasks::insert_product(tx, task.id, task.products, &product, by(cx))?;
    let body = json!({ "product": task.products, "papers": product.papers() });
    finish(tx, cx, &mut task, "task_handed_in", body)
}

fn must_be_papers_of(tx: &mut Tx<'_>, task: &Task, wanted: &[PaperId]) -> Result<(), AppError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let known = papers::of_subject(tx, "task", &task.id.to_string())?;
    let all_known = wanted.iter().all(|id| known.iter().any(|paper| paper.id == *id));
    if all_known {
        Ok(())
    } else {
        Err(AppError::field("papers", "task-paper-unknown"))
    }
}

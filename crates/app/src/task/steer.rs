//! The issuer's word: a product is accepted or sent back; work rests, goes on, or is taken back.

use serde::{Deserialize, Serialize};
use serde_json::json;
use townhall_domain::ids::TaskId;
use townhall_domain::task::{Action, Task};
use townhall_store::tasks::{self, Verdict};
use townhall_store::{StoreError, Tx};

use super::flow::{begin, by, finish, lapse, optional, reason};
use crate::cx::Cx;
use crate::error::AppError;

/// Accept the product.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AcceptProduct {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
    /// A word with the acceptance.
    #[serde(default)]
    pub note: String,
}

/// Accepts the product that lies on the table: the task is done.
pub fn accept_product(tx: &mut Tx<'_>, cx: &Cx, cmd: &AcceptProduct) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::Accept)?;
    let note = optional("note", &cmd.note)?;
    task.accept(cx.now())?;
    decide(tx, cx, &task, true, note)?;
    let class = task.class(cx.now());
    let body = json!({ "product": task.products, "class": class });
    finish(tx, cx, &mut task, "task_accepted", body)
}

/// Send the product back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendBackTask {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
    /// What is missing.
    pub reason: String,
}

/// Sends the product back with a reason: it counts as not handed in.
pub fn send_back_task(tx: &mut Tx<'_>, cx: &Cx, cmd: &SendBackTask) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::SendBack)?;
    let why = reason("reason", &cmd.reason)?;
    task.send_back(cx.now())?;
    decide(tx, cx, &task, false, Some(why))?;
    let body = json!({ "product": task.products });
    finish(tx, cx, &mut task, "task_sent_back", body)
}

fn decide(
    tx: &mut Tx<'_>,
    cx: &Cx,
    task: &Task,
    accepted: bool,
    reason: Option<String>,
) -> Result<(), StoreError> {
    let verdict = Verdict {
        accepted,
        by: by(cx),
        reason,
    };
    if tasks::decide_product(tx, task.id, task.products, &verdict)? {
        Ok(())
    } else {
        Err(StoreError::Lost(format!(
            "the product of task {} that lay on the table",
            task.id
        )))
    }
}

/// Let the work rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PauseTask {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
    /// Why.
    pub reason: String,
}

/// Lets the work rest: the clock of the current deadline stands, the original one stays what it is.
pub fn pause_task(tx: &mut Tx<'_>, cx: &Cx, cmd: &PauseTask) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::Pause)?;
    let why = reason("reason", &cmd.reason)?;
    let lapsed = task.pause(&crate::calendar::office(tx, cx, &task.unit)?, cx.now())?;
    lapse(tx, cx, &task, lapsed)?;
    tasks::insert_entry(tx, task.id, "paused", by(cx), None, Some(&why))?;
    super::warn::plan(tx, cx, &task)?;
    finish(tx, cx, &mut task, "task_paused", json!({}))
}

/// Let the work go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResumeTask {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
    /// A word to the lead.
    #[serde(default)]
    pub note: String,
}

/// Lets the work go on with what was left of its time.
pub fn resume_task(tx: &mut Tx<'_>, cx: &Cx, cmd: &ResumeTask) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::Resume)?;
    let note = optional("note", &cmd.note)?;
    task.resume(&crate::calendar::office(tx, cx, &task.unit)?, cx.now())?;
    tasks::insert_entry(tx, task.id, "resumed", by(cx), None, note.as_deref())?;
    super::warn::plan(tx, cx, &task)?;
    let due = task.deadline.due.as_millisecond();
    finish(tx, cx, &mut task, "task_resumed", json!({ "due": due }))
}

/// Take the task back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithdrawTask {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
    /// Why.
    pub reason: String,
}

/// Takes the task back: it counts in none of the four classes, and stays readable with its reason.
pub fn withdraw_task(tx: &mut Tx<'_>, cx: &Cx, cmd: &WithdrawTask) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::Withdraw)?;
    let why = reason("reason", &cmd.reason)?;
    let lapsed = task.withdraw(cx.now())?;
    lapse(tx, cx, &task, lapsed)?;
    tasks::insert_entry(tx, task.id, "withdrawn", by(cx), None, Some(&why))?;
    super::warn::plan(tx, cx, &task)?;
    finish(tx, cx, &mut task, "task_withdrawn", json!({}))
}

//! More time: the lead asks with a reason, the issuer decides. The original deadline never changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use townhall_domain::deadline::DeadlineError;
use townhall_domain::ids::TaskId;
use townhall_domain::task::six::parse_due_day;
use townhall_domain::task::{Action, Decision, DueDay, Task, TaskError};
use townhall_store::Tx;
use townhall_store::tasks::{self, Answer};

use super::flow::{begin, by, finish, optional, reason};
use crate::cx::Cx;
use crate::error::AppError;

/// Ask for more time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestExtension {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
    /// The day that is asked for, as typed.
    pub to: String,
    /// Why.
    pub reason: String,
}

/// Asks for more time, up to the close of office on a day. One request waits at a time.
pub fn request_extension(tx: &mut Tx<'_>, cx: &Cx, cmd: &RequestExtension) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::RequestExtension)?;
    let wanted = close_of(tx, cx, &task, &cmd.to)?;
    let why = reason("reason", &cmd.reason)?;
    let post = cx.actor.post().ok_or(AppError::NotFound("task"))?;
    let request = task
        .request_extension(cx.now(), post, why, wanted)
        .map_err(at_day)?
        .clone();
    tasks::insert_request(tx, task.id, &request, cx.actor.person())?;
    let body = json!({ "request": request.number, "wanted": wanted.as_millisecond() });
    finish(tx, cx, &mut task, "task_extension_requested", body)
}

/// Decide on more time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecideExtension {
    /// Which.
    pub task: TaskId,
    /// Version that the form showed.
    pub version: i64,
    /// Granted or refused.
    pub granted: bool,
    /// The day that is granted, as typed; what was asked for when empty.
    #[serde(default)]
    pub to: String,
    /// Why it is refused, or a word with the grant.
    #[serde(default)]
    pub reason: String,
}

/// Grants what was asked for or another day, or refuses with a reason.
pub fn decide_extension(tx: &mut Tx<'_>, cx: &Cx, cmd: &DecideExtension) -> Result<(), AppError> {
    let mut task = begin(tx, cx, cmd.task, cmd.version, Action::DecideExtension)?;
    let before = task.deadline.due;
    let (request, answer) = if cmd.granted {
        let wanted = task.request.as_ref().ok_or(TaskError::NoRequest)?.wanted;
        let to = match cmd.to.trim() {
            "" => wanted,
            typed => close_of(tx, cx, &task, typed)?,
        };
        let note = optional("reason", &cmd.reason)?;
        let office = crate::calendar::office(tx, cx, &task.unit)?;
        let request = task.grant_extension(&office, cx.now(), to).map_err(at_day)?;
        (request, (Decision::Granted, Some(to), note))
    } else {
        if task.request.is_none() {
            return Err(TaskError::NoRequest.into());
        }
        let why = reason("reason", &cmd.reason)?;
        (task.refuse_extension()?, (Decision::Refused, None, Some(why)))
    };
    let (decision, granted, note) = answer;
    let answer = Answer {
        decision,
        granted,
        by: by(cx),
        note,
    };
    tasks::decide_request(tx, task.id, request.number, &answer)?;
    if decision == Decision::Granted {
        super::warn::plan(tx, cx, &task)?;
    }
    let body = json!({
        "request": request.number,
        "decision": decision,
        "before": before.as_millisecond(),
        "due": task.deadline.due.as_millisecond(),
    });
    finish(tx, cx, &mut task, "task_extension_decided", body)
}

/// The close of office on a typed day.
fn close_of(tx: &mut Tx<'_>, cx: &Cx, task: &Task, typed: &str) -> Result<Timestamp, AppError> {
    let on = parse_due_day(typed, cx.today()).map_err(|key| AppError::field("to", key))?;
    let day = DueDay { on, at: None };
    day.instant(&crate::calendar::office(tx, cx, &task.unit)?)
        .map_err(|error| AppError::field_deadline("to", &DeadlineError::from(error)))
}

/// What is wrong with the day is told at the day.
fn at_day(error: TaskError) -> AppError {
    match error {
        TaskError::Deadline(DeadlineError::NotLater { .. }) => {
            AppError::field("to", "task-extension-not-later")
        }
        TaskError::Deadline(error) => AppError::field_deadline("to", &error),
        other => other.into(),
    }
}

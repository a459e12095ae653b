//! What every action on a task shares: finding it, checking the right and the hand, saving, leaving a fact.

use serde_json::{Value, json};
use townhall_domain::ids::TaskId;
use townhall_domain::permission::{Right, Role};
use townhall_domain::task::six::{LONG_CHARS, TextError, parse_text};
use townhall_domain::task::{Action, Decision, ExtensionRequest, Hand, Problem, Task, TaskError};
use townhall_store::tasks::{self, Answer, By};
use townhall_store::{StoreError, Tx};

use crate::cx::Cx;
use crate::error::{AppError, FieldError};
use crate::record::{Subject, record};

impl From<TaskError> for AppError {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::NotAllowed(why) => Self::TaskNotAllowed(why),
            other => Self::refused(other.key()),
        }
    }
}

/// Fields that could not be taken.
pub(super) fn invalid(problems: Vec<Problem>) -> AppError {
    AppError::Invalid(
        problems
            .into_iter()
            .map(|(field, key)| FieldError::new(field, key))
            .collect(),
    )
}

/// Whether the actor may know of this task at all: whose work it is, who issued or entered it, and who accepts or
/// counts what the unit does.
pub(crate) fn is_visible(cx: &Cx, task: &Task) -> bool {
    let reads_unit = |right| cx.actor.may(right, &task.unit) || cx.actor.may(right, &task.issuing_unit);
    cx.actor.is_of_space(task.space)
        && (is_of_own_post(cx, task) || reads_unit(Right::AcceptTask) || reads_unit(Right::ReadStatistics))
}

/// The rights of which one lets a post see the tasks that it works on or issued; a delegation of other rights does
/// not.
pub(super) const OWN: [Right; 3] = [Right::WorkTask, Right::IssueTask, Right::AcceptTask];

fn is_of_own_post(cx: &Cx, task: &Task) -> bool {
    let Some(post) = cx.actor.post() else { return false };
    OWN.iter().any(|right| cx.actor.holds(*right))
        && (task.is_worked_by(post) || task.issuer == post || task.entered_by == post)
}

/// Whether the right that an action needs is held on this task.
pub(super) fn holds_right(cx: &Cx, task: &Task, action: Action) -> bool {
    match action.hand() {
        // A joining post may be of another unit; its right reaches its own work.
        Hand::Joining | Hand::Any => OWN.iter().any(|right| cx.actor.holds(*right)),
        Hand::Lead => cx.actor.may_on(action.right(), &task.unit, Some(task.lead)),
        Hand::Issuer => cx.actor.may(action.right(), &task.unit),
    }
}

/// Whether it is the actor's to do: as the lead, as a joining post, or as who issued it.
///
/// For the issuer the head of his unit may act, so that no task hangs on a post that stands empty; the lead never
/// judges his own work.
pub(super) fn is_in_hand(cx: &Cx, task: &Task, action: Action) -> bool {
    let Some(officer) = cx.actor.officer() else {
        return false;
    };
    let heads = [Role::Chair, Role::ProvincialLeader, Role::PartyLeader];
    let is_issuer = officer.post == task.issuer
        || (officer.unit == task.issuing_unit && officer.roles.iter().any(|role| heads.contains(role)));
    match action.hand() {
        Hand::Lead => officer.post == task.lead,
        Hand::Joining => task.joining.contains(&officer.post),
        Hand::Issuer => is_issuer && officer.post != task.lead,
        Hand::Any => is_issuer || task.is_worked_by(officer.post) || officer.post == task.entered_by,
    }
}

/// Loads, locks and checks: visible, right held, version as shown, possible in this state, in the actor's hand.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: TaskId,
    shown: i64,
    action: Action,
) -> Result<Task, AppError> {
    let task = find(tx, cx, id)?;
    let holder = (action.hand() == Hand::Lead).then_some(task.lead);
    if !holds_right(cx, &task, action) {
        cx.actor.must_on(action.right(), &task.unit, holder)?;
    }
    if task.version != shown {
        return Err(AppError::Conflict {
            shown,
            stored: task.version,
        });
    }
    task.state.after(action)?;
    must_be_in_hand(cx, &task, action)?;
    Ok(task)
}

/// The task, held until the command ends; who may not know of it gets "not found".
pub(super) fn find(tx: &mut Tx<'_>, cx: &Cx, id: TaskId) -> Result<Task, AppError> {
    tasks::lock(tx, id)?
        .filter(|task| is_visible(cx, task))
        .ok_or(AppError::NotFound("task"))
}

pub(super) fn must_be_in_hand(cx: &Cx, task: &Task, action: Action) -> Result<(), AppError> {
    if is_in_hand(cx, task, action) {
        return Ok(());
    }
    Err(AppError::refused(match action.hand() {
        Hand::Lead => "task-refused-not-lead",
        Hand::Joining => "task-refused-not-joining",
        Hand::Issuer => "task-refused-not-issuer",
        Hand::Any => "task-refused-not-concerned",
    }))
}

/// Who acts, now.
pub(super) fn by(cx: &Cx) -> By {
    By {
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
    }
}

/// Saves the task, refuses an overtaken version, and leaves the fact last.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    cx: &Cx,
    task: &mut Task,
    kind: &str,
    body: Value,
) -> Result<(), AppError> {
    let shown = task.version;
    if !tasks::save(tx, task)? {
        return Err(AppError::Conflict {
            shown,
            stored: shown + 1,
        });
    }
    record_of(tx, cx, task, kind, body)?;
    Ok(())
}

/// Leaves a fact about a task; its body names state and code, never what people wrote.
pub(super) fn record_of(
    tx: &mut Tx<'_>,
    cx: &Cx,
    task: &Task,
    kind: &str,
    mut body: Value,
) -> Result<(), StoreError> {
    if let Some(map) = body.as_object_mut() {
        map.insert("state".to_owned(), json!(task.state.as_str()));
        map.insert("code".to_owned(), json!(task.code));
    }
    record(
        tx,
        cx,
        &Subject::task(task.id, &task.unit, task.space),
        kind,
        body,
    )?;
    Ok(())
}

/// Keeps that a request for more time lapsed, if one waited.
pub(super) fn lapse(
    tx: &mut Tx<'_>,
    cx: &Cx,
    task: &Task,
    request: Option<ExtensionRequest>,
) -> Result<(), StoreError> {
    let Some(request) = request else { return Ok(()) };
    let answer = Answer {
        decision: Decision::Lapsed,
        granted: None,
        by: by(cx),
        note: None,
    };
    tasks::decide_request(tx, task.id, request.number, &answer)?;
    Ok(())
}

/// A text that a person must give: 3 to 5,000 characters.
pub(super) fn reason(field: &str, typed: &str) -> Result<String, AppError> {
    parse_text(typed, LONG_CHARS).map_err(|error| {
        AppError::field(
            field,
            match error {
                TextError::Missing => "reason-missing",
                TextError::TooLong { .. } => "task-details-too-long",
                TextError::Control => "field-control-character",
            },
        )
    })
}

/// A text that may be left empty.
pub(super) fn optional(field: &str, typed: &str) -> Result<Option<String>, AppError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    reason(field, typed).map(Some)
}

//! Issuing a task: the six are complete, the posts are real and within reach, and then it has a number.

use serde::{Deserialize, Serialize};
use serde_json::json;
use townhall_domain::ids::{PostId, TaskId, UnitId};
use townhall_domain::organisation::{Post, SeatState};
use townhall_domain::permission::{Right, Rights, Scope};
use townhall_domain::task::{self, Issue, SourceKind, Task, TaskDraft, TaskError, TaskOrder};
use townhall_store::{Tx, counters, organisation, tasks};

use super::flow::{by, record_of};
use crate::actor::Officer;
use crate::cx::Cx;
use crate::error::{AppError, FieldError};

/// Issue a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IssueTask {
    /// Identity chosen by the caller before, so that the same form sent twice makes one task.
    pub id: TaskId,
    /// The six and where the task comes from, as typed.
    #[serde(flatten)]
    pub draft: TaskDraft,
    /// The leader in whose name it is issued; the actor's own post when empty.
    #[serde(default)]
    pub issuer: String,
    /// Posts that join the lead.
    #[serde(default)]
    pub joining: Vec<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The task.
    pub id: TaskId,
    /// Its code.
    pub code: String,
}

/// Issues a task; without one of the six nothing is issued, and every field that lacks something is named at once.
///
/// The same identity a second time returns what the first call made.
pub fn issue_task(tx: &mut Tx<'_>, cx: &Cx, cmd: &IssueTask) -> Result<Issued, AppError> {
    let officer = cx.actor.officer().ok_or(AppError::NotFound("task"))?;
    if !cx.actor.holds(Right::IssueTask) {
        cx.actor.must(Right::IssueTask, &officer.unit)?;
    }
    if let Some(before) = tasks::load(tx, cmd.id)? {
        if before.entered_by != officer.post {
            return Err(AppError::refused("task-refused-id-taken"));
        }
        return Ok(Issued {
            id: before.id,
            code: before.code,
        });
    }
    let mut problems = Vec::new();
    let order = match cmd.draft.parse(cx.today()) {
        Ok(order) => Some(order),
        Err(wrong) => {
            problems.extend(wrong.into_iter().map(|(field, key)| FieldError::new(field, key)));
            None
        }
    };
    // A post that cannot lead is told together with what else is missing.
    let lead = match cmd.draft.lead.trim().parse::<PostId>() {
        Ok(post) => kept(lead_post(tx, cx, officer, post)?, &mut problems),
        Err(_) => None,
    };
    let issuer = kept(issuer(tx, cx, officer, cmd, lead.as_ref())?, &mut problems);
    let joining = kept(joining(tx, cx, officer, cmd, lead.as_ref())?, &mut problems);
    match (order, lead, issuer, joining) {
        (Some(order), Some(lead), Some(issuer), Some(joining)) if problems.is_empty() => {
            number(tx, cx, officer, cmd.id, order, &lead, issuer, joining)
        }
        _ => Err(AppError::Invalid(problems)),
    }
}

type Checked<T> = Result<T, FieldError>;

fn kept<T>(checked: Checked<T>, problems: &mut Vec<FieldError>) -> Option<T> {
    checked.map_err(|problem| problems.push(problem)).ok()
}

/// A post of the actor's space in which somebody sits today, where the actor may issue tasks. Whether another post
/// exists at all is not told.
fn post_in_reach(tx: &mut Tx<'_>, cx: &Cx, officer: &Officer, id: PostId) -> Result<Option<Post>, AppError> {
    Ok(organisation::post(tx, id)?
        .map(|found| found.item)
        .filter(|post| {
            post.space == officer.space
                && post.valid.contains(cx.today())
                && cx.actor.may(Right::IssueTask, &post.unit)
        }))
}

fn lead_post(tx: &mut Tx<'_>, cx: &Cx, officer: &Officer, id: PostId) -> Result<Checked<Post>, AppError> {
    let Some(post) = post_in_reach(tx, cx, officer, id)? else {
        return Ok(Err(FieldError::new("lead", "task-person-unknown")));
    };
    // Clear person: behind the post there must be somebody today.
    let unit = organisation::organisation_as_of(tx, &post.unit, cx.today())?;
    let has_somebody = unit
        .state_as_of(id, cx.today())
        .is_some_and(|state| state != SeatState::Vacant);
    Ok(if has_somebody {
        Ok(post)
    } else {
        Err(FieldError::new("lead", "task-person-vacant"))
    })
}

/// In whose name: his own, when he may accept products there; else a leader of his unit whom a document obliges.
fn issuer(
    tx: &mut Tx<'_>,
    cx: &Cx,
    officer: &Officer,
    cmd: &IssueTask,
    lead: Option<&Post>,
) -> Result<Checked<PostId>, AppError> {
    let refused = |key| Ok(Err(FieldError::new("issuer", key)));
    let accepts_himself = lead.is_none_or(|lead| cx.actor.may(Right::AcceptTask, &lead.unit));
    let named = match cmd.issuer.trim() {
        "" if accepts_himself => return Ok(Ok(officer.post)),
        "" => return refused("task-issuer-missing"),
        typed => match typed.parse::<PostId>() {
            Ok(post) => post,
            Err(_) => return refused("task-issuer-unknown"),
        },
    };
    if named == officer.post {
        return if accepts_himself {
            Ok(Ok(named))
        } else {
            refused("task-issuer-missing")
        };
    }
    let found = organisation::post(tx, named)?.map(|found| found.item);
    let Some(leader) = found.filter(|post| {
        post.unit == officer.unit && post.space == officer.space && post.valid.contains(cx.today())
    }) else {
        return refused("task-issuer-unknown");
    };
    let scope = match lead {
        Some(lead) if lead.unit != leader.unit => Scope::UnitAndBelow,
        _ => Scope::OwnUnit,
    };
    if !Rights::of(&leader.roles).within(scope).has(Right::AcceptTask) {
        return refused("task-issuer-cannot-accept");
    }
    // Nobody speaks for a leader out of his own head: a document or the conclusions of a meeting oblige.
    let kind = SourceKind::parse(cmd.draft.source.trim());
    if !matches!(kind, Some(SourceKind::Document | SourceKind::Meeting)) {
        return refused("task-issuer-needs-document");
    }
    Ok(Ok(named))
}

fn joining(
    tx: &mut Tx<'_>,
    cx: &Cx,
    officer: &Officer,
    cmd: &IssueTask,
    lead: Option<&Post>,
) -> Result<Checked<Vec<PostId>>, AppError> {
    let refused = |key| Ok(Err(FieldError::new("joining", key)));
    let mut posts = Vec::new();
    for typed in cmd.joining.iter().filter(|typed| !typed.trim().is_empty()) {
        let Ok(id) = typed.trim().parse::<PostId>() else {
            return refused("task-joining-unknown");
        };
        if posts.len() == task::MOST_JOINING {
            return refused(TaskError::TooManyJoin.key());
        }
        if posts.contains(&id) || lead.is_some_and(|lead| lead.id == id) {
            return refused(TaskError::JoinsTwice.key());
        }
        if post_in_reach(tx, cx, officer, id)?.is_none() {
            return refused("task-joining-unknown");
        }
        posts.push(id);
    }
    Ok(Ok(posts))
}

#[expect(clippy::too_many_arguments, reason = "one call, from the function above")]
fn number(
    tx: &mut Tx<'_>,
    cx: &Cx,
    officer: &Officer,
    id: TaskId,
    order: TaskOrder,
    lead: &Post,
    issuer: PostId,
    joining: Vec<PostId>,
) -> Result<Issued, AppError> {
    let issue = |code: String| Issue {
        id,
        code,
        unit: lead.unit.clone(),
        space: officer.space,
        issuing_unit: officer.unit.clone(),
        issuer,
        entered_by: officer.post,
        joining: joining.clone(),
        at: cx.now(),
    };
    let office = crate::calendar::office(tx, cx, &lead.unit)?;
    // Once without a number, so that a refusal does not wait for the counter.
    Task::issue(&office, issue(String::new()), order.clone()).map_err(refusal)?;
    let year = cx.today().year();
    let serial = counters::next(tx, &officer.unit, &counter(officer.space, year))?;
    let code = task::code(officer.space, &officer.unit, year, serial);
    let task = Task::issue(&office, issue(code), order).map_err(refusal)?;
    let words = search_words(&task);
    tasks::insert(tx, &task, &words)?;
    super::warn::plan(tx, cx, &task)?;
    tasks::insert_entry(tx, task.id, "issued", by(cx), None, task.details.as_deref())?;
    let body = json!({
        "lead": task.lead,
        "issuer": task.issuer,
        "joining": task.joining,
        "due": task.deadline.due.as_millisecond(),
        "source": task.source.kind(),
        "priority": task.priority,
    });
    record_of(tx, cx, &task, "task_issued", body)?;
    Ok(Issued {
        id: task.id,
        code: task.code,
    })
}

fn counter(space: townhall_domain::space::Space, year: i16) -> String {
    format!("task:{}:{year}", space.as_str())
}

/// A refusal at the field where it can be mended.
fn refusal(error: TaskError) -> AppError {
    let field = match &error {
        TaskError::Deadline(_) => "due_on",
        TaskError::OwnTask => "lead",
        TaskError::JoinsTwice | TaskError::TooManyJoin => "joining",
        TaskError::NotAllowed(_) | TaskError::RequestWaits | TaskError::NoRequest => return error.into(),
    };
    let key = match &error {
        TaskError::Deadline(townhall_domain::deadline::DeadlineError::NotLater { .. }) => "task-time-past",
        other => other.key(),
    };
    AppError::field(field, key)
}

/// Folded words under which a task is found: its code, what is to be done, what comes of it, what it follows.
pub(crate) fn search_words(task: &Task) -> Vec<String> {
    let reference = task.source.reference().unwrap_or_default();
    let text = format!("{} {} {} {reference}", task.code, task.work, task.product);
    let folded = townhall_text::fold(&text);
    let mut words: Vec<String> = folded
        .split_whitespace()
        .map(|word| word.chars().take(40).collect())
        .collect();
    words.sort();
    words.dedup();
    words
}

/// The units in which the actor may issue tasks: his own, and those below where his right reaches them.
pub(super) fn may_issue_in(cx: &Cx, unit: &UnitId) -> bool {
    cx.actor.may(Right::IssueTask, unit)
}

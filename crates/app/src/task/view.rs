//! The page of one task: everything that its reader may see, and what he can do now.

use std::collections::BTreeMap;

use townhall_domain::ids::{PersonId, PostId, TaskId};
use townhall_domain::task::{Action, Class, NotAllowed, Task, TaskError, actions};
use townhall_store::organisation::PostName;
use townhall_store::papers::{self, Paper};
use townhall_store::tasks::{self, Entry, Extension, Product};
use townhall_store::{Tx, journal, organisation};

use super::flow::{holds_right, is_in_hand, is_visible};
use crate::cx::Cx;
use crate::error::AppError;

/// Whether an action can be done now by this reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionNow {
    /// Yes.
    Yes,
    /// It is his to do, but the state does not allow it.
    NotInThisState(NotAllowed),
    /// It is his to do, but no request for more time waits.
    NoRequest,
    /// It is his to do, but a request for more time waits already.
    RequestWaits,
}

impl ActionNow {
    /// The key of the reason why not; none when it can be done.
    pub fn reason_key(&self) -> Option<&'static str> {
        match self {
            Self::Yes => None,
            Self::NotInThisState(why) => Some(why.reason_key()),
            Self::NoRequest => Some(TaskError::NoRequest.key()),
            Self::RequestWaits => Some(TaskError::RequestWaits.key()),
        }
    }
}

/// Everything on the page of a task.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// The task.
    pub task: Task,
    /// How it is reported now.
    pub class: Option<Class>,
    /// What was said on the way, oldest first.
    pub entries: Vec<Entry>,
    /// Products handed in, oldest first.
    pub products: Vec<Product>,
    /// Requests for more time, oldest first.
    pub extensions: Vec<Extension>,
    /// Its papers.
    pub papers: Vec<Paper>,
    /// The trail, oldest first.
    pub trail: Vec<journal::StoredFact>,
    /// What is the reader's to do, in the order of [`Action::ALL`], and whether he can now.
    pub actions: Vec<(Action, ActionNow)>,
    /// Names of the posts that the page mentions.
    pub posts: BTreeMap<PostId, PostName>,
    /// Names of the people that the page mentions.
    pub people: BTreeMap<PersonId, String>,
}

/// Loads a task for its page; who may not know of it gets "not found".
pub fn task_view(tx: &mut Tx<'_>, cx: &Cx, id: TaskId) -> Result<TaskView, AppError> {
    let task = tasks::load(tx, id)?
        .filter(|task| is_visible(cx, task))
        .ok_or(AppError::NotFound("task"))?;
    let entries = tasks::entries(tx, id)?;
    let products = tasks::products(tx, id)?;
    let extensions = tasks::extensions(tx, id)?;
    let papers = papers::of_subject(tx, "task", &id.to_string())?;
    let trail = journal::facts_of(tx, "task", &id.to_string())?;
    let named = [task.lead, task.issuer, task.entered_by]
        .into_iter()
        .chain(task.joining.iter().copied())
        .chain(entries.iter().filter_map(|entry| entry.by.post))
        .chain(papers.iter().filter_map(|paper| paper.added_by))
        .chain(trail.iter().filter_map(|fact| fact.post));
    let posts = organisation::post_names(tx, named, cx.today())?;
    let people = people(tx, &entries, &products, &extensions)?;
    Ok(TaskView {
        class: task.class(cx.now()),
        actions: actions_of(cx, &task),
        task,
        entries,
        products,
        extensions,
        papers,
        trail,
        posts,
        people,
    })
}

/// What is the actor's to do; what he never may is left out.
fn actions_of(cx: &Cx, task: &Task) -> Vec<(Action, ActionNow)> {
    actions(task.state)
        .into_iter()
        .filter(|(action, _)| holds_right(cx, task, *action) && is_in_hand(cx, task, *action))
        .map(|(action, outcome)| {
            let now = match (action, outcome) {
                (_, Err(why)) => ActionNow::NotInThisState(why),
                (Action::DecideExtension, Ok(_)) if task.request.is_none() => ActionNow::NoRequest,
                (Action::RequestExtension, Ok(_)) if task.request.is_some() => ActionNow::RequestWaits,
                (_, Ok(_)) => ActionNow::Yes,
            };
            (action, now)
        })
        .collect()
}

fn people(
    tx: &mut Tx<'_>,
    entries: &[Entry],
    products: &[Product],
    extensions: &[Extension],
) -> Result<BTreeMap<PersonId, String>, AppError> {
    let said = entries.iter().map(|entry| entry.by.person);
    let handed_in = products.iter().flat_map(|product| {
        [
            product.by.person,
            product.verdict.as_ref().and_then(|verdict| verdict.by.person),
        ]
    });
    let asked = extensions.iter().flat_map(|asked| {
        [
            asked.person,
            asked.answer.as_ref().and_then(|answer| answer.by.person),
        ]
    });
    let wanted = said.chain(handed_in).chain(asked).flatten();
    Ok(organisation::names_of_people(tx, wanted)?)
}

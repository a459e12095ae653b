//! Lists and figures of tasks, what waits for a post, and who can be given a task.

use std::collections::BTreeMap;

use serde::Serialize;
use townhall_domain::ids::{PostId, UnitId};
use townhall_domain::organisation::MandateKind;
use townhall_domain::permission::{Right, Rights, Scope};
use townhall_domain::space::Space;
use townhall_domain::task::Tally;
use townhall_store::organisation::{self, PostName};
use townhall_store::tasks::{self, Filter, Line, Mine, Page, Sight};
use townhall_store::{StoreError, Tx};

use super::flow::OWN;
use super::issue::may_issue_in;
use crate::cx::Cx;
use crate::error::AppError;

/// Most rows of "my work" that are loaded at once.
pub const MY_WORK: usize = 200;

/// What the actor may see: all of the units whose products he accepts or whose work he counts, and what his own post
/// works on or issued.
fn sight(cx: &Cx) -> Sight {
    let mut units = cx.actor.units_for(Right::AcceptTask);
    units.extend(cx.actor.units_for(Right::ReadStatistics));
    units.sort();
    units.dedup();
    let sees_own = OWN.iter().any(|right| cx.actor.holds(*right));
    Sight {
        units,
        post: cx.actor.post().filter(|_| sees_own),
    }
}

/// The filter as it was asked for, cut down to what the actor may see, judged now.
fn cut_down(cx: &Cx, wanted: &Filter) -> Result<Filter, AppError> {
    Ok(Filter {
        space: space(cx)?,
        sight: sight(cx),
        now: cx.now(),
        ..wanted.clone()
    })
}

fn space(cx: &Cx) -> Result<Space, AppError> {
    cx.actor.space().ok_or(AppError::NotFound("tasks"))
}

/// A page of tasks with the names of the posts on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskPage {
    /// The rows and the key of the next page.
    pub page: Page,
    /// Names of leads and issuers.
    pub posts: BTreeMap<PostId, PostName>,
}

/// A page of the tasks that the actor may see.
pub fn task_list(tx: &mut Tx<'_>, cx: &Cx, wanted: &Filter, limit: usize) -> Result<TaskPage, AppError> {
    let page = tasks::list(tx, &cut_down(cx, wanted)?, limit.clamp(1, 500))?;
    let named = page.rows.iter().flat_map(|row| [row.lead, row.issuer]);
    let posts = organisation::post_names(tx, named, cx.today())?;
    Ok(TaskPage { page, posts })
}

/// The four classes by unit and lead post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskReport {
    /// A line for each lead post, most overdue first.
    pub lines: Vec<Line>,
    /// The sum of all lines.
    pub total: Tally,
    /// Names of the posts.
    pub posts: BTreeMap<PostId, PostName>,
}

impl TaskReport {
    /// The sums by unit, in the order of the units.
    pub fn by_unit(&self) -> BTreeMap<UnitId, Tally> {
        let mut units: BTreeMap<UnitId, Tally> = BTreeMap::new();
        for line in &self.lines {
            *units.entry(line.unit.clone()).or_default() += line.tally;
        }
        units
    }
}

/// The figures of the tasks that the actor may see, narrowed as a list is; class and page do not matter.
pub fn task_report(tx: &mut Tx<'_>, cx: &Cx, wanted: &Filter) -> Result<TaskReport, AppError> {
    let lines = tasks::report(tx, &cut_down(cx, wanted)?)?;
    let mut total = Tally::default();
    for line in &lines {
        total += line.tally;
    }
    let posts = organisation::post_names(tx, lines.iter().map(|line| line.post), cx.today())?;
    Ok(TaskReport { lines, total, posts })
}

/// Whether tasks can wait for the actor at all.
pub(crate) fn works_on_tasks(cx: &Cx) -> bool {
    OWN.iter().any(|right| cx.actor.holds(*right))
}

/// What waits for the actor's post, by deadline: work that it leads or joins, products and requests for its word.
pub fn my_tasks(tx: &mut Tx<'_>, cx: &Cx) -> Result<Vec<Mine>, AppError> {
    let (Some(space), Some(post)) = (cx.actor.space(), cx.actor.post()) else {
        return Err(AppError::NotFound("work"));
    };
    if !works_on_tasks(cx) {
        return Ok(Vec::new());
    }
    Ok(tasks_of_post(tx, space, post)?)
}

/// [`my_tasks`] for a post, for jobs that remind.
pub fn tasks_of_post(tx: &mut Tx<'_>, space: Space, post: PostId) -> Result<Vec<Mine>, StoreError> {
    tasks::my_work(tx, space, post, MY_WORK)
}

/// A post that can be given a task, or in whose name one can be issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The post.
    pub post: PostId,
    /// How it is called and who holds it.
    pub name: PostName,
    /// Whether it may accept products in this unit: then a task can be issued in its name.
    pub may_accept: bool,
}

/// Who can be chosen on the form of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidates {
    /// Posts of the unit in which somebody sits, division by division.
    pub leads: Vec<Candidate>,
    /// Leaders of the actor's own unit in whose name he may enter a task that a document orders.
    pub issuers: Vec<Candidate>,
    /// Whether the actor may issue it in his own name.
    pub in_own_name: bool,
    /// Names of the divisions, vi and en, by word.
    pub divisions: BTreeMap<String, (String, String)>,
}

/// The posts of a unit to whom the actor may give a task.
pub fn task_candidates(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<Candidates, AppError> {
    let officer = cx.actor.officer().ok_or(AppError::NotFound("unit"))?;
    if !may_issue_in(cx, unit) {
        return Err(AppError::NotFound("unit"));
    }
    let mut leads = filled(tx, cx, unit, officer.space, Scope::OwnUnit)?;
    leads.retain(|candidate| candidate.post != officer.post);
    let scope = if *unit == officer.unit {
        Scope::OwnUnit
    } else {
        Scope::UnitAndBelow
    };
    let mut issuers = filled(tx, cx, &officer.unit, officer.space, scope)?;
    issuers.retain(|candidate| candidate.may_accept && candidate.post != officer.post);
    let divisions = organisation::divisions_as_of(tx, unit, cx.today())?
        .into_iter()
        .map(|division| (division.item.id, (division.item.name_vi, division.item.name_en)))
        .collect();
    Ok(Candidates {
        leads,
        issuers,
        in_own_name: cx.actor.may(Right::AcceptTask, unit),
        divisions,
    })
}

fn filled(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    space: Space,
    scope: Scope,
) -> Result<Vec<Candidate>, StoreError> {
    let known = organisation::organisation_as_of(tx, unit, cx.today())?;
    let people: BTreeMap<_, _> = organisation::people_of_posts(tx, unit, cx.today())?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    Ok(known
        .posts
        .iter()
        .filter(|post| post.space == space)
        .filter_map(|post| {
            let holders = known.holders_as_of(post.id, cx.today());
            let foremost = holders
                .iter()
                .find(|mandate| mandate.kind == MandateKind::Full)
                .or(holders.first());
            let stands_in = known.who_stands_in(post.id, cx.today());
            let person = foremost
                .map(|mandate| mandate.person)
                .or(stands_in.first().map(|found| found.person))?;
            Some(Candidate {
                post: post.id,
                name: PostName {
                    unit: post.unit.clone(),
                    division: post.division.clone(),
                    title_vi: post.title_vi.clone(),
                    title_en: post.title_en.clone(),
                    holder: people.get(&person).cloned(),
                },
                may_accept: Rights::of(&post.roles).within(scope).has(Right::AcceptTask),
            })
        })
        .collect())
}

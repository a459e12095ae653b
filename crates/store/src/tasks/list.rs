//! Lists of tasks: a page by keyset, visibility in the SQL, and the same conditions for the figures above them.

use jiff::Timestamp;
use serde::Serialize;
use townhall_domain::deadline::{Deadline, WarningKind};
use townhall_domain::ids::{PostId, TaskId, UnitId};
use townhall_domain::space::Space;
use townhall_domain::task::{Class, Priority, SourceKind, State};

use super::state;
use crate::dossiers::{Warned, word};
use crate::params;
use crate::statement::{Statement, cut, one_more};
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// A task as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// Identity.
    pub id: TaskId,
    /// Code.
    pub code: String,
    /// The unit of the lead post.
    pub unit: UnitId,
    /// The unit of the issuer.
    pub issuing_unit: UnitId,
    /// Who leads.
    pub lead: PostId,
    /// Who accepts.
    pub issuer: PostId,
    /// What is to be done.
    pub work: String,
    /// What is to be handed in.
    pub product: String,
    /// Its deadline with what happened to it.
    pub deadline: Deadline,
    /// Where it comes from.
    pub source: SourceKind,
    /// What it follows.
    pub reference: Option<String>,
    /// How much it presses.
    pub priority: Priority,
    /// Where it stands.
    pub state: State,
    /// How far the work is.
    pub percent: u8,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When the product was handed in.
    pub handed_in_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether a request for more time waits.
    pub has_request: bool,
    /// Version, for actions from the list.
    pub version: i64,
    /// The bell before its deadline that rang last; only lists that are paged tell it.
    #[serde(skip)]
    pub warned: Option<WarningKind>,
}

impl Listed {
    /// How it is reported at an instant.
    pub fn class(&self, now: Timestamp) -> Option<Class> {
        Class::of(self.state, self.deadline.original_due, self.handed_in_at, now)
    }
}

/// What an actor may see: all tasks of some units, and those that one post issued, entered, leads or joins.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// Units whose tasks may all be seen, given there or issued from there.
    pub units: Vec<UnitId>,
    /// The post whose own tasks may be seen.
    pub post: Option<PostId>,
}

/// What a post has to do with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It leads: the work is its own.
    Lead,
    /// A product waits for its word.
    Accept,
    /// A request for more time waits for its word.
    Decide,
    /// It joins the lead.
    Join,
}

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Earliest deadline first.
    #[default]
    Due,
    /// Newest issue first.
    Newest,
}

/// What a list is narrowed to. Space and sight are never optional: they are in every statement.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Whose space it is.
    pub space: Space,
    /// What may be seen.
    pub sight: Sight,
    /// The instant at which open tasks are judged.
    pub now: Timestamp,
    /// Units of the lead.
    pub units: Vec<UnitId>,
    /// Reporting class.
    pub class: Option<Class>,
    /// Only open (true) or only ended (false) ones.
    pub open: Option<bool>,
    /// Stored word of a state.
    pub state: Option<String>,
    /// Who leads.
    pub lead: Option<PostId>,
    /// In whose name it was issued.
    pub issuer: Option<PostId>,
    /// Who joins.
    pub joining: Option<PostId>,
    /// How much it presses.
    pub priority: Option<Priority>,
    /// Kind of source.
    pub source: Option<SourceKind>,
    /// Issued in this interval, the end excluded.
    pub issued: Option<(Timestamp, Timestamp)>,
    /// Due in this interval by the current deadline, the end excluded.
    pub due: Option<(Timestamp, Timestamp)>,
    /// Only what is past the deadline that holds, or was handed in after it. What rests is not late.
    pub is_over: bool,
    /// Only open tasks for which a bell before the deadline has rung.
    pub warned: Option<Warned>,
    /// Only tasks with a request for more time that waits.
    pub has_request: bool,
    /// Folded words that all must occur, each as the beginning of one.
    pub words: Vec<String>,
    /// Order.
    pub sort: Sort,
    /// Key of the last row of the page before: its sort value in milliseconds and its identity.
    pub after: Option<(i64, TaskId)>,
}

impl Filter {
    /// Everything that may be seen.
    pub fn new(space: Space, sight: Sight, now: Timestamp) -> Self {
        Self {
            space,
            sight,
            now,
            units: Vec::new(),
            class: None,
            open: None,
            state: None,
            lead: None,
            issuer: None,
            joining: None,
            priority: None,
            source: None,
            issued: None,
            due: None,
            is_over: false,
            warned: None,
            has_request: false,
            words: Vec::new(),
            sort: Sort::Due,
            after: None,
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Listed>,
    /// Key for the next page, when there is one.
    pub next: Option<(i64, TaskId)>,
}

/// Only what the actor may see: false for an actor who may see nothing.
fn seen(sql: &mut Statement, space: Space, sight: &Sight) {
    sql.and("t.space = ? AND (1 = 0", [space.into()]);
    if !sight.units.is_empty() {
        for column in ["t.unit", "t.issuing_unit"] {
            sql.add(" OR ", []).any_of(column, &sight.units);
        }
    }
    if let Some(post) = sight.post {
        sql.add(
            " OR t.lead_post = ? OR t.issuer_post = ? OR t.entered_by = ?
              OR t.id IN (SELECT j.task FROM task_joining j WHERE j.post = ?)",
            vec![Value::from(post); 4],
        );
    }
    sql.add(")", []);
}

/// Everything that the filter says but order and page.
pub(super) fn narrow(sql: &mut Statement, filter: &Filter) {
    seen(sql, filter.space, &filter.sight);
    if !filter.units.is_empty() {
        sql.add(" AND ", []).any_of("t.unit", &filter.units);
    }
    if let Some(class) = filter.class {
        in_class(sql, class, filter.now);
    }
    if let Some(open) = filter.open {
        sql.and("t.is_open = ?", [open.into()]);
    }
    if let Some(state) = &filter.state {
        sql.and("t.state = ?", [state.into()]);
    }
    for (column, post) in [("t.lead_post", filter.lead), ("t.issuer_post", filter.issuer)] {
        if let Some(post) = post {
            sql.and(&format!("{column} = ?"), [post.into()]);
        }
    }
    if let Some(post) = filter.joining {
        sql.and(
            "t.id IN (SELECT j.task FROM task_joining j WHERE j.post = ?)",
            [post.into()],
        );
    }
    if let Some(priority) = filter.priority {
        sql.and("t.priority = ?", [priority.as_str().into()]);
    }
    if let Some(source) = filter.source {
        sql.and("t.source = ?", [source.as_str().into()]);
    }
    for (column, interval) in [("t.issued_at", filter.issued), ("t.due_at", filter.due)] {
        if let Some((from, to)) = interval {
            sql.and(
                &format!("{column} >= ? AND {column} < ?"),
                [from.into(), to.into()],
            );
        }
    }
    if filter.is_over {
        sql.and(
            "t.state NOT IN ('paused', 'withdrawn') AND COALESCE(t.handed_in_at, ?) > t.due_at",
            [filter.now.into()],
        );
    }
    if let Some(warned) = filter.warned {
        let (of_kind, kind) = match warned {
            Warned::By(kind) => (" AND w.kind = ?", Some(Value::from(kind.as_str()))),
            Warned::Any => ("", None),
        };
        let clause = format!(
            "t.is_open = 1 AND t.state NOT IN ('paused', 'handed_in') AND EXISTS (SELECT 1 FROM task_warnings w \
             WHERE w.task = t.id AND w.is_raised = 1{of_kind})"
        );
        sql.and(&clause, kind);
    }
    if filter.has_request {
        sql.and("t.has_request = 1", []);
    }
    for typed in &filter.words {
        sql.and(
            "t.id IN (SELECT w.task FROM task_words w WHERE w.space = ? AND w.word >= ? AND w.word < ?)",
            [
                filter.space.into(),
                typed.into(),
                format!("{typed}\u{10ffff}").into(),
            ],
        );
    }
}

/// The four classes, in the words of [`Class::of`]; a test holds the two against each other.
fn in_class(sql: &mut Statement, class: Class, now: Timestamp) {
    let (condition, judged) = match class {
        Class::DoneOnTime => (
            "t.state = 'accepted' AND t.handed_in_at <= t.original_due_at",
            None,
        ),
        Class::DoneLate => (
            "t.state = 'accepted' AND t.handed_in_at > t.original_due_at",
            None,
        ),
        Class::OpenInTime => (
            "t.is_open = 1 AND COALESCE(t.handed_in_at, ?) <= t.original_due_at",
            Some(now),
        ),
        Class::OpenOverdue => (
            "t.is_open = 1 AND COALESCE(t.handed_in_at, ?) > t.original_due_at",
            Some(now),
        ),
    };
    sql.and(condition, judged.map(Value::from));
}

/// One page of tasks, at most `limit` rows.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, limit: usize) -> Result<Page, StoreError> {
    let mut sql = Statement::new("SELECT t.* FROM tasks t WHERE 1 = 1");
    narrow(&mut sql, filter);
    let (key, compare, direction) = match filter.sort {
        Sort::Due => ("t.due_at", ">", "ASC"),
        Sort::Newest => ("t.issued_at", "<", "DESC"),
    };
    if let Some((at, id)) = filter.after {
        sql.and(
            &format!("({key} {compare} ? OR ({key} = ? AND t.id {compare} ?))"),
            [at.into(), at.into(), id.into()],
        );
    }
    sql.add(
        &format!(" ORDER BY {key} {direction}, t.id {direction} LIMIT ?"),
        [one_more(limit)],
    );
    let mut rows = sql.rows(tx)?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let key_of = |row: &Listed| match filter.sort {
        Sort::Due => row.deadline.due.as_millisecond(),
        Sort::Newest => row.issued_at.as_millisecond(),
    };
    let next = cut(&mut rows, limit, |row| (key_of(row), row.id));
    let ids: Vec<TaskId> = rows
        .iter()
        .filter(|row| row.state.is_open())
        .map(|row| row.id)
        .collect();
    let rung = super::latest_warnings(tx, &ids)?;
    for row in &mut rows {
        row.warned = rung.get(&row.id).copied();
    }
    Ok(Page { rows, next })
}

/// A task that waits for a post, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mine {
    /// What the post has to do with it.
    pub why: Why,
    /// The task.
    pub task: Listed,
}

/// Why a task waits for a post, and the condition on `t` that says so; `$1` is the post.
const RANGES: [(Why, &str); 4] = [
    (
        Why::Lead,
        "t.lead_post = $1 AND t.is_open = 1 AND t.state <> 'handed_in'",
    ),
    (Why::Accept, "t.issuer_post = $1 AND t.state = 'handed_in'"),
    (Why::Decide, "t.issuer_post = $1 AND t.has_request = 1"),
    (
        Why::Join,
        "t.id IN (SELECT j.task FROM task_joining j WHERE j.post = $1) AND t.is_open = 1 AND t.state <> 'handed_in'",
    ),
];

/// What waits for one post, by deadline: work that it leads or joins, products and requests that wait for its word.
///
/// Four index ranges, each cut to `limit`, merged: the cost does not grow with the tasks of others.
pub fn my_work(tx: &mut Tx<'_>, space: Space, post: PostId, limit: usize) -> Result<Vec<Mine>, StoreError> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut mine = Vec::new();
    for (why, range) in RANGES {
        let sql = format!(
            "SELECT t.* FROM tasks t WHERE {range} AND t.space = $2 ORDER BY t.due_at, t.id LIMIT $3"
        );
        for row in tx.rows(&sql, &params![post, space, most])? {
            mine.push(Mine {
                why,
                task: read(&row)?,
            });
        }
    }
    mine.sort_by_key(|mine| (mine.task.deadline.due, mine.task.id, mine.why));
    mine.truncate(limit);
    Ok(mine)
}

/// How many pieces of work [`my_work`] lists for a post, without those that rest.
pub fn count_my_work(tx: &mut Tx<'_>, space: Space, post: PostId) -> Result<i64, StoreError> {
    let mut count = 0;
    for (_, range) in RANGES {
        let sql = format!(
            "SELECT COUNT(*) AS count FROM tasks t WHERE {range} AND t.space = $2 AND t.state <> 'paused'"
        );
        if let Some(row) = tx.one(&sql, &params![post, space])? {
            count += row.get::<i64>("count")?;
        }
    }
    Ok(count)
}

fn read(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: row.get("id")?,
        code: row.get("code")?,
        unit: row.get("unit")?,
        issuing_unit: row.get("issuing_unit")?,
        lead: row.get("lead_post")?,
        issuer: row.get("issuer_post")?,
        work: row.get("work")?,
        product: row.get("product")?,
        deadline: serde_json::from_str(&row.get::<String>("deadline")?)?,
        source: word(row, "source", SourceKind::parse)?,
        reference: row.get("reference")?,
        priority: word(row, "priority", Priority::parse)?,
        state: state(row)?,
        percent: row.get("percent")?,
        issued_at: row.get("issued_at")?,
        handed_in_at: row.get("handed_in_at")?,
        ended_at: row.get("ended_at")?,
        has_request: row.get("has_request")?,
        version: row.get("version")?,
        warned: None,
    })
}

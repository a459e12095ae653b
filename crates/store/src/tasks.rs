//! Tasks with the six: the row, its version check and the search index beside it.

mod list;
mod parts;
mod report;
mod warnings;

pub use list::{Filter, Listed, Mine, Page, Sight, Sort, Why, count_my_work, list, my_work};
pub use parts::*;
pub use report::{Line, report};
pub use warnings::{
    Rung as RungTask, due_warnings, forget_warnings, latest_warnings, plan_warnings, raise_warning,
    rung_warnings,
};

use townhall_domain::dossier::Holder;
use townhall_domain::ids::{PostId, TaskId};
use townhall_domain::space::Space;
use townhall_domain::task::{Priority, Resting, Source, State, Task};

use crate::dossiers::word;
use crate::params;
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

const COLUMNS: &[&str] = &[
    "id",
    "code",
    "unit",
    "space",
    "issuing_unit",
    "issuer_post",
    "entered_by",
    "lead_post",
    "work",
    "details",
    "due_at",
    "original_due_at",
    "deadline",
    "responsibility",
    "product",
    "authority",
    "source",
    "reference",
    "paragraph",
    "priority",
    "state",
    "resting",
    "holder_post",
    "held_since",
    "percent",
    "issued_at",
    "received_at",
    "handed_in_at",
    "ended_at",
    "has_request",
    "requests",
    "products",
    "is_open",
    "version",
];

/// Writes a new task, the posts that join it and its search words.
pub fn insert(tx: &mut Tx<'_>, task: &Task, words: &[String]) -> Result<(), StoreError> {
    let places: Vec<String> = (1..=COLUMNS.len()).map(|place| format!("${place}")).collect();
    tx.execute(
        &format!(
            "INSERT INTO tasks ({}) VALUES ({})",
            COLUMNS.join(", "),
            places.join(", ")
        ),
        &values(task)?,
    )?;
    for post in &task.joining {
        tx.execute(
            "INSERT INTO task_joining (task, post) VALUES ($1, $2)",
            &params![task.id, *post],
        )?;
    }
    for word in words {
        tx.execute(
            "INSERT INTO task_words (space, word, task) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &params![task.space, word, task.id],
        )?;
    }
    Ok(())
}

/// Writes a changed task if nobody was faster.
///
/// Returns false, and changes nothing, when the stored version is no longer `task.version`; on success the version
/// in `task` is the new one. Who joins does not change after the issue.
pub fn save(tx: &mut Tx<'_>, task: &mut Task) -> Result<bool, StoreError> {
    let shown = task.version;
    task.version += 1;
    let sets: Vec<String> = COLUMNS
        .iter()
        .enumerate()
        .skip(1)
        .map(|(place, name)| format!("{name} = ${place}"))
        .collect();
    // SQLite numbers parameters by first use: the columns come first, identity and version last.
    let sql = format!(
        "UPDATE tasks SET {} WHERE id = ${} AND version = ${}",
        sets.join(", "),
        COLUMNS.len(),
        COLUMNS.len() + 1
    );
    let mut params: Vec<Value> = values(task)?.split_off(1);
    params.extend(params![task.id, shown]);
    let changed = tx.execute(&sql, &params)?;
    if changed == 0 {
        task.version = shown;
    }
    Ok(changed == 1)
}

/// Loads a task.
pub fn load(tx: &mut Tx<'_>, id: TaskId) -> Result<Option<Task>, StoreError> {
    let row = tx.one("SELECT * FROM tasks WHERE id = $1", &params![id])?;
    whole(tx, row.as_ref())
}

/// Tasks after an id, in order of their ids: whoever looks at all of them.
pub fn after(tx: &mut Tx<'_>, after: Option<TaskId>, limit: u32) -> Result<Vec<Task>, StoreError> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    let rows = tx.rows(
        "SELECT * FROM tasks WHERE id > $1 ORDER BY id LIMIT $2",
        &params![after, limit],
    )?;
    let mut tasks = Vec::with_capacity(rows.len());
    for row in &rows {
        tasks.extend(whole(tx, Some(row))?);
    }
    Ok(tasks)
}

/// Loads a task and holds its row until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: TaskId) -> Result<Option<Task>, StoreError> {
    let row = tx.one_locked("SELECT * FROM tasks WHERE id = $1", &params![id])?;
    whole(tx, row.as_ref())
}

/// Finds a task by its code.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Task>, StoreError> {
    let row = tx.one("SELECT * FROM tasks WHERE code = $1", &params![code])?;
    whole(tx, row.as_ref())
}

fn whole(tx: &mut Tx<'_>, row: Option<&Row>) -> Result<Option<Task>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let mut task = read(row)?;
    task.joining = joining(tx, task.id)?;
    if row.get("has_request")? {
        task.request = waiting_request(tx, task.id)?;
    }
    Ok(Some(task))
}

fn values(task: &Task) -> Result<Vec<Value>, StoreError> {
    let holder = match task.holder() {
        Some(Holder::Post(post)) => Some(post),
        // A task lies with a post by name; a role never holds one.
        Some(Holder::Role(_)) | None => None,
    };
    Ok(params![
        task.id,
        &task.code,
        &task.unit,
        task.space,
        &task.issuing_unit,
        task.issuer,
        task.entered_by,
        task.lead,
        task.work.as_str(),
        task.details.clone(),
        task.deadline.due,
        task.deadline.original_due,
        serde_json::to_string(&task.deadline)?,
        task.responsibility.as_str(),
        task.product.as_str(),
        task.authority.as_str(),
        task.source.kind().as_str(),
        task.source.reference(),
        task.source.paragraph(),
        task.priority.as_str(),
        task.state.as_str(),
        task.state.resting().map(Resting::as_str),
        holder,
        task.held_since,
        task.percent,
        task.issued_at,
        task.received_at,
        task.handed_in_at,
        task.ended_at,
        task.request.is_some(),
        task.requests,
        task.products,
        task.state.is_open(),
        task.version,
    ]
    .to_vec())
}

fn read(row: &Row) -> Result<Task, StoreError> {
    Ok(Task {
        id: row.get("id")?,
        code: row.get("code")?,
        unit: row.get("unit")?,
        space: row.get("space")?,
        issuing_unit: row.get("issuing_unit")?,
        issuer: row.get("issuer_post")?,
        entered_by: row.get("entered_by")?,
        lead: row.get("lead_post")?,
        joining: Vec::new(),
        work: clear(row, "work")?,
        details: row.get("details")?,
        deadline: serde_json::from_str(&row.get::<String>("deadline")?)?,
        responsibility: clear(row, "responsibility")?,
        product: clear(row, "product")?,
        authority: clear(row, "authority")?,
        source: source(row)?,
        priority: word(row, "priority", Priority::parse)?,
        state: state(row)?,
        held_since: row.get("held_since")?,
        percent: row.get("percent")?,
        issued_at: row.get("issued_at")?,
        received_at: row.get("received_at")?,
        handed_in_at: row.get("handed_in_at")?,
        ended_at: row.get("ended_at")?,
        request: None,
        requests: row.get("requests")?,
        products: row.get("products")?,
        version: row.get("version")?,
    })
}

/// One of the six that are texts: what is stored empty is a damaged row, not a task.
fn clear<T: TryFrom<String>>(row: &Row, column: &'static str) -> Result<T, StoreError> {
    let text: String = row.get(column)?;
    T::try_from(text.clone()).map_err(|_| StoreError::Unknown {
        what: column,
        value: text,
    })
}

fn state(row: &Row) -> Result<State, StoreError> {
    let (state, resting): (String, Option<String>) = (row.get("state")?, row.get("resting")?);
    let rests = resting.as_deref().and_then(Resting::parse);
    State::from_parts(&state, rests).ok_or_else(|| StoreError::Unknown {
        what: "state of a task",
        value: format!("{state} {resting:?}"),
    })
}

fn source(row: &Row) -> Result<Source, StoreError> {
    let kind: String = row.get("source")?;
    let text = |column| Ok::<_, StoreError>(row.get::<Option<String>>(column)?.unwrap_or_default());
    Source::parse(&kind, &text("reference")?, &text("paragraph")?).map_err(|(field, _)| StoreError::Unknown {
        what: "source of a task",
        value: format!("{kind}, {field}"),
    })
}

/// The posts that join the lead.
pub fn joining(tx: &mut Tx<'_>, task: TaskId) -> Result<Vec<PostId>, StoreError> {
    tx.each(
        "SELECT post FROM task_joining WHERE task = $1 ORDER BY post",
        &params![task],
        |row| row.get("post"),
    )
}

/// The tasks of a space that name a paragraph of their source: paragraph and task, oldest first, at most 500.
pub fn by_paragraph(tx: &mut Tx<'_>, space: Space) -> Result<Vec<(String, TaskId)>, StoreError> {
    tx.each(
        "SELECT paragraph, id FROM tasks WHERE space = $1 AND paragraph IS NOT NULL ORDER BY id LIMIT 500",
        &params![space],
        |row| Ok((row.get("paragraph")?, row.get("id")?)),
    )
}

//! The rows around a dossier: check-list, steps, slips, records, result.

use jiff::Timestamp;
use townhall_domain::dossier::{ComponentEntry, ComponentSource, ComponentStatus, Holder};
use townhall_domain::ids::{ComponentId, DossierId, PersonId, PostId, SlipId, StepId, UnitId};

use super::{holder, word};
use crate::params;
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// Replaces the component check-list.
pub fn put_components(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    entries: &[ComponentEntry],
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM dossier_components WHERE dossier = $1",
        &params![dossier],
    )?;
    let rows: Vec<Vec<Value>> = entries
        .iter()
        .map(|entry| {
            params![
                entry.id,
                &entry.component,
                entry.position,
                entry.required,
                entry.status.as_str(),
                entry.source.map(ComponentSource::as_str),
                entry.copies,
                entry.database.clone(),
                entry.queried_at,
                entry.note.clone(),
            ]
            .to_vec()
        })
        .collect();
    tx.insert_rows(
        "INSERT INTO dossier_components (dossier, id, component, position, required, status, source, copies, database_id, queried_at, note) VALUES",
        &params![dossier],
        &rows,
        "",
    )
}

/// The component check-list in its order.
pub fn components(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<ComponentEntry>, StoreError> {
    tx.each(
        "SELECT * FROM dossier_components WHERE dossier = $1 ORDER BY position",
        &params![dossier],
        |row| {
            let source: Option<String> = row.get("source")?;
            Ok(ComponentEntry {
                id: row.get::<ComponentId>("id")?,
                component: row.get("component")?,
                position: row.get("position")?,
                required: row.get("required")?,
                status: word(row, "status", ComponentStatus::parse)?,
                source: source.as_deref().and_then(ComponentSource::parse),
                copies: row.get("copies")?,
                database: row.get("database_id")?,
                queried_at: row.get("queried_at")?,
                note: row.get("note")?,
            })
        },
    )
}

/// One step of the internal process: who had the dossier, from when to when, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Identity.
    pub id: StepId,
    /// 1, 2, 3 … within the dossier.
    pub number: i64,
    /// `receive`, a stage word, `return`, `supplement`, `obligation`.
    pub stage: String,
    /// Who had to act.
    pub holder: Option<Holder>,
    /// Post that handed it over.
    pub given_by: Option<PostId>,
    /// Person who handed it over.
    pub given_by_person: Option<PersonId>,
    /// Begin.
    pub started_at: Timestamp,
    /// When the step is due.
    pub due_at: Option<Timestamp>,
    /// When its holder first worked on it; until then the giver may recall it.
    pub touched_at: Option<Timestamp>,
    /// End.
    pub ended_at: Option<Timestamp>,
    /// Post that ended it.
    pub ended_by: Option<PostId>,
    /// Person who ended it.
    pub ended_by_person: Option<PersonId>,
    /// Action word that ended it.
    pub outcome: Option<String>,
    /// Note of the giver to the receiver.
    pub note: Option<String>,
}

/// Opens the next step of a dossier.
pub fn open_step(tx: &mut Tx<'_>, dossier: DossierId, step: &Step) -> Result<(), StoreError> {
    let (post, role) = holder_columns(step.holder);
    tx.execute(
        "INSERT INTO dossier_steps (id, dossier, number, stage, holder_post, holder_role, given_by, given_by_person, started_at, due_at, note)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            step.id,
            dossier,
            step.number,
            &step.stage,
            post,
            role,
            step.given_by,
            step.given_by_person,
            step.started_at,
            step.due_at,
            step.note.clone(),
        ],
    )?;
    Ok(())
}

/// The number of the next step of a dossier.
pub fn next_step_number(tx: &mut Tx<'_>, dossier: DossierId) -> Result<i64, StoreError> {
    let row = tx.one(
        "SELECT COALESCE(MAX(number), 0) AS last FROM dossier_steps WHERE dossier = $1",
        &params![dossier],
    )?;
    row.map_or(Ok(1), |row| Ok(row.get::<i64>("last")? + 1))
}

fn holder_columns(holder: Option<Holder>) -> (Option<PostId>, Option<&'static str>) {
    match holder {
        Some(Holder::Post(post)) => (Some(post), None),
        Some(Holder::Role(role)) => (None, Some(role.as_str())),
        None => (None, None),
    }
}

/// Ends the open step, if there is one.
pub fn end_step(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    at: Timestamp,
    by: Option<PostId>,
    person: Option<PersonId>,
    outcome: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE dossier_steps SET ended_at = $1, ended_by = $2, ended_by_person = $3, outcome = $4, touched_at = COALESCE(touched_at, $1)
         WHERE dossier = $5 AND ended_at IS NULL",
        &params![at, by, person, outcome, dossier],
    )?;
    Ok(())
}

/// Marks the open step as begun by its holder.
pub fn touch_step(tx: &mut Tx<'_>, dossier: DossierId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE dossier_steps SET touched_at = $1 WHERE dossier = $2 AND ended_at IS NULL AND touched_at IS NULL",
        &params![at, dossier],
    )?;
    Ok(())
}

/// All steps in order.
pub fn steps(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Step>, StoreError> {
    tx.each(
        "SELECT * FROM dossier_steps WHERE dossier = $1 ORDER BY number",
        &params![dossier],
        read_step,
    )
}

fn read_step(row: &Row) -> Result<Step, StoreError> {
    Ok(Step {
        id: row.get("id")?,
        number: row.get("number")?,
        stage: row.get("stage")?,
        holder: holder(row)?,
        given_by: row.get("given_by")?,
        given_by_person: row.get("given_by_person")?,
        started_at: row.get("started_at")?,
        due_at: row.get("due_at")?,
        touched_at: row.get("touched_at")?,
        ended_at: row.get("ended_at")?,
        ended_by: row.get("ended_by")?,
        ended_by_person: row.get("ended_by_person")?,
        outcome: row.get("outcome")?,
        note: row.get("note")?,
    })
}

/// Names the posts that join the handler; those no longer named leave.
pub fn put_joining(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    posts: &[PostId],
    since: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM dossier_joining WHERE dossier = $1",
        &params![dossier],
    )?;
    for post in posts {
        tx.execute(
            "INSERT INTO dossier_joining (dossier, post, since) VALUES ($1, $2, $3)",
            &params![dossier, *post, since],
        )?;
    }
    Ok(())
}

/// The posts that join the handler.
pub fn joining(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<PostId>, StoreError> {
    tx.each(
        "SELECT post FROM dossier_joining WHERE dossier = $1 ORDER BY post",
        &params![dossier],
        |row| row.get("post"),
    )
}

/// A numbered form handed to the citizen.
#[derive(Debug, Clone, PartialEq)]
pub struct Slip {
    /// Identity.
    pub id: SlipId,
    /// The dossier.
    pub dossier: DossierId,
    /// The unit that issued it.
    pub unit: UnitId,
    /// `receipt`, `supplement`, `refusal`, `apology`, `stop`.
    pub form: String,
    /// Template with its version, kept so that the past prints as it was.
    pub template: String,
    /// Number within unit, form and year.
    pub number: i64,
    /// Year of the number.
    pub year: i64,
    /// Issued when.
    pub issued_at: Timestamp,
    /// Issued by this post.
    pub issued_by: Option<PostId>,
    /// Issued by this person.
    pub issued_by_person: Option<PersonId>,
    /// What the form says.
    pub body: serde_json::Value,
}

/// Keeps a numbered form.
pub fn insert_slip(tx: &mut Tx<'_>, slip: &Slip) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO dossier_slips (id, dossier, unit, form, template, number, year, issued_at, issued_by, issued_by_person, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            slip.id,
            slip.dossier,
            &slip.unit,
            &slip.form,
            &slip.template,
            slip.number,
            slip.year,
            slip.issued_at,
            slip.issued_by,
            slip.issued_by_person,
            &slip.body,
        ],
    )?;
    Ok(())
}

/// The forms of a dossier, oldest first.
pub fn slips(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Slip>, StoreError> {
    tx.each(
        "SELECT * FROM dossier_slips WHERE dossier = $1 ORDER BY issued_at, id",
        &params![dossier],
        read_slip,
    )
}

/// One form.
pub fn slip(tx: &mut Tx<'_>, id: SlipId) -> Result<Option<Slip>, StoreError> {
    tx.one("SELECT * FROM dossier_slips WHERE id = $1", &params![id])?
        .as_ref()
        .map(read_slip)
        .transpose()
}

fn read_slip(row: &Row) -> Result<Slip, StoreError> {
    Ok(Slip {
        id: row.get("id")?,
        dossier: row.get("dossier")?,
        unit: row.get("unit")?,
        form: row.get("form")?,
        template: row.get("template")?,
        number: row.get("number")?,
        year: row.get("year")?,
        issued_at: row.get("issued_at")?,
        issued_by: row.get("issued_by")?,
        issued_by_person: row.get("issued_by_person")?,
        body: row.get("body")?,
    })
}

/// A record of the work on a dossier.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Identity.
    pub id: StepId,
    /// `appraisal`, `consultation`, `obligation`, `note`, `correction`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// By which post.
    pub post: Option<PostId>,
    /// By which person.
    pub person: Option<PersonId>,
    /// What it says, by kind.
    pub body: serde_json::Value,
    /// By when an answer is expected.
    pub due_at: Option<Timestamp>,
    /// When the answer came.
    pub answered_at: Option<Timestamp>,
    /// The answer.
    pub answer: Option<serde_json::Value>,
}

/// Keeps a record.
pub fn insert_record(tx: &mut Tx<'_>, dossier: DossierId, record: &Record) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO dossier_records (id, dossier, kind, at, post, person, body, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![record.id, dossier, &record.kind, record.at, record.post, record.person, &record.body, record.due_at],
    )?;
    Ok(())
}

/// Keeps the answer to a record; false when there is no such open record.
pub fn answer_record(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    id: StepId,
    at: Timestamp,
    answer: &serde_json::Value,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE dossier_records SET answered_at = $1, answer = $2 WHERE dossier = $3 AND id = $4 AND answered_at IS NULL",
        &params![at, answer, dossier, id],
    )?;
    Ok(changed == 1)
}

/// The records of a dossier, oldest first.
pub fn records(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Record>, StoreError> {
    tx.each(
        "SELECT * FROM dossier_records WHERE dossier = $1 ORDER BY at, id",
        &params![dossier],
        |row| {
            Ok(Record {
                id: row.get("id")?,
                kind: row.get("kind")?,
                at: row.get("at")?,
                post: row.get("post")?,
                person: row.get("person")?,
                body: row.get("body")?,
                due_at: row.get("due_at")?,
                answered_at: row.get("answered_at")?,
                answer: row.get("answer")?,
            })
        },
    )
}

/// The result of a dossier: from the first draft to the hand-over.
#[derive(Debug, Clone, PartialEq)]
pub struct DossierResult {
    /// The dossier.
    pub dossier: DossierId,
    /// Competent unit.
    pub unit: UnitId,
    /// Kind of result, from the pack.
    pub kind: String,
    /// Template with its version.
    pub template: String,
    /// `granted` or `refused`.
    pub outcome: String,
    /// What the result says: the data of its template.
    pub body: serde_json::Value,
    /// Who drafted it.
    pub drafted_by: Option<PostId>,
    /// When it was last drafted.
    pub drafted_at: Timestamp,
    /// 1, 2, 3 … counted up at each change of the draft.
    pub revision: i64,
    /// Approved by this post.
    pub approved_by: Option<PostId>,
    /// Approved by this person.
    pub approved_by_person: Option<PersonId>,
    /// Approved when.
    pub approved_at: Option<Timestamp>,
    /// Book of its number.
    pub book: Option<String>,
    /// Its number within unit, book and year.
    pub number: Option<i64>,
    /// Year of the number.
    pub year: Option<i64>,
    /// Number and symbol as printed.
    pub symbol: Option<String>,
    /// Issued when.
    pub issued_at: Option<Timestamp>,
    /// Issued by this post.
    pub issued_by: Option<PostId>,
    /// Who collected it: name, identity number, authorisation, channel.
    pub collected_by: Option<serde_json::Value>,
    /// Collected when.
    pub collected_at: Option<Timestamp>,
    /// Handed over by this post.
    pub collected_from: Option<PostId>,
}

const RESULT_COLUMNS: [&str; 20] = [
    "unit",
    "kind",
    "template",
    "outcome",
    "body",
    "drafted_by",
    "drafted_at",
    "revision",
    "approved_by",
    "approved_by_person",
    "approved_at",
    "book",
    "number",
    "year",
    "symbol",
    "issued_at",
    "issued_by",
    "collected_by",
    "collected_at",
    "collected_from",
];

/// Writes the result, new or changed.
pub fn put_result(tx: &mut Tx<'_>, result: &DossierResult) -> Result<(), StoreError> {
    let marks: Vec<String> = (1..=RESULT_COLUMNS.len() + 1)
        .map(|place| format!("${place}"))
        .collect();
    let sets: Vec<String> = RESULT_COLUMNS
        .iter()
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let values: Vec<Value> = params![
        result.dossier,
        &result.unit,
        &result.kind,
        &result.template,
        &result.outcome,
        &result.body,
        result.drafted_by,
        result.drafted_at,
        result.revision,
        result.approved_by,
        result.approved_by_person,
        result.approved_at,
        result.book.clone(),
        result.number,
        result.year,
        result.symbol.clone(),
        result.issued_at,
        result.issued_by,
        result.collected_by.as_ref(),
        result.collected_at,
        result.collected_from,
    ]
    .to_vec();
    let sql = format!(
        "INSERT INTO dossier_results (dossier, {}) VALUES ({}) ON CONFLICT (dossier) DO UPDATE SET {}",
        RESULT_COLUMNS.join(", "),
        marks.join(", "),
        sets.join(", ")
    );
    tx.execute(&sql, &values)?;
    Ok(())
}

/// The result of a dossier, if one was drafted.
pub fn result(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Option<DossierResult>, StoreError> {
    let row = tx.one(
        "SELECT * FROM dossier_results WHERE dossier = $1",
        &params![dossier],
    )?;
    row.map(|row| {
        Ok(DossierResult {
            dossier: row.get("dossier")?,
            unit: row.get("unit")?,
            kind: row.get("kind")?,
            template: row.get("template")?,
            outcome: row.get("outcome")?,
            body: row.get("body")?,
            drafted_by: row.get("drafted_by")?,
            drafted_at: row.get("drafted_at")?,
            revision: row.get("revision")?,
            approved_by: row.get("approved_by")?,
            approved_by_person: row.get("approved_by_person")?,
            approved_at: row.get("approved_at")?,
            book: row.get("book")?,
            number: row.get("number")?,
            year: row.get("year")?,
            symbol: row.get("symbol")?,
            issued_at: row.get("issued_at")?,
            issued_by: row.get("issued_by")?,
            collected_by: row.get("collected_by")?,
            collected_at: row.get("collected_at")?,
            collected_from: row.get("collected_from")?,
        })
    })
    .transpose()
}

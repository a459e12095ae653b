//! The rows around a task: what was said on the way, products, requests for more time.

use jiff::Timestamp;
use serde::Serialize;
use townhall_domain::ids::{PaperId, PersonId, PostId, TaskId};
use townhall_domain::task::{Decision, ExtensionRequest, HandedProduct};

use crate::dossiers::word;
use crate::params;
use crate::value::Row;
use crate::{StoreError, Tx};

/// Who did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct By {
    /// When.
    pub at: Timestamp,
    /// As which post.
    pub post: Option<PostId>,
    /// Which person.
    pub person: Option<PersonId>,
}

/// Something that was said on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// 1, 2, 3 … within the task.
    pub number: i64,
    /// `issued`, `received`, `progress`, `contribution`, `paused`, `resumed`, `withdrawn`, `paper`.
    pub kind: String,
    /// Who and when.
    pub by: By,
    /// How far the work was.
    pub percent: Option<u8>,
    /// What was said.
    pub note: Option<String>,
}

/// Keeps something that was said; its number is the next one. The caller holds the task's row.
pub fn insert_entry(
    tx: &mut Tx<'_>,
    task: TaskId,
    kind: &str,
    by: By,
    percent: Option<u8>,
    note: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO task_entries (task, number, kind, at, post, person, percent, note)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM task_entries WHERE task = $1",
        &params![task, kind, by.at, by.post, by.person, percent, note],
    )?;
    Ok(())
}

/// What was said on the way, oldest first.
pub fn entries(tx: &mut Tx<'_>, task: TaskId) -> Result<Vec<Entry>, StoreError> {
    tx.each(
        "SELECT * FROM task_entries WHERE task = $1 ORDER BY number",
        &params![task],
        |row| {
            Ok(Entry {
                number: row.get("number")?,
                kind: row.get("kind")?,
                by: By {
                    at: row.get("at")?,
                    post: row.get("post")?,
                    person: row.get("person")?,
                },
                percent: row.get("percent")?,
                note: row.get("note")?,
            })
        },
    )
}

/// What the issuer said to a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Accepted, or sent back.
    pub accepted: bool,
    /// Who and when.
    pub by: By,
    /// Why it was sent back, or a word with the acceptance.
    pub reason: Option<String>,
}

/// A product that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Product {
    /// 1, 2, 3 … within the task.
    pub number: i64,
    /// What was handed in.
    pub product: HandedProduct,
    /// Who handed it in, and when.
    pub by: By,
    /// What the issuer said; none while it lies on the table.
    pub verdict: Option<Verdict>,
}

/// Keeps a product that was handed in.
pub fn insert_product(
    tx: &mut Tx<'_>,
    task: TaskId,
    number: i64,
    product: &HandedProduct,
    by: By,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO task_products (task, number, summary, document, papers, handed_in_at, handed_in_by, handed_in_person)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            task,
            number,
            product.summary(),
            product.document(),
            serde_json::to_string(product.papers())?,
            by.at,
            by.post,
            by.person,
        ],
    )?;
    Ok(())
}

/// Keeps what the issuer said to a product; false when somebody said it before.
pub fn decide_product(
    tx: &mut Tx<'_>,
    task: TaskId,
    number: i64,
    verdict: &Verdict,
) -> Result<bool, StoreError> {
    let word = if verdict.accepted { "accepted" } else { "sent_back" };
    let changed = tx.execute(
        "UPDATE task_products SET verdict = $1, decided_at = $2, decided_by = $3, decided_person = $4, reason = $5
         WHERE task = $6 AND number = $7 AND verdict IS NULL",
        &params![
            word,
            verdict.by.at,
            verdict.by.post,
            verdict.by.person,
            verdict.reason.as_deref(),
            task,
            number,
        ],
    )?;
    Ok(changed == 1)
}

/// The products of a task, oldest first.
pub fn products(tx: &mut Tx<'_>, task: TaskId) -> Result<Vec<Product>, StoreError> {
    tx.each(
        "SELECT * FROM task_products WHERE task = $1 ORDER BY number",
        &params![task],
        read_product,
    )
}

fn read_product(row: &Row) -> Result<Product, StoreError> {
    let (summary, document): (String, Option<String>) = (row.get("summary")?, row.get("document")?);
    let papers: Vec<PaperId> = serde_json::from_str(&row.get::<String>("papers")?)?;
    let product = HandedProduct::parse(&summary, document.as_deref().unwrap_or_default(), &papers);
    let decided: Option<String> = row.get("verdict")?;
    let verdict = match decided {
        None => None,
        Some(word) => Some(Verdict {
            accepted: word == "accepted",
            by: By {
                at: row.get("decided_at")?,
                post: row.get("decided_by")?,
                person: row.get("decided_person")?,
            },
            reason: row.get("reason")?,
        }),
    };
    Ok(Product {
        number: row.get("number")?,
        product: product.map_err(|_| StoreError::Unknown {
            what: "product of a task",
            value: summary,
        })?,
        by: By {
            at: row.get("handed_in_at")?,
            post: row.get("handed_in_by")?,
            person: row.get("handed_in_person")?,
        },
        verdict,
    })
}

/// What the issuer decided on a request for more time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Granted, refused, or lapsed.
    pub decision: Decision,
    /// The deadline that was granted.
    pub granted: Option<Timestamp>,
    /// Who and when; for a lapsed request who made it lapse.
    pub by: By,
    /// What was said to it.
    pub note: Option<String>,
}

/// A request for more time, decided or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extension {
    /// The request.
    pub request: ExtensionRequest,
    /// The person who asked.
    pub person: Option<PersonId>,
    /// What was decided.
    pub answer: Option<Answer>,
}

/// Keeps a request for more time.
pub fn insert_request(
    tx: &mut Tx<'_>,
    task: TaskId,
    request: &ExtensionRequest,
    person: Option<PersonId>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO task_extensions (task, number, requested_at, requested_by, requested_person, reason, before_at, wanted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            task,
            request.number,
            request.requested_at,
            request.requested_by,
            person,
            &request.reason,
            request.before,
            request.wanted,
        ],
    )?;
    Ok(())
}

/// Keeps what was decided on a request; false when it was decided before.
pub fn decide_request(
    tx: &mut Tx<'_>,
    task: TaskId,
    number: i64,
    answer: &Answer,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE task_extensions SET decision = $1, granted_at = $2, decided_at = $3, decided_by = $4, decided_person = $5, answer = $6
         WHERE task = $7 AND number = $8 AND decision IS NULL",
        &params![
            answer.decision.as_str(),
            answer.granted,
            answer.by.at,
            answer.by.post,
            answer.by.person,
            answer.note.as_deref(),
            task,
            number,
        ],
    )?;
    Ok(changed == 1)
}

/// The requests for more time of a task, oldest first.
pub fn extensions(tx: &mut Tx<'_>, task: TaskId) -> Result<Vec<Extension>, StoreError> {
    tx.each(
        "SELECT * FROM task_extensions WHERE task = $1 ORDER BY number",
        &params![task],
        read_extension,
    )
}

/// The request that waits for a decision.
pub(super) fn waiting_request(tx: &mut Tx<'_>, task: TaskId) -> Result<Option<ExtensionRequest>, StoreError> {
    let row = tx.one(
        "SELECT * FROM task_extensions WHERE task = $1 AND decision IS NULL ORDER BY number DESC LIMIT 1",
        &params![task],
    )?;
    row.as_ref()
        .map(|row| read_extension(row).map(|found| found.request))
        .transpose()
}

fn read_extension(row: &Row) -> Result<Extension, StoreError> {
    let decided: Option<String> = row.get("decision")?;
    let answer = match decided {
        None => None,
        Some(_) => Some(Answer {
            decision: word(row, "decision", Decision::parse)?,
            granted: row.get("granted_at")?,
            by: By {
                at: row.get("decided_at")?,
                post: row.get("decided_by")?,
                person: row.get("decided_person")?,
            },
            note: row.get("answer")?,
        }),
    };
    Ok(Extension {
        request: ExtensionRequest {
            number: row.get("number")?,
            requested_at: row.get("requested_at")?,
            requested_by: row.get("requested_by")?,
            reason: row.get("reason")?,
            before: row.get("before_at")?,
            wanted: row.get("wanted_at")?,
        },
        person: row.get("requested_person")?,
        answer,
    })
}

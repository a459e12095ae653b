//! What `verify` reads: everything as it lies there, also when it is damaged.

mod database;
mod search;

pub use database::{damage, schema_amiss};
pub use search::{DossierWords, TaskWords, dossier_words, stray_words, task_words};

use std::collections::{BTreeMap, BTreeSet};

use townhall_journal::{Fact, Leaf, Salt};

use crate::evidence::{Kind, Subject, Table};
use crate::params;
use crate::value::Row;
use crate::{StoreError, Tx};

/// Place of a fact in the order of trails; what a page of facts is continued with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TrailKey {
    /// Kind of the subject.
    pub kind: String,
    /// Id of the subject.
    pub subject: String,
    /// Version of the fact.
    pub version: i64,
}

/// A fact as it lies there: texts are not read as ids, so that another spelling is another fact.
#[derive(Debug)]
pub struct FactRow {
    /// Its place.
    pub key: TrailKey,
    /// Everything but its body, which is `null` here.
    pub rest: Fact,
    /// The body as it is stored; `None` once it has been erased.
    pub body: Option<String>,
    /// The secret of its salts; `None` once it has been erased.
    pub salt: Option<Salt>,
    /// Id of the fact that tells of its erasure.
    pub erased_by: Option<String>,
    /// Its entry in a log.
    pub logged: Option<Vec<u8>>,
    /// Its leaf in the queue.
    pub waiting: Option<Vec<u8>>,
}

/// Facts in the order of trails, after a place.
pub fn facts(tx: &mut Tx<'_>, after: &TrailKey, limit: u32) -> Result<Vec<FactRow>, StoreError> {
    tx.each(
        "SELECT f.*, l.leaf AS logged, q.leaf AS waiting FROM facts f
         LEFT JOIN log_leaves l ON l.fact_id = f.id
         LEFT JOIN fact_queue q ON q.fact_id = f.id
         WHERE (f.subject_kind, f.subject_id, f.version) > ($1, $2, $3)
         ORDER BY f.subject_kind, f.subject_id, f.version LIMIT $4",
        &params![&after.kind, &after.subject, after.version, limit],
        fact_row,
    )
}

fn fact_row(row: &Row) -> Result<FactRow, StoreError> {
    let key = TrailKey {
        kind: row.get("subject_kind")?,
        subject: row.get("subject_id")?,
        version: row.get("version")?,
    };
    // A digest or salt of another length is none.
    let bytes = |column| {
        Ok::<_, StoreError>(
            row.get::<Option<Vec<u8>>>(column)?
                .and_then(|b| b.try_into().ok()),
        )
    };
    let rest = Fact {
        id: row.get("id")?,
        at: row.get("at")?,
        unit: row.get("unit")?,
        space: row.get("space")?,
        account: row.get("account")?,
        post: row.get("post")?,
        subject_kind: key.kind.clone(),
        subject_id: key.subject.clone(),
        version: key.version,
        kind: row.get("kind")?,
        body: serde_json::Value::Null,
        state_digest: bytes("state_digest")?.unwrap_or_default(),
    };
    Ok(FactRow {
        key,
        rest,
        body: row.get("body")?,
        salt: bytes("salt")?,
        erased_by: row.get("erased_by")?,
        logged: row.get("logged")?,
        waiting: row.get("waiting")?,
    })
}

/// An entry of a log as it lies there.
#[derive(Debug)]
pub struct EntryRow {
    /// Its index; negative when damaged.
    pub index: i64,
    /// The leaf, if it is one.
    pub leaf: Option<Leaf>,
}

/// Entries of an epoch after an index, in order.
pub fn entries(tx: &mut Tx<'_>, epoch: i64, after: i64, limit: u32) -> Result<Vec<EntryRow>, StoreError> {
    let rows = tx.rows(
        "SELECT leaf_index, leaf FROM log_leaves WHERE epoch = $1 AND leaf_index > $2
         ORDER BY leaf_index LIMIT $3",
        &params![epoch, after, limit],
    )?;
    let entry = |row: &Row| {
        let leaf = Leaf::from_bytes(&row.get::<Vec<u8>>("leaf")?);
        Ok(EntryRow {
            index: row.get("leaf_index")?,
            leaf,
        })
    };
    rows.iter().map(entry).collect()
}

/// Entries and waiting leaves whose fact is gone, as text for people.
pub fn leaves_without_fact(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let logged = tx.rows(
        "SELECT l.epoch, l.leaf_index, l.fact_id FROM log_leaves l LEFT JOIN facts f ON f.id = l.fact_id
         WHERE f.id IS NULL ORDER BY l.epoch, l.leaf_index",
        &[],
    )?;
    let waiting = tx.rows(
        "SELECT q.fact_id FROM fact_queue q LEFT JOIN facts f ON f.id = q.fact_id
         WHERE f.id IS NULL ORDER BY q.fact_id",
        &[],
    )?;
    let mut found = Vec::new();
    for row in &logged {
        let (epoch, index) = (row.get::<i64>("epoch")?, row.get::<i64>("leaf_index")?);
        found.push(format!(
            "entry {index} of log {epoch} (fact {})",
            row.get::<String>("fact_id")?
        ));
    }
    for row in &waiting {
        found.push(format!("a waiting leaf (fact {})", row.get::<String>("fact_id")?));
    }
    Ok(found)
}

/// Rows of log tables that belong to no epoch, as text for people.
pub fn rows_without_epoch(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows(
        "SELECT 'log_leaves' AS place, epoch, COUNT(*) AS found FROM log_leaves
         WHERE epoch NOT IN (SELECT epoch FROM log_epochs) GROUP BY epoch
         UNION ALL
         SELECT 'log_tiles' AS place, epoch, COUNT(*) AS found FROM log_tiles
         WHERE epoch NOT IN (SELECT epoch FROM log_epochs) GROUP BY epoch
         UNION ALL
         SELECT 'log_checkpoints' AS place, epoch, COUNT(*) AS found FROM log_checkpoints
         WHERE epoch NOT IN (SELECT epoch FROM log_epochs) GROUP BY epoch",
        &[],
    )?;
    let told = |row: &Row| {
        let (place, epoch) = (row.get::<String>("place")?, row.get::<i64>("epoch")?);
        Ok(format!(
            "{} rows of {place} name epoch {epoch}, which never began",
            row.get::<i64>("found")?
        ))
    };
    rows.iter().map(told).collect()
}

/// Number of tiles of an epoch.
pub fn count_tiles(tx: &mut Tx<'_>, epoch: i64) -> Result<u64, StoreError> {
    let row = tx.one(
        "SELECT COUNT(*) AS tiles FROM log_tiles WHERE epoch = $1",
        &params![epoch],
    )?;
    row.map_or(Ok(0), |row| row.get("tiles"))
}

/// Subjects that have rows in an evidence table but not one fact; `None` is a row that names no subject.
pub fn subjects_without_fact(
    tx: &mut Tx<'_>,
    table: &Table,
    subject: &Subject,
) -> Result<Vec<Option<String>>, StoreError> {
    let kind = match &subject.kind {
        Kind::Fixed(kind) => format!("'{kind}'"),
        Kind::Column(column) => format!("t.{column}"),
    };
    let (table, id) = (&table.name, &subject.column);
    tx.each(
        &format!(
            "SELECT DISTINCT t.{id} AS subject FROM {table} t WHERE NOT EXISTS
             (SELECT 1 FROM facts f WHERE f.subject_kind = {kind} AND f.subject_id = t.{id})
             ORDER BY subject"
        ),
        &[],
        |row| row.get("subject"),
    )
}

/// Hashes of files that a column names, after one, in order.
pub fn files_named(
    tx: &mut Tx<'_>,
    table: &str,
    column: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    tx.each(
        &format!("SELECT DISTINCT {column} AS file FROM {table} WHERE {column} > $1 ORDER BY file LIMIT $2"),
        &params![after, limit],
        |row| row.get("file"),
    )
}

/// Numbers of one kind in one unit, as the rows have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// How many rows have one.
    pub count: i64,
    /// The highest.
    pub highest: i64,
}

/// Unit and name of a counter.
pub type CounterKey = (String, String);

/// What the counters say, without those of register books, which are counted for themselves.
pub fn counters(tx: &mut Tx<'_>) -> Result<BTreeMap<CounterKey, i64>, StoreError> {
    let found = tx.each(
        "SELECT unit, name, last FROM counters WHERE NOT (name >= 'book:' AND name < 'book;')",
        &[],
        |row| Ok(((row.get("unit")?, row.get("name")?), row.get("last")?)),
    )?;
    Ok(found.into_iter().collect())
}

/// What the rows say about the same numbers.
///
/// A dossier may keep a code that a portal gave: its number counts only where our counter has been.
pub fn numbered(
    tx: &mut Tx<'_>,
    counters: &BTreeMap<CounterKey, i64>,
) -> Result<BTreeMap<CounterKey, Numbers>, StoreError> {
    let mut found = BTreeMap::new();
    let grouped = tx.rows(
        "SELECT unit, 'slip:' || form || ':' || year AS name, COUNT(*) AS numbers, MAX(number) AS highest
           FROM dossier_slips GROUP BY unit, form, year
         UNION ALL
         SELECT unit, 'fee-receipt:' || year, COUNT(*), MAX(number) FROM payments GROUP BY unit, year
         UNION ALL
         SELECT unit, 'fee-closing:' || year, COUNT(*), MAX(number) FROM fee_closings GROUP BY unit, year
         UNION ALL
         SELECT unit, 'results:' || year, COUNT(*), MAX(number) FROM dossier_results
          WHERE book = 'results' GROUP BY unit, year",
        &[],
    )?;
    for row in &grouped {
        let numbers = Numbers {
            count: row.get("numbers")?,
            highest: row.get("highest")?,
        };
        found.insert((row.get("unit")?, row.get("name")?), numbers);
    }
    // A dossier's and a task's number are the end of the code: H36.82-250702-0013, NV-24682-2025-0012.
    let mut ends: BTreeMap<CounterKey, BTreeSet<i64>> = BTreeMap::new();
    for row in tx.rows("SELECT receiving_unit, code FROM dossiers", &[])? {
        let code: String = row.get("code")?;
        if let Some((day, number)) = end_of(&code)
            && day.len() == 6
        {
            let name = format!("dossier:20{}-{}-{}", &day[..2], &day[2..4], &day[4..]);
            let key = (row.get("receiving_unit")?, name);
            if counters.get(&key).is_some_and(|last| number <= *last) {
                ends.entry(key).or_default().insert(number);
            }
        }
    }
    for row in tx.rows("SELECT issuing_unit, space, code FROM tasks", &[])? {
        let code: String = row.get("code")?;
        if let Some((year, number)) = end_of(&code) {
            let name = format!("task:{}:{year}", row.get::<String>("space")?);
            ends.entry((row.get("issuing_unit")?, name))
                .or_default()
                .insert(number);
        }
    }
    found.extend(ends.into_iter().map(|(key, numbers)| {
        let numbers = Numbers {
            count: i64::try_from(numbers.len()).unwrap_or(i64::MAX),
            highest: numbers.last().copied().unwrap_or(0),
        };
        (key, numbers)
    }));
    Ok(found)
}

/// The last two parts of a code: the day or year, and the number.
fn end_of(code: &str) -> Option<(&str, i64)> {
    let (rest, number) = code.rsplit_once('-')?;
    let (_, day) = rest.rsplit_once('-')?;
    let is_plain = day.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then_some(())?;
    Some((day, number.parse().ok()?))
}

/// Receipts and refunds (payment, kind) that are open and should not be, or should be and are not.
pub fn open_fees_amiss(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let taken = "EXISTS (SELECT 1 FROM fee_closing_lines l WHERE l.payment = p.id AND l.kind <> 'refunded')";
    let refunded =
        "EXISTS (SELECT 1 FROM fee_closing_lines l WHERE l.payment = p.id AND l.kind = 'refunded')";
    let open = |kind: &str| {
        format!(
            "EXISTS (SELECT 1 FROM fee_open o WHERE o.unit = p.unit AND o.payment = p.id AND o.kind = '{kind}')"
        )
    };
    let (open_taken, open_refunded) = (open("taken"), open("refunded"));
    let sql = format!(
        "SELECT p.id AS payment, 'taken' AS kind FROM payments p
          WHERE (NOT {taken} AND NOT {open_taken}) OR ({taken} AND {open_taken})
         UNION ALL
         SELECT p.id, 'refunded' FROM payments p
          WHERE (p.state = 'refunded' AND NOT {refunded} AND NOT {open_refunded})
             OR ((p.state <> 'refunded' OR {refunded}) AND {open_refunded})
         UNION ALL
         SELECT o.payment, o.kind FROM fee_open o
          WHERE NOT EXISTS (SELECT 1 FROM payments p WHERE p.id = o.payment AND p.unit = o.unit)"
    );
    tx.each(&sql, &[], |row| Ok((row.get("payment")?, row.get("kind")?)))
}

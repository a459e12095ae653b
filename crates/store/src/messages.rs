//! Messages to citizens: the row that says what was told, and beside it how the sending goes.

use std::fmt::Write as _;

use jiff::Timestamp;
use townhall_domain::ids::{DossierId, JobId, MessageId, UnitId};
use townhall_domain::message::{MessageKind, MessageState, Tongue, Way};
use townhall_domain::space::Space;

use crate::dossiers::word;
use crate::value::{Row, Value};
use crate::{StoreError, Tx, params};

/// A message as it is told and kept; address and text are not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Identity.
    pub id: MessageId,
    /// The dossier that it is about.
    pub dossier: DossierId,
    /// The dossier's code.
    pub code: String,
    /// The competent unit.
    pub unit: UnitId,
    /// The dossier's space.
    pub space: Space,
    /// What it tells.
    pub kind: MessageKind,
    /// How it goes.
    pub way: Way,
    /// In which language.
    pub lang: Tongue,
    /// When the dossier was due at that step.
    pub due_at: Option<Timestamp>,
    /// When the step was done, by the business clock.
    pub queued_at: Timestamp,
    /// How far it has come.
    pub state: MessageState,
    /// When it was sent, given up or stopped.
    pub ended_at: Option<Timestamp>,
}

/// How the sending of a message goes; instants are those of the machine's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tries {
    /// The job that sends it.
    pub job: JobId,
    /// How often sending was begun.
    pub tries: i64,
    /// When it was last begun.
    pub tried_at: Option<Timestamp>,
    /// Set from the beginning of a try to its end: a process that dies between leaves it.
    pub begun_at: Option<Timestamp>,
    /// How many tries ended unseen.
    pub unclear: i64,
    /// What went wrong last; without personal data.
    pub last_error: Option<String>,
}

/// A message as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The message.
    pub message: Message,
    /// How its sending goes.
    pub tries: Tries,
    /// When it is tried next, while it waits.
    pub next_at: Option<Timestamp>,
}

const COLUMNS: &str = "m.id AS id, m.dossier AS dossier, m.code AS code, m.unit AS unit, m.space AS space, m.kind AS kind, \
    m.way AS way, m.lang AS lang, m.due_at AS due_at, m.queued_at AS queued_at, m.state AS state, m.ended_at AS ended_at";
const TRIES: &str = "t.job AS job, t.tries AS tries, t.tried_at AS tried_at, t.begun_at AS begun_at, \
    t.unclear AS unclear, t.last_error AS last_error";

/// Writes a new message; its sending has not begun.
pub fn insert(tx: &mut Tx<'_>, message: &Message, job: JobId) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO messages (id, dossier, code, unit, space, kind, way, lang, due_at, queued_at, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            message.id,
            message.dossier,
            &message.code,
            &message.unit,
            message.space,
            message.kind.as_str(),
            message.way.as_str(),
            message.lang.as_str(),
            message.due_at,
            message.queued_at,
            message.state.as_str(),
        ],
    )?;
    tx.execute(
        "INSERT INTO message_tries (message, way, job, tries, unclear) VALUES ($1, $2, $3, 0, 0)",
        &params![message.id, message.way.as_str(), job],
    )?;
    Ok(())
}

/// Sets how far a message has come.
pub fn set_state(
    tx: &mut Tx<'_>,
    id: MessageId,
    state: MessageState,
    ended_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE messages SET state = $1, ended_at = $2 WHERE id = $3",
        &params![state.as_str(), ended_at, id],
    )?;
    Ok(())
}

/// A message with its tries.
pub fn load(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<Listed>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, {TRIES}, j.run_at AS next_at FROM messages m JOIN message_tries t ON t.message = m.id
         LEFT JOIN jobs j ON j.id = t.job AND j.state = 'waiting' WHERE m.id = $1"
    );
    tx.one(&sql, &params![id])?.as_ref().map(listed).transpose()
}

/// The messages of a dossier, oldest first.
pub fn of_dossier(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Message>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM messages m WHERE m.dossier = $1 ORDER BY m.queued_at, m.id");
    tx.each(&sql, &params![dossier], message)
}

/// Begins a try: counted, and marked until [`end_try`] says how it ended.
pub fn begin_try(tx: &mut Tx<'_>, id: MessageId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE message_tries SET tries = tries + 1, tried_at = $1, begun_at = $1,
                unclear = unclear + CASE WHEN begun_at IS NULL THEN 0 ELSE 1 END
          WHERE message = $2",
        &params![now, id],
    )?;
    Ok(())
}

/// A try has ended, well or with a reason.
pub fn end_try(tx: &mut Tx<'_>, id: MessageId, why: Option<&str>) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE message_tries SET begun_at = NULL, last_error = $1 WHERE message = $2",
        &params![why, id],
    )?;
    Ok(())
}

/// Begins anew, under another job: as if it had never been tried.
pub fn begin_anew(tx: &mut Tx<'_>, id: MessageId, job: JobId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE message_tries SET job = $1, begun_at = NULL, unclear = 0 WHERE message = $2",
        &params![job, id],
    )?;
    Ok(())
}

/// How many messages were tried on this way since an instant of the machine's clock.
pub fn tried_since(tx: &mut Tx<'_>, way: Way, since: Timestamp) -> Result<u32, StoreError> {
    let row = tx.one(
        "SELECT COUNT(*) AS tried FROM message_tries WHERE way = $1 AND tried_at > $2",
        &params![way.as_str(), since],
    )?;
    row.map_or(Ok(0), |row| row.get("tried"))
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Units whose messages may be seen.
    pub units: Vec<UnitId>,
    /// Only those that have come so far.
    pub state: Option<MessageState>,
    /// Only those on this way.
    pub way: Option<Way>,
    /// Only those that tell this.
    pub kind: Option<MessageKind>,
    /// Only those of this dossier code.
    pub code: Option<String>,
    /// Only those after this one, as the page before ended.
    pub after: Option<(Timestamp, MessageId)>,
}

/// Messages that the filter lets through, newest first.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, space: Space, limit: usize) -> Result<Vec<Listed>, StoreError> {
    if filter.units.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = params![space].to_vec();
    let mut place = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let units: Vec<String> = filter.units.iter().map(|unit| place(unit.into())).collect();
    let mut sql = format!(
        "SELECT {COLUMNS}, {TRIES}, j.run_at AS next_at FROM messages m JOIN message_tries t ON t.message = m.id
         LEFT JOIN jobs j ON j.id = t.job AND j.state = 'waiting' WHERE m.space = $1 AND m.unit IN ({})",
        units.join(", ")
    );
    let words = [
        ("m.state", filter.state.map(MessageState::as_str)),
        ("m.way", filter.way.map(Way::as_str)),
        ("m.kind", filter.kind.map(MessageKind::as_str)),
        ("m.code", filter.code.as_deref()),
    ];
    for (column, word) in words {
        if let Some(word) = word {
            let _ = write!(sql, " AND {column} = {}", place(word.into()));
        }
    }
    if let Some((at, id)) = filter.after {
        let (at, id) = (place(at.into()), place(id.into()));
        let _ = write!(
            sql,
            " AND (m.queued_at < {at} OR (m.queued_at = {at} AND m.id < {id}))"
        );
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let _ = write!(
        sql,
        " ORDER BY m.queued_at DESC, m.id DESC LIMIT {}",
        place(limit.into())
    );
    tx.each(&sql, &values, listed)
}

/// How many messages wait and how many failed, of all units.
pub fn counts(tx: &mut Tx<'_>) -> Result<Vec<(Way, MessageState, u64)>, StoreError> {
    tx.each(
        "SELECT way, state, COUNT(*) AS messages FROM messages WHERE state IN ('waiting', 'failed') GROUP BY way, state",
        &[], |row| {
        Ok((
            word(row, "way", Way::parse)?,
            word(row, "state", MessageState::parse)?,
            row.get("messages")?,
        ))
    })
}

fn message(row: &Row) -> Result<Message, StoreError> {
    Ok(Message {
        id: row.get("id")?,
        dossier: row.get("dossier")?,
        code: row.get("code")?,
        unit: row.get("unit")?,
        space: row.get("space")?,
        kind: word(row, "kind", MessageKind::parse)?,
        way: word(row, "way", Way::parse)?,
        lang: word(row, "lang", Tongue::parse)?,
        due_at: row.get("due_at")?,
        queued_at: row.get("queued_at")?,
        state: word(row, "state", MessageState::parse)?,
        ended_at: row.get("ended_at")?,
    })
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        message: message(row)?,
        tries: Tries {
            job: row.get("job")?,
            tries: row.get("tries")?,
            tried_at: row.get("tried_at")?,
            begun_at: row.get("begun_at")?,
            unclear: row.get("unclear")?,
            last_error: row.get("last_error")?,
        },
        next_at: row.get("next_at")?,
    })
}

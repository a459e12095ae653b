//! The states that the portal is to be told: numbered within a dossier, told one after the other.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use townhall_domain::dossier::SyncState;
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::portal::{TellState, may_follow};

use super::among;
use crate::dossiers::word;
use crate::value::{Row, Value};
use crate::{StoreError, Tx, params};

/// A state on its way to the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRow {
    /// The dossier.
    pub dossier: DossierId,
    /// Its code at the portal.
    pub code: String,
    /// Number within the dossier, from 1.
    pub number: i64,
    /// The competent unit.
    pub unit: UnitId,
    /// National state code.
    pub state: i64,
    /// Since when the dossier is in it.
    pub at: Timestamp,
    /// When the dossier was due then.
    pub due_at: Option<Timestamp>,
    /// How far it has come.
    pub status: TellState,
    /// How often it was told.
    pub tries: i64,
    /// Why it was not taken.
    pub last_error: Option<String>,
    /// When something last changed.
    pub changed_at: Timestamp,
}

/// What [`add_state`] needs to know of a dossier.
#[derive(Debug)]
pub struct NewState<'a> {
    /// The dossier.
    pub dossier: DossierId,
    /// Its code.
    pub code: &'a str,
    /// The competent unit.
    pub unit: &'a UnitId,
    /// National state code.
    pub state: i64,
    /// Since when.
    pub at: Timestamp,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// The machine's time.
    pub now: Timestamp,
}

/// Queues a state that may follow the last one queued; the first of all is 1, which the portal itself has set. False,
/// and nothing queued, for any other. The caller holds the dossier's row.
pub fn add_state(tx: &mut Tx<'_>, new: &NewState<'_>) -> Result<bool, StoreError> {
    let last = tx.one(
        "SELECT number, state FROM portal_states WHERE dossier = $1 ORDER BY number DESC LIMIT 1",
        &params![new.dossier],
    )?;
    let (number, state): (i64, i64) = match &last {
        Some(row) => (row.get("number")?, row.get("state")?),
        None => (0, 1),
    };
    if !may_follow(state, new.state) {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO portal_states (dossier, number, code, unit, state, at, due_at, status, tries, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)",
        &params![
            new.dossier,
            number + 1,
            new.code,
            new.unit,
            new.state,
            new.at,
            new.due_at,
            TellState::Waiting.as_str(),
            new.now,
        ],
    )?;
    Ok(true)
}

/// Dossiers with a waiting state and none that was refused before it, after `after` in the order of their ids.
pub fn dossiers_to_tell(
    tx: &mut Tx<'_>,
    after: Option<DossierId>,
    limit: u32,
) -> Result<Vec<DossierId>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    tx.each(
        "SELECT DISTINCT s.dossier AS dossier FROM portal_states s WHERE s.status = 'waiting' AND s.dossier > $1
            AND NOT EXISTS (SELECT 1 FROM portal_states r
                             WHERE r.dossier = s.dossier AND r.status = 'refused' AND r.number < s.number)
         ORDER BY s.dossier LIMIT $2",
        &params![after.as_str(), limit], |row| row.get("dossier"))
}

/// All states of a dossier in their order.
pub fn of_dossier(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<StateRow>, StoreError> {
    tx.each(
        "SELECT * FROM portal_states WHERE dossier = $1 ORDER BY number",
        &params![dossier],
        state_row,
    )
}

/// Notes how telling a state went.
pub fn set_status(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    number: i64,
    status: TellState,
    why: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE portal_states SET status = $1, last_error = $2, changed_at = $3, tries = tries + 1
          WHERE dossier = $4 AND number = $5",
        &params![status.as_str(), why, now, dossier, number],
    )?;
    Ok(())
}

/// The portal knows no state of the dossier after `number`: those that it had confirmed wait again. How many.
pub fn sent_back(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    number: i64,
    now: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE portal_states SET status = 'waiting', changed_at = $1
          WHERE dossier = $2 AND number > $3 AND status = 'confirmed'",
        &params![now, dossier, number],
    )
}

/// What was refused waits again. How many.
pub fn try_again(tx: &mut Tx<'_>, dossier: DossierId, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE portal_states SET status = 'waiting', changed_at = $1 WHERE dossier = $2 AND status = 'refused'",
        &params![now, dossier],
    )
}

/// The refused state is not told; those after it go on. How many.
pub fn leave_out(tx: &mut Tx<'_>, dossier: DossierId, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE portal_states SET status = 'left_out', changed_at = $1 WHERE dossier = $2 AND status = 'refused'",
        &params![now, dossier],
    )
}

/// The first state of each dossier that the portal has not confirmed, oldest first, after a key.
pub fn troubled(
    tx: &mut Tx<'_>,
    units: Option<&[UnitId]>,
    after: Option<(Timestamp, DossierId)>,
    limit: u32,
) -> Result<Vec<StateRow>, StoreError> {
    let mut values = Vec::new();
    let Some(narrowed) = among("s.unit", units, &mut values) else {
        return Ok(Vec::new());
    };
    let mut sql = format!(
        "SELECT s.* FROM portal_states s WHERE s.status IN ('waiting', 'refused'){narrowed}
            AND s.number = (SELECT MIN(f.number) FROM portal_states f
                             WHERE f.dossier = s.dossier AND f.status IN ('waiting', 'refused'))"
    );
    if let Some((at, id)) = after {
        let place = values.len();
        values.extend([Value::from(at), Value::from(id)]);
        let _ = write!(
            sql,
            " AND (s.at > ${0} OR (s.at = ${0} AND s.dossier > ${1}))",
            place + 1,
            place + 2
        );
    }
    values.push(limit.into());
    let _ = write!(sql, " ORDER BY s.at, s.dossier LIMIT ${}", values.len());
    tx.each(&sql, &values, state_row)
}

/// How many states wait and how many were refused, of all units.
pub fn waiting_count(tx: &mut Tx<'_>) -> Result<(u64, u64), StoreError> {
    let mut counts = (0, 0);
    for row in tx.rows(
        "SELECT status, COUNT(*) AS states FROM portal_states WHERE status IN ('waiting', 'refused') GROUP BY status",
        &[],
    )? {
        match row.get::<String>("status")?.as_str() {
            "waiting" => counts.0 = row.get("states")?,
            _ => counts.1 = row.get("states")?,
        }
    }
    Ok(counts)
}

/// Where each of these dossiers stands with the portal; those that are not in the answer are not the portal's.
pub fn sync_of(
    tx: &mut Tx<'_>,
    dossiers: &[DossierId],
) -> Result<BTreeMap<DossierId, SyncState>, StoreError> {
    if dossiers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let values: Vec<Value> = dossiers.iter().map(|id| Value::from(*id)).collect();
    let places: Vec<String> = (1..=values.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT p.dossier AS dossier,
                (SELECT COUNT(*) FROM portal_states s WHERE s.dossier = p.dossier AND s.status = 'waiting') AS waiting,
                (SELECT COUNT(*) FROM portal_states s WHERE s.dossier = p.dossier AND s.status = 'refused') AS refused
           FROM portal_dossiers p WHERE p.dossier IN ({})",
        places.join(", ")
    );
    let found = tx.each(&sql, &values, |row| {
        let (waiting, refused): (i64, i64) = (row.get("waiting")?, row.get("refused")?);
        let sync = match (refused, waiting) {
            (0, 0) => SyncState::Synced,
            (0, _) => SyncState::Pending,
            _ => SyncState::Failed,
        };
        Ok((row.get("dossier")?, sync))
    })?;
    Ok(found.into_iter().collect())
}

fn state_row(row: &Row) -> Result<StateRow, StoreError> {
    Ok(StateRow {
        dossier: row.get("dossier")?,
        code: row.get("code")?,
        number: row.get("number")?,
        unit: row.get("unit")?,
        state: row.get("state")?,
        at: row.get("at")?,
        due_at: row.get("due_at")?,
        status: word(row, "status", TellState::parse)?,
        tries: row.get("tries")?,
        last_error: row.get("last_error")?,
        changed_at: row.get("changed_at")?,
    })
}

//! What this node and the national portal know of each other: dossiers handed out, states to be told, differences.
//!
//! All instants but `at` and `due_at` of a state are those of the machine's clock.

mod compare;
mod tell;

pub use compare::{Compared, Known, clear_differences, difference, differences, insert_difference, known};
pub use tell::{
    NewState, StateRow, add_state, dossiers_to_tell, leave_out, of_dossier, sent_back, set_status, sync_of,
    troubled, try_again, waiting_count,
};

use jiff::Timestamp;
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::portal::TakeState;

use crate::dossiers::word;
use crate::value::{Row, Value};
use crate::{StoreError, Tx, params};

/// The machine's time of the last answer of the portal, in UTC milliseconds.
pub const CONTACT_MS: &str = "portal-contact-ms";
/// Why the last contact failed; absent when it did not.
pub const ERROR: &str = "portal-error";
/// The machine's time of the last comparison, in UTC milliseconds.
pub const COMPARED_MS: &str = "portal-compared-ms";

/// A dossier that the portal handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Its code.
    pub code: String,
    /// The unit, when it is one of ours.
    pub unit: Option<UnitId>,
    /// What the portal said of the unit.
    pub unit_said: String,
    /// What the portal said of the procedure.
    pub procedure_said: String,
    /// How far it has come.
    pub state: TakeState,
    /// Why it is parked: the key of a sentence.
    pub reason: Option<String>,
    /// What exactly: names of fields, a code; no personal data.
    pub detail: Option<String>,
    /// As the portal handed it out, while it is parked.
    pub body: Option<String>,
    /// SHA-256 of that, to tell a corrected one from the same again.
    pub body_hash: String,
    /// A person asked to try again.
    pub again: bool,
    /// The dossier that it became.
    pub dossier: Option<DossierId>,
    /// When it was first handed out.
    pub first_at: Timestamp,
    /// When something last changed.
    pub changed_at: Timestamp,
}

/// Writes what is known of a handed-out dossier.
pub fn put(tx: &mut Tx<'_>, handed: &Handed) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO portal_dossiers (code, unit, unit_said, procedure_said, state, reason, detail, body, body_hash,
                                      again, dossier, first_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (code) DO UPDATE SET unit = excluded.unit, unit_said = excluded.unit_said,
            procedure_said = excluded.procedure_said, state = excluded.state, reason = excluded.reason,
            detail = excluded.detail, body = excluded.body, body_hash = excluded.body_hash, again = excluded.again,
            dossier = excluded.dossier, changed_at = excluded.changed_at",
        &params![
            &handed.code,
            handed.unit.as_ref(),
            &handed.unit_said,
            &handed.procedure_said,
            handed.state.as_str(),
            handed.reason.as_deref(),
            handed.detail.as_deref(),
            handed.body.as_deref(),
            &handed.body_hash,
            handed.again,
            handed.dossier,
            handed.first_at,
            handed.changed_at,
        ],
    )?;
    Ok(())
}

/// What is known of a handed-out dossier.
pub fn load(tx: &mut Tx<'_>, code: &str) -> Result<Option<Handed>, StoreError> {
    tx.one("SELECT * FROM portal_dossiers WHERE code = $1", &params![code])?
        .as_ref()
        .map(handed)
        .transpose()
}

/// Whether a dossier came through the adapter.
pub fn has(tx: &mut Tx<'_>, dossier: DossierId) -> Result<bool, StoreError> {
    let row = tx.one(
        "SELECT code FROM portal_dossiers WHERE dossier = $1",
        &params![dossier],
    )?;
    Ok(row.is_some())
}

/// Those in a state, oldest change first; of these units, or all with `None`. A parked one whose unit is unknown is
/// seen by whoever sees all.
pub fn in_state(
    tx: &mut Tx<'_>,
    state: TakeState,
    units: Option<&[UnitId]>,
    limit: u32,
) -> Result<Vec<Handed>, StoreError> {
    let mut values = params![state.as_str()].to_vec();
    let Some(narrowed) = among("unit", units, &mut values) else {
        return Ok(Vec::new());
    };
    values.push(limit.into());
    let sql = format!(
        "SELECT * FROM portal_dossiers WHERE state = $1{narrowed} ORDER BY changed_at, code LIMIT ${}",
        values.len()
    );
    tx.each(&sql, &values, handed)
}

/// Codes of parked ones that a person asked to be tried again.
pub fn asked_again(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<String>, StoreError> {
    tx.each(
        "SELECT code FROM portal_dossiers WHERE state = 'parked' AND again = 1 ORDER BY changed_at, code LIMIT $1",
        &params![limit], |row| row.get("code"))
}

/// A condition on a column of units; nothing at all may be seen when it is `None`.
fn among(column: &str, units: Option<&[UnitId]>, values: &mut Vec<Value>) -> Option<String> {
    match units {
        None => Some(String::new()),
        Some([]) => None,
        Some(units) => {
            let places: Vec<String> = units
                .iter()
                .map(|unit| {
                    values.push(unit.into());
                    format!("${}", values.len())
                })
                .collect();
            Some(format!(" AND {column} IN ({})", places.join(", ")))
        }
    }
}

fn handed(row: &Row) -> Result<Handed, StoreError> {
    Ok(Handed {
        code: row.get("code")?,
        unit: row.get("unit")?,
        unit_said: row.get("unit_said")?,
        procedure_said: row.get("procedure_said")?,
        state: word(row, "state", TakeState::parse)?,
        reason: row.get("reason")?,
        detail: row.get("detail")?,
        body: row.get("body")?,
        body_hash: row.get("body_hash")?,
        again: row.get("again")?,
        dossier: row.get("dossier")?,
        first_at: row.get("first_at")?,
        changed_at: row.get("changed_at")?,
    })
}

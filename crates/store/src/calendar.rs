//! Hours of single days that units have set by decisions of their own.

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::calendar::{ExceptionKind, HoursException, parse_blocks};
use townhall_domain::ids::{HoursExceptionId, PersonId, PostId, UnitId};

use crate::value::Row;
use crate::{StoreError, Tx, params};

/// A decision of a unit about its hours on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredException {
    /// Identity.
    pub id: HoursExceptionId,
    /// The unit.
    pub unit: UnitId,
    /// What it says.
    pub exception: HoursException,
    /// Why.
    pub reason: String,
    /// Number and date of the decision.
    pub decision: Option<String>,
    /// When it was entered.
    pub made_at: Timestamp,
    /// By which post.
    pub made_by: Option<PostId>,
    /// By whom.
    pub made_by_person: Option<PersonId>,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
    /// By which post.
    pub withdrawn_by: Option<PostId>,
    /// By whom.
    pub withdrawn_by_person: Option<PersonId>,
    /// Why.
    pub withdrawn_why: Option<String>,
    /// Counted up at each change.
    pub version: i64,
}

/// Writes a decision.
///
/// # Errors
/// A duplicate ([`StoreError::is_duplicate`]) when one about the same day of the same unit holds.
pub fn insert(tx: &mut Tx<'_>, stored: &StoredException) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO hours_exceptions (id, unit, code, day, kind, hours, reason, decision, made_at, made_by,
                                       made_by_person, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
        &params![
            stored.id,
            &stored.unit,
            &stored.exception.unit,
            stored.exception.day,
            stored.exception.kind.as_str(),
            stored.exception.hours(),
            &stored.reason,
            stored.decision.clone(),
            stored.made_at,
            stored.made_by,
            stored.made_by_person,
        ],
    )?;
    Ok(())
}

/// Marks a decision as taken back; false when somebody was faster.
pub fn withdraw(tx: &mut Tx<'_>, stored: &StoredException) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE hours_exceptions
            SET withdrawn_at = $1, withdrawn_by = $2, withdrawn_by_person = $3, withdrawn_why = $4,
                version = version + 1
          WHERE id = $5 AND version = $6 AND withdrawn_at IS NULL",
        &params![
            stored.withdrawn_at,
            stored.withdrawn_by,
            stored.withdrawn_by_person,
            stored.withdrawn_why.clone(),
            stored.id,
            stored.version,
        ],
    )?;
    Ok(changed == 1)
}

/// One decision.
pub fn load(tx: &mut Tx<'_>, id: HoursExceptionId) -> Result<Option<StoredException>, StoreError> {
    tx.one("SELECT * FROM hours_exceptions WHERE id = $1", &params![id])?
        .as_ref()
        .map(read)
        .transpose()
}

/// The decisions that hold for a unit code and the one above it: what an office works by.
pub fn in_force(tx: &mut Tx<'_>, code: &str, above: &str) -> Result<Vec<HoursException>, StoreError> {
    tx.each(
        "SELECT code, day, kind, hours FROM hours_exceptions
          WHERE code IN ($1, $2) AND withdrawn_at IS NULL ORDER BY day",
        &params![code, above],
        read_exception,
    )
}

/// The decisions of all units that hold for days from `from` on.
pub fn in_force_from(tx: &mut Tx<'_>, from: Date) -> Result<Vec<HoursException>, StoreError> {
    tx.each(
        "SELECT code, day, kind, hours FROM hours_exceptions
          WHERE day >= $1 AND withdrawn_at IS NULL ORDER BY day",
        &params![from],
        read_exception,
    )
}

/// The decisions of a unit from a day on, also those that were taken back, by day; at most `limit`.
pub fn of_unit(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    from: Date,
    until: Date,
    limit: i64,
) -> Result<Vec<StoredException>, StoreError> {
    tx.each(
        "SELECT * FROM hours_exceptions WHERE unit = $1 AND day >= $2 AND day < $3
          ORDER BY day, kind, made_at, id LIMIT $4",
        &params![unit, from, until, limit],
        read,
    )
}

fn read_exception(row: &Row) -> Result<HoursException, StoreError> {
    let (kind, hours): (String, String) = (row.get("kind")?, row.get("hours")?);
    let unknown = |what, value: &str| StoreError::Unknown {
        what,
        value: value.to_owned(),
    };
    Ok(HoursException {
        unit: row.get("code")?,
        day: row.get("day")?,
        kind: ExceptionKind::parse(&kind).ok_or_else(|| unknown("kind of hours", &kind))?,
        blocks: parse_blocks(&hours).map_err(|_| unknown("hours", &hours))?,
    })
}

fn read(row: &Row) -> Result<StoredException, StoreError> {
    Ok(StoredException {
        id: row.get("id")?,
        unit: row.get("unit")?,
        exception: read_exception(row)?,
        reason: row.get("reason")?,
        decision: row.get("decision")?,
        made_at: row.get("made_at")?,
        made_by: row.get("made_by")?,
        made_by_person: row.get("made_by_person")?,
        withdrawn_at: row.get("withdrawn_at")?,
        withdrawn_by: row.get("withdrawn_by")?,
        withdrawn_by_person: row.get("withdrawn_by_person")?,
        withdrawn_why: row.get("withdrawn_why")?,
        version: row.get("version")?,
    })
}

//! Gapless numbers: one row a unit and name, taken last in a command, inside its transaction.

use townhall_domain::ids::UnitId;

use crate::params;
use crate::{StoreError, Tx};

/// Takes the next number of a counter: 1, 2, 3 … without a gap, because a command that is undone gives it back.
///
/// The row stays locked until the command ends, so it is taken last; counters of two units never wait for each other.
pub fn next(tx: &mut Tx<'_>, unit: &UnitId, name: &str) -> Result<i64, StoreError> {
    let row = tx.one(
        "INSERT INTO counters (unit, name, last) VALUES ($1, $2, 1)
         ON CONFLICT (unit, name) DO UPDATE SET last = counters.last + 1
         RETURNING last",
        &params![unit, name],
    )?;
    row.map_or(
        Err(StoreError::Lost("a counter returned no row".to_owned())),
        |row| row.get("last"),
    )
}

/// The highest number taken so far; 0 when none.
pub fn last(tx: &mut Tx<'_>, unit: &UnitId, name: &str) -> Result<i64, StoreError> {
    let row = tx.one(
        "SELECT last FROM counters WHERE unit = $1 AND name = $2",
        &params![unit, name],
    )?;
    row.map_or(Ok(0), |row| row.get("last"))
}

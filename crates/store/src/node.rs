//! What a node knows of itself: a few named values, kept beside its data.

use crate::params;
use crate::{StoreError, Tx};

/// How far the business time is from real time, in milliseconds; absent when it is real time.
pub const CLOCK_SHIFT_MS: &str = "clock-shift-ms";
/// `1` when everything in the database is made up and every page says so.
pub const IS_DEMO: &str = "demo";
/// Code of the unit whose public pages stand at `/`.
pub const UNIT: &str = "unit";
/// The name under which this node holds a bucket of papers; made when it first does.
pub const FILES_OWNER: &str = "files-owner";
/// The machine's time when the node was last seen alive, in UTC milliseconds.
pub const SEEN_AT_MS: &str = "seen-at-ms";

/// A value by its name.
pub fn get(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, StoreError> {
    let row = tx.one("SELECT value FROM node WHERE name = $1", &params![name])?;
    row.map(|row| row.get("value")).transpose()
}

/// A value that is a whole number; `None` when there is none or it does not read as one.
pub fn number(tx: &mut Tx<'_>, name: &str) -> Result<Option<i64>, StoreError> {
    Ok(get(tx, name)?.and_then(|value| value.parse().ok()))
}

/// Sets a value.
pub fn set(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO node (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &params![name, value],
    )?;
    Ok(())
}

/// The name under which this node holds a bucket; `fresh` when it had none.
pub fn files_owner(tx: &mut Tx<'_>, fresh: &str) -> Result<String, StoreError> {
    if let Some(name) = get(tx, FILES_OWNER)? {
        return Ok(name);
    }
    set(tx, FILES_OWNER, fresh)?;
    Ok(fresh.to_owned())
}

/// Forgets a value.
pub fn remove(tx: &mut Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM node WHERE name = $1", &params![name])?;
    Ok(())
}

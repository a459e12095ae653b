//! Leases: a named row lets one process of several do a thing, and frees it when that process dies.
//!
//! All instants are those of the machine's clock.

use townhall_domain::time::Timestamp;

use crate::params;
use crate::{StoreError, Tx};

/// Whoever holds it gives facts their places in the transparency log.
pub const LOG: &str = "log";
/// Holds off the sweeping of files: a backup copies them, or a sweep is at work.
pub const SWEEP: &str = "sweep-files";

/// Takes a lease that is free or has run out, or renews one's own; false when another holds it.
pub fn take(
    tx: &mut Tx<'_>,
    name: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let taken = tx.execute(
        "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE leases.holder = excluded.holder OR leases.until <= $4",
        &params![name, holder, until, now],
    )?;
    Ok(taken == 1)
}

/// Gives a lease back.
pub fn give_back(tx: &mut Tx<'_>, name: &str, holder: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM leases WHERE name = $1 AND holder = $2",
        &params![name, holder],
    )?;
    Ok(())
}

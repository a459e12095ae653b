//! What a restored database must not take over from the moment of its backup.

use crate::{StoreError, Tx, node};

/// Ends all sessions, frees all leases, lets jobs that were at work begin again, and forgets whose bucket of papers
/// it held: two nodes from one backup must not both remove files there.
pub fn forget_the_moment(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM sessions",
        "DELETE FROM sign_in_failures",
        "DELETE FROM passkey_ceremonies",
        "DELETE FROM leases",
        "UPDATE jobs SET lease_holder = NULL, lease_until = 0 WHERE state = 'waiting'",
    ] {
        tx.execute(sql, &[])?;
    }
    node::remove(tx, node::FILES_OWNER)
}

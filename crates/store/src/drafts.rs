//! Half-filled forms that save themselves, one row an account and form.

use jiff::Timestamp;
use townhall_domain::ids::{AccountId, DraftId};

use crate::params;
use crate::{StoreError, Tx};

/// Keeps what stands in a form now; what was kept before is replaced.
pub fn put(
    tx: &mut Tx<'_>,
    fresh: DraftId,
    account: AccountId,
    form: &str,
    body: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO drafts (id, account, form, body, saved_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account, form) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
        &params![fresh, account, form, body, at],
    )?;
    Ok(())
}

/// What was kept for a form, and when.
pub fn load(
    tx: &mut Tx<'_>,
    account: AccountId,
    form: &str,
) -> Result<Option<(String, Timestamp)>, StoreError> {
    let row = tx.one(
        "SELECT body, saved_at FROM drafts WHERE account = $1 AND form = $2",
        &params![account, form],
    )?;
    row.map(|row| Ok((row.get("body")?, row.get("saved_at")?)))
        .transpose()
}

/// Forgets a form.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, form: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM drafts WHERE account = $1 AND form = $2",
        &params![account, form],
    )?;
    Ok(())
}

/// Forgets an account's drafts that are older than an instant; gives how many are left.
pub fn sweep(tx: &mut Tx<'_>, account: AccountId, before: Timestamp) -> Result<i64, StoreError> {
    tx.execute(
        "DELETE FROM drafts WHERE account = $1 AND saved_at < $2",
        &params![account, before],
    )?;
    let row = tx.one(
        "SELECT COUNT(*) AS kept FROM drafts WHERE account = $1",
        &params![account],
    )?;
    row.map_or(Ok(0), |row| row.get("kept"))
}

//! Answers kept for the requests of programs, so that the same request again does nothing twice.

use jiff::Timestamp;
use townhall_domain::ids::AccountId;

use crate::params;
use crate::{StoreError, Tx};

/// How long an answer is kept.
const KEEP_SECONDS: i64 = 86_400;

/// An answer that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Digest of the request that it answers.
    pub request_hash: String,
    /// HTTP status.
    pub status: i64,
    /// The body.
    pub body: String,
}

/// Takes a key for a request; false when it was taken before. On `PostgreSQL` a second transaction with the same
/// key waits here for the first to end.
pub fn take(
    tx: &mut Tx<'_>,
    account: AccountId,
    key: &str,
    request_hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = tx.execute(
        "INSERT INTO idempotency (account, key, request_hash, status, body, at) VALUES ($1, $2, $3, 0, '', $4)
         ON CONFLICT (account, key) DO NOTHING",
        &params![account, key, request_hash, now],
    )?;
    Ok(taken == 1)
}

/// Keeps the answer under a key that this transaction took.
pub fn finish(
    tx: &mut Tx<'_>,
    account: AccountId,
    key: &str,
    status: i64,
    body: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE idempotency SET status = $1, body = $2 WHERE account = $3 AND key = $4",
        &params![status, body, account, key],
    )?;
    Ok(())
}

/// What was kept under a key.
pub fn kept(tx: &mut Tx<'_>, account: AccountId, key: &str) -> Result<Option<Kept>, StoreError> {
    let row = tx.one(
        "SELECT request_hash, status, body FROM idempotency WHERE account = $1 AND key = $2",
        &params![account, key],
    )?;
    row.map(|row| {
        Ok(Kept {
            request_hash: row.get("request_hash")?,
            status: row.get("status")?,
            body: row.get("body")?,
        })
    })
    .transpose()
}

/// Forgets the account's answers that are over a day old.
pub fn forget_before(tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> Result<u64, StoreError> {
    let before = Timestamp::from_second(now.as_second() - KEEP_SECONDS).unwrap_or(Timestamp::UNIX_EPOCH);
    tx.execute(
        "DELETE FROM idempotency WHERE account = $1 AND at < $2",
        &params![account, before],
    )
}

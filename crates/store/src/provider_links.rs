//! Who at an identity provider signs in as which account, and who is on the way there.

use std::fmt;

use townhall_domain::ids::{AccountId, ProviderLinkId};
use townhall_domain::time::Timestamp;

use crate::params;
use crate::{Row, StoreError, Tx};

/// A person at a provider who signs in as an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLink {
    /// Identifier.
    pub id: ProviderLinkId,
    /// The account.
    pub account: AccountId,
    /// Address of the provider, as it names itself.
    pub issuer: String,
    /// Who the person is there.
    pub subject: String,
    /// Since when, by the business clock.
    pub created_at: Timestamp,
}

/// Adds a link; false when the subject or the account is linked at this provider already.
pub fn insert(tx: &mut Tx<'_>, link: &ProviderLink) -> Result<bool, StoreError> {
    // Two people who link one subject at once: the second waits for the first, and is told.
    let added = tx.execute(
        "INSERT INTO provider_links (id, account, issuer, subject, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        &params![
            link.id,
            link.account,
            &link.issuer,
            &link.subject,
            link.created_at
        ],
    )?;
    Ok(added == 1)
}

/// Removes a link of an account; false when it has no such link.
pub fn remove(tx: &mut Tx<'_>, account: AccountId, id: ProviderLinkId) -> Result<bool, StoreError> {
    let removed = tx.execute(
        "DELETE FROM provider_links WHERE id = $1 AND account = $2",
        &params![id, account],
    )?;
    Ok(removed == 1)
}

/// Whom a provider's subject signs in as.
pub fn by_subject(tx: &mut Tx<'_>, issuer: &str, subject: &str) -> Result<Option<ProviderLink>, StoreError> {
    let sql = "SELECT * FROM provider_links WHERE issuer = $1 AND subject = $2";
    tx.one(sql, &params![issuer, subject])?
        .as_ref()
        .map(read)
        .transpose()
}

/// The links of an account, by provider.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<ProviderLink>, StoreError> {
    let sql = "SELECT * FROM provider_links WHERE account = $1 ORDER BY issuer";
    tx.each(sql, &params![account], read)
}

fn read(row: &Row) -> Result<ProviderLink, StoreError> {
    Ok(ProviderLink {
        id: row.get("id")?,
        account: row.get("account")?,
        issuer: row.get("issuer")?,
        subject: row.get("subject")?,
        created_at: row.get("created_at")?,
    })
}

// ---- on the way

/// Somebody who went to the provider. Its `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderTry {
    /// SHA-256 of the state that the provider sends back.
    pub state_hash: [u8; 32],
    /// SHA-256 of the cookie of the browser that was sent there.
    pub browser_hash: [u8; 32],
    /// What the identity token must repeat.
    pub nonce: String,
    /// Proof key of the code (RFC 7636).
    pub verifier: String,
    /// The account to be linked; without one somebody signs in.
    pub account: Option<AccountId>,
    /// Where to go afterwards.
    pub next: String,
    /// Until when it counts, by the machine's clock.
    pub expires_at: Timestamp,
}

impl fmt::Debug for ProviderTry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderTry")
            .field("account", &self.account)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Keeps a try, and forgets those that ended before `now`.
pub fn keep_try(tx: &mut Tx<'_>, kept: &ProviderTry, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("DELETE FROM provider_tries WHERE expires_at <= $1", &params![now])?;
    tx.execute(
        "INSERT INTO provider_tries (state_hash, browser_hash, nonce, verifier, account, next_path, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &params![
            &kept.state_hash,
            &kept.browser_hash,
            &kept.nonce,
            &kept.verifier,
            kept.account,
            &kept.next,
            kept.expires_at,
        ],
    )?;
    Ok(())
}

/// Takes a try out of the table, so that it is used once, also when two answers come at the same time. A try of
/// another browser stays where it is: whoever was sent there may still come back.
pub fn take_try(
    tx: &mut Tx<'_>,
    state_hash: &[u8; 32],
    browser_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<ProviderTry>, StoreError> {
    let sql = "SELECT * FROM provider_tries WHERE state_hash = $1 AND browser_hash = $2";
    let Some(row) = tx.one_locked(sql, &params![state_hash, browser_hash])? else {
        return Ok(None);
    };
    let taken = tx.execute(
        "DELETE FROM provider_tries WHERE state_hash = $1",
        &params![state_hash],
    )?;
    let found = ProviderTry {
        state_hash: *state_hash,
        browser_hash: *browser_hash,
        nonce: row.get("nonce")?,
        verifier: row.get("verifier")?,
        account: row.get("account")?,
        next: row.get("next_path")?,
        expires_at: row.get("expires_at")?,
    };
    Ok((taken == 1 && found.expires_at > now).then_some(found))
}

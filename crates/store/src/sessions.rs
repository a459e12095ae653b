//! Sessions of signed-in people, and the failures that make the next try wait.
//!
//! All instants are those of the machine's clock, never of the business clock.

use std::fmt;

use townhall_domain::ids::{AccountId, PostId, SessionId};
use townhall_domain::time::Timestamp;

use crate::params;
use crate::{Row, StoreError, Tx};

/// How far a sign-in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the one-time code is still wanted.
    Code,
    /// The person is known; the post as which he acts is still to be chosen.
    Post,
    /// Signed in.
    Open,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Post => "post",
            Self::Open => "open",
        }
    }
    fn parse(word: &str) -> Option<Self> {
        [Self::Code, Self::Post, Self::Open]
            .into_iter()
            .find(|stage| stage.as_str() == word)
    }
}

/// A session. Its `Debug` does not show the secret of its forms.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Identifier, which may be logged; the token may not.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// How far it has come.
    pub stage: Stage,
    /// The post as which the person acts.
    pub post: Option<PostId>,
    /// Why he may: kind, colon, id of a mandate, absence or delegation.
    pub basis: Option<String>,
    /// Secret that its forms carry.
    pub csrf: [u8; 32],
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("stage", &self.stage)
            .field("post", &self.post)
            .finish_non_exhaustive()
    }
}

/// Adds a session; `token_hash` is the SHA-256 of what the cookie holds.
pub fn insert(tx: &mut Tx<'_>, session: &Session, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sessions (id, token_hash, account, stage, post, basis, csrf, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &params![
            session.id, token_hash, session.account, session.stage.as_str(), session.post, session.basis.as_deref(),
            &session.csrf, session.created_at, session.seen_at, session.expires_at,
        ],
    )?;
    Ok(())
}

/// The session of a cookie, also when it has ended.
pub fn by_token(tx: &mut Tx<'_>, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    let sql = "SELECT * FROM sessions WHERE token_hash = $1";
    tx.one(sql, &params![token_hash])?.as_ref().map(read).transpose()
}

/// Moves a session on, under a new token: what an earlier step handed out is worth nothing any more.
pub fn advance(tx: &mut Tx<'_>, session: &Session, token_hash: &[u8; 32]) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE sessions SET token_hash = $1, stage = $2, post = $3, basis = $4, csrf = $5, seen_at = $6,
                expires_at = $7
          WHERE id = $8",
        &params![
            token_hash,
            session.stage.as_str(),
            session.post,
            session.basis.as_deref(),
            &session.csrf,
            session.seen_at,
            session.expires_at,
            session.id,
        ],
    )?;
    Ok(changed == 1)
}

/// Notes that a session was used.
pub fn touch(tx: &mut Tx<'_>, id: SessionId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE sessions SET seen_at = $1 WHERE id = $2", &params![at, id])?;
    Ok(())
}

/// Ends a session.
pub fn end(tx: &mut Tx<'_>, id: SessionId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sessions WHERE id = $1", &params![id])?;
    Ok(())
}

/// Ends all sessions of an account but one; how many there were.
pub fn end_others(tx: &mut Tx<'_>, account: AccountId, keep: Option<SessionId>) -> Result<u64, StoreError> {
    let keep = keep.map(|id| id.to_string()).unwrap_or_default();
    tx.execute(
        "DELETE FROM sessions WHERE account = $1 AND id <> $2",
        &params![account, keep],
    )
}

/// Forgets sessions and passkey ceremonies that ended, and failures that no longer matter.
pub fn sweep(tx: &mut Tx<'_>, now: Timestamp, failures_before: Timestamp) -> Result<u64, StoreError> {
    let sessions = tx.execute("DELETE FROM sessions WHERE expires_at <= $1", &params![now])?;
    crate::passkeys::sweep_ceremonies(tx, now)?;
    let failures = tx.execute(
        "DELETE FROM sign_in_failures WHERE last_at < $1 AND open_at < $2",
        &params![failures_before, now],
    )?;
    Ok(sessions + failures)
}

fn read(row: &Row) -> Result<Session, StoreError> {
    let stage: String = row.get("stage")?;
    Ok(Session {
        id: row.get("id")?,
        account: row.get("account")?,
        stage: Stage::parse(&stage).ok_or(StoreError::Unknown {
            what: "session stage",
            value: stage,
        })?,
        post: row.get("post")?,
        basis: row.get("basis")?,
        csrf: row.get("csrf")?,
        created_at: row.get("created_at")?,
        seen_at: row.get("seen_at")?,
        expires_at: row.get("expires_at")?,
    })
}

// ---- failures

/// Failed tries of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many in a row.
    pub failures: i64,
    /// When the last one was.
    pub last_at: Timestamp,
    /// From when on the next try is heard.
    pub open_at: Timestamp,
}

/// The failures of a source, if there are any; held until the command ends.
pub fn failures(tx: &mut Tx<'_>, who: &[u8; 32]) -> Result<Option<Failures>, StoreError> {
    // A row that is not there cannot be held: two first tries at once would count as one.
    tx.execute(
        "INSERT INTO sign_in_failures (who, failures, last_at, open_at) VALUES ($1, 0, 0, 0)
         ON CONFLICT (who) DO NOTHING",
        &params![who],
    )?;
    let sql = "SELECT failures, last_at, open_at FROM sign_in_failures WHERE who = $1";
    let Some(row) = tx.one_locked(sql, &params![who])? else {
        return Ok(None);
    };
    let found = Failures {
        failures: row.get("failures")?,
        last_at: row.get("last_at")?,
        open_at: row.get("open_at")?,
    };
    Ok((found.failures > 0).then_some(found))
}

/// Saves the failures of a source.
pub fn save_failures(tx: &mut Tx<'_>, who: &[u8; 32], failures: Failures) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sign_in_failures (who, failures, last_at, open_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (who) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
                open_at = excluded.open_at",
        &params![who, failures.failures, failures.last_at, failures.open_at],
    )?;
    Ok(())
}

/// Forgets the failures of a source.
pub fn forget_failures(tx: &mut Tx<'_>, who: &[u8; 32]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sign_in_failures WHERE who = $1", &params![who])?;
    Ok(())
}

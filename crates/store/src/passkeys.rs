//! Passkeys, how they were used, and the ceremonies in which they are made and shown.

use townhall_domain::ids::{AccountId, PasskeyId, SessionId};
use townhall_domain::time::Timestamp;

use crate::params;
use crate::{Row, StoreError, Tx};

/// A passkey of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Identifier.
    pub id: PasskeyId,
    /// Whose.
    pub account: AccountId,
    /// As the authenticator made it; unique on the node.
    pub credential_id: Vec<u8>,
    /// The domain that it is bound to.
    pub relying_party: String,
    /// What the person calls it.
    pub label: String,
    /// The public key and what was told with it, as JSON.
    pub credential: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// How it was used since.
    pub used: PasskeyUse,
}

/// How a passkey was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PasskeyUse {
    /// Signatures as the authenticator counts them; 0 where it does not count.
    pub counter: i64,
    /// Last use.
    pub used_at: Option<Timestamp>,
    /// When the counter told that there may be a copy.
    pub copied_at: Option<Timestamp>,
}

const PASSKEY: &str =
    "SELECT k.id, k.account, k.credential_id, k.relying_party, k.label, k.credential, k.created_at,
        u.counter, u.used_at, u.copied_at
   FROM passkeys k LEFT JOIN passkey_use u ON u.passkey = k.id";

/// Adds a passkey; how it is used is kept apart.
pub fn insert(tx: &mut Tx<'_>, passkey: &Passkey) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO passkeys (id, account, credential_id, relying_party, label, credential, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &params![
            passkey.id,
            passkey.account,
            passkey.credential_id.clone(),
            &passkey.relying_party,
            &passkey.label,
            &passkey.credential,
            passkey.created_at,
        ],
    )?;
    Ok(())
}

/// The passkeys of an account, oldest first.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Passkey>, StoreError> {
    let sql = format!("{PASSKEY} WHERE k.account = $1 ORDER BY k.created_at, k.id");
    tx.each(&sql, &params![account], read)
}

/// How many passkeys an account has, whatever domain they are bound to.
pub fn count(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS passkeys FROM passkeys WHERE account = $1";
    tx.one(sql, &params![account])?
        .map_or(Ok(0), |row| row.get("passkeys"))
}

/// The passkey with this credential id.
pub fn by_credential(tx: &mut Tx<'_>, credential_id: &[u8]) -> Result<Option<Passkey>, StoreError> {
    let sql = format!("{PASSKEY} WHERE k.credential_id = $1");
    tx.one(&sql, &params![credential_id.to_vec()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Removes a passkey of an account; false when it has no such.
pub fn remove(tx: &mut Tx<'_>, account: AccountId, id: PasskeyId) -> Result<bool, StoreError> {
    let removed = tx.execute(
        "DELETE FROM passkeys WHERE account = $1 AND id = $2",
        &params![account, id],
    )?;
    if removed == 1 {
        tx.execute("DELETE FROM passkey_use WHERE passkey = $1", &params![id])?;
    }
    Ok(removed == 1)
}

/// Removes all passkeys of an account; how many there were.
pub fn remove_all(tx: &mut Tx<'_>, account: AccountId) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM passkey_use WHERE passkey IN (SELECT id FROM passkeys WHERE account = $1)",
        &params![account],
    )?;
    tx.execute("DELETE FROM passkeys WHERE account = $1", &params![account])
}

/// Notes a use; false when the counter did not go on, or a copy was noticed before: two uses at once count here.
pub fn take_use(tx: &mut Tx<'_>, id: PasskeyId, counter: i64, at: Timestamp) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "INSERT INTO passkey_use (passkey, counter, used_at, copied_at) VALUES ($1, $2, $3, NULL)
         ON CONFLICT (passkey) DO UPDATE SET counter = excluded.counter, used_at = excluded.used_at
          WHERE passkey_use.copied_at IS NULL
            AND (passkey_use.counter < excluded.counter OR (passkey_use.counter = 0 AND excluded.counter = 0))",
        &params![id, counter, at],
    )?;
    Ok(changed == 1)
}

/// Notes that there may be a copy of a passkey: it opens nothing any more.
pub fn note_copy(tx: &mut Tx<'_>, id: PasskeyId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO passkey_use (passkey, counter, used_at, copied_at) VALUES ($1, 0, NULL, $2)
         ON CONFLICT (passkey) DO UPDATE SET copied_at = COALESCE(passkey_use.copied_at, excluded.copied_at)",
        &params![id, at],
    )?;
    Ok(())
}

fn read(row: &Row) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: row.get("id")?,
        account: row.get("account")?,
        credential_id: row.get("credential_id")?,
        relying_party: row.get("relying_party")?,
        label: row.get("label")?,
        credential: row.get("credential")?,
        created_at: row.get("created_at")?,
        used: PasskeyUse {
            counter: row.get::<Option<i64>>("counter")?.unwrap_or(0),
            used_at: row.get("used_at")?,
            copied_at: row.get("copied_at")?,
        },
    })
}

// ---- ceremonies

/// What a challenge was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CeremonyKind {
    /// A new passkey of somebody who is signed in.
    Add,
    /// The step after the password.
    Step,
    /// Signing in without a password.
    Alone,
}

impl CeremonyKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Step => "step",
            Self::Alone => "alone",
        }
    }
    fn parse(word: &str) -> Option<Self> {
        [Self::Add, Self::Step, Self::Alone]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// A challenge handed to a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// What for.
    pub kind: CeremonyKind,
    /// The session that began it; none for [`CeremonyKind::Alone`].
    pub session: Option<SessionId>,
    /// The challenge and what was asked for, as JSON.
    pub state: String,
    /// When it ends, by the machine's clock.
    pub expires_at: Timestamp,
}

/// Begins a ceremony; an earlier one of the same session is worth nothing any more.
pub fn begin_ceremony(tx: &mut Tx<'_>, ceremony: &Ceremony, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    if let Some(session) = ceremony.session {
        tx.execute(
            "DELETE FROM passkey_ceremonies WHERE session = $1",
            &params![session],
        )?;
    }
    tx.execute(
        "INSERT INTO passkey_ceremonies (token_hash, kind, session, state, expires_at) VALUES ($1, $2, $3, $4, $5)",
        &params![
            token_hash,
            ceremony.kind.as_str(),
            ceremony.session,
            &ceremony.state,
            ceremony.expires_at,
        ],
    )?;
    Ok(())
}

/// Takes the ceremony of a token, also one that has ended: nobody gets it a second time.
pub fn take_ceremony(tx: &mut Tx<'_>, token_hash: &[u8; 32]) -> Result<Option<Ceremony>, StoreError> {
    let sql = "SELECT kind, session, state, expires_at FROM passkey_ceremonies WHERE token_hash = $1";
    let Some(row) = tx.one_locked(sql, &params![token_hash])? else {
        return Ok(None);
    };
    tx.execute(
        "DELETE FROM passkey_ceremonies WHERE token_hash = $1",
        &params![token_hash],
    )?;
    let kind: String = row.get("kind")?;
    Ok(Some(Ceremony {
        kind: CeremonyKind::parse(&kind).ok_or(StoreError::Unknown {
            what: "ceremony",
            value: kind,
        })?,
        session: row.get("session")?,
        state: row.get("state")?,
        expires_at: row.get("expires_at")?,
    }))
}

/// Forgets ceremonies that have ended.
pub fn sweep_ceremonies(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM passkey_ceremonies WHERE expires_at <= $1",
        &params![now],
    )
}

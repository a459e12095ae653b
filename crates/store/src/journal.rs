//! Facts: the trail of every subject, and the queue of those that wait for their place in the log.

use serde_json::{Value as Json, json};
use townhall_domain::ids::{AccountId, FactId, PostId, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
use townhall_journal::{Fact, OpenedFact, Salt, canonical, leaf_salt, state_salt};

use crate::evidence::evidence;
use crate::params;
use crate::value::Row;
use crate::{StoreError, Tx};

/// A fact about to be recorded.
#[derive(Debug, Clone)]
pub struct NewFact<'a> {
    /// Its id.
    pub id: FactId,
    /// When; moved forward to the subject's last fact when the clock has gone back.
    pub at: Timestamp,
    /// In whose work.
    pub unit: &'a UnitId,
    /// In which space.
    pub space: Space,
    /// Who, if an account acted.
    pub account: Option<AccountId>,
    /// As the holder of which post.
    pub post: Option<PostId>,
    /// Kind of the subject, as the migrations name it in `-- subject:`.
    pub subject_kind: &'a str,
    /// Id of the subject.
    pub subject_id: &'a str,
    /// What happened, past tense.
    pub kind: &'a str,
    /// What else belongs to it: integers only, no personal data beyond ids, codes and digests.
    pub body: Json,
    /// 32 bytes from the operating system; the salts of leaf and digest are derived from it.
    pub salt: Salt,
}

/// Records a fact and queues it for the log; gives the subject's new version (1, 2, 3, …).
///
/// Called last in a command: the digest covers the subject's evidence as it is stored now. The caller holds the
/// subject's row lock, so that two facts of one subject never race for a version.
///
/// # Errors
/// [`StoreError::Fact`] when the body holds a number that is not an integer; any failure of the database.
pub fn insert_fact(tx: &mut Tx<'_>, fact: &NewFact<'_>) -> Result<i64, StoreError> {
    let last = tx.one(
        "SELECT version, at FROM facts WHERE subject_kind = $1 AND subject_id = $2
         ORDER BY version DESC LIMIT 1",
        &params![fact.subject_kind, fact.subject_id],
    )?;
    let (version, not_before) = match &last {
        Some(row) => (row.get::<i64>("version")? + 1, row.get::<i64>("at")?),
        None => (1, i64::MIN),
    };
    let whole = Fact {
        id: fact.id.to_string(),
        at: fact.at.as_millisecond().max(not_before),
        unit: fact.unit.to_string(),
        space: fact.space.as_str().to_owned(),
        account: fact.account.map(|id| id.to_string()),
        post: fact.post.map(|id| id.to_string()),
        subject_kind: fact.subject_kind.to_owned(),
        subject_id: fact.subject_id.to_owned(),
        version,
        kind: fact.kind.to_owned(),
        body: fact.body.clone(),
        state_digest: evidence().digest(tx, fact.subject_kind, fact.subject_id, &state_salt(&fact.salt))?,
    };
    let leaf = whole.leaf(&leaf_salt(&fact.salt))?;
    tx.execute(
        "INSERT INTO facts (id, at, unit, space, account, post, subject_kind, subject_id, version, kind, body,
                            salt, state_digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &params![
            fact.id, whole.at, fact.unit, fact.space, fact.account, fact.post, fact.subject_kind,
            fact.subject_id, version, fact.kind, canonical(&whole.body)?, fact.salt,
            whole.state_digest,
        ],
    )?;
    tx.execute(
        "INSERT INTO fact_queue (fact_id, leaf) VALUES ($1, $2)",
        &params![fact.id, leaf.as_bytes().as_slice()],
    )?;
    Ok(version)
}

/// A fact as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredFact {
    /// Its id.
    pub id: FactId,
    /// When.
    pub at: Timestamp,
    /// In whose work.
    pub unit: UnitId,
    /// In which space.
    pub space: Space,
    /// Who.
    pub account: Option<AccountId>,
    /// As the holder of which post.
    pub post: Option<PostId>,
    /// Kind of the subject.
    pub subject_kind: String,
    /// Id of the subject.
    pub subject_id: String,
    /// Place in the subject's trail, from 1.
    pub version: i64,
    /// What happened.
    pub kind: String,
    /// What else belongs to it; `None` once it has been erased.
    pub body: Option<Json>,
    /// What the salts of leaf and digest are derived from; `None` once it has been erased. Never handed out:
    /// see [`Self::opened`].
    pub salt: Option<Salt>,
    /// Salted digest of the subject's evidence after the command.
    pub state_digest: [u8; 32],
    /// The fact that tells of the erasure.
    pub erased_by: Option<FactId>,
}

impl StoredFact {
    /// The fact as the log commits to it; `None` once its body has been erased.
    pub fn whole(&self) -> Option<Fact> {
        Some(Fact {
            id: self.id.to_string(),
            at: self.at.as_millisecond(),
            unit: self.unit.to_string(),
            space: self.space.as_str().to_owned(),
            account: self.account.map(|id| id.to_string()),
            post: self.post.map(|id| id.to_string()),
            subject_kind: self.subject_kind.clone(),
            subject_id: self.subject_id.clone(),
            version: self.version,
            kind: self.kind.clone(),
            body: self.body.clone()?,
            state_digest: self.state_digest,
        })
    }

    /// The fact with the salt of its leaf, for whoever may see it; `None` once it has been erased.
    pub fn opened(&self) -> Option<OpenedFact> {
        Some(OpenedFact {
            fact: self.whole()?.to_json(),
            salt: leaf_salt(&self.salt?),
        })
    }
}

impl TryFrom<&Row<'_>> for StoredFact {
    type Error = StoreError;
    fn try_from(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            at: row.get("at")?,
            unit: row.get("unit")?,
            space: row.get("space")?,
            account: row.get("account")?,
            post: row.get("post")?,
            subject_kind: row.get("subject_kind")?,
            subject_id: row.get("subject_id")?,
            version: row.get("version")?,
            kind: row.get("kind")?,
            body: row.get("body")?,
            salt: row.get("salt")?,
            state_digest: row.get("state_digest")?,
            erased_by: row.get("erased_by")?,
        })
    }
}

/// The trail of a subject, from its first fact.
pub fn facts_of(
    tx: &mut Tx<'_>,
    subject_kind: &str,
    subject_id: &str,
) -> Result<Vec<StoredFact>, StoreError> {
    tx.each(
        "SELECT * FROM facts WHERE subject_kind = $1 AND subject_id = $2 ORDER BY version",
        &params![subject_kind, subject_id],
        |row| StoredFact::try_from(row),
    )
}

/// One fact.
pub fn fact(tx: &mut Tx<'_>, id: FactId) -> Result<Option<StoredFact>, StoreError> {
    let row = tx.one("SELECT * FROM facts WHERE id = $1", &params![id])?;
    row.as_ref().map(StoredFact::try_from).transpose()
}

/// Kind of the fact that tells of an erasure; its body is made by [`erasure`].
pub const ERASED: &str = "facts_erased";

/// The body of the fact that tells of an erasure: the versions that lose their words, each with the digest of
/// what stays, so that what stays cannot be changed unseen although its leaf can no longer be recomputed.
///
/// # Errors
/// When the trail cannot be read.
pub fn erasure(tx: &mut Tx<'_>, subject_kind: &str, subject_id: &str) -> Result<Json, StoreError> {
    let mut erased = Vec::new();
    for fact in facts_of(tx, subject_kind, subject_id)? {
        if let Some(whole) = fact.whole().filter(|whole| whole.kind != ERASED) {
            erased.push(json!({"version": whole.version, "rest": whole.rest_digest()?}));
        }
    }
    Ok(json!({ "erased": erased }))
}

/// Destroys body and salt of a subject's facts before the one of version `told_by`, of kind [`ERASED`]. The log
/// still verifies, because it holds only leaves. Gives how many were erased.
///
/// # Errors
/// When the database fails.
pub fn erase_facts(
    tx: &mut Tx<'_>,
    subject_kind: &str,
    subject_id: &str,
    told_by: i64,
) -> Result<u64, StoreError> {
    let teller = tx.one(
        "SELECT id FROM facts WHERE subject_kind = $1 AND subject_id = $2 AND version = $3",
        &params![subject_kind, subject_id, told_by],
    )?;
    let Some(teller) = teller else { return Ok(0) };
    tx.execute(
        "UPDATE facts SET body = NULL, salt = NULL, erased_by = $1
         WHERE subject_kind = $2 AND subject_id = $3 AND version < $4 AND kind <> $5 AND erased_by IS NULL",
        &params![
            teller.get::<FactId>("id")?,
            subject_kind,
            subject_id,
            told_by,
            ERASED
        ],
    )
}

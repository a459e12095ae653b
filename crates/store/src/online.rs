//! Forms that citizens fill in online, with their files, until they are sent; and which units are served here.

use jiff::Timestamp;
use townhall_domain::ids::{DossierId, PaperId, UnitId};

use crate::value::Row;
use crate::{StoreError, Tx, params};

/// A form that is being filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlineDraft {
    /// The dossier that it becomes.
    pub id: DossierId,
    /// SHA-256 of the secret in its address, in hexadecimal digits.
    pub token_hash: String,
    /// The unit whose centre receives it.
    pub unit: UnitId,
    /// Procedure code.
    pub procedure: String,
    /// Names and values as they were typed, as JSON.
    pub body: String,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When something was last kept.
    pub saved_at: Timestamp,
    /// When it was sent; then its body is empty.
    pub sent_at: Option<Timestamp>,
}

/// A file of such a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlineFile {
    /// Identity.
    pub id: PaperId,
    /// The component that it is; empty for another paper.
    pub component: String,
    /// Name as shown.
    pub name: String,
    /// Media type by content.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// Pages.
    pub pages: i64,
    /// Hash of what is kept.
    pub sha256: String,
    /// Hash of what was sent, when that was an image.
    pub original_sha256: Option<String>,
    /// When it came.
    pub added_at: Timestamp,
}

/// Begins a form.
pub fn insert(tx: &mut Tx<'_>, draft: &OnlineDraft) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO online_drafts (id, token_hash, unit, procedure_code, body, started_at, saved_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &params![
            draft.id,
            &draft.token_hash,
            &draft.unit,
            &draft.procedure,
            &draft.body,
            draft.started_at,
            draft.saved_at
        ],
    )?;
    Ok(())
}

/// The form with this secret.
pub fn by_token(tx: &mut Tx<'_>, token_hash: &str) -> Result<Option<OnlineDraft>, StoreError> {
    let row = tx.one(
        "SELECT * FROM online_drafts WHERE token_hash = $1",
        &params![token_hash],
    )?;
    row.as_ref().map(draft_of).transpose()
}

/// The form with this secret, held until the end of the transaction: two that send it come one after the other.
pub fn lock(tx: &mut Tx<'_>, token_hash: &str) -> Result<Option<OnlineDraft>, StoreError> {
    let row = tx.one_locked(
        "SELECT * FROM online_drafts WHERE token_hash = $1",
        &params![token_hash],
    )?;
    row.as_ref().map(draft_of).transpose()
}

/// Keeps what stands in the form now.
pub fn save(tx: &mut Tx<'_>, id: DossierId, body: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE online_drafts SET body = $1, saved_at = $2 WHERE id = $3",
        &params![body, at, id],
    )?;
    Ok(())
}

/// Marks a form as sent and forgets what was typed: it stands in the dossier now.
pub fn close(tx: &mut Tx<'_>, id: DossierId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE online_drafts SET body = '[]', saved_at = $1, sent_at = $1 WHERE id = $2",
        &params![at, id],
    )?;
    tx.execute("DELETE FROM online_files WHERE draft = $1", &params![id])?;
    Ok(())
}

/// Adds a file.
pub fn add_file(tx: &mut Tx<'_>, draft: DossierId, file: &OnlineFile) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO online_files (id, draft, component, name, media_type, bytes, pages, sha256, original_sha256, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &params![
            file.id,
            draft,
            &file.component,
            &file.name,
            &file.media_type,
            file.bytes,
            file.pages,
            &file.sha256,
            file.original_sha256.clone(),
            file.added_at
        ],
    )?;
    Ok(())
}

/// The files of a form, in the order in which they came.
pub fn files(tx: &mut Tx<'_>, draft: DossierId) -> Result<Vec<OnlineFile>, StoreError> {
    tx.each(
        "SELECT * FROM online_files WHERE draft = $1 ORDER BY added_at, id",
        &params![draft],
        file_of,
    )
}

/// Takes a file out; its content goes with the next sweep, unless something else names it.
pub fn remove_file(tx: &mut Tx<'_>, draft: DossierId, file: PaperId) -> Result<bool, StoreError> {
    let gone = tx.execute(
        "DELETE FROM online_files WHERE draft = $1 AND id = $2",
        &params![draft, file],
    )?;
    Ok(gone > 0)
}

/// Forgets forms that nobody has touched since, sent or not; gives how many.
pub fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM online_files WHERE draft IN (SELECT id FROM online_drafts WHERE saved_at < $1)",
        &params![before],
    )?;
    tx.execute("DELETE FROM online_drafts WHERE saved_at < $1", &params![before])
}

/// The units that have posts of the state here: those whose centre this node serves.
pub fn units_served(tx: &mut Tx<'_>) -> Result<Vec<UnitId>, StoreError> {
    tx.each(
        "SELECT DISTINCT unit FROM posts WHERE space = 'state' ORDER BY unit",
        &[],
        |row| row.get("unit"),
    )
}

fn draft_of(row: &Row) -> Result<OnlineDraft, StoreError> {
    Ok(OnlineDraft {
        id: row.get("id")?,
        token_hash: row.get("token_hash")?,
        unit: row.get("unit")?,
        procedure: row.get("procedure_code")?,
        body: row.get("body")?,
        started_at: row.get("started_at")?,
        saved_at: row.get("saved_at")?,
        sent_at: row.get("sent_at")?,
    })
}

fn file_of(row: &Row) -> Result<OnlineFile, StoreError> {
    Ok(OnlineFile {
        id: row.get("id")?,
        component: row.get("component")?,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        bytes: row.get("bytes")?,
        pages: row.get("pages")?,
        sha256: row.get("sha256")?,
        original_sha256: row.get("original_sha256")?,
        added_at: row.get("added_at")?,
    })
}

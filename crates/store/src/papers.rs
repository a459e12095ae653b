//! Papers: files attached to a subject. The content lies in the file store; a row never leaves, it is marked removed.

use jiff::Timestamp;
use townhall_domain::dossier::ComponentSource;
use townhall_domain::ids::{PaperId, PostId, UnitId};

use crate::dossiers::word;
use crate::value::Row;
use crate::{StoreError, Tx, params};

/// One attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Identity.
    pub id: PaperId,
    /// `dossier` or `task`.
    pub subject_kind: String,
    /// Identity of the subject.
    pub subject_id: String,
    /// The unit that keeps it.
    pub unit: UnitId,
    /// The component of the check-list that it is, if one.
    pub component: Option<String>,
    /// Name as shown, without path.
    pub name: String,
    /// Media type by content, never by name.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// Pages, when known.
    pub pages: Option<i64>,
    /// Hash of the content.
    pub sha256: String,
    /// Hash of what was uploaded, when it was converted (an image that became PDF).
    pub original_sha256: Option<String>,
    /// Where it came from.
    pub source: ComponentSource,
    /// When it was added.
    pub added_at: Timestamp,
    /// By which post; none when the citizen added it.
    pub added_by: Option<PostId>,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
    /// Why it was removed.
    pub removed_why: Option<String>,
}

/// Attaches a file.
pub fn insert(tx: &mut Tx<'_>, paper: &Paper) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO papers (id, subject_kind, subject_id, unit, component, name, media_type, bytes, pages, sha256, original_sha256, source, added_at, added_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &params![
            paper.id,
            &paper.subject_kind,
            &paper.subject_id,
            &paper.unit,
            paper.component.clone(),
            &paper.name,
            &paper.media_type,
            paper.bytes,
            paper.pages,
            &paper.sha256,
            paper.original_sha256.clone(),
            paper.source.as_str(),
            paper.added_at,
            paper.added_by,
        ],
    )?;
    Ok(())
}

/// The papers of a subject that were not removed, oldest first.
pub fn of_subject(tx: &mut Tx<'_>, kind: &str, id: &str) -> Result<Vec<Paper>, StoreError> {
    tx.each("SELECT * FROM papers WHERE subject_kind = $1 AND subject_id = $2 AND removed_at IS NULL ORDER BY added_at, id", &params![kind, id], read)
}

/// One paper.
pub fn load(tx: &mut Tx<'_>, id: PaperId) -> Result<Option<Paper>, StoreError> {
    tx.one("SELECT * FROM papers WHERE id = $1", &params![id])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Marks a paper as removed; its content stays until no row refers to it and the retention allows it.
pub fn remove(tx: &mut Tx<'_>, id: PaperId, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE papers SET removed_at = $1, removed_why = $2 WHERE id = $3 AND removed_at IS NULL",
        &params![at, why, id],
    )?;
    Ok(changed == 1)
}

/// Whether any paper, removed or not, refers to this content.
pub fn refers_to(tx: &mut Tx<'_>, sha256: &str) -> Result<bool, StoreError> {
    let row = tx.one(
        "SELECT 1 AS found FROM papers WHERE sha256 = $1 OR original_sha256 = $1 LIMIT 1",
        &params![sha256],
    )?;
    Ok(row.is_some())
}

fn read(row: &Row) -> Result<Paper, StoreError> {
    Ok(Paper {
        id: row.get("id")?,
        subject_kind: row.get("subject_kind")?,
        subject_id: row.get("subject_id")?,
        unit: row.get("unit")?,
        component: row.get("component")?,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        bytes: row.get("bytes")?,
        pages: row.get("pages")?,
        sha256: row.get("sha256")?,
        original_sha256: row.get("original_sha256")?,
        source: word(row, "source", ComponentSource::parse)?,
        added_at: row.get("added_at")?,
        added_by: row.get("added_by")?,
        removed_at: row.get("removed_at")?,
        removed_why: row.get("removed_why")?,
    })
}

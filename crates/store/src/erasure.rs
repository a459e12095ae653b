//! Destroying what rows say of people, while the rows that figures and gapless numbers need stay.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use townhall_domain::ids::{DossierId, PartyId};

use crate::evidence::evidence;
use crate::{StoreError, Tx, audit, params};

/// Stands where a text was that must not be empty.
pub const ERASED_TEXT: &str = "—";

/// How many hashes are read at once.
const PAGE: u32 = 1_000;

/// Hashes of the files that belong to a dossier's papers, removed ones included.
pub fn files_of_dossier(tx: &mut Tx<'_>, id: DossierId) -> Result<BTreeSet<String>, StoreError> {
    let rows = tx.rows(
        "SELECT sha256, original_sha256 FROM papers WHERE subject_kind = 'dossier' AND subject_id = $1",
        &params![id],
    )?;
    let mut files = BTreeSet::new();
    for row in &rows {
        files.insert(row.get("sha256")?);
        files.extend(row.get::<Option<String>>("original_sha256")?);
    }
    Ok(files)
}

/// Destroys what the rows around a dossier say of people: papers, what was written on slips, in records, in the
/// result, by the citizen, about money; and what half-done work still holds of it.
///
/// What stays: numbers, days, amounts, posts, and the register books, which the law keeps for ever. The dossier's
/// own row is saved by the caller.
pub fn destroy_parts(tx: &mut Tx<'_>, id: DossierId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM papers WHERE subject_kind = 'dossier' AND subject_id = $1",
        "UPDATE dossier_components SET note = NULL, database_id = NULL WHERE dossier = $1",
        "UPDATE dossier_steps SET note = NULL WHERE dossier = $1",
        "UPDATE joined_members SET note = NULL, reference = NULL WHERE parent = $1",
        "UPDATE dossier_slips SET body = '{}' WHERE dossier = $1",
        "UPDATE dossier_records SET body = '{}', answer = CASE WHEN answer IS NULL THEN NULL ELSE '{}' END
          WHERE dossier = $1",
        "UPDATE dossier_results SET body = '{}', collected_by = NULL, collected_from = NULL WHERE dossier = $1",
        "UPDATE dossier_ratings SET reason = NULL WHERE dossier = $1",
        "UPDATE charges SET exemption_reason = NULL, changed_why = NULL WHERE dossier = $1",
        "UPDATE message_tries SET last_error = NULL WHERE message IN (SELECT id FROM messages WHERE dossier = $1)",
        "UPDATE portal_dossiers SET body = NULL, detail = NULL WHERE dossier = $1",
        "DELETE FROM online_files WHERE draft = $1",
        "DELETE FROM online_drafts WHERE id = $1",
    ] {
        tx.execute(sql, &params![id])?;
    }
    tx.execute(
        "UPDATE payments SET payer = $1, reference = NULL,
           ended_why = CASE WHEN ended_why IS NULL THEN NULL ELSE $1 END WHERE dossier = $2",
        &params![ERASED_TEXT, id],
    )?;
    let named = format!("%{id}%");
    tx.execute("DELETE FROM drafts WHERE form LIKE $1", &params![&named])?;
    tx.execute("DELETE FROM idempotency WHERE body LIKE $1", &params![&named])?;
    Ok(())
}

/// Whether any dossier still speaks of a person that a unit knows.
pub fn is_party_named(tx: &mut Tx<'_>, party: PartyId) -> Result<bool, StoreError> {
    let row = tx.one(
        "SELECT id FROM dossiers WHERE applicant_party = $1 OR submitter LIKE $2 LIMIT 1",
        &params![party, format!("%{party}%")],
    )?;
    Ok(row.is_some())
}

/// Removes a unit's record of a person.
pub fn destroy_party(tx: &mut Tx<'_>, party: PartyId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM parties WHERE id = $1", &params![party])?;
    Ok(())
}

/// Hashes of all files that a row names: the others may go.
pub fn files_in_use(tx: &mut Tx<'_>) -> Result<BTreeSet<String>, StoreError> {
    let mut in_use = BTreeSet::new();
    for table in evidence().tables().values() {
        for column in &table.files {
            let mut after = String::new();
            loop {
                let page = audit::files_named(tx, &table.name, column, &after, PAGE)?;
                let Some(last) = page.last() else { break };
                after.clone_from(last);
                in_use.extend(page);
            }
        }
    }
    Ok(in_use)
}

/// Writes a `SQLite` database anew, so that no page and no write-ahead log holds what was destroyed; commands wait
/// meanwhile. False when somebody still reads an older state: then the log is folded in later.
///
/// # Errors
/// When the database cannot be written, or somebody else writes for longer than a minute.
pub fn compact_sqlite(file: &Path) -> Result<bool, StoreError> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_mins(1))?;
    connection.execute_batch("VACUUM")?;
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

//! Registers of civil status: entries, their notes of change, the extracts issued from them.

mod list;

pub use list::{Filter, Key, Listed, Page, list};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value as Json;
use townhall_domain::civil_status::{Change, CivilBook, Difference, NoteKind, Summary, Values};
use townhall_domain::ids::{DossierId, EntryId, PersonId, PostId, UnitId};

use crate::dossiers::word;
use crate::params;
use crate::value::Row;
use crate::{StoreError, Tx};

/// An entry of a register.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Identity.
    pub id: EntryId,
    /// The unit that keeps the register.
    pub unit: UnitId,
    /// The register.
    pub book: CivilBook,
    /// Year of the number.
    pub year: i64,
    /// Number within unit, register and year: 1, 2, 3 … without a gap.
    pub number: i64,
    /// The number as it is written.
    pub symbol: String,
    /// The dossier from which it was made.
    pub dossier: DossierId,
    /// The form whose fields it has.
    pub form: String,
    /// What was entered; this never changes.
    pub first: Values,
    /// What it says now, with all notes applied.
    pub present: Values,
    /// Where the first wording departs from the declaration.
    pub differences: Vec<Difference>,
    /// Why it departs.
    pub differences_why: Option<String>,
    /// The day of registration.
    pub registered_on: Date,
    /// Who signed, as he stood then.
    pub signer: Option<Json>,
    /// The post that made the entry ready.
    pub prepared_by: Option<PostId>,
    /// The person of that post.
    pub prepared_by_person: Option<PersonId>,
    /// When it got its number.
    pub entered_at: Timestamp,
    /// The post that numbered it.
    pub entered_by: Option<PostId>,
    /// The person of that post.
    pub entered_by_person: Option<PersonId>,
    /// How many notes of change it has.
    pub notes: i64,
    /// Version, for changes.
    pub version: i64,
}

impl Entry {
    /// What lists show and search finds.
    pub fn summary(&self) -> Summary {
        Summary::of(self.book, &self.present)
    }
}

/// A note of change.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// 1, 2, 3 … within its entry.
    pub number: i64,
    /// Why it is altered at all.
    pub kind: NoteKind,
    /// What was altered.
    pub change: Change,
    /// The reason in words.
    pub why: String,
    /// By whose word: number, symbol and issuer of the document.
    pub authority: String,
    /// Day of that document.
    pub authority_on: Option<Date>,
    /// When it was noted.
    pub at: Timestamp,
    /// By which post.
    pub post: Option<PostId>,
    /// By whom.
    pub person: Option<PersonId>,
}

/// Copies of an extract, issued once.
#[derive(Debug, Clone, PartialEq)]
pub struct Extract {
    /// The dossier in which they were asked for.
    pub dossier: DossierId,
    /// Their number as it is written.
    pub symbol: String,
    /// How many.
    pub copies: i64,
    /// How many notes the entry had then.
    pub notes: i64,
    /// When.
    pub issued_at: Timestamp,
    /// By which post.
    pub post: Option<PostId>,
    /// By whom.
    pub person: Option<PersonId>,
}

/// Writes a new entry with its search words.
pub fn insert(tx: &mut Tx<'_>, entry: &Entry, words: &[String]) -> Result<(), StoreError> {
    let found = entry.summary();
    tx.execute(
        "INSERT INTO civil_entries (id, unit, book, year, number, symbol, dossier, form, first_values, present_values,
           differences, differences_why, name, other_name, born_on, event_on, personal_id, other_id, registered_on,
           signer, prepared_by, prepared_by_person, entered_at, entered_by, entered_by_person, notes, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
           $23, $24, $25, $26, $27)",
        &params![
            entry.id,
            &entry.unit,
            entry.book.as_str(),
            entry.year,
            entry.number,
            &entry.symbol,
            entry.dossier,
            &entry.form,
            serde_json::to_string(&entry.first)?,
            serde_json::to_string(&entry.present)?,
            serde_json::to_string(&entry.differences)?,
            entry.differences_why.clone(),
            found.name,
            found.other_name,
            found.born_on,
            found.event_on,
            found.personal_id,
            found.other_id,
            entry.registered_on,
            entry.signer.as_ref(),
            entry.prepared_by,
            entry.prepared_by_person,
            entry.entered_at,
            entry.entered_by,
            entry.entered_by_person,
            entry.notes,
            entry.version,
        ],
    )?;
    index(tx, entry, words)
}

/// Adds a note and the wording that follows from it, if nobody was faster; false when somebody was.
pub fn add_note(
    tx: &mut Tx<'_>,
    entry: &mut Entry,
    note: &Note,
    words: &[String],
) -> Result<bool, StoreError> {
    let found = entry.summary();
    let changed = tx.execute(
        "UPDATE civil_entries SET present_values = $1, name = $2, other_name = $3, born_on = $4, event_on = $5,
           personal_id = $6, other_id = $7, notes = $8, version = $9 WHERE id = $10 AND version = $11",
        &params![
            serde_json::to_string(&entry.present)?,
            found.name,
            found.other_name,
            found.born_on,
            found.event_on,
            found.personal_id,
            found.other_id,
            note.number,
            entry.version + 1,
            entry.id,
            entry.version,
        ],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    entry.version += 1;
    entry.notes = note.number;
    tx.execute(
        "INSERT INTO civil_notes (entry, number, kind, field, old_value, new_value, why, authority, authority_on, at,
           post, person)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &params![
            entry.id,
            note.number,
            note.kind.as_str(),
            &note.change.field,
            &note.change.old,
            &note.change.new,
            &note.why,
            &note.authority,
            note.authority_on,
            note.at,
            note.post,
            note.person,
        ],
    )?;
    index(tx, entry, words)?;
    Ok(true)
}

/// Writes that copies of an extract were issued.
pub fn insert_extract(tx: &mut Tx<'_>, entry: EntryId, extract: &Extract) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO civil_extracts (entry, dossier, symbol, copies, notes, issued_at, post, person)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            entry,
            extract.dossier,
            &extract.symbol,
            extract.copies,
            extract.notes,
            extract.issued_at,
            extract.post,
            extract.person,
        ],
    )?;
    Ok(())
}

/// Puts the search words of an entry in place of the older ones.
pub fn index(tx: &mut Tx<'_>, entry: &Entry, words: &[String]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM civil_words WHERE entry = $1", &params![entry.id])?;
    for word in words {
        tx.execute(
            "INSERT INTO civil_words (unit, book, word, entry) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            &params![&entry.unit, entry.book.as_str(), word, entry.id],
        )?;
    }
    Ok(())
}

/// The search words of an entry as they are stored, in order.
pub fn words_of(tx: &mut Tx<'_>, entry: EntryId) -> Result<Vec<String>, StoreError> {
    tx.each(
        "SELECT word FROM civil_words WHERE entry = $1 ORDER BY word",
        &params![entry],
        |row| row.get("word"),
    )
}

/// An entry.
pub fn load(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<Entry>, StoreError> {
    let row = tx.one("SELECT * FROM civil_entries WHERE id = $1", &params![id])?;
    row.as_ref().map(read).transpose()
}

/// An entry, held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<Entry>, StoreError> {
    let row = tx.one_locked("SELECT * FROM civil_entries WHERE id = $1", &params![id])?;
    row.as_ref().map(read).transpose()
}

/// The entry that was made from a dossier.
pub fn of_dossier(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Option<Entry>, StoreError> {
    let row = tx.one(
        "SELECT * FROM civil_entries WHERE dossier = $1",
        &params![dossier],
    )?;
    row.as_ref().map(read).transpose()
}

/// The entry with a number.
pub fn by_number(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    book: CivilBook,
    year: i64,
    number: i64,
) -> Result<Option<Entry>, StoreError> {
    let row = tx.one(
        "SELECT * FROM civil_entries WHERE unit = $1 AND book = $2 AND year = $3 AND number = $4",
        &params![unit, book.as_str(), year, number],
    )?;
    row.as_ref().map(read).transpose()
}

/// The first entry of a register for a personal number.
pub fn by_person(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    book: CivilBook,
    personal_id: &str,
) -> Result<Option<Entry>, StoreError> {
    let row = tx.one(
        "SELECT * FROM civil_entries WHERE unit = $1 AND book = $2 AND personal_id = $3
         ORDER BY year, number LIMIT 1",
        &params![unit, book.as_str(), personal_id],
    )?;
    row.as_ref().map(read).transpose()
}

/// Entries of a register with this name and day of birth, oldest first; at most ten.
pub fn namesakes(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    book: CivilBook,
    born_on: Date,
    name: &str,
) -> Result<Vec<Entry>, StoreError> {
    tx.each(
        "SELECT * FROM civil_entries WHERE unit = $1 AND book = $2 AND born_on = $3 AND name = $4
         ORDER BY year, number LIMIT 10",
        &params![unit, book.as_str(), born_on, name],
        read,
    )
}

/// Entries in order of their ids, for `verify`.
pub fn after(tx: &mut Tx<'_>, after: Option<EntryId>, limit: u32) -> Result<Vec<Entry>, StoreError> {
    tx.each(
        "SELECT * FROM civil_entries WHERE id > $1 ORDER BY id LIMIT $2",
        &params![
            after.map_or_else(String::new, |id| id.to_string()),
            i64::from(limit)
        ],
        read,
    )
}

/// The columns of an entry that lists show, as they are stored: for `verify`.
pub fn stored_summary(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<Summary>, StoreError> {
    let row = tx.one("SELECT * FROM civil_entries WHERE id = $1", &params![id])?;
    row.as_ref().map(list::summary).transpose()
}

/// The notes of an entry, oldest first.
pub fn notes(tx: &mut Tx<'_>, entry: EntryId) -> Result<Vec<Note>, StoreError> {
    tx.each(
        "SELECT * FROM civil_notes WHERE entry = $1 ORDER BY number",
        &params![entry],
        |row| {
            Ok(Note {
                number: row.get("number")?,
                kind: word(row, "kind", NoteKind::parse)?,
                change: Change {
                    field: row.get("field")?,
                    old: row.get("old_value")?,
                    new: row.get("new_value")?,
                },
                why: row.get("why")?,
                authority: row.get("authority")?,
                authority_on: row.get("authority_on")?,
                at: row.get("at")?,
                post: row.get("post")?,
                person: row.get("person")?,
            })
        },
    )
}

/// The extracts issued from an entry, oldest first.
pub fn extracts(tx: &mut Tx<'_>, entry: EntryId) -> Result<Vec<Extract>, StoreError> {
    tx.each(
        "SELECT * FROM civil_extracts WHERE entry = $1 ORDER BY issued_at, dossier",
        &params![entry],
        |row| {
            Ok(Extract {
                dossier: row.get("dossier")?,
                symbol: row.get("symbol")?,
                copies: row.get("copies")?,
                notes: row.get("notes")?,
                issued_at: row.get("issued_at")?,
                post: row.get("post")?,
                person: row.get("person")?,
            })
        },
    )
}

fn read(row: &Row) -> Result<Entry, StoreError> {
    let json = |column| row.get::<String>(column);
    Ok(Entry {
        id: row.get("id")?,
        unit: row.get("unit")?,
        book: word(row, "book", CivilBook::parse)?,
        year: row.get("year")?,
        number: row.get("number")?,
        symbol: row.get("symbol")?,
        dossier: row.get("dossier")?,
        form: row.get("form")?,
        first: serde_json::from_str(&json("first_values")?)?,
        present: serde_json::from_str(&json("present_values")?)?,
        differences: serde_json::from_str(&json("differences")?)?,
        differences_why: row.get("differences_why")?,
        registered_on: row.get("registered_on")?,
        signer: row.get("signer")?,
        prepared_by: row.get("prepared_by")?,
        prepared_by_person: row.get("prepared_by_person")?,
        entered_at: row.get("entered_at")?,
        entered_by: row.get("entered_by")?,
        entered_by_person: row.get("entered_by_person")?,
        notes: row.get("notes")?,
        version: row.get("version")?,
    })
}

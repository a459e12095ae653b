//! Register books: entries, their corrections, and what `verify` reads of their numbers.

use jiff::Timestamp;
use serde_json::Value as Json;
use townhall_domain::ids::{DossierId, EntryId, PersonId, PostId, UnitId};
use townhall_domain::register::Book;
use townhall_domain::space::Space;

use crate::statement::Statement;
use crate::value::Row;
use crate::{StoreError, Tx, params};

/// That an entry was struck out; its number stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struck {
    /// When.
    pub at: Timestamp,
    /// By which post.
    pub by: Option<PostId>,
    /// By whom.
    pub by_person: Option<PersonId>,
    /// Why.
    pub why: String,
}

/// An entry of a register book.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Identity.
    pub id: EntryId,
    /// The book: unit, id, year.
    pub book: Book,
    /// Space of the unit.
    pub space: Space,
    /// Its number in the book.
    pub number: i64,
    /// The number as it is written: `12/2025-SCT/BS`.
    pub symbol: String,
    /// The dossier that it was made for.
    pub dossier: DossierId,
    /// Which of the entries of that dossier, from 0.
    pub position: i64,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// By which post.
    pub entered_by: Option<PostId>,
    /// By whom.
    pub entered_by_person: Option<PersonId>,
    /// Whose entry it is: who asked, the child, the deceased.
    pub name: String,
    /// What was entered: the title of the paper, the act.
    pub title: String,
    /// What the book says beside it, by the kind of the book.
    pub body: Json,
    /// Folded words under which it is found.
    pub search_key: String,
    /// Whether and why it was struck out.
    pub struck: Option<Struck>,
}

/// What stood in an entry before it was corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Number within the entry: 1, 2, 3 …
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// By which post.
    pub post: Option<PostId>,
    /// By whom.
    pub person: Option<PersonId>,
    /// Why.
    pub reason: String,
    /// Which field.
    pub field: String,
    /// What stood there.
    pub old: String,
    /// What stands there now.
    pub new: String,
}

/// A book with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// The book.
    pub book: Book,
    /// Its last number, which is the number of its entries.
    pub last: i64,
    /// When the last entry was made.
    pub last_at: Timestamp,
    /// Entries that were struck out.
    pub struck: i64,
}

/// Which entries of a book: a page by keyset over their numbers.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The book.
    pub book: Book,
    /// Whose space it is.
    pub space: Space,
    /// Folded words that must all occur.
    pub words: Vec<String>,
    /// Entered in this interval, the end excluded.
    pub entered: Option<(Timestamp, Timestamp)>,
    /// Lowest number first, as the book is bound; else the newest first.
    pub ascending: bool,
    /// The number after which the page begins, in the order chosen.
    pub after: Option<i64>,
}

impl Filter {
    /// All entries of a book, newest first.
    pub fn new(book: Book, space: Space) -> Self {
        Self {
            book,
            space,
            words: Vec::new(),
            entered: None,
            ascending: false,
            after: None,
        }
    }
}

const COLUMNS: &str = "id, unit, space, book, year, number, symbol, dossier, position, entered_at, entered_by, entered_by_person, \
    name, title, body, search_key, struck_at, struck_by, struck_by_person, struck_why";

/// Writes a new entry; a number that is taken is refused by the index.
pub fn insert(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO register_entries (id, unit, space, book, year, number, symbol, dossier, position, entered_at, entered_by,
           entered_by_person, name, title, body, search_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        &params![
            entry.id,
            &entry.book.unit,
            entry.space,
            &entry.book.book,
            i64::from(entry.book.year),
            entry.number,
            &entry.symbol,
            entry.dossier,
            entry.position,
            entry.entered_at,
            entry.entered_by,
            entry.entered_by_person,
            &entry.name,
            &entry.title,
            &entry.body,
            &entry.search_key,
        ],
    )?;
    Ok(())
}

/// Writes what a correction changes: name, title, body and the words of the search.
pub fn save(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE register_entries SET name = $1, title = $2, body = $3, search_key = $4 WHERE id = $5",
        &params![
            &entry.name,
            &entry.title,
            &entry.body,
            &entry.search_key,
            entry.id
        ],
    )?;
    Ok(())
}

/// Strikes an entry out; its number, and all that it says, stays.
pub fn strike(tx: &mut Tx<'_>, id: EntryId, struck: &Struck) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE register_entries SET struck_at = $1, struck_by = $2, struck_by_person = $3, struck_why = $4 WHERE id = $5",
        &params![struck.at, struck.by, struck.by_person, &struck.why, id],
    )?;
    Ok(())
}

/// Keeps what stood in an entry; gives it the next number within the entry.
pub fn insert_correction(
    tx: &mut Tx<'_>,
    id: EntryId,
    entry: &Entry,
    correction: &Correction,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO register_corrections (id, entry, dossier, number, at, post, person, reason, field, old_value, new_value)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            id,
            entry.id,
            entry.dossier,
            correction.number,
            correction.at,
            correction.post,
            correction.person,
            &correction.reason,
            &correction.field,
            &correction.old,
            &correction.new,
        ],
    )?;
    Ok(())
}

/// The corrections of an entry, oldest first.
pub fn corrections(tx: &mut Tx<'_>, entry: EntryId) -> Result<Vec<Correction>, StoreError> {
    tx.each(
        "SELECT number, at, post, person, reason, field, old_value, new_value FROM register_corrections
         WHERE entry = $1 ORDER BY number",
        &params![entry],
        |row| {
            Ok(Correction {
                number: row.get("number")?,
                at: row.get("at")?,
                post: row.get("post")?,
                person: row.get("person")?,
                reason: row.get("reason")?,
                field: row.get("field")?,
                old: row.get("old_value")?,
                new: row.get("new_value")?,
            })
        },
    )
}

/// Loads an entry.
pub fn load(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<Entry>, StoreError> {
    let row = tx.one(
        &format!("SELECT {COLUMNS} FROM register_entries WHERE id = $1"),
        &params![id],
    )?;
    row.as_ref().map(read).transpose()
}

/// The entries of a dossier in their order.
pub fn of_dossier(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Entry>, StoreError> {
    tx.each(
        &format!("SELECT {COLUMNS} FROM register_entries WHERE dossier = $1 ORDER BY position"),
        &params![dossier],
        read,
    )
}

/// A page of at most `limit` entries.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let mut sql = Statement::new(format!("SELECT {COLUMNS} FROM register_entries WHERE "));
    sql.add(
        "unit = ? AND book = ? AND year = ? AND space = ?",
        params![
            &filter.book.unit,
            &filter.book.book,
            i64::from(filter.book.year),
            filter.space
        ],
    );
    for word in &filter.words {
        sql.and("search_key LIKE ? ESCAPE '!'", [like(word).into()]);
    }
    if let Some((from, until)) = filter.entered {
        sql.and("entered_at >= ? AND entered_at < ?", [from.into(), until.into()]);
    }
    let (compare, direction) = if filter.ascending {
        (">", "ASC")
    } else {
        ("<", "DESC")
    };
    if let Some(after) = filter.after {
        sql.and(&format!("number {compare} ?"), [after.into()]);
    }
    sql.add(&format!(" ORDER BY number {direction} LIMIT ?"), [limit.into()]);
    sql.rows(tx)?.iter().map(read).collect()
}

/// A word anywhere in the text, taken literally.
fn like(word: &str) -> String {
    let mut pattern = String::from("%");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The entries of one book of a unit since an instant, newest first.
pub fn entered_since(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    book: &str,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    tx.each(
        &format!(
            "SELECT {COLUMNS} FROM register_entries WHERE unit = $1 AND book = $2 AND entered_at >= $3
             ORDER BY year DESC, number DESC LIMIT $4"
        ),
        &params![unit, book, since, limit],
        read,
    )
}

/// How many entries of one book were made since an instant; those that were struck out are not counted.
pub fn count_since(tx: &mut Tx<'_>, unit: &UnitId, book: &str, since: Timestamp) -> Result<i64, StoreError> {
    let row = tx.one(
        "SELECT COUNT(*) AS many FROM register_entries
         WHERE unit = $1 AND book = $2 AND entered_at >= $3 AND struck_at IS NULL",
        &params![unit, book, since],
    )?;
    row.map_or(Ok(0), |row| row.get("many"))
}

/// The books of a unit that have entries, the newest year first.
pub fn volumes(tx: &mut Tx<'_>, unit: &UnitId, space: Space) -> Result<Vec<Volume>, StoreError> {
    tx.each(
        "SELECT book, year, MAX(number) AS last, MAX(entered_at) AS last_at,
           CAST(SUM(CASE WHEN struck_at IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS struck
         FROM register_entries WHERE unit = $1 AND space = $2 GROUP BY book, year ORDER BY year DESC, book",
        &params![unit, space],
        |row| {
            Ok(Volume {
                book: Book {
                    unit: unit.clone(),
                    book: row.get("book")?,
                    year: year(row)?,
                },
                last: row.get("last")?,
                last_at: row.get("last_at")?,
                struck: row.get("struck")?,
            })
        },
    )
}

/// Every book that has entries or a counter, for `verify`: the counter's place beside it, 0 when there is none.
pub fn all_books(tx: &mut Tx<'_>) -> Result<Vec<(Book, i64)>, StoreError> {
    let mut found: std::collections::BTreeMap<Book, i64> = std::collections::BTreeMap::new();
    for row in tx.rows("SELECT DISTINCT unit, book, year FROM register_entries", &[])? {
        let book = Book {
            unit: row.get("unit")?,
            book: row.get("book")?,
            year: year(&row)?,
        };
        found.insert(book, 0);
    }
    // 'book;' is the first text after everything that begins with 'book:'.
    let counters = tx.rows(
        "SELECT unit, name, last FROM counters WHERE name >= $1 AND name < 'book;'",
        &params![Book::COUNTERS],
    )?;
    for row in counters {
        let (unit, name): (UnitId, String) = (row.get("unit")?, row.get("name")?);
        if let Some(book) = Book::of_counter(&unit, &name) {
            found.insert(book, row.get("last")?);
        }
    }
    Ok(found.into_iter().collect())
}

/// All numbers of a book in ascending order with the instants of their entries, for `verify`.
pub fn numbers(tx: &mut Tx<'_>, book: &Book) -> Result<Vec<(i64, Timestamp)>, StoreError> {
    tx.each(
        "SELECT number, entered_at FROM register_entries WHERE unit = $1 AND book = $2 AND year = $3 ORDER BY number",
        &params![&book.unit, &book.book, i64::from(book.year)], |row| Ok((row.get("number")?, row.get("entered_at")?)))
}

/// Results with a number of a book in which no entry of their dossier stands, for `verify`: dossier, book, number.
pub fn results_without_entry(tx: &mut Tx<'_>) -> Result<Vec<(String, String, i64)>, StoreError> {
    tx.each(
        "SELECT r.dossier AS dossier, r.book AS book, r.number AS number FROM dossier_results r
         WHERE r.number IS NOT NULL AND r.book <> 'results'
           AND NOT EXISTS (SELECT 1 FROM register_entries e WHERE e.dossier = r.dossier AND e.unit = r.unit
             AND e.book = r.book AND e.year = r.year AND e.number = r.number)
         ORDER BY r.dossier",
        &[],
        |row| Ok((row.get("dossier")?, row.get("book")?, row.get("number")?)),
    )
}

fn year(row: &Row) -> Result<i16, StoreError> {
    let year: i64 = row.get("year")?;
    i16::try_from(year).map_err(|_| StoreError::Unknown {
        what: "year of a register book",
        value: year.to_string(),
    })
}

fn read(row: &Row) -> Result<Entry, StoreError> {
    let struck_at: Option<Timestamp> = row.get("struck_at")?;
    let struck = match struck_at {
        None => None,
        Some(at) => Some(Struck {
            at,
            by: row.get("struck_by")?,
            by_person: row.get("struck_by_person")?,
            why: row.get("struck_why")?,
        }),
    };
    Ok(Entry {
        id: row.get("id")?,
        book: Book {
            unit: row.get("unit")?,
            book: row.get("book")?,
            year: year(row)?,
        },
        space: row.get("space")?,
        number: row.get("number")?,
        symbol: row.get("symbol")?,
        dossier: row.get("dossier")?,
        position: row.get("position")?,
        entered_at: row.get("entered_at")?,
        entered_by: row.get("entered_by")?,
        entered_by_person: row.get("entered_by_person")?,
        name: row.get("name")?,
        title: row.get("title")?,
        body: row.get("body")?,
        search_key: row.get("search_key")?,
        struck,
    })
}

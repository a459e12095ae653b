//! What pages and papers show of the books.

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::dossier::Dossier;
use townhall_domain::ids::{EntryId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::register::{Book, BookFamily};
use townhall_domain::space::Space;
use townhall_domain::time;
use townhall_store::registers::{self, Correction, Entry, Filter, Volume};
use townhall_store::{Tx, dossiers};

use super::change::may_change;
use super::{family, may_read, may_read_book};
use crate::access_log::{NoteReading, Reading};
use crate::cx::Cx;
use crate::dossier::reading;
use crate::error::AppError;
use crate::fees::person_name;

/// A book on the shelf: its spec in the packs and the years in which it has entries.
#[derive(Debug, Clone)]
pub struct BookView {
    /// Id in `numbering.toml`.
    pub book: String,
    /// Which law keeps it.
    pub family: BookFamily,
    /// Its years, the newest first.
    pub years: Vec<Volume>,
}

/// All books of a unit.
#[derive(Debug, Clone)]
pub struct ShelfView {
    /// Whose they are.
    pub unit: UnitId,
    /// In the order of the packs.
    pub books: Vec<BookView>,
}

/// The unit whose books are read: the one asked for, or that of the actor's post.
fn unit_of(cx: &Cx, asked: Option<&UnitId>) -> Result<UnitId, AppError> {
    asked
        .or(cx.actor.unit())
        .filter(|unit| may_read(cx, unit, Space::State))
        .cloned()
        .ok_or(AppError::NotFound("registers"))
}

/// The books of a unit; those without an entry so far are listed too, since they can be opened any day.
pub fn registers(tx: &mut Tx<'_>, cx: &Cx, asked: Option<&UnitId>) -> Result<ShelfView, AppError> {
    let unit = unit_of(cx, asked)?;
    let volumes = registers::volumes(tx, &unit, Space::State)?;
    let known = |book: &str| may_read_book(cx, &unit, Space::State, book);
    let books = cx
        .packs()
        .books()
        .iter()
        .filter(|spec| known(&spec.id))
        .map(|spec| BookView {
            book: spec.id.clone(),
            family: spec.family,
            years: volumes
                .iter()
                .filter(|volume| volume.book.book == spec.id)
                .cloned()
                .collect(),
        });
    Ok(ShelfView {
        books: books.collect(),
        unit,
    })
}

/// Which entries of a book are asked for.
#[derive(Debug, Clone, Default)]
pub struct RegisterQuery {
    /// Whose book; that of the actor's unit when left out.
    pub unit: Option<UnitId>,
    /// Id of the book.
    pub book: String,
    /// Year; this one when left out.
    pub year: Option<i16>,
    /// Words, with or without marks.
    pub search: String,
    /// Entered on these days, both included.
    pub days: Option<(Date, Date)>,
    /// Lowest number first.
    pub ascending: bool,
    /// The number after which the page begins.
    pub after: Option<i64>,
    /// Most entries; 50 when 0.
    pub limit: usize,
}

/// A page of a book.
#[derive(Debug, Clone)]
pub struct RegisterPage {
    /// The book.
    pub book: Book,
    /// Which law keeps it.
    pub family: BookFamily,
    /// The entries.
    pub entries: Vec<Entry>,
    /// Number after which the next page begins; none at the end.
    pub next: Option<i64>,
}

/// A page of a book by keyset; an unknown book is "not found".
pub fn register_page(tx: &mut Tx<'_>, cx: &Cx, query: &RegisterQuery) -> Result<RegisterPage, AppError> {
    let unit = unit_of(cx, query.unit.as_ref())?;
    let spec = cx
        .packs()
        .book(&query.book)
        .filter(|spec| may_read_book(cx, &unit, Space::State, &spec.id))
        .ok_or(AppError::NotFound("register"))?;
    let limit = if query.limit == 0 { 50 } else { query.limit };
    let filter = Filter {
        words: townhall_text::fold(&query.search)
            .split_whitespace()
            .take(10)
            .map(str::to_owned)
            .collect(),
        entered: query.days.map(interval),
        ascending: query.ascending,
        after: query.after,
        ..Filter::new(
            Book {
                unit,
                book: spec.id.clone(),
                year: query.year.unwrap_or(cx.today().year()),
            },
            Space::State,
        )
    };
    let mut entries = registers::list(tx, &filter, i64::try_from(limit + 1).unwrap_or(i64::MAX))?;
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    Ok(RegisterPage {
        next: entries.last().filter(|_| has_more).map(|entry| entry.number),
        family: spec.family,
        book: filter.book,
        entries,
    })
}

fn interval((from, to): (Date, Date)) -> (Timestamp, Timestamp) {
    let until = to.tomorrow().unwrap_or(to);
    (
        time::instant(from.at(0, 0, 0, 0)),
        time::instant(until.at(0, 0, 0, 0)),
    )
}

/// An entry with what belongs to it.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// The entry.
    pub entry: Entry,
    /// Which law keeps its book.
    pub family: BookFamily,
    /// The dossier that it was made for.
    pub dossier: Dossier,
    /// What stood there before, oldest first, each with who changed it.
    pub corrections: Vec<(Correction, String)>,
    /// Who entered it.
    pub entered_by: String,
    /// Who struck it out; empty when nobody did.
    pub struck_by: String,
    /// Whether the reader may strike it out and correct it now.
    pub may_change: bool,
    /// Whether the reader may give money back.
    pub may_void: bool,
    /// For the access log: whoever opens it has read the dossier.
    pub reading: NoteReading,
}

/// Loads an entry; who may not know of it gets "not found".
pub fn register_entry(tx: &mut Tx<'_>, cx: &Cx, id: EntryId) -> Result<EntryView, AppError> {
    let entry = registers::load(tx, id)?
        .filter(|entry| may_read_book(cx, &entry.book.unit, entry.space, &entry.book.book))
        .ok_or(AppError::NotFound("entry"))?;
    let dossier = dossiers::load(tx, entry.dossier)?.ok_or(AppError::NotFound("entry"))?;
    let mut corrections = Vec::new();
    for correction in registers::corrections(tx, id)? {
        let by = person_name(tx, correction.person)?;
        corrections.push((correction, by));
    }
    Ok(EntryView {
        family: family(cx, &entry.book.book),
        entered_by: person_name(tx, entry.entered_by_person)?,
        struck_by: match &entry.struck {
            Some(struck) => person_name(tx, struck.by_person)?,
            None => String::new(),
        },
        may_change: entry.struck.is_none() && may_change(cx, &entry),
        may_void: cx.actor.may(Right::VoidFee, &dossier.receiving_unit),
        reading: reading(cx, &dossier, Reading::Dossier, "dossier", dossier.id.to_string()),
        corrections,
        dossier,
        entry,
    })
}

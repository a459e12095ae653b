//! Lists of a register: a page by keyset, newest number first, only of units whose register may be seen.

use jiff::civil::Date;
use townhall_domain::civil_status::{CivilBook, Summary};
use townhall_domain::ids::{EntryId, UnitId};

use crate::dossiers::word;
use crate::statement::{Statement, cut, one_more};
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// An entry as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Identity.
    pub id: EntryId,
    /// The unit that keeps the register.
    pub unit: UnitId,
    /// The register.
    pub book: CivilBook,
    /// Year of the number.
    pub year: i64,
    /// The number.
    pub number: i64,
    /// The number as it is written.
    pub symbol: String,
    /// Who it is about.
    pub summary: Summary,
    /// The day of registration.
    pub registered_on: Date,
    /// How many notes of change it has.
    pub notes: i64,
}

/// Key of the last row of a page: year, number, identity.
pub type Key = (i64, i64, EntryId);

/// What a list is narrowed to. The units are those whose registers may be seen; without one nothing is found.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Units.
    pub units: Vec<UnitId>,
    /// The register.
    pub book: CivilBook,
    /// Year of the numbers.
    pub year: Option<i64>,
    /// The number.
    pub number: Option<i64>,
    /// Smallest number.
    pub from: Option<i64>,
    /// Day of birth of the person named first.
    pub born_on: Option<Date>,
    /// Folded words that all must occur in a name, each as the beginning of one.
    pub words: Vec<String>,
    /// Smallest number first: for printing; newest first otherwise.
    pub ascending: bool,
    /// Key of the last row of the page before.
    pub after: Option<Key>,
}

impl Filter {
    /// All entries of a register.
    pub fn new(units: Vec<UnitId>, book: CivilBook) -> Self {
        Self {
            units,
            book,
            year: None,
            number: None,
            from: None,
            born_on: None,
            words: Vec::new(),
            ascending: false,
            after: None,
        }
    }
}

/// A page of a register.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Listed>,
    /// Key for the next page, when there is one.
    pub next: Option<Key>,
}

/// One page of a register, at most `limit` rows.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, limit: usize) -> Result<Page, StoreError> {
    if filter.units.is_empty() {
        return Ok(Page {
            rows: Vec::new(),
            next: None,
        });
    }
    let book = || Value::from(filter.book.as_str());
    let mut sql = Statement::new("SELECT e.* FROM civil_entries e WHERE ");
    sql.any_of("e.unit", &filter.units).and("e.book = ?", [book()]);
    for typed in &filter.words {
        sql.add(" AND e.id IN (SELECT w.entry FROM civil_words w WHERE ", [])
            .any_of("w.unit", &filter.units)
            .and(
                "w.book = ? AND w.word >= ? AND w.word < ?)",
                [book(), typed.into(), format!("{typed}\u{10ffff}").into()],
            );
    }
    if let Some(year) = filter.year {
        sql.and("e.year = ?", [year.into()]);
    }
    if let Some(number) = filter.number {
        sql.and("e.number = ?", [number.into()]);
    }
    if let Some(from) = filter.from {
        sql.and("e.number >= ?", [from.into()]);
    }
    if let Some(born_on) = filter.born_on {
        sql.and("e.born_on = ?", [born_on.into()]);
    }
    let (compare, direction) = if filter.ascending {
        (">", "ASC")
    } else {
        ("<", "DESC")
    };
    if let Some((year, number, id)) = filter.after {
        sql.and(
            &format!("(e.year, e.number, e.id) {compare} (?, ?, ?)"),
            [year.into(), number.into(), id.into()],
        );
    }
    sql.add(
        &format!(" ORDER BY e.year {direction}, e.number {direction}, e.id {direction} LIMIT ?"),
        [one_more(limit)],
    );
    let mut rows = sql.rows(tx)?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let next = cut(&mut rows, limit, |last| (last.year, last.number, last.id));
    Ok(Page { rows, next })
}

fn read(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: row.get("id")?,
        unit: row.get("unit")?,
        book: word(row, "book", CivilBook::parse)?,
        year: row.get("year")?,
        number: row.get("number")?,
        symbol: row.get("symbol")?,
        summary: summary(row)?,
        registered_on: row.get("registered_on")?,
        notes: row.get("notes")?,
    })
}

pub(super) fn summary(row: &Row) -> Result<Summary, StoreError> {
    Ok(Summary {
        name: row.get("name")?,
        other_name: row.get("other_name")?,
        born_on: row.get("born_on")?,
        event_on: row.get("event_on")?,
        personal_id: row.get("personal_id")?,
        other_id: row.get("other_id")?,
    })
}

//! Making an entry.

use serde_json::json;
use townhall_domain::dossier::Dossier;
use townhall_domain::ids::EntryId;
use townhall_domain::procedure::Procedure;
use townhall_domain::register::Book;
use townhall_store::dossiers::DossierResult;
use townhall_store::registers::{self, Entry};
use townhall_store::{Tx, counters, dossiers, fees};

use super::EntryBody;
use crate::civil_status::name_in_book;
use crate::cx::Cx;
use crate::error::AppError;
use crate::express::counted_papers;
use crate::paper_data::{SIGNER, Signer};

/// What is entered.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Id of the book in `numbering.toml`.
    pub book: String,
    /// Which of the entries of its dossier, from 0.
    pub position: i64,
    /// Whose entry it is.
    pub name: String,
    /// What was entered.
    pub title: String,
    /// What the book says beside it.
    pub body: EntryBody,
}

/// Makes an entry with the next number of the book of this year: 1 in a new year, and never a gap, since a command
/// that is undone gives its number back.
///
/// The counter's row stays locked until the command ends: call this after everything that may refuse. The caller
/// records the fact of the dossier afterwards.
pub fn enter(tx: &mut Tx<'_>, cx: &Cx, dossier: &Dossier, new: NewEntry) -> Result<Entry, AppError> {
    let book = Book {
        unit: dossier.unit.clone(),
        book: new.book,
        year: cx.today().year(),
    };
    let number = counters::next(tx, &book.unit, &book.counter())?;
    let symbol = cx.packs().result_symbol(&book.book, number, book.year);
    let mut entry = Entry {
        id: cx.new_id::<EntryId>(),
        space: dossier.space,
        number,
        symbol,
        dossier: dossier.id,
        position: new.position,
        entered_at: cx.now(),
        entered_by: cx.actor.post(),
        entered_by_person: cx.actor.person(),
        name: new.name,
        title: new.title,
        body: json!(new.body),
        search_key: String::new(),
        struck: None,
        book,
    };
    entry.search_key = search_key(&entry);
    registers::insert(tx, &entry)?;
    Ok(entry)
}

/// Folded words under which an entry is found: whose it is, what it is, its number as written.
pub(super) fn search_key(entry: &Entry) -> String {
    townhall_text::fold(&format!("{} {} {}", entry.name, entry.title, entry.symbol))
}

/// Enters the result of a dossier that went the ordinary way: what its form and its signer say. Several papers of one
/// request take a number each, in their order.
pub fn enter_result(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    procedure: &Procedure,
    book: &str,
    result: &DossierResult,
) -> Result<Vec<Entry>, AppError> {
    let signer: Option<Signer> = result
        .body
        .get(SIGNER)
        .and_then(|signer| serde_json::from_value(signer.clone()).ok());
    let papers = counted_papers(&dossiers::records(tx, dossier.id)?);
    if !papers.is_empty() {
        let mut entries = Vec::new();
        for (position, paper) in (0_i64..).zip(papers) {
            let new = NewEntry {
                book: book.to_owned(),
                position,
                name: dossier.applicant.name.clone(),
                title: paper.title,
                body: EntryBody {
                    pages: Some(paper.pages),
                    copies: Some(paper.copies),
                    fee: Some(paper.fee),
                    signer: signer.clone(),
                    more: serde_json::Map::new(),
                },
            };
            entries.push(enter(tx, cx, dossier, new)?);
        }
        return Ok(entries);
    }
    let fee = fees::charges(tx, dossier.id)?
        .iter()
        .map(|charge| charge.due)
        .sum();
    let count = |field: &str| dossier.form.get(field).and_then(serde_json::Value::as_i64);
    let body = EntryBody {
        pages: count("pages"),
        copies: count("copies"),
        fee: Some(fee),
        signer,
        more: serde_json::Map::new(),
    };
    let title = dossier
        .form
        .get("paper_name")
        .and_then(serde_json::Value::as_str)
        .filter(|title| !title.is_empty())
        .unwrap_or(&procedure.name.vi);
    let new = NewEntry {
        book: book.to_owned(),
        position: 0,
        name: name_in_book(result).unwrap_or_else(|| dossier.applicant.name.clone()),
        title: title.to_owned(),
        body,
    };
    Ok(vec![enter(tx, cx, dossier, new)?])
}

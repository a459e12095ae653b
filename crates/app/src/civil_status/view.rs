//! Reading the registers: lists, one entry with its history, and what a dossier has to do with them.

use std::collections::BTreeMap;

use townhall_domain::civil_status::{CivilBook, days_late};
use townhall_domain::ids::{DossierId, EntryId, PersonId, PostId};
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_store::civil_status::{self, Entry, Extract, Filter, Note, Page};
use townhall_store::{Tx, counters, dossiers, organisation};

use super::extract::Chosen;
use super::prepare::Prepared;
use super::{ENTRY, EXTRACT, book_of, gives_extracts, must_keep, part};
use crate::access_log::{NoteReading, Reading};
use crate::cx::Cx;
use crate::dossier::flow::{is_visible, procedure_of};
use crate::error::AppError;

/// One page of a register. Which units: only those whose register the actor keeps.
pub fn register_list(tx: &mut Tx<'_>, cx: &Cx, filter: &Filter, limit: usize) -> Result<Page, AppError> {
    let units = registers_of(cx);
    if units.is_empty() || !cx.actor.is_of_space(Space::State) {
        return Err(AppError::NotFound("register"));
    }
    let mut filter = filter.clone();
    if filter.units.is_empty() {
        filter.units = units;
    } else {
        filter.units.retain(|unit| units.contains(unit));
    }
    Ok(civil_status::list(tx, &filter, limit)?)
}

/// The units whose registers the actor keeps.
pub fn registers_of(cx: &Cx) -> Vec<townhall_domain::ids::UnitId> {
    cx.actor.units_for(Right::KeepRegister)
}

/// How many entries each register of the actor's unit has in a year: the last number of each book.
pub fn registers_years(tx: &mut Tx<'_>, cx: &Cx, year: i64) -> Result<Vec<(CivilBook, i64)>, AppError> {
    let unit = cx.actor.unit().cloned().ok_or(AppError::NotFound("register"))?;
    must_keep(cx, &unit)?;
    CivilBook::ALL
        .into_iter()
        .map(|book| {
            let name = format!("book:{}:{year}", book.as_str());
            Ok((book, counters::last(tx, &unit, &name)?))
        })
        .collect()
}

/// An entry with everything that happened to it.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// The entry.
    pub entry: Entry,
    /// Its notes of change, oldest first.
    pub notes: Vec<Note>,
    /// The extracts issued from it, oldest first.
    pub extracts: Vec<Extract>,
    /// Code of the dossier from which it was made.
    pub dossier_code: Option<String>,
    /// Codes of the dossiers in which extracts were asked for.
    pub extract_codes: BTreeMap<DossierId, String>,
    /// By how many days it was registered late.
    pub days_late: Option<i64>,
    /// Titles of the posts, Vietnamese and English.
    pub posts: BTreeMap<PostId, (String, String)>,
    /// Names of the people.
    pub people: BTreeMap<PersonId, String>,
}

impl EntryView {
    /// How many copies were issued from it.
    pub fn copies(&self) -> i64 {
        self.extracts.iter().map(|extract| extract.copies).sum()
    }
}

/// Loads an entry for its page; who does not keep that register is told that there is none.
pub fn entry_view(tx: &mut Tx<'_>, cx: &Cx, id: EntryId) -> Result<EntryView, AppError> {
    let entry = civil_status::load(tx, id)?.ok_or(AppError::NotFound("entry"))?;
    must_keep(cx, &entry.unit)?;
    let (notes, extracts) = (civil_status::notes(tx, id)?, civil_status::extracts(tx, id)?);
    let mut wanted = vec![
        (entry.prepared_by, entry.prepared_by_person),
        (entry.entered_by, entry.entered_by_person),
    ];
    wanted.extend(notes.iter().map(|note| (note.post, note.person)));
    wanted.extend(extracts.iter().map(|extract| (extract.post, extract.person)));
    let posts = organisation::titles_of_posts(tx, wanted.iter().filter_map(|(post, _)| *post))?;
    let people = organisation::names_of_people(tx, wanted.iter().filter_map(|(_, person)| *person))?;
    let mut extract_codes = BTreeMap::new();
    for extract in &extracts {
        if let Some(dossier) = dossiers::load(tx, extract.dossier)? {
            extract_codes.insert(extract.dossier, dossier.code);
        }
    }
    Ok(EntryView {
        dossier_code: dossiers::load(tx, entry.dossier)?.map(|dossier| dossier.code),
        days_late: days_late(entry.book, &entry.first, entry.registered_on),
        notes,
        extracts,
        extract_codes,
        posts,
        people,
        entry,
    })
}

/// The opening of an entry, for the access log.
pub fn entry_reading(cx: &Cx, entry: &Entry) -> NoteReading {
    let post = cx.actor.post();
    NoteReading {
        reading: Reading::RegisterEntry,
        subject_kind: super::SUBJECT,
        subject_id: entry.id.to_string(),
        unit: entry.unit.clone(),
        about: None,
        own_work: post.is_some() && (entry.prepared_by == post || entry.entered_by == post),
        reason: None,
    }
}

/// What a dossier has to do with the registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Case {
    /// An entry is to be made, or is ready: the register, and whether it is.
    ToEnter(CivilBook, bool),
    /// It was entered: the entry and its number.
    Entered(CivilBook, EntryId, String),
    /// An extract is asked for; the entry that was chosen with its number.
    Extract(Option<(EntryId, String)>),
}

/// Tells who keeps the register what a dossier has to do with it; nothing for anybody else.
pub fn case_of(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<Option<Case>, AppError> {
    let Some(dossier) = dossiers::load(tx, id)?.filter(|dossier| is_visible(cx, dossier)) else {
        return Ok(None);
    };
    if must_keep(cx, &dossier.unit).is_err() {
        return Ok(None);
    }
    let procedure = procedure_of(cx, &dossier)?;
    let result = dossiers::result(tx, id)?;
    if gives_extracts(procedure) {
        let chosen = result.and_then(|result| part::<Chosen>(&result.body, EXTRACT));
        return Ok(Some(Case::Extract(
            chosen.map(|chosen| (chosen.entry, chosen.symbol)),
        )));
    }
    let Some(book) = book_of(procedure) else {
        return Ok(None);
    };
    if let Some(entry) = civil_status::of_dossier(tx, id)? {
        return Ok(Some(Case::Entered(book, entry.id, entry.symbol)));
    }
    if dossier.state.has_ended() {
        return Ok(None);
    }
    let is_ready = result.is_some_and(|result| part::<Prepared>(&result.body, ENTRY).is_some());
    Ok(Some(Case::ToEnter(book, is_ready)))
}

//! Striking out and correcting: nothing that was entered is ever lost.

use serde_json::{Value, json};
use townhall_domain::civil_status::CivilBook;
use townhall_domain::dossier::Dossier;
use townhall_domain::dossier::applicant::clean;
use townhall_domain::ids::{EntryId, Id};
use townhall_domain::permission::Right;
use townhall_domain::time::local_date;
use townhall_store::registers::{self, Correction, Entry, Struck};
use townhall_store::{Tx, dossiers};

use super::enter::search_key;
use super::{EntryBody, family, keeps, may_read_book};
use crate::cx::Cx;
use crate::dossier::flow::{finish, reason};
use crate::error::{AppError, FieldError};

/// Longest name and title taken.
const MOST_CHARS: usize = 300;

/// Strike an entry out.
#[derive(Debug, Clone)]
pub struct StrikeEntry {
    /// Which.
    pub entry: EntryId,
    /// Why.
    pub reason: String,
}

/// Strikes an entry out: its number and all that it says stays, with the reason beside it. Money is given back by
/// whoever may void a receipt.
pub fn strike_entry(tx: &mut Tx<'_>, cx: &Cx, cmd: &StrikeEntry) -> Result<Entry, AppError> {
    let (mut entry, mut dossier) = begin(tx, cx, cmd.entry)?;
    let why = reason("reason", &cmd.reason)?;
    if entry.struck.is_some() {
        return Err(AppError::refused("register-refused-struck"));
    }
    let struck = Struck {
        at: cx.now(),
        by: cx.actor.post(),
        by_person: cx.actor.person(),
        why,
    };
    registers::strike(tx, entry.id, &struck)?;
    entry.struck = Some(struck);
    finish(tx, cx, &mut dossier, "register_struck", told(&entry))?;
    Ok(entry)
}

/// Correct an entry. What is left out, or typed as it stands, is not changed.
#[derive(Debug, Clone, Default)]
pub struct CorrectRegister {
    /// Which.
    pub entry: Option<EntryId>,
    /// Whose it is.
    pub name: Option<String>,
    /// What was entered.
    pub title: Option<String>,
    /// Further fields of the entry's body, as text.
    pub more: Vec<(String, String)>,
    /// Why.
    pub reason: String,
}

/// Corrects an entry and keeps what stood there. What the fee was computed from is not corrected but struck out and
/// entered anew, so that number, fee and receipt always belong together.
pub fn correct_register(tx: &mut Tx<'_>, cx: &Cx, cmd: &CorrectRegister) -> Result<Entry, AppError> {
    let id = cmd.entry.ok_or(AppError::NotFound("entry"))?;
    let (mut entry, mut dossier) = begin(tx, cx, id)?;
    if entry.struck.is_some() {
        return Err(AppError::refused("register-refused-struck"));
    }
    let why = reason("reason", &cmd.reason)?;
    let mut problems = Vec::new();
    let mut changes: Vec<(String, String, String)> = Vec::new();
    for (field, typed, old) in [
        ("name", &cmd.name, &mut entry.name),
        ("title", &cmd.title, &mut entry.title),
    ] {
        let Some(typed) = typed else { continue };
        match text(field, typed) {
            Ok(new) if new == *old => {}
            Ok(new) => changes.push((field.to_owned(), std::mem::replace(old, new.clone()), new)),
            Err(problem) => problems.push(problem),
        }
    }
    let mut body = EntryBody::read(&entry.body);
    for (field, typed) in &cmd.more {
        let old = body
            .more
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        match text(field, typed) {
            Ok(new) if new == old => {}
            Ok(new) => {
                body.more.insert(field.clone(), Value::from(new.clone()));
                changes.push((field.clone(), old, new));
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    if changes.is_empty() {
        return Err(AppError::refused("register-refused-same"));
    }
    entry.body = json!(body);
    entry.search_key = search_key(&entry);
    let before = registers::corrections(tx, entry.id)?.len();
    for (place, (field, old, new)) in changes.iter().enumerate() {
        let correction = Correction {
            number: i64::try_from(before + place + 1).unwrap_or(i64::MAX),
            at: cx.now(),
            post: cx.actor.post(),
            person: cx.actor.person(),
            reason: why.clone(),
            field: field.clone(),
            old: old.clone(),
            new: new.clone(),
        };
        registers::insert_correction(tx, cx.new_id::<EntryId>(), &entry, &correction)?;
    }
    registers::save(tx, &entry)?;
    let mut body = told(&entry);
    if let Some(map) = body.as_object_mut() {
        let fields: Vec<&str> = changes.iter().map(|(field, _, _)| field.as_str()).collect();
        map.insert("fields".to_owned(), json!(fields));
    }
    finish(tx, cx, &mut dossier, "register_corrected", body)?;
    Ok(entry)
}

fn text(field: &str, typed: &str) -> Result<String, FieldError> {
    match clean(typed) {
        None => Err(FieldError::new(field, "field-control-character")),
        Some(text) if text.is_empty() => Err(FieldError::new(field, "register-empty")),
        Some(text) if text.chars().count() > MOST_CHARS => Err(FieldError::new(field, "reason-too-long")),
        Some(text) => Ok(text),
    }
}

/// Whether the actor may change this entry now: on its day whoever keeps the book, later only the keeper of the
/// registers.
pub(super) fn may_change(cx: &Cx, entry: &Entry) -> bool {
    let unit = &entry.book.unit;
    let is_of_today = local_date(entry.entered_at) == cx.today();
    cx.actor.may(Right::KeepRegister, unit)
        || (is_of_today && cx.actor.may(keeps(family(cx, &entry.book.book)), unit))
}

/// Loads an entry with its dossier, locked; who may not know of it gets "not found".
fn begin(tx: &mut Tx<'_>, cx: &Cx, id: EntryId) -> Result<(Entry, Dossier), AppError> {
    let found = registers::load(tx, id)?
        .filter(|entry| may_read_book(cx, &entry.book.unit, entry.space, &entry.book.book))
        // Births, deaths and marriages are neither struck out nor rewritten: a change is a note in the entry.
        .filter(|entry| CivilBook::parse(&entry.book.book).is_none())
        .ok_or(AppError::NotFound("entry"))?;
    let dossier = dossiers::lock(tx, found.dossier)?.ok_or(AppError::NotFound("entry"))?;
    // Read again under the lock of the dossier: another may have changed it meanwhile.
    let entry = registers::load(tx, id)?.ok_or(AppError::NotFound("entry"))?;
    let right = keeps(family(cx, &entry.book.book));
    if !may_change(cx, &entry) {
        let unit = &entry.book.unit;
        return Err(if cx.actor.may(right, unit) {
            AppError::refused("register-refused-later-day")
        } else {
            cx.actor
                .must(right, unit)
                .err()
                .map_or(AppError::NotFound("entry"), AppError::from)
        });
    }
    Ok((entry, dossier))
}

fn told(entry: &Entry) -> Value {
    json!({ "entry": entry.id.uuid(), "book": entry.book.book, "year": entry.book.year, "number": entry.number })
}

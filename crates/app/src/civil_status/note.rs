//! Notes of change: one value of an entry is altered by somebody's word; what stood there stays readable.

use serde_json::{Value, json};
use townhall_domain::civil_status::{
    self as rules, Change, CivilBook, NoteKind, PERSONAL_ID, current, form_of_entry, personal_id_of,
};
use townhall_domain::dossier::applicant::{clean, parse_date};
use townhall_domain::ids::EntryId;
use townhall_domain::space::Space;
use townhall_store::Tx;
use townhall_store::civil_status::{self, Entry, Note};
use townhall_text::{Lang, t};

use super::{SUBJECT, form_of, must_keep, words_of};
use crate::cx::Cx;
use crate::dossier::flow::reason;
use crate::error::{AppError, FieldError};
use crate::record::{Subject, record};

/// Note a change in an entry.
#[derive(Debug, Clone)]
pub struct NoteChange {
    /// Which entry.
    pub entry: EntryId,
    /// Version that the form showed.
    pub version: i64,
    /// Word of a [`NoteKind`].
    pub kind: String,
    /// The field; of a personal number it may be left out.
    pub field: String,
    /// What stands there from now on; empty to take away what need not be there.
    pub value: String,
    /// The reason.
    pub why: String,
    /// Number, symbol and issuer of the document that allows it; of a personal number it may be left out.
    pub authority: String,
    /// Day of that document; may be left out.
    pub authority_on: String,
}

/// Adds a note to an entry. Nothing is overwritten: the first wording and every earlier note stay.
pub fn note_change(tx: &mut Tx<'_>, cx: &Cx, cmd: &NoteChange) -> Result<(), AppError> {
    let mut entry = civil_status::lock(tx, cmd.entry)?.ok_or(AppError::NotFound("entry"))?;
    must_keep(cx, &entry.unit)?;
    if entry.version != cmd.version {
        return Err(AppError::Conflict {
            shown: cmd.version,
            stored: entry.version,
        });
    }
    let kind =
        NoteKind::parse(&cmd.kind).ok_or_else(|| AppError::field("kind", "civil-note-kind-unknown"))?;
    let mut problems = Vec::new();
    let change = match kind {
        NoteKind::PersonalId => personal_id(&entry, &cmd.value),
        NoteKind::Change | NoteKind::Correction | NoteKind::Supplement => {
            change_of(cx, &entry, &cmd.field, &cmd.value)
        }
    };
    let change = match change {
        Ok(change) => Some(change),
        Err(AppError::Invalid(found)) => {
            problems.extend(found);
            None
        }
        Err(error) => return Err(error),
    };
    let why = match reason("why", &cmd.why) {
        Ok(why) => why,
        Err(AppError::Invalid(found)) => {
            problems.extend(found);
            String::new()
        }
        Err(error) => return Err(error),
    };
    let authority = authority(kind, &cmd.authority, &mut problems);
    let authority_on = match cmd.authority_on.trim() {
        "" => None,
        typed => match parse_date(typed) {
            Some(day) if day > cx.today() => {
                problems.push(FieldError::new("authority_on", "civil-date-in-future"));
                None
            }
            Some(day) => Some(day),
            None => {
                problems.push(FieldError::new("authority_on", "date-wrong"));
                None
            }
        },
    };
    let (Some(change), true) = (change, problems.is_empty()) else {
        return Err(AppError::Invalid(problems));
    };
    entry.present = current(&entry.present, [&change]);
    let note = Note {
        number: entry.notes + 1,
        kind,
        change,
        why,
        authority,
        authority_on,
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
    };
    let words = words_of(&entry);
    if !civil_status::add_note(tx, &mut entry, &note, &words)? {
        return Err(AppError::Conflict {
            shown: cmd.version,
            stored: cmd.version + 1,
        });
    }
    record(
        tx,
        cx,
        &Subject::new(SUBJECT, entry.id, &entry.unit, Space::State),
        "entry_noted",
        json!({ "note": note.number, "kind": kind, "field": note.change.field }),
    )?;
    Ok(())
}

/// The number that the national population database has given to a child; it is never made here.
fn personal_id(entry: &Entry, typed: &str) -> Result<Change, AppError> {
    if entry.book != CivilBook::Birth {
        return Err(AppError::field("kind", "civil-note-kind-unknown"));
    }
    let born = entry.summary().born_on;
    let sex = entry.present.get("child_sex").and_then(Value::as_str);
    let number = personal_id_of(typed, born, sex).map_err(|key| AppError::field("value", key))?;
    changed(entry, PERSONAL_ID, Value::String(number))
}

fn change_of(cx: &Cx, entry: &Entry, field: &str, typed: &str) -> Result<Change, AppError> {
    let form = form_of_entry(form_of(cx, &entry.form)?);
    if form.field(field).is_none() {
        return Err(AppError::field("field", "civil-field-unknown"));
    }
    let mut values = entry.present.clone();
    let personal_id = values.remove(PERSONAL_ID);
    values.insert(field.to_owned(), Value::String(typed.to_owned()));
    let (clean, errors) = form.check_so_far(&values, cx.today());
    if let Some(wrong) = errors.into_iter().find(|error| error.field == field) {
        return Err(AppError::Invalid(vec![FieldError {
            field: "value".to_owned(),
            key: wrong.key,
            args: wrong.args,
        }]));
    }
    let new = clean.values().get(field).cloned().unwrap_or(Value::Null);
    let change = changed(entry, field, new)?;
    let mut after = current(&entry.present, [&change]);
    if let Some(number) = personal_id {
        after.insert(PERSONAL_ID.to_owned(), number);
    }
    // A mistake that stood there before is no reason against mending another one.
    let before = rules::check(entry.book, &entry.present, entry.registered_on);
    let found: Vec<FieldError> = rules::check(entry.book, &after, entry.registered_on)
        .into_iter()
        .filter(|found| !before.contains(found))
        .map(|found| FieldError {
            field: "value".to_owned(),
            key: found.key,
            args: found.args,
        })
        .collect();
    if found.is_empty() {
        Ok(change)
    } else {
        Err(AppError::Invalid(found))
    }
}

fn changed(entry: &Entry, field: &str, new: Value) -> Result<Change, AppError> {
    let old = entry.present.get(field).cloned().unwrap_or(Value::Null);
    if old == new {
        return Err(AppError::field("value", "civil-note-no-change"));
    }
    Ok(Change {
        field: field.to_owned(),
        old,
        new,
    })
}

fn authority(kind: NoteKind, typed: &str, problems: &mut Vec<FieldError>) -> String {
    let text = clean(typed);
    match text {
        None => problems.push(FieldError::new("authority", "field-control-character")),
        Some(text) if text.is_empty() && kind == NoteKind::PersonalId => {
            return t(Lang::Vi, "civil-population-database");
        }
        Some(text) if (3..=300).contains(&text.chars().count()) => return text,
        Some(_) => problems.push(FieldError::new("authority", "civil-authority-missing")),
    }
    String::new()
}

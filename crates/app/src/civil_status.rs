//! Registers of civil status: an entry is made ready from a declaration, numbered when its result is issued, noted
//! on when it changes, and copied out when somebody asks for an extract.
//!
//! An entry that is ready lies in the draft of the dossier's result, where a leader sees and signs it; it becomes a
//! row of the register in the transaction that gives the result its number. Only who keeps the register of the unit
//! knows of its entries: for anybody else they do not exist.

mod enter;
mod extract;
mod note;
mod prepare;
mod view;

use serde_json::Value;
use townhall_domain::civil_status::{CivilBook, Summary};
use townhall_domain::form::{self, Form};
use townhall_domain::ids::UnitId;
use townhall_domain::permission::Right;
use townhall_domain::procedure::Procedure;
use townhall_domain::space::Space;
use townhall_store::civil_status::Entry;
use townhall_text::fold;

pub(crate) use enter::{enter, name_in_book};
pub(crate) use extract::Chosen;
pub use extract::{ChooseEntry, ExtractAsked, ExtractCase, ExtractFound, choose_entry, extract_case};
pub use note::{NoteChange, note_change};
pub use prepare::{PrepareCase, PrepareEntry, prepare_case, prepare_entry};
pub(crate) use prepare::{Prepared, draft_body, must_be_ready};
pub use view::{
    Case, EntryView, case_of, entry_reading, entry_view, register_list, registers_of, registers_years,
};

use crate::cx::Cx;
use crate::error::{AppError, FieldError};

/// Kind of subject of an entry in the journal.
pub const SUBJECT: &str = "civil_entry";
/// Where the body of a result keeps the entry that is ready.
pub(crate) const ENTRY: &str = "entry";
/// Where the body of a result keeps the entry of which an extract is made.
pub(crate) const EXTRACT: &str = "extract";
/// Template of the results that are copies from a register.
const EXTRACT_TEMPLATE: &str = "extract-copy";

/// The register into which a procedure enters, if it does.
pub fn book_of(procedure: &Procedure) -> Option<CivilBook> {
    CivilBook::parse(procedure.result.book.as_deref()?)
}

/// Whether a procedure gives copies out of the registers.
pub fn gives_extracts(procedure: &Procedure) -> bool {
    procedure.result.template.as_deref() == Some(EXTRACT_TEMPLATE)
}

/// Who does not keep the register of the unit does not know of it.
fn must_keep(cx: &Cx, unit: &UnitId) -> Result<(), AppError> {
    if cx.actor.is_of_space(Space::State) && cx.actor.may(Right::KeepRegister, unit) {
        Ok(())
    } else {
        Err(AppError::NotFound("register"))
    }
}

/// The words by which an entry is found: those of its names, without diacritics.
pub(crate) fn words_of(entry: &Entry) -> Vec<String> {
    let Summary { name, other_name, .. } = entry.summary();
    let folded = fold(&format!("{name} {}", other_name.unwrap_or_default()));
    let mut words: Vec<String> = folded.split_whitespace().map(str::to_owned).collect();
    words.sort();
    words.dedup();
    words
}

/// The mistakes of a form or of a rule, as a command tells them.
fn invalid(found: Vec<form::FieldError>) -> AppError {
    let told = found.into_iter().map(|found| FieldError {
        field: found.field,
        key: found.key,
        args: found.args,
    });
    AppError::Invalid(told.collect())
}

/// The form that an entry was made by.
fn form_of<'a>(cx: &'a Cx, path: &str) -> Result<&'a Form, AppError> {
    cx.packs()
        .form(path)
        .ok_or_else(|| AppError::refused_with("civil-refused-no-form", "form", path))
}

/// A part of the body of a result.
pub(crate) fn part<T: serde::de::DeserializeOwned>(body: &Value, name: &str) -> Option<T> {
    serde_json::from_value(body.get(name)?.clone()).ok()
}

//! Civil status: what an entry in the registers of births, deaths and marriages says, and what it may not say.
//!
//! An entry holds the values of the declaration under the names of the pack's form, so a field added to the form is
//! in the register as well. An entry is never deleted and its first wording never changes: what is corrected later
//! is a note beside it ([`Change`]), and the present wording is the first one with all notes applied.
//!
//! Legal source: Law on Civil Status 60/2014/QH13; Decree 123/2015/NĐ-CP; Circular 04/2020/TT-BTP.

mod check;
mod note;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::form::Form;
pub use check::{Known, check, check_against, personal_id_of};

pub use note::{Change, NoteKind, PERSONAL_ID, current};

/// What an entry says, by the names of the form's fields.
pub type Values = Map<String, Value>;

/// Fields of a declaration that ask for something and are no part of an entry.
const NOT_ENTERED: [&str; 2] = ["copies", "requester_phone"];

/// A register of civil status; the words are those of the packs' books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CivilBook {
    /// Register of births.
    Birth,
    /// Register of deaths.
    Death,
    /// Register of marriages.
    Marriage,
}

impl CivilBook {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 3] = [Self::Birth, Self::Death, Self::Marriage];

    /// The word that is stored and stands in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Birth => "birth",
            Self::Death => "death",
            Self::Marriage => "marriage",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|book| book.as_str() == word)
    }

    /// Within how many days after the event it is to be registered; none where the law sets no time.
    ///
    /// Legal source: Law 60/2014/QH13, article 15 (births) and article 33 (deaths).
    pub const fn days_to_register(self) -> Option<i64> {
        match self {
            Self::Birth => Some(60),
            Self::Death => Some(15),
            Self::Marriage => None,
        }
    }
}

/// What a list of a register shows of an entry, and what it is found by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// The child, the deceased, the bride.
    pub name: String,
    /// The groom.
    pub other_name: Option<String>,
    /// Day of birth of the person named first.
    pub born_on: Option<Date>,
    /// The day of the event itself; a marriage begins with its registration and has none.
    pub event_on: Option<Date>,
    /// Personal number of the person named first, when it is known.
    pub personal_id: Option<String>,
    /// Personal number of the groom.
    pub other_id: Option<String>,
}

impl Summary {
    /// Reads it out of an entry.
    pub fn of(book: CivilBook, values: &Values) -> Self {
        let owned = |field: &str| text(values, field).map(str::to_owned);
        let name = |field: &str| owned(field).unwrap_or_default();
        match book {
            CivilBook::Birth => Self {
                name: name("child_name"),
                born_on: day(values, "child_birth_date"),
                event_on: day(values, "child_birth_date"),
                personal_id: owned(PERSONAL_ID),
                ..Self::default()
            },
            CivilBook::Death => Self {
                name: name("deceased_name"),
                born_on: day(values, "deceased_birth_date"),
                event_on: day(values, "death_date"),
                personal_id: owned("deceased_id"),
                ..Self::default()
            },
            CivilBook::Marriage => Self {
                name: name("bride_name"),
                other_name: owned("groom_name"),
                born_on: day(values, "bride_birth_date"),
                event_on: None,
                personal_id: owned("bride_id"),
                other_id: owned("groom_id"),
            },
        }
    }
}

/// What of a declaration is entered.
pub fn entered(declared: &Values) -> Values {
    declared
        .iter()
        .filter(|(field, value)| !NOT_ENTERED.contains(&field.as_str()) && !value.is_null())
        .map(|(field, value)| (field.clone(), value.clone()))
        .collect()
}

/// The form of a declaration without what is only asked for: the questions that an entry answers.
pub fn form_of_entry(form: &Form) -> Form {
    let mut form = form.clone();
    form.fields
        .retain(|field| !NOT_ENTERED.contains(&field.name.as_str()));
    let Form { sections, fields, .. } = &mut form;
    sections.retain(|section| fields.iter().any(|field| field.section == section.id));
    // An entry is about the child, the deceased, the couple; who declared it comes last, as in the books.
    sections.sort_by_key(|section| section.id == "requester");
    form
}

/// A value that was entered otherwise than it was declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The field.
    pub field: String,
    /// What the declaration says; null when nothing.
    pub declared: Value,
    /// What is entered; null when nothing.
    pub entered: Value,
}

/// Where an entry departs from its declaration, by name of the field.
pub fn differences(declared: &Values, entry: &Values) -> Vec<Difference> {
    let declared = entered(declared);
    let mut fields: Vec<&String> = declared.keys().chain(entry.keys()).collect();
    fields.sort();
    fields.dedup();
    fields
        .into_iter()
        .filter(|field| declared.get(*field) != entry.get(*field))
        .map(|field| Difference {
            field: field.clone(),
            declared: declared.get(field).cloned().unwrap_or(Value::Null),
            entered: entry.get(field).cloned().unwrap_or(Value::Null),
        })
        .collect()
}

/// By how many days an event is registered later than the law asks; none when in time or without such a time.
pub fn days_late(book: CivilBook, values: &Values, registered_on: Date) -> Option<i64> {
    let event = Summary::of(book, values).event_on?;
    let allowed = book.days_to_register()?;
    let passed = i64::from(event.until(registered_on).ok()?.get_days());
    (passed > allowed).then_some(passed - allowed)
}

/// A text of an entry; none when it is empty.
pub(crate) fn text<'v>(values: &'v Values, field: &str) -> Option<&'v str> {
    values.get(field)?.as_str().filter(|text| !text.is_empty())
}

/// A day of an entry.
pub(crate) fn day(values: &Values, field: &str) -> Option<Date> {
    text(values, field)?.parse().ok()
}

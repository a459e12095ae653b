//! A form as data: what the generic renderer shows and what a filled form must satisfy.
//!
//! The pack is a JSON Schema (2020-12) whose `x-` keys carry labels, sections and visibility, so any JSON Schema
//! tool can check data against it and this program can draw it. `packs/forms/README.md` explains the keys.

mod check;
mod kinds;
mod parse;
mod prefill;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use check::{CleanForm, FieldError};
pub(crate) use kinds::phone_of;
pub use prefill::{ApplicantPart, Prefill};

use crate::words::Words;

/// A form: sections with fields in the order in which they are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Path inside the packs.
    pub path: String,
    /// Title.
    pub title: Words,
    /// The statutory form that it follows, such as a circular and its form.
    pub official: Option<String>,
    /// Sections in order; every one has a field.
    pub sections: Vec<Section>,
    /// Fields in order.
    pub fields: Vec<Field>,
    /// Filled with synthetic people; for tests, demo and documentation.
    pub examples: Vec<Map<String, Value>>,
}

/// A part of a form with a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Id used by the fields.
    pub id: String,
    /// Heading.
    pub label: Words,
    /// A sentence below it.
    pub help: Option<Words>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name in the data.
    pub name: String,
    /// What it asks.
    pub label: Words,
    /// A sentence that helps to answer.
    pub help: Option<Words>,
    /// The section.
    pub section: String,
    /// What may be answered.
    pub kind: FieldKind,
    /// How it is drawn.
    pub widget: Widget,
    /// Whether it must be answered when it is visible.
    pub required: bool,
    /// When it is visible; none for always.
    pub when: Option<Condition>,
    /// Where its first value comes from.
    pub prefill: Option<Prefill>,
    /// Whose and which datum of a person it is, so that a browser may offer the citizen's own.
    pub person: Option<PersonPart>,
}

/// What may be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text.
    Text {
        /// Longest, in characters after NFC.
        max_chars: usize,
        /// Whether lines may be broken.
        lines: bool,
    },
    /// The name of a person: letters, spaces, apostrophes, hyphens, dots.
    Name {
        /// Longest, in characters after NFC.
        max_chars: usize,
    },
    /// A whole number.
    Integer {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A year from 1900 to this one.
    Year,
    /// A date from 1900.
    Date {
        /// Whether it may not lie in the future.
        past: bool,
    },
    /// One of some.
    Choice(Vec<Choice>),
    /// Yes or no.
    YesNo,
    /// Personal identity number: 12 digits, or 9 of an old card.
    Identity,
    /// Telephone number within Viet Nam.
    Phone,
    /// E-mail address.
    Email,
    /// Code of a commune (5 digits) or province (2 digits).
    Unit,
}

/// One answer of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Stored value.
    pub value: String,
    /// What is shown.
    pub label: Words,
}

/// How a field is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    /// One line.
    Text,
    /// Several lines.
    Textarea,
    /// A date.
    Date,
    /// All answers at once.
    Radio,
    /// A list to open.
    Select,
    /// A box to tick.
    Checkbox,
    /// A number.
    Number,
    /// A unit looked up by name.
    Unit,
}

/// A field is visible when another, visible, field has one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The other field; it stands before this one.
    pub field: String,
    /// Values, as clean data.
    pub is: Vec<Value>,
}

/// Whose and which datum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPart {
    /// Which person of the form: `applicant`, `child`, `mother`, …
    pub person: String,
    /// Which datum: `full_name`, `birth_date`, `sex`, `identity_number`, `address`, …
    pub part: String,
}

impl Form {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields of a section, in order.
    pub fn fields_of(&self, section: &str) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.section == section)
    }

    /// Whether a field is visible beside these clean values.
    pub fn is_visible(&self, field: &Field, values: &Map<String, Value>) -> bool {
        field.when.as_ref().is_none_or(|when| {
            values
                .get(&when.field)
                .is_some_and(|value| when.is.contains(value))
        })
    }
}

//! What people type into forms, read once: lists, days, identifiers.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use townhall_app::error::FieldError;
use townhall_domain::dossier::applicant::parse_date;

/// For check boxes: one that is ticked comes as a text, several come as a list.
pub fn one_or_many<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Shape {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Shape::deserialize(input)? {
        Shape::One(one) => vec![one],
        Shape::Many(many) => many,
    })
}

/// Collects what is wrong with the fields of a form, so that all of it is told at once.
#[derive(Debug, Default)]
pub struct Reading {
    /// What was wrong so far.
    pub problems: Vec<FieldError>,
}

impl Reading {
    /// A day that must be there.
    pub fn day(&mut self, field: &str, typed: &str) -> Option<Date> {
        let day = parse_date(typed);
        if day.is_none() {
            self.wrong(field, "staff-day-wrong");
        }
        day
    }
    /// A day that may be left empty.
    pub fn optional_day(&mut self, field: &str, typed: &str) -> Option<Date> {
        if typed.trim().is_empty() { None } else { self.day(field, typed) }
    }
    /// Anything with a written form: an id, a word of a list.
    pub fn parse<T>(&mut self, field: &str, typed: &str, key: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let found = read(typed.trim());
        if found.is_none() {
            self.wrong(field, key);
        }
        found
    }
    /// Notes a problem.
    pub fn wrong(&mut self, field: &str, key: &str) {
        self.problems.push(FieldError::new(field, key));
    }
}

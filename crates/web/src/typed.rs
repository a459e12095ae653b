//! What people type into forms: kept as it was typed, so that it can be shown again, and read field by field.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use townhall_app::error::{AppError, FieldError};
use townhall_domain::dossier::applicant::parse_date;

/// The fields of a form as they were sent.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Answers(BTreeMap<String, serde_json::Value>);

impl Answers {
    /// What a form begins with.
    pub fn new<'v>(pairs: impl IntoIterator<Item = (&'v str, String)>) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    }
    /// The text of a field; empty when it was not sent, the first one when it was sent several times.
    pub fn text(&self, name: &str) -> &str {
        match self.0.get(name) {
            Some(serde_json::Value::Array(all)) => all.first().and_then(|first| first.as_str()).unwrap_or(""),
            Some(one) => one.as_str().unwrap_or(""),
            None => "",
        }
    }
    /// The text of a field that may be left empty.
    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name).trim())
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }
    /// Everything that was ticked.
    pub fn list(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(serde_json::Value::Array(all)) => all.iter().filter_map(|one| one.as_str()).collect(),
            Some(one) => one.as_str().into_iter().collect(),
            None => Vec::new(),
        }
    }
    /// Ticks boxes, before the form is shown for the first time.
    pub fn tick<'v>(&mut self, name: &str, values: impl IntoIterator<Item = &'v str>) {
        self.0
            .insert(name.to_owned(), values.into_iter().collect::<serde_json::Value>());
    }
    /// The version that the form showed; 0, which nothing has, when it is missing.
    pub fn version(&self) -> i64 {
        self.text("version").parse().unwrap_or(0)
    }
}

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
        if typed.trim().is_empty() {
            None
        } else {
            self.day(field, typed)
        }
    }
    /// Anything with a written form: an id, a word of a list.
    pub fn parse<T>(
        &mut self,
        field: &str,
        typed: &str,
        key: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let found = read(typed.trim());
        if found.is_none() {
            self.wrong(field, key);
        }
        found
    }
    /// What was read, unless something was wrong.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with all that was wrong.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, AppError> {
        match read {
            Some(read) if self.problems.is_empty() => Ok(read),
            _ => Err(AppError::Invalid(self.problems)),
        }
    }
    /// Notes a problem.
    pub fn wrong(&mut self, field: &str, key: &str) {
        self.problems.push(FieldError::new(field, key));
    }
}

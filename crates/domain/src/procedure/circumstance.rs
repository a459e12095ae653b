//! Circumstances: what is so in this dossier and changes its limit, fee or papers.

use std::collections::BTreeSet;

use jiff::Unit;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{Component, Need, Procedure};
use crate::words::Words;

/// A circumstance of a procedure, such as "registered late" or "was married before".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstance {
    /// Name within the procedure.
    pub id: String,
    /// What it says.
    pub name: Words,
    /// How it is known.
    pub test: CircumstanceTest,
}

/// How a circumstance is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CircumstanceTest {
    /// The officer or the citizen says so.
    Asked,
    /// A field of the form has one of these values.
    FieldIs {
        /// The field.
        field: String,
        /// The values, as text (`true` for yes).
        values: Vec<String>,
    },
    /// More than so many days lie between a date of the form and the day of submission.
    DaysOver {
        /// The date field.
        field: String,
        /// Days that are still in time.
        days: i32,
    },
}

impl Circumstance {
    /// Whether the answers make it hold on the day of submission; an asked one is never known from answers.
    fn holds(&self, answers: &Map<String, Value>, day: Date) -> bool {
        match &self.test {
            CircumstanceTest::Asked => false,
            CircumstanceTest::FieldIs { field, values } => {
                let answer = match answers.get(field) {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Bool(yes)) => yes.to_string(),
                    Some(Value::Number(number)) => number.to_string(),
                    _ => return false,
                };
                values.contains(&answer)
            }
            CircumstanceTest::DaysOver { field, days } => {
                let since: Option<Date> = answers
                    .get(field)
                    .and_then(Value::as_str)
                    .and_then(|text| text.parse().ok());
                let passed = since.and_then(|since| since.until((Unit::Day, day)).ok());
                passed.is_some_and(|passed| passed.get_days() > *days)
            }
        }
    }
}

impl Procedure {
    /// The circumstances that hold: those that the answers show on the day of submission, and those in `asked`
    /// that the procedure knows and asks for.
    pub fn circumstances(
        &self,
        answers: &Map<String, Value>,
        asked: &[String],
        day: Date,
    ) -> BTreeSet<String> {
        let said = |known: &Circumstance| known.test == CircumstanceTest::Asked && asked.contains(&known.id);
        let holding = self
            .circumstances
            .iter()
            .filter(|known| said(known) || known.holds(answers, day));
        holding.map(|known| known.id.clone()).collect()
    }

    /// The first of these that is no circumstance of this procedure.
    pub fn unknown_circumstance<'a>(&self, stated: &'a [String]) -> Option<&'a str> {
        let is_known = |word: &str| self.circumstances.iter().any(|known| known.id == word);
        stated.iter().map(String::as_str).find(|word| !is_known(word))
    }

    /// The components that must be there under the circumstances; of a group (`one_of`) all members are listed.
    pub fn needed(&self, circumstances: &BTreeSet<String>) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|component| match &component.need {
            Need::Required => true,
            Need::When(id) => circumstances.contains(id),
            Need::Optional => false,
        })
    }
}

//! What an entry may not say: dates out of order, people who cannot be who they are said to be.
//!
//! The form's own check has looked at every field alone (dates exist, names are names); here is what only two
//! fields together, or the register beside them, can tell.

use jiff::ToSpan;
use jiff::civil::Date;

use super::note::PERSONAL_ID;
use super::{CivilBook, Values, day, text};
use crate::form::FieldError;

/// A parent younger than this at the birth is a slip of the pen. No rule of law: it only catches wrong years.
const YOUNGEST_PARENT_YEARS: i64 = 12;
/// Nobody has lived longer; no rule of law either.
const OLDEST_YEARS: i64 = 130;
/// A child born within this time after the end of the marriage counts as the couple's.
///
/// Legal source: Law on Marriage and Family 52/2014/QH13, article 88.
const DAYS_AFTER_FATHERS_DEATH: i64 = 300;
/// Ages from which women and men may marry: Law 52/2014/QH13, article 8.
const BRIDE_YEARS: i64 = 18;
const GROOM_YEARS: i64 = 20;

/// Checks an entry that is registered on a day; every mistake at once.
pub fn check(book: CivilBook, values: &Values, registered_on: Date) -> Vec<FieldError> {
    let mut found = Found(Vec::new());
    match book {
        CivilBook::Birth => birth(values, registered_on, &mut found),
        CivilBook::Death => death(values, registered_on, &mut found),
        CivilBook::Marriage => marriage(values, registered_on, &mut found),
    }
    if let Some(id) = text(values, PERSONAL_ID) {
        let born = day(values, "child_birth_date");
        if let Err(key) = personal_id_of(id, born, text(values, "child_sex")) {
            found.add(PERSONAL_ID, key);
        }
    }
    found.0
}

/// What the registers of the unit know already of the people in an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The day on which the mother died.
    pub mother_died: Option<Date>,
    /// The day on which the father died.
    pub father_died: Option<Date>,
    /// Number of an entry that registers the same event of the same person.
    pub same: Option<String>,
}

/// Checks an entry against what the registers know.
pub fn check_against(book: CivilBook, values: &Values, known: &Known) -> Vec<FieldError> {
    let mut found = Found(Vec::new());
    if book == CivilBook::Birth
        && let Some(born) = day(values, "child_birth_date")
    {
        if let Some(died) = known.mother_died.filter(|died| *died < born) {
            found.told(
                "child_birth_date",
                "civil-born-after-mothers-death",
                "died",
                on_paper(died),
            );
        }
        let last = known
            .father_died
            .and_then(|died| died.checked_add(DAYS_AFTER_FATHERS_DEATH.days()).ok());
        if let (Some(died), Some(last)) = (known.father_died, last)
            && last < born
        {
            found.told(
                "child_birth_date",
                "civil-born-after-fathers-death",
                "died",
                on_paper(died),
            );
        }
    }
    if let Some(number) = &known.same {
        let field = match book {
            CivilBook::Birth => "child_name",
            CivilBook::Death => "deceased_name",
            CivilBook::Marriage => "bride_name",
        };
        found.told(field, "civil-already-registered", "number", number);
    }
    found.0
}

/// A day as papers write it.
fn on_paper(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}

struct Found(Vec<FieldError>);

impl Found {
    fn add(&mut self, field: &str, key: &str) {
        self.0.push(FieldError {
            field: field.to_owned(),
            key: key.to_owned(),
            args: Vec::new(),
        });
    }

    fn told(&mut self, field: &str, key: &str, name: &str, value: impl ToString) {
        self.add(field, key);
        if let Some(last) = self.0.last_mut() {
            last.args.push((name.to_owned(), value.to_string()));
        }
    }
}

fn year(values: &Values, field: &str) -> Option<i64> {
    values.get(field)?.as_i64()
}

fn birth(values: &Values, registered_on: Date, found: &mut Found) {
    let born = day(values, "child_birth_date");
    if born.is_some_and(|born| born > registered_on) {
        found.add("child_birth_date", "civil-date-in-future");
    }
    for field in ["mother_birth_year", "father_birth_year"] {
        let (Some(parent), Some(born)) = (year(values, field), born) else {
            continue;
        };
        if i64::from(born.year()) - parent < YOUNGEST_PARENT_YEARS {
            found.told(
                field,
                "civil-parent-too-young",
                "years",
                i64::from(born.year()) - parent,
            );
        }
    }
    // Of the father there is all that the register asks for, or nothing.
    let father = ["father_birth_year", "father_ethnicity", "father_address"];
    if text(values, "father_name").is_some() {
        for field in father {
            if values.get(field).is_none_or(serde_json::Value::is_null) {
                found.add(field, "civil-father-incomplete");
            }
        }
    }
    same_number(values, "mother_id", "father_id", found);
}

fn death(values: &Values, registered_on: Date, found: &mut Found) {
    let (born, died) = (day(values, "deceased_birth_date"), day(values, "death_date"));
    if died.is_some_and(|died| died > registered_on) {
        found.add("death_date", "civil-date-in-future");
    }
    if let (Some(born), Some(died)) = (born, died)
        && died < born
    {
        found.add("death_date", "civil-death-before-birth");
    }
    let stated = year(values, "deceased_birth_year");
    if let (Some(born), Some(stated)) = (born, stated)
        && i64::from(born.year()) != stated
    {
        found.add("deceased_birth_year", "civil-years-differ");
    }
    if let (Some(stated), Some(died)) = (stated, died) {
        let age = i64::from(died.year()) - stated;
        if age < 0 && born.is_none() {
            found.add("deceased_birth_year", "civil-death-before-birth");
        } else if age > OLDEST_YEARS {
            found.told("deceased_birth_year", "civil-too-old", "years", age);
        }
    }
    same_number(values, "deceased_id", "requester_id", found);
}

fn marriage(values: &Values, registered_on: Date, found: &mut Found) {
    for (field, least) in [
        ("bride_birth_date", BRIDE_YEARS),
        ("groom_birth_date", GROOM_YEARS),
    ] {
        let of_age = day(values, field).and_then(|born| born.checked_add(least.years()).ok());
        if of_age.is_some_and(|from| from > registered_on) {
            found.told(field, "civil-too-young-to-marry", "years", least);
        }
    }
    same_number(values, "bride_id", "groom_id", found);
}

fn same_number(values: &Values, one: &str, other: &str, found: &mut Found) {
    if text(values, one).is_some() && text(values, one) == text(values, other) {
        found.add(other, "civil-one-number-for-two");
    }
}

/// Reads a personal number as the national population database gives it, and compares it with what it must say of
/// the person: 12 digits, a province of 001 to 096, a digit for century and sex, two digits of the year of birth.
///
/// The number itself is never made here: the database alone hands it out.
/// Legal source: Decree 137/2015/NĐ-CP, articles 7 and 13, taken over by the Law on Identity of 2023.
///
/// # Errors
/// The key of the sentence that says what does not fit.
pub fn personal_id_of(typed: &str, born: Option<Date>, sex: Option<&str>) -> Result<String, &'static str> {
    let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '.')).collect();
    if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("civil-personal-id-wrong");
    }
    let part = |range: std::ops::Range<usize>| digits[range].parse::<i16>().unwrap_or(-1);
    if !(1..=96).contains(&part(0..3)) {
        return Err("civil-personal-id-wrong");
    }
    let century = 1900 + 100 * (part(3..4) / 2);
    if born.is_some_and(|born| born.year() != century + part(4..6)) {
        return Err("civil-personal-id-other-year");
    }
    let is_female = part(3..4) % 2 == 1;
    if sex.is_some_and(|sex| (sex == "female") != is_female) {
        return Err("civil-personal-id-other-sex");
    }
    Ok(digits)
}

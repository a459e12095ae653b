//! When an office works and when its counter receives, for every unit; read from
//! `packs/calendars/office-hours.toml`.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::pack::{date, weekday_named};
use crate::limit::parse_time;
use crate::pack::{PackFile, PackProblem};

/// A stretch of office time on one day: the morning or the afternoon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// First moment.
    pub open: Time,
    /// End; a deadline falls on the close of the day's last block.
    pub close: Time,
}

/// The office hours and reception times of all units.
#[derive(Debug, Clone)]
pub struct OfficeHours {
    version: String,
    hours: Vec<HoursRule>,
    special: BTreeMap<(String, Date), Vec<Block>>,
    reception: Vec<ReceptionRule>,
    sources: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
struct HoursRule {
    unit: String,
    source: String,
    valid: Validity,
    blocks: Vec<Block>,
    weekdays: Vec<(Weekday, Vec<Block>)>,
}

#[derive(Debug, Clone)]
struct ReceptionRule {
    unit: String,
    day: ReceptionDay,
    valid: Validity,
    blocks: Vec<Block>,
}

/// The day or days that a reception exception is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceptionDay {
    /// Every such weekday, except public holidays.
    Weekday(Weekday),
    /// One date, also a public holiday.
    Date(Date),
}

#[derive(Debug, Clone, Copy)]
struct Validity {
    from: Date,
    until: Option<Date>,
}

impl Validity {
    fn holds(self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|until| date <= until)
    }
    fn overlaps(self, other: Self) -> bool {
        other.until.is_none_or(|until| self.from <= until)
            && self.until.is_none_or(|until| other.from <= until)
    }
}

impl OfficeHours {
    /// The version that the pack carries.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The document behind a source key, as the pack names it.
    pub fn source(&self, key: &str) -> Option<&str> {
        self.sources.get(key).map(String::as_str)
    }

    /// The document of the rule by which the narrowest of `codes` works on a date.
    pub(super) fn source_of(&self, codes: &[String], on: Date) -> Option<&str> {
        let of_unit = |code: &str| {
            let mut rules = self.hours.iter();
            rules.find(|rule| rule.unit == code && rule.valid.holds(on))
        };
        let rule = codes
            .iter()
            .find_map(|code| of_unit(code))
            .or_else(|| of_unit(EVERYBODY))?;
        self.source(&rule.source)
    }

    /// The blocks of a working day for the narrowest of `codes` that says something; `None` without a rule.
    pub(super) fn working_blocks(&self, codes: &[String], on: Date, makeup: bool) -> Option<&[Block]> {
        let of_unit = |code: &str| {
            if let Some(blocks) = self.special.get(&(code.to_owned(), on)) {
                return Some(blocks.as_slice());
            }
            let rule = self
                .hours
                .iter()
                .find(|rule| rule.unit == code && rule.valid.holds(on))?;
            let weekday = rule
                .weekdays
                .iter()
                .find(|(day, _)| *day == on.weekday() && !makeup);
            Some(weekday.map_or(rule.blocks.as_slice(), |(_, blocks)| blocks.as_slice()))
        };
        codes
            .iter()
            .find_map(|code| of_unit(code))
            .or_else(|| of_unit(EVERYBODY))
    }

    /// What a unit says about reception on a date apart from its office hours.
    pub(super) fn reception_exception(&self, codes: &[String], on: Date, holiday: bool) -> Option<&[Block]> {
        let applies = |rule: &&ReceptionRule| match rule.day {
            ReceptionDay::Date(date) => date == on,
            ReceptionDay::Weekday(day) => day == on.weekday() && rule.valid.holds(on) && !holiday,
        };
        let of_unit = |code: &str| {
            let mut matching = self
                .reception
                .iter()
                .filter(|rule| rule.unit == code)
                .filter(applies);
            let first = matching.next();
            let by_date = |rule: &&ReceptionRule| matches!(rule.day, ReceptionDay::Date(_));
            first.filter(by_date).or_else(|| matching.find(by_date)).or(first)
        };
        let found = codes
            .iter()
            .find_map(|code| of_unit(code))
            .or_else(|| of_unit(EVERYBODY));
        found.map(|rule| rule.blocks.as_slice())
    }

    /// Reads and checks an office hours pack.
    ///
    /// # Errors
    /// [`PackProblem`] with line and reason: TOML that does not read, a block that ends before it begins or
    /// overlaps, two rules of one unit for one day, an unknown source, no rule for everybody.
    pub fn parse(file: PackFile<'_>) -> Result<Self, PackProblem> {
        let raw: RawHours = file.toml()?;
        let mut book = Self {
            version: raw.version,
            hours: Vec::new(),
            special: BTreeMap::new(),
            reception: Vec::new(),
            sources: raw.sources,
        };
        for rule in raw.hours {
            book.add_hours(file, &rule)?;
        }
        for day in raw.special_day {
            book.add_special(file, &day)?;
        }
        for rule in raw.reception {
            book.add_reception(file, &rule)?;
        }
        if book.hours.iter().any(|rule| rule.unit == EVERYBODY) {
            Ok(book)
        } else {
            let reason = format!("no [[hours]] for unit \"{EVERYBODY}\" (everybody)");
            Err(PackProblem::at(file.path, 0, reason))
        }
    }

    fn add_hours(&mut self, file: PackFile<'_>, raw: &RawRule) -> Result<(), PackProblem> {
        self.check_source(file, &raw.source)?;
        let valid = validity(file, &raw.valid_from, raw.valid_until.as_ref())?;
        let mut weekdays = Vec::new();
        for (name, day_blocks) in &raw.weekdays {
            let reason = || format!("`{name}` is no weekday (mon … sun)");
            let day = weekday_named(name).ok_or_else(|| file.problem(day_blocks, reason()))?;
            weekdays.push((day, working_blocks(file, day_blocks)?));
        }
        let rule = HoursRule {
            unit: unit(file, &raw.unit)?,
            source: raw.source.get_ref().clone(),
            valid,
            blocks: working_blocks(file, &raw.blocks)?,
            weekdays,
        };
        if self
            .hours
            .iter()
            .any(|other| other.unit == rule.unit && other.valid.overlaps(valid))
        {
            let reason = format!(
                "two [[hours]] of unit \"{}\" hold on the same day; end one with valid_until",
                rule.unit
            );
            return Err(file.problem(&raw.valid_from, reason));
        }
        self.hours.push(rule);
        Ok(())
    }

    fn add_special(&mut self, file: PackFile<'_>, raw: &RawSpecial) -> Result<(), PackProblem> {
        self.check_source(file, &raw.source)?;
        let on = date(file, &raw.date)?;
        let key = (unit(file, &raw.unit)?, on);
        if self
            .special
            .insert(key, working_blocks(file, &raw.blocks)?)
            .is_some()
        {
            return Err(file.problem(&raw.date, format!("{on} is given twice for this unit")));
        }
        Ok(())
    }

    fn add_reception(&mut self, file: PackFile<'_>, raw: &RawReception) -> Result<(), PackProblem> {
        self.check_source(file, &raw.source)?;
        let (day, valid) = match (&raw.weekday, &raw.date, &raw.valid_from) {
            (Some(name), None, Some(from)) => {
                let day = weekday_named(name.get_ref())
                    .ok_or_else(|| file.problem(name, format!("`{}` is no weekday", name.get_ref())))?;
                (
                    ReceptionDay::Weekday(day),
                    validity(file, from, raw.valid_until.as_ref())?,
                )
            }
            (None, Some(on), None) => {
                let on = date(file, on)?;
                (
                    ReceptionDay::Date(on),
                    Validity {
                        from: on,
                        until: Some(on),
                    },
                )
            }
            _ => {
                let reason = "a reception has either `weekday` with `valid_from`, or `date` alone";
                return Err(file.problem(&raw.unit, reason));
            }
        };
        let rule = ReceptionRule {
            unit: unit(file, &raw.unit)?,
            day,
            valid,
            blocks: blocks(file, &raw.blocks)?,
        };
        let twice = |other: &ReceptionRule| {
            other.unit == rule.unit && other.day == day && other.valid.overlaps(valid)
        };
        if self.reception.iter().any(twice) {
            return Err(file.problem(&raw.unit, "two [[reception]] of this unit hold on the same day"));
        }
        self.reception.push(rule);
        Ok(())
    }

    fn check_source(&self, file: PackFile<'_>, key: &Spanned<String>) -> Result<(), PackProblem> {
        if self.sources.contains_key(key.get_ref()) {
            return Ok(());
        }
        Err(file.problem(key, format!("`{}` is not among the [sources]", key.get_ref())))
    }
}

/// The unit code of the rules that hold where nothing narrower does.
const EVERYBODY: &str = "*";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHours {
    version: String,
    sources: BTreeMap<String, String>,
    hours: Vec<RawRule>,
    #[serde(default)]
    special_day: Vec<RawSpecial>,
    #[serde(default)]
    reception: Vec<RawReception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    unit: Spanned<String>,
    valid_from: Spanned<Datetime>,
    valid_until: Option<Spanned<Datetime>>,
    blocks: Spanned<Vec<String>>,
    #[serde(default)]
    weekdays: BTreeMap<String, Spanned<Vec<String>>>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSpecial {
    unit: Spanned<String>,
    date: Spanned<Datetime>,
    blocks: Spanned<Vec<String>>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReception {
    unit: Spanned<String>,
    weekday: Option<Spanned<String>>,
    date: Option<Spanned<Datetime>>,
    valid_from: Option<Spanned<Datetime>>,
    valid_until: Option<Spanned<Datetime>>,
    blocks: Spanned<Vec<String>>,
    source: Spanned<String>,
}

fn unit(file: PackFile<'_>, raw: &Spanned<String>) -> Result<String, PackProblem> {
    let code = raw.get_ref();
    let is_code = matches!(code.len(), 2 | 5) && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_code || code == EVERYBODY {
        return Ok(code.clone());
    }
    Err(file.problem(
        raw,
        format!("`{code}` is neither \"{EVERYBODY}\" nor a unit code of 2 or 5 digits"),
    ))
}

fn validity(
    file: PackFile<'_>,
    from: &Spanned<Datetime>,
    until: Option<&Spanned<Datetime>>,
) -> Result<Validity, PackProblem> {
    let first = date(file, from)?;
    let last = until.map(|until| date(file, until)).transpose()?;
    match (until, last) {
        (Some(place), Some(last)) if last < first => {
            Err(file.problem(place, "valid_until lies before valid_from"))
        }
        _ => Ok(Validity {
            from: first,
            until: last,
        }),
    }
}

/// Blocks of a working day: at least one, since the close of office is when deadlines fall.
fn working_blocks(file: PackFile<'_>, raw: &Spanned<Vec<String>>) -> Result<Vec<Block>, PackProblem> {
    let blocks = blocks(file, raw)?;
    if blocks.is_empty() {
        let reason =
            "a working day needs at least one block; to close only the counter, write a [[reception]]";
        return Err(file.problem(raw, reason));
    }
    Ok(blocks)
}

fn blocks(file: PackFile<'_>, raw: &Spanned<Vec<String>>) -> Result<Vec<Block>, PackProblem> {
    let mut blocks: Vec<Block> = Vec::new();
    for written in raw.get_ref() {
        let block = written
            .split_once('-')
            .and_then(|(open, close)| {
                Some(Block {
                    open: parse_time(open.trim())?,
                    close: parse_time(close.trim())?,
                })
            })
            .filter(|block| block.open < block.close)
            .ok_or_else(|| file.problem(raw, format!("`{written}` is not a block; write \"07:30-11:30\"")))?;
        if blocks.last().is_some_and(|before| block.open < before.close) {
            return Err(file.problem(
                raw,
                format!("block `{written}` begins before the one before it ends"),
            ));
        }
        blocks.push(block);
    }
    if blocks.len() > 2 {
        return Err(file.problem(raw, "a day has at most two blocks, morning and afternoon"));
    }
    Ok(blocks)
}

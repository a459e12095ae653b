//! The days that count: days off, make-up working days, weekends, and years that are only projected.
//!
//! This is the *deadline* calendar. Whether a counter is open on a day is another question, answered by the
//! office hours ([`OfficeHours`]); a counter that is open on a Saturday does not make it a working day.
//!
//! Legal source: Labour Code 45/2019/QH14, articles 111.3 and 112; Decision 188/1999/QĐ-TTg (Monday to
//! Friday). The days themselves come from the pack `packs/calendars/viet-nam.toml`.

mod exception;
mod hours;
pub mod lunar;
mod office;
mod pack;
mod projection;

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

pub use exception::{ExceptionError, ExceptionKind, HoursException, parse_blocks};
pub use hours::{Block, OfficeHours, ReceptionDay};
pub use office::Office;

/// How sure a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DayStatus {
    /// Announced by the competent body for that year.
    Official,
    /// Fixed by law without a yearly decision.
    Statutory,
    /// Computed or expected; the yearly decision has not been seen.
    Projected,
}

/// Why a listed day differs from its weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A public holiday itself (Labour Code, article 112).
    PublicHoliday,
    /// A weekday off in exchange for a Saturday that is worked.
    SwapDayOff,
    /// A weekday off because the holiday fell on a weekly rest day (Labour Code, article 111.3).
    SubstituteDayOff,
    /// A Saturday that is a working day in exchange for a weekday off.
    MakeupWorkday,
}

/// A day that the pack lists, or that was projected by its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDay {
    /// Why it differs from its weekday.
    pub kind: DayKind,
    /// Key of the holiday, for its name in the locales (`holiday-tet`).
    pub holiday: String,
    /// How sure it is.
    pub status: DayStatus,
    /// Key of the source in the pack.
    pub source: String,
}

/// What a date is for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day<'a> {
    /// Monday to Friday without a holiday.
    Working,
    /// A Saturday or Sunday that is worked.
    Makeup(&'a ListedDay),
    /// A weekly rest day.
    Weekend,
    /// A holiday, a swapped day or a day in lieu.
    Off(&'a ListedDay),
}

impl Day<'_> {
    /// Whether the day counts as a working day.
    pub fn is_working(self) -> bool {
        match self {
            Self::Working | Self::Makeup(_) => true,
            Self::Weekend | Self::Off(_) => false,
        }
    }
}

/// Why a date cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The calendar knows nothing of that year.
    #[error("the calendar holds the years {first} to {last}, not {year}")]
    YearNotLoaded {
        /// The year that was asked for.
        year: i16,
        /// First year with listed days.
        first: i16,
        /// Last year, projected ones included.
        last: i16,
    },
    /// No office hours are given for that working day.
    #[error("no office hours are given for {date}")]
    NoOfficeHours {
        /// The working day without hours.
        date: Date,
    },
}

/// The days off and make-up working days of the years that are listed, and a projection of later years.
#[derive(Debug, Clone)]
pub struct Calendar {
    version: String,
    first_year: i16,
    last_listed_year: i16,
    last_year: i16,
    days: BTreeMap<Date, ListedDay>,
    same_day: Vec<SameDayRule>,
    sources: BTreeMap<String, String>,
}

/// From which day on "the same day" ends at which time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameDayRule {
    /// First day of the rule.
    pub valid_from: Date,
    /// The last moment that is still the same day, included.
    pub cutoff: Time,
    /// Key of the source in the pack.
    pub source: String,
}

impl Calendar {
    /// The version that the pack carries; a deadline remembers it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// First year with days, last year that the pack lists, last year that is projected.
    pub fn years(&self) -> (i16, i16, i16) {
        (self.first_year, self.last_listed_year, self.last_year)
    }

    /// Every listed or projected day of a year, in order.
    pub fn listed(&self, year: i16) -> impl Iterator<Item = (Date, &ListedDay)> {
        self.days
            .iter()
            .filter(move |(date, _)| date.year() == year)
            .map(|(date, day)| (*date, day))
    }

    /// The document behind a source key, as the pack names it.
    pub fn source(&self, key: &str) -> Option<&str> {
        self.sources.get(key).map(String::as_str)
    }

    /// The rule of the same day in force on a date.
    ///
    /// # Errors
    /// [`CalendarError::YearNotLoaded`] before the first rule.
    pub fn same_day_rule(&self, on: Date) -> Result<&SameDayRule, CalendarError> {
        let in_force = self.same_day.iter().rev().find(|rule| rule.valid_from <= on);
        in_force.ok_or_else(|| self.not_loaded(on.year()))
    }

    /// What a date is.
    ///
    /// # Errors
    /// [`CalendarError::YearNotLoaded`] outside the years of the calendar.
    pub fn day(&self, date: Date) -> Result<Day<'_>, CalendarError> {
        if !(self.first_year..=self.last_year).contains(&date.year()) {
            return Err(self.not_loaded(date.year()));
        }
        Ok(match self.days.get(&date) {
            Some(day) if day.kind == DayKind::MakeupWorkday => Day::Makeup(day),
            Some(day) => Day::Off(day),
            None if is_weekend(date) => Day::Weekend,
            None => Day::Working,
        })
    }

    /// Whether a date is a working day.
    ///
    /// # Errors
    /// As [`Self::day`].
    pub fn is_working_day(&self, date: Date) -> Result<bool, CalendarError> {
        Ok(self.day(date)?.is_working())
    }

    /// The date itself when it is a working day, else the next one: how a last day that is off rolls.
    ///
    /// Legal source: Civil Code 91/2015/QH13, article 148.5.
    ///
    /// # Errors
    /// As [`Self::day`].
    pub fn working_day_from(&self, date: Date) -> Result<Date, CalendarError> {
        let mut day = date;
        while !self.is_working_day(day)? {
            day = self.next(day)?;
        }
        Ok(day)
    }

    /// Counts `days` working days from the day after `start`; zero days is `start` itself, rolled.
    ///
    /// Legal source: Civil Code 91/2015/QH13, articles 147 and 148.
    ///
    /// # Errors
    /// [`CalendarError::YearNotLoaded`] when the count runs past the last year.
    pub fn add_working_days(&self, start: Date, days: u16) -> Result<Date, CalendarError> {
        if days == 0 {
            return self.working_day_from(start);
        }
        let mut day = start;
        for _ in 0..days {
            day = self.working_day_from(self.next(day)?)?;
        }
        Ok(day)
    }

    /// The day from which `days` working days end on the working day `end`: from a working day,
    /// `subtract_working_days(add_working_days(start, n), n)` is `start`.
    ///
    /// # Errors
    /// [`CalendarError::YearNotLoaded`] when the count runs before the first year.
    pub fn subtract_working_days(&self, end: Date, days: u16) -> Result<Date, CalendarError> {
        let mut day = end;
        for _ in 0..days {
            day = self.previous(day)?;
            while !self.is_working_day(day)? {
                day = self.previous(day)?;
            }
        }
        Ok(day)
    }

    /// How many working days lie after `from` up to and including `to`; zero when `to` is not later.
    ///
    /// # Errors
    /// As [`Self::day`].
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<u32, CalendarError> {
        if to <= from {
            return Ok(0);
        }
        let first = self.next(from)?;
        self.day(first)?;
        if to.year() > self.last_year {
            return Err(self.not_loaded(self.last_year + 1));
        }
        // Counted by weeks and corrected by the listed days, not walked: a list asks for many days that lie long ago.
        let length = plus_days(to, 1).duration_since(first).as_hours() / 24;
        let mut count = length / 7 * 5;
        let mut day = first;
        for _ in 0..length % 7 {
            count += i64::from(!is_weekend(day));
            day = plus_days(day, 1);
        }
        for (date, listed) in self.days.range(first..=to) {
            let makes_up = listed.kind == DayKind::MakeupWorkday;
            count += match (makes_up, is_weekend(*date)) {
                (true, true) => 1,
                (false, false) => -1,
                (true, false) | (false, true) => 0,
            };
        }
        Ok(u32::try_from(count).unwrap_or(0))
    }

    fn next(&self, date: Date) -> Result<Date, CalendarError> {
        date.tomorrow().map_err(|_| self.not_loaded(date.year()))
    }

    fn previous(&self, date: Date) -> Result<Date, CalendarError> {
        date.yesterday().map_err(|_| self.not_loaded(date.year()))
    }

    pub(crate) fn not_loaded(&self, year: i16) -> CalendarError {
        CalendarError::YearNotLoaded {
            year,
            first: self.first_year,
            last: self.last_year,
        }
    }
}

/// The date some days later; dates of the calendar are far from the end of time, so this never saturates.
pub(crate) fn plus_days(date: Date, days: i32) -> Date {
    date.saturating_add(days.days())
}

/// Saturday or Sunday (Decision 188/1999/QĐ-TTg).
fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
pub(crate) mod tests;

//! Days off of the years for which no list exists yet, from the rules of the law.
//!
//! A projection is never more than that: the Prime Minister decides each year how the days of Tết and of
//! National Day lie, and which days are swapped. Every projected day says so.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::{DayKind, DayStatus, ListedDay, is_weekend, lunar, plus_days};

/// A holiday that the law fixes, and where its days usually lie.
#[derive(Debug, Clone)]
pub(super) struct HolidayRule {
    pub(super) key: String,
    pub(super) anchor: Anchor,
    /// How many days off it brings.
    pub(super) days: u8,
    /// How many of them lie before the anchor.
    pub(super) before: u8,
    /// The same, when the anchor falls on a certain weekday.
    pub(super) before_on: Vec<(Weekday, u8)>,
    pub(super) from_year: i16,
    pub(super) source: String,
}

/// The day of the year on which a holiday stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Solar { month: i8, day: i8 },
    Lunar { month: i8, day: i8 },
}

impl HolidayRule {
    /// The day itself in a solar year; `None` in the years before the law knew it.
    pub(super) fn anchor_in(&self, year: i16) -> Option<Date> {
        if year < self.from_year {
            return None;
        }
        match self.anchor {
            Anchor::Solar { month, day } => Date::new(year, month, day).ok(),
            Anchor::Lunar { month, day } => lunar::solar_date(year, month, day),
        }
    }

    fn days_in(&self, year: i16) -> impl Iterator<Item = Date> {
        self.anchor_in(year).into_iter().flat_map(|anchor| {
            let on_weekday = self
                .before_on
                .iter()
                .find(|(weekday, _)| *weekday == anchor.weekday());
            let before = on_weekday.map_or(self.before, |(_, before)| *before);
            let first = plus_days(anchor, -i32::from(before));
            (0..i32::from(self.days)).map(move |offset| plus_days(first, offset))
        })
    }
}

/// The days off of a year: the holidays, and a day in lieu for each that falls on a weekly rest day.
///
/// Legal source: Labour Code 45/2019/QH14, articles 111.3 (next working day in lieu) and 112 (the days).
pub(super) fn project(rules: &[HolidayRule], in_lieu_source: &str, year: i16) -> BTreeMap<Date, ListedDay> {
    let mut days = BTreeMap::new();
    let listed = |rule: &HolidayRule, kind, source: &str| ListedDay {
        kind,
        holiday: rule.key.clone(),
        status: DayStatus::Projected,
        source: source.to_owned(),
    };
    for rule in rules {
        for date in rule.days_in(year) {
            days.entry(date)
                .or_insert_with(|| listed(rule, DayKind::PublicHoliday, &rule.source));
        }
    }
    // All holidays first, so that a day in lieu never lands on another holiday.
    for rule in rules {
        for date in rule.days_in(year).filter(|date| is_weekend(*date)) {
            let mut in_lieu = date;
            while is_weekend(in_lieu) || days.contains_key(&in_lieu) {
                in_lieu = plus_days(in_lieu, 1);
            }
            days.insert(in_lieu, listed(rule, DayKind::SubstituteDayOff, in_lieu_source));
        }
    }
    days
}

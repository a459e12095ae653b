//! Reads the pack of days (`packs/calendars/viet-nam.toml`).

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::projection::{Anchor, HolidayRule};
use super::{Calendar, DayKind, DayStatus, ListedDay, SameDayRule, is_weekend, projection};
use crate::pack::{PackFile, PackProblem};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCalendar {
    version: String,
    first_year: i16,
    last_listed_year: i16,
    projected_to: Spanned<i16>,
    in_lieu_source: Spanned<String>,
    sources: BTreeMap<String, String>,
    same_day: Vec<RawSameDay>,
    holiday: Vec<RawHoliday>,
    day: Vec<RawDay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSameDay {
    valid_from: Spanned<Datetime>,
    cutoff: Spanned<Datetime>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHoliday {
    key: Spanned<String>,
    solar: Option<Spanned<String>>,
    lunar: Option<Spanned<String>>,
    #[serde(default = "one")]
    days: u8,
    #[serde(default)]
    before: u8,
    #[serde(default)]
    before_on: BTreeMap<String, Spanned<u8>>,
    from_year: Option<i16>,
    source: Spanned<String>,
}

fn one() -> u8 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDay {
    date: Spanned<Datetime>,
    kind: DayKind,
    holiday: Spanned<String>,
    status: DayStatus,
    source: Spanned<String>,
}

impl Calendar {
    /// Reads and checks a calendar pack, then projects the years after the last listed one.
    ///
    /// # Errors
    /// [`PackProblem`] with line and reason: TOML that does not read, an unknown holiday or source, a day
    /// listed twice or outside the listed years, a make-up day that is a weekday, a listed year without
    /// one of the holidays that the law fixes.
    pub fn parse(file: PackFile<'_>) -> Result<Self, PackProblem> {
        let raw: RawCalendar = file.toml()?;
        let known = |key: &Spanned<String>| {
            if raw.sources.contains_key(key.get_ref()) {
                Ok(key.get_ref().clone())
            } else {
                Err(file.problem(key, format!("`{}` is not among the [sources]", key.get_ref())))
            }
        };
        let in_lieu_source = known(&raw.in_lieu_source)?;
        let mut same_day = Vec::new();
        for rule in &raw.same_day {
            same_day.push(SameDayRule {
                valid_from: date(file, &rule.valid_from)?,
                cutoff: time(file, &rule.cutoff)?,
                source: known(&rule.source)?,
            });
        }
        same_day.sort_by_key(|rule| rule.valid_from);
        let mut rules = Vec::new();
        for holiday in &raw.holiday {
            known(&holiday.source)?;
            rules.push(rule(file, holiday)?);
        }
        let mut days = BTreeMap::new();
        for day in &raw.day {
            let on = date(file, &day.date)?;
            known(&day.source)?;
            check_day(file, &raw, &rules, day, on)?;
            let listed = ListedDay {
                kind: day.kind,
                holiday: day.holiday.get_ref().clone(),
                status: day.status,
                source: day.source.get_ref().clone(),
            };
            if days.insert(on, listed).is_some() {
                return Err(file.problem(&day.date, format!("{on} is listed twice")));
            }
        }
        if !(raw.last_listed_year..=2199).contains(raw.projected_to.get_ref()) {
            let reason = format!("projected_to must lie between {} and 2199", raw.last_listed_year);
            return Err(file.problem(&raw.projected_to, reason));
        }
        for year in raw.first_year..=raw.last_listed_year {
            every_holiday_is_listed(file, &raw, &rules, &days, year)?;
        }
        for year in raw.last_listed_year + 1..=*raw.projected_to.get_ref() {
            days.extend(projection::project(&rules, &in_lieu_source, year));
        }
        Ok(Self {
            version: raw.version,
            first_year: raw.first_year,
            last_listed_year: raw.last_listed_year,
            last_year: raw.projected_to.into_inner(),
            days,
            same_day,
            sources: raw.sources,
        })
    }
}

fn check_day(
    file: PackFile<'_>,
    raw: &RawCalendar,
    rules: &[HolidayRule],
    day: &RawDay,
    on: Date,
) -> Result<(), PackProblem> {
    if !(raw.first_year..=raw.last_listed_year).contains(&on.year()) {
        let reason = format!("{on} lies outside {} to {}", raw.first_year, raw.last_listed_year);
        return Err(file.problem(&day.date, reason));
    }
    if !rules.iter().any(|rule| rule.key == *day.holiday.get_ref()) {
        let reason = format!("`{}` is no [[holiday]] of this pack", day.holiday.get_ref());
        return Err(file.problem(&day.holiday, reason));
    }
    let weekend_wanted = match day.kind {
        DayKind::MakeupWorkday => true,
        DayKind::SwapDayOff | DayKind::SubstituteDayOff => false,
        DayKind::PublicHoliday => return Ok(()),
    };
    if is_weekend(on) == weekend_wanted {
        return Ok(());
    }
    let reason = if weekend_wanted {
        format!("{on} is a weekday: a make-up working day is a Saturday or Sunday")
    } else {
        format!("{on} is a weekend: a swapped day or a day in lieu is a weekday")
    };
    Err(file.problem(&day.date, reason))
}

/// A listed year that lacks a holiday of the law is a slip of the pen that would shift deadlines silently.
fn every_holiday_is_listed(
    file: PackFile<'_>,
    raw: &RawCalendar,
    rules: &[HolidayRule],
    days: &BTreeMap<Date, ListedDay>,
    year: i16,
) -> Result<(), PackProblem> {
    for (rule, written) in rules.iter().zip(&raw.holiday) {
        let Some(anchor) = rule.anchor_in(year) else {
            continue;
        };
        if !days
            .get(&anchor)
            .is_some_and(|day| day.kind == DayKind::PublicHoliday)
        {
            let reason = format!("year {year} lists no day off on {anchor} for `{}`", rule.key);
            return Err(file.problem(&written.key, reason));
        }
    }
    Ok(())
}

fn rule(file: PackFile<'_>, raw: &RawHoliday) -> Result<HolidayRule, PackProblem> {
    let anchor = match (&raw.solar, &raw.lunar) {
        (Some(day), None) => month_and_day(day.get_ref())
            .filter(|&(month, day)| Date::new(2024, month, day).is_ok())
            .map(|(month, day)| Anchor::Solar { month, day })
            .ok_or_else(|| file.problem(day, "a solar day is written MM-DD"))?,
        (None, Some(day)) => month_and_day(day.get_ref())
            .filter(|&(month, day)| (1..=12).contains(&month) && (1..=29).contains(&day))
            .map(|(month, day)| Anchor::Lunar { month, day })
            .ok_or_else(|| file.problem(day, "a lunar day is written MM-DD, the day at most 29"))?,
        (Some(_), Some(_)) | (None, None) => {
            return Err(file.problem(&raw.key, "a holiday has either `solar` or `lunar`"));
        }
    };
    let mut before_on = Vec::new();
    for (weekday, before) in &raw.before_on {
        let weekday = weekday_named(weekday)
            .ok_or_else(|| file.problem(before, format!("`{weekday}` is no weekday (mon … sun)")))?;
        before_on.push((weekday, *before.get_ref()));
    }
    if before_on
        .iter()
        .map(|(_, before)| before)
        .chain([&raw.before])
        .any(|&before| before >= raw.days)
    {
        let reason = "`before` must be smaller than `days`: the day itself is one of them";
        return Err(file.problem(&raw.key, reason));
    }
    Ok(HolidayRule {
        key: raw.key.get_ref().clone(),
        anchor,
        days: raw.days,
        before: raw.before,
        before_on,
        from_year: raw.from_year.unwrap_or(i16::MIN),
        source: raw.source.get_ref().clone(),
    })
}

fn month_and_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    Some((month.parse().ok()?, day.parse().ok()?))
}

pub(super) fn weekday_named(name: &str) -> Option<jiff::civil::Weekday> {
    use jiff::civil::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let days = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];
    names.iter().position(|known| *known == name).map(|at| days[at])
}

/// A TOML local date (`2025-04-30`, without quotes) as a date.
pub(super) fn date(file: PackFile<'_>, value: &Spanned<Datetime>) -> Result<Date, PackProblem> {
    let not_a_date = || file.problem(value, format!("`{}` is not a date", value.get_ref()));
    match value.get_ref() {
        Datetime {
            date: Some(date),
            time: None,
            offset: None,
        } => {
            let part = |number: u8| i8::try_from(number).map_err(|_| not_a_date());
            let year = i16::try_from(date.year).map_err(|_| not_a_date())?;
            Date::new(year, part(date.month)?, part(date.day)?).map_err(|_| not_a_date())
        }
        _ => Err(not_a_date()),
    }
}

/// A TOML local time (`15:00:00`, without quotes) as a time of day.
fn time(file: PackFile<'_>, value: &Spanned<Datetime>) -> Result<Time, PackProblem> {
    let not_a_time = || file.problem(value, format!("`{}` is not a time of day", value.get_ref()));
    match value.get_ref() {
        Datetime {
            date: None,
            time: Some(_),
            offset: None,
        } => crate::limit::parse_time(&value.get_ref().to_string()).ok_or_else(not_a_time),
        _ => Err(not_a_time()),
    }
}

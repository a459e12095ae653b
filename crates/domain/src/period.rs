//! Periods of figures: this week, month, quarter, year so far, or from a day to a day; and the period before.

use jiff::ToSpan;
use jiff::civil::Date;

/// What a leader chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// From Monday.
    Week,
    /// From the first of the month.
    Month,
    /// From the first of January, April, July or October.
    Quarter,
    /// From the first of January.
    Year,
    /// From a day to a day, both included.
    Range(Date, Date),
}

/// Whole local days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Choice {
    /// The stable word, in addresses and message keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
            Self::Range(..) => "range",
        }
    }

    /// Reads the word of a choice that needs no days.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Week, Self::Month, Self::Quarter, Self::Year]
            .into_iter()
            .find(|choice| choice.as_str() == word)
    }

    /// Its days; a running week, month, quarter or year ends today.
    pub fn days(self, today: Date) -> Days {
        let from = match self {
            Self::Week => {
                let since_monday = i64::from(today.weekday().to_monday_zero_offset());
                today.saturating_sub(since_monday.days())
            }
            Self::Month => today.first_of_month(),
            Self::Quarter => {
                let first = (today.month() - 1) / 3 * 3 + 1;
                Date::new(today.year(), first, 1).unwrap_or(today)
            }
            Self::Year => today.first_of_year(),
            Self::Range(from, to) => return Days { from, to },
        };
        Days { from, to: today }
    }

    /// The period before, as long: the same stretch of the week, month, quarter or year before, or as many days
    /// right before. So a running month is compared with the beginning of the last one, not with all of it.
    pub fn days_before(self, today: Date) -> Days {
        let Days { from, to } = self.days(today);
        let back = match self {
            Self::Week => 1.week(),
            Self::Month => 1.month(),
            Self::Quarter => 3.months(),
            Self::Year => 1.year(),
            Self::Range(from, to) => {
                let days = from.until(to).map_or(0, |span| i64::from(span.get_days())) + 1;
                days.days()
            }
        };
        Days {
            from: from.saturating_sub(back),
            to: to.saturating_sub(back),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn days(from: Date, to: Date) -> Days {
        Days { from, to }
    }

    #[test]
    fn a_running_period_ends_today_and_is_compared_with_the_same_stretch_before() {
        // Tuesday.
        let today = date(2025, 8, 5);
        for (choice, now, before) in [
            (
                Choice::Week,
                days(date(2025, 8, 4), today),
                days(date(2025, 7, 28), date(2025, 7, 29)),
            ),
            (
                Choice::Month,
                days(date(2025, 8, 1), today),
                days(date(2025, 7, 1), date(2025, 7, 5)),
            ),
            (
                Choice::Quarter,
                days(date(2025, 7, 1), today),
                days(date(2025, 4, 1), date(2025, 5, 5)),
            ),
            (
                Choice::Year,
                days(date(2025, 1, 1), today),
                days(date(2024, 1, 1), date(2024, 8, 5)),
            ),
            (
                Choice::Range(date(2025, 7, 1), date(2025, 7, 10)),
                days(date(2025, 7, 1), date(2025, 7, 10)),
                days(date(2025, 6, 21), date(2025, 6, 30)),
            ),
        ] {
            assert_eq!(choice.days(today), now, "{choice:?}");
            assert_eq!(choice.days_before(today), before, "{choice:?}");
        }
    }

    #[test]
    fn the_last_of_a_long_month_is_compared_with_a_day_that_exists() {
        assert_eq!(
            Choice::Month.days_before(date(2025, 3, 31)),
            days(date(2025, 2, 1), date(2025, 2, 28))
        );
    }

    proptest! {
        #[test]
        fn no_period_overlaps_the_one_before(day in 0..20_000_i64) {
            let today = date(2000, 1, 1).saturating_add(day.days());
            for choice in [Choice::Week, Choice::Month, Choice::Quarter, Choice::Year, Choice::Range(today, today)] {
                let (now, before) = (choice.days(today), choice.days_before(today));
                prop_assert!(now.from <= now.to && before.from <= before.to);
                prop_assert!(before.to < now.from, "{:?}", choice);
            }
        }
    }
}

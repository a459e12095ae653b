//! How long the law gives: a number and its unit, written `3wd`, `15d`, `8wh`, `1mo`, `sd`, `30min`, `2hd`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

/// A time limit as a procedure states it, for one channel.
///
/// Legal source: Civil Code 91/2015/QH13, articles 146 to 148; a procedure says which unit it uses.
/// In JSON and in packs it is its text form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Limit {
    /// Minutes within office hours (`30min`); they start at once.
    Minutes(u16),
    /// Hours within office hours (`8wh`); they start at once.
    WorkingHours(u16),
    /// Half days, the morning and afternoon blocks of the office (`2hd`); the running block is not counted.
    HalfDays(u16),
    /// Working days (`3wd`); the day of acceptance is day 0.
    WorkingDays(u16),
    /// Calendar days (`15d`); the day of acceptance is day 0, a last day that is off rolls.
    CalendarDays(u16),
    /// Months (`1mo`): the same-numbered day, or the last day of the month; a last day that is off rolls.
    Months(u16),
    /// The same day, or the next working day when received after the cut-off (`sd`, or `sd@14:30` for a
    /// procedure with a cut-off of its own; without one, that of the calendar pack holds).
    SameDay {
        /// The last moment that is still "the same day", included.
        cutoff: Option<Time>,
    },
}

/// Why a text is not a time limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Nothing was written.
    #[error("a time limit is missing; write for example 3wd, 15d, 8wh, 30min, 2hd, 1mo or sd")]
    Empty,
    /// The text does not begin with a number.
    #[error("`{text}` does not begin with a number; write for example 3wd, 15d, 8wh, 30min, 2hd, 1mo or sd")]
    NoNumber {
        /// What was written.
        text: String,
    },
    /// Nothing stands after the number.
    #[error(
        "`{text}` says no unit; known are min, wh, hd (half days), wd (working days), d (days), mo and sd"
    )]
    NoUnit {
        /// What was written.
        text: String,
    },
    /// The letters after the number name no unit.
    #[error("`{unit}` is no unit; known are min, wh, hd (half days), wd (working days), d (days), mo and sd")]
    UnknownUnit {
        /// The letters that were written.
        unit: String,
    },
    /// Zero, or more than any procedure allows.
    #[error("the number of `{text}` must be between 1 and {max}")]
    OutOfRange {
        /// What was written.
        text: String,
        /// The largest number for that unit.
        max: u16,
    },
    /// The time after `sd@` is not a time of day.
    #[error("`{text}` is not a cut-off; write for example sd@14:30")]
    Cutoff {
        /// What was written.
        text: String,
    },
}

/// The largest number of each unit: some years, far above every procedure, so that no sum overflows.
const MAX_MINUTES: u16 = 60_000;
const MAX_HOURS: u16 = 2_000;
const MAX_DAYS: u16 = 2_000;
const MAX_MONTHS: u16 = 120;

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(raw: &str) -> Result<Self, LimitError> {
        let text = raw.trim().to_ascii_lowercase();
        if text.is_empty() {
            return Err(LimitError::Empty);
        }
        if text == "sd" {
            return Ok(Self::SameDay { cutoff: None });
        }
        if let Some(time) = text.strip_prefix("sd@") {
            let cutoff = parse_time(time).ok_or_else(|| LimitError::Cutoff { text: text.clone() })?;
            return Ok(Self::SameDay { cutoff: Some(cutoff) });
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        if number.is_empty() {
            return Err(LimitError::NoNumber { text });
        }
        let (make, max): (fn(u16) -> Self, u16) = match unit.trim_start() {
            "min" => (Self::Minutes, MAX_MINUTES),
            "wh" => (Self::WorkingHours, MAX_HOURS),
            "hd" => (Self::HalfDays, MAX_DAYS),
            "wd" => (Self::WorkingDays, MAX_DAYS),
            "d" => (Self::CalendarDays, MAX_DAYS),
            "mo" => (Self::Months, MAX_MONTHS),
            "" => return Err(LimitError::NoUnit { text }),
            other => {
                return Err(LimitError::UnknownUnit {
                    unit: other.to_owned(),
                });
            }
        };
        // A number too long for u16 is out of range too, so both failures say the same.
        match number.parse::<u16>() {
            Ok(count) if (1..=max).contains(&count) => Ok(make(count)),
            _ => Err(LimitError::OutOfRange { text, max }),
        }
    }
}

/// Reads `HH:MM` or `HH:MM:SS`.
pub(crate) fn parse_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let mut next = |missing: Option<i8>| match parts.next() {
        Some(part) if part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) => part.parse().ok(),
        Some(_) => None,
        None => missing,
    };
    let (hour, minute, second) = (next(None)?, next(None)?, next(Some(0))?);
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minutes(n) => write!(f, "{n}min"),
            Self::WorkingHours(n) => write!(f, "{n}wh"),
            Self::HalfDays(n) => write!(f, "{n}hd"),
            Self::WorkingDays(n) => write!(f, "{n}wd"),
            Self::CalendarDays(n) => write!(f, "{n}d"),
            Self::Months(n) => write!(f, "{n}mo"),
            Self::SameDay { cutoff: None } => f.write_str("sd"),
            Self::SameDay { cutoff: Some(time) } if time.second() == 0 => {
                write!(f, "sd@{:02}:{:02}", time.hour(), time.minute())
            }
            Self::SameDay { cutoff: Some(time) } => {
                write!(
                    f,
                    "sd@{:02}:{:02}:{:02}",
                    time.hour(),
                    time.minute(),
                    time.second()
                )
            }
        }
    }
}

impl TryFrom<String> for Limit {
    type Error = LimitError;
    fn try_from(text: String) -> Result<Self, LimitError> {
        text.parse()
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_unit_has_its_text_form() {
        for (text, limit) in [
            ("30min", Limit::Minutes(30)),
            ("8wh", Limit::WorkingHours(8)),
            ("2hd", Limit::HalfDays(2)),
            ("3wd", Limit::WorkingDays(3)),
            ("15d", Limit::CalendarDays(15)),
            ("1mo", Limit::Months(1)),
            ("sd", Limit::SameDay { cutoff: None }),
            (
                "sd@14:30",
                Limit::SameDay {
                    cutoff: Some(jiff::civil::time(14, 30, 0, 0)),
                },
            ),
        ] {
            assert_eq!(text.parse(), Ok(limit));
            assert_eq!(limit.to_string(), text);
        }
        assert_eq!(" 3 WD ".parse(), Ok(Limit::WorkingDays(3)));
    }

    #[test]
    fn a_wrong_limit_is_refused_with_what_would_be_right() {
        assert_eq!("".parse::<Limit>(), Err(LimitError::Empty));
        assert_eq!(
            "wd".parse::<Limit>(),
            Err(LimitError::NoNumber { text: "wd".into() })
        );
        assert_eq!(
            "-3wd".parse::<Limit>(),
            Err(LimitError::NoNumber { text: "-3wd".into() })
        );
        assert_eq!("3".parse::<Limit>(), Err(LimitError::NoUnit { text: "3".into() }));
        assert_eq!(
            "3days".parse::<Limit>(),
            Err(LimitError::UnknownUnit { unit: "days".into() })
        );
        assert_eq!(
            "0wd".parse::<Limit>(),
            Err(LimitError::OutOfRange {
                text: "0wd".into(),
                max: 2000
            })
        );
        assert_eq!(
            "99999999999d"
                .parse::<Limit>()
                .map_err(|e| e.to_string().contains("2000")),
            Err(true)
        );
        for wrong in ["sd@25:00", "sd@14", "sd@1:30", "sd@14:30:00:00", "sd@"] {
            assert_eq!(
                wrong.parse::<Limit>(),
                Err(LimitError::Cutoff { text: wrong.into() }),
                "{wrong}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(n in 1..=MAX_MONTHS, kind in 0..6usize, h in 0..24i8, m in 0..60i8, s in 0..60i8) {
            let counted = [Limit::Minutes, Limit::WorkingHours, Limit::HalfDays, Limit::WorkingDays, Limit::CalendarDays, Limit::Months];
            let same_day = Limit::SameDay { cutoff: Some(jiff::civil::time(h, m, s, 0)) };
            for limit in [counted[kind](n), same_day] {
                prop_assert_eq!(limit.to_string().parse(), Ok(limit));
                let json = serde_json::to_string(&limit).expect("json");
                prop_assert_eq!(serde_json::from_str::<Limit>(&json).expect("a limit"), limit);
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,12}") {
            let _ = text.parse::<Limit>();
        }
    }
}

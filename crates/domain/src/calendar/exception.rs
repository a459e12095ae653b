//! Hours of one day that a unit has set by a decision of its own: beside the pack, and over it.
//!
//! A pack is law for everybody and is changed with a release; that an office closes at noon next Thursday for a
//! storm is decided the day before, by its own leader. Such a day is kept as evidence, holds for deadlines that are
//! computed from then on, and never makes a working day of a day off.

use jiff::civil::{Date, Time};

use super::{Block, Calendar};
use crate::limit::parse_time;

/// What a decision changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExceptionKind {
    /// The office hours of a working day: deadlines fall on their close.
    Office,
    /// The hours in which the counter receives; none when it is closed. No deadline changes.
    Reception,
}

impl ExceptionKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Office, Self::Reception];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Reception => "reception",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The hours of one day as a unit has set them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoursException {
    /// Code of the unit: a commune, or a province with its communes.
    pub unit: String,
    /// The day.
    pub day: Date,
    /// What it changes.
    pub kind: ExceptionKind,
    /// The hours; none only where the counter is closed.
    pub blocks: Vec<Block>,
}

/// Why a decision cannot stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExceptionError {
    /// The hours are not written as `07:30-11:30, 13:30-17:00`, or overlap, or are more than two blocks.
    #[error("the hours are not blocks of a day")]
    Blocks,
    /// Office hours without hours: the close of office is when deadlines fall.
    #[error("a working day needs hours")]
    NoHours,
    /// Other office hours on a day on which no office works.
    #[error("the day is no working day")]
    DayOff,
    /// The day is over, or the calendar does not reach it.
    #[error("the day is over or too far")]
    Day,
}

impl ExceptionError {
    /// The key of the sentence for people.
    pub fn key(self) -> &'static str {
        match self {
            Self::Blocks => "calendar-blocks-wrong",
            Self::NoHours => "calendar-hours-missing",
            Self::DayOff => "calendar-day-off",
            Self::Day => "calendar-day-wrong",
        }
    }
    /// The field of the form that is wrong.
    pub fn field(self) -> &'static str {
        match self {
            Self::Blocks | Self::NoHours => "hours",
            Self::DayOff | Self::Day => "day",
        }
    }
}

impl HoursException {
    /// A decision made on the day `today` about a later one, or about that day itself.
    ///
    /// # Errors
    /// [`ExceptionError`].
    pub fn new(
        calendar: &Calendar,
        today: Date,
        unit: &str,
        day: Date,
        kind: ExceptionKind,
        hours: &str,
    ) -> Result<Self, ExceptionError> {
        let blocks = parse_blocks(hours)?;
        let what = calendar.day(day).map_err(|_| ExceptionError::Day)?;
        if day < today {
            return Err(ExceptionError::Day);
        }
        if kind == ExceptionKind::Office {
            if blocks.is_empty() {
                return Err(ExceptionError::NoHours);
            }
            if !what.is_working() {
                return Err(ExceptionError::DayOff);
            }
        }
        Ok(Self {
            unit: unit.to_owned(),
            day,
            kind,
            blocks,
        })
    }

    /// The hours as they are stored and typed: `07:30-11:30, 13:30-17:00`.
    pub fn hours(&self) -> String {
        let blocks = self.blocks.iter();
        let words = blocks.map(|block| format!("{}-{}", clock(block.open), clock(block.close)));
        words.collect::<Vec<_>>().join(", ")
    }
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Reads the blocks of a day: at most two, in order, apart. Nothing is no block.
///
/// # Errors
/// [`ExceptionError::Blocks`].
pub fn parse_blocks(written: &str) -> Result<Vec<Block>, ExceptionError> {
    let mut blocks: Vec<Block> = Vec::new();
    let pieces = written.split([',', ';']).map(str::trim);
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let (open, close) = piece
            .split_once(['-', '–'])
            .and_then(|(open, close)| Some((clock_time(open)?, clock_time(close)?)))
            .filter(|(open, close)| open < close)
            .ok_or(ExceptionError::Blocks)?;
        if blocks.len() == 2 || blocks.last().is_some_and(|before| open < before.close) {
            return Err(ExceptionError::Blocks);
        }
        blocks.push(Block { open, close });
    }
    Ok(blocks)
}

/// A time as people write it: `07:30`, or `7:30`.
fn clock_time(written: &str) -> Option<Time> {
    parse_time(&format!("{:0>5}", written.trim()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::tests::viet_nam;
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them_and_written_as_they_are_read() {
        for (written, read) in [
            ("07:30-11:30, 13:30-17:00", "07:30-11:30, 13:30-17:00"),
            ("7:30 – 11:30", "07:30-11:30"),
            ("", ""),
        ] {
            let exception = HoursException {
                unit: "24682".to_owned(),
                day: date(2025, 8, 6),
                kind: ExceptionKind::Reception,
                blocks: parse_blocks(written).expect(written),
            };
            assert_eq!(exception.hours(), read);
        }
        for wrong in [
            "11:30-07:30",
            "07:30",
            "07:30-11:30, 11:00-17:00",
            "07:00-08:00, 09:00-10:00, 11:00-12:00",
            "25:00-26:00",
            "sáng",
        ] {
            assert_eq!(parse_blocks(wrong), Err(ExceptionError::Blocks), "{wrong}");
        }
    }

    #[test]
    fn a_decision_never_makes_a_working_day_and_never_changes_the_past() {
        let calendar = viet_nam();
        let today = date(2025, 8, 5);
        let of = |day, kind, hours| HoursException::new(calendar, today, "24682", day, kind, hours);
        let (office, reception) = (ExceptionKind::Office, ExceptionKind::Reception);
        let saturday = date(2025, 8, 9);
        assert!(of(today, office, "07:30-11:30").is_ok());
        assert_eq!(of(saturday, office, "07:30-11:30"), Err(ExceptionError::DayOff));
        assert!(of(saturday, reception, "07:30-11:00").is_ok());
        assert!(of(date(2025, 8, 6), reception, "").is_ok());
        assert_eq!(of(date(2025, 8, 6), office, ""), Err(ExceptionError::NoHours));
        assert_eq!(
            of(date(2025, 8, 4), office, "07:30-11:30"),
            Err(ExceptionError::Day)
        );
        assert_eq!(
            of(date(2500, 1, 4), office, "07:30-11:30"),
            Err(ExceptionError::Day)
        );
    }
}

//! One office's time: the calendar and its own hours together. Deadlines are computed against this.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Block, Calendar, CalendarError, Day, ExceptionKind, HoursException, OfficeHours, plus_days};
use crate::time::{instant, local_date};

/// The calendar as one unit lives it.
#[derive(Debug, Clone)]
pub struct Office<'a> {
    calendar: &'a Calendar,
    hours: &'a OfficeHours,
    codes: Vec<String>,
    exceptions: Arc<[HoursException]>,
}

impl<'a> Office<'a> {
    /// The time of the unit with these codes, the narrowest first (`["24682", "68"]`); none is the default.
    pub fn new(calendar: &'a Calendar, hours: &'a OfficeHours, codes: &[&str]) -> Self {
        Self {
            calendar,
            hours,
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            exceptions: Arc::default(),
        }
    }

    /// The same office with what its units have decided about single days: the narrowest decision holds, over all
    /// that the packs say. Decisions of other units may be among them and change nothing here.
    #[must_use]
    pub fn with_exceptions(mut self, exceptions: impl Into<Arc<[HoursException]>>) -> Self {
        self.exceptions = exceptions.into();
        self
    }

    /// What a unit of this office has decided about a date.
    fn decided(&self, on: Date, kind: ExceptionKind) -> Option<&[Block]> {
        let of_unit = |code: &String| {
            self.exceptions
                .iter()
                .find(|known| known.day == on && known.kind == kind && known.unit == *code)
        };
        let found = self.codes.iter().find_map(of_unit)?;
        Some(found.blocks.as_slice())
    }

    /// The document in which the office hours of a date were read.
    pub fn hours_source(&self, on: Date) -> Option<&'a str> {
        self.hours.source_of(&self.codes, on)
    }

    /// The days that count.
    pub fn calendar(&self) -> &'a Calendar {
        self.calendar
    }

    /// The blocks of office time on a date; none on a day off.
    ///
    /// # Errors
    /// [`CalendarError`] when the year or the hours of that day are not loaded.
    pub fn blocks(&self, on: Date) -> Result<&[Block], CalendarError> {
        let makeup = match self.calendar.day(on)? {
            Day::Working => false,
            Day::Makeup(_) => true,
            Day::Weekend | Day::Off(_) => return Ok(&[]),
        };
        if let Some(blocks) = self.decided(on, ExceptionKind::Office) {
            return Ok(blocks);
        }
        self.hours
            .working_blocks(&self.codes, on, makeup)
            .ok_or(CalendarError::NoOfficeHours { date: on })
    }

    /// The blocks in which the counter receives on a date: the exception of the unit, else its office time.
    ///
    /// A counter that is open on a Saturday does not make it a working day.
    ///
    /// # Errors
    /// As [`Self::blocks`].
    pub fn reception(&self, on: Date) -> Result<&[Block], CalendarError> {
        let holiday = matches!(self.calendar.day(on)?, Day::Off(_));
        if let Some(blocks) = self.decided(on, ExceptionKind::Reception) {
            return Ok(blocks);
        }
        match self.hours.reception_exception(&self.codes, on, holiday) {
            Some(blocks) => Ok(blocks),
            None => self.blocks(on),
        }
    }

    /// When the office opens on a working day.
    ///
    /// # Errors
    /// As [`Self::blocks`]; [`CalendarError::NoOfficeHours`] on a day off.
    pub fn opening(&self, on: Date) -> Result<Timestamp, CalendarError> {
        let first = self
            .blocks(on)?
            .first()
            .ok_or(CalendarError::NoOfficeHours { date: on })?;
        Ok(instant(on.to_datetime(first.open)))
    }

    /// When the office closes on a working day: the moment at which deadlines of that day fall.
    ///
    /// # Errors
    /// As [`Self::opening`].
    pub fn close(&self, on: Date) -> Result<Timestamp, CalendarError> {
        let last = self
            .blocks(on)?
            .last()
            .ok_or(CalendarError::NoOfficeHours { date: on })?;
        Ok(instant(on.to_datetime(last.close)))
    }

    /// The blocks of a date as instants.
    pub(crate) fn spans(&self, on: Date) -> Result<Vec<(Timestamp, Timestamp)>, CalendarError> {
        let spans = self.blocks(on)?.iter();
        Ok(spans
            .map(|b| (instant(on.to_datetime(b.open)), instant(on.to_datetime(b.close))))
            .collect())
    }

    /// The instant at which `work` of office time has passed since `from`; it starts at once when the office
    /// is open, else when it opens.
    ///
    /// # Errors
    /// As [`Self::blocks`].
    pub fn after_work(&self, from: Timestamp, work: SignedDuration) -> Result<Timestamp, CalendarError> {
        let (mut left, mut date) = (work, local_date(from));
        loop {
            for (open, close) in self.spans(date)? {
                let begin = open.max(from);
                let here = close.duration_since(begin);
                if here.is_positive() && left <= here {
                    return Ok(begin + left);
                }
                left -= here.max(SignedDuration::ZERO);
            }
            date = plus_days(date, 1);
        }
    }

    /// Office time between two instants; zero when `to` is not later than `from`.
    ///
    /// # Errors
    /// As [`Self::blocks`].
    pub fn work_between(&self, from: Timestamp, to: Timestamp) -> Result<SignedDuration, CalendarError> {
        let (mut work, mut date) = (SignedDuration::ZERO, local_date(from));
        while date <= local_date(to) {
            for (open, close) in self.spans(date)? {
                work += close
                    .min(to)
                    .duration_since(open.max(from))
                    .max(SignedDuration::ZERO);
            }
            date = plus_days(date, 1);
        }
        Ok(work)
    }

    /// Whole minutes of office time between two instants.
    ///
    /// # Errors
    /// As [`Self::blocks`].
    pub fn working_minutes_between(&self, from: Timestamp, to: Timestamp) -> Result<i64, CalendarError> {
        Ok(self.work_between(from, to)?.as_mins())
    }
}

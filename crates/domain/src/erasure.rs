//! The decision by which personal data is destroyed before or at the end of its time.
//!
//! Legal source: Personal Data Law 91/2025/QH15 (erasure when the purpose or the term has ended, or on request) and
//! Archives Law 33/2024/QH15 (what may be destroyed is decided in writing).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::characters::{is_refused, visible};
use crate::dossier::parts::stored_words;

stored_words!(
    /// Why. One of a list and never free text, because the fact that tells of it is kept for ever.
    Reason {
        /// The time for which the dossier had to be kept has ended.
        TermEnded = "term-ended",
        /// A court or an inspectorate has ordered it.
        Ordered = "ordered",
        /// The person asked for it and the law allows it.
        Requested = "requested",
        /// It should never have been kept: entered by mistake, without a basis.
        NoBasis = "no-basis",
    }
);

/// Longest number of a decision.
const NUMBER_CHARS: usize = 60;
/// Longest name of an authority.
const AUTHORITY_CHARS: usize = 200;

/// A written decision to erase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its number, `12/QĐ-UBND`.
    pub number: String,
    /// Its day.
    pub on: Date,
    /// Who decided: an authority, never a person's name.
    pub authority: String,
    /// Why.
    pub reason: Reason,
}

/// What is wrong with what was written about a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    /// No number, one that is too long, or with control characters.
    #[error("the number of the decision is wanted, at most 60 characters, for example 12/QĐ-UBND")]
    Number,
    /// No authority, one that is too long, or with control characters.
    #[error("the authority that decided is wanted, at most 200 characters, for example UBND xã Thuận An")]
    Authority,
    /// A decision of tomorrow, or of a time before there were computers.
    #[error("the day of the decision must lie between 1990-01-01 and today")]
    Day,
}

impl Decision {
    /// Reads what was written.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(
        number: &str,
        on: Date,
        authority: &str,
        reason: Reason,
        today: Date,
    ) -> Result<Self, DecisionError> {
        let number = line(number, NUMBER_CHARS).ok_or(DecisionError::Number)?;
        let authority = line(authority, AUTHORITY_CHARS).ok_or(DecisionError::Authority)?;
        if on.year() < 1990 || on > today {
            return Err(DecisionError::Day);
        }
        Ok(Self {
            number,
            on,
            authority,
            reason,
        })
    }
}

fn line(text: &str, most: usize) -> Option<String> {
    let text = visible(text.trim());
    let has_line = text.contains(['\n', '\r', '\t']) || text.chars().any(is_refused);
    let fits = !text.is_empty() && text.chars().count() <= most && !has_line;
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_decision_needs_number_authority_and_a_day_that_has_come() {
        let today = date(2026, 2, 12);
        let read = |number: &str, on, authority: &str| {
            Decision::read(number, on, authority, Reason::TermEnded, today)
        };
        let fine = read(" 12/QĐ-UBND ", today, "UBND xã Thuận An").expect("a decision");
        assert_eq!(fine.number, "12/QĐ-UBND");
        assert_eq!(read(" ", today, "x"), Err(DecisionError::Number));
        assert_eq!(read(&"1".repeat(61), today, "x"), Err(DecisionError::Number));
        assert_eq!(read("1\n2", today, "x"), Err(DecisionError::Number));
        assert_eq!(read("1", today, ""), Err(DecisionError::Authority));
        assert_eq!(read("1", date(2026, 2, 13), "x"), Err(DecisionError::Day));
        assert_eq!(read("1", date(1989, 12, 31), "x"), Err(DecisionError::Day));
    }

    #[test]
    fn reasons_are_read_as_they_are_written() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(*reason));
        }
        assert_eq!(Reason::parse("because"), None);
    }
}

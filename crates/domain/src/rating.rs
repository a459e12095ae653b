//! What a citizen says of the service when the matter has ended: one time, in five grades.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dossier::State;
use crate::dossier::applicant::clean;
use crate::dossier::parts::stored_words;

stored_words!(
    /// How satisfied somebody is. The devices of the counters know three levels (Circular 01/2018/TT-VPCP,
    /// article 12); two more on a page let people say "very" and "not at all".
    Grade {
        /// Very satisfied.
        VerySatisfied = "very_satisfied",
        /// Satisfied.
        Satisfied = "satisfied",
        /// Neither.
        Neutral = "neutral",
        /// Dissatisfied.
        Dissatisfied = "dissatisfied",
        /// Very dissatisfied.
        VeryDissatisfied = "very_dissatisfied",
    }
);

stored_words!(
    /// Where it was said.
    Place {
        /// On the status page, by whoever holds the receipt.
        Page = "page",
        /// On a device at the counter.
        Counter = "counter",
    }
);

impl Grade {
    /// Whether the quality index counts the dossier as disliked (Decision 766/QĐ-TTg, satisfaction).
    pub fn is_dislike(self) -> bool {
        match self {
            Self::Dissatisfied | Self::VeryDissatisfied => true,
            Self::VerySatisfied | Self::Satisfied | Self::Neutral => false,
        }
    }
}

/// Longest remark, in characters.
pub const REMARK_CHARS: usize = 1000;

/// A rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// How satisfied.
    pub grade: Grade,
    /// What else he said.
    pub remark: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub place: Place,
}

impl Rating {
    /// Reads what was said. Who is dissatisfied is asked why (Circular 01/2018/TT-VPCP, article 12).
    ///
    /// # Errors
    /// Field and key of the sentence, for each field that cannot be taken.
    pub fn parse(
        grade: &str,
        remark: &str,
        at: Timestamp,
        place: Place,
    ) -> Result<Self, Vec<(&'static str, &'static str)>> {
        let mut problems = Vec::new();
        let grade = Grade::parse(grade);
        if grade.is_none() {
            problems.push(("grade", "rating-grade-missing"));
        }
        let remark = match clean(remark) {
            None => {
                problems.push(("remark", "field-control-character"));
                None
            }
            Some(text) if text.chars().count() > REMARK_CHARS => {
                problems.push(("remark", "rating-remark-too-long"));
                None
            }
            Some(text) if text.is_empty() && grade.is_some_and(Grade::is_dislike) => {
                problems.push(("remark", "rating-remark-missing"));
                None
            }
            Some(text) => Some(text).filter(|text| !text.is_empty()),
        };
        match grade {
            Some(grade) if problems.is_empty() => Ok(Self {
                grade,
                remark,
                at,
                place,
            }),
            _ => Err(problems),
        }
    }
}

/// Whether the service of a dossier in this state can be rated: something has come to its end.
pub fn is_open(state: State) -> bool {
    match state {
        State::NotAccepted | State::Withdrawn | State::Stopped | State::Resolved | State::Returned => true,
        State::Registered
        | State::Accepted
        | State::InProgress(_)
        | State::AwaitingSupplement(_)
        | State::AwaitingObligation(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(grade: &str, remark: &str) -> Result<Rating, Vec<(&'static str, &'static str)>> {
        Rating::parse(grade, remark, Timestamp::UNIX_EPOCH, Place::Page)
    }

    #[test]
    fn who_is_dissatisfied_is_asked_why() {
        assert_eq!(
            parse("dissatisfied", "  "),
            Err(vec![("remark", "rating-remark-missing")])
        );
        let rating = parse("very_dissatisfied", " Chờ  lâu ").expect("a rating");
        assert_eq!(rating.remark.as_deref(), Some("Chờ lâu"));
        assert_eq!(parse("satisfied", "").expect("a rating").remark, None);
    }

    #[test]
    fn a_grade_that_is_none_a_nul_and_a_novel_are_refused() {
        assert_eq!(parse("5", ""), Err(vec![("grade", "rating-grade-missing")]));
        assert_eq!(
            parse("satisfied", "a\0b"),
            Err(vec![("remark", "field-control-character")])
        );
        assert_eq!(
            parse("satisfied", &"ệ".repeat(1001)),
            Err(vec![("remark", "rating-remark-too-long")])
        );
        assert!(parse("satisfied", &"👩".repeat(1000)).is_ok());
    }

    #[test]
    fn only_what_has_ended_is_rated() {
        assert!(is_open(State::Resolved) && is_open(State::NotAccepted));
        assert!(!is_open(State::Registered) && !is_open(State::Accepted));
    }
}

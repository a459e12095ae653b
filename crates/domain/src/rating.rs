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
    /// Points of a mean: 5 for very satisfied to 1 for very dissatisfied.
    pub fn points(self) -> i64 {
        match self {
            Self::VerySatisfied => 5,
            Self::Satisfied => 4,
            Self::Neutral => 3,
            Self::Dissatisfied => 2,
            Self::VeryDissatisfied => 1,
        }
    }

    /// Whether the quality index counts the dossier as disliked (Decision 766/QĐ-TTg, satisfaction).
    pub fn is_dislike(self) -> bool {
        match self {
            Self::Dissatisfied | Self::VeryDissatisfied => true,
            Self::VerySatisfied | Self::Satisfied | Self::Neutral => false,
        }
    }
}

/// The mean of grades in tenths, rounded half up; none when nobody has said anything.
pub fn mean_tenths(counts: &std::collections::BTreeMap<Grade, i64>) -> Option<i64> {
    let rated: i64 = counts.values().sum();
    let points: i64 = counts.iter().map(|(grade, count)| grade.points() * count).sum();
    (rated > 0).then(|| (points * 20 + rated) / (rated * 2))
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
    fn the_mean_is_rounded_to_a_tenth_and_nobody_means_nothing() {
        let counts = |grades: &[(Grade, i64)]| grades.iter().copied().collect();
        assert_eq!(mean_tenths(&counts(&[])), None);
        assert_eq!(
            mean_tenths(&counts(&[(Grade::VerySatisfied, 2), (Grade::Neutral, 1)])),
            Some(43)
        );
        assert_eq!(
            mean_tenths(&counts(&[(Grade::Satisfied, 1), (Grade::Neutral, 1)])),
            Some(35)
        );
    }

    #[test]
    fn only_what_has_ended_is_rated() {
        assert!(is_open(State::Resolved) && is_open(State::NotAccepted));
        assert!(!is_open(State::Registered) && !is_open(State::Accepted));
    }
}

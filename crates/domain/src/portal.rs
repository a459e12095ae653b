//! What this node and the national portal tell each other, apart from the dossier's own state.

use crate::dossier::parts::stored_words;
use serde::{Deserialize, Serialize};

stored_words!(
    /// How far a state has come on its way to the portal.
    TellState {
        /// It waits for its turn.
        Waiting = "waiting",
        /// The portal has confirmed it.
        Confirmed = "confirmed",
        /// The portal does not take it; the states after it wait.
        Refused = "refused",
        /// A person decided that the portal is not told this one.
        LeftOut = "left_out",
    }
);

stored_words!(
    /// How far a dossier that the portal handed out has come.
    TakeState {
        /// It cannot become a dossier here as it is; a person must look. The portal still keeps it.
        Parked = "parked",
        /// It is a dossier here; the portal does not know that yet.
        Taken = "taken",
        /// The portal knows that it is here.
        Confirmed = "confirmed",
    }
);

stored_words!(
    /// What the daily comparison found to differ.
    Difference {
        /// The portal says that this node has it, and it does not.
        MissingHere = "missing_here",
        /// This node has it from the portal, and the portal does not know it.
        MissingThere = "missing_there",
        /// The portal shows another state than the one that it confirmed.
        State = "state",
    }
);

/// Whether the portal knows a move from one national state to another.
///
/// What the office takes back (a recalled transfer) has no such move: the portal is not told, and hears the next state
/// that follows. 5 leads to 2 and 3 as well, since a supplement may be asked for before acceptance. The portal itself
/// sets 1.
pub const fn may_follow(from: i64, to: i64) -> bool {
    matches!(
        (from, to),
        (1, 2 | 3 | 5 | 7)
            | (2, 4 | 5 | 7)
            | (4, 5..=9)
            | (5, 2 | 3 | 4 | 7 | 8)
            | (6, 4 | 7 | 8 | 9)
            | (9, 10)
    )
}

/// Longest dossier code that is taken from the portal.
pub const CODE_CHARS: usize = 64;

/// Whether a text can be a dossier code of the national pattern: `H36.24682-250804-0001`.
///
/// Parts of capital letters and digits between dots, six or eight digits of the day, four or more of the serial
/// (Circular 01/2018/TT-VPCP, article 19, and the patterns in use since).
pub fn is_dossier_code(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [agency, day, serial] = parts.as_slice() else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= CODE_CHARS
        && agency.split('.').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
        && matches!(day.len(), 6 | 8)
        && digits(day)
        && serial.len() >= 4
        && digits(serial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_an_end_and_nothing_leads_back_to_the_portals_own_state() {
        for state in 1..=10 {
            assert!(!may_follow(state, 1), "{state}");
            assert!(!may_follow(state, state), "{state}");
            for end in [3, 7, 8, 10] {
                assert!(!may_follow(end, state), "{end} {state}");
            }
        }
        assert!(may_follow(9, 10) && !may_follow(4, 10));
    }

    #[test]
    fn codes_of_the_national_pattern_are_told_from_other_texts() {
        for code in [
            "000.00.12.H22-250630-0007",
            "H55.242-250804-0001",
            "G09.20-20260609-0092637",
        ] {
            assert!(is_dossier_code(code), "{code}");
        }
        for text in [
            "",
            "H55-250804",
            "h55.242-250804-0001",
            "H55.242-2508-0001",
            "H55..242-250804-0001",
            "H55.242-250804-001",
            "H55.242-250804-0001; DROP",
        ] {
            assert!(!is_dossier_code(text), "{text}");
        }
        assert!(!is_dossier_code(&format!("{}-250804-0001", "H".repeat(64))));
    }
}

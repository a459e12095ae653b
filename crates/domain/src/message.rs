//! Messages to citizens: what is told at which step, on which way, and how that ended.
//!
//! Law: Decree 118/2025/NĐ-CP (notice at each step by text message, e-mail or telephone); minimum content of a
//! notice: Decree 224/2026/NĐ-CP. A message names the dossier by its code and leads to the status page; what the
//! matter is about and whose it is stay out of it.

use crate::dossier::State;
use crate::dossier::parts::stored_words;
use serde::{Deserialize, Serialize};

stored_words!(
    /// What a message tells.
    MessageKind {
        /// Filed online, not yet examined.
        Registered = "registered",
        /// Accepted, with the day of the result.
        Accepted = "accepted",
        /// Something must be handed in (Form 02).
        SupplementAsked = "supplement_asked",
        /// Not accepted (Form 03).
        Refused = "refused",
        /// A financial obligation must be met first.
        ObligationAsked = "obligation_asked",
        /// It will be late: apology and new day (Form 04).
        Extended = "extended",
        /// The result can be collected.
        ResultReady = "result_ready",
        /// Refused after appraisal.
        RefusedAfterAppraisal = "refused_after_appraisal",
        /// Ended at the citizen's wish (Form 05).
        Withdrawn = "withdrawn",
    }
);

impl MessageKind {
    /// What the citizen is told when this fact has led to this state; nothing for steps inside the house.
    pub fn of_step(fact: &str, state: State) -> Option<Self> {
        match fact {
            "dossier_registered" => Some(Self::Registered),
            "dossier_accepted" => Some(Self::Accepted),
            "supplement_requested" => Some(Self::SupplementAsked),
            "dossier_refused" => Some(Self::Refused),
            "dossier_obligated" => Some(Self::ObligationAsked),
            "dossier_extended" => Some(Self::Extended),
            // Where no clerk numbers the result, the leader's approval makes it ready.
            "result_issued" | "result_approved" if state == State::Resolved => Some(Self::ResultReady),
            "dossier_refused_after_appraisal" => Some(Self::RefusedAfterAppraisal),
            // A joined-up dossier ends as its members end.
            "joined_ended" => match state {
                State::Resolved => Some(Self::ResultReady),
                State::Stopped => Some(Self::RefusedAfterAppraisal),
                State::Withdrawn => Some(Self::Withdrawn),
                _ => None,
            },
            "dossier_withdrawn" => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

stored_words!(
    /// The way a message goes.
    Way {
        /// By e-mail.
        Email = "email",
        /// By text message to a telephone.
        Sms = "sms",
    }
);

stored_words!(
    /// How far a message has come.
    MessageState {
        /// It waits for its turn or for another try.
        Waiting = "waiting",
        /// The mail server or the text-message service has taken it.
        Sent = "sent",
        /// It could not be sent and is not tried again by itself.
        Failed = "failed",
        /// A person stopped it.
        Stopped = "stopped",
    }
);

stored_words!(
    /// The language in which somebody wants to be written to.
    Tongue {
        /// Vietnamese.
        Vi = "vi",
        /// English.
        En = "en",
    }
);

/// An address as lists show it: enough to recognise, not enough to write to.
pub fn masked(address: &str) -> String {
    if let Some((local, host)) = address.split_once('@') {
        let first: String = local.chars().take(1).collect();
        return format!("{first}•••@{host}");
    }
    let keep = address.chars().count().saturating_sub(3);
    address
        .chars()
        .enumerate()
        .map(|(place, c)| if place < keep { '•' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dossier::Stage;

    #[test]
    fn a_result_is_announced_once_whether_a_clerk_numbers_it_or_not() {
        let told = |fact, state| MessageKind::of_step(fact, state);
        assert_eq!(told("result_approved", State::InProgress(Stage::Number)), None);
        assert_eq!(
            told("result_issued", State::Resolved),
            Some(MessageKind::ResultReady)
        );
        assert_eq!(
            told("result_approved", State::Resolved),
            Some(MessageKind::ResultReady)
        );
        assert_eq!(told("dossier_assigned", State::InProgress(Stage::Appraise)), None);
    }

    #[test]
    fn an_address_in_a_list_cannot_be_written_to() {
        assert_eq!(masked("huong.tran@example.vn"), "h•••@example.vn");
        assert_eq!(masked("0900000123"), "•••••••123");
        assert_eq!(masked("12"), "12");
    }
}

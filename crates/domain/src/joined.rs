//! Joined-up dossiers (liên thông): one form and one receipt start several members, each decided by its own agency.
//!
//! Law: Decree 61/2018/NĐ-CP, article 19.6 and 19.7 (electronic: to all at once, the lead marked; on paper: one after
//! the other, each with its own limit); Decree 63/2024/NĐ-CP. What the decrees leave open is settled here and told on
//! the pages: a member begins in a sequence when every member that it builds on ended with a result; one that builds
//! on a refusal or a withdrawal falls away; the others go on; being late stops nothing.

use crate::dossier::State;
use crate::dossier::parts::stored_words;
use crate::procedure::JoinedMode;
use serde::{Deserialize, Serialize};

/// The field of law of joined-up dossiers. Figures leave it out: the members are counted, each under its own
/// procedure, and who decides outside counts his own.
pub const JOINED_FIELD: &str = "joined-up";

stored_words!(
    /// Where a member stands.
    MemberState {
        /// Its turn has not come.
        Waiting = "waiting",
        /// The agency has it.
        AtWork = "at_work",
        /// It ended with a result.
        Done = "done",
        /// It was refused.
        Refused = "refused",
        /// It was stopped at the citizen's wish.
        Withdrawn = "withdrawn",
        /// It never began: what it builds on has no result.
        Dropped = "dropped",
    }
);

impl MemberState {
    /// True while something is still to come.
    pub fn is_open(self) -> bool {
        match self {
            Self::Waiting | Self::AtWork => true,
            Self::Done | Self::Refused | Self::Withdrawn | Self::Dropped => false,
        }
    }

    /// What the state of a member's own dossier means for the whole.
    pub fn of_dossier(state: State) -> Self {
        match state {
            State::Registered
            | State::Accepted
            | State::InProgress(_)
            | State::AwaitingSupplement(_)
            | State::AwaitingObligation(_) => Self::AtWork,
            State::Resolved | State::Returned => Self::Done,
            State::NotAccepted | State::Stopped => Self::Refused,
            State::Withdrawn => Self::Withdrawn,
        }
    }
}

/// A member as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its id within the procedure.
    pub leg: &'a str,
    /// Ids of the members that it builds on.
    pub needs: &'a [String],
    /// Where it stands.
    pub state: MemberState,
}

/// What the rules say now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// Places of the members that begin now.
    pub begin: Vec<usize>,
    /// Places of the members that fall away.
    pub dropped: Vec<usize>,
    /// The state of the whole, once nothing is open.
    pub ends: Option<State>,
}

/// What follows from where the members stand: who begins, who falls away, how the whole ends.
///
/// In parallel everybody begins at once. In a sequence a member begins when all before it have ended. In both, a
/// member that has not begun falls away when one that it builds on ended without a result.
pub fn decide(mode: JoinedMode, members: &[Member<'_>]) -> Decision {
    let mut states: Vec<MemberState> = members.iter().map(|member| member.state).collect();
    let mut decision = Decision::default();
    for (place, member) in members.iter().enumerate() {
        if states[place] != MemberState::Waiting {
            continue;
        }
        let needed: Vec<MemberState> = members
            .iter()
            .zip(&states)
            .filter(|(other, _)| member.needs.iter().any(|need| need == other.leg))
            .map(|(_, state)| *state)
            .collect();
        let is_lost = needed
            .iter()
            .any(|state| !state.is_open() && *state != MemberState::Done);
        let has_turn = match mode {
            JoinedMode::Parallel => true,
            JoinedMode::Sequential => states[..place].iter().all(|state| !state.is_open()),
        };
        if is_lost {
            states[place] = MemberState::Dropped;
            decision.dropped.push(place);
        } else if has_turn {
            states[place] = MemberState::AtWork;
            decision.begin.push(place);
        }
    }
    decision.ends = outcome(&states);
    decision
}

/// How the whole ends: with a result when any member has one, refused when one was refused, else withdrawn.
fn outcome(states: &[MemberState]) -> Option<State> {
    if states.iter().any(|state| state.is_open()) {
        return None;
    }
    Some(if states.contains(&MemberState::Done) {
        State::Resolved
    } else if states.contains(&MemberState::Refused) {
        State::Stopped
    } else {
        State::Withdrawn
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use MemberState::{AtWork, Done, Dropped, Refused, Waiting, Withdrawn};

    fn needs() -> [Vec<String>; 3] {
        [vec![], vec!["birth".to_owned()], vec!["birth".to_owned()]]
    }

    fn decided(mode: JoinedMode, states: [MemberState; 3]) -> Decision {
        let needs = needs();
        let legs = ["birth", "residence", "card"];
        let members: Vec<Member<'_>> = (0..3)
            .map(|place| Member {
                leg: legs[place],
                needs: &needs[place],
                state: states[place],
            })
            .collect();
        decide(mode, &members)
    }

    #[test]
    fn in_parallel_everybody_begins_at_once() {
        let decision = decided(JoinedMode::Parallel, [Waiting, Waiting, Waiting]);
        assert_eq!(decision.begin, [0, 1, 2]);
        assert_eq!(decision.ends, None);
    }

    #[test]
    fn in_a_sequence_the_next_begins_when_the_one_before_has_ended() {
        use JoinedMode::Sequential;
        assert_eq!(decided(Sequential, [Waiting, Waiting, Waiting]).begin, [0]);
        assert!(decided(Sequential, [AtWork, Waiting, Waiting]).begin.is_empty());
        assert_eq!(decided(Sequential, [Done, Waiting, Waiting]).begin, [1]);
        assert_eq!(decided(Sequential, [Done, Done, Waiting]).begin, [2]);
        // The card builds on the birth, not on the residence.
        assert_eq!(decided(Sequential, [Done, Refused, Waiting]).begin, [2]);
    }

    #[test]
    fn what_builds_on_a_refusal_or_a_withdrawal_falls_away_and_the_whole_ends() {
        for lost in [Refused, Withdrawn] {
            let decision = decided(JoinedMode::Sequential, [lost, Waiting, Waiting]);
            assert_eq!(decision.dropped, [1, 2]);
            assert!(decision.begin.is_empty() && decision.ends.is_some());
        }
    }

    #[test]
    fn the_whole_has_a_result_when_any_member_has_one() {
        use JoinedMode::Parallel;
        assert_eq!(
            decided(Parallel, [Done, Refused, Done]).ends,
            Some(State::Resolved)
        );
        assert_eq!(
            decided(Parallel, [Refused, Dropped, Dropped]).ends,
            Some(State::Stopped)
        );
        assert_eq!(
            decided(Parallel, [Withdrawn, Withdrawn, Dropped]).ends,
            Some(State::Withdrawn)
        );
        assert_eq!(decided(Parallel, [Done, AtWork, Done]).ends, None);
    }
}

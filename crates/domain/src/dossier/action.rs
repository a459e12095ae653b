//! What can be done with a dossier, in which state, and what state follows.

use serde::{Deserialize, Serialize};

use crate::dossier::parts::stored_words;
use crate::dossier::state::{Resume, Stage, State};
use crate::permission::Right;

stored_words!(
    /// An action on a dossier, as the law and the office name it.
    Action {
        /// Accept: complete and valid, Form 01 is issued, the deadline begins.
        Accept = "accept",
        /// Ask for a supplement, once and completely (Form 02).
        RequestSupplement = "request_supplement",
        /// The citizen has handed in what was missing.
        CompleteSupplement = "complete_supplement",
        /// Refuse at reception (Form 03).
        Refuse = "refuse",
        /// Hand over from the counter to the division.
        Transfer = "transfer",
        /// Name the handler, and those who join.
        Assign = "assign",
        /// Record the appraisal.
        Appraise = "appraise",
        /// Ask another unit or body.
        Consult = "consult",
        /// Write or change the draft of the result.
        Draft = "draft",
        /// Submit the draft for review or signing.
        Submit = "submit",
        /// The division head agrees and passes it on to the leader.
        Endorse = "endorse",
        /// Review or signing sends the draft back with a reason.
        SendBack = "send_back",
        /// A leader approves (signs).
        Approve = "approve",
        /// Refuse after appraisal, in writing with reasons (Form 03 as a result).
        RefuseAfterAppraisal = "refuse_after_appraisal",
        /// Number, stamp and issue the result.
        Issue = "issue",
        /// Hand the result over.
        Return = "return",
        /// Apologise in writing and extend once (Form 04).
        Extend = "extend",
        /// Record a financial obligation: the second clock waits for proof of payment.
        Obligate = "obligate",
        /// Proof of payment came: go on.
        ResumeWork = "resume",
        /// Stop at the citizen's wish (Form 05).
        Withdraw = "withdraw",
        /// Correct an entry with a reason.
        Correct = "correct",
        /// Take back the last hand-over that nobody has touched yet.
        Recall = "recall",
        /// Add a paper.
        AddPaper = "add_paper",
    }
);

impl Action {
    /// The right that the action needs.
    pub fn right(self) -> Right {
        match self {
            Self::Accept => Right::AcceptDossier,
            Self::RequestSupplement => Right::RequestSupplement,
            Self::CompleteSupplement => Right::ReceiveDossier,
            Self::Refuse => Right::RefuseDossier,
            Self::Transfer => Right::TransferDossier,
            // Whoever may name the handler also reviews what he drafted.
            Self::Assign | Self::Endorse => Right::AssignDossier,
            Self::Appraise => Right::AppraiseDossier,
            Self::Consult => Right::Consult,
            Self::Draft => Right::DraftResult,
            Self::Submit => Right::SubmitForSigning,
            Self::SendBack | Self::Approve | Self::RefuseAfterAppraisal => Right::ApproveResult,
            Self::Issue => Right::NumberAndIssue,
            Self::Return => Right::ReturnResult,
            Self::Extend => Right::ApologiseAndExtend,
            Self::Obligate | Self::ResumeWork => Right::RecordFinancialObligation,
            Self::Withdraw => Right::StopDossier,
            Self::Correct => Right::CorrectEntry,
            Self::Recall => Right::RecallStep,
            Self::AddPaper => Right::AddPapers,
        }
    }

    /// True when only the one who holds the dossier now may do it, not everybody with the right.
    pub fn is_holders_only(self) -> bool {
        match self {
            Self::Assign
            | Self::Appraise
            | Self::Draft
            | Self::Submit
            | Self::Endorse
            | Self::SendBack
            | Self::Approve
            | Self::RefuseAfterAppraisal
            | Self::Issue
            | Self::Obligate => true,
            Self::Accept
            | Self::RequestSupplement
            | Self::CompleteSupplement
            | Self::Refuse
            | Self::Transfer
            | Self::Consult
            | Self::Return
            | Self::Extend
            | Self::ResumeWork
            | Self::Withdraw
            | Self::Correct
            | Self::Recall
            | Self::AddPaper => false,
        }
    }
}

/// Why an action is not possible in a state; the key of the sentence that explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{action:?} is not possible in state {state:?}")]
pub struct NotAllowed {
    /// What was tried.
    pub action: Action,
    /// The state it was tried in.
    pub state: State,
}

impl NotAllowed {
    /// The key of the reason, for people: `dossier-why-<action>-<state>` with a general sentence as fallback.
    pub fn reason_key(&self) -> &'static str {
        match (self.action, self.state) {
            (_, State::Returned) => "dossier-why-returned",
            (_, State::Withdrawn) => "dossier-why-withdrawn",
            (_, State::Stopped) => "dossier-why-stopped",
            (_, State::NotAccepted) => "dossier-why-not-accepted",
            (Action::Return, state) if state != State::InProgress(Stage::Members) => "dossier-why-no-result",
            (_, State::Resolved) => "dossier-why-resolved",
            (_, State::Registered) => "dossier-why-not-yet-accepted",
            (_, State::AwaitingSupplement(_)) => "dossier-why-awaiting-supplement",
            (_, State::AwaitingObligation(_)) => "dossier-why-awaiting-obligation",
            (_, State::InProgress(Stage::Members)) => "dossier-why-members-at-work",
            (Action::Accept | Action::Refuse, _) => "dossier-why-already-accepted",
            (Action::Issue, _) => "dossier-why-not-approved",
            (Action::Approve, _) => "dossier-why-not-submitted",
            (_, State::Accepted) => "dossier-why-not-transferred",
            (_, State::InProgress(_)) => "dossier-why-other-stage",
        }
    }
}

/// What the flow of the procedure leaves out or adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a step that a procedure has or has not, in any combination"
)]
pub struct Flow {
    /// A division head reviews the draft before it goes to the leader.
    pub has_review: bool,
    /// A head names the handler; without it the counter hands over straight to the handler's role.
    pub has_assignment: bool,
    /// The result gets a number from the clerk; without it approval issues it.
    pub has_numbering: bool,
    /// It is a joined-up dossier: others do the work, it follows them.
    pub has_members: bool,
}

impl State {
    /// The state after an action.
    ///
    /// # Errors
    /// [`NotAllowed`] when the action is not possible in this state.
    #[expect(
        clippy::too_many_lines,
        clippy::match_same_arms,
        reason = "one table: an arm for each move of the law"
    )]
    pub fn after(self, action: Action, flow: Flow) -> Result<Self, NotAllowed> {
        let refused = Err(NotAllowed { action, state: self });
        match action {
            Action::Accept => match self {
                Self::Registered => Ok(Self::Accepted),
                _ => refused,
            },
            Action::Refuse => match self {
                Self::Registered | Self::AwaitingSupplement(Resume::Check) => Ok(Self::NotAccepted),
                _ => refused,
            },
            Action::RequestSupplement => match self {
                Self::Registered => Ok(Self::AwaitingSupplement(Resume::Check)),
                // After acceptance the handler finds it: the papers come back to the appraisal.
                Self::InProgress(Stage::Appraise | Stage::Draft) => {
                    Ok(Self::AwaitingSupplement(Resume::Stage(Stage::Appraise)))
                }
                _ => refused,
            },
            Action::CompleteSupplement => match self {
                Self::AwaitingSupplement(Resume::Check) => Ok(Self::Registered),
                Self::AwaitingSupplement(Resume::Stage(stage)) => Ok(Self::InProgress(stage)),
                _ => refused,
            },
            Action::Transfer => match self {
                Self::Accepted if flow.has_members => Ok(Self::InProgress(Stage::Members)),
                Self::Accepted if flow.has_assignment => Ok(Self::InProgress(Stage::Assign)),
                Self::Accepted => Ok(Self::InProgress(Stage::Appraise)),
                _ => refused,
            },
            Action::Assign => match self {
                Self::InProgress(Stage::Assign | Stage::Appraise) => Ok(Self::InProgress(Stage::Appraise)),
                // Naming another handler while a draft exists keeps the draft.
                Self::InProgress(Stage::Draft) => Ok(Self::InProgress(Stage::Draft)),
                _ => refused,
            },
            Action::Appraise => match self {
                Self::InProgress(Stage::Appraise) => Ok(Self::InProgress(Stage::Draft)),
                _ => refused,
            },
            Action::Consult => match self {
                Self::InProgress(Stage::Appraise | Stage::Draft) => Ok(self),
                _ => refused,
            },
            Action::Draft => match self {
                Self::InProgress(Stage::Draft) => Ok(self),
                _ => refused,
            },
            Action::Submit => match self {
                Self::InProgress(Stage::Draft) if flow.has_review => Ok(Self::InProgress(Stage::Review)),
                Self::InProgress(Stage::Draft) => Ok(Self::InProgress(Stage::Sign)),
                _ => refused,
            },
            Action::Endorse => match self {
                Self::InProgress(Stage::Review) => Ok(Self::InProgress(Stage::Sign)),
                _ => refused,
            },
            Action::SendBack => match self {
                Self::InProgress(Stage::Review | Stage::Sign | Stage::Number) => {
                    Ok(Self::InProgress(Stage::Draft))
                }
                _ => refused,
            },
            Action::Approve => match self {
                Self::InProgress(Stage::Sign) if flow.has_numbering => Ok(Self::InProgress(Stage::Number)),
                Self::InProgress(Stage::Sign) => Ok(Self::Resolved),
                _ => refused,
            },
            Action::RefuseAfterAppraisal => match self {
                Self::InProgress(Stage::Sign) => Ok(Self::Stopped),
                _ => refused,
            },
            Action::Issue => match self {
                Self::InProgress(Stage::Number) => Ok(Self::Resolved),
                _ => refused,
            },
            Action::Return => match self {
                Self::Resolved => Ok(Self::Returned),
                _ => refused,
            },
            Action::Obligate => match self {
                Self::InProgress(stage) if stage != Stage::Members => Ok(Self::AwaitingObligation(stage)),
                _ => refused,
            },
            Action::ResumeWork => match self {
                Self::AwaitingObligation(stage) => Ok(Self::InProgress(stage)),
                _ => refused,
            },
            Action::Withdraw => match self {
                // Once the decision is signed (9) there is nothing left to stop.
                Self::Registered
                | Self::Accepted
                | Self::InProgress(_)
                | Self::AwaitingSupplement(_)
                | Self::AwaitingObligation(_) => Ok(Self::Withdrawn),
                _ => refused,
            },
            Action::Extend => match self {
                Self::Accepted | Self::InProgress(_) => Ok(self),
                _ => refused,
            },
            Action::Recall => match self {
                Self::InProgress(stage) => match stage {
                    Stage::Assign => Ok(Self::Accepted),
                    Stage::Appraise if flow.has_assignment => Ok(Self::InProgress(Stage::Assign)),
                    Stage::Appraise => Ok(Self::Accepted),
                    Stage::Draft => Ok(Self::InProgress(Stage::Appraise)),
                    Stage::Review => Ok(Self::InProgress(Stage::Draft)),
                    Stage::Sign if flow.has_review => Ok(Self::InProgress(Stage::Review)),
                    Stage::Sign => Ok(Self::InProgress(Stage::Draft)),
                    Stage::Number => Ok(Self::InProgress(Stage::Sign)),
                    // What was handed to others is not taken back by a click.
                    Stage::Members => refused,
                },
                _ => refused,
            },
            Action::Correct | Action::AddPaper => match self {
                Self::NotAccepted | Self::Withdrawn | Self::Stopped | Self::Returned => refused,
                _ => Ok(self),
            },
        }
    }
}

/// An action with whether the state allows it now.
pub type Allowed = (Action, Result<State, NotAllowed>);

/// Every action with what it would lead to; the page shows the possible ones as buttons and the rest with reasons.
pub fn actions(state: State, flow: Flow) -> Vec<Allowed> {
    Action::ALL
        .iter()
        .map(|action| (*action, state.after(*action, flow)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: Flow = Flow {
        has_review: true,
        has_assignment: true,
        has_numbering: true,
        has_members: false,
    };
    const SHORT: Flow = Flow {
        has_review: false,
        has_assignment: false,
        has_numbering: false,
        has_members: false,
    };
    const JOINED: Flow = Flow {
        has_members: true,
        ..SHORT
    };

    fn walk(flow: Flow, actions: &[Action]) -> Result<State, NotAllowed> {
        actions
            .iter()
            .try_fold(State::Registered, |state, action| state.after(*action, flow))
    }

    #[test]
    fn a_dossier_goes_from_the_counter_to_the_result() {
        use Action::{Accept, Appraise, Approve, Assign, Draft, Endorse, Issue, Return, Submit, Transfer};
        assert_eq!(
            walk(
                FULL,
                &[
                    Accept, Transfer, Assign, Appraise, Draft, Submit, Endorse, Approve, Issue, Return
                ]
            ),
            Ok(State::Returned)
        );
        assert_eq!(
            walk(
                SHORT,
                &[Accept, Transfer, Appraise, Draft, Submit, Approve, Return]
            ),
            Ok(State::Returned)
        );
    }

    #[test]
    fn national_moves_are_only_those_of_the_table() {
        // one-stop facts 4.3: 1→2,3,5,7 · 2→4,5,7 · 4→5,6,7,8,9 · 5→4,7,8 · 6→4,9,7,8 · 9→10; here 5→1 and 5→3 are
        // the check before acceptance, which the portal sees as 1 and 3 again, and 4→2 is a recalled hand-over.
        let allowed: &[(i64, &[i64])] = &[
            (1, &[1, 2, 3, 5, 7]),
            (2, &[2, 4, 7]),
            (3, &[]),
            (4, &[2, 4, 5, 6, 7, 8, 9]),
            (5, &[1, 3, 4, 5, 7]),
            (6, &[4, 6, 7]),
            (7, &[]),
            (8, &[]),
            (9, &[9, 10]),
            (10, &[]),
        ];
        for flow in [FULL, SHORT, JOINED] {
            for code in 1..=10 {
                for stage in std::iter::once(None).chain(Stage::ALL.map(Some)) {
                    let Some(state) = State::from_parts(code, stage) else {
                        continue;
                    };
                    for (action, outcome) in actions(state, flow) {
                        if let Ok(next) = outcome {
                            let (_, may) = allowed[usize::try_from(code - 1).expect("small")];
                            assert!(may.contains(&next.code()), "{state:?} {action:?} {next:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_returned_dossier_cannot_be_assigned() {
        let refused = State::Returned.after(Action::Assign, FULL).expect_err("refused");
        assert_eq!(refused.reason_key(), "dossier-why-returned");
    }

    #[test]
    fn a_result_that_is_not_issued_cannot_be_returned() {
        let refused = State::InProgress(Stage::Sign)
            .after(Action::Return, FULL)
            .expect_err("refused");
        assert_eq!(refused.reason_key(), "dossier-why-no-result");
    }

    #[test]
    fn nothing_leaves_an_ended_state_but_the_return_of_a_result() {
        for state in [
            State::NotAccepted,
            State::Withdrawn,
            State::Stopped,
            State::Returned,
        ] {
            assert!(
                actions(state, FULL).iter().all(|(_, outcome)| outcome.is_err()),
                "{state:?}"
            );
        }
    }
}

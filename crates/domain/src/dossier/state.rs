//! The ten national states of a dossier, and the stages inside the fourth.

use serde::{Deserialize, Serialize};

/// Where the work stands inside the competent unit while the national state is 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A head names the handler.
    Assign,
    /// The handler checks the matter and records the appraisal.
    Appraise,
    /// The handler drafts the result.
    Draft,
    /// The division head reviews the draft.
    Review,
    /// A leader approves (signs) the result.
    Sign,
    /// The records clerk numbers, stamps and issues it.
    Number,
    /// The members of a joined-up dossier are at work; this one follows them.
    Members,
}

impl Stage {
    /// All stages in the order of the work.
    pub const ALL: [Self; 7] = [
        Self::Assign,
        Self::Appraise,
        Self::Draft,
        Self::Review,
        Self::Sign,
        Self::Number,
        Self::Members,
    ];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Appraise => "appraise",
            Self::Draft => "draft",
            Self::Review => "review",
            Self::Sign => "sign",
            Self::Number => "number",
            Self::Members => "members",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }
}

/// Where a dossier goes on after a supplement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Resume {
    /// The supplement was asked for before acceptance: back to the check, the clock has not started.
    Check,
    /// It was asked for after appraisal: back to this stage, the deadline restarts or goes on.
    Stage(Stage),
}

/// The state of a dossier; the numbers are those sent to the National Public Service Portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    /// 1, Mới đăng ký: filed, not yet examined.
    Registered,
    /// 2, Được tiếp nhận: accepted, Form 01 issued, the deadline runs.
    Accepted,
    /// 3, Không được tiếp nhận: refused at reception, Form 03 issued.
    NotAccepted,
    /// 4, Đang xử lý.
    InProgress(Stage),
    /// 5, Yêu cầu bổ sung giấy tờ: Form 02 issued, waiting for the citizen.
    AwaitingSupplement(Resume),
    /// 6, Yêu cầu thực hiện nghĩa vụ tài chính: waiting for proof of payment.
    AwaitingObligation(Stage),
    /// 7, Công dân yêu cầu rút hồ sơ: Form 05 issued.
    Withdrawn,
    /// 8, Dừng xử lý: refused after appraisal, or stopped.
    Stopped,
    /// 9, Đã xử lý xong: result signed and issued, waiting to be collected. The on-time moment.
    Resolved,
    /// 10, Đã trả kết quả.
    Returned,
}

impl State {
    /// The national code, 1 to 10.
    pub fn code(self) -> i64 {
        match self {
            Self::Registered => 1,
            Self::Accepted => 2,
            Self::NotAccepted => 3,
            Self::InProgress(_) => 4,
            Self::AwaitingSupplement(_) => 5,
            Self::AwaitingObligation(_) => 6,
            Self::Withdrawn => 7,
            Self::Stopped => 8,
            Self::Resolved => 9,
            Self::Returned => 10,
        }
    }

    /// A stable word for message keys and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Accepted => "accepted",
            Self::NotAccepted => "not_accepted",
            Self::InProgress(_) => "in_progress",
            Self::AwaitingSupplement(_) => "awaiting_supplement",
            Self::AwaitingObligation(_) => "awaiting_obligation",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
            Self::Resolved => "resolved",
            Self::Returned => "returned",
        }
    }

    /// The stage that is stored beside the code: of the work now, or of the work after the pause.
    pub fn stage(self) -> Option<Stage> {
        match self {
            Self::InProgress(stage)
            | Self::AwaitingSupplement(Resume::Stage(stage))
            | Self::AwaitingObligation(stage) => Some(stage),
            Self::Registered
            | Self::Accepted
            | Self::NotAccepted
            | Self::AwaitingSupplement(Resume::Check)
            | Self::Withdrawn
            | Self::Stopped
            | Self::Resolved
            | Self::Returned => None,
        }
    }

    /// Reads the stored code and stage; nothing when the two do not belong together.
    pub fn from_parts(code: i64, stage: Option<Stage>) -> Option<Self> {
        match (code, stage) {
            (1, None) => Some(Self::Registered),
            (2, None) => Some(Self::Accepted),
            (3, None) => Some(Self::NotAccepted),
            (4, Some(stage)) => Some(Self::InProgress(stage)),
            (5, None) => Some(Self::AwaitingSupplement(Resume::Check)),
            (5, Some(stage)) => Some(Self::AwaitingSupplement(Resume::Stage(stage))),
            (6, Some(stage)) => Some(Self::AwaitingObligation(stage)),
            (7, None) => Some(Self::Withdrawn),
            (8, None) => Some(Self::Stopped),
            (9, None) => Some(Self::Resolved),
            (10, None) => Some(Self::Returned),
            _ => None,
        }
    }

    /// True from the first end on: the figures count a dossier as resolved in states 7 to 10.
    ///
    /// The quality index counts 8, 9 and 10; a withdrawal ends the matter too, but is reported apart.
    pub fn has_ended(self) -> bool {
        matches!(
            self,
            Self::Withdrawn | Self::Stopped | Self::Resolved | Self::Returned
        )
    }

    /// True while the citizen, not the office, is expected to act.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::AwaitingSupplement(_) | Self::AwaitingObligation(_))
    }

    /// Degree of completion in percent, the only thing that a stranger with the bare code is told.
    pub fn completion_percent(self) -> u8 {
        match self {
            Self::Registered => 5,
            Self::Accepted => 15,
            Self::AwaitingSupplement(Resume::Check) => 10,
            Self::InProgress(stage)
            | Self::AwaitingSupplement(Resume::Stage(stage))
            | Self::AwaitingObligation(stage) => match stage {
                Stage::Assign => 25,
                Stage::Appraise => 40,
                Stage::Members => 50,
                Stage::Draft => 55,
                Stage::Review => 65,
                Stage::Sign => 75,
                Stage::Number => 85,
            },
            Self::Resolved => 95,
            Self::NotAccepted | Self::Withdrawn | Self::Stopped | Self::Returned => 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<State> {
        let mut states = vec![
            State::Registered,
            State::Accepted,
            State::NotAccepted,
            State::AwaitingSupplement(Resume::Check),
            State::Withdrawn,
            State::Stopped,
            State::Resolved,
            State::Returned,
        ];
        for stage in Stage::ALL {
            states.extend([
                State::InProgress(stage),
                State::AwaitingSupplement(Resume::Stage(stage)),
                State::AwaitingObligation(stage),
            ]);
        }
        states
    }

    #[test]
    fn every_state_survives_being_stored() {
        for state in all() {
            assert_eq!(State::from_parts(state.code(), state.stage()), Some(state));
        }
        assert_eq!(State::from_parts(4, None), None);
        assert_eq!(State::from_parts(9, Some(Stage::Sign)), None);
        assert_eq!(State::from_parts(11, None), None);
    }
}

//! The states of a task, what can be done in each, and why something cannot.
//!
//! There is no jump from not started to done: a product is handed in only from work in progress, and only a product
//! that was handed in can be accepted.

use serde::{Deserialize, Serialize};

use crate::dossier::parts::stored_words;
use crate::permission::Right;

/// Where a task goes on after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resting {
    /// It was not yet received.
    Issued,
    /// It was received and not begun.
    Received,
    /// It was under way.
    InProgress,
}

impl Resting {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Issued, Self::Received, Self::InProgress];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        State::from(self).as_str()
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resting| resting.as_str() == word)
    }
}

impl From<Resting> for State {
    fn from(resting: Resting) -> Self {
        match resting {
            Resting::Issued => Self::Issued,
            Resting::Received => Self::Received,
            Resting::InProgress => Self::InProgress,
        }
    }
}

/// The state of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Mới giao: the lead has not yet confirmed it.
    Issued,
    /// Đã tiếp nhận: the lead knows of it and has not begun.
    Received,
    /// Đang thực hiện.
    InProgress,
    /// Chờ duyệt: the product is handed in, the issuer looks at it.
    HandedIn,
    /// Hoàn thành: the issuer accepted the product.
    Accepted,
    /// Tạm dừng, with where it goes on.
    Paused(Resting),
    /// Thu hồi: the issuer took it back.
    Withdrawn,
}

impl State {
    /// A stable word for the database, for message keys and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Received => "received",
            Self::InProgress => "in_progress",
            Self::HandedIn => "handed_in",
            Self::Accepted => "accepted",
            Self::Paused(_) => "paused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Where a paused task goes on.
    pub fn resting(self) -> Option<Resting> {
        match self {
            Self::Paused(resting) => Some(resting),
            Self::Issued
            | Self::Received
            | Self::InProgress
            | Self::HandedIn
            | Self::Accepted
            | Self::Withdrawn => None,
        }
    }

    /// Reads the stored words; nothing when the two do not belong together.
    pub fn from_parts(word: &str, resting: Option<Resting>) -> Option<Self> {
        match (word, resting) {
            ("issued", None) => Some(Self::Issued),
            ("received", None) => Some(Self::Received),
            ("in_progress", None) => Some(Self::InProgress),
            ("handed_in", None) => Some(Self::HandedIn),
            ("accepted", None) => Some(Self::Accepted),
            ("paused", Some(resting)) => Some(Self::Paused(resting)),
            ("withdrawn", None) => Some(Self::Withdrawn),
            _ => None,
        }
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        [
            Self::Issued,
            Self::Received,
            Self::InProgress,
            Self::HandedIn,
            Self::Accepted,
            Self::Withdrawn,
        ]
        .into_iter()
        .chain(Resting::ALL.map(Self::Paused))
    }

    /// True while somebody still has to do something.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Accepted | Self::Withdrawn)
    }
}

stored_words!(
    /// An action on a task.
    Action {
        /// The lead confirms that he has it.
        Receive = "receive",
        /// The lead reports progress; the first report begins the work.
        Report = "report",
        /// A joining post reports what it did.
        Contribute = "contribute",
        /// The lead hands in the product.
        HandIn = "hand_in",
        /// The issuer accepts the product.
        Accept = "accept",
        /// The issuer sends the product back with a reason.
        SendBack = "send_back",
        /// The lead asks for more time.
        RequestExtension = "request_extension",
        /// The issuer grants or refuses it.
        DecideExtension = "decide_extension",
        /// The issuer lets the work rest; the clock stands.
        Pause = "pause",
        /// The issuer lets it go on.
        Resume = "resume",
        /// The issuer takes the task back.
        Withdraw = "withdraw",
        /// Somebody who works on it or issued it adds a paper.
        AddPaper = "add_paper",
    }
);

/// Whose action it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// The lead post's.
    Lead,
    /// A joining post's.
    Joining,
    /// The issuing leader's.
    Issuer,
    /// Any of theirs.
    Any,
}

impl Action {
    /// The right that the action needs.
    pub fn right(self) -> Right {
        match self {
            Self::Receive
            | Self::Report
            | Self::Contribute
            | Self::HandIn
            | Self::RequestExtension
            | Self::AddPaper => Right::WorkTask,
            Self::Accept | Self::SendBack => Right::AcceptTask,
            Self::DecideExtension | Self::Pause | Self::Resume | Self::Withdraw => Right::IssueTask,
        }
    }

    /// Whose action it is.
    pub fn hand(self) -> Hand {
        match self {
            Self::Receive | Self::Report | Self::HandIn | Self::RequestExtension => Hand::Lead,
            Self::Contribute => Hand::Joining,
            Self::Accept
            | Self::SendBack
            | Self::DecideExtension
            | Self::Pause
            | Self::Resume
            | Self::Withdraw => Hand::Issuer,
            Self::AddPaper => Hand::Any,
        }
    }
}

/// Why an action is not possible in a state; the key of the sentence that explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{action:?} is not possible on a task in state {state:?}")]
pub struct NotAllowed {
    /// What was tried.
    pub action: Action,
    /// The state it was tried in.
    pub state: State,
}

impl NotAllowed {
    /// The key of the reason, for people.
    pub fn reason_key(&self) -> &'static str {
        match (self.action, self.state) {
            (_, State::Accepted) => "task-why-accepted",
            (_, State::Withdrawn) => "task-why-withdrawn",
            (Action::Resume, _) => "task-why-not-paused",
            (_, State::Paused(_)) => "task-why-paused",
            (Action::Receive, _) => "task-why-received",
            (_, State::HandedIn) => "task-why-handed-in",
            (Action::Accept | Action::SendBack, _) => "task-why-not-handed-in",
            (_, State::Issued) => "task-why-not-received",
            (_, State::Received) => "task-why-not-begun",
            (_, State::InProgress) => "task-why-in-progress",
        }
    }
}

impl State {
    /// The state after an action.
    ///
    /// # Errors
    /// [`NotAllowed`] when the action is not possible in this state.
    pub fn after(self, action: Action) -> Result<Self, NotAllowed> {
        let refused = Err(NotAllowed { action, state: self });
        match action {
            Action::Receive => match self {
                Self::Issued => Ok(Self::Received),
                _ => refused,
            },
            Action::Report => match self {
                Self::Received | Self::InProgress => Ok(Self::InProgress),
                _ => refused,
            },
            Action::Contribute => match self {
                Self::InProgress => Ok(self),
                _ => refused,
            },
            Action::HandIn => match self {
                Self::InProgress => Ok(Self::HandedIn),
                _ => refused,
            },
            Action::Accept => match self {
                Self::HandedIn => Ok(Self::Accepted),
                _ => refused,
            },
            Action::SendBack => match self {
                Self::HandedIn => Ok(Self::InProgress),
                _ => refused,
            },
            Action::RequestExtension | Action::DecideExtension => match self {
                Self::Received | Self::InProgress => Ok(self),
                _ => refused,
            },
            Action::Pause => match self {
                Self::Issued => Ok(Self::Paused(Resting::Issued)),
                Self::Received => Ok(Self::Paused(Resting::Received)),
                Self::InProgress => Ok(Self::Paused(Resting::InProgress)),
                _ => refused,
            },
            Action::Resume => match self {
                Self::Paused(resting) => Ok(resting.into()),
                _ => refused,
            },
            // A product that lies on the table is accepted or sent back: nobody's work is made to vanish.
            Action::Withdraw => match self {
                Self::Issued | Self::Received | Self::InProgress | Self::Paused(_) => Ok(Self::Withdrawn),
                _ => refused,
            },
            Action::AddPaper => match self {
                Self::Accepted | Self::Withdrawn => refused,
                _ => Ok(self),
            },
        }
    }
}

/// Every action with whether the state allows it now.
pub fn actions(state: State) -> Vec<(Action, Result<State, NotAllowed>)> {
    Action::ALL
        .iter()
        .map(|action| (*action, state.after(*action)))
        .collect()
}

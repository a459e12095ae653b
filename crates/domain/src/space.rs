//! The two spaces that never see each other's work: Party and state.

use serde::{Deserialize, Serialize};

/// Whose work a thing belongs to. The space is in every key, in the search index and in the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Space {
    /// Work of the state: People's Council, People's Committee and their bodies.
    State,
    /// Work of the Party committee and its bodies, and of the Front beside it.
    Party,
}

impl Space {
    /// The word stored in the database and in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Party => "party",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "state" => Some(Self::State),
            "party" => Some(Self::Party),
            _ => None,
        }
    }
}

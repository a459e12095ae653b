//! Notes of change: what was altered in an entry afterwards, by whose word, with the old value kept.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Values;

/// The field of the personal number that the national population database gives to a newborn, later.
pub const PERSONAL_ID: &str = "personal_id";

/// Why an entry is altered. The words are those of the law: Law 60/2014/QH13, articles 26 to 29.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// The person has a new name, a new ethnic group, …: `thay đổi`.
    Change,
    /// The entry was wrong from the beginning: `cải chính`.
    Correction,
    /// Something was missing: `bổ sung`.
    Supplement,
    /// The national population database has given the personal number.
    PersonalId,
}

impl NoteKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Change, Self::Correction, Self::Supplement, Self::PersonalId];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Correction => "correction",
            Self::Supplement => "supplement",
            Self::PersonalId => "personal_id",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One value that a note replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field.
    pub field: String,
    /// What stood there; null when nothing.
    pub old: Value,
    /// What stands there since; null when nothing.
    pub new: Value,
}

/// The present wording: the first one with every note applied, oldest first.
pub fn current<'c>(first: &Values, changes: impl IntoIterator<Item = &'c Change>) -> Values {
    let mut values = first.clone();
    for change in changes {
        if change.new.is_null() {
            values.remove(&change.field);
        } else {
            values.insert(change.field.clone(), change.new.clone());
        }
    }
    values
}

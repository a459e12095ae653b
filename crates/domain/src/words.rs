//! Words of packs in the languages they are written in, and how sure a fact of law is.

use serde::{Deserialize, Serialize};

/// A text that a pack carries in Vietnamese, the source language, and in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Vietnamese: the official wording where the law has one.
    pub vi: String,
    /// English: our translation.
    pub en: String,
}

impl Words {
    /// The text in a language by its code; Vietnamese when the pack does not have that language.
    pub fn get(&self, lang: &str) -> &str {
        match lang {
            "en" => &self.en,
            _ => &self.vi,
        }
    }
}

/// How sure a fact of law is; shown on the pages beside the fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mark {
    /// Weak or by example: nobody should rely on it before checking.
    #[serde(rename = "L")]
    Low,
    /// One secondary source, or a strong inference.
    #[serde(rename = "M")]
    Medium,
    /// Read in the legal text, or in several independent sources.
    #[serde(rename = "H")]
    High,
}

impl Mark {
    /// The letter in packs: `H`, `M`, `L`.
    pub fn letter(self) -> char {
        match self {
            Self::Low => 'L',
            Self::Medium => 'M',
            Self::High => 'H',
        }
    }
}

/// How sure a fact is and where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verified {
    /// How sure.
    #[serde(rename = "verified")]
    pub mark: Mark,
    /// Law, decision or publication; as a person would look it up.
    pub source: String,
}

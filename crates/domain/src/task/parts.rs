//! The smaller parts of a task: where it comes from, how much it presses, what is handed in, what is asked for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::six::{LONG_CHARS, Problem, TEXT_CHARS, TextError, parse_short, parse_text, text};
use crate::dossier::parts::stored_words;
use crate::ids::{PaperId, PostId};

stored_words!(
    /// What kind of source a task has.
    SourceKind {
        /// Given directly by a leader.
        Direct = "direct",
        /// Ordered by an incoming document.
        Document = "document",
        /// Concluded in a meeting.
        Meeting = "meeting",
        /// Raised by citizens or bodies.
        Feedback = "feedback",
    }
);

stored_words!(
    /// How much a task presses.
    Priority {
        /// Thường.
        Normal = "normal",
        /// Cao.
        High = "high",
        /// Khẩn.
        Urgent = "urgent",
    }
);

/// Where a task comes from. All but a direct order name what they follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// Given directly by a leader.
    Direct,
    /// Ordered by a document.
    Document {
        /// Number and symbol, day, issuing body.
        symbol: String,
        /// The paragraph that orders it.
        paragraph: Option<String>,
    },
    /// Concluded in a meeting.
    Meeting {
        /// The meeting, or number and symbol of its conclusions.
        conclusion: String,
        /// The paragraph that orders it.
        paragraph: Option<String>,
    },
    /// Raised by citizens or bodies.
    Feedback {
        /// Its number, or who raised it where.
        reference: String,
    },
}

impl Source {
    /// Reads the three fields of a form or of a row.
    ///
    /// # Errors
    /// The field that is missing or cannot be taken.
    pub fn parse(kind: &str, reference: &str, paragraph: &str) -> Result<Self, Problem> {
        let kind = match kind.trim() {
            "" => SourceKind::Direct,
            word => SourceKind::parse(word).ok_or(("source", "task-source-unknown"))?,
        };
        if kind == SourceKind::Direct {
            return Ok(Self::Direct);
        }
        let reference = text(
            "reference",
            "task-reference-missing",
            parse_text(reference, TEXT_CHARS),
        )?;
        let paragraph = short("paragraph", paragraph)?;
        Ok(match kind {
            SourceKind::Direct => Self::Direct,
            SourceKind::Document => Self::Document {
                symbol: reference,
                paragraph,
            },
            SourceKind::Meeting => Self::Meeting {
                conclusion: reference,
                paragraph,
            },
            SourceKind::Feedback => Self::Feedback { reference },
        })
    }

    /// Its kind.
    pub fn kind(&self) -> SourceKind {
        match self {
            Self::Direct => SourceKind::Direct,
            Self::Document { .. } => SourceKind::Document,
            Self::Meeting { .. } => SourceKind::Meeting,
            Self::Feedback { .. } => SourceKind::Feedback,
        }
    }

    /// What it follows, in the words of the order.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Self::Direct => None,
            Self::Document { symbol: text, .. }
            | Self::Meeting { conclusion: text, .. }
            | Self::Feedback { reference: text } => Some(text),
        }
    }

    /// The paragraph that orders it.
    pub fn paragraph(&self) -> Option<&str> {
        match self {
            Self::Document { paragraph, .. } | Self::Meeting { paragraph, .. } => paragraph.as_deref(),
            Self::Direct | Self::Feedback { .. } => None,
        }
    }
}

/// A line that may be left empty and may be a bare number, such as "II.3".
fn short(field: &'static str, typed: &str) -> Result<Option<String>, Problem> {
    let line = text(field, "reason-missing", parse_short(typed, TEXT_CHARS))?;
    Ok(Some(line).filter(|line| !line.is_empty()))
}

/// What is handed in: words, and a document or papers that show it. Done needs evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedProduct {
    summary: String,
    document: Option<String>,
    papers: Vec<PaperId>,
}

impl HandedProduct {
    /// Reads what was handed in.
    ///
    /// # Errors
    /// `summary` when nothing is said, `product` when there is neither a document nor a paper.
    pub fn parse(summary: &str, document: &str, papers: &[PaperId]) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let summary = parse_text(summary, LONG_CHARS).map_err(|error| match error {
            TextError::Missing => ("summary", "task-summary-missing"),
            TextError::TooLong { .. } => ("summary", "task-details-too-long"),
            TextError::Control => ("summary", "field-control-character"),
        });
        let document = short("document", document);
        if document == Ok(None) && papers.is_empty() {
            problems.push(("document", "task-product-not-shown"));
        }
        match (summary, document) {
            (Ok(summary), Ok(document)) if problems.is_empty() => Ok(Self {
                summary,
                document,
                papers: papers.to_vec(),
            }),
            (summary, document) => {
                problems.extend(summary.err());
                problems.extend(document.err());
                Err(problems)
            }
        }
    }

    /// What came of the work, in words.
    pub fn summary(&self) -> &str {
        &self.summary
    }
    /// Number and symbol of the document that is the product.
    pub fn document(&self) -> Option<&str> {
        self.document.as_deref()
    }
    /// Papers that are the product.
    pub fn papers(&self) -> &[PaperId] {
        &self.papers
    }
}

/// A request for more time that nobody has decided yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionRequest {
    /// 1, 2, 3 … within the task.
    pub number: i64,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// By which post.
    pub requested_by: PostId,
    /// Why.
    pub reason: String,
    /// The deadline that held then.
    pub before: Timestamp,
    /// The deadline that is asked for.
    pub wanted: Timestamp,
}

stored_words!(
    /// What became of a request for more time.
    Decision {
        /// The deadline moved.
        Granted = "granted",
        /// It stays.
        Refused = "refused",
        /// The product was handed in, or the task paused or withdrawn, before anybody decided.
        Lapsed = "lapsed",
    }
);

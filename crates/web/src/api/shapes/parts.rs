//! The parts of a dossier as the API gives them: check-list, steps, slips, records, papers, facts.

use serde::Serialize;
use serde_json::Value;
use townhall_store::dossiers;
use townhall_store::journal::StoredFact;
use townhall_store::papers;
use utoipa::ToSchema;

use super::{DossierItem, HolderOut, instant, maybe};

/// A line of the check-list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComponentOut {
    /// Identifier within the procedure.
    pub component: String,
    /// What it is.
    pub name: String,
    /// Whether it is needed in this case.
    pub required: bool,
    /// `missing`, `present`, `faulty`, `not_applicable`.
    pub status: &'static str,
    /// `paper`, `upload`, `e_store`, `database`.
    pub source: Option<&'static str>,
    /// Copies handed in.
    pub copies: i64,
    /// The data base that was asked.
    pub database: Option<String>,
    /// When it was asked.
    #[schema(format = DateTime)]
    pub queried_at: Option<String>,
    /// What is wrong with it, or why paper was asked for.
    pub note: Option<String>,
}

/// A step of the internal process.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepOut {
    /// 1, 2, 3 …
    pub number: i64,
    /// The stage.
    pub stage: String,
    /// Who had it.
    pub holder: Option<HolderOut>,
    /// The post that gave it.
    #[schema(format = "uuid")]
    pub given_by: Option<String>,
    /// From when.
    #[schema(format = DateTime)]
    pub started_at: String,
    /// When it was due.
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// The action that ended it.
    pub outcome: Option<String>,
    /// What was said with it.
    pub note: Option<String>,
}

impl From<&dossiers::Step> for StepOut {
    fn from(step: &dossiers::Step) -> Self {
        Self {
            number: step.number,
            stage: step.stage.clone(),
            holder: step.holder.map(HolderOut::from),
            given_by: step.given_by.map(|post| post.to_string()),
            started_at: instant(step.started_at),
            due_at: maybe(step.due_at),
            ended_at: maybe(step.ended_at),
            outcome: step.outcome.clone(),
            note: step.note.clone(),
        }
    }
}

/// A numbered form handed to the citizen.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlipOut {
    /// Identity.
    #[schema(format = "uuid")]
    pub id: String,
    /// `receipt`, `supplement`, `refusal`, `apology`, `stop`.
    pub form: String,
    /// Template with its version.
    pub template: String,
    /// Number within unit, form and year.
    pub number: i64,
    /// Year of the number.
    pub year: i64,
    /// When it was issued.
    #[schema(format = DateTime)]
    pub issued_at: String,
    /// What it says.
    #[schema(value_type = Object)]
    pub body: Value,
}

impl From<&dossiers::Slip> for SlipOut {
    fn from(slip: &dossiers::Slip) -> Self {
        Self {
            id: slip.id.to_string(),
            form: slip.form.clone(),
            template: slip.template.clone(),
            number: slip.number,
            year: slip.year,
            issued_at: instant(slip.issued_at),
            body: slip.body.clone(),
        }
    }
}

/// A record of the work: appraisal, consultation, obligation, correction.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordOut {
    /// Identity: what an answer to a consultation names.
    #[schema(format = "uuid")]
    pub id: String,
    /// Kind.
    pub kind: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// By which post.
    #[schema(format = "uuid")]
    pub post: Option<String>,
    /// What it says.
    #[schema(value_type = Object)]
    pub body: Value,
    /// By when an answer is expected.
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    /// When the answer came.
    #[schema(format = DateTime)]
    pub answered_at: Option<String>,
    /// The answer.
    #[schema(value_type = Option<Object>)]
    pub answer: Option<Value>,
}

impl From<&dossiers::Record> for RecordOut {
    fn from(record: &dossiers::Record) -> Self {
        Self {
            id: record.id.to_string(),
            kind: record.kind.clone(),
            at: instant(record.at),
            post: record.post.map(|post| post.to_string()),
            body: record.body.clone(),
            due_at: maybe(record.due_at),
            answered_at: maybe(record.answered_at),
            answer: record.answer.clone(),
        }
    }
}

/// A paper of a dossier or task.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperOut {
    /// Identity.
    #[schema(format = "uuid")]
    pub id: String,
    /// The component of the check-list that it is.
    pub component: Option<String>,
    /// Name as shown.
    pub name: String,
    /// Media type by content.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// Pages, when known.
    pub pages: Option<i64>,
    /// SHA-256 of the content, 64 hexadecimal digits.
    pub sha256: String,
    /// `paper`, `upload`, `e_store`, `database`.
    pub source: &'static str,
    /// When it was added.
    #[schema(format = DateTime)]
    pub added_at: String,
    /// When it was removed.
    #[schema(format = DateTime)]
    pub removed_at: Option<String>,
}

impl From<&papers::Paper> for PaperOut {
    fn from(paper: &papers::Paper) -> Self {
        Self {
            id: paper.id.to_string(),
            component: paper.component.clone(),
            name: paper.name.clone(),
            media_type: paper.media_type.clone(),
            bytes: paper.bytes,
            pages: paper.pages,
            sha256: paper.sha256.clone(),
            source: paper.source.as_str(),
            added_at: instant(paper.added_at),
            removed_at: maybe(paper.removed_at),
        }
    }
}

/// A fact of a trail.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactOut {
    /// Identity.
    #[schema(format = "uuid")]
    pub id: String,
    /// Place in the trail of its subject, from 1.
    pub version: i64,
    /// What happened.
    pub kind: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// As the holder of which post; nobody when the program itself acted.
    #[schema(format = "uuid")]
    pub post: Option<String>,
    /// What it is about: `dossier`, `task`, `party`, …
    pub subject_kind: String,
    /// Which one.
    pub subject_id: String,
    /// What else belongs to it; missing once it has been erased.
    #[schema(value_type = Option<Object>)]
    pub body: Option<Value>,
}

impl From<&StoredFact> for FactOut {
    fn from(fact: &StoredFact) -> Self {
        Self {
            id: fact.id.to_string(),
            version: fact.version,
            kind: fact.kind.clone(),
            at: instant(fact.at),
            post: fact.post.map(|post| post.to_string()),
            subject_kind: fact.subject_kind.clone(),
            subject_id: fact.subject_id.clone(),
            body: fact.body.clone(),
        }
    }
}

impl FactOut {
    /// As the citizen sees a fact of his own dossier: which post it was stays inside.
    pub fn for_citizen(fact: &StoredFact) -> Self {
        Self {
            post: None,
            body: None,
            ..Self::from(fact)
        }
    }
}

/// All of something that is never so much that it needs pages.
macro_rules! list_of {
    ($(#[$doc:meta])* $name:ident of $item:ty) => {
        $(#[$doc])*
        #[derive(Debug, Serialize, ToSchema)]
        pub struct $name {
            /// All of them, in order.
            pub items: Vec<$item>,
        }
        impl FromIterator<$item> for $name {
            fn from_iter<I: IntoIterator<Item = $item>>(items: I) -> Self {
                Self { items: items.into_iter().collect() }
            }
        }
    };
}
pub(in crate::api) use list_of;

list_of!(
    /// The check-list of a dossier.
    ComponentList of ComponentOut
);
list_of!(
    /// The steps of a dossier, oldest first.
    StepList of StepOut
);
list_of!(
    /// The numbered forms of a dossier, oldest first.
    SlipList of SlipOut
);
list_of!(
    /// The records of the work, oldest first.
    RecordList of RecordOut
);
list_of!(
    /// The papers, oldest first.
    PaperList of PaperOut
);
list_of!(
    /// A trail, oldest first.
    FactList of FactOut
);
list_of!(
    /// Dossiers, what is due first.
    DossierList of DossierItem
);

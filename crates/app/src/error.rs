//! Refusals that a person can act on. The `Display` text is for the log; people read a sentence of `locales/`.

use townhall_domain::dossier::NotAllowed;
use townhall_domain::task;
use townhall_store::StoreError;

use crate::actor::Denied;

/// One field of a form that could not be taken as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field in the form.
    pub field: String,
    /// Key of the sentence.
    pub key: String,
    /// Values that the sentence names.
    pub args: Vec<(String, String)>,
}

impl FieldError {
    /// An error without values.
    pub fn new(field: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            key: key.into(),
            args: Vec::new(),
        }
    }
    /// Adds a value that the sentence names.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }
}

/// Why a command or query was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such thing, or the actor may not know of it.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// The actor knows of the thing but may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The form showed an older version: somebody was faster.
    #[error("version {shown} was shown, {stored} is stored")]
    Conflict {
        /// Version that the form showed.
        shown: i64,
        /// Version that is stored.
        stored: i64,
    },
    /// The state does not allow it.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The state of a task does not allow it.
    #[error(transparent)]
    TaskNotAllowed(#[from] task::NotAllowed),
    /// A rule refuses it; the key of the sentence and its values.
    #[error("refused: {key}")]
    Refused {
        /// Key of the sentence.
        key: &'static str,
        /// Values that the sentence names.
        args: Vec<(String, String)>,
    },
    /// Fields of the form need another look.
    #[error("{} fields are not as they should be", .0.len())]
    Invalid(Vec<FieldError>),
    /// The database or the file store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AppError {
    /// A refusal without values.
    pub fn refused(key: &'static str) -> Self {
        Self::Refused {
            key,
            args: Vec::new(),
        }
    }
    /// A refusal that names one value.
    pub fn refused_with(key: &'static str, name: &str, value: impl ToString) -> Self {
        Self::Refused {
            key,
            args: vec![(name.to_owned(), value.to_string())],
        }
    }
    /// One field that needs another look.
    pub fn field(field: &str, key: &str) -> Self {
        Self::Invalid(vec![FieldError::new(field, key)])
    }
}

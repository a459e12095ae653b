//! Refusals that a person can act on. The `Display` text is for the log; people read a sentence of `locales/`.

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::calendar::CalendarError;
use townhall_domain::deadline::DeadlineError;
use townhall_domain::dossier::NotAllowed;
use townhall_domain::task;
use townhall_domain::time::local;
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
    /// A refusal of the deadline's rules, with the days that its sentence names.
    pub fn deadline(error: &DeadlineError) -> Self {
        Self::Refused {
            key: error.key(),
            args: deadline_args(error),
        }
    }
    /// The same, told at a field.
    pub fn field_deadline(field: &str, error: &DeadlineError) -> Self {
        let mut wrong = FieldError::new(field, error.key());
        wrong.args = deadline_args(error);
        Self::Invalid(vec![wrong])
    }
    /// One field that needs another look.
    pub fn field(field: &str, key: &str) -> Self {
        Self::Invalid(vec![FieldError::new(field, key)])
    }
}

/// What the sentence of a deadline's refusal names, in figures that both languages write alike.
fn deadline_args(error: &DeadlineError) -> Vec<(String, String)> {
    let day = |on: Date| format!("{:02}/{:02}/{}", on.day(), on.month(), on.year());
    let moment = |at: Timestamp| {
        let at = local(at);
        format!("{:02}:{:02} {}", at.hour(), at.minute(), day(at.date()))
    };
    let args = match error {
        DeadlineError::Calendar(CalendarError::YearNotLoaded { year, first, last }) => vec![
            ("year", year.to_string()),
            ("first", first.to_string()),
            ("last", last.to_string()),
        ],
        DeadlineError::Calendar(CalendarError::NoOfficeHours { date })
        | DeadlineError::NotAWorkingDay { date } => vec![("date", day(*date))],
        DeadlineError::Paused { since } => vec![("since", moment(*since))],
        DeadlineError::NotPaused | DeadlineError::AlreadyExtended => Vec::new(),
        DeadlineError::ExtensionTooLate { latest } => vec![("latest", day(*latest))],
        DeadlineError::Passed { due } | DeadlineError::NotLater { due } => vec![("due", moment(*due))],
        DeadlineError::BackInTime { last } => vec![("last", moment(*last))],
    };
    args.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use townhall_text::{Lang, t_args};

    use super::*;

    #[test]
    fn every_refusal_of_a_deadline_names_the_days_that_its_sentence_speaks_of() {
        let at = Timestamp::UNIX_EPOCH;
        let on = date(2026, 2, 12);
        let errors = [
            DeadlineError::Calendar(CalendarError::YearNotLoaded {
                year: 2023,
                first: 2024,
                last: 2099,
            }),
            DeadlineError::Calendar(CalendarError::NoOfficeHours { date: on }),
            DeadlineError::Paused { since: at },
            DeadlineError::NotPaused,
            DeadlineError::AlreadyExtended,
            DeadlineError::ExtensionTooLate { latest: on },
            DeadlineError::Passed { due: at },
            DeadlineError::NotLater { due: at },
            DeadlineError::NotAWorkingDay { date: on },
            DeadlineError::BackInTime { last: at },
        ];
        for error in errors {
            let args = deadline_args(&error);
            let args: Vec<_> = args
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str().into()))
                .collect();
            for lang in [Lang::Vi, Lang::En] {
                let told = t_args(lang, error.key(), &args);
                assert!(!told.contains('$') && !told.contains('{'), "{told}");
            }
        }
    }
}

//! The six that make a task clear, as they are typed and as they are once nothing is missing.
//!
//! Source: notice 627/TB-VPCP of 18 November 2025 and directive 26/CT-TTg: clear person, clear work, clear time,
//! clear responsibility, clear product, clear authority. One job has one lead (Decree 315/2025/NĐ-CP, model
//! regulation, article 2).

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::parts::{Priority, Source};
use crate::calendar::{CalendarError, Office};
use crate::characters::{is_refused, visible};
use crate::dossier::applicant::parse_date;
use crate::ids::PostId;
use crate::time::instant;

/// A field that could not be taken: its name and the key of the sentence that says why.
pub type Problem = (&'static str, &'static str);

/// Longest text of one of the six; longer orders belong in the source document.
pub const TEXT_CHARS: usize = 500;
/// Longest text of details, reasons and reports.
pub const LONG_CHARS: usize = 5_000;

/// Why a text was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing in it that a person could act on.
    #[error("nothing is said")]
    Missing,
    /// More than fits.
    #[error("longer than {max} characters")]
    TooLong {
        /// Most characters taken.
        max: usize,
    },
    /// A control character that no keyboard types.
    #[error("a control character stands in it")]
    Control,
}

/// A text that says something: as [`parse_short`], at least three characters, one of them a letter.
///
/// # Errors
/// [`TextError`].
pub fn parse_text(raw: &str, max: usize) -> Result<String, TextError> {
    let text = parse_short(raw, max)?;
    if text.chars().count() < 3 || !text.chars().any(char::is_alphabetic) {
        return Err(TextError::Missing);
    }
    Ok(text)
}

/// Trimmed, NFC, lines kept, runs of blanks as one; it may be a bare number, and it may be empty.
///
/// # Errors
/// [`TextError::TooLong`], [`TextError::Control`].
pub fn parse_short(raw: &str, max: usize) -> Result<String, TextError> {
    // 4 bytes a character and a few combining marks: whatever is longer is refused before it is normalised.
    if raw.len() > max * 16 {
        return Err(TextError::TooLong { max });
    }
    let text = visible(raw);
    if text.chars().any(is_refused) {
        return Err(TextError::Control);
    }
    let lines: Vec<String> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let text = lines.join("\n").trim().to_owned();
    if text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    Ok(text)
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads what was typed: 3 to 500 characters with at least one letter.
            ///
            /// # Errors
            /// [`TextError`].
            pub fn parse(raw: &str) -> Result<Self, TextError> {
                parse_text(raw, TEXT_CHARS).map(Self)
            }
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(raw: String) -> Result<Self, TextError> { Self::parse(&raw) }
        }
        impl From<$name> for String {
            fn from(text: $name) -> Self { text.0 }
        }
    )*};
}

texts!(
    /// Clear work: what is to be done.
    Work,
    /// Clear responsibility: what the lead answers for, and to whom.
    Responsibility,
    /// Clear product: what will lie on the table when it is done.
    ExpectedProduct,
    /// Clear authority: what the lead may decide himself, and who decides the rest.
    Authority,
);

/// Clear time: a day, and an hour where one was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDay {
    /// The day, a date in Viet Nam.
    pub on: Date,
    /// The hour; without one it is the close of office.
    pub at: Option<Time>,
}

impl DueDay {
    /// The instant: as given, else the close of office; on a day off, which a leader may well set, 17:00.
    ///
    /// # Errors
    /// [`CalendarError::YearNotLoaded`] when the calendar does not reach that far.
    pub fn instant(self, office: &Office<'_>) -> Result<Timestamp, CalendarError> {
        if let Some(at) = self.at {
            return Ok(instant(self.on.to_datetime(at)));
        }
        match office.close(self.on) {
            Err(CalendarError::NoOfficeHours { .. }) => Ok(instant(self.on.at(17, 0, 0, 0))),
            outcome => outcome,
        }
    }
}

/// A task as it is typed, field by field: anything may be missing, nothing is lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskDraft {
    /// Clear person: identity of the lead post.
    pub lead: String,
    /// Clear work.
    pub work: String,
    /// Clear time: the day, `31/8/2025` or `2025-08-31`.
    pub due_on: String,
    /// Clear time: the hour, `16:30`; may be left empty.
    pub due_time: String,
    /// Clear responsibility.
    pub responsibility: String,
    /// Clear product.
    pub product: String,
    /// Clear authority.
    pub authority: String,
    /// How it is to be done; may be left empty.
    pub details: String,
    /// `direct`, `document`, `meeting`, `feedback`; direct when empty.
    pub source: String,
    /// Number and symbol of the document, name of the meeting, number of the feedback.
    pub reference: String,
    /// The paragraph of it that orders this; may be left empty.
    pub paragraph: String,
    /// `normal`, `high`, `urgent`; normal when empty.
    pub priority: String,
}

/// A complete order: the six, and where it comes from. There is no other way to a [`super::Task`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskOrder {
    /// Clear person: the one post that leads.
    pub lead: PostId,
    /// Clear work.
    pub work: Work,
    /// Clear time.
    pub due: DueDay,
    /// Clear responsibility.
    pub responsibility: Responsibility,
    /// Clear product.
    pub product: ExpectedProduct,
    /// Clear authority.
    pub authority: Authority,
    /// How it is to be done.
    pub details: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// How much it presses.
    pub priority: Priority,
}

impl TaskDraft {
    /// Reads the fields.
    ///
    /// # Errors
    /// Every field that cannot be taken, at once, each of the six with a sentence of its own.
    pub fn parse(&self, today: Date) -> Result<TaskOrder, Vec<Problem>> {
        let mut problems = Vec::new();
        let lead = match self.lead.trim() {
            "" => Err(("lead", "task-person-missing")),
            typed => typed.parse().map_err(|_| ("lead", "task-person-unknown")),
        };
        let lead = kept(lead, &mut problems);
        let work = kept(
            text("work", "task-work-missing", Work::parse(&self.work)),
            &mut problems,
        );
        let due = kept(self.due(today), &mut problems);
        let responsibility = Responsibility::parse(&self.responsibility);
        let responsibility = kept(
            text("responsibility", "task-responsibility-missing", responsibility),
            &mut problems,
        );
        let product = ExpectedProduct::parse(&self.product);
        let product = kept(text("product", "task-product-missing", product), &mut problems);
        let authority = Authority::parse(&self.authority);
        let authority = kept(
            text("authority", "task-authority-missing", authority),
            &mut problems,
        );
        let details = kept(long("details", &self.details), &mut problems);
        let source = kept(
            Source::parse(&self.source, &self.reference, &self.paragraph),
            &mut problems,
        );
        let priority = match self.priority.trim() {
            "" => Some(Priority::Normal),
            typed => Priority::parse(typed),
        };
        if priority.is_none() {
            problems.push(("priority", "task-priority-unknown"));
        }
        let six = (lead, work, due, responsibility, product, authority);
        let rest = (details, source, priority);
        match (six, rest, problems.is_empty()) {
            (
                (Some(lead), Some(work), Some(due), Some(responsibility), Some(product), Some(authority)),
                (Some(details), Some(source), Some(priority)),
                true,
            ) => Ok(TaskOrder {
                lead,
                work,
                due,
                responsibility,
                product,
                authority,
                details,
                source,
                priority,
            }),
            _ => Err(problems),
        }
    }

    fn due(&self, today: Date) -> Result<DueDay, Problem> {
        let on = match self.due_on.trim() {
            "" => return Err(("due_on", "task-time-missing")),
            typed => parse_due_day(typed, today).map_err(|key| ("due_on", key))?,
        };
        let at = match self.due_time.trim() {
            "" => None,
            typed => Some(parse_hour(typed).ok_or(("due_time", "task-hour-wrong"))?),
        };
        Ok(DueDay { on, at })
    }
}

/// Reads the day of a deadline: it exists, is not past and not absurdly far off.
///
/// # Errors
/// The key of the sentence that says why.
pub fn parse_due_day(typed: &str, today: Date) -> Result<Date, &'static str> {
    match parse_date(typed) {
        None => Err("date-wrong"),
        Some(day) if day < today => Err("date-in-past"),
        // Programmes run for five years; a later year is a slip of the keyboard.
        Some(day) if day.year() > today.year() + 10 => Err("task-time-far-off"),
        Some(day) => Ok(day),
    }
}

/// Reads `16:30`, `16h30` or `16h`.
fn parse_hour(typed: &str) -> Option<Time> {
    let (hour, minute) = typed.split_once([':', 'h', 'g']).unwrap_or((typed, ""));
    let number = |text: &str| match text.trim() {
        "" => Some(0),
        digits if digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse::<i8>().ok()
        }
        _ => None,
    };
    (!hour.trim().is_empty()).then_some(())?;
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

/// A text that may be left empty, up to [`LONG_CHARS`].
fn long(field: &'static str, typed: &str) -> Result<Option<String>, Problem> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    match parse_text(typed, LONG_CHARS) {
        Ok(text) => Ok(Some(text)),
        Err(TextError::Missing) => Err((field, "reason-missing")),
        Err(TextError::TooLong { .. }) => Err((field, "task-details-too-long")),
        Err(TextError::Control) => Err((field, "field-control-character")),
    }
}

pub(super) fn text<T>(
    field: &'static str,
    missing: &'static str,
    read: Result<T, TextError>,
) -> Result<T, Problem> {
    read.map_err(|error| match error {
        TextError::Missing => (field, missing),
        TextError::TooLong { .. } => (field, "task-text-too-long"),
        TextError::Control => (field, "field-control-character"),
    })
}

fn kept<T>(read: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|problem| problems.push(problem)).ok()
}

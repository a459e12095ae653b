//! What the printed papers say: recorded data made into the JSON of their templates.
//!
//! Only what was recorded is printed: the form's own body, what was stated at that moment, the packs of the
//! dossier's version, unit names as of that day. So a paper of the past prints again as it was.

mod books;
mod control;
mod fees;
mod official;
mod queue;
mod registers;
mod results;
mod slips;
mod stated;
mod unit;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use townhall_domain::dossier::Dossier;
use townhall_domain::time::{self, Timestamp};
use townhall_print::{PrintError, Template};
use townhall_text::Lang;

pub use books::{copy_book_paper, stamp_paper};
pub use control::control_paper;
pub use fees::{closing_paper, receipt_paper};
pub use queue::ticket_paper;
pub use registers::{PRINTED, RegisterPart, register_paper};
pub use results::result_paper;
pub use slips::slip_paper;
pub use stated::{SIGNER, STATED, Signer, Stated, StatedPaper};

use crate::access_log::{NoteReading, Reading};
use crate::cx::Cx;
use crate::dossier::reading;
use crate::error::AppError;

/// What papers need to know of the house that prints them.
#[derive(Debug, Clone)]
pub struct House {
    /// Public address without a slash at the end: stands in QR codes.
    pub base: String,
    /// Whether every page bears the mark of made-up data.
    pub is_demo: bool,
}

/// A paper that is ready to be printed: what, with which data, as of when.
#[derive(Debug, Clone)]
pub struct Printable {
    template: Template,
    data: Value,
    at: Timestamp,
    /// Name of the file for whoever saves it: letters, digits, dots, hyphens.
    pub file_name: String,
    /// Whoever prints it has read the dossier: for the access log. None for papers that tell of no one person.
    pub reading: Option<NoteReading>,
}

impl Printable {
    fn new(
        cx: &Cx,
        house: &House,
        dossier: &Dossier,
        template: &str,
        data: Data,
        at: Timestamp,
        name: &str,
    ) -> Result<Self, AppError> {
        let name = format!("{}-{name}", dossier.code);
        Ok(Self {
            reading: Some(reading(
                cx,
                dossier,
                Reading::Dossier,
                "dossier",
                dossier.id.to_string(),
            )),
            ..Self::of_house(house, template, data, at, &name)?
        })
    }

    /// A paper that belongs to no one dossier: a list, a page of a book, a ticket.
    fn of_house(
        house: &House,
        template: &str,
        data: Data,
        at: Timestamp,
        name: &str,
    ) -> Result<Self, AppError> {
        let mut data = data.0;
        let template =
            Template::by_id(template).map_err(|_| AppError::refused("paper-refused-no-template"))?;
        if house.is_demo {
            data.insert("demo".to_owned(), Value::Bool(true));
        }
        Ok(Self {
            template,
            data: Value::Object(data),
            at,
            file_name: format!("{}.pdf", file_safe(name)),
            reading: None,
        })
    }

    /// The data of the template.
    pub fn data(&self) -> &Value {
        &self.data
    }

    /// The template with its version.
    pub fn template(&self) -> Template {
        self.template
    }

    /// The same for the same paper, whoever prints it: for a cache.
    pub fn key(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.template.id());
        hash.update(self.at.as_millisecond().to_le_bytes());
        hash.update(self.data.to_string());
        hash.finalize().into()
    }

    /// Prints it; takes some tens of milliseconds, so never on a thread that serves requests.
    ///
    /// # Errors
    /// [`AppError::Refused`] when the recorded data lack something that the paper needs.
    pub fn print(&self) -> Result<Vec<u8>, AppError> {
        townhall_print::render(self.template, &self.data, self.at).map_err(|error| {
            tracing::error!(%error, "a paper could not be printed");
            match error {
                PrintError::Data { .. } => AppError::refused("paper-refused-incomplete"),
                _ => AppError::refused("paper-refused-print"),
            }
        })
    }
}

/// Letters, digits, dots and hyphens; anything else becomes a hyphen.
fn file_safe(name: &str) -> String {
    name.chars()
        .take(120)
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') {
                c
            } else {
                '-'
            }
        })
        .collect()
}

/// The template of a form of the program's own that is in force on the day of the paper.
fn in_force(form: &str, at: Timestamp) -> Result<&'static str, AppError> {
    Template::in_force(form, time::local_date(at))
        .map(Template::id)
        .map_err(|_| AppError::refused("paper-refused-no-template"))
}

/// Words on paper: papers are in Vietnamese, whatever the reader's pages are in.
fn words(key: &str) -> String {
    townhall_text::t(Lang::Vi, key)
}

/// An instant as templates read it.
fn instant(at: Timestamp) -> Value {
    Value::String(time::rfc3339(at))
}

/// An instant inside recorded JSON, whatever its offset.
fn recorded_instant(body: &Value, field: &str) -> Option<Timestamp> {
    body.get(field)?.as_str()?.parse().ok()
}

/// Data of a template under construction: what is missing or empty is left out.
#[derive(Debug, Default)]
struct Data(Map<String, Value>);

impl Data {
    fn put(&mut self, field: &str, value: impl Into<Value>) -> &mut Self {
        let value = value.into();
        let is_empty = value.is_null()
            || value.as_str().is_some_and(|text| text.trim().is_empty())
            || value == Value::Array(Vec::new());
        if !is_empty {
            self.0.insert(field.to_owned(), value);
        }
        self
    }
}

/// The link of a receipt, with the secret that opens the status page.
fn receipt_link(house: &House, dossier: &Dossier) -> String {
    format!("{}/h/{}", house.base, dossier.receipt_secret)
}

#[cfg(test)]
mod tests {
    use super::file_safe;

    #[test]
    fn a_file_name_holds_nothing_that_a_path_or_header_could_misread() {
        assert_eq!(
            file_safe("H36.24682-250707-0012-receipt"),
            "H36.24682-250707-0012-receipt"
        );
        assert_eq!(file_safe("../a\"b\r\nĐơn"), "..-a-b----n");
    }
}

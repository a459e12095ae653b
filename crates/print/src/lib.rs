//! Papers: Typst templates and data in, PDF/A out; QR codes.
//!
//! Nothing else in the project depends on Typst. A template is law's text and layout in `templates/`, one file a version;
//! its data is JSON with English field names, described at the top of the file and in `docs/templates.md`.
//! The same template, data and instant give the same bytes.

mod data;
mod fonts;
mod images;
mod qr;
mod templates;
mod world;

pub use images::images_to_pdf;
pub use qr::qr_svg;
pub use templates::{Paper, Template};

use serde_json::Value;
use townhall_domain::time::{self, Timestamp};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::world::Desk;

/// How many documents an intermediate result of Typst outlives. The first keeps the laid-out shared parts warm;
/// what belongs to a person's paper is gone from memory soon after.
const REMEMBERED_DOCUMENTS: usize = 2;

/// Why a paper could not be made. The text is for the log and holds no personal data.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// No template of this id.
    #[error("no template {id:?}")]
    UnknownTemplate { id: String },
    /// The data lacks a field that the template needs, or has it in another shape.
    #[error("template {template} cannot print this data: {reason}")]
    Data { template: &'static str, reason: String },
    /// The document breaks a rule of PDF/A; a fault of the template, not of the data.
    #[error("template {template} gives no valid PDF/A: {reason}")]
    Standard { template: &'static str, reason: String },
    /// The text does not fit into a QR code.
    #[error("{bytes} bytes do not fit into a QR code")]
    QrTooLong { bytes: usize },
    /// A page image is not a JPEG or PNG, is damaged, or is too large.
    #[error("image of page {page}: {reason}")]
    Image { page: usize, reason: String },
}

/// Prints `data` with a template. `at` is the instant of the paper: it becomes the file's creation date, in Vietnamese
/// time, so a paper printed again from recorded data comes out byte for byte as before.
///
/// # Errors
/// [`PrintError::Data`] when a needed field is missing, [`PrintError::QrTooLong`] when a link is too long for its code.
pub fn render(template: Template, data: &Value, at: Timestamp) -> Result<Vec<u8>, PrintError> {
    let desk = Desk::new(&world::main_path(template.id()), data, at)?;
    print(template.id(), &desk, at)
}

fn print(template: &'static str, desk: &Desk, at: Timestamp) -> Result<Vec<u8>, PrintError> {
    let result = typst::compile::<PagedDocument>(desk)
        .output
        .map_err(|errors| PrintError::Data {
            template,
            reason: told(&errors),
        })
        .and_then(|document| {
            typst_pdf::pdf(&document, &options(at)).map_err(|errors| PrintError::Standard {
                template,
                reason: told(&errors),
            })
        });
    typst::comemo::evict(REMEMBERED_DOCUMENTS);
    result
}

/// PDF/A-2a: archivable, tagged for screen readers, with the text extractable.
fn options(at: Timestamp) -> PdfOptions {
    let local = time::local(at);
    let datetime = Datetime::from_ymd_hms(
        local.year().into(),
        local.month().unsigned_abs(),
        local.day().unsigned_abs(),
        local.hour().unsigned_abs(),
        local.minute().unsigned_abs(),
        local.second().unsigned_abs(),
    );
    PdfOptions {
        creator: Smart::Custom(Some("Townhall".to_owned())),
        timestamp: datetime
            .and_then(|datetime| typst_pdf::Timestamp::new_local(datetime, time::VIETNAM.seconds() / 60)),
        standards: PdfStandards::new(&[PdfStandard::A_2a]).expect("one standard never contradicts itself"),
        ..PdfOptions::default()
    }
}

/// What Typst complains about. Its messages name fields and types, not values.
fn told(errors: &[SourceDiagnostic]) -> String {
    errors
        .iter()
        .map(|error| error.message.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

//! What runs in the child process: limits first, then a look at the file.

use std::io::{Read, Write};

use lopdf::{DecompressError, Document, Error as PdfError, LoadOptions, Object};
use rlimit::Resource;
use serde::{Deserialize, Serialize};
use townhall_domain::time::Timestamp;
use townhall_print::{PrintError, images_to_pdf};

use super::name::promised_type;
use super::{FileProblem, MOST_BYTES};

/// Address space: a page of 60 million pixels is decoded into 240 MB, and copied once.
const MEMORY: u64 = 1536 * 1024 * 1024;
/// Seconds of processor time.
const PROCESSOR_SECONDS: u64 = 20;
/// What a PDF may unpack to.
#[derive(Debug, Clone, Copy)]
struct Unpacked {
    /// One stream.
    stream: usize,
    /// All of them together, or thirty times the file's own weight.
    all: u64,
}

/// A page at 600 dpi in colour has 105 MB.
const UNPACKED: Unpacked = Unpacked {
    stream: 192 * 1024 * 1024,
    all: 256 * 1024 * 1024,
};
/// Objects of a PDF; a thousand pages of text have some ten thousand.
const MOST_OBJECTS: usize = 400_000;
/// How much of the end of a PDF is searched for the place of its table; readers look through 1,024 bytes.
const END_BYTES: usize = 4096;

/// What the child is told of the file beside its content.
#[derive(Debug, Clone)]
pub struct InspectArgs {
    /// Name as it was sent: its ending promises a type, and a converted image bears it as title.
    pub name: String,
    /// Creation date of a PDF made from an image.
    pub at: Timestamp,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// Media type of what was sent, by its content.
    pub media_type: String,
    /// Pages of the PDF, after conversion.
    pub pages: i64,
    /// Whether a PDF made from the image follows.
    pub converted: bool,
}

/// The line that the child says before the bytes of a converted image.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Said {
    /// It can be kept.
    #[serde(rename = "kept")]
    Kept(Inspection),
    /// It cannot.
    #[serde(rename = "refused")]
    Refused(String),
}

/// The child: takes its limits, reads the file from standard input, answers on standard output.
///
/// # Errors
/// When limits cannot be set or the pipes are gone; what is wrong with the file is an answer, not an error.
pub fn run_child(args: &InspectArgs) -> std::io::Result<()> {
    for (resource, limit) in [
        (Resource::AS, MEMORY),
        (Resource::CPU, PROCESSOR_SECONDS),
        (Resource::CORE, 0),
        (Resource::FSIZE, 0),
    ] {
        rlimit::setrlimit(resource, limit, limit)?;
    }
    let mut file = Vec::new();
    std::io::stdin()
        .lock()
        .take(MOST_BYTES + 1)
        .read_to_end(&mut file)?;
    let (said, converted) = match inspect(&file, args) {
        Ok((inspection, converted)) => (Said::Kept(inspection), converted),
        Err(problem) => (Said::Refused(problem.as_str().to_owned()), None),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &said)?;
    out.write_all(b"\n")?;
    if let Some(pdf) = converted {
        out.write_all(&pdf)?;
    }
    out.flush()
}

/// Looks at a file; an image comes back as a PDF.
///
/// # Errors
/// What is wrong with it.
pub fn inspect(file: &[u8], args: &InspectArgs) -> Result<(Inspection, Option<Vec<u8>>), FileProblem> {
    if file.is_empty() {
        return Err(FileProblem::Empty);
    }
    if file.len() as u64 > MOST_BYTES {
        return Err(FileProblem::TooLarge);
    }
    let media_type = type_of(file).ok_or(FileProblem::Type)?;
    if promised_type(&args.name).is_some_and(|promised| promised != media_type) {
        return Err(FileProblem::NotWhatItSays);
    }
    let (pages, converted) = if media_type == "application/pdf" {
        (pdf_pages(file, UNPACKED)?, None)
    } else {
        (1, Some(image_to_pdf(file, args)?))
    };
    let inspection = Inspection {
        media_type: media_type.to_owned(),
        pages,
        converted: converted.is_some(),
    };
    Ok((inspection, converted))
}

/// The type by the first bytes. The header of a PDF may stand a little later (Annex H of ISO 32000 allows 1,024
/// bytes before it, and scanners use that), but never behind the beginning of a page or a program.
fn type_of(file: &[u8]) -> Option<&'static str> {
    if file.starts_with(&[0xff, 0xd8, 0xff]) {
        return Some("image/jpeg");
    }
    if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some("image/png");
    }
    let start = file
        .iter()
        .position(|byte| !byte.is_ascii_whitespace() && *byte != 0)?;
    let head = &file[start..file.len().min(start + 1024)];
    let is_other = head.starts_with(b"<")
        || head.starts_with(b"MZ")
        || head.starts_with(b"PK")
        || head.starts_with(b"#!");
    let has_header = head.windows(5).any(|window| window == b"%PDF-");
    (has_header && !is_other).then_some("application/pdf")
}

/// Whether the end of a PDF is there: the table of its objects stands last (ISO 32000, 7.5.5), so what was cut off on
/// its way has none. Programs that mend such files show blank pages, and the paper would be lost unseen.
fn has_its_end(file: &[u8]) -> bool {
    const MARK: &[u8] = b"startxref";
    let end = file
        .iter()
        .rposition(|byte| !byte.is_ascii_whitespace() && *byte != 0)
        .map_or(0, |last| last + 1);
    let tail = &file[end.saturating_sub(END_BYTES)..end];
    tail.windows(MARK.len()).any(|window| window == MARK)
}

fn pdf_pages(file: &[u8], most: Unpacked) -> Result<i64, FileProblem> {
    if !has_its_end(file) {
        return Err(FileProblem::Damaged);
    }
    let options = LoadOptions {
        max_decompressed_size: Some(most.stream),
        ..LoadOptions::default()
    };
    let document = Document::load_mem_with_options(file, options).map_err(|error| problem_of(&error))?;
    // A file that opens with an empty password is encrypted all the same: it forbids something, and nothing
    // that must stay readable for decades may depend on that.
    if document.is_encrypted() || document.was_encrypted() || document.trailer.get(b"Encrypt").is_ok() {
        return Err(FileProblem::Encrypted);
    }
    if document.objects.len() > MOST_OBJECTS {
        return Err(FileProblem::TooHard);
    }
    unpack(&document, file.len() as u64, most)?;
    let pages = document.get_pages();
    if pages.values().any(|page| document.get_dictionary(*page).is_err()) {
        return Err(FileProblem::Damaged);
    }
    match pages.len() {
        0 => Err(FileProblem::NoPages),
        pages => i64::try_from(pages).map_err(|_| FileProblem::TooHard),
    }
}

/// Unpacks every stream once, one after the other, to see what the whole weighs.
fn unpack(document: &Document, weight: u64, most: Unpacked) -> Result<(), FileProblem> {
    let all = most.all.max(weight.saturating_mul(30));
    let mut total = 0_u64;
    for object in document.objects.values() {
        let Object::Stream(stream) = object else { continue };
        match stream.get_plain_content_with_limit(most.stream) {
            Ok(content) => total += content.len() as u64,
            Err(PdfError::Decompress(DecompressError::MemoryLimitExceeded { .. })) => {
                return Err(FileProblem::Bomb);
            }
            // JPEG and fax images stay packed; a damaged stream is a damaged picture on a page, not a danger.
            Err(_) => total += stream.content.len() as u64,
        }
        if total > all {
            return Err(FileProblem::Bomb);
        }
    }
    Ok(())
}

fn problem_of(error: &PdfError) -> FileProblem {
    match error {
        PdfError::Decompress(DecompressError::MemoryLimitExceeded { .. }) => FileProblem::Bomb,
        PdfError::InvalidPassword | PdfError::Decryption(_) | PdfError::AlreadyEncrypted => {
            FileProblem::Encrypted
        }
        _ => FileProblem::Damaged,
    }
}

fn image_to_pdf(file: &[u8], args: &InspectArgs) -> Result<Vec<u8>, FileProblem> {
    let title = super::clean_name(&args.name, "pdf");
    images_to_pdf(title.trim_end_matches(".pdf"), &[file.to_vec()], args.at).map_err(|error| match error {
        PrintError::Image { reason, .. } if reason.contains("CMYK") => FileProblem::Cmyk,
        PrintError::Image { reason, .. } if reason.contains("too many") => FileProblem::TooManyPixels,
        _ => FileProblem::Damaged,
    })
}

#[cfg(test)]
mod tests;

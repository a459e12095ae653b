//! Photographs and scans of papers, as the pages of one PDF/A.

use serde_json::json;
use townhall_domain::time::Timestamp;

use crate::world::{self, Desk};
use crate::{PrintError, print};

/// The most pages of one file; more is a mistake or an attack.
const MOST_PAGES: usize = 200;
/// The most pixels of one page, 60 million: an A4 sheet at 600 dpi has 35 million.
const MOST_PIXELS: u64 = 60_000_000;

/// Puts JPEG and PNG images on A4 pages, one each, in the order given; a wide image turns its page.
/// The bytes of a JPEG are kept as they are. `title` names the file for readers; `at` is its creation date.
///
/// Decoding happens here: call it in a process with limits when the images come from outside.
///
/// # Errors
/// [`PrintError::Image`] with the page, counted from 1, when an image is not a JPEG or PNG, is damaged or too large.
pub fn images_to_pdf(title: &str, images: &[Vec<u8>], at: Timestamp) -> Result<Vec<u8>, PrintError> {
    if images.is_empty() || images.len() > MOST_PAGES {
        let reason = format!("{} images; 1 to {MOST_PAGES} are possible", images.len());
        return Err(PrintError::Image {
            page: images.len(),
            reason,
        });
    }
    let mut pages = Vec::with_capacity(images.len());
    for (index, image) in images.iter().enumerate() {
        let refused = |reason: String| PrintError::Image {
            page: index + 1,
            reason,
        };
        let (width, height, inks) =
            size_of(image).ok_or_else(|| refused("neither a JPEG nor a PNG".to_owned()))?;
        if inks == 4 {
            // PDF/A allows CMYK only with a printing profile, which no phone or office scanner gives.
            return Err(refused("CMYK colours; only grey and RGB can be kept".to_owned()));
        }
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(refused(format!("{width} × {height} pixels are too many")));
        }
        pages.push(width > height);
    }
    match put_on_pages(title, &pages, images, at) {
        Err(PrintError::Data { reason, .. } | PrintError::Standard { reason, .. }) => {
            // One of them is damaged inside; each alone tells which.
            let damaged = |index: &usize| {
                put_on_pages(title, &pages[*index..=*index], &images[*index..=*index], at).is_err()
            };
            let page = (0..images.len()).find(damaged).map_or(0, |index| index + 1);
            Err(PrintError::Image { page, reason })
        }
        printed => printed,
    }
}

fn put_on_pages(
    title: &str,
    wide: &[bool],
    images: &[Vec<u8>],
    at: Timestamp,
) -> Result<Vec<u8>, PrintError> {
    let pages: Vec<_> = wide
        .iter()
        .enumerate()
        .map(|(index, wide)| json!({ "path": path(index), "wide": wide }))
        .collect();
    let data = json!({ "title": title, "pages": pages });
    let mut desk = Desk::new(&world::main_path("images@1"), &data, at)?;
    for (index, image) in images.iter().enumerate() {
        desk = desk.with_file(&path(index), image.clone());
    }
    print("images@1", &desk, at)
}

fn path(index: usize) -> String {
    format!("/images/{index}")
}

/// Width and height in pixels and the number of inks (4 for CMYK), from the header of a PNG or JPEG, before anything
/// is decoded.
fn size_of(image: &[u8]) -> Option<(u32, u32, u8)> {
    if image.starts_with(b"\x89PNG\r\n\x1a\n") {
        let side = |from: usize| Some(u32::from_be_bytes(image.get(from..from + 4)?.try_into().ok()?));
        return Some((side(16)?, side(20)?, 3));
    }
    if !image.starts_with(&[0xff, 0xd8, 0xff]) {
        return None;
    }
    // A JPEG is a chain of segments: ff, marker, length; the frame header (C0 to CF, but not C4, C8, CC) has the size.
    let mut at = 2;
    loop {
        let (mark, marker) = (*image.get(at)?, *image.get(at + 1)?);
        if mark != 0xff {
            return None;
        }
        if marker == 0xff {
            at += 1;
            continue;
        }
        let word = |from: usize| Some(u32::from(*image.get(from)?) << 8 | u32::from(*image.get(from + 1)?));
        if (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((word(at + 7)?, word(at + 5)?, *image.get(at + 9)?));
        }
        at += 2 + word(at + 2)? as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_read_from_the_header() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x02\0\0\0\x03";
        assert_eq!(size_of(png), Some((258, 3, 3)));
        let jpeg = [
            0xff, 0xd8, 0xff, 0xe0, 0, 4, 9, 9, 0xff, 0xc0, 0, 11, 8, 0, 5, 0, 7, 4,
        ];
        assert_eq!(size_of(&jpeg), Some((7, 5, 4)));
        assert_eq!(size_of(b"GIF89a"), None);
        assert_eq!(size_of(&[0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff]), None);
    }
}

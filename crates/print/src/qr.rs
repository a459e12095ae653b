//! QR codes as SVG.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use crate::PrintError;

/// White modules around the code; the standard asks for four.
const QUIET: usize = 4;

/// Draws `text` as a QR code of medium error correction: black on white, with its quiet zone.
/// The SVG has a `viewBox` and no size, so the place where it stands decides how large it is.
///
/// # Errors
/// [`PrintError::QrTooLong`] when the text does not fit into the largest code (2,331 bytes).
pub fn qr_svg(text: &str) -> Result<String, PrintError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|_| PrintError::QrTooLong { bytes: text.len() })?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\""
    );
    let modules = code.into_colors();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            // One rectangle for a run of dark modules: no hairlines between neighbours, and a short file.
            let run = row[x..]
                .iter()
                .take_while(|module| **module == Color::Dark)
                .count();
            if run > 0 {
                let _ = write!(svg, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    svg.push_str("\"/></svg>");
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_one_path_with_a_quiet_zone() {
        let svg = qr_svg("https://example.vn/h/abcdefghijklmnopqrstuv").expect("it fits");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(
            svg.contains("M4 4h7v1h-7z"),
            "the finder pattern starts after four quiet modules"
        );
        assert_eq!(svg.matches("<path").count(), 1);
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused() {
        assert!(matches!(
            qr_svg(&"x".repeat(3000)),
            Err(PrintError::QrTooLong { bytes: 3000 })
        ));
    }
}

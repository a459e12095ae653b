//! The name under which a file is shown.

use unicode_normalization::UnicodeNormalization;

/// Longest name kept, in characters.
const MOST_CHARS: usize = 200;

/// A name without path, in NFC, without control or hidden characters, at most 200 characters with its ending kept;
/// `extension` is what the content is (`pdf`), and takes the place of `jpg` or `png` when an image became a PDF.
pub fn clean_name(raw: &str, extension: &str) -> String {
    // A browser of old sends `C:\scans\a.pdf`; anything up to the last separator of either kind is somebody's path.
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let text: String = last
        .chars()
        .take(4000)
        .nfc()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_hidden(*c))
        .collect();
    let text = text
        .split(' ')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let stem = match text.rsplit_once('.') {
        Some((stem, ending)) if is_known(ending) => stem,
        _ => &text,
    };
    let stem = stem.trim_matches(['.', ' ']);
    let stem: String = stem.chars().take(MOST_CHARS - extension.len() - 1).collect();
    let stem = stem.trim_end();
    if stem.is_empty() {
        format!("giay-to.{extension}")
    } else {
        format!("{stem}.{extension}")
    }
}

/// The type that the ending of a name promises; nothing for endings that promise none of ours.
pub(super) fn promised_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending.trim().to_ascii_lowercase().as_str() {
        "pdf" => Some("application/pdf"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        _ => None,
    }
}

fn is_known(ending: &str) -> bool {
    matches!(
        ending.to_ascii_lowercase().as_str(),
        "pdf" | "jpg" | "jpeg" | "png"
    )
}

/// Characters that print nothing, and some that turn the order of letters around so that `fdp.exe` reads `exe.pdf`.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_name_is_cut_off() {
        assert_eq!(clean_name("../../etc/passwd", "pdf"), "passwd.pdf");
        assert_eq!(clean_name("C:\\quét\\a.PDF", "pdf"), "a.pdf");
        assert_eq!(clean_name("..", "pdf"), "giay-to.pdf");
        assert_eq!(clean_name("a/", "pdf"), "giay-to.pdf");
    }

    #[test]
    fn a_name_is_composed_and_holds_nothing_hidden() {
        assert_eq!(
            clean_name("Gia\u{302}\u{301}y to\u{31b}\u{300}.pdf", "pdf"),
            "Giấy tờ.pdf"
        );
        assert_eq!(clean_name("a\u{0}b\u{202e}fdp\r\n.jpg", "pdf"), "abfdp.pdf");
        assert_eq!(clean_name("ảnh 👩.png", "pdf"), "ảnh 👩.pdf");
        assert_eq!(clean_name("bản.quét", "pdf"), "bản.quét.pdf");
    }

    #[test]
    fn a_name_of_ten_megabytes_is_cut_and_keeps_its_ending() {
        let name = clean_name(&"ạ".repeat(10_000_000), "pdf");
        assert_eq!(name.chars().count(), 200);
        assert!(name.ends_with("ạ.pdf"));
    }

    #[test]
    fn an_ending_promises_a_type() {
        assert_eq!(promised_type("a.JPG"), Some("image/jpeg"));
        assert_eq!(promised_type("a.pdf.exe"), None);
        assert_eq!(promised_type("a"), None);
    }
}

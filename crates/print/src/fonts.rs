//! The fonts inside the program: nothing is looked up on the machine, so a document looks the same everywhere.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// Every face that a template may use; the licence stands beside the files.
static FILES: [&[u8]; 6] = [
    include_bytes!("../fonts/LiberationSerif-Regular.ttf"),
    include_bytes!("../fonts/LiberationSerif-Bold.ttf"),
    include_bytes!("../fonts/LiberationSerif-Italic.ttf"),
    include_bytes!("../fonts/LiberationSerif-BoldItalic.ttf"),
    include_bytes!("../fonts/LiberationSans-Regular.ttf"),
    include_bytes!("../fonts/LiberationSans-Bold.ttf"),
];

pub(crate) static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    FILES
        .iter()
        .flat_map(|bytes| Font::iter(Bytes::new(*bytes)))
        .collect()
});

pub(crate) static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

/// The characters of the basic plane that every face can draw, one bit each.
static COVERED: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut covered = vec![u64::MAX; 0x1_0000 / 64];
    for font in FONTS.iter() {
        let mut face = vec![0_u64; covered.len()];
        for code in font.info().coverage.iter() {
            if let Some(word) = face.get_mut(code as usize / 64) {
                *word |= 1 << (code % 64);
            }
        }
        covered.iter_mut().zip(face).for_each(|(all, one)| *all &= one);
    }
    covered
});

/// Whether every face can draw the character. PDF/A forbids the box that stands for a missing glyph.
pub(crate) fn covers(c: char) -> bool {
    let code = c as usize;
    COVERED
        .get(code / 64)
        .is_some_and(|word| word >> (code % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_has_every_vietnamese_letter() {
        assert_eq!(FONTS.len(), FILES.len());
        let letters =
            ('\u{1ea0}'..='\u{1ef9}').chain("ăâđêôơưĂÂĐÊÔƠƯàáãèéìíĩòóõùúũýÀÁÃÈÉÌÍĨÒÓÕÙÚŨÝ₫…–“”□".chars());
        for letter in letters {
            assert!(covers(letter), "no glyph for {letter} (U+{:04X})", letter as u32);
        }
    }
}

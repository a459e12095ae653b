//! Characters that do not belong into what people type: they print nothing, or make a text read otherwise than it is
//! stored. Names and reasons come pasted from messengers and word processors, which leave such characters behind.

use unicode_normalization::UnicodeNormalization;

/// The text in NFC without the characters that print nothing: two names that differ only by them look alike, and one
/// is not found by the other.
pub fn visible(typed: &str) -> String {
    typed.chars().filter(|c| !prints_nothing(*c)).nfc().collect()
}

/// Whether no text may hold it: a control character other than tab and line break, one that turns the direction of
/// what follows, and what Unicode keeps from ever being a character.
pub fn is_refused(c: char) -> bool {
    let is_none = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || turns_text(c) || is_none
}

/// Soft hyphen, joiners and spaces without width, fillers, tags; selectors of an emoji's look stay.
fn prints_nothing(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e00ff}')
}

/// Characters that turn the direction of what follows: with them a name can look like another one.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prints_nothing_is_dropped_before_letters_and_marks_are_joined() {
        assert_eq!(visible("Ng\u{200b}uyễn\u{ad}\u{feff}"), "Nguyễn");
        assert_eq!(visible("a\u{200d}\u{0323}\u{0302}"), "ậ");
        assert_eq!(visible("A\u{e0041}\u{e007f}"), "A");
        assert_eq!(visible("☂\u{fe0f}"), "☂\u{fe0f}");
    }

    #[test]
    fn what_turns_or_cannot_be_a_character_is_refused_and_vietnamese_is_not() {
        for c in [
            '\0',
            '\u{1b}',
            '\u{202e}',
            '\u{200e}',
            '\u{61c}',
            '\u{2066}',
            '\u{fffe}',
            '\u{10ffff}',
            '\u{fdd0}',
        ] {
            assert!(is_refused(c), "{c:?}");
        }
        for c in "Đặng Thị Ỷ, số 5/2; 😀\n\t\r".chars() {
            assert!(!is_refused(c), "{c:?}");
        }
    }
}

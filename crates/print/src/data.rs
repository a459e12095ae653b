//! Makes what people typed printable: one spelling, no invisible characters, only glyphs that the fonts have.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::fonts;

/// Stands for what the fonts cannot draw: emoji, scripts that are not embedded.
const MISSING: char = '□';
/// A word longer than this gets places where a line may break, so that it cannot run out of its column.
const LONGEST_WORD: usize = 40;
/// Where a line may break, without a mark.
const BREAK_HERE: char = '\u{200b}';

/// A copy of `data` with every text made printable; keys, numbers and shape stay.
pub(crate) fn printable(data: &Value) -> Value {
    match data {
        Value::String(text) => Value::String(printable_text(text)),
        Value::Array(items) => Value::Array(items.iter().map(printable).collect()),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), printable(value)))
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => data.clone(),
    }
}

fn printable_text(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut word = 0;
    for c in raw.nfc() {
        let c = match c {
            '\n' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' | '\r' => ' ',
            c if invisible(c) => continue,
            c if c.is_whitespace() || fonts::covers(c) => c,
            // One box for a whole emoji sequence or foreign word, not one for each of its parts.
            _ if text.ends_with(MISSING) => continue,
            _ => MISSING,
        };
        word = if c.is_alphanumeric() { word + 1 } else { 0 };
        if word > LONGEST_WORD {
            text.push(BREAK_HERE);
            word = 1;
        }
        text.push(c);
    }
    text
}

/// Control and format characters: they print nothing, and some turn the order of letters around.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decomposed_vietnamese_is_composed() {
        assert_eq!(
            printable_text("Nguye\u{302}\u{303}n Thi\u{323} Đo\u{31b}n"),
            "Nguyễn Thị Đơn"
        );
    }

    #[test]
    fn an_emoji_becomes_one_box_and_hidden_characters_go() {
        assert_eq!(printable_text("Lan 👩‍👩‍👧‍👦 vui"), "Lan □ vui");
        assert_eq!(printable_text("a\u{202e}b\u{0}c\u{7}d"), "abcd");
        assert_eq!(printable_text("一二三 x"), "□ x");
    }

    #[test]
    fn a_word_without_end_can_break() {
        let text = printable_text(&"A".repeat(100));
        assert_eq!(text.chars().filter(|c| *c == BREAK_HERE).count(), 2);
        assert!(!printable_text("https://dichvucong.example/h/0123456789abcdef").contains(BREAK_HERE));
    }
}

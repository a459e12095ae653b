//! Keys that sort Vietnamese by plain byte order, so that both databases and the program agree.

use unicode_normalization::UnicodeNormalization;

/// A key whose byte order is the order of the Vietnamese alphabet (a ă â b c d đ e ê … o ô ơ … u ư …), word by
/// word; between equal letters the tones decide: level, huyền, hỏi, ngã, sắc, nặng.
pub fn sort_key(text: &str) -> String {
    let mut letters = String::with_capacity(text.len() + 8);
    let mut tones = String::new();
    let mut tone = 0_u8;
    for c in text.chars().flat_map(char::to_lowercase).nfd() {
        // A letter with a hat is a letter of its own, after the bare one and before the next: `~` follows `z`.
        match c {
            'đ' => letters.push_str("d~"),
            // Two steps after the bare letter: â (after ă) and ơ (after ô).
            '\u{302}' if letters.ends_with('a') => letters.push_str("~~"),
            '\u{31b}' if letters.ends_with('o') => letters.push_str("~~"),
            // One step: breve of ă, circumflex of ê and ô, horn of ư.
            '\u{306}' | '\u{302}' | '\u{31b}' => letters.push('~'),
            '\u{300}' => tone = 1,
            '\u{309}' => tone = 2,
            '\u{303}' => tone = 3,
            '\u{301}' => tone = 4,
            '\u{323}' => tone = 5,
            c if c.is_alphanumeric() => letters.push(c),
            _ => end_word(&mut letters, &mut tones, &mut tone),
        }
    }
    end_word(&mut letters, &mut tones, &mut tone);
    let mut key = letters.trim_end().to_owned();
    // A tab is less than a space and than any letter: a shorter text comes before a longer one.
    key.push('\t');
    key.push_str(&tones);
    key
}

fn end_word(letters: &mut String, tones: &mut String, tone: &mut u8) {
    if !letters.is_empty() && !letters.ends_with(' ') {
        letters.push(' ');
        tones.push(char::from(b'0' + *tone));
    }
    *tone = 0;
}

/// The key by which lists of people are sorted in Viet Nam: given name first, then family name, then the middle.
///
/// The given name is the last word, the family name the first, as on identity cards.
pub fn name_sort_key(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    match words.as_slice() {
        [] => sort_key(""),
        [only] => sort_key(only),
        [family, middle @ .., given] => [*given, *family]
            .into_iter()
            .chain(middle.iter().copied())
            .map(sort_key)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut names: Vec<&str>, key: fn(&str) -> String) -> Vec<&str> {
        names.sort_by_key(|name| key(name));
        names
    }

    #[test]
    fn words_follow_the_vietnamese_alphabet_and_then_the_tones() {
        let right = vec![
            "an", "az", "ăn", "ân", "ba", "bà", "bả", "bã", "bá", "bạ", "ba an", "da", "đa", "e", "ê", "o",
            "ô", "ơ", "u", "ư", "v",
        ];
        let mut mixed = right.clone();
        mixed.reverse();
        assert_eq!(sorted(mixed, sort_key), right);
    }

    #[test]
    fn people_are_sorted_by_given_name_then_family_then_middle() {
        let right = vec![
            "Trần Văn An",
            "Lê Thị Ân",
            "Lê Thị Bình",
            "Nguyễn An Bình",
            "Nguyễn Văn Bình",
            "Vũ Đức",
        ];
        let mut mixed = right.clone();
        mixed.reverse();
        assert_eq!(sorted(mixed, name_sort_key), right);
        assert_eq!(name_sort_key("  "), sort_key(""));
    }

    #[test]
    fn case_and_the_way_of_typing_do_not_change_the_order() {
        let decomposed: String = "Điểu".nfd().collect();
        assert_eq!(sort_key(&decomposed), sort_key("ĐIỂU"));
    }
}

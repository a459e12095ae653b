//! Folding for search: what is typed without marks finds what is written with them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text in Unicode NFC, so that `Đơn` typed two ways is one text.
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// The words that somebody searches for: folded, at most six, none longer than forty characters. What folds to nothing
/// stays as it is, so that a search for signs alone finds nothing instead of everything.
pub fn searched(typed: &str) -> Vec<String> {
    let folded = fold(typed);
    let mut words: Vec<String> = folded
        .split_whitespace()
        .map(|word| word.chars().take(40).collect())
        .take(6)
        .collect();
    if words.is_empty() && !typed.trim().is_empty() {
        words.push(typed.trim().chars().take(40).collect());
    }
    words
}

/// The search key of a text: marks off, `đ` as `d`, lower case, one space between words.
///
/// Letters, digits and hyphens stay; `.`, `/`, `@` and `_` stay inside a word (codes, numbers of documents,
/// addresses); all else becomes a space. Folding twice changes nothing. Both databases search and sort on this.
pub fn fold(text: &str) -> String {
    let plain: Vec<char> = text
        .chars()
        .flat_map(char::to_lowercase)
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'đ' => 'd',
            // Hyphens of every make, as phones and word processors insert them.
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            other => other,
        })
        .collect();
    let mut key = String::with_capacity(plain.len());
    for (at, &c) in plain.iter().enumerate() {
        let inside = || {
            at > 0
                && plain[at - 1].is_alphanumeric()
                && plain.get(at + 1).is_some_and(|next| next.is_alphanumeric())
        };
        if c.is_alphanumeric() || c == '-' || (matches!(c, '.' | '/' | '@' | '_') && inside()) {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with(' ') {
            key.push(' ');
        }
    }
    key.truncate(key.trim_end().len());
    key
}

/// The first letters of the words, folded: `Xác nhận tình trạng hôn nhân` is found by `xntthn`.
pub fn initials(text: &str) -> String {
    fold(text)
        .split([' ', '-', '/'])
        .filter_map(|word| word.chars().next())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_search_for_signs_alone_finds_nothing_instead_of_everything() {
        assert_eq!(searched("  Nguyễn  VĂN "), ["nguyen", "van"]);
        assert_eq!(searched("😀"), ["😀"]);
        assert_eq!(searched("%'"), ["%'"]);
        assert_eq!(searched("   "), [""; 0]);
        assert_eq!(searched("a b c d e f g").len(), 6);
    }

    #[test]
    fn marks_and_case_do_not_matter_for_search() {
        assert_eq!(fold("  Điểu   Xuân\tThành "), "dieu xuan thanh");
        assert_eq!(fold("ĐẶNG THỊ ƯỚC"), "dang thi uoc");
        assert_eq!(fold("H'Nguyệt Buôn Krông"), "h nguyet buon krong");
        assert_eq!(fold("Thuận An, xã (Lâm Đồng)"), "thuan an xa lam dong");
    }

    #[test]
    fn two_ways_of_typing_a_word_fold_alike() {
        let composed = "Nguyễn Thị Thuỷ";
        let decomposed: String = composed.nfd().collect();
        assert_eq!(fold(composed), fold(&decomposed));
        assert_eq!(nfc(&decomposed), nfc(composed));
    }

    #[test]
    fn codes_and_numbers_stay_whole() {
        assert_eq!(fold("H36.82-250730-0007"), "h36.82-250730-0007");
        assert_eq!(fold("1204/STP\u{2011}HCTP."), "1204/stp-hctp");
        assert_eq!(fold("2.000815"), "2.000815");
        assert_eq!(fold("\u{0}"), "");
    }

    #[test]
    fn a_procedure_is_found_by_the_first_letters_of_its_words() {
        assert_eq!(initials("Xác nhận hôn nhân"), "xnhn");
        assert_eq!(initials("Đăng ký khai sinh"), "dkks");
        assert_eq!(initials(""), "");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}

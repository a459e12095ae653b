//! The kinds of answer that have a form of their own: dates, names, numbers of people and telephones.

use jiff::civil::Date;

use super::check::Mistake;

/// Reads a date as people and machines write it: `27/3/2025`, `27-3-2025`, `27 3 2025`, `2025-03-27`.
pub(super) fn date_of(text: &str, past: bool, today: Date) -> Result<Date, Mistake> {
    let bad = || ("form-bad-date", Vec::new());
    let signs = ['/', '-', '.'];
    let close: String = text.chars().filter(|c| *c != ' ').collect();
    let parts: Vec<&str> = if text.contains(signs) {
        close.split(signs).collect()
    } else {
        text.split_whitespace().collect()
    };
    let [first, second, third] = parts[..] else {
        return Err(bad());
    };
    let (day, month, year) = if first.len() == 4 {
        (third, second, first)
    } else {
        (first, second, third)
    };
    let number = |text: &str, most: usize| {
        let digits = text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse::<i16>().ok() } else { None }
    };
    if year.len() != 4 {
        return Err(bad());
    }
    let (Some(day), Some(month), Some(year)) = (number(day, 2), number(month, 2), number(year, 4)) else {
        return Err(bad());
    };
    let (Ok(day), Ok(month)) = (i8::try_from(day), i8::try_from(month)) else {
        return Err(bad());
    };
    let Ok(first_day) = Date::new(year, month, 1) else {
        return Err(bad());
    };
    let Ok(date) = Date::new(year, month, day) else {
        let days = first_day.days_in_month();
        return Err((
            "form-no-such-day",
            vec![("month", month.to_string()), ("days", days.to_string())],
        ));
    };
    if date.year() < 1900 {
        return Err(("form-date-before-1900", Vec::new()));
    }
    if date.year() > 2200 {
        return Err(bad());
    }
    if past && date > today {
        return Err(("form-date-in-future", Vec::new()));
    }
    Ok(date)
}

/// Whether a text can be a person's name: letters of any script with their marks, spaces, `'`, `’`, `-`, `.`.
///
/// Emoji, digits and other signs are refused: the name goes onto a certificate.
pub(super) fn name_fits(text: &str) -> bool {
    let sign = |c: char| {
        matches!(c, ' ' | '\'' | '’' | '-' | '.') || unicode_normalization::char::is_combining_mark(c)
    };
    text.chars().any(char::is_alphabetic) && text.chars().all(|c| c.is_alphabetic() || sign(c))
}

/// A personal identity number (12 digits, the first three a province of 001 to 096) or an old card's 9 digits.
///
/// Legal source: Decree 137/2015/NĐ-CP, article 13, taken over by the Law on Identity of 2023.
pub(super) fn identity_of(text: &str) -> Option<String> {
    let digits = digits_of(text, &[' ', '.'])?;
    match digits.len() {
        12 => digits[..3]
            .parse::<u16>()
            .ok()
            .filter(|province| (1..=96).contains(province))
            .map(|_| digits),
        9 => Some(digits),
        _ => None,
    }
}

/// A telephone number within Viet Nam, written with the leading 0: mobile 10 digits, landline 10 or 11.
pub(crate) fn phone_of(text: &str) -> Option<String> {
    let plain = text.trim_start();
    let national = plain
        .strip_prefix("+84")
        .or_else(|| plain.strip_prefix("0084"))
        .map(|rest| format!("0{}", rest.trim_start_matches(['0', ' ', '(', ')'])));
    let digits = digits_of(national.as_deref().unwrap_or(plain), &[' ', '.', '-', '(', ')'])?;
    (matches!(digits.len(), 10 | 11) && digits.starts_with('0') && !digits.starts_with("00"))
        .then_some(digits)
}

/// An e-mail address, roughly: the mail server knows better, this catches slips of the pen.
pub(super) fn email_of(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || matches!(c, '@' | ',' | ';' | '<' | '>'))
    };
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    (plain(local) && plain(domain) && dotted).then(|| text.to_owned())
}

/// The code of a province (2 digits) or commune (5 digits); whether it exists is asked of the units.
pub(super) fn unit_of(text: &str) -> Option<String> {
    digits_of(text, &[]).filter(|digits| matches!(digits.len(), 2 | 5))
}

fn digits_of(text: &str, between: &[char]) -> Option<String> {
    let digits: String = text.chars().filter(|c| !between.contains(c)).collect();
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)
}

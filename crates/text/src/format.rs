//! Dates, times, money and numbers as people write them. Times are those of Viet Nam (UTC+7).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use townhall_domain::{money::Dong, time};

use crate::Lang;

/// The day of the week: `thứ Hai`, `Monday`.
pub const fn weekday(lang: Lang, day: Weekday) -> &'static str {
    match (lang, day) {
        (Lang::Vi, Weekday::Monday) => "thứ Hai",
        (Lang::Vi, Weekday::Tuesday) => "thứ Ba",
        (Lang::Vi, Weekday::Wednesday) => "thứ Tư",
        (Lang::Vi, Weekday::Thursday) => "thứ Năm",
        (Lang::Vi, Weekday::Friday) => "thứ Sáu",
        (Lang::Vi, Weekday::Saturday) => "thứ Bảy",
        (Lang::Vi, Weekday::Sunday) => "Chủ nhật",
        (Lang::En, Weekday::Monday) => "Monday",
        (Lang::En, Weekday::Tuesday) => "Tuesday",
        (Lang::En, Weekday::Wednesday) => "Wednesday",
        (Lang::En, Weekday::Thursday) => "Thursday",
        (Lang::En, Weekday::Friday) => "Friday",
        (Lang::En, Weekday::Saturday) => "Saturday",
        (Lang::En, Weekday::Sunday) => "Sunday",
    }
}

/// A date with its weekday: `thứ Hai 04/8`, `Monday 4 Aug`; the year stands there only when it is not this year.
pub fn date(lang: Lang, date: Date, today: Date) -> String {
    format!(
        "{} {}",
        weekday(lang, date.weekday()),
        date_short(lang, date, today)
    )
}

/// A date without its weekday: `04/8`, `4 Aug`; with the year when it is not this year.
pub fn date_short(lang: Lang, date: Date, today: Date) -> String {
    let year = (date.year() != today.year()).then(|| date.year());
    match (lang, year) {
        (Lang::Vi, None) => day_month(date),
        (Lang::Vi, Some(year)) => format!("{}/{year}", day_month(date)),
        (Lang::En, None) => format!("{} {}", date.day(), month(date)),
        (Lang::En, Some(year)) => format!("{} {} {year}", date.day(), month(date)),
    }
}

/// A date as papers carry it, always with its year: `04/8/2025`, `4 Aug 2025`.
pub fn date_on_paper(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Vi => format!("{}/{}", day_month(date), date.year()),
        Lang::En => format!("{} {} {}", date.day(), month(date), date.year()),
    }
}

/// Days below 10 and the months 1 and 2 carry a zero: Decree 30/2020/NĐ-CP, Annex I, part II.4.
fn day_month(date: Date) -> String {
    let zero = if date.month() < 3 { "0" } else { "" };
    format!("{:02}/{zero}{}", date.day(), date.month())
}

fn month(date: Date) -> &'static str {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    usize::try_from(date.month() - 1)
        .ok()
        .and_then(|at| MONTHS.get(at))
        .copied()
        .unwrap_or_default()
}

/// Date and time in Viet Nam: `thứ Sáu 01/8, 17:00`.
pub fn date_time(lang: Lang, at: Timestamp, today: Date) -> String {
    let local = time::local(at);
    format!("{}, {}", date(lang, local.date(), today), clock(local))
}

/// The time of day in Viet Nam: `17:00`.
pub fn time(at: Timestamp) -> String {
    clock(time::local(at))
}

fn clock(local: DateTime) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// An amount: `10.000 đ`, `10,000 đ`.
pub fn money(lang: Lang, amount: Dong) -> String {
    format!("{} đ", number(lang, amount.0))
}

/// A whole number with its separators: `48.880`, `48,880`.
pub fn number(lang: Lang, value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let separator = match lang {
        Lang::Vi => '.',
        Lang::En => ',',
    };
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// `part` of `whole` in percent with one place, half up, `,0` left out: `97,5 %`, `97.5%`; `–` when `whole` is 0.
pub fn percent(lang: Lang, part: i64, whole: i64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let tenths = (i128::from(part) * 2000 + i128::from(whole)).div_euclid(i128::from(whole) * 2);
    let text = tenths_text(lang, i64::try_from(tenths).unwrap_or(i64::MAX));
    match lang {
        Lang::Vi => format!("{text} %"),
        Lang::En => format!("{text}%"),
    }
}

/// A mean or ratio with one place, half up: `2,4` for 12 of 5; `–` when `whole` is 0.
pub fn ratio_text(lang: Lang, part: i64, whole: i64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let tenths = (i128::from(part) * 20 + i128::from(whole)).div_euclid(i128::from(whole) * 2);
    tenths_text(lang, i64::try_from(tenths).unwrap_or(i64::MAX))
}

fn tenths_text(lang: Lang, tenths: i64) -> String {
    let whole = number(lang, tenths / 10);
    let sign = if tenths < 0 && tenths > -10 { "-" } else { "" };
    match (lang, (tenths % 10).abs()) {
        (_, 0) => format!("{sign}{whole}"),
        (Lang::Vi, place) => format!("{sign}{whole},{place}"),
        (Lang::En, place) => format!("{sign}{whole}.{place}"),
    }
}

/// The text with its first letter in capitals, for a date or a word that begins a sentence.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_date_shows_its_year_only_when_it_is_not_this_year() {
        let today = day(2025, 8, 5);
        assert_eq!(date(Lang::Vi, day(2025, 8, 4), today), "thứ Hai 04/8");
        assert_eq!(date(Lang::Vi, day(2026, 2, 12), today), "thứ Năm 12/02/2026");
        assert_eq!(date(Lang::En, day(2025, 8, 1), today), "Friday 1 Aug");
        assert_eq!(date(Lang::En, day(2024, 12, 31), today), "Tuesday 31 Dec 2024");
        assert_eq!(date_short(Lang::Vi, day(2025, 12, 25), today), "25/12");
        assert_eq!(date_on_paper(Lang::Vi, day(2025, 8, 4)), "04/8/2025");
        assert_eq!(date_on_paper(Lang::En, day(2025, 8, 4)), "4 Aug 2025");
    }

    #[test]
    fn times_are_those_of_viet_nam() {
        let at: Timestamp = "2025-08-01T10:00:00Z".parse().expect("a timestamp");
        assert_eq!(time(at), "17:00");
        assert_eq!(date_time(Lang::Vi, at, day(2025, 8, 5)), "thứ Sáu 01/8, 17:00");
        assert_eq!(date_time(Lang::En, at, day(2025, 8, 5)), "Friday 1 Aug, 17:00");
    }

    #[test]
    fn numbers_and_money_carry_the_separators_of_the_language() {
        assert_eq!(money(Lang::Vi, Dong(10_000)), "10.000 đ");
        assert_eq!(money(Lang::En, Dong(1_234_567)), "1,234,567 đ");
        assert_eq!(number(Lang::Vi, 402), "402");
        assert_eq!(number(Lang::Vi, -1_000), "-1.000");
        assert_eq!(number(Lang::Vi, i64::MIN), "-9.223.372.036.854.775.808");
    }

    #[test]
    fn percent_has_one_place_and_no_needless_zero() {
        assert_eq!(percent(Lang::Vi, 309, 317), "97,5 %");
        assert_eq!(percent(Lang::En, 309, 317), "97.5%");
        assert_eq!(percent(Lang::Vi, 1, 2), "50 %");
        assert_eq!(percent(Lang::Vi, 1, 0), "–");
        assert_eq!(percent(Lang::Vi, 2, 1), "200 %");
        assert_eq!(ratio_text(Lang::Vi, 12, 5), "2,4");
        assert_eq!(ratio_text(Lang::Vi, -1, 2), "-0,5");
    }

    #[test]
    fn a_sentence_can_begin_with_a_date() {
        assert_eq!(capitalised("thứ Hai 04/8"), "Thứ Hai 04/8");
        assert_eq!(capitalised("đến"), "Đến");
        assert_eq!(capitalised(""), "");
    }

    proptest! {
        #[test]
        fn percent_never_fails(part in any::<i64>(), whole in any::<i64>()) {
            prop_assert!(!percent(Lang::Vi, part, whole).is_empty());
            prop_assert!(!ratio_text(Lang::En, part, whole).is_empty());
        }
    }
}

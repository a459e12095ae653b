//! When the centre of a unit receives, in words: the week, and whether it is open now.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use townhall_domain::calendar::{Block, Day, Office};
use townhall_domain::time;
use townhall_text::{Lang, t, t_args};

/// So far ahead an ordinary day of each weekday, or the next opening, is looked for: Tết is shorter.
const DAYS_AHEAD: usize = 35;

/// The ordinary week: "thứ Hai – thứ Sáu: 07:30–11:30, 13:30–17:00".
pub fn week_in_words(lang: Lang, office: &Office<'_>, today: Date) -> String {
    let mut groups: Vec<(Weekday, Weekday, Vec<Block>)> = Vec::new();
    for weekday in Weekday::Monday.cycle_forward().take(7) {
        let Some(blocks) = ordinary(office, today, weekday).filter(|blocks| !blocks.is_empty()) else {
            continue;
        };
        match groups.last_mut() {
            Some((_, last, known)) if *known == blocks && last.wrapping_add(1) == weekday => *last = weekday,
            _ => groups.push((weekday, weekday, blocks)),
        }
    }
    let words = groups.iter().map(|(first, last, blocks)| {
        let hours = blocks_in_words(blocks);
        let day = |day: Weekday| townhall_text::weekday(lang, day);
        if first == last {
            t_args(
                lang,
                "public-hours-day",
                &[("day", day(*first).into()), ("hours", hours.as_str().into())],
            )
        } else {
            t_args(
                lang,
                "public-hours-days",
                &[
                    ("first", day(*first).into()),
                    ("last", day(*last).into()),
                    ("hours", hours.as_str().into()),
                ],
            )
        }
    });
    townhall_text::capitalised(&words.collect::<Vec<_>>().join("; "))
}

/// Whether somebody can come now: "Đang mở cửa, đến 11:30."
pub fn now_in_words(lang: Lang, office: &Office<'_>, now: Timestamp) -> String {
    let (today, clock) = (time::local_date(now), time::local(now).time());
    let blocks = office.reception(today).unwrap_or_default();
    let hour = |time: jiff::civil::Time| format!("{:02}:{:02}", time.hour(), time.minute());
    if let Some(open) = blocks
        .iter()
        .find(|block| block.open <= clock && clock < block.close)
    {
        return t_args(lang, "public-open-now", &[("time", hour(open.close).into())]);
    }
    if let Some(next) = blocks.iter().find(|block| clock < block.open) {
        return t_args(lang, "public-opens-today", &[("time", hour(next.open).into())]);
    }
    let next = today
        .series(jiff::Span::new().days(1))
        .skip(1)
        .take(DAYS_AHEAD)
        .find_map(|day| Some((day, *office.reception(day).ok()?.first()?)));
    match next {
        Some((day, block)) => {
            let when = format!("{}, {}", townhall_text::date(lang, day, today), hour(block.open));
            t_args(lang, "public-opens-later", &[("when", when.as_str().into())])
        }
        None => t(lang, "public-opens-unknown"),
    }
}

/// The reception of the next such weekday that is neither a holiday nor a make-up day.
fn ordinary(office: &Office<'_>, today: Date, weekday: Weekday) -> Option<Vec<Block>> {
    today
        .series(jiff::Span::new().days(1))
        .take(DAYS_AHEAD)
        .filter(|day| day.weekday() == weekday)
        .find(|day| matches!(office.calendar().day(*day), Ok(Day::Working | Day::Weekend)))
        .and_then(|day| office.reception(day).ok())
        .map(<[Block]>::to_vec)
}

fn blocks_in_words(blocks: &[Block]) -> String {
    let words = blocks.iter().map(|block| {
        format!(
            "{:02}:{:02}–{:02}:{:02}",
            block.open.hour(),
            block.open.minute(),
            block.close.hour(),
            block.close.minute()
        )
    });
    words.collect::<Vec<_>>().join(", ")
}

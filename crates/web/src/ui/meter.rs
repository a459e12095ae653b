//! Load meters: how much of a person's day or a team's week is taken. Widths are SVG attributes, never style.

use maud::{Markup, html};
use townhall_text::Dir;

use super::{Ui, Words};

/// What a part of the load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartTone {
    /// Late work, hatched.
    Over,
    /// Work due today.
    Today,
    /// Other work.
    Plain,
    /// Time still free.
    Free,
}

impl PartTone {
    const fn class(self) -> &'static str {
        match self {
            Self::Over => "th-m-over",
            Self::Today => "th-m-today",
            Self::Plain => "th-m-plain",
            Self::Free => "th-m-free",
        }
    }
}

/// A part of the load, with its key in words.
#[derive(Debug, Clone)]
pub struct MeterPart<'a> {
    /// What it is.
    pub tone: PartTone,
    /// Its size, in any unit that all parts share (minutes).
    pub size: u32,
    /// "Quá hạn 1 giờ 30".
    pub words: Words<'a>,
}

/// The load of a day: a bar and its key. `id` must be unique on the page.
pub fn load_meter(ui: &Ui, id: &str, parts: &[MeterPart<'_>]) -> Markup {
    let whole: u64 = parts.iter().map(|part| u64::from(part.size)).sum::<u64>().max(1);
    let label = parts
        .iter()
        .map(|part| part.words.as_ref())
        .collect::<Vec<_>>()
        .join(", ");
    let mut before = 0_u64;
    let bars: Vec<(PartTone, String, String)> = parts
        .iter()
        .map(|part| {
            let (start, size) = (before, u64::from(part.size));
            before += size;
            // In a right-to-left page the day starts at the right edge.
            let start = match ui.dir {
                Dir::Ltr => start,
                Dir::Rtl => whole - start - size,
            };
            (part.tone, share(start, whole), share(size, whole))
        })
        .collect();
    let hatch = format!("{id}-hatch");
    html! {
        svg.th-meter width="100%" height="12" role="img" aria-label=(label) {
            defs {
                pattern id=(hatch) width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect.th-m-over-light width="7" height="7" {}
                    rect.th-m-over width="4" height="7" {}
                }
            }
            @for (tone, start, width) in &bars {
                @if *tone == PartTone::Over {
                    rect x=(start) width=(width) height="12" fill=(format!("url(#{hatch})")) {}
                } @else {
                    rect class=(tone.class()) x=(start) width=(width) height="12" {}
                }
            }
            @for (_, start, _) in bars.iter().filter(|(_, start, _)| start != "0%") {
                line.th-m-gap x1=(start) x2=(start) y2="12" {}
            }
        }
        div.th-row.th-muted.mt-1 {
            @for part in parts { span.th-key.(part.tone.class()) { (part.words) } }
        }
    }
}

/// A quiet bar for a share of work time, with a mark at 100 percent and the excess in red; the words stand beside it.
pub fn share_meter(ui: &Ui, percent: u32) -> Markup {
    let (within, over) = (percent.min(100) * 2, percent.saturating_sub(100).min(49) * 2);
    let turned = (ui.dir == Dir::Rtl).then_some("matrix(-1 0 0 1 300 0)");
    html! {
        svg.th-chart.mt-1 viewBox="0 0 300 8" aria-hidden="true" {
            g transform=[turned] {
                rect.b.th-plain width="200" height="8" {}
                rect.a width=(within) height="8" {}
                @if over > 0 { rect.c x="202" width=(over) height="8" {} }
                line x1="200" x2="200" y2="8" stroke="currentColor" stroke-width="2" {}
            }
        }
    }
}

/// A day with the number of things due on it.
#[derive(Debug, Clone)]
pub struct DayBar<'a> {
    /// "T2 04".
    pub label: Words<'a>,
    /// How many are due.
    pub count: u32,
}

/// What is due on the next days: small bars, each with its number in words.
pub fn day_bars(_ui: &Ui, caption: &str, days: &[DayBar<'_>]) -> Markup {
    let most = days.iter().map(|day| day.count).max().unwrap_or(0).max(1);
    html! {
        figure.m-0.th-wide {
            figcaption.th-muted { (caption) }
            ul.th-days {
                @for day in days {
                    li {
                        b { (day.count) }
                        svg width="100%" height=((day.count * 24 / most).max(2)) aria-hidden="true" {
                            rect.b width="100%" height="100%" {}
                            rect.a width="100%" height="2" {}
                        }
                        span { (day.label) }
                    }
                }
            }
        }
    }
}

/// A share of the whole as a percentage with two places, in integer steps so that pages are the same everywhere.
fn share(part: u64, whole: u64) -> String {
    let hundredths = part * 10_000 / whole;
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => format!("{whole}%"),
        (whole, part) => format!("{whole}.{part:02}%"),
    }
}

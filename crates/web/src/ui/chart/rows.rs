//! Lying bars, a name before and a sentence beside each.

use maud::{Markup, html};
use townhall_text::Dir;

use super::{Chart, at, frame, mirrored, part, px};
use crate::ui::Ui;

const WIDTH: f64 = 380.0;
/// Where bars start, after the names.
const START: f64 = 100.0;
/// The longest bar; the rest of the width is for words.
const LONGEST: f64 = 130.0;
const ROW: f64 = 32.0;

pub(super) fn draw(ui: &Ui, chart: &Chart<'_>, words: &[String]) -> Markup {
    let most = chart
        .series
        .iter()
        .flat_map(|series| series.values.iter().copied())
        .max()
        .unwrap_or(0);
    let thickness = 20.0 / at(chart.series.len().max(1));
    // Text is anchored at its reading start; in a mirrored drawing that is its right end, which `start` means there too.
    let direction = (ui.dir == Dir::Rtl).then_some("rtl");
    let inside = html! {
        @for (row, label) in chart.labels.iter().enumerate() {
            @let top = ROW * at(row) + 4.0;
            text x=(px(mirrored(ui, WIDTH, 0.0, 0.0))) y=(px(top + 14.0)) direction=[direction] { (label) }
            @for (index, series) in chart.series.iter().enumerate() {
                @let length = part(series.values.get(row).copied().unwrap_or(0), most, LONGEST).max(1.0);
                rect class=(series.look.class()) x=(px(mirrored(ui, WIDTH, START, length)))
                    y=(px(top + thickness * at(index))) width=(px(length)) height=(px(thickness)) {}
            }
            @let longest = chart.series.iter()
                .map(|series| part(series.values.get(row).copied().unwrap_or(0), most, LONGEST)).fold(1.0, f64::max);
            @if let Some(words) = words.get(row) {
                text.m x=(px(mirrored(ui, WIDTH, START + longest + 8.0, 0.0))) y=(px(top + 14.0))
                    direction=[direction] { (words) }
            }
        }
    };
    let height = u32::try_from(chart.labels.len())
        .unwrap_or(u32::MAX)
        .saturating_mul(32)
        .saturating_add(4);
    frame(chart, "th-chart-s", 380, height, &inside)
}

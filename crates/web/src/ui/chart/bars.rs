//! Upright bars, side by side or on each other.

use maud::{Markup, html};

use super::{Chart, Look, at, frame, label_step, mirrored, part, px, scale};
use crate::ui::Ui;

const WIDTH: f64 = 760.0;
const TOP: f64 = 12.0;
const FLOOR: f64 = 162.0;
const HEIGHT: u32 = 182;
/// Room for the numbers of the value axis.
const EDGE: f64 = 34.0;

pub(super) fn draw(ui: &Ui, chart: &Chart<'_>, stacked: bool) -> Markup {
    let most = (0..chart.labels.len())
        .map(|label| {
            let values = chart
                .series
                .iter()
                .map(|series| series.values.get(label).copied().unwrap_or(0));
            if stacked {
                values.sum()
            } else {
                values.max().unwrap_or(0)
            }
        })
        .max()
        .unwrap_or(0);
    let (end, step) = scale(most);
    let slot = (WIDTH - EDGE) / at(chart.labels.len().max(1));
    let every = label_step(slot);
    let hatch = format!("{}-hatch", chart.id);
    let inside = html! {
        defs {
            pattern id=(hatch) width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect.c width="6" height="6" {}
                line.th-hatch x1="0" x2="0" y2="6" {}
            }
        }
        (grid(ui, end, step))
        @for (label, words) in chart.labels.iter().enumerate() {
            @let start = EDGE + slot * at(label);
            @for bar in stack(chart, label, stacked) {
                @let height = part(bar.value, end, FLOOR - TOP);
                @let width = bar.width * slot;
                rect class=[(bar.look != Look::Bad).then_some(bar.look.class())]
                    fill=[(bar.look == Look::Bad).then(|| format!("url(#{hatch})"))]
                    x=(px(mirrored(ui, WIDTH, start + bar.offset * slot, width)))
                    y=(px(FLOOR - height - part(bar.below, end, FLOOR - TOP)))
                    width=(px(width)) height=(px(height)) {}
            }
            @if label % every == 0 {
                text.m x=(px(mirrored(ui, WIDTH, start + slot / 2.0, 0.0))) y="177" text-anchor="middle" { (words) }
            }
        }
    };
    frame(chart, "th-chart-wide", 760, HEIGHT, &inside)
}

/// Thin lines with their values.
pub(super) fn grid(ui: &Ui, end: i64, step: i64) -> Markup {
    let from = mirrored(ui, WIDTH, EDGE - 4.0, 0.0);
    let to = mirrored(ui, WIDTH, WIDTH, 0.0);
    let label = mirrored(ui, WIDTH, EDGE - 8.0, 0.0);
    html! {
        @for value in [0, step, step * 2, end] {
            @let y = FLOOR - part(value, end, FLOOR - TOP);
            line.g x1=(px(from)) x2=(px(to)) y1=(px(y)) y2=(px(y)) {}
            text.m x=(px(label)) y=(px(y + 4.0)) text-anchor="end" { (ui.number(value)) }
        }
    }
}

struct Bar {
    look: Look,
    value: i64,
    /// The sum of what stands below it.
    below: i64,
    /// Start and width as parts of the slot.
    offset: f64,
    width: f64,
}

fn stack(chart: &Chart<'_>, label: usize, stacked: bool) -> Vec<Bar> {
    let mut below = 0;
    let count = at(chart.series.len().max(1));
    chart
        .series
        .iter()
        .enumerate()
        .map(|(index, series)| {
            let value = series.values.get(label).copied().unwrap_or(0);
            let bar = if stacked {
                Bar {
                    look: series.look,
                    value,
                    below,
                    offset: 0.2,
                    width: 0.6,
                }
            } else {
                let width = 0.72 / count;
                Bar {
                    look: series.look,
                    value,
                    below: 0,
                    offset: 0.14 + width * at(index),
                    width: width * 0.92,
                }
            };
            below += value;
            bar
        })
        .collect()
}

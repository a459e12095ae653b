//! Lines over a long course of time.

use maud::{Markup, html};

use super::bars::grid;
use super::{Chart, Look, at, frame, label_step, mirrored, part, px, scale};
use crate::ui::Ui;

const WIDTH: f64 = 760.0;
const TOP: f64 = 12.0;
const FLOOR: f64 = 162.0;
const EDGE: f64 = 34.0;

pub(super) fn draw(ui: &Ui, chart: &Chart<'_>) -> Markup {
    let most = chart
        .series
        .iter()
        .flat_map(|series| series.values.iter().copied())
        .max()
        .unwrap_or(0);
    let (end, step) = scale(most);
    let slot = (WIDTH - EDGE) / at(chart.labels.len().max(1));
    let every = label_step(slot);
    let x = |index: usize| mirrored(ui, WIDTH, EDGE + slot * (at(index) + 0.5), 0.0);
    let y = |value: i64| FLOOR - part(value, end, FLOOR - TOP);
    let inside = html! {
        (grid(ui, end, step))
        @for (index, words) in chart.labels.iter().enumerate().step_by(every) {
            text.m x=(px(x(index))) y="177" text-anchor="middle" { (words) }
        }
        @for series in &chart.series {
            @let points: Vec<String> = series.values.iter().enumerate()
                .map(|(index, value)| format!("{},{}", px(x(index)), px(y(*value)))).collect();
            polyline class=(line_class(series.look)) points=(points.join(" ")) {}
            // The last value stands at the end of its line, so that nobody has to follow it to the axis.
            @if let Some((index, value)) = series.values.iter().enumerate().next_back() {
                circle class=(series.look.class()) cx=(px(x(index))) cy=(px(y(*value))) r="3.5" {}
                text x=(px(x(index))) y=(px(y(*value) - 8.0)) text-anchor="middle" { (ui.number(*value)) }
            }
        }
    };
    frame(chart, "th-chart-wide", 760, 182, &inside)
}

const fn line_class(look: Look) -> &'static str {
    match look {
        Look::Full => "th-stroke th-stroke-a",
        Look::Light => "th-stroke th-stroke-b",
        Look::Bad => "th-stroke th-stroke-c",
    }
}

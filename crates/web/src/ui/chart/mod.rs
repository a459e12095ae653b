//! Charts drawn by the server as SVG, with a title, a description and the table behind them.
//!
//! The heading over a chart says the finding, not the topic. Fewer than four values are written, not drawn.
//! Colour is never alone: light bars have an outline, late ones a hatching, lines their own dashes.

mod bars;
mod line;
mod rows;

use maud::{Markup, html};
use townhall_text::Dir;

use super::{Ui, Words};

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Full colour.
    Full,
    /// Light with an outline.
    Light,
    /// Bad news: red, hatched.
    Bad,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Self::Full => "a",
            Self::Light => "b",
            Self::Bad => "c",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Full => "th-key th-k-a",
            Self::Light => "th-key th-k-b",
            Self::Bad => "th-key th-m-over",
        }
    }
}

/// A series of values, one for each label.
#[derive(Debug, Clone)]
pub struct Series<'a> {
    /// "Tiếp nhận".
    pub name: Words<'a>,
    /// How it is drawn.
    pub look: Look,
    /// Its values, none below 0.
    pub values: Vec<i64>,
    /// For each value the rows behind it; empty for none.
    pub hrefs: Vec<Words<'a>>,
}

/// A chart: what it shows, in words and numbers.
#[derive(Debug, Clone)]
pub struct Chart<'a> {
    /// Unique on the page.
    pub id: &'a str,
    /// What it shows: "Hồ sơ tiếp nhận và giải quyết theo ngày".
    pub title: Words<'a>,
    /// What one sees: from where to where, the highest.
    pub description: Words<'a>,
    /// What the labels are: "Ngày"; the first heading of the table.
    pub axis: Words<'a>,
    /// One for each value.
    pub labels: Vec<Words<'a>>,
    /// What is drawn; bars stand side by side or on each other in this order.
    pub series: Vec<Series<'a>>,
}

/// Upright bars side by side, for a course of days.
pub fn bar_chart(ui: &Ui, chart: &Chart<'_>) -> Markup {
    with_table(ui, chart, &bars::draw(ui, chart, false))
}

/// Upright bars on each other, for parts of a whole.
pub fn stacked_chart(ui: &Ui, chart: &Chart<'_>) -> Markup {
    with_table(ui, chart, &bars::draw(ui, chart, true))
}

/// Lines, for a long course.
pub fn line_chart(ui: &Ui, chart: &Chart<'_>) -> Markup {
    with_table(ui, chart, &line::draw(ui, chart))
}

/// Lying bars with a sentence beside each (`words`, one for each label), for a handful of names.
pub fn row_chart(ui: &Ui, chart: &Chart<'_>, words: &[String]) -> Markup {
    with_table(ui, chart, &rows::draw(ui, chart, words))
}

/// The key of the series, for the end of the heading line.
pub fn legend(_ui: &Ui, chart: &Chart<'_>) -> Markup {
    html! { @for series in &chart.series { span.th-muted.(series.look.key()) { (series.name) } } }
}

/// The table behind a chart, open when the page is printed.
fn with_table(ui: &Ui, chart: &Chart<'_>, drawing: &Markup) -> Markup {
    html! {
        div.th-scroll.th-chart-box role="group" tabindex="0" aria-label=(chart.title) { (drawing) }
        details open[ui.print] {
            summary.th-muted { (ui.t("ui-chart-table")) }
            div.th-scroll.th-tall role="group" tabindex="0"
                aria-label=(format!("{}: {}", ui.t("ui-chart-figures"), chart.title)) {
                table.table {
                    caption.visually-hidden { (chart.title) }
                    thead {
                        tr {
                            th scope="col" { (chart.axis) }
                            @for series in &chart.series { th.th-num scope="col" { (series.name) } }
                        }
                    }
                    tbody {
                        @for (at, label) in chart.labels.iter().enumerate() {
                            tr {
                                th.fw-normal scope="row" { (label) }
                                @for series in &chart.series {
                                    @let value = ui.number(series.values.get(at).copied().unwrap_or(0));
                                    td.th-num {
                                        @match series.hrefs.get(at).filter(|href| !href.is_empty()) {
                                            Some(href) => a href=(href) { (value) },
                                            None => (value),
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The opening of every drawing: role, title, description.
fn frame(chart: &Chart<'_>, class: &str, width: u32, height: u32, inside: &Markup) -> Markup {
    let (title, description) = (format!("{}-title", chart.id), format!("{}-desc", chart.id));
    html! {
        svg.th-chart.(class) viewBox=(format!("0 0 {width} {height}")) role="img"
            aria-labelledby=(format!("{title} {description}")) {
            title id=(title) { (chart.title) }
            desc id=(description) { (chart.description) }
            (inside)
        }
    }
}

/// The ends of the value axis: 0 and a round number not below `most`, in steps that divide it.
fn scale(most: i64) -> (i64, i64) {
    const STEPS: [i64; 5] = [1, 2, 4, 5, 8];
    let most = most.clamp(4, 100_000_000_000_000_000);
    let mut power = 1_i64;
    loop {
        // Three steps over the axis are enough to read a value and few enough to stay calm.
        if let Some(step) = STEPS
            .into_iter()
            .map(|step| step * power)
            .find(|step| step * 3 >= most)
        {
            return (step * 3, step);
        }
        power *= 10;
    }
}

/// A coordinate with one place; counts are far below 2^52, so nothing is lost.
#[expect(clippy::cast_precision_loss, reason = "counts of a chart are far below 2^52")]
fn part(value: i64, whole: i64, length: f64) -> f64 {
    (value.max(0) as f64) / (whole.max(1) as f64) * length
}

/// The index of a bar as a coordinate.
fn at(index: usize) -> f64 {
    f64::from(u32::try_from(index).unwrap_or(u32::MAX))
}

/// Labels need 44 units; where slots are narrower, only every second, third … label is written.
fn label_step(slot: f64) -> usize {
    (1..=100).find(|every| slot * at(*every) >= 44.0).unwrap_or(100)
}

/// A coordinate as text, always with one place, so that pages are the same on every machine.
fn px(value: f64) -> String {
    format!("{value:.1}")
}

/// The left end of something `width` wide, mirrored in a right-to-left page: time runs from right to left there.
fn mirrored(ui: &Ui, whole: f64, start: f64, width: f64) -> f64 {
    match ui.dir {
        Dir::Ltr => start,
        Dir::Rtl => whole - start - width,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number_above_every_value() {
        assert_eq!(scale(21), (24, 8));
        assert_eq!(scale(0), (6, 2));
        assert_eq!(scale(231), (240, 80));
        for most in [1, 7, 24, 25, 99, 100, 402, 48_880, 1_000_000] {
            let (end, step) = scale(most);
            assert!(
                end >= most && end % step == 0 && end / step == 3,
                "{most}: {end} by {step}"
            );
        }
    }
}

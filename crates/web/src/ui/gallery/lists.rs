//! The gallery's lists, tables, meters, figures and charts.

use maud::{Markup, html};
use townhall_domain::deadline::{Amount, StandingKind};

use super::standing;
use crate::ui::chart::{Chart, Look, Series, bar_chart, legend, line_chart, row_chart, stacked_chart};
use crate::ui::{
    CheckRow, Column, DayBar, DueChip, Figure, Icon, ListGroup, MeterPart, PartTone, Sort, Tab, Tone, Ui,
    WorkItem, badge, check_list, code, day_bars, figures, filter_bar, load_meter, pager, share_meter, table,
    tabs, work_list,
};

const RECEIVED: [i64; 12] = [9, 11, 14, 12, 15, 17, 14, 16, 18, 17, 19, 21];
const RESOLVED: [i64; 12] = [3, 6, 9, 8, 11, 12, 11, 13, 14, 13, 15, 16];
const LATE: [i64; 12] = [0, 0, 1, 0, 0, 2, 0, 0, 1, 0, 3, 1];

fn chart<'a>(ui: &Ui, id: &'a str, with_late: bool) -> Chart<'a> {
    let series = |key: &str, look, values: &[i64]| Series {
        name: ui.t(&format!("gallery-chart-{key}")).into(),
        look,
        values: values.to_vec(),
        hrefs: values.iter().map(|_| "#g-table".into()).collect(),
    };
    let mut shown = vec![
        series("received", Look::Light, &RECEIVED),
        series("resolved", Look::Full, &RESOLVED),
    ];
    if with_late {
        shown.push(series("late", Look::Bad, &LATE));
    }
    Chart {
        id,
        title: ui.t("gallery-chart-title").into(),
        description: ui.t("gallery-chart-description").into(),
        axis: ui.t("common-date").into(),
        labels: (0..12).map(|at| format!("{}/7", at + 14).into()).collect(),
        series: shown,
    }
}

pub(super) fn bars(ui: &Ui) -> Markup {
    let chart = chart(ui, "bars", false);
    html! { div.card-body { p.th-row.mb-1 { (legend(ui, &chart)) } (bar_chart(ui, &chart)) } }
}

pub(super) fn stacked(ui: &Ui) -> Markup {
    let chart = chart(ui, "stack", true);
    html! { div.card-body { p.th-row.mb-1 { (legend(ui, &chart)) } (stacked_chart(ui, &chart)) } }
}

pub(super) fn lines(ui: &Ui) -> Markup {
    let chart = chart(ui, "line", true);
    html! { div.card-body { p.th-row.mb-1 { (legend(ui, &chart)) } (line_chart(ui, &chart)) } }
}

pub(super) fn rows(ui: &Ui) -> Markup {
    let mut chart = chart(ui, "rows", false);
    chart.labels = ["certification", "civil", "business"]
        .iter()
        .map(|key| ui.t(&format!("gallery-field-of-{key}")).into())
        .collect();
    chart.series[0].values = vec![231, 88, 31];
    chart.series[1].values = vec![229, 61, 17];
    let words: Vec<String> = [(231, 229), (88, 61), (31, 17)]
        .into_iter()
        .map(|(received, resolved)| {
            ui.t_args(
                "gallery-chart-row",
                &[("received", received.into()), ("resolved", resolved.into())],
            )
        })
        .collect();
    html! { div.card-body { (row_chart(ui, &chart, &words)) } }
}

pub(super) fn load(ui: &Ui) -> Markup {
    let part = |tone, size, key: &str| MeterPart {
        tone,
        size,
        words: ui.t(&format!("gallery-load-{key}")).into(),
    };
    let parts = [
        part(PartTone::Over, 90, "over"),
        part(PartTone::Today, 220, "today"),
        part(PartTone::Free, 140, "free"),
    ];
    let days: Vec<DayBar<'_>> = [("05/8", 7), ("06/8", 4), ("07/8", 6), ("08/8", 9), ("11/8", 3)]
        .into_iter()
        .map(|(label, count)| DayBar {
            label: label.into(),
            count,
        })
        .collect();
    html! {
        div.card-body.th-load {
            div { (load_meter(ui, "load", &parts)) }
            (day_bars(ui, &ui.t("gallery-load-days"), &days))
        }
        div.card-body.border-top {
            div.th-row {
                b { "Trần Quốc Bảo" }
                span.th-end { (badge(ui, Tone::Bad, Icon::ALERT, &ui.percent(118, 100))) }
            }
            (share_meter(ui, 118))
            div.th-row { b { "Rơ Chăm H'Lan" } span.th-end { (ui.percent(52, 100)) } }
            (share_meter(ui, 52))
        }
    }
}

pub(super) fn work(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-work-{key}"));
    let item = |id: &'static str, key: &str, due, current| WorkItem {
        id: id.into(),
        kind: (Icon::FILES, words("kind").into()),
        title: words(key).into(),
        href: "#g-list".into(),
        line: html! { "Điểu Xuân Thành · " (code("H36.24682-250725-0004")) },
        due: Some(due),
        preview: None,
        current,
    };
    let groups = [
        ListGroup {
            heading: words("late").into(),
            count: words("count").into(),
            items: vec![item(
                "1",
                "first",
                DueChip::of(ui, &standing(StandingKind::Over, Amount::WorkingDays(1), 4, 17)),
                false,
            )],
        },
        ListGroup {
            heading: townhall_text::capitalised(&ui.date(ui.today())).into(),
            count: words("count").into(),
            items: vec![
                item(
                    "2",
                    "second",
                    DueChip::of(
                        ui,
                        &standing(StandingKind::Today, Amount::WorkingMinutes(320), 5, 17),
                    ),
                    true,
                ),
                item(
                    "3",
                    "third",
                    DueChip::of(ui, &standing(StandingKind::Soon, Amount::WorkingDays(1), 6, 17)),
                    false,
                ),
            ],
        },
    ];
    let tab = |key: &str, count, current| Tab {
        label: words(key).into(),
        count: Some(count),
        href: "#g-list".into(),
        current,
    };
    html! {
        div.card-body {
            (tabs(ui, &words("views"), &[tab("all", 31, true), tab("late", 2, false)]))
        }
        (work_list(ui, &groups, true))
    }
}

pub(super) fn table_part(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-chart-{key}"));
    let columns = [
        Column::text(ui.t("gallery-column-field")).sorted_by("field"),
        Column::number(words("received")).sorted_by("received"),
        Column::number(words("late")),
    ];
    let rows = html! {
        @for (key, received, late) in [("certification", 231, 0), ("civil", 88, 2), ("business", 31, 0)] {
            tr {
                th.fw-normal scope="row" { (ui.t(&format!("gallery-field-of-{key}"))) }
                td.th-num { a href="#g-table" { (received) } }
                td.th-num { (late) }
            }
        }
    };
    html! {
        div.card-body.pb-0 {
            (filter_bar(ui, "#g-table", &crate::ui::text(ui, &crate::ui::Field::new("q", ui.t("common-search"))),
                &[(ui.t("gallery-work-late"), "#g-table".to_owned())]))
        }
        (table(ui, &ui.t("gallery-table"), &columns, Some(Sort::parse("-received")), &rows))
        div.card-body { (pager(ui, &ui.t_args("common-results", &[("count", 402.into())]), false, Some("k3"))) }
    }
}

pub(super) fn check(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-check-{key}"));
    let button = |key: &str| {
        let label = format!("{}: {}", words("upload"), words(key));
        html! { button.btn.btn-sm type="button" aria-label=(label) { (Icon::UPLOAD) " " (words("upload")) } }
    };
    check_list(
        ui,
        &[
            CheckRow {
                name: words("form").into(),
                note: words("must").into(),
                tick: Some(("component".into(), "1".into(), true)),
                source: CheckRow::source_words(Icon::DATABASE, &words("database")),
                status: badge(ui, Tone::Ok, Icon::CHECK, &words("enough")),
                action: button("form"),
                missing: false,
            },
            CheckRow {
                name: words("divorce").into(),
                note: words("if").into(),
                tick: Some(("component".into(), "2".into(), false)),
                source: CheckRow::source_words(Icon::FILE, &words("paper")),
                status: badge(ui, Tone::Warn, Icon::ALERT, &words("missing")),
                action: button("divorce"),
                missing: true,
            },
        ],
    )
}

pub(super) fn figure_cards(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-chart-{key}"));
    let figure = |key: &str, value: String, bad| Figure {
        label: words(key).into(),
        value: value.into(),
        note: ui.t("gallery-figure-note").into(),
        href: "#g-table".into(),
        bad,
    };
    html! {
        div.card-body {
            (figures(ui, &[
                figure("received", ui.number(402), false),
                figure("on-time", ui.percent(309, 317), false),
                figure("late", ui.number(4), true),
            ]))
        }
    }
}

//! The four classes by unit and by lead post; every number opens its rows.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::task::{TaskReport, task_report};
use townhall_domain::task::{Class, Tally};

use super::filter::Asked;
use super::list::figures;
use super::{post_lines, unit_name};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Column, Page, Place, Ui};

/// The figures.
pub async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let ui = signed.ui(&app);
    let asked = asked.for_figures();
    let filter = asked.filter(&app, &ui, &signed.actor);
    let found = app
        .town
        .read("task_report", &signed.actor, move |tx, cx| {
            task_report(tx, cx, &filter)
        })
        .await;
    let report = match found {
        Ok(report) => report,
        Err(error) => return signed.refuse(&app, &error),
    };
    let heading = ui.t("task-report-heading");
    let period = period(&ui, &asked);
    let main = html! {
        (ui::print_head(&ui, &period))
        (ui::breadcrumb(&ui, &[(&ui.t("ui-place-tasks"), "/tasks")], &html! { (heading) }))
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (period) } }, &html! {}))
        (figures(&ui, &asked, &report.total))
        (by_unit(&app, &ui, &asked, &report))
        (by_post(&ui, &asked, &report))
        p.th-muted.mt-3 { (ui.t("task-report-rule")) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Tasks), &main).into_response()
}

fn period(ui: &Ui, asked: &Asked) -> String {
    let (from, to) = asked.period();
    let words = |day: Option<jiff::civil::Date>| {
        day.map_or_else(
            || "…".to_owned(),
            |day| townhall_text::date_on_paper(ui.lang, day),
        )
    };
    if from.is_none() && to.is_none() {
        ui.t("task-report-ever")
    } else {
        ui.t_args(
            "task-report-period",
            &[("from", words(from).into()), ("to", words(to).into())],
        )
    }
}

/// By unit; one unit alone stands in the figures above.
fn by_unit(app: &App, ui: &Ui, asked: &Asked, report: &TaskReport) -> Markup {
    let units = report.by_unit();
    let rows = html! {
        @for (unit, tally) in &units {
            tr {
                th.fw-normal scope="row" { a href=(asked.address("/tasks/report", &[("unit", unit.code())])) { (unit_name(app, ui, unit)) } }
                (numbers(ui, tally, |class| asked.address("/tasks", &[("unit", unit.code()), ("class", class)])))
            }
        }
        (total(ui, asked, &report.total))
    };
    html! {
        @if units.len() > 1 {
            h2.th-h.mt-3 { (ui.t("task-report-by-unit")) }
            (ui::table(ui, &ui.t("task-report-by-unit"), &columns(ui, &ui.t("task-unit")), None, &rows))
        }
    }
}

fn by_post(ui: &Ui, asked: &Asked, report: &TaskReport) -> Markup {
    let rows = html! {
        @for line in &report.lines {
            @let post = line.post.to_string();
            tr {
                th.fw-normal scope="row" { (post_lines(ui, &report.posts, line.post)) }
                (numbers(ui, &line.tally, |class| asked.address("/tasks", &[("lead", &post), ("class", class)])))
            }
        }
        (total(ui, asked, &report.total))
    };
    html! {
        h2.th-h.mt-3 { (ui.t("task-report-by-post")) }
        (ui::table(ui, &ui.t("task-report-by-post"), &columns(ui, &ui.t("task-lead")), None, &rows))
    }
}

fn columns<'a>(ui: &Ui, first: &str) -> Vec<Column<'a>> {
    let mut columns = vec![Column::text(first.to_owned())];
    columns.extend(
        Class::ALL
            .iter()
            .map(|class| Column::number(ui.t(&format!("task-class-{}", class.as_str())))),
    );
    columns.push(Column::number(ui.t("task-report-sum")));
    columns.push(Column::number(ui.t("task-report-rate")));
    columns
}

fn total(ui: &Ui, asked: &Asked, tally: &Tally) -> Markup {
    html! {
        tr {
            th scope="row" { (ui.t("task-report-total")) }
            (numbers(ui, tally, |class| asked.address("/tasks", &[("class", class)])))
        }
    }
}

fn numbers(ui: &Ui, tally: &Tally, href: impl Fn(&str) -> String) -> Markup {
    let (on_time, should_be) = tally.on_time();
    html! {
        @for class in Class::ALL {
            td.th-num {
                @if tally.of(*class) == 0 { (ui.number(0)) }
                @else { a href=(href(class.as_str())) { (ui.number(tally.of(*class))) } }
            }
        }
        td.th-num { b { (ui.number(tally.reported())) } }
        td.th-num { (ui.percent(on_time, should_be)) }
    }
}

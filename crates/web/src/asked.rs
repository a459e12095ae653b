//! The page "What the reports asked": each of the 75 records with its reference and what answers it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::asked::{Answer, Record, asked};
use townhall_domain::permission::Right;
use townhall_text::{Arg, Lang};

use crate::routes::{Need, Routes};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Column, Icon, Page, Place, Tone, Ui, badge, code};

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    Routes::new(app).get("/asked", Need::Right(Right::ReadStatistics), show)
}

const REPORTS: [&str; 4] = ["thuan-an", "cu-jut", "quang-tri-party-office", "hoa-binh"];

async fn show(State(app): State<App>, signed: Signed) -> Response {
    let rows = match app.town.read("asked", &signed.actor, asked).await {
        Ok(rows) => rows,
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let heading = ui.t("ui-place-asked");
    let answered = rows
        .iter()
        .filter(|(_, answer)| *answer != Answer::NotYet)
        .count();
    let context = ui.t_args(
        "asked-answered",
        &[("answered", Arg::from(answered)), ("all", Arg::from(rows.len()))],
    );
    let main = html! {
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (context) } }, &html! {}))
        p.th-muted { (ui.t("asked-intro")) }
        @for report in REPORTS {
            @let of: Vec<_> = rows.iter().filter(|(record, _)| record.unit == report).collect();
            section.card.mb-3 aria-labelledby=(report) {
                div.card-header { h2.th-h id=(report) { (ui.t(&format!("asked-report-{report}"))) } span.th-muted { (of.len()) } }
                (table(&ui, report, &of))
            }
        }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Asked), &main).into_response()
}

fn table(ui: &Ui, report: &str, rows: &[&(&'static Record, Answer)]) -> Markup {
    let columns = [
        Column::text(ui.t("asked-reference")),
        Column::text(ui.t("asked-kind")),
        Column::text(ui.t("asked-text")),
        Column::text(ui.t("asked-answer")),
    ];
    let body = html! {
        @for (record, answer) in rows {
            tr {
                td.text-nowrap { (code(&record.id)) }
                td.text-nowrap { (ui.t(&format!("asked-kind-{}", record.kind))) }
                td { (if ui.lang == Lang::Vi { &record.vi } else { &record.en }) @if let Some(due) = record.due() { br; span.th-muted { (ui.t_args("asked-due", &[("date", ui.date_short(due).into())])) } } }
                td.text-nowrap {
                    @match answer {
                        Answer::At(href) => { a href=(href) { (Icon::ARROW_RIGHT) " " (ui.t(if href.starts_with("/tasks/") { "asked-task" } else { "asked-open" })) } },
                        Answer::Elsewhere => { span.th-muted { (ui.t("asked-elsewhere")) } },
                        Answer::NotYet => { (badge(ui, Tone::Plain, Icon::HOURGLASS, &ui.t("asked-not-yet"))) },
                    }
                }
            }
        }
    };
    ui::table(
        ui,
        &ui.t(&format!("asked-report-{report}")),
        &columns,
        None,
        &body,
    )
}

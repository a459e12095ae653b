//! The service quality index on a page: each part with its formula, what was counted, and how sure it is.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::error::AppError;
use townhall_app::quality::{Counted, Part, QualityIndex, Worth, quality_index};
use townhall_app::statistics::{Measure, unit_of};
use townhall_domain::words::Mark;
use townhall_text::Lang;

use super::Asked;
use crate::csv;
use crate::dossier::unit_name;
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Choice, Column, Field, Icon, Page, Place, Ui, href, with_query};

const PERIODS: [&str; 4] = ["week", "month", "quarter", "year"];

async fn load(app: &App, signed: &Signed, asked: &Asked) -> Result<QualityIndex, AppError> {
    let (choice, code) = (asked.choice()?, asked.unit.clone());
    app.town
        .read("quality_index", &signed.actor, move |tx, cx| {
            let unit = match (code.as_str(), cx.actor.unit()) {
                ("", Some(own)) => own.clone(),
                (code, _) => unit_of(cx, code, cx.today())?,
            };
            quality_index(tx, cx, &unit, choice.days(cx.today()))
        })
        .await
}

/// The page.
pub async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let seen = match load(&app, &signed, &asked).await {
        Ok(seen) => seen,
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let heading = ui.t("dashboard-quality");
    let period = format!(
        "{} · {} – {}",
        unit_name(&app, &ui, &seen.unit),
        ui.date_short(seen.days.from),
        ui.date_short(seen.days.to)
    );
    let (sum, most) = seen.computed();
    let may_export = signed.actor.holds(townhall_domain::permission::Right::Export);
    let main = html! {
        (ui::print_head(&ui, &period))
        (ui::breadcrumb(&ui, &[(&ui.t("ui-place-dashboard"), "/dashboard")], &html! { (heading) }))
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (period) } }, &html! {
            a.btn.btn-sm href=(with_query(&ui.path, "print", "1")) { (Icon::PRINTER) " " (ui.t("dashboard-print")) }
            @if may_export { a.btn.btn-sm href=(ui.path.replacen("/dashboard/quality", "/dashboard/quality.csv", 1)) { (Icon::DOWNLOAD) " " (ui.t("dossiers-export")) } }
        }))
        (chooser(&ui, &asked))
        p {
            b { (ui.t_args("quality-sum", &[("points", tenths(&ui, sum).into()), ("most", tenths(&ui, most).into())])) } " "
            (ui.t_args("quality-unknown", &[("points", tenths(&ui, seen.unknown_tenths()).into())]))
        }
        (table(&ui, &seen))
        p.th-muted { (ui.t("quality-source")) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Dashboard), &main).into_response()
}

fn chooser(ui: &Ui, asked: &Asked) -> Markup {
    let choices: Vec<Choice<'_>> = PERIODS
        .iter()
        .map(|word| Choice::new(*word, ui.t(&format!("dashboard-period-{word}"))))
        .collect();
    let chosen = if PERIODS.contains(&asked.period.as_str()) {
        asked.period.as_str()
    } else {
        "quarter"
    };
    let fields = html! {
        @if !asked.unit.is_empty() { (ui::hidden("unit", &asked.unit)) }
        (ui::select(ui, &Field::new("period", ui.t("dashboard-period")).value(chosen.to_owned()), &choices, None))
    };
    ui::filter_bar(ui, "/dashboard/quality", &fields, &[])
}

/// Tenths of a point in words: `5,5`.
fn tenths(ui: &Ui, tenths: i64) -> String {
    let mark = if ui.lang == Lang::Vi { "," } else { "." };
    format!("{}{mark}{}", tenths / 10, tenths % 10)
}

fn table(ui: &Ui, seen: &QualityIndex) -> Markup {
    let columns = [
        Column::text(ui.t("quality-part")),
        Column::text(ui.t("quality-counted")),
        Column::number(ui.t("quality-points")),
        Column::number(ui.t("quality-most")),
    ];
    let begins = |place: usize| place == 0 || seen.parts[place - 1].group != seen.parts[place].group;
    let rows = html! {
        @for (place, part) in seen.parts.iter().enumerate() {
            @if begins(place) {
                tr { th colspan="4" scope="rowgroup" { (ui.t(&format!("quality-group-{}", part.group))) } }
            }
            (row(ui, seen, part))
        }
    };
    ui::table(ui, &ui.t("dashboard-quality"), &columns, None, &rows)
}

fn row(ui: &Ui, seen: &QualityIndex, part: &Part) -> Markup {
    html! {
        tr {
            td {
                b { (ui.t(&format!("quality-{}", part.key))) } br;
                span.th-muted.text-wrap { (ui.t(&format!("quality-formula-{}", part.key))) @if part.mark < Mark::High { " [" (part.mark.letter()) "]" } }
            }
            @match part.worth {
                Worth::Points { score, part: counted, whole } => {
                    td { (number(ui, seen, counted)) " / " (number(ui, seen, whole)) }
                    td.th-num { b { (tenths(ui, score.tenths)) } }
                },
                Worth::Nothing => { td.th-muted { (ui.t("quality-nothing")) } td.th-num { "–" } },
                Worth::NoData => { td.text-wrap { (Icon::INFO) " " (ui.t(&format!("quality-why-{}", part.key))) } td.th-num { "–" } },
            }
            td.th-num { (tenths(ui, part.most_tenths)) }
        }
    }
}

/// A number that opens what it counts.
fn number(ui: &Ui, seen: &QualityIndex, (count, what): (i64, Counted)) -> Markup {
    let (from, to) = (seen.days.from.to_string(), seen.days.to.to_string());
    let of_figure = |measure: Measure| {
        href(
            "/dossiers",
            &[
                ("measure", measure.as_str()),
                ("from", &from),
                ("to", &to),
                ("unit", seen.unit.code()),
                ("below", "1"),
            ],
        )
    };
    let words = ui.number(count);
    let address = match what {
        Counted::Dossiers(measure) if seen.reads_dossiers => of_figure(measure),
        Counted::Procedures => "/procedures".to_owned(),
        Counted::Dossiers(_) | Counted::Online | Counted::Satisfied => String::new(),
    };
    html! {
        @if address.is_empty() { (words) } @else { a href=(address) { (words) } }
        // Two ways of coming, two lists; what was disliked is taken from what was in time.
        @if seen.reads_dossiers {
            @match what {
                Counted::Online => {
                    " (" @for (place, channel) in ["portal", "online"].into_iter().enumerate() {
                        @if place > 0 { ", " }
                        a href=(with_query(&of_figure(Measure::Received), "channel", channel)) { (ui.t(&format!("dossier-channel-{channel}"))) }
                    } ")"
                },
                Counted::Satisfied => {
                    " (" a href=(of_figure(Measure::ReceivedInTime)) { (ui.t("dashboard-measure-received_in_time")) } " − "
                    a href=(of_figure(Measure::Disliked)) { (ui.t("dashboard-measure-disliked")) } ")"
                },
                Counted::Dossiers(_) | Counted::Procedures => {},
            }
        }
    }
}

/// The same as a file for a spreadsheet.
pub async fn export(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    match load(&app, &signed, &asked).await {
        Ok(seen) => file(&signed.ui(&app), &seen),
        Err(error) => signed.refuse(&app, &error),
    }
}

/// The same for whoever asks: a page or a program.
pub(crate) fn file(ui: &Ui, seen: &QualityIndex) -> Response {
    let head = [
        "quality-group",
        "quality-part",
        "quality-formula",
        "quality-numerator",
        "quality-denominator",
        "quality-points",
        "quality-most",
        "quality-mark",
    ];
    let mut lines = vec![csv::line(head.map(|key| ui.t(key)))];
    for part in &seen.parts {
        let (numerator, denominator, points) = match part.worth {
            Worth::Points { score, part, whole } => {
                (part.0.to_string(), whole.0.to_string(), tenths(ui, score.tenths))
            }
            Worth::Nothing => (String::new(), String::new(), ui.t("quality-nothing")),
            Worth::NoData => (
                String::new(),
                String::new(),
                ui.t(&format!("quality-why-{}", part.key)),
            ),
        };
        lines.push(csv::line([
            ui.t(&format!("quality-group-{}", part.group)),
            ui.t(&format!("quality-{}", part.key)),
            ui.t(&format!("quality-formula-{}", part.key)),
            numerator,
            denominator,
            points,
            tenths(ui, part.most_tenths),
            part.mark.letter().to_string(),
        ]));
    }
    let name = format!("chi-so-766-{}-{}.csv", seen.unit.code(), seen.days.to);
    csv::file(&name, &lines)
}

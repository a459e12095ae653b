//! The dashboard of a unit: a picture of the day for its leader. Every number opens its rows.

mod parts;
mod province;
mod quality;
mod ratings;

pub(crate) use quality::file as quality_file;
pub(crate) use ratings::{Asked as RatingsAsked, file as ratings_file, place_after, place_of};

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::actor::Actor;
use townhall_app::dashboard::{Dashboard, dashboard};
use townhall_app::error::AppError;
use townhall_app::statistics::{Figures, Measure, unit_of};
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::period::Choice;
use townhall_domain::permission::Right;
use townhall_text::Lang;

use crate::csv;
use crate::dossier::{lower_first, procedure_name, unit_name};
use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Errors, Form, Icon, Page, Place, Ui, error_summary, href, with_query};

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const READ: Need = Need::Right(Right::ReadStatistics);
    Routes::new(app)
        .get("/dashboard", READ, show)
        .get("/dashboard.csv", Need::Right(Right::Export), export)
        .get("/dashboard/quality", READ, quality::show)
        .get(
            "/dashboard/quality.csv",
            Need::Right(Right::Export),
            quality::export,
        )
        .get("/ratings", Need::Right(Right::ReadDossier), ratings::show)
        .get("/ratings.csv", Need::Right(Right::Export), ratings::export)
}

/// Which unit and period, and the order of the communes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    unit: String,
    period: String,
    from: String,
    to: String,
    sort: String,
}

impl Asked {
    /// The period; the running quarter when nothing is chosen.
    fn choice(&self) -> Result<Choice, AppError> {
        if self.period != "range" {
            return Ok(Choice::parse(&self.period).unwrap_or(Choice::Quarter));
        }
        let day =
            |field: &str, typed: &str| parse_date(typed).ok_or_else(|| AppError::field(field, "date-wrong"));
        let (from, to) = (day("from", &self.from)?, day("to", &self.to)?);
        Ok(Choice::Range(from, to))
    }
}

async fn load(app: &App, actor: &Actor, asked: &Asked) -> Result<Dashboard, AppError> {
    let (choice, code) = (asked.choice()?, asked.unit.clone());
    app.town
        .read("dashboard", actor, move |tx, cx| {
            let unit = match (code.as_str(), cx.actor.unit()) {
                ("", Some(own)) => own.clone(),
                (code, _) => unit_of(cx, code, cx.today())?,
            };
            dashboard(tx, cx, &unit, choice)
        })
        .await
}

/// What the parts of the page are drawn from.
struct Board<'a> {
    app: &'a App,
    ui: &'a Ui,
    asked: &'a Asked,
    seen: &'a Dashboard,
}

impl Board<'_> {
    /// The rows behind a figure of the period; nowhere for somebody who may not open them.
    fn rows(&self, measure: Measure, more: &[(&str, &str)]) -> String {
        let (from, to) = (self.seen.days.from.to_string(), self.seen.days.to.to_string());
        let mut query = vec![("measure", measure.as_str()), ("from", &from), ("to", &to)];
        query.extend_from_slice(more);
        self.list(&query)
    }

    /// A list of this unit's dossiers.
    fn list(&self, query: &[(&str, &str)]) -> String {
        if !self.seen.reads_dossiers {
            return String::new();
        }
        let below = if self.is_province() { "1" } else { "" };
        let names_unit = query.iter().any(|(name, _)| *name == "unit");
        let of_unit = [("unit", self.seen.unit.code()), ("below", below)];
        let list = href("/dossiers", query);
        if names_unit { list } else { href(&list, &of_unit) }
    }

    fn is_province(&self) -> bool {
        !self.seen.below.is_empty()
    }

    /// A number that opens its rows.
    fn number(&self, value: i64, href: &str) -> Markup {
        let words = self.ui.number(value);
        html! { @if href.is_empty() { (words) } @else { a href=(href) data-count=(value) { (words) } } }
    }

    /// The five numbers of a line of a table, each with its rows.
    fn cells(&self, figures: &Figures, more: &[(&str, &str)]) -> Markup {
        let cell = |value: i64, measure: Measure| html! { td.th-num { (self.number(value, &self.rows(measure, more))) } };
        html! {
            (cell(figures.received, Measure::Received))
            (cell(figures.resolved, Measure::Resolved))
            (cell(figures.on_time, Measure::OnTime))
            (cell(figures.pending, Measure::Pending))
            (cell(figures.overdue(), Measure::Overdue))
        }
    }
}

async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let ui = signed.ui(&app);
    let (seen, errors) = match load(&app, &signed.actor, &asked).await {
        Ok(seen) => (seen, Errors::default()),
        // A period that cannot be read: the form says so above the running quarter.
        Err(error @ AppError::Invalid(_)) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            let quarter = Asked {
                unit: asked.unit.clone(),
                ..Asked::default()
            };
            match load(&app, &signed.actor, &quarter).await {
                Ok(seen) => (seen, errors),
                Err(error) => return signed.refuse(&app, &error),
            }
        }
        Err(error) => return signed.refuse(&app, &error),
    };
    let board = Board {
        app: &app,
        ui: &ui,
        asked: &asked,
        seen: &seen,
    };
    let name = unit_name(&app, &ui, &seen.unit);
    let name = if ui.lang == Lang::Vi {
        lower_first(&name)
    } else {
        name
    };
    let heading = ui.t_args("dashboard-heading", &[("unit", name.as_str().into())]);
    let period = format!(
        "{} – {}",
        ui.date_short(seen.days.from),
        ui.date_short(seen.days.to)
    );
    let context = ui.t_args(
        "dashboard-as-of",
        &[
            ("period", period.as_str().into()),
            ("at", ui.date_time(seen.now.as_of).into()),
        ],
    );
    let may_export = signed.actor.holds(Right::Export);
    let main = html! {
        (ui::print_head(&ui, &period))
        @if signed.actor.unit() != Some(&seen.unit) {
            (ui::breadcrumb(&ui, &[(&ui.t("dashboard-own"), "/dashboard")], &html! { (name) }))
        }
        (ui::title_line(&ui, &heading, &html! {
            span.th-muted { (context) }
            @if board.is_province() { a.th-text href="#communes" { (ui.t("dashboard-by-unit")) } }
        }, &ways(&ui, may_export)))
        (error_summary(&ui, &errors))
        (parts::chooser(&board, &errors))
        (parts::figures(&board))
        div.th-cols.th-cols-wide {
            div.th-stack {
                (parts::by_day(&board))
                div.th-cols.th-cols-2.th-cols-roomy { (parts::by_field(&board)) (parts::loads(&board)) }
                (parts::by_procedure(&board))
                (parts::by_channel(&board))
                @if board.is_province() { (province::table(&board)) }
            }
            div.th-stack {
                (parts::warnings(&board))
                (parts::quality(&board))
                (ratings::card(&ui, &seen.ratings))
                (parts::staff(&board))
            }
        }
    };
    let status = errors.status();
    let about = Page::new(&heading)
        .at(Place::Dashboard)
        .with_error(!errors.is_empty());
    (status, ui::page(&ui, &about, &main)).into_response()
}

fn ways(ui: &Ui, may_export: bool) -> Markup {
    html! {
        a.btn.btn-sm href=(with_query(&ui.path, "print", "1")) { (Icon::PRINTER) " " (ui.t("dashboard-print")) }
        @if may_export {
            a.btn.btn-sm href=(ui.path.replacen("/dashboard", "/dashboard.csv", 1)) { (Icon::DOWNLOAD) " " (ui.t("dossiers-export")) }
        }
    }
}

/// The same figures as a file for a spreadsheet.
async fn export(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    match load(&app, &signed.actor, &asked).await {
        Ok(seen) => file(&app, &signed.ui(&app), &seen),
        Err(error) => signed.refuse(&app, &error),
    }
}

/// The same for whoever asks: a page or a program.
pub(crate) fn file(app: &App, ui: &Ui, seen: &Dashboard) -> Response {
    let head = [
        "dashboard-split",
        "dashboard-code",
        "dashboard-name",
        "dashboard-received",
        "dashboard-resolved",
        "dashboard-on-time",
        "dashboard-pending",
        "dashboard-overdue",
    ];
    let mut lines = vec![csv::line(head.map(|key| ui.t(key)))];
    let mut add = |split: &str, code: &str, name: String, figures: &Figures| {
        let mut cells = vec![ui.t(split), code.to_owned(), name];
        let numbers = [
            figures.received,
            figures.resolved,
            figures.on_time,
            figures.pending,
            figures.overdue(),
        ];
        cells.extend(numbers.map(|value| value.to_string()));
        lines.push(csv::line(cells));
    };
    add(
        "dashboard-total",
        seen.unit.code(),
        unit_name(app, ui, &seen.unit),
        &seen.now.total,
    );
    for (code, figures) in &seen.now.by_procedure {
        add(
            "dashboard-by-procedure",
            code,
            procedure_name(app, ui, code),
            figures,
        );
    }
    for (field, figures) in &seen.now.by_field {
        add(
            "dashboard-by-field",
            field,
            parts::field_name(app, ui, field),
            figures,
        );
    }
    for (channel, figures) in &seen.now.by_channel {
        let word = channel.as_str();
        add(
            "dashboard-by-channel",
            word,
            ui.t(&format!("dossier-channel-{word}")),
            figures,
        );
    }
    for unit in &seen.below {
        let figures = seen.now.by_unit.get(unit).copied().unwrap_or_default();
        add(
            "dashboard-by-unit",
            unit.code(),
            unit_name(app, ui, unit),
            &figures,
        );
    }
    csv::file(
        &format!("dashboard-{}-{}.csv", seen.unit.code(), seen.days.to),
        &lines,
    )
}

/// The chooser keeps the unit.
fn chooser_form(ui: &Ui, fields: &Markup) -> Markup {
    ui::form(
        ui,
        &Form::get("/dashboard").class("th-filter th-noprint mb-3"),
        fields,
    )
}

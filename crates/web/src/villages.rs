//! The villages of a unit: list with sum and search, and the same as a file.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::access_log::{NoteReading, Reading, note};
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_domain::ids::UnitId;
use townhall_domain::permission::Right;
use townhall_domain::unit::Village;
use townhall_text::{Arg, fold};

use crate::csv;
use crate::routes::{Need, Routes};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Column, Empty, Field, Icon, Page, Place, Ui};

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get("/units/{unit}/villages", Need::Session, show)
        .get("/units/{unit}/villages.csv", Need::Right(Right::Export), export)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
}

/// A unit by its code today.
fn unit_of(app: &App, ui: &Ui, code: &str) -> Result<UnitId, AppError> {
    let found = app.town.packs().units().by_code(code, ui.today());
    found
        .map(|unit| unit.id.clone())
        .ok_or(AppError::NotFound("unit"))
}

/// The villages whose names hold every word that was typed, tone marks or not.
pub(crate) fn found<'a>(app: &'a App, day: Date, unit: &UnitId, typed: &str) -> Vec<&'a Village> {
    let typed = fold(typed);
    let words: Vec<&str> = typed.split_whitespace().collect();
    app.town
        .packs()
        .villages(unit, day)
        .filter(|village| {
            let name = fold(&village.name);
            words.iter().all(|word| name.contains(word))
        })
        .collect()
}

async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let ui = signed.ui(&app);
    let unit = match unit_of(&app, &ui, &code) {
        Ok(unit) => unit,
        Err(error) => return signed.refuse(&app, &error),
    };
    let rows = found(&app, ui.today(), &unit, &asked.q);
    let name = app
        .town
        .packs()
        .units()
        .by_id(&unit)
        .map(|unit| unit.full_name(ui.today()).to_owned())
        .unwrap_or_default();
    let heading = ui.t_args("villages-title", &[("unit", name.as_str().into())]);
    let file = html! {
        @if signed.actor.holds(Right::Export) && !rows.is_empty() {
            a.btn.btn-sm href=(ui::href(&format!("/units/{code}/villages.csv"), &[("q", &asked.q)])) { (Icon::DOWNLOAD) " " (ui.t("villages-export")) }
        }
    };
    let fields = ui::text(
        &ui,
        &Field::new("q", ui.t("villages-search"))
            .value(asked.q.clone())
            .columns(5),
    );
    let main = html! {
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (sums(&ui, &rows)) } }, &file))
        (ui::filter_bar(&ui, &format!("/units/{code}/villages"), &fields, &[]))
        @if rows.is_empty() { (nothing(&ui, &asked)) } @else { (table(&ui, &heading, &rows)) }
        p.th-muted.mt-3 { (ui.t("villages-source")) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Staff), &main).into_response()
}

fn sums(ui: &Ui, rows: &[&Village]) -> String {
    let households: u64 = rows.iter().map(|village| u64::from(village.households)).sum();
    let people: u64 = rows.iter().map(|village| u64::from(village.population)).sum();
    ui.t_args(
        "villages-sum",
        &[
            ("count", Arg::from(rows.len())),
            ("households", Arg::from(usize::try_from(households).unwrap_or(0))),
            ("people", Arg::from(usize::try_from(people).unwrap_or(0))),
        ],
    )
}

fn nothing(ui: &Ui, asked: &Asked) -> Markup {
    let text = if asked.q.is_empty() {
        "villages-none-text"
    } else {
        "villages-none-found"
    };
    ui::empty(
        ui,
        &Empty {
            icon: Icon::FILES,
            heading: &ui.t("villages-none"),
            text: html! { (ui.t(text)) },
            button: None,
            other: None,
        },
    )
}

fn table(ui: &Ui, heading: &str, rows: &[&Village]) -> Markup {
    let columns = [
        Column::number(ui.t("villages-number")),
        Column::text(ui.t("villages-name")),
        Column::text(ui.t("villages-kind")),
        Column::number(ui.t("villages-households")),
        Column::number(ui.t("villages-people")),
    ];
    let count = |number: u32| ui.number(i64::from(number));
    let body = html! {
        @for village in rows {
            tr {
                td.th-num { (village.number) }
                td { b { (village.name) } }
                td { (ui.t(&format!("villages-kind-{}", village.kind.as_str()))) }
                td.th-num { (count(village.households)) }
                td.th-num { (count(village.population)) }
            }
        }
    };
    ui::table(ui, heading, &columns, None, &body)
}

/// The same rows for a spreadsheet; who took them out is noted.
async fn export(
    State(app): State<App>,
    signed: Signed,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let ui = signed.ui(&app);
    let unit = match unit_of(&app, &ui, &code) {
        Ok(unit) => unit,
        Err(error) => return signed.refuse(&app, &error),
    };
    file(&app, &ui, &signed.actor, &unit, ui.today(), &asked.q)
        .await
        .unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The same for whoever asks, a page or a program, as of a day.
pub(crate) async fn file(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    unit: &UnitId,
    day: Date,
    typed: &str,
) -> Result<Response, AppError> {
    let reading = NoteReading {
        reading: Reading::Export,
        subject_kind: "list",
        subject_id: "villages".to_owned(),
        unit: unit.clone(),
        about: None,
        own_work: true,
        reason: None,
    };
    let noted = app
        .town
        .write("note_reading", actor, move |tx, cx| note(tx, cx, &reading));
    noted.await?;
    let head = ["number", "name", "kind", "households", "people"];
    let mut lines = vec![csv::line(head.map(|key| ui.t(&format!("villages-{key}"))))];
    lines.extend(found(app, day, unit, typed).into_iter().map(|village| {
        csv::line([
            village.number.to_string(),
            village.name.clone(),
            ui.t(&format!("villages-kind-{}", village.kind.as_str())),
            village.households.to_string(),
            village.population.to_string(),
        ])
    }));
    Ok(csv::file("villages.csv", &lines))
}

/// Addresses to choose from, village by village, for the fields of the counter.
pub(crate) fn datalist(app: &App, ui: &Ui, unit: &UnitId) -> Markup {
    let packs = app.town.packs();
    let Some(commune) = packs.units().by_id(unit) else {
        return html! {};
    };
    let address = packs.units().address(commune, ui.today());
    html! {
        datalist id="villages" {
            @for village in packs.villages(unit, ui.today()) { option value=(format!("{}, {address}", village.name)) {} }
        }
    }
}

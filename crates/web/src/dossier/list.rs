//! The list of dossiers: search without diacritics, filters, pages by key, CSV.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::actor::Actor;
use townhall_app::dossier::dossier_list;
use townhall_app::error::AppError;
use townhall_domain::deadline::WarningKind;
use townhall_domain::dossier::Channel;
use townhall_domain::ids::UnitId;
use townhall_domain::time;
use townhall_store::dossiers::{Due, Filter, Listed, Page as Rows, Sort, Warned};
use townhall_store::statistics::{Measure, Period};
use townhall_text::{Arg, searched};

use super::warned::warned;
use super::{due, payment_badge, procedure_name, procedure_short, state_badge, sync_badge, unit_name};
use crate::csv;
use crate::session::Signed;
use crate::state::App;
use crate::ui::{
    self, Choice, Column, Empty, Field, Icon, Page, Place, Ui, code, due_chip, hidden, with_query,
};

/// Rows on a page.
const PAGE: usize = 50;

/// What the list is narrowed to, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    state: String,
    procedure: String,
    channel: String,
    due: String,
    sort: String,
    after: String,
    accepted_from: String,
    accepted_to: String,
    ended_from: String,
    ended_to: String,
    unit: String,
    others: String,
    /// With the units below: the rows behind a figure of a province.
    below: String,
    field: String,
    /// The post that holds it.
    post: String,
    /// The figure whose rows these are, with its days.
    measure: String,
    from: String,
    to: String,
}

impl Asked {
    fn filter(&self, ui: &Ui, app: &App) -> Filter {
        let words = searched(&self.q);
        let days = |from: &str, to: &str| {
            let from = from
                .parse()
                .ok()
                .map(|day: jiff::civil::Date| time::instant(day.at(0, 0, 0, 0)));
            let to = to
                .parse()
                .ok()
                .and_then(|day: jiff::civil::Date| day.tomorrow().ok())
                .map(|day| time::instant(day.at(0, 0, 0, 0)));
            match (from, to) {
                (None, None) => None,
                (from, to) => Some((
                    from.unwrap_or(jiff::Timestamp::UNIX_EPOCH),
                    to.unwrap_or(jiff::Timestamp::MAX),
                )),
            }
        };
        let states = match self.state.as_str() {
            "open" | "ended" | "" => Vec::new(),
            one => one
                .split(',')
                .filter_map(|code| code.parse().ok())
                .filter(|code| (1..=10).contains(code))
                .collect(),
        };
        let unit = app
            .town
            .packs()
            .units()
            .by_code(&self.unit, ui.today())
            .map(|unit| unit.id.clone());
        let mut units: Vec<UnitId> = unit.into_iter().collect();
        if let (Some(above), "1") = (units.first().cloned(), self.below.as_str()) {
            let all = app.town.packs().units().all().iter();
            let below = all.filter(|below| below.parent.as_ref() == Some(&above));
            units.extend(below.map(|below| below.id.clone()));
        }
        Filter {
            units,
            field: Some(self.field.clone()).filter(|field| !field.is_empty()),
            post: self.post.parse().ok(),
            measure: self
                .figure()
                .map(|(measure, from, to)| (measure, Period::days(from, to, ui.now))),
            received_for_others: self.others == "1",
            states,
            open: match self.state.as_str() {
                "open" => Some(true),
                "ended" => Some(false),
                _ => None,
            },
            procedure: Some(self.procedure.clone()).filter(|code| !code.is_empty()),
            channel: Channel::parse(&self.channel),
            due: match self.due.as_str() {
                "over" => Some(Due::OverdueAt(ui.now)),
                "today" => {
                    let start = time::instant(ui.today().at(0, 0, 0, 0));
                    let end = start
                        .checked_add(jiff::SignedDuration::from_hours(24))
                        .unwrap_or(jiff::Timestamp::MAX);
                    Some(Due::Between(start, end))
                }
                _ => None,
            },
            warned: match self.due.as_str() {
                "warned" => Some(Warned::Any),
                word => WarningKind::parse(word).map(Warned::By),
            },
            accepted: days(&self.accepted_from, &self.accepted_to),
            ended: days(&self.ended_from, &self.ended_to),
            words,
            sort: if self.sort == "due" {
                Sort::Due
            } else {
                Sort::Newest
            },
            after: self
                .after
                .split_once('.')
                .and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?))),
            ..Filter::default()
        }
    }

    /// The figure whose rows are asked for.
    fn figure(&self) -> Option<(Measure, Date, Date)> {
        Some((
            Measure::parse(&self.measure)?,
            self.from.parse().ok()?,
            self.to.parse().ok()?,
        ))
    }

    /// What stands in the address and has no field of its own: it stays when the form is sent again, and is named
    /// above the list with the way to take it off.
    fn kept(&self) -> [(&'static str, &str); 7] {
        [
            ("measure", &self.measure),
            ("from", &self.from),
            ("to", &self.to),
            ("unit", &self.unit),
            ("below", &self.below),
            ("field", &self.field),
            ("post", &self.post),
        ]
    }

    /// What narrows the list beside its fields, in words, with the address without it.
    fn active(&self, app: &App, ui: &Ui) -> Vec<(String, String)> {
        let without = |name: &str| with_query(&with_query(&ui.path, "after", ""), name, "");
        let mut active = Vec::new();
        if let Some((measure, from, to)) = self.figure() {
            let words = ui.t(&format!("dashboard-measure-{}", measure.as_str()));
            let days = format!("{} – {}", ui.date_short(from), ui.date_short(to));
            active.push((format!("{words} {days}"), without("measure")));
        }
        let units = app.town.packs().units();
        if let Some(unit) = units.by_code(&self.unit, ui.today()) {
            active.push((unit.full_name(ui.today()).to_owned(), without("unit")));
        }
        if let Some(name) = app.town.packs().field_name(&self.field) {
            active.push((name.get(ui.lang.code()).to_owned(), without("field")));
        }
        if !self.post.is_empty() {
            active.push((ui.t("dashboard-of-one-post"), without("post")));
        }
        active
    }

    fn is_narrowed(&self) -> bool {
        [
            &self.measure,
            &self.field,
            &self.post,
            &self.q,
            &self.state,
            &self.procedure,
            &self.channel,
            &self.due,
            &self.accepted_from,
            &self.accepted_to,
            &self.ended_from,
            &self.ended_to,
        ]
        .iter()
        .any(|value| !value.is_empty())
    }
}

/// The list.
pub async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let ui = signed.ui(&app);
    let filter = asked.filter(&ui, &app);
    let rows = match app
        .town
        .read("dossier_list", &signed.actor, move |tx, cx| {
            dossier_list(tx, cx, &filter, PAGE)
        })
        .await
    {
        Ok(rows) => rows,
        Err(error) => return signed.refuse(&app, &error),
    };
    let heading = ui.t("ui-place-dossiers");
    let export = html! {
        @if signed.actor.holds(townhall_domain::permission::Right::Export) {
            a.btn.btn-sm href=(ui.path.replacen("/dossiers", "/dossiers/export.csv", 1)) { (Icon::DOWNLOAD) " " (ui.t("dossiers-export")) }
        }
    };
    let main = html! {
        (ui::title_line(&ui, &heading, &html! {}, &export))
        (filters(&app, &ui, &asked))
        @if rows.rows.is_empty() { (none(&ui, &asked)) } @else { (table(&app, &ui, &asked, &rows)) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Dossiers), &main).into_response()
}

fn filters(app: &App, ui: &Ui, asked: &Asked) -> Markup {
    let states: Vec<Choice<'_>> = ["open", "ended", "1", "2", "4", "5", "6", "7", "8", "9", "10", "3"]
        .iter()
        .map(|state| Choice::new(*state, ui.t(&format!("dossiers-state-{state}"))))
        .collect();
    let procedures: Vec<Choice<'_>> = app
        .town
        .packs()
        .procedures()
        .served(ui.today())
        .map(|procedure| {
            Choice::new(
                procedure.code.clone(),
                procedure.short_name().get(ui.lang.code()).to_owned(),
            )
        })
        .collect();
    let channels: Vec<Choice<'_>> = Channel::ALL
        .iter()
        .map(|channel| {
            Choice::new(
                channel.as_str(),
                ui.t(&format!("dossier-channel-{}", channel.as_str())),
            )
        })
        .collect();
    let dues: Vec<Choice<'_>> = [
        "over",
        "today",
        "warned",
        "one_day",
        "two_days",
        "four_fifths",
        "half",
    ]
    .iter()
    .map(|due| Choice::new(*due, ui.t(&format!("dossiers-due-{due}"))))
    .collect();
    let any = ui.t("dossiers-any");
    let fields = html! {
        (ui::text(ui, &Field::new("q", ui.t("dossiers-search")).value(asked.q.clone()).columns(4)))
        (ui::select(ui, &Field::new("state", ui.t("common-status")).value(asked.state.clone()).columns(2), &states, Some(&any)))
        (ui::select(ui, &Field::new("procedure", ui.t("dossiers-procedure")).value(asked.procedure.clone()).columns(3), &procedures, Some(&any)))
        (ui::select(ui, &Field::new("channel", ui.t("dossiers-channel")).value(asked.channel.clone()).columns(2), &channels, Some(&any)))
        (ui::select(ui, &Field::new("due", ui.t("dossiers-due")).value(asked.due.clone()).columns(2), &dues, Some(&any)))
    };
    let fields = html! {
        @for (name, value) in asked.kept() { @if !value.is_empty() { (hidden(name, value)) } }
        (fields)
    };
    ui::filter_bar(ui, "/dossiers", &fields, &asked.active(app, ui))
}

fn none(ui: &Ui, asked: &Asked) -> Markup {
    let (heading, text) = if asked.is_narrowed() {
        ("dossiers-none-found", "dossiers-none-found-text")
    } else {
        ("dossiers-none", "dossiers-none-text")
    };
    ui::empty(
        ui,
        &Empty {
            icon: Icon::FILES,
            heading: &ui.t(heading),
            text: html! { (ui.t(text)) },
            button: asked
                .is_narrowed()
                .then_some((ui.t("dossiers-clear"), "/dossiers"))
                .as_ref()
                .map(|(words, href)| (words.as_str(), *href)),
            other: None,
        },
    )
}

fn table(app: &App, ui: &Ui, asked: &Asked, rows: &Rows) -> Markup {
    let columns = [
        Column::text(ui.t("dossiers-code")),
        Column::text(ui.t("dossiers-subject")),
        Column::text(ui.t("common-status")),
        Column::text(ui.t("dossiers-received")),
        Column::text(ui.t("dossiers-due")).sorted_by("due"),
    ];
    let body = html! {
        @for row in &rows.rows {
            tr {
                td.text-nowrap { a href=(format!("/dossiers/{}", row.id)) { (code(&row.code)) } }
                td { b { (row.applicant_name) } br; span.th-muted.th-clip { (procedure_short(app, ui, &row.procedure_code)) @if row.unit != row.receiving_unit { " · " (unit_name(app, ui, &row.unit)) } } }
                td { span.th-inline { (state_badge(ui, row.state)) (payment_badge(ui, row.payment)) (sync_badge(ui, row.sync)) } }
                td.text-nowrap { (ui.date_time(row.received_at)) }
                td { @if let Some(chip) = due(app, ui, &row.unit, row.countdown(), row.ended_at, format!("/dossiers/{}#deadline", row.id)) { (due_chip(ui, &chip)) } (warned(ui, row)) }
            }
        }
    };
    let next = rows.next.map(|(at, id)| format!("{at}.{id}"));
    let shown = ui.t_args("dossiers-shown", &[("count", Arg::from(rows.rows.len()))]);
    html! {
        (ui::table(ui, &ui.t("ui-place-dossiers"), &columns, Some(ui::Sort { key: &asked.sort, descending: false }), &body))
        (ui::pager(ui, &shown, asked.after.is_empty(), next.as_deref()))
    }
}

/// The whole list as a file for a spreadsheet; who took it out is recorded.
pub async fn export(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let ui = signed.ui(&app);
    let filter = asked.filter(&ui, &app);
    file(&app, &ui, &signed.actor, filter)
        .await
        .unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The same for whoever asks: a page or a program.
pub(crate) async fn file(app: &App, ui: &Ui, actor: &Actor, filter: Filter) -> Result<Response, AppError> {
    csv::note_export(app, actor, "list", ui.path.clone()).await?;
    let found = app.town.read("export_dossiers", actor, move |tx, cx| {
        csv::every(|after| {
            let filter = Filter {
                after,
                ..filter.clone()
            };
            let page = dossier_list(tx, cx, &filter, csv::AT_ONCE)?;
            Ok::<_, AppError>((page.rows, page.next))
        })
    });
    let found = found.await?;
    let head = [
        "dossiers-code",
        "dossiers-applicant",
        "dossiers-procedure",
        "common-status",
        "dossiers-channel",
        "dossiers-received",
        "dossiers-due",
        "dossiers-ended",
    ];
    let mut lines = vec![csv::line(head.map(|key| ui.t(key)))];
    lines.extend(found.rows.iter().map(|row| line(app, ui, row)));
    lines.extend(found.is_cut.then(|| csv::cut(ui, found.rows.len())));
    Ok(csv::file("dossiers.csv", &lines))
}

fn line(app: &App, ui: &Ui, row: &Listed) -> String {
    let at = |instant: Option<jiff::Timestamp>| instant.map(time::rfc3339).unwrap_or_default();
    let cells = [
        row.code.clone(),
        row.applicant_name.clone(),
        procedure_name(app, ui, &row.procedure_code),
        ui.t(&format!("dossier-state-{}", row.state.as_str())),
        ui.t(&format!("dossier-channel-{}", row.channel.as_str())),
        at(Some(row.received_at)),
        at(row.due_at),
        at(row.ended_at),
    ];
    csv::line(cells)
}

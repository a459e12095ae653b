//! Dossiers over the API: list, one with its parts, reception and every action.

mod actions;
pub(super) use actions::OnDossier;
mod receive;

pub(super) use receive::PersonBody;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::Deserialize;
use townhall_app::dossier::{DossierView, dossier_list, my_work};
use townhall_app::error::AppError;
use townhall_app::statistics;
use townhall_domain::deadline::WarningKind;
use townhall_domain::dossier::Channel;
use townhall_domain::ids::{DossierId, PostId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::time;
use townhall_store::dossiers::{Due, Filter, Page, Sort, Warned};
use townhall_store::statistics::Measure;
use townhall_text::searched;
use utoipa::IntoParams;

use super::book::{Book, Operation};
use super::guard::Asker;
use super::paging::{interval, next_link, no_pages, page_key, page_size};
use super::problem::Wrong;
use super::read::{Asked, Day, InPath, Text, flag, known, number};
use super::shapes::{
    ComponentList, ComponentOut, DossierItem, DossierList, DossierOut, DossierPage, FactList, FactOut,
    PaperList, PaperOut, RecordList, RecordOut, SlipList, SlipOut, StepList, StepOut, maybe,
};
use crate::routes::Need;
use crate::state::App;

const READ: Need = Need::Right(Right::ReadDossier);

pub(super) fn add(book: Book) -> Book {
    let book = book
        .add(
            Operation::get("list_dossiers", "/api/v1/dossiers", READ)
                .query::<ListQuery>()
                .gives::<DossierPage>(200),
            list,
        )
        .add(
            Operation::get("get_dossier", "/api/v1/dossiers/{id}", READ).gives::<DossierOut>(200),
            one,
        )
        .add(
            Operation::get("list_components", "/api/v1/dossiers/{id}/components", READ)
                .gives::<ComponentList>(200),
            components,
        )
        .add(
            Operation::get("list_steps", "/api/v1/dossiers/{id}/steps", READ).gives::<StepList>(200),
            steps,
        )
        .add(
            Operation::get("list_slips", "/api/v1/dossiers/{id}/slips", READ).gives::<SlipList>(200),
            slips,
        )
        .add(
            Operation::get("list_records", "/api/v1/dossiers/{id}/records", READ).gives::<RecordList>(200),
            records,
        )
        .add(
            Operation::get(
                "list_papers",
                "/api/v1/dossiers/{id}/papers",
                Need::Right(Right::ReadPapers),
            )
            .gives::<PaperList>(200),
            papers,
        )
        .add(
            Operation::get("list_trail", "/api/v1/dossiers/{id}/facts", READ).gives::<FactList>(200),
            facts,
        )
        .add(
            Operation::get("my_dossiers", "/api/v1/work/dossiers", Need::Session).gives::<DossierList>(200),
            work,
        )
        .add(
            Operation::get(
                "export_dossiers",
                "/api/v1/dossiers/export.csv",
                Need::Right(Right::Export),
            )
            .query_of_file::<ListQuery>()
            .gives_file(&["text/csv"]),
            export,
        );
    actions::add(receive::add(book))
}

/// What a list is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// Words of code, applicant or procedure; diacritics may be left out.
    #[param(value_type = Option<String>, max_length = 200)]
    q: String,
    /// Code of the competent unit; the caller's own when missing. A province means itself and its communes.
    #[param(value_type = Option<String>, pattern = "^[0-9]{2}([0-9]{3})?$")]
    unit: String,
    /// `open`, `ended`, or national codes with commas between: `4,5`.
    #[param(value_type = Option<String>, pattern = "^(open|ended|[0-9]{1,2}(,[0-9]{1,2}){0,9})$")]
    state: String,
    /// Procedure code.
    #[param(value_type = Option<String>, max_length = 40)]
    procedure: String,
    /// Field of law.
    #[param(value_type = Option<String>, max_length = 60)]
    field: String,
    /// `counter`, `portal`, `online`, `post`.
    #[param(value_type = Option<String>, pattern = "^(counter|portal|online|post)$")]
    channel: String,
    /// The post that holds it.
    #[param(value_type = Option<String>, format = "uuid")]
    holder: String,
    /// `over` (past due now, or ended late), `today`, `warned` (any bell before the deadline has rung), or one bell:
    /// `half`, `four_fifths`, `two_days`, `one_day`.
    #[param(value_type = Option<String>, pattern = "^(over|today|warned|half|four_fifths|two_days|one_day)$")]
    due: String,
    /// Accepted on this day or later.
    #[param(value_type = Option<String>, format = Date)]
    accepted_from: Option<Day>,
    /// Accepted on this day or earlier.
    #[param(value_type = Option<String>, format = Date)]
    accepted_to: Option<Day>,
    /// Ended (states 8, 9, 10) on this day or later.
    #[param(value_type = Option<String>, format = Date)]
    ended_from: Option<Day>,
    /// Ended (states 8, 9, 10) on this day or earlier.
    #[param(value_type = Option<String>, format = Date)]
    ended_to: Option<Day>,
    /// The rows behind a figure of the statistics from `from` to `to`: `received`, `resolved`, `on_time`, `late`,
    /// `pending`, `pending_overdue`, `overdue`; behind a part of the quality index: `received_in_time`, `obliged`,
    /// `paid_by_transfer`, `disliked`, `rated`, `digitised`, `reused`, `citizen_linked`, `portal_synced`.
    #[param(value_type = Option<String>, pattern = "^(received|resolved|on_time|late|pending|pending_overdue|overdue|received_in_time|obliged|paid_by_transfer|disliked|rated|digitised|reused|citizen_linked|portal_synced)$")]
    measure: String,
    /// First day of the period of `measure`.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// Last day of the period of `measure`.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Day>,
    /// Only dossiers that the unit received for another one.
    #[serde(deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    for_others: bool,
    /// `newest` (by reception) or `due` (earliest deadline first).
    #[param(value_type = Option<String>, pattern = "^(newest|due)$")]
    sort: String,
    /// `next` of the page before.
    #[param(value_type = Option<String>, max_length = 100)]
    after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl ListQuery {
    fn filter(&self, app: &App) -> Result<Filter, Wrong> {
        let cx_now = app.town.clock().now();
        let today = time::local_date(cx_now);
        let mut filter = Filter {
            units: self.units(app, today)?,
            received_for_others: self.for_others,
            words: searched(&self.q),
            procedure: filled(&self.procedure),
            field: filled(&self.field),
            accepted: interval(self.accepted_from, self.accepted_to),
            ended: interval(self.ended_from, self.ended_to),
            ..Filter::default()
        };
        match self.state.as_str() {
            "" => {}
            "open" => filter.open = Some(true),
            "ended" => filter.open = Some(false),
            codes => {
                let codes = codes
                    .split(',')
                    .map(|code| code.parse().ok().filter(|code| (1..=10).contains(code)));
                filter.states = codes
                    .collect::<Option<_>>()
                    .ok_or_else(|| Wrong::field("state", "api-word-unknown"))?;
            }
        }
        if !self.channel.is_empty() {
            filter.channel = Some(known("channel", &self.channel, Channel::parse)?);
        }
        if !self.holder.is_empty() {
            let post: Option<PostId> = self.holder.parse().ok();
            filter.post = Some(post.ok_or_else(|| Wrong::field("holder", "api-id-wrong"))?);
        }
        filter.due = match self.due.as_str() {
            "" => None,
            "over" => Some(Due::OverdueAt(cx_now)),
            "today" => {
                let day = interval(Some(Day(today)), Some(Day(today)));
                day.map(|(from, to)| Due::Between(from, to))
            }
            "warned" => {
                filter.warned = Some(Warned::Any);
                None
            }
            word => {
                filter.warned = Some(Warned::By(known("due", word, WarningKind::parse)?));
                None
            }
        };
        filter.sort = match self.sort.as_str() {
            "" | "newest" => Sort::Newest,
            "due" => Sort::Due,
            _ => return Err(Wrong::field("sort", "api-word-unknown")),
        };
        if !self.after.is_empty() {
            filter.after = Some(page_key(&self.after)?);
        }
        Ok(filter)
    }

    fn units(&self, app: &App, today: Date) -> Result<Vec<UnitId>, Wrong> {
        if self.unit.is_empty() {
            return Ok(Vec::new());
        }
        let day = self.to.map_or(today, |day| day.0);
        let units = app.town.packs().units();
        let unit = units
            .by_code(&self.unit, day)
            .or_else(|| units.by_code(&self.unit, today));
        let unit = unit.ok_or_else(|| Wrong::field("unit", "api-unit-unknown"))?;
        let below = units
            .all()
            .iter()
            .filter(|below| below.parent.as_ref() == Some(&unit.id));
        Ok(std::iter::once(unit.id.clone())
            .chain(below.map(|below| below.id.clone()))
            .collect())
    }

    /// The figure whose rows are asked for, with its period.
    fn measure(&self) -> Result<Option<(Measure, Date, Date)>, Wrong> {
        match (self.measure.as_str(), self.from, self.to) {
            ("", None, None) => Ok(None),
            ("", _, _) => Err(Wrong::field("measure", "api-field-missing")),
            (word, Some(from), Some(to)) => Ok(Some((known("measure", word, Measure::parse)?, from.0, to.0))),
            (_, None, _) => Err(Wrong::field("from", "api-field-missing")),
            (_, _, None) => Err(Wrong::field("to", "api-field-missing")),
        }
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

async fn list(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<ListQuery>,
) -> Result<Response, Wrong> {
    let filter = query.filter(&app)?;
    let (measure, limit) = (query.measure()?, page_size(query.limit)?);
    let page: Page = app
        .town
        .read("dossier_list", &asker.actor, move |tx, cx| {
            let mut filter = filter.clone();
            if let Some((measure, from, to)) = measure {
                filter.measure = Some((measure, statistics::period(cx, from, to)?));
            }
            dossier_list(tx, cx, &filter, limit)
        })
        .await
        .map_err(Wrong::App)?;
    let (packs, today) = (app.town.packs(), time::local_date(app.town.clock().now()));
    let next = page.next.map(|(at, id)| format!("{at}.{id}"));
    let headers = next_link(&uri, next.as_deref());
    let items = page
        .rows
        .iter()
        .map(|row| DossierItem::of_row(packs, today, row))
        .collect();
    Ok((headers, Json(DossierPage { items, next })).into_response())
}

async fn export(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<ListQuery>,
) -> Result<Response, Wrong> {
    no_pages(&query.after, query.limit)?;
    let mut filter = query.filter(&app)?;
    if let Some((measure, from, to)) = query.measure()? {
        let cx = app.town.cx(&asker.actor);
        filter.measure = Some((measure, statistics::period(&cx, from, to).map_err(Wrong::App)?));
    }
    crate::dossier::file(&app, &asker.ui(&app, &uri), &asker.actor, filter)
        .await
        .map_err(Wrong::App)
}

async fn work(State(app): State<App>, asker: Asker) -> Result<Json<DossierList>, Wrong> {
    let rows = app
        .town
        .read("my_work", &asker.actor, my_work)
        .await
        .map_err(Wrong::App)?;
    let (packs, today) = (app.town.packs(), time::local_date(app.town.clock().now()));
    Ok(Json(
        rows.iter()
            .map(|row| DossierItem::of_row(packs, today, row))
            .collect(),
    ))
}

/// Loads a dossier for whoever asks, and notes that he opened it.
async fn view(app: &App, asker: &Asker, id: &InPath) -> Result<DossierView, Wrong> {
    let id: DossierId = id.id("dossier")?;
    crate::dossier::open(app, &asker.actor, id)
        .await
        .map_err(Wrong::App)
}

async fn one(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let view = view(&app, &asker, &id).await?;
    let today = time::local_date(app.town.clock().now());
    let out = DossierOut::of(app.town.packs(), today, asker.lang, &view);
    let mut headers = HeaderMap::new();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", view.dossier.version)) {
        headers.insert(ETAG, tag);
    }
    Ok((StatusCode::OK, headers, Json(out)).into_response())
}

async fn components(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<ComponentList>, Wrong> {
    let view = view(&app, &asker, &id).await?;
    let procedure = &view.dossier.procedure;
    let procedure = app
        .town
        .packs()
        .procedures()
        .version(&procedure.code, procedure.version);
    let name_of = |id: &str| {
        let component = procedure.and_then(|procedure| procedure.component(id));
        component.map_or_else(
            || id.to_owned(),
            |component| component.name.get(asker.lang.code()).to_owned(),
        )
    };
    let lines = view.components.iter().map(|entry| ComponentOut {
        name: name_of(&entry.component),
        component: entry.component.clone(),
        required: entry.required,
        status: entry.status.as_str(),
        source: entry
            .source
            .map(townhall_domain::dossier::ComponentSource::as_str),
        copies: entry.copies,
        database: entry.database.clone(),
        queried_at: maybe(entry.queried_at),
        note: entry.note.clone(),
    });
    Ok(Json(lines.collect()))
}

async fn steps(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<StepList>, Wrong> {
    let view = view(&app, &asker, &id).await?;
    Ok(Json(view.steps.iter().map(StepOut::from).collect()))
}

async fn slips(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<SlipList>, Wrong> {
    let view = view(&app, &asker, &id).await?;
    Ok(Json(view.slips.iter().map(SlipOut::from).collect()))
}

async fn records(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<RecordList>, Wrong> {
    let view = view(&app, &asker, &id).await?;
    Ok(Json(view.records.iter().map(RecordOut::from).collect()))
}

async fn papers(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<PaperList>, Wrong> {
    let view = view(&app, &asker, &id).await?;
    if view.papers_hidden {
        let unit = view.dossier.unit.clone();
        let right = Right::ReadPapers;
        return Err(Wrong::App(AppError::Denied(townhall_app::actor::Denied {
            right,
            unit,
        })));
    }
    Ok(Json(view.papers.iter().map(PaperOut::from).collect()))
}

async fn facts(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<FactList>, Wrong> {
    let view = view(&app, &asker, &id).await?;
    Ok(Json(view.trail.iter().map(FactOut::from).collect()))
}

/// Text that may be missing or empty.
fn optional<const MAX: usize>(text: Option<&Text<MAX>>) -> Option<String> {
    Text::filled(text)
}

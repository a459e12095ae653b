//! Law and units as a program reads them: procedures with their forms, units, deadlines, fees.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::dossier::check_circumstances;
use townhall_app::error::AppError;
use townhall_domain::deadline::{Deadline, explain_json};
use townhall_domain::fee::Quantity;
use townhall_domain::ids::UnitId;
use townhall_domain::limit::Limit;
use townhall_domain::procedure::Procedure;
use townhall_domain::time;
use townhall_domain::unit::Unit;
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Operation};
use super::guard::Asker;
use super::problem::Wrong;
use super::procedures::{ProcedureItem, ProcedureList, ProcedureOut, public_procedure};
use super::read::{Asked, Day, InPath, from_one_to};
use super::shapes::list_of;
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    book.add(
        Operation::get("list_procedures", "/api/v1/procedures", Need::Session)
            .query::<ProcedureQuery>()
            .gives::<ProcedureList>(200),
        procedures,
    )
    .add(
        Operation::get("get_procedure", "/api/v1/procedures/{code}", Need::Session)
            .query::<OnDay>()
            .gives::<ProcedureOut>(200),
        procedure,
    )
    .add(
        Operation::get("preview_fees", "/api/v1/procedures/{code}/fees", Need::Session)
            .query::<FeeQuery>()
            .gives::<FeesOut>(200),
        fees,
    )
    .add(
        Operation::get("list_units", "/api/v1/units", Need::Session)
            .query::<UnitQuery>()
            .gives::<UnitList>(200),
        units,
    )
    .add(
        Operation::get("get_unit", "/api/v1/units/{unit}", Need::Session)
            .query::<OnDay>()
            .gives::<UnitOut>(200),
        unit,
    )
    .add(
        Operation::get("compute_deadline", "/api/v1/deadline", Need::Session)
            .query::<DeadlineQuery>()
            .gives::<DeadlineOut>(200),
        deadline,
    )
}

/// As of which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct OnDay {
    /// The day; today when missing.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Day>,
}

/// Which procedures.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct ProcedureQuery {
    /// Words of code, name or aliases; diacritics may be left out.
    #[param(value_type = Option<String>, max_length = 200)]
    q: String,
    /// `served` or `not_yet`; both when missing.
    #[param(value_type = Option<String>, pattern = "^(served|not_yet)$")]
    show: String,
    /// As of this day; today when missing.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Day>,
}

async fn procedures(
    State(app): State<App>,
    asker: Asker,
    Asked(query): Asked<ProcedureQuery>,
) -> Result<Json<ProcedureList>, Wrong> {
    let served = match query.show.as_str() {
        "" => None,
        "served" => Some(true),
        "not_yet" => Some(false),
        _ => return Err(Wrong::field("show", "api-word-unknown")),
    };
    let day = query.on.map_or(today(&app), |day| day.0);
    let catalogue = app.town.packs().procedures();
    let found = if query.q.is_empty() {
        catalogue.listings(day).collect()
    } else {
        catalogue.search(&query.q, day, 100)
    };
    Ok(Json(
        found
            .iter()
            .map(|listing| ProcedureItem::of(listing, asker.lang))
            .filter(|item| served.is_none_or(|served| served == item.served))
            .collect(),
    ))
}

async fn procedure(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    Asked(query): Asked<OnDay>,
) -> Result<Json<ProcedureOut>, Wrong> {
    let day = query.on.map_or(today(&app), |day| day.0);
    public_procedure(&app, &code.0, day, asker.lang)
        .map(Json)
        .ok_or(Wrong::not_found("procedure"))
}

/// What a fee depends on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct FeeQuery {
    /// Code of the unit that receives it; the caller's own when missing.
    #[param(value_type = Option<String>, pattern = "^[0-9]{2}([0-9]{3})?$")]
    unit: String,
    /// The day of reception; today when missing.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Day>,
    /// Pages of the original; 1 when missing.
    #[serde(deserialize_with = "from_one_to::<100_000, _>")]
    #[param(minimum = 1, maximum = 100_000)]
    pages: Option<u32>,
    /// Copies; 1 when missing.
    #[serde(deserialize_with = "from_one_to::<10_000, _>")]
    #[param(minimum = 1, maximum = 10_000)]
    copies: Option<u32>,
    /// Cases; 1 when missing.
    #[serde(deserialize_with = "from_one_to::<10_000, _>")]
    #[param(minimum = 1, maximum = 10_000)]
    cases: Option<u32>,
    /// Circumstances that hold, with commas between.
    #[param(value_type = Option<String>, max_length = 500)]
    circumstances: String,
    /// Code of the exemption that is claimed.
    #[param(value_type = Option<String>, max_length = 60)]
    exemption: String,
}

/// A line of what is owed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeeLine {
    /// Identifier of the rule.
    rule: String,
    /// What it is called.
    name: String,
    /// Before any exemption, in đồng.
    full: i64,
    /// What the exemption takes away, in đồng.
    reduction: i64,
    /// What is to be paid, in đồng.
    due: i64,
    /// How it came about, step by step.
    why: Vec<String>,
}

/// What is owed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeesOut {
    /// What is to be paid in all, in đồng.
    total: i64,
    /// Line by line.
    lines: Vec<FeeLine>,
    /// Fees that the province must set and whose amount is not known here.
    unset: Vec<String>,
}

async fn fees(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    Asked(query): Asked<FeeQuery>,
) -> Result<Json<FeesOut>, Wrong> {
    let packs = app.town.packs();
    let day = query.on.map_or(today(&app), |day| day.0);
    let procedure: &Procedure = packs
        .procedures()
        .as_of(&code.0, day)
        .ok_or(Wrong::not_found("procedure"))?;
    let unit = own_or(&app, &asker, &query.unit)?;
    let items = [Quantity {
        pages: query.pages.unwrap_or(1),
        copies: query.copies.unwrap_or(1),
        cases: query.cases.unwrap_or(1),
    }];
    let words = query.circumstances.split(',').map(str::trim);
    let circumstances: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
    check_circumstances(procedure, &circumstances).map_err(Wrong::App)?;
    let circumstances: BTreeSet<String> = circumstances.into_iter().collect();
    let exemption = match query.exemption.as_str() {
        "" => None,
        code => Some(
            packs
                .exemption(code)
                .ok_or_else(|| Wrong::field("exemption", "api-word-unknown"))?,
        ),
    };
    let charge = packs
        .fees(procedure, &unit, day, &items, &circumstances, exemption)
        .map_err(|error| {
            let field = match error {
                townhall_domain::fee::FeeError::Quantity(_) => ("pages", "api-number-wrong"),
                townhall_domain::fee::FeeError::ExemptionNotAllowed(_) => {
                    ("exemption", "api-exemption-not-allowed")
                }
            };
            Wrong::field(field.0, field.1)
        })?;
    let lang = asker.lang;
    let why = |step: &townhall_domain::fee::Explanation| {
        let args: Vec<(&str, townhall_text::Arg<'_>)> = step
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), (*value).into()))
            .collect();
        townhall_text::t_args(lang, &step.key, &args)
    };
    Ok(Json(FeesOut {
        total: charge.total().0,
        lines: charge
            .lines
            .iter()
            .map(|line| FeeLine {
                rule: line.rule.clone(),
                name: line.name.get(lang.code()).to_owned(),
                full: line.full.0,
                reduction: line.reduction.0,
                due: line.due.0,
                why: line.why.iter().map(why).collect(),
            })
            .collect(),
        unset: charge
            .unset
            .iter()
            .map(|fee| fee.name.get(lang.code()).to_owned())
            .collect(),
    }))
}

/// Which units.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct UnitQuery {
    /// Code of the province whose communes are wanted; the provinces when missing.
    #[param(value_type = Option<String>, pattern = "^[0-9]{2}$")]
    parent: String,
    /// Words of the name; then all levels are searched, at most 50.
    #[param(value_type = Option<String>, max_length = 200)]
    q: String,
    /// As of this day; today when missing.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Day>,
}

/// A province or commune.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitOut {
    /// Code and first day: `24682-20250701`.
    id: String,
    /// Official code.
    code: String,
    /// Name with the type.
    name: String,
    /// `tinh`, `thanh_pho`, `xa`, `phuong`, `dac_khu`.
    kind: &'static str,
    /// Code of the province of a commune.
    parent: Option<String>,
    /// First day.
    #[schema(format = Date)]
    valid_from: String,
    /// Last day.
    #[schema(format = Date)]
    valid_to: Option<String>,
}

list_of!(
    /// Units.
    UnitList of UnitOut
);

impl UnitOut {
    fn of(unit: &Unit, day: jiff::civil::Date) -> Self {
        Self {
            id: unit.id.to_string(),
            code: unit.code().to_owned(),
            name: unit.full_name(day).to_owned(),
            kind: unit.kind(day).as_str(),
            parent: unit.parent.as_ref().map(|parent| parent.code().to_owned()),
            valid_from: unit.valid_from.to_string(),
            valid_to: unit.valid_to.map(|day| day.to_string()),
        }
    }
}

async fn units(
    State(app): State<App>,
    _: Asker,
    Asked(query): Asked<UnitQuery>,
) -> Result<Json<UnitList>, Wrong> {
    let day = query.on.map_or(today(&app), |day| day.0);
    let units = app.town.packs().units();
    let found: Vec<&Unit> = if !query.q.is_empty() {
        units.search(&query.q, day, 50)
    } else if query.parent.is_empty() {
        units.provinces(day).collect()
    } else {
        let parent = units.by_code(&query.parent, day);
        let parent = parent.ok_or_else(|| Wrong::field("parent", "api-unit-unknown"))?;
        units.communes_of(&parent.id, day).collect()
    };
    Ok(Json(
        found.into_iter().map(|unit| UnitOut::of(unit, day)).collect(),
    ))
}

async fn unit(
    State(app): State<App>,
    _: Asker,
    code: InPath,
    Asked(query): Asked<OnDay>,
) -> Result<Json<UnitOut>, Wrong> {
    let day = query.on.map_or(today(&app), |day| day.0);
    let unit = app
        .town
        .packs()
        .units()
        .by_code(&code.0, day)
        .ok_or(Wrong::not_found("unit"))?;
    Ok(Json(UnitOut::of(unit, day)))
}

/// What a deadline is counted from.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DeadlineQuery {
    /// When the count begins: local date and time `2026-02-12T10:00`, or an instant with its offset.
    #[param(max_length = 40, example = "2026-02-12T10:00")]
    from: String,
    /// The limit: `3wd`, `15d`, `8wh`, `30min`, `2hd`, `1mo`, `sd`.
    #[param(max_length = 20, example = "3wd")]
    limit: String,
    /// Code of the unit whose hours and days off hold; the caller's own when missing.
    #[serde(default)]
    #[param(value_type = Option<String>, pattern = "^[0-9]{2}([0-9]{3})?$")]
    unit: String,
}

/// A deadline that explains itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadlineOut {
    /// When it is due.
    #[schema(format = DateTime)]
    due: String,
    /// The whole, with every step and its rule.
    #[schema(value_type = Object)]
    explanation: Value,
}

async fn deadline(
    State(app): State<App>,
    asker: Asker,
    Asked(query): Asked<DeadlineQuery>,
) -> Result<Json<DeadlineOut>, Wrong> {
    let from = start(&query.from).ok_or_else(|| Wrong::field("from", "date-wrong"))?;
    let limit: Limit = query
        .limit
        .parse()
        .map_err(|_| Wrong::field("limit", "api-limit-of-time-wrong"))?;
    let unit = own_or(&app, &asker, &query.unit)?;
    let of = unit.clone();
    let hours = app.town.read("hours_in_force", &asker.actor, move |tx, cx| {
        townhall_app::calendar::exceptions(tx, cx, &of)
    });
    let office = app
        .town
        .packs()
        .office(&unit)
        .with_exceptions(hours.await.map_err(Wrong::App)?);
    let deadline =
        Deadline::compute(&office, from, limit).map_err(|error| Wrong::App(AppError::deadline(&error)))?;
    Ok(Json(DeadlineOut {
        due: time::rfc3339(deadline.due),
        explanation: explain_json(&deadline),
    }))
}

/// A local date and time, or an instant; years 1900 to 2200.
fn start(text: &str) -> Option<Timestamp> {
    let at = match text.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) => time::instant(
            text.parse::<jiff::civil::DateTime>()
                .ok()
                .filter(|at| (1900..=2200).contains(&at.year()))?,
        ),
    };
    (1900..=2200).contains(&time::local(at).year()).then_some(at)
}

/// The unit of a code, the caller's own when there is none.
fn own_or(app: &App, asker: &Asker, code: &str) -> Result<UnitId, Wrong> {
    if code.is_empty() {
        return asker.actor.unit().cloned().ok_or(Wrong::not_found("unit"));
    }
    let found = app.town.packs().units().by_code(code, today(app));
    found
        .map(|unit| unit.id.clone())
        .ok_or_else(|| Wrong::field("unit", "api-unit-unknown"))
}

fn today(app: &App) -> jiff::civil::Date {
    time::local_date(app.town.clock().now())
}

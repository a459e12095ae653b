//! Units over the API: as whom a token acts there, who works there, their villages and figures.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use townhall_app::organisation::{StaffSeat, staff_of};
use townhall_app::statistics::{self, Figures};
use townhall_domain::permission::Right;
use townhall_domain::time;
use townhall_text::Lang;
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Operation};
use super::guard::Asker;
use super::problem::Wrong;
use super::read::{Asked, Day, InPath};
use super::shapes::UnitRef;
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    book.add(
        Operation::get("who_am_i", "/api/v1/me", Need::Session).gives::<MeOut>(200),
        me,
    )
    .add(
        Operation::get(
            "get_statistics",
            "/api/v1/units/{unit}/statistics",
            Need::Right(Right::ReadStatistics),
        )
        .query::<PeriodQuery>()
        .gives::<StatisticsOut>(200),
        figures,
    )
    .add(
        Operation::get(
            "get_staff",
            "/api/v1/units/{unit}/staff",
            Need::Right(Right::ReadStaff),
        )
        .query::<StaffQuery>()
        .gives::<StaffOut>(200),
        staff,
    )
    .add(
        Operation::get("list_villages", "/api/v1/units/{unit}/villages", Need::Session)
            .query::<VillageQuery>()
            .gives::<VillagesOut>(200),
        villages,
    )
}

/// As whom a token acts.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeOut {
    /// The post.
    #[schema(format = "uuid")]
    post: Option<String>,
    /// Its unit.
    unit: Option<UnitRef>,
    /// `state` or `party`.
    space: Option<&'static str>,
    /// Roles of the post.
    roles: Vec<&'static str>,
    /// What the token may do: rights of the post that are among its scopes.
    rights: Vec<&'static str>,
}

async fn me(State(app): State<App>, asker: Asker) -> Json<MeOut> {
    let today = time::local_date(app.town.clock().now());
    let actor = &asker.actor;
    Json(MeOut {
        post: actor.post().map(|post| post.to_string()),
        unit: actor
            .unit()
            .map(|unit| UnitRef::of(app.town.packs(), unit, today)),
        space: actor.space().map(townhall_domain::space::Space::as_str),
        roles: actor.roles().iter().map(|role| role.as_str()).collect(),
        rights: actor.rights().iter().map(Right::as_str).collect(),
    })
}

/// A period of local days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PeriodQuery {
    /// First day, included.
    #[param(value_type = String, format = Date, example = "2025-07-01")]
    from: Day,
    /// Last day, included.
    #[param(value_type = String, format = Date, example = "2025-08-04")]
    to: Day,
}

/// Figures of dossiers.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresOut {
    /// Accepted in the period.
    received: i64,
    /// Ended in the period (states 8, 9, 10; the first end counts).
    resolved: i64,
    /// Resolved by its due.
    on_time: i64,
    /// Open at the end of the last day: accepted by then and not ended by then.
    pending: i64,
    /// Resolved late, or pending past due then. A dossier whose clock stands is not past due.
    overdue: i64,
    /// Of the overdue ones, those that were still pending.
    pending_overdue: i64,
}

impl From<Figures> for FiguresOut {
    fn from(figures: Figures) -> Self {
        Self {
            received: figures.received,
            resolved: figures.resolved,
            on_time: figures.on_time,
            pending: figures.pending,
            overdue: figures.overdue(),
            pending_overdue: figures.pending_overdue,
        }
    }
}

/// Figures of a unit over a period. A province counts its own dossiers and those of its communes.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsOut {
    /// The unit.
    unit: UnitRef,
    /// First day.
    #[schema(format = Date)]
    from: String,
    /// Last day.
    #[schema(format = Date)]
    to: String,
    /// When what is open was judged: the end of the last day, or now while it is not over.
    #[schema(format = DateTime)]
    as_of: String,
    /// All together.
    #[serde(flatten)]
    total: FiguresOut,
    /// By procedure code.
    by_procedure: BTreeMap<String, FiguresOut>,
    /// By field of law.
    by_field: BTreeMap<String, FiguresOut>,
    /// By channel: `counter`, `portal`, `online`, `post`.
    by_channel: BTreeMap<String, FiguresOut>,
    /// By competent unit, by its code and first day.
    by_unit: BTreeMap<String, FiguresOut>,
}

async fn figures(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    Asked(query): Asked<PeriodQuery>,
) -> Result<Json<StatisticsOut>, Wrong> {
    let (from, to) = (query.from.0, query.to.0);
    let found = app.town.read("statistics", &asker.actor, move |tx, cx| {
        let unit = statistics::unit_of(cx, &code.0, to)?;
        statistics::statistics(tx, cx, &unit, from, to)
    });
    let found = found.await.map_err(Wrong::App)?;
    let today = time::local_date(app.town.clock().now());
    Ok(Json(StatisticsOut {
        unit: UnitRef::of(app.town.packs(), &found.unit, today),
        from: from.to_string(),
        to: to.to_string(),
        as_of: time::rfc3339(found.as_of),
        total: found.total.into(),
        by_procedure: split(found.by_procedure),
        by_field: split(found.by_field),
        by_channel: split(
            found
                .by_channel
                .into_iter()
                .map(|(channel, figures)| (channel.as_str().to_owned(), figures)),
        ),
        by_unit: split(
            found
                .by_unit
                .into_iter()
                .map(|(unit, figures)| (unit.to_string(), figures)),
        ),
    }))
}

fn split(parts: impl IntoIterator<Item = (String, Figures)>) -> BTreeMap<String, FiguresOut> {
    parts
        .into_iter()
        .map(|(name, figures)| (name, figures.into()))
        .collect()
}

/// As of which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct StaffQuery {
    /// The day; today when missing.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Day>,
}

/// Somebody who holds a post or stands in.
#[derive(Debug, Serialize, ToSchema)]
pub struct HolderName {
    /// The person.
    #[schema(format = "uuid")]
    person: String,
    /// His name.
    name: String,
    /// Whether he is away on that day.
    absent: bool,
}

/// A post.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// Title.
    title: String,
    /// Division.
    division: String,
    /// `state` or `party`.
    space: &'static str,
    /// What it is there for.
    roles: Vec<&'static str>,
    /// Whether a decision gives the unit this seat.
    of_quota: bool,
    /// Whether somebody holds it in full.
    filled: bool,
    /// Who holds it.
    holders: Vec<HolderName>,
    /// Who does its work in place of a holder who is present.
    substitutes: Vec<HolderName>,
}

impl PostOut {
    fn of(lang: Lang, seat: &StaffSeat) -> Self {
        let post = &seat.post;
        Self {
            id: post.id.to_string(),
            title: post.title(lang == Lang::Vi).to_owned(),
            division: post.division.clone(),
            space: post.space.as_str(),
            roles: post.roles.iter().map(|role| role.as_str()).collect(),
            of_quota: seat.is_of_quota(),
            filled: seat.state.is_filled(),
            holders: seat
                .holders
                .iter()
                .map(|holder| HolderName {
                    person: holder.mandate.person.to_string(),
                    name: holder.name.clone(),
                    absent: holder.absence.is_some(),
                })
                .collect(),
            substitutes: seat
                .substitutes
                .iter()
                .map(|substitute| HolderName {
                    person: substitute.person.to_string(),
                    name: substitute.name.clone(),
                    absent: false,
                })
                .collect(),
        }
    }
}

/// The staff of a unit on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffOut {
    /// The unit.
    unit: UnitRef,
    /// The day.
    #[schema(format = Date)]
    as_of: String,
    /// Seats that a decision gives the unit.
    quota: usize,
    /// Of these, filled.
    filled: usize,
    /// Of these, vacant.
    vacant: usize,
    /// The posts, division by division.
    posts: Vec<PostOut>,
}

async fn staff(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    Asked(query): Asked<StaffQuery>,
) -> Result<Json<StaffOut>, Wrong> {
    let today = time::local_date(app.town.clock().now());
    let day = query.on.map_or(today, |day| day.0);
    let unit = app
        .town
        .packs()
        .units()
        .by_code(&code.0, day)
        .map(|unit| unit.id.clone());
    let unit = unit.ok_or(Wrong::not_found("unit"))?;
    let asked = unit.clone();
    let staff = app
        .town
        .read("staff", &asker.actor, move |tx, cx| staff_of(tx, cx, &asked, day));
    let staff = staff.await.map_err(Wrong::App)?;
    let seats = staff.divisions.iter().flat_map(|division| &division.seats);
    Ok(Json(StaffOut {
        unit: UnitRef::of(app.town.packs(), &unit, today),
        as_of: day.to_string(),
        quota: staff.quota,
        filled: staff.filled,
        vacant: staff.vacancies(),
        posts: seats.map(|seat| PostOut::of(asker.lang, seat)).collect(),
    }))
}

/// On which day, and which.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct VillageQuery {
    /// As of this day; today when missing.
    #[param(value_type = Option<String>, format = Date)]
    pub(super) on: Option<Day>,
    /// Words of the name; diacritics may be left out.
    #[param(value_type = Option<String>, max_length = 200)]
    pub(super) q: String,
}

/// A village of a commune.
#[derive(Debug, Serialize, ToSchema)]
pub struct VillageOut {
    /// Place in the commune's own list.
    number: u16,
    /// `thon`, `bon`, `buon`, `to_dan_pho`.
    kind: &'static str,
    /// Its name.
    name: String,
    /// Households.
    households: u32,
    /// People.
    population: u32,
}

/// The villages of a unit with their sum.
#[derive(Debug, Serialize, ToSchema)]
pub struct VillagesOut {
    /// The unit.
    unit: UnitRef,
    /// The day.
    #[schema(format = Date)]
    as_of: String,
    /// People in all.
    population: u64,
    /// Households in all.
    households: u64,
    /// The villages, in the order of the unit's own list.
    items: Vec<VillageOut>,
}

async fn villages(
    State(app): State<App>,
    _asker: Asker,
    code: InPath,
    Asked(query): Asked<VillageQuery>,
) -> Result<Json<VillagesOut>, Wrong> {
    let today = time::local_date(app.town.clock().now());
    let day = query.on.map_or(today, |day| day.0);
    let packs = app.town.packs();
    let unit = packs.units().by_code(&code.0, day).map(|unit| unit.id.clone());
    let unit = unit.ok_or(Wrong::not_found("unit"))?;
    let items: Vec<VillageOut> = crate::villages::found(&app, day, &unit, &query.q)
        .into_iter()
        .map(|village| VillageOut {
            number: village.number,
            kind: village.kind.as_str(),
            name: village.name.clone(),
            households: village.households,
            population: village.population,
        })
        .collect();
    Ok(Json(VillagesOut {
        unit: UnitRef::of(packs, &unit, today),
        as_of: day.to_string(),
        population: items.iter().map(|village| u64::from(village.population)).sum(),
        households: items.iter().map(|village| u64::from(village.households)).sum(),
        items,
    }))
}

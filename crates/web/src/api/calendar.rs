//! The calendar of a unit over the API: days off and make-up days, office hours, what the unit has decided about single
//! days; and which versions of procedures its dossiers run under.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::calendar::{
    SetHours, WithdrawHours, hours_by_id, hours_of_year, set_hours, withdraw_hours,
};
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::packs_in_use::versions_in_use;
use townhall_domain::calendar::{DayKind, DayStatus, ExceptionKind};
use townhall_domain::ids::HoursExceptionId;
use townhall_domain::permission::Right;
use townhall_domain::procedure::Procedure;
use townhall_domain::time;
use townhall_store::calendar::StoredException;
use townhall_store::{StoreError, Tx};
use utoipa::{IntoParams, ToSchema};

use super::act::{self, Subject, action};
use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once;
use super::organisation::unit_of;
use super::problem::Wrong;
use super::read::{Asked, Day, InPath, Sent, Text, known, number};
use super::shapes::{UnitRef, instant, list_of, maybe};
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    const READ: Need = Need::AnyOf(&[Right::ReadPacks, Right::ManageCalendar]);
    let book = book
        .add(
            Operation::get("get_calendar", "/api/v1/units/{unit}/calendar", READ)
                .query::<CalendarQuery>()
                .gives::<CalendarOut>(200),
            calendar,
        )
        .add(
            Operation::post(
                "set_hours",
                "/api/v1/units/{unit}/hours",
                Need::Right(Right::ManageCalendar),
            )
            .takes::<SetHoursBody>()
            .gives::<HoursOut>(201),
            set,
        )
        .add(
            Operation::get(
                "list_versions",
                "/api/v1/units/{unit}/procedure-versions",
                Need::Right(Right::ReadPacks),
            )
            .gives::<VersionList>(200),
            versions,
        );
    act::add::<WithdrawHoursBody>(book)
}

/// Which year.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarQuery {
    /// The year; this one when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 2000, maximum = 2200)]
    year: Option<u32>,
}

/// A day that is not what its weekday says.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedDayOut {
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// `public_holiday`, `swap_day_off`, `substitute_day_off`, `makeup_workday`.
    kind: &'static str,
    /// The holiday.
    holiday: String,
    /// `official`, `statutory`, `projected`.
    status: &'static str,
    /// Where it was read.
    source: String,
}

/// What a unit has decided about its hours on one day.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// `office` (deadlines fall on their close) or `reception` (the counter alone).
    kind: &'static str,
    /// `07:30-11:30, 13:30-17:00`; empty: the counter is closed.
    hours: String,
    /// Why.
    reason: String,
    /// Number and date of the decision.
    decision: Option<String>,
    /// When it was entered.
    #[schema(format = DateTime)]
    made_at: String,
    /// When it was taken back.
    #[schema(format = DateTime)]
    withdrawn_at: Option<String>,
    /// Why.
    withdrawn_why: Option<String>,
    /// Version, for a change.
    #[schema(minimum = 1)]
    version: i64,
}

impl From<&StoredException> for HoursOut {
    fn from(stored: &StoredException) -> Self {
        Self {
            id: stored.id.to_string(),
            day: stored.exception.day.to_string(),
            kind: stored.exception.kind.as_str(),
            hours: stored.exception.hours(),
            reason: stored.reason.clone(),
            decision: stored.decision.clone(),
            made_at: instant(stored.made_at),
            withdrawn_at: maybe(stored.withdrawn_at),
            withdrawn_why: stored.withdrawn_why.clone(),
            version: stored.version,
        }
    }
}

/// The calendar of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarOut {
    /// The unit.
    unit: UnitRef,
    /// The year.
    year: i16,
    /// Version of the pack of days.
    version: String,
    /// Days off and make-up days.
    days: Vec<ListedDayOut>,
    /// Where the office hours were read.
    hours_source: Option<String>,
    /// What the unit has decided, also what was taken back.
    decisions: Vec<HoursOut>,
}

async fn calendar(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    Asked(query): Asked<CalendarQuery>,
) -> Result<Json<CalendarOut>, Wrong> {
    let unit = unit_of(&app, &code.0)?;
    let packs = app.town.packs();
    let today = time::local_date(app.town.clock().now());
    let year = match query.year {
        None => today.year(),
        Some(year) => i16::try_from(year)
            .ok()
            .filter(|year| (2000..=2200).contains(year))
            .ok_or_else(|| Wrong::field("year", "api-number-wrong"))?,
    };
    let asked = unit.clone();
    let found = app.town.read("hours_of_year", &asker.actor, move |tx, cx| {
        hours_of_year(tx, cx, &asked, year)
    });
    let decisions = found.await.map_err(Wrong::App)?;
    let days = packs.calendar().listed(year).map(|(day, listed)| ListedDayOut {
        day: day.to_string(),
        kind: match listed.kind {
            DayKind::PublicHoliday => "public_holiday",
            DayKind::SwapDayOff => "swap_day_off",
            DayKind::SubstituteDayOff => "substitute_day_off",
            DayKind::MakeupWorkday => "makeup_workday",
        },
        holiday: listed.holiday.clone(),
        status: match listed.status {
            DayStatus::Official => "official",
            DayStatus::Statutory => "statutory",
            DayStatus::Projected => "projected",
        },
        source: packs
            .calendar()
            .source(&listed.source)
            .unwrap_or(listed.source.as_str())
            .to_owned(),
    });
    Ok(Json(CalendarOut {
        unit: UnitRef::of(packs, &unit, today),
        year,
        version: packs.calendar().version().to_owned(),
        days: days.collect(),
        hours_source: packs.office(&unit).hours_source(today).map(str::to_owned),
        decisions: decisions.iter().map(HoursOut::from).collect(),
    }))
}

/// The hours of one day.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetHoursBody {
    /// The day, today or later.
    day: Day,
    /// `office` or `reception`.
    #[schema(value_type = String, pattern = "^(office|reception)$")]
    kind: Text<20>,
    /// `07:30-11:30, 13:30-17:00`; empty closes the counter.
    #[serde(default)]
    #[schema(value_type = String, max_length = 40)]
    hours: Text<40>,
    /// Why.
    #[schema(value_type = String, min_length = 3, max_length = 2000)]
    reason: Text<2000>,
    /// Number and date of the decision.
    #[serde(default)]
    #[schema(value_type = String, max_length = 200)]
    decision: Text<200>,
}

async fn set(State(app): State<App>, code: InPath, sent: Sent<SetHoursBody>) -> Result<Response, Wrong> {
    let body = &sent.body;
    let command = SetHours {
        unit: unit_of(&app, &code.0)?,
        day: body.day.0,
        kind: known("kind", &body.kind.0, ExceptionKind::parse)?,
        hours: body.hours.0.clone(),
        reason: body.reason.0.clone(),
        decision: body.decision.0.clone(),
    };
    once(&app, &sent, "set_hours", StatusCode::CREATED, move |tx, cx| {
        let id = set_hours(tx, cx, &command)?;
        OnHours::after(tx, cx, id)
    })
    .await
}

/// Changes of a decision.
pub struct OnHours;

impl Subject for OnHours {
    type Id = HoursExceptionId;
    type Out = HoursOut;
    const WHAT: &'static str = "hours";
    const NEED: Need = Need::Right(Right::ManageCalendar);

    fn after(tx: &mut Tx<'_>, cx: &Cx, id: HoursExceptionId) -> Result<Value, AppError> {
        let stored = hours_by_id(tx, cx, id)?;
        Ok(serde_json::to_value(HoursOut::from(&stored)).map_err(StoreError::from)?)
    }
}

action!(
    /// Takes a decision back before its day is over.
    WithdrawHoursBody on OnHours, "withdraw_hours", "/api/v1/hours/{id}/actions/withdraw",
    {
        /// Why.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        reason: Text<2000>,
    },
    |it, tx, cx, exception, version| {
        withdraw_hours(tx, cx, &WithdrawHours { exception, version, reason: it.reason.0.clone() })
    }
);

/// A version of a procedure, and how many dossiers run under it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionOut {
    /// Procedure code.
    code: String,
    /// Number of the version.
    version: u16,
    /// First day on which dossiers are received under it.
    #[schema(format = Date)]
    from: String,
    /// Last day.
    #[schema(format = Date)]
    until: Option<String>,
    /// How sure the whole is: `H`, `M`, `L`.
    verified: char,
    /// Where it was read.
    source: String,
    /// Legal basis.
    basis: Vec<String>,
    /// Open dossiers of the unit that run under it.
    #[schema(minimum = 0)]
    open: i64,
}

impl VersionOut {
    fn of(procedure: &Procedure, open: i64) -> Self {
        Self {
            code: procedure.code.clone(),
            version: procedure.version,
            from: procedure.effective_from.to_string(),
            until: procedure.effective_to.map(|day| day.to_string()),
            verified: procedure.verified.mark.letter(),
            source: procedure.verified.source.clone(),
            basis: procedure.basis.clone(),
            open,
        }
    }
}

list_of!(
    /// Every version of every procedure that is served here, by code.
    VersionList of VersionOut
);

async fn versions(State(app): State<App>, asker: Asker, code: InPath) -> Result<Json<VersionList>, Wrong> {
    let unit = unit_of(&app, &code.0)?;
    let found = app.town.read("versions_in_use", &asker.actor, move |tx, cx| {
        versions_in_use(tx, cx, &unit)
    });
    let in_use = found.await.map_err(Wrong::App)?;
    let today = time::local_date(app.town.clock().now());
    let catalogue = app.town.packs().procedures();
    let mut codes: Vec<&str> = catalogue
        .served(today)
        .map(|procedure| procedure.code.as_str())
        .collect();
    codes.sort_unstable();
    let open = |procedure: &Procedure| {
        let used = in_use
            .iter()
            .find(|used| used.code == procedure.code && used.version == i64::from(procedure.version));
        used.map_or(0, |used| used.open)
    };
    let versions = codes.iter().flat_map(|code| catalogue.versions(code));
    Ok(Json(
        versions
            .map(|procedure| VersionOut::of(procedure, open(procedure)))
            .collect(),
    ))
}

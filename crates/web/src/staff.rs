//! Organisation and posts: quota, filled, vacancies, who stands in; and what changes them.

mod absences;
mod act;
mod delegations;
mod division;
mod holding;
mod mandates;
mod people;
mod post;
mod post_form;
mod show;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_domain::ids::UnitId;
use townhall_domain::organisation::{Basis, Interval};
use townhall_domain::permission::{Right, Role};
use townhall_text::{Arg, Lang};

use crate::routes::{Need, Routes};
use crate::session::Signed;
use crate::state::App;
use crate::ui::Ui;

/// The routes of staff.
pub fn routes(app: &App) -> Routes {
    const SEE: Need = Need::Right(Right::ReadStaff);
    const MANAGE: Need = Need::Right(Right::ManageStaff);
    const AWAY: Need = Need::Right(Right::RecordAbsence);
    const DELEGATE: Need = Need::Right(Right::DelegateRights);
    const TAKE_BACK: Need = Need::AnyOf(&[Right::DelegateRights, Right::ManageStaff]);
    Routes::new(app)
        .get("/staff", SEE, show::show)
        .get("/staff/people", SEE, people::list)
        .get("/staff/people/new", MANAGE, people::ask)
        .post("/staff/people/new", MANAGE, people::add)
        .get("/staff/people/{person}", SEE, people::show)
        .post("/staff/people/{person}", MANAGE, people::edit)
        .get("/staff/divisions/new", MANAGE, division::ask)
        .post("/staff/divisions/new", MANAGE, division::add)
        .get("/staff/divisions/{division}", MANAGE, division::ask_change)
        .post("/staff/divisions/{division}", MANAGE, division::change)
        .get("/staff/posts/new", MANAGE, post_form::ask)
        .post("/staff/posts/new", MANAGE, post_form::add)
        .get("/staff/posts/{post}", SEE, post::show)
        .get("/staff/posts/{post}/edit", MANAGE, post_form::ask_change)
        .post("/staff/posts/{post}/edit", MANAGE, post_form::change)
        .get("/staff/posts/{post}/mandates", MANAGE, mandates::ask_give)
        .post("/staff/posts/{post}/mandates", MANAGE, mandates::give)
        .get(
            "/staff/posts/{post}/mandates/{mandate}/end",
            MANAGE,
            mandates::ask_end,
        )
        .post(
            "/staff/posts/{post}/mandates/{mandate}/end",
            MANAGE,
            mandates::end,
        )
        .get("/staff/posts/{post}/absences", AWAY, absences::ask_away)
        .post("/staff/posts/{post}/absences", AWAY, absences::away)
        .get(
            "/staff/posts/{post}/absences/{absence}/end",
            AWAY,
            absences::ask_back,
        )
        .post("/staff/posts/{post}/absences/{absence}/end", AWAY, absences::back)
        .get(
            "/staff/posts/{post}/delegations",
            DELEGATE,
            delegations::ask_delegate,
        )
        .post("/staff/posts/{post}/delegations", DELEGATE, delegations::delegate)
        .get(
            "/staff/posts/{post}/delegations/{delegation}/end",
            TAKE_BACK,
            delegations::ask_take_back,
        )
        .post(
            "/staff/posts/{post}/delegations/{delegation}/end",
            TAKE_BACK,
            delegations::take_back,
        )
}

/// Key of a right's words.
pub fn right_key(right: Right) -> String {
    format!("right-{}", right.as_str().replace('_', "-"))
}

/// Key of a role's words.
pub fn role_key(role: Role) -> String {
    format!("role-{}", role.as_str().replace('_', "-"))
}

/// The unit that a page is about: `?unit=24640`, else the officer's own.
pub struct AskedUnit(pub UnitId);

impl FromRequestParts<App> for AskedUnit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        #[derive(Deserialize)]
        struct Asked {
            #[serde(default)]
            unit: String,
        }
        let signed = Signed::from_request_parts(parts, app).await?;
        let query = axum::extract::Query::<Asked>::try_from_uri(&parts.uri);
        let code = query.map(|asked| asked.0.unit).unwrap_or_default();
        let today = signed.ui(app).today();
        let found = if code.is_empty() {
            signed.actor.unit().cloned()
        } else {
            app.town
                .packs()
                .units()
                .by_code(&code, today)
                .map(|unit| unit.id.clone())
        };
        // Whether he may see that unit is for the query to say.
        found
            .map(Self)
            .ok_or_else(|| signed.refuse(app, &AppError::NotFound("unit")))
    }
}

impl AskedUnit {
    /// Its full name on the business day.
    pub fn name(&self, app: &App, ui: &Ui) -> String {
        let unit = app.town.packs().units().by_id(&self.0);
        unit.map(|unit| unit.full_name(ui.today()).to_owned())
            .unwrap_or_default()
    }
}

fn is_vietnamese(ui: &Ui) -> bool {
    ui.lang == Lang::Vi
}

/// `01/7/2025 – chưa định ngày`.
fn interval_words(ui: &Ui, interval: Interval) -> String {
    let until = interval
        .until()
        .map_or_else(|| ui.t("staff-until-open"), typed_day);
    let from = typed_day(interval.from());
    ui.t_args(
        "staff-interval",
        &[("from", Arg::from(from)), ("until", Arg::from(until))],
    )
}

/// A day as people type it into a field.
fn typed_day(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// How somebody stands in, in words.
fn basis_words(ui: &Ui, basis: Basis) -> Option<String> {
    match basis {
        Basis::Mandate(_) => None,
        Basis::Absence(_) => Some(ui.t("staff-basis-absence")),
        Basis::Delegation(_) => Some(ui.t("staff-basis-delegation")),
    }
}

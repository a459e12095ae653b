//! People, divisions and posts over the API: who works in a unit, what he holds, who stands in.

mod holding;
mod people;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::error::AppError;
use townhall_app::organisation::{self as app, AddDivision, AddPost, EditDivision, EditPost, post_history};
use townhall_domain::ids::{PostId, UnitId};
use townhall_domain::organisation::Division;
use townhall_domain::permission::{Right, Role};
use townhall_domain::space::Space;
use townhall_domain::time;
use townhall_store::StoreError;
use townhall_store::organisation::Versioned;
use utoipa::ToSchema;

use super::act::{self, Subject, action};
use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once;
use super::problem::Wrong;
use super::read::{Day, InPath, InPaths, Sent, Text, known};
use super::shapes::list_of;
use crate::routes::Need;
use crate::state::App;
use holding::{OnPost, PostHistoryOut};

const READ: Need = Need::Right(Right::ReadStaff);
const MANAGE: Need = Need::Right(Right::ManageStaff);

pub(super) fn add(book: Book) -> Book {
    let book = people::add(book)
        .add(
            Operation::get("list_divisions", "/api/v1/units/{unit}/divisions", READ)
                .gives::<DivisionList>(200),
            divisions,
        )
        .add(
            Operation::post("add_division", "/api/v1/units/{unit}/divisions", MANAGE)
                .takes::<AddDivisionBody>()
                .gives::<DivisionOut>(201),
            add_division,
        )
        .add(
            Operation::post(
                "edit_division",
                "/api/v1/units/{unit}/divisions/{division}/actions/edit",
                MANAGE,
            )
            .on_version()
            .takes::<EditDivisionBody>()
            .gives::<DivisionOut>(200),
            edit_division,
        )
        .add(
            Operation::post("add_post", "/api/v1/units/{unit}/posts", MANAGE)
                .takes::<AddPostBody>()
                .gives::<PostHistoryOut>(201),
            add_post,
        )
        .add(
            Operation::get("get_post", "/api/v1/posts/{id}", READ).gives::<PostHistoryOut>(200),
            post,
        );
    let book = act::add::<EditPostBody>(book);
    holding::add(book)
}

/// The unit of a code as of today.
pub(super) fn unit_of(app: &App, code: &str) -> Result<UnitId, Wrong> {
    let today = time::local_date(app.town.clock().now());
    let found = app.town.packs().units().by_code(code, today);
    found.map(|unit| unit.id.clone()).ok_or(Wrong::not_found("unit"))
}

/// A whole as JSON.
fn value(out: &impl Serialize) -> Result<Value, AppError> {
    Ok(serde_json::to_value(out).map_err(StoreError::from)?)
}

/// An organ of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct DivisionOut {
    /// Its word within the unit.
    id: String,
    /// What sort of organ it is.
    kind: String,
    /// `state` or `party`.
    space: &'static str,
    /// Vietnamese name.
    name_vi: String,
    /// English name.
    name_en: String,
    /// Place in lists.
    #[schema(minimum = 0)]
    position: u16,
    /// First day.
    #[schema(format = Date)]
    from: String,
    /// First day on which it no longer exists.
    #[schema(format = Date)]
    until: Option<String>,
    /// Version, for a change.
    #[schema(minimum = 1)]
    version: i64,
}

impl From<&Versioned<Division>> for DivisionOut {
    fn from(found: &Versioned<Division>) -> Self {
        let division = &found.item;
        Self {
            id: division.id.clone(),
            kind: division.kind.clone(),
            space: division.space.as_str(),
            name_vi: division.name_vi.clone(),
            name_en: division.name_en.clone(),
            position: division.position,
            from: division.valid.from().to_string(),
            until: division.valid.until().map(|day| day.to_string()),
            version: found.version,
        }
    }
}

list_of!(
    /// The organs of a unit today, in order.
    DivisionList of DivisionOut
);

async fn divisions(State(app): State<App>, asker: Asker, code: InPath) -> Result<Json<DivisionList>, Wrong> {
    let unit = unit_of(&app, &code.0)?;
    let found = app.town.read("divisions_of", &asker.actor, move |tx, cx| {
        let divisions = app::divisions_of(tx, cx, &unit)?;
        divisions
            .iter()
            .map(|division| app::division_of(tx, cx, &unit, &division.id))
            .collect::<Result<Vec<_>, _>>()
    });
    let found = found.await.map_err(Wrong::App)?;
    Ok(Json(found.iter().map(DivisionOut::from).collect()))
}

/// A new organ.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddDivisionBody {
    /// Its word within the unit: small letters, digits, hyphens.
    #[schema(value_type = String, min_length = 1, max_length = 40)]
    id: Text<40>,
    /// What sort of organ it is.
    #[schema(value_type = String, min_length = 1, max_length = 40)]
    kind: Text<40>,
    /// `state` or `party`.
    #[schema(value_type = String, pattern = "^(state|party)$")]
    space: Text<10>,
    /// Vietnamese name.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    name_vi: Text<200>,
    /// English name.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    name_en: Text<200>,
    /// Place in lists.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 65_535)]
    position: u16,
    /// First day.
    from: Day,
}

async fn add_division(
    State(app): State<App>,
    code: InPath,
    sent: Sent<AddDivisionBody>,
) -> Result<Response, Wrong> {
    let body = &sent.body;
    let command = AddDivision {
        unit: unit_of(&app, &code.0)?,
        id: body.id.0.clone(),
        kind: body.kind.0.clone(),
        space: known("space", &body.space.0, Space::parse)?,
        name_vi: body.name_vi.0.clone(),
        name_en: body.name_en.0.clone(),
        position: body.position,
        from: body.from.0,
    };
    once(&app, &sent, "add_division", StatusCode::CREATED, move |tx, cx| {
        app::add_division(tx, cx, &command)?;
        value(&DivisionOut::from(&app::division_of(
            tx,
            cx,
            &command.unit,
            command.id.trim(),
        )?))
    })
    .await
}

/// The organ as it is to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditDivisionBody {
    /// Version that was read; `If-Match` says the same.
    #[serde(default)]
    #[schema(minimum = 1)]
    version: Option<i64>,
    /// Vietnamese name.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    name_vi: Text<200>,
    /// English name.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    name_en: Text<200>,
    /// Place in lists.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 65_535)]
    position: u16,
    /// First day on which it no longer exists; it goes on when missing.
    #[serde(default)]
    until: Option<Day>,
}

async fn edit_division(
    State(app): State<App>,
    InPaths([code, division]): InPaths<2>,
    sent: Sent<EditDivisionBody>,
) -> Result<Response, Wrong> {
    let body = &sent.body;
    let command = EditDivision {
        unit: unit_of(&app, &code)?,
        id: division,
        version: act::version_of(body.version, sent.version)?,
        name_vi: body.name_vi.0.clone(),
        name_en: body.name_en.0.clone(),
        position: body.position,
        until: body.until.map(|day| day.0),
    };
    once(&app, &sent, "edit_division", StatusCode::OK, move |tx, cx| {
        app::edit_division(tx, cx, &command)?;
        value(&DivisionOut::from(&app::division_of(
            tx,
            cx,
            &command.unit,
            &command.id,
        )?))
    })
    .await
}

/// A new seat.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPostBody {
    /// The word of its division.
    #[schema(value_type = String, max_length = 40)]
    division: Text<40>,
    /// What it is there for.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20)]
    roles: Vec<Text<40>>,
    /// Vietnamese title.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    title_vi: Text<200>,
    /// English title.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    title_en: Text<200>,
    /// Place in the division.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 65_535)]
    position: u16,
    /// The decision that gives the seat in the quota.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    quota_decision: Option<Text<200>>,
    /// First day.
    from: Day,
    /// First day on which it no longer exists.
    #[serde(default)]
    until: Option<Day>,
}

/// Roles by their words.
fn roles(words: &[Text<40>]) -> Result<Vec<Role>, AppError> {
    let roles: Option<Vec<Role>> = words.iter().take(21).map(|word| Role::parse(&word.0)).collect();
    roles.ok_or_else(|| AppError::field("roles", "api-word-unknown"))
}

async fn add_post(State(app): State<App>, code: InPath, sent: Sent<AddPostBody>) -> Result<Response, Wrong> {
    let body = &sent.body;
    let command = AddPost {
        unit: unit_of(&app, &code.0)?,
        division: body.division.0.clone(),
        roles: roles(&body.roles).map_err(Wrong::App)?,
        title_vi: body.title_vi.0.clone(),
        title_en: body.title_en.0.clone(),
        position: body.position,
        quota_decision: Text::filled(body.quota_decision.as_ref()),
        from: body.from.0,
        until: body.until.map(|day| day.0),
    };
    once(&app, &sent, "add_post", StatusCode::CREATED, move |tx, cx| {
        let id = app::add_post(tx, cx, &command)?;
        OnPost::after(tx, cx, id)
    })
    .await
}

async fn post(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<PostHistoryOut>, Wrong> {
    let id: PostId = id.id("post")?;
    let found = app.town.read("post_history", &asker.actor, move |tx, cx| {
        post_history(tx, cx, id)
    });
    Ok(Json(PostHistoryOut::from(&found.await.map_err(Wrong::App)?)))
}

action!(
    /// The seat as it is to be.
    EditPostBody on OnPost, "edit_post", "/api/v1/posts/{id}/actions/edit",
    {
        /// What it is there for.
        #[schema(value_type = Vec<String>, min_items = 1, max_items = 20)]
        roles: Vec<Text<40>>,
        /// Vietnamese title.
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        title_vi: Text<200>,
        /// English title.
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        title_en: Text<200>,
        /// Place in the division.
        #[serde(default)]
        #[schema(minimum = 0, maximum = 65_535)]
        position: u16,
        /// The decision that gives the seat in the quota.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 200)]
        quota_decision: Option<Text<200>>,
        /// First day on which it no longer exists; it goes on when missing.
        #[serde(default)]
        until: Option<Day>,
    },
    |it, tx, cx, post, version| app::edit_post(tx, cx, &EditPost {
        post,
        version,
        roles: roles(&it.roles)?,
        title_vi: it.title_vi.0.clone(),
        title_en: it.title_en.0.clone(),
        position: it.position,
        quota_decision: Text::filled(it.quota_decision.as_ref()),
        until: it.until.map(|day| day.0),
    })
);

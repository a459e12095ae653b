//! Papers that are printed when they are asked for: register books, texts of a certification, the slip of a number.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use townhall_domain::ids::EntryId;
use townhall_domain::permission::Right;
use townhall_domain::time;
use utoipa::IntoParams;

use super::book::{Book, Operation};
use super::civil_status::register_in;
use super::guard::Asker;
use super::problem::Wrong;
use super::read::{Asked, InPath, number};
use super::registers::BookQuery;
use crate::routes::Need;
use crate::state::App;

const PDF: &[&str] = &["application/pdf"];

pub(super) fn add(book: Book) -> Book {
    const READ: Need = Need::Right(Right::ReadDossier);
    let file = |id, path, need| Operation::get(id, path, need).gives_file(PDF);
    book.add(
        file("get_register_file", "/api/v1/registers/{book}/file", READ).query::<BookQuery>(),
        register,
    )
    .add(
        file(
            "get_civil_register_file",
            "/api/v1/civil-status/{book}/file",
            Need::Right(Right::KeepRegister),
        )
        .query::<PartQuery>(),
        civil_register,
    )
    .add(
        file(
            "get_certification_file",
            "/api/v1/register-entries/{id}/text/file",
            READ,
        ),
        text,
    )
    .add(
        file(
            "get_stamps_file",
            "/api/v1/register-entries/{id}/stamps/file",
            READ,
        ),
        stamps,
    )
    .add(
        file(
            "get_own_ticket_file",
            "/api/v1/tickets/{secret}/file",
            Need::Public,
        ),
        ticket,
    )
}

async fn register(
    State(app): State<App>,
    asker: Asker,
    book: InPath,
    Asked(query): Asked<BookQuery>,
) -> Result<Response, Wrong> {
    let query = query.query(&app, &book.0)?;
    crate::register::printed(&app, &asker.actor, query)
        .await
        .map_err(Wrong::App)
}

/// How much of a register is printed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct PartQuery {
    /// Year of the numbers; this one when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1900, maximum = 9999)]
    year: Option<u32>,
    /// The first number.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1)]
    from: Option<u32>,
}

async fn civil_register(
    State(app): State<App>,
    asker: Asker,
    path: InPath,
    Asked(query): Asked<PartQuery>,
) -> Result<Response, Wrong> {
    let today = time::local_date(app.town.clock().now());
    let year = match query.year {
        None => today.year(),
        Some(year) => i16::try_from(year)
            .ok()
            .filter(|year| (1900..=9999).contains(year))
            .ok_or_else(|| Wrong::field("year", "api-number-wrong"))?,
    };
    let from = i64::from(query.from.unwrap_or(1).max(1));
    crate::civil_status::printed(&app, &asker.actor, register_in(&path)?, year, from)
        .await
        .map_err(Wrong::App)
}

async fn certification(app: &App, asker: &Asker, id: &InPath, as_stamps: bool) -> Result<Response, Wrong> {
    let id: EntryId = id.id("entry")?;
    crate::register::certification(app, &asker.actor, id, as_stamps)
        .await
        .map_err(Wrong::App)
}

async fn text(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    certification(&app, &asker, &id, false).await
}

async fn stamps(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    certification(&app, &asker, &id, true).await
}

async fn ticket(State(app): State<App>, secret: InPath) -> Result<Response, Wrong> {
    crate::queue::slip(&app, secret.0).await.map_err(Wrong::App)
}

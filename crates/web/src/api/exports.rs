//! Lists and figures as files for a spreadsheet: the rows, the limits and the entry in the access log are those of the
//! pages, whose functions write them. The files of dossiers and tasks stand with their lists.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use townhall_app::dashboard::dashboard;
use townhall_app::quality::quality_index;
use townhall_app::statistics::unit_of;
use townhall_domain::permission::Right;
use townhall_domain::time;

use super::book::{Book, Operation};
use super::civil_status::{CivilQuery, register_in};
use super::dashboard::DashboardQuery;
use super::guard::Asker;
use super::paging::no_pages;
use super::problem::Wrong;
use super::quality::{DaysQuery, RatingsQuery};
use super::read::{Asked, InPath};
use super::registers::EntryQuery;
use super::units::VillageQuery;
use crate::routes::Need;
use crate::state::App;

/// What the files are.
const CSV: &[&str] = &["text/csv"];

pub(super) fn add(book: Book) -> Book {
    const EXPORT: Need = Need::Right(Right::Export);
    const KEEP: Need = Need::Right(Right::KeepRegister);
    let file = |id, path, need| Operation::get(id, path, need).gives_file(CSV);
    book.add(
        file("export_register", "/api/v1/registers/{book}/export.csv", EXPORT).query_of_file::<EntryQuery>(),
        register,
    )
    .add(
        file(
            "export_civil_register",
            "/api/v1/civil-status/{book}/export.csv",
            KEEP,
        )
        .query_of_file::<CivilQuery>(),
        civil_register,
    )
    .add(
        file("export_villages", "/api/v1/units/{unit}/villages.csv", EXPORT).query::<VillageQuery>(),
        villages,
    )
    .add(
        file("export_dashboard", "/api/v1/units/{unit}/dashboard.csv", EXPORT).query::<DashboardQuery>(),
        figures,
    )
    .add(
        file("export_quality", "/api/v1/units/{unit}/quality.csv", EXPORT).query::<DaysQuery>(),
        quality,
    )
    .add(
        file("export_ratings", "/api/v1/units/{unit}/ratings.csv", EXPORT).query_of_file::<RatingsQuery>(),
        ratings,
    )
}

async fn register(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    book: InPath,
    Asked(query): Asked<EntryQuery>,
) -> Result<Response, Wrong> {
    no_pages(&query.after, query.limit)?;
    let query = query.query(&app, &book.0)?;
    crate::register::file(&app, &asker.ui(&app, &uri), &asker.actor, query)
        .await
        .map_err(Wrong::App)
}

async fn civil_register(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    path: InPath,
    Asked(query): Asked<CivilQuery>,
) -> Result<Response, Wrong> {
    no_pages(&query.after, query.limit)?;
    let book = register_in(&path)?;
    let filter = query.filter(book)?;
    crate::civil_status::file(&app, &asker.ui(&app, &uri), &asker.actor, book, filter)
        .await
        .map_err(Wrong::App)
}

async fn villages(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    code: InPath,
    Asked(query): Asked<VillageQuery>,
) -> Result<Response, Wrong> {
    let day = query
        .on
        .map_or_else(|| time::local_date(app.town.clock().now()), |day| day.0);
    let unit = app.town.packs().units().by_code(&code.0, day);
    let unit = unit.map(|unit| unit.id.clone()).ok_or(Wrong::not_found("unit"))?;
    let ui = asker.ui(&app, &uri);
    crate::villages::file(&app, &ui, &asker.actor, &unit, day, &query.q)
        .await
        .map_err(Wrong::App)
}

async fn figures(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    code: InPath,
    Asked(query): Asked<DashboardQuery>,
) -> Result<Response, Wrong> {
    let choice = query.choice()?;
    let seen = app.town.read("dashboard", &asker.actor, move |tx, cx| {
        let unit = unit_of(cx, &code.0, cx.today())?;
        dashboard(tx, cx, &unit, choice)
    });
    let seen = seen.await.map_err(Wrong::App)?;
    Ok(crate::dashboard::file(&app, &asker.ui(&app, &uri), &seen))
}

async fn quality(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    code: InPath,
    Asked(query): Asked<DaysQuery>,
) -> Result<Response, Wrong> {
    let days = query.days();
    let seen = app.town.read("quality_index", &asker.actor, move |tx, cx| {
        let unit = unit_of(cx, &code.0, days.to)?;
        quality_index(tx, cx, &unit, days)
    });
    let seen = seen.await.map_err(Wrong::App)?;
    Ok(crate::dashboard::quality_file(&asker.ui(&app, &uri), &seen))
}

async fn ratings(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    code: InPath,
    Asked(query): Asked<RatingsQuery>,
) -> Result<Response, Wrong> {
    no_pages(&query.after, query.limit)?;
    let asked = crate::dashboard::RatingsAsked::of(code.0, query.days(), query.grade()?);
    crate::dashboard::ratings_file(&app, &asker.ui(&app, &uri), &asker.actor, &asked)
        .await
        .map_err(Wrong::App)
}

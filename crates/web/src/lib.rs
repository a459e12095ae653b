//! Pages and REST API. One folder a capability; components in [`ui`].

pub mod admin;
pub mod api;
pub mod asked;
pub mod assets;
pub mod bearer;
pub mod civil_status;
pub mod counter;
pub mod csv;
pub mod dashboard;
pub mod dossier;
pub mod drafts;
pub mod express;
pub mod fees;
pub mod frame;
pub mod headers;
pub mod jobs;
pub mod joined;
pub mod log;
pub mod look;
pub mod message;
pub mod online;
pub mod papers;
pub mod places;
pub mod portal;
pub mod public;
pub mod queue;
pub mod refusal;
pub mod register;
pub mod routes;
pub mod running;
pub mod session;
pub mod settings;
pub mod sign_in;
pub mod staff;
pub mod state;
pub mod status;
pub mod task;
pub mod typed;
pub mod ui;
pub mod villages;
mod visitor;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::response::Response;

use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::session::MaybeSigned;
use crate::state::App;
use crate::visitor::Visitor;

/// Largest body of an ordinary form; uploads set their own limit.
const FORM_BYTES: usize = 2 * 1024 * 1024;

/// Every route of the program with the right that it needs.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .merge(frame::routes(app))
        .merge(public::routes(app))
        .merge(online::routes(app))
        .merge(drafts::routes(app))
        .merge(dossier::routes(app))
        .merge(joined::routes(app))
        .merge(task::routes(app))
        .merge(asked::routes(app))
        .merge(status::routes(app))
        .merge(fees::routes(app))
        .merge(civil_status::routes(app))
        .merge(papers::routes(app))
        .merge(jobs::routes(app))
        .merge(message::routes(app))
        .merge(portal::routes(app))
        .merge(counter::routes(app))
        .merge(register::routes(app))
        .merge(express::routes(app))
        .merge(queue::routes(app))
        .merge(dashboard::routes(app))
        .merge(log::routes(app))
        .merge(sign_in::routes(app))
        .merge(settings::routes(app))
        .merge(staff::routes(app))
        .merge(villages::routes(app))
        .merge(admin::routes(app))
        .merge(api::routes(app))
}

/// The whole site: routes, assets, and what stands before every answer.
pub fn router(app: App) -> Router {
    let is_tls = app.site.is_tls;
    routes(&app)
        .into_router()
        .merge(assets::routes())
        .fallback(not_found.layer(axum::middleware::from_fn_with_state(
            (app.clone(), Need::Public),
            session::guard,
        )))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(axum::middleware::from_fn(api::problem::put_into_words))
        .layer(axum::middleware::from_fn_with_state(
            app.clone(),
            refusal::put_into_words,
        ))
        .layer(axum::middleware::from_fn(move |request, next| {
            headers::add(is_tls, request, next)
        }))
        .with_state(app)
}

/// Nothing at this address: in the frame of whoever asks, so that an officer keeps his navigation and search.
async fn not_found(State(app): State<App>, visitor: Visitor, MaybeSigned(signed): MaybeSigned) -> Response {
    let ui = signed.map_or_else(|| visitor.ui(&app), |signed| signed.ui(&app));
    let refusal = Refusal::not_found(ui.lang);
    debug_assert_eq!(refusal.status, StatusCode::NOT_FOUND);
    refusal.page(&ui)
}

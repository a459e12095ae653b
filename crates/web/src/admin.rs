//! Administration: accounts and the access log. One folder below, one file a part.

mod access_log;
mod accounts;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::html;
use townhall_domain::permission::Right;

use crate::routes::{Need, Routes};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Page, Place};

/// The parts of administration with the right that opens each.
const PARTS: [(Right, &str, &str); 2] = [
    (Right::ManageAccounts, "/admin/accounts", "account-list"),
    (Right::ReadAccessLog, "/admin/access-log", "access-title"),
];

/// The routes of administration.
pub fn routes(app: &App) -> Routes {
    const ACCOUNTS: Need = Need::Right(Right::ManageAccounts);
    Routes::new(app)
        .get(
            "/admin",
            Need::AnyOf(&[Right::ManageAccounts, Right::ReadAccessLog]),
            show,
        )
        .get("/admin/accounts", ACCOUNTS, accounts::list)
        .get("/admin/accounts/new", ACCOUNTS, accounts::ask)
        .post("/admin/accounts/new", ACCOUNTS, accounts::add)
        .get(
            "/admin/accounts/{account}/{change}",
            ACCOUNTS,
            accounts::ask_change,
        )
        .post("/admin/accounts/{account}/{change}", ACCOUNTS, accounts::change)
        .get(
            "/admin/access-log",
            Need::Right(Right::ReadAccessLog),
            access_log::show,
        )
}

async fn show(State(app): State<App>, signed: Signed) -> Response {
    let ui = signed.ui(&app);
    let title = ui.t("ui-place-admin");
    let main = html! {
        (ui::title_line(&ui, &title, &html! {}, &html! {}))
        ul {
            @for (right, href, key) in PARTS {
                @if signed.actor.holds(right) { li { a.th-text href=(href) { (ui.t(key)) } } }
            }
        }
    };
    ui::page(&ui, &Page::new(&title).at(Place::Admin), &main).into_response()
}

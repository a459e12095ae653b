//! Administration: accounts, calendar, packs and the access log. One folder below, one file a part.

mod access_log;
mod accounts;
mod begin;
mod calendar;
mod overview;
mod packs;
mod provider;

pub(crate) use accounts::new_password;

use maud::{Markup, html};
use townhall_domain::permission::Right;

use crate::routes::{Need, Routes};
use crate::session::Signed;
use crate::staff::AskedUnit;
use crate::state::App;
use crate::ui::{self, Ui, href};

/// The routes of administration.
pub fn routes(app: &App) -> Routes {
    const ACCOUNTS: Need = Need::Right(Right::ManageAccounts);
    const CALENDAR: Need = Need::Right(Right::ManageCalendar);
    Routes::new(app)
        .get("/admin", Need::AnyOf(&FRONT), overview::show)
        .get("/admin/accounts", ACCOUNTS, accounts::list)
        .get("/admin/accounts/new", ACCOUNTS, accounts::ask)
        .post("/admin/accounts/new", ACCOUNTS, accounts::add)
        .get(
            "/admin/accounts/{account}/{change}",
            ACCOUNTS,
            accounts::ask_change,
        )
        .post("/admin/accounts/{account}/{change}", ACCOUNTS, accounts::change)
        .get("/admin/accounts/{account}/provider", ACCOUNTS, provider::ask)
        .post("/admin/accounts/{account}/provider", ACCOUNTS, provider::link)
        .post(
            "/admin/accounts/{account}/provider/remove",
            ACCOUNTS,
            provider::unlink,
        )
        .get(
            "/admin/access-log",
            Need::Right(Right::ReadAccessLog),
            access_log::show,
        )
        .get(
            "/admin/calendar",
            Need::AnyOf(&[Right::ReadPacks, Right::ManageCalendar]),
            calendar::show,
        )
        .post("/admin/calendar", CALENDAR, calendar::set)
        .get("/admin/calendar/{id}/withdraw", CALENDAR, calendar::ask_withdraw)
        .post("/admin/calendar/{id}/withdraw", CALENDAR, calendar::withdraw)
        .get("/admin/packs", Need::Right(Right::ReadPacks), packs::show)
}

/// Who comes to the first page of administration; its parts are open to more people.
const FRONT: [Right; 3] = [Right::ManageAccounts, Right::ReadAccessLog, Right::ManageCalendar];

/// The way back to the first page, for who may go there.
fn way_back(ui: &Ui, signed: &Signed, unit: &AskedUnit, here: &str) -> Markup {
    if FRONT.iter().any(|right| signed.actor.holds(*right)) {
        let front = href("/admin", &[("unit", unit.0.code())]);
        ui::breadcrumb(ui, &[(&ui.t("ui-place-admin"), &front)], &html! { (here) })
    } else {
        ui::nothing()
    }
}

//! The queue on pages: the window of an officer, the machine for numbers, a number on the phone, the display.
//!
//! What changes by itself does so by server-sent events that say no more than "something changed"; where no script
//! runs the pages ask again.

mod act;
mod desk;
mod display;
mod kiosk;
mod live;

use maud::{Markup, html};
use townhall_app::error::AppError;
use townhall_domain::ids::UnitId;
use townhall_domain::permission::Right;
use townhall_domain::queue::{QueueRules, Ticket};

use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::{Icon, Place, Tone, Ui, badge, key_hint};

pub(crate) use kiosk::slip;
pub use live::Boards;

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const CALL: Need = Need::Right(Right::CallQueue);
    Routes::new(app)
        .get("/queue", CALL, desk::show)
        .get("/queue/strip", CALL, desk::strip)
        .post("/queue/window", CALL, act::window)
        .post("/queue/next", CALL, act::next)
        .post("/queue/tickets", CALL, act::take)
        .post("/queue/tickets/{id}", CALL, act::on_ticket)
        .get("/q", Need::Public, kiosk::own)
        .get("/q/{unit}", Need::Public, kiosk::show)
        .post("/q/{unit}", Need::Public, kiosk::take)
        .get("/q/{unit}/display", Need::Public, display::show)
        .get("/q/{unit}/events", Need::Public, live::events)
        .get("/t/{secret}", Need::Public, kiosk::ticket)
        .get("/t/{secret}/ticket.pdf", Need::Public, kiosk::paper)
        .post("/t/{secret}/leave", Need::Public, kiosk::leave)
}

/// Where a page of officers shows the number in hand and the way to the next one: drawn by `/queue/strip` once the
/// page stands, so that the page itself needs to know nothing of queues; without a script it leads to the queue.
pub fn strip_place(ui: &Ui, back: Place) -> Markup {
    html! {
        span.th-row hx-get=(format!("/queue/strip?back={}", back.path())) hx-trigger="load" hx-swap="innerHTML" {
            a.btn.btn-sm href=(Place::Queue.path()) data-key="counter-next" {
                (ui.t("counter-next")) (key_hint(ui, "counter-next"))
            }
        }
    }
}

fn rules(app: &App) -> &QueueRules {
    app.town.packs().queue()
}

/// The centre of an address: codes of communes and provinces as of today.
fn centre_of(app: &App, code: &str) -> Result<UnitId, AppError> {
    let today = townhall_domain::time::local_date(app.town.clock().now());
    let unit = app.town.packs().units().by_code(code, today);
    unit.map(|unit| unit.id.clone()).ok_or(AppError::NotFound("unit"))
}

/// What a line is called.
fn service_name(app: &App, ui: &Ui, id: &str) -> String {
    rules(app).service(id).map_or_else(
        || id.to_owned(),
        |service| service.name.get(ui.lang.code()).to_owned(),
    )
}

/// Why a number goes first, as a badge; nothing for others.
fn priority_badge(app: &App, ui: &Ui, ticket: &Ticket) -> Markup {
    let Some(priority) = ticket.priority.as_deref().and_then(|id| rules(app).priority(id)) else {
        return html! {};
    };
    badge(ui, Tone::Warn, Icon::STAR, priority.name.get(ui.lang.code()))
}

/// "1, 2".
fn numbers(windows: &[i64]) -> String {
    windows
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// "12 minutes" of a time in milliseconds; "under a minute" for less than one.
fn minutes(ui: &Ui, ms: i64) -> String {
    let minutes = ms / 60_000;
    if minutes < 1 {
        ui.t("queue-under-a-minute")
    } else {
        ui.t_args("queue-minutes", &[("count", minutes.into())])
    }
}

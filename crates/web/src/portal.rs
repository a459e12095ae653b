//! The national portal on a page: last contact, what is not in step and why, what was parked, what differs.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::portal::{
    PortalView, Trouble, compare_now, leave_out_state, portal_view, sync_now, try_dossier_again,
    try_state_again,
};
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::portal::{Difference, TellState, is_dossier_code};
use townhall_store::portal::{Compared, Handed};
use townhall_text::Arg;

use crate::routes::{Need, Routes};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{
    self, Column, Empty, Form, Icon, NoticeTone, Page, Place, Tone, Ui, badge, code, key_values,
};

/// Rows on a page.
const PAGE: u32 = 50;

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    let need = Need::Right(Right::SyncPortal);
    Routes::new(app)
        .get("/portal", need, show)
        .post("/portal/sync", need, sync)
        .post("/portal/compare", need, compare)
        .post("/portal/dossiers/{code}/retry", need, retry_dossier)
        .post("/portal/states/{id}/retry", need, retry_state)
        .post("/portal/states/{id}/leave-out", need, leave_out)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
    done: String,
}

async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let ui = signed.ui(&app);
    let heading = ui.t("ui-place-portal");
    let after = asked.after.split_once('.').and_then(|(at, id)| {
        let at = jiff::Timestamp::from_millisecond(at.parse().ok()?).ok()?;
        Some((at, id.parse().ok()?))
    });
    let found = app
        .town
        .read("portal_view", &signed.actor, move |tx, cx| {
            portal_view(tx, cx, after, PAGE)
        })
        .await;
    let view = match found {
        Ok(view) => view,
        Err(error) => return signed.refuse(&app, &error),
    };
    let is_on = app.town.outside().portal.is_some();
    let buttons = html! {
        @if is_on {
            (button(&ui, "/portal/compare", Icon::CHECKLIST, "portal-compare-now", ""))
            (button(&ui, "/portal/sync", Icon::REFRESH, "portal-sync-now", "btn-primary"))
        }
    };
    let has_rows = !view.troubles.rows.is_empty() || !view.parked.is_empty() || !view.differences.is_empty();
    let main = html! {
        (ui::title_line(&ui, &heading, &html! {}, &buttons))
        @if asked.done == "1" { div.mb-3 { (ui::notice(&ui, NoticeTone::Ok, "", &html! { (ui.t("portal-asked")) })) } }
        @if is_on {
            p.text-secondary.th-text { (ui.t("portal-about")) }
            (standing(&ui, &view))
        } @else { (off(&ui)) }
        @if is_on || has_rows {
            (troubles(&app, &ui, &signed, &asked, &view))
            (parked(&app, &ui, &view.parked))
            (differences(&app, &ui, &signed, &view))
        }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Portal), &main).into_response()
}

fn off(ui: &Ui) -> Markup {
    ui::empty(
        ui,
        &Empty {
            icon: Icon::UNPLUGGED,
            heading: &ui.t("portal-off"),
            text: html! { (ui.t("portal-off-text")) },
            button: None,
            other: None,
        },
    )
}

fn button(ui: &Ui, action: &str, icon: Icon, key: &str, class: &str) -> Markup {
    ui::form(
        ui,
        &Form::post(action.to_owned()),
        &html! { button.btn.btn-sm.(class) type="submit" { (icon) " " (ui.t(key)) } },
    )
}

fn standing(ui: &Ui, view: &PortalView) -> Markup {
    let at = |at: Option<jiff::Timestamp>, never: &str| at.map_or_else(|| ui.t(never), |at| ui.date_time(at));
    let count = |count: u64| ui.number(i64::try_from(count).unwrap_or(i64::MAX));
    let state = match &view.error {
        Some(why) => html! {
            (badge(ui, Tone::Bad, Icon::CLOUD_OFF, &ui.t_args("portal-contact-failed", &[("why", why.as_str().into())])))
        },
        None if view.contact.is_some() => badge(ui, Tone::Ok, Icon::CHECK, &ui.t("portal-contact-fine")),
        None => html! {},
    };
    let pairs = [
        (
            ui.t("portal-contact"),
            html! { (at(view.contact, "portal-contact-never")) " " (state) },
        ),
        (
            ui.t("portal-compared"),
            html! { (at(view.compared, "portal-compared-never")) },
        ),
        (ui.t("portal-waiting"), html! { (count(view.counts.0)) }),
        (ui.t("portal-refused"), html! { (count(view.counts.1)) }),
    ];
    let pairs: Vec<(&str, Markup)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    html! { section.card.mb-3 { div.card-body { (key_values(ui, &pairs)) } } }
}

fn unit_name(app: &App, ui: &Ui, unit: &UnitId) -> String {
    app.town.packs().units().by_id(unit).map_or_else(
        || unit.code().to_owned(),
        |found| found.full_name(ui.today()).to_owned(),
    )
}

/// A national state with its number: it is what the portal's people speak of.
fn state_name(ui: &Ui, state: i64) -> String {
    let name = match state {
        1 => "registered",
        2 => "accepted",
        3 => "not_accepted",
        4 => "in_progress",
        5 => "awaiting_supplement",
        6 => "awaiting_obligation",
        7 => "withdrawn",
        8 => "stopped",
        9 => "resolved",
        10 => "returned",
        _ => return state.to_string(),
    };
    let name = ui.t(&format!("dossier-state-{name}"));
    ui.t_args(
        "portal-state-named",
        &[("code", Arg::from(state)), ("name", Arg::from(name.as_str()))],
    )
}

fn dossier_code(signed: &Signed, unit: Option<&UnitId>, dossier: Option<DossierId>, text: &str) -> Markup {
    let may = unit.is_some_and(|unit| signed.actor.may(Right::ReadDossier, unit));
    match dossier.filter(|_| may) {
        Some(id) => html! { a href=(format!("/dossiers/{id}")) { (code(text)) } },
        None => code(text),
    }
}

fn troubles(app: &App, ui: &Ui, signed: &Signed, asked: &Asked, view: &PortalView) -> Markup {
    let columns = [
        Column::text(ui.t("portal-code")),
        Column::text(ui.t("portal-unit")),
        Column::text(ui.t("portal-state")),
        Column::text(ui.t("portal-since")),
        Column::text(ui.t("portal-status")),
        Column::text(""),
    ];
    let rows = &view.troubles.rows;
    let body = html! { @for row in rows { (trouble(app, ui, signed, row)) } };
    let next = view
        .troubles
        .next
        .map(|(at, id)| format!("{}.{id}", at.as_millisecond()));
    let shown = ui.t_args("portal-shown", &[("count", Arg::from(rows.len()))]);
    html! {
        section.mb-4 {
            h2.th-h { (ui.t("portal-troubles")) }
            @if rows.is_empty() { p.th-muted { (ui.t("portal-troubles-none")) } }
            @else {
                (ui::table(ui, &ui.t("portal-troubles"), &columns, None, &body))
                (ui::pager(ui, &shown, asked.after.is_empty(), next.as_deref()))
            }
        }
    }
}

fn trouble(app: &App, ui: &Ui, signed: &Signed, row: &Trouble) -> Markup {
    let refused = row.status == TellState::Refused;
    html! {
        tr {
            td.text-nowrap { (dossier_code(signed, Some(&row.unit), Some(row.dossier), &row.code)) }
            td { (unit_name(app, ui, &row.unit)) }
            td { (state_name(ui, row.state)) }
            td.text-nowrap { (ui.date_time(row.at)) }
            td {
                @if refused { (badge(ui, Tone::Bad, Icon::BAN, &ui.t("portal-status-refused"))) }
                @else { (badge(ui, Tone::Plain, Icon::SEND, &ui.t("portal-status-waiting"))) }
                @if row.tries > 0 { " " span.th-muted { (ui.t("portal-tries")) ": " (ui.number(row.tries)) } }
                @if let Some(why) = &row.last_error { br; span.th-muted { (ui.t("portal-why")) ": " span lang="en" { (why) } } }
            }
            td {
                @if refused {
                    div.th-row {
                        (button(ui, &format!("/portal/states/{}/retry", row.dossier), Icon::REFRESH, "portal-again", ""))
                        (button(ui, &format!("/portal/states/{}/leave-out", row.dossier), Icon::BAN, "portal-leave-out", ""))
                    }
                    span.th-muted { (ui.t("portal-leave-out-help")) }
                }
            }
        }
    }
}

fn parked(app: &App, ui: &Ui, rows: &[Handed]) -> Markup {
    let columns = [
        Column::text(ui.t("portal-code")),
        Column::text(ui.t("portal-procedure")),
        Column::text(ui.t("portal-unit")),
        Column::text(ui.t("portal-why")),
        Column::text(ui.t("portal-first")),
        Column::text(""),
    ];
    let body = html! {
        @for row in rows {
            tr {
                td.text-nowrap { (code(&row.code)) }
                td { (row.procedure_said) }
                td {
                    @match &row.unit { Some(unit) => { (unit_name(app, ui, unit)) }, None => { (row.unit_said) } }
                }
                td {
                    @if let Some(reason) = &row.reason { (ui.t(reason)) }
                    @if let Some(detail) = row.detail.as_ref().filter(|detail| !detail.is_empty()) {
                        br; span.th-muted lang="en" { (detail) }
                    }
                }
                td.text-nowrap { (ui.date_time(row.first_at)) }
                td {
                    @if row.again { span.th-muted { (ui.t("portal-parked-again")) } }
                    @else if is_dossier_code(&row.code) { (button(ui, &format!("/portal/dossiers/{}/retry", row.code), Icon::REFRESH, "portal-again", "")) }
                }
            }
        }
    };
    html! {
        section.mb-4 {
            h2.th-h { (ui.t("portal-parked")) }
            @if rows.is_empty() { p.th-muted { (ui.t("portal-parked-none")) } }
            @else {
                p.th-muted.th-text { (ui.t("portal-parked-about")) }
                (ui::table(ui, &ui.t("portal-parked"), &columns, None, &body))
            }
        }
    }
}

fn differences(app: &App, ui: &Ui, signed: &Signed, view: &PortalView) -> Markup {
    let columns = [
        Column::text(ui.t("portal-code")),
        Column::text(ui.t("portal-unit")),
        Column::text(ui.t("portal-difference")),
        Column::text(ui.t("portal-here")),
        Column::text(ui.t("portal-there")),
        Column::text(""),
    ];
    let state = |state: Option<i64>| state.map(|state| state_name(ui, state)).unwrap_or_default();
    let body = html! {
        @for row in &view.differences {
            tr {
                td.text-nowrap { (dossier_code(signed, row.unit.as_ref(), row.dossier, &row.code)) }
                td { @if let Some(unit) = &row.unit { (unit_name(app, ui, unit)) } }
                td { (ui.t(&format!("portal-difference-{}", row.kind.as_str()))) }
                td { (state(row.here)) }
                td { (state(row.there)) }
                td { (mend(ui, row)) }
            }
        }
    };
    html! {
        section.mb-4 {
            h2.th-h { (ui.t("portal-differences")) }
            @if view.differences.is_empty() {
                p.th-muted { @if view.compared.is_some() { (ui.t("portal-differences-none")) } @else { (ui.t("portal-compared-never")) } }
            }
            @else { (ui::table(ui, &ui.t("portal-differences"), &columns, None, &body)) }
        }
    }
}

fn mend(ui: &Ui, row: &Compared) -> Markup {
    match row.kind {
        Difference::MissingThere => html! {},
        Difference::MissingHere | Difference::State => button(
            ui,
            &format!("/portal/dossiers/{}/retry", row.code),
            Icon::REFRESH,
            "portal-again",
            "",
        ),
    }
}

/// An empty form, for its token.
#[derive(Debug, Deserialize)]
struct Nothing {}

/// Runs a command and goes back to the page.
macro_rules! act {
    ($app:expr, $signed:expr, $name:literal, |$tx:ident, $cx:ident| $run:expr) => {{
        let done = $app.town.write($name, &$signed.actor, move |$tx, $cx| $run).await;
        match done {
            Ok(()) => Redirect::to("/portal?done=1").into_response(),
            Err(error) => $signed.refuse(&$app, &error),
        }
    }};
}

async fn sync(State(app): State<App>, signed: Signed, FormOf(Nothing {}): FormOf<Nothing>) -> Response {
    act!(app, signed, "portal_sync_now", |tx, cx| sync_now(tx, cx))
}

async fn compare(State(app): State<App>, signed: Signed, FormOf(Nothing {}): FormOf<Nothing>) -> Response {
    act!(app, signed, "portal_compare_now", |tx, cx| compare_now(tx, cx))
}

async fn retry_dossier(
    State(app): State<App>,
    signed: Signed,
    Path(code): Path<String>,
    FormOf(Nothing {}): FormOf<Nothing>,
) -> Response {
    act!(app, signed, "portal_dossier_again", |tx, cx| try_dossier_again(
        tx, cx, &code
    ))
}

async fn retry_state(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<DossierId>,
    FormOf(Nothing {}): FormOf<Nothing>,
) -> Response {
    act!(app, signed, "portal_state_again", |tx, cx| try_state_again(
        tx, cx, id
    ))
}

async fn leave_out(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<DossierId>,
    FormOf(Nothing {}): FormOf<Nothing>,
) -> Response {
    act!(app, signed, "portal_leave_out", |tx, cx| leave_out_state(
        tx, cx, id
    ))
}

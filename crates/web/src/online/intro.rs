//! Before the form: what it is by law, what will be asked, what happens then; and the button that begins it.

use axum::Form as Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use townhall_app::error::AppError;
use townhall_app::online::{
    DRAFT_DAYS, OnlineSource, StartOnline, Turn, is_online, online_source, start_online,
};
use townhall_domain::procedure::Component;

use super::{CITIZEN, fallback, turn};
use crate::public::{OfUnit, dress, keep_unit, say, unit_of};
use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Form, Icon, Page, href};
use crate::visitor::Visitor;

pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    Query(of): Query<OfUnit>,
) -> Response {
    let mut ui = visitor.ui(&app);
    let Some(procedure) = app.town.packs().procedures().as_of(&code, ui.today()) else {
        return Refusal::not_found(ui.lang).page(&ui);
    };
    let Some(unit) = unit_of(&app, &ui, &of.unit) else {
        return Redirect::to("/communes").into_response();
    };
    if !is_online(procedure) {
        return Refusal::of(ui.lang, &AppError::refused("online-refused-not-online")).page(&ui);
    }
    dress(&app, &mut ui, Some(unit));
    let files: Vec<&Component> = procedure
        .components
        .iter()
        .filter(|component| online_source(procedure, component, ui.today()) == OnlineSource::Upload)
        .collect();
    let kept: Vec<(&str, &str)> = keep_unit(&app, Some(unit)).into_iter().collect();
    let title = ui.t_args("online-title", &[("procedure", say(&ui, &procedure.name).into())]);
    let main = html! {
        nav aria-label=(ui.t("online-back")) {
            a href=(href(&format!("/procedures/{}", procedure.code), &kept)) { (Icon::ARROW_LEFT) " " (ui.t("online-back")) }
        }
        h1.mt-2 { (title) }
        (fallback(&ui))
        p.mt-3 { (ui.t_args("online-to", &[("unit", unit.full_name(ui.today()).into())])) }
        h2 { (ui.t("online-before")) }
        ul.ps-3 {
            li { (ui.t("online-before-form")) }
            @for component in files { li { (ui.t_args("online-before-file", &[("paper", say(&ui, &component.name).into())])) } }
            li { (ui.t("online-before-contact")) }
        }
        h2 { (ui.t("online-then")) }
        ol.th-line {
            li { (ui.t("online-then-code")) }
            li { (ui.t("online-then-check")) }
            li { (ui.t("online-then-clock")) }
        }
        p.th-muted { (ui.t_args("online-privacy", &[("days", i64::try_from(DRAFT_DAYS).unwrap_or(0).into())])) }
        (ui::form(&ui, &Form::post(format!("/submit/{}", procedure.code)), &html! {
            (ui::hidden("unit", unit.code()))
            button.btn.btn-primary.px-4 type="submit" { (ui.t("online-begin")) }
        }))
    };
    ui::public_page(&ui, &Page::new(&title), &main).into_response()
}

pub(super) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    of: Result<Body<OfUnit>, axum::extract::rejection::FormRejection>,
) -> Response {
    let ui = visitor.ui(&app);
    let Ok(Body(of)) = of else {
        return Refusal::unreadable(ui.lang).page(&ui);
    };
    let Some(unit) = unit_of(&app, &ui, &of.unit) else {
        return Refusal::not_found(ui.lang).page(&ui);
    };
    if let Err(response) = turn(&app, &visitor, Turn::Start).await {
        return response;
    }
    let cmd = StartOnline {
        unit: unit.id.clone(),
        procedure: code,
    };
    let begun = app
        .town
        .write("start_online", &CITIZEN, move |tx, cx| start_online(tx, cx, &cmd))
        .await;
    match begun {
        Ok(token) => Redirect::to(&format!("/submit/form/{token}/who")).into_response(),
        Err(error) => Refusal::of(ui.lang, &error).page(&ui),
    }
}

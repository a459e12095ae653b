//! One fact for an officer, with the two files that prove it to others.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::error::AppError;
use townhall_app::log::{FactView, Provable, fact_view};
use townhall_domain::ids::FactId;
use townhall_text::Lang;

use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, NoticeTone, Page, Ui};

pub(super) async fn show(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    let ui = signed.ui(&app);
    match load(&app, &signed, &id).await {
        Ok(view) => {
            let heading = ui.t("log-fact");
            ui::page(&ui, &Page::new(&heading), &body(&ui, &view)).into_response()
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

pub(super) async fn proof(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    file(
        &app,
        &signed,
        &id,
        "text/plain; charset=utf-8",
        "tlog-proof",
        |files| files.proof,
    )
    .await
}

pub(super) async fn opened(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    file(&app, &signed, &id, "application/json", "json", |files| files.fact).await
}

async fn load(app: &App, signed: &Signed, id: &str) -> Result<FactView, AppError> {
    let id: FactId = id.parse().map_err(|_| AppError::NotFound("fact"))?;
    app.town
        .read("fact", &signed.actor, move |tx, cx| fact_view(tx, cx, id))
        .await
}

async fn file(
    app: &App,
    signed: &Signed,
    id: &str,
    kind: &'static str,
    ending: &str,
    pick: impl FnOnce(townhall_app::log::FactProof) -> String,
) -> Response {
    let view = match load(app, signed, id).await {
        Ok(view) => view,
        Err(error) => return signed.refuse(app, &error),
    };
    let Provable::Yes(files) = view.proof else {
        return signed.refuse(app, &AppError::NotFound("proof"));
    };
    let name = format!("attachment; filename=\"{}.{ending}\"", view.fact.id);
    let mut response = pick(files).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}

fn body(ui: &Ui, view: &FactView) -> Markup {
    let fact = &view.fact;
    let post = view
        .post
        .as_ref()
        .map(|(vi, en)| if ui.lang == Lang::Vi { vi } else { en });
    let subject = html! {
        @if fact.subject_kind == "dossier" {
            a href=(format!("/dossiers/{}", fact.subject_id)) { (ui.t("log-fact-dossier")) }
        } @else if fact.subject_kind == "task" {
            a href=(format!("/tasks/{}", fact.subject_id)) { (ui.t("work-kind-task")) }
        } @else { (ui::code(&fact.subject_id)) }
    };
    let place = view.place.as_ref().map(|(epoch, index)| {
        let index = i64::try_from(*index).unwrap_or(i64::MAX);
        ui.t_args(
            "log-fact-place",
            &[
                ("index", ui.number(index).into()),
                ("log", epoch.origin.as_str().into()),
            ],
        )
    });
    html! {
        (ui::title_line(ui, &kind_words(ui, &fact.kind), &html! {}, &html! {}))
        (ui::key_values(ui, &[
            (&ui.t("log-fact-at"), html! { (townhall_text::capitalised(&ui.date_time(fact.at))) }),
            (&ui.t("log-fact-subject"), subject),
            (&ui.t("log-fact-version"), html! { (ui.number(fact.version)) }),
            (&ui.t("log-fact-post"), html! { @if let Some(post) = post { (post) } }),
            (&ui.t("log-fact-in-log"), html! { @if let Some(place) = &place { (place) } }),
        ]))
        div.mt-3 { (proof_part(ui, view)) }
    }
}

fn proof_part(ui: &Ui, view: &FactView) -> Markup {
    let address = format!("/facts/{}", view.fact.id);
    match &view.proof {
        Provable::Yes(_) => ui::card(
            "proof",
            &ui.t("log-proof"),
            &html! {},
            &html! {
                div.card-body {
                    p.th-text { (ui.t("log-proof-text")) }
                    div.th-row {
                        a.btn.btn-primary href=(format!("{address}/proof")) download { (ui.t("log-proof-file")) }
                        a.btn href=(format!("{address}/fact.json")) download { (ui.t("log-fact-file")) }
                        a.th-text href="/log/verify" { (ui.t("log-verify")) }
                    }
                }
            },
        ),
        Provable::NotYet => ui::notice(ui, NoticeTone::Info, "", &html! { (ui.t("log-proof-not-yet")) }),
        Provable::No => ui::notice(ui, NoticeTone::Info, "", &html! { (ui.t("log-proof-erased")) }),
    }
}

/// The words of a kind of fact; its code when there are none, as for a fact that somebody brings.
pub(super) fn kind_words(ui: &Ui, kind: &str) -> String {
    let key = format!("fact-{kind}");
    if townhall_text::has(ui.lang, &key) {
        ui.t(&key)
    } else {
        kind.to_owned()
    }
}

//! The proof of one step of the dossier: two files to keep, and what they say.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::dossier::{CitizenProof, proof_by_secret};
use townhall_app::error::AppError;
use townhall_app::log::{FactProof, Provable};

use super::{Own, open};
use crate::online::CITIZEN;
use crate::state::App;
use crate::ui::{self, Form, Icon, NoticeTone, Page, code, key_values};
use crate::visitor::Visitor;

async fn load(own: &Own<'_>, version: &str) -> Result<CitizenProof, Response> {
    let Ok(version) = version.parse::<i64>() else {
        return Err(own.refuse(&AppError::NotFound("fact")));
    };
    let secret = own.secret.clone();
    own.app
        .town
        .read("proof_by_secret", &CITIZEN, move |tx, cx| {
            proof_by_secret(tx, cx, &secret, version)
        })
        .await
        .map_err(|error| own.refuse(&error))
}

pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((secret, version)): Path<(String, String)>,
) -> Response {
    let own = match open(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let found = match load(&own, &version).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let ui = &own.ui;
    let title = ui.t("log-proof");
    let place = found.place.as_ref().map(|(index, origin)| {
        let number = ui.number(i64::try_from(*index).unwrap_or(i64::MAX));
        ui.t_args(
            "log-fact-place",
            &[("index", number.into()), ("log", origin.as_str().into())],
        )
    });
    let main = html! {
        (own.above())
        h1 { (title) }
        (key_values(ui, &[
            (&ui.t("log-fact-what"), html! { b { (ui.t(&format!("fact-{}", found.fact.kind))) } }),
            (&ui.t("log-fact-at"), html! { (townhall_text::capitalised(&ui.date_time(found.fact.at))) }),
            (&ui.t("log-fact-dossier"), code(&found.code)),
            (&ui.t("log-fact-in-log"), html! { @if let Some(place) = &place { span.text-break { (place) } } }),
        ]))
        div.mt-3 {
            @match &found.proof {
                Provable::Yes(proof) => (files(&own, found.fact.version, proof)),
                Provable::NotYet => (ui::notice(ui, NoticeTone::Info, "", &html! { (ui.t("log-proof-not-yet")) })),
                Provable::No => (ui::notice(ui, NoticeTone::Warn, "", &html! { (ui.t("log-proof-erased")) })),
            }
        }
    };
    ui::public_page(ui, &Page::new(&title), &main).into_response()
}

fn files(own: &Own<'_>, version: i64, proof: &FactProof) -> Markup {
    let ui = &own.ui;
    let address = |file: &str| own.address(&format!("proof/{version}/{file}"));
    html! {
        p { (ui.t("log-proof-text")) }
        div.d-grid.gap-2 {
            a.btn.justify-content-between href=(address("proof")) { (ui.t("log-proof-file")) (Icon::DOWNLOAD) }
            a.btn.justify-content-between href=(address("fact")) { (ui.t("log-fact-file")) (Icon::DOWNLOAD) }
        }
        (ui::form(ui, &Form::post("/log/verify").upload().class("mt-3"), &html! {
            (ui::hidden("proof_text", &proof.proof))
            (ui::hidden("fact_text", &proof.fact))
            button.btn.btn-primary type="submit" { (ui.t("status-proof-check")) }
        }))
        p.th-muted.mt-3 { (ui.t("status-proof-others")) " " a href="/transparency" { (ui.t("log-title")) } }
    }
}

/// `proof` (C2SP tlog-proof) or `fact` (the fact with the salt of its leaf).
pub(super) async fn file(
    State(app): State<App>,
    visitor: Visitor,
    Path((secret, version, file)): Path<(String, String, String)>,
) -> Response {
    let own = match open(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let found = match load(&own, &version).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let Provable::Yes(proof) = found.proof else {
        return own.refuse(&AppError::NotFound("proof"));
    };
    let (text, kind, ending) = match file.as_str() {
        "proof" => (proof.proof, "text/plain; charset=utf-8", "tlog-proof"),
        "fact" => (proof.fact, "application/json", "json"),
        _ => return own.refuse(&AppError::NotFound("file")),
    };
    let name: String = found
        .code
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .collect();
    let attached = format!("attachment; filename=\"{name}-{}.{ending}\"", found.fact.version);
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(attached) = HeaderValue::from_str(&attached) {
        headers.insert(CONTENT_DISPOSITION, attached);
    }
    response
}

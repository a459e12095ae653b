//! Hand in what Form 02 asked for: files one by one, an answer, then "that is all".

use axum::Form as Body;
use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::rejection::{BytesRejection, FormRejection, JsonRejection};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::dossier::{AnswerSupplement, HandIn, answer_supplement, hand_in};
use townhall_app::error::AppError;
use townhall_app::online::{OnlineSource, Turn, online_source};
use townhall_domain::dossier::ComponentStatus;
use townhall_domain::procedure::Component;

use super::{Own, open};
use crate::online::{CITIZEN, file_form, turn};
use crate::papers::{Begin, begin_for, go_on_for, place_for, read_files};
use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Errors, Field, Form, Icon, Page};
use crate::visitor::Visitor;

/// What the last form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    version: String,
    answer: String,
}

fn owner(secret: &str) -> String {
    format!("receipt:{secret}")
}

/// Opens a dossier from which something is asked.
async fn asked<'a>(app: &'a App, visitor: &Visitor, secret: &str) -> Result<Own<'a>, Response> {
    let own = open(app, visitor, secret).await?;
    if own.status.can_supplement {
        Ok(own)
    } else {
        Err(own.refuse(&AppError::refused("status-refused-supplement")))
    }
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor, Path(secret): Path<String>) -> Response {
    match asked(&app, &visitor, &secret).await {
        Ok(own) => page(&own, "", &Errors::default()),
        Err(response) => response,
    }
}

/// Keeps the files that came; what cannot be kept is named with the reason, and the others are kept.
pub(super) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let own = match asked(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let lang = own.ui.lang;
    let Ok(form) = form else {
        return Refusal::unreadable(lang).page(&own.ui);
    };
    if let Err(response) = turn(&app, &visitor, Turn::Upload).await {
        return response;
    }
    let sent = match read_files(&app, lang, &owner(&secret), None, form).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal.page(&own.ui),
    };
    let component = sent.component().to_owned();
    let field = format!("files_{component}");
    let mut errors = Errors::default();
    if !sent.taken.is_empty() || sent.problems.is_empty() {
        let cmd = HandIn {
            secret: secret.clone(),
            component: Some(component).filter(|component| !component.is_empty()),
            papers: sent.taken,
        };
        let added = app
            .town
            .write("hand_in", &CITIZEN, move |tx, cx| hand_in(tx, cx, &cmd))
            .await;
        match added {
            Ok(()) => {}
            Err(error @ AppError::Invalid(_)) => {
                for (_, message) in Refusal::of(lang, &error).errors().iter() {
                    errors.push(field.clone(), message);
                }
            }
            Err(error) => return own.refuse(&error),
        }
    }
    for problem in sent.problems {
        errors.push(field.clone(), problem);
    }
    if let Some(status) = sent.failed {
        errors.fail(status);
    }
    if errors.is_empty() {
        return Redirect::to(&own.address("supplement")).into_response();
    }
    match asked(&app, &visitor, &secret).await {
        Ok(own) => page(&own, "", &errors),
        Err(response) => response,
    }
}

/// That is all: the dossier goes back to whoever asked.
pub(super) async fn done(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
    typed: Result<Body<Typed>, FormRejection>,
) -> Response {
    let own = match asked(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let Ok(Body(typed)) = typed else {
        return Refusal::unreadable(own.ui.lang).page(&own.ui);
    };
    let cmd = AnswerSupplement {
        secret,
        version: typed.version.parse().unwrap_or(0),
        answer: typed.answer.clone(),
    };
    let done = app
        .town
        .write("answer_supplement", &CITIZEN, move |tx, cx| {
            answer_supplement(tx, cx, &cmd)
        })
        .await;
    own.answer(done, "supplement", |errors| page(&own, &typed.answer, errors))
}

/// A large file begins to come in pieces.
pub(super) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
    body: Result<Json<Begin>, JsonRejection>,
) -> Response {
    let own = match asked(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    if let Err(response) = turn(&app, &visitor, Turn::Upload).await {
        return response;
    }
    begin_for(&app, own.ui.lang, owner(&secret), body).await
}

pub(super) async fn place(
    State(app): State<App>,
    visitor: Visitor,
    Path((secret, id)): Path<(String, String)>,
) -> Response {
    place_for(&app, visitor.lang, owner(&secret), id).await
}

pub(super) async fn piece(
    State(app): State<App>,
    visitor: Visitor,
    Path((secret, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    go_on_for(&app, visitor.lang, owner(&secret), id, &headers, body).await
}

/// The components that are missing or faulty, and are files.
fn wanted<'p>(own: &'p Own<'_>) -> Vec<&'p Component> {
    let procedure = &own.status.dossier.procedure;
    let catalogue = own.app.town.packs().procedures();
    let Some(procedure) = catalogue.version(&procedure.code, procedure.version) else {
        return Vec::new();
    };
    own.status
        .components
        .iter()
        .filter(|entry| matches!(entry.status, ComponentStatus::Missing | ComponentStatus::Faulty))
        .filter_map(|entry| procedure.component(&entry.component))
        .filter(|component| online_source(procedure, component, own.ui.today()) == OnlineSource::Upload)
        .collect()
}

fn page(own: &Own<'_>, answer: &str, errors: &Errors) -> Response {
    let (ui, dossier) = (&own.ui, &own.status.dossier);
    let (action, uploads) = (own.address("supplement"), own.address("uploads"));
    let title = ui.t("status-supplement");
    let own_errors = Errors::new(
        errors
            .iter()
            .filter(|(field, _)| !field.starts_with("files_"))
            .map(|(field, message)| (field.to_owned(), message.to_owned())),
    );
    let main = html! {
        (own.above())
        (ui::error_summary(ui, &own_errors))
        h1 { (title) }
        (asked_for(own))
        (brought(own))
        ul.th-choices {
            @for component in wanted(own) {
                @let name = component.name.get(ui.lang.code());
                li {
                    h2.mt-2 { (name) }
                    (file_form(ui, &action, &uploads, &component.id, ui.t_args("online-file-label", &[("paper", name.into())]), errors))
                }
            }
            // What is asked for in words is no "other" paper: it is the one that is asked for.
            li {
                h2.mt-2 { (ui.t("status-supplement-paper")) }
                (file_form(ui, &action, &uploads, "", ui.t("status-supplement-paper-label"), errors))
            }
        }
        h2 { (ui.t("status-supplement-send")) }
        (ui::form(ui, &Form::post(own.address("supplement/done")), &html! {
            (ui::hidden("version", &dossier.version.to_string()))
            (ui::textarea(ui, &Field::new("answer", ui.t("status-supplement-answer")).hint(ui.t("status-supplement-hint")).value(answer).errors(&own_errors).optional().max_chars(2000), 3))
            div.th-row.mt-3 { button.btn.btn-primary.px-4 type="submit" { (ui.t("status-supplement-done")) } }
        }))
    };
    let status = errors.status();
    let about = Page::new(&title).with_error(!errors.is_empty());
    (status, ui::public_page(ui, &about, &main)).into_response()
}

/// What Form 02 says: what is missing, why, and by when, which no rule of today sets.
pub(super) fn asked_for(own: &Own<'_>) -> Markup {
    let ui = &own.ui;
    let slip = own
        .status
        .slips
        .iter()
        .rev()
        .find(|slip| slip.form == "supplement");
    let Some(slip) = slip else {
        return html! {};
    };
    let items = slip.body["items"].as_array().cloned().unwrap_or_default();
    html! {
        p.mb-1 { (ui.t("status-supplement-asked")) }
        ol.ps-3.mb-2 { @for item in &items { li { b { (item.as_str().unwrap_or_default()) } } } }
        @if let Some(reason) = slip.body["reason"].as_str() { p.mb-1 { (ui.t("common-reason")) ": " (reason) } }
        p { (ui.t_args("status-supplement-when", &[("on", ui.date_time(slip.issued_at).into())])) }
    }
}

/// What has come since it was asked for.
fn brought(own: &Own<'_>) -> Markup {
    let since = own.status.dossier.paused_at;
    let files = own
        .status
        .papers
        .iter()
        .filter(|paper| paper.added_by.is_none() && since.is_some_and(|since| paper.added_at >= since));
    html! {
        @for paper in files { p.mb-1 { (Icon::CHECK) " " bdi { (paper.name) } " · " (own.ui.t("online-source-here")) } }
    }
}

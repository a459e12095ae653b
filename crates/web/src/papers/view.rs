//! One paper: its page, its content, the image that it was made from.

use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::access_log;
use townhall_app::actor::Actor;
use townhall_app::dossier::{PaperView, RemovePaper, paper_view, remove_paper};
use townhall_app::error::AppError;
use townhall_domain::ids::PaperId;
use townhall_store::StoreError;
use townhall_text::Lang;

use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Errors, Field, Form, Icon, NoticeTone, Page, Place, Ui, error_summary, key_values};

/// The page of a paper.
pub async fn show(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    page(&app, &signed, &id, "", &Errors::default()).await
}

async fn page(app: &App, signed: &Signed, id: &str, typed: &str, errors: &Errors) -> Response {
    let view = match open(app, &signed.actor, id).await {
        Ok(view) => view,
        Err(error) => return signed.refuse(app, &error),
    };
    let content = look(app, &view.paper.sha256).await;
    let ui = signed.ui(app);
    let about = Page::new(&view.paper.name)
        .at(Place::Dossiers)
        .with_error(!errors.is_empty());
    let status = errors.status();
    (
        status,
        ui::page(&ui, &about, &body(&ui, &view, content, typed, errors)),
    )
        .into_response()
}

/// Loads the paper for who may read it and notes that he did.
pub(crate) async fn open(app: &App, actor: &Actor, id: &str) -> Result<PaperView, AppError> {
    let id: PaperId = id.parse().map_err(|_| AppError::NotFound("paper"))?;
    let view = app
        .town
        .read("paper_view", actor, move |tx, cx| paper_view(tx, cx, id))
        .await?;
    let reading = view.reading.clone();
    app.town
        .write("note_reading", actor, move |tx, cx| {
            access_log::note(tx, cx, &reading)
        })
        .await?;
    Ok(view)
}

/// How the content of a paper lies in its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// As it was kept.
    Sound,
    /// Changed, or gone.
    Damaged,
    /// Nobody knows: the store does not answer.
    Away,
}

/// Looks at the content of a paper.
pub(crate) async fn look(app: &App, sha256: &str) -> Content {
    match read(app, sha256.to_owned()).await {
        Ok(_) => Content::Sound,
        Err(AppError::Store(error)) => {
            tracing::error!(%error, "the content of a paper cannot be looked at");
            Content::Away
        }
        Err(_) => Content::Damaged,
    }
}

/// The whole file, checked against its hash.
async fn read(app: &App, sha256: String) -> Result<Vec<u8>, AppError> {
    let files = app.town.files().clone();
    let outcome = tokio::task::spawn_blocking(move || files.read(&sha256))
        .await
        .map_err(|_| StoreError::Panicked)?;
    outcome.map_err(|error| match error {
        StoreError::MissingFile(_) | StoreError::DamagedFile(_) => {
            tracing::error!(%error, "a file of a paper is damaged or gone");
            AppError::refused("paper-damaged")
        }
        error => AppError::Store(error),
    })
}

fn body(ui: &Ui, view: &PaperView, content: Content, typed: &str, errors: &Errors) -> Markup {
    let is_sound = content == Content::Sound;
    let paper = &view.paper;
    let file = format!("/papers/{}/file", paper.id);
    let component = view
        .component
        .as_ref()
        .map(|(vi, en)| if ui.lang == Lang::Vi { vi } else { en });
    let pages = paper.pages.map(|pages| pages.to_string()).unwrap_or_default();
    let pairs = [
        (ui.t("paper-of"), html! { a href=(view.back) { (view.subject) } }),
        (
            ui.t("paper-field-component"),
            html! { @if let Some(component) = component { (component) } },
        ),
        (
            ui.t("paper-field-source"),
            html! { (ui.t(&format!("dossier-source-{}", paper.source.as_str()))) },
        ),
        (ui.t("paper-added"), html! { (ui.date_time(paper.added_at)) }),
        (ui.t("paper-pages"), html! { (pages) }),
    ];
    let pairs: Vec<(&str, Markup)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let buttons = html! {
        @if is_sound {
            a.btn href=(format!("{file}?download=1")) { (Icon::DOWNLOAD) " " (ui.t("paper-download")) }
            @if paper.original_sha256.is_some() {
                a.btn href=(format!("/papers/{}/original", paper.id)) { (ui.t("paper-original")) }
            }
        }
    };
    html! {
        (ui::breadcrumb(ui, &[(&view.subject, &view.back)], &html! { (paper.name) }))
        (error_summary(ui, errors))
        (ui::title_line(ui, &paper.name, &html! {}, &buttons))
        section.card.mb-3 { div.card-body { (key_values(ui, &pairs)) } }
        @if is_sound {
            div.th-viewer {
                iframe src=(file) title=(paper.name) loading="lazy" {}
            }
            p.th-muted.mt-2 { a href=(file) { (ui.t("paper-open-alone")) } }
        } @else {
            (ui::notice(ui, NoticeTone::Bad, &ui.t(match content {
                Content::Away => "paper-away",
                Content::Sound | Content::Damaged => "paper-damaged",
            }), &html! {}))
        }
        @if view.may_remove {
            details.mt-3 open[!errors.is_empty()] {
                summary { (ui.t("paper-remove")) }
                (ui::form(ui, &Form::post(format!("/papers/{}/remove", paper.id)), &html! {
                    p.th-muted { (ui.t("paper-remove-effect")) }
                    (ui::textarea(ui, &Field::new("reason", ui.t("dossier-field-reason")).value(typed).errors(errors).max_chars(2000), 2))
                    button.btn.btn-danger type="submit" { (ui.t("paper-remove")) }
                }))
            }
        }
    }
}

/// How the content is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    download: String,
}

/// The content: in the viewer, or as a download.
pub async fn file(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let download = !wanted.download.is_empty();
    let answer = content(&app, &signed.actor, &id, download).await;
    answer.unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The content of a paper for who may read it.
pub(crate) async fn content(
    app: &App,
    actor: &Actor,
    id: &str,
    download: bool,
) -> Result<Response, AppError> {
    let view = open(app, actor, id).await?;
    let bytes = read(app, view.paper.sha256.clone()).await?;
    Ok(if !download && view.paper.media_type == "application/pdf" {
        super::pdf(&view.paper.name, bytes)
    } else {
        attachment(&view.paper.name, &view.paper.media_type, bytes)
    })
}

/// The image that a paper was made from, as it was sent.
pub async fn original(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    let answer = sent_content(&app, &signed.actor, &id).await;
    answer.unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// What was sent, where the paper was made from it, for who may read it.
pub(crate) async fn sent_content(app: &App, actor: &Actor, id: &str) -> Result<Response, AppError> {
    let view = open(app, actor, id).await?;
    let original = view.paper.original_sha256.clone();
    let bytes = read(app, original.ok_or(AppError::NotFound("paper"))?).await?;
    let (ending, media_type) = if bytes.starts_with(b"\x89PNG") {
        ("png", "image/png")
    } else {
        ("jpg", "image/jpeg")
    };
    let name = townhall_app::paper::clean_name(&view.paper.name, ending);
    Ok(attachment(&name, media_type, bytes))
}

/// A file that is saved and never shown by the browser.
fn attachment(name: &str, media_type: &str, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let media_type =
        HeaderValue::from_str(media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_TYPE, media_type);
    headers.insert(CONTENT_DISPOSITION, super::disposition("attachment", name));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
    );
    response
}

/// What the form to take a paper out says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Removal {
    reason: String,
}

/// Takes a paper out of its dossier.
pub async fn remove(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(typed): FormOf<Removal>,
) -> Response {
    let Ok(paper) = id.parse::<PaperId>() else {
        return signed.refuse(&app, &AppError::NotFound("paper"));
    };
    let reason = typed.reason.clone();
    let removed = app
        .town
        .write("remove_paper", &signed.actor, move |tx, cx| {
            let reason = reason.clone();
            remove_paper(tx, cx, &RemovePaper { paper, reason })
        })
        .await;
    match removed {
        Ok(dossier) => Redirect::to(&format!("/dossiers/{dossier}?done=remove_paper#papers")).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            page(&app, &signed, &id, &typed.reason, &errors).await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

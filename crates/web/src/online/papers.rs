//! The papers of a form: one small form a paper, so that each file is kept as soon as it is here.

use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use townhall_app::error::AppError;
use townhall_app::online::{
    AddOnlineFile, OnlineSource, Turn, add_online_file, online_source, remove_online_file,
};
use townhall_domain::ids::PaperId;
use townhall_domain::procedure::{Component, Need};
use townhall_store::online::OnlineFile;

use super::steps::Step;
use super::{CITIZEN, Filing, load, turn};
use crate::papers::{Begin, begin_for, go_on_for, place_for, read_files};
use crate::public::say;
use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Errors, Field, Form, Icon, NoticeTone, Tone, badge};
use crate::visitor::Visitor;

/// Whose half uploads these are: the holder of the secret address.
fn owner(token: &str) -> String {
    format!("online:{token}")
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor, Path(token): Path<String>) -> Response {
    match load(&app, &visitor, &token).await {
        Ok(filing) => filing.draw_papers(&Errors::default()),
        Err(response) => response,
    }
}

/// Keeps the files that came; what cannot be kept is named with the reason, and the others are kept.
pub(super) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    // Before a byte is kept: a form that is not there, or was sent.
    let filing = match load(&app, &visitor, &token).await {
        Ok(filing) => filing,
        Err(response) => return response,
    };
    let lang = filing.ui.lang;
    let Ok(form) = form else {
        return Refusal::unreadable(lang).page(&filing.ui);
    };
    if let Err(response) = turn(&app, &visitor, Turn::Upload).await {
        return response;
    }
    let sent = match read_files(&app, lang, &owner(&token), None, form).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal.page(&filing.ui),
    };
    let component = sent.component().to_owned();
    let field = format!("files_{component}");
    let mut errors = Errors::default();
    if sent.taken.is_empty() && sent.problems.is_empty() {
        errors.push(field.clone(), filing.ui.t("paper-none-chosen"));
    }
    for taken in sent.taken {
        let cmd = AddOnlineFile {
            token: token.clone(),
            component: component.clone(),
            taken,
        };
        let added = app
            .town
            .write("add_online_file", &CITIZEN, move |tx, cx| {
                add_online_file(tx, cx, &cmd)
            })
            .await;
        match added {
            Ok(()) => {}
            Err(error @ AppError::Invalid(_)) => {
                let said = Refusal::of(lang, &error).errors();
                for (_, message) in said.iter() {
                    errors.push(field.clone(), message);
                }
            }
            Err(error) => return Refusal::of(lang, &error).page(&filing.ui),
        }
    }
    for problem in sent.problems {
        errors.push(field.clone(), problem);
    }
    if let Some(status) = sent.failed {
        errors.fail(status);
    }
    if errors.is_empty() {
        return Redirect::to(&format!("{}#{}", filing.address("papers"), anchor(&component))).into_response();
    }
    match load(&app, &visitor, &token).await {
        Ok(filing) => filing.draw_papers(&errors),
        Err(response) => response,
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Path((token, file)): Path<(String, String)>,
) -> Response {
    let filing = match load(&app, &visitor, &token).await {
        Ok(filing) => filing,
        Err(response) => return response,
    };
    let Ok(file) = file.parse::<PaperId>() else {
        return Refusal::not_found(filing.ui.lang).page(&filing.ui);
    };
    let removed = app
        .town
        .write("remove_online_file", &CITIZEN, move |tx, cx| {
            remove_online_file(tx, cx, &token, file)
        })
        .await;
    match removed {
        Ok(()) => Redirect::to(&filing.address("papers")).into_response(),
        Err(error) => Refusal::of(filing.ui.lang, &error).page(&filing.ui),
    }
}

/// A large file begins to come in pieces.
pub(super) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
    body: Result<Json<Begin>, JsonRejection>,
) -> Response {
    let filing = match load(&app, &visitor, &token).await {
        Ok(filing) => filing,
        Err(response) => return response,
    };
    if let Err(response) = turn(&app, &visitor, Turn::Upload).await {
        return response;
    }
    begin_for(&app, filing.ui.lang, owner(&token), body).await
}

pub(super) async fn place(
    State(app): State<App>,
    visitor: Visitor,
    Path((token, id)): Path<(String, String)>,
) -> Response {
    place_for(&app, visitor.lang, owner(&token), id).await
}

pub(super) async fn piece(
    State(app): State<App>,
    visitor: Visitor,
    Path((token, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    go_on_for(&app, visitor.lang, owner(&token), id, &headers, body).await
}

fn anchor(component: &str) -> String {
    format!("paper-{component}")
}

/// A small form that is nothing but the files of one paper.
pub(crate) fn file_form(
    ui: &ui::Ui,
    action: &str,
    uploads: &str,
    component: &str,
    label: String,
    errors: &Errors,
) -> Markup {
    let name = format!("files_{component}");
    let field = Field::new("files", label).hint(ui.t("online-file-hint"));
    ui::form(
        ui,
        &Form::post(action.to_owned()).upload(),
        &html! {
            (ui::hidden("component", component))
            div data-pieces=(uploads) data-pieces-say=(ui.t("paper-sending")) data-pieces-fail=(ui.t("paper-sending-failed")) data-pieces-rest=(ui.t("paper-sending-rest")) data-send-on-choose="" {
                @for message in errors.iter().filter(|(field, _)| *field == name).map(|(_, message)| message) {
                    p.th-msg.mb-1 role="alert" { (Icon::ALERT) " " (message) }
                }
                (ui::file_as(ui, &field, &format!("f-files-{component}"), "application/pdf,image/jpeg,image/png"))
                p.th-muted.mb-0 role="status" data-pieces-status="" {}
            }
            button.btn.mt-2 type="submit" { (ui.t("online-file-send")) }
        },
    )
}

impl Filing<'_> {
    /// The files of a component.
    fn files_of<'f>(&'f self, component: &'f str) -> impl Iterator<Item = &'f OnlineFile> {
        self.form
            .files
            .iter()
            .filter(move |file| file.component == component)
    }

    /// The components that matter in this case, with whether each is needed.
    pub(super) fn components(&self) -> Vec<(&Component, bool)> {
        let (answers, today) = (self.answers(), self.ui.today());
        let clean = self
            .schema
            .map(|schema| schema.check_so_far(&answers, today).0.into_values())
            .unwrap_or_default();
        let circumstances = self
            .procedure
            .circumstances(&clean, &self.typed.all("circumstance"), today);
        let needed: Vec<&str> = self
            .procedure
            .needed(&circumstances)
            .map(|component| component.id.as_str())
            .collect();
        self.procedure
            .components
            .iter()
            .map(|component| (component, needed.contains(&component.id.as_str())))
            .filter(|(component, is_needed)| {
                *is_needed
                    || component.need == Need::Optional
                    || self.files_of(&component.id).next().is_some()
            })
            .collect()
    }

    /// The names of the papers that are needed as files and not there; of a group one is enough.
    pub(super) fn missing(&self) -> Vec<&str> {
        let all = self.components();
        let today = self.ui.today();
        let is_here = |component: &Component| {
            online_source(self.procedure, component, today) != OnlineSource::Upload
                || self.files_of(&component.id).next().is_some()
        };
        all.iter()
            .filter(|(component, is_needed)| *is_needed && !is_here(component))
            .filter(|(component, _)| {
                component.one_of.is_none()
                    || !all
                        .iter()
                        .any(|(other, _)| other.one_of == component.one_of && is_here(other))
            })
            .map(|(component, _)| say(&self.ui, &component.name))
            .collect()
    }

    pub(super) fn draw_papers(&self, errors: &Errors) -> Response {
        let ui = &self.ui;
        let title = ui.t("online-papers");
        let main = html! {
            h1 { (title) }
            p { (ui.t("online-papers-text")) }
            ul.th-choices {
                @for (component, is_needed) in self.components() {
                    li id=(anchor(&component.id)) { (self.paper(component, is_needed, errors)) }
                }
                li id=(anchor("")) {
                    h2.mt-2 { (ui.t("online-other-paper")) }
                    (self.files("" ))
                    (file_form(ui, &self.address("papers"), &self.address("uploads"), "", ui.t("online-other-paper-label"), errors))
                }
            }
            div.th-row.mt-4 { a.btn.btn-primary.px-4 href=(self.address("review")) { (ui.t("common-continue")) } }
        };
        self.page(Step::Papers, &title, errors, &main)
    }

    fn paper(&self, component: &Component, is_needed: bool, errors: &Errors) -> Markup {
        let ui = &self.ui;
        let name = say(ui, &component.name);
        let source = online_source(self.procedure, component, ui.today());
        let (tone, icon, key) = match source {
            OnlineSource::Form => (Tone::Ok, Icon::CHECK, "online-source-form"),
            OnlineSource::Database => (Tone::Ok, Icon::DATABASE, "online-source-database"),
            OnlineSource::Shown => (Tone::Plain, Icon::INFO, "online-source-shown"),
            OnlineSource::Upload if self.files_of(&component.id).next().is_some() => {
                (Tone::Ok, Icon::CHECK, "online-source-here")
            }
            OnlineSource::Upload if component.one_of.is_some() => {
                (Tone::Warn, Icon::ALERT, "counter-need-one-of")
            }
            OnlineSource::Upload if is_needed => (Tone::Warn, Icon::ALERT, "online-source-needed"),
            OnlineSource::Upload => (Tone::Plain, Icon::INFO, "counter-need-optional"),
        };
        html! {
            h2.mt-2 { (name) }
            p.mb-1 { (badge(ui, tone, icon, &ui.t(key))) }
            @if let Some(note) = &component.note { p.th-muted.mb-1 { (say(ui, note)) } }
            @if source == OnlineSource::Upload {
                (self.files(&component.id))
                (file_form(ui, &self.address("papers"), &self.address("uploads"), &component.id, ui.t_args("online-file-label", &[("paper", name.into())]), errors))
            }
        }
    }

    /// The files that are there, each with a button that takes it out.
    fn files(&self, component: &str) -> Markup {
        let ui = &self.ui;
        html! {
            @for file in self.files_of(component) {
                div.th-row.mb-2 {
                    span.th-text { (Icon::CHECK) " " bdi { (file.name) } " · " (ui.t_args("online-file-pages", &[("pages", file.pages.into())])) }
                    (ui::form(ui, &Form::post(format!("{}/{}/remove", self.address("papers"), file.id)), &html! {
                        button.btn.btn-sm type="submit" { (ui.t("online-file-remove")) span.visually-hidden { ": " (file.name) } }
                    }))
                }
            }
        }
    }

    /// What is there and what is still missing, for the review.
    pub(super) fn papers_told(&self) -> Markup {
        let ui = &self.ui;
        let missing = self.missing();
        html! {
            @if self.form.files.is_empty() { p.th-muted.mb-1 { (ui.t("online-no-files")) } }
            ul.ps-3.mb-1 { @for file in &self.form.files { li { bdi { (file.name) } } } }
            @if !missing.is_empty() {
                (ui::notice(ui, NoticeTone::Warn, &ui.t("online-missing"), &html! {
                    (missing.join("; ")) ". " (ui.t("online-missing-text"))
                }))
            }
        }
    }
}

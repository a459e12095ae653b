//! Adding papers to a dossier: several files at once, chosen, dropped, or sent in pieces before.

use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::dossier::{ActionNow, AddPapers, DossierView, add_papers};
use townhall_app::error::AppError;
use townhall_app::paper::{FileProblem, TakeError, Taken, clean_name};
use townhall_domain::dossier::{Action, ComponentSource, ComponentStatus};
use townhall_domain::ids::DossierId;
use townhall_domain::procedure::Nature;
use townhall_text::{Arg, Lang, t_args};

use super::intake::problem_of;
use super::pieces;
use crate::refusal::Refusal;
use crate::session::Signed;
use crate::state::App;
use crate::ui::{
    self, CSRF_FIELD, Choice, Errors, Field, Form, NoticeTone, Page, Place, Ui, code, error_summary,
};

/// A form with its files: one of the largest, or several smaller ones; more than that goes in pieces.
pub const MOST_FORM_BYTES: usize = 60 * 1024 * 1024;
/// Files of one form.
const MOST_FILES: usize = 40;
/// A text beside the files.
const MOST_TEXT_BYTES: usize = 8 * 1024;

/// What was typed beside the files.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    component: String,
    source: String,
    note: String,
}

/// The page.
pub async fn ask(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    Query(typed): Query<Typed>,
) -> Response {
    let back = Again::default();
    show(&app, &signed, &id, &typed, &Errors::default(), &back).await
}

/// What the page says when it comes back with mistakes: what went well all the same.
#[derive(Default)]
struct Again<'a> {
    /// How many of the files were added.
    kept: usize,
    /// Uploads in pieces that are still here as a whole.
    left: &'a [String],
}

async fn show(
    app: &App,
    signed: &Signed,
    id: &str,
    typed: &Typed,
    errors: &Errors,
    again: &Again<'_>,
) -> Response {
    let view = match load(app, signed, id).await {
        Ok(view) => view,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let heading = ui.t("dossier-action-add_paper");
    let about = Page::new(&heading)
        .at(Place::Dossiers)
        .with_error(!errors.is_empty());
    let page = ui::page(&ui, &about, &body(app, &ui, &view, typed, errors, again));
    let status = errors.status();
    (status, page).into_response()
}

async fn load(app: &App, signed: &Signed, id: &str) -> Result<DossierView, AppError> {
    let id: DossierId = id.parse().map_err(|_| AppError::NotFound("dossier"))?;
    let view = crate::dossier::open(app, &signed.actor, id).await?;
    let now = view
        .actions
        .iter()
        .find(|(action, _)| *action == Action::AddPaper)
        .map(|(_, now)| now);
    match now {
        Some(ActionNow::Yes) => Ok(view),
        Some(ActionNow::NotInThisState(why)) => Err(AppError::NotAllowed(*why)),
        Some(ActionNow::NotInYourHand) | None => Err(AppError::NotFound("action")),
    }
}

fn body(app: &App, ui: &Ui, view: &DossierView, typed: &Typed, errors: &Errors, again: &Again<'_>) -> Markup {
    let left = again.left;
    let heading = ui.t("dossier-action-add_paper");
    let dossier = &view.dossier;
    let back = format!("/dossiers/{}", dossier.id);
    let procedure = app
        .town
        .packs()
        .procedures()
        .version(&dossier.procedure.code, dossier.procedure.version);
    let spec_of = |id: &str| procedure.and_then(|procedure| procedure.component(id));
    let components: Vec<Choice<'_>> = view
        .components
        .iter()
        .filter(|entry| entry.status != ComponentStatus::NotApplicable)
        .filter_map(|entry| spec_of(&entry.component))
        .filter(|spec| spec.nature != Nature::Shown)
        .map(|spec| Choice::new(spec.id.clone(), spec.name.get(ui.lang.code()).to_owned()))
        .collect();
    let sources = [
        ComponentSource::Paper,
        ComponentSource::Upload,
        ComponentSource::EStore,
    ]
    .map(|source| {
        Choice::new(
            source.as_str(),
            ui.t(&format!("dossier-source-{}", source.as_str())),
        )
    });
    let source = if typed.source.is_empty() {
        ComponentSource::Paper.as_str()
    } else {
        &typed.source
    };
    let field = |name: &'static str, value: &str| {
        Field::new(name, ui.t(&format!("paper-field-{name}")))
            .value(value.to_owned())
            .errors(errors)
    };
    let files = field("files", "").hint(ui.t("paper-hint-files"));
    let inside = html! {
        div.th-fields data-pieces="/uploads" data-pieces-say=(ui.t("paper-sending")) data-pieces-fail=(ui.t("paper-sending-failed")) data-pieces-rest=(ui.t("paper-sending-rest")) {
            (ui::file(ui, &files, "application/pdf,image/jpeg,image/png", true))
            p.th-muted role="status" data-pieces-status="" {}
            @for upload in left { input type="hidden" name="uploads" value=(upload); }
            @if !left.is_empty() { p.th-muted { (ui.t_args("paper-uploads-left", &[("count", left.len().into())])) } }
            (ui::select(ui, &field("component", &typed.component).optional(), &components, Some(&ui.t("paper-component-none"))))
            (ui::radios(ui, &field("source", source), &sources))
            (ui::text(ui, &field("note", &typed.note).optional().hint(ui.t("paper-hint-note")).max_chars(500)))
        }
        div.th-row.mt-3 {
            button.btn.btn-primary type="submit" data-key="finish" { (heading) }
            a.btn href=(back) { (ui.t("ui-leave-it")) }
        }
    };
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-dossiers"), "/dossiers"), (&dossier.code, &back)], &html! { (heading) }))
        div.th-narrow {
            (error_summary(ui, errors))
            @if again.kept > 0 {
                div.mb-3 {
                    (ui::notice(ui, NoticeTone::Ok, "", &html! {
                        (ui.t_args("paper-others-kept", &[("count", again.kept.into())])) " "
                        (ui::notice_link(&format!("{back}#papers"), &ui.t("paper-others-see")))
                    }))
                }
            }
            h1 { (heading) }
            p { (crate::dossier::subject_words(app, ui, dossier)) " · " (code(&dossier.code)) }
            (ui::form(ui, &Form::post(format!("{back}/add_paper")).upload(), &inside))
        }
    }
}

/// What came with the form.
#[derive(Default)]
pub(crate) struct Sent {
    typed: Typed,
    /// The files that can be kept, and are.
    pub taken: Vec<Taken>,
    /// What is wrong with the others.
    pub problems: Vec<String>,
    /// The status of the page when the store of papers failed; what had not been kept by then was left alone.
    pub failed: Option<StatusCode>,
    /// Uploads in pieces that are still here as a whole, for another try.
    left: Vec<String>,
}

impl Sent {
    /// The component that the files are; empty for none.
    pub(crate) fn component(&self) -> &str {
        &self.typed.component
    }
}

/// Adds what came; a file that cannot be kept is named with the reason, and the others are kept.
pub async fn add(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let Ok(form) = form else {
        return Refusal::unreadable(signed.lang()).page(&signed.ui(&app));
    };
    // Before a byte is kept: a dossier that is not there, or not his, or ended.
    if let Err(error) = load(&app, &signed, &id).await {
        return signed.refuse(&app, &error);
    }
    let token = Some(signed.csrf.as_str());
    let mut sent = match read(&app, signed.lang(), &pieces::owner(&signed), token, form).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal.page(&signed.ui(&app)),
    };
    let (typed, mut errors, mut kept) = (sent.typed.clone(), Errors::default(), 0);
    if !sent.taken.is_empty() || sent.problems.is_empty() {
        match command(&app, &signed, &id, &mut sent).await {
            Ok(()) if sent.problems.is_empty() => {
                return Redirect::to(&format!("/dossiers/{id}?done=add_paper#papers")).into_response();
            }
            Ok(()) => kept = sent.taken.len(),
            Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
                errors = Refusal::of(signed.lang(), &error).errors();
            }
            Err(error) => return signed.refuse(&app, &error),
        }
    }
    for problem in sent.problems {
        errors.push("files", problem);
    }
    if let Some(status) = sent.failed {
        errors.fail(status);
    }
    let again = Again {
        kept,
        left: &sent.left,
    };
    show(&app, &signed, &id, &typed, &errors, &again).await
}

async fn command(app: &App, signed: &Signed, id: &str, sent: &mut Sent) -> Result<(), AppError> {
    let cmd = AddPapers {
        dossier: id.parse().map_err(|_| AppError::NotFound("dossier"))?,
        component: Some(sent.typed.component.clone()).filter(|component| !component.is_empty()),
        source: ComponentSource::parse(&sent.typed.source)
            .filter(|source| *source != ComponentSource::Database)
            .ok_or_else(|| AppError::field("source", "paper-source-missing"))?,
        note: Some(sent.typed.note.clone()),
        papers: sent.taken.clone(),
    };
    app.town
        .write("add_papers", &signed.actor, move |tx, cx| {
            add_papers(tx, cx, &cmd)
        })
        .await
        .map(|_| ())
}

/// Reads the form as it comes: the token of a session first, if there is one, then texts and files in any order.
pub(crate) async fn read(
    app: &App,
    lang: Lang,
    owner: &str,
    token: Option<&str>,
    mut form: Multipart,
) -> Result<Sent, Refusal> {
    let mut sent = Sent::default();
    let (mut is_ours, mut files) = (token.is_none(), 0);
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => return Err(broken(lang, problem_of(&error))),
        };
        let name = field.name().unwrap_or_default().to_owned();
        if !matches!(name.as_str(), "files" | "uploads") {
            let value = text(field).await.ok_or_else(|| Refusal::unreadable(lang))?;
            match name.as_str() {
                CSRF_FIELD => is_ours = token.is_none_or(|token| value == token),
                "component" => sent.typed.component = value,
                "source" => sent.typed.source = value,
                "note" => sent.typed.note = value,
                _ => {}
            }
            continue;
        }
        // The token is the form's first field: nothing of a foreign form is written to the disk.
        if !is_ours {
            return Err(Refusal::forgery(lang));
        }
        files += 1;
        if files > MOST_FILES {
            return Err(Refusal::unreadable(lang));
        }
        if sent.failed.is_some() {
            if let ("uploads", Some(id)) = (name.as_str(), text(field).await) {
                sent.left.push(id);
            }
            continue;
        }
        let mut upload = None;
        let (shown, taken) = if name == "files" {
            let shown = field.file_name().unwrap_or_default().to_owned();
            let taken = app.intake.take_field(&app.town, &shown, field).await;
            if shown.is_empty() && matches!(taken, Err(TakeError::Problem(FileProblem::Empty))) {
                // A browser sends an empty file without a name when none was chosen.
                continue;
            }
            if matches!(taken, Err(TakeError::BrokenOff)) {
                return Err(broken(lang, TakeError::BrokenOff));
            }
            (shown, taken)
        } else {
            let id = text(field).await.ok_or_else(|| Refusal::unreadable(lang))?;
            upload = Some(id.clone());
            match pieces::whole(app, owner.to_owned(), id).await {
                Ok((shown, incoming)) => {
                    let taken = app.intake.take(&app.town, &shown, incoming).await;
                    (shown, taken)
                }
                Err(error) => (String::new(), Err(error)),
            }
        };
        match taken {
            Ok(taken) => sent.taken.push(taken),
            Err(TakeError::Store(error)) => {
                let is_away = error.is_about_papers();
                let refusal = Refusal::of(lang, &AppError::Store(error));
                if !is_away {
                    return Err(refusal);
                }
                // The form comes back with what was typed; the other files would wait as long for nothing.
                sent.problems.push(refusal.sentence);
                sent.failed = Some(refusal.status);
                sent.left.extend(upload);
            }
            Err(problem) => sent.problems.push(file_words(lang, &shown, &problem)),
        }
    }
    if is_ours {
        Ok(sent)
    } else {
        Err(Refusal::forgery(lang))
    }
}

/// A text field; nothing when it is longer than any of ours or no text.
async fn text(mut field: axum::extract::multipart::Field<'_>) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.ok()? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MOST_TEXT_BYTES {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

/// The form did not come to its end.
fn broken(lang: Lang, error: TakeError) -> Refusal {
    Refusal::of(lang, &AppError::from(error))
}

/// What is wrong with a file, with its name.
pub(super) fn file_words(lang: Lang, name: &str, error: &TakeError) -> String {
    let key = match error {
        TakeError::Problem(problem) => problem.key(),
        TakeError::BrokenOff | TakeError::Store(_) => "paper-file-broken-off",
    };
    // As it is called where it was chosen: people look for it by that name.
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let name = match ending.as_deref() {
        Some(own @ ("pdf" | "jpg" | "jpeg" | "png")) => clean_name(name, own),
        _ => clean_name(name, "pdf").trim_end_matches(".pdf").to_owned(),
    };
    t_args(lang, key, &[("name", Arg::from(name.as_str()))])
}

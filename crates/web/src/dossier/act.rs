//! Actions on a dossier: a page that asks what the action needs, and the command behind it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::dossier::{ActionNow, DossierView};
use townhall_app::error::AppError;
use townhall_domain::dossier::{Action, Capacity};
use townhall_domain::ids::{DossierId, StepId};
use townhall_store::organisation;

use super::act_fields::{self, Posts};
use super::{carry_out, page};
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::one_or_many;
use crate::ui::{self, Errors, Form, Page, Place, Ui, code, error_summary, key_hint};

/// The first field of a page that asks.
const FIRST: &str = "input:not([type=hidden]), textarea, select";

/// Every field that an action may ask for; each action reads its own and leaves the rest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Version of the dossier that the page showed.
    pub version: String,
    pub note: String,
    pub reason: String,
    pub items: String,
    pub instead: String,
    pub post: String,
    #[serde(deserialize_with = "one_or_many")]
    pub joining: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub present: Vec<String>,
    pub verified_on: String,
    pub place: String,
    pub participants: String,
    pub finding: String,
    pub eligible: String,
    pub whom: String,
    pub question: String,
    pub answer_by: String,
    pub consultation: String,
    pub answer: String,
    pub document: String,
    pub outcome: String,
    pub content: String,
    pub leader: String,
    pub to: String,
    pub what: String,
    pub proof: String,
    pub collector_name: String,
    pub collector_id_number: String,
    pub capacity: String,
    pub authorisation: String,
    pub field: String,
    pub value: String,
    /// Whatever else was sent: the answers of the pack's form, what is stated for the fee.
    #[serde(flatten)]
    pub rest: std::collections::BTreeMap<String, serde_json::Value>,
}

/// The name under which the form of an action keeps what was typed; `of` is what it is about, where the same action has
/// several forms: a correction has one for each entry.
pub(crate) fn draft_name(dossier: DossierId, action: Action, of: &str) -> String {
    let mut name = format!("dossier-{dossier}-{}", action.as_str());
    if !of.is_empty() {
        name.push('-');
        name.extend(of.chars().map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        }));
    }
    name
}

/// What this form of an action is about; nothing where the action has only one form.
fn about_what(action: Action, typed: &Typed) -> &str {
    match action {
        Action::Correct => &typed.field,
        Action::Consult if typed.consultation.parse::<StepId>().is_ok() => &typed.consultation,
        _ => "",
    }
}

/// How the page of an action is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Not empty: the page of all drafts, also where there is a page of its own.
    plain: String,
    /// The consultation whose answer is written down.
    consultation: String,
    /// The entry that is corrected.
    field: String,
}

fn action_of(word: &str) -> Result<Action, AppError> {
    Action::parse(word)
        .filter(|action| *action != Action::AddPaper)
        .ok_or(AppError::NotFound("action"))
}

/// The page of an action.
pub async fn ask(
    State(app): State<App>,
    signed: Signed,
    Path((id, action)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    let found = match action_of(&action) {
        Ok(action) => page::load(&app, &signed, &id).await.map(|view| (action, view)),
        Err(error) => Err(error),
    };
    let (action, view) = match found {
        Ok(found) => found,
        Err(error) => return signed.refuse(&app, &error),
    };
    if let Err(error) = possible(&view, action) {
        return signed.refuse(&app, &error);
    }
    // What belongs in a register, or comes out of one, has a page of its own for its draft.
    let own = crate::civil_status::page_of_draft(&app, &signed, &view.dossier);
    if let (Action::Draft, true, Some(page)) = (action, asked.plain.is_empty(), own) {
        return Redirect::to(&page).into_response();
    }
    let typed = Typed {
        version: view.dossier.version.to_string(),
        eligible: "yes".to_owned(),
        outcome: "granted".to_owned(),
        capacity: Capacity::Own.as_str().to_owned(),
        collector_name: view.dossier.applicant.name.clone(),
        value: super::corrected::typed_now(&view.dossier, &asked.field),
        consultation: asked.consultation,
        field: asked.field,
        ..Typed::default()
    };
    let typed = with_draft(typed, &view);
    let typed = if action == Action::Accept {
        super::accept::with_claims(&app, &signed.ui(&app), typed, &view.dossier)
    } else {
        typed
    };
    show(&app, &signed, &view, action, &typed, &Errors::default()).await
}

/// What was drafted before stands in the form again.
fn with_draft(mut typed: Typed, view: &DossierView) -> Typed {
    if let Some(result) = &view.result {
        typed.outcome.clone_from(&result.outcome);
        typed.content = result
            .body
            .get("content")
            .and_then(|content| content.as_str())
            .unwrap_or_default()
            .to_owned();
    }
    typed
}

fn possible(view: &DossierView, action: Action) -> Result<(), AppError> {
    match view
        .actions
        .iter()
        .find(|(known, _)| *known == action)
        .map(|(_, now)| now)
    {
        Some(ActionNow::Yes) => Ok(()),
        Some(ActionNow::NotInThisState(why)) => Err(AppError::NotAllowed(*why)),
        Some(ActionNow::NotInYourHand) => Err(AppError::refused("dossier-refused-not-in-your-hand")),
        None => Err(AppError::NotFound("action")),
    }
}

async fn show(
    app: &App,
    signed: &Signed,
    view: &DossierView,
    action: Action,
    typed: &Typed,
    errors: &Errors,
) -> Response {
    let posts = match posts(app, signed, view, action).await {
        Ok(posts) => posts,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let is_answer = action == Action::Consult && super::consulted::open(view, &typed.consultation).is_some();
    let heading = if is_answer {
        ui.t("dossier-consulted-answer")
    } else {
        ui.t(&format!("dossier-action-{}", action.as_str()))
    };
    let main = if action == Action::Correct
        && super::corrected::label(app, &ui, &view.dossier, &typed.field).is_none()
    {
        choose_entry(app, &ui, view, &heading)
    } else {
        body(app, &ui, view, action, typed, errors, &posts, &heading)
    };
    let status = errors.status();
    (
        status,
        ui::page(
            &ui,
            &Page::new(&heading)
                .at(Place::Dossiers)
                .with_error(!errors.is_empty()),
            &main,
        ),
    )
        .into_response()
}

/// The posts that can be chosen: handlers for an assignment, leaders for a signature.
async fn posts(app: &App, signed: &Signed, view: &DossierView, action: Action) -> Result<Posts, AppError> {
    if !matches!(action, Action::Assign | Action::Submit | Action::Endorse) {
        return Ok(Posts::default());
    }
    let (unit, space) = (view.dossier.unit.clone(), view.dossier.space);
    app.town
        .read("posts_to_choose", &signed.actor, move |tx, cx| {
            let filled = townhall_store::dossiers::filled_posts(tx, &unit, space, cx.today())?;
            let people = organisation::posts_as_of(tx, &unit, cx.today())?;
            Ok::<_, AppError>(Posts::of(&filled, &people))
        })
        .await
}

/// First of all which entry is to be corrected.
fn choose_entry(app: &App, ui: &Ui, view: &DossierView, heading: &str) -> Markup {
    let back = format!("/dossiers/{}", view.dossier.id);
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-dossiers"), "/dossiers"), (&view.dossier.code, &back)], &html! { (heading) }))
        h1 { (heading) }
        p { (super::subject_words(app, ui, &view.dossier)) " · " (code(&view.dossier.code)) }
        p.th-muted { (ui.t("dossier-effect-correct")) }
        (super::corrected::entries(app, ui, view))
        p.mt-3 { a.btn href=(back) { (ui.t("ui-leave-it")) } }
    }
}

/// How a field of an action is called, for the list of mistakes above.
fn label_of(app: &App, ui: &Ui, view: &DossierView, typed: &Typed, name: &str) -> Option<String> {
    const OWN: &[&str] = &[
        "reason",
        "to",
        "what",
        "items",
        "instead",
        "post",
        "finding",
        "verified_on",
        "whom",
        "question",
        "answer_by",
        "answer",
        "document",
        "content",
        "proof",
        "collector_name",
        "collector_id_number",
        "capacity",
        "authorisation",
    ];
    match name {
        "exemption_reason" => Some(ui.t("fees-exempt-reason")),
        "value" => super::corrected::label(app, ui, &view.dossier, &typed.field),
        name if OWN.contains(&name) => Some(ui.t(&format!("dossier-field-{name}"))),
        name => {
            let asked = name.strip_prefix(crate::counter::FORM)?;
            super::corrected::label(app, ui, &view.dossier, &format!("form.{asked}"))
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one call, from the function above")]
fn body(
    app: &App,
    ui: &Ui,
    view: &DossierView,
    action: Action,
    typed: &Typed,
    errors: &Errors,
    posts: &Posts,
    heading: &str,
) -> Markup {
    let dossier = &view.dossier;
    let back = format!("/dossiers/{}", dossier.id);
    let danger = matches!(
        action,
        Action::Refuse | Action::RefuseAfterAppraisal | Action::Withdraw
    );
    let fields = html! {
        (ui::hidden("version", &typed.version))
        div.th-fields { (act_fields::fields(app, ui, view, action, typed, errors, posts)) }
        div.th-row.mt-3 {
            button.btn.btn-primary[!danger].btn-danger[danger] type="submit" data-key="finish" { (heading) (key_hint(ui, "finish")) }
            a.btn href=(back) { (ui.t("ui-leave-it")) }
        }
    };
    let about = Form::post(format!("{back}/{}", action.as_str())).draft(draft_name(
        dossier.id,
        action,
        about_what(action, typed),
    ));
    // A control says "phone"; whose phone is said above it, and the list of entries is one step back.
    let entry = (action == Action::Correct)
        .then(|| super::corrected::label(app, ui, dossier, &typed.field))
        .flatten();
    let title = entry.as_deref().map_or_else(
        || heading.to_owned(),
        |entry| ui.t_args("dossier-correct-this", &[("entry", entry.into())]),
    );
    let (dossiers, entries) = (ui.t("ui-place-dossiers"), format!("{back}/correct"));
    let mut way = vec![
        (dossiers.as_str(), "/dossiers"),
        (dossier.code.as_str(), back.as_str()),
    ];
    if entry.is_some() {
        way.push((heading, entries.as_str()));
    }
    html! {
        (ui::breadcrumb(ui, &way, &html! { (entry.as_deref().unwrap_or(heading)) }))
        // The cursor stands where something is to be typed; after a mistake the summary has it.
        div.th-narrow data-focus=[errors.is_empty().then_some(FIRST)] {
            (error_summary(ui, &errors.clone().named_by(|name| label_of(app, ui, view, typed, name))))
            h1 { (title) }
            p { (super::subject_words(app, ui, dossier)) " · " (code(&dossier.code)) }
            p.th-muted { (ui.t(&format!("dossier-effect-{}", action.as_str()))) }
            (super::decided::summary(app, ui, view, action))
            (ui::form(ui, &about, &fields))
            (ui::draft_hint(ui, None))
        }
    }
}

/// Carries an action out; what was typed stays on the form when it is refused.
pub async fn act(
    State(app): State<App>,
    signed: Signed,
    Path((id, word)): Path<(String, String)>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    let outcome = match (action_of(&word), page::id_of(&id)) {
        (Ok(action), Ok(dossier)) => carry_out::run(&app, &signed, action, dossier, &typed, &id)
            .await
            .map_err(|error| (Some(action), error)),
        (Err(error), _) | (_, Err(error)) => Err((None, error)),
    };
    match outcome {
        Ok(()) => {
            let of = action_of(&word).map_or("", |action| about_what(action, &typed));
            let of = if of.is_empty() {
                String::new()
            } else {
                format!("&of={of}")
            };
            Redirect::to(&format!("/dossiers/{id}?done={word}{of}")).into_response()
        }
        Err((Some(action), error @ (AppError::Invalid(_) | AppError::Refused { .. }))) => {
            match page::load(&app, &signed, &id).await {
                Ok(view) => {
                    let errors = super::accept::placed(&Refusal::of(signed.lang(), &error).errors());
                    show(&app, &signed, &view, action, &typed, &errors).await
                }
                Err(error) => signed.refuse(&app, &error),
            }
        }
        Err((_, error)) => signed.refuse(&app, &error),
    }
}

//! The page of one dossier: facts, progress, papers, trail, what can be done now, why it is due when it is.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::civil_status::{Case, case_of};
use townhall_app::dossier::{ActionNow, DossierView, dossier_view};
use townhall_app::error::AppError;
use townhall_app::fees::{FeeView, fee_view};
use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::{
    Action, ComponentSource, ComponentStatus, Holder, Stage, State as DossierState,
};
use townhall_domain::ids::{DossierId, PersonId, PostId};
use townhall_domain::procedure::{Procedure, StepAction};
use townhall_domain::time;
use townhall_text::Lang;

use super::{
    due, has_obligation, payment_badge, procedure_name, state_badge, subject_words, sync_badge, unit_name,
};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{
    self, Action as Button, CheckRow, Icon, NoticeTone, Page, Place, Step, StepState, Tone, Ui, badge, code,
    due_chip,
};

/// Reads a dossier's identity from a path; what is no identity is not found.
pub fn id_of(text: &str) -> Result<DossierId, AppError> {
    text.parse().map_err(|_| AppError::NotFound("dossier"))
}

/// What the address says beside the identity.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The action that was just carried out.
    done: String,
    /// What its form was about, where the action has several.
    of: String,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let view = match load(&app, &signed, &id).await {
        Ok(view) => view,
        Err(error) => return signed.refuse(&app, &error),
    };
    let dossier = view.dossier.id;
    let fees = app
        .town
        .read("fee_view", &signed.actor, move |tx, cx| fee_view(tx, cx, dossier))
        .await;
    let fees = match fees {
        Ok(fees) => fees,
        Err(error) => return signed.refuse(&app, &error),
    };
    let register = app
        .town
        .read("register_case", &signed.actor, move |tx, cx| {
            case_of(tx, cx, dossier)
        })
        .await;
    let register = match register {
        Ok(register) => register,
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let title = subject_words(&app, &ui, &view.dossier);
    let about = Page::new(&title).at(Place::Dossiers);
    let done = Action::parse(&asked.done);
    let used_up = done.map(|action| super::act::draft_name(dossier, action, &asked.of));
    let about = match &used_up {
        Some(draft) => about.draft_done(draft),
        None => about,
    };
    let main = html! {
        @if let Some(action) = done { (what_was_done(&ui, &view, action)) }
        @if let Some(at) = view.dossier.erased_at { (super::trail::was_erased(&ui, at)) }
        (body(&app, &ui, &view, &fees, register.as_ref()))
    };
    ui::page(&ui, &about, &main).into_response()
}

/// Says that an action was carried out, how it is taken back if it can be, and where the next work waits.
fn what_was_done(ui: &Ui, view: &DossierView, action: Action) -> Markup {
    let can_recall = view
        .actions
        .iter()
        .any(|(possible, now)| *possible == Action::Recall && *now == ActionNow::Yes);
    let words = ui.t_args(
        "dossier-done",
        &[(
            "action",
            ui.t(&format!("dossier-action-{}", action.as_str())).into(),
        )],
    );
    let body = html! {
        (words) " "
        @if can_recall && action != Action::Recall {
            (ui::notice_link(&format!("/dossiers/{}/recall", view.dossier.id), &ui.t("dossier-action-recall"))) " · "
        }
        (ui::notice_link("/work", &ui.t("dossier-done-next")))
    };
    ui::notice(ui, NoticeTone::Ok, "", &body)
}

/// Loads the view without opening the dossier: for what shows no more of it than a list does.
pub(super) async fn look(app: &App, signed: &Signed, id: &str) -> Result<DossierView, AppError> {
    let id = id_of(id)?;
    app.town
        .read("look_at_dossier", &signed.actor, move |tx, cx| {
            dossier_view(tx, cx, id)
        })
        .await
}

/// Loads the view for this officer and notes that he opened it.
pub async fn load(app: &App, signed: &Signed, id: &str) -> Result<DossierView, AppError> {
    super::open(app, &signed.actor, id_of(id)?).await
}

fn body(app: &App, ui: &Ui, view: &DossierView, fees: &FeeView, register: Option<&Case>) -> Markup {
    let dossier = &view.dossier;
    let procedure = app
        .town
        .packs()
        .procedures()
        .version(&dossier.procedure.code, dossier.procedure.version);
    let chip = due(
        app,
        ui,
        &dossier.unit,
        dossier.deadline.as_ref().map(Deadline::countdown),
        dossier.ended_at,
        "#deadline".to_owned(),
    );
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-dossiers"), "/dossiers")], &code(&dossier.code)))
        (ui::title_line(
            ui,
            &subject_words(app, ui, dossier),
            &html! { (state_badge(ui, dossier.state)) (payment_badge(ui, dossier.payment)) (sync_badge(ui, view.sync)) },
            &html! { @if let Some(chip) = &chip { (due_chip(ui, chip)) } },
        ))
        @if let Some(townhall_app::joined::JoinedView::Member { .. }) = &view.joined { (crate::joined::card(app, ui, dossier, view.joined.as_ref())) }
        (facts(app, ui, view))
        @if let Some(procedure) = procedure { (progress(ui, view, procedure)) }
        div.th-cols.th-cols-dossier {
            div.th-stack {
                @if let Some(townhall_app::joined::JoinedView::Whole { .. }) = &view.joined { (crate::joined::card(app, ui, dossier, view.joined.as_ref())) }
                (components(app, ui, view, procedure))
                (super::accept::claims(app, ui, view, procedure))
                (super::accept::certified(ui, view))
                (super::consulted::card(ui, view))
                (papers(ui, view))
                (form_data(app, ui, view, procedure))
            }
            (super::trail::card(app, ui, view))
            aside.th-stack aria-label=(ui.t("dossier-now")) {
                (now(app, ui, view))
                (crate::civil_status::card(ui, view, register))
                (crate::fees::card(ui, fees))
                @if let Some(deadline) = &dossier.deadline {
                    section.card { div.card-body { (ui::deadline_reason(ui, "deadline", deadline)) } }
                }
                (crate::message::card(ui, dossier, &view.messages))
                (super::slips::card(ui, view))
            }
        }
    }
}

fn facts(app: &App, ui: &Ui, view: &DossierView) -> Markup {
    let dossier = &view.dossier;
    let applicant = &dossier.applicant;
    let holder = match &dossier.holder {
        Some(Holder::Post(post)) => post_title(ui, view, *post),
        Some(Holder::Role(role)) => ui.t(&format!("role-{}", role.as_str())),
        None => String::new(),
    };
    let text = |text: Option<&str>| html! { @if let Some(text) = text { (text) } };
    let pairs: Vec<(String, Markup)> = vec![
        (ui.t("dossiers-code"), code(&dossier.code)),
        (
            ui.t("dossiers-procedure"),
            html! { (procedure_name(app, ui, &dossier.procedure.code)) " · " (code(&dossier.procedure.code)) },
        ),
        (
            ui.t("dossiers-applicant"),
            html! { (applicant.name) @if let Some(born) = applicant.born_on { ", " (townhall_text::date_on_paper(ui.lang, born)) } },
        ),
        (
            ui.t("dossier-id-number"),
            html! { @if let Some(number) = &applicant.id_number { (code(&masked(number))) } },
        ),
        (ui.t("dossier-phone"), text(applicant.phone.as_deref())),
        (ui.t("dossier-address"), text(applicant.address.as_deref())),
        (
            ui.t("dossier-submitter"),
            text(
                dossier
                    .submitter
                    .as_ref()
                    .map(|submitter| submitter.name.as_str()),
            ),
        ),
        (
            ui.t("dossiers-channel"),
            html! { (ui.t(&format!("dossier-channel-{}", dossier.channel.as_str()))) @if dossier.assisting_post.is_some() { " · " (ui.t("dossier-assisted")) } },
        ),
        (
            ui.t("dossier-delivery"),
            html! { (ui.t(&format!("dossier-delivery-{}", dossier.delivery.as_str()))) },
        ),
        (
            ui.t("dossier-support-place"),
            text(dossier.support_place.as_deref()),
        ),
        (
            ui.t("dossier-receiving-unit"),
            html! { (unit_name(app, ui, &dossier.receiving_unit)) },
        ),
        (
            ui.t("dossier-unit"),
            html! { b { (unit_name(app, ui, &dossier.unit)) } },
        ),
        (ui.t("dossier-holder"), html! { (holder) }),
    ];
    html! {
        dl.th-facts {
            @for (name, value) in pairs.iter().filter(|(_, value)| !value.0.is_empty()) {
                // What is long has the room of two, so that one name does not make the whole row tall.
                div.th-fact-long[value.0.chars().count() > 90] { dt { (name) } dd { (value) } }
            }
        }
    }
}

/// The last four digits only: the whole number stands on papers, where it is needed.
pub fn masked(number: &str) -> String {
    let keep = number.len().saturating_sub(4);
    number
        .chars()
        .enumerate()
        .map(|(place, digit)| if place < keep { '•' } else { digit })
        .collect()
}

pub(super) fn post_title(ui: &Ui, view: &DossierView, post: PostId) -> String {
    view.posts
        .get(&post)
        .map(|(vi, en)| {
            if ui.lang == Lang::Vi {
                vi.clone()
            } else {
                en.clone()
            }
        })
        .unwrap_or_default()
}

pub(super) fn person_name(view: &DossierView, person: Option<PersonId>) -> String {
    person
        .and_then(|person| view.people.get(&person).cloned())
        .unwrap_or_default()
}

fn progress(ui: &Ui, view: &DossierView, procedure: &Procedure) -> Markup {
    let reached = match view.dossier.state {
        DossierState::Registered | DossierState::Accepted | DossierState::AwaitingSupplement(_)
            if view.dossier.state.stage().is_none() =>
        {
            0
        }
        DossierState::Resolved => 6,
        DossierState::Returned => 7,
        state => match state.stage() {
            Some(Stage::Assign) => 1,
            Some(Stage::Appraise | Stage::Draft | Stage::Members) => 2,
            Some(Stage::Review) => 3,
            Some(Stage::Sign) => 4,
            Some(Stage::Number) => 5,
            None => 0,
        },
    };
    let rank = |action: StepAction| match action {
        StepAction::Receive | StepAction::Transfer => Some(0),
        StepAction::Assign => Some(1),
        StepAction::Appraise | StepAction::Join => Some(2),
        StepAction::Review => Some(3),
        StepAction::Sign => Some(4),
        StepAction::Number => Some(5),
        StepAction::Return => Some(6),
        StepAction::Verify
        | StepAction::Posting
        | StepAction::Consult
        | StepAction::Obligation
        | StepAction::Update => None,
    };
    let mut seen = std::collections::BTreeSet::new();
    let steps: Vec<Step<'_>> = procedure
        .steps
        .iter()
        .filter_map(|step| Some((rank(step.action)?, step)))
        .filter(|(rank, _)| seen.insert(*rank))
        .map(|(rank, step)| Step {
            state: match rank.cmp(&reached) {
                std::cmp::Ordering::Less => StepState::Done,
                std::cmp::Ordering::Equal => StepState::Now,
                std::cmp::Ordering::Greater => StepState::Ahead,
            },
            name: step.name.get(ui.lang.code()).to_owned().into(),
            note: step_note(ui, view, rank).into(),
        })
        .collect();
    ui::steps(ui, &steps)
}

fn step_note(ui: &Ui, view: &DossierView, rank: i32) -> String {
    let stage = [
        "receive", "assign", "appraise", "review", "sign", "number", "return",
    ][usize::try_from(rank).unwrap_or(0)];
    let last = view.steps.iter().rev().find(|step| {
        step.stage == stage || (stage == "appraise" && matches!(step.stage.as_str(), "draft" | "members"))
    });
    last.map(|step| ui.date_short(time::local_date(step.ended_at.unwrap_or(step.started_at))))
        .unwrap_or_default()
}

fn components(_app: &App, ui: &Ui, view: &DossierView, procedure: Option<&Procedure>) -> Markup {
    let rows: Vec<CheckRow<'_>> = view
        .components
        .iter()
        .filter(|entry| entry.status != ComponentStatus::NotApplicable)
        .map(|entry| {
            let spec = procedure.and_then(|procedure| procedure.component(&entry.component));
            let (tone, icon) = match entry.status {
                ComponentStatus::Present => (Tone::Ok, Icon::CHECK),
                ComponentStatus::Missing | ComponentStatus::Faulty => (Tone::Warn, Icon::ALERT),
                ComponentStatus::NotApplicable => (Tone::Plain, Icon::BAN),
            };
            CheckRow {
                name: spec
                    .map_or_else(
                        || entry.component.clone(),
                        |spec| spec.name.get(ui.lang.code()).to_owned(),
                    )
                    .into(),
                note: entry
                    .note
                    .clone()
                    .unwrap_or_else(|| {
                        ui.t(if entry.required {
                            "dossier-required"
                        } else {
                            "dossier-optional"
                        })
                    })
                    .into(),
                tick: None,
                source: source(ui, entry.source),
                status: badge(
                    ui,
                    tone,
                    icon,
                    &ui.t(&format!("dossier-component-{}", entry.status.as_str())),
                ),
                action: html! {},
                missing: entry.required && entry.status != ComponentStatus::Present,
            }
        })
        .collect();
    ui::card(
        "components",
        &ui.t("dossier-components"),
        &html! {},
        &ui::check_list(ui, &rows),
    )
}

fn source(ui: &Ui, source: Option<ComponentSource>) -> Markup {
    let Some(source) = source else { return html! {} };
    let icon = match source {
        ComponentSource::Paper => Icon::FILE,
        ComponentSource::Upload => Icon::UPLOAD,
        ComponentSource::EStore => Icon::FILES,
        ComponentSource::Database => Icon::DATABASE,
    };
    CheckRow::source_words(icon, &ui.t(&format!("dossier-source-{}", source.as_str())))
}

fn papers(ui: &Ui, view: &DossierView) -> Markup {
    let id = view.dossier.id;
    let add = html! { a.btn.btn-sm href=(format!("/dossiers/{id}/add_paper")) { (Icon::UPLOAD) " " (ui.t("dossier-action-add_paper")) } };
    let may_add = view
        .actions
        .iter()
        .any(|(action, now)| *action == Action::AddPaper && *now == ActionNow::Yes);
    let list = html! {
        @if view.papers_hidden { p.th-muted.m-3 { (ui.t("dossier-papers-hidden")) } }
        @else if view.papers.is_empty() { p.th-muted.m-3 { (ui.t("dossier-papers-none")) } }
        @else {
            ul.list-unstyled.m-3 {
                @for paper in &view.papers {
                    li.mb-2.th-text {
                        a href=(format!("/papers/{}", paper.id)) { (Icon::FILE) " " (paper.name) }
                        " " span.th-muted { (source(ui, Some(paper.source))) " · " (ui.date_time(paper.added_at)) }
                    }
                }
            }
        }
    };
    ui::card(
        "papers",
        &ui.t("dossier-papers"),
        &html! { @if may_add { (add) } },
        &list,
    )
}

fn form_data(app: &App, ui: &Ui, view: &DossierView, procedure: Option<&Procedure>) -> Markup {
    let form = procedure
        .and_then(|procedure| procedure.form.as_deref())
        .and_then(|path| app.town.packs().form(path));
    let (Some(form), Some(values)) = (form, view.dossier.form.as_object()) else {
        return html! {};
    };
    if values.is_empty() {
        return html! {};
    }
    let units = app.town.packs().units();
    let unit_name = |code: &str| {
        let unit = units.by_code(code, ui.today())?;
        Some(unit.full_name(ui.today()).to_owned())
    };
    html! {
        section.card {
            details {
                summary.card-header { h2.card-title { (ui.t("dossier-form")) } }
                div.card-body { (ui::schema_values(ui, form, values, &unit_name)) }
            }
        }
    }
}

/// The actions that are possible, the main one first; below, what is not possible yet and why.
fn now(app: &App, ui: &Ui, view: &DossierView) -> Markup {
    let reasons: Vec<(String, String)> = view
        .actions
        .iter()
        .filter(|(action, _)| matters_next(*action))
        .filter_map(|(action, now)| {
            let why = match now {
                ActionNow::Yes => return None,
                ActionNow::NotInThisState(why) => ui.t(why.reason_key()),
                ActionNow::NotInYourHand => ui.t("dossier-why-not-in-your-hand"),
            };
            Some((ui.t(&format!("dossier-action-{}", action.as_str())), why))
        })
        .take(4)
        .collect();
    html! {
        section.card {
            div.card-body {
                h2.th-h.mb-2 { (ui.t("dossier-now")) }
                (buttons_now(app, ui, view))
                (ui::not_possible(ui, &reasons))
            }
        }
    }
}

/// The actions that are possible as buttons, the main one first.
pub(super) fn buttons_now(app: &App, ui: &Ui, view: &DossierView) -> Markup {
    let id = view.dossier.id;
    let main = main_action(view);
    let obliges = has_obligation(app, view);
    let mut possible: Vec<Action> = view
        .actions
        .iter()
        .filter(|(action, now)| *now == ActionNow::Yes && *action != Action::AddPaper)
        .map(|(action, _)| *action)
        .filter(|action| obliges || *action != Action::Obligate)
        .collect();
    possible.sort_by_key(|action| (Some(*action) != main, *action));
    let buttons: Vec<Button<'_>> = possible
        .iter()
        .map(|action| {
            let words = ui.t(&format!("dossier-action-{}", action.as_str()));
            let button = Button::link(words, format!("/dossiers/{id}/{}", action.as_str()));
            let button = match action {
                Action::Refuse | Action::RefuseAfterAppraisal | Action::Withdraw => button.danger(),
                action if Some(*action) == main => button.primary(),
                _ => button,
            };
            match key(*action) {
                Some(key) => button.key(key),
                None => button,
            }
        })
        .collect();
    html! {
        @if buttons.is_empty() { p.th-muted { (ui.t("dossier-nothing-to-do")) } } @else { (ui::actions(ui, &buttons)) }
    }
}

/// The one action that brings the dossier on.
fn main_action(view: &DossierView) -> Option<Action> {
    match view.dossier.state {
        DossierState::Registered => Some(Action::Accept),
        DossierState::Accepted => Some(Action::Transfer),
        DossierState::InProgress(Stage::Assign) => Some(Action::Assign),
        DossierState::InProgress(Stage::Appraise) => Some(Action::Appraise),
        // Nothing can be signed before it is written.
        DossierState::InProgress(Stage::Draft) if view.result.is_none() => Some(Action::Draft),
        DossierState::InProgress(Stage::Draft) => Some(Action::Submit),
        DossierState::InProgress(Stage::Review) => Some(Action::Endorse),
        DossierState::InProgress(Stage::Sign) => Some(Action::Approve),
        DossierState::InProgress(Stage::Number) => Some(Action::Issue),
        DossierState::AwaitingSupplement(_) => Some(Action::CompleteSupplement),
        DossierState::AwaitingObligation(_) => Some(Action::ResumeWork),
        DossierState::Resolved => Some(Action::Return),
        // A joined-up dossier goes on by itself, with its members.
        DossierState::InProgress(Stage::Members)
        | DossierState::NotAccepted
        | DossierState::Withdrawn
        | DossierState::Stopped
        | DossierState::Returned => None,
    }
}

fn matters_next(action: Action) -> bool {
    matches!(
        action,
        Action::Return | Action::Issue | Action::Approve | Action::Extend | Action::Withdraw | Action::Submit
    )
}

/// The key of an action in the table of keys.
fn key(action: Action) -> Option<&'static str> {
    match action {
        Action::Submit => Some("submit"),
        Action::RequestSupplement => Some("supplement"),
        Action::Draft => Some("draft"),
        Action::Consult => Some("consult"),
        _ => None,
    }
}

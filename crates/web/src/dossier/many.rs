//! Many dossiers at once: the steps that need nothing but a yes, looked over on one page and carried out one by one.
//!
//! Each dossier is a command of its own, with the version that the page showed: what somebody else has touched
//! meanwhile is left alone and named, the others go on.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::actor::Actor;
use townhall_app::dossier as commands;
use townhall_app::dossier::{ActionNow, DossierView, dossier_view};
use townhall_app::error::AppError;
use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::{Action, Holder, Stage, State as DossierState};
use townhall_domain::ids::DossierId;
use townhall_store::dossiers::Listed;
use townhall_text::Arg;

use super::{due, page, procedure_short};
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::one_or_many;
use crate::ui::{self, Column, Form, NoticeTone, Page, Place, Ui, code, due_chip};

/// So many at most: more than anybody looks over in one go.
const MOST: usize = 100;

/// The steps that can be taken for many, each in the state that it ends.
const STEPS: [(DossierState, Action); 4] = [
    (DossierState::Accepted, Action::Transfer),
    (DossierState::InProgress(Stage::Review), Action::Endorse),
    (DossierState::InProgress(Stage::Sign), Action::Approve),
    (DossierState::InProgress(Stage::Number), Action::Issue),
];

/// The step that a dossier in "my work" waits for, if it is one for many and this officer may take it.
fn step_of(actor: &Actor, item: &Listed) -> Option<Action> {
    let (_, action) = STEPS.iter().find(|(state, _)| *state == item.state)?;
    let holder = match item.holder {
        Some(Holder::Post(post)) => Some(post),
        Some(Holder::Role(_)) | None => None,
    };
    (actor.may_on(action.right(), &item.unit, holder) || actor.may(action.right(), &item.receiving_unit))
        .then_some(*action)
}

/// Steps that at least two of these dossiers wait for.
pub(super) fn offered<'a>(actor: &Actor, items: impl Iterator<Item = &'a Listed>) -> Vec<Action> {
    let waiting: Vec<Action> = items.filter_map(|item| step_of(actor, item)).collect();
    STEPS
        .iter()
        .map(|(_, action)| *action)
        .filter(|action| waiting.iter().filter(|one| *one == action).count() > 1)
        .collect()
}

/// The bar above the list: what can be done with the chosen rows.
pub(super) fn bar(ui: &Ui, offered: &[Action]) -> Markup {
    html! {
        div.th-many role="group" aria-label=(ui.t("work-many")) {
            button.btn.btn-sm type="button" data-choose-all="" hidden { (ui.t("work-many-all")) }
            @for action in offered {
                button.btn.btn-sm type="submit" name="act" value=(action.as_str()) {
                    (ui.t(&format!("work-many-{}", action.as_str())))
                }
            }
        }
    }
}

/// What the form says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    act: String,
    /// Identities; with the version that was shown once they were looked over.
    #[serde(deserialize_with = "one_or_many")]
    item: Vec<String>,
    /// Set by the page on which they were looked over.
    sure: String,
}

impl Typed {
    fn action(&self) -> Option<Action> {
        let asked = Action::parse(&self.act)?;
        STEPS
            .iter()
            .map(|(_, action)| *action)
            .find(|action| *action == asked)
    }

    /// Identity and version; what cannot be read is no dossier.
    fn chosen(&self) -> Vec<(DossierId, Option<i64>)> {
        let mut seen = std::collections::BTreeSet::new();
        self.item
            .iter()
            .filter_map(|text| {
                let (id, version) = text
                    .split_once(':')
                    .map_or((text.as_str(), None), |(id, version)| (id, version.parse().ok()));
                Some((id.parse::<DossierId>().ok()?, version))
            })
            .filter(|(id, _)| seen.insert(*id))
            .take(MOST)
            .collect()
    }
}

/// Why one was left alone.
#[derive(Debug)]
struct Left {
    id: DossierId,
    why: String,
}

/// Shows what was chosen, or does it.
pub async fn act(State(app): State<App>, signed: Signed, FormOf(typed): FormOf<Typed>) -> Response {
    let Some(action) = typed.action() else {
        return signed.refuse(&app, &AppError::NotFound("action"));
    };
    let chosen = typed.chosen();
    if chosen.is_empty() {
        return Redirect::to("/work?none=1").into_response();
    }
    if typed.sure.is_empty() {
        let ids = chosen.into_iter().map(|(id, _)| id).collect();
        return look_over(&app, &signed, action, ids, Vec::new()).await;
    }
    let mut left = Vec::new();
    let mut done = 0_usize;
    for (id, version) in chosen {
        match one(&app, &signed, action, id, version).await {
            Ok(()) => done += 1,
            Err(error) => left.push(Left {
                id,
                why: Refusal::of(signed.lang(), &error).sentence,
            }),
        }
    }
    if left.is_empty() {
        return Redirect::to(&format!("/work?done={}&count={done}", action.as_str())).into_response();
    }
    let ids = left.iter().map(|left| left.id).collect();
    look_over(&app, &signed, action, ids, left).await
}

async fn one(
    app: &App,
    signed: &Signed,
    action: Action,
    dossier: DossierId,
    version: Option<i64>,
) -> Result<(), AppError> {
    let version = version.ok_or(AppError::Conflict { shown: 0, stored: 0 })?;
    app.town
        .write("act_on_many", &signed.actor, move |tx, cx| match action {
            Action::Transfer => {
                let command = commands::TransferDossier {
                    dossier,
                    version,
                    note: None,
                };
                commands::transfer_dossier(tx, cx, &command)
            }
            Action::Endorse => {
                let command = commands::EndorseResult {
                    dossier,
                    version,
                    leader: None,
                    note: None,
                };
                commands::endorse_result(tx, cx, &command)
            }
            Action::Approve => {
                commands::approve_result(tx, cx, &commands::ApproveResult { dossier, version })
            }
            Action::Issue => commands::issue_result(tx, cx, &commands::IssueResult { dossier, version }),
            _ => Err(AppError::NotFound("action")),
        })
        .await
}

/// The chosen dossiers with what a decision needs; what cannot be done now is named below, with the reason.
async fn look_over(
    app: &App,
    signed: &Signed,
    action: Action,
    ids: Vec<DossierId>,
    left: Vec<Left>,
) -> Response {
    let found = app
        .town
        .read("look_over_many", &signed.actor, move |tx, cx| {
            let mut views = Vec::new();
            for id in &ids {
                match dossier_view(tx, cx, *id) {
                    Ok(view) => views.push(view),
                    // Whatever he may not know of falls out silently, as in every list.
                    Err(AppError::NotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(views)
        })
        .await;
    let views = match found {
        Ok(views) => views,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let (ready, others): (Vec<&DossierView>, Vec<&DossierView>) = views
        .iter()
        .partition(|view| view.actions.contains(&(action, ActionNow::Yes)));
    let heading = ui.t(&format!("work-many-{}", action.as_str()));
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("ui-place-work"), "/work")], &html! { (heading) }))
        @if !left.is_empty() { (what_was_left(app, &ui, &views, &left)) }
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (ui.t(&format!("dossier-effect-{}", action.as_str()))) } }, &html! {}))
        @if ready.is_empty() { p { (ui.t("work-many-none")) } } @else { (form(app, &ui, action, &ready)) }
        @if left.is_empty() && !others.is_empty() {
            h2.th-h.mt-3 { (ui.t("work-many-not-now")) }
            ul { @for view in others { li { a href=(format!("/dossiers/{}", view.dossier.id)) { (super::subject_words(app, &ui, &view.dossier)) } " · " (code(&view.dossier.code)) } } }
        }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Work), &main).into_response()
}

fn what_was_left(app: &App, ui: &Ui, views: &[DossierView], left: &[Left]) -> Markup {
    let body = html! {
        ul.mb-0 {
            @for one in left {
                li {
                    @if let Some(view) = views.iter().find(|view| view.dossier.id == one.id) {
                        (super::subject_words(app, ui, &view.dossier)) " · " (code(&view.dossier.code)) ": "
                    }
                    (one.why)
                }
            }
        }
    };
    let lead = ui.t_args("work-many-left", &[("count", Arg::from(left.len()))]);
    ui::notice(ui, NoticeTone::Warn, &lead, &body)
}

fn form(app: &App, ui: &Ui, action: Action, ready: &[&DossierView]) -> Markup {
    let columns = [
        Column::text(ui.t("work-many-chosen")),
        Column::text(ui.t("dossiers-subject")),
        Column::text(ui.t("work-many-finding")),
        Column::text(ui.t("work-many-result")),
        Column::text(ui.t("dossiers-due")),
    ];
    let rows = html! { @for view in ready { (row(app, ui, view)) } };
    let words = ui.t_args(
        &format!("work-many-do-{}", action.as_str()),
        &[("count", Arg::from(ready.len()))],
    );
    let fields = html! {
        (ui::hidden("act", action.as_str()))
        (ui::hidden("sure", "1"))
        div.card { (ui::table(ui, &ui.t("work-many"), &columns, None, &rows)) }
        div.th-row.mt-3 {
            button.btn.btn-primary type="submit" data-key="finish" { (words) }
            a.btn href="/work" { (ui.t("ui-leave-it")) }
        }
    };
    ui::form(ui, &Form::post("/work/many"), &fields)
}

fn row(app: &App, ui: &Ui, view: &DossierView) -> Markup {
    let dossier = &view.dossier;
    let finding = super::decided::finding(view);
    let chip = due(
        app,
        ui,
        &dossier.unit,
        dossier.deadline.as_ref().map(Deadline::countdown),
        dossier.ended_at,
        format!("/dossiers/{}#deadline", dossier.id),
    );
    let label = ui.t_args(
        "ui-list-choose",
        &[("title", super::subject_words(app, ui, dossier).into())],
    );
    html! {
        tr {
            td { input.form-check-input.m-0 type="checkbox" name="item" checked aria-label=(label) value=(format!("{}:{}", dossier.id, dossier.version)); }
            td {
                a.th-name href=(format!("/dossiers/{}", dossier.id)) { (procedure_short(app, ui, &dossier.procedure.code)) }
                br; span.th-muted { (dossier.applicant.name) " · " (code(&dossier.code)) }
            }
            td { @if let Some(finding) = finding { (finding) } @else { span.th-muted { "–" } } }
            td {
                @if let Some(result) = &view.result {
                    a href=(format!("/dossiers/{}/result.pdf", dossier.id)) { (ui.t(&format!("dossier-outcome-{}", result.outcome))) }
                } @else { span.th-muted { "–" } }
            }
            td { @if let Some(chip) = &chip { (due_chip(ui, chip)) } }
        }
    }
}

/// The first dossier's pane, so that the page tells something before any key is pressed.
pub(super) async fn first_pane(app: &App, signed: &Signed, ui: &Ui, id: Option<&Listed>) -> Option<Markup> {
    let view = page::look(app, signed, &id?.id.to_string()).await.ok()?;
    Some(super::preview::pane(app, ui, &view))
}

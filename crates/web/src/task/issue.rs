//! Issuing a task: six named fields, posts to choose from, and nothing typed is lost.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::drafts::{Draft, draft_of, forget_draft};
use townhall_app::error::AppError;
use townhall_app::task::{Candidates, IssueTask, issue_task, task_candidates};
use townhall_domain::ids::{TaskId, UnitId};
use townhall_domain::permission::{Right, Scope};
use townhall_domain::task::TaskDraft;

use super::issue_fields;
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::one_or_many;
use crate::ui::{self, Errors, Form, Page, Place, Ui, error_summary};

/// The name under which a half-filled form is kept.
pub(super) const DRAFT: &str = "task-new";

/// The form as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    /// Identity of the task, made with the form: the same form sent twice makes one task.
    pub id: String,
    /// Code of the unit to whose posts it is given.
    pub unit: String,
    /// The six, and where the task comes from.
    #[serde(flatten)]
    pub draft: TaskDraft,
    pub issuer: String,
    #[serde(deserialize_with = "one_or_many")]
    pub joining: Vec<String>,
}

impl Typed {
    fn of_draft(draft: &Draft) -> Self {
        let value = |name: &str| draft.value(name).unwrap_or_default().to_owned();
        Self {
            id: String::new(),
            unit: value("unit"),
            draft: TaskDraft {
                lead: value("lead"),
                work: value("work"),
                due_on: value("due_on"),
                due_time: value("due_time"),
                responsibility: value("responsibility"),
                product: value("product"),
                authority: value("authority"),
                details: value("details"),
                source: value("source"),
                reference: value("reference"),
                paragraph: value("paragraph"),
                priority: value("priority"),
            },
            issuer: value("issuer"),
            joining: draft
                .fields
                .iter()
                .filter(|(name, _)| name == "joining")
                .map(|(_, value)| value.clone())
                .collect(),
        }
    }
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    unit: String,
}

/// The empty form, or what was typed before.
pub async fn ask(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let kept = app
        .town
        .read("task_draft", &signed.actor, |tx, cx| draft_of(tx, cx, DRAFT))
        .await;
    let (mut typed, saved_at) = match kept {
        Ok(Some(draft)) => (Typed::of_draft(&draft), Some(draft.saved_at)),
        Ok(None) => (Typed::default(), None),
        Err(error) => return signed.refuse(&app, &error),
    };
    if !asked.unit.is_empty() {
        typed.unit = asked.unit;
    }
    typed.id = app.town.cx(&signed.actor).new_id::<TaskId>().to_string();
    show(&app, &signed, &typed, &Errors::default(), saved_at).await
}

/// Issues the task, or shows the form again with everything that was typed.
pub async fn issue(State(app): State<App>, signed: Signed, FormOf(typed): FormOf<Typed>) -> Response {
    match run(&app, &signed, &typed).await {
        Ok(id) => Redirect::to(&format!("/tasks/{id}?done=issue")).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            show(&app, &signed, &typed, &errors, None).await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn run(app: &App, signed: &Signed, typed: &Typed) -> Result<TaskId, AppError> {
    let id = typed
        .id
        .parse()
        .map_err(|_| AppError::refused("task-refused-id-taken"))?;
    let command = IssueTask {
        id,
        draft: typed.draft.clone(),
        issuer: typed.issuer.clone(),
        joining: typed.joining.clone(),
    };
    let issued = app
        .town
        .write("issue_task", &signed.actor, move |tx, cx| {
            let issued = issue_task(tx, cx, &command)?;
            forget_draft(tx, cx, DRAFT)?;
            Ok::<_, AppError>(issued)
        })
        .await?;
    Ok(issued.id)
}

async fn show(
    app: &App,
    signed: &Signed,
    typed: &Typed,
    errors: &Errors,
    saved_at: Option<jiff::Timestamp>,
) -> Response {
    let ui = signed.ui(app);
    let unit = unit_of(app, signed, &ui, typed);
    let wanted = unit.clone();
    let found = app
        .town
        .read("task_candidates", &signed.actor, move |tx, cx| {
            task_candidates(tx, cx, &wanted)
        })
        .await;
    let candidates = match found {
        Ok(candidates) => candidates,
        Err(error) => return signed.refuse(app, &error),
    };
    let heading = ui.t("task-new");
    let main = body(app, signed, &ui, typed, errors, &candidates, &unit, saved_at);
    let status = errors.status();
    let about = Page::new(&heading)
        .at(Place::Tasks)
        .with_error(!errors.is_empty());
    (status, ui::page(&ui, &about, &main)).into_response()
}

/// The unit whose posts are offered: the one asked for, when the right reaches it, else one's own.
fn unit_of(app: &App, signed: &Signed, ui: &Ui, typed: &Typed) -> UnitId {
    let own = || {
        let unit = signed.actor.unit().cloned();
        unit.unwrap_or_else(|| UnitId::new("00", ui.today()))
    };
    app.town
        .packs()
        .units()
        .by_code(typed.unit.trim(), ui.today())
        .map(|unit| unit.id.clone())
        .filter(|unit| signed.actor.may(Right::IssueTask, unit))
        .unwrap_or_else(own)
}

/// Whether the actor issues tasks to units below his own.
fn reaches_below(signed: &Signed) -> bool {
    signed
        .actor
        .officer()
        .is_some_and(|officer| officer.rights.within(Scope::UnitAndBelow).has(Right::IssueTask))
}

#[expect(clippy::too_many_arguments, reason = "one call, from the function above")]
fn body(
    app: &App,
    signed: &Signed,
    ui: &Ui,
    typed: &Typed,
    errors: &Errors,
    candidates: &Candidates,
    unit: &UnitId,
    saved_at: Option<jiff::Timestamp>,
) -> Markup {
    let heading = ui.t("task-new");
    let fields = html! {
        (ui::hidden("id", &typed.id))
        (ui::hidden("unit", unit.code()))
        (issue_fields::fields(ui, typed, errors, candidates))
        div.th-row.mt-3 {
            button.btn.btn-primary type="submit" data-key="finish" { (ui.t("task-issue")) }
            a.btn href="/tasks" { (ui.t("ui-leave-it")) }
            (ui::draft_hint(ui, saved_at))
        }
    };
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-tasks"), "/tasks")], &html! { (heading) }))
        (error_summary(ui, errors))
        (ui::title_line(ui, &heading, &html! {}, &html! {}))
        p.th-muted { (ui.t("task-new-intro")) }
        @if reaches_below(signed) { (issue_fields::unit_choice(app, signed, ui, unit)) }
        (ui::form(ui, &Form::post("/tasks/new").draft(DRAFT), &fields))
    }
}

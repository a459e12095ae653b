//! The page of one task: the six, progress, products, papers, requests, trail, what can be done now, why it is due.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_app::task::{ActionNow, TaskView, task_view};
use townhall_domain::ids::TaskId;
use townhall_domain::task::{Action, State as TaskState};
use townhall_domain::time;

use super::page_parts::{extensions, papers, products, six, trail};
use super::{chip, class_badge, issue, post_of, priority_badge, state_badge, unit_name};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{
    self, Action as Button, Icon, NoticeTone, Page, Place, Step, StepState, Tone, Ui, badge, code, due_chip,
    key_values,
};

/// What the address says beside the identity.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// Reads a task's identity from a path; what is no identity is not found.
pub(super) fn id_of(text: &str) -> Result<TaskId, AppError> {
    text.parse().map_err(|_| AppError::NotFound("task"))
}

/// Loads the view for this officer.
pub(super) async fn load(app: &App, signed: &Signed, id: &str) -> Result<TaskView, AppError> {
    let id = id_of(id)?;
    app.town
        .read("task_view", &signed.actor, move |tx, cx| task_view(tx, cx, id))
        .await
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
    let ui = signed.ui(&app);
    let title = heading(&view);
    let about = Page::new(&title).at(Place::Tasks);
    let finished = finished_draft(&view, &asked.done);
    let about = match &finished {
        Some(draft) => about.draft_done(draft),
        None => about,
    };
    ui::page(&ui, &about, &body(&app, &ui, &view, &asked.done)).into_response()
}

/// The draft that the action just carried out has used up; the browser forgets its copy, too.
fn finished_draft(view: &TaskView, done: &str) -> Option<String> {
    match done {
        "issue" => Some(issue::DRAFT.to_owned()),
        word => Action::parse(word).map(|action| draft_name(view, action)),
    }
}

/// The name under which the form of an action keeps itself.
pub(super) fn draft_name(view: &TaskView, action: Action) -> String {
    format!("task-{}-{}", view.task.id, action.as_str())
}

/// The work, cut to what a heading bears; the whole of it stands among the six.
fn heading(view: &TaskView) -> String {
    let work = view.task.work.as_str();
    if work.chars().count() <= 120 {
        return work.to_owned();
    }
    format!("{}…", work.chars().take(118).collect::<String>().trim_end())
}

fn body(app: &App, ui: &Ui, view: &TaskView, done: &str) -> Markup {
    let task = &view.task;
    let office = ui.hours(app.town.packs(), &task.unit);
    let standing = task
        .standing(&office, ui.now)
        .ok()
        .filter(|_| task.state != TaskState::Withdrawn);
    let done_words = match done {
        "issue" => Some("task-done-issue".to_owned()),
        word => Action::parse(word)
            .filter(|action| *action != Action::AddPaper)
            .map(|action| format!("task-done-{}", action.as_str())),
    };
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-tasks"), "/tasks")], &code(&task.code)))
        @if let Some(key) = &done_words { (ui::notice(ui, NoticeTone::Ok, "", &html! { (ui.t(key)) })) }
        (ui::title_line(
            ui,
            &heading(view),
            &html! {
                (state_badge(ui, task.state)) (priority_badge(ui, task.priority))
                @if let Some(class) = view.class { (class_badge(ui, class)) }
                @if task.request.is_some() { (badge(ui, Tone::Warn, Icon::HOURGLASS, &ui.t("task-request-waits"))) }
            },
            &html! { @if let Some(standing) = &standing { (due_chip(ui, &chip(ui, standing, "#deadline".to_owned()))) } },
        ))
        (progress(ui, view))
        div.th-cols.th-cols-inbox {
            div.th-stack {
                (six(ui, view))
                (facts(app, ui, view))
                (products(ui, view))
                (papers(ui, view))
                (extensions(ui, view))
                (trail(ui, view))
            }
            aside.th-stack aria-label=(ui.t("task-now")) {
                (now(ui, view))
                section.card { div.card-body { (ui::deadline_reason(ui, "deadline", &task.deadline)) } }
            }
        }
    }
}

/// Five steps, each with the day on which it was reached.
fn progress(ui: &Ui, view: &TaskView) -> Markup {
    let task = &view.task;
    let state = match task.state {
        TaskState::Paused(resting) => TaskState::from(resting),
        other => other,
    };
    let reached = match state {
        TaskState::Issued | TaskState::Paused(_) => 1,
        TaskState::Received => 2,
        TaskState::InProgress => 3,
        TaskState::HandedIn => 4,
        TaskState::Accepted => 5,
        TaskState::Withdrawn => return html! {},
    };
    let begun = view
        .entries
        .iter()
        .find(|entry| entry.kind == "progress")
        .map(|entry| entry.by.at);
    let accepted = task.ended_at;
    let days = [
        ("issued", Some(task.issued_at)),
        ("received", task.received_at),
        ("in_progress", begun),
        ("handed_in", task.handed_in_at),
        ("accepted", accepted),
    ];
    let steps: Vec<Step<'_>> = days
        .iter()
        .enumerate()
        .map(|(place, (word, at))| Step {
            state: match (place + 1).cmp(&reached) {
                std::cmp::Ordering::Less => StepState::Done,
                std::cmp::Ordering::Equal if reached == 5 => StepState::Done,
                std::cmp::Ordering::Equal => StepState::Now,
                std::cmp::Ordering::Greater => StepState::Ahead,
            },
            name: ui.t(&format!("task-step-{word}")).into(),
            note: note(ui, view, word, *at).into(),
        })
        .collect();
    ui::steps(ui, &steps)
}

fn note(ui: &Ui, view: &TaskView, word: &str, at: Option<jiff::Timestamp>) -> String {
    let day = at
        .map(|at| ui.date_short(time::local_date(at)))
        .unwrap_or_default();
    if word == "in_progress" && view.task.percent > 0 {
        let percent = ui.t_args(
            "task-percent-at",
            &[("percent", i64::from(view.task.percent).into())],
        );
        return format!("{day} · {percent}");
    }
    day
}

/// Where the task comes from and whose it is.
fn facts(app: &App, ui: &Ui, view: &TaskView) -> Markup {
    let task = &view.task;
    let entered = (task.entered_by != task.issuer).then(|| post_of(ui, &view.posts, task.entered_by));
    let pairs: Vec<(String, Markup)> = vec![
        (ui.t("task-code"), code(&task.code)),
        (
            ui.t("task-issuer"),
            html! { (post_of(ui, &view.posts, task.issuer)) },
        ),
        (
            ui.t("task-entered-by"),
            html! { @if let Some(entered) = entered { (entered) } },
        ),
        (ui.t("task-issued-at"), html! { (ui.date_time(task.issued_at)) }),
        (
            ui.t("task-source"),
            html! {
                (ui.t(&format!("task-source-{}", task.source.kind().as_str())))
                @if let Some(reference) = task.source.reference() { ": " (reference) }
            },
        ),
        (
            ui.t("task-paragraph"),
            html! { @if let Some(paragraph) = task.source.paragraph() { (paragraph) } },
        ),
        (
            ui.t("task-unit"),
            html! { (unit_name(app, ui, &task.unit)) @if task.unit != task.issuing_unit { " ← " (unit_name(app, ui, &task.issuing_unit)) } },
        ),
    ];
    let pairs: Vec<(&str, Markup)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    ui::card(
        "facts",
        &ui.t("task-facts"),
        &html! {},
        &html! { div.card-body { (key_values(ui, &pairs)) } },
    )
}

/// The actions that are possible, the main one first; below, what is not possible yet and why.
fn now(ui: &Ui, view: &TaskView) -> Markup {
    let id = view.task.id;
    let main = main_action(view);
    let mut possible: Vec<Action> = view
        .actions
        .iter()
        .filter(|(action, now)| *now == ActionNow::Yes && *action != Action::AddPaper)
        .map(|(action, _)| *action)
        .collect();
    possible.sort_by_key(|action| (Some(*action) != main, *action));
    let buttons: Vec<Button<'_>> = possible
        .iter()
        .map(|action| {
            let words = ui.t(&format!("task-action-{}", action.as_str()));
            let button = Button::link(words, format!("/tasks/{id}/{}", action.as_str()));
            match action {
                Action::Withdraw | Action::SendBack => button.danger(),
                action if Some(*action) == main => button.primary(),
                _ => button,
            }
        })
        .collect();
    let reasons: Vec<(String, String)> = view
        .actions
        .iter()
        .filter(|(action, _)| matters_next(*action) && view.task.state.is_open())
        .filter_map(|(action, now)| {
            Some((
                ui.t(&format!("task-action-{}", action.as_str())),
                ui.t(now.reason_key()?),
            ))
        })
        .take(4)
        .collect();
    html! {
        section.card {
            div.card-body {
                h2.th-h.mb-2 { (ui.t("task-now")) }
                @if buttons.is_empty() { p.th-muted { (ui.t("task-nothing-to-do")) } } @else { (ui::actions(ui, &buttons)) }
                (ui::not_possible(ui, &reasons))
            }
        }
    }
}

/// The one action that brings the task on.
fn main_action(view: &TaskView) -> Option<Action> {
    let decides = view
        .actions
        .iter()
        .any(|(action, now)| *action == Action::DecideExtension && *now == ActionNow::Yes);
    match view.task.state {
        _ if decides => Some(Action::DecideExtension),
        TaskState::Issued => Some(Action::Receive),
        TaskState::Received => Some(Action::Report),
        TaskState::InProgress => {
            let joins = view
                .actions
                .iter()
                .any(|(action, _)| *action == Action::Contribute);
            Some(if joins { Action::Contribute } else { Action::HandIn })
        }
        TaskState::HandedIn => Some(Action::Accept),
        TaskState::Paused(_) => Some(Action::Resume),
        TaskState::Accepted | TaskState::Withdrawn => None,
    }
}

fn matters_next(action: Action) -> bool {
    matches!(
        action,
        Action::HandIn | Action::Accept | Action::RequestExtension | Action::Withdraw | Action::Contribute
    )
}

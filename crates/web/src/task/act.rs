//! Actions on a task: a page that asks what the action needs, and the command behind it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::cx::Cx;
use townhall_app::drafts::{Draft, draft_of, forget_draft};
use townhall_app::error::AppError;
use townhall_app::task::{self as commands, ActionNow, TaskView};
use townhall_domain::ids::TaskId;
use townhall_domain::task::Action;
use townhall_store::Tx;

use super::{act_fields, page};
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::one_or_many;
use crate::ui::{self, Errors, Form, Page, Place, Ui, code, error_summary};

/// Every field that an action may ask for; each action reads its own and leaves the rest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    /// Version of the task that the page showed.
    pub version: String,
    pub note: String,
    pub percent: String,
    pub summary: String,
    pub document: String,
    #[serde(deserialize_with = "one_or_many")]
    pub papers: Vec<String>,
    pub reason: String,
    pub to: String,
    pub granted: String,
}

impl Typed {
    fn of_draft(draft: &Draft) -> Self {
        let value = |name: &str| draft.value(name).unwrap_or_default().to_owned();
        let papers = draft.fields.iter().filter(|(name, _)| name == "papers");
        Self {
            version: String::new(),
            note: value("note"),
            percent: value("percent"),
            summary: value("summary"),
            document: value("document"),
            papers: papers.map(|(_, value)| value.clone()).collect(),
            reason: value("reason"),
            to: value("to"),
            granted: value("granted"),
        }
    }
}

fn action_of(word: &str) -> Result<Action, AppError> {
    // Papers are added where files are taken in, not by this form.
    Action::parse(word)
        .filter(|action| *action != Action::AddPaper)
        .ok_or(AppError::NotFound("action"))
}

/// The page of an action.
pub async fn ask(
    State(app): State<App>,
    signed: Signed,
    Path((id, word)): Path<(String, String)>,
) -> Response {
    match asked(&app, &signed, &id, &word).await {
        Ok((view, action, typed)) => show(&app, &signed, &view, action, &typed, &Errors::default()),
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn asked(
    app: &App,
    signed: &Signed,
    id: &str,
    word: &str,
) -> Result<(TaskView, Action, Typed), AppError> {
    let action = action_of(word)?;
    let view = page::load(app, signed, id).await?;
    possible(&view, action)?;
    let name = page::draft_name(&view, action);
    let kept = app
        .town
        .read("task_action_draft", &signed.actor, move |tx, cx| {
            draft_of(tx, cx, &name)
        })
        .await?;
    let mut typed = kept.as_ref().map(Typed::of_draft).unwrap_or_default();
    typed.version = view.task.version.to_string();
    Ok((view, action, typed))
}

fn possible(view: &TaskView, action: Action) -> Result<(), AppError> {
    match view
        .actions
        .iter()
        .find(|(known, _)| *known == action)
        .map(|(_, now)| now)
    {
        Some(ActionNow::Yes) => Ok(()),
        Some(ActionNow::NotInThisState(why)) => Err(AppError::TaskNotAllowed(*why)),
        Some(now) => Err(AppError::refused(
            now.reason_key().unwrap_or("task-refused-not-concerned"),
        )),
        None => Err(AppError::NotFound("action")),
    }
}

fn show(
    app: &App,
    signed: &Signed,
    view: &TaskView,
    action: Action,
    typed: &Typed,
    errors: &Errors,
) -> Response {
    let ui = signed.ui(app);
    let heading = question(&ui, view, action);
    let main = body(&ui, view, action, typed, errors, &heading);
    let status = errors.status();
    let about = Page::new(&heading)
        .at(Place::Tasks)
        .with_error(!errors.is_empty());
    (status, ui::page(&ui, &about, &main)).into_response()
}

fn is_danger(action: Action) -> bool {
    matches!(action, Action::Withdraw | Action::SendBack)
}

/// What takes something away asks once more, naming the task.
fn question(ui: &Ui, view: &TaskView, action: Action) -> String {
    if is_danger(action) {
        let key = format!("task-confirm-{}", action.as_str());
        ui.t_args(&key, &[("code", view.task.code.as_str().into())])
    } else {
        ui.t(&format!("task-action-{}", action.as_str()))
    }
}

fn body(ui: &Ui, view: &TaskView, action: Action, typed: &Typed, errors: &Errors, heading: &str) -> Markup {
    let task = &view.task;
    let back = format!("/tasks/{}", task.id);
    let danger = is_danger(action);
    let verb = ui.t(&format!("task-action-{}", action.as_str()));
    let fields = html! {
        (ui::hidden("version", &typed.version))
        div.th-fields { (act_fields::fields(ui, view, action, typed, errors)) }
        div.th-row.mt-3 {
            button.btn.btn-primary[!danger].btn-danger[danger] type="submit" data-key="finish" { (verb) }
            a.btn href=(back) { (ui.t("ui-leave-it")) }
            (ui::draft_hint(ui, None))
        }
    };
    let about = Form::post(format!("{back}/{}", action.as_str())).draft(page::draft_name(view, action));
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-tasks"), "/tasks"), (&task.code, &back)], &html! { (verb) }))
        div.th-narrow {
            (error_summary(ui, errors))
            h1 { (heading) }
            p { (task.work) " · " (code(&task.code)) }
            p.th-muted { (ui.t(&format!("task-effect-{}", action.as_str()))) }
            (ui::form(ui, &about, &fields))
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
        (Ok(action), Ok(task)) => run(&app, &signed, action, task, &typed)
            .await
            .map_err(|error| (Some(action), error)),
        (Err(error), _) | (_, Err(error)) => Err((None, error)),
    };
    match outcome {
        Ok(()) => Redirect::to(&format!("/tasks/{id}?done={word}")).into_response(),
        Err((Some(action), error @ (AppError::Invalid(_) | AppError::Refused { .. }))) => {
            match page::load(&app, &signed, &id).await {
                Ok(view) => {
                    let errors = Refusal::of(signed.lang(), &error).errors();
                    show(&app, &signed, &view, action, &typed, &errors)
                }
                Err(error) => signed.refuse(&app, &error),
            }
        }
        Err((_, error)) => signed.refuse(&app, &error),
    }
}

async fn run(
    app: &App,
    signed: &Signed,
    action: Action,
    task: TaskId,
    typed: &Typed,
) -> Result<(), AppError> {
    let version: i64 = typed
        .version
        .parse()
        .map_err(|_| AppError::Conflict { shown: 0, stored: 0 })?;
    let typed = typed.clone();
    let draft = format!("task-{task}-{}", action.as_str());
    app.town
        .write("act_on_task", &signed.actor, move |tx, cx| {
            command(tx, cx, action, task, version, &typed)?;
            forget_draft(tx, cx, &draft)
        })
        .await
}

fn command(
    tx: &mut Tx<'_>,
    cx: &Cx,
    action: Action,
    task: TaskId,
    version: i64,
    typed: &Typed,
) -> Result<(), AppError> {
    let (note, reason) = (typed.note.clone(), typed.reason.clone());
    match action {
        Action::Receive => commands::receive_task(tx, cx, &commands::ReceiveTask { task, version }),
        Action::Report | Action::Contribute => {
            let percent = percent(&typed.percent)?;
            let cmd = commands::ReportProgress {
                task,
                version,
                note,
                percent,
            };
            commands::report_progress(tx, cx, &cmd)
        }
        Action::HandIn => {
            let cmd = commands::HandInProduct {
                task,
                version,
                summary: typed.summary.clone(),
                document: typed.document.clone(),
                papers: typed
                    .papers
                    .iter()
                    .filter_map(|paper| paper.parse().ok())
                    .collect(),
            };
            commands::hand_in_product(tx, cx, &cmd)
        }
        Action::Accept => commands::accept_product(tx, cx, &commands::AcceptProduct { task, version, note }),
        Action::SendBack => commands::send_back_task(
            tx,
            cx,
            &commands::SendBackTask {
                task,
                version,
                reason,
            },
        ),
        Action::RequestExtension => {
            let to = typed.to.clone();
            commands::request_extension(
                tx,
                cx,
                &commands::RequestExtension {
                    task,
                    version,
                    to,
                    reason,
                },
            )
        }
        Action::DecideExtension => {
            let cmd = commands::DecideExtension {
                task,
                version,
                granted: typed.granted == "yes",
                to: typed.to.clone(),
                reason,
            };
            commands::decide_extension(tx, cx, &cmd)
        }
        Action::Pause => commands::pause_task(
            tx,
            cx,
            &commands::PauseTask {
                task,
                version,
                reason,
            },
        ),
        Action::Resume => commands::resume_task(tx, cx, &commands::ResumeTask { task, version, note }),
        Action::Withdraw => commands::withdraw_task(
            tx,
            cx,
            &commands::WithdrawTask {
                task,
                version,
                reason,
            },
        ),
        Action::AddPaper => Err(AppError::NotFound("action")),
    }
}

/// How far the work is; an empty field leaves it as it was.
fn percent(typed: &str) -> Result<Option<u8>, AppError> {
    match typed.trim().trim_end_matches('%').trim() {
        "" => Ok(None),
        number => number
            .parse()
            .map(Some)
            .map_err(|_| AppError::field("percent", "task-percent-wrong")),
    }
}

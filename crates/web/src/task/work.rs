//! Tasks as rows of "my work", beside dossiers and sorted with them by what is due.

use jiff::Timestamp;
use maud::html;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::task::my_tasks;
use townhall_domain::deadline::WarningKind;
use townhall_domain::ids::TaskId;
use townhall_domain::task::State;
use townhall_store::Tx;
use townhall_store::tasks::{Mine, Why, latest_warnings};

use super::{due, priority_badge};
use crate::dossier::bell;
use crate::state::App;
use crate::ui::{Icon, Ui, WorkItem, code};

/// A task that waits for the actor's post, as "my work" groups and sorts it.
#[derive(Debug, Clone)]
pub struct TaskRow {
    mine: Mine,
    /// The bell before its deadline that rang last.
    warned: Option<WarningKind>,
}

/// What waits for the actor's post, by deadline.
///
/// # Errors
/// Those of [`my_tasks`].
pub fn my_work_items(tx: &mut Tx<'_>, cx: &Cx) -> Result<Vec<TaskRow>, AppError> {
    let all = my_tasks(tx, cx)?;
    let ids: Vec<TaskId> = all.iter().map(|mine| mine.task.id).collect();
    let rung = latest_warnings(tx, &ids)?;
    Ok(all
        .into_iter()
        .map(|mine| TaskRow {
            warned: rung.get(&mine.task.id).copied(),
            mine,
        })
        .collect())
}

impl TaskRow {
    /// The deadline that holds.
    pub fn due_at(&self) -> Timestamp {
        self.mine.task.deadline.due
    }

    /// Whether it rests, so that nobody is expected to act by its deadline.
    pub fn is_waiting(&self) -> bool {
        matches!(self.mine.task.state, State::Paused(_))
    }

    /// The row.
    pub fn item<'a>(&self, app: &App, ui: &Ui) -> WorkItem<'a> {
        let task = &self.mine.task;
        let doing = match self.mine.why {
            Why::Lead => format!("work-task-{}", task.state.as_str()),
            Why::Accept => "work-task-accept".to_owned(),
            Why::Decide => "work-task-decide".to_owned(),
            Why::Join => "work-task-join".to_owned(),
        };
        let href = format!("/tasks/{}", task.id);
        WorkItem {
            id: "".into(),
            kind: (Icon::CHECKLIST, ui.t("work-kind-task").into()),
            title: format!("{}: {}", ui.t(&doing), task.work).into(),
            line: html! {
                (code(&task.code)) " · " (task.product) " " (priority_badge(ui, task.priority))
                @if let Some(kind) = self.warned.filter(|_| !self.is_waiting() && task.deadline.due > ui.now) { " " (bell(ui, kind)) }
            },
            due: due(app, ui, task),
            href: href.into(),
            preview: None,
            current: false,
        }
    }
}

//! Papers of a task in their three lists: what orders it, what the Party committee ordered, what came of it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use townhall_domain::dossier::ComponentSource;
use townhall_domain::ids::{PaperId, TaskId};
use townhall_domain::task::Action;
use townhall_store::Tx;
use townhall_store::papers::{self, Paper};

use super::flow::{find, holds_right, must_be_in_hand, record_of};
use crate::cx::Cx;
use crate::error::AppError;

/// Which of the three lists a paper belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperList {
    /// Orders from above.
    Source,
    /// Orders of the Party committee.
    Order,
    /// Products.
    Product,
}

impl PaperList {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Source, Self::Order, Self::Product];

    /// The word that is stored as the paper's component.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Order => "order",
            Self::Product => "product",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.as_str() == word)
    }
}

/// Add a paper whose content lies in the file store already, checked by the edge that took it.
#[derive(Debug, Clone)]
pub struct AddTaskPaper {
    /// Which task.
    pub task: TaskId,
    /// Identity of the paper.
    pub paper: PaperId,
    /// Its list.
    pub list: PaperList,
    /// Name as shown, without path.
    pub name: String,
    /// Media type by content.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// Pages, when known.
    pub pages: Option<i64>,
    /// Hash of the content.
    pub sha256: String,
    /// Hash of what was uploaded, when it was converted.
    pub original_sha256: Option<String>,
}

/// Adds a paper; whoever issued, leads or joins the task may, while it is open. It changes no version, so that a
/// form that is being filled beside it is not refused.
pub fn add_task_paper(tx: &mut Tx<'_>, cx: &Cx, cmd: &AddTaskPaper) -> Result<(), AppError> {
    let task = find(tx, cx, cmd.task)?;
    if !holds_right(cx, &task, Action::AddPaper) {
        cx.actor.must(Action::AddPaper.right(), &task.unit)?;
    }
    task.state.after(Action::AddPaper)?;
    must_be_in_hand(cx, &task, Action::AddPaper)?;
    let paper = Paper {
        id: cmd.paper,
        subject_kind: "task".to_owned(),
        subject_id: task.id.to_string(),
        unit: task.unit.clone(),
        component: Some(cmd.list.as_str().to_owned()),
        name: cmd.name.clone(),
        media_type: cmd.media_type.clone(),
        bytes: cmd.bytes,
        pages: cmd.pages,
        sha256: cmd.sha256.clone(),
        original_sha256: cmd.original_sha256.clone(),
        source: ComponentSource::Upload,
        added_at: cx.now(),
        added_by: cx.actor.post(),
        removed_at: None,
        removed_why: None,
    };
    papers::insert(tx, &paper)?;
    let body = json!({ "paper": paper.id, "list": cmd.list, "sha256": paper.sha256 });
    record_of(tx, cx, &task, "task_paper_added", body)?;
    Ok(())
}

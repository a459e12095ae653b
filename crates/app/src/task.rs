//! Tasks with the six: from the issue to the accepted product. One file a use case.

mod extension;
mod flow;
mod issue;
mod list;
mod paper;
mod steer;
mod view;
mod warn;
mod work;

pub use extension::{DecideExtension, RequestExtension, decide_extension, request_extension};
pub(crate) use flow::is_visible;
pub(crate) use issue::search_words;
pub use issue::{IssueTask, Issued, issue_task};
pub(crate) use list::works_on_tasks;
pub use list::{
    Candidate, Candidates, TaskPage, TaskReport, my_tasks, task_candidates, task_list, task_report,
    tasks_of_post,
};
pub use paper::{AddTaskPaper, PaperList, add_task_paper};
pub use steer::{
    AcceptProduct, PauseTask, ResumeTask, SendBackTask, WithdrawTask, accept_product, pause_task,
    resume_task, send_back_task, withdraw_task,
};
pub use view::{ActionNow, TaskView, task_view};
pub(crate) use warn::ring;
pub use warn::{TaskBells, task_bells};
pub use work::{HandInProduct, ReceiveTask, ReportProgress, hand_in_product, receive_task, report_progress};

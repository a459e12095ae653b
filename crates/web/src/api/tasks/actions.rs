//! The actions on a task and what each of them takes.

use townhall_app::task as app;
use townhall_domain::ids::PaperId;

use super::OnTask;
use crate::api::act::{action, with_reason};
use crate::api::read::Text;

action!(
    /// The lead confirms that he has it.
    ReceiveTaskBody on OnTask, "task_receive", "/api/v1/tasks/{id}/actions/receive", {},
    |_it, tx, cx, task, version| app::receive_task(tx, cx, &app::ReceiveTask { task, version })
);
action!(
    /// Report what was done.
    ReportBody on OnTask, "task_report", "/api/v1/tasks/{id}/actions/report",
    {
        /// What was done, what stands in the way.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        note: Text<2000>,
        /// How far the work is; only the lead says it.
        #[serde(default)]
        #[schema(minimum = 0, maximum = 100)]
        percent: Option<u8>,
    },
    |it, tx, cx, task, version| {
        let (note, percent) = (it.note.0.clone(), it.percent);
        app::report_progress(tx, cx, &app::ReportProgress { task, version, note, percent })
    }
);
action!(
    /// Hand the product in.
    HandInBody on OnTask, "task_hand_in", "/api/v1/tasks/{id}/actions/hand_in",
    {
        /// What came of the work.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        summary: Text<2000>,
        /// Number and symbol of the document that is the product.
        #[serde(default)]
        #[schema(value_type = String, max_length = 500)]
        document: Text<500>,
        /// Papers of the task that are the product.
        #[serde(default)]
        #[schema(value_type = Vec<String>, max_items = 50)]
        papers: Vec<PaperId>,
    },
    |it, tx, cx, task, version| {
        let papers = it.papers.iter().take(50).copied().collect();
        let (summary, document) = (it.summary.0.clone(), it.document.0.clone());
        app::hand_in_product(tx, cx, &app::HandInProduct { task, version, summary, document, papers })
    }
);
action!(
    /// Accept the product: the task is done.
    AcceptProductBody on OnTask, "task_accept", "/api/v1/tasks/{id}/actions/accept",
    {
        /// A word with the acceptance.
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        note: Text<2000>,
    },
    |it, tx, cx, task, version| {
        app::accept_product(tx, cx, &app::AcceptProduct { task, version, note: it.note.0.clone() })
    }
);
action!(
    /// Ask for more time.
    RequestExtensionBody on OnTask, "task_request_extension", "/api/v1/tasks/{id}/actions/request_extension",
    {
        /// The day that is asked for.
        #[schema(value_type = String, max_length = 10)]
        to: Text<10>,
        /// Why.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        reason: Text<2000>,
    },
    |it, tx, cx, task, version| {
        let (to, reason) = (it.to.0.clone(), it.reason.0.clone());
        app::request_extension(tx, cx, &app::RequestExtension { task, version, to, reason })
    }
);
action!(
    /// Decide on more time.
    DecideExtensionBody on OnTask, "task_decide_extension", "/api/v1/tasks/{id}/actions/decide_extension",
    {
        /// Granted or refused.
        granted: bool,
        /// The day that is granted; what was asked for when missing.
        #[serde(default)]
        #[schema(value_type = String, max_length = 10)]
        to: Text<10>,
        /// Why it is refused, or a word with the grant.
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        reason: Text<2000>,
    },
    |it, tx, cx, task, version| {
        let (granted, to, reason) = (it.granted, it.to.0.clone(), it.reason.0.clone());
        app::decide_extension(tx, cx, &app::DecideExtension { task, version, granted, to, reason })
    }
);
action!(
    /// Let the work go on.
    ResumeTaskBody on OnTask, "task_resume", "/api/v1/tasks/{id}/actions/resume",
    {
        /// A word to the lead.
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        note: Text<2000>,
    },
    |it, tx, cx, task, version| {
        app::resume_task(tx, cx, &app::ResumeTask { task, version, note: it.note.0.clone() })
    }
);
with_reason!(
    on OnTask as task;
    /// Send the product back: the reason says what is missing.
    SendBackTaskBody, "task_send_back", "/api/v1/tasks/{id}/actions/send_back", SendBackTask, send_back_task;
    /// Let the work rest: the clock of the deadline that holds stands.
    PauseTaskBody, "task_pause", "/api/v1/tasks/{id}/actions/pause", PauseTask, pause_task;
    /// Take the task back.
    WithdrawTaskBody, "task_withdraw", "/api/v1/tasks/{id}/actions/withdraw", WithdrawTask, withdraw_task;
);

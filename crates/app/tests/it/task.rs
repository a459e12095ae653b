//! Tasks with the six: issued, worked on, judged; and everybody who may not.

mod figures;
mod people;
mod refusals;
mod way;

use jiff::civil::{Date, date};
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::task::{
    HandInProduct, IssueTask, ReceiveTask, ReportProgress, TaskView, hand_in_product, issue_task,
    receive_task, report_progress, task_view,
};
use townhall_domain::ids::{Id, PostId, TaskId};
use townhall_domain::permission::Role;
use townhall_domain::task::TaskDraft;
use townhall_store::Db;
use uuid::Uuid;

use crate::commune::{Employed, acting, employ, run, run_on};

/// A chair, a division head and two handlers of Thuận An.
struct Office {
    chair: Actor,
    head: Actor,
    lead: Actor,
    other: Actor,
    lead_post: PostId,
    other_post: PostId,
    head_post: PostId,
}

fn office(db: &Db) -> Office {
    let posts: Vec<Employed> = [
        (Role::Chair, "chair"),
        (Role::DivisionHead, "head"),
        (Role::Handler, "lead"),
        (Role::Handler, "other"),
    ]
    .into_iter()
    .map(|(role, name)| employ(db, role, name))
    .collect();
    Office {
        chair: acting(db, "chair"),
        head: acting(db, "head"),
        lead: acting(db, "lead"),
        other: acting(db, "other"),
        head_post: posts[1].post,
        lead_post: posts[2].post,
        other_post: posts[3].post,
    }
}

fn task_id(number: u128) -> TaskId {
    TaskId::from_uuid(Uuid::from_u128(9_000 + number))
}

/// A complete order to a post, due on Friday 29 August 2025.
fn draft(lead: PostId) -> TaskDraft {
    TaskDraft {
        lead: lead.to_string(),
        work: "Rà soát, bố trí cán bộ đúng năng lực".to_owned(),
        due_on: "29/8/2025".to_owned(),
        responsibility: "Chịu trách nhiệm trước Chủ tịch về tiến độ, chất lượng".to_owned(),
        product: "Báo cáo kèm danh sách đề nghị".to_owned(),
        authority: "Được yêu cầu các phòng cung cấp số liệu; Chủ tịch quyết định".to_owned(),
        ..TaskDraft::default()
    }
}

fn order(number: u128, lead: PostId) -> IssueTask {
    IssueTask {
        id: task_id(number),
        draft: draft(lead),
        issuer: String::new(),
        joining: Vec::new(),
    }
}

fn issue(db: &Db, actor: &Actor, command: IssueTask) -> Result<String, AppError> {
    run(db, actor, move |tx, cx| issue_task(tx, cx, &command)).map(|issued| issued.code)
}

fn view(db: &Db, actor: &Actor, number: u128) -> Result<TaskView, AppError> {
    run(db, actor, move |tx, cx| task_view(tx, cx, task_id(number)))
}

fn version(db: &Db, actor: &Actor, number: u128) -> i64 {
    view(db, actor, number).expect("the task").task.version
}

fn day(day: i8) -> Date {
    date(2025, 8, day)
}

/// The lead receives and begins on the 6th.
fn begin(db: &Db, lead: &Actor, number: u128) {
    run_on(db, day(6), lead, move |tx, cx| {
        let task = task_id(number);
        receive_task(tx, cx, &ReceiveTask { task, version: 1 })?;
        let report = ReportProgress {
            task,
            version: 2,
            note: "Bắt đầu từ Văn phòng".to_owned(),
            percent: Some(20),
        };
        report_progress(tx, cx, &report)
    })
    .expect("begun");
}

/// The lead hands in a document on a day.
fn hand_in(db: &Db, lead: &Actor, number: u128, on: Date) {
    let version = version(db, lead, number);
    run_on(db, on, lead, move |tx, cx| {
        let product = HandInProduct {
            task: task_id(number),
            version,
            summary: "Đã rà soát 96 vị trí, đề nghị đổi 7".to_owned(),
            document: "12/BC-VP".to_owned(),
            papers: Vec::new(),
        };
        hand_in_product(tx, cx, &product)
    })
    .expect("handed in");
}

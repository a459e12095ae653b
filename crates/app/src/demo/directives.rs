//! The 38 directives of the reports as tasks with the six, led by synthetic posts of Thuận An and Cư Jút.
//!
//! A directive of another province's report is worked in Thuận An as an exercise; its reference says whose it is.

use jiff::civil::{Date, date};
use townhall_domain::ids::{Id, TaskId, UnitId};
use townhall_domain::permission::Role;
use townhall_domain::task::TaskDraft;
use townhall_domain::time;
use townhall_store::tasks;

use super::names::Names;
use super::office::Offices;
use super::unit;
use crate::actor::Actor;
use crate::asked::{Record, records};
use crate::error::AppError;
use crate::task::{
    AcceptProduct, HandInProduct, IssueTask, ReceiveTask, ReportProgress, accept_product, hand_in_product,
    issue_task, receive_task, report_progress,
};
use crate::town::Town;

struct Plan {
    id: TaskId,
    record: &'static Record,
    issuer: Actor,
    lead: Actor,
    issued_on: Date,
    /// The lead receives it, and reports, on the next day of work.
    received_on: Date,
    due: Date,
    /// How far it has come by the beginning of the demonstration: 0 issued, 1 received, 2 in progress, 3 accepted.
    reached: usize,
}

/// Issues the 38 tasks and lets some of them go on.
pub fn build(town: &Town, offices: &Offices, names: &mut Names) -> Result<(), AppError> {
    let directives = records().iter().filter(|record| record.kind == "directive");
    let plans: Vec<Plan> = directives
        .enumerate()
        .filter_map(|(place, record)| plan(offices, names, place, record))
        .collect();
    let is_working = |day: Date| town.packs().calendar().is_working_day(day).unwrap_or(true);
    let plans: Vec<Plan> = plans
        .into_iter()
        .map(|mut plan| {
            plan.due = working_day(plan.due, &is_working);
            let after = plan.issued_on.tomorrow().unwrap_or(plan.issued_on);
            plan.received_on = working_day(after, &is_working).min(date(2025, 8, 4));
            plan
        })
        .collect();
    let base = town.cx(&Actor::System { job: "demo" });
    town.db().write_blocking("demo_directives", move |tx| {
        for plan in &plans {
            let at = |day: Date, hour: i8| base.at(time::instant(day.at(hour, 15, 0, 0)));
            let later = plan.received_on;
            issue_task(
                tx,
                &at(plan.issued_on, 8).as_actor(plan.issuer.clone()),
                &order(plan),
            )?;
            let lead = at(later, 14).as_actor(plan.lead.clone());
            let version = |tx: &mut townhall_store::Tx<'_>| -> Result<i64, AppError> {
                Ok(tasks::load(tx, plan.id)?.map_or(1, |task| task.version))
            };
            if plan.reached >= 1 {
                let version = version(tx)?;
                receive_task(
                    tx,
                    &lead,
                    &ReceiveTask {
                        task: plan.id,
                        version,
                    },
                )?;
            }
            if plan.reached >= 2 {
                let version = version(tx)?;
                let note = "Đã lập kế hoạch, đang triển khai theo từng phần việc.".to_owned();
                report_progress(
                    tx,
                    &lead,
                    &ReportProgress {
                        task: plan.id,
                        version,
                        note,
                        percent: Some(40),
                    },
                )?;
            }
            if plan.reached >= 3 {
                let version = version(tx)?;
                let summary = "Báo cáo kết quả thực hiện kèm danh mục công việc đã hoàn thành.".to_owned();
                let product = HandInProduct {
                    task: plan.id,
                    version,
                    summary,
                    document: "Dữ liệu minh họa".to_owned(),
                    papers: Vec::new(),
                };
                hand_in_product(tx, &lead, &product)?;
                let task = tasks::load(tx, plan.id)?.map_or(1, |task| task.version);
                let judge = at(later, 16).as_actor(plan.issuer.clone());
                accept_product(
                    tx,
                    &judge,
                    &AcceptProduct {
                        task: plan.id,
                        version: task,
                        note: "Đạt yêu cầu.".to_owned(),
                    },
                )?;
            }
        }
        Ok(())
    })
}

/// The day itself, or the next one on which offices work.
fn working_day(mut day: Date, is_working: &impl Fn(Date) -> bool) -> Date {
    while !is_working(day) {
        day = day.tomorrow().unwrap_or(date(2200, 1, 1));
    }
    day
}

fn plan(offices: &Offices, names: &mut Names, place: usize, record: &'static Record) -> Option<Plan> {
    let of: UnitId = unit(if record.unit == "cu-jut" { "24640" } else { "24682" });
    let issuer = offices.with_role(&of, Role::Chair).first()?.actor.clone();
    let leads: Vec<&Actor> = [
        Role::DivisionHead,
        Role::CentreDirector,
        Role::OrganisationOfficer,
        Role::ViceChair,
    ]
    .iter()
    .flat_map(|role| offices.with_role(&of, *role))
    .map(|seated| &seated.actor)
    .collect();
    let lead = (*leads.get(place % leads.len().max(1))?).clone();
    // What was wanted by 1 July was done in the first days; the others run on.
    let early = record.due().is_some_and(|due| due <= date(2025, 7, 1));
    let issued_on = if early { date(2025, 7, 1) } else { date(2025, 8, 1) };
    let due = match record.due() {
        Some(_) if early => date(2025, 7, 4),
        Some(due) => due.min(date(2026, 12, 31)),
        None => issued_on
            .checked_add(jiff::Span::new().days(10 + i64::try_from(names.dice(50)).unwrap_or(0)))
            .ok()?,
    };
    let mut bytes = [0_u8; 10];
    bytes.fill_with(|| u8::try_from(names.dice(256)).unwrap_or(0));
    let id =
        TaskId::from_uuid(uuid::Builder::from_unix_timestamp_millis(1_754_010_000_000, &bytes).into_uuid());
    Some(Plan {
        id,
        record,
        issuer,
        lead,
        issued_on,
        received_on: issued_on,
        due,
        reached: if early { 3 } else { names.dice(3) },
    })
}

fn order(plan: &Plan) -> IssueTask {
    let lead = plan.lead.post().map(|post| post.to_string()).unwrap_or_default();
    let draft = TaskDraft {
        lead,
        work: plan.record.vi.clone(),
        due_on: plan.due.to_string(),
        due_time: String::new(),
        responsibility:
            "Chủ trì thực hiện, chịu trách nhiệm trước Chủ tịch Ủy ban nhân dân về tiến độ và chất lượng."
                .to_owned(),
        product: "Kế hoạch thực hiện và báo cáo kết quả bằng văn bản.".to_owned(),
        authority: "Được yêu cầu các phòng, đơn vị trong xã cung cấp thông tin và phối hợp.".to_owned(),
        details: String::new(),
        source: "meeting".to_owned(),
        reference: "Kết luận buổi làm việc (dữ liệu minh họa)".to_owned(),
        paragraph: plan.record.id.clone(),
        priority: "normal".to_owned(),
    };
    IssueTask {
        id: plan.id,
        draft,
        issuer: String::new(),
        joining: Vec::new(),
    }
}

//! The way of a task.

use townhall_app::task::{
    AcceptProduct, DecideExtension, IssueTask, PauseTask, ReportProgress, RequestExtension, ResumeTask,
    SendBackTask, WithdrawTask, accept_product, decide_extension, pause_task, report_progress,
    request_extension, resume_task, send_back_task, withdraw_task,
};
use townhall_domain::task::{Class, Decision, State};
use townhall_domain::time::rfc3339;
use townhall_testkit::databases;

use super::{begin, day, hand_in, issue, office, order, task_id, version, view};
use crate::commune::{evidence_holds, refused, run_on};

#[test]
fn a_task_goes_from_issue_to_accepted_product_and_leaves_its_trail() {
    for (name, db) in databases() {
        let us = office(&db);
        let joined = IssueTask {
            joining: vec![us.other_post.to_string()],
            ..order(1, us.lead_post)
        };
        assert_eq!(
            issue(&db, &us.chair, joined).expect("issued"),
            "NV-24682-2025-0001",
            "{name}"
        );
        begin(&db, &us.lead, 1);
        run_on(&db, day(7), &us.other, |tx, cx| {
            let note = "Đã gửi số liệu của phòng".to_owned();
            report_progress(
                tx,
                cx,
                &ReportProgress {
                    task: task_id(1),
                    version: 3,
                    note,
                    percent: Some(90),
                },
            )
        })
        .expect("the joining post tells what it did");
        hand_in(&db, &us.lead, 1, day(27));
        run_on(&db, day(28), &us.chair, |tx, cx| {
            let reason = "Thiếu danh sách kèm theo".to_owned();
            send_back_task(
                tx,
                cx,
                &SendBackTask {
                    task: task_id(1),
                    version: 5,
                    reason,
                },
            )
        })
        .expect("sent back");
        hand_in(&db, &us.lead, 1, day(29));
        run_on(&db, jiff::civil::date(2025, 9, 3), &us.chair, |tx, cx| {
            accept_product(
                tx,
                cx,
                &AcceptProduct {
                    task: task_id(1),
                    version: 7,
                    note: String::new(),
                },
            )
        })
        .expect("accepted");

        let seen = view(&db, &us.chair, 1).expect("the task");
        assert_eq!(
            (seen.task.state, seen.class),
            (State::Accepted, Some(Class::DoneOnTime)),
            "{name}"
        );
        assert_eq!(
            seen.task.percent, 100,
            "{name}: what a joining post says is not the lead's percent"
        );
        let verdicts: Vec<_> = seen
            .products
            .iter()
            .map(|product| product.verdict.as_ref().map(|v| v.accepted))
            .collect();
        assert_eq!(verdicts, [Some(false), Some(true)], "{name}");
        let kinds: Vec<&str> = seen.trail.iter().map(|fact| fact.kind.as_str()).collect();
        assert_eq!(
            kinds,
            [
                "task_issued",
                "task_received",
                "task_progress_reported",
                "task_contributed",
                "task_handed_in",
                "task_sent_back",
                "task_handed_in",
                "task_accepted"
            ],
            "{name}"
        );
        evidence_holds(&db);
    }
}

#[test]
fn the_same_form_sent_twice_makes_one_task() {
    for (name, db) in databases() {
        let us = office(&db);
        let first = issue(&db, &us.chair, order(1, us.lead_post)).expect("issued");
        assert_eq!(
            issue(&db, &us.chair, order(1, us.lead_post)).expect("the same"),
            first,
            "{name}"
        );
        assert_eq!(
            refused(issue(&db, &us.head, order(1, us.lead_post))),
            "task-refused-id-taken",
            "{name}"
        );
    }
}

#[test]
fn more_time_is_asked_for_by_the_lead_and_decided_by_the_issuer() {
    for (name, db) in databases() {
        let us = office(&db);
        issue(&db, &us.chair, order(1, us.lead_post)).expect("issued");
        begin(&db, &us.lead, 1);
        let ask = |to: &'static str, reason: &'static str| {
            let version = version(&db, &us.lead, 1);
            run_on(&db, day(20), &us.lead, move |tx, cx| {
                let command = RequestExtension {
                    task: task_id(1),
                    version,
                    to: to.to_owned(),
                    reason: reason.to_owned(),
                };
                request_extension(tx, cx, &command)
            })
        };
        assert_eq!(
            refused(ask("29/8/2025", "Chờ số liệu")),
            "task-extension-not-later",
            "{name}"
        );
        assert_eq!(refused(ask("31/9/2025", "Chờ số liệu")), "date-wrong", "{name}");
        assert_eq!(refused(ask("12/9/2025", "")), "reason-missing", "{name}");
        ask("12/9/2025", "Chờ số liệu của ba phòng").expect("asked");
        assert_eq!(
            refused(ask("19/9/2025", "Chờ thêm")),
            "task-refused-request-waits",
            "{name}"
        );

        let decide = |granted: bool, reason: &'static str| {
            let version = version(&db, &us.chair, 1);
            run_on(&db, day(21), &us.chair, move |tx, cx| {
                let command = DecideExtension {
                    task: task_id(1),
                    version,
                    granted,
                    to: String::new(),
                    reason: reason.to_owned(),
                };
                decide_extension(tx, cx, &command)
            })
        };
        assert_eq!(
            refused(decide(false, "")),
            "reason-missing",
            "{name}: a refusal says why"
        );
        decide(true, "").expect("granted");
        assert_eq!(refused(decide(true, "")), "task-refused-no-request", "{name}");
        let task = view(&db, &us.lead, 1).expect("the task").task;
        assert_eq!(rfc3339(task.deadline.due), "2025-09-12T17:00:00+07:00", "{name}");
        assert_eq!(
            rfc3339(task.deadline.original_due),
            "2025-08-29T17:00:00+07:00",
            "{name}"
        );
        hand_in(&db, &us.lead, 1, jiff::civil::date(2025, 9, 10));
        run_on(&db, jiff::civil::date(2025, 9, 11), &us.chair, |tx, cx| {
            accept_product(
                tx,
                cx,
                &AcceptProduct {
                    task: task_id(1),
                    version: 6,
                    note: String::new(),
                },
            )
        })
        .expect("accepted");
        let seen = view(&db, &us.chair, 1).expect("the task");
        assert_eq!(
            seen.class,
            Some(Class::DoneLate),
            "{name}: measured by the original deadline"
        );
        let answer = seen.extensions[0].answer.as_ref().expect("an answer");
        assert_eq!(answer.decision, Decision::Granted, "{name}");
        evidence_holds(&db);
    }
}

#[test]
fn work_rests_goes_on_and_is_taken_back_with_reasons() {
    for (name, db) in databases() {
        let us = office(&db);
        issue(&db, &us.chair, order(1, us.lead_post)).expect("issued");
        begin(&db, &us.lead, 1);
        run_on(&db, day(8), &us.lead, |tx, cx| {
            let command = RequestExtension {
                task: task_id(1),
                version: 3,
                to: "12/9/2025".to_owned(),
                reason: "Chờ số liệu".to_owned(),
            };
            request_extension(tx, cx, &command)
        })
        .expect("asked");
        let reason = || "Chờ hướng dẫn của tỉnh".to_owned();
        run_on(&db, day(11), &us.chair, move |tx, cx| {
            pause_task(
                tx,
                cx,
                &PauseTask {
                    task: task_id(1),
                    version: 4,
                    reason: reason(),
                },
            )
        })
        .expect("paused");
        let rests = view(&db, &us.lead, 1).expect("the task");
        assert_eq!(
            rests.extensions[0].answer.as_ref().map(|a| a.decision),
            Some(Decision::Lapsed),
            "{name}"
        );
        assert!(rests.task.deadline.paused.is_some(), "{name}");
        run_on(&db, day(18), &us.chair, |tx, cx| {
            resume_task(
                tx,
                cx,
                &ResumeTask {
                    task: task_id(1),
                    version: 5,
                    note: "Đã có hướng dẫn".to_owned(),
                },
            )
        })
        .expect("resumed");
        let task = view(&db, &us.lead, 1).expect("the task").task;
        assert_eq!(
            rfc3339(task.deadline.due),
            "2025-09-09T17:00:00+07:00",
            "{name}: five working days later"
        );
        run_on(&db, day(19), &us.chair, |tx, cx| {
            let reason = "Tỉnh giao đơn vị khác".to_owned();
            withdraw_task(
                tx,
                cx,
                &WithdrawTask {
                    task: task_id(1),
                    version: 6,
                    reason,
                },
            )
        })
        .expect("withdrawn");
        let seen = view(&db, &us.lead, 1).expect("it stays readable");
        assert_eq!((seen.task.state, seen.class), (State::Withdrawn, None), "{name}");
        let said: Vec<_> = seen.entries.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(
            said,
            ["issued", "received", "progress", "paused", "resumed", "withdrawn"],
            "{name}"
        );
        evidence_holds(&db);
    }
}

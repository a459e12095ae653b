//! What is refused on the way of a task, and changes nothing.

use townhall_app::task::{
    AcceptProduct, AddTaskPaper, HandInProduct, IssueTask, PaperList, ReceiveTask, ReportProgress,
    WithdrawTask, accept_product, add_task_paper, hand_in_product, receive_task, report_progress,
    withdraw_task,
};
use townhall_domain::ids::{Id, PaperId, PostId};
use townhall_domain::permission::Role;
use townhall_domain::task::State;
use townhall_store::journal;
use townhall_testkit::databases;
use uuid::Uuid;

use super::{begin, draft, issue, office, order, task_id, version, view};
use crate::commune::{evidence_holds, refused, run};

#[test]
fn no_task_is_issued_without_one_of_the_six_and_no_number_is_lost() {
    for (name, db) in databases() {
        let us = office(&db);
        let empty = IssueTask {
            draft: townhall_domain::task::TaskDraft::default(),
            ..order(1, us.lead_post)
        };
        assert_eq!(
            refused(issue(&db, &us.chair, empty)),
            "task-person-missing task-work-missing task-time-missing task-responsibility-missing \
             task-product-missing task-authority-missing",
            "{name}: each with a sentence of its own, all at once"
        );
        let mut late = order(1, us.lead_post);
        late.draft.due_on = "05/8/2025".to_owned();
        late.draft.due_time = "08:30".to_owned();
        assert_eq!(refused(issue(&db, &us.chair, late)), "task-time-past", "{name}");
        assert_eq!(refused(view(&db, &us.chair, 1)), "not found: task", "{name}");
        let first = issue(&db, &us.chair, order(2, us.lead_post)).expect("issued");
        let second = issue(&db, &us.chair, order(3, us.head_post)).expect("issued");
        assert_eq!(
            (first.as_str(), second.as_str()),
            ("NV-24682-2025-0001", "NV-24682-2025-0002"),
            "{name}"
        );
    }
}

#[test]
fn two_officers_on_one_task_do_not_overwrite_each_other() {
    for (name, db) in databases() {
        let us = office(&db);
        issue(&db, &us.chair, order(1, us.lead_post)).expect("issued");
        run(&db, &us.lead, |tx, cx| {
            receive_task(
                tx,
                cx,
                &ReceiveTask {
                    task: task_id(1),
                    version: 1,
                },
            )
        })
        .expect("received");
        // The chair's page still shows version 1.
        let reason = "Giao nhầm người".to_owned();
        let outcome = run(&db, &us.chair, move |tx, cx| {
            withdraw_task(
                tx,
                cx,
                &WithdrawTask {
                    task: task_id(1),
                    version: 1,
                    reason: reason.clone(),
                },
            )
        });
        assert_eq!(refused(outcome), "conflict", "{name}");
        assert_eq!(
            view(&db, &us.chair, 1).expect("the task").task.state,
            State::Received,
            "{name}"
        );
    }
}

#[test]
fn what_the_state_does_not_allow_is_refused_with_its_reason() {
    for (name, db) in databases() {
        let us = office(&db);
        issue(&db, &us.chair, order(1, us.lead_post)).expect("issued");
        let early = run(&db, &us.lead, |tx, cx| {
            let product = HandInProduct {
                task: task_id(1),
                version: 1,
                summary: "Xong".to_owned(),
                document: "12/BC-VP".to_owned(),
                papers: Vec::new(),
            };
            hand_in_product(tx, cx, &product)
        });
        assert_eq!(
            refused(early),
            "task-why-not-received",
            "{name}: no jump from not started to done"
        );
        let accepted = run(&db, &us.chair, |tx, cx| {
            accept_product(
                tx,
                cx,
                &AcceptProduct {
                    task: task_id(1),
                    version: 1,
                    note: String::new(),
                },
            )
        });
        assert_eq!(
            refused(accepted),
            "task-why-not-handed-in",
            "{name}: nothing lies on the table"
        );
        assert_eq!(version(&db, &us.chair, 1), 1, "{name}");
    }
}

#[test]
fn done_needs_a_product_that_is_shown() {
    for (name, db) in databases() {
        let us = office(&db);
        issue(&db, &us.chair, order(1, us.lead_post)).expect("issued");
        begin(&db, &us.lead, 1);
        let paper: PaperId = PaperId::from_uuid(Uuid::from_u128(5));
        let try_with = |summary: &'static str, papers: Vec<PaperId>| {
            run(&db, &us.lead, move |tx, cx| {
                let product = HandInProduct {
                    task: task_id(1),
                    version: 3,
                    summary: summary.to_owned(),
                    document: String::new(),
                    papers: papers.clone(),
                };
                hand_in_product(tx, cx, &product)
            })
        };
        assert_eq!(
            refused(try_with("Đã làm xong", vec![])),
            "task-product-not-shown",
            "{name}"
        );
        assert_eq!(
            refused(try_with("", vec![])),
            "task-product-not-shown task-summary-missing",
            "{name}"
        );
        assert_eq!(
            refused(try_with("Đã làm xong", vec![paper])),
            "task-paper-unknown",
            "{name}"
        );
        run(&db, &us.lead, move |tx, cx| {
            let command = AddTaskPaper {
                task: task_id(1),
                paper,
                list: PaperList::Product,
                name: "bao-cao.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                bytes: 1_000,
                pages: Some(2),
                sha256: "ab".repeat(32),
                original_sha256: None,
            };
            add_task_paper(tx, cx, &command)
        })
        .expect("added");
        try_with("Đã làm xong", vec![paper])
            .expect("a paper shows it, and the version of the form still holds");
        let seen = view(&db, &us.chair, 1).expect("the task");
        assert_eq!(seen.papers[0].component.as_deref(), Some("product"), "{name}");
        evidence_holds(&db);
    }
}

#[test]
fn bad_input_is_told_at_its_field_and_changes_nothing() {
    for (name, db) in databases() {
        let us = office(&db);
        issue(&db, &us.chair, order(1, us.lead_post)).expect("issued");
        begin(&db, &us.lead, 1);
        let report = |note: String, percent| {
            run(&db, &us.lead, move |tx, cx| {
                report_progress(
                    tx,
                    cx,
                    &ReportProgress {
                        task: task_id(1),
                        version: 3,
                        note: note.clone(),
                        percent,
                    },
                )
            })
        };
        assert_eq!(refused(report(String::new(), None)), "reason-missing", "{name}");
        assert_eq!(
            refused(report("a\0bc".to_owned(), None)),
            "field-control-character",
            "{name}"
        );
        assert_eq!(
            refused(report("x".repeat(10_000_000), None)),
            "task-details-too-long",
            "{name}"
        );
        assert_eq!(
            refused(report("😀😀😀".to_owned(), None)),
            "reason-missing",
            "{name}: no letter in it"
        );
        assert_eq!(
            refused(report("Xong".to_owned(), Some(101))),
            "task-percent-wrong",
            "{name}"
        );
        let nobody = PostId::from_uuid(Uuid::from_u128(404));
        let to_nobody = IssueTask {
            draft: draft(nobody),
            ..order(2, us.lead_post)
        };
        assert_eq!(
            refused(issue(&db, &us.chair, to_nobody)),
            "task-person-unknown",
            "{name}"
        );
        let joining = |posts: Vec<String>| {
            issue(
                &db,
                &us.chair,
                IssueTask {
                    joining: posts,
                    ..order(2, us.lead_post)
                },
            )
        };
        assert_eq!(
            refused(joining(vec!["x".to_owned()])),
            "task-joining-unknown",
            "{name}"
        );
        assert_eq!(
            refused(joining(vec![us.lead_post.to_string()])),
            "task-refused-joins-twice",
            "{name}"
        );
        let twice = vec![us.other_post.to_string(); 2];
        assert_eq!(refused(joining(twice)), "task-refused-joins-twice", "{name}");
        assert_eq!(version(&db, &us.chair, 1), 3, "{name}");
        let facts = crate::people::read(&db, |tx| journal::facts_of(tx, "task", &task_id(2).to_string()));
        assert!(facts.is_empty(), "{name}");
    }
}

#[test]
fn clear_person_means_that_somebody_sits_there() {
    use townhall_app::organisation::add_post;
    for (name, db) in databases() {
        let us = office(&db);
        let vacant = run(&db, &crate::commune::system(), |tx, cx| {
            add_post(
                tx,
                cx,
                &crate::commune::seat(&crate::people::thuan_an(), "office", Role::Handler),
            )
        })
        .expect("a vacant seat");
        assert_eq!(
            refused(issue(&db, &us.chair, order(1, vacant))),
            "task-person-vacant",
            "{name}"
        );
        let own = us.chair.post().expect("a post");
        assert_eq!(
            refused(issue(&db, &us.chair, order(1, own))),
            "task-refused-own",
            "{name}"
        );
    }
}

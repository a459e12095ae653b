//! Who may not: strangers, sister communes, the other space, and those who know of a task but do not decide on it.

use townhall_app::actor::Actor;
use townhall_app::task::{
    AcceptProduct, IssueTask, ReceiveTask, ReportProgress, WithdrawTask, accept_product, receive_task,
    report_progress, task_candidates, withdraw_task,
};
use townhall_domain::permission::Role;
use townhall_domain::task::{Action, State};
use townhall_store::Db;
use townhall_testkit::databases;

use super::{begin, day, hand_in, issue, office, order, task_id, view};
use crate::commune::{acting, employ_in, refused, run, run_on};
use crate::people::{thuan_an, unit};

fn party(db: &Db, role: Role, name: &'static str) -> (Actor, townhall_domain::ids::PostId) {
    let post = employ_in(db, thuan_an(), "party-office", role, name).post;
    (acting(db, name), post)
}

#[test]
fn who_may_not_know_of_a_task_finds_nothing() {
    for (name, db) in databases() {
        let us = office(&db);
        issue(&db, &us.chair, order(1, us.lead_post)).expect("issued");
        employ_in(&db, unit("24640"), "office", Role::Chair, "sister");
        employ_in(&db, thuan_an(), "office", Role::Administrator, "admin");
        let (secretary, _) = party(&db, Role::PartyLeader, "secretary");
        let strangers = [
            ("a handler beside", us.other.clone()),
            ("the chair of a sister commune", acting(&db, "sister")),
            ("the Party's leader in the same commune", secretary),
            ("who runs the node", acting(&db, "admin")),
            ("a citizen", Actor::Citizen { dossier: None }),
        ];
        for (who, stranger) in &strangers {
            assert_eq!(
                refused(view(&db, stranger, 1)),
                "not found: task",
                "{name}: {who}"
            );
            let received = run(&db, stranger, |tx, cx| {
                receive_task(
                    tx,
                    cx,
                    &ReceiveTask {
                        task: task_id(1),
                        version: 1,
                    },
                )
            });
            assert_eq!(refused(received), "not found: task", "{name}: {who}");
        }
        for reader in [&us.chair, &us.head, &us.lead] {
            assert!(view(&db, reader, 1).is_ok(), "{name}");
        }
    }
}

#[test]
fn who_knows_of_a_task_but_does_not_issue_or_lead_it_decides_nothing() {
    for (name, db) in databases() {
        let us = office(&db);
        issue(&db, &us.chair, order(1, us.lead_post)).expect("issued");
        begin(&db, &us.lead, 1);
        hand_in(&db, &us.lead, 1, day(20));
        let accept = |actor: &Actor| {
            run_on(&db, day(21), actor, |tx, cx| {
                accept_product(
                    tx,
                    cx,
                    &AcceptProduct {
                        task: task_id(1),
                        version: 4,
                        note: String::new(),
                    },
                )
            })
        };
        assert_eq!(
            refused(accept(&us.lead)),
            "denied: accept_task",
            "{name}: nobody judges his own work"
        );
        assert_eq!(refused(accept(&us.head)), "task-refused-not-issuer", "{name}");
        let withdrawn = run(&db, &us.head, |tx, cx| {
            let reason = "Không cần nữa".to_owned();
            withdraw_task(
                tx,
                cx,
                &WithdrawTask {
                    task: task_id(1),
                    version: 4,
                    reason,
                },
            )
        });
        assert_eq!(refused(withdrawn), "task-why-handed-in", "{name}");
        let report = run(&db, &us.head, |tx, cx| {
            let note = "Tôi báo cáo thay".to_owned();
            report_progress(
                tx,
                cx,
                &ReportProgress {
                    task: task_id(1),
                    version: 4,
                    note,
                    percent: None,
                },
            )
        });
        assert_eq!(refused(report), "denied: work_task", "{name}");
        accept(&us.chair).expect("who issued it accepts it");
    }
}

#[test]
fn the_head_of_the_unit_may_act_for_who_issued_it_and_nobody_else_may() {
    for (name, db) in databases() {
        let us = office(&db);
        issue(&db, &us.head, order(1, us.lead_post)).expect("issued by the head of the division");
        issue(&db, &us.head, order(2, us.chair.post().expect("a post"))).expect("even to the chair");
        begin(&db, &us.lead, 1);
        hand_in(&db, &us.lead, 1, day(20));
        run_on(&db, day(21), &us.chair, |tx, cx| {
            accept_product(
                tx,
                cx,
                &AcceptProduct {
                    task: task_id(1),
                    version: 4,
                    note: String::new(),
                },
            )
        })
        .expect("the chair stands over it");
        let seen = view(&db, &us.chair, 2).expect("the task");
        assert!(
            seen.actions
                .iter()
                .all(|(action, _)| !matches!(action, Action::Accept | Action::Withdraw)),
            "{name}: the chair leads it, so he does not decide on it: {:?}",
            seen.actions
        );
    }
}

#[test]
fn only_who_holds_the_right_issues_and_only_within_its_reach() {
    for (name, db) in databases() {
        let us = office(&db);
        let sister = employ_in(&db, unit("24640"), "office", Role::Handler, "sister").post;
        let (_, party_post) = party(&db, Role::PartyOfficer, "officer");
        employ_in(&db, unit("68"), "office", Role::ProvincialLeader, "province");
        let province = acting(&db, "province");
        assert_eq!(
            refused(issue(&db, &us.lead, order(1, us.other_post))),
            "denied: issue_task",
            "{name}"
        );
        assert_eq!(
            refused(issue(&db, &us.chair, order(1, sister))),
            "task-person-unknown",
            "{name}: a sister commune"
        );
        assert_eq!(
            refused(issue(&db, &us.chair, order(1, party_post))),
            "task-person-unknown",
            "{name}: the other space"
        );
        let code =
            issue(&db, &province, order(1, us.chair.post().expect("a post"))).expect("the province may");
        assert_eq!(code, "NV-68-2025-0001", "{name}");
        let seen = view(&db, &province, 1).expect("the task");
        assert_eq!(
            (seen.task.unit.code(), seen.task.issuing_unit.code()),
            ("24682", "68"),
            "{name}"
        );
        let candidates = |actor: &Actor, code: &'static str| {
            run(&db, actor, move |tx, cx| task_candidates(tx, cx, &unit(code)))
        };
        assert_eq!(
            refused(candidates(&us.chair, "24640")),
            "not found: unit",
            "{name}"
        );
        let known = candidates(&province, "24682").expect("candidates");
        assert_eq!(
            known.leads.len(),
            4,
            "{name}: the posts of the state's space with somebody in them"
        );
        assert!(known.in_own_name, "{name}");
        assert_eq!(
            candidates(&us.chair, "24682").expect("candidates").leads.len(),
            3,
            "{name}: not oneself"
        );
    }
}

#[test]
fn an_office_enters_a_task_in_its_leaders_name_only_with_a_document() {
    for (name, db) in databases() {
        let (officer, officer_post) = party(&db, Role::PartyOfficer, "officer");
        let (secretary, secretary_post) = party(&db, Role::PartyLeader, "secretary");
        let (worker, worker_post) = party(&db, Role::PartyOfficer, "worker");
        let us = office(&db);
        let from = |issuer: String, source: &str| {
            let mut command = order(1, worker_post);
            command.issuer = issuer;
            command.draft.source = source.to_owned();
            command.draft.reference = "12-KL/ĐU ngày 04/8/2025".to_owned();
            issue(&db, &officer, command)
        };
        assert_eq!(
            refused(from(String::new(), "document")),
            "task-issuer-missing",
            "{name}"
        );
        assert_eq!(
            refused(from(officer_post.to_string(), "document")),
            "task-issuer-missing",
            "{name}"
        );
        assert_eq!(
            refused(from(secretary_post.to_string(), "direct")),
            "task-issuer-needs-document",
            "{name}"
        );
        let chair = us.chair.post().expect("a post").to_string();
        assert_eq!(
            refused(from(chair, "document")),
            "task-issuer-unknown",
            "{name}: the other space"
        );
        let (_, colleague) = party(&db, Role::PartyOfficer, "colleague");
        assert_eq!(
            refused(from(colleague.to_string(), "document")),
            "task-issuer-cannot-accept",
            "{name}"
        );
        let code = from(secretary_post.to_string(), "document").expect("issued");
        assert_eq!(
            code, "NVD-24682-2025-0001",
            "{name}: a row of numbers of the Party's own"
        );
        begin(&db, &worker, 1);
        hand_in(&db, &worker, 1, day(20));
        let accept = |actor: &Actor| {
            run_on(&db, day(21), actor, |tx, cx| {
                accept_product(
                    tx,
                    cx,
                    &AcceptProduct {
                        task: task_id(1),
                        version: 4,
                        note: String::new(),
                    },
                )
            })
        };
        assert_eq!(
            refused(accept(&officer)),
            "denied: accept_task",
            "{name}: who entered it does not decide"
        );
        accept(&secretary).expect("the leader decides");
        assert_eq!(
            view(&db, &officer, 1).expect("the task").task.state,
            State::Accepted,
            "{name}"
        );
        assert_eq!(
            refused(view(&db, &us.chair, 1)),
            "not found: task",
            "{name}: the other space"
        );
    }
}

#[test]
fn a_joining_post_tells_what_it_did_and_nothing_more() {
    for (name, db) in databases() {
        let us = office(&db);
        let joined = IssueTask {
            joining: vec![us.other_post.to_string()],
            ..order(1, us.lead_post)
        };
        issue(&db, &us.chair, joined).expect("issued");
        let seen = view(&db, &us.other, 1).expect("a joining post sees it");
        let his: Vec<Action> = seen.actions.iter().map(|(action, _)| *action).collect();
        assert_eq!(his, [Action::Contribute, Action::AddPaper], "{name}");
        let received = run(&db, &us.other, |tx, cx| {
            receive_task(
                tx,
                cx,
                &ReceiveTask {
                    task: task_id(1),
                    version: 1,
                },
            )
        });
        assert_eq!(refused(received), "denied: work_task", "{name}");
    }
}

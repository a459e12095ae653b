//! Figures, lists and what waits for a post.

use townhall_app::actor::Actor;
use townhall_app::task::{
    AcceptProduct, IssueTask, RequestExtension, accept_product, my_tasks, request_extension, task_list,
    task_report,
};
use townhall_domain::permission::Role;
use townhall_domain::space::Space;
use townhall_domain::task::{Class, Tally};
use townhall_store::Db;
use townhall_store::tasks::{Filter, Sight, Why};
use townhall_testkit::databases;

use super::{begin, day, hand_in, issue, office, order, task_id, version};
use crate::commune::{acting, employ_in, run_on};
use crate::people::{thuan_an, unit};

fn filter() -> Filter {
    // Space, sight and time are the actor's, whatever a caller puts there.
    let everything = Sight {
        units: vec![thuan_an(), unit("24640")],
        post: None,
    };
    Filter::new(Space::Party, everything, jiff::Timestamp::UNIX_EPOCH)
}

fn rows(db: &Db, actor: &Actor, filter: Filter) -> usize {
    let page = run_on(db, day(30), actor, move |tx, cx| task_list(tx, cx, &filter, 50)).expect("a list");
    page.page.rows.len()
}

/// Four tasks: done on time, done late, open in time, open overdue; as of 30 August.
fn filled(db: &Db, us: &super::Office) {
    let accept = |number, on: i8| {
        let version = version(db, &us.chair, number);
        run_on(db, day(on), &us.chair, move |tx, cx| {
            accept_product(
                tx,
                cx,
                &AcceptProduct {
                    task: task_id(number),
                    version,
                    note: String::new(),
                },
            )
        })
        .expect("accepted");
    };
    let due = |number, lead, on: &str| {
        let mut command = order(number, lead);
        command.draft.due_on = on.to_owned();
        issue(db, &us.chair, command).expect("issued");
    };
    due(1, us.lead_post, "15/8/2025");
    begin(db, &us.lead, 1);
    hand_in(db, &us.lead, 1, day(14));
    accept(1, 20);
    due(2, us.lead_post, "15/8/2025");
    begin(db, &us.lead, 2);
    hand_in(db, &us.lead, 2, day(18));
    accept(2, 18);
    due(3, us.other_post, "12/9/2025");
    due(4, us.other_post, "22/8/2025");
}

#[test]
fn the_four_classes_are_counted_by_post_and_every_figure_opens_its_rows() {
    for (name, db) in databases() {
        let us = office(&db);
        filled(&db, &us);
        let report =
            run_on(&db, day(30), &us.chair, |tx, cx| task_report(tx, cx, &filter())).expect("a report");
        let expected = Tally {
            done_on_time: 1,
            done_late: 1,
            open_in_time: 1,
            open_overdue: 1,
            ..Tally::default()
        };
        assert_eq!(report.total, expected, "{name}");
        assert_eq!(
            report.total.on_time(),
            (1, 3),
            "{name}: of three that are or should be done, one was on time"
        );
        assert_eq!(report.lines.len(), 2, "{name}");
        for line in &report.lines {
            for class in Class::ALL {
                let narrowed = Filter {
                    lead: Some(line.post),
                    class: Some(*class),
                    ..filter()
                };
                let count = i64::try_from(rows(&db, &us.chair, narrowed)).expect("few");
                assert_eq!(count, line.tally.of(*class), "{name}: {class:?}");
            }
            assert!(
                report.posts[&line.post].holder.is_some(),
                "{name}: the person is named"
            );
        }
        assert_eq!(report.by_unit()[&thuan_an()].reported(), 4, "{name}");
    }
}

#[test]
fn a_list_and_its_figures_hold_only_what_the_reader_may_see() {
    for (name, db) in databases() {
        let us = office(&db);
        filled(&db, &us);
        employ_in(&db, unit("24640"), "office", Role::Chair, "sister");
        employ_in(&db, unit("68"), "office", Role::ProvincialLeader, "province");
        employ_in(&db, thuan_an(), "party-office", Role::PartyLeader, "secretary");
        let reads = |actor: &Actor| {
            let report =
                run_on(&db, day(30), actor, |tx, cx| task_report(tx, cx, &filter())).expect("a report");
            (rows(&db, actor, filter()), report.total.reported())
        };
        assert_eq!(reads(&us.chair), (4, 4), "{name}");
        assert_eq!(reads(&us.lead), (2, 2), "{name}: a handler sees his own");
        assert_eq!(reads(&acting(&db, "sister")), (0, 0), "{name}: a sister commune");
        assert_eq!(
            reads(&acting(&db, "secretary")),
            (0, 0),
            "{name}: the other space"
        );
        assert_eq!(
            reads(&acting(&db, "province")),
            (4, 4),
            "{name}: the province stands over it"
        );
    }
}

#[test]
fn my_work_shows_what_waits_for_the_post_and_why_by_deadline() {
    for (name, db) in databases() {
        let us = office(&db);
        filled(&db, &us);
        let joined = IssueTask {
            joining: vec![us.lead_post.to_string()],
            ..order(5, us.head_post)
        };
        issue(&db, &us.chair, joined).expect("issued");
        issue(&db, &us.chair, order(6, us.lead_post)).expect("issued");
        begin(&db, &us.lead, 6);
        run_on(&db, day(20), &us.lead, |tx, cx| {
            let command = RequestExtension {
                task: task_id(6),
                version: 3,
                to: "12/9/2025".to_owned(),
                reason: "Chờ số liệu".to_owned(),
            };
            request_extension(tx, cx, &command)
        })
        .expect("asked");
        issue(&db, &us.chair, order(7, us.lead_post)).expect("issued");
        begin(&db, &us.lead, 7);
        hand_in(&db, &us.lead, 7, day(21));
        let mine = |actor: &Actor| {
            run_on(&db, day(22), actor, my_tasks)
                .expect("my tasks")
                .into_iter()
                .map(|mine| (mine.why, mine.task.id))
                .collect::<Vec<_>>()
        };
        let mut lead = mine(&us.lead);
        lead.sort();
        assert_eq!(lead, [(Why::Lead, task_id(6)), (Why::Join, task_id(5))], "{name}");
        assert_eq!(
            mine(&us.other),
            [(Why::Lead, task_id(4)), (Why::Lead, task_id(3))],
            "{name}: the earlier first"
        );
        let mut chair = mine(&us.chair);
        chair.sort();
        assert_eq!(
            chair,
            [(Why::Accept, task_id(7)), (Why::Decide, task_id(6))],
            "{name}"
        );
    }
}

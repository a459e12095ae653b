use jiff::SignedDuration;
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::calendar::tests::{at, default_hours, viet_nam};
use crate::ids::{Id, PaperId};
use crate::time::rfc3339;

const TODAY: jiff::civil::Date = date(2025, 8, 5);

fn with_office<T>(check: impl FnOnce(&Office<'_>) -> T) -> T {
    check(&Office::new(viet_nam(), default_hours(), &["24682", "68"]))
}

fn post(number: u128) -> PostId {
    PostId::from_uuid(Uuid::from_u128(number))
}

fn draft() -> TaskDraft {
    TaskDraft {
        lead: post(2).to_string(),
        work: "Rà soát, bố trí cán bộ đúng năng lực".to_owned(),
        due_on: "29/8/2025".to_owned(),
        responsibility: "Chịu trách nhiệm trước Chủ tịch về tiến độ và chất lượng".to_owned(),
        product: "Báo cáo kèm danh sách đề nghị điều chỉnh".to_owned(),
        authority: "Được yêu cầu các phòng cung cấp số liệu; Chủ tịch quyết định phương án".to_owned(),
        source: "meeting".to_owned(),
        reference: "Kết luận buổi làm việc ngày 05/8/2025".to_owned(),
        paragraph: "II.3".to_owned(),
        ..TaskDraft::default()
    }
}

fn issue(joining: &[u128]) -> Issue {
    let unit = UnitId::new("24682", date(2025, 7, 1));
    Issue {
        id: TaskId::from_uuid(Uuid::from_u128(100)),
        code: "NV-24682-2025-0001".to_owned(),
        unit: unit.clone(),
        space: Space::State,
        issuing_unit: unit,
        issuer: post(1),
        entered_by: post(1),
        joining: joining.iter().copied().map(post).collect(),
        at: at("2025-08-05T09:00"),
    }
}

fn task(office: &Office<'_>) -> Task {
    Task::issue(office, issue(&[3]), draft().parse(TODAY).expect("an order")).expect("a task")
}

fn product() -> HandedProduct {
    HandedProduct::parse("Đã rà soát 96 vị trí", "12/BC-UBND", &[]).expect("a product")
}

#[test]
fn a_task_cannot_be_ordered_without_one_of_the_six() {
    type Clear = fn(&mut TaskDraft);
    let six: [(&str, &str, Clear); 6] = [
        ("lead", "task-person-missing", |draft| draft.lead.clear()),
        ("work", "task-work-missing", |draft| draft.work.clear()),
        ("due_on", "task-time-missing", |draft| draft.due_on.clear()),
        ("responsibility", "task-responsibility-missing", |draft| {
            draft.responsibility.clear();
        }),
        ("product", "task-product-missing", |draft| draft.product.clear()),
        ("authority", "task-authority-missing", |draft| {
            draft.authority.clear();
        }),
    ];
    for (field, key, clear) in six {
        let mut lacking = draft();
        clear(&mut lacking);
        assert_eq!(lacking.parse(TODAY), Err(vec![(field, key)]));
    }
    let named: Vec<&str> = TaskDraft::default()
        .parse(TODAY)
        .expect_err("nothing is there")
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(named, six.map(|(field, _, _)| field));
}

#[test]
fn the_texts_of_the_six_cannot_be_made_empty_behind_the_form() {
    for empty in ["\"\"", "\"  \"", "\"...\"", "\"12\"", "\"a\\u0000b c\""] {
        assert!(serde_json::from_str::<Work>(empty).is_err(), "{empty}");
        assert!(serde_json::from_str::<Authority>(empty).is_err(), "{empty}");
    }
    assert!(serde_json::from_str::<Work>("\"Làm đường\"").is_ok());
}

#[test]
fn what_is_typed_wrongly_is_told_field_by_field() {
    type Spoil = fn(&mut TaskDraft);
    let cases: [(Spoil, (&str, &str)); 12] = [
        (|draft| draft.lead = "1".into(), ("lead", "task-person-unknown")),
        (
            |draft| draft.work = "x".repeat(501),
            ("work", "task-text-too-long"),
        ),
        (
            |draft| draft.work = "é".repeat(10_000_000),
            ("work", "task-text-too-long"),
        ),
        (
            |draft| draft.product = "a\0b".into(),
            ("product", "field-control-character"),
        ),
        (
            |draft| draft.due_on = "31/9/2025".into(),
            ("due_on", "date-wrong"),
        ),
        (
            |draft| draft.due_on = "04/8/2025".into(),
            ("due_on", "date-in-past"),
        ),
        (
            |draft| draft.due_on = "29/8/2205".into(),
            ("due_on", "task-time-far-off"),
        ),
        (
            |draft| draft.due_time = "25:00".into(),
            ("due_time", "task-hour-wrong"),
        ),
        (
            |draft| draft.source = "rumour".into(),
            ("source", "task-source-unknown"),
        ),
        (
            |draft| draft.reference.clear(),
            ("reference", "task-reference-missing"),
        ),
        (
            |draft| draft.priority = "now".into(),
            ("priority", "task-priority-unknown"),
        ),
        (
            |draft| draft.details = "y".repeat(5_001),
            ("details", "task-details-too-long"),
        ),
    ];
    for (spoil, problem) in cases {
        let mut typed = draft();
        spoil(&mut typed);
        assert_eq!(typed.parse(TODAY), Err(vec![problem]));
    }
    // A text typed in two ways is one text, and lines of details stay lines.
    let typed = TaskDraft {
        work: "Đo\u{0323}c so\u{0302}́ lie\u{0323}\u{0302}u".to_owned(),
        details: " một \n\n hai  ba ".to_owned(),
        ..draft()
    };
    let order = typed.parse(TODAY).expect("an order");
    assert!(order.work.as_str().starts_with("Đọc số"));
    assert_eq!(order.details.as_deref(), Some("một\n\nhai ba"));
}

#[test]
fn time_is_the_close_of_office_or_the_hour_that_was_set() {
    with_office(|office| {
        let due = |on: &str, at: &str| {
            let typed = TaskDraft {
                due_on: on.to_owned(),
                due_time: at.to_owned(),
                ..draft()
            };
            rfc3339(
                typed
                    .parse(TODAY)
                    .expect("an order")
                    .due
                    .instant(office)
                    .expect("in the calendar"),
            )
        };
        assert_eq!(due("29/8/2025", ""), "2025-08-29T17:00:00+07:00");
        for hour in ["16:30", "16h30", "16g30"] {
            assert_eq!(due("29/8/2025", hour), "2025-08-29T16:30:00+07:00");
        }
        assert_eq!(due("29/8/2025", "9h"), "2025-08-29T09:00:00+07:00");
        // Independence day: a leader may set it, so it stands as given.
        assert_eq!(due("02/9/2025", ""), "2025-09-02T17:00:00+07:00");
    });
}

#[test]
fn time_that_has_passed_is_refused_and_a_programme_of_five_years_is_not() {
    with_office(|office| {
        let issued = |on: &str, hour: &str| {
            let typed = TaskDraft {
                due_on: on.to_owned(),
                due_time: hour.to_owned(),
                ..draft()
            };
            let order = typed.parse(TODAY).expect("an order");
            Task::issue(office, issue(&[]), order).map_err(|error| error.key())
        };
        assert_eq!(
            issued("05/8/2025", "08:00").err(),
            Some("deadline-error-not-later")
        );
        assert!(issued("05/8/2025", "17:00").is_ok());
        assert!(issued("31/12/2030", "").is_ok());
    });
}

#[test]
fn one_post_leads_and_nobody_gives_himself_a_task() {
    with_office(|office| {
        let order = draft().parse(TODAY).expect("an order");
        let own = Issue {
            issuer: post(2),
            ..issue(&[])
        };
        assert_eq!(
            Task::issue(office, own, order.clone()).err(),
            Some(TaskError::OwnTask)
        );
        for joining in [&[2][..], &[3, 3]] {
            let twice = Task::issue(office, issue(joining), order.clone());
            assert_eq!(twice.err(), Some(TaskError::JoinsTwice));
        }
        let many: Vec<u128> = (10..41).collect();
        assert_eq!(
            Task::issue(office, issue(&many), order).err(),
            Some(TaskError::TooManyJoin)
        );
    });
}

#[test]
fn a_task_goes_from_issue_to_accepted_product() {
    with_office(|office| {
        let mut task = task(office);
        assert_eq!(task.holder(), Some(Holder::Post(post(2))));
        task.receive(at("2025-08-05T10:00")).expect("received");
        task.report(at("2025-08-11T10:00"), Some(40)).expect("begun");
        task.hand_in(at("2025-08-28T16:00"), &product())
            .expect("handed in");
        assert_eq!(task.holder(), Some(Holder::Post(post(1))));
        assert_eq!(task.held_since, at("2025-08-28T16:00"));
        task.accept(at("2025-09-03T09:00")).expect("accepted");
        assert_eq!(task.holder(), None);
        assert_eq!((task.percent, task.ended_at), (100, Some(at("2025-09-03T09:00"))));
        // What the issuer took to look at it is not the lead's delay.
        assert_eq!(task.class(at("2026-01-01T00:00")), Some(Class::DoneOnTime));
    });
}

#[test]
fn there_is_no_jump_from_not_started_to_done() {
    with_office(|office| {
        let mut task = task(office);
        for (action, key) in [
            (Action::HandIn, "task-why-not-received"),
            (Action::Accept, "task-why-not-handed-in"),
            (Action::Report, "task-why-not-received"),
        ] {
            assert_eq!(task.state.after(action).expect_err("refused").reason_key(), key);
        }
        task.receive(at("2025-08-05T10:00")).expect("received");
        let early = task
            .hand_in(at("2025-08-05T11:00"), &product())
            .expect_err("not begun");
        assert_eq!(early.reason_key(), "task-why-not-begun");
        task.report(at("2025-08-05T12:00"), Some(100)).expect("a report");
        assert_eq!(task.state, State::InProgress, "a report finishes nothing");
        assert!(task.accept(at("2025-08-05T13:00")).is_err());
    });
}

#[test]
fn done_needs_a_product_that_can_be_shown() {
    let nothing = HandedProduct::parse("Đã làm xong", " ", &[]);
    assert_eq!(nothing, Err(vec![("document", "task-product-not-shown")]));
    let silent = HandedProduct::parse("", "12/BC-UBND", &[]);
    assert_eq!(silent, Err(vec![("summary", "task-summary-missing")]));
    let paper = PaperId::from_uuid(Uuid::from_u128(7));
    let shown = HandedProduct::parse("Đã làm xong", "", &[paper]).expect("a product");
    assert_eq!((shown.document(), shown.papers()), (None, &[paper][..]));
}

#[test]
fn a_product_that_is_sent_back_counts_as_not_handed_in() {
    with_office(|office| {
        let mut task = task(office);
        task.receive(at("2025-08-05T10:00")).expect("received");
        task.report(at("2025-08-06T10:00"), None).expect("begun");
        task.hand_in(at("2025-08-28T16:00"), &product())
            .expect("handed in");
        let late = at("2025-09-04T08:00");
        assert_eq!(task.class(late), Some(Class::OpenInTime));
        task.send_back(late).expect("sent back");
        assert_eq!((task.state, task.handed_in_at), (State::InProgress, None));
        assert_eq!(task.class(late), Some(Class::OpenOverdue));
        task.hand_in(at("2025-09-05T16:00"), &product())
            .expect("handed in again");
        task.accept(at("2025-09-05T16:30")).expect("accepted");
        assert_eq!(task.class(late), Some(Class::DoneLate));
        assert_eq!(task.products, 2);
    });
}

#[test]
fn more_time_moves_the_current_deadline_and_never_the_original() {
    with_office(|office| {
        let mut task = task(office);
        task.receive(at("2025-08-05T10:00")).expect("received");
        let wanted = at("2025-09-12T17:00");
        let why = || "Chờ số liệu của ba phòng".to_owned();
        let asked = at("2025-08-20T09:00");
        for short in ["2025-08-29T17:00", "2025-08-10T17:00"] {
            let refused = task.request_extension(asked, post(2), why(), at(short));
            assert_eq!(
                refused.err().map(|error| error.key()),
                Some("deadline-error-not-later")
            );
        }
        assert_eq!(
            task.grant_extension(office, asked, wanted).err(),
            Some(TaskError::NoRequest)
        );
        task.request_extension(asked, post(2), why(), wanted)
            .expect("asked");
        let again = task.request_extension(asked, post(2), why(), wanted);
        assert_eq!(again.err(), Some(TaskError::RequestWaits));
        let original = task.deadline.original_due;
        let request = task
            .grant_extension(office, at("2025-08-21T09:00"), at("2025-09-10T17:00"))
            .expect("granted");
        assert_eq!((request.number, request.wanted), (1, wanted));
        assert_eq!(rfc3339(task.deadline.due), "2025-09-10T17:00:00+07:00");
        assert_eq!(task.deadline.original_due, original);
        // In time by the moved deadline, overdue in the figures.
        let between = at("2025-09-05T09:00");
        assert!(!task.standing(office, between).expect("a standing").late);
        assert_eq!(task.class(between), Some(Class::OpenOverdue));
        task.request_extension(between, post(2), why(), at("2025-10-01T17:00"))
            .expect("a second time");
        assert_eq!(task.refuse_extension().expect("refused").number, 2);
        assert_eq!(rfc3339(task.deadline.due), "2025-09-10T17:00:00+07:00");
    });
}

#[test]
fn a_request_lapses_when_the_product_comes_first() {
    with_office(|office| {
        let mut task = task(office);
        task.receive(at("2025-08-05T10:00")).expect("received");
        task.report(at("2025-08-06T10:00"), None).expect("begun");
        let wanted = at("2025-09-12T17:00");
        task.request_extension(at("2025-08-20T09:00"), post(2), "Cần thêm".into(), wanted)
            .expect("asked");
        let lapsed = task
            .hand_in(at("2025-08-22T09:00"), &product())
            .expect("handed in");
        assert_eq!(lapsed.map(|request| request.number), Some(1));
        assert_eq!(task.request, None);
    });
}

#[test]
fn a_pause_gives_the_working_days_back_and_leaves_the_original_deadline() {
    with_office(|office| {
        let mut task = task(office);
        task.receive(at("2025-08-05T10:00")).expect("received");
        let original = task.deadline.original_due;
        task.pause(office, at("2025-08-11T09:00")).expect("paused");
        assert_eq!(task.state, State::Paused(Resting::Received));
        assert_eq!(task.holder(), Some(Holder::Post(post(1))));
        let rest = task.standing(office, at("2025-08-14T09:00")).expect("a standing");
        assert_eq!(rest.waiting.map(|(_, reason)| reason), Some(PauseReason::Issuer));
        task.resume(office, at("2025-08-18T09:00")).expect("resumed");
        assert_eq!(task.state, State::Received);
        // Paused Monday, resumed the Monday after: five working days later, over the holidays of 1 and 2 September.
        assert_eq!(rfc3339(task.deadline.due), "2025-09-09T17:00:00+07:00");
        assert_eq!(task.deadline.original_due, original);
    });
}

#[test]
fn a_product_on_the_table_cannot_be_withdrawn_from_under_its_maker() {
    with_office(|office| {
        let mut task = task(office);
        task.receive(at("2025-08-05T10:00")).expect("received");
        task.report(at("2025-08-06T10:00"), None).expect("begun");
        task.hand_in(at("2025-08-22T09:00"), &product())
            .expect("handed in");
        let refused = task.withdraw(at("2025-08-22T10:00")).expect_err("refused");
        assert_eq!(refused.reason_key(), "task-why-handed-in");
        task.send_back(at("2025-08-22T11:00")).expect("sent back");
        task.withdraw(at("2025-08-22T12:00")).expect("withdrawn");
        assert_eq!(task.class(at("2026-01-01T00:00")), None);
    });
}

#[test]
fn every_state_survives_being_stored() {
    for state in State::all() {
        assert_eq!(State::from_parts(state.as_str(), state.resting()), Some(state));
    }
    assert_eq!(State::from_parts("paused", None), None);
    assert_eq!(State::from_parts("accepted", Some(Resting::Issued)), None);
}

#[test]
fn nothing_leaves_an_ended_task() {
    for state in [State::Accepted, State::Withdrawn] {
        assert!(
            actions(state).iter().all(|(_, outcome)| outcome.is_err()),
            "{state:?}"
        );
    }
}

proptest! {
    /// Whatever is tried in whatever order: the original deadline stays, done comes only after a product, and the
    /// current deadline only moves later.
    #[test]
    fn no_order_of_actions_breaks_the_promises(
        day in 6..=31_u8,
        hour in 0..24_u8,
        moves in prop::collection::vec((0..Action::ALL.len(), 1..40i64, 0..=120u8), 1..40),
    ) {
        with_office(|office| {
            let typed = TaskDraft { due_on: format!("{day}/8/2025"), due_time: format!("{hour}:15"), ..draft() };
            let order = typed.parse(TODAY).expect("an order");
            let mut task = Task::issue(office, issue(&[3]), order).expect("a task");
            let original = task.deadline.original_due;
            let mut now = task.issued_at;
            for (place, hours, percent) in moves {
                now = now.checked_add(SignedDuration::from_hours(hours)).expect("an instant");
                let later = now.checked_add(SignedDuration::from_hours(24 * hours)).expect("an instant");
                let (before, due) = (task.state, task.deadline.due);
                let product = product();
                let _ = match Action::ALL[place] {
                    Action::Receive => task.receive(now).map_err(TaskError::from),
                    Action::Report => task.report(now, Some(percent)).map_err(TaskError::from),
                    Action::Contribute | Action::AddPaper => Ok(()),
                    Action::HandIn => task.hand_in(now, &product).map(|_| ()).map_err(TaskError::from),
                    Action::Accept => task.accept(now).map_err(TaskError::from),
                    Action::SendBack => task.send_back(now).map_err(TaskError::from),
                    Action::RequestExtension => {
                        task.request_extension(now, post(2), "Cần thêm".into(), later).map(|_| ())
                    }
                    Action::DecideExtension if percent < 60 => task.refuse_extension().map(|_| ()),
                    Action::DecideExtension => task.grant_extension(office, now, later).map(|_| ()),
                    Action::Pause => task.pause(office, now).map(|_| ()),
                    Action::Resume => task.resume(office, now),
                    Action::Withdraw => task.withdraw(now).map(|_| ()).map_err(TaskError::from),
                };
                prop_assert_eq!(task.deadline.original_due, original);
                prop_assert!(task.deadline.due >= due);
                prop_assert!(task.percent <= 100);
                if task.state == State::Accepted && before != State::Accepted {
                    prop_assert_eq!(before, State::HandedIn);
                }
                prop_assert_eq!(task.holder().is_some(), task.state.is_open());
                prop_assert_eq!(task.ended_at.is_some(), !task.state.is_open());
                prop_assert_eq!(
                    task.handed_in_at.is_some(),
                    matches!(task.state, State::HandedIn | State::Accepted)
                );
                prop_assert_eq!(task.class(now).is_none(), task.state == State::Withdrawn);
                prop_assert!(task.request.is_none() || matches!(task.state, State::Received | State::InProgress));
            }
            Ok(())
        })?;
    }

    /// Every task stands in one class or is withdrawn; the class follows the original deadline alone.
    #[test]
    fn the_four_classes_part_all_tasks(hours in -2000..2000i64, handed in prop::option::of(-2000..2000i64)) {
        let due = at("2025-08-29T17:00");
        let moved = |hours| due.checked_add(SignedDuration::from_hours(hours)).expect("an instant");
        for state in State::all() {
            let handed_in = handed.map(moved).filter(|_| matches!(state, State::HandedIn | State::Accepted));
            let class = Class::of(state, due, handed_in, moved(hours));
            prop_assert_eq!(class.is_none(), state == State::Withdrawn);
            if let Some(class) = class {
                prop_assert_eq!(class.is_done(), state == State::Accepted);
                let late = handed_in.unwrap_or(moved(hours)) > due;
                prop_assert_eq!(matches!(class, Class::DoneLate | Class::OpenOverdue), late);
            }
        }
    }
}

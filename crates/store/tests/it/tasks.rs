//! Tasks with the six, on `SQLite` and `PostgreSQL` alike.

use std::sync::LazyLock;

use jiff::civil::date;
use townhall_domain::calendar::{Calendar, Office, OfficeHours};
use townhall_domain::ids::{Id, PaperId, PostId, TaskId, UnitId};
use townhall_domain::pack::PackFile;
use townhall_domain::space::Space;
use townhall_domain::task::{
    Class, Decision, HandedProduct, Issue, Priority, SourceKind, State, Tally, Task, TaskDraft,
};
use townhall_domain::time::{Timestamp, instant};
use townhall_store::tasks::{self, Answer, By, Filter, Sight, Sort, Verdict, Why};
use townhall_store::{Db, StoreError, Tx, params};
use townhall_testkit::databases;
use uuid::Uuid;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
    let text = include_str!("../../../../packs/calendars/viet-nam.toml");
    let file = PackFile {
        path: "viet-nam.toml",
        text,
    };
    Calendar::parse(file).expect("the calendar of the packs")
});
static HOURS: LazyLock<OfficeHours> = LazyLock::new(|| {
    let text = include_str!("../../../../packs/calendars/office-hours.toml");
    let file = PackFile {
        path: "office-hours.toml",
        text,
    };
    OfficeHours::parse(file).expect("the hours of the packs")
});

fn office() -> Office<'static> {
    Office::new(&CALENDAR, &HOURS, &["24682", "68"])
}

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

fn unit(code: &str) -> UnitId {
    UnitId::new(code, date(2025, 7, 1))
}

/// Noon of a day of August 2025; days after the 31st run on into September.
fn noon(day: i64) -> Timestamp {
    let first = instant(date(2025, 8, 1).at(12, 0, 0, 0));
    first
        .checked_add(jiff::SignedDuration::from_hours(24 * (day - 1)))
        .expect("an instant")
}

const CHAIR: u128 = 1;

/// A task of Thuận An: number, lead, who joins, and the day of August at whose close it is due.
fn task(number: u128, lead: u128, joining: &[u128], due_day: u8) -> Task {
    let draft = TaskDraft {
        lead: id::<PostId>(lead).to_string(),
        work: format!("Rà soát biên chế lần {number}"),
        due_on: format!("{due_day}/8/2025"),
        responsibility: "Chịu trách nhiệm trước Chủ tịch".to_owned(),
        product: "Báo cáo rà soát".to_owned(),
        authority: "Chủ tịch quyết định".to_owned(),
        source: "document".to_owned(),
        reference: "12-TB/TU ngày 05/8/2025".to_owned(),
        paragraph: "II.3".to_owned(),
        priority: "high".to_owned(),
        details: "Dòng một\nDòng hai".to_owned(),
        ..TaskDraft::default()
    };
    let issue = Issue {
        id: id(1000 + number),
        code: format!("NV-24682-2025-{number:04}"),
        unit: unit("24682"),
        space: Space::State,
        issuing_unit: unit("24682"),
        issuer: id(CHAIR),
        entered_by: id(CHAIR),
        joining: joining.iter().map(|post| id(*post)).collect(),
        at: noon(1),
    };
    Task::issue(&office(), issue, draft.parse(date(2025, 8, 1)).expect("an order")).expect("a task")
}

fn write<T: Send + 'static>(
    db: &Db,
    closure: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write_blocking("test", closure).expect("a write")
}

fn words(text: &str) -> Vec<String> {
    townhall_text::fold(text)
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

fn put(db: &Db, task: Task) {
    write(db, move |tx| tasks::insert(tx, &task, &words(task.work.as_str())));
}

fn by(day: i64) -> By {
    By {
        at: noon(day),
        post: Some(id(2)),
        person: Some(id(20)),
    }
}

fn product() -> HandedProduct {
    HandedProduct::parse("Đã rà soát xong", "12/BC-UBND", &[id::<PaperId>(7)]).expect("a product")
}

fn everything(now: Timestamp) -> Filter {
    let sight = Sight {
        units: vec![unit("24682")],
        post: None,
    };
    Filter::new(Space::State, sight, now)
}

fn listed(db: &Db, filter: Filter) -> Vec<String> {
    db.read_blocking("list", move |tx| tasks::list(tx, &filter, 100))
        .expect("a list")
        .rows
        .into_iter()
        .map(|row| row.code[14..].to_owned())
        .collect()
}

#[test]
fn a_task_is_read_back_as_it_was_saved() {
    for (name, db) in databases() {
        let mut saved = task(1, 2, &[3, 4], 29);
        put(&db, saved.clone());
        let read = |db: &Db| {
            db.read_blocking("load", |tx| tasks::load(tx, id(1001)))
                .expect("read")
                .expect("the task")
        };
        assert_eq!(read(&db), saved, "{name}");
        saved.receive(noon(4)).expect("received");
        saved.report(noon(5), Some(40)).expect("begun");
        let request = saved
            .request_extension(noon(6), id(2), "Chờ số liệu".to_owned(), noon(40))
            .expect("asked")
            .clone();
        let changed = saved.clone();
        saved = write(&db, move |tx| {
            let mut changed = changed.clone();
            tasks::insert_request(tx, changed.id, &request, Some(id(20)))?;
            assert!(tasks::save(tx, &mut changed)?);
            Ok(changed)
        });
        assert_eq!(saved.version, 2);
        assert_eq!(read(&db), saved, "{name}: the waiting request comes with it");
        let found = db
            .read_blocking("code", |tx| tasks::by_code(tx, "NV-24682-2025-0001"))
            .expect("read");
        assert_eq!(found.map(|task| task.id), Some(id::<TaskId>(1001)), "{name}");
    }
}

#[test]
fn an_overtaken_version_is_not_saved() {
    for (name, db) in databases() {
        put(&db, task(1, 2, &[], 29));
        let (first, second) = write(&db, |tx| {
            let mut mine = tasks::lock(tx, id(1001))?.expect("the task");
            let mut theirs = mine.clone();
            mine.receive(noon(4)).expect("received");
            let first = tasks::save(tx, &mut mine)?;
            let second = tasks::save(tx, &mut theirs)?;
            assert_eq!((mine.version, theirs.version), (2, 1));
            Ok((first, second))
        });
        assert!(first && !second, "{name}");
    }
}

#[test]
fn the_database_refuses_a_task_that_lacks_one_of_the_six() {
    let lacks = [
        "lead_post = NULL",
        "lead_post = ''",
        "work = NULL",
        "work = '  '",
        "due_at = NULL",
        "deadline = NULL",
        "original_due_at = NULL",
        "responsibility = NULL",
        "responsibility = ' '",
        "product = NULL",
        "product = ''",
        "authority = NULL",
        "authority = ''",
    ];
    let breaks = [
        "issuer_post = lead_post",
        "state = 'accepted', is_open = 0, holder_post = NULL, ended_at = 1",
        "state = 'handed_in'",
        "state = 'paused'",
        "holder_post = NULL",
        "reference = NULL",
        "due_at = original_due_at - 1",
        "original_due_at = issued_at",
        "percent = 101",
        "space = 'other'",
    ];
    for (name, db) in databases() {
        put(&db, task(1, 2, &[], 29));
        for change in lacks.into_iter().chain(breaks) {
            let outcome = db.write_blocking("break", move |tx| {
                tx.execute(&format!("UPDATE tasks SET {change}"), &params![])
            });
            assert!(outcome.is_err(), "{name}: {change}");
        }
        let dated = db.write_blocking("fine", |tx| {
            tx.execute("UPDATE tasks SET percent = 5", &params![])
        });
        assert_eq!(dated.ok(), Some(1), "{name}");
    }
}

#[test]
fn what_was_said_handed_in_and_asked_for_is_kept_with_who_decided() {
    for (name, db) in databases() {
        put(&db, task(1, 2, &[], 29));
        let task_id: TaskId = id(1001);
        let (entries, products, extensions) = write(&db, move |tx| {
            tasks::insert_entry(tx, task_id, "received", by(4), None, None)?;
            tasks::insert_entry(tx, task_id, "progress", by(5), Some(40), Some("Xong hai phòng"))?;
            tasks::insert_product(tx, task_id, 1, &product(), by(6))?;
            let back = Verdict {
                accepted: false,
                by: by(7),
                reason: Some("Thiếu phụ lục".to_owned()),
            };
            assert!(tasks::decide_product(tx, task_id, 1, &back)?);
            assert!(!tasks::decide_product(tx, task_id, 1, &back)?);
            tasks::insert_product(tx, task_id, 2, &product(), by(8))?;
            let mut task = tasks::load(tx, task_id)?.expect("the task");
            task.receive(noon(4)).expect("received");
            let request = task
                .request_extension(noon(6), id(2), "Chờ số liệu".to_owned(), noon(40))
                .expect("asked");
            tasks::insert_request(tx, task_id, request, Some(id(20)))?;
            let answer = Answer {
                decision: Decision::Granted,
                granted: Some(noon(38)),
                by: by(9),
                note: Some("Đồng ý".to_owned()),
            };
            assert!(tasks::decide_request(tx, task_id, 1, &answer)?);
            assert!(!tasks::decide_request(tx, task_id, 1, &answer)?);
            Ok((
                tasks::entries(tx, task_id)?,
                tasks::products(tx, task_id)?,
                tasks::extensions(tx, task_id)?,
            ))
        });
        let said: Vec<_> = entries
            .iter()
            .map(|entry| (entry.number, entry.kind.as_str(), entry.percent))
            .collect();
        assert_eq!(said, [(1, "received", None), (2, "progress", Some(40))], "{name}");
        assert_eq!(entries[1].by, by(5), "{name}");
        assert_eq!(products[0].product, product(), "{name}");
        assert_eq!(
            products[0].verdict.as_ref().map(|verdict| verdict.accepted),
            Some(false),
            "{name}"
        );
        assert_eq!(products[1].verdict, None, "{name}");
        let answer = extensions[0].answer.as_ref().expect("an answer");
        assert_eq!(
            (answer.decision, answer.granted),
            (Decision::Granted, Some(noon(38))),
            "{name}"
        );
    }
}

/// Ten tasks in all states, of three leads, with deadlines before and after the fifteenth.
fn filled(db: &Db) -> Vec<Task> {
    let mut all = Vec::new();
    for number in 1..=10_u128 {
        let mut task = task(
            number,
            2 + number % 3,
            &[9],
            u8::try_from(8 + number * 2).expect("a day"),
        );
        let day = |of| noon(of);
        if number > 1 {
            task.receive(day(4)).expect("received");
        }
        if number > 2 {
            task.report(day(5), Some(50)).expect("begun");
        }
        match number {
            3 => drop(task.hand_in(day(6), &product()).expect("handed in")),
            4 | 8 => {
                task.hand_in(day(20), &product()).expect("handed in");
                task.accept(day(21)).expect("accepted");
            }
            5 => drop(task.withdraw(day(6)).expect("withdrawn")),
            6 => drop(task.pause(&office(), day(6)).expect("paused")),
            7 => {
                task.request_extension(day(6), id(2), "Chờ số liệu".to_owned(), noon(40))
                    .expect("asked");
            }
            9 => {
                task.request_extension(day(6), id(2), "Chờ số liệu".to_owned(), noon(40))
                    .expect("asked");
                task.grant_extension(&office(), day(7), noon(38))
                    .expect("granted");
            }
            _ => {}
        }
        let kept = task.clone();
        write(db, move |tx| {
            tasks::insert(tx, &kept, &words(kept.work.as_str()))?;
            match &kept.request {
                Some(request) => tasks::insert_request(tx, kept.id, request, None),
                None => Ok(()),
            }
        });
        all.push(task);
    }
    all
}

#[test]
fn the_classes_of_the_list_are_those_of_the_rules_at_any_time() {
    for (name, db) in databases() {
        let all = filled(&db);
        for day in [2, 10, 15, 20, 25, 28, 33] {
            let now = noon(day);
            for class in Class::ALL {
                let mut expected: Vec<String> = all
                    .iter()
                    .filter(|task| task.class(now) == Some(*class))
                    .map(|task| task.code[14..].to_owned())
                    .collect();
                let filter = Filter {
                    class: Some(*class),
                    ..everything(now)
                };
                let mut found = listed(&db, filter);
                expected.sort();
                found.sort();
                assert_eq!(found, expected, "{name}: {class:?} on day {day}");
            }
        }
    }
}

#[test]
fn every_figure_of_the_report_has_its_rows_in_the_list() {
    for (name, db) in databases() {
        let all = filled(&db);
        for day in [2, 20, 33] {
            let now = noon(day);
            let filter = everything(now);
            let lines = db
                .read_blocking("report", move |tx| tasks::report(tx, &filter))
                .expect("a report");
            assert_eq!(lines.len(), 3, "{name}");
            let mut sum = Tally::default();
            for line in &lines {
                for class in Class::ALL {
                    let filter = Filter {
                        class: Some(*class),
                        lead: Some(line.post),
                        ..everything(now)
                    };
                    let rows = i64::try_from(listed(&db, filter).len()).expect("few");
                    assert_eq!(line.tally.of(*class), rows, "{name}: {class:?}");
                }
                sum += line.tally;
            }
            assert_eq!(sum.reported() + sum.withdrawn, 10, "{name}");
            assert_eq!((sum.withdrawn, sum.paused), (1, 1), "{name}");
            let extended = all.iter().filter(|task| {
                task.class(now) == Some(Class::OpenOverdue)
                    && task.handed_in_at.unwrap_or(now) <= task.deadline.due
            });
            assert_eq!(
                sum.within_extension,
                i64::try_from(extended.count()).expect("few"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_list_pages_by_key_without_a_gap_or_a_double() {
    for (name, db) in databases() {
        filled(&db);
        for sort in [Sort::Due, Sort::Newest] {
            let (mut after, mut codes) = (None, Vec::new());
            loop {
                let filter = Filter {
                    sort,
                    after,
                    ..everything(noon(20))
                };
                let page = db
                    .read_blocking("page", move |tx| tasks::list(tx, &filter, 3))
                    .expect("a page");
                codes.extend(page.rows.iter().map(|row| row.code.clone()));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let whole = listed(
                &db,
                Filter {
                    sort,
                    ..everything(noon(20))
                },
            );
            let codes: Vec<&str> = codes.iter().map(|code| &code[14..]).collect();
            assert_eq!(codes, whole, "{name}: {sort:?}");
            assert_eq!(whole.len(), 10, "{name}");
        }
    }
}

#[test]
fn a_list_shows_nothing_of_another_space_unit_or_post() {
    for (name, db) in databases() {
        filled(&db);
        let now = noon(20);
        let of = |space, units: &[&str], post: Option<u128>| {
            let sight = Sight {
                units: units.iter().map(|code| unit(code)).collect(),
                post: post.map(id),
            };
            listed(&db, Filter::new(space, sight, now)).len()
        };
        assert_eq!(of(Space::State, &["24682"], None), 10, "{name}");
        assert_eq!(
            of(Space::Party, &["24682"], Some(CHAIR)),
            0,
            "{name}: the other space"
        );
        assert_eq!(of(Space::State, &["24640"], None), 0, "{name}: a sister commune");
        assert_eq!(of(Space::State, &[], None), 0, "{name}: nobody");
        assert_eq!(of(Space::State, &[], Some(77)), 0, "{name}: a stranger's post");
        assert_eq!(of(Space::State, &[], Some(3)), 4, "{name}: what post 3 leads");
        assert_eq!(
            of(Space::State, &[], Some(CHAIR)),
            10,
            "{name}: what the chair issued"
        );
        assert_eq!(of(Space::State, &[], Some(9)), 10, "{name}: what post 9 joins");
    }
}

#[test]
fn a_list_is_narrowed_by_what_people_ask_for() {
    for (name, db) in databases() {
        filled(&db);
        let now = noon(20);
        let count = |change: &dyn Fn(&mut Filter)| {
            let mut filter = everything(now);
            change(&mut filter);
            listed(&db, filter).len()
        };
        assert_eq!(
            count(&|f| f.words = words("ra soat")),
            10,
            "{name}: without diacritics"
        );
        assert_eq!(
            count(&|f| f.words = words("Biên ch")),
            10,
            "{name}: the beginning of a word"
        );
        assert_eq!(
            count(&|f| f.words = words("soát xyz")),
            0,
            "{name}: all words count"
        );
        assert_eq!(count(&|f| f.open = Some(true)), 7, "{name}");
        assert_eq!(
            count(&|f| f.state = Some(State::Accepted.as_str().to_owned())),
            2,
            "{name}"
        );
        assert_eq!(count(&|f| f.lead = Some(id(2))), 3, "{name}");
        assert_eq!(count(&|f| f.joining = Some(id(9))), 10, "{name}");
        assert_eq!(count(&|f| f.priority = Some(Priority::Urgent)), 0, "{name}");
        assert_eq!(count(&|f| f.source = Some(SourceKind::Document)), 10, "{name}");
        assert_eq!(count(&|f| f.has_request = true), 1, "{name}");
        assert_eq!(
            count(&|f| f.due = Some((noon(10), noon(15)))),
            3,
            "{name}: due on the 10th, 12th and 14th"
        );
        assert_eq!(count(&|f| f.issued = Some((noon(2), noon(9)))), 0, "{name}");
        assert_eq!(count(&|f| f.units = vec![unit("24640")]), 0, "{name}");
    }
}

#[test]
fn my_work_says_why_each_task_waits() {
    for (name, db) in databases() {
        filled(&db);
        let mine = |post: u128| {
            db.read_blocking("mine", move |tx| tasks::my_work(tx, Space::State, id(post), 100))
                .expect("my work")
                .into_iter()
                .map(|mine| (mine.why, mine.task.code[14..].to_owned()))
                .collect::<Vec<_>>()
        };
        let owned = |list: &[(Why, &str)]| {
            list.iter()
                .map(|(why, code)| (*why, (*code).to_owned()))
                .collect::<Vec<_>>()
        };
        // By the current deadline: number 9 was given more time, so it comes after number 10.
        assert_eq!(
            mine(2),
            owned(&[(Why::Lead, "0006"), (Why::Lead, "0009")]),
            "{name}"
        );
        assert_eq!(
            mine(CHAIR),
            owned(&[(Why::Accept, "0003"), (Why::Decide, "0007")]),
            "{name}"
        );
        assert_eq!(mine(9).len(), 6, "{name}: all that is open and not handed in");
        assert!(mine(9).iter().all(|(why, _)| *why == Why::Join), "{name}");
        assert_eq!(mine(77), [], "{name}");
        for post in [2, CHAIR, 9, 77] {
            let (listed, counted) = db
                .read_blocking("count", move |tx| {
                    let mine = tasks::my_work(tx, Space::State, id(post), 100)?;
                    Ok::<_, StoreError>((mine, tasks::count_my_work(tx, Space::State, id(post))?))
                })
                .expect("counted");
            let active = listed
                .iter()
                .filter(|mine| !matches!(mine.task.state, State::Paused(_)));
            assert_eq!(
                i64::try_from(active.count()).ok(),
                Some(counted),
                "{name}: {post}"
            );
        }
        let other = db
            .read_blocking("mine", |tx| tasks::my_work(tx, Space::Party, id(2), 100))
            .expect("my work");
        assert!(other.is_empty(), "{name}: the other space");
    }
}

//! Figures of dossiers, on `SQLite` and `PostgreSQL` alike.

use jiff::civil::{DateTime, date};
use serde_json::json;
use townhall_domain::calendar::{Calendar, Office, OfficeHours};
use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::{
    Applicant, ApplicantKind, Channel, Delivery, Dossier, Holder, PaymentState, ProcedureRef, Stage, State,
};
use townhall_domain::ids::{DossierId, Id, PostId, UnitId};
use townhall_domain::limit::Limit;
use townhall_domain::pack::PackFile;
use townhall_domain::space::Space;
use townhall_domain::time::{Timestamp, instant};
use townhall_store::dossiers::{self, Filter};
use townhall_store::statistics::{self, Figures, Measure, Period, Scope};
use townhall_store::{Db, StoreError, Tx};
use townhall_testkit::databases;
use uuid::Uuid;

fn unit(code: &str) -> UnitId {
    UnitId::new(code, date(2025, 7, 1))
}

fn at(month: i8, day: i8, hour: i8) -> DateTime {
    date(2025, month, day).at(hour, 0, 0, 0)
}

/// A dossier in the words of this test: accepted, due, ended, and the state in which it is.
#[derive(Clone, Copy)]
struct Case {
    unit: &'static str,
    accepted: Option<DateTime>,
    due: Option<DateTime>,
    ended: Option<DateTime>,
    paused: Option<DateTime>,
    state: State,
}

const OPEN: State = State::InProgress(Stage::Appraise);

fn case(accepted: DateTime, due: DateTime, ended: Option<DateTime>, state: State) -> Case {
    Case {
        unit: "24682",
        accepted: Some(accepted),
        due: Some(due),
        ended,
        paused: None,
        state,
    }
}

fn deadline(accepted: Timestamp, due: Timestamp) -> Deadline {
    let calendar = include_str!("../../../../packs/calendars/viet-nam.toml");
    let calendar = Calendar::parse(PackFile {
        path: "viet-nam.toml",
        text: calendar,
    })
    .expect("the calendar of the packs");
    let hours = include_str!("../../../../packs/calendars/office-hours.toml");
    let hours = OfficeHours::parse(PackFile {
        path: "office-hours.toml",
        text: hours,
    })
    .expect("the hours of the packs");
    let office = Office::new(&calendar, &hours, &["24682"]);
    let limit: Limit = "3wd".parse().expect("a limit");
    let mut deadline = Deadline::compute(&office, accepted, limit).expect("a deadline");
    deadline.due = due;
    deadline
}

fn insert(tx: &mut Tx<'_>, number: u128, case: &Case) -> Result<DossierId, StoreError> {
    let accepted_at = case.accepted.map(instant);
    let received_at = accepted_at.unwrap_or_else(|| instant(at(7, 2, 8)));
    let ended = case.ended.is_some() || case.state == State::NotAccepted;
    let mut dossier = Dossier {
        erased_at: None,
        id: DossierId::from_uuid(Uuid::from_u128(number)),
        code: format!("H40.20-{number}"),
        unit: unit(case.unit),
        space: Space::State,
        receiving_unit: unit(case.unit),
        support_place: None,
        procedure: ProcedureRef {
            code: if number.is_multiple_of(2) {
                "1.001193"
            } else {
                "2.000815"
            }
            .to_owned(),
            version: 1,
        },
        field: "civil".to_owned(),
        channel: Channel::Counter,
        assisting_post: None,
        applicant: Applicant {
            party: None,
            kind: ApplicantKind::Citizen,
            name: "Nguyễn Thử".to_owned(),
            id_number: None,
            born_on: None,
            phone: None,
            email: None,
            address: None,
            messages: None,
        },
        submitter: None,
        form: json!({}),
        subject: "Thử".to_owned(),
        state: case.state,
        holder: (!ended).then_some(Holder::Post(PostId::from_uuid(Uuid::from_u128(7)))),
        held_since: received_at,
        step_due_at: None,
        received_at,
        accepted_at,
        deadline: accepted_at
            .zip(case.due)
            .map(|(accepted, due)| deadline(accepted, instant(due))),
        paused_at: case.paused.map(instant),
        waited_ms: 0,
        supplements: 0,
        ended_at: case.ended.map(instant),
        payment: PaymentState::None,
        delivery: Delivery::Counter,
        returned_at: None,
        claims: townhall_domain::dossier::Claims::default(),
        receipt_secret: format!("{number:032x}"),
        version: 0,
    };
    dossiers::save(tx, &mut dossier)?;
    Ok(dossier.id)
}

/// The vectors: each line is a dossier, and what it counts as in July as judged in September.
fn vectors() -> Vec<(Case, &'static [Measure])> {
    use Measure::{Late, OnTime, Overdue, Pending, PendingOverdue, Received, ReceivedInTime, Resolved};
    let resolved = State::Resolved;
    vec![
        // In and out within the month, before its due; at the very second of its due; after it.
        (
            case(at(7, 1, 8), at(7, 4, 17), Some(at(7, 3, 9)), resolved),
            &[Received, ReceivedInTime, Resolved, OnTime],
        ),
        (
            case(at(7, 1, 0), at(7, 4, 17), Some(at(7, 4, 17)), State::Returned),
            &[Received, ReceivedInTime, Resolved, OnTime],
        ),
        (
            case(at(7, 1, 8), at(7, 4, 17), Some(at(7, 4, 18)), resolved),
            &[Received, Resolved, Late, Overdue],
        ),
        // Refused after appraisal ends it, too.
        (
            case(at(7, 2, 8), at(7, 9, 17), Some(at(7, 8, 9)), State::Stopped),
            &[Received, ReceivedInTime, Resolved, OnTime],
        ),
        // Withdrawn by the citizen: received, but nobody resolved it.
        (
            case(at(7, 2, 8), at(7, 9, 17), Some(at(7, 8, 9)), State::Withdrawn),
            &[Received, ReceivedInTime],
        ),
        // Accepted in June, resolved in July.
        (
            case(at(6, 30, 23), at(7, 4, 17), Some(at(7, 4, 9)), resolved),
            &[Resolved, OnTime],
        ),
        // Resolved in August: was open at the end of July, in time or past due.
        (
            case(at(7, 31, 23), at(8, 5, 17), Some(at(8, 1, 0)), resolved),
            &[Received, ReceivedInTime, Pending],
        ),
        (
            case(at(7, 20, 8), at(7, 30, 17), Some(at(8, 1, 9)), resolved),
            &[Received, Pending, PendingOverdue, Overdue],
        ),
        // Still open today.
        (
            case(at(7, 20, 8), at(8, 20, 17), None, OPEN),
            &[Received, ReceivedInTime, Pending],
        ),
        (
            case(at(7, 20, 8), at(7, 23, 17), None, OPEN),
            &[Received, Pending, PendingOverdue, Overdue],
        ),
        // Waits for the citizen since before its due: its clock stands. Or only since after it.
        (
            Case {
                paused: Some(at(7, 22, 9)),
                ..case(at(7, 20, 8), at(7, 23, 17), None, OPEN)
            },
            &[Received, ReceivedInTime, Pending],
        ),
        (
            Case {
                paused: Some(at(7, 24, 9)),
                ..case(at(7, 20, 8), at(7, 23, 17), None, OPEN)
            },
            &[Received, Pending, PendingOverdue, Overdue],
        ),
        // Accepted in August; never accepted; of another unit.
        (case(at(8, 1, 0), at(8, 4, 17), None, OPEN), &[]),
        (
            Case {
                accepted: None,
                due: None,
                ..case(at(7, 1, 8), at(7, 1, 8), None, State::NotAccepted)
            },
            &[],
        ),
        (
            Case {
                unit: "24640",
                ..case(at(7, 1, 8), at(7, 4, 17), Some(at(7, 3, 9)), resolved)
            },
            &[],
        ),
    ]
}

fn fill(db: &Db) {
    db.write_blocking("fill", |tx| {
        for (number, (case, _)) in (1..).zip(vectors()) {
            insert(tx, number, &case)?;
        }
        Ok::<_, StoreError>(())
    })
    .expect("dossiers");
}

fn july() -> Period {
    Period::days(date(2025, 7, 1), date(2025, 7, 31), instant(at(9, 1, 8)))
}

fn total(db: &Db, codes: &'static [&'static str], period: Period) -> Figures {
    db.read_blocking("figures", move |tx| {
        let units: Vec<UnitId> = codes.iter().map(|code| unit(code)).collect();
        let scope = Scope {
            units: &units,
            space: Space::State,
        };
        let mut total = Figures::default();
        for figures in statistics::figures(tx, &scope, &period)?.into_values() {
            total += figures;
        }
        Ok::<_, StoreError>(total)
    })
    .expect("figures")
}

fn rows(db: &Db, measure: Measure, period: Period) -> Vec<DossierId> {
    db.read_blocking("rows", move |tx| {
        let filter = Filter {
            units: vec![unit("24682")],
            measure: Some((measure, period)),
            ..Filter::default()
        };
        let mut ids: Vec<DossierId> = dossiers::list(tx, &filter, 100)?
            .rows
            .iter()
            .map(|row| row.id)
            .collect();
        ids.sort();
        Ok::<_, StoreError>(ids)
    })
    .expect("rows")
}

fn value(figures: &Figures, measure: Measure) -> i64 {
    match measure {
        Measure::Received => figures.received,
        Measure::Resolved => figures.resolved,
        Measure::OnTime => figures.on_time,
        Measure::Late => figures.late(),
        Measure::Pending => figures.pending,
        Measure::PendingOverdue => figures.pending_overdue,
        Measure::Overdue => figures.overdue(),
        Measure::ReceivedInTime
        | Measure::Obliged
        | Measure::PaidByTransfer
        | Measure::Disliked
        | Measure::Rated
        | Measure::Digitised
        | Measure::Reused
        | Measure::CitizenLinked
        | Measure::PortalSynced => panic!("is counted by itself"),
    }
}

#[test]
fn every_figure_counts_what_it_says_and_opens_exactly_its_rows() {
    for (name, db) in databases() {
        fill(&db);
        let total = total(&db, &["24682"], july());
        for measure in Measure::ALL {
            let expected: Vec<DossierId> = (1..)
                .zip(vectors())
                .filter(|(_, (_, measures))| measures.contains(&measure))
                .map(|(number, _)| DossierId::from_uuid(Uuid::from_u128(number)))
                .collect();
            assert_eq!(
                rows(&db, measure, july()),
                expected,
                "{name}: the rows of {}",
                measure.as_str()
            );
            let one = db.read_blocking("count", move |tx| {
                let units = [unit("24682")];
                let scope = Scope {
                    units: &units,
                    space: Space::State,
                };
                statistics::count(tx, &scope, measure, &july())
            });
            let counted = one.expect("a count");
            // The first seven are the figures of the API; the others are counted one by one.
            if Measure::ALL[..7].contains(&measure) {
                assert_eq!(counted, value(&total, measure), "{name}: {}", measure.as_str());
            }
            assert_eq!(
                counted,
                i64::try_from(expected.len()).expect("few"),
                "{name}: {}",
                measure.as_str()
            );
        }
    }
}

#[test]
fn several_units_are_the_sum_of_each_and_a_strange_space_has_nothing() {
    for (name, db) in databases() {
        fill(&db);
        let (one, other) = (total(&db, &["24682"], july()), total(&db, &["24640"], july()));
        let mut sum = one;
        sum += other;
        assert_eq!(total(&db, &["24682", "24640"], july()), sum, "{name}");
        assert_eq!(other.received, 1, "{name}");
        let party = db.read_blocking("party", |tx| {
            let units = [unit("24682")];
            let scope = Scope {
                units: &units,
                space: Space::Party,
            };
            statistics::figures(tx, &scope, &july())
        });
        assert!(party.expect("figures").is_empty(), "{name}");
    }
}

#[test]
fn while_the_last_day_is_not_over_nothing_due_later_today_is_overdue() {
    for (name, db) in databases() {
        db.write_blocking("one", |tx| {
            insert(tx, 1, &case(at(8, 1, 8), at(8, 4, 17), None, OPEN))
        })
        .expect("a dossier");
        let on = |hour| Period::days(date(2025, 8, 1), date(2025, 8, 4), instant(at(8, 4, hour)));
        assert_eq!(total(&db, &["24682"], on(9)).overdue(), 0, "{name}");
        assert_eq!(total(&db, &["24682"], on(18)).overdue(), 1, "{name}");
        assert_eq!(total(&db, &["24682"], on(9)).pending, 1, "{name}");
    }
}

#[test]
fn days_are_local_days() {
    for (name, db) in databases() {
        fill(&db);
        let days = db
            .read_blocking("days", |tx| {
                let units = [unit("24682")];
                let scope = Scope {
                    units: &units,
                    space: Space::State,
                };
                statistics::by_day(tx, &scope, &july())
            })
            .expect("days");
        // Midnight and eight o'clock of 1 July are the same day; June's dossier counts only where it ended.
        assert_eq!(days[&date(2025, 7, 1)], (3, 0), "{name}");
        assert_eq!(days[&date(2025, 7, 4)], (0, 3), "{name}");
        assert_eq!(days[&date(2025, 7, 31)], (1, 0), "{name}");
        let received: i64 = days.values().map(|(received, _)| received).sum();
        assert_eq!(received, total(&db, &["24682"], july()).received, "{name}");
    }
}

#[test]
fn counting_walks_only_the_units_that_are_asked_for() {
    for (name, db) in databases() {
        fill(&db);
        let plans = db
            .read_blocking("explain", |tx| {
                if tx.is_postgres() {
                    // A table of a dozen rows is read whole; the question is whether an index would serve.
                    tx.execute("SET LOCAL enable_seqscan = off", &[])?;
                }
                let units = [unit("24682"), unit("24640")];
                let scope = Scope {
                    units: &units,
                    space: Space::State,
                };
                statistics::explain(tx, &scope, &july())
            })
            .expect("plans");
        assert_eq!(plans.len(), 4);
        // What is open now is counted in the index of the open ones, and no dossier is read; PostgreSQL decides by what it
        // has counted, so a dozen rows say nothing there.
        let of_open = &plans[2];
        let is_whole = of_open.contains("USING COVERING INDEX dossiers_open");
        assert!(name != "sqlite" || is_whole, "{name}: {of_open}");
        for plan in plans {
            let walks_an_index =
                plan.contains("USING INDEX dossiers_") || plan.contains("USING COVERING INDEX");
            // On `SQLite` received and resolved are counted without reading a dossier.
            let is_bound = plan.contains("unit=?") || (plan.contains("Index Cond") && plan.contains("unit"));
            assert!(
                (walks_an_index || plan.contains("dossiers_")) && is_bound && !plan.contains("SCAN"),
                "{name}: {plan}"
            );
        }
    }
}

#[test]
fn the_rows_behind_a_figure_and_those_of_a_post_are_looked_up_and_not_walked_to() {
    for (name, db) in databases().filter(|(name, _)| *name == "sqlite") {
        fill(&db);
        let of = |filter: Filter| {
            let units = vec![unit("24682")];
            let filter = Filter { units, ..filter };
            db.read_blocking("explain", move |tx| dossiers::explain(tx, &filter))
                .expect("a plan")
        };
        let mut plans: Vec<String> = Measure::ALL
            .into_iter()
            .map(|measure| {
                of(Filter {
                    measure: Some((measure, july())),
                    ..Filter::default()
                })
            })
            .collect();
        plans.push(of(Filter {
            post: Some(Id::from_uuid(Uuid::nil())),
            ..Filter::default()
        }));
        let overdue = of(Filter {
            due: Some(dossiers::Due::OverdueAt(july().then)),
            ..Filter::default()
        });
        let by = |index: &str| overdue.lines().any(|line| line.contains(index));
        assert!(
            by("INDEX dossiers_due (unit=? AND space=? AND is_open=? AND <expr><?)")
                && by("INDEX dossiers_late"),
            "{name}: {overdue}"
        );
        for plan in plans {
            let of_dossiers = plan.lines().filter(|line| line.contains("SEARCH d "));
            assert!(of_dossiers.clone().count() > 0, "{name}: {plan}");
            for line in of_dossiers {
                let is_narrow = line.contains("is_open=?")
                    || line.contains("holder_post=?")
                    || line.contains("ended_at>?")
                    || line.contains("accepted_at>?");
                assert!(is_narrow, "{name}: {plan}");
            }
        }
    }
}

#[test]
fn the_desk_of_a_post_is_counted_with_what_is_late_and_what_is_soon() {
    for (name, db) in databases() {
        fill(&db);
        let loads = db
            .read_blocking("loads", |tx| {
                let now = instant(at(8, 4, 9));
                statistics::load_by_post(tx, &unit("24682"), Space::State, now, instant(at(8, 10, 0)))
            })
            .expect("loads");
        assert_eq!(loads.len(), 1, "{name}");
        // Open: due 20 August, 23 July, two that wait (one since after its due), 4 August at 17:00.
        assert_eq!(
            (loads[0].open, loads[0].overdue, loads[0].soon),
            (5, 2, 1),
            "{name}"
        );
    }
}

/// Few are late here, so they are looked up (V0320); the condition itself says which they are.
#[test]
fn what_is_overdue_is_found_and_named_also_in_rows_of_an_earlier_version() {
    for (name, db) in databases() {
        fill(&db);
        let now = july().then;
        let mut wanted: Vec<DossierId> = db
            .write_blocking("earlier", move |tx| {
                // As a version wrote them that had no column for the name (V0310).
                tx.execute("UPDATE dossiers SET applicant_name = NULL WHERE procedure_code = '1.001193'", &[])?;
                tx.each(
                    "SELECT id FROM dossiers WHERE unit = $1 AND space = $2 AND (ended_at > due_at OR (is_open = 1
                       AND due_at < $3 AND (paused_at IS NULL OR paused_at > due_at OR paused_at >= $3)))",
                    &townhall_store::params![unit("24682"), Space::State, now],
                    |row| row.get("id"),
                )
            })
            .expect("those that are late");
        let filter = Filter {
            units: vec![unit("24682")],
            due: Some(dossiers::Due::OverdueAt(now)),
            ..Filter::default()
        };
        let found = db
            .read_blocking("list", move |tx| dossiers::list(tx, &filter, 100))
            .expect("a list");
        assert!(
            found.rows.iter().all(|row| row.applicant_name == "Nguyễn Thử"),
            "{name}"
        );
        let newest_first = found
            .rows
            .windows(2)
            .all(|two| two[0].received_at >= two[1].received_at);
        assert!(newest_first, "{name}");
        let mut found: Vec<DossierId> = found.rows.iter().map(|row| row.id).collect();
        found.sort_unstable();
        wanted.sort_unstable();
        assert!(wanted.len() > 3, "{name}: {wanted:?}");
        assert_eq!(found, wanted, "{name}");
    }
}

//! Decisions of units about single days, on both databases.

use jiff::civil::date;
use townhall_domain::calendar::{ExceptionKind, HoursException, parse_blocks};
use townhall_domain::ids::{HoursExceptionId, Id, UnitId};
use townhall_domain::time;
use townhall_store::StoreError;
use townhall_store::calendar::{self, StoredException};
use townhall_testkit::databases;

fn unit() -> UnitId {
    "24682-20250701".parse().expect("a unit")
}

fn stored(number: u128, kind: ExceptionKind, hours: &str) -> StoredException {
    StoredException {
        id: HoursExceptionId::from_uuid(uuid::Uuid::from_u128(number)),
        unit: unit(),
        exception: HoursException {
            unit: "24682".to_owned(),
            day: date(2025, 8, 6),
            kind,
            blocks: parse_blocks(hours).expect("hours"),
        },
        reason: "Mất điện".to_owned(),
        decision: None,
        made_at: time::instant(date(2025, 8, 5).at(8, 0, 0, 0)),
        made_by: None,
        made_by_person: None,
        withdrawn_at: None,
        withdrawn_by: None,
        withdrawn_by_person: None,
        withdrawn_why: None,
        version: 1,
    }
}

#[test]
fn a_day_has_one_decision_of_a_kind_and_another_after_it_was_taken_back() {
    for (name, db) in databases() {
        let (first, second) = (
            stored(1, ExceptionKind::Office, "07:30-11:30"),
            stored(2, ExceptionKind::Office, "07:30-10:30"),
        );
        let counter = stored(3, ExceptionKind::Reception, "");
        let insert = |one: &StoredException| {
            let one = one.clone();
            db.write_blocking("insert", move |tx| calendar::insert(tx, &one))
        };
        insert(&first).expect(name);
        insert(&counter).expect(name);
        let refused: StoreError = insert(&second).expect_err("the day is taken");
        assert!(refused.is_duplicate(), "{name}: {refused}");
        let mut back = first.clone();
        back.withdrawn_at = Some(first.made_at);
        back.withdrawn_why = Some("Điện đã có lại".to_owned());
        let withdraw = back.clone();
        let done = db.write_blocking("withdraw", move |tx| calendar::withdraw(tx, &withdraw));
        assert!(done.expect(name));
        let again = back.clone();
        let twice = db.write_blocking("withdraw", move |tx| calendar::withdraw(tx, &again));
        assert!(!twice.expect(name), "{name}: somebody was faster");
        insert(&second).expect(name);
        let in_force = db.read_blocking("in_force", |tx| calendar::in_force(tx, "24682", "68"));
        let mut in_force = in_force.expect(name);
        in_force.sort_by_key(|known| known.kind.as_str());
        assert_eq!(in_force, [second.exception.clone(), counter.exception.clone()]);
        let elsewhere = db.read_blocking("in_force", |tx| calendar::in_force(tx, "24640", "68"));
        assert!(elsewhere.expect(name).is_empty());
        let year = db.read_blocking("of_unit", |tx| {
            calendar::of_unit(tx, &unit(), date(2025, 1, 1), date(2026, 1, 1), 10)
        });
        assert_eq!(year.expect(name).len(), 3, "{name}: what was taken back stays");
        let one = db.read_blocking("load", move |tx| calendar::load(tx, first.id));
        let one = one.expect(name).expect("it is there");
        assert_eq!((one.version, one.withdrawn_why), (2, back.withdrawn_why));
    }
}

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn values(of: Value) -> Values {
    of.as_object().cloned().unwrap_or_default()
}

fn born() -> Values {
    values(json!({
        "requester_name": "Phan Thị Mẫu", "requester_id": "068190009001", "requester_phone": "0900000001",
        "child_name": "Lê Mẫu An", "child_birth_date": "2025-07-20", "child_sex": "female",
        "mother_name": "Phan Thị Mẫu", "mother_birth_year": 1996, "mother_id": "068190009001",
        "father_known": true, "father_name": "Lê Văn Thử", "father_birth_year": 1993,
        "father_ethnicity": "Kinh", "father_address": "Thôn 5", "copies": 2,
    }))
}

fn died() -> Values {
    values(json!({
        "requester_id": "068190009001", "deceased_name": "Phan Văn Cũ", "deceased_birth_date": "1941-02-03",
        "deceased_birth_year": 1941, "deceased_id": "068041009002", "death_date": "2025-07-28",
    }))
}

fn married() -> Values {
    values(json!({
        "bride_name": "Phan Thị Mẫu", "bride_birth_date": "2000-05-06", "bride_id": "068300009001",
        "groom_name": "Y Thử Êban", "groom_birth_date": "1998-09-10", "groom_id": "068098009003",
    }))
}

fn with(mut values: Values, field: &str, value: impl Into<Value>) -> Values {
    values.insert(field.to_owned(), value.into());
    values
}

fn told(book: CivilBook, values: &Values, on: Date) -> Vec<(String, String)> {
    check(book, values, on)
        .into_iter()
        .map(|found| (found.field, found.key))
        .collect()
}

fn one(field: &str, key: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), key.to_owned())]
}

const ON: Date = date(2025, 8, 4);

#[test]
fn entries_as_they_should_be_are_taken() {
    assert_eq!(told(CivilBook::Birth, &born(), ON), []);
    assert_eq!(told(CivilBook::Death, &died(), ON), []);
    assert_eq!(told(CivilBook::Marriage, &married(), ON), []);
}

#[test]
fn a_birth_lies_before_its_registration_and_after_its_parents() {
    let late = with(born(), "child_birth_date", "2025-08-05");
    assert_eq!(
        told(CivilBook::Birth, &late, ON),
        one("child_birth_date", "civil-date-in-future")
    );
    for field in ["mother_birth_year", "father_birth_year"] {
        let young = with(born(), field, 2015);
        assert_eq!(
            told(CivilBook::Birth, &young, ON),
            one(field, "civil-parent-too-young")
        );
    }
    let same = with(born(), "father_id", "068190009001");
    assert_eq!(
        told(CivilBook::Birth, &same, ON),
        one("father_id", "civil-one-number-for-two")
    );
    let mut half = born();
    half.remove("father_address");
    assert_eq!(
        told(CivilBook::Birth, &half, ON),
        one("father_address", "civil-father-incomplete")
    );
}

#[test]
fn a_death_lies_after_the_birth_and_not_in_the_future() {
    let early = with(died(), "death_date", "1941-02-02");
    assert_eq!(
        told(CivilBook::Death, &early, ON),
        one("death_date", "civil-death-before-birth")
    );
    let later = with(died(), "death_date", "2025-08-05");
    assert_eq!(
        told(CivilBook::Death, &later, ON),
        one("death_date", "civil-date-in-future")
    );
    let other = with(died(), "deceased_birth_year", 1940);
    assert_eq!(
        told(CivilBook::Death, &other, ON),
        one("deceased_birth_year", "civil-years-differ")
    );
    let mut year_only = with(died(), "deceased_birth_year", 2026);
    year_only.remove("deceased_birth_date");
    assert_eq!(
        told(CivilBook::Death, &year_only, ON),
        one("deceased_birth_year", "civil-death-before-birth")
    );
    let myself = with(died(), "requester_id", "068041009002");
    assert_eq!(
        told(CivilBook::Death, &myself, ON),
        one("requester_id", "civil-one-number-for-two")
    );
}

#[test]
fn who_marries_is_of_age_on_that_very_day() {
    let bride = with(married(), "bride_birth_date", "2007-08-05");
    assert_eq!(
        told(CivilBook::Marriage, &bride, ON),
        one("bride_birth_date", "civil-too-young-to-marry")
    );
    let birthday = with(married(), "bride_birth_date", "2007-08-04");
    assert_eq!(told(CivilBook::Marriage, &birthday, ON), []);
    let groom = with(married(), "groom_birth_date", "2006-01-01");
    assert_eq!(
        told(CivilBook::Marriage, &groom, ON),
        one("groom_birth_date", "civil-too-young-to-marry")
    );
}

#[test]
fn nobody_is_born_after_the_mothers_death_or_long_after_the_fathers() {
    let against = |mother_died, father_died| {
        let known = Known {
            mother_died,
            father_died,
            same: None,
        };
        check_against(CivilBook::Birth, &born(), &known)
            .into_iter()
            .map(|found| found.key)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        against(Some(date(2025, 7, 19)), None),
        ["civil-born-after-mothers-death"]
    );
    assert_eq!(
        against(Some(date(2025, 7, 20)), None),
        [""; 0],
        "a mother may die on that day"
    );
    assert_eq!(against(None, Some(date(2024, 9, 23))), [""; 0], "300 days");
    assert_eq!(
        against(None, Some(date(2024, 9, 22))),
        ["civil-born-after-fathers-death"]
    );
}

#[test]
fn an_event_is_registered_once() {
    let known = Known {
        same: Some("12/2025".to_owned()),
        ..Known::default()
    };
    for (book, field) in [
        (CivilBook::Birth, "child_name"),
        (CivilBook::Death, "deceased_name"),
    ] {
        let found = check_against(book, &born(), &known);
        assert_eq!(
            (found[0].field.as_str(), found[0].key.as_str()),
            (field, "civil-already-registered")
        );
        assert_eq!(found[0].args, [("number".to_owned(), "12/2025".to_owned())]);
    }
}

#[test]
fn a_personal_number_must_be_that_of_the_child() {
    let girl = Some("female");
    let day = Some(date(2025, 7, 20));
    assert_eq!(
        personal_id_of("068 325 000123", day, girl).as_deref(),
        Ok("068325000123")
    );
    assert_eq!(
        personal_id_of("068225000123", day, girl),
        Err("civil-personal-id-other-sex")
    );
    assert_eq!(
        personal_id_of("068324000123", day, girl),
        Err("civil-personal-id-other-year")
    );
    assert_eq!(
        personal_id_of("068125000123", day, girl),
        Err("civil-personal-id-other-year")
    );
    for wrong in ["", "123456789", "099325000123", "06832500012x", "０68325000123"] {
        assert_eq!(
            personal_id_of(wrong, day, girl),
            Err("civil-personal-id-wrong"),
            "{wrong}"
        );
    }
}

#[test]
fn what_is_only_asked_for_is_not_entered() {
    let entry = entered(&born());
    assert!(!entry.contains_key("copies") && !entry.contains_key("requester_phone"));
    assert_eq!(differences(&born(), &entry), []);
    let changed = with(entry, "child_name", "Lê Mẫu Ân");
    let found = differences(&born(), &changed);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0].declared, &found[0].entered),
        (&json!("Lê Mẫu An"), &json!("Lê Mẫu Ân"))
    );
}

#[test]
fn late_is_told_by_the_day() {
    let entry = entered(&born());
    assert_eq!(days_late(CivilBook::Birth, &entry, date(2025, 9, 18)), None);
    assert_eq!(days_late(CivilBook::Birth, &entry, date(2025, 9, 19)), Some(1));
    assert_eq!(
        days_late(CivilBook::Death, &entered(&died()), date(2025, 8, 12)),
        None
    );
    assert_eq!(
        days_late(CivilBook::Death, &entered(&died()), date(2025, 8, 14)),
        Some(2)
    );
    assert_eq!(days_late(CivilBook::Marriage, &married(), ON), None);
}

fn change() -> impl Strategy<Value = (String, Option<String>)> {
    let field = prop_oneof![
        Just("child_name"),
        Just("child_ethnicity"),
        Just("mother_name"),
        Just("personal_id")
    ];
    (field.prop_map(str::to_owned), proptest::option::of("[a-z]{1,8}"))
}

proptest! {
    #[test]
    fn no_birth_is_registered_before_it_happened(days in -400_i64..400) {
        let day = ON.checked_add(days.days()).unwrap();
        let entry = with(born(), "child_birth_date", day.to_string());
        prop_assert_eq!(told(CivilBook::Birth, &entry, ON).is_empty(), days <= 0);
    }

    #[test]
    fn no_one_dies_before_being_born(days in -20_000_i64..20_000) {
        let birth = date(1960, 5, 5);
        let death = birth.checked_add(days.days()).unwrap();
        let mut entry = with(died(), "deceased_birth_date", birth.to_string());
        entry = with(entry, "deceased_birth_year", 1960);
        entry = with(entry, "death_date", death.to_string());
        prop_assert_eq!(told(CivilBook::Death, &entry, ON).is_empty(), days >= 0);
    }

    /// Whatever is noted, the first wording can be had back by going through the notes from the last to the first.
    #[test]
    fn notes_lose_nothing(typed in proptest::collection::vec(change(), 0..8)) {
        let first = entered(&born());
        let mut changes: Vec<Change> = Vec::new();
        let mut now = first.clone();
        for (field, new) in typed {
            let old = now.get(&field).cloned().unwrap_or(Value::Null);
            changes.push(Change { field, old, new: new.map_or(Value::Null, Value::from) });
            now = current(&first, &changes);
        }
        let back: Vec<Change> = changes
            .iter()
            .rev()
            .map(|change| Change { field: change.field.clone(), old: change.new.clone(), new: change.old.clone() })
            .collect();
        prop_assert_eq!(current(&now, &back), first);
    }

    #[test]
    fn an_entry_differs_where_it_was_changed_and_nowhere_else(typed in change()) {
        let entry = entered(&born());
        let (field, new) = typed;
        let changed = current(&entry, [&Change { field: field.clone(), old: Value::Null, new: new.clone().map_or(Value::Null, Value::from) }]);
        let found = differences(&born(), &changed);
        let same = entry.get(&field).cloned() == new.map(Value::from);
        prop_assert_eq!(found.len(), usize::from(!same));
        prop_assert!(found.iter().all(|difference| difference.field == field));
    }
}

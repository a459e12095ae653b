//! Registers of civil status, on `SQLite` and `PostgreSQL` alike.

use jiff::civil::{Date, date};
use serde_json::{Value, json};
use townhall_domain::civil_status::{Change, CivilBook, NoteKind, Values};
use townhall_domain::ids::{EntryId, Id, UnitId};
use townhall_domain::time::instant;
use townhall_store::civil_status::{self as store, Entry, Extract, Filter, Note};
use townhall_store::{Db, StoreError};
use townhall_testkit::databases;
use townhall_text::fold;
use uuid::Uuid;

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

fn unit(code: &str) -> UnitId {
    UnitId::new(code, date(2025, 7, 1))
}

fn values(name: &str, born: Date) -> Values {
    let values =
        json!({ "child_name": name, "child_birth_date": born.to_string(), "mother_name": "Phan Thị Mẫu" });
    values.as_object().cloned().unwrap_or_default()
}

fn entry(place: u128, code: &str, number: i64, name: &str) -> Entry {
    let said = values(name, date(2025, 7, 20));
    Entry {
        id: id(place),
        unit: unit(code),
        book: CivilBook::Birth,
        year: 2025,
        number,
        symbol: format!("{number}/2025"),
        dossier: id(1000 + place),
        form: "forms/1.001193.json".to_owned(),
        first: said.clone(),
        present: said,
        differences: Vec::new(),
        differences_why: None,
        registered_on: date(2025, 8, 1),
        signer: Some(json!({ "name": "Chủ tịch Mẫu" })),
        prepared_by: Some(id(7)),
        prepared_by_person: Some(id(8)),
        entered_at: instant(date(2025, 8, 1).at(9, 0, 0, 0)),
        entered_by: Some(id(9)),
        entered_by_person: None,
        notes: 0,
        version: 1,
    }
}

fn words(entry: &Entry) -> Vec<String> {
    fold(&entry.summary().name)
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

fn write(db: &Db, entries: Vec<Entry>) {
    db.write_blocking("entries", move |tx| {
        for entry in &entries {
            store::insert(tx, entry, &words(entry))?;
        }
        Ok::<_, StoreError>(())
    })
    .expect("written");
}

fn found(db: &Db, filter: Filter) -> Vec<i64> {
    db.read_blocking("list", move |tx| store::list(tx, &filter, 50))
        .expect("a list")
        .rows
        .iter()
        .map(|row| row.number)
        .collect()
}

fn here() -> Filter {
    Filter::new(vec![unit("24682")], CivilBook::Birth)
}

#[test]
fn an_entry_is_read_back_as_it_was_written() {
    for (name, db) in databases() {
        let written = entry(1, "24682", 1, "Lê Mẫu An");
        write(&db, vec![written.clone()]);
        let wanted = written.clone();
        let (by_id, by_number, of_dossier, namesakes) = db
            .read_blocking("read", move |tx| {
                Ok::<_, StoreError>((
                    store::load(tx, wanted.id)?,
                    store::by_number(tx, &wanted.unit, wanted.book, 2025, 1)?,
                    store::of_dossier(tx, wanted.dossier)?,
                    store::namesakes(tx, &wanted.unit, wanted.book, date(2025, 7, 20), "Lê Mẫu An")?,
                ))
            })
            .expect("read");
        assert_eq!(by_id.as_ref(), Some(&written), "{name}");
        assert_eq!((by_number, of_dossier), (by_id.clone(), by_id), "{name}");
        assert_eq!(namesakes, [written], "{name}");
    }
}

#[test]
fn a_number_and_a_dossier_stand_in_a_register_once() {
    for (name, db) in databases() {
        write(&db, vec![entry(1, "24682", 1, "Lê Mẫu An")]);
        let same_number = entry(2, "24682", 1, "Lê Mẫu Bình");
        let same_dossier = Entry {
            dossier: id(1001),
            ..entry(3, "24682", 2, "Lê Mẫu Chi")
        };
        for second in [same_number, same_dossier] {
            let refused = db.write_blocking("twice", move |tx| store::insert(tx, &second, &[]));
            assert!(refused.is_err(), "{name}");
        }
        write(&db, vec![entry(4, "24640", 1, "Lê Mẫu Dung")]);
        assert_eq!(
            found(&db, here()),
            [1],
            "{name}: the register of another unit is not seen"
        );
    }
}

#[test]
fn a_list_pages_by_key_and_finds_names_without_diacritics_and_days_of_birth() {
    for (name, db) in databases() {
        let people = ["Lê Mẫu An", "Điểu Thị Bích", "Lê Mẫu Ân", "Nguyễn An Bình"];
        let entries = people
            .iter()
            .zip(1_i64..)
            .map(|(who, number)| entry(u128::try_from(number).expect("small"), "24682", number, who));
        write(&db, entries.collect());
        assert_eq!(found(&db, here()), [4, 3, 2, 1], "{name}: newest first");
        let first = db
            .read_blocking("page", |tx| store::list(tx, &here(), 3))
            .expect("a page");
        assert_eq!(first.rows.len(), 3, "{name}");
        let rest = Filter {
            after: first.next,
            ..here()
        };
        assert_eq!(found(&db, rest), [1], "{name}");
        let of = |typed: &[&str]| Filter {
            words: typed.iter().map(|word| fold(word)).collect(),
            ..here()
        };
        assert_eq!(found(&db, of(&["lê", "an"])), [3, 1], "{name}");
        assert_eq!(found(&db, of(&["dieu", "bi"])), [2], "{name}");
        assert_eq!(found(&db, of(&["an", "binh"])), [4], "{name}");
        assert_eq!(found(&db, of(&["khong"])), [0; 0], "{name}");
        let other_day = Filter {
            born_on: Some(date(2025, 7, 21)),
            ..here()
        };
        assert_eq!(found(&db, other_day), [0; 0], "{name}");
        let nobody = Filter::new(Vec::new(), CivilBook::Birth);
        assert_eq!(
            found(&db, nobody),
            [0; 0],
            "{name}: without a unit nothing is seen"
        );
        let bound = Filter {
            ascending: true,
            from: Some(3),
            ..here()
        };
        assert_eq!(found(&db, bound), [3, 4], "{name}");
    }
}

#[test]
fn a_note_changes_what_is_said_and_found_and_an_overtaken_version_changes_nothing() {
    for (name, db) in databases() {
        write(&db, vec![entry(1, "24682", 1, "Lê Mẫu An")]);
        let entry_id: EntryId = id(1);
        let noted = |new: &'static str, version: i64| {
            db.write_blocking("note", move |tx| {
                let mut entry = store::lock(tx, entry_id)?.expect("there");
                entry.version = version;
                let old = entry
                    .present
                    .insert("child_name".to_owned(), Value::from(new))
                    .unwrap_or_default();
                let note = Note {
                    number: entry.notes + 1,
                    kind: NoteKind::Change,
                    change: Change {
                        field: "child_name".to_owned(),
                        old,
                        new: Value::from(new),
                    },
                    why: "Đổi tên".to_owned(),
                    authority: "Trích lục 3/TLTĐ-HT".to_owned(),
                    authority_on: Some(date(2025, 8, 2)),
                    at: instant(date(2025, 8, 4).at(9, 0, 0, 0)),
                    post: Some(id(7)),
                    person: None,
                };
                let words = words(&entry);
                store::add_note(tx, &mut entry, &note, &words)
            })
            .expect("a command")
        };
        assert!(noted("Lê Mẫu Hòa", 1), "{name}");
        assert!(!noted("Lê Mẫu Khác", 1), "{name}: version 1 is overtaken");
        let (entry, notes) = db
            .read_blocking("read", move |tx| {
                Ok::<_, StoreError>((
                    store::load(tx, entry_id)?.expect("there"),
                    store::notes(tx, entry_id)?,
                ))
            })
            .expect("read");
        assert_eq!((entry.version, entry.notes, notes.len()), (2, 1, 1), "{name}");
        assert_eq!(
            (&notes[0].change.old, &entry.first["child_name"]),
            (&json!("Lê Mẫu An"), &json!("Lê Mẫu An")),
            "{name}"
        );
        assert_eq!(entry.present["child_name"], "Lê Mẫu Hòa", "{name}");
        let of = |typed: &str| Filter {
            words: vec![fold(typed)],
            ..here()
        };
        assert_eq!(
            (found(&db, of("hoa")), found(&db, of("an"))),
            (vec![1], vec![]),
            "{name}"
        );
    }
}

#[test]
fn extracts_are_counted_once_a_dossier() {
    for (name, db) in databases() {
        write(&db, vec![entry(1, "24682", 1, "Lê Mẫu An")]);
        let extract = |dossier: u128, copies: i64| Extract {
            dossier: id(dossier),
            symbol: format!("{dossier}/2025"),
            copies,
            notes: 0,
            issued_at: instant(date(2025, 8, 4).at(9, 0, 0, 0)),
            post: Some(id(9)),
            person: None,
        };
        let issue = |extract: Extract| {
            db.write_blocking("extract", move |tx| store::insert_extract(tx, id(1), &extract))
        };
        issue(extract(50, 3)).expect("issued");
        issue(extract(51, 1)).expect("issued");
        assert!(issue(extract(51, 1)).is_err(), "{name}");
        let kept = db
            .read_blocking("read", |tx| store::extracts(tx, id(1)))
            .expect("read");
        assert_eq!(kept, [extract(50, 3), extract(51, 1)], "{name}");
    }
}

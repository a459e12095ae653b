//! Register books on both databases: pages by number, search, counters, what is struck out and corrected.

use jiff::Timestamp;
use serde_json::json;
use townhall_domain::ids::{DossierId, EntryId, Id, UnitId};
use townhall_domain::register::Book;
use townhall_domain::space::Space;
use townhall_store::registers::{self, Correction, Entry, Filter, Struck};
use townhall_store::{StoreError, Tx, counters, params};
use townhall_testkit::databases;
use uuid::Uuid;

fn unit() -> UnitId {
    "24682-20250701".parse().expect("a unit")
}

fn book(year: i16) -> Book {
    Book {
        unit: unit(),
        book: "certified-copy".to_owned(),
        year,
    }
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_754_300_000 + minute * 60).expect("in range")
}

fn id<T: Id>(kind: u128, number: i64) -> T {
    let number = u128::try_from(number).expect("positive");
    T::from_uuid(Uuid::from_u128(
        (0x7000 << 64) | (0x8 << 60) | (kind << 32) | number,
    ))
}

fn entry(year: i16, number: i64, name: &str) -> Entry {
    Entry {
        id: id::<EntryId>(u128::from(year.unsigned_abs()), number),
        book: book(year),
        space: Space::State,
        number,
        symbol: format!("{number}/{year}-SCT/BS"),
        dossier: id::<DossierId>(u128::from(year.unsigned_abs()) + 1, number),
        position: 0,
        entered_at: at(number),
        entered_by: None,
        entered_by_person: None,
        name: name.to_owned(),
        title: "Học bạ THPT".to_owned(),
        body: json!({ "pages": 2, "copies": 3 }),
        search_key: townhall_text::fold(&format!("{name} Học bạ THPT {number}/{year}")),
        struck: None,
    }
}

fn numbers(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<i64>, StoreError> {
    Ok(registers::list(tx, filter, limit)?
        .iter()
        .map(|entry| entry.number)
        .collect())
}

#[test]
fn a_book_is_paged_by_number_both_ways_and_searched_without_marks() {
    for (name, db) in databases() {
        db.write_blocking("fill", |tx| {
            for number in 1..=7 {
                let who = if number == 4 {
                    "Y Thắng a_b Niê"
                } else {
                    "Lê Thị Mẫu"
                };
                registers::insert(tx, &entry(2025, number, who))?;
            }
            registers::insert(tx, &entry(2026, 1, "Lê Thị Mẫu"))
        })
        .expect("filled");
        db.read_blocking("read", move |tx| {
            let all = Filter::new(book(2025), Space::State);
            assert_eq!(numbers(tx, &all, 3)?, [7, 6, 5], "{name}");
            let next = Filter {
                after: Some(5),
                ..all.clone()
            };
            assert_eq!(numbers(tx, &next, 10)?, [4, 3, 2, 1], "{name}");
            let up = Filter {
                ascending: true,
                after: Some(5),
                ..all.clone()
            };
            assert_eq!(numbers(tx, &up, 10)?, [6, 7], "{name}");
            let words = |text: &str| Filter {
                words: text.split_whitespace().map(str::to_owned).collect(),
                ..all.clone()
            };
            assert_eq!(numbers(tx, &words("thang nie"), 10)?, [4], "{name}");
            assert_eq!(
                numbers(tx, &words("_"), 10)?,
                [4],
                "{name}: no sign stands for another"
            );
            assert_eq!(numbers(tx, &words("%"), 10)?, Vec::<i64>::new(), "{name}");
            let days = Filter {
                entered: Some((at(2), at(4))),
                ..all.clone()
            };
            assert_eq!(numbers(tx, &days, 10)?, [3, 2], "{name}: the end is not included");
            let party = Filter::new(book(2025), Space::Party);
            assert_eq!(
                numbers(tx, &party, 10)?,
                Vec::<i64>::new(),
                "{name}: the other space"
            );
            assert_eq!(
                registers::count_since(tx, &unit(), "certified-copy", at(5))?,
                3,
                "{name}"
            );
            Ok::<_, StoreError>(())
        })
        .expect("read");
    }
}

#[test]
fn a_number_is_taken_once_and_what_was_struck_out_or_corrected_is_all_still_there() {
    for (name, db) in databases() {
        db.write_blocking("fill", |tx| {
            counters::next(tx, &unit(), &book(2025).counter())?;
            registers::insert(tx, &entry(2025, 1, "Lê Thị Mẫu"))
        })
        .expect("filled");
        let twice = db.write_blocking("twice", |tx| {
            let mut other = entry(2025, 2, "Ai Khác");
            other.number = 1;
            registers::insert(tx, &other)
        });
        assert!(twice.is_err_and(|error| error.is_duplicate()), "{name}");
        db.write_blocking("change", move |tx| {
            let mut changed = entry(2025, 1, "Lê Thị Mậu");
            let correction = Correction {
                number: 1,
                at: at(2),
                post: None,
                person: None,
                reason: "Gõ sai".to_owned(),
                field: "name".to_owned(),
                old: "Lê Thị Mẫu".to_owned(),
                new: "Lê Thị Mậu".to_owned(),
            };
            registers::insert_correction(tx, id::<EntryId>(9, 1), &changed, &correction)?;
            registers::save(tx, &changed)?;
            let struck = Struck {
                at: at(3),
                by: None,
                by_person: None,
                why: "Nhầm".to_owned(),
            };
            registers::strike(tx, changed.id, &struck)?;
            changed.struck = Some(struck);
            assert_eq!(registers::load(tx, changed.id)?, Some(changed.clone()), "{name}");
            assert_eq!(registers::corrections(tx, changed.id)?, [correction], "{name}");
            assert_eq!(registers::of_dossier(tx, changed.dossier)?, [changed], "{name}");
            let volumes = registers::volumes(tx, &unit(), Space::State)?;
            assert_eq!(
                (volumes.len(), volumes[0].last, volumes[0].struck),
                (1, 1, 1),
                "{name}"
            );
            Ok::<_, StoreError>(())
        })
        .expect("changed");
    }
}

#[test]
fn verify_reads_every_book_with_its_counter_also_one_whose_entries_are_gone() {
    for (name, db) in databases() {
        db.write_blocking("fill", |tx| {
            for number in 1..=2 {
                counters::next(tx, &unit(), &book(2025).counter())?;
                registers::insert(tx, &entry(2025, number, "Lê Thị Mẫu"))?;
            }
            counters::next(tx, &unit(), &book(2024).counter())?;
            counters::next(tx, &unit(), "fee-receipt:2025")?;
            // An entry without a counter is a book, too.
            registers::insert(tx, &entry(2026, 1, "Lê Thị Mẫu"))
        })
        .expect("filled");
        db.read_blocking("read", move |tx| {
            let books = registers::all_books(tx)?;
            assert_eq!(
                books,
                [(book(2024), 1), (book(2025), 2), (book(2026), 0)],
                "{name}"
            );
            assert_eq!(
                registers::numbers(tx, &book(2025))?,
                [(1, at(1)), (2, at(2))],
                "{name}"
            );
            assert_eq!(registers::results_without_entry(tx)?, [], "{name}");
            let rows = tx.rows(
                "SELECT id FROM register_entries WHERE year = $1",
                &params![2025_i64],
            )?;
            assert_eq!(rows.len(), 2);
            Ok::<_, StoreError>(())
        })
        .expect("read");
    }
}

//! The seam's promises, on `SQLite` and `PostgreSQL` alike.

use townhall_domain::ids::UnitId;
use townhall_store::{Db, StoreError, counters, params};
use townhall_testkit::{Place, databases, places};

fn unit() -> UnitId {
    "24682-20250701".parse().expect("a unit")
}

fn put(db: &Db, name: &'static str, value: &'static str) -> Result<(), StoreError> {
    db.write_blocking("put", move |tx| {
        tx.execute(
            "INSERT INTO node (name, value) VALUES ($1, $2)",
            &params![name, value],
        )
        .map(|_| ())
    })
}

fn names(db: &Db) -> Vec<String> {
    db.read_blocking("names", |tx| {
        tx.rows("SELECT name FROM node ORDER BY name", &[])?
            .iter()
            .map(|row| row.get("name"))
            .collect::<Result<_, StoreError>>()
    })
    .expect("names")
}

#[test]
fn what_a_command_wrote_is_there_when_its_answer_comes() {
    for (name, db) in databases() {
        put(&db, "a", "1").expect("put");
        assert_eq!(names(&db), ["a"], "{name}");
    }
}

#[test]
fn a_refused_command_leaves_nothing_and_others_are_untouched() {
    for (name, db) in databases() {
        let refused: Result<(), StoreError> = db.write_blocking("refused", |tx| {
            tx.execute("INSERT INTO node (name, value) VALUES ('x', '1')", &[])?;
            Err(StoreError::Setting("refused".to_owned()))
        });
        assert!(matches!(refused, Err(StoreError::Setting(_))), "{name}");
        put(&db, "a", "1").expect("put");
        assert_eq!(names(&db), ["a"], "{name}");
    }
}

#[test]
fn a_command_that_goes_on_after_a_failed_statement_is_not_kept() {
    for (name, db) in databases() {
        put(&db, "a", "1").expect("put");
        let swallowed: Result<(), StoreError> = db.write_blocking("swallowed", |tx| {
            tx.execute("INSERT INTO node (name, value) VALUES ('b', '1')", &[])?;
            let duplicate = tx.execute("INSERT INTO node (name, value) VALUES ('a', '2')", &[]);
            assert!(duplicate.is_err_and(|error| error.is_duplicate()));
            Ok(())
        });
        assert!(
            matches!(swallowed, Err(StoreError::Poisoned)),
            "{name}: {swallowed:?}"
        );
        assert_eq!(names(&db), ["a"], "{name}");
    }
}

#[test]
fn a_panic_in_one_command_takes_nobody_else_down() {
    for (name, db) in databases() {
        let panicked: Result<(), StoreError> = db.write_blocking("panics", |tx| {
            tx.execute("INSERT INTO node (name, value) VALUES ('x', '1')", &[])?;
            panic!("a fault in a rule")
        });
        assert!(matches!(panicked, Err(StoreError::Panicked)), "{name}");
        put(&db, "a", "1").expect("put");
        assert_eq!(names(&db), ["a"], "{name}");
    }
}

#[test]
fn queries_cannot_write() {
    for (name, db) in databases() {
        let wrote: Result<(), StoreError> = db.read_blocking("writes", |tx| {
            tx.execute("INSERT INTO node (name, value) VALUES ('x', '1')", &[])
                .map(|_| ())
        });
        assert!(wrote.is_err(), "{name}");
        assert!(names(&db).is_empty(), "{name}");
    }
}

#[test]
fn text_sorts_by_bytes_in_both_databases() {
    for (name, db) in databases() {
        for word in ["b", "A", "a", "Đ", "đ", "Z", "a-1", "a1"] {
            put(&db, word, "1").expect("put");
        }
        assert_eq!(names(&db), ["A", "Z", "a", "a-1", "a1", "b", "Đ", "đ"], "{name}");
    }
}

#[test]
fn sixty_four_callers_take_numbers_without_a_gap_or_a_double() {
    for (name, db) in databases() {
        let mut numbers: Vec<i64> = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..64)
                .map(|caller| {
                    let db = db.clone();
                    scope.spawn(move || {
                        (0..8)
                            .filter_map(|round| {
                                // Every fifth command is refused after it took its number: the number must come back.
                                let refuse = (caller + round) % 5 == 0;
                                db.write_blocking("take", move |tx| {
                                    let number = counters::next(tx, &unit(), "test")?;
                                    if refuse {
                                        Err(StoreError::Setting("refused".to_owned()))
                                    } else {
                                        Ok(number)
                                    }
                                })
                                .ok()
                            })
                            .collect::<Vec<i64>>()
                    })
                })
                .collect();
            callers
                .into_iter()
                .flat_map(|caller| caller.join().expect("caller"))
                .collect()
        });
        numbers.sort_unstable();
        let expected: Vec<i64> = (1..=i64::try_from(numbers.len()).expect("few")).collect();
        assert_eq!(numbers, expected, "{name}");
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("townhall.db");
    let config = townhall_store::DbConfig::Sqlite { file: file.clone() };
    drop(Db::open(&config).expect("open"));
    rusqlite::Connection::open(&file)
        .and_then(|c| c.execute("INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (9999, 'later', '2030-01-01T00:00:00Z', '1')", []))
        .expect("a newer version");
    assert!(matches!(
        Db::open(&config),
        Err(StoreError::NewerDatabase { found: 9999, .. })
    ));
}

/// Runs a statement on the bare database, past the program.
fn behind_its_back(place: &Place, sql: &str) {
    match (place.sqlite_file(), place.url()) {
        (Some(file), _) => {
            let connection = rusqlite::Connection::open(file).expect("open");
            connection.execute_batch(sql).expect("done");
        }
        (None, url) => {
            let url = url.expect("an address");
            let mut client = ::postgres::Client::connect(url, ::postgres::NoTls).expect("connect");
            client.batch_execute(sql).expect("done");
        }
    }
}

#[test]
fn a_database_that_lacks_a_migration_older_than_its_newest_is_noticed_and_told_what_to_do() {
    for place in places() {
        let config = townhall_testkit::databases::config(&place);
        drop(Db::open(&config).expect("open"));
        behind_its_back(&place, "DELETE FROM refinery_schema_history WHERE version = 205");
        // Whoever serves and whoever only looks are told the same, and nothing is changed.
        for opened in [Db::open(&config), Db::open_to_look(&config)] {
            let refused = opened.expect_err("not the history of this program");
            assert!(
                matches!(refused, StoreError::OtherHistory { .. }),
                "{}: {refused}",
                place.name()
            );
            let told = refused.to_string();
            for words in [
                "it lacks V0205__joined",
                "Nothing was changed",
                "restore a backup",
            ] {
                assert!(told.contains(words), "{}: {told}", place.name());
            }
        }
        behind_its_back(
            &place,
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES
             (205, 'joined', '2025-08-05T00:00:00Z', '1'), (206, 'of_nobody', '2025-08-05T00:00:00Z', '1')",
        );
        let refused = Db::open(&config).expect_err("a migration that nobody knows");
        assert!(
            refused
                .to_string()
                .contains("version 206 that this program does not know"),
            "{refused}"
        );
    }
}

#[test]
fn a_full_disk_in_the_middle_of_a_group_acknowledges_nobody_wrongly() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("townhall.db");
    let db = Db::open(&townhall_store::DbConfig::Sqlite { file }).expect("open");
    // SQLite refuses to grow past this: it behaves as on a full disk, SQLITE_FULL in the middle of a group.
    let pages: i64 = db
        .write_blocking("limit", |tx| {
            tx.one("PRAGMA page_count", &[])?
                .map_or(Ok(0), |row| row.get("page_count"))
        })
        .expect("page count");
    db.write_blocking("limit", move |tx| {
        tx.rows(&format!("PRAGMA max_page_count = {}", pages + 40), &[])
            .map(|_| ())
    })
    .expect("limit");
    let acknowledged: Vec<String> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..32)
            .map(|caller| {
                let db = db.clone();
                scope.spawn(move || {
                    (0..4)
                        .filter_map(|round| {
                            let name = format!("{caller:02}-{round}");
                            let key = name.clone();
                            // Most are small; some are large enough to fill what is left.
                            let size = if caller % 4 == 0 { 30_000 } else { 10 };
                            db.write_blocking("put", move |tx| {
                                tx.execute(
                                    "INSERT INTO node (name, value) VALUES ($1, $2)",
                                    &params![&key, "x".repeat(size)],
                                )
                                .map(|_| ())
                            })
                            .ok()
                            .map(|()| name)
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        callers
            .into_iter()
            .flat_map(|caller| caller.join().expect("caller"))
            .collect()
    });
    let mut acknowledged = acknowledged;
    acknowledged.sort();
    assert!(acknowledged.len() < 128, "the disk was to be full for some");
    assert_eq!(
        names(&db),
        acknowledged,
        "there is what was acknowledged, and nothing else"
    );
}

#[test]
fn rows_inserted_together_are_all_there_once_with_what_they_share() {
    for (name, db) in databases() {
        for count in [0_usize, 1, 3, 4, 5, 16, 23, 40] {
            let found = db
                .write_blocking("insert_rows", move |tx| {
                    tx.execute("DELETE FROM node", &[])?;
                    let rows: Vec<_> = (0..count)
                        .map(|number| params![format!("{number:02}")].to_vec())
                        .collect();
                    let insert = "INSERT INTO node (value, name) VALUES";
                    tx.insert_rows(insert, &params!["shared"], &rows, "")?;
                    // Once more: the end of the statement counts for every portion.
                    tx.insert_rows(insert, &params!["other"], &rows, " ON CONFLICT DO NOTHING")?;
                    let rows = tx.rows(
                        "SELECT name FROM node WHERE value = $1 ORDER BY name",
                        &params!["shared"],
                    )?;
                    rows.iter()
                        .map(|row| row.get::<String>("name"))
                        .collect::<Result<Vec<_>, StoreError>>()
                })
                .expect("rows");
            let wanted: Vec<String> = (0..count).map(|number| format!("{number:02}")).collect();
            assert_eq!(found, wanted, "{name} {count}");
        }
    }
}

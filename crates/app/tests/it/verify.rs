//! `verify` finds whatever was changed behind the program's back.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::json;
use townhall_app::verify::{Report, verify, verify_in};
use townhall_domain::ids::{FactId, Id, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
use townhall_journal::{Checkpoint, Hash, LogKey, leaf_salt, random_salt, state_salt};
use townhall_store::evidence::{Class, evidence};
use townhall_store::files::Files;
use townhall_store::journal::{self, ERASED, NewFact};
use townhall_store::log::{self, Turn};
use townhall_store::{Db, StoreError, Tx, Value, params};
use townhall_testkit::databases;

const ORIGIN: &str = "town.example/log";

/// A small town hall with rows in tables of several shapes, facts in the log and facts that wait.
struct Hall {
    db: Db,
    files: Files,
    key: Arc<LogKey>,
    /// Checkpoint of the log when it had 400 entries, kept elsewhere.
    kept: String,
    file: String,
    _dir: tempfile::TempDir,
}

enum Undo {
    Done(Box<Report>),
    NotPossible,
    Store(StoreError),
}

impl From<StoreError> for Undo {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Hall {
    fn build(db: Db) -> Self {
        let dir = townhall_testkit::temp_dir();
        let files = Files::open(dir.path()).expect("a file store");
        let file = files.put(b"a paper").expect("stored").sha256;
        let key = Arc::new(LogKey::generate(ORIGIN).expect("a key"));
        let (named, ours) = (file.clone(), Arc::clone(&key));
        db.write_blocking("build", move |tx| {
            log::begin_epoch(tx, &ours)?;
            people(tx, &named)?;
            for n in 0..400 {
                record(tx, "division", &format!("d{}", n % 7), "division_changed", n)?;
            }
            let turn = Turn {
                key: &ours,
                holder: "test",
                now: Timestamp::UNIX_EPOCH,
                lease_ms: 1,
                limit: 1_000,
            };
            log::sequence(tx, &turn)
        })
        .expect("built");
        let mut hall = Self {
            db,
            files,
            key,
            kept: String::new(),
            file,
            _dir: dir,
        };
        hall.kept = hall.checkpoint();
        hall.db
            .write_blocking("more", |tx| {
                for n in 0..20 {
                    record(tx, "division", "later", "division_changed", n)?;
                }
                erase(tx, "division", "d3")
            })
            .expect("recorded");
        hall.sequence();
        hall.db
            .write_blocking("waiting", |tx| {
                tx.execute("UPDATE persons SET phone = '0900' WHERE id = 'p2'", &[])?;
                record(tx, "person", "p2", "person_changed", 1)?;
                record(tx, "division", "d1", "division_changed", 2)
            })
            .expect("recorded");
        hall
    }

    fn sequence(&self) {
        let key = Arc::clone(&self.key);
        self.db
            .write_blocking("sequence", move |tx| {
                let turn = Turn {
                    key: &key,
                    holder: "test",
                    now: Timestamp::UNIX_EPOCH,
                    lease_ms: 1,
                    limit: 1_000,
                };
                log::sequence(tx, &turn)
            })
            .expect("sequenced");
    }

    fn checkpoint(&self) -> String {
        let last = self
            .db
            .read_blocking("last", |tx| log::last_checkpoint(tx, 1))
            .expect("read");
        last.expect("a checkpoint").signed
    }

    fn verify(&self, checkpoint: Option<String>) -> Report {
        verify(&self.db, &self.files, checkpoint).expect("the database answers")
    }

    /// What `verify` finds after a change, which is then undone; `None` when the database refuses the change.
    fn after(
        &self,
        mut change: impl FnMut(&mut Tx<'_>) -> Result<bool, StoreError> + Send + 'static,
    ) -> Option<Report> {
        let files = self.files.clone();
        let kept = self.kept.clone();
        let outcome: Result<(), Undo> = self.db.write_blocking("tamper", move |tx| {
            match change(tx) {
                Ok(true) => {}
                // A constraint of the schema is in the way, or nothing changed.
                Ok(false) | Err(_) => return Err(Undo::NotPossible),
            }
            Err(Undo::Done(Box::new(verify_in(tx, &files, Some(&kept))?)))
        });
        match outcome {
            Err(Undo::Done(report)) => Some(*report),
            Err(Undo::NotPossible) => None,
            Err(Undo::Store(error)) => panic!("{error}"),
            Ok(()) => unreachable!("always undone"),
        }
    }

    fn after_sql(&self, sql: &'static [&'static str]) -> Report {
        let run = move |tx: &mut Tx<'_>| {
            for statement in sql {
                assert!(tx.execute(statement, &[])? > 0, "{statement} changes something");
            }
            Ok(true)
        };
        self.after(run).unwrap_or_else(|| panic!("{sql:?} can be done"))
    }
}

fn record(tx: &mut Tx<'_>, kind: &str, id: &str, what: &str, n: i64) -> Result<i64, StoreError> {
    record_body(tx, kind, id, what, json!({ "n": n }))
}

fn record_body(
    tx: &mut Tx<'_>,
    kind: &str,
    id: &str,
    what: &str,
    body: serde_json::Value,
) -> Result<i64, StoreError> {
    let unit: UnitId = "24682-20250701".parse().expect("a unit");
    let fact = NewFact {
        id: FactId::from_uuid(uuid::Uuid::now_v7()),
        at: Timestamp::UNIX_EPOCH,
        unit: &unit,
        space: Space::State,
        account: Some(Id::from_uuid(uuid::Uuid::from_u128(0xabc))),
        post: None,
        subject_kind: kind,
        subject_id: id,
        kind: what,
        body,
        salt: random_salt(),
    };
    journal::insert_fact(tx, &fact)
}

fn erase(tx: &mut Tx<'_>, kind: &str, id: &str) -> Result<u64, StoreError> {
    let told = journal::erasure(tx, kind, id)?;
    let version = record_body(tx, kind, id, ERASED, told)?;
    journal::erase_facts(tx, kind, id, version)
}

fn people(tx: &mut Tx<'_>, file: &str) -> Result<(), StoreError> {
    for n in 0..7 {
        tx.execute(
            "INSERT INTO divisions (id, unit, word, kind, space, name_vi, name_en, position, valid_from, version)
             VALUES ($1, '24682-20250701', $2, 'office', 'state', 'Văn phòng', 'Office', $3, '2025-07-01', 1)",
            &params![format!("d{n}"), format!("d{n}"), n],
        )?;
    }
    for id in ["p1", "p2"] {
        tx.execute(
            "INSERT INTO persons (id, unit, name, name_key, sort_key, email, version)
             VALUES ($1, '24682-20250701', 'Nguyễn Văn A', 'nguyen van a', 'a', 'a@example.vn', 1)",
            &params![id],
        )?;
        tx.execute(
            "INSERT INTO papers (id, subject_kind, subject_id, unit, name, media_type, bytes, sha256, source, added_at)
             VALUES ($1, 'person', $2, '24682-20250701', 'giay.pdf', 'application/pdf', 7, $3, 'paper', 1)",
            &params![format!("paper-of-{id}"), id, file],
        )?;
        record(tx, "person", id, "person_added", 0)?;
    }
    for id in ["t1", "t2"] {
        tx.execute(
            "INSERT INTO api_tokens (id, token_hash, account, post, label, scopes, created_at, expires_at)
             VALUES ($1, $2, 'a1', 'x', 'label', 'read', 1, 2)",
            &params![id, vec![7_u8; 31 + usize::from(id == "t2")]],
        )?;
    }
    record(tx, "account", "a1", "account_added", 0)?;
    Ok(())
}

#[test]
fn a_hall_that_nobody_touched_is_clean() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        for checkpoint in [None, Some(hall.kept.clone()), Some(hall.checkpoint())] {
            let report = hall.verify(checkpoint);
            assert!(report.is_clean(), "{name}: {report}");
            assert_eq!(
                (report.entries, report.waiting, report.epochs, report.files),
                (424, 2, 1, 1),
                "{name}"
            );
            assert_eq!(
                (report.facts, report.subjects, report.checkpoints),
                (426, 11, 3),
                "{name}"
            );
        }
    }
}

/// The changes that somebody with the database in hand would try, each with what gives him away.
#[test]
fn what_somebody_would_try_is_found_and_named() {
    let attempts: [(&[&str], &str); 15] = [
        (
            &["UPDATE persons SET name = 'Trần Thị B' WHERE id = 'p1'"],
            "the evidence of person p1 is not what",
        ),
        (
            &["DELETE FROM persons WHERE id = 'p1'"],
            "the evidence of person p1 is not what",
        ),
        (
            &["UPDATE papers SET subject_id = 'p2' WHERE subject_id = 'p1'"],
            "the evidence of person p2",
        ),
        (
            &[
                "UPDATE persons SET id = 'p9' WHERE id = 'p1'",
                "UPDATE papers SET subject_id = 'p9' WHERE subject_id = 'p1'",
            ],
            "persons has rows of p9",
        ),
        (
            &["UPDATE facts SET kind = 'division_closed' WHERE subject_id = 'd2' AND version = 5"],
            "fact 5 of division d2 is not what",
        ),
        (
            &["UPDATE facts SET body = '{\"n\":1000}' WHERE subject_id = 'd2' AND version = 5"],
            "fact 5 of division d2 is not what",
        ),
        (
            &["UPDATE facts SET body = NULL, salt = NULL WHERE subject_id = 'd2' AND version = 5"],
            "fact 5 of division d2 has lost its words",
        ),
        (
            &["UPDATE facts SET at = at + 1 WHERE subject_id = 'd3' AND version = 2"],
            "fact 2 of division d3 is not what its erasure left",
        ),
        (
            &["UPDATE facts SET version = version + 1 WHERE subject_id = 'later' AND version = 20"],
            "fact 21 of division later follows number 19",
        ),
        (
            &["DELETE FROM facts WHERE subject_id = 'later' AND version = 20"],
            "entry 422 of log 1",
        ),
        (
            &["DELETE FROM fact_queue WHERE fact_id = (SELECT MAX(fact_id) FROM fact_queue)"],
            "has no entry in the log and does not wait",
        ),
        (
            &[
                "DELETE FROM log_leaves WHERE leaf_index >= 400",
                "DELETE FROM facts WHERE subject_id = 'later'",
            ],
            "log 1 (town.example/log) has 400 entries",
        ),
        (&["DELETE FROM log_tiles WHERE level = 1"], "more or fewer tiles"),
        (
            &["UPDATE log_epochs SET origin = 'town.example/other'"],
            "is not a key of this log",
        ),
        (
            &["DELETE FROM log_checkpoints WHERE size = 424"],
            "more than any of its checkpoints",
        ),
    ];
    for (name, db) in databases() {
        let hall = Hall::build(db);
        for (sql, told) in attempts {
            let report = hall.after_sql(sql).to_string();
            assert!(report.contains(told), "{name}: {sql:?}: {report}");
        }
        assert!(hall.verify(None).is_clean(), "{name}: every attempt was undone");
    }
}

/// Changing a row and making the digest beside it right again is not enough: the leaf commits to the digest.
#[test]
fn a_changed_row_with_a_recomputed_digest_is_found() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        let report = hall
            .after(|tx| {
                tx.execute("UPDATE persons SET name = 'Trần Thị B' WHERE id = 'p1'", &[])?;
                let fact = journal::facts_of(tx, "person", "p1")?.pop().expect("a fact");
                let secret = fact.salt.expect("not erased");
                let digest = evidence().digest(tx, "person", "p1", &state_salt(&secret))?;
                tx.execute(
                    "UPDATE facts SET state_digest = $1 WHERE id = $2",
                    &params![digest, fact.id],
                )?;
                Ok(true)
            })
            .expect("possible");
        assert_eq!(report.findings.len(), 1, "{name}: {report}");
        assert!(
            report
                .to_string()
                .contains("fact 1 of person p1 is not what its entry"),
            "{name}: {report}"
        );

        // With the entry made right as well, the tree gives it away.
        let report = hall
            .after(|tx| {
                tx.execute("UPDATE persons SET name = 'Trần Thị B' WHERE id = 'p1'", &[])?;
                let mut fact = journal::facts_of(tx, "person", "p1")?.pop().expect("a fact");
                let secret = fact.salt.expect("not erased");
                fact.state_digest = evidence().digest(tx, "person", "p1", &state_salt(&secret))?;
                let leaf = fact
                    .whole()
                    .expect("not erased")
                    .leaf(&leaf_salt(&secret))
                    .expect("canonical");
                tx.execute(
                    "UPDATE facts SET state_digest = $1 WHERE id = $2",
                    &params![fact.state_digest, fact.id],
                )?;
                tx.execute(
                    "UPDATE log_leaves SET leaf = $1 WHERE fact_id = $2",
                    &params![leaf.as_bytes().as_slice(), fact.id],
                )?;
                Ok(true)
            })
            .expect("possible");
        assert!(
            report.to_string().contains("are not those of its checkpoint"),
            "{name}: {report}"
        );
        assert!(
            report.to_string().contains("tile 0 of level 0 is not what"),
            "{name}: {report}"
        );
    }
}

#[test]
fn bytes_behind_the_end_of_a_tile_are_found() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        let longer = |tx: &mut Tx<'_>| {
            let tile = tx.one(
                "SELECT hashes FROM log_tiles WHERE level = 0 AND tile_index = 1",
                &[],
            )?;
            let mut hashes: Vec<u8> = tile.expect("a tile").get("hashes")?;
            hashes.extend([7; 32]);
            tx.execute(
                "UPDATE log_tiles SET hashes = $1 WHERE level = 0 AND tile_index = 1",
                &params![hashes],
            )?;
            Ok(true)
        };
        let report = hall.after(longer).expect("possible").to_string();
        assert!(
            report.contains("tile 1 of level 0 holds more than its entries make"),
            "{name}: {report}"
        );
    }
}

/// Who cuts off the end of everything, checkpoints included, leaves a log that is true in itself.
#[test]
fn a_cleanly_removed_end_is_found_by_a_checkpoint_kept_elsewhere() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        let kept = hall.checkpoint();
        let cut = [
            "DELETE FROM fact_queue",
            "DELETE FROM facts WHERE id NOT IN (SELECT fact_id FROM log_leaves WHERE leaf_index < 403)",
            "DELETE FROM log_leaves WHERE leaf_index >= 403",
            "DELETE FROM log_checkpoints WHERE size > 403",
        ];
        let files = hall.files.clone();
        let report: Result<(), Undo> = hall.db.write_blocking("cut", move |tx| {
            for sql in cut {
                tx.execute(sql, &[])?;
            }
            Err(Undo::Done(Box::new(verify_in(tx, &files, Some(&kept))?)))
        });
        let Err(Undo::Done(report)) = report else {
            panic!("always undone")
        };
        let told = "has 403 entries, less than its checkpoint of size 424";
        assert!(report.to_string().contains(told), "{name}: {report}");
    }
}

#[test]
fn a_kept_checkpoint_of_another_story_another_log_or_no_checkpoint_is_found() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        let other = |size, root, origin: &str, key: &LogKey| {
            let checkpoint = Checkpoint {
                origin: origin.into(),
                size,
                root,
                extension: vec![],
            };
            checkpoint.sign(key).expect("signed")
        };
        let stranger = LogKey::generate(ORIGIN).expect("a key");
        let elsewhere = LogKey::generate("else.example/log").expect("a key");
        for (kept, told) in [
            (
                other(100, Hash([7; 32]), ORIGIN, &hall.key),
                "are not those of its checkpoint of size 100",
            ),
            (
                other(9_000, Hash([7; 32]), ORIGIN, &hall.key),
                "less than its checkpoint of size 9000",
            ),
            (
                other(424, Hash([7; 32]), ORIGIN, &stranger),
                "is not signed by the log",
            ),
            (
                other(424, Hash([7; 32]), "else.example/log", &elsewhere),
                "there is no log else.example/log",
            ),
            ("nothing".to_owned(), "is not a checkpoint"),
        ] {
            let report = hall.verify(Some(kept)).to_string();
            assert!(report.contains(told), "{name}: {report}");
        }
    }
}

#[test]
fn a_changed_or_missing_file_is_found() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        let path = hall.files.path(&hall.file).expect("a path");
        std::fs::write(&path, b"another paper").expect("written");
        assert!(hall.verify(None).to_string().contains("is damaged"), "{name}");
        std::fs::remove_file(&path).expect("removed");
        assert!(hall.verify(None).to_string().contains("cannot be read"), "{name}");
    }
}

#[test]
fn two_epochs_verify_and_their_link_is_checked() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        let key = LogKey::generate("town.example/log/2").expect("a key");
        hall.db
            .write_blocking("restore", move |tx| {
                log::begin_epoch(tx, &key)?;
                log::sequence(
                    tx,
                    &Turn {
                        key: &key,
                        holder: "test",
                        now: Timestamp::UNIX_EPOCH,
                        lease_ms: 1,
                        limit: 9,
                    },
                )
            })
            .expect("begun");
        let report = hall.verify(Some(hall.kept.clone()));
        assert!(
            report.is_clean() && report.epochs == 2 && report.entries == 426,
            "{name}: {report}"
        );
        for (sql, told) in [
            (
                "UPDATE log_epochs SET previous_size = 400 WHERE epoch = 2",
                "does not follow where",
            ),
            (
                "UPDATE log_epochs SET epoch = 3 WHERE epoch = 2",
                "log 2 is missing",
            ),
            ("DELETE FROM log_epochs WHERE epoch = 1", "which never began"),
        ] {
            let run = move |tx: &mut Tx<'_>| Ok(tx.execute(sql, &[])? == 1);
            let report = hall.after(run).expect("possible").to_string();
            assert!(report.contains(told), "{name}: {sql}: {report}");
        }
    }
}

/// One arbitrary change to one arbitrary row of everything that is protected.
#[derive(Debug, Clone, Copy)]
struct Tampering {
    table: usize,
    row: usize,
    other: usize,
    column: usize,
    how: u8,
}

fn tampering() -> impl Strategy<Value = Tampering> {
    (
        any::<usize>(),
        any::<usize>(),
        any::<usize>(),
        any::<usize>(),
        0..6_u8,
    )
        .prop_map(|(table, row, other, column, how)| Tampering {
            table,
            row,
            other,
            column,
            how,
        })
}

/// Does it; false when it would change nothing.
fn tamper(tx: &mut Tx<'_>, what: Tampering, told: &Mutex<String>) -> Result<bool, StoreError> {
    let ours = ["fact_queue", "log_tiles"];
    let mut tables = Vec::new();
    for table in evidence().tables().values() {
        let protected = matches!(table.class, Class::Evidence(_) | Class::OwnProof);
        if protected || ours.contains(&table.name.as_str()) {
            let rows = tx.rows(&format!("SELECT * FROM {}", table.name), &[])?;
            if !rows.is_empty() {
                tables.push((table, rows));
            }
        }
    }
    let (table, rows) = &tables[what.table % tables.len()];
    let all = |row: &townhall_store::Row| -> Vec<(String, Value)> {
        row.columns()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    };
    let mut row = all(&rows[what.row % rows.len()]);
    let other = all(&rows[what.other % rows.len()]);
    let old = row.clone();
    let place = what.column % row.len();
    if table.name == "log_checkpoints" && what.how == 4 {
        // A checkpoint between others says nothing that a later one does not say.
        return Ok(false);
    }
    match what.how {
        0 | 1 => {
            row[place].1 = match &old[place].1 {
                Value::Null => Value::Text("something".to_owned()),
                Value::Int(number) => Value::Int(number + 1),
                Value::Text(text) if what.how == 0 => Value::Text(format!("{text} ")),
                Value::Text(text) => Value::Text(text.to_uppercase()),
                Value::Blob(bytes) => {
                    let mut bytes = bytes.clone();
                    let at = what.other % bytes.len().max(1);
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1;
                    }
                    Value::Blob(bytes)
                }
            };
        }
        2 => row[place].1 = Value::Null,
        3 => row[place].1 = other[place].1.clone(),
        _ => {}
    }
    *told.lock().expect("no panic") = format!("{}: {old:?} to {row:?} ({what:?})", table.name);
    let before = sorted(tx, &table.name)?;
    match what.how {
        4 => delete(tx, &table.name, &old)?,
        5 => {
            // A row like another, under a key of its own.
            row[0].1 = match &old[0].1 {
                Value::Text(text) => Value::Text(format!("{}0", &text[..text.len() - 1])),
                Value::Int(number) => Value::Int(number + 1_000),
                value => value.clone(),
            };
            if row == old {
                return Ok(false);
            }
            insert(tx, &table.name, &row)?;
        }
        _ if row == old => return Ok(false),
        _ => {
            delete(tx, &table.name, &old)?;
            insert(tx, &table.name, &row)?;
        }
    }
    // SQLite gives a number where its key is NULL, perhaps the one that was there.
    Ok(sorted(tx, &table.name)? != before)
}

fn sorted(tx: &mut Tx<'_>, table: &str) -> Result<Vec<String>, StoreError> {
    let mut rows: Vec<String> = tx
        .rows(&format!("SELECT * FROM {table}"), &[])?
        .iter()
        .map(|row| format!("{row:?}"))
        .collect();
    rows.sort();
    Ok(rows)
}

fn delete(tx: &mut Tx<'_>, table: &str, row: &[(String, Value)]) -> Result<(), StoreError> {
    let mut params = Vec::new();
    let mut wheres = Vec::new();
    for (name, value) in row {
        if *value == Value::Null {
            wheres.push(format!("{name} IS NULL"));
        } else {
            params.push(value.clone());
            wheres.push(format!("{name} = ${}", params.len()));
        }
    }
    let deleted = tx.execute(
        &format!("DELETE FROM {table} WHERE {}", wheres.join(" AND ")),
        &params,
    )?;
    assert_eq!(deleted, 1, "{table}");
    Ok(())
}

fn insert(tx: &mut Tx<'_>, table: &str, row: &[(String, Value)]) -> Result<(), StoreError> {
    let names: Vec<&str> = row.iter().map(|(name, _)| name.as_str()).collect();
    let places: Vec<String> = (1..=row.len()).map(|n| format!("${n}")).collect();
    let params: Vec<Value> = row.iter().map(|(_, value)| value.clone()).collect();
    let sql = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        names.join(", "),
        places.join(", ")
    );
    tx.execute(&sql, &params).map(|_| ())
}

#[test]
fn any_single_change_to_what_is_protected_is_found() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        let cases = if name == "sqlite" { 200 } else { 50 };
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(cases)
        });
        let outcome = runner.run(&tampering(), |what| {
            let told = Arc::new(Mutex::new(String::new()));
            let tell = Arc::clone(&told);
            if let Some(report) = hall.after(move |tx| tamper(tx, what, &tell)) {
                let told = told.lock().expect("no panic").clone();
                prop_assert!(!report.is_clean(), "{told} was not found");
            }
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(hall.verify(None).is_clean(), "{name}: every change was undone");
    }
}

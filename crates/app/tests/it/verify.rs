//! `verify` finds whatever was changed behind the program's back.

mod hall;
mod tamper;

use hall::{Hall, ORIGIN, Undo};
use townhall_app::verify::verify_in;
use townhall_domain::time::Timestamp;
use townhall_journal::{Checkpoint, Hash, LogKey, leaf_salt, state_salt};
use townhall_store::evidence::evidence;
use townhall_store::journal;
use townhall_store::log::{self, Turn};
use townhall_store::{Tx, params};
use townhall_testkit::databases;

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
    let attempts: [(&[&str], &str); 16] = [
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
            &["DELETE FROM log_checkpoints WHERE number = 2"],
            "of log 1 has the number 3, the one before it 1",
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

/// Who drops what keeps numbers single changes no row, and prepares to.
#[test]
fn an_index_that_was_dropped_is_found() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        let dropped = |tx: &mut Tx<'_>| {
            tx.execute("DROP INDEX divisions_of_unit", &[])?;
            Ok(true)
        };
        let report = hall.after(dropped).expect("possible").to_string();
        assert!(
            report.contains("database: the index divisions_of_unit is missing"),
            "{name}: {report}"
        );
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
            Err(Undo::Done(Box::new(verify_in(
                tx,
                &files,
                std::slice::from_ref(&kept),
            )?)))
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
        assert!(hall.verify(None).to_string().contains("is missing"), "{name}");
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

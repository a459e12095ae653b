//! Facts, the digest of evidence and the sequencer, on both databases.

use std::sync::Arc;

use serde_json::json;
use townhall_domain::ids::{FactId, Id, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
use townhall_journal::{Checkpoint, Hash, InclusionProof, LogKey, inclusion_proof, root};
use townhall_store::journal::{NewFact, StoredFact, erase_facts, fact, facts_of, insert_fact};
use townhall_store::log::{self, Sequenced, StoredTiles, Turn};
use townhall_store::{Db, StoreError, Tx};
use townhall_testkit::databases;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).expect("an instant")
}

fn record(tx: &mut Tx<'_>, subject: &str, ms: i64) -> Result<(FactId, i64), StoreError> {
    let unit: UnitId = "24682-20250701".parse().expect("a unit");
    let id = FactId::from_uuid(uuid::Uuid::now_v7());
    let new = NewFact {
        id,
        at: at(ms),
        unit: &unit,
        space: Space::State,
        account: None,
        post: None,
        subject_kind: "thing",
        subject_id: subject,
        kind: "thing_changed",
        body: json!({"n": ms}),
        salt: townhall_journal::random_salt(),
    };
    Ok((id, insert_fact(tx, &new)?))
}

fn record_many(db: &Db, subject: &'static str, count: i64) -> Vec<FactId> {
    db.write_blocking("record", move |tx| {
        (0..count)
            .map(|n| Ok(record(tx, subject, n)?.0))
            .collect::<Result<Vec<_>, StoreError>>()
    })
    .expect("recorded")
}

fn begin(db: &Db, origin: &str) -> Arc<LogKey> {
    let key = Arc::new(LogKey::generate(origin).expect("a key"));
    let ours = Arc::clone(&key);
    db.write_blocking("begin", move |tx| log::begin_epoch(tx, &ours))
        .expect("begun");
    key
}

fn turn(
    db: &Db,
    key: &Arc<LogKey>,
    holder: &'static str,
    now: i64,
    limit: u32,
) -> Result<Sequenced, StoreError> {
    let key = Arc::clone(key);
    db.write_blocking("sequence", move |tx| {
        log::sequence(
            tx,
            &Turn {
                key: &key,
                holder,
                now: at(now),
                lease_ms: 10_000,
                limit,
            },
        )
    })
}

#[test]
fn versions_count_from_one_and_time_never_goes_back() {
    for (name, db) in databases() {
        let versions = db
            .write_blocking("record", |tx| {
                let versions = [
                    record(tx, "a", 5_000)?.1,
                    record(tx, "a", 1_000)?.1,
                    record(tx, "b", 2_000)?.1,
                    record(tx, "a", 6_000)?.1,
                ];
                Ok::<_, StoreError>(versions)
            })
            .expect("recorded");
        assert_eq!(versions, [1, 2, 1, 3], "{name}");
        let trail = db
            .read_blocking("trail", |tx| facts_of(tx, "thing", "a"))
            .expect("read");
        let times: Vec<i64> = trail.iter().map(|fact| fact.at.as_millisecond()).collect();
        assert_eq!(times, [5_000, 5_000, 6_000], "{name}");
    }
}

#[test]
fn a_fact_with_a_fraction_in_its_body_is_refused() {
    for (name, db) in databases() {
        let refused = db.write_blocking("record", |tx| {
            let unit: UnitId = "24682-20250701".parse().expect("a unit");
            let new = NewFact {
                id: FactId::from_uuid(uuid::Uuid::now_v7()),
                at: at(0),
                unit: &unit,
                space: Space::State,
                account: None,
                post: None,
                subject_kind: "thing",
                subject_id: "a",
                kind: "thing_changed",
                body: json!({"share": 0.5}),
                salt: [0; 32],
            };
            insert_fact(tx, &new)
        });
        assert!(matches!(refused, Err(StoreError::Fact(_))), "{name}");
    }
}

/// What anybody can do with the stored log: recompute the root, open the checkpoint, check every proof.
fn check_log(tx: &mut Tx<'_>, epoch: i64, key: &LogKey) -> Result<u64, StoreError> {
    let last = log::last_checkpoint(tx, epoch)?.expect("a checkpoint");
    let opened = Checkpoint::open(&last.signed, &key.verifier()).expect("signed by the log");
    assert_eq!((opened.size, opened.root), (last.size, last.root));
    let tree = root(&mut StoredTiles { tx, epoch }, last.size).map_err(log::tree_error)?;
    assert_eq!(tree, opened.root);
    let entries = log::entries(tx, epoch, 0, 100_000)?;
    assert_eq!(entries.len() as u64, last.size);
    let step = (entries.len() / 23).max(1);
    for (index, (id, leaf)) in (0..).zip(entries).step_by(step) {
        let stored: StoredFact = fact(tx, id)?.expect("a fact");
        let opened = stored.opened().expect("not erased");
        assert_eq!(opened.leaf().expect("canonical"), leaf);
        let hashes =
            inclusion_proof(&mut StoredTiles { tx, epoch }, last.size, index).map_err(log::tree_error)?;
        let proof = InclusionProof {
            extra: None,
            index,
            hashes,
            checkpoint: last.signed.clone(),
        };
        proof.verify_fact(&opened, &key.verifier()).expect("included");
        assert_eq!(log::place_of(tx, id)?, Some((epoch, index)));
    }
    Ok(last.size)
}

#[test]
fn every_fact_gets_one_place_and_a_proof() {
    for (name, db) in databases() {
        let key = begin(&db, "town.example/log");
        record_many(&db, "a", 700);
        let mut appended = Vec::new();
        while let Sequenced::Appended { facts, .. } = turn(&db, &key, "one", 0, 333).expect("a turn") {
            appended.push(facts);
        }
        assert_eq!(appended, [333, 333, 34], "{name}");
        record_many(&db, "b", 3);
        assert_eq!(
            turn(&db, &key, "one", 1, 333).expect("a turn"),
            Sequenced::Appended { facts: 3, size: 703 },
            "{name}"
        );
        let size = db.read_blocking("check", move |tx| {
            assert_eq!(log::waiting(tx)?, 0);
            check_log(tx, 1, &key)
        });
        assert_eq!(size.expect("checked"), 703, "{name}");
    }
}

#[test]
fn a_fact_that_commits_late_with_an_old_id_is_not_skipped() {
    for (name, db) in databases() {
        let key = begin(&db, "town.example/log");
        record_many(&db, "a", 3);
        turn(&db, &key, "one", 0, 100).expect("a turn");
        db.write_blocking("late", |tx| {
            let unit: UnitId = "24682-20250701".parse().expect("a unit");
            let new = NewFact {
                id: FactId::from_uuid(uuid::Uuid::from_u128(1)),
                at: at(0),
                unit: &unit,
                space: Space::Party,
                account: None,
                post: None,
                subject_kind: "thing",
                subject_id: "late",
                kind: "thing_changed",
                body: json!({}),
                salt: [1; 32],
            };
            insert_fact(tx, &new)
        })
        .expect("recorded");
        let appended = turn(&db, &key, "one", 0, 100).expect("a turn");
        assert_eq!(appended, Sequenced::Appended { facts: 1, size: 4 }, "{name}");
    }
}

#[test]
fn two_processes_take_turns_and_a_dead_one_loses_its_turn() {
    for (name, db) in databases() {
        let key = begin(&db, "town.example/log");
        record_many(&db, "a", 5);
        assert!(matches!(
            turn(&db, &key, "one", 0, 2).expect("a turn"),
            Sequenced::Appended { .. }
        ));
        assert_eq!(
            turn(&db, &key, "two", 9_999, 2).expect("a turn"),
            Sequenced::NotOurTurn,
            "{name}"
        );
        let size = Sequenced::Appended { facts: 2, size: 4 };
        assert_eq!(turn(&db, &key, "two", 10_000, 2).expect("a turn"), size, "{name}");
        assert_eq!(
            turn(&db, &key, "one", 10_001, 2).expect("a turn"),
            Sequenced::NotOurTurn,
            "{name}"
        );
    }
}

#[test]
fn many_at_once_give_each_fact_one_place_without_a_gap() {
    for (name, db) in databases() {
        let key = begin(&db, "town.example/log");
        std::thread::scope(|scope| {
            for subject in ["a", "b", "c", "d"] {
                let db = db.clone();
                scope.spawn(move || {
                    for n in 0..40 {
                        db.write_blocking("record", move |tx| record(tx, subject, n))
                            .expect("recorded");
                    }
                });
            }
            for holder in ["one", "two", "three"] {
                let (db, key) = (db.clone(), Arc::clone(&key));
                scope.spawn(move || {
                    for now in 0..30 {
                        // Leases that have always run out: only the row lock and the unique keys keep order.
                        turn(&db, &key, holder, now * 100_000, 7).expect("a turn");
                    }
                });
            }
        });
        while let Sequenced::Appended { .. } =
            turn(&db, &key, "one", i64::from(u32::MAX), 50).expect("a turn")
        {}
        let size = db
            .read_blocking("check", move |tx| check_log(tx, 1, &key))
            .expect("checked");
        assert_eq!(size, 160, "{name}");
    }
}

#[test]
fn another_key_signs_nothing() {
    for (name, db) in databases() {
        begin(&db, "town.example/log");
        record_many(&db, "a", 1);
        let other = Arc::new(LogKey::generate("town.example/log").expect("a key"));
        assert!(
            matches!(turn(&db, &other, "one", 0, 9), Err(StoreError::Log(_))),
            "{name}"
        );
        assert_eq!(
            db.read_blocking("waiting", log::waiting).expect("read"),
            1,
            "{name}"
        );
    }
}

#[test]
fn the_next_epoch_says_in_every_checkpoint_which_log_it_follows() {
    for (name, db) in databases() {
        let first = begin(&db, "town.example/log");
        record_many(&db, "a", 3);
        turn(&db, &first, "one", 0, 9).expect("a turn");
        record_many(&db, "b", 2);
        let second = begin(&db, "town.example/log/2");
        turn(&db, &second, "one", 0, 9).expect("a turn");
        db.read_blocking("check", move |tx| {
            let end = log::last_checkpoint(tx, 1)?.expect("the first log has an end");
            assert_eq!((check_log(tx, 1, &first)?, check_log(tx, 2, &second)?), (3, 2));
            for checkpoint in log::checkpoints(tx, 2)? {
                let opened = Checkpoint::open(&checkpoint.signed, &second.verifier()).expect("signed");
                assert_eq!(
                    opened.extension,
                    [format!("previous town.example/log 3 {}", end.root)]
                );
            }
            assert_eq!(log::epochs(tx)?.len(), 2);
            Ok::<_, StoreError>(())
        })
        .expect(name);
        // The name of a log is used once.
        let again = LogKey::generate("town.example/log").expect("a key");
        let refused = db.write_blocking("begin", move |tx| log::begin_epoch(tx, &again));
        assert!(refused.is_err_and(|error| error.is_duplicate()), "{name}");
    }
}

#[test]
fn a_turn_that_is_undone_leaves_the_log_as_it_was() {
    for (name, db) in databases() {
        let key = begin(&db, "town.example/log");
        record_many(&db, "a", 300);
        let ours = Arc::clone(&key);
        let undone: Result<(), StoreError> = db.write_blocking("sequence", move |tx| {
            log::sequence(
                tx,
                &Turn {
                    key: &ours,
                    holder: "one",
                    now: at(0),
                    lease_ms: 1,
                    limit: 300,
                },
            )?;
            Err(StoreError::Setting("killed before the commit".to_owned()))
        });
        assert!(undone.is_err());
        assert_eq!(
            db.read_blocking("waiting", log::waiting).expect("read"),
            300,
            "{name}"
        );
        let appended = turn(&db, &key, "one", 0, 300).expect("a turn");
        assert_eq!(
            appended,
            Sequenced::Appended {
                facts: 300,
                size: 300
            },
            "{name}"
        );
    }
}

#[test]
fn an_erased_fact_keeps_its_leaf_and_loses_its_words() {
    for (name, db) in databases() {
        let key = begin(&db, "town.example/log");
        let ids = record_many(&db, "a", 3);
        turn(&db, &key, "one", 0, 9).expect("a turn");
        let erased = db
            .write_blocking("erase", |tx| erase_facts(tx, "thing", "a", 3))
            .expect("erased");
        assert_eq!(erased, 2, "{name}");
        db.read_blocking("check", move |tx| {
            let trail = facts_of(tx, "thing", "a")?;
            assert!(
                trail[..2]
                    .iter()
                    .all(|fact| fact.body.is_none() && fact.salt.is_none())
            );
            assert!(
                trail[..2]
                    .iter()
                    .all(|fact| fact.erased_by == Some(ids[2]) && fact.whole().is_none())
            );
            assert!(trail[2].whole().is_some());
            let last = log::last_checkpoint(tx, 1)?.expect("a checkpoint");
            let tree: Hash = root(&mut StoredTiles { tx, epoch: 1 }, 3).map_err(log::tree_error)?;
            assert_eq!(tree, last.root);
            Ok::<_, StoreError>(())
        })
        .expect(name);
    }
}

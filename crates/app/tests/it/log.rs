//! The log as it is kept and shown.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use townhall_app::log::{
    self, KeeperError, LogKeeper, Provable, Sequencer, Verdict, begin_next, kept_checkpoints, key_amiss,
};
use townhall_app::verify::verify;
use townhall_domain::ids::{FactId, Id, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
use townhall_journal::{Checkpoint, InclusionProof, LogVerifier, TilePath, random_salt, split_entry_bundle};
use townhall_store::files::Files;
use townhall_store::journal::{self, NewFact};
use townhall_store::log::{Epoch, Sequenced};
use townhall_store::{Db, StoreError, Tx};
use townhall_testkit::{databases, temp_dir};

const ADDRESS: &str = "town.example";

fn record(tx: &mut Tx<'_>, subject: &str, n: i64) -> Result<FactId, StoreError> {
    let unit: UnitId = "24682-20250701".parse().expect("a unit");
    let id = FactId::from_uuid(uuid::Uuid::now_v7());
    let fact = NewFact {
        id,
        at: Timestamp::UNIX_EPOCH,
        unit: &unit,
        space: Space::State,
        account: None,
        post: None,
        subject_kind: "thing",
        subject_id: subject,
        kind: "thing_changed",
        body: json!({ "n": n }),
        salt: random_salt(),
    };
    journal::insert_fact(tx, &fact).map(|_| id)
}

fn record_many(db: &Db, subject: &'static str, count: i64) -> FactId {
    db.write_blocking("record", move |tx| {
        let ids = (0..count)
            .map(|n| record(tx, subject, n))
            .collect::<Result<Vec<_>, _>>()?;
        Ok::<_, StoreError>(ids[0])
    })
    .expect("recorded")
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn newest(tx: &mut Tx<'_>) -> Result<Epoch, StoreError> {
    Ok(log::find(tx, None)?.expect("a log"))
}

fn clean(db: &Db, dir: &Path) {
    let files = Files::open(dir).expect("a file store");
    let report = verify(db, &files, kept_checkpoints(dir)).expect("the database answers");
    assert!(report.is_clean(), "{report}");
}

#[test]
fn the_first_opening_begins_a_log_and_the_next_goes_on_with_it() {
    for (name, db) in databases() {
        let keys = temp_dir();
        let first = LogKeeper::open(&db, keys.path(), ADDRESS).expect("opened");
        record_many(&db, "a", 3);
        first.sequence("one", now()).expect("a turn");
        let second = LogKeeper::open(&db, keys.path(), ADDRESS).expect("opened again");
        assert_eq!(first.vkey(), second.vkey(), "{name}");
        assert!(first.vkey().starts_with("town.example/log/"), "{name}");
        assert_eq!(
            second.sequence("one", now()).expect("a turn"),
            Sequenced::Nothing,
            "{name}"
        );
        let key = LogVerifier::parse(&first.vkey()).expect("a key");
        let kept = Checkpoint::open(&second.kept_checkpoint().expect("kept"), &key).expect("signed");
        assert_eq!(kept.size, 3, "{name}");
    }
}

#[test]
fn a_key_file_that_is_gone_exchanged_or_damaged_is_found_and_keys_kept_elsewhere_are_not_missed() {
    let (_, db) = databases().next().expect("a database");
    let (keys, other, nowhere) = (temp_dir(), temp_dir(), temp_dir());
    let first = LogKeeper::open(&db, keys.path(), ADDRESS).expect("opened");
    record_many(&db, "a", 3);
    first.sequence("one", now()).expect("a turn");
    let epoch = db.read_blocking("newest", newest).expect("a log");
    assert_eq!(key_amiss(keys.path(), &epoch), None);
    assert_eq!(key_amiss(nowhere.path(), &epoch), None);

    let file = keys.path().join(format!("log-{}.key", log::name_of(&epoch)));
    let text = std::fs::read_to_string(&file).expect("the key");
    let strange = townhall_journal::LogKey::generate(&epoch.origin).expect("a key");
    strange.write_new(&other.path().join("x.key")).expect("written");
    std::fs::copy(other.path().join("x.key"), &file).expect("exchanged");
    let told = key_amiss(keys.path(), &epoch).expect("exchanged");
    assert!(told.contains("another key"), "{told}");
    std::fs::write(&file, &text[..text.len() / 2]).expect("damaged");
    assert!(key_amiss(keys.path(), &epoch).is_some());
    std::fs::remove_file(&file).expect("removed");
    let told = key_amiss(keys.path(), &epoch).expect("gone");
    assert!(told.contains("is gone"), "{told}");
}

#[test]
fn without_its_key_the_log_is_not_written_and_a_new_one_can_begin() {
    for (name, db) in databases() {
        let (keys, elsewhere) = (temp_dir(), temp_dir());
        let first = LogKeeper::open(&db, keys.path(), ADDRESS).expect("opened");
        record_many(&db, "a", 3);
        first.sequence("one", now()).expect("a turn");
        record_many(&db, "b", 2);
        let lost = LogKeeper::open(&db, elsewhere.path(), ADDRESS);
        assert!(matches!(lost, Err(KeeperError::Key { .. })), "{name}");

        begin_next(&db, elsewhere.path(), ADDRESS).expect("begun");
        let second = LogKeeper::open(&db, elsewhere.path(), ADDRESS).expect("opened");
        assert_ne!(first.vkey(), second.vkey(), "{name}");
        second.sequence("one", now()).expect("a turn");
        // A process that still has the old key writes nothing any more.
        record_many(&db, "c", 1);
        assert!(
            matches!(
                first.sequence("one", now()),
                Err(KeeperError::Store(StoreError::Log(_)))
            ),
            "{name}"
        );
        second.sequence("one", now()).expect("a turn");
        clean(&db, elsewhere.path());
        let logs = db.read_blocking("logs", log::overview).expect("read");
        let sizes: Vec<u64> = logs
            .iter()
            .map(|(_, last)| last.as_ref().expect("a checkpoint").size)
            .collect();
        assert_eq!(sizes, [3, 3], "{name}");
        assert_eq!(
            logs[1].0.previous.as_ref().expect("a log before").size,
            3,
            "{name}"
        );
    }
}

/// An old copy of the database under the same keys must not sign a second root for a size.
#[test]
fn a_database_that_was_put_back_does_not_fork_its_log() {
    for (name, db) in databases() {
        let keys = temp_dir();
        let keeper = LogKeeper::open(&db, keys.path(), ADDRESS).expect("opened");
        record_many(&db, "a", 5);
        keeper.sequence("one", now()).expect("a turn");
        record_many(&db, "a", 4);
        keeper.sequence("one", now()).expect("a turn");
        db.write_blocking("put back", |tx| {
            for sql in [
                "DELETE FROM facts WHERE version > 5",
                "DELETE FROM log_leaves WHERE leaf_index >= 5",
                "DELETE FROM log_checkpoints WHERE size > 5",
                "UPDATE log_tiles SET hashes = substr(hashes, 1, 160)",
            ] {
                tx.execute(sql, &[])?;
            }
            Ok::<_, StoreError>(())
        })
        .expect("put back");
        let refused = LogKeeper::open(&db, keys.path(), ADDRESS);
        assert!(matches!(refused, Err(KeeperError::PutBack { .. })), "{name}");
        let files = Files::open(keys.path()).expect("a file store");
        let told = verify(&db, &files, kept_checkpoints(keys.path()))
            .expect("the database answers")
            .to_string();
        assert!(
            told.contains("has 5 entries, less than its checkpoint of size 9"),
            "{name}: {told}"
        );
        begin_next(&db, keys.path(), ADDRESS).expect("begun");
        clean(&db, keys.path());
        let next = LogKeeper::open(&db, keys.path(), ADDRESS).expect("opened");
        record_many(&db, "b", 1);
        assert_eq!(
            next.sequence("one", now()).expect("a turn"),
            Sequenced::Appended { facts: 1, size: 1 },
            "{name}"
        );
    }
}

#[test]
fn what_is_served_is_what_the_checkpoint_covers() {
    for (name, db) in databases() {
        let keys = temp_dir();
        let keeper = LogKeeper::open(&db, keys.path(), ADDRESS).expect("opened");
        record_many(&db, "a", 300);
        keeper.sequence("one", now()).expect("a turn");
        record_many(&db, "waiting", 1);
        let key = LogVerifier::parse(&keeper.vkey()).expect("a key");
        db.read_blocking("serve", move |tx| {
            let epoch = newest(tx)?;
            assert_eq!(log::find(tx, Some(log::name_of(&epoch)))?, Some(epoch.clone()));
            assert_eq!(log::find(tx, Some("nothing"))?, None);
            let signed = log::checkpoint(tx, &epoch)?.expect("a checkpoint");
            assert_eq!(Checkpoint::open(&signed, &key).expect("signed").size, 300);
            for path in TilePath::published(0, 300) {
                let bytes = log::tile(tx, &epoch, path)?.unwrap_or_else(|| panic!("{path}"));
                let width = usize::from(path.width);
                match path.level {
                    Some(_) => assert_eq!(bytes.len(), width * 32, "{path}"),
                    None => assert_eq!(split_entry_bundle(&bytes).map(|leaves| leaves.len()), Some(width)),
                }
            }
            for beyond in [
                "tile/0/001.p/45",
                "tile/0/001",
                "tile/0/002.p/1",
                "tile/entries/001.p/45",
                "tile/entries/001",
                "tile/2/000.p/1",
                "tile/63/000",
                "tile/0/x999/x999/x999/x999/x999/999",
                "tile/entries/x018/x446/x744/x073/x709/x551/615",
            ] {
                let path: TilePath = beyond.parse().expect("a path");
                assert_eq!(log::tile(tx, &epoch, path)?, None, "{beyond}");
            }
            Ok::<_, StoreError>(())
        })
        .expect(name);
    }
}

#[test]
fn a_proof_is_given_once_the_fact_is_in_the_log_and_proves_it_here_and_elsewhere() {
    for (name, db) in databases() {
        let keys = temp_dir();
        let keeper = LogKeeper::open(&db, keys.path(), ADDRESS).expect("opened");
        let id = record_many(&db, "a", 20);
        let proof = |db: &Db| {
            db.read_blocking("proof", move |tx| log::proof(tx, id))
                .expect("read")
        };
        assert_eq!(proof(&db), Provable::NotYet, "{name}");
        keeper.sequence("one", now()).expect("a turn");
        let Provable::Yes(given) = proof(&db) else {
            panic!("{name}: provable")
        };
        let none = db.read_blocking("proof", |tx| log::proof(tx, FactId::from_uuid(uuid::Uuid::nil())));
        assert_eq!(none.expect("read"), Provable::No, "{name}");

        // What the citizen was given does not open the digest of the rows.
        let secret = db
            .read_blocking("fact", move |tx| journal::fact(tx, id))
            .expect("read")
            .expect("a fact")
            .salt;
        assert!(
            !given.fact.contains(&hex::encode(secret.expect("not erased"))),
            "{name}"
        );

        let check = |proof: &str, fact: &str| {
            let (proof, fact) = (proof.to_owned(), fact.to_owned());
            db.read_blocking("check", move |tx| log::check(tx, &proof, &fact))
                .expect("read")
        };
        let proven = check(&given.proof, &given.fact);
        assert!(matches!(&proven, Verdict::Proven { size: 20, fact, .. } if fact["kind"] == "thing_changed"));
        assert_eq!(
            check(&given.proof, &given.fact.replace("thing_changed", "thing_closed")),
            Verdict::NotProven
        );
        assert_eq!(check("x", &given.fact), Verdict::Unreadable);
        assert_eq!(check(&given.proof, "x"), Verdict::Unreadable);
        let other = given.proof.replace("town.example", "else.example");
        assert!(
            matches!(check(&other, &given.fact), Verdict::OtherLog { .. }),
            "{name}"
        );
        // Whoever has the key needs nobody.
        let alone = InclusionProof::parse(&given.proof).expect("a proof");
        let opened = townhall_journal::OpenedFact::parse(&given.fact).expect("a fact");
        alone
            .verify_fact(&opened, &LogVerifier::parse(&given.vkey).expect("a key"))
            .expect("proven");

        // After an erasure there is nothing to give.
        db.write_blocking("erase", |tx| {
            let body = journal::erasure(tx, "thing", "a")?;
            let unit: UnitId = "24682-20250701".parse().expect("a unit");
            let told = NewFact {
                id: FactId::from_uuid(uuid::Uuid::now_v7()),
                at: now(),
                unit: &unit,
                space: Space::State,
                account: None,
                post: None,
                subject_kind: "thing",
                subject_id: "a",
                kind: journal::ERASED,
                body,
                salt: random_salt(),
            };
            let version = journal::insert_fact(tx, &told)?;
            journal::erase_facts(tx, "thing", "a", version)
        })
        .expect("erased");
        assert_eq!(proof(&db), Provable::No, "{name}");
        assert!(
            matches!(check(&given.proof, &given.fact), Verdict::Proven { .. }),
            "{name}: old proofs stay good"
        );
        clean(&db, keys.path());
    }
}

#[test]
fn two_sequencers_keep_up_with_commands_and_stop_when_told() {
    #[expect(
        clippy::disallowed_methods,
        reason = "leases are measured by the machine's clock"
    )]
    fn clock() -> Timestamp {
        Timestamp::now()
    }
    for (name, db) in databases() {
        let keys = temp_dir();
        let keeper = LogKeeper::open(&db, keys.path(), ADDRESS).expect("opened");
        let one = Sequencer::start(keeper.clone(), "one".to_owned(), clock).expect("started");
        let two = Sequencer::start(keeper, "two".to_owned(), clock).expect("started");
        std::thread::scope(|scope| {
            for subject in ["a", "b", "c", "d"] {
                let db = db.clone();
                scope.spawn(move || {
                    for n in 0..50 {
                        db.write_blocking("record", move |tx| record(tx, subject, n))
                            .expect("recorded");
                    }
                });
            }
        });
        let started = Instant::now();
        while db
            .read_blocking("waiting", townhall_store::log::is_waiting)
            .expect("read")
        {
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "{name}: the queue empties"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        drop((one, two));
        clean(&db, keys.path());
        let size = db.read_blocking("size", |tx| {
            let epoch = newest(tx)?;
            townhall_store::log::last_checkpoint(tx, epoch.epoch)
        });
        assert_eq!(size.expect("read").expect("a checkpoint").size, 200, "{name}");
    }
}

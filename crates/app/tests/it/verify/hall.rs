//! A small town hall with rows in tables of several shapes, facts in the log and facts that wait.

use std::sync::Arc;

use serde_json::json;
use townhall_app::verify::{Report, verify, verify_in};
use townhall_domain::ids::{FactId, Id, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
use townhall_journal::{LogKey, random_salt};
use townhall_store::files::Files;
use townhall_store::journal::{self, ERASED, NewFact};
use townhall_store::log::{self, Turn};
use townhall_store::{Db, StoreError, Tx, params};

pub const ORIGIN: &str = "town.example/log";

/// A small town hall with rows in tables of several shapes, facts in the log and facts that wait.
pub struct Hall {
    pub db: Db,
    pub files: Files,
    pub key: Arc<LogKey>,
    /// Checkpoint of the log when it had 400 entries, kept elsewhere.
    pub kept: String,
    pub file: String,
    _dir: tempfile::TempDir,
}

pub enum Undo {
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
    pub fn build(db: Db) -> Self {
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

    pub fn checkpoint(&self) -> String {
        let last = self
            .db
            .read_blocking("last", |tx| log::last_checkpoint(tx, 1))
            .expect("read");
        last.expect("a checkpoint").signed
    }

    pub fn verify(&self, checkpoint: Option<String>) -> Report {
        verify(&self.db, &self.files, checkpoint.into_iter().collect()).expect("the database answers")
    }

    /// What `verify` finds after a change, which is then undone; `None` when the database refuses the change.
    pub fn after(
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
            Err(Undo::Done(Box::new(verify_in(
                tx,
                &files,
                std::slice::from_ref(&kept),
            )?)))
        });
        match outcome {
            Err(Undo::Done(report)) => Some(*report),
            Err(Undo::NotPossible) => None,
            Err(Undo::Store(error)) => panic!("{error}"),
            Ok(()) => unreachable!("always undone"),
        }
    }

    pub fn after_sql(&self, sql: &'static [&'static str]) -> Report {
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

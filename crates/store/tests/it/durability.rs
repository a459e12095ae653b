//! What was acknowledged survives: the order of the system's calls, and kill -9 in the middle of the work.
//!
//! These tests start this very test program again as a child, which works on a directory until it is done or
//! killed, and says on its standard output what was acknowledged.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use townhall_store::files::Files;
use townhall_store::{Db, DbConfig, StoreError, params};
use townhall_testkit::process::Launch;
use townhall_testkit::strace::{self, Trace};
use townhall_testkit::temp_dir;

/// Where the child works; without it, it is not a child.
const DIR: &str = "TOWNHALL_CHILD_DIR";
/// What the child does.
const JOB: &str = "TOWNHALL_CHILD_JOB";

fn launch(job: &str, dir: &Path) -> Launch {
    Launch::new(std::env::current_exe().expect("a test knows its own file"))
        .args(["--exact", "durability::child", "--nocapture"])
        .env(DIR, dir.display().to_string())
        .env(JOB, job)
}

fn open(dir: &Path) -> Db {
    let file = dir.join("townhall.sqlite");
    Db::open(&DbConfig::Sqlite { file }).expect("the database opens")
}

fn put(db: &Db, name: String) -> Result<(), StoreError> {
    db.write_blocking("put", move |tx| {
        let text = name.clone();
        tx.execute(
            "INSERT INTO node (name, value) VALUES ($1, $2)",
            &params![text, "x"],
        )
        .map(|_| ())
    })
}

/// The words of an answer go out in one piece, as those of a server do.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{text}\n").as_bytes())
        .expect("standard output is open");
    out.flush().expect("standard output is open");
}

/// Not a test of its own: what the child of the tests below does. Run by itself it has nothing to do.
#[test]
fn child() {
    let (Ok(dir), Ok(job)) = (std::env::var(DIR), std::env::var(JOB)) else {
        return;
    };
    let dir = Path::new(&dir);
    match job.as_str() {
        "one" => {
            let db = open(dir);
            put(&db, "marker-of-a-command".to_owned()).expect("put");
            say("HTTP/1.1 200 acknowledged");
        }
        "file" => {
            let stored = Files::open(dir)
                .and_then(|files| files.put(b"a paper"))
                .expect("stored");
            say(&format!("HTTP/1.1 201 {}", stored.sha256));
        }
        "many" => {
            let db = open(dir);
            let callers: Vec<_> = (0..8)
                .map(|caller| {
                    let db = db.clone();
                    std::thread::spawn(move || {
                        for number in 0.. {
                            let name = format!("{}-{caller}-{number}", std::process::id());
                            put(&db, name.clone()).expect("put");
                            say(&format!("acknowledged {name}"));
                        }
                    })
                })
                .collect();
            say("ready working");
            for caller in callers {
                caller.join().expect("callers work until they are killed");
            }
        }
        other => panic!("a child cannot {other}"),
    }
}

#[test]
fn the_write_ahead_log_is_synced_before_the_answer_leaves() {
    if !strace::available("the order of sync and answer") {
        return;
    }
    let dir = temp_dir();
    let record = dir.path().join("record");
    let (status, said, errors) = launch("one", dir.path()).traced(&record).run();
    assert!(status.success(), "{said}{errors}");
    let trace = Trace::read(&record);
    assert_eq!(
        trace.synced_before_answer("marker-of-a-command", "townhall.sqlite-wal", "200 acknowledged"),
        Ok(())
    );
}

#[test]
fn a_file_and_its_name_are_synced_before_anybody_hears_of_it() {
    if !strace::available("the order of sync and name") {
        return;
    }
    let dir = temp_dir();
    let record = dir.path().join("record");
    let (status, said, errors) = launch("file", dir.path()).traced(&record).run();
    assert!(status.success(), "{said}{errors}");
    let sha256 = said
        .split("201 ")
        .nth(1)
        .and_then(|rest| rest.get(..64))
        .expect("the child says the hash");
    let trace = Trace::read(&record);
    let safe = trace.file_is_safe(sha256).unwrap_or_else(|why| panic!("{why}"));
    let told = trace
        .first_after(0, |call| {
            call.is_write() && call.arguments.contains("HTTP/1.1 201")
        })
        .expect("the child answered");
    assert!(
        safe < told.began,
        "safe at line {safe}, told at line {}",
        told.began
    );
}

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let dir = temp_dir();
    let mut acknowledged = Vec::new();
    for round in 0..4 {
        let mut server = launch("many", dir.path()).start();
        std::thread::sleep(Duration::from_millis(150 + 70 * round));
        server.kill();
        let said = server.said();
        acknowledged.extend(
            said.lines()
                .filter_map(|line| line.strip_prefix("acknowledged "))
                .map(str::to_owned),
        );
    }
    assert!(
        acknowledged.len() > 100,
        "only {} commands were run",
        acknowledged.len()
    );
    let db = open(dir.path());
    let found: Vec<String> = db
        .read_blocking("names", |tx| {
            let rows = tx.rows("SELECT name FROM node ORDER BY name", &[])?;
            rows.iter()
                .map(|row| row.get("name"))
                .collect::<Result<_, StoreError>>()
        })
        .expect("the database is whole");
    acknowledged.retain(|name| found.binary_search(name).is_err());
    assert_eq!(acknowledged, Vec::<String>::new(), "acknowledged and lost");
}

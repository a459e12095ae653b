//! The commands that look after a node: admin, verify, backup, restore, log.

use std::path::Path;
use std::time::Duration;

use townhall_store::files::Files;
use townhall_store::{Db, DbConfig, StoreError};
use townhall_testkit::process::Server;
use townhall_testkit::{http, postgres, temp_dir, tools};

use crate::support::{record_something, serve, townhall};

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn create_admin(data: &Path) -> (bool, String, String) {
    let (status, said, errors) = townhall([
        "admin",
        "create",
        "--unit",
        "24682",
        "--user",
        "quantri",
        "--data",
        &shown(data),
    ])
    .run();
    (status.success(), said, errors)
}

fn verify(data: &Path, more: &[&str]) -> (bool, String) {
    let (status, said, errors) = townhall(["verify", "--data", &shown(data)])
        .args(more.iter().copied())
        .run();
    (status.success(), said + &errors)
}

fn open(data: &Path) -> Db {
    Db::open(&DbConfig::Sqlite {
        file: data.join("townhall.db"),
    })
    .expect("the database opens")
}

/// Waits until every fact has its place in the log.
fn settle(server: &Server) {
    for _ in 0..200 {
        let figures = http::get(server.url(), "/metrics").expect("an answer").text();
        if figures.contains("townhall_log_waiting_facts 0") {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("facts wait for ever: {}", server.said());
}

fn checkpoint(server: &Server) -> String {
    http::get(server.url(), "/log/checkpoint")
        .expect("an answer")
        .text()
}

#[test]
fn the_first_administrator_is_made_once_and_his_password_is_shown_once() {
    let dir = temp_dir();
    let (fine, said, errors) = create_admin(dir.path());
    assert!(fine, "{errors}");
    let password = said
        .lines()
        .find_map(|line| line.strip_prefix("password: "))
        .expect("a password");
    assert_eq!(password.len(), 19);
    assert!(
        said.contains("user:     quantri") && said.contains("Thuận An"),
        "{said}"
    );
    let (fine, _, errors) = create_admin(dir.path());
    assert!(
        !fine && !errors.contains("refused"),
        "a sentence is said: {errors}"
    );
    let unknown = townhall([
        "admin",
        "create",
        "--unit",
        "99999",
        "--user",
        "ai",
        "--data",
        &shown(dir.path()),
    ])
    .run();
    assert!(
        !unknown.0.success() && unknown.2.contains("99999"),
        "{}",
        unknown.2
    );
}

#[test]
fn verify_is_silent_about_what_is_right_and_names_what_was_changed() {
    let dir = temp_dir();
    assert!(create_admin(dir.path()).0);
    let mut server = serve(dir.path()).start();
    settle(&server);
    let kept = dir.path().join("kept.checkpoint");
    std::fs::write(&kept, checkpoint(&server)).expect("kept");
    let (fine, said) = verify(dir.path(), &[]);
    assert!(
        fine && said.contains("all is as it was written"),
        "while it serves: {said}"
    );
    assert!(server.stop(Duration::from_secs(40)).is_some());
    let (fine, said) = verify(dir.path(), &["--checkpoint", &shown(&kept)]);
    assert!(fine, "{said}");

    open(dir.path())
        .write_blocking("tamper", |tx| {
            tx.execute("UPDATE persons SET name = 'Somebody Else'", &[])?;
            tx.execute("DELETE FROM log_leaves WHERE leaf_index = 0", &[])
        })
        .expect("changed behind the program's back");
    let (fine, said) = verify(dir.path(), &[]);
    assert!(!fine);
    assert!(
        said.contains("log: ") && said.lines().count() >= 3,
        "everything is named: {said}"
    );
    assert!(said.contains("person"), "{said}");
}

#[test]
fn verify_changes_nothing_and_says_what_a_strange_file_is() {
    let dir = temp_dir();
    let file = dir.path().join("townhall.db");
    let look = |more: &[&str]| {
        let (fine, said) = verify(dir.path(), more);
        assert!(!fine && !said.contains("panicked"), "{said}");
        said
    };
    // An empty file is a database without tables: it must neither become a node nor be called right.
    std::fs::write(&file, b"").expect("written");
    assert!(look(&[]).contains("this is no database of Townhall"));
    assert_eq!(
        std::fs::read(&file).expect("still there"),
        b"",
        "nothing was made of it"
    );
    std::fs::write(
        &file,
        b"not a database at all, and longer than its header would be. ".repeat(20),
    )
    .expect("written");
    assert!(look(&[]).contains("file is not a database"));
    std::fs::remove_file(&file).expect("removed");

    assert!(create_admin(dir.path()).0);
    let whole = std::fs::read(&file).expect("a node");
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("cut");
    assert!(look(&[]).contains("database disk image is malformed"));
    std::fs::write(&file, &whole).expect("put back");
    // A page in the middle: the checks that can still read go on, and what is broken is named.
    let mut broken = whole.clone();
    let page = broken.len() / 2 / 4096 * 4096;
    broken[page..page + 4096].fill(0xa5);
    std::fs::write(&file, &broken).expect("broken");
    let said = look(&[]);
    assert!(said.contains("database: ") && said.contains("facts of"), "{said}");
    std::fs::write(&file, &whole).expect("put back");
    assert!(verify(dir.path(), &[]).0);

    // An older schema is not brought up to date by whoever only looks.
    let history = |sql: &'static str| {
        open(dir.path())
            .write_blocking("history", move |tx| tx.execute(sql, &[]))
            .expect("changed");
    };
    history(
        "DELETE FROM refinery_schema_history
          WHERE version = (SELECT MAX(version) FROM refinery_schema_history)",
    );
    let said = look(&[]);
    assert!(said.contains("start the node once"), "{said}");
    // A trigger that would change what is written later is part of what was made behind the program's back.
    std::fs::write(&file, &whole).expect("put back");
    history("CREATE TRIGGER slipped_in AFTER INSERT ON facts BEGIN DELETE FROM fact_queue; END");
    let said = look(&[]);
    assert!(
        said.contains("there is a trigger slipped_in that the program did not make"),
        "{said}"
    );
}

#[test]
fn verify_makes_no_node_where_there_is_none() {
    let dir = temp_dir();
    let (fine, said) = verify(&dir.path().join("nowhere"), &[]);
    assert!(!fine && said.contains("there is no database"), "{said}");
    assert!(!dir.path().join("nowhere").exists());
}

#[test]
fn a_backup_of_a_serving_node_restores_verifies_and_never_forks_the_old_log() {
    let dir = temp_dir();
    let (data, file) = (dir.path().join("data"), dir.path().join("node.tar"));
    assert!(create_admin(&data).0);
    let mut server = serve(&data).start();
    settle(&server);
    let paper = Files::open(&data.join("files"))
        .expect("files")
        .put(b"a paper")
        .expect("stored")
        .sha256;
    let (status, said, errors) = townhall(["backup", &shown(&file), "--data", &shown(&data)]).run();
    assert!(status.success(), "{errors}");
    assert!(said.contains("keys"), "it says what is not in it: {said}");
    let again = townhall(["backup", &shown(&file), "--data", &shown(&data)]).run();
    assert!(
        !again.0.success() && again.2.contains("never writes over"),
        "{}",
        again.2
    );

    // The old node goes on after the backup: its log grows, and people have seen it.
    record_something(&data);
    settle(&server);
    let seen = checkpoint(&server);
    assert!(server.stop(Duration::from_secs(40)).is_some());

    let restored = dir.path().join("restored");
    let (status, said, errors) =
        townhall(["restore", &shown(&file), &format!("{}/", shown(&restored))]).run();
    assert!(status.success(), "{said}{errors}");
    assert!(said.contains("all is as it was written"), "{said}");
    assert!(!said.contains("lost"), "{said}");
    let files = Files::open(&restored.join("files")).expect("files");
    assert_eq!(files.read(&paper).expect("the paper is there"), b"a paper");

    let server = serve(&restored).start();
    record_something(&restored);
    settle(&server);
    let new = checkpoint(&server);
    let origin = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    assert_ne!(origin(&new), origin(&seen), "a log of its own");
    assert!(
        new.lines()
            .any(|line| line.starts_with(&format!("previous {} ", origin(&seen)))),
        "it says which log it follows: {new}"
    );
    drop(server);
    let (fine, said) = verify(&restored, &[]);
    assert!(fine, "{said}");
    // Who kept the old log's last checkpoint sees that the restored node knows less.
    let kept = dir.path().join("kept.checkpoint");
    std::fs::write(&kept, seen).expect("kept");
    let (fine, said) = verify(&restored, &["--checkpoint", &shown(&kept)]);
    assert!(!fine && said.contains("less than its checkpoint"), "{said}");
}

#[test]
fn a_database_file_put_back_by_hand_does_not_fork_the_log() {
    let dir = temp_dir();
    assert!(create_admin(dir.path()).0);
    let mut server = serve(dir.path()).start();
    settle(&server);
    assert!(server.stop(Duration::from_secs(40)).is_some());
    let old = std::fs::read(dir.path().join("townhall.db")).expect("read");
    record_something(dir.path());
    let mut server = serve(dir.path()).start();
    settle(&server);
    assert!(server.stop(Duration::from_secs(40)).is_some());
    std::fs::write(dir.path().join("townhall.db"), old).expect("put back");
    let refused = serve(dir.path()).try_start().err().expect("it does not serve");
    assert!(
        refused.contains("put back") && refused.contains("townhall log begin"),
        "{refused}"
    );
    let begun = townhall(["log", "begin", "--data", &shown(dir.path())]).run();
    assert!(begun.0.success(), "{}", begun.2);
    let server = serve(dir.path()).start();
    assert!(checkpoint(&server).contains("\nprevious "));
    drop(server);
    let (fine, said) = verify(dir.path(), &[]);
    assert!(fine, "{said}");
    // What the old log had signed is kept, and tells that something was lost.
    let ended = std::fs::read_dir(dir.path().join("keys"))
        .expect("listed")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|ending| ending == "ended"))
        .expect("kept");
    let (fine, said) = verify(dir.path(), &["--checkpoint", &shown(&ended)]);
    assert!(!fine && said.contains("less than its checkpoint"), "{said}");
}

#[test]
fn a_damaged_backup_is_refused_and_leaves_nothing_behind() {
    let dir = temp_dir();
    let (data, file) = (dir.path().join("data"), dir.path().join("node.tar"));
    assert!(create_admin(&data).0);
    Files::open(&data.join("files"))
        .expect("files")
        .put(&[7; 5000])
        .expect("stored");
    assert!(
        townhall(["backup", &shown(&file), "--data", &shown(&data)])
            .run()
            .0
            .success()
    );
    let whole = std::fs::read(&file).expect("read");
    let restored = dir.path().join("restored");
    let refuse = |bytes: &[u8], why: &str| {
        std::fs::write(&file, bytes).expect("damaged");
        let (status, said, errors) = townhall(["restore", &shown(&file), &shown(&restored)]).run();
        assert!(!status.success() && errors.contains(why), "{why}: {said}{errors}");
        let left: Vec<_> = std::fs::read_dir(dir.path())
            .expect("listed")
            .map(|entry| entry.expect("an entry").file_name())
            .filter(|name| name.to_string_lossy().contains("restor"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    };
    let place = |bytes: &[u8]| {
        whole
            .windows(bytes.len())
            .position(|at| at == bytes)
            .expect("there")
    };
    let mut changed = whole.clone();
    changed[place(&[7; 4000]) + 2000] = 8;
    refuse(&changed, "is damaged in the backup");
    let mut changed = whole.clone();
    changed[place(b"SQLite format 3") + 5000] ^= 1;
    refuse(&changed, "the database in the backup is damaged");
    refuse(&whole[..whole.len() / 3], "backup");
    refuse(b"something else", "backup");
}

#[test]
fn a_node_on_postgres_is_backed_up_and_restored_by_the_servers_own_tools() {
    if tools::find_program("pg_dump").is_none() || tools::find_program("pg_restore").is_none() {
        return tools::skip("backup of PostgreSQL", "pg_dump is not installed");
    }
    let (Some(one), Some(other)) = (postgres::fresh_database(), postgres::fresh_database()) else {
        return;
    };
    let dir = temp_dir();
    let (data, file, restored) = (
        dir.path().join("data"),
        dir.path().join("node.tar"),
        dir.path().join("restored"),
    );
    let made = townhall([
        "admin",
        "create",
        "--unit",
        "24682",
        "--user",
        "quantri",
        "--data",
        &shown(&data),
        "--database-url",
        one.url(),
    ])
    .run();
    assert!(made.0.success(), "{}", made.2);
    let server = serve(&data).args(["--database-url", one.url()]).start();
    settle(&server);
    let made = townhall([
        "backup",
        &shown(&file),
        "--data",
        &shown(&data),
        "--database-url",
        one.url(),
    ])
    .run();
    assert!(made.0.success(), "{}", made.2);
    let wrong = townhall(["restore", &shown(&file), &shown(&restored)]).run();
    assert!(wrong.2.contains("name an empty database"), "{}", wrong.2);
    let made = townhall([
        "restore",
        &shown(&file),
        &shown(&restored),
        "--database-url",
        other.url(),
    ])
    .run();
    assert!(made.0.success(), "{}{}", made.1, made.2);
    let (fine, said) = verify(&restored, &["--database-url", other.url()]);
    assert!(fine && said.contains("2 logs"), "{said}");
    let (status, said, errors) = townhall(["verify", "--database-url", other.url()]).run();
    assert!(
        status.success() && said.contains("papers were not looked at"),
        "{said}{errors}"
    );
}

#[test]
fn a_log_key_that_is_lost_is_told_with_the_way_out() {
    let dir = temp_dir();
    assert!(serve(dir.path()).start().stop(Duration::from_secs(40)).is_some());
    std::fs::remove_dir_all(dir.path().join("keys")).expect("lost");
    let refused = serve(dir.path()).try_start().err().expect("it does not serve");
    assert!(
        refused.contains("key of the log") && refused.contains("townhall log begin"),
        "{refused}"
    );
    assert!(
        townhall(["log", "begin", "--data", &shown(dir.path())])
            .run()
            .0
            .success()
    );
    drop(serve(dir.path()).start());
}

#[test]
fn a_database_of_a_newer_version_is_refused_kindly() {
    let dir = temp_dir();
    drop(open(dir.path()));
    let db = open(dir.path());
    db.write_blocking("newer", |tx| {
        tx.execute(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (9999, 'x', '', '0')",
            &[],
        )
    })
    .map_err(|error: StoreError| error)
    .expect("a newer program was here");
    drop(db);
    let refused = serve(dir.path()).try_start().err().expect("it does not serve");
    assert!(
        refused.contains("9999") && refused.contains("newer program"),
        "{refused}"
    );
}

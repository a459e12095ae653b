//! Kills, a full disk, a server that goes away, a clock that jumps: nobody is acknowledged wrongly, and it goes on.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use townhall_store::{Db, DbConfig, StoreError, node};
use townhall_testkit::postgres::{Cluster, ClusterError, Durability};
use townhall_testkit::process::Launch;
use townhall_testkit::strace::{self, Trace};
use townhall_testkit::{http, postgres, temp_dir, tools};

use crate::office::{Browser, Office, gather};
use crate::support::{serve, townhall};

/// Kills the node many times under load, then looks whether everything acknowledged is there.
fn kill_again_and_again(office: &Office) {
    let mut server = office.launch().start();
    let browser = office.sign_in(server.url());
    let mut acknowledged = Vec::new();
    for round in 0_u64..8 {
        let stop = Arc::new(AtomicBool::new(false));
        let callers = browser
            .at(server.url())
            .add_many(6, &format!("kill{round}"), &stop);
        std::thread::sleep(Duration::from_millis(150 + 60 * round));
        server.kill();
        acknowledged.extend(gather(callers, &stop));
        server.kill_and_start_again();
    }
    drop(server);
    assert!(
        acknowledged.len() > 50,
        "only {} commands were run",
        acknowledged.len()
    );
    office.must_hold(&acknowledged);
}

#[test]
fn a_node_killed_many_times_under_load_has_everything_it_acknowledged_once_and_verifies() {
    let dir = temp_dir();
    kill_again_and_again(&Office::found(dir.path(), None));
}

#[test]
fn a_node_on_postgres_killed_many_times_under_load_keeps_its_word_too() {
    let Some(database) = postgres::fresh_database() else {
        return;
    };
    let dir = temp_dir();
    kill_again_and_again(&Office::found(dir.path(), Some(database.url())));
}

#[test]
fn the_write_ahead_log_is_synced_before_the_answer_leaves_the_node() {
    if !strace::available("the order of sync and answer of the node") {
        return;
    }
    let (dir, records) = (temp_dir(), temp_dir());
    let office = Office::found(dir.path(), None);
    let record = records.path().join("record");
    let mut server = office.launch().traced(&record).start();
    let browser = office.sign_in(server.url());
    let (acknowledged, reply) = browser.add("Y Thu marker-of-a-command");
    assert!(acknowledged, "{:?}", reply.map(|reply| reply.text()));
    server.stop(Duration::from_mins(1));
    let trace = Trace::read(&record);
    assert_eq!(
        trace.synced_before_answer("Y Thu marker-of-a-command", "townhall.db-wal", "303 See Other"),
        Ok(())
    );
}

/// Adds people until it works again; how long a person would have had to wait is not measured.
fn works_again(browser: &Browser, mark: &str) -> String {
    let end = Instant::now() + Duration::from_mins(1);
    for number in 0.. {
        let name = format!("Y Thử {mark}-{number}");
        if browser.add(&name).0 {
            return name;
        }
        assert!(Instant::now() < end, "it does not work again");
        std::thread::sleep(Duration::from_millis(200));
    }
    unreachable!("numbers do not end")
}

#[test]
fn a_full_disk_is_told_in_words_nobody_is_acknowledged_wrongly_and_it_goes_on() {
    let may = Command::new("unshare")
        .args(["-rm", "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"])
        .output();
    if !may.is_ok_and(|output| output.status.success()) {
        return tools::skip(
            "a full disk",
            "this system does not let a process mount a file system of its own",
        );
    }
    let (dir, start) = (temp_dir(), temp_dir());
    let data = start.path().join("data");
    let office = Office::found(&data, None);
    // The node's data lies in a file system of 24 MiB that only its process sees.
    let script = format!(
        "mount -t tmpfs -o size=24m none {disk} && cp -r {data} {disk}/ && exec {program} serve --listen 127.0.0.1:0 --data {disk}/data",
        disk = dir.path().display(),
        data = data.display(),
        program = env!("CARGO_BIN_EXE_townhall"),
    );
    let server = Launch::new("unshare").args(["-rm", "sh", "-c", &script]).start();
    let seen = Path::new("/proc").join(server.id().to_string()).join("root");
    let disk = seen.join(dir.path().strip_prefix("/").expect("an absolute path"));
    let browser = office.sign_in(server.url());
    assert!(browser.add("Y Thử trước").0);

    let filler = disk.join("filler");
    let filled = std::fs::File::create(&filler).and_then(|mut file| {
        use std::io::Write;
        loop {
            if let Err(error) = file.write_all(&[0; 4096]) {
                break if error.kind() == std::io::ErrorKind::StorageFull {
                    Ok(())
                } else {
                    Err(error)
                };
            }
        }
    });
    filled.expect("the disk fills");
    let (mut acknowledged, mut refused) = (vec!["Y Thử trước".to_owned()], None);
    for number in 0..2_000 {
        let name = format!("Y Thử đầy-{number}");
        match browser.add(&name) {
            (true, _) => acknowledged.push(name),
            (false, reply) => {
                refused = reply;
                break;
            }
        }
    }
    let refused = refused.expect("a full disk refuses in the end, with an answer");
    assert_eq!(refused.status, 507, "{}", refused.text());
    assert_eq!(http::get(server.url(), "/healthz").expect("it lives").status, 200);
    assert_eq!(
        http::get(server.url(), "/readyz").expect("it answers").status,
        503
    );
    assert_eq!(
        browser
            .get("/staff/people?unit=24682")
            .expect("reading goes on")
            .status,
        200
    );

    std::fs::remove_file(filler).expect("somebody makes room");
    acknowledged.push(works_again(&browser, "sau"));
    // The log catches up; then what is on that disk is looked at from outside, as after a crash.
    std::thread::sleep(Duration::from_secs(2));
    let copy = start.path().join("copy");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(disk.join("data"))
        .arg(&copy)
        .status();
    assert!(copied.is_ok_and(|status| status.success()));
    drop(server);
    office.moved_to(&copy).must_hold(&acknowledged);
}

#[test]
fn a_postgres_that_is_killed_and_started_again_loses_nothing_acknowledged_and_the_node_goes_on() {
    let mut cluster = match Cluster::start(Durability::Durable) {
        Ok(cluster) => cluster,
        Err(ClusterError::NotInstalled) => return tools::skip("PostgreSQL restarted", "it is not installed"),
        Err(error) => panic!("{error}"),
    };
    let dir = temp_dir();
    let url = cluster.url();
    let office = Office::found(dir.path(), Some(&url));
    let server = office.launch().start();
    let browser = office.sign_in(server.url());
    let mut acknowledged = Vec::new();
    for round in 0..2 {
        let stop = Arc::new(AtomicBool::new(false));
        let callers = browser.add_many(4, &format!("pg{round}"), &stop);
        std::thread::sleep(Duration::from_millis(700));
        cluster.kill();
        std::thread::sleep(Duration::from_millis(300));
        cluster.start_again().expect("it recovers");
        acknowledged.push(works_again(&browser, &format!("lại{round}")));
        acknowledged.extend(gather(callers, &stop));
    }
    assert!(
        acknowledged.len() > 20,
        "only {} commands were run",
        acknowledged.len()
    );
    drop(server);
    office.must_hold(&acknowledged);
}

#[test]
fn a_database_locked_by_another_program_makes_people_wait_and_then_says_so() {
    let dir = temp_dir();
    let office = Office::found(dir.path(), None);
    let server = office.launch().start();
    let browser = office.sign_in(server.url());
    let file = dir.path().join("townhall.db");
    let (locked, is_locked) = std::sync::mpsc::channel();
    let holder = std::thread::spawn(move || {
        let db = Db::open(&DbConfig::Sqlite { file }).expect("open");
        db.write_blocking("hold", move |tx| {
            node::set(tx, "held", "1")?;
            let _ = locked.send(());
            std::thread::sleep(Duration::from_secs(12));
            Ok::<_, StoreError>(())
        })
    });
    is_locked.recv().expect("locked");
    assert_eq!(
        browser
            .get("/staff/people?unit=24682")
            .expect("reading goes on")
            .status,
        200
    );
    let (acknowledged, reply) = browser.add("Y Thử bị khóa");
    assert!(!acknowledged);
    assert_eq!(reply.expect("an answer").status, 503);
    holder.join().expect("no panic").expect("released");
    let name = works_again(&browser, "mở");
    drop(server);
    office.must_hold(&[name]);
    assert!(
        !office.people().contains_key("Y Thử bị khóa"),
        "refused is refused"
    );
}

#[test]
fn a_clock_that_jumped_back_between_two_runs_raises_an_alarm_and_the_node_serves() {
    let dir = temp_dir();
    let office = Office::found(dir.path(), None);
    let db = Db::open(&DbConfig::Sqlite {
        file: dir.path().join("townhall.db"),
    })
    .expect("open");
    db.write_blocking("tomorrow", |tx| {
        let tomorrow = townhall_app::clock::real_now().as_millisecond() + 86_400_000;
        node::set(tx, node::SEEN_AT_MS, &tomorrow.to_string())
    })
    .expect("noted");
    drop(db);
    let server = office.launch().start();
    assert!(server.said().contains("clock jumped by -86"), "{}", server.said());
    let figures = http::get(server.url(), "/metrics").expect("an answer").text();
    assert!(figures.contains("townhall_clock_jumps_total 1"), "{figures}");
    assert!(office.sign_in(server.url()).add("Y Thử đồng hồ").0);
}

#[test]
fn a_pack_with_an_error_is_told_with_its_file_and_line_and_nothing_is_served() {
    let (dir, packs) = (temp_dir(), temp_dir());
    std::fs::create_dir(packs.path().join("procedures")).expect("made");
    std::fs::write(
        packs.path().join("procedures/9.999999.toml"),
        "code = \"9.999999\"\nversion = one\n",
    )
    .expect("written");
    let refused = serve(dir.path())
        .env("TOWNHALL_PACKS", packs.path().display().to_string())
        .try_start()
        .err()
        .expect("it does not serve");
    assert!(refused.contains("procedures/9.999999.toml:2"), "{refused}");
}

#[test]
fn a_listener_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let dir = temp_dir();
    let refused = townhall([
        "serve",
        "--data",
        &dir.path().display().to_string(),
        "--listen",
        &address,
    ])
    .try_start();
    let refused = refused.err().expect("it does not serve");
    assert!(
        refused.contains(&format!("cannot listen on {address}")),
        "{refused}"
    );
}

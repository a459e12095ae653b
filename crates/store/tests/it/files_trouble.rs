//! A bucket that is away, slow, damaged or not ours: what is told, what is tried again, and that nothing stays half
//! done.

use std::time::{Duration, Instant};

use townhall_store::files::{Files, Keys, Partial, S3Settings};
use townhall_store::{Db, DbConfig, StoreError};
use townhall_testkit::bucket::{BucketOptions, BucketServer, Manners, RudeLine, settings_of};
use townhall_testkit::certificate::Certificate;
use townhall_testkit::temp_dir;

struct Rude {
    files: Files,
    line: RudeLine,
    server: BucketServer,
    dir: tempfile::TempDir,
}

fn rude(checksums: bool) -> Option<Rude> {
    let server = BucketServer::start(BucketOptions {
        checksums,
        ..BucketOptions::default()
    })?;
    let line = RudeLine::to(&server);
    let dir = temp_dir();
    let files = Files::open_in_bucket(dir.path(), &line.settings("papers"))
        .and_then(|files| files.owned_by("this node", false))
        .expect("open");
    Some(Rude {
        files,
        line,
        server,
        dir,
    })
}

fn away<T: std::fmt::Debug>(done: Result<T, StoreError>) -> String {
    match done {
        Err(StoreError::PapersAway(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn refused<T: std::fmt::Debug>(done: Result<T, StoreError>) -> String {
    match done {
        Err(StoreError::PapersRefused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_store_that_is_busy_for_a_moment_is_asked_again() {
    let Some(rude) = rude(true) else { return };
    for manners in [Manners::Busy, Manners::LoseAnswer, Manners::CutAnswer] {
        rude.line.behave(manners.clone(), Some(1));
        let sha256 = rude.files.put(b"a paper").expect("kept at the second try").sha256;
        rude.line.behave(manners.clone(), Some(1));
        assert_eq!(
            rude.files.read(&sha256).expect("read at the second try"),
            b"a paper"
        );
        rude.line.behave(manners.clone(), Some(1));
        assert_eq!(rude.files.list().expect("listed").len(), 1);
        rude.line.behave(manners, Some(1));
        assert!(rude.files.remove(&sha256, Duration::ZERO).expect("removed"));
    }
}

#[test]
fn a_store_that_is_away_is_told_and_nothing_stays_half_done() {
    let Some(rude) = rude(true) else { return };
    let kept = rude.files.put(b"kept before").expect("put").sha256;
    for (manners, told) in [
        (Manners::Busy, "503 SlowDown"),
        (Manners::Hang, "in time"),
        (Manners::LoseAnswer, "broke off"),
        (Manners::Say(Vec::new()), "broke off"),
    ] {
        rude.line.behave(manners.clone(), None);
        let begun = Instant::now();
        let why = away(rude.files.put(b"a new paper"));
        assert!(why.contains(told), "{manners:?}: {why}");
        let why = away(rude.files.read(&kept));
        assert!(why.contains(told), "{manners:?}: {why}");
        away(rude.files.look());
        assert!(
            begun.elapsed() < Duration::from_secs(15),
            "{manners:?} took {:?}",
            begun.elapsed()
        );
        assert_eq!(
            std::fs::read_dir(rude.dir.path().join("incoming"))
                .expect("listed")
                .count(),
            0
        );
    }
    rude.line.behave(Manners::Fine, None);
    assert_eq!(rude.files.read(&kept).expect("back again"), b"kept before");
}

#[test]
fn a_store_that_is_not_there_is_told() {
    let dir = temp_dir();
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let settings = settings_of(&format!("http://127.0.0.1:{port}"), "papers");
    let files = Files::open_in_bucket(dir.path(), &settings).expect("nobody is asked yet");
    assert!(away(files.put(b"a paper")).contains("refused"));
    assert!(away(files.look()).contains("refused"));
}

#[test]
fn what_comes_back_changed_is_never_taken_for_the_paper() {
    let Some(rude) = rude(true) else { return };
    let sha256 = rude.files.put(b"a paper").expect("put").sha256;
    rude.line.behave(Manners::WrongBytes, None);
    assert!(matches!(
        rude.files.read(&sha256),
        Err(StoreError::DamagedFile(_))
    ));
    assert!(
        rude.line.requests() > 1,
        "a line that breaks without a word is not a damaged file"
    );
    rude.line.behave(Manners::WrongBytes, Some(1));
    assert_eq!(rude.files.read(&sha256).expect("read"), b"a paper");
    rude.server.delete(&format!("papers/{}/{sha256}", &sha256[..2]));
    assert!(matches!(
        rude.files.read(&sha256),
        Err(StoreError::MissingFile(_))
    ));
}

#[test]
fn a_store_without_checksums_is_believed_only_after_reading_back() {
    let Some(rude) = rude(false) else { return };
    rude.line.behave(Manners::Fine, None);
    rude.files.put(b"a paper").expect("put");
    assert_eq!(rude.line.requests(), 2, "kept, and read back");
    // What it gives back is never what it was given.
    let swallow = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    rude.line.behave(Manners::Say(swallow.into()), None);
    assert!(away(rude.files.put(b"another paper")).contains("is not what it gives back"));
    let echo = "HTTP/1.1 200 OK\r\nx-amz-checksum-sha256: bm90IGl0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    rude.line.behave(Manners::Say(echo.into()), None);
    assert!(away(rude.files.put(b"another paper")).contains("another content"));
}

#[test]
fn wrong_keys_and_a_wrong_bucket_are_refused_at_once_and_say_so() {
    let Some(rude) = rude(true) else { return };
    let dir = temp_dir();
    let with = |change: &dyn Fn(&mut S3Settings)| {
        let mut settings = rude.line.settings("papers");
        change(&mut settings);
        Files::open_in_bucket(dir.path(), &settings).expect("nobody is asked yet")
    };
    let keys = |access: &str, secret: &str| Keys {
        access: access.to_owned(),
        secret: secret.to_owned(),
    };
    let right = rude.line.settings("papers").keys;
    for (files, told) in [
        (
            with(&|settings| settings.keys = keys(&right.access, "wrong")),
            "403 SignatureDoesNotMatch",
        ),
        (
            with(&|settings| settings.keys = keys("nobody", &right.secret)),
            "403 InvalidAccessKeyId",
        ),
        (
            with(&|settings| settings.bucket = "no-such-bucket".to_owned()),
            "404 NoSuchBucket",
        ),
        (
            with(&|settings| settings.region = "us-east-1".to_owned()),
            "400 AuthorizationQueryParametersError",
        ),
    ] {
        rude.line.behave(Manners::Fine, None);
        assert_eq!(refused(files.put(b"a paper")), told);
        assert_eq!(rude.line.requests(), 1, "{told}: asking again would not help");
        assert_eq!(refused(files.read(&"0".repeat(64))), told);
        assert_eq!(refused(files.look()), told);
        assert_eq!(refused(files.list()), told);
        assert_eq!(refused(files.try_out()), told);
    }
}

#[test]
fn what_is_no_store_at_all_is_refused() {
    let Some(rude) = rude(true) else { return };
    let page = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>";
    rude.line.behave(Manners::Say(page.into()), None);
    assert!(refused(rude.files.list()).contains("cannot be read"));
    rude.line
        .behave(Manners::Say(b"220 mail.example.vn ESMTP\r\n".to_vec()), None);
    assert!(refused(rude.files.list()).contains("no HTTP"));
    let moved = "HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    rude.line.behave(Manners::Say(moved.into()), None);
    assert_eq!(refused(rude.files.list()), "301");
}

#[test]
fn a_list_that_does_not_end_is_given_up() {
    let Some(rude) = rude(true) else { return };
    let body = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>true</IsTruncated>\
                <NextContinuationToken>again</NextContinuationToken></ListBucketResult>";
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    rude.line.behave(Manners::Say(answer.into_bytes()), None);
    assert!(refused(rude.files.list()).contains("does not end"));
}

#[test]
fn an_upload_in_pieces_can_be_taken_again_when_the_store_was_away() {
    let Some(rude) = rude(true) else { return };
    let partial = Partial {
        owner: "account".to_owned(),
        name: "a.pdf".to_owned(),
        bytes: 3,
    };
    let id = rude.files.begin_partial(&partial).expect("begun");
    rude.files
        .continue_partial(&id, "account", 0, b"abc")
        .expect("a piece");
    rude.line.behave(Manners::Busy, None);
    let (_, incoming) = rude.files.take_partial(&id, "account").expect("whole");
    away(incoming.finish());
    rude.line.behave(Manners::Fine, None);
    let (_, incoming) = rude.files.take_partial(&id, "account").expect("still whole");
    let stored = incoming.finish().expect("kept");
    assert_eq!(rude.files.read(&stored.sha256).expect("read"), b"abc");
    assert_eq!(
        std::fs::read_dir(rude.dir.path().join("incoming"))
            .expect("listed")
            .count(),
        0
    );
}

#[test]
fn a_bucket_is_never_asked_inside_a_transaction() {
    let Some(rude) = rude(true) else { return };
    let sha256 = rude.files.put(b"a paper").expect("put").sha256;
    let file = rude.dir.path().join("townhall.db");
    let db = Db::open(&DbConfig::Sqlite { file }).expect("a database");
    let files = rude.files.clone();
    rude.line.behave(Manners::Fine, None);
    let asked = db.read_blocking("ask", move |_| files.read(&sha256));
    assert!(matches!(asked, Err(StoreError::Setting(why)) if why.contains("inside a transaction")));
    assert_eq!(rude.line.requests(), 0);
}

#[test]
fn tls_is_taken_only_from_the_authority_that_is_named() {
    let (dir, home) = (temp_dir(), temp_dir());
    let Some(Certificate { certificate, key }) =
        Certificate::make("TLS to the store of papers", dir.path(), "IP:127.0.0.1")
    else {
        return;
    };
    let Some(server) = BucketServer::start(BucketOptions {
        checksums: true,
        tls: Some((&certificate, &key)),
        ..BucketOptions::default()
    }) else {
        return;
    };
    let mut settings = server.settings("papers");
    let stranger = Files::open_in_bucket(home.path(), &settings).expect("open");
    assert!(refused(stranger.put(b"a paper")).contains("no safe connection"));
    settings.authorities = vec![std::fs::read(&certificate).expect("PEM")];
    let files = Files::open_in_bucket(home.path(), &settings).expect("open");
    let sha256 = files.put(b"a paper").expect("put").sha256;
    assert_eq!(files.read(&sha256).expect("read"), b"a paper");
    settings.endpoint = settings.endpoint.replace("127.0.0.1", "localhost");
    let elsewhere = Files::open_in_bucket(home.path(), &settings).expect("open");
    assert!(refused(elsewhere.read(&sha256)).contains("no safe connection"));
}

#[test]
fn keys_are_never_shown() {
    let settings = settings_of("http://127.0.0.1:1", "papers");
    let dir = temp_dir();
    let files = Files::open_in_bucket(dir.path(), &settings).expect("open");
    for shown in [format!("{settings:?}"), format!("{files:?}")] {
        assert!(!shown.contains(&settings.keys.secret), "{shown}");
        assert!(!shown.contains(&settings.keys.access), "{shown}");
    }
}

//! The file store: the same promises in a directory and in a bucket.

use std::time::Duration;

use townhall_store::StoreError;
use townhall_store::files::{Files, Partial, PartialError};
use townhall_testkit::bucket::{BUCKET, BucketOptions, BucketServer};
use townhall_testkit::temp_dir;

/// A home of files, and a way to meddle with it behind its back.
struct Home {
    name: &'static str,
    files: Files,
    dir: tempfile::TempDir,
    server: Option<BucketServer>,
}

/// A directory, a bucket of a store that knows checksums, and of one that does not; both with short pages.
fn homes() -> Vec<Home> {
    let dir = temp_dir();
    let mut homes = vec![Home {
        name: "directory",
        files: Files::open(dir.path()).expect("open"),
        dir,
        server: None,
    }];
    for (name, checksums) in [("bucket", true), ("bucket without checksums", false)] {
        let options = BucketOptions {
            checksums,
            page: Some(3),
            ..BucketOptions::default()
        };
        let Some(server) = BucketServer::start(options) else {
            break;
        };
        let dir = temp_dir();
        let files = Files::open_in_bucket(dir.path(), &server.settings("a/papers"))
            .and_then(|files| files.owned_by("this node", false))
            .expect("open");
        homes.push(Home {
            name,
            files,
            dir,
            server: Some(server),
        });
    }
    homes
}

impl Home {
    /// Changes the content of a file.
    fn damage(&self, sha256: &str, bytes: &[u8]) {
        match &self.server {
            None => std::fs::write(self.files.path(sha256).expect("a path"), bytes).expect("written"),
            Some(server) => server.put(&key(sha256), bytes),
        }
    }

    /// Files that are on their way in.
    fn spooled(&self) -> usize {
        std::fs::read_dir(self.dir.path().join("incoming"))
            .expect("listed")
            .count()
    }
}

fn key(sha256: &str) -> String {
    format!("a/papers/{}/{sha256}", &sha256[..2])
}

fn partial(bytes: u64) -> Partial {
    Partial {
        owner: "account".to_owned(),
        name: "a.pdf".to_owned(),
        bytes,
    }
}

#[test]
fn a_file_is_found_by_its_content_and_damage_is_seen() {
    for home in homes() {
        let (name, files) = (home.name, &home.files);
        let stored = files.put("Giấy chứng sinh".as_bytes()).expect("put");
        let again = files.put("Giấy chứng sinh".as_bytes()).expect("put twice is one");
        assert_eq!(stored, again, "{name}");
        assert_eq!(
            files.read(&stored.sha256).expect("read"),
            "Giấy chứng sinh".as_bytes()
        );
        assert_eq!(files.list().expect("list"), std::slice::from_ref(&stored.sha256));
        assert_eq!(home.spooled(), 0, "{name}");
        home.damage(&stored.sha256, b"changed");
        assert!(
            matches!(files.read(&stored.sha256), Err(StoreError::DamagedFile(_))),
            "{name}"
        );
        assert!(
            matches!(files.read(&"0".repeat(64)), Err(StoreError::MissingFile(_))),
            "{name}"
        );
    }
}

#[test]
fn an_empty_file_and_one_of_many_megabytes_come_back_as_they_went() {
    for home in homes() {
        for content in [Vec::new(), vec![7; 12 * 1024 * 1024 + 1]] {
            let stored = home.files.put(&content).expect("put");
            assert_eq!(stored.bytes, content.len() as u64);
            assert!(
                home.files.read(&stored.sha256).expect("read") == content,
                "{}",
                home.name
            );
        }
    }
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    for home in homes() {
        let mut incoming = home.files.begin().expect("begin");
        incoming.write(b"half").expect("write");
        assert_eq!(
            home.spooled(),
            1,
            "it is spooled here, for the child that looks at it"
        );
        drop(incoming);
        assert_eq!(home.spooled(), 0, "{}", home.name);
        assert!(home.files.list().expect("list").is_empty(), "{}", home.name);
    }
}

#[test]
fn a_name_that_is_no_hash_reaches_no_file() {
    for home in homes() {
        let upper = "A".repeat(64);
        for wrong in ["../../etc/passwd", "", "owner", "..", upper.as_str()] {
            assert!(home.files.read(wrong).is_err(), "{} {wrong}", home.name);
            assert!(
                home.files.remove(wrong, Duration::ZERO).is_err(),
                "{} {wrong}",
                home.name
            );
            assert!(home.files.path(wrong).is_err(), "{} {wrong}", home.name);
        }
    }
}

#[test]
fn the_sweep_takes_only_what_is_old_and_not_referred_to() {
    for home in homes() {
        let (name, files) = (home.name, &home.files);
        let mut all: Vec<String> = (0..8_u8).map(|n| files.put(&[n]).expect("put").sha256).collect();
        all.sort();
        assert_eq!(files.list().expect("list"), all, "{name}: over several pages");
        let mut half = files.begin().expect("begin");
        half.write(b"never ends").expect("write");
        std::mem::forget(half);
        assert_eq!(
            files.sweep(Duration::from_hours(24), |_| false).expect("sweep"),
            0
        );
        std::thread::sleep(Duration::from_millis(20));
        let kept = all.split_off(6);
        assert_eq!(
            files
                .sweep(Duration::from_millis(1), |name| kept
                    .iter()
                    .any(|kept| kept == name))
                .expect("sweep"),
            7,
            "{name}"
        );
        assert_eq!(files.list().expect("list"), kept, "{name}");
    }
}

#[test]
fn what_is_removed_is_gone_and_what_is_young_stays() {
    for home in homes() {
        let (name, files) = (home.name, &home.files);
        let sha256 = files.put(b"a paper").expect("put").sha256;
        assert!(
            !files.remove(&sha256, Duration::from_hours(1)).expect("left"),
            "{name}"
        );
        std::thread::sleep(Duration::from_millis(20));
        assert!(
            files.remove(&sha256, Duration::from_millis(1)).expect("removed"),
            "{name}"
        );
        assert!(files.read(&sha256).is_err(), "{name}");
        assert!(
            files
                .remove(&sha256, Duration::from_millis(1))
                .expect("gone before"),
            "{name}"
        );
    }
}

#[test]
fn an_upload_in_pieces_goes_on_where_it_broke_off_and_is_taken_once() {
    for home in homes() {
        let (name, files) = (home.name, &home.files);
        let id = files.begin_partial(&partial(6)).expect("begun");
        assert_eq!(
            files
                .continue_partial(&id, "account", 0, b"abc")
                .expect("a piece"),
            3
        );
        // The answer was lost: the piece comes again, and the sender learns where to go on.
        assert!(matches!(
            files.continue_partial(&id, "account", 0, b"abc"),
            Err(PartialError::Offset(3))
        ));
        assert!(matches!(
            files.take_partial(&id, "account"),
            Err(PartialError::Offset(3))
        ));
        assert!(matches!(
            files.continue_partial(&id, "account", 3, b"defg"),
            Err(PartialError::TooMuch)
        ));
        assert_eq!(
            files
                .continue_partial(&id, "account", 3, b"def")
                .expect("a piece"),
            6
        );
        let (about, incoming) = files.take_partial(&id, "account").expect("whole");
        assert_eq!(about.name, "a.pdf");
        assert!(matches!(
            files.take_partial(&id, "account"),
            Err(PartialError::Unknown)
        ));
        let stored = incoming.finish().expect("stored");
        assert_eq!(files.read(&stored.sha256).expect("read"), b"abcdef");
        assert!(matches!(
            files.take_partial(&id, "account"),
            Err(PartialError::Unknown)
        ));
        assert_eq!(home.spooled(), 0, "{name}");
    }
}

#[test]
fn an_upload_in_pieces_is_its_owners_and_a_half_one_is_swept() {
    for home in homes() {
        let files = &home.files;
        let id = files.begin_partial(&partial(3)).expect("begun");
        for (id, owner) in [
            (id.as_str(), "other"),
            ("../../etc/passwd", "account"),
            ("", "account"),
        ] {
            assert!(matches!(files.partial(id, owner), Err(PartialError::Unknown)));
            assert!(matches!(
                files.continue_partial(id, owner, 0, b"abc"),
                Err(PartialError::Unknown)
            ));
        }
        files.continue_partial(&id, "account", 0, b"ab").expect("a piece");
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(files.sweep(Duration::from_millis(1), |_| true).expect("swept"), 2);
        assert!(matches!(
            files.partial(&id, "account"),
            Err(PartialError::Unknown)
        ));
    }
}

#[test]
fn strange_objects_below_the_prefix_are_left_alone() {
    for home in homes() {
        let Some(server) = &home.server else { continue };
        let elsewhere = format!("b/{}", key(&"0".repeat(64)));
        for strange in ["a/papers/ab/note.txt", "a/papers-of-others/ab/x", &elsewhere] {
            server.put(strange, b"not ours");
        }
        std::thread::sleep(Duration::from_millis(20));
        assert!(home.files.list().expect("list").is_empty());
        assert_eq!(
            home.files
                .sweep(Duration::from_millis(1), |_| false)
                .expect("sweep"),
            0
        );
        assert_eq!(
            server.keys().len(),
            4,
            "with the mark of the owner: {:?}",
            server.keys()
        );
    }
}

#[test]
fn a_bucket_belongs_to_one_node_and_only_it_removes_files_there() {
    for home in homes() {
        let Some(server) = &home.server else { continue };
        let sha256 = home.files.put(b"ours").expect("put").sha256;
        std::thread::sleep(Duration::from_millis(20));
        let dir = temp_dir();
        let open = || Files::open_in_bucket(dir.path(), &server.settings("a/papers")).expect("open");
        let refused = |done: Result<bool, StoreError>| match done {
            Err(StoreError::PapersRefused(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(refused(open().remove(&sha256, Duration::ZERO)).contains("only looks"));
        let other = open().in_the_name_of("another node");
        assert!(refused(other.remove(&sha256, Duration::ZERO)).contains("belongs to another node"));
        assert!(other.sweep(Duration::ZERO, |_| false).is_err());
        assert!(open().owned_by("another node", false).is_err());
        assert_eq!(home.files.owner().expect("told").as_deref(), Some("this node"));
        assert_eq!(home.files.list().expect("list"), std::slice::from_ref(&sha256));
        // Whoever knows that the first node is gone for good takes it over, and the first one then removes nothing.
        let heir = open().owned_by("another node", true).expect("taken over");
        assert!(home.files.remove(&sha256, Duration::ZERO).is_err());
        assert!(heir.remove(&sha256, Duration::ZERO).expect("removed"));
    }
}

#[test]
fn a_trial_leaves_nothing_and_says_when_the_bucket_keeps_versions() {
    for home in homes() {
        assert_eq!(home.files.try_out().expect("fine"), None, "{}", home.name);
        home.files.look().expect("fine");
        let Some(server) = &home.server else { continue };
        assert!(home.files.list().expect("list").is_empty());
        server.keep_versions();
        let said = home.files.try_out().expect("fine").expect("a remark");
        assert!(said.contains("keeps versions"), "{said}");
        assert_eq!(home.files.place(), format!("{BUCKET}/a/papers"));
    }
}

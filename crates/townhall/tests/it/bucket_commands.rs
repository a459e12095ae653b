//! The commands on a node whose papers are kept in a bucket.

use std::path::{Path, PathBuf};
use std::time::Duration;

use townhall_domain::ids::DossierId;
use townhall_store::files::Files;
use townhall_store::{Db, DbConfig, StoreError, backup, leases, node, params};
use townhall_testkit::bucket::{BucketOptions, BucketServer};
use townhall_testkit::site::dossiers::{accepted, dossier};
use townhall_testkit::{Place, Site, http, temp_dir};

use crate::support::{PROCEDURE, papers_of, pdf, send, townhall};

/// A node with two papers in the bucket: one of an open dossier, one of a dossier that was withdrawn.
struct Node {
    dir: tempfile::TempDir,
    data: PathBuf,
    kept: String,
    gone: String,
    gone_code: String,
    server: BucketServer,
}

impl Node {
    fn with(&self, prefix: &str) -> String {
        config(&self.server, self.dir.path(), prefix)
    }

    fn run(&self, args: &[&str], prefix: &str) -> (bool, String) {
        let data = self.data.display().to_string();
        run(args, &["--data", &data, "--config", &self.with(prefix)])
    }
}

fn run(args: &[&str], more: &[&str]) -> (bool, String) {
    let (status, said, errors) = townhall(args.iter().chain(more).copied()).run();
    (status.success(), said + &errors)
}

fn config(server: &BucketServer, dir: &Path, prefix: &str) -> String {
    let file = dir.join(format!("{}.toml", prefix.replace('/', "-")));
    std::fs::write(&file, server.config_lines(dir, prefix)).expect("written");
    file.display().to_string()
}

fn key(prefix: &str, sha256: &str) -> String {
    format!("{prefix}/{}/{sha256}", &sha256[..2])
}

async fn node() -> Option<Node> {
    let server = BucketServer::start(BucketOptions {
        checksums: true,
        old: true,
        ..BucketOptions::default()
    })?;
    let settings = server.settings("papers");
    let site = Site::start_with(Place::Sqlite(temp_dir()), move |dir| {
        Files::open_in_bucket(&dir.join("files"), &settings)
            .and_then(|files| files.owned_by("node-of-the-test", false))
            .expect("the bucket is ours")
    })
    .await;
    site.write(|tx, _| Ok(node::set(tx, node::FILES_OWNER, "node-of-the-test")?))
        .await
        .expect("set");
    let client = site.sign_in("receptionist").await;
    let (open, ended) = (accepted(&site, PROCEDURE).await, accepted(&site, PROCEDURE).await);
    send(&client, open, &[], &[("a.pdf", &pdf(0))]).await.expect(303);
    send(&client, ended, &[], &[("b.pdf", &pdf(50))])
        .await
        .expect(303);
    let (kept, gone) = (hash_of(&site, open).await, hash_of(&site, ended).await);
    withdraw(&site, ended).await;
    site.sequence().await;
    let gone_code = dossier(&site, ended).await.code;
    let dir = temp_dir();
    let data = dir.path().join("data");
    std::fs::create_dir(&data).expect("made");
    let (from, to) = (site.dir().join("townhall.sqlite"), data.join("townhall.db"));
    backup::copy_sqlite(&from, &to).expect("copied");
    std::fs::create_dir(data.join("keys")).expect("made");
    for key in std::fs::read_dir(site.dir().join("keys")).expect("the keys of the log") {
        let key = key.expect("a key");
        std::fs::copy(key.path(), data.join("keys").join(key.file_name())).expect("copied");
    }
    Some(Node {
        dir,
        data,
        kept,
        gone,
        gone_code,
        server,
    })
}

async fn hash_of(site: &Site, id: DossierId) -> String {
    papers_of(site, id).await.remove(0).sha256
}

async fn withdraw(site: &Site, id: DossierId) {
    let actor = site.actor("receptionist").await;
    let version = dossier(site, id).await.version;
    let cmd = townhall_app::dossier::WithdrawDossier {
        dossier: id,
        version,
        reason: "Không làm nữa".to_owned(),
    };
    site.town
        .write("withdraw", &actor, move |tx, cx| {
            townhall_app::dossier::withdraw_dossier(tx, cx, &cmd)
        })
        .await
        .expect("withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_reads_the_papers_in_the_bucket_and_names_what_is_wrong() {
    let Some(node) = node().await else { return };
    let (fine, said) = node.run(&["verify"], "papers");
    assert!(
        fine && said.contains("2 files: all is as it was written"),
        "{said}"
    );
    let object = key("papers", &node.kept);
    node.server.put(&object, b"another paper");
    let (fine, said) = node.run(&["verify"], "papers");
    assert!(!fine && said.contains(&format!("file {}", node.kept)), "{said}");
    assert!(said.contains("is damaged"), "{said}");
    node.server.delete(&object);
    let (fine, said) = node.run(&["verify"], "papers");
    assert!(!fine && said.contains("is missing"), "{said}");
    node.server.put(&object, &pdf(0));
    assert!(node.run(&["verify"], "papers").0);
    let nowhere = node.with("papers");
    let Node { data, server, .. } = &node;
    let text = std::fs::read_to_string(&nowhere).expect("read");
    let port = server.settings("x").endpoint;
    std::fs::write(&nowhere, text.replace(&port, "http://127.0.0.1:9")).expect("written");
    let (fine, said) = run(
        &["verify"],
        &["--data", &data.display().to_string(), "--config", &nowhere],
    );
    assert!(!fine && said.contains("2 files were not looked at"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_holds_the_papers_and_is_restored_to_a_directory_or_to_a_bucket() {
    let Some(node) = node().await else { return };
    let file = node.dir.path().join("node.tar").display().to_string();
    let (fine, said) = node.run(&["backup", &file], "papers");
    assert!(fine, "{said}");

    let plain = node.dir.path().join("plain");
    let (fine, said) = run(&["restore", &file, &plain.display().to_string()], &[]);
    assert!(
        fine && said.contains("2 files: all is as it was written"),
        "{said}"
    );
    let files = Files::to_look(&plain.join("files"));
    assert_eq!(files.read(&node.kept).expect("there"), pdf(0));

    // The same place in the bucket is another node's until whoever restores says that it is gone.
    let taken = node.dir.path().join("taken").display().to_string();
    let (fine, said) = run(&["restore", &file, &taken], &["--config", &node.with("papers")]);
    assert!(!fine && said.contains("belongs to a node already"), "{said}");
    assert!(!Path::new(&taken).exists());

    let other = node.dir.path().join("other").display().to_string();
    let (fine, said) = run(&["restore", &file, &other], &["--config", &node.with("b/papers")]);
    assert!(
        fine && said.contains("2 files: all is as it was written"),
        "{said}"
    );
    assert!(node.server.keys().contains(&key("b/papers", &node.kept)));
    assert!(
        Files::to_look(&Path::new(&other).join("files"))
            .list()
            .expect("a list")
            .is_empty()
    );

    let (fine, said) = run(
        &["restore", &file, &taken, "--take-over"],
        &["--config", &node.with("papers")],
    );
    assert!(fine, "{said}");
    // The node from which it was taken removes nothing there any more, and does not serve.
    let (fine, said) = node.run(&["serve", "--listen", "127.0.0.1:0"], "papers");
    assert!(!fine && said.contains("belongs to another node"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_by_decision_goes_from_the_bucket() {
    let Some(node) = node().await else { return };
    let args = [
        "erase",
        "--dossier",
        &node.gone_code,
        "--decision",
        "12/QĐ-UBND",
        "--decided-on",
        "2025-08-01",
        "--authority",
        "UBND xã Thuận An",
        "--reason",
        "term-ended",
        "--yes",
    ];
    let (fine, said) = node.run(&args, "papers");
    assert!(fine && said.contains("files: 1 removed"), "{said}");
    let keys = node.server.keys();
    assert!(!keys.contains(&key("papers", &node.gone)), "{keys:?}");
    assert!(keys.contains(&key("papers", &node.kept)), "{keys:?}");
    let (fine, said) = node.run(&["verify"], "papers");
    assert!(fine && said.contains("1 files"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_are_moved_to_a_bucket_and_back_and_a_second_run_only_brings_the_rest() {
    let Some(node) = node().await else { return };
    let directory = || Files::to_look(&node.data.join("files"));
    let (fine, said) = node.run(&["files", "move", "--to", "directory"], "papers");
    assert!(
        fine && said.contains("2 copied now, 0 were there before"),
        "{said}"
    );
    assert!(said.contains("100 % (2 of 2 papers)"), "{said}");
    assert_eq!(directory().read(&node.kept).expect("there"), pdf(0));
    let data = node.data.display().to_string();
    let (fine, said) = run(&["verify"], &["--data", &data]);
    assert!(fine, "the node works without the bucket: {said}");

    // Something comes in, something is damaged; the way back goes to another prefix.
    let files = Files::open(&node.data.join("files")).expect("open");
    for number in 0..9_u8 {
        files.put(&[number]).expect("put");
    }
    let broken = files.put(b"broken").expect("put").sha256;
    std::fs::write(files.path(&broken).expect("a path"), b"brokem").expect("damaged");
    let (fine, said) = node.run(&["files", "move", "--to", "bucket"], "c");
    assert!(
        !fine && said.contains("11 copied now") && said.contains(&broken),
        "{said}"
    );
    std::fs::write(files.path(&broken).expect("a path"), b"broken").expect("mended");
    let (fine, said) = node.run(&["files", "move", "--to", "bucket"], "c");
    assert!(
        fine && said.contains("1 copied now, 11 were there before"),
        "{said}"
    );
    assert!(said.contains("townhall verify"), "{said}");
    assert!(node.run(&["verify"], "c").0);

    // A prefix of another node is not filled.
    let strange = node.server.settings("d");
    Files::open_in_bucket(&node.data.join("files"), &strange)
        .and_then(|files| files.owned_by("somebody", false))
        .expect("theirs");
    let (fine, said) = node.run(&["files", "move", "--to", "bucket"], "d");
    assert!(!fine && said.contains("belongs to another node"), "{said}");
    // What was paused goes on.
    let db = Db::open(&DbConfig::Sqlite {
        file: node.data.join("townhall.db"),
    })
    .expect("open");
    let leases = tokio::task::block_in_place(|| {
        db.read_blocking("leases", |tx| {
            let held = tx.rows("SELECT name FROM leases WHERE name = $1", &params![leases::SWEEP])?;
            Ok::<_, StoreError>(held.len())
        })
    });
    assert_eq!(leases.expect("counted"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_serves_without_its_bucket_and_says_so() {
    let Some(node) = node().await else { return };
    let data = node.data.display().to_string();
    let file = node.with("papers");
    let mut served = townhall([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        &data,
        "--config",
        &file,
    ])
    .start();
    let ready = http::get(served.url(), "/readyz").expect("an answer");
    assert_eq!((ready.status, ready.json()["papers"].as_str()), (200, Some("ok")));
    let Node { server, .. } = node;
    let secret = server.settings("x").keys.secret;
    drop(server);
    std::thread::sleep(Duration::from_millis(1100));
    let ready = http::get(served.url(), "/readyz").expect("an answer");
    assert_eq!(
        (ready.status, ready.json()["papers"].as_str()),
        (200, Some("failed")),
        "everything but the papers works"
    );
    let figures = http::get(served.url(), "/metrics").expect("an answer").text();
    assert!(figures.contains("townhall_papers_reachable 0"), "{figures}");
    assert!(served.stop(Duration::from_secs(40)).is_some());
    // It also starts without it.
    let mut again = townhall([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        &data,
        "--config",
        &file,
    ])
    .start();
    assert!(again.stop(Duration::from_secs(40)).is_some());
    let said = served.said() + &again.said();
    assert!(said.contains("the store of papers does not answer"), "{said}");
    assert!(!said.contains(&secret) && !said.contains("X-Amz"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_with_a_bucket_is_tried_out() {
    let Some(node) = node().await else { return };
    let file = node.with("papers");
    let check = |file: &str, more: &[&str]| run(&["config", "check", file], more);
    let (fine, said) = check(&file, &[]);
    assert!(fine && said.contains("the bucket of papers answers"), "{said}");
    node.server.keep_versions();
    let (fine, said) = check(&file, &[]);
    assert!(fine && said.contains("keeps versions"), "{said}");
    let text = std::fs::read_to_string(&file).expect("read");
    let changed = |from: &str, to: &str| {
        let file = node.dir.path().join("changed.toml");
        std::fs::write(&file, text.replace(from, to)).expect("written");
        file.display().to_string()
    };
    for (from, to, told) in [
        ("town-papers", "no-such-bucket", "404 NoSuchBucket"),
        ("vn-south-1", "us-east-1", "400 Authorization"),
        (
            "s3_bucket",
            "# s3_bucket",
            "`s3_endpoint` needs `s3_bucket` beside it",
        ),
        (
            "s3_prefix = \"papers\"",
            "s3_prefix = \"../x\"",
            "a prefix such as",
        ),
        ("http://127.0.0.1", "http://10.0.0.1", "https is wanted"),
        (
            "s3_region",
            "s3_path_style = false\ns3_region",
            "cannot stand before this host",
        ),
    ] {
        let (fine, said) = check(&changed(from, to), &[]);
        assert!(!fine && said.contains(told), "{to}: {said}");
    }
    let (fine, said) = check(&changed("town-papers", "no-such-bucket"), &["--offline"]);
    assert!(fine, "nobody is asked: {said}");
    std::fs::write(node.dir.path().join("s3-secret-key"), "wrong").expect("written");
    let (fine, said) = check(&file, &[]);
    assert!(!fine && said.contains("403 SignatureDoesNotMatch"), "{said}");
}

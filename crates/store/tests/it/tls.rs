//! TLS to a real server with a certificate of our own making.

use std::path::Path;
use std::process::Command;

use townhall_store::{Db, DbConfig, StoreError};
use townhall_testkit::postgres::{Cluster, Durability};
use townhall_testkit::{temp_dir, tools};

/// A certificate made out to this host, signed by itself.
fn certificate(openssl: &Path, dir: &Path, name: &str) {
    let made = Command::new(openssl)
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ])
        .args(["-nodes", "-days", "2", "-subj", "/CN=townhall-test"])
        .args(["-addext", &format!("subjectAltName={name}")])
        .args(["-addext", "basicConstraints=critical,CA:TRUE"])
        .arg("-keyout")
        .arg(dir.join("key.pem"))
        .arg("-out")
        .arg(dir.join("cert.pem"))
        .output()
        .expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Opens the database and asks the server whether the connection is encrypted.
fn encrypted(url: &str) -> Result<bool, StoreError> {
    let db = Db::open(&DbConfig::Postgres {
        url: url.to_owned(),
        writers: 1,
        readers: 1,
    })?;
    let row = db.read_blocking("is_encrypted", |tx| {
        tx.one(
            "SELECT CASE WHEN ssl THEN 1 ELSE 0 END AS n FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
            &[],
        )
    })?;
    Ok(row.expect("a row").get::<i64>("n")? == 1)
}

#[test]
fn a_server_is_reached_over_tls_and_only_the_one_that_can_prove_who_it_is() {
    let Some(openssl) = tools::find_program("openssl") else {
        return tools::skip("TLS to PostgreSQL", "openssl is not installed");
    };
    let mut cluster = match Cluster::start(Durability::Fast) {
        Ok(cluster) => cluster,
        Err(error) => return tools::skip("TLS to PostgreSQL", &error.to_string()),
    };
    let (dir, strange) = (temp_dir(), temp_dir());
    certificate(&openssl, strange.path(), "IP:127.0.0.1");
    certificate(&openssl, dir.path(), "IP:127.0.0.1");
    let own = dir.path().join("cert.pem").display().to_string();
    let other = strange.path().join("cert.pem").display().to_string();
    let url = cluster.url();
    let to = |mode: &str| encrypted(&format!("{url}?sslmode={mode}"));

    let refused = to("require").expect_err("the server has no TLS yet");
    assert!(refused.to_string().contains("TLS"), "{refused}");
    cluster
        .offer_tls(&dir.path().join("cert.pem"), &dir.path().join("key.pem"))
        .expect("the server starts with TLS");
    assert!(!to("disable").expect("reached"), "without TLS");
    assert!(to("require").expect("reached"));
    assert!(to(&format!("verify-ca&sslrootcert={own}")).expect("reached"));
    assert!(to(&format!("verify-full&sslrootcert={own}")).expect("reached"));
    for mode in ["require", "verify-ca", "verify-full"] {
        let refused = to(&format!("{mode}&sslrootcert={other}")).expect_err("another root");
        assert!(refused.to_string().contains("certificate"), "{mode}: {refused}");
    }

    // Made out to another host: verify-ca takes it, verify-full does not.
    certificate(&openssl, dir.path(), "DNS:elsewhere.example");
    cluster
        .offer_tls(&dir.path().join("cert.pem"), &dir.path().join("key.pem"))
        .expect("the server starts again");
    assert!(to(&format!("verify-ca&sslrootcert={own}")).expect("reached"));
    let refused = to(&format!("verify-full&sslrootcert={own}")).expect_err("another host");
    assert!(refused.to_string().contains("certificate"), "{refused}");
}

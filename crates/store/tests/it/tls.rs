//! TLS to a real server with a certificate of our own making.

use std::path::Path;

use townhall_store::{Db, DbConfig, StoreError};
use townhall_testkit::certificate::Certificate;
use townhall_testkit::postgres::{Cluster, Durability};
use townhall_testkit::{temp_dir, tools};

/// Opens the database and asks the server whether the connection is encrypted.
fn encrypted(url: &str) -> Result<bool, StoreError> {
    let db = Db::open(&DbConfig::Postgres {
        url: url.to_owned(),
        writers: 1,
        readers: 1,
    })?;
    let encrypted = db.read_blocking("is_encrypted", |tx| {
        tx.first(
            "SELECT CASE WHEN ssl THEN 1 ELSE 0 END AS n FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
            &[],
            |row| row.get::<i64>("n"),
        )
    })?;
    Ok(encrypted.expect("a row") == 1)
}

#[test]
fn a_server_is_reached_over_tls_and_only_the_one_that_can_prove_who_it_is() {
    let mut cluster = match Cluster::start(Durability::Fast) {
        Ok(cluster) => cluster,
        Err(error) => return tools::skip("TLS to PostgreSQL", &error.to_string()),
    };
    let (dir, strange) = (temp_dir(), temp_dir());
    let make = |dir: &Path, name: &str| Certificate::make("TLS to PostgreSQL", dir, name);
    let (Some(strange), Some(here)) = (
        make(strange.path(), "IP:127.0.0.1"),
        make(dir.path(), "IP:127.0.0.1"),
    ) else {
        return;
    };
    let own = here.certificate.display().to_string();
    let other = strange.certificate.display().to_string();
    let url = cluster.url();
    let to = |mode: &str| encrypted(&format!("{url}?sslmode={mode}"));

    let refused = to("require").expect_err("the server has no TLS yet");
    assert!(refused.to_string().contains("TLS"), "{refused}");
    cluster
        .offer_tls(&here.certificate, &here.key)
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
    let elsewhere = make(dir.path(), "DNS:elsewhere.example").expect("as before");
    cluster
        .offer_tls(&elsewhere.certificate, &elsewhere.key)
        .expect("the server starts again");
    assert!(to(&format!("verify-ca&sslrootcert={own}")).expect("reached"));
    let refused = to(&format!("verify-full&sslrootcert={own}")).expect_err("another host");
    assert!(refused.to_string().contains("certificate"), "{refused}");
}

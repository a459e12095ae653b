//! A PostgreSQL server for tests, and an own database for each of them.
//!
//! nextest runs every test in its own process, so a server for each would cost more than the tests.
//! Where the server comes from, in this order:
//! 1. `TOWNHALL_TEST_PG=postgres://…`, given by `cargo xtask test` for the time of its run;
//! 2. a server that this user's tests started earlier and that still answers;
//! 3. a new one, started behind a lock and left running for the next test process; it stops by itself
//!    after 15 minutes without a test, or at once with `cargo run -p townhall-testkit --bin test-postgres -- stop`.
//!
//! Those servers do not sync to disk (`fsync=off`): a test that needs a durable server, or one that it may
//! kill, starts its own [`Cluster`].

mod cluster;
mod shared;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, Config, NoTls};

pub use cluster::{Cluster, ClusterError, Durability};
pub use shared::stop_shared;

use crate::tools;

/// A database of one test, dropped with the value.
pub struct TestDatabase {
    server: String,
    name: String,
    url: String,
}

impl TestDatabase {
    /// `postgres://user:password@127.0.0.1:port/name`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the database on its server.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A server that has gone took the database with it, so a failure here hides nothing.
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = on_server(&self.server, move |client| client.batch_execute(&sql));
    }
}

/// An empty database on the shared server; `None`, with a line on stderr, where PostgreSQL is not installed.
///
/// # Panics
/// When the server cannot be started or refuses, or when it is not installed and tools are required.
pub fn fresh_database() -> Option<TestDatabase> {
    let server = server()?;
    Some(create(&server, "template0"))
}

/// A database that starts as a copy of one that `fill` prepared: migrations run once a server, not once a test.
///
/// `fill` is given the address of an empty database and leaves no connection open; `key` names what it
/// makes, and must change when `fill` would make something else (hash the migrations).
///
/// # Panics
/// As [`fresh_database`].
pub fn database_like(key: &str, fill: impl FnOnce(&str)) -> Option<TestDatabase> {
    let server = server()?;
    let template = format!("townhall_template_{:016x}", hash(key));
    // The advisory lock makes one process fill the template while the others wait for it. Its connection
    // stays open around `fill`, on its own thread because this client may not live on an async one.
    shared::with_lock(&format!("template-{template}"), || {
        if !exists(&server, &template) {
            // Filled under another name, so that a process that dies in the middle leaves no half template.
            let raw = create(&server, "template0");
            fill(raw.url());
            let sql = format!("ALTER DATABASE {} RENAME TO {template}", raw.name());
            on_server(&server, move |client| client.batch_execute(&sql))
                .expect("`fill` left no connection open, so the template can be renamed");
        }
    });
    Some(create(&server, &template))
}

/// The address of the server with its administrative database, started when needed.
///
/// # Panics
/// As [`fresh_database`].
pub fn server() -> Option<String> {
    if let Ok(url) = std::env::var("TOWNHALL_TEST_PG") {
        return Some(url);
    }
    match shared::server() {
        Ok(url) => Some(url),
        Err(ClusterError::NotInstalled) => {
            tools::skip(
                "tests on PostgreSQL",
                "the PostgreSQL server is not installed (Debian: postgresql)",
            );
            None
        }
        Err(error) => panic!("a PostgreSQL for tests could not be started: {error}"),
    }
}

fn create(server: &str, template: &str) -> TestDatabase {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // A process id comes back after a while; the time-ordered id keeps two runs apart.
    let run = uuid::Uuid::now_v7().simple().to_string();
    let name = format!("townhall_test_{}_{count}_{}", std::process::id(), &run[..12]);
    let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
    on_server(server, move |client| client.batch_execute(&sql)).unwrap_or_else(|error| {
        panic!("a test database could not be made on the PostgreSQL for tests: {error:?}")
    });
    TestDatabase {
        url: with_database(server, &name),
        server: server.to_owned(),
        name,
    }
}

fn exists(server: &str, name: &str) -> bool {
    let name = name.to_owned();
    on_server(server, move |client| {
        client
            .query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name])
            .map(|row| row.is_some())
    })
    .expect("the PostgreSQL for tests answers")
}

/// The address of another database on the same server.
fn with_database(server: &str, name: &str) -> String {
    let (address, _) = server
        .rsplit_once('/')
        .expect("an address ends with a slash and the database");
    format!("{address}/{name}")
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Runs `work` with a connection on a thread of its own: the synchronous client panics when it is used
/// or dropped on a thread of an async runtime, and tests of the edge are async.
fn on_server<T: Send + 'static>(
    url: &str,
    work: impl FnOnce(&mut Client) -> Result<T, postgres::Error> + Send + 'static,
) -> Result<T, postgres::Error> {
    let config: Config = url.parse()?;
    std::thread::spawn(move || {
        let mut client = config.connect(NoTls)?;
        work(&mut client)
    })
    .join()
    .expect("the connection's thread does not panic")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(url: &str, sql: &'static str) -> Result<i64, postgres::Error> {
        on_server(url, move |client| {
            client
                .simple_query(sql)
                .map(|rows| i64::try_from(rows.len()).expect("few rows"))
        })
    }

    #[test]
    fn two_tests_never_see_each_other() {
        let (Some(one), Some(two)) = (fresh_database(), fresh_database()) else {
            return;
        };
        run(one.url(), "CREATE TABLE t (a BIGINT)").expect("a table can be made");
        run(two.url(), "SELECT a FROM t").expect_err("the other database has no such table");
        assert_ne!(one.name(), two.name());
    }

    #[test]
    fn a_database_goes_with_its_test() {
        let Some(database) = fresh_database() else { return };
        let (server, name) = (database.server.clone(), database.name.clone());
        assert!(exists(&server, &name));
        drop(database);
        assert!(!exists(&server, &name));
    }

    #[test]
    fn a_template_is_filled_once_and_copied_for_each() {
        let key = format!("a_template_is_filled_once {}", uuid::Uuid::now_v7());
        let mut filled = 0;
        for _ in 0..2 {
            let Some(database) = database_like(&key, |url| {
                filled += 1;
                run(url, "CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (1)")
                    .expect("a template can be filled");
            }) else {
                return;
            };
            // simple_query gives the rows, a row description and the closing tag; what counts is that it works.
            run(database.url(), "SELECT a FROM t").expect("the copy has the table");
        }
        assert_eq!(filled, 1);
        let server = server().expect("it was there a moment ago");
        let name = format!("townhall_template_{:016x}", hash(&key));
        on_server(&server, move |client| {
            client.batch_execute(&format!("DROP DATABASE {name}"))
        })
        .expect("dropped");
    }

    #[test]
    fn a_durable_server_keeps_what_it_acknowledged_when_it_is_killed() {
        let mut cluster = match Cluster::start(Durability::Durable) {
            Ok(cluster) => cluster,
            Err(ClusterError::NotInstalled) => {
                return tools::skip("a durable PostgreSQL", "it is not installed");
            }
            Err(error) => panic!("{error}"),
        };
        run(
            &cluster.url(),
            "CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (7)",
        )
        .expect("written");
        cluster.kill();
        run(&cluster.url(), "SELECT a FROM t").expect_err("nobody answers");
        cluster.start_again().expect("it recovers");
        run(&cluster.url(), "SELECT a FROM t").expect("the row was acknowledged, so it is there");
    }
}

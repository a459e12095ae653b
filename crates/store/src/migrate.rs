//! Bringing the schema up to date: forward only, one text for both databases, never a newer database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use refinery::{Migration, Runner};

use crate::dialect;
use crate::error::StoreError;

static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Name without ending and SQL text of every migration, in order of their numbers.
pub fn texts() -> Vec<(String, &'static str)> {
    let mut texts: Vec<_> = MIGRATIONS
        .files()
        .filter_map(|file| {
            Some((
                file.path().file_stem()?.to_str()?.to_owned(),
                file.contents_utf8()?,
            ))
        })
        .collect();
    texts.sort();
    texts
}

fn runner(rewrite: impl Fn(&str) -> String) -> Result<Runner, StoreError> {
    let migrations = texts()
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, &rewrite(sql)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(Runner::new(&migrations)
        .set_abort_divergent(true)
        .set_abort_missing(true))
}

/// Number and name of every migration that this program has.
static KNOWN: LazyLock<BTreeMap<i64, &'static str>> = LazyLock::new(|| {
    let named = MIGRATIONS.files().filter_map(|file| {
        let name = file.path().file_stem()?.to_str()?;
        let number = name.trim_start_matches('V').split("__").next()?;
        Some((number.parse().ok()?, name))
    });
    named.collect()
});

/// The newest schema version that this program knows.
pub fn known_version() -> i64 {
    KNOWN.last_key_value().map_or(0, |(number, _)| *number)
}

/// The numbers of the migrations that a database has had: a few dozen rows, read at every start.
type History = BTreeSet<i64>;

const HISTORY: &str = "SELECT CAST(version AS BIGINT) AS version FROM refinery_schema_history";

/// Refuses a database that is not of exactly the version that this program works with.
fn must_match(history: &History) -> Result<(), StoreError> {
    refuse_other(history)?;
    let known = known_version();
    match history.last() {
        None => Err(StoreError::NoDatabase),
        Some(&found) if found < known => Err(StoreError::OlderDatabase { found, known }),
        Some(_) => Ok(()),
    }
}

/// Refuses a newer database, and one that lacks a migration older than its newest or has one that nobody knows: the
/// number of its version alone does not say what is in it.
fn refuse_other(history: &History) -> Result<(), StoreError> {
    let (Some(&found), known) = (history.last(), known_version()) else {
        return Ok(());
    };
    if found > known {
        return Err(StoreError::NewerDatabase { found, known });
    }
    let lacks = KNOWN
        .range(..found)
        .filter(|(number, _)| !history.contains(*number))
        .map(|(_, name)| format!("it lacks {name}"));
    let strange = history
        .iter()
        .filter(|number| !KNOWN.contains_key(*number))
        .map(|number| format!("it has a version {number} that this program does not know"));
    let differences: Vec<String> = lacks.chain(strange).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(StoreError::OtherHistory {
        found,
        differences: differences.join(", "),
    })
}

/// Refuses a `SQLite` database of another version, without changing it.
pub(crate) fn look_at_sqlite(connection: &rusqlite::Connection) -> Result<(), StoreError> {
    // A file that is damaged or no database at all says so here, before anybody speaks of versions.
    let tables: i64 = connection.query_row(
        "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'",
        [],
        |row| row.get(0),
    )?;
    if tables == 0 {
        return Err(StoreError::NoDatabase);
    }
    must_match(&history_in_sqlite(connection)?)
}

fn history_in_sqlite(connection: &rusqlite::Connection) -> Result<History, StoreError> {
    let mut asked = connection.prepare(HISTORY)?;
    let rows = asked.query_map([], |row| row.get::<_, i64>(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Refuses a `PostgreSQL` database of another version, without changing it.
pub(crate) fn look_at_postgres(client: &mut postgres::Client) -> Result<(), StoreError> {
    must_match(&history_in_postgres(client)?)
}

/// What this program's migrations make of an empty `SQLite` database.
///
/// # Errors
/// When they fail.
pub(crate) fn in_memory() -> Result<rusqlite::Connection, StoreError> {
    let mut connection = rusqlite::Connection::open_in_memory()?;
    sqlite(&mut connection)?;
    Ok(connection)
}

/// Migrates a `SQLite` database; a second process waits for the write lock.
pub(crate) fn sqlite(connection: &mut rusqlite::Connection) -> Result<(), StoreError> {
    // An empty file has no history yet.
    let history = history_in_sqlite(connection).unwrap_or_default();
    refuse_other(&history)?;
    if history.last() == Some(&known_version()) {
        return Ok(());
    }
    runner(dialect::migration_for_sqlite)?
        .run(connection)
        .map_err(|error| migration_failed(&error))?;
    Ok(())
}

/// Key of the advisory lock that lets one process migrate while the others wait.
const MIGRATION_LOCK: i64 = 0x746f_776e_6861_6c6c;

/// Migrates a `PostgreSQL` database under an advisory lock.
pub(crate) fn postgres(client: &mut postgres::Client) -> Result<(), StoreError> {
    client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK])?;
    let outcome = postgres_locked(client);
    client.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK])?;
    outcome
}

fn history_in_postgres(client: &mut postgres::Client) -> Result<History, StoreError> {
    let history = client
        .query_one("SELECT to_regclass('refinery_schema_history') IS NOT NULL", &[])?
        .get::<_, bool>(0);
    if !history {
        return Ok(History::new());
    }
    let rows = client.query(HISTORY, &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

fn postgres_locked(client: &mut postgres::Client) -> Result<(), StoreError> {
    refuse_other(&history_in_postgres(client)?)?;
    runner(dialect::migration_for_postgres)?
        .run(client)
        .map_err(|error| migration_failed(&error))?;
    Ok(())
}

/// The first line says what failed; the statement that follows it is ours and helps nobody who reads a terminal.
fn migration_failed(error: &refinery::Error) -> StoreError {
    let mut told = error.to_string();
    if let Some(end) = told.find('\n') {
        told.truncate(end);
    }
    // The outer error says only that there was one; the innermost has the words of the database.
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let words = inner.to_string();
    let words = words.lines().next().unwrap_or_default();
    StoreError::Migration(format!(
        "the schema is not what its own version says, so it cannot be brought up to date ({}: {words})",
        told.trim_end_matches(['`', ' '])
    ))
}

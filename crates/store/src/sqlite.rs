//! `SQLite`: one writer thread that commits in groups, and connections that read and never wait for it.

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::db::{QUEUE, Reads, Threads, spawn};
use crate::error::StoreError;
use crate::migrate;
use crate::readers::Readers;
use crate::tx::{Base, Embedded, Tx};
use crate::work::{Ran, Work};

/// At most so many commands share one commit.
const GROUP_SIZE: usize = 256;
/// A group stops taking commands after this time, so that nobody waits long for a commit that only others fill.
const GROUP_TIME: Duration = Duration::from_millis(15);
/// Pages in the write-ahead log (4 KiB each, so 32 MiB) before it is folded into the database. A page that many
/// commands change is then written there once and not once for every few of them; a restart reads the log in
/// a tenth of a second.
pub const LOG_PAGES: u32 = 8_192;

pub(crate) fn start(file: &Path, readers: usize) -> Result<Threads, StoreError> {
    let mut writer = Connection::open(file)?;
    prepare(&writer)?;
    migrate::sqlite(&mut writer)?;
    let writer = Embedded::new(writer);
    let (writes, write_queue) = sync_channel(QUEUE);
    let readers: Result<Vec<_>, StoreError> = (0..readers.max(1))
        .map(|_| Ok(Embedded::new(reader(file)?)))
        .collect();
    let reads = Reads::Here(Readers::new(readers?));
    let join = spawn("sqlite-writer", move || write_loop(&writer, &write_queue))?;
    Ok(Threads {
        writes,
        reads,
        joins: vec![join],
    })
}

/// One reader and nobody who writes: for whoever must not change what he looks at.
pub(crate) fn look(file: &Path) -> Result<Threads, StoreError> {
    let reader = Embedded::new(reader(file)?);
    migrate::look_at_sqlite(&reader)?;
    let (writes, _) = sync_channel(1);
    Ok(Threads {
        writes,
        reads: Reads::Here(Readers::new(vec![reader])),
        joins: Vec::new(),
    })
}

fn reader(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(file, flags)?;
    reader.busy_timeout(Duration::from_secs(10))?;
    reader.pragma_update(None, "cache_size", -65_536)?;
    keep_sqlite_statements(&reader)?;
    Ok(reader)
}

fn prepare(writer: &Connection) -> Result<(), StoreError> {
    writer.busy_timeout(Duration::from_secs(10))?;
    let mode: String = writer.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Setting(format!(
            "the file system does not allow a write-ahead log (journal mode {mode})"
        )));
    }
    // FULL: the log is synced before a commit returns; an acknowledged command survives a power cut.
    writer.pragma_update(None, "synchronous", "FULL")?;
    writer.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    writer.pragma_update(None, "foreign_keys", true)?;
    writer.pragma_update(None, "cache_size", -65_536)?;
    writer.pragma_update(None, "temp_store", "MEMORY")?;
    keep_sqlite_statements(writer)?;
    Ok(())
}

/// A statement is prepared once. Otherwise `SQLite` notes that another value of a parameter might give a better
/// plan, and prepares the statement again for each, which costs as much as most of our queries. So a condition of a
/// partial index is written out in a query, never a parameter.
pub fn keep_sqlite_statements(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(512);
    Ok(())
}

fn write_loop(writer: &Embedded, queue: &Receiver<Box<dyn Work>>) {
    while let Ok(first) = queue.recv() {
        run_group(writer, first, queue);
    }
    // A closed database leaves no log behind for the next start to replay.
    if let Err(error) = writer.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "could not fold the write-ahead log into the database at the end");
    }
}

/// Runs one group: every closure but the first in a savepoint of its own, one commit for all.
fn run_group(writer: &Embedded, first: Box<dyn Work>, queue: &Receiver<Box<dyn Work>>) {
    if let Err(error) = say(writer, "BEGIN IMMEDIATE") {
        tracing::error!(%error, command = first.name(), "the database refused to begin");
        first.finish(Err(error.into()));
        return;
    }
    let started = Instant::now();
    let mut group: Vec<Box<dyn Work>> = Vec::new();
    let mut next = Some(first);
    while let Some(mut work) = next.take() {
        let outcome = if group.is_empty() {
            run_first(writer, work.as_mut())
        } else {
            run_in_savepoint(writer, work.as_mut())
        };
        group.push(work);
        if let Err(cause) = outcome {
            return alone(writer, group, &cause);
        }
        if group.len() < GROUP_SIZE && started.elapsed() < GROUP_TIME {
            next = queue.try_recv().ok();
        }
    }
    match say(writer, "COMMIT") {
        Ok(()) => group.into_iter().for_each(|work| work.finish(Ok(()))),
        Err(error) => {
            let cause = error.to_string();
            roll_back(writer);
            alone(writer, group, &cause);
        }
    }
}

/// The first of a group has nothing before it that must stay, so it needs no savepoint, which would copy every page
/// before it is changed. In a quiet town hall it is the only one.
fn run_first(writer: &Embedded, work: &mut dyn Work) -> Result<(), String> {
    let ran = work.run(&mut Tx::new(Base::Sqlite(writer)));
    if writer.is_autocommit() {
        return Err("the database rolled the transaction back".to_owned());
    }
    match ran {
        Ran::Keep => Ok(()),
        Ran::Undo => writer
            .execute_batch("ROLLBACK; BEGIN IMMEDIATE")
            .map_err(|error| error.to_string()),
    }
}

/// An error says that the whole transaction is gone: a full disk, a failed read or write, no memory.
fn run_in_savepoint(writer: &Embedded, work: &mut dyn Work) -> Result<(), String> {
    say(writer, "SAVEPOINT command").map_err(|error| error.to_string())?;
    let mut tx = Tx::new(Base::Sqlite(writer));
    let ran = work.run(&mut tx);
    if writer.is_autocommit() {
        return Err("the database rolled the transaction back".to_owned());
    }
    let close = || {
        if ran == Ran::Undo {
            say(writer, "ROLLBACK TO command")?;
        }
        say(writer, "RELEASE command")
    };
    close().map_err(|error: rusqlite::Error| error.to_string())?;
    if writer.is_autocommit() {
        Err("the database rolled the transaction back".to_owned())
    } else {
        Ok(())
    }
}

/// The group's transaction is gone. Nobody was answered yet, so each command is run again, by itself.
fn alone(writer: &Embedded, group: Vec<Box<dyn Work>>, cause: &str) {
    tracing::error!(
        cause,
        commands = group.len(),
        "a group of commands was rolled back; each is run again alone"
    );
    roll_back(writer);
    for mut work in group {
        let outcome = run_alone(writer, work.as_mut());
        if let Err(error) = &outcome {
            tracing::error!(%error, command = work.name(), "the command failed alone, too");
        }
        work.finish(outcome);
    }
}

fn run_alone(writer: &Embedded, work: &mut dyn Work) -> Result<(), StoreError> {
    say(writer, "BEGIN IMMEDIATE")?;
    let mut tx = Tx::new(Base::Sqlite(writer));
    let ran = work.run(&mut tx);
    let outcome = match ran {
        Ran::Keep if writer.is_autocommit() => Err(StoreError::Lost(
            "the database rolled the transaction back".to_owned(),
        )),
        Ran::Keep => say(writer, "COMMIT").map_err(StoreError::from),
        Ran::Undo => Ok(()),
    };
    roll_back(writer);
    outcome
}

/// A word of one transaction, prepared once like every other statement.
pub(crate) fn say(connection: &Connection, word: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(word)?.execute([]).map(|_| ())
}

pub(crate) fn roll_back(writer: &Connection) {
    if !writer.is_autocommit()
        && let Err(error) = say(writer, "ROLLBACK")
    {
        tracing::error!(%error, "rolling back failed");
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::params;

    /// Values of parameters must not change a plan: `SQLite` would otherwise prepare such a statement again for
    /// every query, which costs as much as the query itself.
    #[test]
    fn a_statement_is_prepared_once_however_often_it_is_asked() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("townhall.db");
        drop(start(&file, 1).expect("a database"));
        let reader = Embedded::new(reader(&file).expect("a reader"));
        for sql in [
            "SELECT * FROM dossiers WHERE id = $1",
            "SELECT * FROM dossier_steps WHERE dossier = $1 ORDER BY number",
            "SELECT * FROM dossier_components WHERE dossier = $1 ORDER BY position",
        ] {
            for turn in 0..3 {
                reader.execute_batch("BEGIN").expect("a beginning");
                Tx::new(Base::Sqlite(&reader))
                    .rows(sql, &params![format!("{turn}")])
                    .expect("rows");
                roll_back(&reader);
            }
            let again = reader
                .prepare_cached(sql)
                .expect("a statement")
                .get_status(StatementStatus::RePrepare);
            assert_eq!(again, 0, "{sql}");
        }
    }
}

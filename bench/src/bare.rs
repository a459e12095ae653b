//! The bare database: the statements that our commands and queries ran, run again without our code.
//!
//! They are written down inside a transaction that is undone, so that the very same rows can be written afterwards.
//! On `SQLite` one connection commits as many commands at once as there are callers; on `PostgreSQL` each caller has
//! a connection of its own. Rows are stepped through, nothing is made of them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use postgres::NoTls;
use postgres::types::ToSql;
use rusqlite::{Connection, OpenFlags};
use townhall_app::error::AppError;
use townhall_domain::ids::DossierId;
use townhall_store::recording::Statement;
use townhall_store::{DbConfig, SQLITE_LOG_PAGES, Tx, Value, keep_sqlite_statements};

use crate::node::Node;
use crate::stopwatch::{self, Measured};
use crate::work::{self, Operation};

/// Most commands that are written down for one figure.
const MOST: usize = 12_000;

/// One command or query as its statements.
pub type Script = Vec<Written>;

/// One statement. Its text is shared by all scripts that have it, as a program's own texts would be: thousands of
/// copies would have to be fetched from memory, which takes longer than to look a statement up.
#[derive(Debug)]
pub struct Written {
    /// Its text.
    pub sql: Arc<str>,
    /// Its parameters, in order.
    pub params: Vec<Value>,
    /// True when its rows are read.
    pub reads: bool,
}

/// Each text once.
#[derive(Debug, Default)]
struct Texts(HashMap<String, Arc<str>>);

impl Texts {
    fn written(&mut self, statement: Statement) -> Written {
        let known = self.0.entry(statement.sql);
        let sql = Arc::clone(known.or_insert_with_key(|sql| Arc::from(sql.as_str())));
        Written {
            sql,
            params: statement.params,
            reads: statement.reads,
        }
    }
}

/// Times the statements of an operation with so many callers.
///
/// # Errors
/// When a statement fails.
pub fn measure(
    node: &Arc<Node>,
    operation: Operation,
    callers: usize,
    time: Duration,
    ours: &Measured,
) -> Result<Measured> {
    // Twice what ours did in this time is about what the bare database gets through. Queries begin again after that;
    // asking fewer dossiers than ours did would let it find all of them in its own memory.
    let count = (ours.count() * 2).clamp(200, MOST);
    let scripts = record(node, operation, count)?;
    if scripts.is_empty() {
        bail!("nothing of {} was written down", operation.name());
    }
    let next = AtomicUsize::new(0);
    let turns = Turns {
        scripts: &scripts,
        next: &next,
        is_command: operation.is_command(),
    };
    match node.config() {
        DbConfig::Sqlite { file } if operation.is_command() => {
            stopwatch::run(1, time, |_| sqlite_writer(file, &turns, callers))
        }
        DbConfig::Sqlite { file } => stopwatch::run(callers, time, |_| sqlite_reader(file, &turns)),
        DbConfig::Postgres { url, .. } => stopwatch::run(callers, time, |_| postgres_caller(url, &turns)),
    }
}

/// Which script comes next: a command once, a query again and again.
struct Turns<'a> {
    scripts: &'a [Script],
    next: &'a AtomicUsize,
    is_command: bool,
}

impl<'a> Turns<'a> {
    fn take(&self) -> Option<&'a Script> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        if self.is_command {
            self.scripts.get(turn)
        } else {
            self.scripts.get(turn % self.scripts.len())
        }
    }
}

/// Writes down the statements of so many runs of an operation; nothing of a command is kept.
///
/// # Errors
/// When an operation is refused.
pub fn record(node: &Arc<Node>, operation: Operation, count: usize) -> Result<Vec<Script>> {
    let written: Arc<Mutex<Vec<Script>>> = Arc::default();
    let ids = chosen(node, operation, count)?;
    let (out, inside) = (Arc::clone(&written), Arc::clone(node));
    let actor = node.receptionist();
    if operation.is_command() {
        let undone = node.town().write_blocking("record", actor, move |tx, cx| {
            let mut texts = Texts::default();
            let scripts = ids
                .iter()
                .map(|id| script(tx, &mut texts, |tx| operation.run(tx, cx, &inside, *id)))
                .collect::<Result<Vec<_>, AppError>>()?;
            keep(&out, scripts);
            // Undone on purpose: the bare database writes these rows.
            Err::<(), AppError>(AppError::NotFound("bench"))
        });
        if !matches!(undone, Err(AppError::NotFound("bench"))) {
            bail!("writing down {}: {undone:?}", operation.name());
        }
    } else {
        let read = node.town().read_blocking("record", actor, move |tx, cx| {
            let mut texts = Texts::default();
            let scripts = ids
                .iter()
                .map(|id| script(tx, &mut texts, |tx| operation.run(tx, cx, &inside, *id)))
                .collect::<Result<Vec<_>, AppError>>()?;
            keep(&out, scripts);
            Ok::<(), AppError>(())
        });
        read.map_err(|error| anyhow!("writing down {}: {error:?}", operation.name()))?;
    }
    let mut written = written.lock().map_err(|_| anyhow!("a thread panicked"))?;
    Ok(std::mem::take(&mut *written))
}

fn keep(out: &Mutex<Vec<Script>>, scripts: Vec<Script>) {
    *out.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = scripts;
}

fn script(
    tx: &mut Tx<'_>,
    texts: &mut Texts,
    run: impl FnOnce(&mut Tx<'_>) -> Result<(), AppError>,
) -> Result<Script, AppError> {
    tx.begin_recording();
    let done = run(tx);
    let statements = tx.end_recording();
    done.map(|()| statements.into_iter().map(|one| texts.written(one)).collect())
}

fn chosen(node: &Arc<Node>, operation: Operation, count: usize) -> Result<Vec<DossierId>> {
    let known = node.accepted();
    Ok(match operation {
        Operation::Receive => (0..count)
            .map(|_| node.town().cx(node.receptionist()).new_id::<DossierId>())
            .collect(),
        Operation::Advance => (0..count).map_while(|_| node.take_accepted()).collect(),
        Operation::Get | Operation::List => {
            if known.is_empty() {
                bail!("no dossier is there to look at");
            }
            (0..count).map(|turn| work::looked_at(&known, turn)).collect()
        }
    })
}

fn sqlite_writer<'a>(
    file: &Path,
    turns: &'a Turns<'_>,
    group: usize,
) -> Result<impl FnMut() -> Result<Option<usize>> + use<'a>> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", SQLITE_LOG_PAGES)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    keep_sqlite_statements(&connection)?;
    Ok(move || {
        let scripts: Vec<&Script> = (0..group).map_while(|_| turns.take()).collect();
        if scripts.is_empty() {
            return Ok(None);
        }
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for script in &scripts {
            sqlite_run(&connection, script)?;
        }
        connection.execute_batch("COMMIT")?;
        Ok(Some(scripts.len()))
    })
}

fn sqlite_reader<'a>(
    file: &Path,
    turns: &'a Turns<'_>,
) -> Result<impl FnMut() -> Result<Option<usize>> + use<'a>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    keep_sqlite_statements(&connection)?;
    Ok(move || {
        let Some(script) = turns.take() else {
            return Ok(None);
        };
        connection.execute_batch("BEGIN")?;
        sqlite_run(&connection, script)?;
        connection.execute_batch("ROLLBACK")?;
        Ok(Some(1))
    })
}

fn sqlite_run(connection: &Connection, script: &Script) -> Result<()> {
    for statement in script {
        let mut prepared = connection.prepare_cached(&statement.sql)?;
        let params = rusqlite::params_from_iter(&statement.params);
        if statement.reads {
            let columns = prepared.column_count();
            let mut rows = prepared.query(params)?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    std::hint::black_box(row.get_ref(column)?);
                }
            }
        } else {
            prepared.execute(params)?;
        }
    }
    Ok(())
}

fn postgres_caller<'a>(
    url: &str,
    turns: &'a Turns<'_>,
) -> Result<impl FnMut() -> Result<Option<usize>> + use<'a>> {
    let mut client = postgres::Client::connect(url, NoTls).context("a connection of the bare database")?;
    let mut prepared: HashMap<&'a str, postgres::Statement> = HashMap::new();
    Ok(move || {
        let Some(script) = turns.take() else {
            return Ok(None);
        };
        client.batch_execute(if turns.is_command {
            "BEGIN"
        } else {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        })?;
        for statement in script {
            let found = if let Some(found) = prepared.get(&*statement.sql) {
                found.clone()
            } else {
                let made = client.prepare(&statement.sql)?;
                prepared.insert(&statement.sql, made.clone());
                made
            };
            let params: Vec<&(dyn ToSql + Sync)> = statement
                .params
                .iter()
                .map(|value| value as &(dyn ToSql + Sync))
                .collect();
            if statement.reads {
                std::hint::black_box(client.query(&found, &params)?);
            } else {
                client.execute(&found, &params)?;
            }
        }
        client.batch_execute("COMMIT")?;
        Ok(Some(1))
    })
}

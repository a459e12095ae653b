//! `PostgreSQL`: worker threads that own their clients, one transaction a command, run again when told so.
//!
//! The synchronous client panics when it is used or dropped on an async thread: it never leaves its worker.

mod tls;

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use postgres::{Client, NoTls};

use crate::db::{QUEUE, Reads, Threads, spawn};
use crate::error::StoreError;
use crate::migrate;
use crate::tx::{Base, Failure, PgConnection, Tx};
use crate::work::{Ran, Work};
use tls::Address;

/// So often a command is run again after a serialisation failure, a deadlock or a lost connection.
const ATTEMPTS: u32 = 12;

pub(crate) fn start(url: &str, writers: usize, readers: usize) -> Result<Threads, StoreError> {
    let url_owned = url.to_owned();
    // Clients must not be made on an async thread, and this function may be called from one.
    let first = spawn_setup(url_owned)?;
    first?;
    let (writes, write_queue) = sync_channel(QUEUE);
    let (reads, read_queue) = sync_channel(QUEUE);
    let mut joins = Vec::new();
    for (kind, queue, count) in [
        (Kind::Write, write_queue, writers),
        (Kind::Read, read_queue, readers),
    ] {
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..count.max(1) {
            let (queue, url) = (Arc::clone(&queue), url.to_owned());
            joins.push(spawn(&format!("postgres-{kind:?}-{number}"), move || {
                Worker {
                    url,
                    kind,
                    connection: None,
                }
                .serve(&queue);
            })?);
        }
    }
    Ok(Threads {
        writes,
        reads: Reads::There(reads),
        joins,
    })
}

/// One reader and nobody who writes: for whoever must not change what he looks at.
pub(crate) fn look(url: &str) -> Result<Threads, StoreError> {
    let setup = url.to_owned();
    let setup = std::thread::Builder::new()
        .name("postgres-look".to_owned())
        .spawn(move || migrate::look_at_postgres(&mut connect(&setup)?))?;
    setup.join().map_err(|_| StoreError::Panicked)??;
    let (writes, _) = sync_channel(1);
    let (reads, read_queue) = sync_channel(QUEUE);
    let url = url.to_owned();
    let join = spawn("postgres-reader", move || {
        let worker = Worker {
            url,
            kind: Kind::Read,
            connection: None,
        };
        worker.serve(&Mutex::new(read_queue));
    })?;
    Ok(Threads {
        writes,
        reads: Reads::There(reads),
        joins: vec![join],
    })
}

fn spawn_setup(url: String) -> Result<Result<(), StoreError>, StoreError> {
    let setup = std::thread::Builder::new()
        .name("postgres-setup".to_owned())
        .spawn(move || {
            let mut client = connect(&url)?;
            check_settings(&mut client)?;
            migrate::postgres(&mut client)
        })?;
    setup.join().map_err(|_| StoreError::Panicked)
}

fn connect(url: &str) -> Result<Client, StoreError> {
    let mut address = Address::read(url)?;
    address
        .config
        .application_name("townhall")
        .connect_timeout(Duration::from_secs(5));
    Ok(match address.tls {
        Some(tls) => address.config.connect(tls)?,
        None => address.config.connect(NoTls)?,
    })
}

/// Whether the address of a server can be understood, and what it names is there; nobody is asked.
///
/// # Errors
/// What is wrong with it.
pub fn check_address(url: &str) -> Result<(), StoreError> {
    Address::read(url).map(|_| ())
}

fn check_settings(client: &mut Client) -> Result<(), StoreError> {
    let encoding: String = client.query_one("SHOW server_encoding", &[])?.get(0);
    if encoding != "UTF8" {
        return Err(StoreError::Setting(format!(
            "server encoding is {encoding}, it must be UTF8"
        )));
    }
    let version: String = client.query_one("SHOW server_version_num", &[])?.get(0);
    if version.parse::<u32>().is_ok_and(|number| number < 150_000) {
        return Err(StoreError::Setting(format!(
            "PostgreSQL 15 or newer is needed, this is {version}"
        )));
    }
    for (name, wanted) in [("fsync", "on"), ("full_page_writes", "on")] {
        let found: String = client.query_one(&format!("SHOW {name}"), &[])?.get(0);
        if found != wanted {
            tracing::warn!(
                setting = name,
                found,
                "the database server does not keep what it acknowledges through a power cut"
            );
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Write,
    Read,
}

struct Worker {
    url: String,
    kind: Kind,
    connection: Option<PgConnection>,
}

enum Attempt {
    Done(Result<(), StoreError>),
    Again(StoreError),
}

impl Worker {
    fn serve(mut self, queue: &Mutex<Receiver<Box<dyn Work>>>) {
        while let Some(mut work) = take(queue) {
            let outcome = self.run(work.as_mut());
            work.finish(outcome);
        }
    }

    fn run(&mut self, work: &mut dyn Work) -> Result<(), StoreError> {
        let mut attempt = 1;
        loop {
            match self.attempt(work) {
                Attempt::Done(outcome) => return outcome,
                Attempt::Again(error) if attempt >= ATTEMPTS => return Err(error),
                Attempt::Again(error) => {
                    tracing::debug!(%error, attempt, command = work.name(), "running a command again");
                    // 2, 4, 8 … at most 1,000 ms: short enough for a deadlock, long enough for a server that restarts.
                    std::thread::sleep(Duration::from_millis((1 << attempt).min(1_000)));
                    attempt += 1;
                }
            }
        }
    }

    fn attempt(&mut self, work: &mut dyn Work) -> Attempt {
        let begin = begin_sql(self.kind);
        let begun = self
            .connection()
            .and_then(|connection| Ok(connection.client.batch_execute(begin)?));
        if let Err(error) = begun {
            self.connection = None;
            return Attempt::Again(error);
        }
        let Some(connection) = self.connection.as_mut() else {
            return Attempt::Done(Err(StoreError::Stopped));
        };
        let mut tx = Tx::new(Base::Postgres(connection));
        let ran = work.run(&mut tx);
        let failed = tx.failed;
        match (ran, failed) {
            (Ran::Keep, None) => self.commit(),
            (_, Some(Failure::Connection)) => {
                self.connection = None;
                Attempt::Again(StoreError::Lost(
                    "the connection to the database broke".to_owned(),
                ))
            }
            (_, Some(Failure::Retry)) => {
                self.roll_back();
                Attempt::Again(StoreError::Lost("serialisation failure or deadlock".to_owned()))
            }
            (_, _) => {
                self.roll_back();
                Attempt::Done(Ok(()))
            }
        }
    }

    fn commit(&mut self) -> Attempt {
        let Some(connection) = self.connection.as_mut() else {
            return Attempt::Done(Err(StoreError::Stopped));
        };
        match connection
            .client
            .batch_execute("COMMIT")
            .map_err(StoreError::from)
        {
            Ok(()) => Attempt::Done(Ok(())),
            Err(error) if error.is_retryable() => {
                self.roll_back();
                Attempt::Again(error)
            }
            Err(error) if self.kind == Kind::Read => {
                self.connection = None;
                Attempt::Again(error)
            }
            Err(error) => {
                self.connection = None;
                Attempt::Done(Err(StoreError::CommitUnknown(error.to_string())))
            }
        }
    }

    fn roll_back(&mut self) {
        if let Some(connection) = self.connection.as_mut()
            && connection.client.batch_execute("ROLLBACK").is_err()
        {
            self.connection = None;
        }
    }

    fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        if self
            .connection
            .as_ref()
            .is_none_or(|connection| connection.client.is_closed())
        {
            self.connection = Some(PgConnection::new(connect(&self.url)?));
        }
        self.connection.as_mut().ok_or(StoreError::Stopped)
    }
}

fn take(queue: &Mutex<Receiver<Box<dyn Work>>>) -> Option<Box<dyn Work>> {
    let queue = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    queue.recv().ok()
}

fn begin_sql(kind: Kind) -> &'static str {
    match kind {
        Kind::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        // One snapshot for the whole query, so that its statements agree with each other.
        Kind::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    }
}

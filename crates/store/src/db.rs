//! The door to the database: closures go in, answers come out after the commit.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::error::StoreError;
use crate::readers::{Readers, Turn};
use crate::tx::Tx;
use crate::work::{self, Counted, Work};
use crate::{postgres, sqlite};

/// So many queries run at once on `SQLite`, each on the thread that asks.
const QUERIES_AT_ONCE: usize = 4;

/// How many async threads a program should have: more than can be busy with queries, so that slow ones leave a thread
/// to every processor.
pub fn async_threads() -> usize {
    QUERIES_AT_ONCE + std::thread::available_parallelism().map_or(1, usize::from)
}

/// Which database a node works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbConfig {
    /// One file in the data directory: a commune.
    Sqlite {
        /// Path of the database file.
        file: PathBuf,
    },
    /// A server: a province.
    Postgres {
        /// Connection string; may hold a password, so it is never logged.
        url: String,
        /// Worker threads for commands.
        writers: usize,
        /// Worker threads for queries.
        readers: usize,
    },
}

/// A handle to the database threads; cheap to clone. The last one that goes stops the threads after their work.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

/// Work that may wait in memory; past it a caller is told to come back.
pub(crate) const QUEUE: usize = 8192;

/// What an opened database runs on.
pub(crate) struct Threads {
    pub(crate) writes: SyncSender<Box<dyn Work>>,
    pub(crate) reads: Reads,
    pub(crate) joins: Vec<JoinHandle<()>>,
}

/// Where queries run.
pub(crate) enum Reads {
    /// On the thread that asks, with a connection that it borrows: `SQLite`.
    Here(Arc<Readers>),
    /// On threads of their own, because the client of the server may not wait on an async thread: `PostgreSQL`.
    There(SyncSender<Box<dyn Work>>),
}

struct Inner {
    writes: Option<SyncSender<Box<dyn Work>>>,
    reads: Option<Reads>,
    joins: Mutex<Vec<JoinHandle<()>>>,
    config: DbConfig,
    waiting_writes: Arc<AtomicUsize>,
    waiting_reads: Arc<AtomicUsize>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_postgres() {
            "Db(postgres)"
        } else {
            "Db(sqlite)"
        })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Closing the queues ends the threads once what waits is done; then the log is folded in.
        self.writes = None;
        self.reads = None;
        let joins = std::mem::take(
            &mut *self
                .joins
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        );
        for join in joins {
            // The last handle may live in a closure on one of these very threads.
            if join.thread().id() != std::thread::current().id() {
                let _ = join.join();
            }
        }
    }
}

impl Db {
    /// Opens the database, brings its schema up to date and starts its threads.
    ///
    /// # Errors
    /// When it cannot be reached, is set up wrongly or is newer than this program.
    pub fn open(config: &DbConfig) -> Result<Self, StoreError> {
        let threads = match config {
            DbConfig::Sqlite { file } => sqlite::start(file, QUERIES_AT_ONCE)?,
            DbConfig::Postgres {
                url,
                writers,
                readers,
            } => postgres::start(url, *writers, *readers)?,
        };
        Ok(Self::of(threads, config))
    }

    fn of(threads: Threads, config: &DbConfig) -> Self {
        let inner = Inner {
            writes: Some(threads.writes),
            reads: Some(threads.reads),
            joins: Mutex::new(threads.joins),
            config: config.clone(),
            waiting_writes: Arc::default(),
            waiting_reads: Arc::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Opens a database only to be read: it must be of this program's version already, and nothing in it changes.
    /// Commands are refused with [`StoreError::Stopped`].
    ///
    /// # Errors
    /// When it cannot be reached, or is no database of Townhall, or of another version.
    pub fn open_to_look(config: &DbConfig) -> Result<Self, StoreError> {
        let threads = match config {
            DbConfig::Sqlite { file } => sqlite::look(file)?,
            DbConfig::Postgres { url, .. } => postgres::look(url)?,
        };
        Ok(Self::of(threads, config))
    }

    /// How this database was opened.
    pub fn config(&self) -> &DbConfig {
        &self.inner.config
    }

    /// Commands and queries that wait or run at this moment, for the figures of the node.
    pub fn load(&self) -> (usize, usize) {
        let now = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (now(&self.inner.waiting_writes), now(&self.inner.waiting_reads))
    }

    /// True when this is a `PostgreSQL` server.
    pub fn is_postgres(&self) -> bool {
        matches!(self.inner.config, DbConfig::Postgres { .. })
    }

    /// Runs a command in one transaction; the answer comes after the data is on disk.
    ///
    /// The closure may be run again from its start, so it must have no effect but through the transaction.
    pub async fn write<T, E>(
        &self,
        name: &'static str,
        closure: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (work, answer) = work::call(name, &self.inner.waiting_writes, closure);
        send(self.inner.writes.as_ref(), work)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// Runs a query on a read-only snapshot; it never waits for a command. On `SQLite` it runs on this very thread.
    pub async fn read<T, E>(
        &self,
        name: &'static str,
        closure: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match self.inner.reads.as_ref().ok_or(StoreError::Stopped)? {
            Reads::Here(readers) => {
                let _counted = Counted::new(&self.inner.waiting_reads);
                let lent = match readers.ask()? {
                    Turn::Now(lent) => lent,
                    Turn::Later(turn) => turn.await.map_err(|_| StoreError::Stopped)?,
                };
                lent.run(name, closure)
            }
            Reads::There(queue) => {
                let (work, answer) = work::call(name, &self.inner.waiting_reads, closure);
                send(Some(queue), work)?;
                answer.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
            }
        }
    }

    /// [`Db::write`] for threads without async; never call it on an async thread.
    pub fn write_blocking<T, E>(
        &self,
        name: &'static str,
        closure: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (work, answer) = work::call(name, &self.inner.waiting_writes, closure);
        send(self.inner.writes.as_ref(), work)?;
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// [`Db::read`] for threads without async; never call it on an async thread.
    pub fn read_blocking<T, E>(
        &self,
        name: &'static str,
        closure: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match self.inner.reads.as_ref().ok_or(StoreError::Stopped)? {
            Reads::Here(readers) => {
                let _counted = Counted::new(&self.inner.waiting_reads);
                let lent = match readers.ask()? {
                    Turn::Now(lent) => lent,
                    Turn::Later(turn) => turn.blocking_recv().map_err(|_| StoreError::Stopped)?,
                };
                lent.run(name, closure)
            }
            Reads::There(queue) => {
                let (work, answer) = work::call(name, &self.inner.waiting_reads, closure);
                send(Some(queue), work)?;
                answer
                    .blocking_recv()
                    .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
            }
        }
    }
}

fn send(queue: Option<&SyncSender<Box<dyn Work>>>, work: Box<dyn Work>) -> Result<(), StoreError> {
    match queue.map(|queue| queue.try_send(work)) {
        Some(Ok(())) => Ok(()),
        Some(Err(TrySendError::Full(_))) => Err(StoreError::Overloaded),
        Some(Err(TrySendError::Disconnected(_))) | None => Err(StoreError::Stopped),
    }
}

pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    Ok(std::thread::Builder::new().name(name.to_owned()).spawn(run)?)
}

//! Who writes the log: its key, its beginning, and the thread that gives facts their places.
//!
//! The key of a log lies in a file of its own, `log-<name>.key`, for its owner only; beside it, after every turn,
//! lies the last checkpoint. A database that knows less than that file has been put back to an older state: going
//! on would sign two roots for one size, the one fault that cannot be forgiven. So it does not go on.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use townhall_domain::time::Timestamp;
use townhall_journal::{Checkpoint, KeyError, KeyFileError, LogKey, TreeError, root};
use townhall_store::log::{self as store, Epoch, Sequenced, StoredTiles, Turn, tree_error};
use townhall_store::{Db, StoreError, Tx, leases};

use super::name_of;

/// How often the queue is looked at. A fact waits for its proof about so long.
const PERIOD: Duration = Duration::from_millis(250);
/// Facts in one turn: short enough that commands hardly notice.
const FACTS_A_TURN: u32 = 1_024;
/// Ending of the file with the last checkpoint of a log.
const CHECKPOINT: &str = "checkpoint";
/// Its ending once a person has begun the next log: the old one may have been put back before that.
const ENDED: &str = "ended";
/// A process that dies loses its turn after so many milliseconds.
const LEASE_MS: i64 = 10_000;

/// Why the log cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The database failed.
    #[error("the log cannot be read")]
    Store(#[from] StoreError),
    /// The key file is missing, open to others or no key.
    #[error("the key of the log {origin}: put its file back, or begin a new log")]
    Key {
        /// The log.
        origin: String,
        /// What is wrong with the file.
        #[source]
        source: KeyFileError,
    },
    /// A log cannot be named after this address.
    #[error("the public address cannot name a log")]
    Address(#[from] KeyError),
    /// The database knows less than the checkpoint file beside the key.
    #[error(
        "the database is older than the checkpoint file {file}: it was put back to an earlier state. \
         Going on would fork the log {origin}; begin a new log"
    )]
    PutBack {
        /// The log.
        origin: String,
        /// The checkpoint that was last signed.
        file: String,
    },
    /// The checkpoint file could not be written.
    #[error("the checkpoint file {file}")]
    Io {
        /// The file.
        file: String,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
}

/// The current log with its key: may write.
#[derive(Debug, Clone)]
pub struct LogKeeper {
    db: Db,
    epoch: i64,
    key: Arc<LogKey>,
    checkpoint_file: PathBuf,
}

impl LogKeeper {
    /// Opens the current log, or begins the first one.
    ///
    /// `keys` is the directory of key files; `address` is the node's public address without scheme, such as
    /// `town.example`. Blocks; never call it on an async thread.
    ///
    /// # Errors
    /// [`KeeperError::Key`] when the key file is not there; [`KeeperError::PutBack`] when the database has been
    /// put back to an older state. In both cases [`begin_next`] is the way out.
    pub fn open(db: &Db, keys: &Path, address: &str) -> Result<Self, KeeperError> {
        let current = db.read_blocking("log_current", store::current_epoch)?;
        let epoch = match current {
            Some(epoch) => epoch,
            None => match begin(db, keys, address, true) {
                // Another process was faster; its log is the log.
                Err(KeeperError::Store(error)) if error.is_duplicate() => {
                    let current = db.read_blocking("log_current", store::current_epoch)?;
                    current.ok_or(KeeperError::Store(error))?
                }
                begun => begun?,
            },
        };
        let name = name_of(&epoch).to_owned();
        let key = LogKey::read(&key_file(keys, &name)).map_err(|source| KeeperError::Key {
            origin: epoch.origin.clone(),
            source,
        })?;
        let checkpoint_file = checkpoint_file(keys, &name);
        let keeper = Self {
            db: db.clone(),
            epoch: epoch.epoch,
            key: Arc::new(key),
            checkpoint_file,
        };
        keeper.refuse_older_state(&epoch)?;
        Ok(keeper)
    }

    /// The public half of the key.
    pub fn vkey(&self) -> String {
        self.key.vkey()
    }

    /// Gives waiting facts their places, one turn.
    ///
    /// # Errors
    /// When the database or the checkpoint file fails.
    pub fn sequence(&self, holder: &str, now: Timestamp) -> Result<Sequenced, KeeperError> {
        let idle = self
            .db
            .read_blocking("log_waiting", |tx| Ok::<_, StoreError>(!store::is_waiting(tx)?))?;
        if idle {
            return Ok(Sequenced::Nothing);
        }
        let (key, holder) = (Arc::clone(&self.key), holder.to_owned());
        let done = self.db.write_blocking("log_sequence", move |tx| {
            let turn = Turn {
                key: &key,
                holder: &holder,
                now,
                lease_ms: LEASE_MS,
                limit: FACTS_A_TURN,
            };
            store::sequence(tx, &turn)
        })?;
        if let Sequenced::Appended { .. } = done {
            self.keep_checkpoint()?;
        }
        Ok(done)
    }

    /// Lets the next process begin at once instead of waiting for the turn to run out.
    fn give_turn_back(&self, holder: &str) {
        let holder = holder.to_owned();
        let given = self.db.write_blocking("log_turn_ends", move |tx| {
            leases::give_back(tx, leases::LOG, &holder)
        });
        if let Err(error) = given {
            tracing::warn!(%error, "the turn at the log runs out by itself");
        }
    }

    /// Writes the last committed checkpoint beside the key.
    fn keep_checkpoint(&self) -> Result<(), KeeperError> {
        let epoch = self.epoch;
        let last = self
            .db
            .read_blocking("log_last", move |tx| store::last_checkpoint(tx, epoch))?;
        let Some(last) = last else { return Ok(()) };
        // Of this process alone: several may share the directory.
        let fresh = self
            .checkpoint_file
            .with_extension(format!("fresh-{}", std::process::id()));
        let write = || -> io::Result<()> {
            let mut file = fs::File::create(&fresh)?;
            file.write_all(last.signed.as_bytes())?;
            file.sync_all()?;
            fs::rename(&fresh, &self.checkpoint_file)
        };
        write().map_err(|source| KeeperError::Io {
            file: self.checkpoint_file.display().to_string(),
            source,
        })
    }

    /// The last checkpoint that this process knows to be signed, kept outside of the database.
    pub fn kept_checkpoint(&self) -> Option<String> {
        fs::read_to_string(&self.checkpoint_file).ok()
    }

    fn refuse_older_state(&self, epoch: &Epoch) -> Result<(), KeeperError> {
        // A file cut short by a power cut is no checkpoint, and no reason to stop.
        let kept = self
            .kept_checkpoint()
            .and_then(|text| Checkpoint::open(&text, &self.key.verifier()).ok());
        let Some(kept) = kept else { return Ok(()) };
        let (number, size) = (epoch.epoch, kept.size);
        let now = self
            .db
            .read_blocking("log_root", move |tx| root_at(tx, number, size))?;
        if now == Some(kept.root) {
            return Ok(());
        }
        let file = self.checkpoint_file.display().to_string();
        Err(KeeperError::PutBack {
            origin: epoch.origin.clone(),
            file,
        })
    }
}

/// The last checkpoints that lie beside the keys in a directory: what this node itself knows to be signed.
pub fn kept_checkpoints(keys: &Path) -> Vec<String> {
    let Ok(files) = fs::read_dir(keys) else {
        return Vec::new();
    };
    let paths = files.filter_map(|file| Some(file.ok()?.path()));
    let kept = paths.filter(|path| path.extension().is_some_and(|ending| ending == CHECKPOINT));
    kept.filter_map(|path| fs::read_to_string(path).ok()).collect()
}

/// What is wrong with the file of a log's key, for `verify`; `None` when it is that key, when it is kept elsewhere, and
/// when who looks may not read it. Another key would not be noticed before the log has to go on.
pub fn key_amiss(keys: &Path, epoch: &Epoch) -> Option<String> {
    let name = name_of(epoch);
    match LogKey::read(&key_file(keys, name)) {
        Ok(key) if key.vkey() == epoch.vkey => None,
        Ok(_) => Some(format!(
            "the key file log-{name}.key holds another key than that of {}",
            epoch.origin
        )),
        Err(KeyFileError::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => None,
        // Without the checkpoint either, nobody keeps keys here.
        Err(KeyFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            checkpoint_file(keys, name)
                .exists()
                .then(|| format!("the key file log-{name}.key is gone, its checkpoint is there"))
        }
        Err(error) => Some(error.to_string()),
    }
}

/// The root of a log when it had `size` entries; `None` when it has never had so many.
fn root_at(tx: &mut Tx<'_>, epoch: i64, size: u64) -> Result<Option<townhall_journal::Hash>, StoreError> {
    if store::last_checkpoint(tx, epoch)?.is_none_or(|last| last.size < size) {
        return Ok(None);
    }
    match root(&mut StoredTiles { tx, epoch }, size) {
        Ok(root) => Ok(Some(root)),
        Err(TreeError::Tile(_)) => Ok(None),
        Err(error) => Err(tree_error(error)),
    }
}

/// Begins the next log with a new name and key, and names the one before it in every checkpoint: after a restore,
/// or when a key is lost. Blocks; never call it on an async thread.
///
/// # Errors
/// When the key file or the database cannot be written.
pub fn begin_next(db: &Db, keys: &Path, address: &str) -> Result<Epoch, KeeperError> {
    let before = db.read_blocking("log_current", store::current_epoch)?;
    let next = begin(db, keys, address, false)?;
    if let Some(before) = before {
        // What it says of the old log is no measure any more; it is kept for whoever asks what was lost.
        let file = checkpoint_file(keys, name_of(&before));
        match fs::rename(&file, file.with_extension(ENDED)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(KeeperError::Io {
                    file: file.display().to_string(),
                    source,
                });
            }
            _ => {}
        }
    }
    Ok(next)
}

fn begin(db: &Db, keys: &Path, address: &str, only_first: bool) -> Result<Epoch, KeeperError> {
    let name = hex::encode(&townhall_journal::random_salt()[..4]);
    let key = Arc::new(LogKey::generate(&format!("{address}/log/{name}"))?);
    // The key is on disk before anything names it; one that nothing names does no harm.
    key.write_new(&key_file(keys, &name))
        .map_err(|source| KeeperError::Key {
            origin: key.origin().to_owned(),
            source,
        })?;
    let epoch = db.write_blocking("log_begin", move |tx| match store::current_epoch(tx)? {
        Some(current) if only_first => Ok::<_, StoreError>(current),
        _ => store::begin_epoch(tx, &key),
    })?;
    Ok(epoch)
}

fn checkpoint_file(keys: &Path, name: &str) -> PathBuf {
    keys.join(format!("log-{name}.{CHECKPOINT}"))
}

fn key_file(keys: &Path, name: &str) -> PathBuf {
    keys.join(format!("log-{name}.key"))
}

/// The thread that writes the log while the node serves. Dropping it ends the thread after its turn.
#[derive(Debug)]
pub struct Sequencer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sequencer {
    /// Starts the thread. `holder` names this process, differently from every other at the same database; `now` is
    /// the machine's clock.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        keeper: LogKeeper,
        holder: String,
        now: impl Fn() -> Timestamp + Send + 'static,
    ) -> io::Result<Self> {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new().name("sequencer".to_owned()).spawn(move || {
            let mut failing = false;
            loop {
                let began = Instant::now();
                let done = keeper.sequence(&holder, now());
                // A full turn leaves more waiting; a small one lets others gather, so that turns stay few. Whoever
                // catches up, as after a restore, leaves commands at least every other moment of the one writer.
                let more = matches!(done, Ok(Sequenced::Appended { facts, .. }) if facts == u64::from(FACTS_A_TURN));
                failing = tell(&done, failing);
                let pause = if more { began.elapsed().min(PERIOD) } else { PERIOD };
                if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            keeper.give_turn_back(&holder);
        })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// Logs what a turn did; a lasting failure is told once, not four times a second. Gives whether it failed.
fn tell(done: &Result<Sequenced, KeeperError>, failing: bool) -> bool {
    match done {
        Ok(Sequenced::Appended { facts, size }) => {
            tracing::debug!(
                facts,
                log.size = size,
                "{facts} facts got their place, the log has {size} entries"
            );
        }
        Err(error) if !failing => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "the log cannot be written"
            );
        }
        Ok(Sequenced::Nothing | Sequenced::NotOurTurn) | Err(_) => {}
    }
    done.is_err()
}

impl Drop for Sequencer {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

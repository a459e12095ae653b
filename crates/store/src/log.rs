//! The transparency log as rows: epochs, entries, tiles, checkpoints, and the sequencer that writes them.
//!
//! Facts wait in a queue and are found by its rows, never by "id greater than the last": a command that commits
//! late would be skipped. Entry, tree and checkpoint are written in one transaction; the lease row makes
//! processes take turns, and should that ever fail, unique keys let only one of two writers commit.

use townhall_domain::ids::FactId;
use townhall_domain::time::Timestamp;
use townhall_journal::{Checkpoint, Edge, Hash, Leaf, LogKey, TileId, TileStore, TreeError};

use crate::params;
use crate::value::{Row, Value};
use crate::{StoreError, Tx, leases};

/// A log and its public key. A node has one at a time; a restored node begins the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Epoch {
    /// 1, 2, 3, …
    pub epoch: i64,
    /// Name of the log.
    pub origin: String,
    /// Its verifier key.
    pub vkey: String,
    /// The log it follows, as far as this node knew it.
    pub previous: Option<Previous>,
}

/// Where the log before ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Previous {
    /// Its name.
    pub origin: String,
    /// Its entries.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Epoch {
    /// What every checkpoint of this epoch says after its root.
    pub fn extension(&self) -> Vec<String> {
        let line = |p: &Previous| format!("previous {} {} {}", p.origin, p.size, p.root);
        self.previous.iter().map(line).collect()
    }
}

impl TryFrom<&Row<'_>> for Epoch {
    type Error = StoreError;
    fn try_from(row: &Row) -> Result<Self, StoreError> {
        let previous = match (
            row.get::<Option<String>>("previous_origin")?,
            row.get::<Option<u64>>("previous_size")?,
            row.get::<Option<[u8; 32]>>("previous_root")?,
        ) {
            (Some(origin), Some(size), Some(root)) => Some(Previous {
                origin,
                size,
                root: Hash(root),
            }),
            (None, None, None) => None,
            _ => {
                return Err(StoreError::Column {
                    column: "previous_origin".to_owned(),
                    wanted: "all or nothing",
                });
            }
        };
        Ok(Self {
            epoch: row.get("epoch")?,
            origin: row.get("origin")?,
            vkey: row.get("vkey")?,
            previous,
        })
    }
}

/// A checkpoint that was signed and committed.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCheckpoint {
    /// Epoch of its log.
    pub epoch: i64,
    /// Its place among the checkpoints of its log, from 1; the empty log has one, too.
    pub number: i64,
    /// Entries.
    pub size: u64,
    /// Root.
    pub root: Hash,
    /// The signed note.
    pub signed: String,
}

impl TryFrom<&Row<'_>> for StoredCheckpoint {
    type Error = StoreError;
    fn try_from(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            epoch: row.get("epoch")?,
            number: row.get::<Option<i64>>("number")?.unwrap_or(0),
            size: row.get("size")?,
            root: Hash(row.get("root")?),
            signed: row.get("signed")?,
        })
    }
}

/// All epochs, oldest first.
pub fn epochs(tx: &mut Tx<'_>) -> Result<Vec<Epoch>, StoreError> {
    tx.each("SELECT * FROM log_epochs ORDER BY epoch", &[], |row| {
        Epoch::try_from(row)
    })
}

/// The epoch that is being written; `None` before the first.
pub fn current_epoch(tx: &mut Tx<'_>) -> Result<Option<Epoch>, StoreError> {
    let row = tx.one("SELECT * FROM log_epochs ORDER BY epoch DESC LIMIT 1", &[])?;
    row.as_ref().map(Epoch::try_from).transpose()
}

/// The newest checkpoint of an epoch.
pub fn last_checkpoint(tx: &mut Tx<'_>, epoch: i64) -> Result<Option<StoredCheckpoint>, StoreError> {
    let row = tx.one(
        "SELECT * FROM log_checkpoints WHERE epoch = $1 ORDER BY size DESC LIMIT 1",
        &params![epoch],
    )?;
    row.as_ref().map(StoredCheckpoint::try_from).transpose()
}

/// All checkpoints of an epoch, smallest first.
pub fn checkpoints(tx: &mut Tx<'_>, epoch: i64) -> Result<Vec<StoredCheckpoint>, StoreError> {
    tx.each(
        "SELECT * FROM log_checkpoints WHERE epoch = $1 ORDER BY size",
        &params![epoch],
        |row| StoredCheckpoint::try_from(row),
    )
}

/// Begins a log with a new key and signs its empty checkpoint. A log before it is named in every checkpoint.
///
/// # Errors
/// [`StoreError::Log`] when the key cannot sign; a duplicate when another process began it at the same time or
/// the origin was used before.
pub fn begin_epoch(tx: &mut Tx<'_>, key: &LogKey) -> Result<Epoch, StoreError> {
    let before = current_epoch(tx)?;
    let previous = match &before {
        Some(before) => last_checkpoint(tx, before.epoch)?.map(|end| Previous {
            origin: before.origin.clone(),
            size: end.size,
            root: end.root,
        }),
        None => None,
    };
    let epoch = Epoch {
        epoch: before.map_or(1, |before| before.epoch + 1),
        origin: key.origin().to_owned(),
        vkey: key.vkey(),
        previous,
    };
    let previous = epoch.previous.as_ref();
    tx.execute(
        "INSERT INTO log_epochs (epoch, origin, vkey, previous_origin, previous_size, previous_root)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &params![
            epoch.epoch,
            &epoch.origin,
            &epoch.vkey,
            previous.map(|p| p.origin.as_str()),
            previous.map(|p| signed(p.size)).transpose()?,
            previous.map(|p| p.root.0)
        ],
    )?;
    sign(tx, &epoch, key, &Edge::default())?;
    Ok(epoch)
}

/// One process's turn at the log.
#[derive(Debug)]
pub struct Turn<'a> {
    /// Key of the current epoch.
    pub key: &'a LogKey,
    /// Name of this process, different from every other that uses the database.
    pub holder: &'a str,
    /// The machine's clock.
    pub now: Timestamp,
    /// How long the turn lasts when this process dies, in milliseconds.
    pub lease_ms: i64,
    /// At most so many facts.
    pub limit: u32,
}

/// What a turn did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequenced {
    /// Another process has the turn.
    NotOurTurn,
    /// No fact waits.
    Nothing,
    /// So many facts got their place; the log has `size` entries now.
    Appended {
        /// Facts that got their place.
        facts: u64,
        /// Entries of the log.
        size: u64,
    },
}

/// Gives waiting facts their place in the log and signs a checkpoint, all in the caller's transaction. The
/// checkpoint may be shown only after that has been committed.
///
/// # Errors
/// [`StoreError::Log`] when no log has begun, the key is not that of the current epoch, or the stored tree is
/// damaged.
pub fn sequence(tx: &mut Tx<'_>, turn: &Turn<'_>) -> Result<Sequenced, StoreError> {
    if !take_lease(tx, turn)? {
        return Ok(Sequenced::NotOurTurn);
    }
    let waiting = tx.rows(
        "SELECT fact_id, leaf FROM fact_queue ORDER BY fact_id LIMIT $1",
        &params![turn.limit],
    )?;
    if waiting.is_empty() {
        return Ok(Sequenced::Nothing);
    }
    let epoch = current_epoch(tx)?.ok_or_else(|| StoreError::Log("no log has begun".to_owned()))?;
    if epoch.vkey != turn.key.vkey() {
        let what = format!("the key at hand is not that of the log {}", epoch.origin);
        return Err(StoreError::Log(what));
    }
    let size = last_checkpoint(tx, epoch.epoch)?.map_or(0, |last| last.size);
    let mut edge = Edge::load(
        &mut StoredTiles {
            tx,
            epoch: epoch.epoch,
        },
        size,
    )
    .map_err(tree_error)?;
    let mut entries = Vec::with_capacity(waiting.len());
    for row in &waiting {
        let (fact, bytes) = (row.get::<FactId>("fact_id")?, row.get::<Vec<u8>>("leaf")?);
        let leaf = Leaf::from_bytes(&bytes)
            .ok_or_else(|| StoreError::Log(format!("the waiting leaf of fact {fact} is damaged")))?;
        entries.push((signed(edge.size())?, fact, leaf));
        edge.push(leaf.record_hash());
    }
    insert_entries(tx, epoch.epoch, &entries)?;
    for (id, hashes) in edge.take_changed() {
        tx.execute(
            "INSERT INTO log_tiles (epoch, level, tile_index, hashes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (epoch, level, tile_index) DO UPDATE SET hashes = excluded.hashes",
            &params![epoch.epoch, id.level, signed(id.index)?, hashes],
        )?;
    }
    sign(tx, &epoch, turn.key, &edge)?;
    Ok(Sequenced::Appended {
        facts: entries.len() as u64,
        size: edge.size(),
    })
}

/// Takes or renews the lease. On `PostgreSQL` the row stays locked until the transaction ends, so two processes
/// never work at the log at the same time, whatever their clocks say.
fn take_lease(tx: &mut Tx<'_>, turn: &Turn<'_>) -> Result<bool, StoreError> {
    let until = Timestamp::from_millisecond(turn.now.as_millisecond() + turn.lease_ms).unwrap_or(turn.now);
    leases::take(tx, leases::LOG, turn.holder, turn.now, until)
}

/// Writes entries and takes them off the queue, many to a statement: on a server each is a round trip. A few
/// fixed sizes, so that few statements are prepared.
fn insert_entries(tx: &mut Tx<'_>, epoch: i64, entries: &[(i64, FactId, Leaf)]) -> Result<(), StoreError> {
    let mut rest = entries;
    for chunk in [64, 8, 1] {
        let insert = {
            let row = |i: usize| format!("($1, ${}, ${}, ${})", 3 * i + 2, 3 * i + 3, 3 * i + 4);
            let rows: Vec<String> = (0..chunk).map(row).collect();
            format!(
                "INSERT INTO log_leaves (epoch, leaf_index, fact_id, leaf) VALUES {}",
                rows.join(", ")
            )
        };
        let delete = {
            let places: Vec<String> = (1..=chunk).map(|i| format!("${i}")).collect();
            format!("DELETE FROM fact_queue WHERE fact_id IN ({})", places.join(", "))
        };
        while rest.len() >= chunk {
            let (now, later) = rest.split_at(chunk);
            rest = later;
            let mut params = vec![Value::from(epoch)];
            for (index, fact, leaf) in now {
                params.extend(params![*index, *fact, leaf.as_bytes().as_slice()]);
            }
            tx.execute(&insert, &params)?;
            let facts: Vec<Value> = now.iter().map(|(_, fact, _)| Value::from(*fact)).collect();
            let taken = tx.execute(&delete, &facts)?;
            if taken != chunk as u64 {
                return Err(StoreError::Log(
                    "a waiting fact was taken by somebody else".to_owned(),
                ));
            }
        }
    }
    Ok(())
}

fn sign(tx: &mut Tx<'_>, epoch: &Epoch, key: &LogKey, edge: &Edge) -> Result<(), StoreError> {
    let root = edge.root();
    let checkpoint = Checkpoint {
        origin: epoch.origin.clone(),
        size: edge.size(),
        root,
        extension: epoch.extension(),
    };
    let note = checkpoint
        .sign(key)
        .map_err(|error| StoreError::Log(error.to_string()))?;
    let number = last_checkpoint(tx, epoch.epoch)?.map_or(0, |last| last.number) + 1;
    tx.execute(
        "INSERT INTO log_checkpoints (epoch, size, root, signed, number) VALUES ($1, $2, $3, $4, $5)",
        &params![epoch.epoch, signed(edge.size())?, root.0, note, number],
    )?;
    Ok(())
}

/// The tiles of one epoch as the tree reads them.
#[derive(Debug)]
pub struct StoredTiles<'a, 'b> {
    /// Transaction to read in.
    pub tx: &'a mut Tx<'b>,
    /// Epoch of the log.
    pub epoch: i64,
}

impl TileStore for StoredTiles<'_, '_> {
    type Error = StoreError;
    fn tile(&mut self, id: TileId) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.tx.one(
            "SELECT hashes FROM log_tiles WHERE epoch = $1 AND level = $2 AND tile_index = $3",
            &params![self.epoch, id.level, signed(id.index)?],
        )?;
        row.map(|row| row.get("hashes")).transpose()
    }
}

/// Entries of an epoch from an index on, at most `limit`, in order.
pub fn entries(
    tx: &mut Tx<'_>,
    epoch: i64,
    from: u64,
    limit: u32,
) -> Result<Vec<(FactId, Leaf)>, StoreError> {
    let rows = tx.rows(
        "SELECT fact_id, leaf, leaf_index FROM log_leaves WHERE epoch = $1 AND leaf_index >= $2
         ORDER BY leaf_index LIMIT $3",
        &params![epoch, signed(from)?, limit],
    )?;
    let mut entries = Vec::with_capacity(rows.len());
    for (row, expected) in rows.iter().zip(from..) {
        let leaf = Leaf::from_bytes(&row.get::<Vec<u8>>("leaf")?);
        match leaf {
            Some(leaf) if row.get::<u64>("leaf_index")? == expected => {
                entries.push((row.get("fact_id")?, leaf));
            }
            _ => return Err(StoreError::Log(format!("entry {expected} is missing or damaged"))),
        }
    }
    Ok(entries)
}

/// Where in which log a fact stands; `None` while it waits.
pub fn place_of(tx: &mut Tx<'_>, fact: FactId) -> Result<Option<(i64, u64)>, StoreError> {
    let row = tx.one(
        "SELECT epoch, leaf_index FROM log_leaves WHERE fact_id = $1",
        &params![fact],
    )?;
    row.map(|row| Ok((row.get("epoch")?, row.get("leaf_index")?)))
        .transpose()
}

/// Whether any fact waits for its place.
pub fn is_waiting(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    Ok(tx.one("SELECT fact_id FROM fact_queue LIMIT 1", &[])?.is_some())
}

/// Facts that wait for their place.
pub fn waiting(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let row = tx.one("SELECT COUNT(*) AS waiting FROM fact_queue", &[])?;
    row.map_or(Ok(0), |row| row.get("waiting"))
}

/// The business time of the oldest fact that waits for its place.
pub fn oldest_waiting(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let row = tx.one(
        "SELECT MIN(facts.at) AS at FROM fact_queue JOIN facts ON facts.id = fact_queue.fact_id",
        &[],
    )?;
    row.map_or(Ok(None), |row| row.get("at"))
}

/// The database keeps 64 bits with a sign; no log comes near that.
fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Log(format!("{number} is beyond any log")))
}

/// A failure of the tree, as the store tells it.
pub fn tree_error(error: TreeError<StoreError>) -> StoreError {
    match error {
        TreeError::Store(error) => error,
        other => StoreError::Log(other.to_string()),
    }
}

//! The transparency log as it is shown: checkpoint, tiles, entries, key, and the proof of one fact.
//!
//! Everything but the proof is public and says nothing: entries are salted digests. A log's origin is the address
//! under which it is served, without the scheme: `town.example/log/5f3a9c1e`; the last part is its name. The
//! newest log is served under `/log/` as well.

mod fact;
mod keeper;

use serde::Serialize;
use townhall_domain::ids::FactId;
use townhall_journal::{
    Checkpoint, InclusionProof, LogVerifier, OpenedFact, TILE_WIDTH, TileId, TilePath, TileStore,
};
use townhall_journal::{entry_bundle, inclusion_proof};
use townhall_store::log::{self as store, Epoch, StoredCheckpoint, StoredTiles, tree_error};
use townhall_store::{StoreError, Tx, journal};

pub use fact::{FactView, fact_view};
pub use keeper::{KeeperError, LogKeeper, Sequencer, begin_next, kept_checkpoints, key_amiss};

/// The last part of a log's origin, by which it is named in addresses and files.
pub fn name_of(epoch: &Epoch) -> &str {
    epoch.origin.rsplit('/').next().unwrap_or(&epoch.origin)
}

/// A log by its name, or the newest; `None` when there is none.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, name: Option<&str>) -> Result<Option<Epoch>, StoreError> {
    match name {
        None => store::current_epoch(tx),
        Some(name) => Ok(store::epochs(tx)?
            .into_iter()
            .find(|epoch| name_of(epoch) == name)),
    }
}

/// All logs of this node, oldest first, each with its newest checkpoint: the public page.
///
/// # Errors
/// When the database fails.
pub fn overview(tx: &mut Tx<'_>) -> Result<Vec<(Epoch, Option<StoredCheckpoint>)>, StoreError> {
    let mut logs = Vec::new();
    for epoch in store::epochs(tx)? {
        let last = store::last_checkpoint(tx, epoch.epoch)?;
        logs.push((epoch, last));
    }
    Ok(logs)
}

/// The newest signed checkpoint of a log.
///
/// # Errors
/// When the database fails.
pub fn checkpoint(tx: &mut Tx<'_>, epoch: &Epoch) -> Result<Option<String>, StoreError> {
    Ok(store::last_checkpoint(tx, epoch.epoch)?.map(|checkpoint| checkpoint.signed))
}

/// The bytes of a tile or entry bundle; `None` when the log does not have it.
///
/// Read in the same snapshot as the checkpoint, so nothing is shown that no checkpoint covers.
///
/// # Errors
/// When the database fails or the stored log is damaged.
pub fn tile(tx: &mut Tx<'_>, epoch: &Epoch, path: TilePath) -> Result<Option<Vec<u8>>, StoreError> {
    match path.level {
        Some(level) => hashes(
            tx,
            epoch,
            TileId {
                level,
                index: path.index,
            },
            path.width,
        ),
        None => bundle(tx, epoch, path.index, path.width),
    }
}

fn hashes(tx: &mut Tx<'_>, epoch: &Epoch, id: TileId, width: u16) -> Result<Option<Vec<u8>>, StoreError> {
    if i64::try_from(id.index).is_err() {
        return Ok(None);
    }
    let stored = StoredTiles {
        tx,
        epoch: epoch.epoch,
    }
    .tile(id)?;
    Ok(stored.and_then(|hashes| hashes.get(..usize::from(width) * 32).map(<[u8]>::to_vec)))
}

fn bundle(tx: &mut Tx<'_>, epoch: &Epoch, index: u64, width: u16) -> Result<Option<Vec<u8>>, StoreError> {
    let first = index
        .checked_mul(TILE_WIDTH)
        .filter(|first| i64::try_from(*first).is_ok());
    let Some(first) = first else { return Ok(None) };
    let entries = store::entries(tx, epoch.epoch, first, u32::from(width))?;
    let leaves = entries.iter().map(|(_, leaf)| leaf);
    Ok((entries.len() == usize::from(width)).then(|| entry_bundle(leaves)))
}

/// What somebody who may see a fact is given so that he can prove it to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactProof {
    /// The C2SP tlog-proof file; says nothing by itself.
    pub proof: String,
    /// The fact and the salt of its leaf, as JSON.
    pub fact: String,
    /// Verifier key of the log, which whoever checks should have from elsewhere.
    pub vkey: String,
}

/// Whether a fact can be proven now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provable {
    /// Here is the proof.
    Yes(FactProof),
    /// It waits for its place in the log: a moment.
    NotYet,
    /// Its words have been erased, or there is no such fact.
    No,
}

/// The proof of a fact. The caller has made sure that the actor may see the fact.
///
/// # Errors
/// When the database fails or the stored log is damaged.
pub fn proof(tx: &mut Tx<'_>, id: FactId) -> Result<Provable, StoreError> {
    let Some(opened) = journal::fact(tx, id)?.and_then(|fact| fact.opened()) else {
        return Ok(Provable::No);
    };
    let Some((number, index)) = store::place_of(tx, id)? else {
        return Ok(Provable::NotYet);
    };
    let epoch = store::epochs(tx)?.into_iter().find(|epoch| epoch.epoch == number);
    let (Some(epoch), Some(last)) = (epoch, store::last_checkpoint(tx, number)?) else {
        return Err(StoreError::Log(format!("log {number} has no checkpoint")));
    };
    let hashes =
        inclusion_proof(&mut StoredTiles { tx, epoch: number }, last.size, index).map_err(tree_error)?;
    let proof = InclusionProof {
        extra: None,
        index,
        hashes,
        checkpoint: last.signed,
    };
    Ok(Provable::Yes(FactProof {
        proof: proof.to_text(),
        fact: opened.to_text(),
        vkey: epoch.vkey,
    }))
}

/// What a proof that somebody brings is worth here.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// A log of this node holds this very fact.
    Proven {
        /// The log's origin.
        origin: String,
        /// Place of the fact in it.
        index: u64,
        /// Entries of the log at the time of the proof.
        size: u64,
        /// The fact, as it was brought.
        fact: Box<serde_json::Value>,
    },
    /// The proof is of a log that is not one of this node.
    OtherLog {
        /// That log's origin.
        origin: String,
    },
    /// It is no proof of this fact.
    NotProven,
    /// One of the two files is not what it should be.
    Unreadable,
}

/// Checks a proof that somebody brings, against the keys of this node's logs.
///
/// # Errors
/// When the database fails.
pub fn check(tx: &mut Tx<'_>, proof: &str, fact: &str) -> Result<Verdict, StoreError> {
    let (Ok(proof), Ok(opened)) = (InclusionProof::parse(proof), OpenedFact::parse(fact)) else {
        return Ok(Verdict::Unreadable);
    };
    let Ok(claimed) = Checkpoint::read_unverified(&proof.checkpoint) else {
        return Ok(Verdict::Unreadable);
    };
    let epochs = store::epochs(tx)?;
    let Some(epoch) = epochs.iter().find(|epoch| epoch.origin == claimed.origin) else {
        return Ok(Verdict::OtherLog {
            origin: claimed.origin,
        });
    };
    let key = LogVerifier::parse(&epoch.vkey).map_err(|error| StoreError::Log(error.to_string()))?;
    Ok(match proof.verify_fact(&opened, &key) {
        Ok(checkpoint) => Verdict::Proven {
            origin: checkpoint.origin,
            index: proof.index,
            size: checkpoint.size,
            fact: Box::new(opened.fact),
        },
        Err(_) => Verdict::NotProven,
    })
}

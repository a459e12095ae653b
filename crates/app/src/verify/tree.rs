//! Every log: entries without a gap, the tree and its tiles over them, each checkpoint signed by the log's key and
//! true of the tree, and the checkpoint that somebody kept elsewhere.

use std::collections::BTreeMap;

use townhall_journal::{Checkpoint, Edge, Hash, LogVerifier, TILE_WIDTH, TileId, TileStore};
use townhall_store::StoreError;
use townhall_store::audit;
use townhall_store::log::{self, Epoch, StoredCheckpoint, StoredTiles};

use super::Verifying;

const PAGE: u32 = 4_096;

pub(super) fn check(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    for what in audit::rows_without_epoch(v.tx)? {
        v.found(what);
    }
    let epochs = log::epochs(v.tx)?;
    let mut outside: Vec<Outside<'_>> = v.checkpoints.iter().map(|text| Outside::read(text)).collect();
    let mut before: Option<(Epoch, u64, Hash)> = None;
    for (number, epoch) in (1..).zip(epochs) {
        if epoch.epoch != number {
            v.found(format!("log {number} is missing"));
        }
        let previous = epoch
            .previous
            .as_ref()
            .map(|p| (p.origin.as_str(), p.size, p.root));
        if previous
            != before
                .as_ref()
                .map(|(epoch, size, root)| (epoch.origin.as_str(), *size, *root))
        {
            v.found(format!(
                "log {} does not follow where the one before it ended",
                epoch.epoch
            ));
        }
        let (size, root) = check_epoch(v, &epoch, &mut outside)?;
        before = Some((epoch, size, root));
    }
    for kept in outside {
        match kept {
            Outside::Wanted(checkpoint, _) => {
                v.found(format!(
                    "there is no log {}, which a kept checkpoint is of",
                    checkpoint.origin
                ));
            }
            Outside::Unreadable => v.found("a kept checkpoint is not a checkpoint"),
            Outside::Settled => {}
        }
    }
    Ok(())
}

/// A checkpoint that was kept outside of the database.
enum Outside<'a> {
    /// Its log has not been met yet.
    Wanted(Checkpoint, &'a str),
    /// It was compared with its log.
    Settled,
    /// It is none.
    Unreadable,
}

impl<'a> Outside<'a> {
    fn read(text: &'a str) -> Self {
        Checkpoint::read_unverified(text)
            .map_or(Self::Unreadable, |checkpoint| Self::Wanted(checkpoint, text))
    }

    /// The checkpoint, if it is of this log and signed by it.
    fn take_for(
        &mut self,
        v: &mut Verifying<'_, '_>,
        epoch: &Epoch,
        key: &LogVerifier,
    ) -> Option<Checkpoint> {
        let Self::Wanted(checkpoint, text) = self else {
            return None;
        };
        if checkpoint.origin != epoch.origin {
            return None;
        }
        let opened = Checkpoint::open(text, key);
        *self = Self::Settled;
        opened
            .map_err(|error| v.found(format!("a kept checkpoint: {error}")))
            .ok()
    }
}

/// Recomputes one log; gives its size and root.
fn check_epoch(
    v: &mut Verifying<'_, '_>,
    epoch: &Epoch,
    outside: &mut [Outside<'_>],
) -> Result<(u64, Hash), StoreError> {
    v.report.epochs += 1;
    let name = format!("log {} ({})", epoch.epoch, epoch.origin);
    let mut signed: BTreeMap<u64, Vec<Checkpoint>> = BTreeMap::new();
    let (mut last, mut numbers) = (None, 0);
    match LogVerifier::parse(&epoch.vkey) {
        Ok(key) if key.origin() == epoch.origin && key.vkey() == epoch.vkey => {
            for stored in log::checkpoints(v.tx, epoch.epoch)? {
                v.report.checkpoints += 1;
                last = Some(stored.size);
                numbers += 1;
                if stored.number != numbers {
                    v.found(format!(
                        "the checkpoint of size {} of log {} has the number {}, the one before it {}",
                        stored.size,
                        epoch.epoch,
                        stored.number,
                        numbers - 1
                    ));
                    numbers = stored.number;
                }
                if let Some(opened) = open(v, epoch, &key, &stored) {
                    signed.entry(opened.size).or_default().push(opened);
                }
            }
            for kept in outside
                .iter_mut()
                .filter_map(|kept| kept.take_for(v, epoch, &key))
            {
                signed.entry(kept.size).or_default().push(kept);
            }
        }
        Ok(_) | Err(_) => v.found(format!("the key of {name} is not a key of this log")),
    }

    let edge = recompute(v, epoch, &name, |v, edge| {
        for checkpoint in signed.remove(&edge.size()).unwrap_or_default() {
            if checkpoint.root != edge.root() {
                v.found(format!(
                    "the entries of {name} are not those of its checkpoint of size {}",
                    edge.size()
                ));
            }
        }
    })?;
    for size in signed.into_keys() {
        v.found(format!(
            "{name} has {} entries, less than its checkpoint of size {size}",
            edge.size()
        ));
    }
    if last.is_none_or(|last| last < edge.size()) {
        v.found(format!(
            "{name} has {} entries, more than any of its checkpoints",
            edge.size()
        ));
    }
    Ok((edge.size(), edge.root()))
}

/// Opens a stored checkpoint; `None`, and a finding, when it is not one that this log could have signed.
fn open(
    v: &mut Verifying<'_, '_>,
    epoch: &Epoch,
    key: &LogVerifier,
    stored: &StoredCheckpoint,
) -> Option<Checkpoint> {
    let name = format!("the checkpoint of size {} of log {}", stored.size, epoch.epoch);
    match Checkpoint::open(&stored.signed, key) {
        Err(error) => {
            v.found(format!("{name}: {error}"));
            None
        }
        Ok(opened) if (opened.size, opened.root) != (stored.size, stored.root) => {
            v.found(format!("{name} says another size or root than its row"));
            None
        }
        // Origin, size, root, the log it follows, an empty line, one signature.
        Ok(opened) if stored.signed.lines().count() != 5 + opened.extension.len() => {
            v.found(format!("{name} has grown or lost lines"));
            None
        }
        Ok(opened) if opened.extension != epoch.extension() => {
            v.found(format!("{name} does not say which log it follows"));
            None
        }
        Ok(opened) => Some(opened),
    }
}

/// Grows the tree from the entries and compares its tiles; calls `at` for every size on the way.
fn recompute(
    v: &mut Verifying<'_, '_>,
    epoch: &Epoch,
    name: &str,
    mut at: impl FnMut(&mut Verifying<'_, '_>, &Edge),
) -> Result<Edge, StoreError> {
    let mut edge = Edge::default();
    at(v, &edge);
    let mut after = -1;
    loop {
        let page = audit::entries(v.tx, epoch.epoch, after, PAGE)?;
        let Some(end) = page.last() else { break };
        after = end.index;
        for entry in &page {
            let expected = i64::try_from(edge.size()).unwrap_or(i64::MAX);
            let Some(leaf) = entry.leaf.filter(|_| entry.index == expected) else {
                v.found(format!("{name}: entry {expected} is missing or damaged"));
                return Ok(edge);
            };
            edge.push(leaf.record_hash());
            v.report.entries += 1;
            at(v, &edge);
        }
        compare_tiles(v, epoch, name, &mut edge)?;
    }
    check_shape(v, epoch, name, edge.size())?;
    Ok(edge)
}

/// As many tiles as the entries make, and nothing behind the end of the last one of each level.
fn check_shape(v: &mut Verifying<'_, '_>, epoch: &Epoch, name: &str, size: u64) -> Result<(), StoreError> {
    let mut tiles = 0;
    let (mut level, mut count) = (0, size);
    while count > 0 {
        let id = TileId {
            level,
            index: (count - 1) / TILE_WIDTH,
        };
        let hashes = count - id.index * TILE_WIDTH;
        let stored = StoredTiles {
            tx: v.tx,
            epoch: epoch.epoch,
        }
        .tile(id)?;
        if stored.is_some_and(|stored| stored.len() as u64 > hashes * 32) {
            v.found(format!(
                "{name}: tile {} of level {level} holds more than its entries make",
                id.index
            ));
        }
        tiles += id.index + 1;
        (level, count) = (level + 1, count / TILE_WIDTH);
    }
    if audit::count_tiles(v.tx, epoch.epoch)? != tiles {
        v.found(format!("{name} has more or fewer tiles than its entries make"));
    }
    Ok(())
}

fn compare_tiles(
    v: &mut Verifying<'_, '_>,
    epoch: &Epoch,
    name: &str,
    edge: &mut Edge,
) -> Result<(), StoreError> {
    for (id, expected) in edge.take_changed() {
        let stored = StoredTiles {
            tx: v.tx,
            epoch: epoch.epoch,
        }
        .tile(id)?;
        // A tile that later entries go on filling is longer than it was here; it is met again.
        let full = expected.len() as u64 == TILE_WIDTH * 32;
        if !stored
            .is_some_and(|stored| stored.starts_with(&expected) && (!full || stored.len() == expected.len()))
        {
            v.found(format!(
                "{name}: tile {} of level {} is not what the entries make",
                id.index, id.level
            ));
        }
    }
    Ok(())
}

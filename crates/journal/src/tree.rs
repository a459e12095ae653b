//! The tree, kept as tiles: growing it, its root, inclusion and consistency proofs.
//!
//! Only tiles are stored (32 bytes an entry and 1/255 more); the inner hashes of a tile are computed when
//! they are needed, at most 255 hashings. Appending touches only the tiles on the right edge.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::hash_map::{Entry, HashMap};

use tlog_tiles::tile::Tile;
use tlog_tiles::tlog::{self, EMPTY_HASH, HASH_SIZE, Hash, HashReader, node_hash};

use crate::tiles::{TILE_BYTES, TILE_HEIGHT, TILE_WIDTH, TileId};

/// Where tiles are kept.
pub trait TileStore {
    /// What goes wrong when a tile is read.
    type Error;
    /// The bytes of a tile as far as it is filled; `None` when there is no such tile.
    fn tile(&mut self, id: TileId) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Why a root, a proof or the edge of a tree could not be had.
#[derive(Debug, thiserror::Error)]
pub enum TreeError<E> {
    /// The store failed.
    #[error("reading tiles failed")]
    Store(#[source] E),
    /// A tile that a tree of this size must have is missing or too short: the stored tree is damaged.
    #[error("tile {} of level {} is missing or too short", .0.index, .0.level)]
    Tile(TileId),
    /// The question makes no sense: an index beyond the size, an old size of zero or beyond the new.
    #[error("no such entry or size in a tree of {size} entries")]
    OutOfRange {
        /// Entries of the tree asked.
        size: u64,
    },
}

/// Tiles in memory: for tests, for recomputing a tree, and as a copy of the edge.
#[derive(Debug, Clone, Default)]
pub struct MemoryTiles(pub BTreeMap<TileId, Vec<u8>>);

impl TileStore for MemoryTiles {
    type Error = std::convert::Infallible;
    fn tile(&mut self, id: TileId) -> Result<Option<Vec<u8>>, Self::Error> {
        Ok(self.0.get(&id).cloned())
    }
}

impl MemoryTiles {
    /// Takes in what [`Edge::take_changed`] gave.
    pub fn save(&mut self, changed: impl IntoIterator<Item = (TileId, Vec<u8>)>) {
        self.0.extend(changed);
    }
}

/// The right edge of a tree: per level the tile that is being filled. All that appending needs.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    size: u64,
    /// Bytes of the tile being filled, by level; shorter than a full tile.
    filling: Vec<Vec<u8>>,
    /// Tiles that were filled since they were last taken.
    filled: Vec<(TileId, Vec<u8>)>,
    /// Entries when the changes were last taken.
    taken_at: u64,
}

impl Edge {
    /// Reads the edge of a tree of `size` entries.
    ///
    /// # Errors
    /// [`TreeError::Tile`] when a tile that must be there is missing or too short.
    pub fn load<S: TileStore>(store: &mut S, size: u64) -> Result<Self, TreeError<S::Error>> {
        let mut filling = Vec::new();
        let mut count = size;
        while count > 0 {
            let id = TileId {
                level: level_of(filling.len()),
                index: count / TILE_WIDTH,
            };
            let bytes = bytes_of(count % TILE_WIDTH);
            filling.push(if bytes == 0 {
                Vec::new()
            } else {
                read_prefix(store, id, bytes)?
            });
            count /= TILE_WIDTH;
        }
        Ok(Self {
            size,
            filling,
            filled: Vec::new(),
            taken_at: size,
        })
    }

    /// Entries of the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds one entry by its record hash.
    pub fn push(&mut self, record: Hash) {
        let mut hash = record;
        for level in 0.. {
            if level == self.filling.len() {
                self.filling.push(Vec::new());
            }
            let tile = &mut self.filling[level];
            tile.extend_from_slice(&hash.0);
            if tile.len() < TILE_BYTES {
                break;
            }
            // The tile is full: its own hash is the next one of the level above.
            hash = Tile::subtree_hash(tile);
            let index = self.size >> (usize::from(TILE_HEIGHT) * (level + 1));
            self.filled.push((
                TileId {
                    level: level_of(level),
                    index,
                },
                std::mem::take(tile),
            ));
        }
        self.size += 1;
    }

    /// The tiles that changed since the last call, each with all its bytes, to be stored.
    pub fn take_changed(&mut self) -> Vec<(TileId, Vec<u8>)> {
        let mut changed = std::mem::take(&mut self.filled);
        for (level, tile) in self.filling.iter().enumerate() {
            let shift = usize::from(TILE_HEIGHT) * level;
            if !tile.is_empty() && self.taken_at >> shift != self.size >> shift {
                let index = (self.size >> shift) / TILE_WIDTH;
                changed.push((
                    TileId {
                        level: level_of(level),
                        index,
                    },
                    tile.clone(),
                ));
            }
        }
        self.taken_at = self.size;
        changed
    }

    /// The root of the tree (RFC 6962, section 2.1); the hash of nothing for an empty tree.
    pub fn root(&self) -> Hash {
        // A tile of w hashes holds one complete subtree for each bit of w, the largest leftmost; folding
        // them from the right, levels from the bottom, is the definition of the root.
        let mut root = None;
        for tile in &self.filling {
            let width = tile.len() / HASH_SIZE;
            let mut end = width;
            for bit in 0..TILE_HEIGHT {
                let subtree = 1 << bit;
                if width & subtree != 0 {
                    let left = Tile::subtree_hash(&tile[(end - subtree) * HASH_SIZE..end * HASH_SIZE]);
                    root = Some(root.map_or(left, |right| node_hash(left, right)));
                    end -= subtree;
                }
            }
        }
        root.unwrap_or(EMPTY_HASH)
    }
}

/// The root of the tree's first `size` entries.
///
/// # Errors
/// [`TreeError`] when a tile is missing or the store failed.
pub fn root<S: TileStore>(store: &mut S, size: u64) -> Result<Hash, TreeError<S::Error>> {
    Reader::run(store, size, |reader| tlog::tree_hash(size, reader))
}

/// The hashes that prove that entry `index` is in the tree of `size` entries (RFC 6962, section 2.1.1).
///
/// # Errors
/// [`TreeError::OutOfRange`] when `index >= size`; otherwise when a tile is missing or the store failed.
pub fn inclusion_proof<S: TileStore>(
    store: &mut S,
    size: u64,
    index: u64,
) -> Result<Vec<Hash>, TreeError<S::Error>> {
    Reader::run(store, size, |reader| tlog::prove_record(size, index, reader))
}

/// The hashes that prove that the tree of `old` entries is the beginning of the tree of `size` entries
/// (RFC 6962, section 2.1.2).
///
/// # Errors
/// [`TreeError::OutOfRange`] unless `1 <= old <= size`; otherwise when a tile is missing or the store failed.
pub fn consistency_proof<S: TileStore>(
    store: &mut S,
    size: u64,
    old: u64,
) -> Result<Vec<Hash>, TreeError<S::Error>> {
    Reader::run(store, size, |reader| tlog::prove_tree(size, old, reader))
}

/// Whether `proof` shows that the tree of `old` entries with `old_root` begins the tree of `size` with `root`.
pub fn is_consistent(proof: &[Hash], size: u64, root: Hash, old: u64, old_root: Hash) -> bool {
    proof.len() <= MAX_PROOF && tlog::check_tree(&proof.to_vec(), size, root, old, old_root).is_ok()
}

/// Longest proof there can be: one hash a level, and one more for consistency.
pub(crate) const MAX_PROOF: usize = 65;

/// Lets `tlog_tiles` read single hashes of a tree that is stored as tiles.
struct Reader<'a, S: TileStore> {
    size: u64,
    store: RefCell<&'a mut S>,
    read: RefCell<HashMap<TileId, Vec<u8>>>,
    failed: RefCell<Option<TreeError<S::Error>>>,
}

impl<'a, S: TileStore> Reader<'a, S> {
    fn run<T>(
        store: &'a mut S,
        size: u64,
        compute: impl FnOnce(&Self) -> Result<T, tlog::Error>,
    ) -> Result<T, TreeError<S::Error>> {
        let reader = Self {
            size,
            store: RefCell::new(store),
            read: RefCell::default(),
            failed: RefCell::new(None),
        };
        compute(&reader).map_err(|_| reader.failed.take().unwrap_or(TreeError::OutOfRange { size }))
    }

    fn hash(&self, position: u64) -> Result<Hash, TreeError<S::Error>> {
        let least = Tile::from_index(TILE_HEIGHT, position);
        let tile = least
            .parent(0, self.size)
            .ok_or(TreeError::OutOfRange { size: self.size })?;
        let id = TileId {
            level: tile.level(),
            index: tile.level_index(),
        };
        let mut read = self.read.borrow_mut();
        let bytes = match read.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let bytes = bytes_of(u64::from(tile.width()));
                unknown.insert(read_prefix(&mut **self.store.borrow_mut(), id, bytes)?)
            }
        };
        tile.hash_at_index(bytes, position)
            .map_err(|_| TreeError::Tile(id))
    }
}

impl<S: TileStore> HashReader for Reader<'_, S> {
    fn read_hashes(&self, positions: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let hashes: Result<Vec<Hash>, _> = positions.iter().map(|&position| self.hash(position)).collect();
        hashes.map_err(|error| {
            self.failed.replace(Some(error));
            tlog::Error::InvalidTile
        })
    }
}

fn read_prefix<S: TileStore>(
    store: &mut S,
    id: TileId,
    bytes: usize,
) -> Result<Vec<u8>, TreeError<S::Error>> {
    let mut tile = store
        .tile(id)
        .map_err(TreeError::Store)?
        .ok_or(TreeError::Tile(id))?;
    if tile.len() < bytes {
        return Err(TreeError::Tile(id));
    }
    tile.truncate(bytes);
    Ok(tile)
}

fn bytes_of(hashes: u64) -> usize {
    usize::try_from(hashes).map_or(TILE_BYTES, |hashes| hashes * HASH_SIZE)
}

fn level_of(depth: usize) -> u8 {
    u8::try_from(depth).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tlog_tiles::tlog::{check_record, record_hash};

    fn tree(records: &[Hash], batch: usize) -> (MemoryTiles, Edge) {
        let mut tiles = MemoryTiles::default();
        let mut edge = Edge::default();
        for chunk in records.chunks(batch.max(1)) {
            // Loading the edge anew for each batch is what the sequencer does.
            edge = Edge::load(&mut tiles, edge.size()).unwrap();
            for &record in chunk {
                edge.push(record);
            }
            tiles.save(edge.take_changed());
        }
        (tiles, edge)
    }

    fn records(count: usize) -> Vec<Hash> {
        (0..count).map(|i| record_hash(&i.to_be_bytes())).collect()
    }

    /// The known test vectors of RFC 6962 implementations (Certificate Transparency's own test data).
    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let entries = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut edge = Edge::default();
        assert_eq!(hex::encode(edge.root().0), roots[0]);
        for (entry, root) in entries.iter().zip(&roots[1..]) {
            edge.push(record_hash(&hex::decode(entry).unwrap()));
            assert_eq!(hex::encode(edge.root().0), *root);
        }
    }

    #[test]
    fn the_edge_and_the_tiles_give_the_same_root_across_two_levels_of_tiles() {
        let records = records(66_000);
        let mut tiles = MemoryTiles::default();
        let mut edge = Edge::default();
        for (i, &record) in records.iter().enumerate() {
            edge.push(record);
            if matches!(i % 997, 0 | 1) || matches!(i + 1, 255..=257 | 65_535..=65_537) {
                tiles.save(edge.take_changed());
                assert_eq!(
                    root(&mut tiles, edge.size()).unwrap(),
                    edge.root(),
                    "size {}",
                    i + 1
                );
            }
        }
        tiles.save(edge.take_changed());
        // 257 full tiles and one partial, one full and one partial above, one on top.
        assert_eq!(tiles.0.len(), 258 + 2 + 1);
        assert_eq!(tiles.0[&TileId { level: 2, index: 0 }].len(), HASH_SIZE);
    }

    #[test]
    fn a_missing_or_short_tile_is_named() {
        let (mut tiles, _) = tree(&records(300), 300);
        let first = TileId { level: 0, index: 0 };
        let full = tiles.0.insert(first, vec![0; 31]).unwrap();
        assert!(matches!(inclusion_proof(&mut tiles, 300, 3), Err(TreeError::Tile(id)) if id == first));
        tiles.0.remove(&first);
        assert!(matches!(inclusion_proof(&mut tiles, 300, 3), Err(TreeError::Tile(id)) if id == first));
        tiles.0.insert(first, full);
        assert!(inclusion_proof(&mut tiles, 300, 3).is_ok());
        tiles.0.remove(&TileId { level: 1, index: 0 });
        assert!(matches!(
            Edge::load(&mut tiles, 300),
            Err(TreeError::Tile(TileId { level: 1, index: 0 }))
        ));
    }

    #[test]
    fn questions_beyond_the_tree_are_refused() {
        let (mut tiles, _) = tree(&records(5), 5);
        assert!(matches!(
            inclusion_proof(&mut tiles, 5, 5),
            Err(TreeError::OutOfRange { size: 5 })
        ));
        assert!(matches!(
            consistency_proof(&mut tiles, 5, 0),
            Err(TreeError::OutOfRange { .. })
        ));
        assert!(matches!(
            consistency_proof(&mut tiles, 5, 6),
            Err(TreeError::OutOfRange { .. })
        ));
        assert!(matches!(root(&mut tiles, 6), Err(TreeError::Tile(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn every_inclusion_proof_verifies_and_none_for_a_changed_leaf(
            size in 1..900usize, batch in 1..300usize, seed: u64, flip in 0..256usize,
        ) {
            let records = records(size);
            let (mut tiles, edge) = tree(&records, batch);
            let size = size as u64;
            for index in [0, size - 1, seed % size, (seed >> 16) % size, (seed >> 32) % size] {
                let proof = inclusion_proof(&mut tiles, size, index).unwrap();
                let mut record = records[usize::try_from(index).unwrap()];
                prop_assert!(check_record(&proof, size, edge.root(), index, record).is_ok());
                record.0[flip / 8] ^= 1 << (flip % 8);
                prop_assert!(check_record(&proof, size, edge.root(), index, record).is_err());
            }
        }

        #[test]
        fn every_older_tree_is_consistent_and_no_other_is(
            size in 1..900usize, batch in 1..300usize, old in 1..900usize, other in 0..900usize,
        ) {
            let old = old.min(size);
            let records = records(size);
            let (mut tiles, edge) = tree(&records, batch);
            let (_, old_edge) = tree(&records[..old], batch);
            let proof = consistency_proof(&mut tiles, size as u64, old as u64).unwrap();
            prop_assert!(is_consistent(&proof, size as u64, edge.root(), old as u64, old_edge.root()));

            // The same tree but for one entry is not what today's tree extends.
            let mut forked = records[..old].to_vec();
            forked[other % old].0[0] ^= 1;
            let (_, forked) = tree(&forked, batch);
            prop_assert!(!is_consistent(&proof, size as u64, edge.root(), old as u64, forked.root()));
        }

        #[test]
        fn the_size_of_the_batches_leaves_no_trace(size in 0..1200usize, a in 1..400usize, b in 1..400usize) {
            let records = records(size);
            let ((tiles_a, edge_a), (tiles_b, edge_b)) = (tree(&records, a), tree(&records, b));
            prop_assert_eq!(edge_a.root(), edge_b.root());
            prop_assert_eq!(tiles_a.0, tiles_b.0);
        }
    }
}

//! Tiles and entry bundles of C2SP tlog-tiles: their names and their bytes.

use std::fmt;
use std::str::FromStr;

use tlog_tiles::tlog::HASH_SIZE;

use crate::fact::Leaf;

/// Height of a tile in tree levels, fixed by C2SP tlog-tiles.
pub(crate) const TILE_HEIGHT: u8 = 8;
/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;
/// Bytes of a full tile.
pub(crate) const TILE_BYTES: usize = HASH_SIZE << TILE_HEIGHT;

/// Which tile: level (0 holds record hashes) and index within the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Level, 0 to 7 in a tree that fits 2⁶³ entries.
    pub level: u8,
    /// Index within the level, from 0.
    pub index: u64,
}

/// A resource under `/log/`: a tile or an entry bundle of a given width, `tile/0/x001/234.p/17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TilePath {
    /// Level of the tile; `None` is an entry bundle.
    pub level: Option<u8>,
    /// Index within the level.
    pub index: u64,
    /// Hashes or entries in it, 1 to 256; 256 is full.
    pub width: u16,
}

/// The text is not a canonical tile path of C2SP tlog-tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a tile path")]
pub struct TilePathError;

impl TilePath {
    /// Paths that a client needs, beside those of the older size, once the tree has grown from `old` to `new`
    /// entries: every new full tile and the partial ones at the edge, with their entry bundles.
    pub fn published(old: u64, new: u64) -> Vec<Self> {
        let mut paths = Vec::new();
        for tile in tlog_tiles::tile::Tile::new_tiles(TILE_HEIGHT, old, new) {
            let width = u16::try_from(tile.width()).unwrap_or(u16::MAX);
            let path = Self {
                level: Some(tile.level()),
                index: tile.level_index(),
                width,
            };
            if tile.level() == 0 {
                paths.push(Self { level: None, ..path });
            }
            paths.push(path);
        }
        paths
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => f.write_str("tile/entries/")?,
        }
        // Three digits an element, all but the last with an x: x001/x234/067 (C2SP tlog-tiles, Merkle Tree).
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups[1..].iter().rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        if u64::from(self.width) < TILE_WIDTH {
            write!(f, ".p/{}", self.width)
        } else {
            Ok(())
        }
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    fn from_str(text: &str) -> Result<Self, TilePathError> {
        let rest = text.strip_prefix("tile/").ok_or(TilePathError)?;
        let (level, rest) = rest.split_once('/').ok_or(TilePathError)?;
        let level = if level == "entries" {
            None
        } else {
            Some(level.parse().map_err(|_| TilePathError)?)
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().map_err(|_| TilePathError)?),
            None => (rest, 256),
        };
        let mut number: u64 = 0;
        for group in index.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let value: u64 = digits.parse().map_err(|_| TilePathError)?;
            number = number
                .checked_mul(1000)
                .and_then(|n| n.checked_add(value))
                .ok_or(TilePathError)?;
        }
        let path = Self {
            level,
            index: number,
            width,
        };
        // One resource has one name: what is not written exactly so (signs, zeros, x) is refused.
        let in_range = (1..=256).contains(&width) && level.is_none_or(|level| level < 64);
        if in_range && path.to_string() == text {
            Ok(path)
        } else {
            Err(TilePathError)
        }
    }
}

/// An entry bundle: each leaf after its length as a big-endian 16-bit number.
pub fn entry_bundle<'a>(leaves: impl IntoIterator<Item = &'a Leaf>) -> Vec<u8> {
    const LENGTH: [u8; 2] = [0, 33];
    let mut bytes = Vec::new();
    for leaf in leaves {
        bytes.extend_from_slice(&LENGTH);
        bytes.extend_from_slice(leaf.as_bytes());
    }
    bytes
}

/// Reads an entry bundle back; `None` when it is cut short or holds anything but leaves.
pub fn split_entry_bundle(bytes: &[u8]) -> Option<Vec<Leaf>> {
    let entries = bytes.chunks(2 + Leaf::BYTES);
    entries
        .map(|entry| entry.strip_prefix(&[0, 33]).and_then(Leaf::from_bytes))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let path = |level, index, width| TilePath { level, index, width }.to_string();
        assert_eq!(path(Some(0), 0, 256), "tile/0/000");
        assert_eq!(path(Some(1), 1_234_067, 256), "tile/1/x001/x234/067");
        assert_eq!(path(Some(0), 273, 112), "tile/0/273.p/112");
        assert_eq!(path(None, 1000, 1), "tile/entries/x001/000.p/1");
    }

    #[test]
    fn the_tiles_of_70_000_entries_are_those_the_specification_counts() {
        let paths = TilePath::published(0, 70_000);
        let count = |level, full: bool| {
            paths
                .iter()
                .filter(|p| p.level == level && (p.width == 256) == full)
                .count()
        };
        assert_eq!(
            (count(Some(0), true), count(Some(1), true), count(Some(2), true)),
            (273, 1, 0)
        );
        let partial: Vec<String> = paths
            .iter()
            .filter(|p| p.width < 256)
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            partial,
            [
                "tile/entries/273.p/112",
                "tile/0/273.p/112",
                "tile/1/001.p/17",
                "tile/2/000.p/1"
            ]
        );
        assert_eq!(count(None, true), 273);
    }

    #[test]
    fn another_spelling_of_a_path_is_refused() {
        for wrong in [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/+1/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/x000/001",
            "tile/0/001/000",
            "tile/0/x001/x000",
            "tile/8/0/000",
            "tile/entries",
            "tile/data/000",
            "/tile/0/000",
            "tile/0/000/",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/0/-01",
            "tile/0/+01",
            "tile/0/000.p/+7",
        ] {
            assert_eq!(wrong.parse::<TilePath>(), Err(TilePathError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_path_survives_being_written_and_read(
            level in prop::option::of(0..64u8), index: u64, width in 1..=256u16,
        ) {
            let path = TilePath { level, index, width };
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }
        #[test]
        fn reading_any_text_as_a_path_or_any_bytes_as_a_bundle_never_panics(
            text in "tile/[0-9x/.pentris]{0,40}", bytes: Vec<u8>,
        ) {
            let _ = text.parse::<TilePath>();
            let _ = split_entry_bundle(&bytes);
        }
    }

    #[test]
    fn a_bundle_that_is_cut_or_holds_something_else_is_refused() {
        let leaf = Leaf::of_json(&serde_json::json!({}), &[0; 32]).unwrap();
        let bundle = entry_bundle([&leaf, &leaf]);
        assert_eq!(split_entry_bundle(&bundle), Some(vec![leaf, leaf]));
        assert_eq!(split_entry_bundle(&bundle[..bundle.len() - 1]), None);
        assert_eq!(split_entry_bundle(&[0, 1, 7]), None);
    }
}

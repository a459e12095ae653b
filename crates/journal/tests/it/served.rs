//! A log served from a directory, as a web server serves `/log/`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use townhall_journal::{
    Checkpoint, Edge, InclusionProof, Leaf, LogKey, MemoryTiles, OpenedFact, TileId, TilePath, entry_bundle,
    inclusion_proof,
};

pub const ORIGIN: &str = "town.example/log";

/// A log in a directory, with what its holders keep beside it.
pub struct Served {
    pub dir: tempfile::TempDir,
    pub key: LogKey,
    pub facts: Vec<OpenedFact>,
    tiles: MemoryTiles,
    checkpoint: String,
}

impl Served {
    /// A log that was published at each of these sizes; the checkpoint of each is kept as a file.
    pub fn at_sizes(sizes: &[usize]) -> Self {
        let last = *sizes.last().expect("a size");
        let facts: Vec<OpenedFact> = (0..last).map(fact).collect();
        let mut log = Self {
            dir: tempfile::tempdir().expect("a directory"),
            key: LogKey::generate(ORIGIN).expect("a key"),
            facts,
            tiles: MemoryTiles::default(),
            checkpoint: String::new(),
        };
        let mut edge = Edge::default();
        for &size in sizes {
            let old = edge.size();
            for opened in &log.facts[usize::try_from(old).expect("small")..size] {
                edge.push(opened.leaf().expect("canonical").record_hash());
            }
            log.tiles.save(edge.take_changed());
            log.publish(old, &edge);
        }
        log
    }

    fn publish(&mut self, old: u64, edge: &Edge) {
        let leaves: Vec<Leaf> = self
            .facts
            .iter()
            .map(|opened| opened.leaf().expect("canonical"))
            .collect();
        for path in TilePath::published(old, edge.size()) {
            let width = usize::from(path.width);
            let bytes = if let Some(level) = path.level {
                let id = TileId {
                    level,
                    index: path.index,
                };
                self.tiles.0[&id][..width * 32].to_vec()
            } else {
                let first = usize::try_from(path.index * 256).expect("small");
                entry_bundle(leaves.iter().skip(first).take(width))
            };
            write(&self.dir.path().join(path.to_string()), &bytes);
        }
        let extension = vec!["a line that clients do not know".to_owned()];
        let checkpoint = Checkpoint {
            origin: ORIGIN.into(),
            size: edge.size(),
            root: edge.root(),
            extension,
        };
        self.checkpoint = checkpoint.sign(&self.key).expect("signed");
        write(&self.dir.path().join("checkpoint"), self.checkpoint.as_bytes());
        let kept = self.old(usize::try_from(edge.size()).expect("small"));
        write(&kept, self.checkpoint.as_bytes());
    }

    /// The checkpoint that somebody kept when the log had this size.
    pub fn old(&self, size: usize) -> PathBuf {
        self.dir.path().join(format!("kept-{size}"))
    }

    /// Writes proof and fact of an entry and gives `PROOF,FACT`.
    pub fn proof(&mut self, index: usize) -> String {
        let size = self.facts.len() as u64;
        let hashes = inclusion_proof(&mut self.tiles, size, index as u64).expect("in the log");
        let checkpoint = self.checkpoint.clone();
        let proof = InclusionProof {
            extra: Some(b"x".to_vec()),
            index: index as u64,
            hashes,
            checkpoint,
        };
        let file = |ending: &str| self.dir.path().join(format!("{index}.{ending}"));
        write(&file("tlog-proof"), proof.to_text().as_bytes());
        write(&file("json"), self.facts[index].to_text().as_bytes());
        format!("{},{}", file("tlog-proof").display(), file("json").display())
    }
}

/// A fact with names and texts on which a careless canonical form breaks.
fn fact(n: usize) -> OpenedFact {
    let fact = json!({
        "n": n, "\u{1f600}": "đ\"\\\n\u{1}/", "\u{fb33}": [null, true, -7], "é<>&\u{2028}": {}, "": "\u{7f}",
    });
    OpenedFact {
        fact,
        salt: std::array::from_fn(|i| u8::try_from((n + i) % 251).expect("small")),
    }
}

pub fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("in a directory")).expect("made");
    fs::write(path, bytes).expect("written");
}

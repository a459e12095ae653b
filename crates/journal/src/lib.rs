//! The transparency log: fact, leaf, tree, tiles, checkpoint, proof.
//!
//! Nothing here speaks SQL or HTTP: `store` keeps what this crate computes, `web` serves it. All tree
//! arithmetic and the note format come from the crates `tlog_tiles` and `signed_note`; what is ours is the
//! canonical form of a fact, the leaf, and the way tiles are grown.
//!
//! # The forms, precisely
//! - *Canonical JSON*: [`canonical`], a subset of RFC 8785.
//! - *Leaf*: one version byte `0x01`, then SHA-256(salt ‖ canonical JSON of the whole fact); 33 bytes.
//! - *Record hash*: SHA-256(`0x00` ‖ leaf), inner nodes SHA-256(`0x01` ‖ left ‖ right), as in RFC 6962.
//! - *Tiles*: C2SP tlog-tiles, height 8: `tile/<L>/<N>[.p/<W>]`; entry bundles `tile/entries/<N>[.p/<W>]`.
//! - *Checkpoint*: C2SP tlog-checkpoint in a signed note with one Ed25519 signature of the log.
//! - *Proof*: C2SP tlog-proof, `c2sp.org/tlog-proof@v1`, beside the opened fact as JSON.

pub mod canonical;
pub mod checkpoint;
pub mod fact;
pub mod key;
pub mod proof;
pub mod tiles;
pub mod tree;

pub use canonical::{CanonicalError, canonical};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use fact::{Fact, Leaf, OpenedFact, SALT_BYTES, Salt, leaf_salt, random_salt, salted_digest, state_salt};
pub use key::{KeyError, KeyFileError, LogKey, LogVerifier};
pub use proof::{InclusionProof, ProofError};
pub use tiles::{TILE_WIDTH, TileId, TilePath, entry_bundle, split_entry_bundle};
pub use tlog_tiles::tlog::Hash;
pub use tree::{Edge, MemoryTiles, TileStore, TreeError, consistency_proof, inclusion_proof, root};

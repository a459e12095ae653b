//! The transparency log: leaf, tiles, checkpoint, proof.

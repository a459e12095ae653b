//! Proof files: C2SP tlog-proof, `c2sp.org/tlog-proof@v1`.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 73894
//! <base64 of a hash, one a line, from the leaf's sibling to the root's child>
//!
//! <the signed checkpoint, verbatim>
//! ```
//! An `extra` line may follow the first one; it is carried, never trusted. Nothing personal is in the file:
//! what it proves something about is in the opened fact beside it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tlog_tiles::tlog::{Hash, check_record};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::fact::{Leaf, OpenedFact};
use crate::key::LogVerifier;
use crate::tree::MAX_PROOF;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// That one entry is in a log at the size of a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct InclusionProof {
    /// Data of the application that nobody vouches for.
    pub extra: Option<Vec<u8>>,
    /// Index of the entry, from 0.
    pub index: u64,
    /// Inclusion proof, from the leaf's sibling to the root's child.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

/// Why a proof does not prove.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Not a tlog-proof file; the line (from 1) where it stops being one.
    #[error("not a tlog-proof file (line {0})")]
    Malformed(usize),
    /// The checkpoint in it is not one of the expected log.
    #[error("the checkpoint in the proof")]
    Checkpoint(#[from] CheckpointError),
    /// The hashes do not lead from the entry to the root.
    #[error("the entry is not in the log of this checkpoint")]
    NotIncluded,
    /// The opened fact has no canonical form, so it never was in a log.
    #[error("the fact has no canonical form")]
    Fact(#[from] crate::canonical::CanonicalError),
}

impl InclusionProof {
    /// Writes the file.
    pub fn to_text(&self) -> String {
        let mut lines = vec![FIRST_LINE.to_owned()];
        lines.extend(
            self.extra
                .iter()
                .map(|extra| format!("extra {}", STANDARD.encode(extra))),
        );
        lines.push(format!("index {}", self.index));
        lines.extend(self.hashes.iter().map(Hash::to_string));
        format!("{}\n\n{}", lines.join("\n"), self.checkpoint)
    }

    /// Reads the file. Only [`Self::verify`] says whether it proves anything.
    ///
    /// # Errors
    /// [`ProofError::Malformed`] with the line where it departs from the format.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let mut rest = text;
        let mut number = 0;
        let mut line = || {
            number += 1;
            let (line, after) = rest.split_once('\n').ok_or(ProofError::Malformed(number))?;
            rest = after;
            Ok::<_, ProofError>((line, after, number))
        };
        if line()?.0 != FIRST_LINE {
            return Err(ProofError::Malformed(1));
        }
        let (mut current, _, mut at) = line()?;
        let mut extra = None;
        if let Some(data) = current.strip_prefix("extra ") {
            extra = Some(STANDARD.decode(data).map_err(|_| ProofError::Malformed(at))?);
            (current, _, at) = line()?;
        }
        let index: u64 = current
            .strip_prefix("index ")
            .and_then(|digits| {
                digits
                    .parse()
                    .ok()
                    .filter(|index: &u64| index.to_string() == digits)
            })
            .ok_or(ProofError::Malformed(at))?;
        let mut hashes = Vec::new();
        let checkpoint = loop {
            let (current, after, at) = line()?;
            if current.is_empty() {
                break after;
            }
            if hashes.len() == MAX_PROOF {
                return Err(ProofError::Malformed(at));
            }
            hashes.push(parse_hash(current).ok_or(ProofError::Malformed(at))?);
        };
        Ok(Self {
            extra,
            index,
            hashes,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks that the log of `verifier` holds `leaf` at the index, and gives the checkpoint that says so.
    ///
    /// # Errors
    /// [`ProofError::Checkpoint`] when the checkpoint is not the log's; [`ProofError::NotIncluded`] when the
    /// entry is not in that tree at that place.
    pub fn verify(&self, leaf: &Leaf, verifier: &LogVerifier) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, verifier)?;
        check_record(
            &self.hashes,
            checkpoint.size,
            checkpoint.root,
            self.index,
            leaf.record_hash(),
        )
        .map_err(|_| ProofError::NotIncluded)?;
        Ok(checkpoint)
    }

    /// Checks that the log holds this very fact: what a citizen's receipt is checked with.
    ///
    /// # Errors
    /// As [`Self::verify`]; [`ProofError::Fact`] when the fact could never have been in a log.
    pub fn verify_fact(&self, opened: &OpenedFact, verifier: &LogVerifier) -> Result<Checkpoint, ProofError> {
        self.verify(&opened.leaf()?, verifier)
    }
}

fn parse_hash(line: &str) -> Option<Hash> {
    Hash::parse_hash(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::LogKey;
    use crate::tree::{Edge, MemoryTiles, inclusion_proof};
    use proptest::prelude::*;
    use serde_json::json;

    struct Log {
        key: LogKey,
        facts: Vec<OpenedFact>,
        tiles: MemoryTiles,
        checkpoint: String,
    }

    fn log(size: u8) -> Log {
        let key = LogKey::generate("town.example/log").unwrap();
        let mut edge = Edge::default();
        let facts: Vec<OpenedFact> = (0..size)
            .map(|i| OpenedFact {
                fact: json!({"version": i}),
                salt: [i; 32],
            })
            .collect();
        for opened in &facts {
            edge.push(opened.leaf().unwrap().record_hash());
        }
        let mut tiles = MemoryTiles::default();
        tiles.save(edge.take_changed());
        let (origin, extension) = ("town.example/log".to_owned(), Vec::new());
        let checkpoint = Checkpoint {
            origin,
            size: u64::from(size),
            root: edge.root(),
            extension,
        };
        Log {
            checkpoint: checkpoint.sign(&key).unwrap(),
            key,
            facts,
            tiles,
        }
    }

    fn proof(log: &mut Log, index: u8) -> InclusionProof {
        let hashes = inclusion_proof(&mut log.tiles, log.facts.len() as u64, index.into()).unwrap();
        InclusionProof {
            extra: None,
            index: index.into(),
            hashes,
            checkpoint: log.checkpoint.clone(),
        }
    }

    #[test]
    fn the_file_looks_as_the_specification_shows_it() {
        let mut log = log(3);
        let mut proof = proof(&mut log, 2);
        proof.extra = Some(b"hello".to_vec());
        let text = proof.to_text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..3],
            ["c2sp.org/tlog-proof@v1", "extra aGVsbG8=", "index 2"]
        );
        assert_eq!(lines[4..7], ["", "town.example/log", "3"]);
        assert!(text.ends_with(&log.checkpoint));
        assert_eq!(InclusionProof::parse(&text).unwrap(), proof);
    }

    #[test]
    fn a_file_of_another_form_is_refused_with_its_line() {
        let mut log = log(3);
        let text = proof(&mut log, 2).to_text();
        for (wrong, line) in [
            (text.replace("@v1", "@v2"), 1),
            (text.replace("index 2", "index 02"), 2),
            (text.replace("index 2", "index -2"), 2),
            (text.replace("index 2", "extra ???\nindex 2"), 2),
            (text.replace("index 2\n", "index 2\nAAAA\n"), 3),
            (text.replace("index 2\n", ""), 2),
            (String::new(), 1),
            (
                text.replace(
                    "index 2\n",
                    &format!("index 2\n{}", format!("{}\n", Hash([0; 32])).repeat(66)),
                ),
                68,
            ),
        ] {
            match InclusionProof::parse(&wrong) {
                Err(ProofError::Malformed(found)) => assert_eq!(found, line, "{wrong}"),
                other => panic!("{wrong}: {other:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn the_fact_is_proven_and_nothing_else_is(size in 1..60u8, index in 0..60u8, other in 0..60u8, byte in 0..32usize) {
            let (index, other) = (index % size, other % size);
            let mut log = log(size);
            let proof = InclusionProof::parse(&proof(&mut log, index).to_text()).unwrap();
            let verifier = log.key.verifier();
            let opened = log.facts[usize::from(index)].clone();
            prop_assert_eq!(proof.verify_fact(&opened, &verifier).unwrap().size, u64::from(size));

            let mut changed = opened.clone();
            changed.fact = json!({"version": index, "more": 1});
            prop_assert!(proof.verify_fact(&changed, &verifier).is_err());
            let mut resalted = opened.clone();
            resalted.salt[byte] ^= 1;
            prop_assert!(proof.verify_fact(&resalted, &verifier).is_err());
            if other != index {
                let moved = InclusionProof { index: other.into(), ..proof.clone() };
                prop_assert!(moved.verify_fact(&opened, &verifier).is_err());
                prop_assert!(proof.verify_fact(&log.facts[usize::from(other)], &verifier).is_err());
            }
            let stranger = LogKey::generate("town.example/log").unwrap().verifier();
            prop_assert!(matches!(proof.verify_fact(&opened, &stranger), Err(ProofError::Checkpoint(_))));
        }

        #[test]
        fn reading_any_text_as_a_proof_never_panics(tail in "(?s).{0,200}") {
            let _ = InclusionProof::parse(&tail);
            let _ = InclusionProof::parse(&format!("{FIRST_LINE}\n{tail}"));
            let _ = InclusionProof::parse(&format!("{FIRST_LINE}\nindex 0\n{tail}"));
        }
    }
}

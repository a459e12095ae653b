//! Checkpoints: what the log says of itself at one size, signed.

use signed_note::{Note, VerifierList};
use tlog_tiles::tlog::Hash;

use crate::key::{LogKey, LogVerifier};

/// Origin, size and root of a log at one moment (C2SP tlog-checkpoint).
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Name of the log; the name of its key as well.
    pub origin: String,
    /// Entries of the tree.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Lines after the root. A log epoch that follows another says there which log it follows:
    /// `previous <origin> <size> <root>`.
    pub extension: Vec<String>,
}

/// Why a text is not a checkpoint of the expected log.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note that holds a checkpoint.
    #[error("not a signed checkpoint")]
    Malformed,
    /// No signature of the expected log, or a wrong one.
    #[error("the checkpoint is not signed by the log {0}")]
    Signature(String),
    /// Signed by the expected key but speaking for another log.
    #[error("the checkpoint is of the log {found}, not of {expected}")]
    Origin {
        /// Origin in the checkpoint.
        found: String,
        /// Name of the key that signed it.
        expected: String,
    },
}

impl Checkpoint {
    /// Signs the checkpoint with the key of its log and gives the signed note.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`] when the key belongs to another log; [`CheckpointError::Malformed`] when an
    /// extension line is empty or holds a line break.
    pub fn sign(&self, key: &LogKey) -> Result<String, CheckpointError> {
        if key.origin() != self.origin {
            let (found, expected) = (self.origin.clone(), key.origin().to_owned());
            return Err(CheckpointError::Origin { found, expected });
        }
        if self.extension.iter().any(|line| line.contains('\n')) {
            return Err(CheckpointError::Malformed);
        }
        let mut extension = self.extension.join("\n");
        if !extension.is_empty() {
            extension.push('\n');
        }
        let body = tlog_tiles::Checkpoint::new(&self.origin, self.size, self.root, &extension)
            .map_err(|_| CheckpointError::Malformed)?
            .to_bytes();
        let mut note = Note::new(&body, &[]).map_err(|_| CheckpointError::Malformed)?;
        note.add_sigs(&[key.signer()])
            .map_err(|_| CheckpointError::Signature(self.origin.clone()))?;
        String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Malformed)
    }

    /// Reads a signed note, checks that `verifier` signed it and that it speaks for the verifier's log.
    /// Signatures of others (witnesses) are allowed beside it and not judged.
    ///
    /// # Errors
    /// [`CheckpointError`] saying which of these failed.
    pub fn open(signed: &str, verifier: &LogVerifier) -> Result<Self, CheckpointError> {
        let note = Note::from_bytes(signed.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
        let known = VerifierList::new(vec![Box::new(verifier.inner().clone())]);
        note.verify(&known)
            .map_err(|_| CheckpointError::Signature(verifier.origin().to_owned()))?;
        let body = Self::parse_body(note.text())?;
        if body.origin == verifier.origin() {
            Ok(body)
        } else {
            Err(CheckpointError::Origin {
                found: body.origin,
                expected: verifier.origin().to_owned(),
            })
        }
    }

    /// Reads a signed note without checking who signed it: only to learn which log's key is needed.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`] when it is no checkpoint in a note.
    pub fn read_unverified(signed: &str) -> Result<Self, CheckpointError> {
        let note = Note::from_bytes(signed.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
        Self::parse_body(note.text())
    }

    fn parse_body(text: &[u8]) -> Result<Self, CheckpointError> {
        let body = tlog_tiles::Checkpoint::from_bytes(text).map_err(|_| CheckpointError::Malformed)?;
        Ok(Self {
            origin: body.origin().to_owned(),
            size: body.size(),
            root: *body.hash(),
            extension: body.extension().lines().map(str::to_owned).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn checkpoint(origin: &str) -> Checkpoint {
        let extension = vec!["previous old.example/log 7 AAAA".to_owned()];
        Checkpoint {
            origin: origin.to_owned(),
            size: 42,
            root: tlog_tiles::tlog::record_hash(b"x"),
            extension,
        }
    }

    #[test]
    fn a_checkpoint_is_a_note_with_origin_size_and_root() {
        let key = LogKey::generate("town.example/log").unwrap();
        let signed = checkpoint("town.example/log").sign(&key).unwrap();
        let lines: Vec<&str> = signed.lines().collect();
        assert_eq!(lines[0], "town.example/log");
        assert_eq!(lines[1], "42");
        assert_eq!(lines[2], checkpoint("town.example/log").root.to_string());
        assert_eq!(lines[3], "previous old.example/log 7 AAAA");
        assert_eq!(lines[4], "");
        assert!(lines[5].starts_with("— town.example/log "));
        assert_eq!(lines.len(), 6);
        assert_eq!(
            Checkpoint::open(&signed, &key.verifier()).unwrap(),
            checkpoint("town.example/log")
        );
    }

    #[test]
    fn another_key_another_origin_and_an_unsigned_note_are_refused() {
        let key = LogKey::generate("town.example/log").unwrap();
        let other = LogKey::generate("town.example/log").unwrap();
        let signed = checkpoint("town.example/log").sign(&key).unwrap();
        assert!(matches!(
            Checkpoint::open(&signed, &other.verifier()),
            Err(CheckpointError::Signature(_))
        ));
        assert!(matches!(
            checkpoint("else.example/log").sign(&key),
            Err(CheckpointError::Origin { .. })
        ));

        // A key may not vouch for a log of another name, even when the signature is right.
        let mut note = Note::new(
            b"else.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            &[],
        )
        .unwrap();
        note.add_sigs(&[key.signer()]).unwrap();
        let text = String::from_utf8(note.to_bytes()).unwrap();
        assert!(matches!(
            Checkpoint::open(&text, &key.verifier()),
            Err(CheckpointError::Origin { .. })
        ));

        let unsigned = signed.split("\n\n").next().unwrap();
        assert!(Checkpoint::open(&format!("{unsigned}\n\n"), &key.verifier()).is_err());
        assert!(Checkpoint::open("", &key.verifier()).is_err());
    }

    #[test]
    fn the_signature_of_a_witness_beside_the_logs_own_is_allowed() {
        let (key, witness) = (
            LogKey::generate("town.example/log").unwrap(),
            LogKey::generate("witness.example").unwrap(),
        );
        let signed = checkpoint("town.example/log").sign(&key).unwrap();
        let mut note = Note::from_bytes(signed.as_bytes()).unwrap();
        note.add_sigs(&[witness.signer()]).unwrap();
        let both = String::from_utf8(note.to_bytes()).unwrap();
        assert_eq!(Checkpoint::open(&both, &key.verifier()).unwrap().size, 42);
    }

    proptest! {
        #[test]
        fn a_changed_character_is_noticed(at in 0..200usize, with in "[0-9A-Za-z]") {
            let key = LogKey::generate("town.example/log").unwrap();
            let signed = checkpoint("town.example/log").sign(&key).unwrap();
            let at = at % signed.len();
            prop_assume!(signed.is_char_boundary(at) && signed.is_char_boundary(at + 1));
            prop_assume!(signed[at..=at] != with);
            let mut changed = signed.clone();
            changed.replace_range(at..=at, &with);
            prop_assert!(Checkpoint::open(&changed, &key.verifier()).is_err(), "{}", changed);
        }
    }
}

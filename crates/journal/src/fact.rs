//! A fact, its leaf, and the opened fact that accompanies a proof.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::canonical::{CanonicalError, canonical};

/// Length of a salt in bytes.
pub const SALT_BYTES: usize = 32;

/// Random bytes from the operating system that make a digest say nothing to a stranger.
///
/// Kept beside what it salts and destroyed with it on erasure.
pub type Salt = [u8; SALT_BYTES];

/// A new salt.
///
/// # Panics
/// When the operating system has no randomness to give: nothing safe can be done then.
pub fn random_salt() -> Salt {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).expect("the operating system gives random bytes");
    salt
}

/// The salt of a fact's leaf, derived from the secret kept with the fact. Whoever may see the fact is given this.
pub fn leaf_salt(secret: &Salt) -> Salt {
    Sha256::new_with_prefix(b"townhall leaf salt v1\n")
        .chain_update(secret)
        .finalize()
        .into()
}

/// The salt of a fact's state digest, derived from the same secret and never given to anybody: with the salt of
/// the leaf alone nobody can guess at the rows behind the digest.
pub fn state_salt(secret: &Salt) -> Salt {
    Sha256::new_with_prefix(b"townhall state salt v1\n")
        .chain_update(secret)
        .finalize()
        .into()
}

/// First byte of a leaf: the version of its form.
const LEAF_VERSION: u8 = 0x01;

/// What happened: one entry of a subject's trail.
///
/// All parts are text here, so that this crate knows nothing of the types of the domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// `UUIDv7` of the fact.
    pub id: String,
    /// Instant in UTC milliseconds; never goes back within a subject.
    pub at: i64,
    /// Unit in whose work it happened (`24682-20250701`).
    pub unit: String,
    /// `state` or `party`.
    pub space: String,
    /// Account that acted; `None` when the system or an unregistered citizen did.
    pub account: Option<String>,
    /// Post as which the account acted.
    pub post: Option<String>,
    /// Kind of the subject (`dossier`, `task`, …).
    pub subject_kind: String,
    /// Id of the subject.
    pub subject_id: String,
    /// Counts the facts of the subject: 1, 2, 3, …
    pub version: i64,
    /// What happened, past tense (`dossier_accepted`).
    pub kind: String,
    /// What else belongs to it; integers only, no personal data beyond ids, codes and digests.
    pub body: Value,
    /// Salted digest of the subject's stored evidence after the command.
    pub state_digest: [u8; 32],
}

impl Fact {
    /// The whole fact as JSON: what the leaf commits to and what a proof's holder is given.
    pub fn to_json(&self) -> Value {
        json!({
            "actor": {"account": self.account, "post": self.post},
            "at": self.at,
            "body": self.body,
            "id": self.id,
            "kind": self.kind,
            "space": self.space,
            "state_digest": hex::encode(self.state_digest),
            "subject": {"id": self.subject_id, "kind": self.subject_kind, "version": self.version},
            "unit": self.unit,
        })
    }

    /// SHA-256 in hex of the canonical fact with the body `null`: what an erasure leaves and vouches for.
    ///
    /// # Errors
    /// [`CanonicalError`] when a number of the fact is out of range.
    pub fn rest_digest(&self) -> Result<String, CanonicalError> {
        let rest = Self {
            body: Value::Null,
            ..self.clone()
        };
        Ok(hex::encode(Sha256::digest(canonical(&rest.to_json())?)))
    }

    /// The leaf that stands for this fact in the log.
    ///
    /// # Errors
    /// [`CanonicalError`] when the body holds a number that is not a small integer.
    pub fn leaf(&self, salt: &Salt) -> Result<Leaf, CanonicalError> {
        Leaf::of_json(&self.to_json(), salt)
    }
}

/// SHA-256(salt ‖ bytes). The salt's length is fixed, so no two inputs collide by shifting the border.
pub fn salted_digest(salt: &Salt, bytes: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(salt)
        .chain_update(bytes)
        .finalize()
        .into()
}

/// An entry of the public log: version byte and salted digest, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leaf([u8; Leaf::BYTES]);

impl Leaf {
    /// Length of a leaf in bytes.
    pub const BYTES: usize = 33;

    /// The leaf of a fact given as JSON.
    ///
    /// # Errors
    /// [`CanonicalError`] when the JSON has no canonical form.
    pub fn of_json(fact: &Value, salt: &Salt) -> Result<Self, CanonicalError> {
        let mut bytes = [LEAF_VERSION; Self::BYTES];
        bytes[1..].copy_from_slice(&salted_digest(salt, canonical(fact)?.as_bytes()));
        Ok(Self(bytes))
    }
    /// Reads a stored leaf; `None` when it is not 33 bytes that begin with the version byte.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; Self::BYTES] = bytes.try_into().ok()?;
        (bytes[0] == LEAF_VERSION).then_some(Self(bytes))
    }
    /// The bytes as they stand in an entry bundle.
    pub fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
    /// The record hash of RFC 6962: SHA-256(0x00 ‖ leaf).
    pub fn record_hash(&self) -> tlog_tiles::tlog::Hash {
        tlog_tiles::tlog::record_hash(&self.0)
    }
}

/// A fact with its salt: what turns a public leaf back into words. Given only to whoever may see the fact.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedFact {
    /// The whole fact as JSON.
    pub fact: Value,
    /// Its salt.
    pub salt: Salt,
}

/// Why a text is not an opened fact.
#[derive(Debug, thiserror::Error)]
pub enum OpenedFactError {
    /// Not JSON.
    #[error("the opened fact is not JSON")]
    Json(#[from] serde_json::Error),
    /// A member is missing or of another type.
    #[error("the opened fact has no proper member {0:?}")]
    Member(&'static str),
}

impl OpenedFact {
    /// Writes `{"fact": {…}, "salt": "<64 hex digits>"}`, indented for people.
    pub fn to_text(&self) -> String {
        let value = json!({"fact": self.fact, "salt": hex::encode(self.salt)});
        format!("{value:#}\n")
    }

    /// Reads what [`Self::to_text`] wrote.
    ///
    /// # Errors
    /// [`OpenedFactError`] when it is not JSON or a member is missing.
    pub fn parse(text: &str) -> Result<Self, OpenedFactError> {
        let mut value: Value = serde_json::from_str(text)?;
        let salt = value["salt"].as_str().ok_or(OpenedFactError::Member("salt"))?;
        let mut bytes = Salt::default();
        hex::decode_to_slice(salt, &mut bytes).map_err(|_| OpenedFactError::Member("salt"))?;
        let fact = value["fact"].take();
        if fact.is_object() {
            Ok(Self { fact, salt: bytes })
        } else {
            Err(OpenedFactError::Member("fact"))
        }
    }

    /// The leaf this fact and salt give.
    ///
    /// # Errors
    /// [`CanonicalError`] when the fact has no canonical form.
    pub fn leaf(&self) -> Result<Leaf, CanonicalError> {
        Leaf::of_json(&self.fact, &self.salt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact() -> Fact {
        Fact {
            id: "0197c0de-0000-7000-8000-000000000001".into(),
            at: 1_751_328_000_000,
            unit: "24682-20250701".into(),
            space: "state".into(),
            account: Some("0197c0de-0000-7000-8000-0000000000aa".into()),
            post: None,
            subject_kind: "dossier".into(),
            subject_id: "0197c0de-0000-7000-8000-0000000000bb".into(),
            version: 1,
            kind: "dossier_accepted".into(),
            body: json!({"procedure": "2.000815", "copies": 3}),
            state_digest: [0xab; 32],
        }
    }

    #[test]
    fn the_canonical_fact_is_this_text_for_ever() {
        assert_eq!(
            canonical(&fact().to_json()).unwrap(),
            concat!(
                r#"{"actor":{"account":"0197c0de-0000-7000-8000-0000000000aa","post":null},"#,
                r#""at":1751328000000,"body":{"copies":3,"procedure":"2.000815"},"#,
                r#""id":"0197c0de-0000-7000-8000-000000000001","kind":"dossier_accepted","space":"state","#,
                r#""state_digest":"abababababababababababababababababababababababababababababababab","#,
                r#""subject":{"id":"0197c0de-0000-7000-8000-0000000000bb","kind":"dossier","version":1},"#,
                r#""unit":"24682-20250701"}"#
            )
        );
    }

    #[test]
    fn the_leaf_is_a_version_byte_and_the_salted_digest() {
        let salt = [7; SALT_BYTES];
        let leaf = fact().leaf(&salt).unwrap();
        let mut salted = salt.to_vec();
        salted.extend(canonical(&fact().to_json()).unwrap().bytes());
        assert_eq!(leaf.as_bytes()[0], 1);
        assert_eq!(leaf.as_bytes()[1..], Sha256::digest(&salted)[..]);
        let mut record = vec![0];
        record.extend(leaf.as_bytes());
        assert_eq!(leaf.record_hash().0[..], Sha256::digest(&record)[..]);
    }

    #[test]
    fn another_salt_gives_another_leaf() {
        assert_ne!(
            fact().leaf(&[1; SALT_BYTES]).unwrap(),
            fact().leaf(&[2; SALT_BYTES]).unwrap()
        );
    }

    #[test]
    fn an_opened_fact_survives_being_written_and_read() {
        let opened = OpenedFact {
            fact: fact().to_json(),
            salt: [9; SALT_BYTES],
        };
        let read = OpenedFact::parse(&opened.to_text()).unwrap();
        assert_eq!(read, opened);
        assert_eq!(read.leaf().unwrap(), fact().leaf(&[9; SALT_BYTES]).unwrap());
        for wrong in [
            "",
            "{}",
            r#"{"fact":{},"salt":"00"}"#,
            r#"{"salt":"00","fact":1}"#,
            "[]",
            "null",
        ] {
            assert!(OpenedFact::parse(wrong).is_err(), "{wrong}");
        }
    }
}

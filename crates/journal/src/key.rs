//! The log's signing key and the public key that verifiers are given.
//!
//! Both are lines of text as Go's `sumdb/note` writes them: `PRIVATE+KEY+<origin>+<id>+<base64>` for signing
//! and `<origin>+<id>+<base64>` for verifying (C2SP signed-note). The name of the key is the origin of the log.

use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use signed_note::{Signer, StandardSigner, StandardVerifier, Verifier};

/// First byte of a key in a note: Ed25519.
const ALG_ED25519: u8 = 1;

/// Why a text is not a key, or an origin cannot name one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// An origin is not empty and holds neither spaces, control characters nor a plus.
    #[error("{0:?} cannot be the origin of a log")]
    Origin(String),
    /// Not a signing key. The text is not repeated: it may be nearly one.
    #[error("not a log signing key")]
    SigningKey,
    /// Not a verifier key.
    #[error("not a verifier key of the form origin+hash+key")]
    VerifierKey,
}

/// Why a key file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system said no.
    #[error("the log key file {path}")]
    Io {
        /// The file.
        path: String,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// What is in the file is not a key.
    #[error("the log key file {path}")]
    Key {
        /// The file.
        path: String,
        /// What it is not.
        #[source]
        source: KeyError,
    },
    /// Others on the machine may read the key.
    #[error("the log key file {path} can be read by others (mode {mode:o}); set it to 600")]
    Open {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
}

/// The key that signs checkpoints. Whoever has it can speak for the log.
pub struct LogKey {
    signer: StandardSigner,
    secret: SigningKey,
}

impl LogKey {
    /// Makes a key for a new log from the operating system's randomness.
    ///
    /// # Errors
    /// [`KeyError::Origin`] when the origin cannot name a key.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe can be done then.
    pub fn generate(origin: &str) -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).expect("the operating system gives random bytes");
        Self::from_seed(origin, seed)
    }

    fn from_seed(origin: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        if !signed_note::is_key_name_valid(origin) || origin.chars().any(char::is_control) {
            return Err(KeyError::Origin(origin.to_owned()));
        }
        let secret = SigningKey::from_bytes(&seed);
        let signer = StandardSigner::new(&encode(origin, &secret)).map_err(|_| KeyError::SigningKey)?;
        Ok(Self { signer, secret })
    }

    /// Reads `PRIVATE+KEY+<origin>+<id>+<base64>`.
    ///
    /// # Errors
    /// [`KeyError::SigningKey`] when it is anything else.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        // PRIVATE + KEY + origin + id + key; base64 may hold a plus of its own.
        let bytes = text
            .splitn(5, '+')
            .nth(4)
            .and_then(|key| STANDARD.decode(key).ok());
        let seed = bytes
            .as_deref()
            .and_then(|bytes| bytes.strip_prefix(&[ALG_ED25519]));
        let seed: [u8; 32] = seed
            .and_then(|seed| seed.try_into().ok())
            .ok_or(KeyError::SigningKey)?;
        let signer = StandardSigner::new(text).map_err(|_| KeyError::SigningKey)?;
        Ok(Self {
            signer,
            secret: SigningKey::from_bytes(&seed),
        })
    }

    /// The key as text; a secret.
    pub fn encode(&self) -> String {
        encode(self.origin(), &self.secret)
    }

    /// Name of the key, which is the origin of its log.
    pub fn origin(&self) -> &str {
        self.signer.name()
    }

    /// The public verifier key, `<origin>+<id>+<base64>`.
    pub fn vkey(&self) -> String {
        signed_note::new_ed25519_verifier_key(self.origin(), &self.secret.verifying_key())
    }

    /// The verifier that belongs to this key.
    ///
    /// # Panics
    /// Never: what is parsed was written a line before.
    pub fn verifier(&self) -> LogVerifier {
        let vkey = self.vkey();
        let inner = StandardVerifier::new(&vkey).expect("a key that was just written can be read");
        LogVerifier { inner, vkey }
    }

    pub(crate) fn signer(&self) -> &StandardSigner {
        &self.signer
    }

    /// Writes the key to a new file that only its owner may read, and syncs it.
    ///
    /// # Errors
    /// [`KeyFileError::Io`] when it cannot be written; also when there is a file already: a key is never
    /// written over.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyFileError> {
        let write = || -> io::Result<()> {
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path)?;
            file.write_all(format!("{}\n", self.encode()).as_bytes())?;
            file.sync_all()?;
            // The name of the file is durable only when its directory is.
            let dir = path
                .parent()
                .filter(|dir| !dir.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            fs::File::open(dir)?.sync_all()
        };
        write().map_err(|source| KeyFileError::Io {
            path: path.display().to_string(),
            source,
        })
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`KeyFileError`] when it cannot be read, when others may read it, or when it holds no key.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let name = || path.display().to_string();
        let io = |source| KeyFileError::Io { path: name(), source };
        let file = fs::File::open(path).map_err(io)?;
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata().map_err(io)?) & 0o777;
            if mode & 0o077 != 0 {
                return Err(KeyFileError::Open { path: name(), mode });
            }
        }
        let mut text = String::new();
        file.take(4096).read_to_string(&mut text).map_err(io)?;
        Self::parse(&text).map_err(|source| KeyFileError::Key { path: name(), source })
    }
}

impl fmt::Debug for LogKey {
    /// Shows the public half only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.vkey())
    }
}

fn encode(origin: &str, secret: &SigningKey) -> String {
    let key_of = |bytes: &[u8; 32]| [&[ALG_ED25519], bytes.as_slice()].concat();
    let id = signed_note::key_id(origin, &key_of(secret.verifying_key().as_bytes()));
    format!(
        "PRIVATE+KEY+{origin}+{id:08x}+{}",
        STANDARD.encode(key_of(secret.as_bytes()))
    )
}

/// The public key of a log: who it is and how to check what it signed.
#[derive(Clone)]
pub struct LogVerifier {
    inner: StandardVerifier,
    vkey: String,
}

impl LogVerifier {
    /// Reads a verifier key, `<origin>+<id>+<base64>`.
    ///
    /// # Errors
    /// [`KeyError::VerifierKey`] when it is anything else.
    pub fn parse(vkey: &str) -> Result<Self, KeyError> {
        let vkey = vkey.trim();
        let inner = StandardVerifier::new(vkey).map_err(|_| KeyError::VerifierKey)?;
        // One key has one spelling: hex digits are small.
        if !vkey.starts_with(&format!("{}+{:08x}+", inner.name(), inner.key_id())) {
            return Err(KeyError::VerifierKey);
        }
        Ok(Self {
            inner,
            vkey: vkey.to_owned(),
        })
    }
    /// Name of the key, which is the origin of its log.
    pub fn origin(&self) -> &str {
        self.inner.name()
    }
    /// The key as text.
    pub fn vkey(&self) -> &str {
        &self.vkey
    }
    pub(crate) fn inner(&self) -> &StandardVerifier {
        &self.inner
    }
}

impl fmt::Debug for LogVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogVerifier({})", self.vkey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_the_go_reference_writes_them() {
        // Key of the Go package's own documentation (golang.org/x/mod/sumdb/note).
        let skey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let key = LogKey::parse(skey).unwrap();
        assert_eq!(key.origin(), "PeterNeumann");
        assert_eq!(key.encode(), skey);
        assert_eq!(
            key.vkey(),
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        );
        assert_eq!(LogVerifier::parse(&key.vkey()).unwrap().origin(), "PeterNeumann");
    }

    #[test]
    fn two_generated_keys_differ() {
        let (a, b) = (
            LogKey::generate("x.example/log").unwrap(),
            LogKey::generate("x.example/log").unwrap(),
        );
        assert_ne!(a.encode(), b.encode());
        assert_ne!(a.vkey(), b.vkey());
    }

    #[test]
    fn an_origin_that_a_note_cannot_carry_is_refused() {
        for origin in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{7}"] {
            assert!(
                matches!(LogKey::generate(origin), Err(KeyError::Origin(_))),
                "{origin:?}"
            );
        }
    }

    #[test]
    fn a_damaged_key_is_refused() {
        let key = LogKey::generate("x.example/log").unwrap();
        let text = key.encode();
        for wrong in [
            text.replace("x.example", "y.example"),
            text.replace("PRIVATE", "PUBLIC"),
            text[..text.len() - 4].to_owned(),
            format!("{text}AAAA"),
            String::new(),
        ] {
            assert!(LogKey::parse(&wrong).is_err(), "{wrong}");
        }
        assert!(LogVerifier::parse(&key.vkey().replace("x.example", "y.example")).is_err());
        assert!(!format!("{key:?}").contains("PRIVATE"));
    }

    #[test]
    fn a_key_file_is_for_its_owner_only_and_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.key");
        let key = LogKey::generate("x.example/log").unwrap();
        key.write_new(&path).unwrap();
        assert_eq!(LogKey::read(&path).unwrap().encode(), key.encode());
        assert!(matches!(key.write_new(&path), Err(KeyFileError::Io { .. })));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(matches!(
                LogKey::read(&path),
                Err(KeyFileError::Open { mode: 0o640, .. })
            ));
        }
        let other = dir.path().join("other.key");
        assert!(matches!(LogKey::read(&other), Err(KeyFileError::Io { .. })));
    }
}

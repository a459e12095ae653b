//! A certificate of our own making, by OpenSSL: for whatever must be reached over TLS.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools;

/// A certificate and its key, in PEM files.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The certificate, which is its own authority.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Certificate {
    /// One for a name such as `IP:127.0.0.1` or `DNS:localhost`, as `cert.pem` and `key.pem` in a directory; valid
    /// for two days. What `what` calls is skipped, with a line on stderr, where OpenSSL is missing.
    ///
    /// # Panics
    /// When OpenSSL refuses, or is not there and tools are required.
    pub fn make(what: &str, dir: &Path, name: &str) -> Option<Self> {
        let Some(openssl) = tools::find_program("openssl") else {
            tools::skip(what, "openssl is not installed");
            return None;
        };
        let (certificate, key) = (dir.join("cert.pem"), dir.join("key.pem"));
        let made = Command::new(openssl)
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
            .args([
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-subj",
                "/CN=townhall-test",
            ])
            .args(["-addext", &format!("subjectAltName={name}")])
            // An end entity: some verifiers refuse an authority that serves by itself.
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output()
            .expect("openssl runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Some(Self { certificate, key })
    }
}

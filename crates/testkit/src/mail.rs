//! A mail server that others wrote: aiosmtpd, with a switch for how it behaves.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::foreign::{self, Listening};
use crate::tools;

/// Debian's Python, which has Debian's packages; another one may come first in the path.
const PYTHON: &str = "/usr/bin/python3";

/// A server on a port of its own; gone with the value.
pub struct MailServer {
    server: Listening,
    dir: tempfile::TempDir,
}

/// How it is started.
#[derive(Debug, Default)]
pub struct MailOptions<'a> {
    /// Certificate and key: then it offers STARTTLS and takes mail only after it.
    pub tls: Option<(&'a Path, &'a Path)>,
    /// User and password that it wants.
    pub login: Option<(&'a str, &'a str)>,
}

impl MailServer {
    /// Starts it; `None`, with a line on stderr, where it is not installed.
    ///
    /// # Panics
    /// When it does not start, or is not there and tools are required.
    pub fn start(options: &MailOptions<'_>) -> Option<Self> {
        if !foreign::python_has(Path::new(PYTHON), "aiosmtpd") {
            tools::skip("mail", "aiosmtpd is not installed (Debian: python3-aiosmtpd)");
            return None;
        }
        let dir = tools::temp_dir();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/foreign/mail-server.py");
        let mut command = Command::new(PYTHON);
        command.arg(script).arg(dir.path());
        if let Some((certificate, key)) = options.tls {
            command.arg("--tls").arg(certificate).arg(key);
        }
        if let Some((user, password)) = options.login {
            command.args(["--login", user, password]);
        }
        let server = Listening::start(&mut command);
        Some(Self { server, dir })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port
    }

    /// From now on: `fine`, a reply such as `451 busy` or `550 no such user`, or `silent`.
    ///
    /// # Panics
    /// When its directory cannot be written.
    pub fn behave(&self, how: &str) {
        let fresh = self.dir.path().join("behave.fresh");
        std::fs::write(&fresh, how).expect("the switch is written");
        std::fs::rename(fresh, self.dir.path().join("behave")).expect("the switch is set");
    }

    /// What came, oldest first: `from`, `to`, `headers`, `text`, `tls`, `user`.
    ///
    /// # Panics
    /// When what it wrote cannot be read.
    pub fn received(&self) -> Vec<Value> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.dir.path())
            .expect("its directory")
            .filter_map(|file| Some(file.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|file| serde_json::from_slice(&std::fs::read(file).expect("a message")).expect("JSON"))
            .collect()
    }

    /// Stops it: connections are refused from now on.
    pub fn stop(&mut self) {
        self.server.stop();
        let end = Instant::now() + Duration::from_secs(5);
        while std::net::TcpStream::connect(("127.0.0.1", self.server.port)).is_ok() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

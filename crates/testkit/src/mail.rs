//! A mail server that others wrote: aiosmtpd, with a switch for how it behaves.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::tools;

/// Debian's Python, which has Debian's packages; another one may come first in the path.
const PYTHON: &str = "/usr/bin/python3";

/// A server on a port of its own; gone with the value.
pub struct MailServer {
    child: Child,
    port: u16,
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
        let there = Command::new(PYTHON)
            .args(["-c", "import aiosmtpd"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !there {
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
        let mut child = command.stdout(Stdio::piped()).spawn().expect("Python starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it says its port");
        let port = line
            .trim()
            .strip_prefix("ready ")
            .and_then(|port| port.parse().ok())
            .unwrap_or_else(|| panic!("it is ready: {line}"));
        Some(Self { child, port, dir })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
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
    ///
    /// # Panics
    /// When it cannot be stopped.
    pub fn stop(&mut self) {
        self.child.kill().expect("it can be stopped");
        self.child.wait().expect("it ends");
        let end = Instant::now() + Duration::from_secs(5);
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

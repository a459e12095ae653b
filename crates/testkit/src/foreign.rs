//! Programs that others wrote and that judge ours.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::tools;

/// The Go reference for transparency logs, built from `tests/foreign/verify-log`; gone with the value.
pub struct VerifyLog {
    program: PathBuf,
    _dir: tempfile::TempDir,
}

impl VerifyLog {
    /// Builds it; `None`, with a line on stderr, where Go or its packages are missing.
    ///
    /// # Panics
    /// When it cannot be built and tools are required.
    pub fn build() -> Option<Self> {
        let dir = tools::temp_dir();
        let program = dir.path().join("verify-log");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/foreign/verify-log");
        let built = Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .current_dir(&source)
            // Debian's packages of Go code lie in one GOPATH; nothing is fetched.
            .envs([
                ("GO111MODULE", "off"),
                ("GOPATH", "/usr/share/gocode"),
                ("GOFLAGS", ""),
            ])
            .output();
        let why = match built {
            Ok(output) if output.status.success() => return Some(Self { program, _dir: dir }),
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        let missing = format!("it cannot be built (Debian: golang-go, golang-golang-x-mod-dev): {why}");
        tools::skip("the foreign verifier of the log", &missing);
        None
    }

    /// Runs it with these arguments.
    ///
    /// # Panics
    /// When it does not start.
    pub fn run(&self, args: &[&str]) -> Output {
        Command::new(&self.program)
            .args(args)
            .output()
            .expect("the foreign verifier starts")
    }

    /// What it says when it accepts.
    ///
    /// # Panics
    /// When it does not accept.
    pub fn accepts(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{args:?}: {out}{err}");
        out.into_owned()
    }

    /// It refuses, and says why in these words.
    ///
    /// # Panics
    /// When it accepts or gives another reason.
    pub fn refuses(&self, args: &[&str], because: &str) {
        let output = self.run(args);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {err}");
        assert!(err.contains(because), "{args:?}: {err}");
    }
}

/// A server of `tests/foreign` on a port of its own; gone with the value.
pub(crate) struct Listening {
    child: Child,
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
}

impl Listening {
    /// Starts it and waits for its line `ready PORT`.
    ///
    /// # Panics
    /// When it does not start, or says something else.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
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
        Self { child, port }
    }

    /// Stops it.
    pub(crate) fn stop(&mut self) {
        // One that has ended by itself cannot be stopped again.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether this Python has these modules.
pub(crate) fn python_has(python: &Path, modules: &str) -> bool {
    Command::new(python)
        .args(["-c", &format!("import {modules}")])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

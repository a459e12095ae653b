//! The real binary as a process of its own: started, talked to, killed, started again.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long the binary may take until it says that it is ready; a build that is not optimised is slow.
const PATIENCE: Duration = Duration::from_mins(2);

/// A command that starts the server; keep it to start the same again.
#[derive(Debug, Clone)]
pub struct Launch {
    program: PathBuf,
    args: Vec<String>,
    envs: Vec<(String, String)>,
    trace: Option<PathBuf>,
}

impl Launch {
    /// `program` is the binary under test: `env!("CARGO_BIN_EXE_townhall")` in tests of that crate, [`binary`]
    /// elsewhere.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            envs: Vec::new(),
            trace: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.envs.push((name.to_owned(), value.into()));
        self
    }

    /// Runs it under `strace`, which writes to `file` what [`crate::strace`] reads.
    #[must_use]
    pub fn traced(mut self, file: &Path) -> Self {
        self.trace = Some(file.to_path_buf());
        self
    }

    /// Starts the server and waits for its line `ready http://…`.
    ///
    /// # Panics
    /// When it cannot be started, ends, or is not ready in time; with what it said.
    pub fn start(&self) -> Server {
        self.try_start()
            .unwrap_or_else(|said| panic!("{} did not become ready:\n{said}", self.program.display()))
    }

    /// Starts the server; what it said when it did not become ready.
    ///
    /// # Errors
    /// Its output, when it ended or was not ready in time (it is killed then).
    ///
    /// # Panics
    /// When the program cannot be started at all.
    pub fn try_start(&self) -> Result<Server, String> {
        let mut child = self
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} can be started: {error}", self.program.display()));
        let said = Arc::new(Mutex::new(String::new()));
        let (tell, hear) = channel();
        let listeners = [
            listen(child.stdout.take(), Arc::clone(&said), Some(tell)),
            listen(child.stderr.take(), Arc::clone(&said), None),
        ];
        // The sender goes when its output ends, which is before it was ready, or it takes too long.
        if let Ok(url) = hear.recv_timeout(PATIENCE) {
            return Ok(Server {
                launch: self.clone(),
                child,
                url,
                said,
            });
        }
        let _ = child.kill();
        let _ = child.wait();
        // Its last words may still be in a pipe; a child of it may hold the pipe open for ever.
        let end = Instant::now() + Duration::from_secs(1);
        while Instant::now() < end && !listeners.iter().flatten().all(JoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(said.lock().expect("no listener panics").clone())
    }

    /// Runs it to its end, for commands that are no servers: exit status, standard output and error.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(&self) -> (ExitStatus, String, String) {
        let output = self
            .command()
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{} can be started: {error}", self.program.display()));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status, text(&output.stdout), text(&output.stderr))
    }

    fn command(&self) -> Command {
        let mut command = match &self.trace {
            None => Command::new(&self.program),
            Some(file) => crate::strace::command(&self.program, file),
        };
        command
            .args(&self.args)
            .envs(self.envs.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A running server; killed when the value is dropped.
pub struct Server {
    launch: Launch,
    child: Child,
    url: String,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// `http://127.0.0.1:port`, as it said itself.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything it wrote so far.
    ///
    /// # Panics
    /// Never: no listener panics.
    pub fn said(&self) -> String {
        self.said.lock().expect("no listener panics").clone()
    }

    /// `kill -9`: nothing is flushed, nothing is told.
    pub fn kill(&mut self) {
        self.signal("KILL");
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop (SIGTERM) and waits at most `limit`; `None` when it did not, and is killed.
    pub fn stop(&mut self, limit: Duration) -> Option<ExitStatus> {
        self.signal("TERM");
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill();
        None
    }

    /// Kills it and starts the same command again.
    pub fn kill_and_start_again(&mut self) {
        self.kill();
        let next = self.launch.start();
        *self = next;
    }

    fn signal(&self, name: &str) {
        if self.launch.trace.is_some() {
            // The tracer is the child that we know; the server is its child.
            for server in children(self.child.id()) {
                signal(server, name);
            }
        } else {
            signal(self.child.id(), name);
        }
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Its process, for signals and for looking at its memory; the tracer's when it is traced.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The binary under test: `TOWNHALL_BIN`, or `townhall` of the build that this test belongs to.
///
/// # Panics
/// When it is not built; `cargo build -p townhall` builds it.
pub fn binary() -> PathBuf {
    let file = binary_place();
    assert!(
        file.is_file(),
        "{} is not there: cargo build -p townhall",
        file.display()
    );
    file
}

/// Where [`binary`] looks, whether or not it is built.
///
/// # Panics
/// When the test does not know its own file.
pub fn binary_place() -> PathBuf {
    std::env::var_os("TOWNHALL_BIN").map_or_else(
        || {
            let test = std::env::current_exe().expect("a test knows its own file");
            // target/debug/deps/it-0123 lies beside target/debug/townhall.
            let build = test
                .parent()
                .and_then(Path::parent)
                .expect("tests lie two folders deep");
            build.join("townhall")
        },
        PathBuf::from,
    )
}

/// Sends a signal (`TERM`, `KILL`, …) to a process; one that is gone already is no fault.
pub fn signal(process: u32, name: &str) {
    // The shell knows `kill` itself; the program of that name is not on every machine.
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", "kill -\"$1\" \"$2\"", "kill", name])
        .arg(process.to_string());
    let _ = shell.stderr(Stdio::null()).status();
}

/// The children of a process, as Linux lists them.
fn children(process: u32) -> Vec<u32> {
    let list =
        std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

fn listen<R: Read + Send + 'static>(
    stream: Option<R>,
    said: Arc<Mutex<String>>,
    tell: Option<Sender<String>>,
) -> Option<JoinHandle<()>> {
    let stream = stream?;
    Some(std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if let Ok(mut said) = said.lock() {
                said.push_str(&line);
                said.push('\n');
            }
            if let (Some(tell), Some(url)) = (&tell, line.strip_prefix("ready ")) {
                let _ = tell.send(url.trim().to_owned());
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Launch {
        Launch::new("/bin/sh").args(["-c", script])
    }

    #[test]
    fn a_server_is_ready_when_it_says_so_and_gone_when_killed() {
        let mut server = shell("echo starting; echo ready http://127.0.0.1:1; exec sleep 60").start();
        assert_eq!(server.url(), "http://127.0.0.1:1");
        assert!(server.is_running());
        server.kill();
        assert!(!server.is_running());
    }

    #[test]
    fn a_server_that_ends_before_it_is_ready_tells_why() {
        let said = shell("echo no such key >&2; exit 3")
            .try_start()
            .err()
            .expect("it does not start");
        assert!(said.contains("no such key"), "{said}");
    }

    #[test]
    fn a_server_that_is_asked_to_stop_may_finish() {
        let mut server = shell("trap 'exit 0' TERM; echo ready x; while :; do sleep 0.05; done").start();
        assert!(
            server
                .stop(Duration::from_secs(10))
                .is_some_and(|status| status.success())
        );
    }

    #[test]
    fn a_killed_server_starts_again_with_the_same_command() {
        let mut server = shell("echo ready x; exec sleep 60").start();
        let before = server.id();
        server.kill_and_start_again();
        assert!(server.is_running() && server.id() != before);
    }

    #[test]
    fn a_traced_server_is_killed_with_its_tracer() {
        if !crate::strace::available("killing a traced server") {
            return;
        }
        let dir = crate::temp_dir();
        let mut server = shell("echo ready x; exec sleep 60")
            .traced(&dir.path().join("record"))
            .start();
        let [traced] = children(server.id())[..] else {
            panic!("the tracer has one child")
        };
        server.kill();
        // The signal is sent when `kill` returns; on a busy machine the process ends a moment later.
        let exe = std::path::PathBuf::from(format!("/proc/{traced}/exe"));
        let gone = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            !exe.exists()
        });
        assert!(gone, "the traced process outlived its tracer");
    }
}

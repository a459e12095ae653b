//! An S3-compatible store that others wrote (moto), and a line to one that misbehaves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use townhall_store::files::{Keys, S3Settings};

use crate::foreign::{self, Listening};
use crate::{http, tools};

/// The bucket that is there.
pub const BUCKET: &str = "town-papers";
const REGION: &str = "vn-south-1";
const ACCESS_KEY: &str = "AKIATOWNHALLTEST";
const SECRET_KEY: &str = "a/secret+of=tests";
/// What a test on the test's behalf says instead of a signature.
const OPERATOR: (&str, &str) = ("x-test-operator", "1");

/// How the store is.
#[derive(Debug, Clone, Copy, Default)]
pub struct BucketOptions<'a> {
    /// Whether it knows checksums and repeats them, as large stores do.
    pub checksums: bool,
    /// The longest page of its lists.
    pub page: Option<usize>,
    /// Whether everything looks two days old.
    pub old: bool,
    /// Certificate and key.
    pub tls: Option<(&'a Path, &'a Path)>,
}

/// A store on a port of its own; gone with the value.
pub struct BucketServer {
    server: Listening,
    is_tls: bool,
}

impl BucketServer {
    /// Starts it; `None`, with a line on stderr, where it is not installed.
    ///
    /// # Panics
    /// When it does not start, or is not there and tools are required.
    pub fn start(options: BucketOptions<'_>) -> Option<Self> {
        let python = python();
        if !foreign::python_has(&python, "moto.server, flask, flask_cors") {
            let missing = "moto is not installed (pip install -r tests/foreign/requirements.txt)";
            tools::skip("the store of papers", missing);
            return None;
        }
        let mut command = Command::new(python);
        command
            .arg(root().join("tests/foreign/s3-server.py"))
            .args([BUCKET, REGION, ACCESS_KEY, SECRET_KEY])
            // moto asks nobody, and must not find somebody's own keys.
            .env_remove("AWS_PROFILE")
            .env("NO_PROXY", "*");
        if options.checksums {
            command.arg("--checksums");
        }
        if let Some(page) = options.page {
            command.args(["--page", &page.to_string()]);
        }
        if options.old {
            command.arg("--old");
        }
        if let Some((certificate, key)) = options.tls {
            command.arg("--tls").arg(certificate).arg(key);
        }
        Some(Self {
            server: Listening::start(&mut command),
            is_tls: options.tls.is_some(),
        })
    }

    /// How a node comes to it, below this prefix.
    pub fn settings(&self, prefix: &str) -> S3Settings {
        let scheme = if self.is_tls { "https" } else { "http" };
        settings_of(&format!("{scheme}://127.0.0.1:{}", self.server.port), prefix)
    }

    /// The lines of a configuration, with the keys in files in this directory.
    ///
    /// # Panics
    /// When the files cannot be written.
    pub fn config_lines(&self, dir: &Path, prefix: &str) -> String {
        config_lines(&self.settings(prefix), dir)
    }

    /// Keys of all objects, as the store itself tells them.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn keys(&self) -> Vec<String> {
        let text = self.ask("GET", "?list-type=2&max-keys=1000", &[]).text();
        text.split("<Key>")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once("</Key>")?.0.to_owned()))
            .collect()
    }

    /// Puts an object behind everybody's back.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn put(&self, key: &str, bytes: &[u8]) {
        self.ask("PUT", &format!("/{key}"), bytes);
    }

    /// Takes an object away behind everybody's back.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn delete(&self, key: &str) {
        self.ask("DELETE", &format!("/{key}"), &[]);
    }

    /// From now on it keeps versions.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn keep_versions(&self) {
        let body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        self.ask("PUT", "?versioning", body);
    }

    fn ask(&self, method: &str, rest: &str, body: &[u8]) -> http::Reply {
        let server = format!("http://127.0.0.1:{}", self.server.port);
        let reply = http::request(&server, method, &format!("/{BUCKET}{rest}"), &[OPERATOR], body)
            .expect("the store answers its operator");
        assert!(reply.status < 300, "{method} {rest}: {}", reply.text());
        reply
    }
}

/// Settings as of [`BucketServer`], at another address.
pub fn settings_of(endpoint: &str, prefix: &str) -> S3Settings {
    S3Settings {
        endpoint: endpoint.to_owned(),
        bucket: BUCKET.to_owned(),
        region: REGION.to_owned(),
        prefix: prefix.to_owned(),
        path_style: true,
        keys: Keys {
            access: ACCESS_KEY.to_owned(),
            secret: SECRET_KEY.to_owned(),
        },
        authorities: Vec::new(),
        patience: Duration::from_secs(10),
    }
}

/// The same as lines of a configuration, with the keys in files in this directory.
///
/// # Panics
/// When the files cannot be written.
pub fn config_lines(settings: &S3Settings, dir: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    let file = |name: &str, text: &str| {
        let path = dir.join(name);
        std::fs::write(&path, text).expect("a key file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("its mode");
        path.display().to_string()
    };
    format!(
        "s3_endpoint = \"{}\"\ns3_bucket = \"{}\"\ns3_region = \"{}\"\ns3_prefix = \"{}\"\n\
         s3_access_key_file = \"{}\"\ns3_secret_key_file = \"{}\"\n",
        settings.endpoint,
        settings.bucket,
        settings.region,
        settings.prefix,
        file("s3-access-key", &settings.keys.access),
        file("s3-secret-key", &settings.keys.secret)
    )
}

/// The Python that has moto: named by the gate, or installed by it before, or the one in the path.
fn python() -> PathBuf {
    if let Some(named) = std::env::var_os("TOWNHALL_S3_PYTHON") {
        return PathBuf::from(named);
    }
    let installed = root().join("target/tools/s3/bin/python");
    if installed.is_file() {
        installed
    } else {
        PathBuf::from("python3")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a [`RudeLine`] does with the next request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manners {
    /// Passes it on to the real store, and the answer back.
    Fine,
    /// Answers these bytes and closes.
    Say(Vec<u8>),
    /// Answers 503 as S3 does when it is too busy.
    Busy,
    /// Takes the request and never answers.
    Hang,
    /// Passes the answer on, all but its last bytes.
    CutAnswer,
    /// Passes the answer on with its last byte changed.
    WrongBytes,
    /// Passes the request on and loses the answer.
    LoseAnswer,
}

/// Stands between a node and a store, and behaves as it is told.
pub struct RudeLine {
    port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    manners: Manners,
    /// So many requests; for ever when there is no number.
    times: Option<u32>,
    requests: u32,
}

impl RudeLine {
    /// A line to this store.
    ///
    /// # Panics
    /// When there is no port.
    pub fn to(server: &BucketServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State {
            manners: Manners::Fine,
            times: None,
            requests: 0,
        }));
        let (behind, shared) = (server.server.port, Arc::clone(&state));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, behind, &shared));
            }
        });
        Self { port, state }
    }

    /// From now on, for so many requests, or until it is told otherwise.
    pub fn behave(&self, manners: Manners, times: Option<u32>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.manners = manners;
        state.times = times;
        state.requests = 0;
    }

    /// How many requests came since it was last told how to behave.
    pub fn requests(&self) -> u32 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests
    }

    /// How a node comes to the store by this line: impatiently.
    pub fn settings(&self, prefix: &str) -> S3Settings {
        S3Settings {
            patience: Duration::from_secs(2),
            ..settings_of(&format!("http://127.0.0.1:{}", self.port), prefix)
        }
    }
}

/// One request a connection: the answer says that the connection closes.
fn serve(mut stream: TcpStream, behind: u16, state: &Mutex<State>) {
    let Some(request) = read_message(&mut stream) else {
        return;
    };
    let manners = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests += 1;
        match &mut state.times {
            None => state.manners.clone(),
            Some(0) => Manners::Fine,
            Some(left) => {
                *left -= 1;
                state.manners.clone()
            }
        }
    };
    match manners {
        Manners::Hang => std::thread::sleep(Duration::from_mins(10)),
        Manners::Busy => {
            let body = "<Error><Code>SlowDown</Code></Error>";
            let length = body.len();
            let _ = stream.write_all(
                format!(
                    "HTTP/1.1 503 Slow Down\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                )
                .as_bytes(),
            );
        }
        Manners::Say(bytes) => drop(stream.write_all(&bytes)),
        other => {
            let Some(mut answer) = ask(&request, behind) else {
                return;
            };
            match other {
                Manners::LoseAnswer => return,
                Manners::CutAnswer => answer.truncate(answer.len().saturating_sub(3)),
                Manners::WrongBytes => {
                    if let Some(last) = answer.last_mut() {
                        *last ^= 1;
                    }
                }
                _ => {}
            }
            let _ = stream.write_all(&answer);
        }
    }
}

/// Passes a request on, with `connection: close`, so that the answer ends with its connection.
fn ask(request: &[u8], behind: u16) -> Option<Vec<u8>> {
    let mut server = TcpStream::connect(("127.0.0.1", behind)).ok()?;
    let end = request.windows(2).position(|two| two == b"\r\n")? + 2;
    server.write_all(&request[..end]).ok()?;
    server.write_all(b"connection: close\r\n").ok()?;
    server.write_all(&request[end..]).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    Some(answer)
}

/// Head and body of a request, as they came.
fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (Vec::new(), 0_usize);
    loop {
        let from = head.len();
        if reader.read_until(b'\n', &mut head).ok()? == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&head[from..]).to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let from = head.len();
    head.resize(from + length, 0);
    reader.read_exact(&mut head[from..]).ok()?;
    Some(head)
}

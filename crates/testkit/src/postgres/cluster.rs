//! A private PostgreSQL server in a temporary directory.

use std::io;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use postgres::NoTls;

use crate::{process, tools};

/// How long a server may take until it answers, on a machine that builds at the same time.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whether what the server acknowledged survives a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `fsync=off`: fast, and enough wherever the server itself is not under test.
    Fast,
    /// As in production.
    Durable,
}

#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error("the PostgreSQL server programs (initdb, postgres) are not installed")]
    NotInstalled,
    #[error("{program} failed: {output}")]
    Failed { program: &'static str, output: String },
    #[error("the server did not answer within {PATIENCE:?}; its log ends with: {log}")]
    Silent { log: String },
    #[error("{doing}: {error}")]
    Io { doing: &'static str, error: io::Error },
}

/// A server of one test or one run: it is stopped and its data removed when the value is dropped.
pub struct Cluster {
    home: Home,
    child: Option<Child>,
}

impl Cluster {
    /// Initialises a data directory, takes a free port on 127.0.0.1 and waits until the server answers.
    pub fn start(durability: Durability) -> Result<Self, ClusterError> {
        let dir = tempfile::Builder::new()
            .prefix("townhall-pg-")
            .tempdir()
            .map_err(|error| ClusterError::Io {
                doing: "making a temporary directory",
                error,
            })?;
        let mut home = Home::create(dir.keep(), durability)?;
        let child = home.spawn_until_it_answers(Home::server_command)?;
        Ok(Self {
            home,
            child: Some(child),
        })
    }

    /// The address of the administrative database, with a user who may do everything.
    pub fn url(&self) -> String {
        self.home.url()
    }

    /// Starts the server anew with this certificate and key (PEM): from now on it offers TLS beside plain connections.
    pub fn offer_tls(&mut self, certificate: &Path, key: &Path) -> Result<(), ClusterError> {
        use std::os::unix::fs::PermissionsExt;
        let io = |doing| move |error| ClusterError::Io { doing, error };
        for (from, name) in [(certificate, "server.crt"), (key, "server.key")] {
            let to = self.home.data().join(name);
            std::fs::copy(from, &to).map_err(io("copying the certificate"))?;
            // The server refuses a key that others may read.
            std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600))
                .map_err(io("closing the key to others"))?;
            self.home.user.own(&to)?;
        }
        append(&self.home.data().join("postgresql.conf"), "ssl = on\n")
            .map_err(io("writing postgresql.conf"))?;
        // In order, not as a crash: a server without fsync loses what it has just acknowledged.
        self.stop();
        self.start_again()
    }

    /// Kills the server and its children at once, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // The postmaster's children notice that it is gone and end; SIGQUIT makes sure that they do
            // so before the next start, which a leftover child would refuse.
            let _ = child.kill();
            let _ = child.wait();
            let deadline = Instant::now() + Duration::from_secs(10);
            while Instant::now() < deadline && self.home.has_processes() {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }

    /// Starts the server again on the same data, port and address.
    pub fn start_again(&mut self) -> Result<(), ClusterError> {
        self.kill();
        self.child = Some(self.home.spawn_until_it_answers(Home::server_command)?);
        Ok(())
    }

    /// Stops the server as an administrator in a hurry would: connections are cut, data is saved.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            self.home.signal("INT");
            let _ = child.wait();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            self.home.signal("QUIT");
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.home.dir);
    }
}

/// The directory of a server, with what is needed to start it.
pub(super) struct Home {
    pub(super) dir: PathBuf,
    programs: PathBuf,
    user: ServerUser,
    port: u16,
    password: String,
}

impl Home {
    /// Makes `dir` a home: the data directory is initialised, nothing runs yet.
    pub(super) fn create(dir: PathBuf, durability: Durability) -> Result<Self, ClusterError> {
        let programs = find_programs().ok_or(ClusterError::NotInstalled)?;
        let user = ServerUser::choose()?;
        let io = |doing| move |error| ClusterError::Io { doing, error };
        // Anybody on the machine may reach 127.0.0.1, and a PostgreSQL superuser may run programs.
        let password = uuid::Uuid::now_v7().simple().to_string();
        std::fs::write(dir.join("password"), &password).map_err(io("writing the password"))?;
        user.own(&dir)?;
        user.own(&dir.join("password"))?;
        let home = Self {
            dir,
            programs,
            user,
            port: 0,
            password,
        };
        let output = home
            .command("initdb")
            .args([
                "--locale=C",
                "--encoding=UTF8",
                "--username=townhall",
                "--auth=password",
                "--no-sync",
            ])
            .arg("--pwfile")
            .arg(home.dir.join("password"))
            .arg("--pgdata")
            .arg(home.data())
            .output()
            .map_err(io("running initdb"))?;
        if !output.status.success() {
            let output = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(ClusterError::Failed {
                program: "initdb",
                output,
            });
        }
        let mut settings = String::from(
            "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 300\n\
             shared_buffers = 64MB\nlog_min_messages = warning\n",
        );
        if durability == Durability::Fast {
            settings += "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n";
        }
        append(&home.data().join("postgresql.conf"), &settings).map_err(io("writing postgresql.conf"))?;
        Ok(home)
    }

    pub(super) fn url(&self) -> String {
        format!(
            "postgres://townhall:{}@127.0.0.1:{}/postgres",
            self.password, self.port
        )
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The server in the foreground; its log goes to `server.log` in its home.
    pub(super) fn server_command(&self) -> Command {
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .arg("-p")
            .arg(self.port.to_string());
        command
    }

    /// A command of the server's user, quiet and apart from the terminal's Ctrl-C.
    fn command(&self, program: &str) -> Command {
        let mut command = self.user.command(&self.programs.join(program));
        command
            .current_dir(&self.dir)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .process_group(0);
        command
    }

    pub(super) fn shell(&self) -> Command {
        let mut command = self.user.command(Path::new("/bin/sh"));
        command
            .current_dir(&self.dir)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .process_group(0);
        command
    }

    /// Starts what `command` says on a free port (the first time) or the same port (later), until it answers.
    pub(super) fn spawn_until_it_answers(
        &mut self,
        command: fn(&Self) -> Command,
    ) -> Result<Child, ClusterError> {
        let io = |doing| move |error| ClusterError::Io { doing, error };
        let first = self.port == 0;
        let deadline = Instant::now() + PATIENCE;
        loop {
            if first {
                self.port = free_port().map_err(io("looking for a free port"))?;
            }
            let log = append(&self.dir.join("server.log"), "").map_err(io("opening the server's log"))?;
            let errors = log.try_clone().map_err(io("opening the server's log"))?;
            let mut child = command(self)
                .stdout(log)
                .stderr(errors)
                .spawn()
                .map_err(io("starting postgres"))?;
            loop {
                if answers(&self.url()) {
                    return Ok(child);
                }
                // It ended by itself: somebody took the port in between, or the data is broken.
                let ended = child.try_wait().map_err(io("waiting for postgres"))?.is_some();
                if Instant::now() > deadline || (ended && !first) {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(ClusterError::Silent {
                        log: self.end_of_log(),
                    });
                }
                if ended {
                    break;
                }
                std::thread::sleep(Duration::from_millis(30));
            }
        }
    }

    fn end_of_log(&self) -> String {
        let log = std::fs::read_to_string(self.dir.join("server.log")).unwrap_or_default();
        log.lines()
            .rev()
            .take(8)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Sends a signal to the postmaster, found by its pid file: the child that we know may be a wrapper.
    fn signal(&self, name: &str) {
        let pid_file = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        if let Some(pid) = pid_file.lines().next().and_then(|pid| pid.parse().ok()) {
            process::signal(pid, name);
        }
    }

    /// Whether some process still works in the data directory (Linux; elsewhere nothing is known).
    fn has_processes(&self) -> bool {
        let data = self.data();
        std::fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| {
                std::fs::read_link(entry.path().join("cwd")).is_ok_and(|directory| directory == data)
            })
    }
}

/// The user as whom the server runs: PostgreSQL refuses to run as root.
enum ServerUser {
    Myself,
    Other { name: &'static str, uid: u32, gid: u32 },
}

impl ServerUser {
    fn choose() -> Result<Self, ClusterError> {
        if id(&["-u"])? != 0 {
            return Ok(Self::Myself);
        }
        for name in ["postgres", "nobody"] {
            if let (Ok(uid), Ok(gid)) = (id(&["-u", name]), id(&["-g", name])) {
                return Ok(Self::Other { name, uid, gid });
            }
        }
        let output = "root may not run PostgreSQL, and there is neither a user postgres nor nobody".into();
        Err(ClusterError::Failed {
            program: "id",
            output,
        })
    }

    fn own(&self, path: &Path) -> Result<(), ClusterError> {
        match self {
            Self::Myself => Ok(()),
            Self::Other { uid, gid, .. } => {
                chown(path, Some(*uid), Some(*gid)).map_err(|error| ClusterError::Io {
                    doing: "giving the data to the server's user",
                    error,
                })
            }
        }
    }

    fn command(&self, program: &Path) -> Command {
        match self {
            Self::Myself => Command::new(program),
            Self::Other { name, gid, .. } => {
                // setpriv replaces itself by the program, so signals and waiting work as without it.
                let mut command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={name}"))
                    .arg(format!("--regid={gid}"))
                    .arg("--clear-groups");
                command.arg("--").arg(program);
                command
            }
        }
    }
}

fn id(args: &[&str]) -> Result<u32, ClusterError> {
    let output = Command::new("id")
        .args(args)
        .output()
        .map_err(|error| ClusterError::Io {
            doing: "running id",
            error,
        })?;
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .map_err(|_| ClusterError::Failed {
            program: "id",
            output: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
}

/// The directory of `initdb` and `postgres`: as `pg_config` says, the newest of Debian's, or in `PATH`.
fn find_programs() -> Option<PathBuf> {
    let complete = |dir: &PathBuf| {
        ["initdb", "postgres"]
            .iter()
            .all(|name| tools::is_program(&dir.join(name)))
    };
    let told = Command::new("pg_config")
        .arg("--bindir")
        .output()
        .ok()
        .map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    debian.sort_by(|a, b| b.cmp(a));
    let in_path = tools::find_program("initdb").and_then(|file| file.parent().map(Path::to_path_buf));
    told.into_iter()
        .chain(debian.into_iter().map(|(_, dir)| dir))
        .chain(in_path)
        .find(complete)
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

pub(super) fn answers(url: &str) -> bool {
    let Ok(mut config) = url.parse::<postgres::Config>() else {
        return false;
    };
    config.connect_timeout(Duration::from_secs(5));
    std::thread::spawn(move || config.connect(NoTls).is_ok())
        .join()
        .unwrap_or(false)
}

fn append(file: &Path, text: &str) -> io::Result<std::fs::File> {
    use std::io::Write;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

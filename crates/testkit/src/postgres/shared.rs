//! The server that test processes of one user and one build directory share.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cluster::{ClusterError, Durability, Home, answers};

/// The server runs under this shell script, which ends it when no test has used it for 15 minutes.
const WATCHED: &str = r#"
home=$1; shift
"$@" & server=$!
while kill -0 "$server" 2>/dev/null; do
    if [ -e "$home/stop" ] || [ -n "$(find "$home/used" -mmin +15)" ]; then kill -QUIT "$server"; fi
    sleep 2
done
rm -rf "$home"/*
"#;

/// The address of the shared server, started when it does not answer.
pub(super) fn server() -> Result<String, ClusterError> {
    let home = home();
    with_lock("postgres", || {
        if let Ok(url) = fs::read_to_string(home.join("url"))
            && answers(&url)
        {
            // Its time of change tells the watching script that somebody is here.
            let _ = fs::write(home.join("used"), "");
            return Ok(url);
        }
        start(&home)
    })
}

/// Stops the shared server; says whether there was one.
pub fn stop_shared() -> bool {
    let home = home();
    with_lock("postgres", || {
        let running = fs::read_to_string(home.join("url")).is_ok_and(|url| answers(&url));
        if running {
            let _ = fs::write(home.join("stop"), "");
            while home.join("url").exists() {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        }
        running
    })
}

fn start(dir: &Path) -> Result<String, ClusterError> {
    let io = |doing| move |error| ClusterError::Io { doing, error };
    // A server that died without sync may have left anything: begin again.
    let _ = fs::remove_dir_all(dir);
    fs::DirBuilder::new()
        .mode(0o700)
        .create(dir)
        .map_err(io("making the directory of the test server"))?;
    fs::write(dir.join("used"), "").map_err(io("marking the test server as used"))?;
    let mut home = Home::create(dir.to_path_buf(), Durability::Fast)?;
    home.spawn_until_it_answers(watched)?;
    fs::write(dir.join("url"), home.url()).map_err(io("noting the address of the test server"))?;
    Ok(home.url())
}

fn watched(home: &Home) -> Command {
    let server = home.server_command();
    let mut command = home.shell();
    command
        .arg("-c")
        .arg(WATCHED)
        .arg("townhall-test-postgres")
        .arg(&home.dir);
    // The shell already runs as the server's user, so the wrapper that changes users is left out.
    let words: Vec<_> = std::iter::once(server.get_program())
        .chain(server.get_args())
        .collect();
    let own = words.iter().position(|word| *word == "--").map_or(0, |at| at + 1);
    command.args(&words[own..]);
    command
}

/// Runs `work` while this process holds the named lock of the build directory.
pub(super) fn with_lock<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let dir = build_dir().join("testkit");
    fs::create_dir_all(&dir).expect("the build directory can be written");
    let file = File::create(dir.join(format!("{name}.lock"))).expect("a lock file can be made");
    file.lock().expect("a lock file can be locked");
    // Dropping the file frees the lock, also when `work` panics or the process dies.
    work()
}

/// One home for each build directory, so that two checkouts do not stop each other's server. It is in the
/// system's temporary directory, because the server's user may have no way into the checkout.
fn home() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    build_dir().hash(&mut hasher);
    std::env::temp_dir().join(format!("townhall-tests-pg-{:016x}", hasher.finish()))
}

fn build_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        |dir| Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(dir),
    )
}

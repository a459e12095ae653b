//! What these tests share.

use std::path::Path;

use townhall_testkit::process::Launch;

/// The binary with these arguments, in an environment of its own.
pub fn townhall<S: Into<String>>(args: impl IntoIterator<Item = S>) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_townhall")).args(args)
}

/// A server on a free port with its data in this directory.
pub fn serve(data: &Path) -> Launch {
    townhall(["serve", "--listen", "127.0.0.1:0", "--data"]).args([data.display().to_string()])
}

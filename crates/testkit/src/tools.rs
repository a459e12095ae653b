//! What a test may find missing on the machine, and where it may write.

use std::path::{Path, PathBuf};

/// A directory of its own for one test, removed when the value is dropped.
///
/// # Panics
/// When the system's temporary directory cannot be written.
pub fn temp_dir() -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix("townhall-test-")
        .tempdir()
        .expect("a temporary directory can be made")
}

/// Whether a missing tool must fail the test: set by `cargo xtask test`, which installs them all.
pub fn required() -> bool {
    std::env::var_os("TOWNHALL_REQUIRE_TOOLS").is_some_and(|value| value == "1")
}

/// Says that `what` is not tested because `missing` is not there.
///
/// # Panics
/// When tools are required, because a skipped promise must not look kept.
pub fn skip(what: &str, missing: &str) {
    assert!(
        !required(),
        "{what}: {missing}, and TOWNHALL_REQUIRE_TOOLS=1 allows no skipping"
    );
    eprintln!("skipped: {what}: {missing}");
}

/// Finds a program in `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| is_program(file))
}

pub(crate) fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_name_and_a_missing_one_is_not() {
        assert!(find_program("sh").is_some_and(|file| file.is_absolute()));
        assert!(find_program("no-such-program-anywhere").is_none());
    }

    #[test]
    fn a_temporary_directory_goes_when_the_test_ends() {
        let dir = temp_dir();
        let path = dir.path().to_path_buf();
        assert!(path.is_dir());
        drop(dir);
        assert!(!path.exists());
    }
}

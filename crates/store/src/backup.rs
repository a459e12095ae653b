//! Copies of a whole database while it is in use.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::StoreError;

/// Writes a consistent copy of a `SQLite` database into a new file and syncs it; commands go on meanwhile.
///
/// # Errors
/// When the database cannot be read, or the copy cannot be written or is there already.
pub fn copy_sqlite(file: &Path, to: &Path) -> Result<(), StoreError> {
    let source = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    source.busy_timeout(Duration::from_mins(1))?;
    source.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    File::open(to)?.sync_all()?;
    Ok(())
}

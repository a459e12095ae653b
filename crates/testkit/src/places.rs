//! The databases a store test runs on.

use std::path::{Path, PathBuf};

use crate::postgres::{self, TestDatabase};

/// An empty place for a database, gone when the value is dropped.
pub enum Place {
    /// A directory for SQLite and its files.
    Sqlite(tempfile::TempDir),
    /// An empty PostgreSQL database, with a directory for files beside it.
    Postgres(TestDatabase, tempfile::TempDir),
}

impl Place {
    /// `sqlite` or `postgres`, for the message of a failed assertion.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(..) => "postgres",
        }
    }

    /// The directory of this place: the SQLite file and the blobs, or the blobs alone.
    pub fn dir(&self) -> &Path {
        match self {
            Self::Sqlite(dir) | Self::Postgres(_, dir) => dir.path(),
        }
    }

    /// The SQLite file, for SQLite only.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        match self {
            Self::Sqlite(dir) => Some(dir.path().join("townhall.sqlite")),
            Self::Postgres(..) => None,
        }
    }

    /// The address of the database, for PostgreSQL only.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(database, _) => Some(database.url()),
        }
    }
}

/// One empty place on each database there is: SQLite always, PostgreSQL when it can be started.
///
/// # Panics
/// When PostgreSQL is missing and `TOWNHALL_REQUIRE_TOOLS=1`.
pub fn places() -> Vec<Place> {
    let mut places = vec![Place::Sqlite(crate::temp_dir())];
    if let Some(database) = postgres::fresh_database() {
        places.push(Place::Postgres(database, crate::temp_dir()));
    }
    places
}

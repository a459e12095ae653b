//! What can go wrong between the program and its database.

/// A failure of the store. Its text is for the log; a person reads "try again" and a reference code.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A statement failed on `SQLite`.
    #[error("sqlite: {}", sqlite_cause(.0))]
    Sqlite(rusqlite::Error),
    /// A statement failed on `PostgreSQL`.
    #[error("postgres: {}", postgres_cause(.0))]
    Postgres(#[from] postgres::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(String),
    /// The database was written by a newer Townhall than this one.
    #[error(
        "the database has schema version {found}, this program knows versions up to {known}: use a newer program"
    )]
    NewerDatabase {
        /// Highest version applied in the database.
        found: i64,
        /// Highest version this program carries.
        known: i64,
    },
    /// The database was written by an older Townhall, and whoever only looks does not change it.
    #[error(
        "the database has schema version {found}, this program works with {known}: start the node once, it brings \
         the database up to date"
    )]
    OlderDatabase {
        /// Highest version applied in the database.
        found: i64,
        /// The version that this program works with.
        known: i64,
    },
    /// The database is at or past a version whose migrations it does not all have, or has some that this program never
    /// had: it was made between two versions, or its history was changed by hand.
    #[error(
        "the database says that it has schema version {found}, but its history is not the one of this program: \
         {differences}. Nothing was changed. Run the program that last wrote this database, or restore a backup that \
         it made (`townhall restore`), and keep this database until that one serves"
    )]
    OtherHistory {
        /// Highest version applied in the database.
        found: i64,
        /// What it lacks and what nobody knows, by name and number.
        differences: String,
    },
    /// What was opened was never a database of Townhall.
    #[error("this is no database of Townhall: it has no schema")]
    NoDatabase,
    /// The database is not set up as it must be.
    #[error("database setting: {0}")]
    Setting(String),
    /// A column is missing or holds another type than the code expects.
    #[error("column {column} of a row does not read as {wanted}")]
    Column {
        /// Name of the column.
        column: String,
        /// What the code asked for.
        wanted: &'static str,
    },
    /// A stored value is outside what the domain knows.
    #[error("stored value of {what} is not known: {value}")]
    Unknown {
        /// The field.
        what: &'static str,
        /// The value found.
        value: String,
    },
    /// An earlier statement of this transaction failed, so nothing of it may be kept.
    #[error("an earlier statement of this transaction failed")]
    Poisoned,
    /// More work waits than the program will hold in memory.
    #[error("too much work is waiting for the database")]
    Overloaded,
    /// The connection broke while the commit was on its way: it may or may not have happened.
    #[error("connection lost during commit, the outcome is not known: {0}")]
    CommitUnknown(String),
    /// The transaction was rolled back with its group and could not be run again.
    #[error("the transaction was lost: {0}")]
    Lost(String),
    /// The closure of the command panicked.
    #[error("the command panicked")]
    Panicked,
    /// The database threads have stopped.
    #[error("the database is stopping")]
    Stopped,
    /// A file operation of the file store failed.
    #[error("file store: {0}")]
    Io(#[from] std::io::Error),
    /// A file's content is not what its name says.
    #[error("file {0} is damaged")]
    DamagedFile(String),
    /// No file of this name is kept.
    #[error("file {0} is not there")]
    MissingFile(String),
    /// The object store of papers is gone, slow or broken for the moment: trying again may help.
    #[error("the store of papers does not answer: {0}")]
    PapersAway(String),
    /// The object store of papers answers and does not do what is asked: somebody has to set something right.
    #[error("the store of papers refuses: {0}")]
    PapersRefused(String),
    /// The directory of papers, or the spool of what comes in, is gone or cannot be written.
    #[error("the directory of papers cannot be used: {0}")]
    PapersUnusable(std::io::Error),
    /// The body of a fact has no canonical form.
    #[error("fact: {0}")]
    Fact(#[from] townhall_journal::CanonicalError),
    /// The stored transparency log is damaged, or the key is not its own.
    #[error("transparency log: {0}")]
    Log(String),
    /// The operating system gave no random bits.
    #[error("no random bits: {0}")]
    Random(getrandom::Error),
    /// JSON that was stored does not parse.
    #[error("stored json: {0}")]
    Json(#[from] serde_json::Error),
}

/// What SQLite says, once: its errors repeat themselves in their causes.
fn sqlite_cause(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, Some(message)) => {
            format!("{message} (code {})", code.extended_code)
        }
        other => other.to_string(),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn postgres_cause(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} ({})", db.message(), db.code().code()),
        // The client says only that it failed; why stands behind it.
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

impl From<getrandom::Error> for StoreError {
    fn from(error: getrandom::Error) -> Self {
        Self::Random(error)
    }
}

impl StoreError {
    /// True when the transaction may simply be run again: serialisation failure or deadlock.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Postgres(error) => error
                .code()
                .is_some_and(|code| matches!(code.code(), "40001" | "40P01")),
            _ => false,
        }
    }

    /// True when the connection itself is gone and a new one is needed.
    pub fn is_connection_lost(&self) -> bool {
        match self {
            Self::Postgres(error) => {
                error.is_closed()
                    || error
                        .code()
                        .is_some_and(|code| code.code().starts_with("57P") || code.code().starts_with("08"))
                    || (error.as_db_error().is_none()
                        && std::error::Error::source(error)
                            .is_some_and(<dyn std::error::Error + 'static>::is::<std::io::Error>))
            }
            _ => false,
        }
    }

    /// True when the same key is already there (a unique index refused the row).
    pub fn is_duplicate(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => {
                matches!(
                    error.extended_code,
                    rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                )
            }
            Self::Postgres(error) => error.code().is_some_and(|code| code.code() == "23505"),
            _ => false,
        }
    }

    /// A failure in the directory of papers; a full disk stays one.
    pub(crate) fn of_papers(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            Self::Io(error)
        } else {
            Self::PapersUnusable(error)
        }
    }

    /// True when nothing is wrong but that papers cannot be stored or read now.
    pub fn is_about_papers(&self) -> bool {
        matches!(
            self,
            Self::PapersAway(_) | Self::PapersRefused(_) | Self::PapersUnusable(_)
        )
    }

    /// True when the disk is full.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => {
                error.code == rusqlite::ErrorCode::DiskFull
            }
            Self::Postgres(error) => error.code().is_some_and(|code| code.code() == "53100"),
            Self::Io(error) => error.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}

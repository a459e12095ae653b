//! What a backup says of itself.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use townhall_app::clock::real_now;
use townhall_domain::time::rfc3339;
use townhall_store::{Db, StoreError, log, migrate};

/// The form of the archive that this program writes and reads.
pub const FORMAT: u32 = 1;

/// The first file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of the archive.
    pub format: u32,
    /// When it was made, by the machine's clock.
    pub made_at: String,
    /// Version of the program that made it.
    pub program: String,
    /// Version of the schema.
    pub schema: i64,
    /// Name of the database's copy inside the archive.
    pub database: String,
    /// SHA-256 of that copy.
    pub database_sha256: String,
    /// Papers listed when it was made.
    pub papers: usize,
    /// The log's newest signed checkpoint: what today's backup commits to.
    pub checkpoint: Option<String>,
}

impl Manifest {
    /// The manifest of a backup of this database.
    pub fn of(db: &Db, database: &str, database_sha256: &str, papers: usize) -> Result<Self> {
        let checkpoint = db
            .read_blocking("backup_checkpoint", |tx| match log::current_epoch(tx)? {
                None => Ok::<_, StoreError>(None),
                Some(epoch) => Ok(log::last_checkpoint(tx, epoch.epoch)?.map(|last| last.signed)),
            })
            .context("the log's checkpoint")?;
        Ok(Self {
            format: FORMAT,
            made_at: rfc3339(real_now()),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema: migrate::known_version(),
            database: database.to_owned(),
            database_sha256: database_sha256.to_owned(),
            papers,
            checkpoint,
        })
    }
}

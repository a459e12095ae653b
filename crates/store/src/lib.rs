//! The database seam, rows, migrations and files. One file a subject; no rule and no permission lives here.

pub mod access_log;
pub mod accounts;
pub mod audit;
pub mod backup;
pub mod civil_status;
pub mod counters;
pub mod db;
pub mod dialect;
pub mod dossiers;
pub mod drafts;
pub mod error;
pub mod evidence;
pub mod fees;
pub mod files;
pub mod idempotency;
pub mod jobs;
pub mod journal;
pub mod leases;
pub mod log;
pub mod messages;
pub mod migrate;
pub mod node;
pub mod online;
pub mod organisation;
pub mod papers;
pub mod parties;
pub mod portal;
mod postgres;
pub mod queue;
pub mod ratings;
#[cfg(feature = "recording")]
pub mod recording;
pub mod registers;
pub mod restored;
pub mod sessions;
mod sqlite;
pub mod statistics;
pub mod tasks;
pub mod tx;
pub mod value;
pub mod warnings;
mod work;

pub use db::{Db, DbConfig};
pub use error::StoreError;
pub use tx::Tx;
pub use value::{Row, Value};

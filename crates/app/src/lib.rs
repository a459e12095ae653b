//! Commands and queries: permission, load, decide, save, record.

pub mod access_log;
pub mod accounts;
pub mod actor;
pub mod asked;
pub mod clock;
pub mod cx;
pub mod demo;
pub mod dossier;
pub mod drafts;
pub mod error;
pub mod express;
pub mod fees;
pub mod jobs;
pub mod log;
pub mod metrics;
pub mod organisation;
pub mod packs;
pub mod paper;
pub mod paper_data;
pub mod record;
pub mod register;
pub mod sign_in;
pub mod statistics;
pub mod task;
pub mod town;
pub mod verify;

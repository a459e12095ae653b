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
pub mod log;
pub mod metrics;
pub mod organisation;
pub mod packs;
pub mod record;
pub mod sign_in;
<<<<<<< HEAD
pub mod task;
=======
pub mod statistics;
>>>>>>> 268eb59 (statistics: received, resolved, on time, pending, overdue of a unit over a period, and the rows behind each)
pub mod town;
pub mod verify;

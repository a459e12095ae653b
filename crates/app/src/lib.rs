//! Commands and queries: permission, load, decide, save, record.

pub mod actor;
pub mod sign_in;

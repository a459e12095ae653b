//! Commands and queries: permission, load, decide, save, record.

pub mod actor;
pub mod packs;
pub mod sign_in;

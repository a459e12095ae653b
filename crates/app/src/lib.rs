//! Commands and queries: permission, load, decide, save, record.

pub mod actor;

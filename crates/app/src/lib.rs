//! Commands and queries: permission, load, decide, save, record.

//! Promises of the pages, kept over HTTP through the real router.

mod frame;
mod log;

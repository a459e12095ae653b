//! Promises of the pages, kept over HTTP through the real router.

mod dossiers;
mod frame;
mod log;
mod permissions;
mod printed;
mod sign_in;
mod staff;
mod printed;
mod jobs;

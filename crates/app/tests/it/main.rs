//! Commands and queries on both databases.

mod actors;
mod log;
mod people;
mod sign_in;
mod verify;

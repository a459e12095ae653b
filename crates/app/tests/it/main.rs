//! Commands and queries on both databases.

mod accounts;
mod actors;
mod commune;
mod log;
mod organisation;
mod people;
mod sign_in;
mod verify;

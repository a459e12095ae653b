//! Commands and queries on both databases.

mod actors;
mod people;
mod sign_in;
mod verify;

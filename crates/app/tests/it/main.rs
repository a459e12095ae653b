//! Commands and queries on both databases.

mod accounts;
mod actors;
mod commune;
mod demo;
mod dossier;
mod express;
mod jobs;
mod log;
mod log_processes;
mod organisation;
mod packs;
mod people;
mod sign_in;
mod task;
mod verify;

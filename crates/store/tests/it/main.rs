//! The store on both databases.

mod access_log;
mod calendar;
mod civil_status;
mod durability;
mod evidence;
mod files;
mod files_trouble;
mod identity;
mod journal;
mod messages;
mod passkeys;
mod provider_links;
mod queue;
mod registers;
mod seam;
mod statistics;
mod tasks;
mod tls;

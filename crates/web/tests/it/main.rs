//! Promises of the pages, kept over HTTP through the real router.

mod admin;
mod api;
mod civil_status;
mod counter;
mod dashboard;
mod derived;
mod express;
mod fees;
mod frame;
mod jobs;
mod joined;
mod log;
mod online;
mod permissions;
mod printed;
mod public;
mod queue;
mod reading;
mod reception;
mod register;
mod sign_in;
mod staff;
mod tasks;
mod villages;
mod warnings;
mod work;

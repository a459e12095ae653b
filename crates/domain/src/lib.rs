//! Rules and types of two-tier local government.
//!
//! Nothing here reads a file, asks the clock or speaks SQL: every function gets what it needs and returns
//! what follows. One file a subject; a capability has the same name here, in `store`, in `app` and in `web`.

pub mod calendar;
pub mod characters;
pub mod civil_status;
pub mod deadline;
pub mod dossier;
pub mod erasure;
pub mod express;
pub mod fee;
pub mod form;
pub mod ids;
pub mod joined;
pub mod limit;
pub mod message;
pub mod money;
pub mod organisation;
pub mod pack;
pub mod period;
pub mod permission;
pub mod portal;
pub mod procedure;
pub mod quality;
pub mod queue;
pub mod rating;
pub mod register;
pub mod second_factor;
pub mod space;
pub mod task;
pub mod time;
pub mod unit;
pub mod vietqr;
pub mod words;

//! Pages and REST API.

pub mod assets;
pub mod ui;

//! The demonstration: the reports' own month, made by running the real commands under the business clock.
//!
//! Everybody in it is synthetic. The same seed makes the same people, dossiers and times; secrets, salts and
//! tokens come from the operating system, as everywhere.

mod directives;
mod express;
mod month;
mod names;
mod office;
mod papers;
mod play;
mod queue;
mod ratings;
mod registers;
mod together;

use jiff::Timestamp;
use jiff::civil::date;
use serde::Serialize;
use townhall_domain::ids::UnitId;
use townhall_domain::time;

use crate::error::AppError;
use crate::town::Town;

/// Seed of the demonstration.
pub const SEED: u64 = 0x7448_2025_0701;

/// An account of the demonstration.
#[derive(Debug, Clone, Serialize)]
pub struct DemoAccount {
    /// What the post is there for.
    pub role: String,
    /// Code of the unit.
    pub unit: String,
    /// The name to sign in with.
    pub user: String,
    /// The password.
    pub password: String,
    /// A token for the API.
    pub token: String,
}

/// When the demonstration's business clock begins to run: Tuesday 5 August 2025, 07:30.
pub fn begins_at() -> Timestamp {
    time::instant(date(2025, 8, 5).at(7, 30, 0, 0))
}

/// A unit of the demonstration by its code.
fn unit(code: &str) -> UnitId {
    UnitId::new(code, date(2025, 7, 1))
}

/// Fills an empty node; `report` is told how much of how much is done.
///
/// # Errors
/// When a command is refused, which is a fault of the demonstration, or the database fails.
pub fn build(town: &Town, report: &mut dyn FnMut(usize, usize)) -> Result<Vec<DemoAccount>, AppError> {
    let mut names = names::Names::new(SEED);
    let mut offices = office::build(town, &mut names, report)?;
    offices.scan = Some(papers::sample(town)?);
    month::build(town, &offices, &mut names, report)?;
    registers::note_one(town, &offices)?;
    directives::build(town, &offices, &mut names)?;
    queue::build(town, &offices)?;
    Ok(offices.accounts)
}

//! Filing online, and what strangers may ask.
//!
//! By law the National Public Service Portal is the only entry for online dossiers (Decree 118/2025/NĐ-CP); a form
//! of this node is filled in with help, or when the portal fails, and says so. No account is needed: the form has a
//! secret address, is kept as it is typed, and becomes a dossier in state 1 that the counter examines.

mod draft;
mod send;

use std::net::IpAddr;

use townhall_domain::ids::UnitId;
use townhall_domain::procedure::{Component, Nature, OnlineLevel, Procedure};
use townhall_domain::space::Space;
use townhall_store::{StoreError, Tx, dossiers, online};

pub use draft::{
    AddOnlineFile, OnlineForm, StartOnline, add_online_file, online_form, remove_online_file, save_online,
    start_online,
};
pub use send::{SendOnline, send_online};

use crate::clock::real_now;
use crate::cx::Cx;
use crate::error::AppError;
use crate::sign_in::Limit;

/// A form that nobody touched for so many days is forgotten.
pub const DRAFT_DAYS: u64 = 14;
/// Files of one form.
pub const MOST_FILES: usize = 40;
/// Bytes of all files of one form.
pub const MOST_FORM_BYTES: i64 = 100 * 1024 * 1024;

/// Whether this procedure can be filed online here.
pub fn is_online(procedure: &Procedure) -> bool {
    procedure.online != OnlineLevel::None
}

/// Where a component comes from when somebody files online.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnlineSource {
    /// The form that he has just filled in is this paper.
    Form,
    /// The office looks it up; it is not asked for.
    Database,
    /// It is shown when he comes.
    Shown,
    /// A file.
    Upload,
}

/// Where a component comes from when somebody files online on a day.
pub fn online_source(procedure: &Procedure, component: &Component, day: jiff::civil::Date) -> OnlineSource {
    if component.replaced_on(day).is_some() {
        OnlineSource::Database
    } else if component.nature == Nature::Shown {
        OnlineSource::Shown
    } else if component.template.is_some() && procedure.form.is_some() {
        OnlineSource::Form
    } else {
        OnlineSource::Upload
    }
}

/// The communes and provinces whose centres this node serves.
pub fn units_served(tx: &mut Tx<'_>, _cx: &Cx) -> Result<Vec<UnitId>, AppError> {
    Ok(online::units_served(tx)?)
}

/// How far a dossier has come, by its bare code: the only thing that a stranger is told (Circular 01/2018/TT-VPCP,
/// article 16). A dossier that has not been accepted is told like a code that nobody has.
pub fn completion_by_code(tx: &mut Tx<'_>, _cx: &Cx, code: &str) -> Result<Option<u8>, AppError> {
    let typed = code.trim().to_ascii_uppercase();
    let is_code = (1..=64).contains(&typed.len())
        && typed
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    // What cannot be a code is looked for all the same, so that every answer takes the same way.
    let found = dossiers::by_code(tx, if is_code { &typed } else { "-" })?;
    Ok(found
        .filter(|dossier| dossier.space == Space::State && dossier.accepted_at.is_some())
        .map(|dossier| dossier.state.completion_percent()))
}

/// Takes a turn of an address at something public that costs or could be guessed at; every turn counts, so that the
/// wait says nothing about the answers.
///
/// # Errors
/// The outer error is the store's; the inner is the number of seconds to wait.
pub fn take_turn(tx: &mut Tx<'_>, turn: Turn, address: IpAddr) -> Result<Result<(), i64>, StoreError> {
    let limit = match turn {
        Turn::LookUp => Limit::look_up("dossier-code", address),
        Turn::Start => Limit::online("start", address),
        Turn::Send => Limit::online("send", address),
        Turn::Upload => Limit::upload(address),
    };
    limit.take_try(tx, real_now())
}

/// What takes a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A look-up by bare code.
    LookUp,
    /// A form is begun.
    Start,
    /// A form is sent.
    Send,
    /// Files are sent.
    Upload,
}

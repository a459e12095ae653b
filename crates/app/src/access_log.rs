//! Recording who read what, and showing it to the inspector.
//!
//! Reading is noted in a small command of its own after the query: `note` inside `town.write`. What the same post
//! opens again within an hour is not noted again, so that looking back and forth leaves one line. Whether there is
//! anything to note is found in the query itself (`unless_noted`), so that a second look costs no command.

use townhall_domain::ids::{PartyId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::time::Timestamp;
use townhall_store::Tx;
use townhall_store::access_log::{self, Access, AccessFilter, AccessLine};

use crate::actor::Officer;
use crate::cx::Cx;
use crate::error::AppError;

/// Looking again within so many seconds is the same look.
const QUIET_SECONDS: i64 = 60 * 60;

/// What was read, in the words of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A dossier was opened.
    Dossier,
    /// A paper was opened.
    Paper,
    /// A person's data were opened.
    Person,
    /// An entry in a register of civil status was opened.
    RegisterEntry,
    /// Somebody was looked up by identity number.
    IdentityNumber,
    /// A list left the program as a file.
    Export,
    /// The access log itself was read.
    AccessLog,
}

impl Reading {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dossier => "read_dossier",
            Self::Paper => "read_paper",
            Self::Person => "read_person",
            Self::RegisterEntry => "read_register_entry",
            Self::IdentityNumber => "search_by_identity_number",
            Self::Export => "export",
            Self::AccessLog => "read_access_log",
        }
    }
}

/// One reading to note.
#[derive(Debug, Clone)]
pub struct NoteReading {
    /// What was done.
    pub reading: Reading,
    /// What kind of thing it was (`dossier`, `paper`, `party`, `list`, …).
    pub subject_kind: &'static str,
    /// Which one; never an identity number: for a search its salted digest.
    pub subject_id: String,
    /// The unit whose data it is.
    pub unit: UnitId,
    /// The citizen whose data it is, where known.
    pub about: Option<PartyId>,
    /// Whether it was part of the reader's own work.
    pub own_work: bool,
    /// Why, when it was not.
    pub reason: Option<String>,
}

/// Notes a reading; true when a line was written. Nobody is noted for jobs of the program and for citizens.
pub fn note(tx: &mut Tx<'_>, cx: &Cx, note: &NoteReading) -> Result<bool, AppError> {
    let Some(officer) = cx.actor.officer() else {
        return Ok(false);
    };
    let access = access_of(cx, officer, note);
    if is_repeated(tx, cx, &access)? {
        return Ok(false);
    }
    access_log::insert(tx, &access)?;
    Ok(true)
}

/// The reading, when it is still to be noted: nothing for whoever is never noted, and within the hour.
pub fn unless_noted(tx: &mut Tx<'_>, cx: &Cx, note: NoteReading) -> Result<Option<NoteReading>, AppError> {
    let Some(officer) = cx.actor.officer() else {
        return Ok(None);
    };
    let access = access_of(cx, officer, &note);
    Ok((!is_repeated(tx, cx, &access)?).then_some(note))
}

/// Whether the same post did the same within the hour. An export is a new file each time, and a reason is always kept.
fn is_repeated(tx: &mut Tx<'_>, cx: &Cx, access: &Access) -> Result<bool, AppError> {
    if access.action == Reading::Export.as_str() || access.reason.is_some() {
        return Ok(false);
    }
    let since = Timestamp::from_second(cx.now().as_second() - QUIET_SECONDS).unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(access_log::seen_since(tx, access, since)?)
}

fn access_of(cx: &Cx, officer: &Officer, note: &NoteReading) -> Access {
    Access {
        id: cx.new_id(),
        at: cx.now(),
        account: officer.account,
        person: officer.person,
        post: officer.post,
        unit: officer.unit.clone(),
        space: officer.space,
        action: note.reading.as_str().to_owned(),
        subject_kind: note.subject_kind.to_owned(),
        subject_id: note.subject_id.clone(),
        subject_unit: note.unit.clone(),
        about: note.about,
        own_work: note.own_work,
        reason: note
            .reason
            .as_deref()
            .map(|text| text.trim().chars().take(500).collect()),
    }
}

/// A page of at most `limit` readings of a unit's data, newest first, in the inspector's own space.
pub fn accesses_of_unit(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    filter: &AccessFilter,
    limit: u16,
) -> Result<Vec<AccessLine>, AppError> {
    if !cx.actor.may(Right::ReadStaff, unit) {
        return Err(AppError::NotFound("unit"));
    }
    cx.actor.must(Right::ReadAccessLog, unit)?;
    let space = cx.actor.space().ok_or(AppError::NotFound("unit"))?;
    Ok(access_log::of_unit(tx, unit, space, filter, i64::from(limit))?)
}

/// The last readings of one thing of a unit, for the inspector.
pub fn accesses_of_subject(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    kind: &str,
    id: &str,
) -> Result<Vec<AccessLine>, AppError> {
    cx.actor.must(Right::ReadAccessLog, unit)?;
    let mut lines = access_log::of_subject(tx, kind, id, 200)?;
    lines.retain(|line| line.access.subject_unit == *unit && cx.actor.is_of_space(line.access.space));
    Ok(lines)
}

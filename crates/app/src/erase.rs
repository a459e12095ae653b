//! Erasure by decision: what is said of a person in a dossier that has ended is destroyed, and the trail says so.
//!
//! It is run on the machine by whoever keeps the node (`townhall erase`), never from a page: nobody who works with
//! dossiers can make one disappear. What goes: names, numbers and addresses of people, the form, papers, what was
//! written on slips, in records and in the result, bodies and salts of all facts of the dossier, and the files that
//! nothing else refers to. The unit's record of the person goes with the last dossier that names it. What stays:
//! code, procedure, days, states, amounts and numbers, so that figures and gapless books hold, and the register
//! books, which the law keeps for ever. The log is not touched: its leaves tell nothing, and all other proofs hold.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use townhall_domain::dossier::{Applicant, Claims, Dossier, State};
use townhall_domain::erasure::Decision;
use townhall_domain::ids::{DossierId, PartyId};
use townhall_store::erasure::{self, ERASED_TEXT};
use townhall_store::files::Files;
use townhall_store::{Db, StoreError, Tx, dossiers, journal, leases};

use crate::actor::Actor;
use crate::cx::Cx;
use crate::dossier::own_words;
use crate::error::AppError;
use crate::record::{Subject, record};

/// A dossier to erase, and the decision that says so.
#[derive(Debug, Clone)]
pub struct EraseDossier {
    /// Code of the dossier.
    pub code: String,
    /// The decision.
    pub decision: Decision,
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The dossier.
    pub dossier: DossierId,
    /// Facts that lost body and salt.
    pub facts: u64,
    /// Whether the unit's record of the person went, too.
    pub person: bool,
    /// Files of the papers; those that nothing else refers to are to be removed ([`remove_files`]).
    pub files: BTreeSet<String>,
}

/// Erases a dossier that has ended.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such dossier or a person asks; [`AppError::Refused`] when it is still
/// worked on or was erased before.
pub fn erase_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &EraseDossier) -> Result<Erased, AppError> {
    // No officer and no token holds this: see the module.
    if !matches!(cx.actor, Actor::System { .. }) {
        return Err(AppError::NotFound("dossier"));
    }
    let found = dossiers::by_code(tx, cmd.code.trim())?.ok_or(AppError::NotFound("dossier"))?;
    let mut dossier = dossiers::lock(tx, found.id)?.ok_or(AppError::NotFound("dossier"))?;
    crate::dossier::must_be_whole(&dossier)?;
    if dossier.is_open() || dossier.state == State::Resolved {
        return Err(AppError::refused("erase-refused-not-ended"));
    }
    let id = dossier.id;
    let files = erasure::files_of_dossier(tx, id)?;
    let parties: BTreeSet<PartyId> = [Some(&dossier.applicant), dossier.submitter.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|person| person.party)
        .collect();
    empty(&mut dossier, cx.now())?;
    let shown = dossier.version;
    if !dossiers::save(tx, &mut dossier)? {
        let stored = dossier.version;
        return Err(AppError::Conflict { shown, stored });
    }
    dossiers::index_again(tx, &dossier, &own_words(&dossier))?;
    erasure::destroy_parts(tx, id)?;
    let mut person = false;
    for party in parties {
        if !erasure::is_party_named(tx, party)? {
            erasure::destroy_party(tx, party)?;
            tell(tx, cx, &Subject::party(party, &dossier.unit), &cmd.decision)?;
            person = true;
        }
    }
    let facts = tell(
        tx,
        cx,
        &Subject::dossier(id, &dossier.unit, dossier.space),
        &cmd.decision,
    )?;
    Ok(Erased {
        dossier: id,
        facts,
        person,
        files,
    })
}

/// Takes everything out of the row that speaks of people.
fn empty(dossier: &mut Dossier, now: Timestamp) -> Result<(), AppError> {
    // A secret that nobody has: the receipt opens nothing any more.
    let mut secret = [0_u8; 16];
    getrandom::fill(&mut secret).map_err(StoreError::from)?;
    dossier.applicant = Applicant {
        party: None,
        kind: dossier.applicant.kind,
        name: ERASED_TEXT.to_owned(),
        id_number: None,
        born_on: None,
        phone: None,
        email: None,
        address: None,
        messages: None,
    };
    dossier.submitter = None;
    dossier.support_place = None;
    dossier.claims = Claims::default();
    dossier.form = json!({});
    ERASED_TEXT.clone_into(&mut dossier.subject);
    dossier.receipt_secret = hex::encode(secret);
    dossier.erased_at = Some(now);
    Ok(())
}

/// Records who decided, and destroys body and salt of every fact before.
fn tell(tx: &mut Tx<'_>, cx: &Cx, subject: &Subject<'_>, decision: &Decision) -> Result<u64, AppError> {
    let mut body = journal::erasure(tx, subject.kind, &subject.id)?;
    if let Value::Object(body) = &mut body {
        body.insert(
            "decision".to_owned(),
            json!({
                "number": decision.number,
                "on": decision.on.to_string(),
                "authority": decision.authority,
                "reason": decision.reason.as_str(),
            }),
        );
    }
    let version = record(tx, cx, subject, journal::ERASED, body)?;
    Ok(journal::erase_facts(tx, subject.kind, &subject.id, version)?)
}

/// What became of files that nothing may refer to any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Removed now.
    pub removed: usize,
    /// Kept, because something else refers to the same content.
    pub shared: usize,
    /// Left to the daily sweep: they came in within the hour, or a backup copies files just now.
    pub later: usize,
}

/// How old a file must be to be removed at once: a younger one may belong to a command that has not committed yet.
const YOUNG: Duration = Duration::from_hours(1);
/// How long a process may hold the files for itself.
const LEASE_MS: i64 = 10 * 60 * 1_000;

/// Removes those of these files that nothing refers to. Call it after the erasure has been committed.
///
/// # Errors
/// When the database or the directory fails; the daily sweep then removes them.
pub fn remove_files(
    db: &Db,
    files: &Files,
    hashes: &BTreeSet<String>,
    holder: &str,
    now: Timestamp,
) -> Result<Removed, StoreError> {
    let mut done = Removed::default();
    if hashes.is_empty() {
        return Ok(done);
    }
    let until = Timestamp::from_millisecond(now.as_millisecond() + LEASE_MS).unwrap_or(now);
    let name = holder.to_owned();
    let free = db.write_blocking("erase_lease", move |tx| {
        leases::take(tx, leases::SWEEP, &name, now, until)
    })?;
    if !free {
        done.later = hashes.len();
        return Ok(done);
    }
    let mut removing = || {
        let in_use = db.read_blocking("files_in_use", erasure::files_in_use)?;
        for hash in hashes {
            if in_use.contains(hash) {
                done.shared += 1;
            } else if files.remove(hash, YOUNG)? {
                done.removed += 1;
            } else {
                done.later += 1;
            }
        }
        Ok(done)
    };
    let outcome = (removing)();
    let name = holder.to_owned();
    db.write_blocking("erase_lease", move |tx| {
        leases::give_back(tx, leases::SWEEP, &name)
    })?;
    outcome
}

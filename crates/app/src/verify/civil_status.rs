//! Registers of civil status: every entry says what its first wording and its notes make, is found by what it says,
//! and has the number that the result of its dossier was issued with.

use townhall_domain::civil_status::current;
use townhall_store::civil_status::{self, Entry};
use townhall_store::{StoreError, dossiers};

use super::Verifying;
use crate::civil_status::words_of;

const PAGE: u32 = 500;

pub(super) fn check(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = civil_status::after(v.tx, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for entry in &page {
            entry_is_whole(v, entry)?;
        }
    }
}

fn entry_is_whole(v: &mut Verifying<'_, '_>, entry: &Entry) -> Result<(), StoreError> {
    let name = format!(
        "entry {} of the register of {} of {}",
        entry.symbol,
        entry.book.as_str(),
        entry.unit
    );
    let notes = civil_status::notes(v.tx, entry.id)?;
    let numbered = notes
        .iter()
        .zip(1_i64..)
        .all(|(note, place)| note.number == place);
    if !numbered || i64::try_from(notes.len()) != Ok(entry.notes) {
        v.found(format!("{name} has lost a note of change or has one too many"));
    }
    if current(&entry.first, notes.iter().map(|note| &note.change)) != entry.present {
        v.found(format!("{name} does not say what its notes made of it"));
    }
    if civil_status::stored_summary(v.tx, entry.id)? != Some(entry.summary()) {
        v.found(format!("{name} is listed under something else than it says"));
    }
    if civil_status::words_of(v.tx, entry.id)? != words_of(entry) {
        v.found(format!("{name} cannot be found by what it says"));
    }
    let issued = dossiers::result(v.tx, entry.dossier)?;
    let numbers = issued.map(|result| (result.book, result.year, result.number));
    let own = (
        Some(entry.book.as_str().to_owned()),
        Some(entry.year),
        Some(entry.number),
    );
    if numbers != Some(own) {
        v.found(format!(
            "{name} has another number than the result of its dossier"
        ));
    }
    Ok(())
}

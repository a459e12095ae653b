//! Citizens and bodies known to a unit, so that nobody is asked twice for the same data.

use jiff::Timestamp;
use townhall_domain::dossier::{Applicant, ApplicantKind};
use townhall_domain::ids::{PartyId, UnitId};

use crate::dossiers::word;
use crate::value::Row;
use crate::{StoreError, Tx, params};

/// Finds a person of this unit by identity number.
pub fn by_number(tx: &mut Tx<'_>, unit: &UnitId, id_number: &str) -> Result<Option<Applicant>, StoreError> {
    let row = tx.one(
        "SELECT * FROM parties WHERE unit = $1 AND id_number = $2",
        &params![unit, id_number],
    )?;
    row.as_ref().map(read).transpose()
}

/// Keeps what was stated last about a person, new or known; returns the identity of the record.
pub fn upsert(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    fresh: PartyId,
    party: &Applicant,
    at: Timestamp,
) -> Result<PartyId, StoreError> {
    let row = tx.one(
        "INSERT INTO parties (id, unit, kind, name, name_key, id_number, born_on, phone, email, address, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)
         ON CONFLICT (unit, id_number) DO UPDATE SET kind = excluded.kind, name = excluded.name, name_key = excluded.name_key,
           born_on = COALESCE(excluded.born_on, parties.born_on), phone = COALESCE(excluded.phone, parties.phone),
           email = COALESCE(excluded.email, parties.email), address = COALESCE(excluded.address, parties.address),
           updated_at = excluded.updated_at, version = parties.version + 1
         RETURNING id",
        &params![
            fresh,
            unit,
            party.kind.as_str(),
            &party.name,
            townhall_text::name_sort_key(&party.name),
            party.id_number.clone(),
            party.born_on,
            party.phone.clone(),
            party.email.clone(),
            party.address.clone(),
            at,
        ],
    )?;
    row.map_or(
        Err(StoreError::Lost("a party returned no row".to_owned())),
        |row| row.get("id"),
    )
}

fn read(row: &Row) -> Result<Applicant, StoreError> {
    Ok(Applicant {
        party: Some(row.get("id")?),
        kind: word(row, "kind", ApplicantKind::parse)?,
        name: row.get("name")?,
        id_number: row.get("id_number")?,
        born_on: row.get("born_on")?,
        phone: row.get("phone")?,
        email: row.get("email")?,
        address: row.get("address")?,
        messages: None,
    })
}

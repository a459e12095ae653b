//! The daily comparison: what this node believes that the portal knows, and what differed.

use jiff::Timestamp;
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::portal::Difference;

use super::among;
use crate::dossiers::word;
use crate::value::Row;
use crate::{StoreError, Tx, params};

/// What differed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The dossier code.
    pub code: String,
    /// The unit, when the dossier is here.
    pub unit: Option<UnitId>,
    /// The dossier, when it is here.
    pub dossier: Option<DossierId>,
    /// What differs.
    pub kind: Difference,
    /// The state that the portal had confirmed here.
    pub here: Option<i64>,
    /// The state that the portal shows.
    pub there: Option<i64>,
    /// The number of that state.
    pub there_number: Option<i64>,
    /// When it was found.
    pub found_at: Timestamp,
}

/// A dossier of the portal's as this node knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The dossier code.
    pub code: String,
    /// The dossier.
    pub dossier: DossierId,
    /// Its unit.
    pub unit: Option<UnitId>,
    /// Number of the last state that the portal confirmed; 0 for none.
    pub number: i64,
    /// That state; 1 for none.
    pub state: i64,
}

/// A page of the portal's dossiers that are here and that the portal knows to be here, by code.
pub fn known(tx: &mut Tx<'_>, after: &str, limit: u32) -> Result<Vec<Known>, StoreError> {
    tx.each(
        "SELECT p.code AS code, p.dossier AS dossier, p.unit AS unit, s.number AS number, s.state AS state
           FROM portal_dossiers p LEFT JOIN portal_states s ON s.dossier = p.dossier AND s.number =
                (SELECT MAX(c.number) FROM portal_states c WHERE c.dossier = p.dossier AND c.status = 'confirmed')
          WHERE p.code > $1 AND p.state = 'confirmed' AND p.dossier IS NOT NULL ORDER BY p.code LIMIT $2",
        &params![after, limit], |row| {
        Ok(Known {
            code: row.get("code")?,
            dossier: row.get("dossier")?,
            unit: row.get("unit")?,
            number: row.get::<Option<i64>>("number")?.unwrap_or(0),
            state: row.get::<Option<i64>>("state")?.unwrap_or(1),
        })
    })
}

/// Forgets what the comparison before found.
pub fn clear_differences(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM portal_differences", &[])?;
    Ok(())
}

/// Notes a difference.
pub fn insert_difference(tx: &mut Tx<'_>, new: &Compared) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO portal_differences (code, unit, dossier, kind, here, there, there_number, found_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (code) DO NOTHING",
        &params![
            &new.code,
            new.unit.as_ref(),
            new.dossier,
            new.kind.as_str(),
            new.here,
            new.there,
            new.there_number,
            new.found_at,
        ],
    )?;
    Ok(())
}

/// The differences, by code; of these units, or all with `None`.
pub fn differences(
    tx: &mut Tx<'_>,
    units: Option<&[UnitId]>,
    limit: u32,
) -> Result<Vec<Compared>, StoreError> {
    let mut values = Vec::new();
    let Some(narrowed) = among("unit", units, &mut values) else {
        return Ok(Vec::new());
    };
    values.push(limit.into());
    let sql = format!(
        "SELECT * FROM portal_differences WHERE 1 = 1{narrowed} ORDER BY code LIMIT ${}",
        values.len()
    );
    tx.each(&sql, &values, compared)
}

/// The difference of one code.
pub fn difference(tx: &mut Tx<'_>, code: &str) -> Result<Option<Compared>, StoreError> {
    tx.one("SELECT * FROM portal_differences WHERE code = $1", &params![code])?
        .as_ref()
        .map(compared)
        .transpose()
}

fn compared(row: &Row) -> Result<Compared, StoreError> {
    Ok(Compared {
        code: row.get("code")?,
        unit: row.get("unit")?,
        dossier: row.get("dossier")?,
        kind: word(row, "kind", Difference::parse)?,
        here: row.get("here")?,
        there: row.get("there")?,
        there_number: row.get("there_number")?,
        found_at: row.get("found_at")?,
    })
}

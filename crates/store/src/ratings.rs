//! What citizens said about the service of a dossier: one row a dossier, once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::rating::{Grade, Rating};

use crate::dossiers::word;
use crate::value::Row;
use crate::{StoreError, Tx, params};

/// Keeps a rating; a second one is refused by the key.
pub fn insert(tx: &mut Tx<'_>, dossier: DossierId, rating: &Rating) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO dossier_ratings (dossier, level, reason, at, place) VALUES ($1, $2, $3, $4, $5)",
        &params![
            dossier,
            rating.grade.as_str(),
            rating.remark.clone(),
            rating.at,
            rating.place.as_str()
        ],
    )?;
    Ok(())
}

/// The rating of a dossier.
pub fn load(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Option<Rating>, StoreError> {
    let row = tx.one(
        "SELECT level, reason, at, place FROM dossier_ratings WHERE dossier = $1",
        &params![dossier],
    )?;
    row.as_ref().map(rating_of).transpose()
}

/// How many of a unit's dossiers got each grade, of those rated in a span of time (its end not included).
pub fn count(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    from: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<Grade, i64>, StoreError> {
    let rows = tx.rows(
        "SELECT r.level AS level, COUNT(*) AS found FROM dossier_ratings r JOIN dossiers d ON d.id = r.dossier
         WHERE d.unit = $1 AND d.space = 'state' AND r.at >= $2 AND r.at < $3 GROUP BY r.level",
        &params![unit, from, until],
    )?;
    rows.iter()
        .map(|row| Ok((word(row, "level", Grade::parse)?, row.get("found")?)))
        .collect()
}

fn rating_of(row: &Row) -> Result<Rating, StoreError> {
    Ok(Rating {
        grade: word(row, "level", Grade::parse)?,
        remark: row.get("reason")?,
        at: row.get("at")?,
        place: word(row, "place", townhall_domain::rating::Place::parse)?,
    })
}

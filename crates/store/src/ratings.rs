//! What citizens said about the service of a dossier: one row a dossier, once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::rating::{Grade, Rating};
use townhall_domain::space::Space;

use crate::dossiers::word;
use crate::value::{Row, Value};
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

/// How many dossiers of these units got each grade, of those rated in a span of time (its end not included).
pub fn count(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    space: Space,
    from: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<Grade, i64>, StoreError> {
    if units.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (of_units, mut values) = of_units(units);
    values.extend(params![space, from, until]);
    let next = units.len();
    let sql = format!(
        "SELECT r.level AS level, COUNT(*) AS found FROM dossier_ratings r CROSS JOIN dossiers d
         WHERE d.id = r.dossier AND {of_units} AND d.space = ${} AND r.at >= ${} AND r.at < ${} GROUP BY r.level",
        next + 1,
        next + 2,
        next + 3
    );
    let found = tx.each(&sql, &values, |row| {
        Ok((word(row, "level", Grade::parse)?, row.get("found")?))
    })?;
    Ok(found.into_iter().collect())
}

fn of_units(units: &[UnitId]) -> (String, Vec<Value>) {
    let marks: Vec<String> = (1..=units.len()).map(|place| format!("${place}")).collect();
    (
        format!("d.unit IN ({})", marks.join(", ")),
        units.iter().map(Value::from).collect(),
    )
}

/// A rated dossier, for a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// The dossier.
    pub dossier: DossierId,
    /// Its code.
    pub code: String,
    /// Its competent unit.
    pub unit: UnitId,
    /// Its procedure.
    pub procedure: String,
    /// What the citizen said.
    pub rating: Rating,
}

/// Which ratings a list holds.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Competent units.
    pub units: &'a [UnitId],
    /// Space.
    pub space: Space,
    /// Said at this instant or later.
    pub from: Timestamp,
    /// Said before this instant.
    pub until: Timestamp,
    /// Only this grade.
    pub grade: Option<Grade>,
    /// Continue after this one.
    pub after: Option<(Timestamp, DossierId)>,
    /// Most rows.
    pub limit: usize,
}

/// Ratings, newest first.
pub fn list(tx: &mut Tx<'_>, wanted: &Wanted<'_>) -> Result<Vec<Rated>, StoreError> {
    if wanted.units.is_empty() {
        return Ok(Vec::new());
    }
    let (of_units, mut values) = of_units(wanted.units);
    let mut sql = format!(
        "SELECT d.id AS id, d.code AS code, d.unit AS unit, d.procedure_code AS procedure_code, r.level AS level, r.reason AS reason,
                r.at AS at, r.place AS place
           FROM dossier_ratings r CROSS JOIN dossiers d WHERE d.id = r.dossier AND {of_units}"
    );
    let mut and = |clause: &str, value: Value| {
        values.push(value);
        sql.push_str(&clause.replace('?', &format!("${}", values.len())));
    };
    and(" AND d.space = ?", wanted.space.into());
    and(" AND r.at >= ?", wanted.from.into());
    and(" AND r.at < ?", wanted.until.into());
    if let Some(grade) = wanted.grade {
        and(" AND r.level = ?", grade.as_str().into());
    }
    if let Some((at, dossier)) = wanted.after {
        // One number twice: SQLite counts parameters by their first use.
        and(" AND (r.at < ? OR (r.at = ?", at.into());
        and(" AND d.id < ?))", dossier.into());
    }
    let limit = i64::try_from(wanted.limit).unwrap_or(i64::MAX);
    and(" ORDER BY r.at DESC, d.id DESC LIMIT ?", Value::Int(limit));
    tx.each(&sql, &values, |row| {
        Ok(Rated {
            dossier: row.get("id")?,
            code: row.get("code")?,
            unit: row.get("unit")?,
            procedure: row.get("procedure_code")?,
            rating: rating_of(row)?,
        })
    })
}

fn rating_of(row: &Row) -> Result<Rating, StoreError> {
    Ok(Rating {
        grade: word(row, "level", Grade::parse)?,
        remark: row.get("reason")?,
        at: row.get("at")?,
        place: word(row, "place", townhall_domain::rating::Place::parse)?,
    })
}

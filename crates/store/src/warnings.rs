//! Bells before a deadline: planned when the deadline is set, found through an index when their time has come.

use std::collections::BTreeMap;

use jiff::Timestamp;
use townhall_domain::deadline::{Warning, WarningKind};
use townhall_domain::ids::{DossierId, PostId, UnitId};
use townhall_domain::permission::Role;
use townhall_domain::space::Space;

use crate::dossiers::{BY_DUE, applicant_name, name_of_applicant, word};
use crate::params;
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// Puts the bells of a dossier in the place of those that were planned before.
pub fn plan(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    unit: &UnitId,
    space: Space,
    warnings: &[Warning],
) -> Result<(), StoreError> {
    forget(tx, dossier)?;
    let rows: Vec<Vec<Value>> = warnings
        .iter()
        .map(|warning| params![warning.kind.as_str(), warning.at].to_vec())
        .collect();
    tx.insert_rows(
        "INSERT INTO dossier_warnings (dossier, unit, space, is_raised, kind, at) VALUES",
        &params![dossier, unit, space, false],
        &rows,
        "",
    )
}

/// Forgets the bells of a dossier.
pub fn forget(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM dossier_warnings WHERE dossier = $1",
        &params![dossier],
    )?;
    Ok(())
}

/// The next bells whose time has come and that have not rung, earliest first.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<(DossierId, WarningKind)>, StoreError> {
    tx.each(
        "SELECT dossier, kind FROM dossier_warnings WHERE is_raised = 0 AND at <= $1 ORDER BY at, dossier LIMIT $2",
        &params![now, limit], |row| Ok((row.get("dossier")?, word(row, "kind", WarningKind::parse)?)))
}

/// Rings a bell, once: false when it has rung.
pub fn raise(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    kind: WarningKind,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE dossier_warnings SET is_raised = 1, raised_at = $1 WHERE dossier = $2 AND kind = $3 AND is_raised = 0",
        &params![at, dossier, kind.as_str()],
    )?;
    Ok(changed == 1)
}

/// The last bell that rang for each of these dossiers.
///
/// The rows are found by the dossiers and by nothing else: asked for in an order, or for those that rang, `SQLite`
/// reads every bell of the node instead.
pub fn latest(
    tx: &mut Tx<'_>,
    dossiers: &[DossierId],
) -> Result<BTreeMap<DossierId, WarningKind>, StoreError> {
    let mut rang: Vec<(i64, String, DossierId)> = Vec::new();
    for some in dossiers.chunks(200) {
        let marks: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT dossier, kind, at, is_raised FROM dossier_warnings WHERE dossier IN ({})",
            marks.join(", ")
        );
        let values: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        for row in tx.rows(&sql, &values)? {
            if row.get("is_raised")? {
                rang.push((row.get("at")?, row.get("kind")?, row.get("dossier")?));
            }
        }
    }
    rang.sort();
    let known = |kind: String| {
        WarningKind::parse(&kind).ok_or(StoreError::Unknown {
            what: "kind",
            value: kind,
        })
    };
    rang.into_iter()
        .map(|(_, kind, dossier)| Ok((dossier, known(kind)?)))
        .collect()
}

/// A bell that rang for an open dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// The dossier.
    pub dossier: DossierId,
    /// Its code.
    pub code: String,
    /// Subject in one line, as it is stored: Vietnamese.
    pub subject: String,
    /// Its procedure, for whoever reads in another language.
    pub procedure: String,
    /// Whose it is.
    pub applicant_name: String,
    /// Which bell.
    pub kind: WarningKind,
    /// When its time had come.
    pub at: Timestamp,
    /// When the dossier is due.
    pub due_at: Timestamp,
    /// The post that holds it.
    pub post: Option<PostId>,
}

/// A dossier has at most so many bells.
const BELLS: usize = 4;

/// The bells that rang for a unit's open dossiers, what is due first before the rest: of those that a post or one of
/// its roles holds, or of all. Only the last bell of a dossier is told; at most `limit` dossiers.
///
/// The dossiers are walked by their due time, and their bells looked up: the cost is that of `limit` dossiers,
/// however many bells have rung in the unit.
pub fn rung(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
    of: Option<(PostId, &[Role])>,
    limit: usize,
) -> Result<Vec<Rung>, StoreError> {
    let held: Vec<Option<(&str, Value)>> = match of {
        None => vec![None],
        Some((post, roles)) => std::iter::once(Some(("holder_post", post.into())))
            .chain(
                roles
                    .iter()
                    .map(|role| Some(("holder_role", role.as_str().into()))),
            )
            .collect(),
    };
    let most = Value::Int(i64::try_from(limit.saturating_mul(BELLS)).unwrap_or(200));
    let mut found: Vec<Rung> = Vec::new();
    for held in held {
        let mut values = params![unit, space].to_vec();
        let narrowed = held.map_or_else(String::new, |(column, value)| {
            values.push(value);
            format!(" AND d.{column} = $3")
        });
        values.push(most.clone());
        // CROSS JOIN is the same in meaning and keeps SQLite from beginning with the bells.
        let sql = format!(
            "SELECT d.id AS dossier, w.kind AS kind, w.at AS at, d.code AS code, d.subject AS subject, d.due_at AS due_at,
                    d.procedure_code AS procedure, d.holder_post AS holder_post, {}
               FROM dossiers d CROSS JOIN dossier_warnings w
              WHERE d.unit = $1 AND d.space = $2{narrowed} AND d.is_open = 1 AND d.state <> 9
                AND d.due_at IS NOT NULL AND d.paused_at IS NULL AND w.dossier = d.id AND w.is_raised = 1
              ORDER BY {}, d.id LIMIT ${}",
            applicant_name!(),
            if of.is_some() { "d.due_at" } else { BY_DUE },
            values.len()
        );
        found.extend(tx.each(&sql, &values, read)?);
    }
    found.sort_by_key(|rung| (rung.due_at, rung.dossier, std::cmp::Reverse(rung.at)));
    found.dedup_by_key(|rung| rung.dossier);
    found.truncate(limit);
    Ok(found)
}

fn read(row: &Row) -> Result<Rung, StoreError> {
    Ok(Rung {
        dossier: row.get("dossier")?,
        code: row.get("code")?,
        subject: row.get("subject")?,
        procedure: row.get("procedure")?,
        applicant_name: name_of_applicant(row)?,
        kind: word(row, "kind", WarningKind::parse)?,
        at: row.get("at")?,
        due_at: row.get("due_at")?,
        post: row.get("holder_post")?,
    })
}

//! Bells before the deadline of a member that an organisation outside decides: the same four as of a dossier. They are
//! forgotten when the member ends, so that the table stays as short as the work outside.

use std::collections::BTreeMap;

use jiff::Timestamp;
use townhall_domain::deadline::{Warning, WarningKind};
use townhall_domain::ids::{DossierId, PostId, UnitId};
use townhall_domain::permission::Role;
use townhall_domain::space::Space;

use crate::dossiers::word;
use crate::params;
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// Puts the bells of a member in the place of those that were planned before.
pub fn plan_warnings(
    tx: &mut Tx<'_>,
    parent: DossierId,
    position: i64,
    unit: &UnitId,
    space: Space,
    warnings: &[Warning],
) -> Result<(), StoreError> {
    forget_warnings(tx, parent, position)?;
    for warning in warnings {
        tx.execute(
            "INSERT INTO member_warnings (parent, position, kind, unit, space, at, is_raised) VALUES ($1, $2, $3, $4, $5, $6, 0)",
            &params![parent, position, warning.kind.as_str(), unit, space, warning.at],
        )?;
    }
    Ok(())
}

/// Forgets the bells of a member.
pub fn forget_warnings(tx: &mut Tx<'_>, parent: DossierId, position: i64) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM member_warnings WHERE parent = $1 AND position = $2",
        &params![parent, position],
    )?;
    Ok(())
}

/// The next bells whose time has come and that have not rung, earliest first: dossier, member, which bell.
pub fn due_warnings(
    tx: &mut Tx<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(DossierId, i64, WarningKind)>, StoreError> {
    tx.each(
        "SELECT parent, position, kind FROM member_warnings WHERE is_raised = 0 AND at <= $1
          ORDER BY at, parent, position LIMIT $2",
        &params![now, limit],
        |row| {
            let kind = word(row, "kind", WarningKind::parse)?;
            Ok((row.get("parent")?, row.get("position")?, kind))
        },
    )
}

/// Rings a bell, once: false when it has rung.
pub fn raise_warning(
    tx: &mut Tx<'_>,
    (parent, position, kind): (DossierId, i64, WarningKind),
    at: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE member_warnings SET is_raised = 1, raised_at = $1
          WHERE parent = $2 AND position = $3 AND kind = $4 AND is_raised = 0",
        &params![at, parent, position, kind.as_str()],
    )?;
    Ok(changed == 1)
}

/// The last bell that rang for each member of a dossier, by its place.
pub fn latest_warnings(tx: &mut Tx<'_>, parent: DossierId) -> Result<BTreeMap<i64, WarningKind>, StoreError> {
    let found = tx.each(
        "SELECT position, kind FROM member_warnings WHERE parent = $1 AND is_raised = 1 ORDER BY at, kind",
        &params![parent],
        |row| Ok((row.get("position")?, word(row, "kind", WarningKind::parse)?)),
    )?;
    Ok(found.into_iter().collect())
}

/// A bell that rang for a member at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// The joined-up dossier.
    pub parent: DossierId,
    /// Its code.
    pub code: String,
    /// Code of its procedure.
    pub procedure: String,
    /// Version of its procedure.
    pub procedure_version: i64,
    /// Place of the member.
    pub position: i64,
    /// Id of the part in that version.
    pub leg: String,
    /// Which bell.
    pub kind: WarningKind,
    /// When its time had come.
    pub at: Timestamp,
    /// When the member is due.
    pub due_at: Timestamp,
}

/// The bells that rang for members outside of a unit's joined-up dossiers, what is due first before the rest: of those
/// that a post or one of its roles holds, or of all. Only the last bell of a member is told; at most `limit` members.
pub fn rung_warnings(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
    of: Option<(PostId, &[Role])>,
    limit: usize,
) -> Result<Vec<Rung>, StoreError> {
    let mut values = params![unit, space].to_vec();
    let mut held = String::new();
    if let Some((post, roles)) = of {
        values.push(post.into());
        let mut marks = Vec::new();
        for role in roles {
            values.push(role.as_str().into());
            marks.push(format!("${}", values.len()));
        }
        held = if marks.is_empty() {
            " AND d.holder_post = $3".to_owned()
        } else {
            format!(
                " AND (d.holder_post = $3 OR d.holder_role IN ({}))",
                marks.join(", ")
            )
        };
    }
    values.push(Value::Int(i64::try_from(limit.saturating_mul(4)).unwrap_or(200)));
    let sql = format!(
        "SELECT w.parent AS parent, w.position AS position, w.kind AS kind, w.at AS at, m.leg AS leg, m.due_at AS due_at,
                d.code AS code, d.procedure_code AS procedure, d.procedure_version AS procedure_version
           FROM member_warnings w
           JOIN joined_members m ON m.parent = w.parent AND m.position = w.position
           JOIN dossiers d ON d.id = w.parent
          WHERE w.unit = $1 AND w.space = $2 AND w.is_raised = 1 AND m.state = 'at_work' AND m.wait_until IS NULL
            AND m.due_at IS NOT NULL AND d.is_open = 1{held}
          ORDER BY m.due_at, w.parent, w.position, w.at DESC LIMIT ${}",
        values.len()
    );
    let mut found: Vec<Rung> = Vec::new();
    for row in tx.rows(&sql, &values)? {
        let rung = read(&row)?;
        let is_told = |other: &Rung| (other.parent, other.position) == (rung.parent, rung.position);
        if found.len() < limit && !found.iter().any(is_told) {
            found.push(rung);
        }
    }
    Ok(found)
}

/// The last bell that rang for a member at work of each of these joined-up dossiers.
pub fn latest_of_parents(
    tx: &mut Tx<'_>,
    parents: &[DossierId],
) -> Result<BTreeMap<DossierId, WarningKind>, StoreError> {
    let mut latest = BTreeMap::new();
    for some in parents.chunks(200) {
        let marks: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT w.parent AS parent, w.kind AS kind FROM member_warnings w
               JOIN joined_members m ON m.parent = w.parent AND m.position = w.position
              WHERE w.parent IN ({}) AND w.is_raised = 1 AND m.state = 'at_work' AND m.wait_until IS NULL
                AND m.due_at IS NOT NULL
              ORDER BY w.at, w.kind",
            marks.join(", ")
        );
        let values: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        for row in tx.rows(&sql, &values)? {
            latest.insert(row.get("parent")?, word(&row, "kind", WarningKind::parse)?);
        }
    }
    Ok(latest)
}

fn read(row: &Row) -> Result<Rung, StoreError> {
    Ok(Rung {
        parent: row.get("parent")?,
        code: row.get("code")?,
        procedure: row.get("procedure")?,
        procedure_version: row.get("procedure_version")?,
        position: row.get("position")?,
        leg: row.get("leg")?,
        kind: word(row, "kind", WarningKind::parse)?,
        at: row.get("at")?,
        due_at: row.get("due_at")?,
    })
}

//! Who holds posts: mandates, absences, delegations, and the organisation of a unit or a person on a day.

use jiff::civil::Date;
use townhall_domain::ids::{AbsenceId, DelegationId, MandateId};

use super::{
    Absence, AbsenceReason, Delegation, Mandate, MandateKind, Organisation, PersonId, PostId, RightSet, Row,
    StoreError, Tx, UnitId, interval, params, posts_as_of, read_post, unknown,
};

/// Adds a mandate, or saves its new end.
pub fn save_mandate(tx: &mut Tx<'_>, mandate: &Mandate) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mandates (id, post, person, kind, valid_from, valid_until, decision)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET valid_until = excluded.valid_until, decision = excluded.decision",
        &params![
            mandate.id,
            mandate.post,
            mandate.person,
            mandate.kind.as_str(),
            mandate.valid.from(),
            mandate.valid.until(),
            mandate.decision.as_deref(),
        ],
    )?;
    Ok(())
}

/// Adds an absence, or saves its new end and stand-in.
pub fn save_absence(tx: &mut Tx<'_>, absence: &Absence) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO absences (id, post, person, valid_from, valid_until, reason, stand_in)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET valid_until = excluded.valid_until, stand_in = excluded.stand_in",
        &params![
            absence.id,
            absence.post,
            absence.person,
            absence.valid.from(),
            absence.valid.until(),
            absence.reason.as_str(),
            absence.stand_in,
        ],
    )?;
    Ok(())
}

/// Adds a delegation, or saves its new end.
pub fn save_delegation(tx: &mut Tx<'_>, delegation: &Delegation) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO delegations (id, from_post, to_post, rights, valid_from, valid_until, decision)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET valid_until = excluded.valid_until",
        &params![
            delegation.id,
            delegation.from,
            delegation.to,
            delegation.rights.to_words(),
            delegation.valid.from(),
            delegation.valid.until(),
            delegation.decision.as_deref(),
        ],
    )?;
    Ok(())
}

/// All mandates of a post, past and future ones too.
pub fn mandates_of_post(tx: &mut Tx<'_>, post: PostId) -> Result<Vec<Mandate>, StoreError> {
    let sql = "SELECT * FROM mandates WHERE post = $1 ORDER BY valid_from, id";
    tx.each(sql, &params![post], read_mandate)
}

/// All absences from a post, past and future ones too.
pub fn absences_of_post(tx: &mut Tx<'_>, post: PostId) -> Result<Vec<Absence>, StoreError> {
    let sql = "SELECT * FROM absences WHERE post = $1 ORDER BY valid_from, id";
    tx.each(sql, &params![post], read_absence)
}

/// All delegations of a post's rights, past and future ones too.
pub fn delegations_of_post(tx: &mut Tx<'_>, post: PostId) -> Result<Vec<Delegation>, StoreError> {
    let sql = "SELECT * FROM delegations WHERE from_post = $1 ORDER BY valid_from, id";
    tx.each(sql, &params![post], read_delegation)
}

/// A mandate.
pub fn mandate(tx: &mut Tx<'_>, id: MandateId) -> Result<Option<Mandate>, StoreError> {
    tx.one("SELECT * FROM mandates WHERE id = $1", &params![id])?
        .as_ref()
        .map(read_mandate)
        .transpose()
}

/// An absence.
pub fn absence(tx: &mut Tx<'_>, id: AbsenceId) -> Result<Option<Absence>, StoreError> {
    tx.one("SELECT * FROM absences WHERE id = $1", &params![id])?
        .as_ref()
        .map(read_absence)
        .transpose()
}

/// A delegation.
pub fn delegation(tx: &mut Tx<'_>, id: DelegationId) -> Result<Option<Delegation>, StoreError> {
    tx.one("SELECT * FROM delegations WHERE id = $1", &params![id])?
        .as_ref()
        .map(read_delegation)
        .transpose()
}

/// Everything that holds in a unit on a day.
pub fn organisation_as_of(tx: &mut Tx<'_>, unit: &UnitId, day: Date) -> Result<Organisation, StoreError> {
    let of_unit = params![unit, day];
    Ok(Organisation {
        posts: posts_as_of(tx, unit, day)?
            .into_iter()
            .map(|stored| stored.item)
            .collect(),
        mandates: read_all(
            tx,
            "SELECT m.* FROM mandates m JOIN posts s ON s.id = m.post
              WHERE s.unit = $1 AND m.valid_from <= $2 AND (m.valid_until IS NULL OR m.valid_until > $2)",
            &of_unit,
            read_mandate,
        )?,
        absences: read_all(
            tx,
            "SELECT a.* FROM absences a JOIN posts s ON s.id = a.post
              WHERE s.unit = $1 AND a.valid_from <= $2 AND (a.valid_until IS NULL OR a.valid_until > $2)",
            &of_unit,
            read_absence,
        )?,
        delegations: read_all(
            tx,
            "SELECT d.* FROM delegations d JOIN posts s ON s.id = d.from_post
              WHERE s.unit = $1 AND d.valid_from <= $2 AND d.valid_until > $2",
            &of_unit,
            read_delegation,
        )?,
    })
}

/// Everything that says as whom a person may act on a day: own posts, posts stood in for, delegations received.
pub fn organisation_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    day: Date,
) -> Result<Organisation, StoreError> {
    let of_person = params![person, day];
    let mut organisation = Organisation {
        posts: Vec::new(),
        mandates: read_all(
            tx,
            "SELECT * FROM mandates
              WHERE person = $1 AND valid_from <= $2 AND (valid_until IS NULL OR valid_until > $2)
              ORDER BY valid_from, id",
            &of_person,
            read_mandate,
        )?,
        absences: Vec::new(),
        delegations: Vec::new(),
    };
    if organisation.mandates.is_empty() {
        return Ok(organisation);
    }
    organisation.absences = read_all(
        tx,
        "SELECT a.* FROM absences a JOIN mandates m ON m.post = a.stand_in
          WHERE m.person = $1 AND m.valid_from <= $2 AND (m.valid_until IS NULL OR m.valid_until > $2)
            AND a.valid_from <= $2 AND (a.valid_until IS NULL OR a.valid_until > $2)
         UNION
         SELECT a.* FROM absences a JOIN mandates m ON m.post = a.post
          WHERE m.person = $1 AND a.person = $1 AND m.valid_from <= $2
            AND (m.valid_until IS NULL OR m.valid_until > $2)
            AND a.valid_from <= $2 AND (a.valid_until IS NULL OR a.valid_until > $2)",
        &of_person,
        read_absence,
    )?;
    organisation.delegations = read_all(
        tx,
        "SELECT d.* FROM delegations d JOIN mandates m ON m.post = d.to_post
          WHERE m.person = $1 AND m.valid_from <= $2 AND (m.valid_until IS NULL OR m.valid_until > $2)
            AND d.valid_from <= $2 AND d.valid_until > $2
          ORDER BY d.id",
        &of_person,
        read_delegation,
    )?;
    // An absence counts only while the absent person holds the post: his mandates are needed too.
    let absent: Vec<(PostId, PersonId)> = organisation
        .absences
        .iter()
        .map(|absence| (absence.post, absence.person))
        .collect();
    for (post, who) in absent.into_iter().filter(|(_, who)| *who != person) {
        let held = read_all(
            tx,
            "SELECT * FROM mandates WHERE post = $1 AND person = $2 AND valid_from <= $3
                AND (valid_until IS NULL OR valid_until > $3)",
            &params![post, who, day],
            read_mandate,
        )?;
        organisation.mandates.extend(held);
    }
    let mut wanted: Vec<PostId> = organisation.mandates.iter().map(|mandate| mandate.post).collect();
    wanted.extend(organisation.delegations.iter().map(|delegation| delegation.from));
    wanted.sort();
    wanted.dedup();
    for id in wanted {
        if let Some(row) = tx.one(&format!("{} WHERE id = $1", super::POST), &params![id])? {
            organisation.posts.push(read_post(&row)?.item);
        }
    }
    Ok(organisation)
}

fn read_all<T>(
    tx: &mut Tx<'_>,
    sql: &str,
    values: &[crate::Value],
    read: fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    tx.each(sql, values, read)
}

fn read_mandate(row: &Row) -> Result<Mandate, StoreError> {
    let kind: String = row.get("kind")?;
    Ok(Mandate {
        id: row.get("id")?,
        post: row.get("post")?,
        person: row.get("person")?,
        kind: MandateKind::parse(&kind).ok_or_else(|| unknown("mandate kind", &kind))?,
        valid: interval(row)?,
        decision: row.get("decision")?,
    })
}

fn read_absence(row: &Row) -> Result<Absence, StoreError> {
    let reason: String = row.get("reason")?;
    Ok(Absence {
        id: row.get("id")?,
        post: row.get("post")?,
        person: row.get("person")?,
        valid: interval(row)?,
        reason: AbsenceReason::parse(&reason).ok_or_else(|| unknown("absence reason", &reason))?,
        stand_in: row.get("stand_in")?,
    })
}

fn read_delegation(row: &Row) -> Result<Delegation, StoreError> {
    let rights: String = row.get("rights")?;
    Ok(Delegation {
        id: row.get("id")?,
        from: row.get("from_post")?,
        to: row.get("to_post")?,
        rights: RightSet::parse(&rights).ok_or_else(|| unknown("right", &rights))?,
        valid: interval(row)?,
        decision: row.get("decision")?,
    })
}

//! The members of joined-up dossiers.

mod warnings;

use jiff::Timestamp;
use townhall_domain::deadline::Deadline;
use townhall_domain::ids::{DossierId, PersonId, PostId};
use townhall_domain::joined::MemberState;

pub use warnings::{
    Rung as RungMember, due_warnings, forget_warnings, latest_of_parents, latest_warnings, plan_warnings,
    raise_warning, rung_warnings,
};

use crate::dossiers::word;
use crate::value::Row;
use crate::{StoreError, Tx, params};

/// A member as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The joined-up dossier.
    pub parent: DossierId,
    /// Place in the order of the procedure, from 0.
    pub position: i64,
    /// Id of the part in the version of the parent's procedure.
    pub leg: String,
    /// Its own dossier, where it is decided here and has begun.
    pub dossier: Option<DossierId>,
    /// Where it stands.
    pub state: MemberState,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// Until when an organisation outside should have decided; a dossier has its own deadline.
    pub deadline: Option<Deadline>,
    /// Until when relatives should have confirmed; none when nobody is asked.
    pub wait_until: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Number of the organisation's own file or paper.
    pub reference: Option<String>,
    /// What was reported.
    pub note: Option<String>,
    /// When an officer last entered a report.
    pub reported_at: Option<Timestamp>,
    /// The post that entered it.
    pub reported_by: Option<PostId>,
    /// The person who entered it.
    pub reported_person: Option<PersonId>,
}

impl Member {
    /// A member whose turn has not come.
    pub fn waiting(parent: DossierId, position: i64, leg: &str) -> Self {
        Self {
            parent,
            position,
            leg: leg.to_owned(),
            dossier: None,
            state: MemberState::Waiting,
            started_at: None,
            deadline: None,
            wait_until: None,
            ended_at: None,
            reference: None,
            note: None,
            reported_at: None,
            reported_by: None,
            reported_person: None,
        }
    }
}

/// Writes a member, over the one in its place.
pub fn put(tx: &mut Tx<'_>, member: &Member) -> Result<(), StoreError> {
    let deadline = member.deadline.as_ref().map(serde_json::to_string).transpose()?;
    tx.execute(
        "INSERT INTO joined_members (parent, position, leg, dossier, state, started_at, deadline, due_at, wait_until, ended_at,
           reference, note, reported_at, reported_by, reported_person)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (parent, position) DO UPDATE SET leg = excluded.leg, dossier = excluded.dossier, state = excluded.state,
           started_at = excluded.started_at, deadline = excluded.deadline, due_at = excluded.due_at,
           wait_until = excluded.wait_until, ended_at = excluded.ended_at, reference = excluded.reference,
           note = excluded.note, reported_at = excluded.reported_at, reported_by = excluded.reported_by,
           reported_person = excluded.reported_person",
        &params![
            member.parent,
            member.position,
            &member.leg,
            member.dossier,
            member.state.as_str(),
            member.started_at,
            deadline,
            member.deadline.as_ref().map(|deadline| deadline.due),
            member.wait_until,
            member.ended_at,
            member.reference.clone(),
            member.note.clone(),
            member.reported_at,
            member.reported_by,
            member.reported_person,
        ],
    )?;
    Ok(())
}

/// The members of a joined-up dossier in their order; none for any other dossier.
pub fn of_parent(tx: &mut Tx<'_>, parent: DossierId) -> Result<Vec<Member>, StoreError> {
    tx.each(
        "SELECT * FROM joined_members WHERE parent = $1 ORDER BY position",
        &params![parent],
        read,
    )
}

/// The joined-up dossier that a dossier is a member of.
pub fn parent_of(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Option<DossierId>, StoreError> {
    let row = tx.one(
        "SELECT parent FROM joined_members WHERE dossier = $1",
        &params![dossier],
    )?;
    row.map(|row| row.get("parent")).transpose()
}

fn read(row: &Row) -> Result<Member, StoreError> {
    let deadline: Option<String> = row.get("deadline")?;
    Ok(Member {
        parent: row.get("parent")?,
        position: row.get("position")?,
        leg: row.get("leg")?,
        dossier: row.get("dossier")?,
        state: word(row, "state", MemberState::parse)?,
        started_at: row.get("started_at")?,
        deadline: deadline.as_deref().map(serde_json::from_str).transpose()?,
        wait_until: row.get("wait_until")?,
        ended_at: row.get("ended_at")?,
        reference: row.get("reference")?,
        note: row.get("note")?,
        reported_at: row.get("reported_at")?,
        reported_by: row.get("reported_by")?,
        reported_person: row.get("reported_person")?,
    })
}

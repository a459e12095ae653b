//! Facts: what a command leaves behind in the journal, in the same transaction as the state itself.

use serde_json::Value;
use townhall_domain::ids::{DossierId, FactId, PartyId, TaskId, UnitId};
use townhall_domain::space::Space;
use townhall_store::journal::{self, NewFact};
use townhall_store::{StoreError, Tx};

use crate::cx::Cx;

/// What a fact is about.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// Kind, as declared beside the evidence tables.
    pub kind: &'static str,
    /// Identity.
    pub id: String,
    /// Unit that it belongs to.
    pub unit: &'a UnitId,
    /// Space that it belongs to.
    pub space: Space,
}

impl<'a> Subject<'a> {
    /// A subject of any kind.
    pub fn new(kind: &'static str, id: impl ToString, unit: &'a UnitId, space: Space) -> Self {
        Self {
            kind,
            id: id.to_string(),
            unit,
            space,
        }
    }
    /// A dossier.
    pub fn dossier(id: DossierId, unit: &'a UnitId, space: Space) -> Self {
        Self::new("dossier", id, unit, space)
    }
    /// A person or body known to a unit.
    pub fn party(id: PartyId, unit: &'a UnitId) -> Self {
        Self::new("party", id, unit, Space::State)
    }
    /// A task.
    pub fn task(id: TaskId, unit: &'a UnitId, space: Space) -> Self {
        Self::new("task", id, unit, space)
    }
}

/// Records a fact about a subject, with a salted digest of the subject's evidence as it now stands.
///
/// Call it last, after everything about the subject is saved: the digest is of the rows as they are. The body
/// holds identifiers, codes and words of the domain, never personal data. Returns the number of the fact
/// within its subject, 1, 2, 3 …
pub fn record(
    tx: &mut Tx<'_>,
    cx: &Cx,
    subject: &Subject<'_>,
    kind: &str,
    body: Value,
) -> Result<i64, StoreError> {
    let mut salt = [0_u8; 32];
    getrandom::fill(&mut salt).map_err(StoreError::from)?;
    let fact = NewFact {
        id: cx.new_id::<FactId>(),
        at: cx.now(),
        unit: subject.unit,
        space: subject.space,
        account: cx.actor.account(),
        post: cx.actor.post(),
        subject_kind: subject.kind,
        subject_id: &subject.id,
        kind,
        body,
        salt,
    };
    journal::insert_fact(tx, &fact)
}

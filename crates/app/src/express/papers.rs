//! The papers of one request that is worked later: what each is, so that each takes its own number when it is signed.

use serde::{Deserialize, Serialize};
use serde_json::json;
use townhall_domain::ids::{DossierId, StepId};
use townhall_domain::money::Dong;
use townhall_store::Tx;
use townhall_store::dossiers::{self, Record};

use crate::cx::Cx;
use crate::error::AppError;

/// Kind of the record that holds them.
pub const PAPERS: &str = "certified_papers";

/// One paper of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedPaper {
    /// What it is.
    pub title: String,
    /// Pages of the original.
    pub pages: i64,
    /// Copies.
    pub copies: i64,
    /// Its part of the fee.
    pub fee: Dong,
}

/// Keeps the papers with their dossier.
pub(super) fn keep_papers(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: DossierId,
    papers: &[CountedPaper],
) -> Result<(), AppError> {
    let record = Record {
        id: cx.new_id::<StepId>(),
        kind: PAPERS.to_owned(),
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
        body: json!({ "papers": papers }),
        due_at: None,
        answered_at: None,
        answer: None,
    };
    Ok(dossiers::insert_record(tx, dossier, &record)?)
}

/// The papers among the records of a dossier; none for one that is about a single paper.
pub fn counted_papers(records: &[Record]) -> Vec<CountedPaper> {
    let found = records.iter().find(|record| record.kind == PAPERS);
    found
        .and_then(|record| record.body.get("papers"))
        .and_then(|papers| serde_json::from_value(papers.clone()).ok())
        .unwrap_or_default()
}

//! One fact with its place in the transparency log, and the files that prove it to others.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use townhall_app::log::{FactProof, FactView, Provable, fact_view};
use townhall_domain::ids::FactId;
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::guard::Asker;
use super::problem::Wrong;
use super::read::InPath;
use super::shapes::FactOut;
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    book.add(
        Operation::get("get_fact", "/api/v1/facts/{id}", Need::Session).gives::<FactWithPlace>(200),
        one,
    )
    .add(
        Operation::get("get_fact_proof", "/api/v1/facts/{id}/proof", Need::Session).gives::<ProofOut>(200),
        proof,
    )
}

/// A fact and where it stands in the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactWithPlace {
    /// The fact.
    #[serde(flatten)]
    fact: FactOut,
    /// Origin of the log; missing while the fact waits for its place.
    log: Option<String>,
    /// Its index in the log, from 0.
    index: Option<u64>,
}

/// What proves a fact to others.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofOut {
    /// The C2SP tlog-proof file.
    proof: String,
    /// The fact with the salt of its leaf, as the proof covers it.
    fact: String,
    /// Verifier key of the log; whoever checks should have it from elsewhere.
    vkey: String,
}

impl From<FactProof> for ProofOut {
    fn from(files: FactProof) -> Self {
        Self {
            proof: files.proof,
            fact: files.fact,
            vkey: files.vkey,
        }
    }
}

async fn view(app: &App, asker: &Asker, id: &InPath) -> Result<FactView, Wrong> {
    let id: FactId = id.id("fact")?;
    let found = app
        .town
        .read("fact", &asker.actor, move |tx, cx| fact_view(tx, cx, id));
    found.await.map_err(Wrong::App)
}

async fn one(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<FactWithPlace>, Wrong> {
    let view = view(&app, &asker, &id).await?;
    let (log, index) = view.place.map(|(epoch, index)| (epoch.origin, index)).unzip();
    Ok(Json(FactWithPlace {
        fact: (&view.fact).into(),
        log,
        index,
    }))
}

async fn proof(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<ProofOut>, Wrong> {
    let view = view(&app, &asker, &id).await?;
    // While the fact waits for its place there is no proof yet; asking again a moment later gives it.
    let Provable::Yes(files) = view.proof else {
        return Err(Wrong::not_found("proof"));
    };
    Ok(Json(ProofOut::from(files)))
}

//! From the counter to the division, and from the head to the handler.

use serde_json::json;
use townhall_domain::dossier::{Action, Holder, Stage};
use townhall_domain::ids::{DossierId, PostId};
use townhall_store::{Tx, dossiers};

use super::flow::{advance, begin, finish, holder_for};
use crate::cx::Cx;
use crate::error::AppError;

/// Hand over to the competent division.
#[derive(Debug, Clone)]
pub struct TransferDossier {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// Note to the receiver.
    pub note: Option<String>,
}

/// Hands an accepted dossier over; the data goes at once, the paper follows.
pub fn transfer_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &TransferDossier) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Transfer)?;
    let mut dossier = acting.dossier;
    let stage = acting.next.stage().unwrap_or(Stage::Appraise);
    let holder = holder_for(tx, cx, &dossier.unit, acting.procedure, stage)?;
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        Some(holder),
        Action::Transfer,
        cmd.note.clone(),
    )?;
    finish(
        tx,
        cx,
        &mut dossier,
        "dossier_transferred",
        json!({ "stage": stage.as_str() }),
    )
}

/// Name the handler and those who join.
#[derive(Debug, Clone)]
pub struct AssignDossier {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// The post that handles it: exactly one answers for it.
    pub post: PostId,
    /// Posts that join.
    pub joining: Vec<PostId>,
    /// Note to the handler.
    pub note: Option<String>,
}

/// Names the handler; only posts of the competent unit that somebody holds today can be named.
pub fn assign_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &AssignDossier) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Assign)?;
    let mut dossier = acting.dossier;
    let filled = dossiers::filled_posts(tx, &dossier.unit, dossier.space, cx.today())?;
    let is_filled = |post: PostId| filled.iter().any(|filled| filled.id == post);
    if !is_filled(cmd.post) {
        return Err(AppError::field("post", "dossier-post-not-filled"));
    }
    if let Some(stranger) = cmd.joining.iter().find(|post| !is_filled(**post)) {
        return Err(AppError::refused_with(
            "dossier-post-not-filled",
            "post",
            stranger,
        ));
    }
    let joining: Vec<PostId> = cmd
        .joining
        .iter()
        .copied()
        .filter(|post| *post != cmd.post)
        .collect();
    dossiers::put_joining(tx, dossier.id, &joining, cx.now())?;
    let next = acting.next;
    advance(
        tx,
        cx,
        &mut dossier,
        next,
        Some(Holder::Post(cmd.post)),
        Action::Assign,
        cmd.note.clone(),
    )?;
    finish(
        tx,
        cx,
        &mut dossier,
        "dossier_assigned",
        json!({ "post": cmd.post, "joining": joining }),
    )
}

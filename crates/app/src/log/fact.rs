//! One fact for an officer: what happened, its place in the log, its proof.

use townhall_domain::ids::{DossierId, FactId, PostId, TaskId};
use townhall_domain::permission::Right;
use townhall_store::journal::{self, StoredFact};
use townhall_store::log::{self as store, Epoch};
use townhall_store::{Tx, dossiers, organisation, tasks};

use super::{Provable, proof};
use crate::cx::Cx;
use crate::error::AppError;

/// A fact as an officer sees it.
#[derive(Debug, Clone)]
pub struct FactView {
    /// The fact.
    pub fact: StoredFact,
    /// Title of the post that acted, in Vietnamese and English.
    pub post: Option<(String, String)>,
    /// Its log and its index there; `None` while it waits.
    pub place: Option<(Epoch, u64)>,
    /// Its proof.
    pub proof: Provable,
}

/// Loads a fact with its proof; who may not know of its subject gets "not found".
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Store`] when the database fails.
pub fn fact_view(tx: &mut Tx<'_>, cx: &Cx, id: FactId) -> Result<FactView, AppError> {
    let fact = journal::fact(tx, id)?.ok_or(AppError::NotFound("fact"))?;
    if !may_know_of(tx, cx, &fact)? {
        return Err(AppError::NotFound("fact"));
    }
    let place = match store::place_of(tx, id)? {
        Some((number, index)) => {
            let epoch = store::epochs(tx)?.into_iter().find(|epoch| epoch.epoch == number);
            epoch.map(|epoch| (epoch, index))
        }
        None => None,
    };
    Ok(FactView {
        post: title(tx, fact.post)?,
        place,
        proof: proof(tx, id)?,
        fact,
    })
}

fn title(tx: &mut Tx<'_>, post: Option<PostId>) -> Result<Option<(String, String)>, AppError> {
    let Some(post) = post else { return Ok(None) };
    Ok(organisation::post(tx, post)?.map(|found| (found.item.title_vi, found.item.title_en)))
}

/// Whether the actor may know of what the fact is about: the same rule as for the subject itself.
fn may_know_of(tx: &mut Tx<'_>, cx: &Cx, fact: &StoredFact) -> Result<bool, AppError> {
    if !cx.actor.is_of_space(fact.space) {
        return Ok(false);
    }
    let any = |rights: &[Right]| rights.iter().any(|right| cx.actor.may(*right, &fact.unit));
    Ok(match fact.subject_kind.as_str() {
        "dossier" => match fact.subject_id.parse::<DossierId>() {
            Ok(id) => dossiers::load(tx, id)?.is_some_and(|dossier| crate::dossier::is_visible(cx, &dossier)),
            Err(_) => false,
        },
        "party" => any(&[Right::ReadDossier]),
        "division" | "post" | "person" => any(&[Right::ReadStaff]),
        "account" => any(&[Right::ManageAccounts]),
        "hours_exception" => any(&[Right::ReadPacks, Right::ManageCalendar]),
        "fee_closing" => any(&[Right::TakeFee, Right::CloseDay]),
        "task" => match fact.subject_id.parse::<TaskId>() {
            Ok(id) => tasks::load(tx, id)?.is_some_and(|task| crate::task::is_visible(cx, &task)),
            Err(_) => false,
        },
        // A kind that nobody has thought about is nobody's to see.
        _ => false,
    })
}

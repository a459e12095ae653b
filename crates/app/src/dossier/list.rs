//! Lists: the dossiers of a unit, and what waits for one post.

use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_store::Tx;
use townhall_store::dossiers::{self, Filter, Listed, Page};

use crate::cx::Cx;
use crate::error::AppError;

/// Most rows of "my work" that are loaded at once; the rest comes when these are done or by filter.
pub const MY_WORK: usize = 200;

/// A page of the dossiers that the actor may see; units outside his rights fall out of the filter silently.
pub fn dossier_list(tx: &mut Tx<'_>, cx: &Cx, filter: &Filter, limit: usize) -> Result<Page, AppError> {
    let allowed = cx.actor.units_for(Right::ReadDossier);
    let mut filter = filter.clone();
    filter.space = Some(cx.actor.space().unwrap_or(Space::State));
    if filter.units.is_empty() {
        filter.units = cx
            .actor
            .unit()
            .filter(|unit| allowed.contains(unit))
            .cloned()
            .into_iter()
            .collect();
    } else {
        filter.units.retain(|unit| allowed.contains(unit));
    }
    // A handler whose right reaches only his own work still has a list: of what he holds.
    if filter.units.is_empty()
        && cx.actor.holds(Right::ReadDossier)
        && let (Some(unit), Some(post)) = (cx.actor.unit(), cx.actor.post())
    {
        filter.units = vec![unit.clone()];
        filter.post = Some(post);
    }
    Ok(dossiers::list(tx, &filter, limit.clamp(1, 500))?)
}

/// What waits for the actor's post: held by it, or waiting for anybody with one of its roles; by deadline.
pub fn my_work(tx: &mut Tx<'_>, cx: &Cx) -> Result<Vec<Listed>, AppError> {
    let (Some(unit), Some(space), Some(post)) = (cx.actor.unit(), cx.actor.space(), cx.actor.post()) else {
        return Err(AppError::NotFound("work"));
    };
    Ok(dossiers::my_work(
        tx,
        unit,
        space,
        &[post],
        cx.actor.roles(),
        MY_WORK,
    )?)
}

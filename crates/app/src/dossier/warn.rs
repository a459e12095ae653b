//! Bells before a deadline: at half and four fifths of the office time, two days and one day before.
//!
//! Whoever sets a deadline plans its bells in the same transaction. A job rings those whose time has come, each
//! once; it finds them through an index and never looks at other dossiers.

use std::time::Duration;

use jiff::Timestamp;
use townhall_domain::dossier::Dossier;
use townhall_domain::permission::Right;
use townhall_store::warnings::{self, Rung};
use townhall_store::{StoreError, Tx, dossiers};

use crate::cx::Cx;
use crate::error::AppError;
use crate::jobs::{Cancelling, Kind, Outcome, Run};

/// So many bells ring in one transaction.
const AT_ONCE: i64 = 200;
/// Most bells that a list shows.
const SHOWN: usize = 6;

/// Rings the bells whose time has come, by the business clock.
pub static RING_WARNINGS: Kind = Kind {
    name: "ring_warnings",
    attempts: u32::MAX,
    every: Some(Duration::from_mins(2)),
    cancel: Cancelling::BetweenSteps,
    run: ring,
};

/// Plans the bells of a dossier whose deadline was set or changed; none while its clock stands.
pub(crate) fn plan(tx: &mut Tx<'_>, cx: &Cx, dossier: &Dossier) -> Result<(), AppError> {
    let Some(deadline) = &dossier.deadline else {
        return Ok(());
    };
    let office = crate::calendar::office(tx, cx, &dossier.unit)?;
    // A year that is not in the calendar is told where the deadline is computed; here it only means no bell.
    let planned = deadline.warnings(&office).unwrap_or_default();
    Ok(warnings::plan(
        tx,
        dossier.id,
        &dossier.unit,
        dossier.space,
        &planned,
    )?)
}

/// Rings at most so many bells of another kind of work; how many were looked at.
type Ring = fn(&mut Tx<'_>, Timestamp, i64) -> Result<usize, StoreError>;

fn ring(run: &Run<'_>) -> Result<Outcome, StoreError> {
    let now = run.town.clock().now();
    let others: [(&'static str, Ring); 2] = [
        ("ring_task_warnings", crate::task::ring),
        ("ring_member_warnings", crate::joined::ring),
    ];
    for (name, ring) in others {
        loop {
            if run.must_stop()? {
                return Ok(Outcome::Cancelled);
            }
            let rung = run
                .town
                .db()
                .write_blocking(name, move |tx| ring(tx, now, AT_ONCE))?;
            if i64::try_from(rung).unwrap_or(0) < AT_ONCE {
                break;
            }
        }
    }
    loop {
        if run.must_stop()? {
            return Ok(Outcome::Cancelled);
        }
        let rung = run.town.db().write_blocking("ring_warnings", move |tx| {
            let due = warnings::due(tx, now, AT_ONCE)?;
            for (id, kind) in &due {
                match dossiers::load(tx, *id)? {
                    Some(dossier) if dossier.is_open() => {
                        warnings::raise(tx, *id, *kind, now)?;
                    }
                    _ => warnings::forget(tx, *id)?,
                }
            }
            Ok::<_, StoreError>(due.len())
        })?;
        if i64::try_from(rung).unwrap_or(0) < AT_ONCE {
            return Ok(Outcome::Done);
        }
    }
}

/// The bells that a post sees: of what it holds itself, and for who leads, of the whole unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bells {
    /// Of one's own work, newest first.
    pub own: Vec<Rung>,
    /// Of the unit, without one's own; empty for who does not lead.
    pub unit: Vec<Rung>,
}

/// The bells of the actor's post.
pub fn bells(tx: &mut Tx<'_>, cx: &Cx) -> Result<Bells, AppError> {
    let (Some(unit), Some(space), Some(post)) = (cx.actor.unit(), cx.actor.space(), cx.actor.post()) else {
        return Ok(Bells::default());
    };
    if !cx.actor.holds(Right::ReadDossier) {
        return Ok(Bells::default());
    }
    let own = warnings::rung(tx, unit, space, Some((post, cx.actor.roles())), SHOWN)?;
    let leads = cx.actor.may(Right::ApologiseAndExtend, unit) && cx.actor.may(Right::ReadDossier, unit);
    let mut all = if leads {
        warnings::rung(tx, unit, space, None, 2 * SHOWN)?
    } else {
        Vec::new()
    };
    all.retain(|rung| own.iter().all(|mine| mine.dossier != rung.dossier));
    all.truncate(SHOWN);
    Ok(Bells { own, unit: all })
}

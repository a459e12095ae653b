//! What waits for an officer, for the counts in the navigation.

use townhall_domain::permission::Right;
use townhall_store::{Tx, dossiers, queue, tasks};

use crate::cx::Cx;
use crate::error::AppError;
use crate::task;

/// How much waits where; nothing for who has no post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Dossiers and tasks of "my work" on which this post, or anybody with one of its roles, can act.
    pub work: u32,
    /// People with a number in the officer's centre, for who calls numbers.
    pub queue: u32,
}

/// Counts over indexes only: every page of an officer asks for it.
pub fn waiting(tx: &mut Tx<'_>, cx: &Cx) -> Result<Waiting, AppError> {
    let (Some(unit), Some(space), Some(post)) = (cx.actor.unit(), cx.actor.space(), cx.actor.post()) else {
        return Ok(Waiting::default());
    };
    let mut work = dossiers::count_waiting_for(tx, unit, space, post, cx.actor.roles())?;
    if task::works_on_tasks(cx) {
        work += tasks::count_my_work(tx, space, post)?;
    }
    let queue = if cx.actor.may(Right::CallQueue, unit) {
        queue::count_waiting(tx, unit, cx.today())?
    } else {
        0
    };
    let size = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Waiting {
        work: size(work),
        queue: size(queue),
    })
}

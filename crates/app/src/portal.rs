//! The national portal: new online dossiers come from it, states go to it, once a day both sides are compared.
//!
//! The dossier itself knows nothing of this. What the portal handed out and which states it was told stand in tables
//! of their own; a step adds a state in its own transaction, a job tells it. One job for the whole node works under
//! one lease, so that two processes never tell the states of a dossier out of order.

mod compare;
mod read;
mod seen;
mod sync;
mod take;

pub use compare::PORTAL_COMPARE;
pub use seen::{
    PortalPage, PortalView, Trouble, compare_now, leave_out_state, portal_view, sync_now, sync_of_dossier,
    try_dossier_again, try_state_again,
};
pub use sync::PORTAL_SYNC;

use townhall_domain::dossier::{Channel, Dossier};
use townhall_store::portal::{self, NewState};
use townhall_store::{StoreError, Tx};

use crate::actor::Actor;
use crate::clock::real_now;

/// Who works with the portal, for the trail.
const ADAPTER: Actor = Actor::System { job: "portal" };

/// Queues the dossier's national state for the portal when it came from there and the state is one that may follow.
///
/// The caller holds the dossier's row.
pub(crate) fn on_state(tx: &mut Tx<'_>, dossier: &Dossier) -> Result<(), StoreError> {
    if dossier.channel != Channel::Portal || !portal::has(tx, dossier.id)? {
        return Ok(());
    }
    let new = NewState {
        dossier: dossier.id,
        code: &dossier.code,
        unit: &dossier.unit,
        state: dossier.state.code(),
        at: dossier.held_since,
        due_at: dossier.deadline.as_ref().map(|deadline| deadline.due),
        now: real_now(),
    };
    portal::add_state(tx, &new)?;
    Ok(())
}

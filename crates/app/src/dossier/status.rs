//! What the holder of a receipt may see: the whole status of that one dossier, down to division level.

use townhall_domain::dossier::{Action, ComponentEntry, Dossier};
use townhall_domain::rating::Rating;
use townhall_store::dossiers::{self, Slip};
use townhall_store::journal::{self, StoredFact};
use townhall_store::papers::{self, Paper};
use townhall_store::{Tx, log, ratings};

use super::citizen::by_secret;
use super::flow::{flow_of, procedure_of};
use crate::cx::Cx;
use crate::error::AppError;
use crate::joined::JoinedView;

/// The status of one dossier for its citizen.
#[derive(Debug, Clone)]
pub struct DossierStatus {
    /// The dossier.
    pub dossier: Dossier,
    /// Its trail, oldest first.
    pub trail: Vec<StoredFact>,
    /// The forms handed to the citizen.
    pub slips: Vec<Slip>,
    /// The check-list.
    pub components: Vec<ComponentEntry>,
    /// The papers that are there.
    pub papers: Vec<Paper>,
    /// The members of a joined-up dossier.
    pub joined: Option<JoinedView>,
    /// What the citizen said of the service.
    pub rating: Option<Rating>,
    /// The fact that proves the receipt (accepted, or else handed in): its number in the trail, its place in the log.
    pub proven: Option<(i64, u64)>,
    /// Whether something is asked for that can be handed in here.
    pub can_supplement: bool,
    /// Whether the citizen may still withdraw.
    pub can_withdraw: bool,
}

/// Opens a dossier by the 128-bit secret of its receipt; anything else finds nothing.
pub fn status_by_secret(tx: &mut Tx<'_>, cx: &Cx, secret: &str) -> Result<DossierStatus, AppError> {
    let dossier = by_secret(tx, secret)?;
    let flow = flow_of(procedure_of(cx, &dossier)?);
    let can = |action| dossier.state.after(action, flow).is_ok();
    let trail = journal::facts_of(tx, "dossier", &dossier.id.to_string())?;
    let fact_of = |kind: &str| trail.iter().find(|fact| fact.kind == kind);
    let begun = ["dossier_accepted", "member_accepted", "dossier_registered"];
    let proven = match begun.into_iter().find_map(fact_of) {
        Some(fact) => log::place_of(tx, fact.id)?.map(|(_, index)| (fact.version, index)),
        None => None,
    };
    Ok(DossierStatus {
        proven,
        can_supplement: can(Action::CompleteSupplement),
        can_withdraw: can(Action::Withdraw),
        rating: ratings::load(tx, dossier.id)?,
        joined: crate::joined::view_of(tx, cx, &dossier)?,
        components: dossiers::components(tx, dossier.id)?,
        papers: papers::of_subject(tx, "dossier", &dossier.id.to_string())?,
        trail,
        slips: dossiers::slips(tx, dossier.id)?,
        dossier,
    })
}

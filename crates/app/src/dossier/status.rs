//! What the holder of a receipt may see: the whole status of that one dossier, down to division level.

use townhall_domain::dossier::Dossier;
use townhall_store::Tx;
use townhall_store::dossiers::{self, Slip};
use townhall_store::journal::{self, StoredFact};

use crate::cx::Cx;
use crate::error::AppError;

/// The status of one dossier for its citizen.
#[derive(Debug, Clone)]
pub struct DossierStatus {
    /// The dossier.
    pub dossier: Dossier,
    /// Its trail, oldest first.
    pub trail: Vec<StoredFact>,
    /// The forms handed to the citizen.
    pub slips: Vec<Slip>,
}

/// Opens a dossier by the 128-bit secret of its receipt; anything else finds nothing.
pub fn status_by_secret(tx: &mut Tx<'_>, _cx: &Cx, secret: &str) -> Result<DossierStatus, AppError> {
    let well_formed = secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    let dossier = if well_formed {
        dossiers::by_secret(tx, secret)?
    } else {
        None
    };
    let dossier = dossier.ok_or(AppError::NotFound("receipt"))?;
    Ok(DossierStatus {
        trail: journal::facts_of(tx, "dossier", &dossier.id.to_string())?,
        slips: dossiers::slips(tx, dossier.id)?,
        dossier,
    })
}

//! Which versions of procedures the open dossiers of a unit run under: a case keeps the law under which it began.

use townhall_domain::ids::UnitId;
use townhall_domain::permission::Right;
use townhall_store::Tx;
use townhall_store::dossiers;

use crate::cx::Cx;
use crate::error::AppError;

/// How many open dossiers run under a version of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionUse {
    /// Procedure code.
    pub code: String,
    /// Number of the version.
    pub version: i64,
    /// Open dossiers of the unit.
    pub open: i64,
}

/// The versions in use by open dossiers of a unit, in the actor's space.
///
/// # Errors
/// [`AppError::NotFound`] without the right to read packs.
pub fn versions_in_use(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<Vec<VersionUse>, AppError> {
    if !cx.actor.may(Right::ReadPacks, unit) {
        return Err(AppError::NotFound("unit"));
    }
    let space = cx.actor.space().ok_or(AppError::NotFound("unit"))?;
    let found = dossiers::open_by_version(tx, unit, space)?;
    let used = found
        .into_iter()
        .map(|(code, version, open)| VersionUse { code, version, open });
    Ok(used.collect())
}

//! Bells before the deadline of a member that an organisation outside decides, as before that of a dossier: at half and
//! four fifths of the office time, two days and one day before. That organisation has no account here, so they ring
//! for the post that holds the joined-up dossier, which asks there and writes down what it reports.

use jiff::Timestamp;
use townhall_domain::deadline::WarningKind;
use townhall_domain::dossier::Dossier;
use townhall_domain::ids::DossierId;
use townhall_domain::joined::MemberState;
use townhall_domain::permission::Right;
use townhall_domain::procedure::JoinedLeg;
use townhall_store::joined::{self as store, Member, RungMember};
use townhall_store::{StoreError, Tx, dossiers};

use crate::cx::Cx;
use crate::error::AppError;

/// Most bells that a list shows.
const SHOWN: usize = 6;

/// Plans the bells of a member outside whose deadline was set or changed; none while its clock stands or once it has
/// ended.
pub(super) fn plan(tx: &mut Tx<'_>, cx: &Cx, parent: &Dossier, member: &Member) -> Result<(), AppError> {
    let running = member
        .deadline
        .as_ref()
        .filter(|_| member.state == MemberState::AtWork);
    let planned = match running {
        Some(deadline) => {
            let office = crate::calendar::office(tx, cx, &parent.unit)?;
            // A year that is not in the calendar is told where the deadline is computed; here it only means no bell.
            deadline.warnings(&office).unwrap_or_default()
        }
        None => Vec::new(),
    };
    Ok(store::plan_warnings(
        tx,
        parent.id,
        member.position,
        &parent.unit,
        parent.space,
        &planned,
    )?)
}

/// Rings the bells whose time has come; how many were looked at.
pub(crate) fn ring(tx: &mut Tx<'_>, now: Timestamp, at_once: i64) -> Result<usize, StoreError> {
    let due = store::due_warnings(tx, now, at_once)?;
    for (parent, position, kind) in &due {
        let is_open = dossiers::load(tx, *parent)?.is_some_and(|dossier| dossier.is_open());
        if is_open {
            store::raise_warning(tx, (*parent, *position, *kind), now)?;
        } else {
            store::forget_warnings(tx, *parent, *position)?;
        }
    }
    Ok(due.len())
}

/// A bell that rang for a member outside.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberBell {
    /// The joined-up dossier.
    pub parent: DossierId,
    /// Its code.
    pub code: String,
    /// Place of the member.
    pub position: i64,
    /// What it does, and who decides it.
    pub leg: JoinedLeg,
    /// Which bell.
    pub kind: WarningKind,
    /// When the member is due.
    pub due_at: Timestamp,
}

/// The bells of members outside that a post sees: of the joined-up dossiers that it holds, and for who leads, of the
/// unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemberBells {
    /// Of what one holds oneself, due first before the rest.
    pub own: Vec<MemberBell>,
    /// Of the unit, without one's own.
    pub unit: Vec<MemberBell>,
}

/// The bells of members outside of the actor's post.
pub fn member_bells(tx: &mut Tx<'_>, cx: &Cx) -> Result<MemberBells, AppError> {
    let (Some(unit), Some(space), Some(post)) = (cx.actor.unit(), cx.actor.space(), cx.actor.post()) else {
        return Ok(MemberBells::default());
    };
    if !cx.actor.holds(Right::ReadDossier) {
        return Ok(MemberBells::default());
    }
    let own = store::rung_warnings(tx, unit, space, Some((post, cx.actor.roles())), SHOWN)?;
    let leads = cx.actor.may(Right::ApologiseAndExtend, unit) && cx.actor.may(Right::ReadDossier, unit);
    let mut all = if leads {
        store::rung_warnings(tx, unit, space, None, 2 * SHOWN)?
    } else {
        Vec::new()
    };
    all.retain(|rung| !own.contains(rung));
    all.truncate(SHOWN);
    Ok(MemberBells {
        own: own.into_iter().filter_map(|rung| bell(cx, rung)).collect(),
        unit: all.into_iter().filter_map(|rung| bell(cx, rung)).collect(),
    })
}

fn bell(cx: &Cx, rung: RungMember) -> Option<MemberBell> {
    let version = u16::try_from(rung.procedure_version).ok()?;
    let procedure = cx.packs().procedures().version(&rung.procedure, version)?;
    let leg = procedure.joined.as_ref()?.leg(&rung.leg)?.clone();
    Some(MemberBell {
        parent: rung.parent,
        code: rung.code,
        position: rung.position,
        leg,
        kind: rung.kind,
        due_at: rung.due_at,
    })
}

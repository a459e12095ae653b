//! A joined-up dossier with its members, and a member with the dossier that it belongs to.

use jiff::Timestamp;
use townhall_domain::deadline::{Deadline, WarningKind};
use townhall_domain::dossier::{Dossier, State};
use townhall_domain::ids::DossierId;
use townhall_domain::limit::Limit;
use townhall_domain::procedure::{JoinedLeg, JoinedMode, JoinedWait};
use townhall_domain::time::local_date;
use townhall_store::joined::{self as store, Member};
use townhall_store::{Tx, dossiers};

use super::channel_of;
use super::promise::time_of;
use crate::cx::Cx;
use crate::dossier::flow::is_visible;
use crate::dossier::procedure_of;
use crate::error::AppError;

/// The dossier of a member that is decided here.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnDossier {
    /// Identity.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// Where it stands.
    pub state: State,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its status page; only for the citizen who holds the whole's receipt.
    pub receipt_secret: String,
}

/// A member with what the law says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberView {
    /// The member.
    pub member: Member,
    /// Its part of the procedure.
    pub leg: JoinedLeg,
    /// Its own dossier.
    pub own: Option<OwnDossier>,
    /// Its deadline, of its dossier or of the organisation outside.
    pub deadline: Option<Deadline>,
    /// Its time, which tells by when where its turn has not come.
    pub time: Option<Limit>,
    /// The last bell that rang for it, of one outside whose clock goes.
    pub warned: Option<WarningKind>,
}

impl MemberView {
    /// Whether an officer enters what happens to it.
    pub fn is_outside(&self) -> bool {
        self.leg.procedure.is_none()
    }

    /// Whether it ended after its deadline, or is open past it.
    pub fn is_late(&self, now: Timestamp) -> bool {
        let is_running = |deadline: &&Deadline| deadline.paused.is_none();
        self.deadline
            .as_ref()
            .filter(is_running)
            .is_some_and(|deadline| self.member.ended_at.unwrap_or(now) > deadline.due)
    }
}

/// What belongs to a dossier because it is joined up.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinedView {
    /// It is the whole.
    Whole {
        /// How its members follow.
        mode: JoinedMode,
        /// What is not counted.
        wait: Option<JoinedWait>,
        /// Its members in order.
        members: Vec<MemberView>,
    },
    /// It is a member of this one.
    Member {
        /// Identity of the whole.
        parent: DossierId,
        /// Its code.
        code: String,
        /// Whether this member leads.
        leads: bool,
    },
}

/// A joined-up dossier with its members, for whoever may see the dossier.
///
/// # Errors
/// [`AppError::NotFound`] for who may not know of it.
pub fn joined_view(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<Option<JoinedView>, AppError> {
    let dossier = dossiers::load(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    view_of(tx, cx, &dossier)
}

/// [`joined_view`] of a dossier that the caller may see.
pub(crate) fn view_of(tx: &mut Tx<'_>, cx: &Cx, dossier: &Dossier) -> Result<Option<JoinedView>, AppError> {
    let procedure = procedure_of(cx, dossier)?;
    if let Some(joined) = procedure.joined.as_ref().filter(|joined| joined.starts_members()) {
        let warned = store::latest_warnings(tx, dossier.id)?;
        let day = local_date(dossier.accepted_at.unwrap_or(dossier.received_at));
        let mut members = Vec::new();
        for member in store::of_parent(tx, dossier.id)? {
            let leg = joined
                .leg(&member.leg)
                .ok_or(AppError::NotFound("member"))?
                .clone();
            let time = time_of(cx, dossier, &leg, day);
            let warned = warned.get(&member.position).copied();
            members.push(member_view(tx, member, leg, time, warned)?);
        }
        return Ok(Some(JoinedView::Whole {
            mode: joined.mode_of(channel_of(dossier.channel)),
            wait: joined.wait.clone(),
            members,
        }));
    }
    let Some(parent) = store::parent_of(tx, dossier.id)? else {
        return Ok(None);
    };
    let whole = dossiers::load(tx, parent)?.ok_or(AppError::NotFound("dossier"))?;
    let member = store::of_parent(tx, parent)?
        .into_iter()
        .find(|member| member.dossier == Some(dossier.id));
    let joined = procedure_of(cx, &whole)?.joined.as_ref();
    let leads = member
        .and_then(|member| joined.and_then(|joined| joined.leg(&member.leg)))
        .is_some_and(|leg| leg.lead);
    Ok(Some(JoinedView::Member {
        parent,
        code: whole.code,
        leads,
    }))
}

fn member_view(
    tx: &mut Tx<'_>,
    member: Member,
    leg: JoinedLeg,
    time: Option<Limit>,
    warned: Option<WarningKind>,
) -> Result<MemberView, AppError> {
    let dossier = match member.dossier {
        Some(id) => dossiers::load(tx, id)?,
        None => None,
    };
    let deadline = match &dossier {
        Some(dossier) => dossier.deadline.clone(),
        None => member.deadline.clone(),
    };
    Ok(MemberView {
        member,
        leg,
        own: dossier.map(|dossier| OwnDossier {
            id: dossier.id,
            code: dossier.code,
            state: dossier.state,
            ended_at: dossier.ended_at,
            receipt_secret: dossier.receipt_secret,
        }),
        time,
        warned: warned.filter(|_| {
            deadline
                .as_ref()
                .is_some_and(|deadline| deadline.paused.is_none())
        }),
        deadline,
    })
}

//! Joined-up dossiers (liên thông): one form and one receipt, several members. The joined-up dossier decides nothing
//! itself: it starts its members, follows them, and ends as they end. The rules are in `townhall_domain::joined`.

mod bells;
mod follow;
mod promise;
mod report;
mod start;
mod view;

pub(crate) use bells::ring;
pub use bells::{MemberBell, MemberBells, member_bells};
pub(crate) use follow::{follow, hand_over_members, withdraw_members};
pub(crate) use promise::promised;
pub use report::{Report, ReportMember, report_member};
pub(crate) use start::start;
pub(crate) use view::view_of;
pub use view::{JoinedView, MemberView, OwnDossier, joined_view};

use townhall_domain::dossier::Channel;
use townhall_domain::procedure::{self, Joined, Procedure};

use crate::error::AppError;

/// The joined-up form of a procedure that starts members.
fn joined_of(procedure: &Procedure) -> Result<&Joined, AppError> {
    procedure
        .joined
        .as_ref()
        .filter(|joined| joined.starts_members())
        .ok_or(AppError::NotFound("members"))
}

/// The channel as procedures know it.
fn channel_of(channel: Channel) -> procedure::Channel {
    match channel {
        Channel::Counter => procedure::Channel::Direct,
        Channel::Portal | Channel::Online => procedure::Channel::Online,
        Channel::Post => procedure::Channel::Post,
    }
}

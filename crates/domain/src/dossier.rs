//! The dossier: what a citizen or body asks for, from the counter or the web to the result in his hand.
//!
//! Law: Decree 118/2025/NĐ-CP amended by 309/2026/NĐ-CP; the ten national states: the exchange rules of the
//! National Public Service Portal. Payment, delivery and synchronisation are axes of their own, because a
//! dossier can be resolved and unpaid, or returned and not yet synchronised.

pub mod action;
pub mod applicant;
pub mod parts;
pub mod state;

pub use action::{Action, Allowed, Flow, NotAllowed, actions};
pub use applicant::ApplicantInput;
pub use parts::{
    Applicant, ApplicantKind, Capacity, Channel, Claims, ComponentEntry, ComponentSource, ComponentStatus,
    Delivery, Holder, PaymentState, SyncState,
};
pub use state::{Resume, Stage, State};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::deadline::Deadline;
use crate::ids::{DossierId, PostId, UnitId};
use crate::permission::Role;
use crate::space::Space;

/// The procedure a dossier runs under: it keeps the version under which it began.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProcedureRef {
    /// National procedure code, `1.001193`.
    pub code: String,
    /// Version of the pack, from 1.
    pub version: u16,
}

/// One dossier as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// Identity.
    pub id: DossierId,
    /// Dossier code, unique, at most 64 characters; a code given by the portal is kept.
    pub code: String,
    /// The competent unit, in whose name the result is issued.
    pub unit: UnitId,
    /// State or Party.
    pub space: Space,
    /// The unit whose service centre received it (another commune under non-boundary reception).
    pub receiving_unit: UnitId,
    /// Where the citizen was helped to submit, when it was not the receiving centre (village team, kiosk).
    pub support_place: Option<String>,
    /// Procedure and version.
    pub procedure: ProcedureRef,
    /// Field of the procedure, for lists and figures.
    pub field: String,
    /// How it came.
    pub channel: Channel,
    /// The post that typed for the citizen, when one did: statistics stay honest.
    pub assisting_post: Option<PostId>,
    /// Whose matter it is.
    pub applicant: Applicant,
    /// Who actually submitted, when it was not the applicant.
    pub submitter: Option<Applicant>,
    /// The filled form.
    pub form: serde_json::Value,
    /// What the citizen said of his case.
    pub claims: Claims,
    /// Subject in one line, for lists: what is asked, about whom.
    pub subject: String,
    /// Business state.
    pub state: State,
    /// Who must act now; nobody once it has ended.
    pub holder: Option<Holder>,
    /// Since when the holder has it.
    pub held_since: Timestamp,
    /// When the present step is due; the share of the whole time that the procedure gives it.
    pub step_due_at: Option<Timestamp>,
    /// When it first reached the system.
    pub received_at: Timestamp,
    /// When it was accepted, complete and valid: the deadline counts from here.
    pub accepted_at: Option<Timestamp>,
    /// The deadline with its explanation; none before acceptance.
    pub deadline: Option<Deadline>,
    /// When a pause (supplement, financial obligation) began.
    pub paused_at: Option<Timestamp>,
    /// Milliseconds waited for supplements so far; figures subtract them as the quality index does.
    pub waited_ms: i64,
    /// How often a supplement was asked for; law allows once, figures count a second one as late.
    pub supplements: i64,
    /// The first moment at which it had ended (states 7 to 10).
    pub ended_at: Option<Timestamp>,
    /// Payment axis.
    pub payment: PaymentState,
    /// How the citizen wants the result.
    pub delivery: Delivery,
    /// When the result was handed over.
    pub returned_at: Option<Timestamp>,
    /// 128-bit secret of the receipt's QR code, 32 hexadecimal digits: opens the status page of this dossier.
    pub receipt_secret: String,
    /// When its personal data was destroyed by decision; what is left is for figures and gapless numbers.
    pub erased_at: Option<Timestamp>,
    /// Counted up at every change; a form that shows an older one is refused.
    pub version: i64,
}

impl Dossier {
    /// True while somebody still has to do something before the matter has ended.
    pub fn is_open(&self) -> bool {
        !self.state.has_ended() && self.state != State::NotAccepted
    }

    /// True when this post, or a post with one of these roles in the dossier's unit, must act now.
    pub fn is_held_by(&self, post: PostId, roles: &[Role]) -> bool {
        match &self.holder {
            Some(Holder::Post(holder)) => *holder == post,
            Some(Holder::Role(role)) => roles.contains(role),
            None => false,
        }
    }
}

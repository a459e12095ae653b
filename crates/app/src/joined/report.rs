//! What an organisation outside reports is entered by an officer; nothing is made up where nobody has reported.

use serde_json::json;
use townhall_domain::deadline::{Deadline, PauseReason, Resume};
use townhall_domain::dossier::applicant::clean;
use townhall_domain::dossier::{Dossier, Stage, State};
use townhall_domain::ids::DossierId;
use townhall_domain::joined::MemberState;
use townhall_domain::permission::Right;
use townhall_domain::procedure::JoinedLeg;
use townhall_store::joined::{self as store, Member};
use townhall_store::{Tx, dossiers};

use super::follow::settle;
use super::joined_of;
use crate::cx::Cx;
use crate::dossier::flow::{finish, is_visible};
use crate::dossier::procedure_of;
use crate::error::{AppError, FieldError};

/// Longest number of a file or paper, in characters.
const REFERENCE_CHARS: usize = 100;
/// Longest note, in characters.
const NOTE_CHARS: usize = 2000;

/// What is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The organisation has taken it, under this number.
    Taken,
    /// It has decided: the number of its paper.
    Done,
    /// It refuses, for this reason.
    Refused,
    /// It was stopped there at the citizen's wish.
    Withdrawn,
    /// Relatives are asked to confirm: the clock stands.
    RelativesAsked,
    /// They have confirmed: the clock goes on.
    RelativesConfirmed,
}

impl Report {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Taken,
        Self::Done,
        Self::Refused,
        Self::Withdrawn,
        Self::RelativesAsked,
        Self::RelativesConfirmed,
    ];

    /// The word in forms and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::RelativesAsked => "relatives_asked",
            Self::RelativesConfirmed => "relatives_confirmed",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.as_str() == word)
    }

    /// Whether it can be reported of this member now.
    pub fn is_possible(self, leg: &JoinedLeg, member: &Member) -> bool {
        let is_outside = leg.procedure.is_none() && member.state == MemberState::AtWork;
        is_outside
            && match self {
                Self::Taken | Self::Done | Self::Refused | Self::Withdrawn => true,
                Self::RelativesAsked => leg.confirmation && member.wait_until.is_none(),
                Self::RelativesConfirmed => member.wait_until.is_some(),
            }
    }
}

/// Enter what was reported.
#[derive(Debug, Clone)]
pub struct ReportMember {
    /// The joined-up dossier.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// Which member.
    pub position: i64,
    /// What is reported.
    pub report: Report,
    /// Number of the organisation's file or paper.
    pub reference: Option<String>,
    /// What else it says; why, for a refusal.
    pub note: Option<String>,
}

/// Enters a report of an organisation outside; the whole follows.
///
/// # Errors
/// [`AppError::NotFound`] for who may not know of the dossier or for a member that is not there,
/// [`AppError::Denied`], [`AppError::Conflict`], [`AppError::Invalid`], and a refusal when this cannot be reported now.
pub fn report_member(tx: &mut Tx<'_>, cx: &Cx, cmd: &ReportMember) -> Result<(), AppError> {
    let mut parent = dossiers::lock(tx, cmd.dossier)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    let counter = Right::TransferDossier;
    if !cx.actor.may(counter, &parent.receiving_unit) {
        cx.actor.must(counter, &parent.unit)?;
    }
    if parent.version != cmd.version {
        return Err(AppError::Conflict {
            shown: cmd.version,
            stored: parent.version,
        });
    }
    let procedure = procedure_of(cx, &parent)?;
    let joined = joined_of(procedure)?;
    let mut member = store::of_parent(tx, parent.id)?
        .into_iter()
        .find(|member| member.position == cmd.position)
        .ok_or(AppError::NotFound("member"))?;
    let leg = joined.leg(&member.leg).ok_or(AppError::NotFound("member"))?;
    if parent.state != State::InProgress(Stage::Members) || !cmd.report.is_possible(leg, &member) {
        return Err(AppError::refused("joined-refused-report"));
    }
    let wait = joined.wait.as_ref().map(|wait| wait.time);
    let (reference, note) = said(cmd)?;
    apply(tx, cx, &parent, cmd.report, wait, &mut member)?;
    member.reference = reference.or(member.reference);
    member.note = note.or(member.note);
    member.reported_at = Some(cx.now());
    member.reported_by = cx.actor.post();
    member.reported_person = cx.actor.person();
    store::put(tx, &member)?;
    if cmd.report != Report::Taken {
        super::bells::plan(tx, cx, &parent, &member)?;
    }
    let states = settle(tx, cx, &mut parent, procedure)?;
    let fact = if parent.state.has_ended() {
        "joined_ended"
    } else {
        "member_reported"
    };
    finish(
        tx,
        cx,
        &mut parent,
        fact,
        json!({ "member": cmd.position, "report": cmd.report.as_str(), "members": states }),
    )
}

/// A result has a number, a refusal its reason.
fn said(cmd: &ReportMember) -> Result<(Option<String>, Option<String>), AppError> {
    let mut problems = Vec::new();
    let mut text = |field: &'static str, typed: &Option<String>, most: usize, too_long: &'static str| {
        let text = typed.as_deref().map(clean);
        match text {
            None => None,
            Some(None) => {
                problems.push(FieldError::new(field, "field-control-character"));
                None
            }
            Some(Some(text)) if text.chars().count() > most => {
                problems.push(FieldError::new(field, too_long));
                None
            }
            Some(Some(text)) => Some(text).filter(|text| !text.is_empty()),
        }
    };
    let reference = text(
        "reference",
        &cmd.reference,
        REFERENCE_CHARS,
        "joined-reference-too-long",
    );
    let note = text("note", &cmd.note, NOTE_CHARS, "reason-too-long");
    let wants_reference = matches!(cmd.report, Report::Taken | Report::Done);
    if problems.is_empty() && wants_reference && reference.is_none() {
        problems.push(FieldError::new("reference", "joined-reference-missing"));
    }
    let has_reason = note.as_ref().is_some_and(|note| note.chars().count() >= 3);
    if problems.is_empty() && cmd.report == Report::Refused && !has_reason {
        problems.push(FieldError::new("note", "reason-missing"));
    }
    if problems.is_empty() {
        Ok((reference, note))
    } else {
        Err(AppError::Invalid(problems))
    }
}

fn apply(
    tx: &mut Tx<'_>,
    cx: &Cx,
    parent: &Dossier,
    report: Report,
    wait: Option<townhall_domain::limit::Limit>,
    member: &mut Member,
) -> Result<(), AppError> {
    let office = crate::calendar::office(tx, cx, &parent.unit)?;
    let refused = |error: townhall_domain::deadline::DeadlineError| AppError::deadline(&error);
    let mut end = |state: MemberState| {
        member.state = state;
        member.ended_at = Some(cx.now());
        member.wait_until = None;
    };
    match report {
        Report::Taken => {}
        Report::Done => end(MemberState::Done),
        Report::Refused => end(MemberState::Refused),
        Report::Withdrawn => end(MemberState::Withdrawn),
        Report::RelativesAsked => {
            let time = wait.ok_or(AppError::refused("joined-refused-report"))?;
            let until = Deadline::compute(&office, cx.now(), time).map_err(refused)?;
            member.wait_until = Some(until.due);
            if let Some(deadline) = &member.deadline {
                let paused = deadline.pause(&office, cx.now(), PauseReason::Procedure, None);
                member.deadline = Some(paused.map_err(refused)?);
            }
        }
        Report::RelativesConfirmed => {
            member.wait_until = None;
            if let Some(deadline) = &member.deadline {
                let resumed = deadline.resume(&office, cx.now(), Resume::Continue, None);
                member.deadline = Some(resumed.map_err(refused)?);
            }
        }
    }
    Ok(())
}

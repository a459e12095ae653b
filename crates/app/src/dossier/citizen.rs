//! What the holder of a receipt may do with his one dossier: hand in what was asked for, withdraw, rate, prove.
//!
//! The 128-bit secret of the receipt is the whole permission; anything else finds nothing.

use serde_json::{Value, json};
use townhall_domain::dossier::{Action, ComponentSource, Dossier, State};
use townhall_domain::ids::{SlipId, StepId};
use townhall_domain::rating::{self, Place, Rating};
use townhall_store::dossiers::{self, Record};
use townhall_store::{Tx, journal, ratings};

use super::correct::withdraw;
use super::flow::{finish, flow_of, procedure_of};
use super::papers::{AddPapers, attach};
use super::supplement::complete;
use crate::actor::Actor;
use crate::cx::Cx;
use crate::error::{AppError, FieldError};
use crate::log::{Provable, proof};
use crate::paper::Taken;
use crate::paper_data::{House, Printable, slip_paper};
use crate::record::{Subject, record};

/// The dossier behind a secret.
pub(super) fn by_secret(tx: &mut Tx<'_>, secret: &str) -> Result<Dossier, AppError> {
    let well_formed = secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    let dossier = if well_formed {
        dossiers::by_secret(tx, secret)?
    } else {
        None
    };
    dossier.ok_or(AppError::NotFound("receipt"))
}

/// The dossier behind a secret, held, when its state allows the action; with the state that follows.
fn begin(
    tx: &mut Tx<'_>,
    cx: &Cx,
    secret: &str,
    shown: Option<i64>,
    action: Action,
) -> Result<(Dossier, State), AppError> {
    let id = by_secret(tx, secret)?.id;
    let dossier = dossiers::lock(tx, id)?.ok_or(AppError::NotFound("receipt"))?;
    if let Some(shown) = shown.filter(|shown| *shown != dossier.version) {
        return Err(AppError::Conflict {
            shown,
            stored: dossier.version,
        });
    }
    let next = dossier
        .state
        .after(action, flow_of(procedure_of(cx, &dossier)?))?;
    Ok((dossier, next))
}

/// Hand in papers that Form 02 asked for.
#[derive(Debug, Clone)]
pub struct HandIn {
    /// The secret of the receipt.
    pub secret: String,
    /// The component that they are, if one.
    pub component: Option<String>,
    /// The files, looked at and kept.
    pub papers: Vec<Taken>,
}

/// Adds papers while the office waits for them; nothing else changes until the citizen says that it is all.
pub fn hand_in(tx: &mut Tx<'_>, cx: &Cx, cmd: &HandIn) -> Result<(), AppError> {
    let (dossier, _) = begin(tx, cx, &cmd.secret, None, Action::CompleteSupplement)?;
    let papers = AddPapers {
        dossier: dossier.id,
        component: cmd.component.clone(),
        source: ComponentSource::Upload,
        note: None,
        papers: cmd.papers.clone(),
    };
    attach(tx, cx, &dossier, &papers)?;
    Ok(())
}

/// Say that what was asked for is complete.
#[derive(Debug, Clone)]
pub struct AnswerSupplement {
    /// The secret of the receipt.
    pub secret: String,
    /// Version that the page showed.
    pub version: i64,
    /// What the citizen says to it.
    pub answer: String,
}

/// Longest answer, in characters.
const ANSWER_CHARS: usize = 2000;

/// The dossier goes back to whoever asked; the deadline begins anew or goes on, as the procedure says.
pub fn answer_supplement(tx: &mut Tx<'_>, cx: &Cx, cmd: &AnswerSupplement) -> Result<(), AppError> {
    let (mut dossier, next) = begin(tx, cx, &cmd.secret, Some(cmd.version), Action::CompleteSupplement)?;
    let answer = townhall_domain::dossier::applicant::clean(&cmd.answer)
        .ok_or_else(|| AppError::field("answer", "field-control-character"))?;
    if answer.chars().count() > ANSWER_CHARS {
        return Err(AppError::field("answer", "reason-too-long"));
    }
    let asked_at = dossier.paused_at;
    let papers = townhall_store::papers::of_subject(tx, "dossier", &dossier.id.to_string())?;
    let brought = papers
        .iter()
        .any(|paper| paper.added_by.is_none() && asked_at.is_some_and(|asked| paper.added_at >= asked));
    if answer.is_empty() && !brought {
        return Err(AppError::field("answer", "online-supplement-nothing"));
    }
    if !answer.is_empty() {
        let record = Record {
            id: cx.new_id::<StepId>(),
            kind: "citizen_answer".to_owned(),
            at: cx.now(),
            post: None,
            person: None,
            body: json!({ "text": answer }),
            due_at: None,
            answered_at: None,
            answer: None,
        };
        dossiers::insert_record(tx, dossier.id, &record)?;
    }
    complete(tx, cx, &mut dossier, next, &[])
}

/// Withdraw a dossier.
#[derive(Debug, Clone)]
pub struct WithdrawByCitizen {
    /// The secret of the receipt.
    pub secret: String,
    /// Version that the page showed.
    pub version: i64,
    /// Why.
    pub reason: String,
}

/// Stops at the citizen's wish (Form 05), while no decision has been made.
pub fn withdraw_by_citizen(tx: &mut Tx<'_>, cx: &Cx, cmd: &WithdrawByCitizen) -> Result<(), AppError> {
    let (mut dossier, next) = begin(tx, cx, &cmd.secret, Some(cmd.version), Action::Withdraw)?;
    withdraw(tx, cx, &mut dossier, next, &cmd.reason)
}

/// Rate the service.
#[derive(Debug, Clone)]
pub struct RateDossier {
    /// The secret of the receipt.
    pub secret: String,
    /// One of five grades.
    pub grade: String,
    /// What else there is to say.
    pub remark: String,
}

/// Keeps what the citizen says, once, when the matter has ended.
pub fn rate_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &RateDossier) -> Result<(), AppError> {
    let id = by_secret(tx, &cmd.secret)?.id;
    let mut dossier = dossiers::lock(tx, id)?.ok_or(AppError::NotFound("receipt"))?;
    if !rating::is_open(dossier.state) {
        return Err(AppError::refused("rating-refused-not-ended"));
    }
    if ratings::load(tx, dossier.id)?.is_some() {
        return Err(AppError::refused("rating-refused-second"));
    }
    let rating = Rating::parse(&cmd.grade, &cmd.remark, cx.now(), Place::Page).map_err(|wrong| {
        let errors = wrong.into_iter().map(|(field, key)| FieldError::new(field, key));
        AppError::Invalid(errors.collect())
    })?;
    ratings::insert(tx, dossier.id, &rating)?;
    finish(
        tx,
        cx,
        &mut dossier,
        "dossier_rated",
        json!({ "grade": rating.grade.as_str() }),
    )
}

/// One fact of the dossier's trail for its citizen: what it says, and its proof.
#[derive(Debug, Clone)]
pub struct CitizenProof {
    /// Code of the dossier.
    pub code: String,
    /// The fact.
    pub fact: journal::StoredFact,
    /// Its place in the log: index and the log's origin; `None` while it waits.
    pub place: Option<(u64, String)>,
    /// Its proof.
    pub proof: Provable,
}

/// The proof of one fact, by its number within the trail.
pub fn proof_by_secret(
    tx: &mut Tx<'_>,
    _cx: &Cx,
    secret: &str,
    version: i64,
) -> Result<CitizenProof, AppError> {
    let dossier = by_secret(tx, secret)?;
    let fact = journal::facts_of(tx, "dossier", &dossier.id.to_string())?
        .into_iter()
        .find(|fact| fact.version == version)
        .ok_or(AppError::NotFound("fact"))?;
    let place = match townhall_store::log::place_of(tx, fact.id)? {
        Some((number, index)) => townhall_store::log::epochs(tx)?
            .into_iter()
            .find(|epoch| epoch.epoch == number)
            .map(|epoch| (index, epoch.origin)),
        None => None,
    };
    Ok(CitizenProof {
        code: dossier.code,
        place,
        proof: proof(tx, fact.id)?,
        fact,
    })
}

/// A numbered form of the dossier as PDF, for its citizen.
pub fn slip_by_secret(
    tx: &mut Tx<'_>,
    cx: &Cx,
    secret: &str,
    house: &House,
    slip: SlipId,
) -> Result<Printable, AppError> {
    let dossier = by_secret(tx, secret)?;
    let belongs = dossiers::slips(tx, dossier.id)?
        .iter()
        .any(|found| found.id == slip);
    if !belongs {
        return Err(AppError::NotFound("slip"));
    }
    // The secret has shown that it is his; the paper is made as the program makes it.
    let own = cx.as_actor(Actor::System {
        job: "paper_of_citizen",
    });
    slip_paper(tx, &own, house, slip)
}

/// Makes the unit's record of the person who filed online, once an officer has accepted.
pub(super) fn keep_online_party(tx: &mut Tx<'_>, cx: &Cx, dossier: &mut Dossier) -> Result<(), AppError> {
    if dossier.applicant.party.is_some() || dossier.applicant.id_number.is_none() {
        return Ok(());
    }
    let fresh = cx.new_id();
    let applicant = &mut dossier.applicant;
    let id = townhall_store::parties::upsert(tx, &dossier.receiving_unit, fresh, applicant, cx.now())?;
    record(
        tx,
        cx,
        &Subject::party(id, &dossier.receiving_unit),
        "party_stated",
        Value::Object(serde_json::Map::new()),
    )?;
    applicant.party = Some(id);
    Ok(())
}

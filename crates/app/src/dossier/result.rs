//! The result: drafted, reviewed, approved, numbered, handed over.

use jiff::civil::Date;
use serde_json::{Value, json};
use townhall_domain::dossier::applicant::clean;
use townhall_domain::dossier::{Action, Capacity, Dossier, Holder, Stage, State};
use townhall_domain::ids::{DossierId, PostId};
use townhall_domain::permission::Role;
use townhall_domain::procedure::Procedure;
use townhall_store::dossiers::{self, DossierResult};
use townhall_store::{Tx, counters};

use super::flow::{advance, begin, finish, flow_of, holder_for, issue_slip, procedure_of, reason};
use crate::civil_status;
use crate::cx::Cx;
use crate::error::{AppError, FieldError};
use crate::paper_data::{SIGNER, Signer};
use crate::register;

/// Where results are counted whose procedure names no register book.
const WITHOUT_BOOK: &str = "results";

/// Write or change the draft.
#[derive(Debug, Clone)]
pub struct DraftResult {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// `granted` or `refused`.
    pub outcome: String,
    /// Data of the result's template.
    pub body: Value,
}

/// Keeps the draft; it can be changed until it is submitted.
pub fn draft_result(tx: &mut Tx<'_>, cx: &Cx, cmd: &DraftResult) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Draft)?;
    if !matches!(cmd.outcome.as_str(), "granted" | "refused") {
        return Err(AppError::field("outcome", "result-outcome-unknown"));
    }
    if !cmd.body.is_object() || cmd.body.to_string().len() > 100_000 {
        return Err(AppError::field("body", "result-body-wrong"));
    }
    let mut dossier = acting.dossier;
    let before = dossiers::result(tx, dossier.id)?;
    let body = civil_status::draft_body(
        tx,
        cx,
        &dossier,
        acting.procedure,
        before.as_ref(),
        &cmd.outcome,
        &cmd.body,
    )?;
    let revision = put_draft(
        tx,
        cx,
        &dossier,
        acting.procedure,
        &cmd.outcome,
        body,
        before.as_ref(),
    )?;
    finish(
        tx,
        cx,
        &mut dossier,
        "result_drafted",
        json!({ "revision": revision, "outcome": cmd.outcome }),
    )
}

/// Writes a draft over the one before it and tells its revision.
pub(crate) fn put_draft(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    procedure: &Procedure,
    outcome: &str,
    body: Value,
    before: Option<&DossierResult>,
) -> Result<i64, AppError> {
    let spec = &procedure.result;
    let result = DossierResult {
        dossier: dossier.id,
        unit: dossier.unit.clone(),
        kind: serde_json::to_value(spec.kind)
            .ok()
            .and_then(|word| word.as_str().map(str::to_owned))
            .unwrap_or_default(),
        template: cx.packs().result_template(spec, cx.today()),
        outcome: outcome.to_owned(),
        body,
        drafted_by: cx.actor.post(),
        drafted_at: cx.now(),
        revision: before.map_or(1, |before| before.revision + 1),
        approved_by: None,
        approved_by_person: None,
        approved_at: None,
        book: None,
        number: None,
        year: None,
        symbol: None,
        issued_at: None,
        issued_by: None,
        collected_by: None,
        collected_at: None,
        collected_from: None,
    };
    dossiers::put_result(tx, &result)?;
    dossiers::touch_step(tx, dossier.id, cx.now())?;
    Ok(result.revision)
}

/// Submit the draft.
#[derive(Debug, Clone)]
pub struct SubmitResult {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// The leader who is to sign; the one in charge when not given. Only where there is no review in between.
    pub leader: Option<PostId>,
    /// Note to the receiver.
    pub note: Option<String>,
}

/// Submits the draft for review, or for signing where the procedure has no review.
pub fn submit_result(tx: &mut Tx<'_>, cx: &Cx, cmd: &SubmitResult) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Submit)?;
    let result = dossiers::result(tx, cmd.dossier)?.ok_or(AppError::refused("result-refused-no-draft"))?;
    civil_status::must_be_ready(acting.procedure, &result)?;
    let mut dossier = acting.dossier;
    let stage = acting.next.stage().unwrap_or(Stage::Sign);
    let holder = match cmd.leader.filter(|_| stage == Stage::Sign) {
        Some(leader) => chosen_leader(tx, cx, &dossier, leader)?,
        None => holder_for(tx, cx, &dossier.unit, acting.procedure, stage)?,
    };
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        Some(holder),
        Action::Submit,
        cmd.note.clone(),
    )?;
    finish(
        tx,
        cx,
        &mut dossier,
        "result_submitted",
        json!({ "stage": stage.as_str() }),
    )
}

fn chosen_leader(tx: &mut Tx<'_>, cx: &Cx, dossier: &Dossier, leader: PostId) -> Result<Holder, AppError> {
    let posts = dossiers::filled_posts(tx, &dossier.unit, dossier.space, cx.today())?;
    let is_leader = posts
        .iter()
        .any(|post| post.id == leader && post.roles.iter().copied().any(Role::is_leader));
    if is_leader {
        Ok(Holder::Post(leader))
    } else {
        Err(AppError::field("leader", "result-leader-wrong"))
    }
}

/// The division head agrees.
#[derive(Debug, Clone)]
pub struct EndorseResult {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// The leader who is to sign; the one in charge when not given.
    pub leader: Option<PostId>,
    /// Note to the leader.
    pub note: Option<String>,
}

/// Passes the reviewed draft on to the leader.
pub fn endorse_result(tx: &mut Tx<'_>, cx: &Cx, cmd: &EndorseResult) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Endorse)?;
    let mut dossier = acting.dossier;
    let holder = match cmd.leader {
        Some(leader) => chosen_leader(tx, cx, &dossier, leader)?,
        None => holder_for(tx, cx, &dossier.unit, acting.procedure, Stage::Sign)?,
    };
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        Some(holder),
        Action::Endorse,
        cmd.note.clone(),
    )?;
    finish(tx, cx, &mut dossier, "result_endorsed", json!({}))
}

/// Send the draft back.
#[derive(Debug, Clone)]
pub struct SendBack {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// What must be changed.
    pub reason: String,
}

/// Sends the draft back to the one who drafted it, with a reason.
pub fn send_back(tx: &mut Tx<'_>, cx: &Cx, cmd: &SendBack) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::SendBack)?;
    let why = reason("reason", &cmd.reason)?;
    let mut dossier = acting.dossier;
    let drafter = dossiers::result(tx, dossier.id)?.and_then(|result| result.drafted_by);
    let holder = match drafter {
        Some(post) => Holder::Post(post),
        None => holder_for(tx, cx, &dossier.unit, acting.procedure, Stage::Draft)?,
    };
    if let Some(mut result) = dossiers::result(tx, dossier.id)? {
        result.approved_by = None;
        result.approved_by_person = None;
        result.approved_at = None;
        dossiers::put_result(tx, &result)?;
    }
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        Some(holder),
        Action::SendBack,
        Some(why),
    )?;
    finish(tx, cx, &mut dossier, "result_sent_back", json!({}))
}

/// A leader approves.
#[derive(Debug, Clone)]
pub struct ApproveResult {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
}

/// Approves the draft: it goes to the clerk, or is issued at once where the procedure has no numbering step.
pub fn approve_result(tx: &mut Tx<'_>, cx: &Cx, cmd: &ApproveResult) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Approve)?;
    let mut dossier = acting.dossier;
    let mut result = dossiers::result(tx, dossier.id)?.ok_or(AppError::refused("result-refused-no-draft"))?;
    if result.outcome == "refused" {
        return Err(AppError::refused("result-refused-is-a-refusal"));
    }
    result.approved_by = cx.actor.post();
    result.approved_by_person = cx.actor.person();
    result.approved_at = Some(cx.now());
    sign(tx, cx, &mut result)?;
    if acting.next == State::Resolved {
        number_result(tx, cx, &dossier, acting.procedure, &mut result)?;
        civil_status::enter(tx, cx, &dossier, acting.procedure, &result)?;
    }
    dossiers::put_result(tx, &result)?;
    let holder = match acting.next {
        State::InProgress(stage) => holder_for(tx, cx, &dossier.unit, acting.procedure, stage)?,
        _ => Holder::Role(Role::Receptionist),
    };
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        Some(holder),
        Action::Approve,
        None,
    )?;
    finish(
        tx,
        cx,
        &mut dossier,
        "result_approved",
        json!({ "revision": result.revision }),
    )
}

/// Keeps name and title of the leader as they are now, so that the paper prints the same when he has moved on.
fn sign(tx: &mut Tx<'_>, cx: &Cx, result: &mut DossierResult) -> Result<(), AppError> {
    let signer = Signer::of(tx, cx.actor.post(), cx.actor.person())?;
    if let Some(body) = result.body.as_object_mut() {
        body.insert(SIGNER.to_owned(), json!(signer));
    }
    Ok(())
}

/// Refuse after appraisal, as a result.
#[derive(Debug, Clone)]
pub struct RefuseAfterAppraisal {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// Reason with its legal basis.
    pub reason: String,
}

/// A leader refuses in writing with reasons, within the legal time (Decree 61/2018/NĐ-CP, article 19.8).
pub fn refuse_after_appraisal(tx: &mut Tx<'_>, cx: &Cx, cmd: &RefuseAfterAppraisal) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::RefuseAfterAppraisal)?;
    let why = reason("reason", &cmd.reason)?;
    let mut dossier = acting.dossier;
    if let Some(mut result) = dossiers::result(tx, dossier.id)? {
        result.outcome = "refused".to_owned();
        result.approved_by = cx.actor.post();
        result.approved_by_person = cx.actor.person();
        result.approved_at = Some(cx.now());
        sign(tx, cx, &mut result)?;
        dossiers::put_result(tx, &result)?;
    }
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        None,
        Action::RefuseAfterAppraisal,
        Some(why.clone()),
    )?;
    let slip = issue_slip(
        tx,
        cx,
        &dossier,
        "refusal",
        json!({ "reason": why, "after_appraisal": true }),
    )?;
    finish(
        tx,
        cx,
        &mut dossier,
        "dossier_refused_after_appraisal",
        json!({ "slip": slip.number }),
    )
}

/// Number, stamp and issue.
#[derive(Debug, Clone)]
pub struct IssueResult {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
}

/// Gives the approved result its gapless number and makes it ready to be collected: the on-time moment.
pub fn issue_result(tx: &mut Tx<'_>, cx: &Cx, cmd: &IssueResult) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Issue)?;
    let mut dossier = acting.dossier;
    let mut result = dossiers::result(tx, dossier.id)?.ok_or(AppError::refused("result-refused-no-draft"))?;
    if result.approved_at.is_none() {
        return Err(AppError::refused("dossier-why-not-approved"));
    }
    number_result(tx, cx, &dossier, acting.procedure, &mut result)?;
    civil_status::enter(tx, cx, &dossier, acting.procedure, &result)?;
    dossiers::put_result(tx, &result)?;
    advance(
        tx,
        cx,
        &mut dossier,
        acting.next,
        Some(Holder::Role(Role::Receptionist)),
        Action::Issue,
        None,
    )?;
    finish(
        tx,
        cx,
        &mut dossier,
        "result_issued",
        json!({ "book": result.book, "number": result.number, "year": result.year }),
    )
}

/// Numbers run from 1 within unit, book and year (Decree 30/2020/NĐ-CP, article 15; register books by their own law).
/// A result with a register book stands in it with that number; others are counted among the results of the year.
fn number_result(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    procedure: &Procedure,
    result: &mut DossierResult,
) -> Result<(), AppError> {
    if result.number.is_some() {
        return Ok(());
    }
    let year = cx.today().year();
    result.year = Some(i64::from(year));
    result.issued_at = Some(cx.now());
    result.issued_by = cx.actor.post();
    if let Some(book) = procedure.result.book.as_deref() {
        let entries = register::enter_result(tx, cx, dossier, procedure, book, result)?;
        let symbols: Vec<&str> = entries.iter().map(|entry| entry.symbol.as_str()).collect();
        result.symbol = Some(symbols.join(", "));
        // Of several numbers the result names the first and writes all.
        if let Some(first) = entries.first() {
            result.book = Some(first.book.book.clone());
            result.number = Some(first.number);
        }
        return Ok(());
    }
    let number = counters::next(tx, &dossier.unit, &format!("{WITHOUT_BOOK}:{year}"))?;
    result.book = Some(WITHOUT_BOOK.to_owned());
    result.number = Some(number);
    result.symbol = Some(cx.packs().result_symbol(WITHOUT_BOOK, number, year));
    Ok(())
}

/// Hand the result over.
#[derive(Debug, Clone)]
pub struct ReturnResult {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// Who collected it.
    pub collector_name: String,
    /// His identity number.
    pub collector_id_number: Option<String>,
    /// A word of [`Capacity`].
    pub capacity: String,
    /// The authorisation: number, date, by whom.
    pub authorisation: Option<String>,
    /// Day on the receipt that was shown.
    pub receipt_day: Option<Date>,
}

/// Hands the result over; a person other than the applicant needs an authorisation.
pub fn return_result(tx: &mut Tx<'_>, cx: &Cx, cmd: &ReturnResult) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Return)?;
    let mut problems = Vec::new();
    let name = clean(&cmd.collector_name).unwrap_or_default();
    if name.is_empty() || name.chars().count() > 200 {
        problems.push(FieldError::new("collector_name", "applicant-name-missing"));
    }
    let capacity = Capacity::parse(&cmd.capacity);
    if capacity.is_none() {
        problems.push(FieldError::new("capacity", "return-capacity-unknown"));
    }
    let authorisation = cmd
        .authorisation
        .as_deref()
        .and_then(clean)
        .filter(|text| !text.is_empty());
    if capacity == Some(Capacity::Authorised) && authorisation.is_none() {
        problems.push(FieldError::new("authorisation", "return-authorisation-missing"));
    }
    let applicant = &acting.dossier.applicant;
    let number = cmd
        .collector_id_number
        .as_deref()
        .map(str::trim)
        .filter(|number| !number.is_empty());
    let is_applicant = townhall_text::fold(&name) == townhall_text::fold(&applicant.name)
        && number.is_none_or(|number| applicant.id_number.as_deref() == Some(number));
    if cmd.capacity == "authorised" && is_applicant {
        problems.push(FieldError::new("collector_name", "return-collector-is-applicant"));
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    let mut dossier = acting.dossier;
    if dossier.payment == townhall_domain::dossier::PaymentState::Unpaid {
        return Err(AppError::refused("return-refused-unpaid"));
    }
    let mut collected = json!({
        "name": name,
        "id_number": cmd.collector_id_number,
        "capacity": capacity.map(Capacity::as_str),
        "authorisation": authorisation,
    });
    if let Some(day) = cmd.receipt_day {
        collected["receipt_day"] = json!(day.to_string());
    }
    if flow_of(acting.procedure).has_members {
        crate::joined::hand_over_members(tx, cx, &dossier, &collected)?;
    }
    collect(tx, cx, &mut dossier, acting.next, &collected)
}

/// Notes who collected the result. A joined-up dossier has none of its own: what was collected are its members'.
pub(crate) fn collect(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    next: State,
    collected: &Value,
) -> Result<(), AppError> {
    match dossiers::result(tx, dossier.id)? {
        Some(mut result) => {
            result.collected_by = Some(collected.clone());
            result.collected_at = Some(cx.now());
            result.collected_from = cx.actor.post();
            dossiers::put_result(tx, &result)?;
        }
        None if flow_of(procedure_of(cx, dossier)?).has_members => {}
        None => return Err(AppError::refused("dossier-why-no-result")),
    }
    dossier.returned_at = Some(cx.now());
    advance(tx, cx, dossier, next, None, Action::Return, None)?;
    let capacity = collected.get("capacity").cloned().unwrap_or_default();
    finish(
        tx,
        cx,
        dossier,
        "result_returned",
        json!({ "capacity": capacity }),
    )
}

//! The handler's own work: appraisal with a record, and asking another unit.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use townhall_domain::dossier::Action;
use townhall_domain::ids::{DossierId, StepId};
use townhall_domain::time;
use townhall_store::Tx;
use townhall_store::dossiers::{self, Record};

use super::flow::{advance, begin, finish, is_visible, post_of, reason};
use crate::cx::Cx;
use crate::error::AppError;

/// Record the appraisal.
#[derive(Debug, Clone)]
pub struct AppraiseDossier {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// When the matter was verified on the spot, if it was.
    pub verified_at: Option<Timestamp>,
    /// Where.
    pub place: Option<String>,
    /// Who took part.
    pub participants: Option<String>,
    /// What was found.
    pub finding: String,
    /// Whether the conditions of the law are met.
    pub eligible: bool,
}

/// Records time, place, participants and content (Decree 61/2018/NĐ-CP, article 19.3) and goes on to the draft.
pub fn appraise_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &AppraiseDossier) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Appraise)?;
    let finding = reason("finding", &cmd.finding)?;
    let mut dossier = acting.dossier;
    let record = Record {
        id: cx.new_id(),
        kind: "appraisal".to_owned(),
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
        body: json!({
            "verified_at": cmd.verified_at.map(time::rfc3339),
            "place": cmd.place,
            "participants": cmd.participants,
            "finding": finding,
            "eligible": cmd.eligible,
        }),
        due_at: None,
        answered_at: None,
        answer: None,
    };
    dossiers::insert_record(tx, dossier.id, &record)?;
    let holder = dossier.holder;
    advance(tx, cx, &mut dossier, acting.next, holder, Action::Appraise, None)?;
    finish(
        tx,
        cx,
        &mut dossier,
        "dossier_appraised",
        json!({ "eligible": cmd.eligible }),
    )
}

/// Ask another unit or body.
#[derive(Debug, Clone)]
pub struct ConsultUnit {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// Who is asked.
    pub whom: String,
    /// What is asked.
    pub question: String,
    /// By when the answer is expected.
    pub answer_by: Date,
}

/// Asks in writing with content and a day for the answer; the deadline of the dossier goes on.
pub fn consult_unit(tx: &mut Tx<'_>, cx: &Cx, cmd: &ConsultUnit) -> Result<StepId, AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Consult)?;
    let question = reason("question", &cmd.question)?;
    let whom = reason("whom", &cmd.whom)?;
    if cmd.answer_by < cx.today() {
        return Err(AppError::field("answer_by", "date-in-past"));
    }
    let mut dossier = acting.dossier;
    let office = crate::calendar::office(tx, cx, &dossier.unit)?;
    let due_at = office
        .close(cmd.answer_by)
        .unwrap_or_else(|_| time::instant(cmd.answer_by.at(17, 0, 0, 0)));
    let id: StepId = cx.new_id();
    let record = Record {
        id,
        kind: "consultation".to_owned(),
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
        body: json!({ "whom": whom, "question": question }),
        due_at: Some(due_at),
        answered_at: None,
        answer: None,
    };
    dossiers::insert_record(tx, dossier.id, &record)?;
    dossiers::touch_step(tx, dossier.id, cx.now())?;
    finish(
        tx,
        cx,
        &mut dossier,
        "dossier_consulted",
        json!({ "consultation": id }),
    )?;
    Ok(id)
}

/// Keep the answer to a consultation.
#[derive(Debug, Clone)]
pub struct AnswerConsultation {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// The consultation.
    pub consultation: StepId,
    /// The answer.
    pub answer: String,
    /// Number and symbol of the answering document.
    pub document: Option<String>,
}

/// Logs the answer; whoever may consult may log it, because answers come by letter, too.
pub fn answer_consultation(tx: &mut Tx<'_>, cx: &Cx, cmd: &AnswerConsultation) -> Result<(), AppError> {
    let mut dossier = dossiers::lock(tx, cmd.dossier)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    cx.actor
        .must_on(Action::Consult.right(), &dossier.unit, post_of(&dossier))?;
    super::must_be_whole(&dossier)?;
    if dossier.version != cmd.version {
        return Err(AppError::Conflict {
            shown: cmd.version,
            stored: dossier.version,
        });
    }
    let answer = reason("answer", &cmd.answer)?;
    let body = json!({ "answer": answer, "document": cmd.document, "by": cx.actor.post() });
    if !dossiers::answer_record(tx, dossier.id, cmd.consultation, cx.now(), &body)? {
        return Err(AppError::NotFound("consultation"));
    }
    finish(
        tx,
        cx,
        &mut dossier,
        "consultation_answered",
        json!({ "consultation": cmd.consultation }),
    )
}

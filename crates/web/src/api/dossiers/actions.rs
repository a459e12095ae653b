//! Every action on a dossier, each with the body that it needs and the version that was read.

use serde_json::{Map, Value};
use townhall_app::cx::Cx;
use townhall_app::dossier as app;
use townhall_app::error::AppError;
use townhall_app::portal::sync_of_dossier;
use townhall_domain::ids::{DossierId, PostId, StepId};
use townhall_domain::time;
use townhall_store::{Tx, dossiers};

use super::receive::{ComponentBody, FeeBody};
use super::{READ, optional};
use crate::api::act::{self, Subject, action, with_reason};
use crate::api::book::Book;
use crate::api::problem::Wrong;
use crate::api::read::{Day, Text};
use crate::api::shapes::DossierItem;
use crate::routes::Need;

/// Actions on a dossier.
pub struct OnDossier;

impl Subject for OnDossier {
    type Id = DossierId;
    type Out = DossierItem;
    const WHAT: &'static str = "dossier";
    const NEED: Need = READ;

    fn after(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<Value, AppError> {
        let after = dossiers::load(tx, id)?.ok_or(AppError::NotFound("dossier"))?;
        let item = DossierItem::of(cx.packs(), cx.today(), &after, sync_of_dossier(tx, id)?);
        Ok(serde_json::to_value(item).unwrap_or_default())
    }
}

action!(
    /// Accept: complete and valid, the deadline begins.
    AcceptBody on OnDossier, "dossier_accept", "/api/v1/dossiers/{id}/actions/accept",
    {
        /// The check-list as it is stated.
        #[serde(default)]
        #[schema(max_items = 100)]
        components: Vec<ComponentBody>,
        /// Circumstances that hold; what the citizen said when it is missing.
        #[serde(default)]
        #[schema(value_type = Option<Vec<String>>, max_items = 50)]
        circumstances: Option<Vec<Text<60>>>,
        /// The whole filled form, when something of it is finished or mended; it stays as it is when missing.
        #[serde(default)]
        #[schema(value_type = Option<Object>)]
        form: Option<Map<String, Value>>,
        /// What is stated for the fee.
        #[serde(default)]
        fee: FeeBody,
    },
    |it, tx, cx, dossier, version| {
        let lines = it.components.iter().take(101).enumerate();
        let lines = lines.map(|(place, line)| line.input(place)).collect::<Result<_, _>>();
        let components = match lines {
            Ok(components) => components,
            Err(Wrong::App(error)) => return Err(error),
            Err(_) => return Err(AppError::field("components", "api-field-wrong")),
        };
        let words = it.circumstances.as_ref();
        let circumstances = words.map(|words| words.iter().map(|text| text.0.clone()).collect());
        let (form, fee) = (it.form.clone(), (&it.fee).into());
        let cmd = app::AcceptDossier { dossier, version, components, circumstances, form, fee };
        app::accept_dossier(tx, cx, &cmd)
    }
);
action!(
    /// Ask for a supplement, once and completely.
    RequestSupplementBody on OnDossier, "dossier_request_supplement", "/api/v1/dossiers/{id}/actions/request_supplement",
    {
        /// What to hand in or correct, line by line.
        #[schema(value_type = Vec<String>, min_items = 1, max_items = 50)]
        items: Vec<Text<500>>,
        /// Why.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        reason: Text<2000>,
    },
    |it, tx, cx, dossier, version| {
        let items = it.items.iter().take(50).map(|item| item.0.clone()).collect();
        let reason = it.reason.0.clone();
        app::request_supplement(tx, cx, &app::RequestSupplement { dossier, version, items, reason })
    }
);
action!(
    /// What was missing has come.
    CompleteSupplementBody on OnDossier, "dossier_complete_supplement", "/api/v1/dossiers/{id}/actions/complete_supplement",
    {
        /// Components that are there now.
        #[serde(default)]
        #[schema(value_type = Vec<String>, max_items = 100)]
        components: Vec<Text<60>>,
    },
    |it, tx, cx, dossier, version| {
        let components = it.components.iter().map(|component| component.0.clone()).collect();
        app::complete_supplement(tx, cx, &app::CompleteSupplement { dossier, version, components })
    }
);
action!(
    /// Refuse at reception, in writing.
    RefuseBody on OnDossier, "dossier_refuse", "/api/v1/dossiers/{id}/actions/refuse",
    {
        /// Why, with the legal basis.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        reason: Text<2000>,
        /// Where to file instead.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 500)]
        instead: Option<Text<500>>,
    },
    |it, tx, cx, dossier, version| {
        let (reason, instead) = (it.reason.0.clone(), optional(it.instead.as_ref()));
        app::refuse_dossier(tx, cx, &app::RefuseDossier { dossier, version, reason, instead })
    }
);
action!(
    /// Hand over to the competent division.
    TransferBody on OnDossier, "dossier_transfer", "/api/v1/dossiers/{id}/actions/transfer",
    {
        /// Note to the receiver.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 2000)]
        note: Option<Text<2000>>,
    },
    |it, tx, cx, dossier, version| {
        let note = optional(it.note.as_ref());
        app::transfer_dossier(tx, cx, &app::TransferDossier { dossier, version, note })
    }
);
action!(
    /// Name the handler and those who join.
    AssignBody on OnDossier, "dossier_assign", "/api/v1/dossiers/{id}/actions/assign",
    {
        /// The post that handles it.
        #[schema(value_type = String, format = "uuid")]
        post: PostId,
        /// Posts that join.
        #[serde(default)]
        #[schema(value_type = Vec<String>, max_items = 20)]
        joining: Vec<PostId>,
        /// Note to the handler.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 2000)]
        note: Option<Text<2000>>,
    },
    |it, tx, cx, dossier, version| {
        let mut joining: Vec<PostId> = it.joining.iter().take(20).copied().collect();
        joining.sort();
        joining.dedup();
        let (post, note) = (it.post, optional(it.note.as_ref()));
        app::assign_dossier(tx, cx, &app::AssignDossier { dossier, version, post, joining, note })
    }
);
action!(
    /// Record the appraisal.
    AppraiseBody on OnDossier, "dossier_appraise", "/api/v1/dossiers/{id}/actions/appraise",
    {
        /// The day on which the matter was verified on the spot.
        #[serde(default)]
        verified_on: Option<Day>,
        /// Where.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 500)]
        place: Option<Text<500>>,
        /// Who took part.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 1000)]
        participants: Option<Text<1000>>,
        /// What was found.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        finding: Text<2000>,
        /// Whether the conditions of the law are met.
        eligible: bool,
    },
    |it, tx, cx, dossier, version| app::appraise_dossier(tx, cx, &app::AppraiseDossier {
        dossier,
        version,
        verified_at: it.verified_on.map(|day| time::instant(day.0.at(0, 0, 0, 0))),
        place: optional(it.place.as_ref()),
        participants: optional(it.participants.as_ref()),
        finding: it.finding.0.clone(),
        eligible: it.eligible,
    })
);
action!(
    /// Ask another unit or body.
    ConsultBody on OnDossier, "dossier_consult", "/api/v1/dossiers/{id}/actions/consult",
    {
        /// Who is asked.
        #[schema(value_type = String, min_length = 3, max_length = 500)]
        whom: Text<500>,
        /// What is asked.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        question: Text<2000>,
        /// By when the answer is expected.
        answer_by: Day,
    },
    |it, tx, cx, dossier, version| {
        let (whom, question, answer_by) = (it.whom.0.clone(), it.question.0.clone(), it.answer_by.0);
        app::consult_unit(tx, cx, &app::ConsultUnit { dossier, version, whom, question, answer_by }).map(|_| ())
    }
);
action!(
    /// Keep the answer to a consultation.
    AnswerBody on OnDossier, "dossier_answer", "/api/v1/dossiers/{id}/actions/answer",
    {
        /// The consultation, as `records` names it.
        #[schema(value_type = String, format = "uuid")]
        consultation: StepId,
        /// The answer.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        answer: Text<2000>,
        /// Number and symbol of the answering document.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 200)]
        document: Option<Text<200>>,
    },
    |it, tx, cx, dossier, version| app::answer_consultation(tx, cx, &app::AnswerConsultation {
        dossier,
        version,
        consultation: it.consultation,
        answer: it.answer.0.clone(),
        document: optional(it.document.as_ref()),
    })
);
action!(
    /// Write or change the draft of the result.
    DraftBody on OnDossier, "dossier_draft", "/api/v1/dossiers/{id}/actions/draft",
    {
        /// `granted` or `refused`.
        #[schema(value_type = String, pattern = "^(granted|refused)$")]
        outcome: Text<20>,
        /// Data of the result's template.
        #[serde(default)]
        #[schema(value_type = Object)]
        body: Map<String, Value>,
    },
    |it, tx, cx, dossier, version| {
        let (outcome, body) = (it.outcome.0.clone(), Value::Object(it.body.clone()));
        app::draft_result(tx, cx, &app::DraftResult { dossier, version, outcome, body })
    }
);
action!(
    /// Submit the draft for review or signing.
    SubmitBody on OnDossier, "dossier_submit", "/api/v1/dossiers/{id}/actions/submit",
    {
        /// The leader who is to sign; the one in charge when missing.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = "uuid")]
        leader: Option<PostId>,
        /// Note to the receiver.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 2000)]
        note: Option<Text<2000>>,
    },
    |it, tx, cx, dossier, version| {
        let (leader, note) = (it.leader, optional(it.note.as_ref()));
        app::submit_result(tx, cx, &app::SubmitResult { dossier, version, leader, note })
    }
);
action!(
    /// Agree with the draft and pass it on to the leader.
    EndorseBody on OnDossier, "dossier_endorse", "/api/v1/dossiers/{id}/actions/endorse",
    {
        /// The leader who is to sign; the one in charge when missing.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = "uuid")]
        leader: Option<PostId>,
        /// Note to the leader.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 2000)]
        note: Option<Text<2000>>,
    },
    |it, tx, cx, dossier, version| {
        let (leader, note) = (it.leader, optional(it.note.as_ref()));
        app::endorse_result(tx, cx, &app::EndorseResult { dossier, version, leader, note })
    }
);

with_reason!(
    on OnDossier as dossier;
    /// Send the draft back to the one who drafted it.
    SendBackBody, "dossier_send_back", "/api/v1/dossiers/{id}/actions/send_back", SendBack, send_back;
    /// Refuse after appraisal, in writing.
    RefuseAfterAppraisalBody, "dossier_refuse_after_appraisal", "/api/v1/dossiers/{id}/actions/refuse_after_appraisal", RefuseAfterAppraisal, refuse_after_appraisal;
    /// Stop at the citizen's wish.
    WithdrawBody, "dossier_withdraw", "/api/v1/dossiers/{id}/actions/withdraw", WithdrawDossier, withdraw_dossier;
    /// Take back the last hand-over that nobody has touched.
    RecallBody, "dossier_recall", "/api/v1/dossiers/{id}/actions/recall", RecallStep, recall_step;
);

action!(
    /// A leader approves.
    ApproveBody on OnDossier, "dossier_approve", "/api/v1/dossiers/{id}/actions/approve", {},
    |_it, tx, cx, dossier, version| app::approve_result(tx, cx, &app::ApproveResult { dossier, version })
);
action!(
    /// Number, stamp and issue the result.
    IssueBody on OnDossier, "dossier_issue", "/api/v1/dossiers/{id}/actions/issue", {},
    |_it, tx, cx, dossier, version| app::issue_result(tx, cx, &app::IssueResult { dossier, version })
);
action!(
    /// Hand the result over.
    ReturnBody on OnDossier, "dossier_return", "/api/v1/dossiers/{id}/actions/return",
    {
        /// Who collected it.
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        collector_name: Text<200>,
        /// His identity number.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 20)]
        collector_id_number: Option<Text<20>>,
        /// `self`, `authorised`, `post`, `electronic`.
        #[schema(value_type = String, pattern = "^(self|authorised|post|electronic)$")]
        capacity: Text<20>,
        /// The authorisation: number, day, by whom.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 500)]
        authorisation: Option<Text<500>>,
        /// Day on the receipt that was shown.
        #[serde(default)]
        receipt_day: Option<Day>,
    },
    |it, tx, cx, dossier, version| app::return_result(tx, cx, &app::ReturnResult {
        dossier,
        version,
        collector_name: it.collector_name.0.clone(),
        collector_id_number: optional(it.collector_id_number.as_ref()),
        capacity: it.capacity.0.clone(),
        authorisation: optional(it.authorisation.as_ref()),
        receipt_day: it.receipt_day.map(|day| day.0),
    })
);
action!(
    /// Apologise in writing and extend once.
    ExtendBody on OnDossier, "dossier_extend", "/api/v1/dossiers/{id}/actions/extend",
    {
        /// The new day.
        to: Day,
        /// Why it will be late.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        reason: Text<2000>,
    },
    |it, tx, cx, dossier, version| {
        let (to, reason) = (it.to.0, it.reason.0.clone());
        app::extend_dossier(tx, cx, &app::ExtendDossier { dossier, version, to, reason })
    }
);
action!(
    /// Record a financial obligation: the clock waits for proof of payment.
    ObligateBody on OnDossier, "dossier_obligate", "/api/v1/dossiers/{id}/actions/obligate",
    {
        /// What is to be paid, and to whom.
        #[schema(value_type = String, min_length = 3, max_length = 1000)]
        what: Text<1000>,
        /// Number of the transfer slip or the tax notice.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 200)]
        document: Option<Text<200>>,
    },
    |it, tx, cx, dossier, version| {
        let (what, document) = (it.what.0.clone(), optional(it.document.as_ref()));
        app::obligate_dossier(tx, cx, &app::ObligateDossier { dossier, version, what, document })
    }
);
action!(
    /// Proof of payment has come: go on.
    ResumeBody on OnDossier, "dossier_resume", "/api/v1/dossiers/{id}/actions/resume",
    {
        /// Number of the receipt.
        #[schema(value_type = String, min_length = 3, max_length = 500)]
        proof: Text<500>,
    },
    |it, tx, cx, dossier, version| {
        app::resume_dossier(tx, cx, &app::ResumeDossier { dossier, version, proof: it.proof.0.clone() })
    }
);
action!(
    /// Correct an entry; the old value is kept.
    CorrectBody on OnDossier, "dossier_correct", "/api/v1/dossiers/{id}/actions/correct",
    {
        /// `applicant.name`, `applicant.id_number`, `applicant.born_on`, `applicant.phone`, `applicant.email`,
        /// `applicant.address`, `delivery`, or `form.<field>`.
        #[schema(value_type = String, max_length = 100)]
        field: Text<100>,
        /// The right value.
        #[schema(value_type = String, max_length = 2000)]
        value: Text<2000>,
        /// Why.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        reason: Text<2000>,
    },
    |it, tx, cx, dossier, version| {
        let (field, value, reason) = (it.field.0.clone(), it.value.0.clone(), it.reason.0.clone());
        app::correct_entry(tx, cx, &app::CorrectEntry { dossier, version, field, value, reason })
    }
);

/// Every action, in the order of the domain, and the answer to a consultation; papers are added by their own route.
const ALL: [fn(Book) -> Book; 23] = [
    act::add::<AcceptBody>,
    act::add::<RequestSupplementBody>,
    act::add::<CompleteSupplementBody>,
    act::add::<RefuseBody>,
    act::add::<TransferBody>,
    act::add::<AssignBody>,
    act::add::<AppraiseBody>,
    act::add::<ConsultBody>,
    act::add::<AnswerBody>,
    act::add::<DraftBody>,
    act::add::<SubmitBody>,
    act::add::<EndorseBody>,
    act::add::<SendBackBody>,
    act::add::<ApproveBody>,
    act::add::<RefuseAfterAppraisalBody>,
    act::add::<IssueBody>,
    act::add::<ReturnBody>,
    act::add::<ExtendBody>,
    act::add::<ObligateBody>,
    act::add::<ResumeBody>,
    act::add::<WithdrawBody>,
    act::add::<CorrectBody>,
    act::add::<RecallBody>,
];

pub(super) fn add(book: Book) -> Book {
    ALL.into_iter().fold(book, |book, add| add(book))
}

//! Dossiers: from the counter to the result. One file a use case.

mod accept;
mod citizen;
mod clock;
mod correct;
mod counter;
pub(crate) mod flow;
mod hand_over;
mod handle;
mod list;
mod papers;
mod receive;
mod result;
mod status;
mod supplement;
mod view;
mod warn;
mod words;

pub use accept::{AcceptDossier, accept_dossier, check_circumstances};
pub use citizen::{
    AnswerSupplement, CitizenProof, HandIn, RateDossier, WithdrawByCitizen, answer_supplement, hand_in,
    proof_by_secret, rate_dossier, slip_by_secret, withdraw_by_citizen,
};
pub use clock::{
    ExtendDossier, ObligateDossier, ResumeDossier, extend_dossier, obligate_dossier, resume_dossier,
};
pub(crate) use correct::withdraw;
pub use correct::{CorrectEntry, RecallStep, WithdrawDossier, correct_entry, recall_step, withdraw_dossier};
pub use counter::{Finished, Looked, counter_aside, counter_draft, finished_at_counter, look_up};
pub use flow::{flow_of, holder_for};
pub(crate) use flow::{is_visible, must_be_whole, procedure_of, reading};
pub use hand_over::{AssignDossier, TransferDossier, assign_dossier, transfer_dossier};
pub use handle::{
    AnswerConsultation, AppraiseDossier, ConsultUnit, answer_consultation, appraise_dossier, consult_unit,
};
pub use list::{dossier_list, my_work};
pub(crate) use papers::attach;
pub use papers::{AddPapers, PaperView, RemovePaper, add_papers, paper_view, remove_paper};
pub use receive::{
    ComponentInput, ReceiveDossier, Received, RefuseDossier, Verdict, receive_dossier, refuse_dossier,
};
pub(crate) use receive::{Counted, form_of, receive_counted, receive_member};
pub use result::{
    ApproveResult, DraftResult, EndorseResult, IssueResult, RefuseAfterAppraisal, ReturnResult, SendBack,
    SubmitResult, approve_result, draft_result, endorse_result, issue_result, refuse_after_appraisal,
    return_result, send_back, submit_result,
};
pub(crate) use result::{collect, put_draft};
pub use status::{DossierStatus, status_by_secret};
pub use supplement::{CompleteSupplement, RequestSupplement, complete_supplement, request_supplement};
pub use view::{ActionNow, DossierView, dossier_view};
pub(crate) use warn::plan as plan_bells;
pub use warn::{Bells, RING_WARNINGS, bells};
pub(crate) use words::own_words;

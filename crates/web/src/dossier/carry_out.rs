//! From the form of an action to its command: one arm for each.

use jiff::civil::Date;
use serde_json::json;
use townhall_app::dossier as app_dossier;
use townhall_app::error::{AppError, FieldError};
use townhall_domain::dossier::Action;
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::ids::{DossierId, PostId, StepId};
use townhall_domain::time;

use super::act::Typed;
use super::page;
use crate::session::Signed;
use crate::state::App;

fn day(field: &str, typed: &str) -> Result<Date, AppError> {
    parse_date(typed).ok_or_else(|| AppError::Invalid(vec![FieldError::new(field, "date-wrong")]))
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Carries an action out for whoever is signed in.
pub(super) async fn run(
    app: &App,
    signed: &Signed,
    action: Action,
    dossier: DossierId,
    typed: &Typed,
    id: &str,
) -> Result<(), AppError> {
    let version: i64 = typed
        .version
        .parse()
        .map_err(|_| AppError::Conflict { shown: 0, stored: 0 })?;
    let mut typed = typed.clone();
    if action == Action::Correct {
        // How the new value was sent depends on the form of this dossier.
        let view = page::look(app, signed, id).await?;
        typed.value = super::corrected::sent(app, &view.dossier, &typed).unwrap_or_default();
    }
    app.town
        .write("act_on_dossier", &signed.actor, move |tx, cx| {
            command(tx, cx, action, dossier, version, &typed)
        })
        .await
}

#[expect(clippy::too_many_lines, reason = "one table: an arm for each action")]
fn command(
    tx: &mut townhall_store::Tx<'_>,
    cx: &townhall_app::cx::Cx,
    action: Action,
    dossier: DossierId,
    version: i64,
    typed: &Typed,
) -> Result<(), AppError> {
    let note = filled(&typed.note);
    let reason = typed.reason.clone();
    let leader: Option<PostId> = typed.leader.parse().ok();
    match action {
        Action::Accept => {
            app_dossier::accept_dossier(tx, cx, &super::accept::command(dossier, version, typed)?)
        }
        Action::RequestSupplement => {
            let items = typed.items.lines().map(str::to_owned).collect();
            app_dossier::request_supplement(
                tx,
                cx,
                &app_dossier::RequestSupplement {
                    dossier,
                    version,
                    items,
                    reason,
                },
            )
        }
        Action::CompleteSupplement => app_dossier::complete_supplement(
            tx,
            cx,
            &app_dossier::CompleteSupplement {
                dossier,
                version,
                components: typed.present.clone(),
            },
        ),
        Action::Refuse => app_dossier::refuse_dossier(
            tx,
            cx,
            &app_dossier::RefuseDossier {
                dossier,
                version,
                reason,
                instead: filled(&typed.instead),
            },
        ),
        Action::Transfer => app_dossier::transfer_dossier(
            tx,
            cx,
            &app_dossier::TransferDossier {
                dossier,
                version,
                note,
            },
        ),
        Action::Assign => {
            let post = typed
                .post
                .parse()
                .map_err(|_| AppError::field("post", "dossier-post-missing"))?;
            let joining = typed
                .joining
                .iter()
                .filter_map(|post| post.parse().ok())
                .collect();
            app_dossier::assign_dossier(
                tx,
                cx,
                &app_dossier::AssignDossier {
                    dossier,
                    version,
                    post,
                    joining,
                    note,
                },
            )
        }
        Action::Appraise => {
            let verified_at = match typed.verified_on.trim() {
                "" => None,
                text => Some(time::instant(day("verified_on", text)?.at(0, 0, 0, 0))),
            };
            let cmd = app_dossier::AppraiseDossier {
                dossier,
                version,
                verified_at,
                place: filled(&typed.place),
                participants: filled(&typed.participants),
                finding: typed.finding.clone(),
                eligible: typed.eligible == "yes",
            };
            app_dossier::appraise_dossier(tx, cx, &cmd)
        }
        Action::Consult => {
            if let Ok(consultation) = typed.consultation.parse::<StepId>() {
                let cmd = app_dossier::AnswerConsultation {
                    dossier,
                    version,
                    consultation,
                    answer: typed.answer.clone(),
                    document: filled(&typed.document),
                };
                app_dossier::answer_consultation(tx, cx, &cmd)
            } else {
                let answer_by = day("answer_by", &typed.answer_by)?;
                let cmd = app_dossier::ConsultUnit {
                    dossier,
                    version,
                    whom: typed.whom.clone(),
                    question: typed.question.clone(),
                    answer_by,
                };
                app_dossier::consult_unit(tx, cx, &cmd).map(|_| ())
            }
        }
        Action::Draft => {
            let cmd = app_dossier::DraftResult {
                dossier,
                version,
                outcome: typed.outcome.clone(),
                body: json!({ "content": typed.content.trim() }),
            };
            app_dossier::draft_result(tx, cx, &cmd)
        }
        Action::Submit => app_dossier::submit_result(
            tx,
            cx,
            &app_dossier::SubmitResult {
                dossier,
                version,
                leader,
                note,
            },
        ),
        Action::Endorse => app_dossier::endorse_result(
            tx,
            cx,
            &app_dossier::EndorseResult {
                dossier,
                version,
                leader,
                note,
            },
        ),
        Action::SendBack => app_dossier::send_back(
            tx,
            cx,
            &app_dossier::SendBack {
                dossier,
                version,
                reason,
            },
        ),
        Action::Approve => {
            app_dossier::approve_result(tx, cx, &app_dossier::ApproveResult { dossier, version })
        }
        Action::RefuseAfterAppraisal => app_dossier::refuse_after_appraisal(
            tx,
            cx,
            &app_dossier::RefuseAfterAppraisal {
                dossier,
                version,
                reason,
            },
        ),
        Action::Issue => app_dossier::issue_result(tx, cx, &app_dossier::IssueResult { dossier, version }),
        Action::Return => {
            let cmd = app_dossier::ReturnResult {
                dossier,
                version,
                collector_name: typed.collector_name.clone(),
                collector_id_number: filled(&typed.collector_id_number),
                capacity: typed.capacity.clone(),
                authorisation: filled(&typed.authorisation),
                receipt_day: None,
            };
            app_dossier::return_result(tx, cx, &cmd)
        }
        Action::Extend => app_dossier::extend_dossier(
            tx,
            cx,
            &app_dossier::ExtendDossier {
                dossier,
                version,
                to: day("to", &typed.to)?,
                reason,
            },
        ),
        Action::Obligate => app_dossier::obligate_dossier(
            tx,
            cx,
            &app_dossier::ObligateDossier {
                dossier,
                version,
                what: typed.what.clone(),
                document: filled(&typed.document),
            },
        ),
        Action::ResumeWork => app_dossier::resume_dossier(
            tx,
            cx,
            &app_dossier::ResumeDossier {
                dossier,
                version,
                proof: typed.proof.clone(),
            },
        ),
        Action::Withdraw => app_dossier::withdraw_dossier(
            tx,
            cx,
            &app_dossier::WithdrawDossier {
                dossier,
                version,
                reason,
            },
        ),
        Action::Correct => app_dossier::correct_entry(
            tx,
            cx,
            &app_dossier::CorrectEntry {
                dossier,
                version,
                field: typed.field.clone(),
                value: typed.value.clone(),
                reason,
            },
        ),
        Action::Recall => app_dossier::recall_step(
            tx,
            cx,
            &app_dossier::RecallStep {
                dossier,
                version,
                reason,
            },
        ),
        Action::AddPaper => Err(AppError::NotFound("action")),
    }
}

//! Actions on a dossier: a page that asks what the action needs, and the command behind it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use townhall_app::dossier as app_dossier;
use townhall_app::dossier::{ActionNow, DossierView};
use townhall_app::error::{AppError, FieldError};
use townhall_domain::dossier::Action;
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::ids::{DossierId, PostId, StepId};
use townhall_domain::time;
use townhall_store::organisation;

use super::act_fields::{self, Posts};
use super::page;
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::one_or_many;
use crate::ui::{self, Errors, Form, Page, Place, Ui, code, error_summary, key_hint};

/// The first field of a page that asks.
const FIRST: &str = "input:not([type=hidden]), textarea, select";

/// Every field that an action may ask for; each action reads its own and leaves the rest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Version of the dossier that the page showed.
    pub version: String,
    pub note: String,
    pub reason: String,
    pub items: String,
    pub instead: String,
    pub post: String,
    #[serde(deserialize_with = "one_or_many")]
    pub joining: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub present: Vec<String>,
    pub verified_on: String,
    pub place: String,
    pub participants: String,
    pub finding: String,
    pub eligible: String,
    pub whom: String,
    pub question: String,
    pub answer_by: String,
    pub consultation: String,
    pub answer: String,
    pub document: String,
    pub outcome: String,
    pub content: String,
    pub leader: String,
    pub to: String,
    pub what: String,
    pub proof: String,
    pub collector_name: String,
    pub collector_id_number: String,
    pub capacity: String,
    pub authorisation: String,
    pub field: String,
    pub value: String,
    /// Whatever else was sent: the answers of the pack's form, what is stated for the fee.
    #[serde(flatten)]
    pub rest: std::collections::BTreeMap<String, serde_json::Value>,
}

/// The name under which the form of an action keeps what was typed; `of` is what it is about, where the same action has
/// several forms: a correction has one for each entry.
pub(crate) fn draft_name(dossier: DossierId, action: Action, of: &str) -> String {
    let mut name = format!("dossier-{dossier}-{}", action.as_str());
    if !of.is_empty() {
        name.push('-');
        name.extend(of.chars().map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        }));
    }
    name
}

/// What this form of an action is about; nothing where the action has only one form.
fn about_what(action: Action, typed: &Typed) -> &str {
    match action {
        Action::Correct => &typed.field,
        Action::Consult if typed.consultation.parse::<StepId>().is_ok() => &typed.consultation,
        _ => "",
    }
}

/// How the page of an action is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Not empty: the page of all drafts, also where there is a page of its own.
    plain: String,
    /// The consultation whose answer is written down.
    consultation: String,
    /// The entry that is corrected.
    field: String,
}

fn action_of(word: &str) -> Result<Action, AppError> {
    Action::parse(word)
        .filter(|action| *action != Action::AddPaper)
        .ok_or(AppError::NotFound("action"))
}

/// The page of an action.
pub async fn ask(
    State(app): State<App>,
    signed: Signed,
    Path((id, action)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    let found = match action_of(&action) {
        Ok(action) => page::load(&app, &signed, &id).await.map(|view| (action, view)),
        Err(error) => Err(error),
    };
    let (action, view) = match found {
        Ok(found) => found,
        Err(error) => return signed.refuse(&app, &error),
    };
    if let Err(error) = possible(&view, action) {
        return signed.refuse(&app, &error);
    }
    // What belongs in a register, or comes out of one, has a page of its own for its draft.
    let own = crate::civil_status::page_of_draft(&app, &signed, &view.dossier);
    if let (Action::Draft, true, Some(page)) = (action, asked.plain.is_empty(), own) {
        return Redirect::to(&page).into_response();
    }
    let typed = Typed {
        version: view.dossier.version.to_string(),
        eligible: "yes".to_owned(),
        outcome: "granted".to_owned(),
        capacity: "self".to_owned(),
        collector_name: view.dossier.applicant.name.clone(),
        value: super::corrected::typed_now(&view.dossier, &asked.field),
        consultation: asked.consultation,
        field: asked.field,
        ..Typed::default()
    };
    let typed = with_draft(typed, &view);
    let typed = if action == Action::Accept {
        super::accept::with_claims(&app, &signed.ui(&app), typed, &view.dossier)
    } else {
        typed
    };
    show(&app, &signed, &view, action, &typed, &Errors::default()).await
}

/// What was drafted before stands in the form again.
fn with_draft(mut typed: Typed, view: &DossierView) -> Typed {
    if let Some(result) = &view.result {
        typed.outcome.clone_from(&result.outcome);
        typed.content = result
            .body
            .get("content")
            .and_then(|content| content.as_str())
            .unwrap_or_default()
            .to_owned();
    }
    typed
}

fn possible(view: &DossierView, action: Action) -> Result<(), AppError> {
    match view
        .actions
        .iter()
        .find(|(known, _)| *known == action)
        .map(|(_, now)| now)
    {
        Some(ActionNow::Yes) => Ok(()),
        Some(ActionNow::NotInThisState(why)) => Err(AppError::NotAllowed(*why)),
        Some(ActionNow::NotInYourHand) => Err(AppError::refused("dossier-refused-not-in-your-hand")),
        None => Err(AppError::NotFound("action")),
    }
}

async fn show(
    app: &App,
    signed: &Signed,
    view: &DossierView,
    action: Action,
    typed: &Typed,
    errors: &Errors,
) -> Response {
    let posts = match posts(app, signed, view, action).await {
        Ok(posts) => posts,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let is_answer = action == Action::Consult && super::consulted::open(view, &typed.consultation).is_some();
    let heading = if is_answer {
        ui.t("dossier-consulted-answer")
    } else {
        ui.t(&format!("dossier-action-{}", action.as_str()))
    };
    let main = if action == Action::Correct
        && super::corrected::label(app, &ui, &view.dossier, &typed.field).is_none()
    {
        choose_entry(app, &ui, view, &heading)
    } else {
        body(app, &ui, view, action, typed, errors, &posts, &heading)
    };
    let status = errors.status();
    (
        status,
        ui::page(
            &ui,
            &Page::new(&heading)
                .at(Place::Dossiers)
                .with_error(!errors.is_empty()),
            &main,
        ),
    )
        .into_response()
}

/// The posts that can be chosen: handlers for an assignment, leaders for a signature.
async fn posts(app: &App, signed: &Signed, view: &DossierView, action: Action) -> Result<Posts, AppError> {
    if !matches!(action, Action::Assign | Action::Submit | Action::Endorse) {
        return Ok(Posts::default());
    }
    let (unit, space) = (view.dossier.unit.clone(), view.dossier.space);
    app.town
        .read("posts_to_choose", &signed.actor, move |tx, cx| {
            let filled = townhall_store::dossiers::filled_posts(tx, &unit, space, cx.today())?;
            let people = organisation::posts_as_of(tx, &unit, cx.today())?;
            Ok::<_, AppError>(Posts::of(&filled, &people))
        })
        .await
}

/// First of all which entry is to be corrected.
fn choose_entry(app: &App, ui: &Ui, view: &DossierView, heading: &str) -> Markup {
    let back = format!("/dossiers/{}", view.dossier.id);
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-dossiers"), "/dossiers"), (&view.dossier.code, &back)], &html! { (heading) }))
        h1 { (heading) }
        p { (view.dossier.subject) " · " (code(&view.dossier.code)) }
        p.th-muted { (ui.t("dossier-effect-correct")) }
        (super::corrected::entries(app, ui, view))
        p.mt-3 { a.btn href=(back) { (ui.t("ui-leave-it")) } }
    }
}

/// How a field of an action is called, for the list of mistakes above.
fn label_of(app: &App, ui: &Ui, view: &DossierView, typed: &Typed, name: &str) -> Option<String> {
    const OWN: &[&str] = &[
        "reason",
        "to",
        "what",
        "items",
        "instead",
        "post",
        "finding",
        "verified_on",
        "whom",
        "question",
        "answer_by",
        "answer",
        "document",
        "content",
        "proof",
        "collector_name",
        "collector_id_number",
        "capacity",
        "authorisation",
    ];
    match name {
        "exemption_reason" => Some(ui.t("fees-exempt-reason")),
        "value" => super::corrected::label(app, ui, &view.dossier, &typed.field),
        name if OWN.contains(&name) => Some(ui.t(&format!("dossier-field-{name}"))),
        name => {
            let asked = name.strip_prefix(crate::counter::FORM)?;
            super::corrected::label(app, ui, &view.dossier, &format!("form.{asked}"))
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one call, from the function above")]
fn body(
    app: &App,
    ui: &Ui,
    view: &DossierView,
    action: Action,
    typed: &Typed,
    errors: &Errors,
    posts: &Posts,
    heading: &str,
) -> Markup {
    let dossier = &view.dossier;
    let back = format!("/dossiers/{}", dossier.id);
    let danger = matches!(
        action,
        Action::Refuse | Action::RefuseAfterAppraisal | Action::Withdraw
    );
    let fields = html! {
        (ui::hidden("version", &typed.version))
        div.th-fields { (act_fields::fields(app, ui, view, action, typed, errors, posts)) }
        div.th-row.mt-3 {
            button.btn.btn-primary[!danger].btn-danger[danger] type="submit" data-key="finish" { (heading) (key_hint(ui, "finish")) }
            a.btn href=(back) { (ui.t("ui-leave-it")) }
        }
    };
    let about = Form::post(format!("{back}/{}", action.as_str())).draft(draft_name(
        dossier.id,
        action,
        about_what(action, typed),
    ));
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-dossiers"), "/dossiers"), (&dossier.code, &back)], &html! { (heading) }))
        // The cursor stands where something is to be typed; after a mistake the summary has it.
        div.th-narrow data-focus=[errors.is_empty().then_some(FIRST)] {
            (error_summary(ui, &errors.clone().named_by(|name| label_of(app, ui, view, typed, name))))
            h1 { (heading) }
            p { (dossier.subject) " · " (code(&dossier.code)) }
            p.th-muted { (ui.t(&format!("dossier-effect-{}", action.as_str()))) }
            (ui::form(ui, &about, &fields))
            (ui::draft_hint(ui, None))
        }
    }
}

/// Carries an action out; what was typed stays on the form when it is refused.
pub async fn act(
    State(app): State<App>,
    signed: Signed,
    Path((id, word)): Path<(String, String)>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    let outcome = match (action_of(&word), page::id_of(&id)) {
        (Ok(action), Ok(dossier)) => run(&app, &signed, action, dossier, &typed, &id)
            .await
            .map_err(|error| (Some(action), error)),
        (Err(error), _) | (_, Err(error)) => Err((None, error)),
    };
    match outcome {
        Ok(()) => {
            let of = action_of(&word).map_or("", |action| about_what(action, &typed));
            let of = if of.is_empty() {
                String::new()
            } else {
                format!("&of={of}")
            };
            Redirect::to(&format!("/dossiers/{id}?done={word}{of}")).into_response()
        }
        Err((Some(action), error @ (AppError::Invalid(_) | AppError::Refused { .. }))) => {
            match page::load(&app, &signed, &id).await {
                Ok(view) => {
                    let errors = super::accept::placed(&Refusal::of(signed.lang(), &error).errors());
                    show(&app, &signed, &view, action, &typed, &errors).await
                }
                Err(error) => signed.refuse(&app, &error),
            }
        }
        Err((_, error)) => signed.refuse(&app, &error),
    }
}

fn day(field: &str, typed: &str) -> Result<Date, AppError> {
    parse_date(typed).ok_or_else(|| AppError::Invalid(vec![FieldError::new(field, "date-wrong")]))
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

async fn run(
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

//! What every action on a dossier shares: finding it, checking the right, handing it on, leaving a fact.

use jiff::Timestamp;
use serde_json::{Value, json};
use townhall_domain::calendar::Office;
use townhall_domain::dossier::{Action, Dossier, Flow, Holder, Stage, State};
use townhall_domain::ids::{DossierId, PostId, SlipId, StepId, UnitId};
use townhall_domain::permission::{Right, Role};
use townhall_domain::procedure::{Procedure, Share, Step as ProcedureStep, StepAction};
use townhall_store::dossiers::{self, Slip, Step};
use townhall_store::{Tx, counters, warnings};

use crate::access_log::{NoteReading, Reading};
use crate::cx::Cx;
use crate::error::AppError;
use crate::paper_data::{STATED, Stated};
use crate::record::{Subject, record};

/// What the steps of a procedure leave out or add.
pub fn flow_of(procedure: &Procedure) -> Flow {
    let has = |action| procedure.steps.iter().any(|step| step.action == action);
    Flow {
        has_review: has(StepAction::Review),
        has_assignment: has(StepAction::Assign),
        has_numbering: has(StepAction::Number),
        has_members: has(StepAction::Join),
    }
}

/// A dossier that an action has been allowed on.
pub(crate) struct Acting<'a> {
    pub dossier: Dossier,
    pub procedure: &'a Procedure,
    pub next: State,
}

/// The procedure version that a dossier began under.
pub(crate) fn procedure_of<'a>(cx: &'a Cx, dossier: &Dossier) -> Result<&'a Procedure, AppError> {
    cx.packs()
        .procedures()
        .version(&dossier.procedure.code, dossier.procedure.version)
        .ok_or_else(|| {
            AppError::refused_with(
                "dossier-refused-no-procedure-version",
                "code",
                &dossier.procedure.code,
            )
        })
}

/// Refuses a dossier whose personal data was destroyed: nothing can be done with it or printed of it any more.
pub(crate) fn must_be_whole(dossier: &Dossier) -> Result<(), AppError> {
    match dossier.erased_at {
        None => Ok(()),
        Some(_) => Err(AppError::refused("dossier-refused-erased")),
    }
}

/// Whether the actor may know of this dossier at all.
pub(crate) fn is_visible(cx: &Cx, dossier: &Dossier) -> bool {
    let holder = post_of(dossier);
    cx.actor.is_of_space(dossier.space)
        && (cx.actor.may_on(Right::ReadDossier, &dossier.unit, holder)
            || cx.actor.may(Right::ReadDossier, &dossier.receiving_unit))
}

/// Loads, locks and checks: visible, right held, version as shown, in the holder's hand, possible in this state.
pub(crate) fn begin<'a>(
    tx: &mut Tx<'_>,
    cx: &'a Cx,
    id: DossierId,
    shown: i64,
    action: Action,
) -> Result<Acting<'a>, AppError> {
    let dossier = dossiers::lock(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    let unit = acting_unit(&dossier, action, cx);
    // A recall takes back one's own hand-over: the actor's post answers for that, not the one that holds it now.
    let answers = if action == Action::Recall {
        cx.actor.post()
    } else {
        post_of(&dossier)
    };
    cx.actor.must_on(action.right(), unit, answers)?;
    must_be_whole(&dossier)?;
    if dossier.version != shown {
        return Err(AppError::Conflict {
            shown,
            stored: dossier.version,
        });
    }
    let procedure = procedure_of(cx, &dossier)?;
    let next = dossier.state.after(action, flow_of(procedure))?;
    if action.is_holders_only() && !is_holder(cx, &dossier) {
        return Err(AppError::refused("dossier-refused-not-in-your-hand"));
    }
    Ok(Acting {
        dossier,
        procedure,
        next,
    })
}

/// The counter's actions may be done by the receiving centre as well as by the competent one.
fn acting_unit<'d>(dossier: &'d Dossier, action: Action, cx: &Cx) -> &'d UnitId {
    let at_counter = matches!(
        action,
        Action::Accept
            | Action::Refuse
            | Action::RequestSupplement
            | Action::CompleteSupplement
            | Action::Transfer
            | Action::Return
            | Action::Withdraw
            | Action::AddPaper
    );
    if at_counter && cx.actor.may(action.right(), &dossier.receiving_unit) {
        &dossier.receiving_unit
    } else {
        &dossier.unit
    }
}

/// The post that holds the dossier, when one does by name.
pub(crate) fn post_of(dossier: &Dossier) -> Option<PostId> {
    match dossier.holder {
        Some(Holder::Post(post)) => Some(post),
        Some(Holder::Role(_)) | None => None,
    }
}

/// Whether the actor holds the dossier now: by post, by standing in, or by role.
pub(crate) fn is_holder(cx: &Cx, dossier: &Dossier) -> bool {
    match &dossier.holder {
        Some(Holder::Post(post)) => cx.actor.post() == Some(*post),
        Some(Holder::Role(role)) => cx.actor.unit() == Some(&dossier.unit) && cx.actor.roles().contains(role),
        None => false,
    }
}

/// The reading of a dossier, or of one of its papers, for the access log.
pub(crate) fn reading(
    cx: &Cx,
    dossier: &Dossier,
    what: Reading,
    kind: &'static str,
    id: String,
) -> NoteReading {
    NoteReading {
        reading: what,
        subject_kind: kind,
        subject_id: id,
        unit: dossier.unit.clone(),
        about: dossier.applicant.party,
        own_work: is_holder(cx, dossier),
        reason: None,
    }
}

/// The step of the procedure that a stage belongs to.
pub(crate) fn step_of(procedure: &Procedure, stage: Stage) -> Option<&ProcedureStep> {
    let action = match stage {
        Stage::Assign => StepAction::Assign,
        Stage::Appraise | Stage::Draft => StepAction::Appraise,
        Stage::Review => StepAction::Review,
        Stage::Sign => StepAction::Sign,
        Stage::Number => StepAction::Number,
        Stage::Members => StepAction::Join,
    };
    procedure.steps.iter().find(|step| step.action == action)
}

fn default_roles(stage: Stage) -> &'static [Role] {
    match stage {
        Stage::Assign | Stage::Review => &[Role::DivisionHead],
        Stage::Appraise | Stage::Draft => &[Role::Handler, Role::JusticeOfficer],
        Stage::Sign => &[Role::Chair, Role::ViceChair],
        Stage::Number => &[Role::Clerk],
        Stage::Members => &[Role::Receptionist],
    }
}

/// Who gets a dossier at a stage: the post with the right role in the right division that has least to do.
///
/// Whoever stands in for an absent holder acts as that post, so the post is the right address. Where no such post
/// is filled, the dossier waits for anybody with the role, so that it never lies without a name.
pub fn holder_for(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    procedure: &Procedure,
    stage: Stage,
) -> Result<Holder, AppError> {
    let step = step_of(procedure, stage);
    let roles: Vec<Role> = match step {
        Some(step) if !step.roles.is_empty() => step.roles.clone(),
        _ => default_roles(stage).to_vec(),
    };
    // Leaders and clerks serve the whole unit; heads and handlers belong to a division.
    let division = match stage {
        Stage::Sign | Stage::Number | Stage::Members => step.and_then(|step| step.division.clone()),
        Stage::Assign | Stage::Appraise | Stage::Draft | Stage::Review => Some(
            step.and_then(|step| step.division.clone())
                .unwrap_or_else(|| procedure.division.clone()),
        ),
    };
    let mut posts = dossiers::filled_posts(
        tx,
        unit,
        cx.actor.space().unwrap_or(townhall_domain::space::Space::State),
        cx.today(),
    )?;
    posts.retain(|post| post.roles.iter().any(|role| roles.contains(role)));
    let in_division: Vec<_> = posts
        .iter()
        .filter(|post| division.as_ref().is_none_or(|kind| post.division_kind == *kind))
        .cloned()
        .collect();
    let candidates = if in_division.is_empty() {
        posts
    } else {
        in_division
    };
    // The order of the roles is the order of preference: the chair before a vice chair, a specialist before others.
    let rank = |post: &dossiers::FilledPost| {
        roles
            .iter()
            .position(|role| post.roles.contains(role))
            .unwrap_or(roles.len())
    };
    let best = candidates
        .iter()
        .min_by_key(|post| (rank(post), post.open_count, post.position));
    match best {
        Some(post) => Ok(Holder::Post(post.id)),
        None => Ok(Holder::Role(roles.first().copied().unwrap_or(Role::Handler))),
    }
}

/// When a stage is due: the share of the working time up to its end that the procedure gives it.
pub(crate) fn stage_due(
    office: &Office<'_>,
    procedure: &Procedure,
    dossier: &Dossier,
    stage: Stage,
) -> Option<Timestamp> {
    let deadline = dossier.deadline.as_ref()?;
    let last = step_of(procedure, stage)?;
    let mut permille = 0_i64;
    for step in &procedure.steps {
        if let Share::Permille(share) = step.share {
            permille += i64::from(share);
        }
        if step.id == last.id {
            break;
        }
    }
    let from = deadline.counting_from;
    let whole = office.work_between(from, deadline.due).ok()?;
    let part = jiff::SignedDuration::from_secs(whole.as_secs() * permille.min(1000) / 1000);
    office
        .after_work(from, part)
        .ok()
        .map(|due| due.min(deadline.due))
}

/// Hands the dossier on: ends the open step, opens the next, sets state, holder and due.
pub(crate) fn advance(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    next: State,
    holder: Option<Holder>,
    action: Action,
    note: Option<String>,
) -> Result<(), AppError> {
    let now = cx.now();
    dossiers::end_step(
        tx,
        dossier.id,
        now,
        cx.actor.post(),
        cx.actor.person(),
        action.as_str(),
    )?;
    dossier.state = next;
    dossier.holder = holder;
    dossier.held_since = now;
    let procedure = procedure_of(cx, dossier)?;
    let office = crate::calendar::office(tx, cx, &dossier.unit)?;
    dossier.step_due_at = next
        .stage()
        .and_then(|stage| stage_due(&office, procedure, dossier, stage));
    if next.has_ended() && dossier.ended_at.is_none() {
        dossier.ended_at = Some(now);
        // What has ended rings no more, and lists of bells stay as short as the open work.
        warnings::forget(tx, dossier.id)?;
    }
    let stage = match next {
        State::Registered | State::Accepted => "receive",
        State::InProgress(stage) => stage.as_str(),
        State::AwaitingSupplement(_) => "supplement",
        State::AwaitingObligation(_) => "obligation",
        State::Resolved => "return",
        State::NotAccepted | State::Withdrawn | State::Stopped | State::Returned => return Ok(()),
    };
    let number = dossiers::next_step_number(tx, dossier.id)?;
    let step = Step {
        id: cx.new_id::<StepId>(),
        number,
        stage: stage.to_owned(),
        holder,
        given_by: cx.actor.post(),
        given_by_person: cx.actor.person(),
        started_at: now,
        due_at: dossier.step_due_at,
        touched_at: None,
        ended_at: None,
        ended_by: None,
        ended_by_person: None,
        outcome: None,
        note,
    };
    dossiers::open_step(tx, dossier.id, &step)?;
    Ok(())
}

/// Saves the dossier, refuses an overtaken version, and leaves the fact last.
pub(crate) fn finish(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    action: &str,
    mut body: Value,
) -> Result<(), AppError> {
    let shown = dossier.version;
    if !dossiers::save(tx, dossier)? {
        return Err(AppError::Conflict {
            shown,
            stored: shown + 1,
        });
    }
    if let Some(map) = body.as_object_mut() {
        map.insert("state".to_owned(), json!(dossier.state.code()));
        map.insert("code".to_owned(), json!(dossier.code));
    }
    told_outside(tx, cx, dossier, action)?;
    record(
        tx,
        cx,
        &Subject::dossier(dossier.id, &dossier.unit, dossier.space),
        action,
        body,
    )?;
    // What moves a joined-up dossier: a member that ends, waits for the citizen or goes on.
    let goes_on = matches!(action, "supplement_completed" | "dossier_resumed");
    if dossier.state.has_ended() || dossier.state.is_waiting() || goes_on {
        crate::joined::follow(tx, cx, dossier)?;
    }
    Ok(())
}

/// What a step leaves for outside: the citizen's message and the state for the portal. Before the fact is recorded.
fn told_outside(tx: &mut Tx<'_>, cx: &Cx, dossier: &Dossier, fact: &str) -> Result<(), AppError> {
    crate::message::on_step(tx, cx, dossier, fact)?;
    crate::portal::on_state(tx, dossier)?;
    Ok(())
}

/// Issues a numbered form for a dossier; the template is the one in force today and stays with the form, as does
/// what the form says of people, since entries can be corrected and posts change hands.
pub(crate) fn issue_slip(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    form: &'static str,
    mut body: Value,
) -> Result<Slip, AppError> {
    if let Some(map) = body.as_object_mut() {
        map.insert(STATED.to_owned(), json!(Stated::now(tx, cx, dossier, form)?));
    }
    let year = i64::from(cx.today().year());
    let unit = cx
        .actor
        .unit()
        .cloned()
        .unwrap_or_else(|| dossier.receiving_unit.clone());
    let number = counters::next(tx, &unit, &format!("slip:{form}:{year}"))?;
    let slip = Slip {
        id: cx.new_id::<SlipId>(),
        dossier: dossier.id,
        unit,
        form: form.to_owned(),
        template: cx.packs().slip_template(form, cx.today()),
        number,
        year,
        issued_at: cx.now(),
        issued_by: cx.actor.post(),
        issued_by_person: cx.actor.person(),
        body,
    };
    dossiers::insert_slip(tx, &slip)?;
    Ok(slip)
}

/// A reason that a person must give: 3 to 2,000 characters.
pub(crate) fn reason(field: &str, typed: &str) -> Result<String, AppError> {
    let text = townhall_domain::dossier::applicant::clean(typed)
        .ok_or_else(|| AppError::field(field, "field-control-character"))?;
    match text.chars().count() {
        0..=2 => Err(AppError::field(field, "reason-missing")),
        3..=2000 => Ok(text),
        _ => Err(AppError::field(field, "reason-too-long")),
    }
}

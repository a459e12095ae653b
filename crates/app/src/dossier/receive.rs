//! Reception: a dossier comes in at the counter, online or from the portal, and is accepted, sent back or refused.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use townhall_domain::dossier::applicant::clean;
use townhall_domain::dossier::{
    Action, Applicant, ApplicantInput, Channel, ComponentEntry, ComponentSource, ComponentStatus, Delivery,
    Dossier, Holder, PaymentState, ProcedureRef, State,
};
use townhall_domain::fee::Quantity;
use townhall_domain::form::Form;
use townhall_domain::ids::{ComponentId, DossierId, PartyId, StepId, UnitId};
use townhall_domain::permission::{Right, Role};
use townhall_domain::procedure::{Component, Procedure};
use townhall_domain::space::Space;
use townhall_store::dossiers::{self, Step};
use townhall_store::{Tx, parties};

use super::accept::{Accepted, accept, check_circumstances, claims};
use super::flow::{advance, begin, finish, issue_slip, procedure_of, reason};
use super::words::search_words;
use crate::actor::Actor;
use crate::cx::Cx;
use crate::error::{AppError, FieldError};
use crate::fees::{StatedFee, quantities};
use crate::record::{Subject, record};

/// One line of the check-list as the counter states it.
#[derive(Debug, Clone)]
pub struct ComponentInput {
    /// Identifier within the procedure.
    pub component: String,
    /// Where it stands.
    pub status: ComponentStatus,
    /// Where it came from.
    pub source: Option<ComponentSource>,
    /// Copies handed in.
    pub copies: i64,
    /// Note; for paper asked for although a data base exists, the reason.
    pub note: Option<String>,
}

/// What the counter decides at reception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Complete and valid: Form 01, the deadline begins.
    Accept,
    /// Something is missing: Form 02, once and completely; the clock has not started.
    Supplement {
        /// What to hand in, line by line.
        items: Vec<String>,
        /// Why.
        reason: String,
    },
    /// Cannot be accepted: Form 03.
    Refuse {
        /// Why, with the legal basis.
        reason: String,
        /// Where to file instead.
        instead: Option<String>,
    },
    /// Filed online and not yet examined.
    Register,
}

/// A dossier comes in.
#[derive(Debug, Clone)]
pub struct ReceiveDossier {
    /// Identity chosen by the caller before, so that the same form sent twice makes one dossier.
    pub id: DossierId,
    /// The unit whose centre receives it.
    pub receiving_unit: UnitId,
    /// The competent unit.
    pub unit: UnitId,
    /// Procedure code.
    pub procedure: String,
    /// How it came.
    pub channel: Channel,
    /// Code given by the portal, kept.
    pub portal_code: Option<String>,
    /// Where the citizen was helped, when not at the receiving centre.
    pub support_place: Option<String>,
    /// True when an officer typed for the citizen online.
    pub assisted: bool,
    /// Whose matter it is.
    pub applicant: ApplicantInput,
    /// Who submitted it, when it was not the applicant.
    pub submitter: Option<ApplicantInput>,
    /// The filled form.
    pub form: Map<String, Value>,
    /// Circumstances that the officer or the citizen states.
    pub circumstances: Vec<String>,
    /// The check-list.
    pub components: Vec<ComponentInput>,
    /// How the result is wanted.
    pub delivery: Delivery,
    /// What the counter decides.
    pub verdict: Verdict,
    /// What is stated for the fee; it counts only at acceptance, which alone makes a fee.
    pub fee: StatedFee,
}

/// What came of a reception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The dossier.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// The secret of its receipt.
    pub receipt_secret: String,
}

/// Takes a dossier in and carries out the counter's verdict, all in one transaction.
///
/// The same identity a second time returns what the first call made, so a repeated click or a repeated request
/// makes one dossier.
pub fn receive_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &ReceiveDossier) -> Result<Received, AppError> {
    // First of all: who may not receive here is not told of what another received.
    check_right(cx, cmd)?;
    receive_counted(tx, cx, cmd, None)
}

/// What the fee counts, when it is not what the form says: several papers, an exemption with its proof.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    /// The papers.
    pub items: Vec<Quantity>,
    /// Code of the exemption and the paper that proves it.
    pub exemption: Option<(String, String)>,
}

impl Counted {
    /// What the filled form and the counter say.
    pub(crate) fn of(dossier: &Dossier, stated: &StatedFee) -> Self {
        let empty = Map::new();
        let claim = stated.exemption.as_ref();
        Self {
            items: vec![quantities(dossier.form.as_object().unwrap_or(&empty), stated)],
            exemption: claim.map(|claim| (claim.code.clone(), claim.reason.clone())),
        }
    }
}

/// [`receive_dossier`] with what the fee counts; the caller has asked for the right.
pub(crate) fn receive_counted(
    tx: &mut Tx<'_>,
    cx: &Cx,
    cmd: &ReceiveDossier,
    counted: Option<&Counted>,
) -> Result<Received, AppError> {
    receive_as(tx, cx, cmd, counted, Accepted::Alone)
}

/// A member of a joined-up dossier comes in; the rules have decided it, so nobody is asked for a right.
pub(crate) fn receive_member(tx: &mut Tx<'_>, cx: &Cx, cmd: &ReceiveDossier) -> Result<Received, AppError> {
    receive_as(tx, cx, cmd, None, Accepted::AsMember)
}

fn receive_as(
    tx: &mut Tx<'_>,
    cx: &Cx,
    cmd: &ReceiveDossier,
    counted: Option<&Counted>,
    accepted: Accepted,
) -> Result<Received, AppError> {
    if let Some(before) = received_before(tx, cmd)? {
        return Ok(before);
    }
    let procedure = cx
        .packs()
        .procedures()
        .as_of(&cmd.procedure, cx.today())
        .ok_or_else(|| {
            AppError::Invalid(vec![
                FieldError::new("procedure", "procedure-unknown").with("code", &cmd.procedure),
            ])
        })?;
    check_units(cx, cmd, procedure)?;
    if !matches!(cx.actor, Actor::System { .. }) && accepted == Accepted::Alone {
        // What the portal or a joined-up form says may be meant for others; people are told of a slip.
        check_circumstances(procedure, &cmd.circumstances)?;
    }
    let (applicant, submitter, form) = read_input(cx, cmd, procedure)?;
    let circumstances = procedure.circumstances(&form, &cmd.circumstances, cx.today());
    let components = check_list(cx, procedure, &circumstances, &cmd.components, &cmd.verdict)?;

    let applicant = keep_party(tx, cx, &cmd.receiving_unit, applicant)?;
    let mut dossier = new_dossier(tx, cx, cmd, procedure, applicant, submitter, form)?;
    // Its row is written once, at the end, in the state that the verdict leaves it in.
    dossiers::index(tx, &dossier, &search_words(&dossier, procedure))?;
    dossiers::put_components(tx, dossier.id, &components)?;
    open_reception(tx, cx, &dossier)?;
    match &cmd.verdict {
        Verdict::Register => {
            let body = fact_body(&dossier);
            finish(tx, cx, &mut dossier, "dossier_registered", body)?;
        }
        Verdict::Accept => {
            let counted = counted
                .cloned()
                .unwrap_or_else(|| Counted::of(&dossier, &cmd.fee));
            accept(
                tx,
                cx,
                &mut dossier,
                procedure,
                &circumstances,
                &counted,
                accepted,
            )?;
        }
        Verdict::Supplement { items, reason: why } => {
            super::supplement::ask(tx, cx, &mut dossier, items, why)?;
        }
        Verdict::Refuse { reason: why, instead } => refuse(tx, cx, &mut dossier, why, instead.as_deref())?,
    }
    Ok(Received {
        id: dossier.id,
        code: dossier.code,
        receipt_secret: dossier.receipt_secret,
    })
}

/// The dossier that this form became when it was sent before. It is the same in what it is about; a form that was
/// filled in anew after "back" is another matter.
fn received_before(tx: &mut Tx<'_>, cmd: &ReceiveDossier) -> Result<Option<Received>, AppError> {
    let Some(before) = dossiers::load(tx, cmd.id)? else {
        return Ok(None);
    };
    let same = before.procedure.code == cmd.procedure
        && before.receiving_unit == cmd.receiving_unit
        && clean(&cmd.applicant.name).is_some_and(|name| name == before.applicant.name);
    if !same {
        return Err(AppError::refused("dossier-refused-id-taken"));
    }
    Ok(Some(Received {
        id: before.id,
        code: before.code,
        receipt_secret: before.receipt_secret,
    }))
}

fn check_right(cx: &Cx, cmd: &ReceiveDossier) -> Result<(), AppError> {
    match &cmd.verdict {
        // Anybody may file online; the portal adapter files as the program itself.
        Verdict::Register if cx.actor.officer().is_none() => Ok(()),
        Verdict::Register => Ok(cx.actor.must(Right::ReceiveDossier, &cmd.receiving_unit)?),
        Verdict::Accept => Ok(cx.actor.must(Right::AcceptDossier, &cmd.receiving_unit)?),
        Verdict::Supplement { .. } => Ok(cx.actor.must(Right::RequestSupplement, &cmd.receiving_unit)?),
        Verdict::Refuse { .. } => Ok(cx.actor.must(Right::RefuseDossier, &cmd.receiving_unit)?),
    }
}

/// Another commune's matter may be received only inside one province and only for procedures that allow it.
fn check_units(cx: &Cx, cmd: &ReceiveDossier, procedure: &Procedure) -> Result<(), AppError> {
    let units = cx.packs().units();
    let unknown = |field: &str, unit: &UnitId| {
        AppError::Invalid(vec![
            FieldError::new(field, "unit-unknown").with("code", unit.code()),
        ])
    };
    let receiving = units
        .by_id(&cmd.receiving_unit)
        .ok_or_else(|| unknown("receiving_unit", &cmd.receiving_unit))?;
    let competent = units.by_id(&cmd.unit).ok_or_else(|| unknown("unit", &cmd.unit))?;
    if receiving.id == competent.id {
        return Ok(());
    }
    if !procedure.non_boundary {
        return Err(AppError::field("unit", "dossier-refused-boundary-procedure"));
    }
    if receiving.parent != competent.parent {
        return Err(AppError::field("unit", "dossier-refused-other-province"));
    }
    Ok(())
}

type Input = (Applicant, Option<Applicant>, Map<String, Value>);

fn read_input(cx: &Cx, cmd: &ReceiveDossier, procedure: &Procedure) -> Result<Input, AppError> {
    let mut problems: Vec<FieldError> = Vec::new();
    let mut person = |prefix: &str, input: &ApplicantInput| match input.parse(cx.today()) {
        Ok(person) => Some(person),
        Err(wrong) => {
            problems.extend(
                wrong
                    .into_iter()
                    .map(|(field, key)| FieldError::new(format!("{prefix}{field}"), key)),
            );
            None
        }
    };
    let applicant = person("applicant_", &cmd.applicant);
    let submitter = cmd.submitter.as_ref().map(|input| person("submitter_", input));
    let form = match form_of(cx, procedure) {
        None => Map::new(),
        Some(form) => {
            let (clean, wrong) = form.check_so_far(&cmd.form, cx.today());
            // Whoever is refused, or must bring something, need not have answered everything.
            let may_be_unfinished =
                matches!(cmd.verdict, Verdict::Supplement { .. } | Verdict::Refuse { .. });
            let counts = |error: &townhall_domain::form::FieldError| {
                !(may_be_unfinished && error.key == "form-required")
            };
            problems.extend(wrong.into_iter().filter(counts).map(|error| FieldError {
                field: format!("form_{}", error.field),
                key: error.key,
                args: error.args,
            }));
            clean.into_values()
        }
    };
    match (applicant, problems.is_empty()) {
        (Some(applicant), true) => Ok((applicant, submitter.flatten(), form)),
        _ => Err(AppError::Invalid(problems)),
    }
}

/// The form of a procedure.
pub(crate) fn form_of<'a>(cx: &'a Cx, procedure: &Procedure) -> Option<&'a Form> {
    procedure.form.as_deref().and_then(|path| cx.packs().form(path))
}

/// Builds the check-list from the pack and what the counter states; refuses to accept with something missing,
/// and refuses paper where a data base holds it unless a reason is given.
pub(super) fn check_list(
    cx: &Cx,
    procedure: &Procedure,
    circumstances: &BTreeSet<String>,
    stated: &[ComponentInput],
    verdict: &Verdict,
) -> Result<Vec<ComponentEntry>, AppError> {
    let mut problems: Vec<FieldError> = stated
        .iter()
        .filter(|input| procedure.component(&input.component).is_none())
        .map(|input| {
            FieldError::new(format!("component_{}", input.component), "component-unknown")
                .with("component", &input.component)
        })
        .collect();
    let needed: BTreeSet<&str> = procedure
        .needed(circumstances)
        .map(|component| component.id.as_str())
        .collect();
    let mut entries = Vec::new();
    for (position, component) in procedure.components.iter().enumerate() {
        let required = needed.contains(component.id.as_str());
        let input = stated.iter().find(|input| input.component == component.id);
        let entry = entry(cx, component, position, required, input);
        let asks_for_paper = matches!(
            entry.source,
            Some(ComponentSource::Paper | ComponentSource::Upload)
        );
        let is_held = component.replaced_on(cx.today()).is_some();
        if entry.status == ComponentStatus::Present && asks_for_paper && is_held && entry.note.is_none() {
            problems.push(FieldError::new(
                format!("component_{}", component.id),
                "component-database-has-it",
            ));
        }
        entries.push(entry);
    }
    if *verdict == Verdict::Accept {
        problems.extend(missing(procedure, &entries));
    }
    if problems.is_empty() {
        Ok(entries)
    } else {
        Err(AppError::Invalid(problems))
    }
}

/// One line of the check-list; what nobody stated is missing where it is required.
fn entry(
    cx: &Cx,
    component: &Component,
    position: usize,
    required: bool,
    input: Option<&ComponentInput>,
) -> ComponentEntry {
    let unstated = if required {
        ComponentStatus::Missing
    } else {
        ComponentStatus::NotApplicable
    };
    let status = input.map_or(unstated, |input| input.status);
    let source = input
        .and_then(|input| input.source)
        .filter(|_| status != ComponentStatus::Missing);
    let is_looked_up = source == Some(ComponentSource::Database);
    ComponentEntry {
        id: cx.new_id::<ComponentId>(),
        component: component.id.clone(),
        position: i64::try_from(position).unwrap_or(0),
        required,
        status,
        source,
        copies: input.map_or(0, |input| input.copies),
        database: component
            .replaced_on(cx.today())
            .filter(|_| is_looked_up)
            .map(|replaced| replaced.database.clone()),
        queried_at: is_looked_up.then(|| cx.now()),
        note: input
            .and_then(|input| input.note.clone())
            .filter(|note| !note.trim().is_empty()),
    }
}

/// What is required and not there; of papers that stand for each other one is enough.
fn missing(procedure: &Procedure, entries: &[ComponentEntry]) -> Vec<FieldError> {
    let is_there = |entry: &ComponentEntry| entry.status == ComponentStatus::Present;
    let lines = || entries.iter().zip(&procedure.components);
    let groups_met: BTreeSet<&str> = lines()
        .filter(|(entry, _)| is_there(entry))
        .filter_map(|(_, component)| component.one_of.as_deref())
        .collect();
    lines()
        .filter(|(entry, component)| {
            let group_met = component
                .one_of
                .as_deref()
                .is_some_and(|group| groups_met.contains(group));
            entry.required && !is_there(entry) && !group_met
        })
        .map(|(entry, _)| FieldError::new(format!("component_{}", entry.component), "component-missing"))
        .collect()
}

fn keep_party(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    mut applicant: Applicant,
) -> Result<Applicant, AppError> {
    // Whoever files online is not identified: nobody may change what the unit knows of somebody else by typing
    // that number. The record is made when an officer accepts.
    let is_known = !matches!(cx.actor, Actor::Citizen { .. });
    if applicant.id_number.is_some() && is_known {
        let id = parties::upsert(tx, unit, cx.new_id::<PartyId>(), &applicant, cx.now())?;
        record(tx, cx, &Subject::party(id, unit), "party_stated", json!({}))?;
        applicant.party = Some(id);
    }
    Ok(applicant)
}

fn new_dossier(
    tx: &mut Tx<'_>,
    cx: &Cx,
    cmd: &ReceiveDossier,
    procedure: &Procedure,
    applicant: Applicant,
    submitter: Option<Applicant>,
    form: Map<String, Value>,
) -> Result<Dossier, AppError> {
    let code = if let Some(code) = &cmd.portal_code {
        if dossiers::by_code(tx, code)?.is_some() {
            return Err(AppError::field("portal_code", "dossier-code-taken"));
        }
        code.clone()
    } else {
        let serial = dossiers::next_serial(tx, &cmd.receiving_unit, cx.today())?;
        cx.packs().dossier_code(&cmd.receiving_unit, cx.today(), serial)
    };
    let mut secret = [0_u8; 16];
    getrandom::fill(&mut secret).map_err(townhall_store::StoreError::from)?;
    Ok(Dossier {
        erased_at: None,
        id: cmd.id,
        code,
        unit: cmd.unit.clone(),
        space: Space::State,
        receiving_unit: cmd.receiving_unit.clone(),
        support_place: cmd.support_place.clone(),
        procedure: ProcedureRef {
            code: procedure.code.clone(),
            version: procedure.version,
        },
        field: procedure.field.clone(),
        channel: cmd.channel,
        assisting_post: if cmd.assisted { cx.actor.post() } else { None },
        subject: format!("{}: {}", procedure.short_name().vi, applicant.name),
        applicant,
        submitter,
        form: Value::Object(form),
        claims: claims(procedure, &cmd.circumstances, &cmd.fee),
        state: State::Registered,
        holder: Some(Holder::Role(Role::Receptionist)),
        held_since: cx.now(),
        step_due_at: None,
        received_at: cx.now(),
        accepted_at: None,
        deadline: None,
        paused_at: None,
        waited_ms: 0,
        supplements: 0,
        ended_at: None,
        payment: PaymentState::None,
        delivery: cmd.delivery,
        returned_at: None,
        receipt_secret: hex::encode(secret),
        version: 0,
    })
}

fn open_reception(tx: &mut Tx<'_>, cx: &Cx, dossier: &Dossier) -> Result<(), AppError> {
    let step = Step {
        id: cx.new_id::<StepId>(),
        number: 1,
        stage: "receive".to_owned(),
        holder: dossier.holder,
        given_by: cx.actor.post(),
        given_by_person: cx.actor.person(),
        started_at: cx.now(),
        due_at: None,
        touched_at: None,
        ended_at: None,
        ended_by: None,
        ended_by_person: None,
        outcome: None,
        note: None,
    };
    Ok(dossiers::open_step(tx, dossier.id, &step)?)
}

fn fact_body(dossier: &Dossier) -> Value {
    json!({ "procedure": dossier.procedure.code, "version": dossier.procedure.version, "channel": dossier.channel.as_str() })
}

fn refuse(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    why: &str,
    instead: Option<&str>,
) -> Result<(), AppError> {
    let why = reason("reason", why)?;
    let procedure = procedure_of(cx, dossier)?;
    let next = dossier.state.after(Action::Refuse, super::flow_of(procedure))?;
    advance(tx, cx, dossier, next, None, Action::Refuse, Some(why.clone()))?;
    let slip = issue_slip(
        tx,
        cx,
        dossier,
        "refusal",
        json!({ "reason": why, "instead": instead }),
    )?;
    finish(tx, cx, dossier, "dossier_refused", json!({ "slip": slip.number }))
}

/// Refuse a registered dossier.
#[derive(Debug, Clone)]
pub struct RefuseDossier {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// Why, with the legal basis.
    pub reason: String,
    /// Where to file instead.
    pub instead: Option<String>,
}

/// Refuses at reception, in writing (Form 03).
pub fn refuse_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &RefuseDossier) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Refuse)?;
    let mut dossier = acting.dossier;
    refuse(tx, cx, &mut dossier, &cmd.reason, cmd.instead.as_deref())
}

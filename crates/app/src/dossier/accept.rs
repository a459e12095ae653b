//! Acceptance: Form 01 and the deadline; and that of a dossier that is here already, filed online or with its
//! supplement complete.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::applicant::clean;
use townhall_domain::dossier::{Action, Channel, Claims, ComponentEntry, ComponentSource, Dossier, Holder};
use townhall_domain::fee::Exemption;
use townhall_domain::ids::{DossierId, StepId};
use townhall_domain::permission::Role;
use townhall_domain::procedure::{self, CircumstanceTest, Procedure};
use townhall_store::Tx;
use townhall_store::dossiers::{self, Record};

use super::citizen::keep_online_party;
use super::flow::{advance, begin, finish, issue_slip, reason};
use super::receive::{ComponentInput, Counted, Verdict, check_list, form_of};
use crate::cx::Cx;
use crate::error::{AppError, FieldError};
use crate::fees::{StatedFee, charge_dossier};

/// Longest proof of an exemption that is kept, in characters.
const REASON_CHARS: usize = 300;

/// Accept a registered dossier.
#[derive(Debug, Clone)]
pub struct AcceptDossier {
    /// Which.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// The check-list as the officer states it; a line without a source keeps the one that it has.
    pub components: Vec<ComponentInput>,
    /// Circumstances that the officer finds to hold; none leaves what the citizen said. Where they differ, the old
    /// stays readable in the record.
    pub circumstances: Option<Vec<String>>,
    /// The filled form as the officer finished it; none leaves it as it is.
    pub form: Option<Map<String, Value>>,
    /// What is stated for the fee.
    pub fee: StatedFee,
}

/// Accepts a dossier that was filed online or whose supplement is complete.
///
/// The form is checked again: who asked for a supplement may have left it unfinished, and the clock must not start
/// on half a declaration. An answer that is changed on the way stays readable in the record.
pub fn accept_dossier(tx: &mut Tx<'_>, cx: &Cx, cmd: &AcceptDossier) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Accept)?;
    let mut dossier = acting.dossier;
    let procedure = acting.procedure;
    if let Some(stated) = &cmd.circumstances {
        check_circumstances(procedure, stated)?;
    }
    let before = dossiers::components(tx, dossier.id)?;
    let stated = with_sources(cx, procedure, &cmd.components, &before, dossier.channel);
    let form = finished_form(cx, procedure, &dossier, cmd.form.as_ref());
    let empty = Map::new();
    let so_far = dossier.form.as_object().unwrap_or(&empty);
    let stated_now = cmd
        .circumstances
        .clone()
        .unwrap_or_else(|| dossier.claims.circumstances.clone());
    let circumstances = procedure.circumstances(form.as_ref().unwrap_or(so_far), &stated_now, cx.today());
    let components = check_list(cx, procedure, &circumstances, &stated, &Verdict::Accept);
    // Both are looked at before either is told, so that one look mends all.
    let (form, components) = match (form, components) {
        (Ok(form), Ok(components)) => (form, components),
        (Err(AppError::Invalid(mut wrong)), Err(AppError::Invalid(more))) => {
            wrong.extend(more);
            return Err(AppError::Invalid(wrong));
        }
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    keep_changes(tx, cx, &dossier, &form)?;
    dossier.form = Value::Object(form);
    let confirmed = claims(procedure, &stated_now, &cmd.fee);
    if confirmed != dossier.claims {
        let (old, new) = (json!(dossier.claims), json!(confirmed));
        keep_change(tx, cx, &dossier, "claims", &old, &new)?;
        dossier.claims = confirmed;
    }
    dossiers::put_components(tx, dossier.id, &components)?;
    keep_online_party(tx, cx, &mut dossier)?;
    let counted = Counted::of(&dossier, &cmd.fee);
    accept(
        tx,
        cx,
        &mut dossier,
        procedure,
        &circumstances,
        &counted,
        Accepted::Alone,
    )
}

/// Where a paper came from is known from before; what a data base holds was looked up there; what else is new came as
/// the dossier did.
fn with_sources(
    cx: &Cx,
    procedure: &Procedure,
    stated: &[ComponentInput],
    before: &[ComponentEntry],
    channel: Channel,
) -> Vec<ComponentInput> {
    let usual = match channel {
        Channel::Counter | Channel::Post => ComponentSource::Paper,
        Channel::Portal | Channel::Online => ComponentSource::Upload,
    };
    stated
        .iter()
        .cloned()
        .map(|mut input| {
            let known = before.iter().find(|entry| entry.component == input.component);
            if input.source.is_none() {
                let is_looked_up = procedure
                    .component(&input.component)
                    .is_some_and(|component| component.replaced_on(cx.today()).is_some());
                let fresh = if is_looked_up {
                    ComponentSource::Database
                } else {
                    usual
                };
                input.source = known.and_then(|entry| entry.source).or(Some(fresh));
            }
            if input.note.is_none() {
                input.note = known.and_then(|entry| entry.note.clone());
            }
            input
        })
        .collect()
}

fn finished_form(
    cx: &Cx,
    procedure: &Procedure,
    dossier: &Dossier,
    typed: Option<&Map<String, Value>>,
) -> Result<Map<String, Value>, AppError> {
    let empty = Map::new();
    let stored = dossier.form.as_object().unwrap_or(&empty);
    let Some(form) = form_of(cx, procedure) else {
        return Ok(stored.clone());
    };
    let checked = form.check(typed.unwrap_or(stored), cx.today());
    checked
        .map(townhall_domain::form::CleanForm::into_values)
        .map_err(|wrong| {
            let fields = wrong.into_iter().map(|error| FieldError {
                field: format!("form_{}", error.field),
                key: error.key,
                args: error.args,
            });
            AppError::Invalid(fields.collect())
        })
}

/// Answers that stood there and are others now, old value kept.
fn keep_changes(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    form: &Map<String, Value>,
) -> Result<(), AppError> {
    let empty = Map::new();
    let stored = dossier.form.as_object().unwrap_or(&empty);
    for (name, old) in stored.iter().filter(|(name, old)| form.get(*name) != Some(*old)) {
        let new = form.get(name).cloned().unwrap_or_default();
        keep_change(tx, cx, dossier, &format!("form.{name}"), old, &new)?;
    }
    Ok(())
}

fn keep_change(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    field: &str,
    old: &Value,
    new: &Value,
) -> Result<(), AppError> {
    let record = Record {
        id: cx.new_id::<StepId>(),
        kind: "correction".to_owned(),
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
        body: json!({ "field": field, "old": old, "new": new }),
        due_at: None,
        answered_at: None,
        answer: None,
    };
    Ok(dossiers::insert_record(tx, dossier.id, &record)?)
}

/// What a dossier is when it is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// A dossier of its own: with a receipt, a fee and a message.
    Alone,
    /// A member of a joined-up dossier, which has all these.
    AsMember,
}

/// Form 01 and the deadline: the clock starts with the complete valid dossier (Decree 309/2026/NĐ-CP; before it 61/2018).
pub(super) fn accept(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    procedure: &Procedure,
    circumstances: &BTreeSet<String>,
    counted: &Counted,
    accepted: Accepted,
) -> Result<(), AppError> {
    let channel = match dossier.channel {
        Channel::Counter => procedure::Channel::Direct,
        Channel::Portal | Channel::Online => procedure::Channel::Online,
        Channel::Post => procedure::Channel::Post,
    };
    let limit = procedure.limit(channel, circumstances).time;
    let office = crate::calendar::office(tx, cx, &dossier.unit)?;
    let deadline = Deadline::compute(&office, cx.now(), limit).map_err(|error| AppError::deadline(&error))?;
    dossier.accepted_at = Some(cx.now());
    dossier.deadline = Some(deadline);
    super::warn::plan(tx, cx, dossier)?;
    let next = dossier.state.after(Action::Accept, super::flow_of(procedure))?;
    advance(
        tx,
        cx,
        dossier,
        next,
        Some(Holder::Role(Role::Receptionist)),
        Action::Accept,
        None,
    )?;
    if accepted == Accepted::AsMember {
        let body = json!({ "procedure": dossier.procedure.code, "procedure_version": dossier.procedure.version, "channel": dossier.channel.as_str() });
        return finish(tx, cx, dossier, "member_accepted", body);
    }
    let exemption = counted
        .exemption
        .as_ref()
        .map(|(code, why)| granted(cx, code, why))
        .transpose()?;
    let due = charge_dossier(
        tx,
        cx,
        dossier,
        procedure,
        circumstances,
        &counted.items,
        exemption.as_ref().map(|(found, why)| (*found, why.as_str())),
    )?;
    let mut receipt = json!({
        "limit": limit.to_string(),
        "due": dossier.deadline.as_ref().map(|deadline| deadline.due),
        "fee": due,
    });
    let has_members = super::flow_of(procedure).has_members;
    if has_members {
        receipt["members"] = json!(crate::joined::promised(
            tx,
            cx,
            dossier,
            procedure,
            circumstances
        )?);
    }
    let slip = issue_slip(tx, cx, dossier, "receipt", receipt)?;
    let body = json!({ "procedure": dossier.procedure.code, "procedure_version": dossier.procedure.version, "channel": dossier.channel.as_str(), "slip": slip.number, "fee": due });
    finish(tx, cx, dossier, "dossier_accepted", body)?;
    if has_members {
        crate::joined::start(tx, cx, dossier, procedure, circumstances)?;
    }
    Ok(())
}

/// Every circumstance that people state is one of the procedure: a wrong word would silently mean the longer limit, the
/// full fee and fewer papers.
pub fn check_circumstances(procedure: &Procedure, stated: &[String]) -> Result<(), AppError> {
    match procedure.unknown_circumstance(stated) {
        None => Ok(()),
        Some(word) => Err(AppError::Invalid(vec![
            FieldError::new("circumstances", "circumstance-unknown").with("word", word),
        ])),
    }
}

/// Of what was stated, what the procedure knows and only people can say; each once, in the order of the pack.
pub(super) fn claims(procedure: &Procedure, ticked: &[String], fee: &StatedFee) -> Claims {
    let circumstances = procedure
        .circumstances
        .iter()
        .filter(|known| known.test == CircumstanceTest::Asked && ticked.contains(&known.id));
    let is_known = |code: &String| procedure.fees.iter().any(|fee| fee.exempt.contains(code));
    let claim = fee.exemption.as_ref().filter(|claim| is_known(&claim.code));
    Claims {
        circumstances: circumstances.map(|known| known.id.clone()).collect(),
        exemption: claim.map(|claim| claim.code.clone()),
        exemption_reason: claim
            .and_then(|claim| clean(&claim.reason))
            .map(|reason| reason.chars().take(REASON_CHARS).collect::<String>())
            .filter(|reason| !reason.is_empty()),
    }
}

/// An exemption of the packs with the reason that was given for it.
fn granted<'a>(cx: &'a Cx, code: &str, why: &str) -> Result<(&'a Exemption, String), AppError> {
    let exemption = cx
        .packs()
        .exemption(code)
        .ok_or_else(|| AppError::field("exemption", "fee-refused-exemption"))?;
    Ok((exemption, reason("exemption_reason", why)?))
}

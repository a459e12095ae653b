//! The control slip (form 06; 05 in 2018): every hand-over of the dossier.

use serde_json::Value;
use townhall_domain::dossier::{Dossier, Holder};
use townhall_domain::ids::{DossierId, PersonId, PostId};
use townhall_domain::time::local_date;
use townhall_store::dossiers::{self, Step};
use townhall_store::{Tx, organisation};

use super::unit::UnitWords;
use super::{Data, House, Printable, instant, words};
use crate::cx::Cx;
use crate::dossier::{is_visible, must_be_whole, procedure_of};
use crate::error::AppError;

/// The control slip as of now; who may not know of the dossier gets "not found".
pub fn control_paper(tx: &mut Tx<'_>, cx: &Cx, house: &House, id: DossierId) -> Result<Printable, AppError> {
    let dossier = dossiers::load(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    must_be_whole(&dossier)?;
    let procedure = procedure_of(cx, &dossier)?;
    let steps = dossiers::steps(tx, id)?;
    let began = local_date(dossier.received_at);
    let unit = UnitWords::of(cx, &dossier.receiving_unit, began);
    let competent = UnitWords::of(cx, &dossier.unit, began);
    let mut rows = Vec::with_capacity(steps.len());
    for (place, step) in steps.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| steps.get(place));
        rows.push(row(tx, &dossier, &unit, before, step)?);
    }
    let consulted: Vec<Value> = dossiers::records(tx, id)?
        .iter()
        .filter(|record| record.kind == "consultation")
        .filter_map(|record| record.body.get("whom").cloned())
        .collect();
    // The last thing that happened dates the paper, so that the same state prints the same bytes.
    let last = steps
        .iter()
        .map(|step| step.ended_at.unwrap_or(step.started_at))
        .max();
    let at = last.unwrap_or(dossier.received_at);
    let mut data = Data::default();
    unit.head_of_centre(&mut data, local_date(at));
    data.put("code", dossier.code.clone())
        .put("owner", dossier.applicant.name.clone())
        .put("procedure", procedure.name.vi.clone())
        .put("procedure_code", procedure.code.clone())
        .put("agency", competent.committee)
        .put("coordinating", consulted)
        .put(
            "received_at",
            instant(dossier.accepted_at.unwrap_or(dossier.received_at)),
        )
        .put(
            "due_at",
            dossier.deadline.as_ref().map(|deadline| instant(deadline.due)),
        )
        .put("steps", rows);
    // The version of the form stays the one of the day on which the dossier came.
    let template = cx.packs().slip_template("control", began);
    Printable::new(cx, house, &dossier, &template, data, at, "control")
}

/// One hand-over: from the holder before to the holder of this step.
fn row(
    tx: &mut Tx<'_>,
    dossier: &Dossier,
    unit: &UnitWords,
    before: Option<&Step>,
    step: &Step,
) -> Result<Value, AppError> {
    let from = match before {
        None => dossier
            .submitter
            .as_ref()
            .unwrap_or(&dossier.applicant)
            .name
            .clone(),
        Some(before) => holder_words(tx, unit, before.holder)?,
    };
    let to = holder_words(tx, unit, step.holder)?;
    let giver = match before {
        None => None,
        Some(_) => person_name(tx, step.given_by_person)?,
    };
    let receiver = person_name(tx, step.ended_by_person)?;
    let mut row = Data::default();
    row.put("from", from)
        .put("to", to)
        .put("at", instant(step.started_at))
        .put("giver", giver)
        .put("receiver", receiver)
        .put("result", result_of(step))
        .put("note", step.note.clone());
    Ok(Value::Object(row.0))
}

/// Whether a finished step was early, on time or late; nothing while it runs or has no due.
fn result_of(step: &Step) -> Option<&'static str> {
    let (ended, due) = (step.ended_at?, step.due_at?);
    Some(if ended > due {
        "late"
    } else if local_date(ended) < local_date(due) {
        "early"
    } else {
        "on_time"
    })
}

fn holder_words(tx: &mut Tx<'_>, unit: &UnitWords, holder: Option<Holder>) -> Result<String, AppError> {
    Ok(match holder {
        Some(Holder::Post(post)) => post_words(tx, post)?,
        Some(Holder::Role(townhall_domain::permission::Role::Receptionist)) => unit.centre.clone(),
        Some(Holder::Role(role)) => words(&format!("role-{}", role.as_str())),
        None => words("print-applicant"),
    })
}

fn post_words(tx: &mut Tx<'_>, id: PostId) -> Result<String, AppError> {
    let Some(post) = organisation::post(tx, id)?.map(|found| found.item) else {
        return Ok(String::from("…"));
    };
    let division = organisation::division(tx, &post.unit, &post.division)?;
    Ok(match division {
        Some(division) => format!("{} ({})", division.item.name_vi, post.title_vi),
        None => post.title_vi,
    })
}

fn person_name(tx: &mut Tx<'_>, id: Option<PersonId>) -> Result<Option<String>, AppError> {
    let Some(id) = id else { return Ok(None) };
    Ok(organisation::person(tx, id)?.map(|found| found.item.name))
}

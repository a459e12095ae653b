//! Making an entry ready: the declaration, what the officer corrects in it and why, and what the registers know.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use townhall_domain::civil_status::{
    self as rules, CivilBook, Difference, Known, Summary, Values, differences, entered, form_of_entry,
};
use townhall_domain::dossier::{Action, Dossier};
use townhall_domain::ids::{DossierId, PersonId, PostId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::procedure::Procedure;
use townhall_domain::time::Timestamp;
use townhall_store::Tx;
use townhall_store::civil_status::{self, Entry};
use townhall_store::dossiers::{self, DossierResult};

use super::{ENTRY, EXTRACT, book_of, form_of, invalid, must_keep, part};
use crate::cx::Cx;
use crate::dossier::flow::{begin, finish, flow_of, is_visible, procedure_of, reason};
use crate::dossier::put_draft;
use crate::error::AppError;

/// An entry that is ready to be numbered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Prepared {
    /// The register.
    pub book: CivilBook,
    /// The form whose fields it has.
    pub form: String,
    /// What will be entered.
    pub values: Values,
    /// Where that departs from the declaration.
    pub differences: Vec<Difference>,
    /// Why.
    pub why: Option<String>,
    /// Who made it ready.
    pub by: Option<PostId>,
    /// The person of that post.
    pub person: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// Make an entry ready.
#[derive(Debug, Clone)]
pub struct PrepareEntry {
    /// The dossier of the declaration.
    pub dossier: DossierId,
    /// Version that the form showed.
    pub version: i64,
    /// What shall be entered, by the names of the form's fields, as it was typed.
    pub values: Values,
    /// Why it departs from the declaration; needed when it does.
    pub why: String,
}

/// Makes the entry ready; it can be changed until the draft is submitted.
pub fn prepare_entry(tx: &mut Tx<'_>, cx: &Cx, cmd: &PrepareEntry) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Draft)?;
    let mut dossier = acting.dossier;
    must_keep(cx, &dossier.unit)?;
    let book = book_of(acting.procedure).ok_or(AppError::NotFound("register"))?;
    let prepared = ready(tx, cx, &dossier, acting.procedure, book, &cmd.values, &cmd.why)?;
    let before = dossiers::result(tx, dossier.id)?;
    let content = before.as_ref().and_then(|before| before.body.get("content"));
    let body = json!({ "content": content.cloned().unwrap_or(json!("")), ENTRY: prepared });
    let revision = put_draft(
        tx,
        cx,
        &dossier,
        acting.procedure,
        "granted",
        body,
        before.as_ref(),
    )?;
    finish(
        tx,
        cx,
        &mut dossier,
        "entry_prepared",
        json!({ "revision": revision, "book": book, "differences": prepared.differences.len() }),
    )
}

/// The body of a draft that is written without the page of the register (by a program, by the page of all drafts):
/// the entry is kept as it was made ready, or made ready now just as it was declared, where the rules take it so.
pub(crate) fn draft_body(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    procedure: &Procedure,
    before: Option<&DossierResult>,
    outcome: &str,
    given: &Value,
) -> Result<Value, AppError> {
    let mut body = given.as_object().cloned().unwrap_or_default();
    // What these say is checked where it comes from, never taken from outside.
    body.remove(ENTRY);
    body.remove(EXTRACT);
    if outcome != "granted" {
        return Ok(Value::Object(body));
    }
    let kept = |name: &str| before.and_then(|before| before.body.get(name)).cloned();
    if let Some(extract) = kept(EXTRACT) {
        body.insert(EXTRACT.to_owned(), extract);
    }
    let Some(book) = book_of(procedure) else {
        return Ok(Value::Object(body));
    };
    if let Some(entry) = kept(ENTRY) {
        body.insert(ENTRY.to_owned(), entry);
    } else if cx.actor.may(Right::KeepRegister, &dossier.unit) {
        let declared = dossier.form.as_object().cloned().unwrap_or_default();
        match ready(tx, cx, dossier, procedure, book, &declared, "") {
            Ok(prepared) => {
                body.insert(ENTRY.to_owned(), json!(prepared));
            }
            // What the rules do not take as it was declared, an officer has to look at: see `must_be_ready`.
            Err(AppError::Invalid(_) | AppError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Value::Object(body))
}

/// A result that belongs in a register goes to no leader without its entry.
pub(crate) fn must_be_ready(procedure: &Procedure, result: &DossierResult) -> Result<(), AppError> {
    let needs = book_of(procedure).is_some() && result.outcome == "granted";
    if needs && part::<Prepared>(&result.body, ENTRY).is_none() {
        return Err(AppError::refused("civil-refused-no-entry"));
    }
    Ok(())
}

fn ready(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    procedure: &Procedure,
    book: CivilBook,
    typed: &Values,
    why: &str,
) -> Result<Prepared, AppError> {
    let path = procedure.form.as_deref().ok_or(AppError::NotFound("register"))?;
    let form = form_of_entry(form_of(cx, path)?);
    let values = form.check(&entered(typed), cx.today()).map_err(invalid)?;
    let values = values.into_values();
    let mut found = rules::check(book, &values, cx.today());
    let known = known(tx, &dossier.unit, book, &values, dossier.id)?;
    found.extend(rules::check_against(book, &values, &known));
    if !found.is_empty() {
        return Err(invalid(found));
    }
    let declared = dossier.form.as_object().cloned().unwrap_or_default();
    let differences = differences(&declared, &values);
    let why = if differences.is_empty() {
        None
    } else {
        Some(reason("why", why)?)
    };
    Ok(Prepared {
        book,
        form: path.to_owned(),
        values,
        differences,
        why,
        by: cx.actor.post(),
        person: cx.actor.person(),
        at: cx.now(),
    })
}

/// What the registers of the unit know of the people in an entry; the entry of the same dossier does not count.
pub(super) fn known(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    book: CivilBook,
    values: &Values,
    dossier: DossierId,
) -> Result<Known, AppError> {
    let text = |field: &str| {
        values
            .get(field)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let mut known = Known::default();
    if book == CivilBook::Birth {
        for (field, died) in [
            ("mother_id", &mut known.mother_died),
            ("father_id", &mut known.father_died),
        ] {
            if let Some(number) = text(field) {
                let death = civil_status::by_person(tx, unit, CivilBook::Death, number)?;
                *died = death.and_then(|death| death.summary().event_on);
            }
        }
    }
    let found = Summary::of(book, values);
    let mut same = Vec::new();
    if let Some(born_on) = found.born_on {
        same = civil_status::namesakes(tx, unit, book, born_on, &found.name)?;
    }
    if let (CivilBook::Death, Some(number)) = (book, &found.personal_id) {
        same.extend(civil_status::by_person(tx, unit, book, number)?);
    }
    known.same = same
        .into_iter()
        .filter(|other| other.dossier != dossier)
        .find(|other| is_same(book, &found, values, other))
        .map(|other| other.symbol);
    Ok(known)
}

/// Two people may share a name and a day of birth: of births the mother decides, of marriages the groom, of deaths the
/// personal numbers, and where one is missing the day of death.
fn is_same(book: CivilBook, found: &Summary, values: &Values, other: &Entry) -> bool {
    let summary = other.summary();
    match book {
        CivilBook::Birth => other.present.get("mother_name") == values.get("mother_name"),
        CivilBook::Death => match (&found.personal_id, &summary.personal_id) {
            (Some(one), Some(two)) => one == two,
            (None, _) | (_, None) => found.event_on == summary.event_on,
        },
        CivilBook::Marriage => summary.other_name == found.other_name,
    }
}

/// What the page of an entry that is not numbered yet shows.
#[derive(Debug, Clone)]
pub struct PrepareCase {
    /// The dossier.
    pub dossier: Dossier,
    /// The register.
    pub book: CivilBook,
    /// The form whose fields it has.
    pub form: String,
    /// The declaration.
    pub declared: Values,
    /// What stands in the fields: what was made ready before, else the declaration.
    pub values: Values,
    /// Why it departs.
    pub why: Option<String>,
    /// Whether it was made ready before.
    pub is_ready: bool,
}

/// Loads the declaration for the page of its entry; who does not keep the register is told that there is none.
pub fn prepare_case(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<PrepareCase, AppError> {
    let dossier = dossiers::load(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    must_keep(cx, &dossier.unit)?;
    let procedure = procedure_of(cx, &dossier)?;
    let book = book_of(procedure).ok_or(AppError::NotFound("register"))?;
    // The form is offered where it can be sent.
    dossier.state.after(Action::Draft, flow_of(procedure))?;
    let path = procedure.form.clone().ok_or(AppError::NotFound("register"))?;
    let declared = dossier.form.as_object().cloned().unwrap_or_default();
    let prepared = dossiers::result(tx, id)?.and_then(|result| part::<Prepared>(&result.body, ENTRY));
    Ok(PrepareCase {
        book,
        form: path,
        values: prepared
            .as_ref()
            .map_or_else(|| entered(&declared), |prepared| prepared.values.clone()),
        why: prepared.as_ref().and_then(|prepared| prepared.why.clone()),
        is_ready: prepared.is_some(),
        declared,
        dossier,
    })
}

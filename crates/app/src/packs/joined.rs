//! What a joined-up procedure must have in common with the procedures of its members.

use std::collections::BTreeMap;

use townhall_domain::form::Form;
use townhall_domain::joined::JOINED_FIELD;
use townhall_domain::pack::PackProblem;
use townhall_domain::procedure::{JoinedLeg, Need, Procedure, ProcedureCatalogue, StepAction};

/// Every version of a joined-up procedure against every version of its members.
pub(super) fn check(procedures: &ProcedureCatalogue, forms: &BTreeMap<String, Form>) -> Vec<PackProblem> {
    let mut problems = Vec::new();
    for procedure in procedures.all_versions() {
        let mut say = |reason: String| problems.push(PackProblem::at(procedure.file.as_str(), 0, reason));
        let joined = procedure.joined.as_ref().filter(|joined| joined.starts_members());
        if joined.is_some() != (procedure.field == JOINED_FIELD) {
            say(format!(
                "a procedure starts members if and only if its field is '{JOINED_FIELD}'"
            ));
        }
        let has_join = procedure.steps.iter().any(|step| step.action == StepAction::Join);
        if joined.is_some() != has_join {
            say("a procedure that starts members has a step 'join', and no other has".to_owned());
        }
        for leg in joined.iter().flat_map(|joined| &joined.legs) {
            if leg.procedure.is_none() && leg.time.is_none() {
                say(format!(
                    "part '{}' is decided outside and has no time: nobody would know when it is late",
                    leg.id
                ));
            }
            member(procedure, leg, procedures, forms, &mut say);
        }
    }
    problems
}

fn member(
    procedure: &Procedure,
    leg: &JoinedLeg,
    procedures: &ProcedureCatalogue,
    forms: &BTreeMap<String, Form>,
    say: &mut impl FnMut(String),
) {
    let Some(code) = leg.procedure.as_deref() else {
        return;
    };
    let versions = procedures.versions(code);
    if versions.is_empty() {
        say(format!(
            "part '{}' names procedure {code}, which is not served",
            leg.id
        ));
    }
    let form = |procedure: &Procedure| procedure.form.as_deref().and_then(|path| forms.get(path));
    for version in versions {
        let lacks = |need: &Need| matches!(need, Need::Required | Need::When(_));
        for component in version.components.iter().filter(|part| lacks(&part.need)) {
            if procedure.component(&component.id).is_none() {
                say(format!(
                    "{code} version {} needs component '{}', which is not in this file",
                    version.version, component.id
                ));
            }
        }
        let (Some(whole), Some(part)) = (form(procedure), form(version)) else {
            continue;
        };
        for field in &part.fields {
            if !whole.fields.iter().any(|other| other.name == field.name) {
                say(format!("the form has no field '{}' of {code}", field.name));
            }
        }
    }
}

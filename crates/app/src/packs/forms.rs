//! The forms of the packs. A form that joins another one (`x-includes`) has all its sections, fields and rules first
//! and its own after them, so that one declaration serves every member of a joined-up dossier.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use townhall_domain::form::Form;
use townhall_domain::pack::{PackFile, PackProblem};

use super::source::Source;

const INCLUDES: &str = "x-includes";

/// Forms and their schemas, by path.
pub(super) type Forms = (BTreeMap<String, Form>, BTreeMap<String, Value>);

/// Reads every form; what fails is told and left out.
pub(super) fn forms(source: &Source, problems: &mut Vec<PackProblem>) -> Forms {
    let (mut forms, mut schemas) = (BTreeMap::new(), BTreeMap::new());
    for file in source.folder("forms", ".json") {
        let whole = match whole(source, file) {
            Ok(whole) => whole,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let text = whole.as_ref().map_or(file.text, String::as_str);
        match Form::parse(PackFile {
            path: file.path,
            text,
        }) {
            Ok(form) => {
                forms.insert(file.path.to_owned(), form);
                schemas.extend(
                    serde_json::from_str(text)
                        .ok()
                        .map(|schema| (file.path.to_owned(), schema)),
                );
            }
            Err(found) => problems.extend(found),
        }
    }
    (forms, schemas)
}

/// The text of a form together with the one that it includes; nothing where it includes none or is no JSON, which
/// the form's own reader tells better.
fn whole(source: &Source, file: PackFile<'_>) -> Result<Option<String>, PackProblem> {
    let Ok(Value::Object(own)) = serde_json::from_str::<Value>(file.text) else {
        return Ok(None);
    };
    let Some(path) = own.get(INCLUDES) else {
        return Ok(None);
    };
    let wrong = |reason: &str| PackProblem::at(file.path, 0, reason);
    let path = path
        .as_str()
        .ok_or_else(|| wrong("x-includes names one form by its path"))?;
    let base = source
        .folder("forms", ".json")
        .find(|other| other.path == path)
        .ok_or_else(|| wrong("x-includes names a form that does not exist"))?;
    let Ok(Value::Object(base)) = serde_json::from_str::<Value>(base.text) else {
        return Ok(None);
    };
    if base.contains_key(INCLUDES) {
        return Err(wrong("x-includes names a form that includes another one"));
    }
    Ok(Some(Value::Object(joined(base, own)).to_string()))
}

fn joined(base: Map<String, Value>, own: Map<String, Value>) -> Map<String, Value> {
    let mut whole = base;
    let first = whole
        .get("examples")
        .and_then(|examples| examples.get(0))
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    for (key, value) in own {
        match (key.as_str(), value) {
            (INCLUDES, _) => {}
            ("x-sections" | "required" | "allOf", Value::Array(more)) => {
                if let Some(all) = whole
                    .entry(key)
                    .or_insert(Value::Array(Vec::new()))
                    .as_array_mut()
                {
                    all.extend(more);
                }
            }
            ("properties", Value::Object(more)) => {
                if let Some(all) = whole.get_mut("properties").and_then(Value::as_object_mut) {
                    all.extend(more);
                }
            }
            // An example says only what is its own; the rest is as in the first one of the other form.
            ("examples", Value::Array(examples)) => {
                let examples = examples.into_iter().map(|example| {
                    let mut filled = first.clone();
                    filled.extend(example.as_object().cloned().unwrap_or_default());
                    Value::Object(filled)
                });
                whole.insert(key, examples.collect());
            }
            (_, value) => {
                whole.insert(key, value);
            }
        }
    }
    whole
}

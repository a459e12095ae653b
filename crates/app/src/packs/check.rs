//! Puts the packs together and tells every problem at once.

use std::collections::BTreeSet;

use serde_json::Value;
use townhall_domain::calendar::{Calendar, OfficeHours};
use townhall_domain::fee::{FeeTables, parse_exemptions, parse_fee_kinds};
use townhall_domain::pack::{PackFile, PackProblem};
use townhall_domain::procedure::{Procedure, ProcedureCatalogue, References, parse_entries, parse_fields};
use townhall_domain::queue::QueueRules;
use townhall_domain::unit::{UnitFiles, UnitRegister};
use townhall_text::fold;

use super::source::Source;
use super::{Inner, lists};

const UNITS: [&str; 3] = ["units/provinces.csv", "units/communes.csv", "units/changes.csv"];
const CALENDARS: [&str; 2] = ["calendars/viet-nam.toml", "calendars/office-hours.toml"];
const LAW: [&str; 5] = ["fields.toml", "exemptions.toml", KINDS, ENTRIES, "queue.toml"];
const KINDS: &str = "fees/kinds.toml";
const ENTRIES: &str = "procedures/catalogue.toml";

/// Reads everything; what fails is told and the rest is still read, so that one run shows all.
pub(super) fn assemble(source: &Source) -> Result<Inner, Vec<PackProblem>> {
    let mut problems = Vec::new();
    let read = [&UNITS[..], &CALENDARS, &LAW, &lists::FILES].concat();
    problems.extend(
        source
            .strays(&read)
            .map(|path| PackProblem::at(path, 0, "is no pack that this version reads")),
    );

    let lists = lists::Lists::read(source, &mut problems);
    let units = keep(units(source), &mut problems);
    let calendar = keep(
        one(source, CALENDARS[0], |file| {
            Calendar::parse(file).map_err(|problem| vec![problem])
        }),
        &mut problems,
    );
    let hours = keep(
        one(source, CALENDARS[1], |file| {
            OfficeHours::parse(file).map_err(|problem| vec![problem])
        }),
        &mut problems,
    );
    let fields = keep(one(source, LAW[0], parse_fields), &mut problems).unwrap_or_default();
    let exemptions = keep(one(source, LAW[1], parse_exemptions), &mut problems).unwrap_or_default();
    let fee_kinds = keep(one(source, KINDS, parse_fee_kinds), &mut problems).unwrap_or_default();
    let (forms, schemas) = super::forms::forms(source, &mut problems);

    let mut fee_tables = FeeTables::default();
    let kinds: BTreeSet<String> = fee_kinds.keys().cloned().collect();
    for file in source.folder("fees", ".toml").filter(|file| file.path != KINDS) {
        problems.extend(fee_tables.add(file, &kinds).err().into_iter().flatten());
    }

    let known = References {
        forms: forms
            .iter()
            .map(|(path, form)| {
                (
                    path.clone(),
                    form.fields.iter().map(|field| field.name.clone()).collect(),
                )
            })
            .collect(),
        fields: fields.iter().map(|field| field.id.clone()).collect(),
        databases: ids(lists.as_ref(), |lists| {
            lists.databases.iter().map(|one| one.id.clone()).collect()
        }),
        templates: ids(lists.as_ref(), |lists| {
            lists.results.iter().map(|one| one.id.clone()).collect()
        }),
        books: ids(lists.as_ref(), |lists| {
            lists.books.iter().map(|one| one.id.clone()).collect()
        }),
        slips: ids(lists.as_ref(), |lists| {
            lists.slips.iter().map(|one| one.id.clone()).collect()
        }),
        fee_tables: kinds,
        exemptions: exemptions
            .iter()
            .map(|exemption| exemption.code.clone())
            .collect(),
    };
    let queue = queue_rules(source, &known.fields, &mut problems);
    let mut procedures = Vec::new();
    for file in source
        .folder("procedures", ".toml")
        .filter(|file| file.path != ENTRIES)
    {
        procedures.extend(keep(Procedure::parse(file, &known), &mut problems));
    }
    let entries = keep(
        one(source, ENTRIES, |file| parse_entries(file, &known.fields)),
        &mut problems,
    )
    .unwrap_or_default();
    let catalogue = keep(ProcedureCatalogue::new(procedures, entries, fold), &mut problems);
    if let Some(catalogue) = &catalogue {
        problems.extend(super::joined::check(catalogue, &forms));
    }

    match (lists, units, calendar, hours, queue, catalogue) {
        (Some(lists), Some(units), Some(calendar), Some(hours), Some(queue), Some(procedures))
            if problems.is_empty() =>
        {
            Ok(Inner {
                units,
                calendar,
                hours,
                procedures,
                fields,
                forms,
                schemas,
                fee_kinds,
                fee_tables,
                exemptions,
                queue,
                lists,
            })
        }
        _ => {
            problems.sort();
            Err(problems)
        }
    }
}

/// Checks forms with a JSON Schema library that we did not write, and their examples with both.
pub(super) fn deep(inner: &Inner) -> Vec<PackProblem> {
    let mut problems = Vec::new();
    // Examples may be as late as the last year that the calendar knows; "today" only has to lie after them.
    let today = jiff::civil::date(inner.calendar.years().1, 12, 31);
    for (path, form) in &inner.forms {
        let Some(schema) = inner.schemas.get(path) else {
            continue;
        };
        let mut say = |reason: String| problems.push(PackProblem::at(path, 0, reason));
        let validator = match jsonschema::draft202012::new(schema) {
            Ok(validator) => validator,
            Err(error) => {
                say(format!("is not valid JSON Schema 2020-12: {error}"));
                continue;
            }
        };
        if form.examples.is_empty() {
            say("has no example".to_owned());
        }
        for (number, example) in form.examples.iter().enumerate() {
            let value = Value::Object(example.clone());
            for error in validator.iter_errors(&value) {
                say(format!("example {}: {error}", number + 1));
            }
            match form.check(example, today) {
                Ok(clean) if clean.values() == example => {}
                Ok(_) => say(format!(
                    "example {} is not clean: the check changes it",
                    number + 1
                )),
                Err(errors) => errors
                    .iter()
                    .for_each(|error| say(format!("example {}: {} {}", number + 1, error.field, error.key))),
            }
        }
    }
    problems
}

fn units(source: &Source) -> Result<UnitRegister, Vec<PackProblem>> {
    let file = |path| source.file(path).map_err(|problem| vec![problem]);
    let files = UnitFiles {
        provinces: file(UNITS[0])?,
        communes: file(UNITS[1])?,
        changes: file(UNITS[2])?,
    };
    UnitRegister::parse(files, fold)
}

fn one<'a, T>(
    source: &'a Source,
    path: &'static str,
    parse: impl FnOnce(PackFile<'a>) -> Result<T, Vec<PackProblem>>,
) -> Result<T, Vec<PackProblem>> {
    source.file(path).map_err(|problem| vec![problem]).and_then(parse)
}

/// Without the fields of law every line of the queue would be wrong for a reason that is told already.
fn queue_rules(
    source: &Source,
    fields: &BTreeSet<String>,
    problems: &mut Vec<PackProblem>,
) -> Option<QueueRules> {
    if fields.is_empty() {
        return None;
    }
    keep(
        one(source, LAW[4], |file| QueueRules::parse(file, fields)),
        problems,
    )
}

fn keep<T>(outcome: Result<T, Vec<PackProblem>>, problems: &mut Vec<PackProblem>) -> Option<T> {
    outcome.map_err(|found| problems.extend(found)).ok()
}

fn ids(lists: Option<&lists::Lists>, of: impl FnOnce(&lists::Lists) -> BTreeSet<String>) -> BTreeSet<String> {
    lists.map(of).unwrap_or_default()
}

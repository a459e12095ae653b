//! Puts the packs together and tells every problem at once.

use std::collections::BTreeSet;

use serde_json::Value;
use townhall_domain::calendar::{Calendar, OfficeHours};
use townhall_domain::fee::{FeeTables, parse_exemptions, parse_fee_kinds};
use townhall_domain::form::FieldError;
use townhall_domain::pack::{PackFile, PackProblem};
use townhall_domain::procedure::{Procedure, ProcedureCatalogue, References, parse_entries, parse_fields};
use townhall_domain::queue::QueueRules;
use townhall_domain::unit::{UnitFiles, UnitRegister};
use townhall_text::{Arg, Lang, fold, t_args};

use super::source::Source;
use super::{Inner, lists};

const PROVINCES: &str = "units/provinces.csv";
const COMMUNES: &str = "units/communes.csv";
const CHANGES: &str = "units/changes.csv";
const CALENDAR: &str = "calendars/viet-nam.toml";
const HOURS: &str = "calendars/office-hours.toml";
const FIELDS: &str = "fields.toml";
const EXEMPTIONS: &str = "exemptions.toml";
const KINDS: &str = "fees/kinds.toml";
const ENTRIES: &str = "procedures/catalogue.toml";
const QUEUE: &str = "queue.toml";

/// What is read here, beside the files of folders; [`lists::FILES`] are read there.
const FILES: [&str; 10] = [
    PROVINCES, COMMUNES, CHANGES, CALENDAR, HOURS, FIELDS, EXEMPTIONS, KINDS, ENTRIES, QUEUE,
];

/// Reads everything; what fails is told and the rest is still read, so that one run shows all.
pub(super) fn assemble(source: &Source) -> Result<Inner, Vec<PackProblem>> {
    let mut problems = Vec::new();
    let read = [&FILES[..], &lists::FILES].concat();
    problems.extend(
        source
            .strays(&read)
            .map(|path| PackProblem::at(path, 0, "is no pack that this version reads")),
    );

    let lists = lists::Lists::read(source, &mut problems);
    let units = keep(units(source), &mut problems);
    let calendar = keep(
        one(source, CALENDAR, |file| {
            Calendar::parse(file).map_err(|problem| vec![problem])
        }),
        &mut problems,
    );
    let hours = keep(
        one(source, HOURS, |file| {
            OfficeHours::parse(file).map_err(|problem| vec![problem])
        }),
        &mut problems,
    );
    let fields = keep(one(source, FIELDS, parse_fields), &mut problems).unwrap_or_default();
    let exemptions = keep(one(source, EXEMPTIONS, parse_exemptions), &mut problems).unwrap_or_default();
    let fee_kinds = keep(one(source, KINDS, parse_fee_kinds), &mut problems).unwrap_or_default();
    let (forms, schemas) = super::forms::forms(source, &mut problems);

    let kinds: BTreeSet<String> = fee_kinds.keys().cloned().collect();
    let fee_tables = fee_tables(source, &kinds, &mut problems);
    let known = References {
        forms,
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
    let catalogue = catalogue(source, &known, &mut problems);

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
                forms: known.forms,
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

fn fee_tables(source: &Source, kinds: &BTreeSet<String>, problems: &mut Vec<PackProblem>) -> FeeTables {
    let mut tables = FeeTables::default();
    for file in source.folder("fees", ".toml").filter(|file| file.path != KINDS) {
        problems.extend(tables.add(file, kinds).err().into_iter().flatten());
    }
    tables
}

/// All versions of all procedures, and those that are known by name only.
fn catalogue(
    source: &Source,
    known: &References,
    problems: &mut Vec<PackProblem>,
) -> Option<ProcedureCatalogue> {
    let mut procedures = Vec::new();
    let files = source.folder("procedures", ".toml");
    for file in files.filter(|file| file.path != ENTRIES) {
        procedures.extend(keep(Procedure::parse(file, known), problems));
    }
    let entries = one(source, ENTRIES, |file| parse_entries(file, &known.fields));
    let entries = keep(entries, problems).unwrap_or_default();
    let catalogue = keep(ProcedureCatalogue::new(procedures, entries, fold), problems)?;
    problems.extend(super::joined::check(&catalogue, &known.forms));
    Some(catalogue)
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
            say("has no example: add one of a synthetic person under \"examples\"".to_owned());
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
                Err(errors) => errors.iter().for_each(|error| {
                    say(format!(
                        "example {}: {}: {}",
                        number + 1,
                        error.field,
                        sentence(error)
                    ));
                }),
            }
        }
    }
    problems
}

/// What a person who fills the form is told, in the language of those who read problems of packs.
fn sentence(mistake: &FieldError) -> String {
    let args: Vec<(&str, Arg<'_>)> = mistake
        .args
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().into()))
        .collect();
    t_args(Lang::En, &mistake.key, &args)
}

fn units(source: &Source) -> Result<UnitRegister, Vec<PackProblem>> {
    let file = |path| source.file(path).map_err(|problem| vec![problem]);
    let files = UnitFiles {
        provinces: file(PROVINCES)?,
        communes: file(COMMUNES)?,
        changes: file(CHANGES)?,
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
        one(source, QUEUE, |file| QueueRules::parse(file, fields)),
        problems,
    )
}

fn keep<T>(outcome: Result<T, Vec<PackProblem>>, problems: &mut Vec<PackProblem>) -> Option<T> {
    outcome.map_err(|found| problems.extend(found)).ok()
}

fn ids(lists: Option<&lists::Lists>, of: impl FnOnce(&lists::Lists) -> BTreeSet<String>) -> BTreeSet<String> {
    lists.map(of).unwrap_or_default()
}

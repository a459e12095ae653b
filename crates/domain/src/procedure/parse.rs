//! From the text form of a procedure to the typed one; every mistake with its line.

mod components;

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use toml::value::Datetime;

use super::raw::{Raw, RawAppointment, RawCircumstance, RawExtra, RawFee, RawLimit, Text};
use super::{Appointment, Circumstance, CircumstanceTest, ExtraTime, Procedure, Retention, TimeLimit};
use crate::fee::{FeeAmount, FeeRule, PageTier};
use crate::form::{FieldKind, Form};
use crate::limit::Limit;
use crate::money::Dong;
use crate::pack::{PackFile, PackProblem, toml_date};
use crate::words::{Mark, Verified};

/// What the other packs know, so that a procedure can be checked against them.
///
/// An empty set is not checked against: its own file has failed and says so, and one mistake there should not be
/// told once more for every procedure.
#[derive(Debug, Clone, Default)]
pub struct References {
    /// Forms by their paths.
    pub forms: BTreeMap<String, Form>,
    /// Ids of fields of law.
    pub fields: BTreeSet<String>,
    /// Ids of data bases.
    pub databases: BTreeSet<String>,
    /// Ids of result templates.
    pub templates: BTreeSet<String>,
    /// Ids of register books.
    pub books: BTreeSet<String>,
    /// Ids of provincial fees.
    pub fee_tables: BTreeSet<String>,
    /// Codes of exemptions.
    pub exemptions: BTreeSet<String>,
    /// Ids of one-stop forms: `receipt`, `supplement`.
    pub slips: BTreeSet<String>,
}

/// Kinds of division that handle procedures, as `packs/posts.toml` names them.
const DIVISIONS: [&str; 6] = [
    "office",
    "economy",
    "society",
    "service-centre",
    "police",
    "military",
];

impl Procedure {
    /// Reads one version of a procedure and checks it against the other packs.
    ///
    /// # Errors
    /// Every problem found, each with file, line and reason.
    pub fn parse(file: PackFile<'_>, known: &References) -> Result<Self, Vec<PackProblem>> {
        let raw: Raw = file.toml().map_err(|problem| vec![problem])?;
        let default = Verified {
            mark: raw.verified,
            source: raw.source.clone(),
        };
        let mut parser = Parser {
            file,
            known,
            default,
            problems: Vec::new(),
            circumstances: BTreeSet::new(),
        };
        let procedure = parser.procedure(raw);
        if parser.problems.is_empty() {
            Ok(procedure)
        } else {
            Err(parser.problems)
        }
    }
}

struct Parser<'a> {
    file: PackFile<'a>,
    known: &'a References,
    default: Verified,
    problems: Vec<PackProblem>,
    circumstances: BTreeSet<String>,
}

impl Parser<'_> {
    fn say(&mut self, at: usize, reason: impl Into<String>) {
        self.problems.push(self.file.problem_at(at, reason));
    }

    fn procedure(&mut self, raw: Raw) -> Procedure {
        let well_formed = raw.code.get_ref().split_once('.').is_some_and(|(head, tail)| {
            head.len() == 1 && tail.len() == 6 && head.bytes().chain(tail.bytes()).all(|b| b.is_ascii_digit())
        });
        if !well_formed {
            self.say(
                raw.code.span().start,
                format!("code '{}' is not written like 1.001193", raw.code.get_ref()),
            );
        }
        let effective_from = self.date(&raw.effective_from);
        let effective_to = raw.effective_to.as_ref().map(|date| self.date(date));
        if effective_to.is_some_and(|last| last < effective_from) {
            self.say(
                raw.effective_from.span().start,
                "effective_to is before effective_from",
            );
        }
        self.reference(&raw.field, "field of law", "fields.toml", &self.known.fields);
        self.division(&raw.division);
        let form = raw.form.as_ref().and_then(|path| {
            let form = self.known.forms.get(path.get_ref());
            if form.is_none() {
                self.say(
                    path.span().start,
                    format!("form '{}' does not exist or is not valid", path.get_ref()),
                );
            }
            form
        });
        self.doubled(raw.circumstances.iter().map(|c| &c.id), "circumstance");
        let circumstances = raw
            .circumstances
            .into_iter()
            .map(|c| self.circumstance(c, form))
            .collect();
        let limits = self.limits(raw.limits);
        self.doubled(raw.extras.iter().map(|extra| &extra.id), "extra time");
        self.doubled(raw.fees.iter().map(|fee| &fee.id), "fee");
        self.doubled(raw.components.iter().map(|component| &component.id), "component");
        self.doubled(raw.steps.get_ref().iter().map(|step| &step.id), "step");
        Procedure {
            version: raw.version,
            effective_from,
            effective_to,
            changes: raw.changes,
            name: raw.name,
            short: raw.short,
            aliases: raw.aliases,
            field: raw.field.into_inner(),
            level: raw.level,
            division: raw.division.into_inner(),
            applicants: raw.applicants,
            online: raw.online,
            non_boundary: raw.non_boundary,
            form: raw.form.map(Spanned::into_inner),
            supplement_restarts: raw.supplement_restarts,
            immediate: raw.immediate,
            requirements: raw.requirements,
            basis: raw.basis,
            verified: self.default.clone(),
            process: raw.process,
            limits,
            extras: raw.extras.into_iter().map(|extra| self.extra(extra)).collect(),
            appointments: raw
                .appointments
                .into_iter()
                .map(|one| self.appointment(one))
                .collect(),
            circumstances,
            fees: raw.fees.into_iter().filter_map(|fee| self.fee(fee)).collect(),
            components: raw
                .components
                .into_iter()
                .map(|component| self.component(component))
                .collect(),
            steps: self.steps(raw.steps),
            result: self.result(raw.result),
            joined: raw.joined.map(|joined| self.joined(joined)),
            code: raw.code.into_inner(),
            file: self.file.path.to_owned(),
        }
    }

    fn limits(&mut self, raw: Spanned<Vec<RawLimit>>) -> Vec<TimeLimit> {
        let start = raw.span().start;
        let limits: Vec<TimeLimit> = raw
            .into_inner()
            .into_iter()
            .map(|limit| {
                self.when(limit.when.as_ref());
                TimeLimit {
                    channel: limit.channel,
                    time: self.limit(&limit.time),
                    verified: self.verified(limit.verified, limit.source, limit.time.span().start),
                    when: limit.when.map(Spanned::into_inner),
                }
            })
            .collect();
        if !limits
            .iter()
            .any(|limit| limit.channel.is_none() && limit.when.is_none())
        {
            self.say(
                start,
                "one [[limit]] must hold always: without channel and without when",
            );
        }
        limits
    }

    fn extra(&mut self, raw: RawExtra) -> ExtraTime {
        ExtraTime {
            time: self.limit(&raw.time),
            verified: self.verified(raw.verified, raw.source, raw.id.span().start),
            id: raw.id.into_inner(),
            name: raw.name,
            mode: raw.mode,
        }
    }

    fn appointment(&mut self, raw: RawAppointment) -> Appointment {
        Appointment {
            number: raw.number,
            time: self.limit(&raw.time),
            verified: self.verified(raw.verified, raw.source, raw.time.span().start),
            name: raw.name,
        }
    }

    fn division(&mut self, division: &Text) {
        if !DIVISIONS.contains(&division.get_ref().as_str()) {
            self.say(
                division.span().start,
                format!(
                    "division '{}' is not one of {}",
                    division.get_ref(),
                    DIVISIONS.join(", ")
                ),
            );
        }
    }

    fn circumstance(&mut self, raw: RawCircumstance, form: Option<&Form>) -> Circumstance {
        let at = raw.id.span().start;
        if let (Some(field), Some(form)) = (&raw.field, form) {
            self.answer(field, form, raw.is.as_deref(), raw.days_over.is_some());
        }
        let test = match (raw.field.map(Spanned::into_inner), raw.is, raw.days_over) {
            (None, None, None) => CircumstanceTest::Asked,
            (Some(field), Some(values), None) => CircumstanceTest::FieldIs { field, values },
            (Some(field), None, Some(days)) => CircumstanceTest::DaysOver { field, days },
            _ => {
                self.say(
                    at,
                    "a circumstance has 'field' with 'is' or with 'days_over', or none of them",
                );
                CircumstanceTest::Asked
            }
        };
        self.circumstances.insert(raw.id.get_ref().clone());
        Circumstance {
            id: raw.id.into_inner(),
            name: raw.name,
            test,
        }
    }

    /// That the field stands in the form and can give such an answer: a circumstance that never holds would leave
    /// out papers and fees without a word.
    fn answer(&mut self, field: &Text, form: &Form, values: Option<&[String]>, counts_days: bool) {
        let (name, at) = (field.get_ref(), field.span().start);
        let Some(asked) = form.field(name) else {
            self.say(at, format!("form field '{name}' does not stand in {}", form.path));
            return;
        };
        if counts_days && !matches!(asked.kind, FieldKind::Date { .. }) {
            self.say(at, format!("days_over counts from a date, and '{name}' is none"));
        }
        let possible: Vec<&str> = match &asked.kind {
            FieldKind::Choice(choices) => choices.iter().map(|choice| choice.value.as_str()).collect(),
            FieldKind::YesNo => vec!["true", "false"],
            FieldKind::Text { .. }
            | FieldKind::Name { .. }
            | FieldKind::Integer { .. }
            | FieldKind::Year
            | FieldKind::Date { .. }
            | FieldKind::Identity
            | FieldKind::Phone
            | FieldKind::Email
            | FieldKind::Unit => return,
        };
        for value in values.into_iter().flatten() {
            if !possible.contains(&value.as_str()) {
                let possible = possible.join(", ");
                self.say(
                    at,
                    format!("'{name}' is never '{value}'; its answers are {possible}"),
                );
            }
        }
    }

    fn fee(&mut self, raw: RawFee) -> Option<FeeRule> {
        let at = raw.rule.span().start;
        self.when(raw.when.as_ref());
        self.when(raw.unless.as_ref());
        for code in &raw.exempt {
            self.reference(code, "exemption", "exemptions.toml", &self.known.exemptions);
        }
        if let Some(table) = &raw.table {
            self.reference(table, "provincial fee", "fees/kinds.toml", &self.known.fee_tables);
        }
        let amount = match (raw.rule.get_ref().as_str(), raw.amount, raw.tiers, raw.table) {
            ("free", None, None, None) => Some(FeeAmount::Free),
            ("flat", Some(each), None, None) => Some(FeeAmount::Flat(Dong(each))),
            ("per_case", Some(each), None, None) => Some(FeeAmount::PerCase(Dong(each))),
            ("per_copy", Some(each), None, None) => Some(FeeAmount::PerCopy(Dong(each))),
            ("per_page", None, Some(tiers), None) => {
                let tiers = tiers.into_iter().map(|tier| PageTier {
                    pages: tier.pages,
                    each: Dong(tier.each),
                });
                Some(FeeAmount::PerPage {
                    tiers: tiers.collect(),
                    cap_per_copy: raw.cap_per_copy.map(Dong),
                })
            }
            ("province", None, None, Some(table)) => Some(FeeAmount::Province {
                table: table.into_inner(),
            }),
            _ => None,
        };
        if !amount.as_ref().is_some_and(FeeAmount::is_sound) {
            self.say(at, "a fee is free, flat, per_case or per_copy with 'amount', per_page with 'tiers' of which only the last is open, or province with 'table'; amounts are not negative");
        }
        Some(FeeRule {
            verified: self.verified(raw.verified, raw.source, at),
            id: raw.id.into_inner(),
            name: raw.name,
            kind: raw.kind,
            amount: amount?,
            when: raw.when.map(Spanned::into_inner),
            unless: raw.unless.map(Spanned::into_inner),
            exempt: raw.exempt.into_iter().map(Spanned::into_inner).collect(),
            collect: raw.collect,
        })
    }

    fn limit(&mut self, text: &Text) -> Limit {
        text.get_ref().parse().unwrap_or_else(|error| {
            self.say(text.span().start, format!("{error}"));
            Limit::WorkingDays(1)
        })
    }

    fn retention(&mut self, text: &Text) -> Retention {
        let word = text.get_ref().as_str();
        let years = word.strip_suffix('y').and_then(|number| number.parse().ok());
        match (word, years) {
            ("returned", _) => Retention::Returned,
            ("permanent", _) => Retention::Permanent,
            (_, Some(years)) => Retention::Years(years),
            (_, None) => {
                self.say(
                    text.span().start,
                    format!("keep '{word}' is not returned, permanent or a number of years like 5y"),
                );
                Retention::Permanent
            }
        }
    }

    fn date(&mut self, date: &Spanned<Datetime>) -> jiff::civil::Date {
        toml_date(date.get_ref()).unwrap_or_else(|reason| {
            self.say(date.span().start, reason);
            jiff::civil::Date::ZERO
        })
    }

    fn verified(&mut self, mark: Option<Mark>, source: Option<String>, at: usize) -> Verified {
        match (mark, source) {
            (Some(mark), None) if mark != self.default.mark => {
                self.say(
                    at,
                    format!("verified = \"{}\" needs its own source", mark.letter()),
                );
                self.default.clone()
            }
            (mark, source) => Verified {
                mark: mark.unwrap_or(self.default.mark),
                source: source.unwrap_or_else(|| self.default.source.clone()),
            },
        }
    }

    fn when(&mut self, when: Option<&Text>) {
        if let Some(when) = when.filter(|when| !self.circumstances.contains(when.get_ref())) {
            self.say(
                when.span().start,
                format!("circumstance '{}' is not described in this file", when.get_ref()),
            );
        }
    }

    /// That another pack, `file`, knows this id.
    fn reference(&mut self, text: &Text, what: &str, file: &str, known: &BTreeSet<String>) {
        if !known.is_empty() && !known.contains(text.get_ref()) {
            self.say(
                text.span().start,
                format!("{what} '{}' does not stand in {file}", text.get_ref()),
            );
        }
    }

    fn doubled<'t>(&mut self, ids: impl Iterator<Item = &'t Text>, what: &str) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id.get_ref()) {
                self.say(
                    id.span().start,
                    format!("{what} '{}' stands here twice", id.get_ref()),
                );
            }
        }
    }
}

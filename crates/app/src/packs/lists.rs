//! The small lists: data bases, states, forms, books, dossier codes, agencies, posts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use townhall_domain::pack::{PackFile, PackProblem, read_table, toml_date};
use townhall_domain::space::Space;
use townhall_domain::words::{Mark, Words};

use super::source::Source;

/// A data base that stands for papers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Id used by procedures.
    pub id: String,
    /// What it is called.
    pub name: Words,
    /// Who keeps it.
    pub holder: Words,
    /// Which papers it stands for.
    pub replaces: Words,
    /// `MaCSDL` of the portal exchange, where known.
    pub exchange_code: Option<String>,
    /// How sure.
    pub verified: Mark,
    /// From where.
    pub source: String,
}

/// A state as the National Public Service Portal takes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusCode {
    /// 1 to 10.
    pub code: u8,
    /// Our word.
    pub id: String,
    /// Official name.
    pub name: Words,
    /// When it is entered.
    pub meaning: Words,
    /// What the clock does: `not-started`, `runs`, `paused`, `ended`, `none`.
    pub clock: String,
    /// In which group reports count it.
    pub group: String,
    /// States that may follow.
    pub next: Vec<u8>,
}

/// A numbered form of the one-stop office.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slip {
    /// `receipt`, `supplement`, `refusal`, `apology`, `stop`, `control`, `register`.
    pub id: String,
    /// What it is called in 2025.
    pub name: Words,
    /// `A5` or `A4`.
    pub paper: String,
}

/// Which numbers the forms bear from one day to another.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipNumbering {
    /// Short name, part of the template: `tt03-2025`.
    pub id: String,
    /// The circular.
    pub basis: String,
    /// First day.
    #[serde(deserialize_with = "day")]
    pub from: Date,
    /// Last day; none until further notice.
    #[serde(default, deserialize_with = "some_day")]
    pub to: Option<Date>,
    /// Number by id.
    pub numbers: BTreeMap<String, String>,
    /// Names that differ from those of 2025.
    #[serde(default)]
    pub names: BTreeMap<String, Words>,
    /// How sure.
    pub verified: Mark,
    /// From where.
    pub source: String,
}

/// A form as it is numbered and called on a day.
#[derive(Debug, Clone, Copy)]
pub struct SlipForm<'a> {
    /// The form.
    pub slip: &'a Slip,
    /// Its name on that day.
    pub name: &'a Words,
    /// Its number on that day; none when the rules had no such form.
    pub number: Option<&'a str>,
    /// The numbering.
    pub numbering: &'a SlipNumbering,
}

/// A template of a result.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultTemplate {
    /// Id used by procedures and by the print layer.
    pub id: String,
    /// What it is called.
    pub name: Words,
}

/// When a book begins again at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Restarts {
    /// On 1 January.
    Yearly,
    /// Never.
    Never,
}

/// A register book.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// Id used by procedures.
    pub id: String,
    /// What it is called.
    pub name: Words,
    /// The symbol of the law, where it has one.
    pub symbol: Option<String>,
    /// How a number is written.
    pub pattern: String,
    /// When it begins again.
    pub restarts: Restarts,
    /// How long it is kept.
    pub keep: String,
    /// How sure.
    pub verified: Mark,
    /// From where.
    pub source: String,
}

/// How dossier codes are written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierCode {
    /// Short name.
    pub id: String,
    /// The pattern with `{agency}`, `{yymmdd}`, `{serial:4}`.
    pub pattern: String,
    /// First day.
    #[serde(deserialize_with = "day")]
    pub from: Date,
    /// Last day; none until further notice.
    #[serde(default, deserialize_with = "some_day")]
    pub to: Option<Date>,
    /// How sure.
    pub verified: Mark,
    /// From where.
    pub source: String,
}

/// The id of an agency in codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyId {
    /// `H36.82`.
    pub id: String,
    /// How sure; generated ones are low.
    pub verified: Mark,
    /// From where.
    pub source: String,
}

impl AgencyId {
    pub(super) fn generated(id: String) -> Self {
        Self {
            id,
            verified: Mark::Low,
            source: "generated".to_owned(),
        }
    }
}

/// A typical organ of a commune.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organ {
    /// Kind of division (`office`, `economy`, …).
    pub id: String,
    /// Party or state.
    pub space: Space,
    /// Bloc: `party`, `government`, `armed-forces`, `front`.
    pub bloc: String,
    /// What it is called.
    pub name: Words,
    /// Its fields, as the decree says.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Whether it has a seal and account of its own.
    #[serde(default)]
    pub has_own_seal: bool,
    /// Its typical posts.
    #[serde(rename = "post", default)]
    pub posts: Vec<OrganPost>,
}

/// A typical post of an organ.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganPost {
    /// Id within the catalogue.
    pub id: String,
    /// Title.
    pub title: Words,
    /// How many, when it is fixed.
    pub count: Option<u16>,
    /// At least.
    pub count_min: Option<u16>,
    /// At most.
    pub count_max: Option<u16>,
    /// More about the number.
    pub count_note: Option<String>,
    /// What its holder usually is beside it.
    pub usually: Option<String>,
    /// The post that the same person holds by rule.
    pub same_person_as: Option<String>,
    /// Posts often held by the same person.
    #[serde(default)]
    pub often_concurrent_with: Vec<String>,
    /// Posts that the same person may not hold.
    #[serde(default)]
    pub not_concurrent_with: Vec<String>,
    /// Since when that rule holds.
    #[serde(default, deserialize_with = "some_day")]
    pub rule_from: Option<Date>,
    /// The rule.
    pub rule: Option<String>,
    /// How sure.
    pub verified: Mark,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDatabases {
    database: Vec<Database>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "head of the file, for people; named so that the pack may carry it"
)]
struct RawStatuses {
    basis: String,
    from: toml::value::Datetime,
    verified: Mark,
    source: String,
    status: Vec<StatusCode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTemplates {
    slip: Vec<Slip>,
    numbering: Vec<SlipNumbering>,
    result: Vec<ResultTemplate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "told to people; the type of a dossier code checks the same"
)]
struct RawAccepted {
    pattern: String,
    max_chars: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNumbering {
    dossier_code: Vec<DossierCode>,
    #[expect(dead_code, reason = "see RawAccepted")]
    accepted: RawAccepted,
    book: Vec<Book>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIncompatible {
    #[expect(
        dead_code,
        reason = "told to people; the organisation's rules are checked in its own code"
    )]
    a: String,
    #[expect(dead_code, reason = "see above")]
    b: String,
    #[expect(dead_code, reason = "see above")]
    source: String,
    #[expect(dead_code, reason = "see above")]
    verified: Mark,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPosts {
    organ: Vec<Organ>,
    #[expect(dead_code, reason = "see RawIncompatible")]
    incompatible: Vec<RawIncompatible>,
}

/// All small lists.
#[derive(Debug)]
pub(super) struct Lists {
    pub databases: Vec<Database>,
    pub statuses: Vec<StatusCode>,
    pub slips: Vec<Slip>,
    pub numberings: Vec<SlipNumbering>,
    pub results: Vec<ResultTemplate>,
    pub codes: Vec<DossierCode>,
    pub books: Vec<Book>,
    pub organs: Vec<Organ>,
    pub agencies: BTreeMap<String, AgencyId>,
}

/// The files that hold the lists.
pub(super) const FILES: [&str; 6] = [
    "databases.toml",
    "status-codes.toml",
    "templates.toml",
    "numbering.toml",
    "posts.toml",
    "agencies.csv",
];

impl Lists {
    /// Reads the lists; every problem of every file is pushed, and nothing comes back if there is one.
    pub(super) fn read(source: &Source, problems: &mut Vec<PackProblem>) -> Option<Self> {
        let databases: Option<RawDatabases> = toml_of(source, FILES[0], problems);
        let statuses: Option<RawStatuses> = toml_of(source, FILES[1], problems);
        let templates: Option<RawTemplates> = toml_of(source, FILES[2], problems);
        let numbering: Option<RawNumbering> = toml_of(source, FILES[3], problems);
        let posts: Option<RawPosts> = toml_of(source, FILES[4], problems);
        let agencies = source
            .file(FILES[5])
            .map_err(|problem| vec![problem])
            .and_then(agencies);
        let agencies = agencies.map_err(|found| problems.extend(found)).ok();
        let (templates, numbering) = (templates?, numbering?);
        let lists = Self {
            databases: databases?.database,
            statuses: statuses?.status,
            slips: templates.slip,
            numberings: templates.numbering,
            results: templates.result,
            codes: numbering.dossier_code,
            books: numbering.book,
            organs: posts?.organ,
            agencies: agencies?,
        };
        let before = problems.len();
        lists.check(problems);
        (problems.len() == before).then_some(lists)
    }

    fn check(&self, problems: &mut Vec<PackProblem>) {
        let mut say = |file: &str, reason: String| problems.push(PackProblem::at(file, 0, reason));
        doubled(self.databases.iter().map(|one| &one.id))
            .for_each(|id| say(FILES[0], format!("'{id}' stands here twice")));
        doubled(self.results.iter().map(|one| &one.id))
            .for_each(|id| say(FILES[2], format!("'{id}' stands here twice")));
        doubled(self.books.iter().map(|one| &one.id))
            .for_each(|id| say(FILES[3], format!("'{id}' stands here twice")));
        let codes: BTreeSet<u8> = self.statuses.iter().map(|status| status.code).collect();
        if codes != (1..=10).collect() || self.statuses.len() != 10 {
            say(FILES[1], "the national states are 1 to 10, each once".to_owned());
        }
        for status in self
            .statuses
            .iter()
            .filter(|status| status.next.iter().any(|next| !codes.contains(next)))
        {
            say(
                FILES[1],
                format!("state {} is followed by one that does not exist", status.code),
            );
        }
        for numbering in &self.numberings {
            for id in numbering.numbers.keys().chain(numbering.names.keys()) {
                if !self.slips.iter().any(|slip| slip.id == *id) {
                    say(
                        FILES[2],
                        format!("numbering '{}' names '{id}', which is no slip", numbering.id),
                    );
                }
            }
        }
        for book in self.books.iter().filter(|book| !book.pattern.contains("{number")) {
            say(FILES[3], format!("pattern of book '{}' has no number", book.id));
        }
        for code in self.codes.iter().filter(|code| {
            !["{agency}", "{yymmdd}", "{serial"]
                .iter()
                .all(|part| code.pattern.contains(part))
        }) {
            say(
                FILES[3],
                format!(
                    "dossier code '{}' needs {{agency}}, {{yymmdd}} and {{serial}}",
                    code.id
                ),
            );
        }
        if self.codes.is_empty() || self.numberings.is_empty() {
            say(
                FILES[3],
                "a dossier code and a numbering of forms are needed".to_owned(),
            );
        }
    }

    /// The pattern of a day; before the first one, the first.
    pub(super) fn code_pattern(&self, day: Date) -> &DossierCode {
        let holds = |code: &&DossierCode| code.from <= day && code.to.is_none_or(|last| day <= last);
        self.codes.iter().rev().find(holds).unwrap_or(&self.codes[0])
    }

    fn numbering(&self, day: Date) -> &SlipNumbering {
        let holds =
            |numbering: &&SlipNumbering| numbering.from <= day && numbering.to.is_none_or(|last| day <= last);
        self.numberings
            .iter()
            .rev()
            .find(holds)
            .unwrap_or(&self.numberings[0])
    }

    pub(super) fn slip(&self, id: &str, day: Date) -> Option<SlipForm<'_>> {
        let slip = self.slips.iter().find(|slip| slip.id == id)?;
        let numbering = self.numbering(day);
        let name = numbering.names.get(id).unwrap_or(&slip.name);
        Some(SlipForm {
            slip,
            name,
            number: numbering.numbers.get(id).map(String::as_str),
            numbering,
        })
    }

    pub(super) fn slip_template(&self, id: &str, day: Date) -> String {
        let numbering = self.numbering(day);
        format!(
            "{}/{}",
            numbering.id,
            numbering.numbers.get(id).map_or(id, String::as_str)
        )
    }
}

/// Fills a pattern: named parts, then `{number}` or `{serial}` with an optional least width: `{serial:4}`.
pub(super) fn fill(pattern: &str, parts: &[(&str, &str)], number: i64) -> String {
    let mut text = pattern.to_owned();
    for (name, value) in parts {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    for name in ["number", "serial"] {
        text = text.replace(&format!("{{{name}}}"), &number.to_string());
        for width in 2..=9_usize {
            text = text.replace(&format!("{{{name}:{width}}}"), &format!("{number:0width$}"));
        }
    }
    text
}

fn agencies(file: PackFile<'_>) -> Result<BTreeMap<String, AgencyId>, Vec<PackProblem>> {
    let mut agencies: BTreeMap<String, AgencyId> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    read_table(file, &["unit_code", "agency_id", "verified", "source"], |row| {
        let verified = match row.text("verified") {
            "H" => Mark::High,
            "M" => Mark::Medium,
            "L" => Mark::Low,
            other => return Err(row.problem(format!("verified '{other}' is not H, M or L"))),
        };
        let id = row.text("agency_id");
        let shaped = !id.is_empty()
            && id
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'.');
        if !shaped || !ids.insert(id.to_owned()) {
            return Err(row.problem(format!(
                "agency id '{id}' is not of capitals, digits and dots, or stands twice"
            )));
        }
        let agency = AgencyId {
            id: id.to_owned(),
            verified,
            source: row.text("source").to_owned(),
        };
        match agencies.insert(row.text("unit_code").to_owned(), agency) {
            None => Ok(()),
            Some(_) => Err(row.problem("the unit stands here twice")),
        }
    })?;
    Ok(agencies)
}

fn toml_of<T: serde::de::DeserializeOwned>(
    source: &Source,
    path: &str,
    problems: &mut Vec<PackProblem>,
) -> Option<T> {
    source
        .file(path)
        .and_then(|file| file.toml())
        .map_err(|problem| problems.push(problem))
        .ok()
}

fn doubled<'a>(ids: impl Iterator<Item = &'a String>) -> impl Iterator<Item = &'a String> {
    let mut seen = BTreeSet::new();
    ids.filter(move |id| !seen.insert(*id))
}

fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let value = toml::value::Datetime::deserialize(from)?;
    toml_date(&value).map_err(serde::de::Error::custom)
}

fn some_day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    day(from).map(Some)
}

//! The small lists: data bases, states, forms, books, dossier codes, agencies, posts.

mod read;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use townhall_domain::pack::toml_date;
use townhall_domain::register::BookFamily;
use townhall_domain::space::Space;
use townhall_domain::unit::Village;
use townhall_domain::words::{Mark, Words};
use townhall_print::Template;

pub(super) use read::FILES;

/// The bank account to which fees of a unit are transferred.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Code of the unit.
    pub unit: String,
    /// The bank's identification number at NAPAS, six digits.
    pub bank: String,
    /// What the bank is called, as people know it.
    pub bank_name: String,
    /// Number of the account.
    pub number: String,
    /// In whose name it is.
    pub holder: String,
}

/// Where the service centre of a unit is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Code of the unit.
    pub unit: String,
    /// Where citizens go.
    pub address: Words,
    /// Telephone of the centre.
    pub phone: String,
}

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
    /// The form of the print layer that prints it, without its version: `form-01`.
    pub template: String,
    /// What it is called in 2025.
    pub name: Words,
    /// `A5` or `A4`.
    pub paper: String,
}

/// Which numbers the forms bear from one day to another.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipNumbering {
    /// Short name: `tt03-2025`.
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
    /// Which law keeps it.
    pub family: BookFamily,
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

/// A paper of which copies are asked for often.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonPaper {
    /// What it is called.
    pub name: String,
    /// Its kind, as the form of certified copies knows it.
    pub kind: String,
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
    pub accounts: Vec<Account>,
    pub papers: Vec<CommonPaper>,
    pub contacts: Vec<Contact>,
    pub villages: Vec<Village>,
}

impl Lists {
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
        let slip = self.slips.iter().find(|slip| slip.id == id);
        let template = slip.and_then(|slip| Template::in_force(&slip.template, day).ok());
        template.map_or_else(|| id.to_owned(), |template| template.id().to_owned())
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

fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let value = toml::value::Datetime::deserialize(from)?;
    toml_date(&value).map_err(serde::de::Error::custom)
}

fn some_day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    day(from).map(Some)
}

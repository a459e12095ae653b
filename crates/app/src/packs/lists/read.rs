//! Reads the small lists and checks them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;
use townhall_domain::pack::{PackFile, PackProblem, read_table};
use townhall_domain::unit::parse_villages;
use townhall_domain::vietqr::BankAccount;
use townhall_domain::words::Mark;
use townhall_print::Template;

use super::{
    Account, AgencyId, Book, CommonPaper, Contact, Database, DossierCode, Lists, Organ, ResultTemplate, Slip,
    SlipNumbering, StatusCode,
};
use crate::packs::source::Source;

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccounts {
    #[serde(default)]
    account: Vec<Account>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPapers {
    paper: Vec<CommonPaper>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawContacts {
    #[serde(default)]
    contact: Vec<Contact>,
}

/// The files that hold the lists.
pub(crate) const FILES: [&str; 10] = [
    "databases.toml",
    "status-codes.toml",
    "templates.toml",
    "numbering.toml",
    "posts.toml",
    "agencies.csv",
    "units/accounts.toml",
    "common-papers.toml",
    "units/contacts.toml",
    "units/villages.csv",
];

impl Lists {
    /// Reads the lists; every problem of every file is pushed, and nothing comes back if there is one.
    pub(crate) fn read(source: &Source, problems: &mut Vec<PackProblem>) -> Option<Self> {
        let databases: Option<RawDatabases> = toml_of(source, FILES[0], problems);
        let statuses: Option<RawStatuses> = toml_of(source, FILES[1], problems);
        let templates: Option<RawTemplates> = toml_of(source, FILES[2], problems);
        let numbering: Option<RawNumbering> = toml_of(source, FILES[3], problems);
        let posts: Option<RawPosts> = toml_of(source, FILES[4], problems);
        let accounts: Option<RawAccounts> = toml_of(source, FILES[6], problems);
        let papers: Option<RawPapers> = toml_of(source, FILES[7], problems);
        let contacts: Option<RawContacts> = toml_of(source, FILES[8], problems);
        let agencies = source
            .file(FILES[5])
            .map_err(|problem| vec![problem])
            .and_then(agencies);
        let agencies = agencies.map_err(|found| problems.extend(found)).ok();
        let villages = source
            .file(FILES[9])
            .map_err(|problem| vec![problem])
            .and_then(parse_villages);
        let villages = villages.map_err(|found| problems.extend(found)).ok();
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
            accounts: accounts?.account,
            papers: papers?.paper,
            contacts: contacts?.contact,
            villages: villages?,
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
        let printed = self.slips.iter().map(|slip| (&slip.id, &slip.template));
        for (id, template) in printed.chain(self.results.iter().map(|result| (&result.id, &result.id))) {
            if Template::in_force(template, Date::MAX).is_err() {
                say(
                    FILES[2],
                    format!("'{id}' names the template '{template}', which the print layer does not have"),
                );
            }
        }
        doubled(self.books.iter().map(|one| &one.id))
            .for_each(|id| say(FILES[3], format!("'{id}' stands here twice")));
        doubled(self.accounts.iter().map(|one| &one.unit))
            .for_each(|unit| say(FILES[6], format!("unit '{unit}' stands here twice")));
        doubled(self.papers.iter().map(|one| &one.name))
            .for_each(|name| say(FILES[7], format!("'{name}' stands here twice")));
        doubled(self.contacts.iter().map(|one| &one.unit))
            .for_each(|unit| say(FILES[8], format!("unit '{unit}' stands here twice")));
        for account in &self.accounts {
            if let Err(error) = BankAccount::parse(&account.bank, &account.number) {
                say(FILES[6], format!("account of unit {}: {error}", account.unit));
            }
        }
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

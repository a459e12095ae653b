//! The catalogue: every procedure known here, in all versions, served or not yet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::Procedure;
use crate::limit::Limit;
use crate::pack::{Fold, PackFile, PackProblem};
use crate::words::{Mark, Verified, Words};

/// A field of law (lĩnh vực).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOfLaw {
    /// Id used in procedures.
    pub id: String,
    /// What it is called.
    pub name: Words,
}

/// A procedure that is known but not yet served here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// National code.
    pub code: String,
    /// Official name.
    pub name: Words,
    /// Field of law.
    pub field: String,
    /// Its limit; none when no source gave one.
    pub time: Option<Limit>,
    /// More about the limit, the fee or the result.
    pub note: Option<Words>,
    /// How sure and from where.
    pub verified: Verified,
}

/// One line of the catalogue as of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Listing<'a> {
    /// It can be worked here, from form to result.
    Served(&'a Procedure),
    /// It is known, but not yet served here.
    NotYet(&'a CatalogueEntry),
}

impl<'a> Listing<'a> {
    /// National code.
    pub fn code(&self) -> &'a str {
        match self {
            Self::Served(procedure) => &procedure.code,
            Self::NotYet(entry) => &entry.code,
        }
    }

    /// Official name.
    pub fn name(&self) -> &'a Words {
        match self {
            Self::Served(procedure) => &procedure.name,
            Self::NotYet(entry) => &entry.name,
        }
    }

    /// Field of law.
    pub fn field(&self) -> &'a str {
        match self {
            Self::Served(procedure) => &procedure.field,
            Self::NotYet(entry) => &entry.field,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCatalogue {
    procedure: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    code: Spanned<String>,
    name: Words,
    field: Spanned<String>,
    served: bool,
    time: Option<Spanned<String>>,
    note: Option<Words>,
    verified: Mark,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFields {
    field: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    id: String,
    name: Words,
}

/// The fields of law (`fields.toml`), in the order in which pages list them.
///
/// # Errors
/// A file that is not of this form.
pub fn parse_fields(file: PackFile<'_>) -> Result<Vec<FieldOfLaw>, Vec<PackProblem>> {
    let raw: RawFields = file.toml().map_err(|problem| vec![problem])?;
    Ok(raw
        .field
        .into_iter()
        .map(|field| FieldOfLaw {
            id: field.id,
            name: field.name,
        })
        .collect())
}

/// The entries of `procedures/catalogue.toml`; `fields` are the known fields of law, empty when unknown.
///
/// # Errors
/// A code twice, an unknown field, a limit that cannot be read, `served = true` (a served procedure has a file
/// of its own).
pub fn parse_entries(
    file: PackFile<'_>,
    fields: &BTreeSet<String>,
) -> Result<Vec<CatalogueEntry>, Vec<PackProblem>> {
    let raw: RawCatalogue = file.toml().map_err(|problem| vec![problem])?;
    let (mut seen, mut problems, mut entries) = (BTreeSet::new(), Vec::new(), Vec::new());
    for entry in raw.procedure {
        let at = entry.code.span().start;
        let mut say = |at: usize, reason: String| problems.push(file.problem_at(at, reason));
        if !seen.insert(entry.code.get_ref().clone()) {
            say(
                at,
                format!("procedure '{}' stands here twice", entry.code.get_ref()),
            );
        }
        if entry.served {
            say(
                at,
                format!(
                    "procedure '{}' is served, so it has a file of its own",
                    entry.code.get_ref()
                ),
            );
        }
        if !fields.is_empty() && !fields.contains(entry.field.get_ref()) {
            say(
                entry.field.span().start,
                format!("field of law '{}' is not known", entry.field.get_ref()),
            );
        }
        let time = entry.time.and_then(|time| match time.get_ref().parse() {
            Ok(limit) => Some(limit),
            Err(error) => {
                say(time.span().start, format!("{error}"));
                None
            }
        });
        entries.push(CatalogueEntry {
            code: entry.code.into_inner(),
            name: entry.name,
            field: entry.field.into_inner(),
            time,
            note: entry.note,
            verified: Verified {
                mark: entry.verified,
                source: entry.source,
            },
        });
    }
    if problems.is_empty() {
        Ok(entries)
    } else {
        Err(problems)
    }
}

/// All procedures in all versions, asked as of a day.
#[derive(Debug, Clone)]
pub struct ProcedureCatalogue {
    versions: BTreeMap<String, Vec<Procedure>>,
    entries: BTreeMap<String, CatalogueEntry>,
    keys: BTreeMap<String, SearchKey>,
    fold: Fold,
}

#[derive(Debug, Clone)]
struct SearchKey {
    words: String,
    initials: Vec<String>,
}

impl ProcedureCatalogue {
    /// Puts versions and entries together.
    ///
    /// An entry whose code has versions of its own gives way to them, so an overlay can begin to serve it.
    ///
    /// # Errors
    /// Two versions of one number, or in force on one day.
    pub fn new(
        procedures: Vec<Procedure>,
        entries: Vec<CatalogueEntry>,
        fold: Fold,
    ) -> Result<Self, Vec<PackProblem>> {
        let mut versions: BTreeMap<String, Vec<Procedure>> = BTreeMap::new();
        for procedure in procedures {
            versions
                .entry(procedure.code.clone())
                .or_default()
                .push(procedure);
        }
        let mut problems = Vec::new();
        for list in versions.values_mut() {
            list.sort_by_key(|procedure| (procedure.effective_from, procedure.version));
            for pair in list.windows(2) {
                problems.extend(clash(&pair[0], &pair[1]));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let entries: BTreeMap<String, CatalogueEntry> = entries
            .into_iter()
            .filter(|entry| !versions.contains_key(&entry.code))
            .map(|entry| (entry.code.clone(), entry))
            .collect();
        let mut keys: BTreeMap<String, SearchKey> = BTreeMap::new();
        for procedure in versions.values().flatten() {
            let short = procedure.short.iter().flat_map(|short| [&short.vi, &short.en]);
            let others: Vec<&str> = short.chain(&procedure.aliases).map(String::as_str).collect();
            let key = SearchKey::new(fold, &procedure.code, &procedure.name, &others);
            keys.insert(procedure.code.clone(), key);
        }
        for entry in entries.values() {
            keys.insert(
                entry.code.clone(),
                SearchKey::new(fold, &entry.code, &entry.name, &[]),
            );
        }
        Ok(Self {
            versions,
            entries,
            keys,
            fold,
        })
    }

    /// The version under which a dossier received on a day begins.
    pub fn as_of(&self, code: &str, day: Date) -> Option<&Procedure> {
        self.versions(code)
            .iter()
            .find(|procedure| procedure.is_effective(day))
    }

    /// A version by its number: the one that a dossier keeps.
    pub fn version(&self, code: &str, version: u16) -> Option<&Procedure> {
        self.versions(code)
            .iter()
            .find(|procedure| procedure.version == version)
    }

    /// All versions of a procedure, oldest first; empty for an unknown code.
    pub fn versions(&self, code: &str) -> &[Procedure] {
        self.versions.get(code).map_or(&[], Vec::as_slice)
    }

    /// Every version of every procedure that is served at some time.
    pub fn all_versions(&self) -> impl Iterator<Item = &Procedure> {
        self.versions.values().flatten()
    }

    /// A procedure that is known but not yet served here.
    pub fn not_yet_served(&self, code: &str) -> Option<&CatalogueEntry> {
        self.entries.get(code)
    }

    /// What the catalogue says about a code on a day.
    pub fn listing(&self, code: &str, day: Date) -> Option<Listing<'_>> {
        let served = self.as_of(code, day).map(Listing::Served);
        served.or_else(|| self.not_yet_served(code).map(Listing::NotYet))
    }

    /// The procedures that are served on a day, by code.
    pub fn served(&self, day: Date) -> impl Iterator<Item = &Procedure> {
        self.versions
            .values()
            .filter_map(move |list| list.iter().find(|procedure| procedure.is_effective(day)))
    }

    /// Everything the catalogue holds on a day, by code.
    pub fn listings(&self, day: Date) -> impl Iterator<Item = Listing<'_>> {
        self.keys.keys().filter_map(move |code| self.listing(code, day))
    }

    /// Looks for procedures by code, by words without accents, or by first letters (`xnhn`); best first.
    pub fn search(&self, query: &str, day: Date, limit: usize) -> Vec<Listing<'_>> {
        let query = (self.fold)(query);
        if query.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(u8, bool, &str)> = self
            .keys
            .iter()
            .filter_map(|(code, key)| {
                Some((
                    key.rank(&query, code)?,
                    !self.versions.contains_key(code),
                    code.as_str(),
                ))
            })
            .collect();
        found.sort_unstable();
        found
            .into_iter()
            .filter_map(|(_, _, code)| self.listing(code, day))
            .take(limit)
            .collect()
    }
}

fn clash(earlier: &Procedure, later: &Procedure) -> Option<PackProblem> {
    let reason = if earlier.version == later.version {
        format!(
            "version {} of {} is also in {}",
            later.version, later.code, earlier.file
        )
    } else if earlier
        .effective_to
        .is_none_or(|last| later.effective_from <= last)
    {
        format!(
            "{} is in force on {} by version {} ({}) too",
            later.code, later.effective_from, earlier.version, earlier.file
        )
    } else if later.version < earlier.version {
        format!(
            "version {} of {} begins after version {}",
            later.version, later.code, earlier.version
        )
    } else {
        return None;
    };
    Some(PackProblem::at(&later.file, 0, reason))
}

impl SearchKey {
    fn new(fold: Fold, code: &str, name: &Words, others: &[&str]) -> Self {
        let texts = [name.vi.as_str(), name.en.as_str()];
        let texts: Vec<String> = texts
            .into_iter()
            .chain(others.iter().copied())
            .map(fold)
            .collect();
        let initials = texts.iter().map(|text| {
            text.split([' ', '-', '/'])
                .filter_map(|word| word.chars().next())
                .collect()
        });
        Self {
            initials: initials.collect(),
            words: format!(" {code} {}", texts.join(" ")),
        }
    }

    /// 0 for the code, then words at their beginning, then first letters in a row, then first letters in order.
    fn rank(&self, query: &str, code: &str) -> Option<u8> {
        let words = || {
            query
                .split(' ')
                .all(|word| self.words.contains(&format!(" {word}")))
        };
        let in_order = |letters: &String| {
            let mut letters = letters.chars();
            query.chars().all(|wanted| letters.any(|letter| letter == wanted))
        };
        let letters_only = query.len() > 1 && query.chars().all(char::is_alphabetic);
        Some(match () {
            () if code == query => 0,
            () if self.words.contains(&format!(" {query}")) => 1,
            () if words() => 2,
            () if letters_only && self.initials.iter().any(|letters| letters.contains(query)) => 3,
            () if letters_only && self.initials.iter().any(in_order) => 4,
            () => return None,
        })
    }
}

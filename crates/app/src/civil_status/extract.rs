//! Extracts: finding the entry that somebody wants a copy of, by its number or by name and day of birth.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use townhall_domain::civil_status::{CivilBook, Values};
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::dossier::{Action, Dossier};
use townhall_domain::ids::{DossierId, EntryId};
use townhall_store::civil_status::{self, Filter, Listed};
use townhall_store::{Tx, dossiers};
use townhall_text::fold;

use super::{EXTRACT, gives_extracts, must_keep, part};
use crate::cx::Cx;
use crate::dossier::flow::{begin, finish, is_visible, procedure_of};
use crate::dossier::put_draft;
use crate::error::AppError;

/// Entries offered to choose from.
const OFFERED: usize = 20;

/// The entry that was chosen, as it stood then: what the paper will say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Chosen {
    /// The entry.
    pub entry: EntryId,
    /// Its register.
    pub book: CivilBook,
    /// The form whose fields it has.
    pub form: String,
    /// What it said.
    pub values: Values,
    /// How many notes it had.
    pub notes: i64,
    /// Its number as it is written.
    pub symbol: String,
    /// The day of registration.
    pub registered_on: Date,
}

/// What the entry is looked for by, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtractAsked {
    /// The register.
    pub book: String,
    /// Number with year: `12/2025`, `44, quyển 01/1996`.
    pub number: String,
    /// Name; diacritics may be left out.
    pub name: String,
    /// Day of birth.
    pub born: String,
}

impl ExtractAsked {
    /// What the declaration says.
    fn of(dossier: &Dossier) -> Self {
        let text = |field: &str| {
            dossier
                .form
                .get(field)
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Self {
            book: text("event"),
            number: text("entry_number"),
            name: text("subject_name"),
            born: text("subject_birth_date"),
        }
    }

    /// By number where one is given, else by name and day of birth; nothing to look for, nothing found.
    fn filters(&self, dossier: &Dossier) -> Vec<Filter> {
        let Some(book) = CivilBook::parse(&self.book) else {
            return Vec::new();
        };
        let all = || Filter::new(vec![dossier.unit.clone()], book);
        let mut filters = Vec::new();
        if let Some((number, year)) = number_of(&self.number) {
            filters.push(Filter {
                number: Some(number),
                year,
                ..all()
            });
        }
        let folded = fold(&self.name);
        let words: Vec<String> = folded.split_whitespace().take(8).map(str::to_owned).collect();
        if !words.is_empty() {
            filters.push(Filter {
                words,
                born_on: parse_date(&self.born),
                ..all()
            });
        }
        filters
    }
}

/// The first number in a text, and the year behind it: `44, quyển 01/1996` is number 44 of 1996.
pub(super) fn number_of(text: &str) -> Option<(i64, Option<i64>)> {
    let mut groups = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty());
    let number = groups.next()?.parse().ok().filter(|number| *number > 0)?;
    let year = groups
        .filter(|group| group.len() == 4)
        .find_map(|group| group.parse().ok());
    Some((number, year))
}

/// What was found.
#[derive(Debug, Clone)]
pub struct ExtractFound {
    /// The entry.
    pub listed: Listed,
    /// Whether the paper is made from it.
    pub is_chosen: bool,
}

/// The page on which the entry of an extract is found.
#[derive(Debug, Clone)]
pub struct ExtractCase {
    /// The dossier that asks for it.
    pub dossier: Dossier,
    /// What it is looked for by.
    pub asked: ExtractAsked,
    /// What was found, the chosen one first.
    pub found: Vec<ExtractFound>,
    /// The entry from which the paper is made.
    pub chosen: Option<EntryId>,
}

/// Looks for the entry: by what was typed, else by what the declaration says.
pub fn extract_case(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: DossierId,
    asked: Option<&ExtractAsked>,
) -> Result<ExtractCase, AppError> {
    let dossier = dossiers::load(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    must_keep(cx, &dossier.unit)?;
    if !gives_extracts(procedure_of(cx, &dossier)?) {
        return Err(AppError::NotFound("extract"));
    }
    let asked = asked.cloned().unwrap_or_else(|| ExtractAsked::of(&dossier));
    let chosen = dossiers::result(tx, id)?
        .and_then(|result| part::<Chosen>(&result.body, EXTRACT))
        .map(|chosen| chosen.entry);
    let mut found: Vec<ExtractFound> = Vec::new();
    for filter in asked.filters(&dossier) {
        for listed in civil_status::list(tx, &filter, OFFERED)?.rows {
            if found.iter().all(|known| known.listed.id != listed.id) {
                found.push(ExtractFound {
                    is_chosen: chosen == Some(listed.id),
                    listed,
                });
            }
        }
    }
    found.sort_by_key(|found| !found.is_chosen);
    Ok(ExtractCase {
        dossier,
        asked,
        found,
        chosen,
    })
}

/// Make the extract from this entry.
#[derive(Debug, Clone)]
pub struct ChooseEntry {
    /// The dossier that asks for the extract.
    pub dossier: DossierId,
    /// Version that the page showed.
    pub version: i64,
    /// The entry.
    pub entry: EntryId,
}

/// Drafts the extract from an entry of the register as it stands now.
pub fn choose_entry(tx: &mut Tx<'_>, cx: &Cx, cmd: &ChooseEntry) -> Result<(), AppError> {
    let acting = begin(tx, cx, cmd.dossier, cmd.version, Action::Draft)?;
    let mut dossier = acting.dossier;
    must_keep(cx, &dossier.unit)?;
    if !gives_extracts(acting.procedure) {
        return Err(AppError::NotFound("extract"));
    }
    let entry = civil_status::load(tx, cmd.entry)?
        .filter(|entry| entry.unit == dossier.unit)
        .ok_or(AppError::NotFound("entry"))?;
    let chosen = Chosen {
        entry: entry.id,
        book: entry.book,
        form: entry.form,
        values: entry.present,
        notes: entry.notes,
        symbol: entry.symbol,
        registered_on: entry.registered_on,
    };
    let before = dossiers::result(tx, dossier.id)?;
    let body = json!({ "content": "", EXTRACT: chosen });
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
        "extract_drafted",
        json!({ "revision": revision, "entry": entry.id }),
    )
}

#[cfg(test)]
mod tests {
    use super::number_of;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        assert_eq!(number_of("12/2025"), Some((12, Some(2025))));
        assert_eq!(number_of("44, quyển 01/1996"), Some((44, Some(1996))));
        assert_eq!(number_of("Số 7"), Some((7, None)));
        for nothing in ["", "không nhớ", "0/2025", "99999999999999999999"] {
            assert_eq!(number_of(nothing), None, "{nothing}");
        }
    }
}

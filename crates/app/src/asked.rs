//! What the reports asked: every figure, difficulty, proposal and directive with the page that answers it, or "not yet".

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_store::{Tx, tasks};

use crate::cx::Cx;
use crate::error::AppError;

/// One thing that a report said or asked.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    /// Reference, `TA-D2`.
    pub id: String,
    /// Whose report: `thuan-an`, `cu-jut`, `quang-tri-party-office`, `hoa-binh`.
    pub unit: String,
    /// `status`, `difficulty`, `proposal`, `commitment`, `directive`, `trial_scenario`.
    pub kind: String,
    /// Subject, for grouping.
    pub domain: String,
    /// Vietnamese text.
    pub vi: String,
    /// English text.
    pub en: String,
    /// Day by which it was wanted.
    #[serde(default)]
    due: Option<toml::value::Datetime>,
    /// Page that answers it, with the unit whose page it is.
    #[serde(default)]
    pub answer: Option<String>,
}

impl Record {
    /// Day by which it was wanted.
    pub fn due(&self) -> Option<Date> {
        self.due.as_ref()?.to_string().parse().ok()
    }
}

#[derive(Debug, Deserialize)]
struct File {
    record: Vec<Record>,
}

/// The 75 records, in the order of the reports.
pub fn records() -> &'static [Record] {
    static RECORDS: LazyLock<Vec<Record>> = LazyLock::new(|| {
        let file: Result<File, _> = toml::from_str(include_str!("demo/records.toml"));
        // A test reads the file, so what is shipped parses.
        file.map(|file| file.record).unwrap_or_default()
    });
    &RECORDS
}

/// Where a record is answered today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// On this page.
    At(String),
    /// In the work of another unit or post, which is not the actor's to see.
    Elsewhere,
    /// Nowhere.
    NotYet,
}

/// The unit and the right that a page of a unit needs; none for a page that everybody may open.
fn needs(page: &str) -> Option<(&str, Right)> {
    let (path, rest) = page.split_once("?unit=")?;
    let code = rest.split(['&', '#']).next().unwrap_or_default();
    let right = match path {
        "/staff" => Right::ReadStaff,
        "/dossiers" => Right::ReadDossier,
        _ => Right::ReadStatistics,
    };
    Some((code, right))
}

fn page(cx: &Cx, page: &str) -> Answer {
    let may_open = needs(page).is_none_or(|(code, right)| {
        let unit = cx.packs().units().by_code(code, cx.today());
        unit.is_some_and(|unit| cx.actor.may(right, &unit.id))
    });
    if may_open {
        Answer::At(page.to_owned())
    } else {
        Answer::Elsewhere
    }
}

/// The records with where each is answered today: the task that carries its reference, or the page named in the file.
/// Nothing is linked that the actor could not open.
pub fn asked(tx: &mut Tx<'_>, cx: &Cx) -> Result<Vec<(&'static Record, Answer)>, AppError> {
    if !cx.actor.holds(Right::ReadStatistics) {
        return Err(AppError::NotFound("asked"));
    }
    let mut tasks: BTreeMap<String, Answer> = BTreeMap::new();
    for (reference, id) in tasks::by_paragraph(tx, cx.actor.space().unwrap_or(Space::State))? {
        let known = tasks.entry(reference).or_insert(Answer::Elsewhere);
        let is_seen = matches!(known, Answer::At(_));
        if !is_seen && tasks::load(tx, id)?.is_some_and(|task| crate::task::is_visible(cx, &task)) {
            *known = Answer::At(format!("/tasks/{id}"));
        }
    }
    Ok(records()
        .iter()
        .map(|record| {
            let answer = match (tasks.remove(&record.id), &record.answer) {
                (Some(task), _) => task,
                (None, Some(named)) => page(cx, named),
                (None, None) => Answer::NotYet,
            };
            (record, answer)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_75_records_are_there_and_38_of_them_are_directives() {
        assert_eq!(records().len(), 75);
        assert_eq!(
            records()
                .iter()
                .filter(|record| record.kind == "directive")
                .count(),
            38
        );
        assert_eq!(
            records().iter().filter(|record| record.due().is_some()).count(),
            12
        );
    }
}

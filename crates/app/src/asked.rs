//! What the reports asked: every figure, difficulty, proposal and directive with the page that answers it, or "not yet".

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use townhall_domain::ids::TaskId;
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
    /// Page that answers it.
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

/// The records with where each is answered today: the page named in the file, or the task that carries its reference.
pub fn asked(tx: &mut Tx<'_>, cx: &Cx) -> Result<Vec<(&'static Record, Option<String>)>, AppError> {
    if !cx.actor.holds(Right::ReadStatistics) {
        return Err(AppError::NotFound("asked"));
    }
    let tasks: BTreeMap<String, TaskId> = tasks::by_paragraph(tx, cx.actor.space().unwrap_or(Space::State))?
        .into_iter()
        .collect();
    Ok(records()
        .iter()
        .map(|record| {
            let task = tasks.get(&record.id).map(|id| format!("/tasks/{id}"));
            (record, task.or_else(|| record.answer.clone()))
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

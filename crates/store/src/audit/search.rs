//! The words by which dossiers and tasks are found, beside what they are computed from.

use std::collections::{BTreeMap, BTreeSet};

use townhall_domain::dossier::Dossier;
use townhall_domain::ids::{DossierId, TaskId};
use townhall_domain::task::Task;

use crate::params;
use crate::{StoreError, Tx, dossiers, tasks};

/// A dossier with its words: (unit, word), those of another space or time left out because they find nothing.
pub type DossierWords = (Dossier, BTreeSet<(String, String)>);
/// A task with its words.
pub type TaskWords = (Task, BTreeSet<String>);

/// Dossiers after an id, in order of their ids, each with the words under which it is found.
pub fn dossier_words(
    tx: &mut Tx<'_>,
    after: Option<DossierId>,
    limit: u32,
) -> Result<Vec<DossierWords>, StoreError> {
    let page = dossiers::after(tx, after, limit)?;
    let (Some(first), Some(last)) = (page.first(), page.last()) else {
        return Ok(Vec::new());
    };
    let rows = tx.rows(
        "SELECT w.dossier, w.unit, w.word FROM dossier_words w JOIN dossiers d
           ON d.id = w.dossier AND d.space = w.space AND d.received_at = w.received_at
         WHERE w.dossier >= $1 AND w.dossier <= $2",
        &params![first.id, last.id],
    )?;
    let mut words: BTreeMap<DossierId, BTreeSet<(String, String)>> = BTreeMap::new();
    for row in &rows {
        let found = words.entry(row.get("dossier")?).or_default();
        found.insert((row.get("unit")?, row.get("word")?));
    }
    Ok(page
        .into_iter()
        .map(|dossier| {
            let found = words.remove(&dossier.id).unwrap_or_default();
            (dossier, found)
        })
        .collect())
}

/// Tasks after an id, in order of their ids, each with the words under which it is found.
pub fn task_words(tx: &mut Tx<'_>, after: Option<TaskId>, limit: u32) -> Result<Vec<TaskWords>, StoreError> {
    let page = tasks::after(tx, after, limit)?;
    let mut found = Vec::new();
    for task in page {
        let rows = tx.rows(
            "SELECT word FROM task_words WHERE task = $1 AND space = $2",
            &params![task.id, task.space],
        )?;
        let words = rows.iter().map(|row| row.get("word")).collect::<Result<_, _>>()?;
        found.push((task, words));
    }
    Ok(found)
}

/// Words that lead to a dossier or task that is not there, or is of another space or time.
pub fn stray_words(tx: &mut Tx<'_>) -> Result<Vec<(&'static str, String)>, StoreError> {
    let mut amiss = Vec::new();
    for (kind, sql) in [
        (
            "dossier",
            "SELECT DISTINCT w.dossier AS id FROM dossier_words w WHERE NOT EXISTS (SELECT 1 FROM dossiers d
               WHERE d.id = w.dossier AND d.space = w.space AND d.received_at = w.received_at
                 AND (w.unit = d.unit OR w.unit = d.receiving_unit))",
        ),
        (
            "register entry",
            "SELECT DISTINCT w.entry AS id FROM civil_words w WHERE NOT EXISTS (SELECT 1 FROM civil_entries e
               WHERE e.id = w.entry AND e.unit = w.unit AND e.book = w.book)",
        ),
        (
            "task",
            "SELECT DISTINCT w.task AS id FROM task_words w WHERE NOT EXISTS (SELECT 1 FROM tasks t
               WHERE t.id = w.task AND t.space = w.space)",
        ),
    ] {
        for row in tx.rows(sql, &[])? {
            amiss.push((kind, row.get("id")?));
        }
    }
    Ok(amiss)
}

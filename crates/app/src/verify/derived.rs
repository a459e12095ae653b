//! What can be computed again: counters, open receipts, the words by which things are found.

use townhall_domain::ids::UnitId;
use townhall_store::StoreError;
use townhall_store::audit;

use super::Verifying;
use crate::dossier::own_words;
use crate::task::search_words;

const PAGE: u32 = 500;

pub(super) fn check(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    let counters = audit::counters(v.tx)?;
    let mut rows = audit::numbered(v.tx, &counters)?;
    for ((unit, name), last) in counters {
        let numbers = rows.remove(&(unit.clone(), name.clone()));
        let (count, highest) = numbers.map_or((0, 0), |numbers| (numbers.count, numbers.highest));
        if count != last || highest != last {
            v.found(format!(
                "counter {name} of {unit} stands at {last}, but {count} rows have a number, the highest is {highest}"
            ));
        }
    }
    for ((unit, name), numbers) in rows {
        v.found(format!(
            "{} rows of {unit} have numbers of {name}, for which there is no counter",
            numbers.count
        ));
    }
    for (payment, kind) in audit::open_fees_amiss(v.tx)? {
        v.found(format!(
            "receipt {payment} ({kind}): whether it waits for a closing is not what the closings say"
        ));
    }
    search(v)
}

/// Every dossier and task is found by what it says. The words that a procedure's name gives are not compared: they
/// are those of the pack on the day of reception, and packs are not part of the data.
fn search(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    for (kind, id) in audit::stray_words(v.tx)? {
        v.found(format!(
            "words of the search lead to the {kind} {id}, which they do not belong to"
        ));
    }
    let mut after = None;
    loop {
        let page = audit::dossier_words(v.tx, after, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.id);
        for (dossier, found) in &page {
            let words = own_words(dossier);
            let is_found = |unit: &UnitId| {
                let unit = unit.to_string();
                words
                    .iter()
                    .all(|word| found.contains(&(unit.clone(), word.clone())))
            };
            if !is_found(&dossier.unit) || !is_found(&dossier.receiving_unit) {
                v.found(format!("dossier {} cannot be found by what it says", dossier.id));
            }
        }
    }
    let mut after = None;
    loop {
        let page = audit::task_words(v.tx, after, PAGE)?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for (task, found) in &page {
            if *found != search_words(task).into_iter().collect() {
                v.found(format!("task {} cannot be found by what it says", task.id));
            }
        }
    }
}

//! What can be computed again: counters, open receipts, the words by which things are found.

use townhall_store::StoreError;
use townhall_store::audit;

use super::Verifying;

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
    for (kind, id) in audit::search_amiss(v.tx)? {
        v.found(format!("{kind} {id} does not stand rightly in the search"));
    }
    Ok(())
}

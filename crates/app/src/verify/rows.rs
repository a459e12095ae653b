//! Rows of evidence whose subject has no trail at all: slipped in, or written by a command that forgot its fact.

use townhall_store::StoreError;
use townhall_store::audit;
use townhall_store::evidence::evidence;

use super::Verifying;

pub(super) fn check(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    for (table, subject) in evidence().of_subjects() {
        for id in audit::subjects_without_fact(v.tx, table, subject)? {
            match id {
                Some(id) => v.found(format!(
                    "{} has rows of {}, of which there is no fact",
                    table.name, id
                )),
                None => v.found(format!("{} has rows that belong to nobody", table.name)),
            }
        }
    }
    Ok(())
}

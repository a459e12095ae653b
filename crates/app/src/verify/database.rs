//! The database itself: its pages, and a schema that nobody has changed. A trigger that was slipped in, or a unique
//! index that was dropped, would bend what is written later.

use townhall_store::{StoreError, audit};

use super::Verifying;

pub(super) fn check(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    for what in audit::damage(v.tx)? {
        v.found(what);
    }
    for what in audit::schema_amiss(v.tx)? {
        v.found(what);
    }
    Ok(())
}

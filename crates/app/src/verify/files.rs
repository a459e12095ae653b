//! Every file that evidence names: there, and with the content that its name says.

use std::collections::BTreeSet;

use townhall_store::StoreError;
use townhall_store::audit;
use townhall_store::evidence::evidence;

use super::Verifying;

const PAGE: u32 = 1_000;

pub(super) fn check(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    let mut seen = BTreeSet::new();
    for table in evidence().tables().values() {
        for column in &table.files {
            let mut after = String::new();
            loop {
                let page = audit::files_named(v.tx, &table.name, column, &after, PAGE)?;
                let Some(last) = page.last() else { break };
                after.clone_from(last);
                for file in page {
                    if seen.insert(file.clone()) {
                        check_file(v, &table.name, &file);
                    }
                }
            }
        }
    }
    Ok(())
}

fn check_file(v: &mut Verifying<'_, '_>, table: &str, file: &str) {
    v.report.files += 1;
    match v.files.read(file) {
        Ok(_) => {}
        Err(StoreError::DamagedFile(_)) => v.found(format!("file {file}, named in {table}, is damaged")),
        Err(error) => v.found(format!("file {file}, named in {table}, cannot be read: {error}")),
    }
}

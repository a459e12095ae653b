//! The numbers of the register books: none is missing, none stands twice, each has its result.

use townhall_domain::register::number_faults;
use townhall_store::StoreError;
use townhall_store::registers;

use super::Verifying;

pub(super) fn check(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    for (book, counter) in registers::all_books(v.tx)? {
        let numbers = registers::numbers(v.tx, &book)?;
        for fault in number_faults(&numbers, counter) {
            v.found(format!("book {book}: {fault}"));
        }
        v.report.books += 1;
        v.report.book_entries += numbers.len() as u64;
    }
    for (dossier, book, number) in registers::results_without_entry(v.tx)? {
        v.found(format!(
            "the result of dossier {dossier} has number {number} of book {book}, in which it does not stand"
        ));
    }
    Ok(())
}

//! The moment in which an entry gets its number, and in which an extract counts as issued: with the result itself.

use serde_json::json;
use townhall_domain::civil_status::{Known, Summary, check_against};
use townhall_domain::dossier::Dossier;
use townhall_domain::procedure::Procedure;
use townhall_store::civil_status::{self, Entry, Extract};
use townhall_store::dossiers::DossierResult;
use townhall_store::{Tx, registers};

use super::extract::Chosen;
use super::prepare::{Prepared, known};
use super::{ENTRY, EXTRACT, SUBJECT, book_of, invalid, part, words_of};
use crate::cx::Cx;
use crate::error::AppError;
use crate::paper_data::SIGNER;
use crate::record::{Subject, record};

/// Enters what belongs in a register, in the transaction that has given the result its number.
pub(crate) fn enter(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    procedure: &Procedure,
    result: &DossierResult,
) -> Result<(), AppError> {
    if result.outcome != "granted" {
        return Ok(());
    }
    if let Some(chosen) = part::<Chosen>(&result.body, EXTRACT) {
        return issue_extract(tx, cx, dossier, result, &chosen);
    }
    let Some(book) = book_of(procedure) else {
        return Ok(());
    };
    let prepared: Prepared = part(&result.body, ENTRY).ok_or(AppError::refused("civil-refused-no-entry"))?;
    let (Some(number), Some(year)) = (result.number, result.year) else {
        return Err(AppError::refused("civil-refused-no-entry"));
    };
    // Two declarations of one birth may have been worked on side by side: the second one stops here.
    let same = known(tx, &dossier.unit, book, &prepared.values, dossier.id)?.same;
    let twice = check_against(
        book,
        &prepared.values,
        &Known {
            same,
            ..Known::default()
        },
    );
    if !twice.is_empty() {
        return Err(invalid(twice));
    }
    // The row of the book that holds the number and the row that says what was registered are one entry.
    let numbered = registers::of_dossier(tx, dossier.id)?;
    let Some(numbered) = numbered.iter().find(|found| found.number == number) else {
        return Err(AppError::refused("civil-refused-no-entry"));
    };
    let entry = Entry {
        id: numbered.id,
        unit: dossier.unit.clone(),
        book,
        year,
        number,
        symbol: result
            .symbol
            .clone()
            .unwrap_or_else(|| format!("{number}/{year}")),
        dossier: dossier.id,
        form: prepared.form,
        present: prepared.values.clone(),
        first: prepared.values,
        differences: prepared.differences,
        differences_why: prepared.why,
        registered_on: cx.today(),
        signer: result.body.get(SIGNER).cloned(),
        prepared_by: prepared.by,
        prepared_by_person: prepared.person,
        entered_at: cx.now(),
        entered_by: cx.actor.post(),
        entered_by_person: cx.actor.person(),
        notes: 0,
        version: 1,
    };
    civil_status::insert(tx, &entry, &words_of(&entry))?;
    record(
        tx,
        cx,
        &Subject::new(SUBJECT, entry.id, &entry.unit, dossier.space),
        "entry_made",
        json!({ "book": book, "number": number, "year": year, "dossier": dossier.id }),
    )?;
    Ok(())
}

fn issue_extract(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    result: &DossierResult,
    chosen: &Chosen,
) -> Result<(), AppError> {
    let entry = civil_status::lock(tx, chosen.entry)?.ok_or(AppError::NotFound("entry"))?;
    // A paper that is signed must say what the register says when it leaves the house.
    if entry.notes != chosen.notes {
        return Err(AppError::refused_with(
            "civil-refused-entry-changed",
            "number",
            &entry.symbol,
        ));
    }
    let copies = dossier
        .form
        .get("copies")
        .and_then(serde_json::Value::as_i64)
        .unwrap_or(1)
        .max(1);
    let extract = Extract {
        dossier: dossier.id,
        symbol: result.symbol.clone().unwrap_or_default(),
        copies,
        notes: entry.notes,
        issued_at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
    };
    civil_status::insert_extract(tx, entry.id, &extract)?;
    record(
        tx,
        cx,
        &Subject::new(SUBJECT, entry.id, &entry.unit, dossier.space),
        "extract_issued",
        json!({ "dossier": dossier.id, "copies": copies }),
    )?;
    Ok(())
}

/// Whose entry a result makes: the child, the deceased, the couple; none where no entry is ready.
pub(crate) fn name_in_book(result: &DossierResult) -> Option<String> {
    let prepared: Prepared = part(&result.body, ENTRY)?;
    let summary = Summary::of(prepared.book, &prepared.values);
    Some(match summary.other_name {
        Some(other) => format!("{} – {other}", summary.name),
        None => summary.name,
    })
}

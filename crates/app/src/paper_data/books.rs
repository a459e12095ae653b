//! The book of certified copies, printed each month and bound each year (Circular 01/2020/TT-BTP), and the
//! certification text of each of its entries (Decree 23/2015/NĐ-CP).

use jiff::civil::Date;
use serde_json::{Value, json};
use townhall_domain::express::BOOK;
use townhall_domain::ids::EntryId;
use townhall_domain::time::{instant, local_date};
use townhall_store::Tx;
use townhall_store::registers::Entry;

use super::unit::{UnitWords, put_signer};
use super::{Data, House, Printable, in_force, words};
use crate::cx::Cx;
use crate::error::AppError;
use crate::register::{EntryBody, RegisterQuery, register_entry, register_page};

/// Most entries of one printed book: what a month of the busiest ward holds, and more.
const MOST: usize = 20_000;

/// The book, or the days of it that the query names; only books of certified copies have a template of the law.
pub fn copy_book_paper(
    tx: &mut Tx<'_>,
    cx: &Cx,
    house: &House,
    query: &RegisterQuery,
) -> Result<Printable, AppError> {
    if query.book != BOOK {
        return Err(AppError::NotFound("register"));
    }
    let page = register_page(
        tx,
        cx,
        &RegisterQuery {
            ascending: true,
            after: None,
            limit: MOST,
            ..query.clone()
        },
    )?;
    let year = page.book.year;
    let whole = |month, day| Date::new(year, month, day).unwrap_or(cx.today());
    let (from, to) = query.days.unwrap_or((whole(1, 1), whole(12, 31)));
    let last = page.entries.last().map(|entry| local_date(entry.entered_at));
    // A book of the past is dated on its last day; the present one as of today.
    let day = if to < cx.today() {
        to
    } else {
        last.unwrap_or(cx.today())
    };
    let at = instant(day.at(17, 0, 0, 0));
    let unit = UnitWords::of(cx, &page.book.unit, day);
    let mut data = Data::default();
    unit.head_of_committee(&mut data);
    data.put("date", day.to_string())
        .put("book", volume(year))
        .put("from", from.to_string())
        .put("to", to.min(cx.today()).to_string())
        .put("closing", to < cx.today());
    // A month without an entry is printed too, and says so.
    data.0.insert(
        "rows".to_owned(),
        Value::Array(page.entries.iter().map(row).collect()),
    );
    let name = format!("SCT-BS-{}-{}-{}", page.book.unit.code(), from, to);
    Printable::of_house(house, in_force("certified-copy-book", at)?, data, at, &name)
}

/// Books of certification are volumes of a year; volumes are not modelled, so it is the first.
pub(super) fn volume(year: i16) -> String {
    format!("01/{year}")
}

fn row(entry: &Entry) -> Value {
    let body = EntryBody::read(&entry.body);
    let signer = body.signer.unwrap_or_default();
    let mut row = Data::default();
    row.put("number", entry.number.to_string())
        .put("date", local_date(entry.entered_at).to_string())
        .put("requester", entry.name.clone())
        .put("document", entry.title.clone())
        .put(
            "signer",
            if signer.name.is_empty() {
                "……".to_owned()
            } else {
                signer.name
            },
        )
        .put("signer_role", signer.title)
        .put("copies", body.copies.unwrap_or_default())
        .put("fee", body.fee.unwrap_or_default().0);
    if let Some(struck) = &entry.struck {
        row.put(
            "note",
            json!(format!("{}: {}", words("print-struck"), struck.why)),
        );
    }
    Value::Object(row.0)
}

/// Most stamps on one print; more are printed again.
const MOST_STAMPS: i64 = 200;

/// The certification text of an entry in the book of certified copies: a page for the copy's last sheet, or with
/// `as_stamps` a stamp for each copy, to be cut. Who may not know of the entry gets "not found".
pub fn stamp_paper(
    tx: &mut Tx<'_>,
    cx: &Cx,
    house: &House,
    id: EntryId,
    as_stamps: bool,
) -> Result<Printable, AppError> {
    let view = register_entry(tx, cx, id)?;
    let entry = &view.entry;
    if entry.book.book != BOOK {
        return Err(AppError::NotFound("entry"));
    }
    if entry.struck.is_some() {
        return Err(AppError::refused("register-refused-struck"));
    }
    let body = EntryBody::read(&entry.body);
    let day = local_date(entry.entered_at);
    let unit = UnitWords::of(cx, &entry.book.unit, day);
    let copies = body.copies.unwrap_or(1);
    let mut data = Data::default();
    unit.head_of_committee(&mut data);
    data.put("number", entry.number.to_string())
        .put("book", volume(entry.book.year))
        .put("date", day.to_string())
        .put("document", entry.title.clone())
        .put("pages", body.pages)
        .put("copies", copies)
        .put("requester", entry.name.clone())
        .put("code", view.dossier.code.clone());
    match &body.signer {
        Some(signer) => put_signer(&mut data, Some(signer)),
        None => drop(data.put("signer", "……")),
    }
    if as_stamps {
        data.put("labels", copies.clamp(1, MOST_STAMPS));
    }
    let template = in_force("certified-copy", entry.entered_at)?;
    let name = format!("SCT-BS-{}-{}", entry.number, entry.book.year);
    Printable::new(cx, house, &view.dossier, template, data, entry.entered_at, &name)
}

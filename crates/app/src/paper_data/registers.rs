//! Pages of a register of civil status, for printing and binding.

use serde_json::{Value, json};
use townhall_domain::civil_status::{CivilBook, Values, days_late};
use townhall_domain::ids::UnitId;
use townhall_store::Tx;
use townhall_store::civil_status::{self, Entry, Filter, Note};
use townhall_text::{Arg, Lang, date_on_paper, t_args};

use super::unit::UnitWords;
use super::{Data, House, Printable, in_force, words};
use crate::access_log::{NoteReading, Reading};
use crate::civil_status::register_list;
use crate::cx::Cx;
use crate::error::AppError;

/// Entries on one print; a longer book is printed in parts.
pub const PRINTED: usize = 200;

/// Which part of a register is printed.
#[derive(Debug, Clone)]
pub struct RegisterPart {
    /// The unit that keeps it.
    pub unit: UnitId,
    /// The register.
    pub book: CivilBook,
    /// Year of the numbers.
    pub year: i16,
    /// First number.
    pub from: i64,
}

/// At most [`PRINTED`] entries of a register from a number on; who does not keep it is told that there is none.
pub fn register_paper(
    tx: &mut Tx<'_>,
    cx: &Cx,
    house: &House,
    part: &RegisterPart,
) -> Result<Printable, AppError> {
    let filter = Filter {
        year: Some(i64::from(part.year)),
        ascending: true,
        from: Some(part.from),
        ..Filter::new(vec![part.unit.clone()], part.book)
    };
    let page = register_list(tx, cx, &filter, PRINTED)?;
    let mut rows = Vec::new();
    for listed in &page.rows {
        let entry = civil_status::load(tx, listed.id)?.ok_or(AppError::NotFound("entry"))?;
        let notes = civil_status::notes(tx, listed.id)?;
        rows.push(row(&entry, &notes));
    }
    let unit = UnitWords::of(cx, &part.unit, cx.today());
    let mut data = Data::default();
    unit.head_of_committee(&mut data);
    let year = part.year.to_string();
    let title = t_args(
        Lang::Vi,
        "civil-print-title",
        &[(
            "book",
            Arg::from(words(&format!("civil-book-{}", part.book.as_str()))),
        )],
    )
    .to_uppercase();
    let mut subtitles = vec![t_args(
        Lang::Vi,
        "civil-print-year",
        &[("year", Arg::from(year.as_str()))],
    )];
    if let (Some(first), Some(last)) = (page.rows.first(), page.rows.last()) {
        let (from, to) = (first.number.to_string(), last.number.to_string());
        subtitles.push(t_args(
            Lang::Vi,
            "civil-print-numbers",
            &[("from", Arg::from(from)), ("to", Arg::from(to))],
        ));
    }
    data.put("date", cx.today().to_string())
        .put("title", title)
        .put("subtitles", subtitles)
        .put("columns", columns(part.book))
        .put("notes", vec![words("civil-print-note")]);
    data.0.insert("rows".to_owned(), Value::from(rows));
    let name = format!("{}-{}-{year}-{}", part.book.as_str(), part.unit.code(), part.from);
    let mut paper = Printable::of_house(house, in_force("list", cx.now())?, data, cx.now(), &name)?;
    paper.reading = Some(NoteReading {
        reading: Reading::Export,
        subject_kind: "register",
        subject_id: format!("{}-{year}", part.book.as_str()),
        unit: part.unit.clone(),
        about: None,
        own_work: true,
        reason: None,
    });
    Ok(paper)
}

fn columns(book: CivilBook) -> Vec<Value> {
    let column = |key: &str, width: i64| json!({ "label": words(key), "width": width });
    let mut columns = vec![
        json!({ "label": words("civil-number"), "width": 0, "align": "center" }),
        json!({ "label": words("civil-registered-on"), "width": 0 }),
    ];
    match book {
        CivilBook::Birth => columns.extend([
            column("civil-print-child", 3),
            column("civil-print-mother", 3),
            column("civil-print-father", 3),
        ]),
        CivilBook::Death => columns.extend([
            column("civil-print-deceased", 3),
            column("civil-print-residence", 3),
            column("civil-print-death", 3),
        ]),
        CivilBook::Marriage => {
            columns.extend([column("civil-print-bride", 4), column("civil-print-groom", 4)]);
        }
    }
    columns.extend([
        column("civil-print-declarant", 2),
        column("civil-print-remarks", 3),
    ]);
    columns
}

fn row(entry: &Entry, notes: &[Note]) -> Value {
    let at = &entry.present;
    let mut cells = vec![entry.symbol.clone(), date_on_paper(Lang::Vi, entry.registered_on)];
    match entry.book {
        CivilBook::Birth => {
            let sex = text(at, "child_sex").map(|sex| words(&format!("civil-sex-{sex}")));
            cells.push(joined([
                text(at, "child_name").map(|name| name.to_uppercase()),
                day(at, "child_birth_date"),
                sex,
                text(at, "child_ethnicity"),
                text(at, "child_birth_place"),
                text(at, "personal_id"),
            ]));
            cells.push(parent(at, "mother"));
            cells.push(parent(at, "father"));
        }
        CivilBook::Death => {
            let sex = text(at, "deceased_sex").map(|sex| words(&format!("civil-sex-{sex}")));
            cells.push(joined([
                text(at, "deceased_name").map(|name| name.to_uppercase()),
                day(at, "deceased_birth_date").or_else(|| year(at, "deceased_birth_year")),
                sex,
                text(at, "deceased_ethnicity"),
                text(at, "deceased_id"),
            ]));
            cells.push(joined([text(at, "deceased_address")]));
            cells.push(joined([
                text(at, "death_time"),
                day(at, "death_date"),
                text(at, "death_place"),
                text(at, "death_cause"),
                text(at, "death_paper_number"),
            ]));
        }
        CivilBook::Marriage => {
            for who in ["bride", "groom"] {
                cells.push(joined([
                    text(at, &format!("{who}_name")).map(|name| name.to_uppercase()),
                    day(at, &format!("{who}_birth_date")),
                    text(at, &format!("{who}_ethnicity")),
                    text(at, &format!("{who}_address")),
                    text(at, &format!("{who}_id")),
                ]));
            }
        }
    }
    cells.push(joined([text(at, "requester_name"), text(at, "requester_id")]));
    cells.push(remarks(entry, notes));
    Value::from(cells)
}

/// Late registration, and each note with the document that allows it.
fn remarks(entry: &Entry, notes: &[Note]) -> String {
    let late = days_late(entry.book, &entry.first, entry.registered_on).map(|_| words("civil-late-mark"));
    let noted = notes.iter().map(|note| {
        let day = date_on_paper(Lang::Vi, townhall_domain::time::local_date(note.at));
        let kind = words(&format!("civil-note-{}", note.kind.as_str()));
        format!("{kind}: {} ({day})", note.authority)
    });
    late.into_iter().chain(noted).collect::<Vec<_>>().join("; ")
}

fn parent(values: &Values, who: &str) -> String {
    joined([
        text(values, &format!("{who}_name")),
        year(values, &format!("{who}_birth_year")),
        text(values, &format!("{who}_ethnicity")),
        text(values, &format!("{who}_address")),
    ])
}

fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn text(values: &Values, field: &str) -> Option<String> {
    values
        .get(field)?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn day(values: &Values, field: &str) -> Option<String> {
    Some(date_on_paper(Lang::Vi, text(values, field)?.parse().ok()?))
}

fn year(values: &Values, field: &str) -> Option<String> {
    values.get(field)?.as_i64().map(|year| year.to_string())
}

//! People of the registers: every birth, death and marriage of the month is another one, and some who ask for an
//! extract ask for an entry of that very month. Their dice are their dossier's own, so that no other die changes.

use jiff::civil::{Date, date};
use serde_json::{Map, Value};
use townhall_domain::civil_status::CivilBook;
use townhall_domain::ids::Id;
use townhall_domain::permission::Role;
use townhall_domain::time;
use townhall_store::Tx;
use townhall_store::civil_status::{self as store, Filter};

use super::month::Life;
use super::names::Names;
use super::office::Offices;
use super::unit;
use crate::civil_status::{ChooseEntry, NoteChange, choose_entry, note_change};
use crate::cx::Cx;
use crate::error::AppError;
use crate::town::Town;

fn dice_of(life: &Life) -> Names {
    let bytes = life.id.uuid().into_bytes();
    let mut seed = [0_u8; 8];
    seed.copy_from_slice(&bytes[8..]);
    Names::new(u64::from_be_bytes(seed))
}

fn put(values: &mut Map<String, Value>, field: &str, value: impl Into<Value>) {
    values.insert(field.to_owned(), value.into());
}

fn days_before(day: Date, days: usize) -> Date {
    let days = i64::try_from(days).unwrap_or(1);
    day.checked_sub(jiff::Span::new().days(days)).unwrap_or(day)
}

/// Puts people of their own into an example of a form of civil status.
pub(super) fn people(cx: &Cx, life: &Life, values: &mut Map<String, Value>) {
    let mut dice = dice_of(life);
    let applicant = Person {
        name: life.applicant.name.clone(),
        born: life.applicant.born_on.parse().unwrap_or(date(1980, 1, 1)),
        number: life.applicant.id_number.clone(),
    };
    match life.procedure.as_str() {
        "1.001193" => birth(cx.today(), &mut dice, &applicant, values),
        "3.000722" => {
            birth(cx.today(), &mut dice, &applicant, values);
            let is_parent = values.get("requester_relation") != Some(&Value::from("grandparent"));
            put(values, "household_head_name", applicant.name);
            put(values, "household_head_id", applicant.number);
            put(
                values,
                "household_relation",
                if is_parent { "child" } else { "grandchild" },
            );
            if let Some(address) = values.get("requester_address").cloned() {
                put(values, "residence_address", address);
            }
        }
        "1.000656" | "2.002913" => death(cx.today(), &mut dice, values),
        "1.000894" => marriage(&mut dice, &applicant, values),
        "2.000635" => {
            put(values, "subject_name", applicant.name);
            put(values, "subject_birth_date", applicant.born.to_string());
        }
        _ => {}
    }
}

struct Person {
    name: String,
    born: Date,
    number: String,
}

/// Somebody born in a span of years.
fn person(dice: &mut Names, female: bool, from: usize, years: usize) -> Person {
    let year = i16::try_from(from + dice.dice(years)).unwrap_or(1980);
    let month = i8::try_from(1 + dice.dice(12)).unwrap_or(1);
    let born = date(year, month, i8::try_from(1 + dice.dice(28)).unwrap_or(1));
    Person {
        name: dice.name_of(female),
        born,
        number: dice.id_number(born),
    }
}

fn birth(today: Date, dice: &mut Names, applicant: &Person, values: &mut Map<String, Value>) {
    let is_parent = (1982..=2004).contains(&applicant.born.year());
    let is_female = dice.is_female(&applicant.name);
    let (mut mother, mut father) = (person(dice, true, 1985, 20), person(dice, false, 1982, 20));
    let relation = match (is_parent, is_female) {
        (true, true) => "mother",
        (true, false) if values.get("father_known") == Some(&Value::Bool(true)) => "father",
        _ => "grandparent",
    };
    let own = || Person {
        name: applicant.name.clone(),
        number: applicant.number.clone(),
        ..*applicant
    };
    match relation {
        "mother" => mother = own(),
        "father" => father = own(),
        _ => {}
    }
    put(values, "requester_relation", relation);
    if relation == "mother"
        && let Some(address) = values.get("requester_address").cloned()
    {
        put(values, "mother_address", address);
    }
    let has_father = values.get("father_known") == Some(&Value::Bool(true));
    for (who, parent) in [("mother", &mother), ("father", &father)] {
        if who == "mother" || has_father {
            put(values, &format!("{who}_name"), parent.name.clone());
            put(
                values,
                &format!("{who}_birth_year"),
                i64::from(parent.born.year()),
            );
            put(values, &format!("{who}_id"), parent.number.clone());
        }
    }
    let girl = dice.dice(2) == 0;
    put(values, "child_sex", if girl { "female" } else { "male" });
    put(
        values,
        "child_name",
        child(dice, if has_father { &father } else { &mother }, girl),
    );
    // Whoever has a birth notice comes within weeks; the others come late.
    let days = if has_father {
        2 + dice.dice(45)
    } else {
        70 + dice.dice(60)
    };
    put(values, "child_birth_date", days_before(today, days).to_string());
    if values.contains_key("birth_notice_number") {
        put(
            values,
            "birth_notice_number",
            format!("{:05}/2025", 1 + dice.dice(900)),
        );
    }
}

/// The family name of a parent with another given name.
fn child(dice: &mut Names, parent: &Person, girl: bool) -> String {
    let is_clan = |name: &str| name.starts_with("Y ") || name.starts_with("H’");
    let family = parent.name.split_whitespace().next().unwrap_or_default();
    let wanted = is_clan(&parent.name);
    for _ in 0..60 {
        let name = dice.name_of(girl);
        if is_clan(&name) != wanted {
            continue;
        }
        if wanted {
            return name;
        }
        let given: Vec<&str> = name.split_whitespace().skip(1).collect();
        return format!("{family} {}", given.join(" "));
    }
    dice.name_of(girl)
}

fn death(today: Date, dice: &mut Names, values: &mut Map<String, Value>) {
    let female = dice.dice(2) == 0;
    let person = person(dice, female, 1930, 40);
    let died = days_before(today, 1 + dice.dice(9));
    put(values, "deceased_name", person.name);
    put(values, "deceased_birth_date", person.born.to_string());
    put(values, "deceased_birth_year", i64::from(person.born.year()));
    put(values, "deceased_sex", if female { "female" } else { "male" });
    put(values, "deceased_id", person.number);
    put(values, "death_date", died.to_string());
    if values.contains_key("death_paper_number") {
        let paper = format!(
            "{}/GBT ngày {}/{}/2025, Trạm y tế xã",
            1 + dice.dice(80),
            died.day(),
            died.month()
        );
        put(values, "death_paper_number", paper);
    }
}

fn marriage(dice: &mut Names, applicant: &Person, values: &mut Map<String, Value>) {
    let is_bride = dice.is_female(&applicant.name);
    let other = person(dice, !is_bride, 1985, 18);
    let (bride, groom) = if is_bride {
        (applicant, &other)
    } else {
        (&other, applicant)
    };
    for (who, one) in [("bride", bride), ("groom", groom)] {
        put(values, &format!("{who}_name"), one.name.clone());
        put(values, &format!("{who}_birth_date"), one.born.to_string());
        put(values, &format!("{who}_id"), one.number.clone());
    }
}

/// Every second one who wants an extract wants one of an entry that stands in the unit's register since July; what
/// the others want stands in an old paper book.
pub(super) fn ask_for_entry(
    tx: &mut Tx<'_>,
    cx: &Cx,
    life: &Life,
    form: &mut Map<String, Value>,
) -> Result<(), AppError> {
    let mut dice = dice_of(life);
    if life.procedure != "2.000635" || form.is_empty() || dice.dice(2) == 0 {
        return Ok(());
    }
    let book = if dice.dice(3) == 0 {
        CivilBook::Death
    } else {
        CivilBook::Birth
    };
    let found = store::list(tx, &Filter::new(vec![life.unit.clone()], book), 30)?.rows;
    let Some(entry) = found.get(dice.dice(found.len())) else {
        return Ok(());
    };
    put(form, "event", book.as_str());
    put(form, "requester_relation", "relative");
    put(form, "subject_name", entry.summary.name.clone());
    if let Some(born) = entry.summary.born_on {
        put(form, "subject_birth_date", born.to_string());
    }
    form.remove("subject_id");
    let place = cx
        .packs()
        .units()
        .by_id(&life.unit)
        .map(|unit| unit.full_name(cx.today()).to_owned())
        .unwrap_or_default();
    put(form, "registered_at", place);
    put(form, "registered_on", entry.registered_on.to_string());
    put(form, "entry_number", entry.symbol.clone());
    Ok(())
}

/// Drafts the extract from the entry that was asked for; false where it stands in no register of ours.
pub(super) fn draft_extract(tx: &mut Tx<'_>, cx: &Cx, life: &Life, version: i64) -> Result<bool, AppError> {
    if life.procedure != "2.000635" {
        return Ok(false);
    }
    let case = crate::civil_status::extract_case(tx, cx, life.id, None)?;
    // The number alone could be that of another book: name and number must be the same.
    let named = |name: &str| *name == *case.asked.name;
    let Some(found) = case
        .found
        .iter()
        .find(|found| named(&found.listed.summary.name) && found.listed.symbol == case.asked.number)
    else {
        return Ok(false);
    };
    let command = ChooseEntry {
        dossier: life.id,
        version,
        entry: found.listed.id,
    };
    choose_entry(tx, cx, &command)?;
    Ok(true)
}

/// The last afternoon: one entry of Thuận An is corrected, so that there is a note to look at.
pub(super) fn note_one(town: &Town, offices: &Offices) -> Result<(), AppError> {
    let commune = unit("24682");
    let Some(officer) = offices
        .with_role(&commune, Role::JusticeOfficer)
        .first()
        .map(|seated| seated.actor.clone())
    else {
        return Ok(());
    };
    let base = town.cx(&officer);
    town.db().write_blocking("demo_note", move |tx| {
        let cx = base.at(time::instant(date(2025, 8, 4).at(15, 20, 0, 0)));
        let first = Filter {
            ascending: true,
            ..Filter::new(vec![commune.clone()], CivilBook::Birth)
        };
        let Some(listed) = store::list(tx, &first, 1)?.rows.into_iter().next() else {
            return Ok(());
        };
        let Some(entry) = store::load(tx, listed.id)? else {
            return Ok(());
        };
        let command = NoteChange {
            entry: entry.id,
            version: entry.version,
            kind: "correction".to_owned(),
            field: "child_birth_place".to_owned(),
            value: "Bệnh viện Đa khoa khu vực, xã Thuận An, tỉnh Lâm Đồng".to_owned(),
            why: "Giấy chứng sinh ghi cơ sở y tế khác với tờ khai".to_owned(),
            authority: "Trích lục cải chính hộ tịch số 1/TLCC-HT, UBND xã Thuận An".to_owned(),
            authority_on: "4/8/2025".to_owned(),
        };
        note_change(tx, &cx, &command)
    })
}

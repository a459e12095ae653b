//! Adding and changing people.

use serde_json::json;
use townhall_domain::ids::{PersonId, UnitId};
use townhall_domain::organisation::Person;
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_store::organisation::Versioned;
use townhall_store::{Tx, organisation};

use super::{check_version, name, optional, saved};
use crate::cx::Cx;
use crate::error::AppError;
use crate::record::{Subject, record};

/// Adds somebody who works in a unit.
#[derive(Debug, Clone)]
pub struct AddPerson {
    /// The unit that keeps the entry.
    pub unit: UnitId,
    /// Full name.
    pub name: String,
    /// Work e-mail.
    pub email: Option<String>,
    /// Work telephone.
    pub phone: Option<String>,
}

/// Adds a person.
pub fn add_person(tx: &mut Tx<'_>, cx: &Cx, command: &AddPerson) -> Result<PersonId, AppError> {
    cx.actor.must(Right::ManageStaff, &command.unit)?;
    let person = Person {
        id: cx.new_id(),
        unit: command.unit.clone(),
        name: name("name", &command.name, 80)?,
        email: email(command.email.as_deref())?,
        phone: phone(command.phone.as_deref())?,
    };
    organisation::insert_person(tx, &person)?;
    record_person(tx, cx, &person, "person_added")?;
    Ok(person.id)
}

/// Changes a person's entry.
#[derive(Debug, Clone)]
pub struct EditPerson {
    /// The person.
    pub person: PersonId,
    /// The version that the form showed.
    pub version: i64,
    /// Full name.
    pub name: String,
    /// Work e-mail.
    pub email: Option<String>,
    /// Work telephone.
    pub phone: Option<String>,
}

/// Changes a person.
pub fn edit_person(tx: &mut Tx<'_>, cx: &Cx, command: &EditPerson) -> Result<(), AppError> {
    let found = person_of_unit(tx, cx, command.person)?;
    cx.actor.must(Right::ManageStaff, &found.item.unit)?;
    check_version(command.version, found.version)?;
    let person = Person {
        name: name("name", &command.name, 80)?,
        email: email(command.email.as_deref())?,
        phone: phone(command.phone.as_deref())?,
        ..found.item
    };
    saved(
        organisation::update_person(tx, &person, found.version)?,
        found.version,
    )?;
    record_person(tx, cx, &person, "person_changed")
}

/// A person whose unit's staff the actor may see.
pub fn person_of_unit(tx: &mut Tx<'_>, cx: &Cx, id: PersonId) -> Result<Versioned<Person>, AppError> {
    organisation::person(tx, id)?
        .filter(|found| cx.actor.may(Right::ReadStaff, &found.item.unit))
        .ok_or(AppError::NotFound("person"))
}

/// A page of at most `limit` of a unit's people, found by name without marks.
pub fn people_of_unit(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    search: &str,
    after: Option<PersonId>,
    limit: u16,
) -> Result<Vec<Versioned<Person>>, AppError> {
    if !cx.actor.may(Right::ReadStaff, unit) {
        return Err(AppError::NotFound("unit"));
    }
    let search: String = search.chars().take(100).collect();
    Ok(organisation::people(tx, unit, &search, after, i64::from(limit))?)
}

/// An address with one at sign and a dot after it; the mail server says the rest.
fn email(raw: Option<&str>) -> Result<Option<String>, AppError> {
    let found = optional("email", raw, 200)?;
    let fits = found.as_deref().is_none_or(|address| {
        address.split_once('@').is_some_and(|(who, domain)| {
            !who.is_empty() && domain.contains('.') && !domain.contains('@') && !address.contains(' ')
        })
    });
    if fits {
        Ok(found)
    } else {
        Err(AppError::field("email", "staff-email-wrong"))
    }
}

fn phone(raw: Option<&str>) -> Result<Option<String>, AppError> {
    let found = optional("phone", raw, 20)?;
    let fits = found.as_deref().is_none_or(|number| {
        number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b' ' | b'.' | b'-'))
            && number.bytes().filter(u8::is_ascii_digit).count() >= 3
    });
    if fits {
        Ok(found)
    } else {
        Err(AppError::field("phone", "staff-phone-wrong"))
    }
}

/// A person belongs to no space; the entry is kept on the side of the state. Names stay out of facts.
fn record_person(tx: &mut Tx<'_>, cx: &Cx, person: &Person, kind: &str) -> Result<(), AppError> {
    let subject = Subject::new("person", person.id, &person.unit, Space::State);
    record(tx, cx, &subject, kind, json!({}))?;
    Ok(())
}

//! The staff of a unit as of a day: seats of the quota, filled and vacant, and who stands in.

use std::collections::HashMap;

use jiff::civil::Date;
use townhall_domain::ids::{PersonId, PostId, UnitId};
use townhall_domain::organisation::{
    Absence, Basis, Delegation, Division, Mandate, Organisation, Person, Post, SeatState,
};
use townhall_domain::permission::Right;
use townhall_store::Tx;
use townhall_store::organisation::{self, Versioned};

use crate::cx::Cx;
use crate::error::AppError;

/// The staff of a unit on a day.
#[derive(Debug, Clone)]
pub struct Staff {
    /// The day.
    pub as_of: Date,
    /// Seats that a decision gives the unit.
    pub quota: usize,
    /// Seats of the quota with a full holder.
    pub filled: usize,
    /// The divisions with their seats, in order; a seat whose division has ended stands under the last one.
    pub divisions: Vec<StaffDivision>,
}

impl Staff {
    /// Seats of the quota without a full holder.
    pub fn vacancies(&self) -> usize {
        self.quota - self.filled
    }
    /// Vacant seats of the quota with who stands in.
    pub fn vacant_seats(&self) -> impl Iterator<Item = &StaffSeat> {
        let seats = self.divisions.iter().flat_map(|division| &division.seats);
        seats.filter(|seat| seat.is_of_quota() && !seat.state.is_filled())
    }
}

/// A division and its seats.
#[derive(Debug, Clone)]
pub struct StaffDivision {
    /// The division.
    pub division: Versioned<Division>,
    /// Its seats, in order.
    pub seats: Vec<StaffSeat>,
}

/// A seat, who holds it, and who stands in.
#[derive(Debug, Clone)]
pub struct StaffSeat {
    /// The post.
    pub post: Post,
    /// Its version.
    pub version: i64,
    /// How it stands.
    pub state: SeatState,
    /// Its holders: full, acting, concurrent.
    pub holders: Vec<Holder>,
    /// Who does its work in place of a full holder who is present.
    pub substitutes: Vec<Substitute>,
}

impl StaffSeat {
    /// Whether a decision gives the unit this seat.
    pub fn is_of_quota(&self) -> bool {
        self.post.quota_decision.is_some()
    }
}

/// A holder of a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The mandate.
    pub mandate: Mandate,
    /// The person's name.
    pub name: String,
    /// The absence of that day. Why he is away is for those who record absences.
    pub absence: Option<Absence>,
}

/// Somebody who stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitute {
    /// Who.
    pub person: PersonId,
    /// His name.
    pub name: String,
    /// Why he may.
    pub basis: Basis,
}

/// The staff of a unit as of a day.
pub fn staff_of(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId, as_of: Date) -> Result<Staff, AppError> {
    if !cx.actor.may(Right::ReadStaff, unit) {
        return Err(AppError::NotFound("unit"));
    }
    let known = organisation::organisation_as_of(tx, unit, as_of)?;
    let names: HashMap<PersonId, String> = organisation::people_of_posts(tx, unit, as_of)?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let mut versions: HashMap<PostId, i64> = HashMap::new();
    for stored in organisation::posts_as_of(tx, unit, as_of)? {
        versions.insert(stored.item.id, stored.version);
    }
    let mut divisions: Vec<StaffDivision> = organisation::divisions_as_of(tx, unit, as_of)?
        .into_iter()
        .map(|division| StaffDivision {
            division,
            seats: Vec::new(),
        })
        .collect();
    let sees_reasons = cx.actor.may(Right::RecordAbsence, unit);
    for post in &known.posts {
        let version = versions.get(&post.id).copied().unwrap_or(0);
        let Some(seat) = seat(&known, post, version, &names, as_of, sees_reasons) else {
            continue;
        };
        let own = divisions
            .iter()
            .position(|line| line.division.item.id == post.division);
        let place = own.or(divisions.len().checked_sub(1));
        if let Some(place) = place {
            divisions[place].seats.push(seat);
        }
    }
    let seats = || {
        divisions
            .iter()
            .flat_map(|division| &division.seats)
            .filter(|seat| seat.is_of_quota())
    };
    let (quota, filled) = (
        seats().count(),
        seats().filter(|seat| seat.state.is_filled()).count(),
    );
    Ok(Staff {
        as_of,
        quota,
        filled,
        divisions,
    })
}

fn seat(
    known: &Organisation,
    post: &Post,
    version: i64,
    names: &HashMap<PersonId, String>,
    as_of: Date,
    sees_reasons: bool,
) -> Option<StaffSeat> {
    let name_of = |person: &PersonId| names.get(person).cloned().unwrap_or_default();
    let hide = |absence: &Absence| Absence {
        reason: if sees_reasons {
            absence.reason
        } else {
            townhall_domain::organisation::AbsenceReason::Other
        },
        ..absence.clone()
    };
    Some(StaffSeat {
        post: post.clone(),
        version,
        state: known.state_as_of(post.id, as_of)?,
        holders: known
            .holders_as_of(post.id, as_of)
            .into_iter()
            .map(|mandate| Holder {
                mandate: mandate.clone(),
                name: name_of(&mandate.person),
                absence: known.absence_as_of(post.id, mandate.person, as_of).map(hide),
            })
            .collect(),
        substitutes: known
            .who_stands_in(post.id, as_of)
            .into_iter()
            .map(|found| Substitute {
                person: found.person,
                name: name_of(&found.person),
                basis: found.basis,
            })
            .collect(),
    })
}

/// Everything that ever hung on a post, for the page that changes it.
#[derive(Debug, Clone)]
pub struct PostHistory {
    /// The post.
    pub post: Versioned<Post>,
    /// All its mandates with the names of the people.
    pub mandates: Vec<(Mandate, Person)>,
    /// All absences from it.
    pub absences: Vec<Absence>,
    /// All delegations of its rights.
    pub delegations: Vec<Delegation>,
}

/// The history of a post.
pub fn post_history(tx: &mut Tx<'_>, cx: &Cx, id: PostId) -> Result<PostHistory, AppError> {
    let post = organisation::post(tx, id)?
        .filter(|found| cx.actor.may(Right::ReadStaff, &found.item.unit))
        .ok_or(AppError::NotFound("post"))?;
    let mut mandates = Vec::new();
    for mandate in organisation::mandates_of_post(tx, id)? {
        if let Some(person) = organisation::person(tx, mandate.person)? {
            mandates.push((mandate, person.item));
        }
    }
    let sees_reasons = cx.actor.may(Right::RecordAbsence, &post.item.unit);
    let absences = if sees_reasons {
        organisation::absences_of_post(tx, id)?
    } else {
        Vec::new()
    };
    Ok(PostHistory {
        post,
        mandates,
        absences,
        delegations: organisation::delegations_of_post(tx, id)?,
    })
}

/// A person with the posts as which he may act today.
#[derive(Debug, Clone)]
pub struct PersonEntry {
    /// The entry.
    pub person: Versioned<Person>,
    /// The posts, and why he may.
    pub posts: Vec<(Post, Basis)>,
}

/// A person's entry, for his page.
pub fn person_entry(tx: &mut Tx<'_>, cx: &Cx, id: PersonId) -> Result<PersonEntry, AppError> {
    let person = super::person_of_unit(tx, cx, id)?;
    let known = organisation::organisation_of_person(tx, id, cx.today())?;
    let seats = known.seats_of(id, cx.today()).into_iter();
    let posts = seats
        .filter_map(|seat| Some((known.post(seat.post)?.clone(), seat.basis)))
        .collect();
    Ok(PersonEntry { person, posts })
}

/// A division of a unit, for the form that changes it.
pub fn division_of(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    id: &str,
) -> Result<Versioned<Division>, AppError> {
    if !cx.actor.may(Right::ReadStaff, unit) {
        return Err(AppError::NotFound("division"));
    }
    organisation::division(tx, unit, id)?.ok_or(AppError::NotFound("division"))
}

/// The divisions of a unit today, for the form of a new post.
pub fn divisions_of(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<Vec<Division>, AppError> {
    if !cx.actor.may(Right::ReadStaff, unit) {
        return Err(AppError::NotFound("unit"));
    }
    let found = organisation::divisions_as_of(tx, unit, cx.today())?;
    Ok(found.into_iter().map(|stored| stored.item).collect())
}

/// The other posts that could take over a post's work today: same unit, same space.
pub fn posts_beside(tx: &mut Tx<'_>, cx: &Cx, post: &Post) -> Result<Vec<Post>, AppError> {
    if !cx.actor.may(Right::ReadStaff, &post.unit) {
        return Err(AppError::NotFound("unit"));
    }
    let found = organisation::posts_as_of(tx, &post.unit, cx.today())?;
    let posts = found.into_iter().map(|stored| stored.item);
    Ok(posts
        .filter(|other| other.id != post.id && other.space == post.space)
        .collect())
}

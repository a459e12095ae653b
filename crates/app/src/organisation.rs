//! Divisions, posts, people, and who holds or stands in for what. One file a use case.
//!
//! Three rules stand over all of it. Nobody changes his own posts. What a person may in one space gives him
//! nothing in the other. And posts that guard the others (administrator, inspector) are changed only by who may
//! manage accounts.

mod holding;
mod people;
mod posts;
mod staff;

pub use holding::{
    DelegateRights, EndAbsence, EndDelegation, EndMandate, GiveMandate, RecordAbsence, delegate_rights,
    end_absence, end_delegation, end_mandate, give_mandate, record_absence,
};
pub use people::{AddPerson, EditPerson, add_person, edit_person, people_of_unit, person_of_unit};
pub use posts::{
    AddDivision, AddPost, EditDivision, EditPost, add_division, add_post, edit_division, edit_post,
};
pub use staff::{
    Holder, PersonEntry, PostHistory, Staff, StaffDivision, StaffSeat, Substitute, division_of, divisions_of,
    person_entry, post_history, posts_beside, staff_of,
};

use jiff::civil::Date;
use townhall_domain::ids::{PersonId, PostId, UnitId};
use townhall_domain::organisation::{Interval, OrganisationError, Post, parse_name};
use townhall_domain::permission::{Right, Role};
use townhall_domain::space::Space;
use townhall_store::organisation::{self, Versioned};
use townhall_store::{StoreError, Tx};

use crate::actor::Denied;
use crate::cx::Cx;
use crate::error::AppError;

/// Roles that guard the others: who has one sees what others did, or opens the door for them.
const GUARDS: [Role; 2] = [Role::Administrator, Role::Inspector];

/// A post held for a change, after the version and the right were checked.
fn post_to_change(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: PostId,
    version: i64,
    right: Right,
) -> Result<Versioned<Post>, AppError> {
    let found = organisation::lock_post(tx, id)?.ok_or(AppError::NotFound("post"))?;
    if !cx.actor.may(Right::ReadStaff, &found.item.unit) {
        return Err(AppError::NotFound("post"));
    }
    cx.actor.must_on(right, &found.item.unit, Some(id))?;
    must_be_of_space(cx, right, &found.item.unit, found.item.space)?;
    check_version(version, found.version)?;
    Ok(found)
}

fn check_version(shown: i64, stored: i64) -> Result<(), AppError> {
    if shown == stored {
        Ok(())
    } else {
        Err(AppError::Conflict { shown, stored })
    }
}

fn must_be_of_space(cx: &Cx, right: Right, unit: &UnitId, space: Space) -> Result<(), Denied> {
    if cx.actor.is_of_space(space) {
        Ok(())
    } else {
        Err(Denied {
            right,
            unit: unit.clone(),
        })
    }
}

/// Posts that guard the others are an administrator's to change.
fn must_guard(cx: &Cx, unit: &UnitId, roles: &[Role]) -> Result<(), Denied> {
    if roles.iter().any(|role| GUARDS.contains(role)) {
        cx.actor.must(Right::ManageAccounts, unit)
    } else {
        Ok(())
    }
}

/// Nobody gives himself a post or changes one that he holds.
fn must_not_be_own(tx: &mut Tx<'_>, cx: &Cx, post: PostId) -> Result<(), AppError> {
    let Some(officer) = cx.actor.officer() else {
        return Ok(());
    };
    let holds = organisation::mandates_of_post(tx, post)?.iter().any(|mandate| {
        mandate.person == officer.person && mandate.valid.until().is_none_or(|until| until > cx.today())
    });
    if holds || officer.post == post {
        Err(AppError::refused("staff-not-for-oneself"))
    } else {
        Ok(())
    }
}

fn must_be_another(cx: &Cx, person: PersonId) -> Result<(), AppError> {
    match cx.actor.officer() {
        Some(officer) if officer.person == person => Err(AppError::refused("staff-not-for-oneself")),
        _ => Ok(()),
    }
}

/// An interval from the two fields of a form.
fn interval(from: Date, until: Option<Date>) -> Result<Interval, AppError> {
    for (field, day) in [("from", Some(from)), ("until", until)] {
        // The two-level organisation began in 2025; a year far off is a slip of the keyboard.
        if day.is_some_and(|day| !(1945..=2200).contains(&day.year())) {
            return Err(AppError::field(field, "staff-day-far-off"));
        }
    }
    Interval::new(from, until).map_err(|_| AppError::field("until", "staff-until-before-from"))
}

/// A name or title of a form's field.
fn name(field: &str, raw: &str, max: usize) -> Result<String, AppError> {
    parse_name(raw, max).map_err(|_| {
        AppError::Invalid(vec![
            crate::error::FieldError::new(field, "staff-name-wrong").with("max", max),
        ])
    })
}

/// A text that may be left empty.
fn optional(field: &str, raw: Option<&str>, max: usize) -> Result<Option<String>, AppError> {
    raw.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| name(field, text, max))
        .transpose()
}

/// What the organisation refuses, as a sentence for people.
fn refusal(error: OrganisationError) -> AppError {
    match error {
        OrganisationError::EmptyInterval => AppError::field("until", "staff-until-before-from"),
        OrganisationError::AlreadyEnded => AppError::refused("staff-ended-already"),
        OrganisationError::SeatTaken => AppError::refused("staff-seat-taken"),
        OrganisationError::HeldAlready => AppError::refused("staff-held-already"),
        OrganisationError::OutsidePost => AppError::refused("staff-outside-post"),
        OrganisationError::OtherUnit => AppError::refused("staff-other-unit"),
        OrganisationError::OtherSpace => AppError::refused("staff-other-space"),
        OrganisationError::SamePost => AppError::refused("staff-same-post"),
        OrganisationError::NotYoursToDelegate(right) => {
            AppError::refused_with("staff-not-yours-to-delegate", "right", right)
        }
        OrganisationError::NothingDelegated => AppError::field("rights", "staff-nothing-delegated"),
        OrganisationError::DelegationOfDelegation => AppError::refused("staff-delegation-of-delegation"),
        OrganisationError::DelegationWithoutEnd => AppError::field("until", "staff-delegation-without-end"),
        OrganisationError::NotHeld => AppError::refused("staff-not-held"),
        OrganisationError::Name { .. } => AppError::field("name", "staff-name-wrong"),
        OrganisationError::DivisionId => AppError::field("id", "staff-division-id-wrong"),
    }
}

/// A save that must not have been overtaken; the row is held, so it never is.
fn saved(done: bool, version: i64) -> Result<(), AppError> {
    if done {
        Ok(())
    } else {
        Err(AppError::Conflict {
            shown: version,
            stored: version + 1,
        })
    }
}

/// Counts the post's version up, after what hangs on it was saved.
fn touched(tx: &mut Tx<'_>, post: &Versioned<Post>) -> Result<(), AppError> {
    let done = organisation::touch_post(tx, post.item.id, post.version)?;
    saved(done, post.version)
}

/// A post that a command names beside the one that it changes.
fn other_post(tx: &mut Tx<'_>, id: PostId, field: &str) -> Result<Post, AppError> {
    let found: Result<_, StoreError> = organisation::post(tx, id);
    Ok(found?
        .ok_or_else(|| AppError::field(field, "staff-post-unknown"))?
        .item)
}

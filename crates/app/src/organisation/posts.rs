//! Adding and changing divisions and posts.

use jiff::civil::Date;
use serde_json::json;
use townhall_domain::ids::{PostId, UnitId};
use townhall_domain::organisation::{Division, Post};
use townhall_domain::permission::{Right, Role};
use townhall_domain::space::Space;
use townhall_store::{Tx, organisation};

use super::{
    check_version, interval, must_be_of_space, must_guard, must_not_be_own, name, optional, refusal, saved,
};
use crate::cx::Cx;
use crate::error::AppError;
use crate::record::{Subject, record};

/// Adds an organ to a unit.
#[derive(Debug, Clone)]
pub struct AddDivision {
    /// The unit.
    pub unit: UnitId,
    /// Its word within the unit.
    pub id: String,
    /// What sort of organ it is.
    pub kind: String,
    /// Party or state.
    pub space: Space,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Place in lists.
    pub position: u16,
    /// First day.
    pub from: Date,
}

/// Adds a division.
pub fn add_division(tx: &mut Tx<'_>, cx: &Cx, command: &AddDivision) -> Result<(), AppError> {
    cx.actor.must(Right::ManageStaff, &command.unit)?;
    must_be_of_space(cx, Right::ManageStaff, &command.unit, command.space)?;
    let id = Division::parse_id(&command.id).map_err(refusal)?;
    if organisation::division(tx, &command.unit, &id)?.is_some() {
        return Err(AppError::field("id", "staff-division-there-already"));
    }
    let division = Division {
        id,
        unit: command.unit.clone(),
        kind: Division::parse_id(&command.kind)
            .map_err(|_| AppError::field("kind", "staff-division-id-wrong"))?,
        space: command.space,
        name_vi: name("name_vi", &command.name_vi, 200)?,
        name_en: name("name_en", &command.name_en, 200)?,
        position: command.position,
        valid: interval(command.from, None)?,
    };
    organisation::insert_division(tx, &division)?;
    record_division(tx, cx, &division, "division_added")
}

/// Renames, moves or ends a division.
#[derive(Debug, Clone)]
pub struct EditDivision {
    /// The unit.
    pub unit: UnitId,
    /// The division's word.
    pub id: String,
    /// The version that the form showed.
    pub version: i64,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Place in lists.
    pub position: u16,
    /// The first day on which it no longer exists.
    pub until: Option<Date>,
}

/// Changes a division.
pub fn edit_division(tx: &mut Tx<'_>, cx: &Cx, command: &EditDivision) -> Result<(), AppError> {
    if !cx.actor.may(Right::ReadStaff, &command.unit) {
        return Err(AppError::NotFound("division"));
    }
    cx.actor.must(Right::ManageStaff, &command.unit)?;
    let found =
        organisation::division(tx, &command.unit, &command.id)?.ok_or(AppError::NotFound("division"))?;
    must_be_of_space(cx, Right::ManageStaff, &command.unit, found.item.space)?;
    check_version(command.version, found.version)?;
    let division = Division {
        name_vi: name("name_vi", &command.name_vi, 200)?,
        name_en: name("name_en", &command.name_en, 200)?,
        position: command.position,
        valid: interval(found.item.valid.from(), command.until)?,
        ..found.item
    };
    saved(
        organisation::update_division(tx, &division, found.version)?,
        found.version,
    )?;
    record_division(tx, cx, &division, "division_changed")
}

fn record_division(tx: &mut Tx<'_>, cx: &Cx, division: &Division, kind: &str) -> Result<(), AppError> {
    let key = organisation::division_key(&division.unit, &division.id);
    let subject = Subject::new("division", key, &division.unit, division.space);
    record(tx, cx, &subject, kind, json!({ "division": division.id }))?;
    Ok(())
}

/// Adds a seat to a division.
#[derive(Debug, Clone)]
pub struct AddPost {
    /// The unit.
    pub unit: UnitId,
    /// The division's word.
    pub division: String,
    /// What the post is there for.
    pub roles: Vec<Role>,
    /// Vietnamese title.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// Place in the division.
    pub position: u16,
    /// The decision that gives the seat in the quota, if it is a seat of the quota.
    pub quota_decision: Option<String>,
    /// First day.
    pub from: Date,
    /// First day on which it no longer exists.
    pub until: Option<Date>,
}

/// Adds a post; it takes the space of its division.
pub fn add_post(tx: &mut Tx<'_>, cx: &Cx, command: &AddPost) -> Result<PostId, AppError> {
    cx.actor.must(Right::ManageStaff, &command.unit)?;
    let division = organisation::division(tx, &command.unit, &command.division)?
        .ok_or_else(|| AppError::field("division", "staff-division-unknown"))?
        .item;
    must_be_of_space(cx, Right::ManageStaff, &command.unit, division.space)?;
    must_guard(cx, &command.unit, &command.roles)?;
    let post = Post {
        id: cx.new_id(),
        unit: command.unit.clone(),
        division: division.id,
        space: division.space,
        roles: roles(&command.roles)?,
        title_vi: name("title_vi", &command.title_vi, 200)?,
        title_en: name("title_en", &command.title_en, 200)?,
        position: command.position,
        quota_decision: optional("quota_decision", command.quota_decision.as_deref(), 200)?,
        valid: interval(command.from, command.until)?,
    };
    if !division.valid.covers(post.valid) {
        return Err(AppError::field("from", "staff-outside-division"));
    }
    organisation::insert_post(tx, &post)?;
    record_post(tx, cx, &post, "post_added")?;
    Ok(post.id)
}

/// Changes or ends a post.
#[derive(Debug, Clone)]
pub struct EditPost {
    /// The post.
    pub post: PostId,
    /// The version that the form showed.
    pub version: i64,
    /// What it is there for.
    pub roles: Vec<Role>,
    /// Vietnamese title.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// Place in the division.
    pub position: u16,
    /// The decision that gives the seat in the quota.
    pub quota_decision: Option<String>,
    /// First day on which it no longer exists.
    pub until: Option<Date>,
}

/// Changes a post.
pub fn edit_post(tx: &mut Tx<'_>, cx: &Cx, command: &EditPost) -> Result<(), AppError> {
    let found = super::post_to_change(tx, cx, command.post, command.version, Right::ManageStaff)?;
    must_not_be_own(tx, cx, command.post)?;
    must_guard(cx, &found.item.unit, &found.item.roles)?;
    must_guard(cx, &found.item.unit, &command.roles)?;
    let post = Post {
        roles: roles(&command.roles)?,
        title_vi: name("title_vi", &command.title_vi, 200)?,
        title_en: name("title_en", &command.title_en, 200)?,
        position: command.position,
        quota_decision: optional("quota_decision", command.quota_decision.as_deref(), 200)?,
        valid: interval(found.item.valid.from(), command.until)?,
        ..found.item
    };
    let outlives = organisation::mandates_of_post(tx, post.id)?
        .iter()
        .any(|mandate| !post.valid.covers(mandate.valid));
    if outlives {
        return Err(AppError::field("until", "staff-mandates-outlive-post"));
    }
    saved(
        organisation::update_post(tx, &post, found.version)?,
        found.version,
    )?;
    record_post(tx, cx, &post, "post_changed")
}

fn roles(chosen: &[Role]) -> Result<Vec<Role>, AppError> {
    let mut roles = chosen.to_vec();
    roles.sort();
    roles.dedup();
    if roles.is_empty() {
        Err(AppError::field("roles", "staff-role-missing"))
    } else {
        Ok(roles)
    }
}

fn record_post(tx: &mut Tx<'_>, cx: &Cx, post: &Post, kind: &str) -> Result<(), AppError> {
    let roles: Vec<&str> = post.roles.iter().map(|role| role.as_str()).collect();
    let subject = Subject::new("post", post.id, &post.unit, post.space);
    record(
        tx,
        cx,
        &subject,
        kind,
        json!({ "division": post.division, "roles": roles }),
    )?;
    Ok(())
}

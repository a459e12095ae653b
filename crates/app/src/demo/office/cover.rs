//! Who stands in for vacant posts and absent people of the demonstration; made up, like everything in it.

use jiff::civil::{Date, date};
use serde::Deserialize;
use townhall_domain::ids::{MandateId, PersonId, UnitId};
use townhall_domain::organisation::{AbsenceReason, MandateKind, Post};
use townhall_store::organisation::Versioned;
use townhall_store::{Tx, organisation};

use crate::cx::Cx;
use crate::error::AppError;
use crate::organisation::{GiveMandate, RecordAbsence, give_mandate, record_absence};

/// A vacant post whose work somebody else does.
#[derive(Debug, Clone, Deserialize)]
pub struct Cover {
    /// Code of the unit.
    unit: String,
    /// Vietnamese title of the vacant post; the first one that nobody does yet.
    vacant: String,
    /// Vietnamese title of the post whose holder does it.
    by: String,
    /// Which of its holders, from 0.
    nth: usize,
    /// `acting` or `concurrent`.
    kind: MandateKind,
}

/// Somebody who is away, and the post that stands in.
#[derive(Debug, Clone, Deserialize)]
pub struct Away {
    /// Code of the unit.
    unit: String,
    /// Vietnamese title of his post.
    post: String,
    /// Which of its holders, from 0.
    nth: usize,
    /// Vietnamese title of the post that stands in.
    stand_in: String,
    /// Which of its holders, from 0.
    stand_in_nth: usize,
    /// First day away.
    from: Date,
    /// First day back.
    until: Date,
    /// Why.
    reason: AbsenceReason,
}

/// Carries out the lines of this unit; gives the vacant posts with who does their work now.
pub fn stand_in(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    covers: &[Cover],
    away: &[Away],
) -> Result<Vec<(Post, PersonId, MandateId)>, AppError> {
    let first = date(2025, 7, 1);
    let mut covered = Vec::new();
    for cover in covers.iter().filter(|cover| cover.unit == unit.code()) {
        let (_, person) = held(tx, unit, &cover.by, cover.nth)?;
        let vacant = vacant(tx, unit, &cover.vacant)?;
        let mandate = GiveMandate {
            post: vacant.item.id,
            version: vacant.version,
            person,
            kind: cover.kind,
            from: first,
            until: None,
            decision: Some("Dữ liệu minh họa".to_owned()),
        };
        let mandate = give_mandate(tx, cx, &mandate)?;
        covered.push((vacant.item, person, mandate));
    }
    for line in away.iter().filter(|line| line.unit == unit.code()) {
        let (post, person) = held(tx, unit, &line.post, line.nth)?;
        let (stand_in, _) = held(tx, unit, &line.stand_in, line.stand_in_nth)?;
        let absence = RecordAbsence {
            post: post.item.id,
            version: post.version,
            person,
            from: line.from,
            until: Some(line.until),
            reason: line.reason,
            stand_in: Some(stand_in.item.id),
        };
        record_absence(tx, cx, &absence)?;
    }
    Ok(covered)
}

/// The posts of a unit with a title, in their order.
fn titled(tx: &mut Tx<'_>, unit: &UnitId, title: &str) -> Result<Vec<Versioned<Post>>, AppError> {
    let mut posts = organisation::posts_as_of(tx, unit, date(2025, 7, 1))?;
    posts.retain(|post| post.item.title_vi == title);
    Ok(posts)
}

fn held(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    title: &str,
    nth: usize,
) -> Result<(Versioned<Post>, PersonId), AppError> {
    let found = titled(tx, unit, title)?.into_iter().nth(nth);
    let post = found.ok_or(AppError::NotFound("post"))?;
    let holder = organisation::mandates_of_post(tx, post.item.id)?
        .into_iter()
        .next();
    let person = holder.ok_or(AppError::NotFound("mandate"))?.person;
    Ok((post, person))
}

fn vacant(tx: &mut Tx<'_>, unit: &UnitId, title: &str) -> Result<Versioned<Post>, AppError> {
    for post in titled(tx, unit, title)? {
        if organisation::mandates_of_post(tx, post.item.id)?.is_empty() {
            return Ok(post);
        }
    }
    Err(AppError::NotFound("post"))
}

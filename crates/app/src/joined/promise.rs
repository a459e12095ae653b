//! What the receipt of a joined-up dossier promises of each member: its time, and the day where it begins at once.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::{Value, json};
use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::Dossier;
use townhall_domain::limit::Limit;
use townhall_domain::procedure::{Joined, JoinedLeg, JoinedMode, Procedure};
use townhall_store::Tx;

use super::start::answers;
use super::{channel_of, joined_of};
use crate::cx::Cx;
use crate::error::AppError;

/// The members that a case has, in the order of the procedure.
pub(super) fn legs<'a>(
    joined: &'a Joined,
    circumstances: &'a BTreeSet<String>,
) -> impl Iterator<Item = &'a JoinedLeg> {
    joined
        .legs
        .iter()
        .filter(|leg| leg.when.as_ref().is_none_or(|when| circumstances.contains(when)))
}

/// The time of a member: of its own procedure where it is decided here, else of its part.
pub(super) fn time_of(cx: &Cx, parent: &Dossier, leg: &JoinedLeg, day: Date) -> Option<Limit> {
    let channel = channel_of(parent.channel);
    let Some(code) = &leg.procedure else {
        return Joined::time_of(leg, channel);
    };
    let procedure = cx.packs().procedures().as_of(code, day)?;
    let circumstances =
        procedure.circumstances(&answers(cx, parent, procedure), &parent.claims.circumstances, day);
    Some(procedure.limit(channel, &circumstances).time)
}

/// What the receipt keeps of each member: its part, its time, and when it is due where it begins with the receipt. One
/// that follows another has no day yet.
pub(crate) fn promised(
    tx: &mut Tx<'_>,
    cx: &Cx,
    parent: &Dossier,
    procedure: &Procedure,
    circumstances: &BTreeSet<String>,
) -> Result<Vec<Value>, AppError> {
    let joined = joined_of(procedure)?;
    let office = crate::calendar::office(tx, cx, &parent.unit)?;
    let at_once = joined.mode_of(channel_of(parent.channel)) == JoinedMode::Parallel;
    let mut members = Vec::new();
    for (place, leg) in legs(joined, circumstances).enumerate() {
        let time = time_of(cx, parent, leg, cx.today());
        let due = match time.filter(|_| at_once || place == 0) {
            Some(time) => Some(
                Deadline::compute(&office, cx.now(), time)
                    .map_err(|error| AppError::deadline(&error))?
                    .due,
            ),
            None => None,
        };
        members.push(json!({ "leg": leg.id, "time": time.map(|time| time.to_string()), "due": due }));
    }
    Ok(members)
}

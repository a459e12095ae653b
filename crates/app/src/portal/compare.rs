//! Once a day both sides are laid beside each other, and what differs gets a name.

use std::collections::BTreeMap;
use std::time::Duration;

use townhall_domain::portal::{Difference, TakeState};
use townhall_store::portal::{self, Compared, Known};
use townhall_store::{StoreError, node};

use super::sync::{go_on, note_contact};
use super::take::Stopped;
use crate::jobs::{Cancelling, Kind, Outcome, Run};
use crate::outside::{Portal, PortalError, Standing};

/// Compares what the portal knows with what is here.
pub static PORTAL_COMPARE: Kind = Kind {
    name: "portal_compare",
    attempts: u32::MAX,
    every: Some(Duration::from_hours(24)),
    cancel: Cancelling::BetweenSteps,
    run: compare,
};

/// Lines in one read of our own.
const PAGE: u32 = 1_000;
/// Pages of the portal's list: a list without end is not followed.
const PAGES: usize = 10_000;

fn compare(run: &Run<'_>) -> Result<Outcome, StoreError> {
    let Some(portal) = run.town.outside().portal.clone() else {
        return Ok(Outcome::Done);
    };
    // Ours first: what the portal is told meanwhile then looks newer there, and is asked for once more below.
    let ours = ours(run)?;
    let theirs = match theirs(run, portal.as_ref()) {
        Ok(theirs) => theirs,
        Err(Stopped::Portal(PortalError { why })) => {
            note_contact(run, Some(&why))?;
            return Ok(Outcome::Retry { why });
        }
        // Nothing is written before both sides are read: the last comparison stands.
        Err(Stopped::Cancelled) => return Ok(Outcome::Cancelled),
        Err(Stopped::Store(error)) => return Err(error),
    };
    let now = run.now;
    let found: Vec<Compared> = differences(run, &ours, &theirs)?;
    let count = found.len();
    run.town.db().write_blocking("portal_compared", move |tx| {
        portal::clear_differences(tx)?;
        for difference in &found {
            portal::insert_difference(tx, difference)?;
        }
        node::set(tx, portal::COMPARED_MS, &now.as_millisecond().to_string())
    })?;
    tracing::info!(
        dossiers = ours.len(),
        count,
        "compared with the portal: {count} differences"
    );
    Ok(Outcome::Done)
}

fn ours(run: &Run<'_>) -> Result<BTreeMap<String, Known>, StoreError> {
    let mut all = BTreeMap::new();
    loop {
        let after = all
            .last_key_value()
            .map_or(String::new(), |(code, _): (&String, &Known)| code.clone());
        let page = run
            .town
            .db()
            .read_blocking("portal_known", move |tx| portal::known(tx, &after, PAGE))?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page.into_iter().map(|known| (known.code.clone(), known)));
    }
}

fn theirs(run: &Run<'_>, portal: &dyn Portal) -> Result<BTreeMap<String, Standing>, Stopped> {
    let mut all = BTreeMap::new();
    let mut after: Option<String> = None;
    for _ in 0..PAGES {
        go_on(run)?;
        let page = portal.standings(after.as_deref())?;
        all.extend(page.items.into_iter().map(|line| (line.code.clone(), line)));
        match page.next {
            Some(next) if after.as_ref() != Some(&next) => after = Some(next),
            _ => break,
        }
    }
    Ok(all)
}

fn differences(
    run: &Run<'_>,
    ours: &BTreeMap<String, Known>,
    theirs: &BTreeMap<String, Standing>,
) -> Result<Vec<Compared>, StoreError> {
    let mut found = Vec::new();
    for (code, known) in ours {
        let there = theirs.get(code);
        let differs = match there {
            None => Some(Difference::MissingThere),
            Some(there) if there.number == known.number && there.state == known.state => None,
            // Told since we looked, or confirmed there and the answer lost: the next run of the other job hears it.
            Some(there) if there.number > known.number && is_ours(run, known, there)? => None,
            Some(_) => Some(Difference::State),
        };
        if let Some(kind) = differs {
            found.push(Compared {
                code: code.clone(),
                unit: known.unit.clone(),
                dossier: Some(known.dossier),
                kind,
                here: Some(known.state),
                there: there.map(|there| there.state),
                there_number: there.map(|there| there.number),
                found_at: run.now,
            });
        }
    }
    for (code, there) in theirs
        .iter()
        .filter(|(code, there)| there.taken && !ours.contains_key(*code))
    {
        let wanted = code.clone();
        let row = run
            .town
            .db()
            .read_blocking("portal_known", move |tx| portal::load(tx, &wanted))?;
        // It is here and the portal knows it, but its answer got lost: no difference.
        if row.as_ref().is_some_and(|row| row.state != TakeState::Parked) {
            continue;
        }
        found.push(Compared {
            code: code.chars().take(64).collect(),
            unit: row.and_then(|row| row.unit),
            dossier: None,
            kind: Difference::MissingHere,
            here: None,
            there: Some(there.state),
            there_number: Some(there.number),
            found_at: run.now,
        });
    }
    Ok(found)
}

/// Whether a state that the portal shows is one that we have queued under that number.
fn is_ours(run: &Run<'_>, known: &Known, there: &Standing) -> Result<bool, StoreError> {
    let dossier = known.dossier;
    let rows = run
        .town
        .db()
        .read_blocking("portal_states", move |tx| portal::of_dossier(tx, dossier))?;
    Ok(rows
        .iter()
        .any(|row| row.number == there.number && row.state == there.state))
}

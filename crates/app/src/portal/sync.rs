//! The job that works with the portal: what is new comes, what waits goes.

use std::time::{Duration, Instant};

use townhall_domain::ids::DossierId;
use townhall_domain::portal::TellState;
use townhall_store::portal;
use townhall_store::{StoreError, node};

use super::read::code_of;
use super::take::{Stopped, Took, take};
use crate::jobs::{Cancelling, Kind, Outcome, Run};
use crate::metrics;
use crate::outside::{Answer, Portal, PortalError, ToldState};

/// Fetches new dossiers and tells waiting states, every half minute.
pub static PORTAL_SYNC: Kind = Kind {
    name: "portal_sync",
    attempts: u32::MAX,
    every: Some(Duration::from_secs(30)),
    cancel: Cancelling::BetweenSteps,
    run: sync,
};

/// A run ends after so long, well before its lease; the next one goes on.
const LONGEST: Duration = Duration::from_mins(3);
/// Dossiers in one read.
const PAGE: u32 = 100;
/// Pages of new dossiers in one run: a portal that hands out pages without end is not followed.
const PAGES: usize = 200;

fn sync(run: &Run<'_>) -> Result<Outcome, StoreError> {
    let Some(portal) = run.town.outside().portal.clone() else {
        return Ok(Outcome::Done);
    };
    let begun = Instant::now();
    // States first: a citizen waits for them, and a long queue of new dossiers must not hold them up.
    let done = tell_all(run, portal.as_ref(), begun)
        .and_then(|()| take_again(run, portal.as_ref()))
        .and_then(|()| fetch_all(run, portal.as_ref(), begun));
    match done {
        Ok(()) => {
            note_contact(run, None)?;
            Ok(Outcome::Done)
        }
        Err(Stopped::Portal(PortalError { why })) => {
            note_contact(run, Some(&why))?;
            metrics::count(&metrics::PORTAL, &[("what", "contact"), ("outcome", "failed")]);
            Ok(Outcome::Retry { why })
        }
        Err(Stopped::Cancelled) => Ok(Outcome::Cancelled),
        Err(Stopped::Store(error)) => Err(error),
    }
}

/// Between two dossiers: what went and came stands, and what is left waits for the next run.
pub(super) fn go_on(run: &Run<'_>) -> Result<(), Stopped> {
    if run.must_stop()? {
        return Err(Stopped::Cancelled);
    }
    Ok(())
}

/// When the portal last answered, and why it last did not.
pub(super) fn note_contact(run: &Run<'_>, why: Option<&str>) -> Result<(), StoreError> {
    let (now, why) = (run.now.as_millisecond().to_string(), why.map(str::to_owned));
    run.town
        .db()
        .write_blocking("portal_contact", move |tx| match &why {
            None => {
                node::set(tx, portal::CONTACT_MS, &now)?;
                node::remove(tx, portal::ERROR)
            }
            Some(why) => node::set(tx, portal::ERROR, why),
        })
}

/// What a person asked to be tried again, also when the portal does not hand it out any more.
fn take_again(run: &Run<'_>, portal: &dyn Portal) -> Result<(), Stopped> {
    let asked = run
        .town
        .db()
        .read_blocking("portal_again", |tx| portal::asked_again(tx, PAGE))?;
    for code in asked {
        go_on(run)?;
        match portal.dossier(&code)? {
            Some(item) if code_of(&item) == Some(code.as_str()) => {
                take(run, portal, &item)?;
            }
            _ => {
                let now = run.now;
                run.town.db().write_blocking("portal_gone", move |tx| {
                    let Some(mut row) = portal::load(tx, &code)? else {
                        return Ok(());
                    };
                    row.again = false;
                    row.reason = Some("portal-parked-gone".to_owned());
                    row.changed_at = now;
                    portal::put(tx, &row)
                })?;
            }
        }
    }
    Ok(())
}

fn fetch_all(run: &Run<'_>, portal: &dyn Portal, begun: Instant) -> Result<(), Stopped> {
    let mut after: Option<String> = None;
    for _ in 0..PAGES {
        let page = portal.new_dossiers(after.as_deref())?;
        for item in &page.items {
            if begun.elapsed() > LONGEST {
                return Ok(());
            }
            go_on(run)?;
            match take(run, portal, item)? {
                Took::Confirmed | Took::Parked | Took::StillParked => {}
            }
        }
        match page.next {
            Some(next) if after.as_ref() != Some(&next) => after = Some(next),
            _ => break,
        }
    }
    Ok(())
}

fn tell_all(run: &Run<'_>, portal: &dyn Portal, begun: Instant) -> Result<(), Stopped> {
    let mut after: Option<DossierId> = None;
    loop {
        let dossiers = run.town.db().read_blocking("portal_to_tell", move |tx| {
            portal::dossiers_to_tell(tx, after, PAGE)
        })?;
        let Some(last) = dossiers.last() else {
            return Ok(());
        };
        after = Some(*last);
        for dossier in dossiers {
            if begun.elapsed() > LONGEST {
                return Ok(());
            }
            go_on(run)?;
            tell_dossier(run, portal, dossier)?;
        }
    }
}

/// Tells what waits of one dossier, in order; stops at the first that is not taken.
fn tell_dossier(run: &Run<'_>, portal: &dyn Portal, dossier: DossierId) -> Result<(), Stopped> {
    let mut sent_back = false;
    loop {
        let rows = run
            .town
            .db()
            .read_blocking("portal_states", move |tx| portal::of_dossier(tx, dossier))?;
        let Some(next) = rows
            .iter()
            .find(|row| !matches!(row.status, TellState::Confirmed | TellState::LeftOut))
        else {
            return Ok(());
        };
        if next.status == TellState::Refused {
            return Ok(());
        }
        let confirmed = rows
            .iter()
            .filter(|row| row.status == TellState::Confirmed && row.number < next.number);
        let told = ToldState {
            code: next.code.clone(),
            number: next.number,
            after: confirmed.map(|row| row.number).max().unwrap_or(0),
            state: next.state,
            at: next.at,
            due_at: next.due_at,
        };
        let answer = match portal.tell(&told) {
            Ok(answer) => answer,
            Err(error) => {
                note(run, dossier, told.number, TellState::Waiting, Some(&error.why))?;
                return Err(error.into());
            }
        };
        match answer {
            Answer::Taken => note(run, dossier, told.number, TellState::Confirmed, None)?,
            Answer::Behind { last } if last < told.after && !sent_back => {
                // The portal forgot what it had confirmed (it was put back): tell it again from there.
                sent_back = true;
                let now = run.now;
                run.town.db().write_blocking("portal_sent_back", move |tx| {
                    portal::sent_back(tx, dossier, last, now)
                })?;
            }
            Answer::Behind { last } => {
                let why = format!("the portal's last number is {last}");
                note(run, dossier, told.number, TellState::Refused, Some(&why))?;
                return Ok(());
            }
            Answer::Refused { why } => {
                note(run, dossier, told.number, TellState::Refused, Some(&why))?;
                return Ok(());
            }
        }
    }
}

fn note(
    run: &Run<'_>,
    dossier: DossierId,
    number: i64,
    status: TellState,
    why: Option<&str>,
) -> Result<(), StoreError> {
    let outcome = match status {
        TellState::Confirmed => "told",
        TellState::Waiting => "failed",
        TellState::Refused | TellState::LeftOut => "refused",
    };
    metrics::count(&metrics::PORTAL, &[("what", "state"), ("outcome", outcome)]);
    let (why, now) = (why.map(str::to_owned), run.now);
    run.town.db().write_blocking("portal_told", move |tx| {
        portal::set_status(tx, dossier, number, status, why.as_deref(), now)
    })
}

//! The page of one dossier: everything that its reader may see, and what he can do now.

use std::collections::BTreeMap;

use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::{Action, ComponentEntry, Dossier, NotAllowed, SyncState, actions};
use townhall_domain::ids::{DossierId, PersonId, PostId};
use townhall_domain::permission::Right;
use townhall_domain::rating::Rating;
use townhall_store::dossiers::{self, DossierResult, Record, Slip, Step};
use townhall_store::messages::Message;
use townhall_store::papers::{self, Paper};
use townhall_store::{Tx, journal, organisation, ratings};

use super::flow::{flow_of, is_holder, is_visible, post_of, procedure_of, reading};
use crate::access_log::{NoteReading, Reading, unless_noted};
use crate::cx::Cx;
use crate::error::AppError;
use crate::joined::JoinedView;

/// Whether an action can be done now by this reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionNow {
    /// Yes.
    Yes,
    /// He has the right, but the state does not allow it.
    NotInThisState(NotAllowed),
    /// He has the right, but the dossier is in another hand.
    NotInYourHand,
}

/// Everything on the page of a dossier.
#[derive(Debug, Clone)]
pub struct DossierView {
    /// The dossier.
    pub dossier: Dossier,
    /// Its check-list.
    pub components: Vec<ComponentEntry>,
    /// Its papers; empty without the right to read them.
    pub papers: Vec<Paper>,
    /// Whether the papers are left out for want of a right.
    pub papers_hidden: bool,
    /// Steps of the internal process.
    pub steps: Vec<Step>,
    /// Joining posts.
    pub joining: Vec<PostId>,
    /// Numbered forms.
    pub slips: Vec<Slip>,
    /// Records of the work.
    pub records: Vec<Record>,
    /// The result.
    pub result: Option<DossierResult>,
    /// What the citizen said of the service.
    pub rating: Option<Rating>,
    /// Its members, or the joined-up dossier that it is a member of.
    pub joined: Option<JoinedView>,
    /// Where it stands with the portal.
    pub sync: SyncState,
    /// What the citizen was told.
    pub messages: Vec<Message>,
    /// The trail, oldest first.
    pub trail: Vec<journal::StoredFact>,
    /// What the reader can do, in the order of [`Action::ALL`]; what he never may is left out.
    pub actions: Vec<(Action, ActionNow)>,
    /// Names of the people and titles of the posts that the page mentions: post → title (vi, en), person → name.
    pub posts: BTreeMap<PostId, (String, String)>,
    /// Names by person.
    pub people: BTreeMap<PersonId, String>,
    /// What is to be noted of this look; nothing when it was noted within the hour.
    pub to_note: Option<NoteReading>,
}

/// Loads a dossier for its page; who may not know of it gets "not found".
pub fn dossier_view(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<DossierView, AppError> {
    let dossier = dossiers::load(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    let procedure = procedure_of(cx, &dossier)?;
    let holder = post_of(&dossier);
    let may_read_papers = cx.actor.may_on(Right::ReadPapers, &dossier.unit, holder)
        || cx.actor.may(Right::ReadPapers, &dossier.receiving_unit);
    let holds = is_holder(cx, &dossier);
    let steps = dossiers::steps(tx, id)?;
    let last = steps.last().filter(|step| step.ended_at.is_none());
    let recallable = last.is_some_and(|step| {
        step.given_by.is_some() && step.given_by == cx.actor.post() && step.touched_at.is_none()
    });
    let possible = actions(dossier.state, flow_of(procedure))
        .into_iter()
        .filter(|_| dossier.erased_at.is_none())
        // Once, and at the latest the day before: afterwards there is nothing left to offer.
        .filter(|(action, _)| *action != Action::Extend || may_extend(cx, &dossier))
        .filter(|(action, _)| {
            // A recall takes back one's own hand-over, so it is offered to the one who gave, not to the holder.
            let answers = if *action == Action::Recall {
                recallable.then(|| cx.actor.post()).flatten()
            } else {
                holder
            };
            (*action != Action::Recall || recallable)
                && cx.actor.may_on(action.right(), &dossier.unit, answers)
                || (*action != Action::Recall && cx.actor.may(action.right(), &dossier.receiving_unit))
        })
        .map(|(action, outcome)| {
            let now = match outcome {
                Err(why) => ActionNow::NotInThisState(why),
                Ok(_) if action.is_holders_only() && !holds => ActionNow::NotInYourHand,
                Ok(_) => ActionNow::Yes,
            };
            (action, now)
        })
        .collect();
    let records = dossiers::records(tx, id)?;
    let trail = journal::facts_of(tx, "dossier", &id.to_string())?;
    let slips = dossiers::slips(tx, id)?;
    let (posts, people) = names(tx, &dossier, &steps, &records, &slips, &trail)?;
    let joining = dossiers::joining(tx, id)?;
    let mut look = reading(cx, &dossier, Reading::Dossier, "dossier", id.to_string());
    look.own_work |= cx.actor.post().is_some_and(|post| joining.contains(&post));
    let to_note = unless_noted(tx, cx, look)?;
    Ok(DossierView {
        to_note,
        components: dossiers::components(tx, id)?,
        papers: if may_read_papers {
            papers::of_subject(tx, "dossier", &id.to_string())?
        } else {
            Vec::new()
        },
        papers_hidden: !may_read_papers,
        joining,
        slips,
        result: dossiers::result(tx, id)?,
        rating: ratings::load(tx, id)?,
        joined: crate::joined::view_of(tx, cx, &dossier)?,
        sync: crate::portal::sync_of_dossier(tx, id)?,
        messages: crate::message::of_dossier(tx, id)?,
        steps,
        records,
        trail,
        actions: possible,
        posts,
        people,
        dossier,
    })
}

/// Whether the one extension is still open today.
fn may_extend(cx: &Cx, dossier: &Dossier) -> bool {
    let last = dossier.deadline.as_ref().and_then(Deadline::extension_until);
    last.is_some_and(|day| cx.today() <= day)
}

type Names = (BTreeMap<PostId, (String, String)>, BTreeMap<PersonId, String>);

fn names(
    tx: &mut Tx<'_>,
    dossier: &Dossier,
    steps: &[Step],
    records: &[Record],
    slips: &[Slip],
    trail: &[journal::StoredFact],
) -> Result<Names, AppError> {
    let from_steps = steps.iter().flat_map(|step| {
        let held = match step.holder {
            Some(townhall_domain::dossier::Holder::Post(post)) => Some(post),
            Some(townhall_domain::dossier::Holder::Role(_)) | None => None,
        };
        [held, step.given_by, step.ended_by]
    });
    let wanted = from_steps
        .chain(records.iter().map(|record| record.post))
        .chain(trail.iter().map(|fact| fact.post))
        .chain([post_of(dossier), dossier.assisting_post]);
    let posts = organisation::titles_of_posts(tx, wanted.flatten())?;
    let wanted = steps
        .iter()
        .flat_map(|step| [step.given_by_person, step.ended_by_person])
        .chain(records.iter().map(|record| record.person))
        .chain(slips.iter().map(|slip| slip.issued_by_person));
    let people = organisation::names_of_people(tx, wanted.flatten())?;
    Ok((posts, people))
}

//! Which places of the navigation an officer sees: those in which he can do something.

use townhall_app::actor::Actor;
use townhall_domain::permission::Right;

use crate::ui::Place;

/// The rights of which one opens a place; none means everybody who is signed in.
fn rights(place: Place) -> &'static [Right] {
    match place {
        Place::Work => &[],
        Place::Counter => &[Right::ReceiveDossier],
        Place::Express => &[Right::CertifyCopies],
        Place::Queue => &[Right::CallQueue],
        Place::Dossiers | Place::Registers => &[Right::ReadDossier],
        Place::Fees => &[Right::TakeFee],
        Place::Tasks => &[Right::WorkTask, Right::IssueTask],
        Place::Portal => &[Right::SyncPortal],
        Place::Messages | Place::Jobs => &[Right::ReadJobs],
        Place::Dashboard | Place::Asked => &[Right::ReadStatistics],
        Place::Staff => &[Right::ReadStaff],
        Place::Admin => &[Right::ManageAccounts, Right::ReadAccessLog, Right::ManageCalendar],
    }
}

/// The places of an officer, in the order of the navigation.
pub fn of(actor: &Actor) -> Vec<Place> {
    Place::all()
        .filter(|place| {
            let needed = rights(*place);
            needed.is_empty() || needed.iter().any(|right| actor.holds(*right))
        })
        .collect()
}

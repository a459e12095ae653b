//! Dossiers on pages: my work, the list with search, one dossier, and its actions.

mod accept;
mod act;
mod act_fields;
mod carry_out;
mod consulted;
mod corrected;
mod decided;
mod list;
mod many;
mod page;
mod preview;
mod slips;
mod trail;
mod warned;
mod work;

pub(crate) use act::draft_name;
pub(crate) use list::file;
pub(crate) use page::{id_of, masked};
pub(crate) use warned::bell;

use maud::{Markup, html};
use townhall_app::access_log;
use townhall_app::actor::Actor;
use townhall_app::dossier::{DossierView, dossier_view};
use townhall_app::error::AppError;
use townhall_domain::deadline::Countdown;
use townhall_domain::dossier::{Dossier, PaymentState, Stage, State, SyncState};
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::permission::Right;

use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::{DueChip, Icon, Tone, Ui, badge};

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const READ: Need = Need::Right(Right::ReadDossier);
    Routes::new(app)
        .get("/work", Need::Session, work::show)
        .get("/work/preview/dossiers/{id}", READ, preview::show)
        .post("/work/many", READ, many::act)
        .get("/dossiers", READ, list::show)
        .get("/dossiers/export.csv", Need::Right(Right::Export), list::export)
        .get("/dossiers/{id}", READ, page::show)
        .get("/dossiers/{id}/{action}", READ, act::ask)
        .post("/dossiers/{id}/{action}", READ, act::act)
}

/// Loads a dossier for whoever may see it, and notes that he opened it.
///
/// The first look within an hour is on disk before anything is shown; a second one is only a query.
pub(crate) async fn open(app: &App, actor: &Actor, id: DossierId) -> Result<DossierView, AppError> {
    let mut view = app
        .town
        .read("dossier_view", actor, move |tx, cx| dossier_view(tx, cx, id))
        .await?;
    if let Some(look) = view.to_note.take() {
        app.town
            .write("note_reading", actor, move |tx, cx| {
                access_log::note(tx, cx, &look)
            })
            .await?;
    }
    Ok(view)
}

/// The business state as a badge.
fn state_badge(ui: &Ui, state: State) -> Markup {
    let words = match state.stage().filter(|_| matches!(state, State::InProgress(_))) {
        Some(stage) => format!(
            "{}: {}",
            ui.t("dossier-state-in_progress"),
            lower_first(&ui.t(&stage_key(stage)))
        ),
        None => ui.t(&format!("dossier-state-{}", state.as_str())),
    };
    let (tone, icon) = match state {
        State::Registered => (Tone::Warn, Icon::INBOX),
        State::Accepted | State::InProgress(_) => (Tone::Run, Icon::PLAY),
        State::AwaitingSupplement(_) | State::AwaitingObligation(_) => (Tone::Plain, Icon::PAUSE),
        State::NotAccepted | State::Stopped => (Tone::Bad, Icon::STOP),
        State::Withdrawn => (Tone::Plain, Icon::UNDO),
        State::Resolved => (Tone::Ok, Icon::CIRCLE_CHECK),
        State::Returned => (Tone::Ok, Icon::CHECK),
    };
    badge(ui, tone, icon, &words)
}

fn stage_key(stage: Stage) -> String {
    format!("dossier-stage-{}", stage.as_str())
}

pub(crate) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The payment axis as a badge; nothing when nothing is due.
fn payment_badge(ui: &Ui, payment: PaymentState) -> Markup {
    let (tone, icon) = match payment {
        PaymentState::None => return html! {},
        PaymentState::Unpaid => (Tone::Warn, Icon::CASH),
        PaymentState::Paid => (Tone::Ok, Icon::CASH),
        PaymentState::Exempt | PaymentState::Refunded => (Tone::Plain, Icon::CASH),
    };
    badge(
        ui,
        tone,
        icon,
        &ui.t(&format!("dossier-payment-{}", payment.as_str())),
    )
}

/// The synchronisation axis as a badge; nothing for a local dossier.
fn sync_badge(ui: &Ui, sync: SyncState) -> Markup {
    let tone = match sync {
        SyncState::Local => return html! {},
        SyncState::Pending => Tone::Plain,
        SyncState::Synced => Tone::Ok,
        SyncState::Failed => Tone::Bad,
    };
    badge(
        ui,
        tone,
        Icon::REFRESH,
        &ui.t(&format!("dossier-sync-{}", sync.as_str())),
    )
}

/// The deadline chip, linked to its reason; none before acceptance.
pub(crate) fn due(
    app: &App,
    ui: &Ui,
    unit: &UnitId,
    countdown: Option<Countdown>,
    ended_at: Option<jiff::Timestamp>,
    href: String,
) -> Option<DueChip> {
    let office = ui.hours(app.town.packs(), unit);
    let standing = countdown?.standing(&office, ui.now, ended_at).ok()?;
    Some(DueChip::of(ui, &standing).linked(href))
}

/// Whether the procedure waits for a payment to the state on its way: only then the step is offered.
fn has_obligation(app: &App, view: &DossierView) -> bool {
    let (code, version) = (&view.dossier.procedure.code, view.dossier.procedure.version);
    let procedure = app.town.packs().procedures().version(code, version);
    procedure.is_none_or(|procedure| {
        let mut steps = procedure.steps.iter();
        steps.any(|step| step.action == townhall_domain::procedure::StepAction::Obligation)
    })
}

/// What officers call a procedure, for lines and headings.
pub(crate) fn procedure_short(app: &App, ui: &Ui, code: &str) -> String {
    let versions = app.town.packs().procedures().versions(code);
    versions.last().map_or_else(
        || code.to_owned(),
        |procedure| procedure.short_name().get(ui.lang.code()).to_owned(),
    )
}

/// What a dossier is about in one line, in the language of the page; the stored subject is Vietnamese.
pub(crate) fn subject_words(app: &App, ui: &Ui, dossier: &Dossier) -> String {
    subject_of(app, ui, &dossier.procedure.code, &dossier.applicant.name)
}

/// The same for a row of a list.
pub(crate) fn subject_of(app: &App, ui: &Ui, procedure: &str, applicant: &str) -> String {
    format!("{}: {applicant}", procedure_short(app, ui, procedure))
}

/// The official name of a procedure in the language of the page.
pub(crate) fn procedure_name(app: &App, ui: &Ui, code: &str) -> String {
    let versions = app.town.packs().procedures().versions(code);
    versions.last().map_or_else(
        || code.to_owned(),
        |procedure| procedure.name.get(ui.lang.code()).to_owned(),
    )
}

/// The full name of a unit.
pub(crate) fn unit_name(app: &App, ui: &Ui, unit: &UnitId) -> String {
    app.town.packs().units().by_id(unit).map_or_else(
        || unit.code().to_owned(),
        |found| found.full_name(ui.today()).to_owned(),
    )
}

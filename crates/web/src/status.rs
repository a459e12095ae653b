//! The citizen's page behind the QR code of a receipt: where the dossier is, what happens next, what he has to do.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::actor::Actor;
use townhall_app::dossier::{DossierStatus, status_by_secret};
use townhall_domain::dossier::State as DossierState;
use townhall_domain::time;

use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::{self, DueChip, Moment, MomentKind, Page, Ui, code, due_chip};
use crate::visitor::Visitor;

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    Routes::new(app).get("/h/{secret}", Need::Public, show)
}

async fn show(State(app): State<App>, visitor: Visitor, Path(secret): Path<String>) -> Response {
    let ui = visitor.ui(&app);
    let citizen = Actor::Citizen { dossier: None };
    let found = app
        .town
        .read("status_by_secret", &citizen, move |tx, cx| {
            status_by_secret(tx, cx, &secret)
        })
        .await;
    let status = match found {
        Ok(status) => status,
        Err(error) => return Refusal::of(ui.lang, &error).page(&ui),
    };
    let title = ui.t("status-title");
    ui::public_page(&ui, &Page::new(&title), &body(&app, &ui, &status)).into_response()
}

fn body(app: &App, ui: &Ui, status: &DossierStatus) -> Markup {
    let dossier = &status.dossier;
    let procedure = app
        .town
        .packs()
        .procedures()
        .version(&dossier.procedure.code, dossier.procedure.version);
    let name = procedure.map_or(dossier.procedure.code.as_str(), |procedure| {
        procedure.name.get(ui.lang.code())
    });
    let office = app.town.packs().office(&dossier.unit);
    let chip = dossier
        .deadline
        .as_ref()
        .and_then(|deadline| deadline.standing(&office, ui.now, dossier.ended_at).ok())
        .map(|standing| DueChip::of(ui, &standing));
    html! {
        h1 { (name) }
        p.th-muted { (dossier.applicant.name) " · " (code(&dossier.code)) }
        p { b { (ui.t(&format!("dossier-state-{}", dossier.state.as_str()))) } }
        @if let Some(chip) = &chip { p { (due_chip(ui, chip)) } }
        p { (ui.t(next_key(dossier.state))) }
        @if let Some(deadline) = &dossier.deadline { (ui::deadline_why_for_citizens(ui, deadline)) }
        h2 { (ui.t("status-way")) }
        (ui::timeline(ui, &way(ui, status)))
    }
}

/// What the citizen has to do now; mostly nothing.
fn next_key(state: DossierState) -> &'static str {
    match state {
        DossierState::AwaitingSupplement(_) => "status-next-supplement",
        DossierState::AwaitingObligation(_) => "status-next-obligation",
        DossierState::Resolved => "status-next-collect",
        DossierState::Returned => "status-next-returned",
        DossierState::NotAccepted | DossierState::Stopped => "status-next-refused",
        DossierState::Withdrawn => "status-next-withdrawn",
        DossierState::Registered | DossierState::Accepted | DossierState::InProgress(_) => {
            "status-next-nothing"
        }
    }
}

fn way<'a>(ui: &Ui, status: &DossierStatus) -> Vec<Moment<'a>> {
    status
        .trail
        .iter()
        .map(|fact| Moment {
            kind: MomentKind::Done,
            when: townhall_text::capitalised(&ui.date_time(fact.at)).into(),
            text: ui.t(&format!("fact-{}", fact.kind)).into(),
            note: status
                .slips
                .iter()
                .find(|slip| slip.issued_at == fact.at)
                .map(|slip| {
                    let year = time::local_date(slip.issued_at).year();
                    format!("{} {}/{year}", ui.t(&format!("slip-{}", slip.form)), slip.number)
                })
                .unwrap_or_default()
                .into(),
        })
        .collect()
}

//! What stands beside the list of my work: whose matter, why it is due when it is, and what can be done now.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::dossier::DossierView;
use townhall_domain::dossier::ComponentStatus;
use townhall_text::Arg;

use super::{page, procedure_short, state_badge};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Ui, code};

/// Where the preview of a dossier comes from.
pub(super) fn address(id: &str) -> String {
    format!("/work/preview/dossiers/{id}")
}

/// The pane, for the script that puts it beside the list.
pub async fn show(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    match page::look(&app, &signed, &id).await {
        Ok(view) => pane(&app, &signed.ui(&app), &view).into_response(),
        Err(error) => signed.refuse(&app, &error),
    }
}

/// The pane of one dossier.
pub(super) fn pane(app: &App, ui: &Ui, view: &DossierView) -> Markup {
    let dossier = &view.dossier;
    let counted: Vec<_> = view
        .components
        .iter()
        .filter(|entry| entry.status != ComponentStatus::NotApplicable)
        .collect();
    let present = counted
        .iter()
        .filter(|entry| entry.status == ComponentStatus::Present)
        .count();
    let papers = ui.t_args(
        "work-preview-papers-count",
        &[("present", Arg::from(present)), ("all", Arg::from(counted.len()))],
    );
    let title = procedure_short(app, ui, &dossier.procedure.code);
    let pairs = [
        (&*ui.t("dossiers-applicant"), html! { (dossier.applicant.name) }),
        (&*ui.t("dossiers-code"), code(&dossier.code)),
        (&*ui.t("work-preview-papers"), html! { (papers) }),
    ];
    html! {
        section.card aria-labelledby="preview-title" {
            div.card-body {
                p.mb-1 { (state_badge(ui, dossier.state)) }
                h2.th-h.mb-2 id="preview-title" {
                    a.th-name href=(format!("/dossiers/{}", dossier.id)) { (title) }
                }
                (ui::key_values(ui, &pairs))
                @if let Some(deadline) = &dossier.deadline { (ui::deadline_reason(ui, "preview-deadline", deadline)) }
                (page::buttons_now(app, ui, view))
            }
        }
    }
}

//! What a leader decides on, on the page on which he decides: what was found, what was drafted, and by when.

use maud::{Markup, html};
use townhall_app::dossier::DossierView;
use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::Action;

use super::due;
use crate::state::App;
use crate::ui::{Ui, due_chip, key_values};

/// What the appraisal found, in the words of who wrote it; none while there is none.
pub(super) fn finding(view: &DossierView) -> Option<&str> {
    let mut records = view.records.iter().rev();
    let record = records.find(|record| record.kind == "appraisal")?;
    record.body.get("finding")?.as_str()
}

/// Beside the steps that decide on a draft; nothing for the others, and while nothing was drafted.
pub(super) fn summary(app: &App, ui: &Ui, view: &DossierView, action: Action) -> Markup {
    let decides = matches!(
        action,
        Action::Endorse
            | Action::Approve
            | Action::SendBack
            | Action::RefuseAfterAppraisal
            | Action::Issue
            | Action::Submit
    );
    let (true, Some(result)) = (decides, &view.result) else {
        return html! {};
    };
    let dossier = &view.dossier;
    let draft = html! {
        (ui.t(&format!("dossier-outcome-{}", result.outcome))) " · "
        a href=(format!("/dossiers/{}/result.pdf", dossier.id)) { (ui.t("dossier-decided-draft")) }
    };
    let chip = due(
        app,
        ui,
        &dossier.unit,
        dossier.deadline.as_ref().map(Deadline::countdown),
        dossier.ended_at,
        format!("/dossiers/{}#deadline", dossier.id),
    );
    let (finding_name, result_name, due_name) = (
        ui.t("work-many-finding"),
        ui.t("work-many-result"),
        ui.t("dossiers-due"),
    );
    let mut pairs = Vec::new();
    if let Some(finding) = finding(view) {
        pairs.push((finding_name.as_str(), html! { (finding) }));
    }
    pairs.push((result_name.as_str(), draft));
    if let Some(chip) = &chip {
        pairs.push((due_name.as_str(), due_chip(ui, chip)));
    }
    html! { div.card.mb-3 { div.card-body { (key_values(ui, &pairs)) } } }
}

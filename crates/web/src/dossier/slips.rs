//! The card of printed papers on the page of a dossier: the numbered forms, the result, the control slip.

use maud::{Markup, html};
use townhall_app::dossier::DossierView;

use crate::ui::{Icon, Ui, code};

/// What was issued, each as the paper that it is; nothing before the first one.
pub fn card(ui: &Ui, view: &DossierView) -> Markup {
    html! {
        @if !view.slips.is_empty() || view.result.is_some() {
            section.card {
                div.card-body {
                    h2.th-h.mb-2 { (ui.t("dossier-forms")) }
                    ul.list-unstyled.mb-0 {
                        @for slip in &view.slips {
                            li.mb-1 { a href=(format!("/slips/{}.pdf", slip.id)) { (Icon::PRINTER) " " (ui.t(&format!("slip-{}", slip.form))) } " " span.th-muted { (slip.number) "/" (slip.year) } }
                        }
                        @if let Some(result) = &view.result {
                            li.mb-1 { a href=(format!("/dossiers/{}/result.pdf", view.dossier.id)) { (Icon::CERTIFICATE) " " (ui.t(if result.issued_at.is_some() { "dossier-result" } else { "dossier-result-draft" })) } @if let Some(symbol) = &result.symbol { " " span.th-muted { (code(symbol)) } } }
                        }
                        li { a href=(format!("/dossiers/{}/control.pdf", view.dossier.id)) { (Icon::LIST) " " (ui.t("dossier-control-slip")) } }
                    }
                }
            }
        }
    }
}

//! The card of fees on the page of a dossier.

use maud::{Markup, html};
use townhall_app::fees::FeeView;

use super::charge_badge;
use crate::ui::{Icon, Ui};

/// What is owed, what is due now, and the way to take it; nothing where the dossier was never charged.
pub fn card(ui: &Ui, view: &FeeView) -> Markup {
    let id = view.dossier.id;
    html! {
        @if !view.charges.is_empty() {
            section.card aria-labelledby="fees" {
                div.card-body {
                    h2.th-h.mb-2 id="fees" { (ui.t("fees-card")) }
                    ul.list-unstyled.mb-2 {
                        @for charge in &view.charges {
                            li.th-row.mb-1 {
                                span { (charge.name.get(ui.lang.code())) }
                                span.th-end.th-row { b { (ui.money(charge.due)) } (charge_badge(ui, charge.state)) }
                            }
                        }
                    }
                    @if view.due.0 > 0 {
                        p.mb-2 { (ui.t_args("fees-due-amount", &[("amount", ui.money(view.due).into())])) }
                    }
                    a.btn.btn-sm.w-100 href=(format!("/dossiers/{id}/fee")) { (Icon::CASH) " " (ui.t("fees-open")) }
                }
            }
        }
    }
}

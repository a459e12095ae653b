//! The line that says what came of the last dossier, above the empty form for the next one.

use maud::{Markup, html};
use townhall_app::dossier::Finished;
use townhall_domain::dossier::State;

use super::desk::Desk;
use crate::ui::{self, Icon, NoticeTone, code};

/// Code, due and what to print; the cursor stands in the first field already.
pub fn notice(desk: &Desk<'_>, done: &Finished) -> Markup {
    let ui = desk.ui;
    let (tone, key) = match done.state {
        State::NotAccepted => (NoticeTone::Warn, "counter-done-refused"),
        State::AwaitingSupplement(_) => (NoticeTone::Warn, "counter-done-supplement"),
        _ => (NoticeTone::Ok, "counter-done-accepted"),
    };
    let body = html! {
        a href=(format!("/dossiers/{}", done.id)) { (code(&done.code)) } " · " (done.name)
        @if let Some(due) = done.due { " · " (ui.t_args("counter-done-due", &[("at", townhall_text::date_time(ui.lang, due, ui.today()).into())])) }
        " "
        span.th-row.mt-1 {
            @if done.owes_fee {
                a.btn.btn-sm href=(format!("/dossiers/{}/fee", done.id)) { (Icon::CASH) " " (ui.t("counter-take-fee")) }
            }
            @if let Some((slip, form)) = &done.slip {
                a.btn.btn-sm href=(format!("/slips/{slip}.pdf")) target="_blank" rel="noopener" {
                    (Icon::PRINTER) " " (ui.t(&format!("counter-print-{form}")))
                }
            }
            a.btn.btn-sm href=(format!("/dossiers/{}#papers", done.id)) { (Icon::SCAN) " " (ui.t("counter-add-papers")) }
            @if done.state == State::Accepted {
                a.btn.btn-sm href=(format!("/dossiers/{}/transfer", done.id)) { (Icon::SEND) " " (ui.t("dossier-action-transfer")) }
            }
        }
    };
    html! { div.mb-3 { (ui::notice(ui, tone, &ui.t(key), &body)) } }
}

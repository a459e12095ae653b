//! The card of messages on the page of a dossier.

use maud::{Markup, html};
use townhall_domain::dossier::Dossier;
use townhall_store::messages::Message;

use super::{state_badge, way_icon};
use crate::ui::Ui;

/// What the citizen was told; nothing for a dossier whose people neither agreed nor were told anything.
pub fn card(ui: &Ui, dossier: &Dossier, messages: &[Message]) -> Markup {
    let agreed = dossier.applicant.messages.is_some()
        || dossier
            .submitter
            .as_ref()
            .is_some_and(|person| person.messages.is_some());
    html! {
        @if agreed || !messages.is_empty() {
            section.card aria-labelledby="messages" {
                div.card-body {
                    h2.th-h.mb-2 id="messages" { (ui.t("message-card")) }
                    @if messages.is_empty() { p.th-muted.mb-0 { (ui.t("message-card-none")) } }
                    ul.list-unstyled.mb-0 {
                        @for message in messages {
                            li.mb-2 {
                                (way_icon(message.way)) " " (ui.t(&format!("message-kind-{}", message.kind.as_str())))
                                br;
                                span.th-row { (state_badge(ui, message, false)) span.th-muted { (ui.date_time(message.ended_at.unwrap_or(message.queued_at))) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

//! Bells before a deadline: the badge of a row, and the short list above one's own work.

use maud::{Markup, html};
use townhall_app::dossier::Bells;
use townhall_domain::deadline::WarningKind;
use townhall_domain::dossier::State;
use townhall_store::dossiers::Listed;
use townhall_store::warnings::Rung;

use crate::ui::{Icon, Tone, Ui, badge, code};

fn words(ui: &Ui, kind: WarningKind) -> String {
    ui.t(&format!("dossiers-due-{}", kind.as_str()))
}

/// Which bell rang last for a row; nothing while its clock stands and after its deadline, which the chip tells.
pub fn warned(ui: &Ui, row: &Listed) -> Markup {
    let is_running =
        row.paused_at.is_none() && row.state != State::Resolved && row.due_at.is_some_and(|due| due > ui.now);
    html! {
        @if let Some(kind) = row.warned.filter(|_| is_running) {
            " " (badge(ui, Tone::Warn, Icon::BELL, &words(ui, kind)))
        }
    }
}

/// The bells of one's own work, and for who leads those of the unit; nothing when none rang.
pub fn bells(ui: &Ui, bells: &Bells) -> Markup {
    html! {
        @if !bells.own.is_empty() || !bells.unit.is_empty() {
            section.card.mb-3 aria-labelledby="bells-title" {
                // Folded: the inbox below sorts the same work by what is due; this is for who wants the bells alone.
                details {
                    summary.card-header {
                        h2.card-title id="bells-title" { (Icon::BELL) " " (ui.t_args("work-bells", &[("count", (bells.own.len() + bells.unit.len()).into())])) }
                    }
                    div.card-body {
                        (list(ui, &bells.own))
                        @if !bells.unit.is_empty() {
                            h3.th-h { (ui.t("work-bells-unit")) }
                            (list(ui, &bells.unit))
                        }
                        p.mb-0 { a href="/dossiers?due=warned" { (ui.t("work-bells-all")) } }
                    }
                }
            }
        }
    }
}

fn list(ui: &Ui, rung: &[Rung]) -> Markup {
    html! {
        @if !rung.is_empty() {
            ul.list-unstyled.mb-2 {
                @for one in rung {
                    li.mb-1.th-text {
                        a href=(format!("/dossiers/{}", one.dossier)) { (one.subject) } " · " (code(&one.code)) " "
                        span.th-muted {
                            @if one.due_at < ui.now { (ui.t_args("work-bell-over", &[("at", ui.date_time(one.due_at).into())])) }
                            @else { (words(ui, one.kind)) " · " (ui.t_args("work-bell-due", &[("at", ui.date_time(one.due_at).into())])) }
                        }
                    }
                }
            }
        }
    }
}

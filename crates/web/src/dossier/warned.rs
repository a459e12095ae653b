//! Bells before a deadline: the badge of a row, and the short list above one's own work.

use jiff::Timestamp;
use maud::{Markup, html};
use townhall_app::dossier::Bells;
use townhall_app::joined::{MemberBell, MemberBells};
use townhall_app::task::TaskBells;
use townhall_domain::deadline::WarningKind;
use townhall_domain::dossier::State;
use townhall_store::dossiers::Listed;
use townhall_store::tasks::RungTask;
use townhall_store::warnings::Rung;

use super::subject_of;
use crate::state::App;
use crate::ui::{Icon, Tone, Ui, badge, code};

fn words(ui: &Ui, kind: WarningKind) -> String {
    ui.t(&format!("dossiers-due-{}", kind.as_str()))
}

/// A bell that rang, as a badge.
pub(crate) fn bell(ui: &Ui, kind: WarningKind) -> Markup {
    badge(ui, Tone::Warn, Icon::BELL, &words(ui, kind))
}

/// Which bell rang last for a row; nothing while its clock stands and after its deadline, which the chip tells. In a
/// list of what bells rang for also that of a part that others decide.
pub fn warned(ui: &Ui, row: &Listed) -> Markup {
    let is_running =
        row.paused_at.is_none() && row.state != State::Resolved && row.due_at.is_some_and(|due| due > ui.now);
    html! {
        @if let Some(kind) = row.warned.filter(|_| is_running) {
            " " (bell(ui, kind))
        } @else if let Some(kind) = row.member_warned {
            " " (badge(ui, Tone::Warn, Icon::BELL, &ui.t_args("dossiers-due-member", &[("bell", crate::dossier::lower_first(&words(ui, kind)).into())])))
        }
    }
}

/// The bells of one's own work, and for who leads those of the unit; nothing when none rang.
pub fn bells(app: &App, ui: &Ui, bells: &Bells, members: &MemberBells, tasks: &TaskBells) -> Markup {
    let unit = bells.unit.len() + members.unit.len() + tasks.unit.len();
    let count = unit + bells.own.len() + members.own.len() + tasks.own.len();
    html! {
        @if count > 0 {
            section.card.mb-3 aria-labelledby="bells-title" {
                // Folded: the inbox below sorts the same work by what is due; this is for who wants the bells alone.
                details {
                    summary.card-header {
                        h2.card-title id="bells-title" { (Icon::BELL) " " (ui.t_args("work-bells", &[("count", count.into())])) }
                    }
                    div.card-body {
                        (list(app, ui, &bells.own))
                        (member_list(ui, &members.own))
                        (task_list(ui, &tasks.own))
                        @if unit > 0 {
                            h3.th-h { (ui.t("work-bells-unit")) }
                            (list(app, ui, &bells.unit))
                            (member_list(ui, &members.unit))
                            (task_list(ui, &tasks.unit))
                        }
                        p.mb-0 {
                            a href="/dossiers?due=warned" { (ui.t("work-bells-all")) }
                            @if !tasks.own.is_empty() || !tasks.unit.is_empty() {
                                " · " a href="/tasks?due=warned" { (ui.t("work-bells-all-tasks")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn list(app: &App, ui: &Ui, rung: &[Rung]) -> Markup {
    html! {
        @if !rung.is_empty() {
            ul.list-unstyled.mb-2 {
                @for one in rung { (line(ui, &format!("/dossiers/{}", one.dossier), &subject_of(app, ui, &one.procedure, &one.applicant_name), &one.code, one.kind, one.due_at)) }
            }
        }
    }
}

/// What others decide: the part and who has it, on the page of the joined-up dossier.
fn member_list(ui: &Ui, rung: &[MemberBell]) -> Markup {
    let lang = ui.lang.code();
    html! {
        @if !rung.is_empty() {
            ul.list-unstyled.mb-2 {
                @for one in rung {
                    @let what = format!("{} · {}", one.leg.task.get(lang), one.leg.body.get(lang));
                    (line(ui, &format!("/dossiers/{}#members", one.parent), &what, &one.code, one.kind, one.due_at))
                }
            }
        }
    }
}

fn task_list(ui: &Ui, rung: &[RungTask]) -> Markup {
    html! {
        @if !rung.is_empty() {
            ul.list-unstyled.mb-2 {
                @for one in rung { (line(ui, &format!("/tasks/{}", one.task), &one.work, &one.code, one.kind, one.due_at)) }
            }
        }
    }
}

fn line(ui: &Ui, href: &str, what: &str, number: &str, kind: WarningKind, due_at: Timestamp) -> Markup {
    html! {
        li.mb-1.th-text {
            a href=(href) { (what) } " · " (code(number)) " "
            span.th-muted {
                @if due_at < ui.now { (ui.t_args("work-bell-over", &[("at", ui.date_time(due_at).into())])) }
                @else { (words(ui, kind)) " · " (ui.t_args("work-bell-due", &[("at", ui.date_time(due_at).into())])) }
            }
        }
    }
}

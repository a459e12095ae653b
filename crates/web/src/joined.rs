//! Joined-up dossiers on pages: the members beside the dossier, what an organisation outside reports, and the same
//! for the citizen.

mod report;

use jiff::Timestamp;
use maud::{Markup, html};
use townhall_app::joined::{JoinedView, MemberView, Report};
use townhall_domain::dossier::{Dossier, Stage, State};
use townhall_domain::ids::UnitId;
use townhall_domain::joined::MemberState;
use townhall_domain::permission::Right;
use townhall_domain::procedure::{JoinedMode, JoinedWait};
use townhall_domain::words::{Mark, Verified};

use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::{self, DueChip, Icon, NoticeTone, Tone, Ui, badge, due_chip};

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const READ: Need = Need::Right(Right::ReadDossier);
    Routes::new(app)
        .get("/dossiers/{id}/members/{position}", READ, report::ask)
        .post("/dossiers/{id}/members/{position}", READ, report::act)
}

/// The members of a joined-up dossier, or the line that says of which one this is a member.
pub fn card(app: &App, ui: &Ui, dossier: &Dossier, joined: Option<&JoinedView>) -> Markup {
    match joined {
        None => html! {},
        Some(JoinedView::Member { parent, code, leads }) => {
            let words = ui.t(if *leads {
                "joined-is-lead-of"
            } else {
                "joined-is-member-of"
            });
            let body = html! { (words) " " (ui::notice_link(&format!("/dossiers/{parent}"), code)) };
            html! { div.mb-3 { (ui::notice(ui, NoticeTone::Info, "", &body)) } }
        }
        Some(JoinedView::Whole { mode, wait, members }) => {
            let may_report = dossier.state == State::InProgress(Stage::Members);
            let body = html! {
                p.th-muted.mx-3.mt-3.mb-2 { (ui.t(mode_key(*mode))) " " (ui.t("joined-rule")) }
                @if let Some(wait) = wait.as_ref().filter(|_| members.iter().any(|member| member.leg.confirmation)) {
                    p.th-muted.mx-3.mb-2 { (wait_words(ui, wait)) }
                }
                @if members.is_empty() { p.th-muted.mx-3 { (ui.t("joined-not-yet")) } }
                ol.list-group.list-group-flush {
                    @for member in members { li.list-group-item { (row(app, ui, dossier, member, may_report)) } }
                }
            };
            ui::card("members", &ui.t("joined-members"), &html! {}, &body)
        }
    }
}

fn mode_key(mode: JoinedMode) -> &'static str {
    match mode {
        JoinedMode::Parallel => "joined-mode-parallel",
        JoinedMode::Sequential => "joined-mode-sequential",
    }
}

/// What is not counted, with its longest time and how sure it is.
fn wait_words(ui: &Ui, wait: &JoinedWait) -> Markup {
    html! {
        (wait.name.get(ui.lang.code())) ": "
        (ui.t_args("joined-wait", &[("time", townhall_text::deadline::limit(ui.lang, wait.time).into())]))
        (sureness(&wait.verified))
    }
}

/// How sure a fact is, where it was not read in the law itself.
fn sureness(verified: &Verified) -> Markup {
    html! {
        @if verified.mark < Mark::High {
            " " span.th-muted title=(verified.source) { "[" (verified.mark.letter()) "] " (verified.source) }
        }
    }
}

/// The state of a member as a badge.
fn state_badge(ui: &Ui, member: &MemberView, now: Timestamp) -> Markup {
    let state = member.member.state;
    let stands = member
        .deadline
        .as_ref()
        .is_some_and(|deadline| deadline.paused.is_some());
    let (tone, icon) = match state {
        MemberState::Waiting => (Tone::Plain, Icon::CLOCK),
        MemberState::AtWork if stands => (Tone::Plain, Icon::PAUSE),
        MemberState::AtWork => (Tone::Run, Icon::PLAY),
        MemberState::Done => (Tone::Ok, Icon::CHECK),
        MemberState::Refused => (Tone::Bad, Icon::STOP),
        MemberState::Withdrawn | MemberState::Dropped => (Tone::Plain, Icon::BAN),
    };
    html! {
        (badge(ui, tone, icon, &ui.t(&format!("joined-state-{}", state.as_str()))))
        @if member.is_late(now) { (badge(ui, Tone::Bad, Icon::ALERT, &ui.t("joined-late"))) }
    }
}

fn chip(app: &App, ui: &Ui, unit: &UnitId, member: &MemberView) -> Option<DueChip> {
    let office = ui.hours(app.town.packs(), unit);
    let deadline = member.deadline.as_ref()?;
    let standing = deadline.standing(&office, ui.now, member.member.ended_at).ok()?;
    Some(DueChip::of(ui, &standing))
}

/// The time of a member whose turn has not come.
fn time_after(ui: &Ui, member: &MemberView) -> Option<String> {
    let time = member
        .time
        .filter(|_| member.member.state == MemberState::Waiting)?;
    let time = townhall_text::deadline::limit(ui.lang, time);
    Some(ui.t_args("joined-time-after", &[("time", time.into())]))
}

fn row(app: &App, ui: &Ui, dossier: &Dossier, member: &MemberView, may_report: bool) -> Markup {
    let lang = ui.lang.code();
    let kept = &member.member;
    let can_report = may_report
        && Report::ALL
            .iter()
            .any(|report| report.is_possible(&member.leg, kept));
    html! {
        div.th-row.justify-content-between {
            div {
                b { (member.leg.task.get(lang)) }
                @if member.leg.lead { " " (badge(ui, Tone::Plain, Icon::USER, &ui.t("joined-lead"))) }
                div.th-muted {
                    (member.leg.body.get(lang))
                    @if member.is_outside() { " · " (ui.t("joined-outside")) }
                }
            }
            div.th-row { (state_badge(ui, member, ui.now)) }
        }
        div.th-row.mt-1 {
            @if let Some(own) = &member.own { a href=(format!("/dossiers/{}", own.id)) { (own.code) } }
            @if let Some(reference) = &kept.reference { span { (ui.t("joined-reference")) " " b { (reference) } } }
            @if let Some(chip) = chip(app, ui, &dossier.unit, member) { (due_chip(ui, &chip)) }
            @if can_report {
                a.btn.btn-sm href=(format!("/dossiers/{}/members/{}", dossier.id, kept.position)) { (ui.t("joined-report")) }
            }
        }
        @if let Some(words) = time_after(ui, member) { p.th-muted.mb-0 { (words) } }
        @if let Some(until) = kept.wait_until {
            p.mb-0.mt-1 {
                (Icon::PAUSE) " " (ui.t_args("joined-waits-for-relatives", &[("until", ui.date_time(until).into())]))
                @if until < ui.now { " " (ui.t("joined-wait-over")) }
            }
        }
        @if let Some(note) = &kept.note { p.mb-0.mt-1 { (note) } }
        @if let (Some(at), true) = (kept.reported_at, member.is_outside()) {
            p.th-muted.mb-0 { (ui.t_args("joined-reported", &[("at", ui.date_time(at).into())])) }
        }
        @if member.is_outside() && kept.state == MemberState::Withdrawn { p.mb-0 { (Icon::ALERT) " " (ui.t("joined-tell-outside")) } }
        @if let Some(deadline) = &member.deadline {
            details.mt-1 {
                summary.link-primary { (ui.t("joined-why-due")) (sureness(&member.leg.verified)) }
                (ui::deadline_why_for_citizens(ui, deadline))
            }
        }
    }
}

/// The members as the citizen sees them: who has it, until when, and the page of each that has one.
pub fn for_citizen(app: &App, ui: &Ui, dossier: &Dossier, joined: Option<&JoinedView>) -> Markup {
    let Some(JoinedView::Whole { members, .. }) = joined else {
        return html! {};
    };
    html! {
        @if !members.is_empty() {
            h2 { (ui.t("joined-members-citizen")) }
            ul.th-choices {
                @for member in members {
                    li {
                        div { b { (member.leg.task.get(ui.lang.code())) } }
                        div.th-muted { (member.leg.body.get(ui.lang.code())) }
                        div.th-row.mt-1 {
                            (state_badge(ui, member, ui.now))
                            @if let Some(chip) = chip(app, ui, &dossier.unit, member) { (due_chip(ui, &chip)) }
                            @if let Some(own) = &member.own { a href=(format!("/h/{}", own.receipt_secret)) { (ui.t("joined-open")) } }
                        }
                        @if let Some(words) = time_after(ui, member) { p.mb-0 { (words) } }
                        @if let Some(until) = member.member.wait_until {
                            p.mb-0 { (ui.t_args("joined-waits-for-relatives", &[("until", ui.date_time(until).into())])) }
                        }
                    }
                }
            }
            p.th-muted { (ui.t("joined-rule-citizen")) }
        }
    }
}

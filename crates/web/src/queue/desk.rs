//! The queue of an officer: his window, who is in hand, who waits; and the strip of it on other pages.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_app::queue::{Desk, desk};
use townhall_domain::ids::TicketId;
use townhall_domain::queue::{Ticket, TicketState};

use super::{minutes, priority_badge, rules, service_name};
use crate::refusal::Refusal;
use crate::session::Signed;
use crate::state::App;
use crate::ui::{
    self, Choice, Column, Empty, Errors, Field, Form, Icon, NoticeTone, Page, Place, Tone, Ui, badge, code,
    error_summary, hidden, key_hint,
};

/// What the page was asked to say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// What came of calling: `nobody`, `already`.
    said: String,
    /// The number that was just taken for somebody.
    taken: String,
    /// For the strip: the page on which it stands.
    back: String,
}

async fn load(app: &App, signed: &Signed, asked: &Asked) -> Result<Desk, AppError> {
    let taken = asked.taken.parse::<TicketId>().ok();
    app.town
        .read("queue_desk", &signed.actor, move |tx, cx| desk(tx, cx, taken))
        .await
}

/// The page, or only what changes on it.
pub async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    page(&app, &signed, &asked, &Errors::default()).await
}

/// The page with a refusal on top.
pub(super) async fn refused(app: &App, signed: &Signed, error: &AppError) -> Response {
    let errors = Refusal::of(signed.lang(), error).errors();
    page(app, signed, &Asked::default(), &errors).await
}

async fn page(app: &App, signed: &Signed, asked: &Asked, errors: &Errors) -> Response {
    let desk = match load(app, signed, asked).await {
        Ok(desk) => desk,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    if signed.visitor.is_part {
        return changing(app, &ui, &desk).into_response();
    }
    let heading = ui.t("ui-place-queue");
    let about = Page::new(&heading)
        .at(Place::Queue)
        .with_error(!errors.is_empty())
        .reloading(30);
    let unit = desk.board.unit.code();
    let ways = html! {
        a.btn.btn-sm href=(format!("/q/{unit}")) target="_blank" rel="noopener" { (Icon::TICKET) " " (ui.t("queue-machine")) }
        a.btn.btn-sm href=(format!("/q/{unit}/display")) target="_blank" rel="noopener" { (Icon::EXTERNAL) " " (ui.t("queue-display")) }
    };
    let main = html! {
        (ui::title_line(&ui, &heading, &html! {}, &ways))
        (error_summary(&ui, errors))
        (said(&ui, &desk, asked))
        div.th-cols.th-cols-counter {
            div.th-stack id="desk" data-live=(format!("/q/{unit}/events?since={}", desk.board.version))
                hx-get="/queue" hx-trigger="th-live" hx-swap="innerHTML" { (changing(app, &ui, &desk)) }
            aside.th-stack aria-label=(ui.t("queue-windows")) {
                (windows(app, &ui, &desk, errors))
                (take_form(app, &ui, errors))
            }
        }
    };
    let status = errors.status();
    (status, ui::page(&ui, &about, &main)).into_response()
}

fn said(ui: &Ui, desk: &Desk, asked: &Asked) -> Markup {
    let key = match asked.said.as_str() {
        "nobody" => Some("queue-said-nobody"),
        "already" => Some("queue-said-already"),
        _ => None,
    };
    html! {
        @if let Some(key) = key { div.mb-3 { (ui::notice(ui, NoticeTone::Info, "", &html! { (ui.t(key)) })) } }
        @if let Some(ticket) = &desk.taken {
            div.mb-3 {
                (ui::notice(ui, NoticeTone::Ok, &ui.t_args("queue-taken", &[("code", ticket.code.as_str().into())]), &html! {
                    a href=(format!("/t/{}/ticket.pdf", ticket.secret)) target="_blank" rel="noopener" { (Icon::PRINTER) " " (ui.t("queue-ticket-print")) }
                }))
            }
        }
    }
}

/// What changes by itself: the number in hand, who waits, the sums.
fn changing(app: &App, ui: &Ui, desk: &Desk) -> Markup {
    html! { (in_hand(app, ui, desk)) (waiting(app, ui, desk)) (today(app, ui, desk)) }
}

/// The button that calls whoever is next; the key stands on it once a page.
fn next_button(ui: &Ui, desk: &Desk, back: &str) -> Markup {
    let shown = desk
        .hand
        .as_ref()
        .map(|ticket| ticket.id.to_string())
        .unwrap_or_default();
    ui::form(
        ui,
        &Form::post("/queue/next"),
        &html! {
            (hidden("in_hand", &shown)) (hidden("back", back))
            button.btn.btn-primary.btn-sm[!back.is_empty()] type="submit" data-key="counter-next" {
                (Icon::BELL) " " (ui.t("counter-next")) (key_hint(ui, "counter-next"))
            }
        },
    )
}

fn in_hand(app: &App, ui: &Ui, desk: &Desk) -> Markup {
    let Some(window) = desk.window else {
        return ui::card(
            "hand",
            &ui.t("queue-hand"),
            &html! {},
            &ui::empty(
                ui,
                &Empty {
                    icon: Icon::BRIEFCASE,
                    heading: &ui.t("queue-no-window"),
                    text: html! { (ui.t("queue-no-window-next")) },
                    button: Some((&ui.t("queue-choose-window"), "#windows")),
                    other: None,
                },
            ),
        );
    };
    let heading = ui.t_args("queue-hand-at", &[("number", window.into())]);
    let inside = html! {
        div.card-body {
            @match &desk.hand {
                None => { p.th-text { (ui.t(if desk.waiting.iter().any(|(_, own)| *own) { "queue-hand-none" } else { "queue-hand-nobody" })) } },
                Some(ticket) => { (hand(app, ui, desk, ticket)) },
            }
            (next_button(ui, desk, ""))
        }
    };
    ui::card("hand", &heading, &html! {}, &inside)
}

fn hand(app: &App, ui: &Ui, desk: &Desk, ticket: &Ticket) -> Markup {
    let is_called = matches!(ticket.state, TicketState::Called { .. });
    let since = ticket.state.at().unwrap_or(ticket.taken_at);
    let waited = ticket
        .first_called_at
        .map_or(0, |at| at.duration_since(ticket.taken_at).as_secs() * 1000);
    let button = |what: &str, icon: Icon| {
        html! { button.btn type="submit" name="what" value=(what) { (icon) " " (ui.t(&format!("queue-act-{what}"))) } }
    };
    html! {
        p.th-row {
            b.th-ticket { (code(&ticket.code)) }
            span {
                (service_name(app, ui, &ticket.service)) br;
                span.th-muted {
                    (ui.t_args(if is_called { "queue-called-at" } else { "queue-serving-since" }, &[("time", ui.time(since).into())]))
                    @if ticket.calls > 1 { " · " (ui.t_args("queue-calls", &[("count", ticket.calls.into())])) }
                    " · " (ui.t_args("queue-waited", &[("time", minutes(ui, waited).into())]))
                }
            }
            (priority_badge(app, ui, ticket))
            @if let Some(dossier) = ticket.dossier { a href=(format!("/dossiers/{dossier}")) { (Icon::FILE) " " (ui.t("queue-dossier")) } }
        }
        (ui::form(ui, &Form::post(format!("/queue/tickets/{}", ticket.id)).class("th-row mb-3"), &html! {
            (button("begin", Icon::FILE_PLUS))
            @if is_called { (button("call_again", Icon::BELL)) (button("miss", Icon::BAN)) }
            (button("put_back", Icon::UNDO))
            (button("serve", Icon::CHECK))
        }))
        (send_on(app, ui, desk, ticket))
    }
}

fn send_on(app: &App, ui: &Ui, desk: &Desk, ticket: &Ticket) -> Markup {
    let others: Vec<i64> = rules(app)
        .windows(desk.board.unit.code())
        .into_iter()
        .map(|window| window.number)
        .filter(|number| Some(*number) != desk.window)
        .collect();
    html! {
        @if !others.is_empty() {
            (ui::form(ui, &Form::post(format!("/queue/tickets/{}", ticket.id)).class("th-row mb-3"), &html! {
                (hidden("what", "send_to"))
                label.visually-hidden for="f-send" { (ui.t("queue-send-to")) }
                select.form-select.form-select-sm.w-auto id="f-send" name="window" {
                    @for number in others { option value=(number) { (ui.t_args("queue-window", &[("number", number.into())])) } }
                }
                button.btn.btn-sm type="submit" { (Icon::SWITCH) " " (ui.t("queue-send-to")) }
            }))
        }
    }
}

fn waiting(app: &App, ui: &Ui, desk: &Desk) -> Markup {
    let columns = [
        Column::text(ui.t("queue-number")),
        Column::text(ui.t("queue-line")),
        Column::number(ui.t("queue-waits")),
        Column::text(""),
    ];
    let row = |ticket: &Ticket, own: bool, is_missed: bool| {
        let waits = ui.now.duration_since(ticket.taken_at).as_secs().max(0) * 1000;
        html! {
            tr {
                td { b { (code(&ticket.code)) } }
                td {
                    (service_name(app, ui, &ticket.service)) " " (priority_badge(app, ui, ticket))
                    @if let Some(window) = ticket.window { br; span.th-muted { (ui.t_args("queue-sent-to", &[("number", window.into())])) } }
                    @if is_missed { br; (badge(ui, Tone::Plain, Icon::BAN, &ui.t("queue-state-no_show"))) }
                }
                td.th-num { (minutes(ui, waits)) }
                td.th-num {
                    @if desk.window.is_some() && desk.hand.is_none() {
                        (ui::form(ui, &Form::post(format!("/queue/tickets/{}", ticket.id)), &html! {
                            (hidden("what", "call"))
                            button.btn.btn-sm type="submit" aria-label=(ui.t_args("queue-call-this", &[("code", ticket.code.as_str().into())])) { (ui.t("queue-call")) }
                        }))
                    } @else if own { span.th-muted { (ui.t("queue-own-line")) } }
                }
            }
        }
    };
    let heading = ui.t_args("queue-waiting", &[("count", desk.waiting.len().into())]);
    let rows = html! {
        @for (ticket, own) in &desk.waiting { (row(ticket, *own, false)) }
        @for ticket in &desk.missed { (row(ticket, false, true)) }
    };
    let inside = html! {
        @if desk.waiting.is_empty() && desk.missed.is_empty() {
            (ui::empty(ui, &Empty { icon: Icon::CHECK, heading: &ui.t("queue-nobody"), text: html! { (ui.t("queue-nobody-next")) }, button: None, other: None }))
        } @else { (ui::table(ui, &heading, &columns, None, &rows)) }
    };
    ui::card("waiting", &heading, &html! {}, &inside)
}

fn today(app: &App, ui: &Ui, desk: &Desk) -> Markup {
    let columns = [
        Column::text(ui.t("queue-line")),
        Column::number(ui.t("queue-sum-taken")),
        Column::number(ui.t("queue-sum-served")),
        Column::number(ui.t("queue-sum-missed")),
        Column::number(ui.t("queue-sum-wait")),
        Column::number(ui.t("queue-sum-longest")),
        Column::number(ui.t("queue-sum-serving")),
    ];
    let number = |value: i64| html! { td.th-num { (ui.number(value)) } };
    let time =
        |ms: Option<i64>| html! { td.th-num { @match ms { Some(ms) => (minutes(ui, ms)), None => "–" } } };
    let rows = html! {
        @for day in &desk.today {
            tr {
                td { (service_name(app, ui, &day.service)) }
                (number(day.taken)) (number(day.served)) (number(day.missed + day.given_up))
                (time(day.mean_wait_ms())) (time((day.called > 0).then_some(day.longest_wait_ms))) (time(day.mean_served_ms()))
            }
        }
    };
    let heading = ui.t("queue-today");
    html! { @if !desk.today.is_empty() { (ui::card("today", &heading, &html! {}, &ui::table(ui, &heading, &columns, None, &rows))) } }
}

fn windows(app: &App, ui: &Ui, desk: &Desk, errors: &Errors) -> Markup {
    let all = rules(app).windows(desk.board.unit.code());
    let inside = html! {
        @if let Some(message) = errors.of("window") { p.th-msg.m-3.mb-0 id="f-window" { (message) } }
        ul.th-list {
            @for window in all {
                @let open = desk.board.windows.iter().find(|open| open.number == window.number);
                @let is_own = desk.window == Some(window.number);
                li.th-risk {
                    div {
                        b { (ui.t_args("queue-window", &[("number", window.number.into())])) } " "
                        @match open {
                            Some(open) => { (badge(ui, if is_own { Tone::Run } else { Tone::Ok }, Icon::CHECK, &open.code.clone().unwrap_or_else(|| ui.t("queue-window-open")))) },
                            None => { span.th-muted { (ui.t("queue-window-closed")) } },
                        }
                        br;
                        span.th-muted { (window.services.iter().map(|service| service_name(app, ui, service)).collect::<Vec<_>>().join("; ")) }
                    }
                    (ui::form(ui, &Form::post("/queue/window"), &html! {
                        @if is_own { button.btn.btn-sm type="submit" { (ui.t("queue-get-up")) } }
                        @else {
                            (hidden("window", &window.number.to_string()))
                            button.btn.btn-sm type="submit" { (ui.t_args("queue-sit-down-at", &[("number", window.number.into())])) }
                        }
                    }))
                }
            }
        }
    };
    ui::card("windows", &ui.t("queue-windows"), &html! {}, &inside)
}

fn take_form(app: &App, ui: &Ui, errors: &Errors) -> Markup {
    let services: Vec<Choice<'_>> = rules(app)
        .services
        .iter()
        .map(|service| Choice::new(service.id.clone(), service.name.get(ui.lang.code()).to_owned()))
        .collect();
    let priorities: Vec<Choice<'_>> = rules(app)
        .priorities
        .iter()
        .map(|priority| Choice::new(priority.id.clone(), priority.name.get(ui.lang.code()).to_owned()))
        .collect();
    let none = ui.t("queue-priority-none");
    let fields = html! {
        (ui::select(ui, &Field::new("service", ui.t("queue-line")).errors(errors), &services, None))
        div.mt-2 { (ui::select(ui, &Field::new("priority", ui.t("queue-priority")).optional().errors(errors), &priorities, Some(&none))) }
        button.btn.w-100.mt-3 type="submit" { (Icon::TICKET) " " (ui.t("queue-take")) }
    };
    ui::card(
        "take",
        &ui.t("queue-take-for"),
        &html! {},
        &ui::form(ui, &Form::post("/queue/tickets").class("card-body"), &fields),
    )
}

/// The strip on another page: what is in hand, how many wait, and the button for the next.
pub async fn strip(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let desk = match load(&app, &signed, &asked).await {
        Ok(desk) => desk,
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let own = desk.waiting.iter().filter(|(_, own)| *own).count();
    html! {
        @match (desk.window, &desk.hand) {
            (None, _) => {
                a.btn.btn-sm href=(Place::Queue.path()) data-key="counter-next" { (ui.t("queue-choose-window")) (key_hint(&ui, "counter-next")) }
            },
            (Some(_), hand) => {
                @if let Some(ticket) = hand {
                    a.th-state.th-state-run href=(Place::Queue.path()) { (Icon::TICKET) " " (ui.t_args("queue-strip-hand", &[("code", ticket.code.as_str().into())])) }
                }
                span.th-muted { (ui.t_args("queue-strip-waiting", &[("count", own.into())])) }
                (next_button(&ui, &desk, &asked.back))
            },
        }
    }
    .into_response()
}

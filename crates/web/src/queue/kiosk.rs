//! The machine for numbers, on a phone or in the hall, and the page of one number.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::fees::qr_svg;
use townhall_app::paper_data::{House, ticket_paper};
use townhall_app::queue::{
    Board, LeaveQueue, TakeTicket, TicketView, board, leave_queue, take_ticket, ticket_view,
};
use townhall_domain::queue::TicketState;

use super::{centre_of, numbers, priority_badge, rules, service_name};
use crate::papers::pdf;
use crate::refusal::Refusal;
use crate::session::{FormOf, MaybeSigned};
use crate::state::App;
use crate::ui::{self, Choice, Errors, Field, Form, Icon, NoticeTone, Page, Ui, error_summary};
use crate::visitor::{Visitor, office_of};

const ANYBODY: Actor = Actor::Citizen { dossier: None };

/// Which number, for which line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    service: String,
    priority: String,
}

/// A form with nothing but its button.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// The machine of the unit whose public pages stand here.
pub async fn own(State(app): State<App>) -> Redirect {
    Redirect::to(&format!("/q/{}", app.site.unit_code))
}

/// The frame of a public page of this centre; an officer who looks at it has his token in its forms.
fn frame(app: &App, visitor: &Visitor, signed: Option<&crate::session::Signed>, code: &str) -> Ui {
    let mut ui = visitor.ui(app);
    ui.office = office_of(app, ui.lang, code);
    if let Some(signed) = signed {
        ui.csrf.clone_from(&signed.csrf);
    }
    ui
}

/// The machine.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    MaybeSigned(signed): MaybeSigned,
    Path(code): Path<String>,
) -> Response {
    let ui = frame(&app, &visitor, signed.as_ref(), &code);
    page(&app, &ui, &code, &Typed::default(), &Errors::default()).await
}

async fn page(app: &App, ui: &Ui, code: &str, typed: &Typed, errors: &Errors) -> Response {
    let unit = match centre_of(app, code) {
        Ok(unit) => unit,
        Err(error) => return Refusal::of(ui.lang, &error).page(ui),
    };
    let found = app
        .town
        .read("queue_board", &ANYBODY, move |tx, cx| board(tx, cx, &unit))
        .await;
    let board = match found {
        Ok(board) => board,
        Err(error) => return Refusal::of(ui.lang, &error).page(ui),
    };
    let title = ui.t("queue-machine");
    let status = errors.status();
    let about = Page::new(&title).with_error(!errors.is_empty());
    (
        status,
        ui::public_page(ui, &about, &machine(app, ui, code, &board, typed, errors)),
    )
        .into_response()
}

fn machine(app: &App, ui: &Ui, code: &str, board: &Board, typed: &Typed, errors: &Errors) -> Markup {
    let choices: Vec<Choice<'_>> =
        std::iter::once(Choice::new("", ui.t("queue-priority-none")))
            .chain(rules(app).priorities.iter().map(|priority| {
                Choice::new(priority.id.clone(), priority.name.get(ui.lang.code()).to_owned())
            }))
            .collect();
    let field = Field::new("priority", ui.t("queue-priority-question"))
        .value(typed.priority.clone())
        .errors(errors);
    let buttons = html! {
        @for line in &board.lines {
            button.btn.th-service type="submit" name="service" value=(line.service) {
                b { (service_name(app, ui, &line.service)) }
                span.th-muted {
                    (ui.t_args("queue-line-waiting", &[("count", line.waiting.into())]))
                    @if let Some(minutes) = line.wait_minutes.filter(|minutes| *minutes > 0) {
                        " · " (ui.t_args("queue-about-minutes", &[("count", minutes.into())]))
                    }
                }
            }
        }
    };
    html! {
        (error_summary(ui, errors))
        h1 { (ui.t("queue-machine")) }
        p { (ui.t("queue-machine-text")) }
        @if board.is_open {
            (ui::form(ui, &Form::post(format!("/q/{code}")), &html! {
                details.mb-3 open[!typed.priority.is_empty()] {
                    summary { (ui.t("queue-priority-mine")) }
                    (ui::radios(ui, &field, &choices))
                }
                h2 { (ui.t("queue-machine-for")) }
                div.th-services { (buttons) }
            }))
        } @else {
            (ui::notice(ui, NoticeTone::Warn, &ui.t("queue-machine-closed"), &html! { (ui.t("queue-machine-hours")) " " (ui.office.hours) }))
        }
    }
}

/// Takes a number and shows its page.
pub async fn take(
    State(app): State<App>,
    visitor: Visitor,
    MaybeSigned(signed): MaybeSigned,
    Path(code): Path<String>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    let ui = frame(&app, &visitor, signed.as_ref(), &code);
    let unit = match centre_of(&app, &code) {
        Ok(unit) => unit,
        Err(error) => return Refusal::of(ui.lang, &error).page(&ui),
    };
    if !app.boards.may_take(visitor.address) {
        return Refusal::too_many(ui.lang).page(&ui);
    }
    let command = TakeTicket {
        unit,
        service: typed.service.clone(),
        priority: Some(typed.priority.clone()),
    };
    let taken = app
        .town
        .write("take_ticket", &ANYBODY, move |tx, cx| {
            take_ticket(tx, cx, &command)
        })
        .await;
    match taken {
        Ok(ticket) => Redirect::to(&format!("/t/{}", ticket.secret)).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(ui.lang, &error).errors();
            page(&app, &ui, &code, &typed, &errors).await
        }
        Err(error) => Refusal::of(ui.lang, &error).page(&ui),
    }
}

/// A number on the phone: where it stands, how many are before it.
pub async fn ticket(
    State(app): State<App>,
    visitor: Visitor,
    MaybeSigned(signed): MaybeSigned,
    Path(secret): Path<String>,
) -> Response {
    let asked = secret.clone();
    let found = app
        .town
        .read("ticket_view", &ANYBODY, move |tx, cx| ticket_view(tx, cx, &asked))
        .await;
    let view = match found {
        Ok(view) => view,
        Err(error) => return Refusal::of(visitor.lang, &error).page(&visitor.ui(&app)),
    };
    let code = view.ticket.unit.code().to_owned();
    let ui = frame(&app, &visitor, signed.as_ref(), &code);
    if visitor.is_part {
        return standing(&app, &ui, &view).into_response();
    }
    let title = ui.t_args(
        "queue-ticket-title",
        &[("code", view.ticket.code.as_str().into())],
    );
    let link = format!("{}/t/{secret}", app.site.base);
    let can_leave = view.is_of_today
        && matches!(
            view.ticket.state,
            TicketState::Waiting | TicketState::NoShow { .. }
        );
    let main = html! {
        h1 { (ui.t("queue-ticket-yours")) " " b.th-ticket { (view.ticket.code) } }
        p { (service_name(&app, &ui, &view.ticket.service)) " " (priority_badge(&app, &ui, &view.ticket)) }
        div id="standing" data-live=(format!("/q/{code}/events?since={}", view.version))
            hx-get=(format!("/t/{secret}")) hx-trigger="th-live" hx-swap="innerHTML" aria-live="polite" {
            (standing(&app, &ui, &view))
        }
        p.th-muted { (ui.t("queue-ticket-keep")) }
        div.th-row {
            a.btn href=(format!("/t/{secret}/ticket.pdf")) target="_blank" rel="noopener" { (Icon::PRINTER) " " (ui.t("queue-ticket-print")) }
            a.btn href=(format!("/q/{code}")) { (Icon::TICKET) " " (ui.t("queue-ticket-another")) }
        }
        @if let Some(svg) = qr_svg(&link) {
            details.mt-3 {
                summary { (ui.t("queue-ticket-qr")) }
                div.th-qr.mt-2 role="img" aria-label=(ui.t("queue-ticket-qr")) { (PreEscaped(svg)) }
            }
        }
        @if can_leave {
            (ui::form(&ui, &Form::post(format!("/t/{secret}/leave")).class("mt-4"), &html! {
                button.btn.btn-outline-danger type="submit" { (ui.t("queue-ticket-leave")) }
            }))
        }
    };
    ui::public_page(&ui, &Page::new(&title).reloading(15), &main).into_response()
}

/// What is so now, in one notice.
fn standing(app: &App, ui: &Ui, view: &TicketView) -> Markup {
    let windows = numbers(&view.windows);
    let told = |tone, key: &str, args: &[(&str, townhall_text::Arg<'_>)], more: &Markup| {
        ui::notice(ui, tone, &ui.t_args(key, args), more)
    };
    if !view.is_of_today {
        return told(NoticeTone::Info, "queue-ticket-over", &[], &html! {});
    }
    match view.ticket.state {
        TicketState::Waiting => {
            let more = html! {
                @match view.wait_minutes {
                    Some(0) | None => {},
                    Some(minutes) => { (ui.t_args("queue-about-minutes", &[("count", minutes.into())])) ". " },
                }
                (ui.t_args("queue-ticket-windows", &[("windows", windows.as_str().into())]))
                @if !rules(app).windows(view.ticket.unit.code()).is_empty() && view.wait_minutes.is_none() {
                    " " (ui.t("queue-ticket-no-window"))
                }
            };
            if view.ahead == 0 {
                told(NoticeTone::Ok, "queue-ticket-next", &[], &more)
            } else {
                told(
                    NoticeTone::Info,
                    "queue-ticket-ahead",
                    &[("count", view.ahead.into())],
                    &more,
                )
            }
        }
        TicketState::Called { window, .. } => html! {
            div.th-called {
                (told(NoticeTone::Warn, "queue-ticket-called", &[("number", window.into())], &html! { (ui.t("queue-ticket-come")) }))
            }
        },
        TicketState::Serving { window, .. } => told(
            NoticeTone::Ok,
            "queue-ticket-serving",
            &[("number", window.into())],
            &html! {},
        ),
        TicketState::Served { .. } => told(NoticeTone::Ok, "queue-ticket-served", &[], &html! {}),
        TicketState::NoShow { .. } => told(
            NoticeTone::Warn,
            "queue-ticket-missed",
            &[],
            &html! { (ui.t("queue-ticket-missed-next")) },
        ),
        TicketState::Left { .. } => told(NoticeTone::Info, "queue-ticket-left", &[], &html! {}),
    }
}

/// The slip of a number.
pub async fn paper(State(app): State<App>, visitor: Visitor, Path(secret): Path<String>) -> Response {
    slip(&app, secret)
        .await
        .unwrap_or_else(|error| Refusal::of(visitor.lang, &error).page(&visitor.ui(&app)))
}

/// The same for whoever asks: a page or a program.
pub(crate) async fn slip(app: &App, secret: String) -> Result<Response, AppError> {
    let house = House {
        base: app.site.base.clone(),
        is_demo: app.town.is_demo(),
    };
    let paper = app
        .town
        .read("ticket_paper", &ANYBODY, move |tx, cx| {
            ticket_paper(tx, cx, &house, &secret)
        })
        .await?;
    let name = paper.file_name.clone();
    Ok(pdf(&name, app.shelf.print(paper).await?))
}

/// Gives a number up.
pub async fn leave(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
    FormOf(Nothing {}): FormOf<Nothing>,
) -> Response {
    let command = LeaveQueue {
        secret: secret.clone(),
    };
    let left = app
        .town
        .write("leave_queue", &ANYBODY, move |tx, cx| {
            leave_queue(tx, cx, &command)
        })
        .await;
    match left {
        // Called a moment ago: the page says so.
        Ok(()) | Err(AppError::Refused { .. }) => Redirect::to(&format!("/t/{secret}")).into_response(),
        Err(error) => Refusal::of(visitor.lang, &error).page(&visitor.ui(&app)),
    }
}

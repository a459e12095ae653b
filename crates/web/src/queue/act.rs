//! What an officer does with the queue: sits down, calls, serves, sends on, takes a number for somebody.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_app::queue::{
    Act, CallNext, CallTicket, Called, CloseWindow, OpenWindowAt, TakeTicket, TicketAct, act_on_ticket,
    call_next, call_ticket, close_window, open_window, take_ticket,
};
use townhall_domain::ids::TicketId;

use super::{desk, rules};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::Place;

/// Everything that the forms may send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    window: String,
    service: String,
    priority: String,
    /// What the page showed in hand.
    in_hand: String,
    /// What to do with a number.
    what: String,
    /// The page to go back to.
    back: String,
}

/// The page to go back to: only places of our own.
fn back(signed: &Signed, typed: &str) -> &'static str {
    [Place::Counter, Place::Express]
        .into_iter()
        .filter(|place| crate::places::of(&signed.actor).contains(place))
        .find(|place| place.path() == typed)
        .map_or(Place::Queue.path(), Place::path)
}

async fn answer(app: &App, signed: &Signed, outcome: Result<String, AppError>) -> Response {
    match outcome {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            desk::refused(app, signed, &error).await
        }
        Err(error) => signed.refuse(app, &error),
    }
}

/// Sits down at a window, or gets up.
pub async fn window(State(app): State<App>, signed: Signed, FormOf(typed): FormOf<Typed>) -> Response {
    let number = typed.window.parse::<i64>().ok();
    let outcome = app
        .town
        .write("queue_window", &signed.actor, move |tx, cx| match number {
            Some(number) => open_window(tx, cx, &OpenWindowAt { number }),
            None => close_window(tx, cx, &CloseWindow),
        })
        .await;
    answer(&app, &signed, outcome.map(|()| Place::Queue.path().to_owned())).await
}

/// Calls whoever is next.
pub async fn next(State(app): State<App>, signed: Signed, FormOf(typed): FormOf<Typed>) -> Response {
    let command = CallNext {
        in_hand: typed.in_hand.parse::<TicketId>().ok(),
    };
    let outcome = app
        .town
        .write("call_next", &signed.actor, move |tx, cx| {
            call_next(tx, cx, &command)
        })
        .await;
    let to = back(&signed, &typed.back);
    let outcome = outcome.map(|called| match called {
        Called::Ticket(_) => to.to_owned(),
        Called::Already => format!("{}?said=already", Place::Queue.path()),
        Called::Nobody => format!("{}?said=nobody", Place::Queue.path()),
    });
    answer(&app, &signed, outcome).await
}

/// Takes a number for somebody who stands before the officer.
pub async fn take(State(app): State<App>, signed: Signed, FormOf(typed): FormOf<Typed>) -> Response {
    let Some(unit) = signed.actor.unit().cloned() else {
        return signed.refuse(&app, &AppError::NotFound("queue"));
    };
    let command = TakeTicket {
        unit,
        service: typed.service,
        priority: Some(typed.priority),
    };
    let outcome = app
        .town
        .write("take_ticket", &signed.actor, move |tx, cx| {
            take_ticket(tx, cx, &command)
        })
        .await;
    let outcome = outcome.map(|ticket| format!("{}?taken={}", Place::Queue.path(), ticket.id));
    answer(&app, &signed, outcome).await
}

/// Does something with one number; beginning leads to the form that its line needs.
pub async fn on_ticket(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    let Ok(ticket) = id.parse::<TicketId>() else {
        return signed.refuse(&app, &AppError::NotFound("ticket"));
    };
    let act = Act::parse(&typed.what, typed.window.parse().ok());
    let outcome = match (typed.what.as_str(), act) {
        ("call", _) => {
            app.town
                .write("call_ticket", &signed.actor, move |tx, cx| {
                    call_ticket(tx, cx, &CallTicket { ticket })
                })
                .await
        }
        (_, Some(act)) => {
            app.town
                .write("act_on_ticket", &signed.actor, move |tx, cx| {
                    act_on_ticket(tx, cx, &TicketAct { ticket, act })
                })
                .await
        }
        // Sending on without a window, or a word that no button of ours sends.
        (_, None) => Err(AppError::field("window", "queue-window-unknown")),
    };
    let outcome = outcome.map(|ticket| {
        if act != Some(Act::Begin) {
            return back(&signed, &typed.back).to_owned();
        }
        let is_express = rules(&app)
            .service(&ticket.service)
            .is_some_and(|service| service.express);
        let open = crate::places::of(&signed.actor);
        let wanted = if is_express {
            Place::Express
        } else {
            Place::Counter
        };
        let place = [wanted, Place::Counter]
            .into_iter()
            .find(|place| open.contains(place));
        place.unwrap_or(Place::Queue).path().to_owned()
    });
    answer(&app, &signed, outcome).await
}

//! The display on the wall: which number goes to which window, readable from five metres, nothing about people.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::actor::Actor;
use townhall_app::queue::{Board, board};

use super::{centre_of, service_name};
use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Icon, Page, Ui};
use crate::visitor::{Visitor, office_of};

/// Rows of called numbers that fit on a screen.
const ROWS: usize = 6;

/// The page, or only what changes on it.
pub async fn show(State(app): State<App>, visitor: Visitor, Path(code): Path<String>) -> Response {
    let mut ui = visitor.ui(&app);
    let unit = match centre_of(&app, &code) {
        Ok(unit) => unit,
        Err(error) => return Refusal::of(ui.lang, &error).page(&ui),
    };
    ui.office = office_of(&app, ui.lang, &code);
    let anybody = Actor::Citizen { dossier: None };
    let found = app
        .town
        .read("queue_board", &anybody, move |tx, cx| board(tx, cx, &unit))
        .await;
    let board = match found {
        Ok(board) => board,
        Err(error) => return Refusal::of(ui.lang, &error).page(&ui),
    };
    if visitor.is_part {
        return inside(&app, &ui, &board).into_response();
    }
    let title = ui.t("queue-display");
    let here = format!("/q/{code}/display");
    let main = html! {
        header.th-wall-head {
            h1 { (ui.office.name) }
            span { (ui.office.centre) }
            // Sound is off until somebody at the screen wants it; the browser asks for that press, too.
            button.btn.btn-sm.th-end type="button" data-sound="#board" aria-pressed="false" { (Icon::BELL) " " (ui.t("queue-sound")) }
        }
        div id="board" data-live=(format!("/q/{code}/events?since={}", board.version))
            hx-get=(here) hx-trigger="th-live" hx-swap="innerHTML" { (inside(&app, &ui, &board)) }
    };
    ui::wall_page(&ui, &Page::new(&title).reloading(10), &main).into_response()
}

fn inside(app: &App, ui: &Ui, board: &Board) -> Markup {
    let newest = board.called.iter().find(|window| !window.is_served);
    // What tells a script that another number was called: told in words by the row itself.
    let call = newest.and_then(|window| Some(format!("{} {}", window.code.as_ref()?, window.called_at?)));
    html! {
        div.th-wall-cols data-call=[call] {
            section aria-labelledby="called" {
                h2 id="called" { (ui.t("queue-display-called")) }
                @if board.called.is_empty() { p.th-wall-none { (ui.t("queue-display-none")) } }
                @else {
                    div role="status" { ol.th-wall-list {
                        @for (at, window) in board.called.iter().take(ROWS).enumerate() {
                            li.th-wall-new[at == 0 && !window.is_served] {
                                @if let Some(code) = &window.code { b { (code) } }
                                span { (ui.t_args("queue-window", &[("number", window.number.into())])) }
                            }
                        }
                    } }
                }
            }
            section aria-labelledby="waiting" {
                h2 id="waiting" { (ui.t_args("queue-display-waiting", &[("count", board.waiting.into())])) }
                ul.th-wall-lines {
                    @for line in &board.lines {
                        li { span { (service_name(app, ui, &line.service)) } b { (ui.number(i64::try_from(line.waiting).unwrap_or(0))) } }
                    }
                }
                @if !board.is_open { p { (ui.t("queue-machine-closed")) } }
            }
        }
    }
}

//! Look-up by bare code: how far a dossier has come, and nothing else.
//!
//! A code can be guessed, so it opens nothing: no name, no state, no date. A code that nobody has, one that is no
//! code, and a dossier that was not accepted get one and the same answer after one and the same time, and how often
//! an address may ask does not depend on what it was told.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::header::{ACCEPT, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::{Form as Body, Json};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep_until};
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::online::{Turn, completion_by_code, take_turn};

use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Field, Form, Icon, NoticeTone, Page, Ui, code};
use crate::visitor::Visitor;

/// Every answer comes so long after its question: far longer than a look into the database takes.
const ANSWERS_AFTER: Duration = Duration::from_millis(250);
/// No code is longer.
const CODE_CHARS: usize = 64;

/// What was typed; with other fields, or none, it is no code.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
}

/// The field for the code.
pub(super) fn field<'a>(ui: &Ui, typed: &'a str) -> Field<'a> {
    Field::new("code", ui.t("public-code"))
        .hint(ui.t("public-code-hint"))
        .value(typed)
        .autocomplete("off")
        .max_chars(64)
}

/// The form.
pub async fn ask(State(app): State<App>, visitor: Visitor) -> Response {
    let ui = visitor.ui(&app);
    page(&ui, "", &html! {})
}

/// The answer.
pub async fn tell(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    typed: Result<Body<Typed>, FormRejection>,
) -> Response {
    let ui = visitor.ui(&app);
    let Ok(Body(typed)) = typed else {
        return Refusal::unreadable(ui.lang).page(&ui);
    };
    let (short, found) = match completion(&app, visitor.address, typed.code).await {
        Told::Answer(code, found) => (code, found),
        Told::Wait(seconds) => return too_many(&ui, seconds),
        Told::Failed(error) => return Refusal::of(ui.lang, &error).page(&ui),
    };
    let wants_json = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.starts_with("application/json"));
    if wants_json {
        return Json(json!({ "code": short, "completion_percent": found })).into_response();
    }
    page(&ui, &short, &answer(&ui, &short, found))
}

/// What whoever asks by a bare code is told.
#[derive(Debug)]
pub(crate) enum Told {
    /// The code as it was asked for, and how far its dossier is, if there is one to tell of.
    Answer(String, Option<u8>),
    /// He asked too often: seconds to wait.
    Wait(i64),
    /// Something here failed.
    Failed(AppError),
}

/// How far the dossier of a code is: one and the same answer after one and the same time for all that is not told.
pub(crate) async fn completion(app: &App, address: IpAddr, asked: String) -> Told {
    let answers_at = Instant::now() + ANSWERS_AFTER;
    let turn = app
        .town
        .db()
        .write("take_turn", move |tx| take_turn(tx, Turn::LookUp, address));
    match turn.await {
        Ok(Ok(())) => {}
        Ok(Err(seconds)) => return Told::Wait(seconds),
        Err(error) => return Told::Failed(AppError::Store(error)),
    }
    let short: String = asked
        .chars()
        .filter(|c| !c.is_control())
        .take(CODE_CHARS)
        .collect();
    let citizen = Actor::Citizen { dossier: None };
    let found = app.town.read("completion_by_code", &citizen, move |tx, cx| {
        completion_by_code(tx, cx, &asked)
    });
    let found = match found.await {
        Ok(found) => found,
        Err(error) => return Told::Failed(error),
    };
    sleep_until(answers_at).await;
    Told::Answer(short, found)
}

/// A refusal that says when to come back.
pub(crate) fn too_many(ui: &Ui, seconds: i64) -> Response {
    let mut response = Refusal::too_many(ui.lang).page(ui);
    let wait = HeaderValue::from(u64::try_from(seconds).unwrap_or(1).max(1));
    response.headers_mut().insert(RETRY_AFTER, wait);
    response
}

fn answer(ui: &Ui, typed: &str, found: Option<u8>) -> Markup {
    html! {
        div.mb-4 role="status" {
            @match found {
                Some(percent) => {
                    @let words = ui.percent(i64::from(percent), 100);
                    div.card { div.card-body {
                        p.mb-0.text-secondary { (ui.t("public-code")) " " (code(typed)) }
                        p.th-big.mb-1 { (ui.t_args("public-completion", &[("percent", words.as_str().into())])) }
                        progress.w-100 max="100" value=(percent) aria-label=(ui.t("public-completion-label")) { (words) }
                        p.th-muted.mb-0.mt-2 { (ui.t("public-completion-more")) }
                    } }
                },
                None => (ui::notice(ui, NoticeTone::Info, &ui.t("public-completion-none"), &html! { (ui.t("public-completion-none-text")) })),
            }
        }
    }
}

fn page(ui: &Ui, typed: &str, answer: &Markup) -> Response {
    let title = ui.t("public-follow");
    let main = html! {
        h1 { (title) }
        (answer)
        p { (ui.t("public-follow-qr")) }
        (ui::form(ui, &Form::post("/lookup"), &html! {
            div.th-ask {
                (ui::text(ui, &field(ui, typed)))
                button.btn.btn-primary type="submit" { (Icon::SEARCH) " " (ui.t("public-follow-button")) }
            }
        }))
        p.th-muted.mt-3 { (ui.t("public-code-why")) }
    };
    ui::public_page(ui, &Page::new(&title), &main).into_response()
}

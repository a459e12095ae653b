//! Signing in by a passkey: as the second step, or alone; and the form with which any page asks a browser for one.
//!
//! The script asks for a challenge, which is JSON, and sends the browser's answer as an ordinary form, so whatever is
//! refused is told on an ordinary page.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use townhall_app::error::AppError;
use townhall_app::sign_in::Refusal as Refused;
use townhall_app::sign_in::passkey::{Answer, Begun, begin_alone, begin_step, finish_alone, finish_step};
use townhall_app::sign_in::relying_party::RelyingParty;
use townhall_store::StoreError;

use super::{Typed, code_page, errors_of, go_on, go_on_anew, in_moment, next_field, sign_in_page, status_of};
use crate::assets;
use crate::refusal::Refusal;
use crate::session::{self, FormOf};
use crate::state::App;
use crate::ui::{self, Icon, Ui, Words};
use crate::visitor::Visitor;

/// A browser's answer.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shown {
    #[serde(default)]
    pub(crate) token: String,
    #[serde(default)]
    pub(crate) credential: String,
    #[serde(default)]
    next: String,
}

impl Shown {
    /// What the ceremony is finished with.
    pub(crate) fn answer(&self) -> Answer<'_> {
        Answer {
            token: &self.token,
            credential: &self.credential,
        }
    }
}

/// A challenge for the second step.
pub(super) async fn ask_step(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Response {
    let (Ok(party), Some(token)) = (app.passkeys.clone(), session::token(&app, &headers)) else {
        return told(&app, &visitor, Refused::Gone);
    };
    let begun = in_moment(&app, "begin_passkey_step", move |tx, moment| {
        begin_step(tx, moment, &party, &token)
    });
    challenge(&app, &visitor, begun.await)
}

/// A challenge for whoever comes.
pub(super) async fn ask_alone(State(app): State<App>, visitor: Visitor) -> Response {
    let Ok(party) = app.passkeys.clone() else {
        return told(&app, &visitor, Refused::WrongPasskey);
    };
    let source = visitor.address;
    let begun = in_moment(&app, "begin_passkey_alone", move |tx, moment| {
        begin_alone(tx, moment, &party, source)
    });
    challenge(&app, &visitor, begun.await)
}

pub(super) async fn send_step(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    FormOf(shown): FormOf<Shown>,
) -> Response {
    let (Ok(party), Some(token)) = (app.passkeys.clone(), session::token(&app, &headers)) else {
        return Redirect::to("/sign-in").into_response();
    };
    let next = shown.next.clone();
    let outcome = in_moment(&app, "finish_passkey_step", move |tx, moment| {
        finish_step(tx, moment, &party, &token, &shown.answer())
    });
    match outcome.await {
        Ok(Ok(handed)) => go_on(&app, &handed, &next),
        Ok(Err(refused @ (Refused::WrongPasskey | Refused::CopiedPasskey | Refused::Wait(_)))) => {
            code_page(&app, &visitor, &headers, &next, Some(refused)).await
        }
        Ok(Err(refused)) => sign_in_page(
            &app,
            &visitor,
            &Typed::refused(&next, refused),
            status_of(refused),
        ),
        Err(error) => Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(&app)),
    }
}

pub(super) async fn send_alone(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    FormOf(shown): FormOf<Shown>,
) -> Response {
    let Ok(party) = app.passkeys.clone() else {
        return Redirect::to("/sign-in").into_response();
    };
    let (source, next) = (visitor.address, shown.next.clone());
    let outcome = in_moment(&app, "finish_passkey_alone", move |tx, moment| {
        finish_alone(tx, moment, &party, source, &shown.answer())
    });
    match outcome.await {
        Ok(Ok(handed)) => go_on_anew(&app, &visitor, &headers, &handed, &next).await,
        Ok(Err(refused)) => sign_in_page(
            &app,
            &visitor,
            &Typed::refused(&next, refused),
            status_of(refused),
        ),
        Err(error) => Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(&app)),
    }
}

/// The challenge for the script, or why there is none, in the words of the page.
fn challenge(app: &App, visitor: &Visitor, begun: Result<Result<Begun, Refused>, StoreError>) -> Response {
    match begun {
        Ok(Ok(begun)) => {
            Json(json!({ "token": begun.token.reveal(), "options": begun.options })).into_response()
        }
        Ok(Err(refused)) => told(app, visitor, refused),
        Err(error) => {
            let refusal = Refusal::of(visitor.lang, &AppError::Store(error));
            let message = Json(json!({ "message": refusal.sentence }));
            (StatusCode::SERVICE_UNAVAILABLE, message).into_response()
        }
    }
}

fn told(app: &App, visitor: &Visitor, refused: Refused) -> Response {
    let errors = errors_of(&visitor.ui(app), Some(refused));
    let message = errors.iter().next().map(|(_, sentence)| sentence.to_owned());
    (status_of(refused), Json(json!({ "message": message }))).into_response()
}

/// How a page asks the browser for a passkey.
pub(crate) struct Ask<'a> {
    /// Where the answer goes.
    pub action: &'a str,
    /// Where the script gets the challenge, when it does not stand here.
    pub begin: Option<&'a str>,
    /// The challenge itself, with its token.
    pub begun: Option<&'a Begun>,
    /// What the button says.
    pub button: Words<'a>,
    /// Whether it is the main thing of the page.
    pub primary: bool,
    /// Fields that go along.
    pub fields: Markup,
}

/// The form with which the script asks the browser; without a script, or at another address, nothing is seen of it.
pub(crate) fn ask_form(ui: &Ui, ask: &Ask<'_>) -> Markup {
    let options = ask.begun.map(|begun| begun.options.to_string());
    let token = ask.begun.map(|begun| begun.token.reveal()).unwrap_or_default();
    let class = if ask.primary {
        "btn btn-primary btn-lg"
    } else {
        "btn btn-lg"
    };
    html! {
        div data-passkey-only="" hidden {
            form action=(ask.action) method="post" data-passkey="" data-passkey-begin=[ask.begin]
                data-passkey-options=[options] data-passkey-cancelled=(ui.t("passkey-cancelled"))
                data-passkey-known=(ui.t("passkey-known")) data-passkey-lost=(ui.t("passkey-lost")) {
                (ui::hidden(ui::CSRF_FIELD, &ui.csrf))
                (ui::hidden("token", &token))
                (ui::hidden("credential", ""))
                (ask.fields)
                div.th-note.th-note-bad.mb-3 role="alert" data-passkey-said="" hidden { (Icon::ALERT) span {} }
                button class=(class) type="button" { (Icon::SHIELD) " " (ask.button) }
            }
        }
    }
}

/// The part of a page that knows passkeys, with the script that wakes it up.
pub(crate) fn part(party: &RelyingParty, inner: &Markup) -> Markup {
    html! {
        div data-passkey-at=(party.origin()) { (inner) }
        script src=(assets::url("passkey.js")) type="module" {}
    }
}

/// The way in by a passkey alone, under the password; nothing where the node can have none.
pub(super) fn alone(app: &App, ui: &Ui, next: &str) -> Markup {
    let Ok(party) = &app.passkeys else {
        return ui::nothing();
    };
    let ask = Ask {
        action: "/sign-in/passkey",
        begin: Some("/sign-in/passkey/begin"),
        begun: None,
        button: ui.t("passkey-sign-in").into(),
        primary: false,
        fields: next_field(next),
    };
    part(
        party,
        &html! {
            div data-passkey-only="" hidden { p.th-muted.mt-4.mb-2 { (ui.t("passkey-or")) } }
            (ask_form(ui, &ask))
        },
    )
}

/// The second step by a passkey; `only` when there are no codes to use in its place.
pub(super) fn step(app: &App, ui: &Ui, next: &str, only: bool) -> Markup {
    let Ok(party) = &app.passkeys else {
        return html! { p { (ui.t("passkey-not-at-this-address")) } };
    };
    let ask = Ask {
        action: "/sign-in/code/passkey",
        begin: Some("/sign-in/code/passkey/begin"),
        begun: None,
        button: ui.t("passkey-use").into(),
        primary: true,
        fields: next_field(next),
    };
    part(
        party,
        &html! {
            div data-passkey-only="" hidden { p { (ui.t("passkey-step-lead")) } }
            (ask_form(ui, &ask))
            @if only { (not_here(ui)) }
            (elsewhere(ui, party, "/sign-in"))
        },
    )
}

/// Said where neither script nor browser can do it.
pub(crate) fn not_here(ui: &Ui) -> Markup {
    html! { p data-passkey-not="" { (ui.t("passkey-no-browser")) } }
}

/// Said where the page was opened at another address than the one that passkeys belong to.
pub(crate) fn elsewhere(ui: &Ui, party: &RelyingParty, path: &str) -> Markup {
    let address = format!("{}{path}", party.origin());
    html! {
        div data-passkey-elsewhere="" hidden {
            p { (ui.t("passkey-elsewhere")) }
            a.btn href=(address) { (address) }
        }
    }
}

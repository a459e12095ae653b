//! Enrolling and removing one-time codes.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::accounts::{EnrolCodes, RemoveOwnCodes, enrol_codes, remove_own_codes};
use townhall_app::clock::real_now;
use townhall_app::error::AppError;
use townhall_app::sign_in::secret::Secret;
use townhall_app::sign_in::totp;

use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Errors, Field, Form, NoticeTone, Page, Ui};

#[derive(Debug, Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
    #[serde(default)]
    secret: String,
}

pub async fn ask(State(app): State<App>, signed: Signed) -> Response {
    if signed.account.has_totp {
        return removal(&app, &signed, &Errors::default(), StatusCode::OK);
    }
    match Secret::new() {
        Ok(secret) => enrolment(
            &app,
            &signed,
            &secret.bytes()[..totp::SECRET_BYTES],
            &Errors::default(),
            StatusCode::OK,
        ),
        Err(error) => signed.refuse(&app, &AppError::Store(error)),
    }
}

/// The secret comes back from the page that showed it: it is worth nothing before it is enrolled, and whoever
/// could put another in its place could as well enrol his own.
pub async fn send(State(app): State<App>, signed: Signed, FormOf(form): FormOf<Code>) -> Response {
    let Some(secret) = totp::parse_secret(&form.secret) else {
        return Redirect::to("/settings/codes").into_response();
    };
    let command = EnrolCodes {
        secret: secret.clone(),
        code: form.code,
        now: real_now(),
    };
    let done = app
        .town
        .write("enrol_codes", &signed.actor, move |tx, cx| {
            enrol_codes(tx, cx, &command)
        })
        .await;
    match done {
        Ok(()) => Redirect::to("/settings?done=codes").into_response(),
        Err(error @ AppError::Invalid(_)) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            enrolment(&app, &signed, &secret, &errors, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

pub async fn remove(State(app): State<App>, signed: Signed, FormOf(form): FormOf<Code>) -> Response {
    let command = RemoveOwnCodes {
        code: form.code,
        required: app.codes_required,
        now: real_now(),
    };
    let done = app
        .town
        .write("remove_codes", &signed.actor, move |tx, cx| {
            remove_own_codes(tx, cx, &command)
        })
        .await;
    match done {
        Ok(()) => Redirect::to("/settings?done=no-codes").into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            removal(&app, &signed, &errors, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

fn code_field<'a>(ui: &Ui, errors: &Errors) -> Field<'a> {
    Field::new("code", ui.t("account-codes-code"))
        .autocomplete("one-time-code")
        .input_mode("numeric")
        .max_chars(9)
        .errors(errors)
}

fn enrolment(app: &App, signed: &Signed, secret: &[u8], errors: &Errors, status: StatusCode) -> Response {
    let ui = signed.ui(app);
    let title = ui.t("account-codes-enrol");
    let text = totp::secret_text(secret);
    let node = app
        .site
        .base
        .split_once("://")
        .map_or(app.site.base.as_str(), |(_, host)| host);
    let address = totp::enrolment_address(secret, &signed.account.user_name, node);
    let main = html! {
        div.th-narrow {
            @if signed.must_enrol(app) {
                (ui::notice(&ui, NoticeTone::Warn, &ui.t("sign-in-enrol-codes"), &html! {}))
            }
            (ui::error_summary(&ui, errors))
            h1 { (title) }
            p { (ui.t("account-codes-scan")) }
            (qr_picture(&ui.t("account-codes-picture"), &address))
            p { (ui.t("account-codes-secret")) ": " (ui::code(&text)) }
            (ui::form(&ui, &Form::post("/settings/codes"), &html! {
                (ui::hidden("secret", &text))
                (ui::text(&ui, &code_field(&ui, errors)))
                button.btn.btn-primary.mt-3 type="submit" { (ui.t("account-codes-confirm")) }
            }))
            @if signed.must_enrol(app) && app.passkeys.is_ok() {
                p.mt-3 { a href="/settings/passkeys" { (ui.t("passkey-instead-of-codes")) } }
            }
        }
    };
    let page = Page::new(&title).with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &main)).into_response()
}

fn removal(app: &App, signed: &Signed, errors: &Errors, status: StatusCode) -> Response {
    let ui = signed.ui(app);
    let title = ui.t("account-codes");
    let main = html! {
        div.th-narrow {
            (ui::error_summary(&ui, errors))
            h1 { (title) }
            p { (ui.t("account-codes-on")) }
            @if !signed.account.second_factors().without_codes().suffice(app.codes_required) {
                p.th-muted { (ui.t("account-codes-needed")) }
            } @else {
                (ui::form(&ui, &Form::post("/settings/codes/remove"), &html! {
                    (ui::text(&ui, &code_field(&ui, errors)))
                    button.btn.btn-danger.mt-3 type="submit" { (ui.t("account-codes-remove")) }
                }))
            }
        }
    };
    let page = Page::new(&title).with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &main)).into_response()
}

/// A QR code as a picture in the page: black on white whatever the theme, with the quiet zone that scanners need.
fn qr_picture(name: &str, content: &str) -> Markup {
    let Ok(code) = qrcode::QrCode::new(content) else {
        return ui::nothing();
    };
    let (width, quiet) = (code.width(), 4);
    let mut path = String::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            let (x, y) = (at % width + quiet, at / width + quiet);
            // Writing to a string does not fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let size = width + 2 * quiet;
    html! {
        svg role="img" aria-label=(name) viewBox=(format!("0 0 {size} {size}")) width="220" height="220"
            shape-rendering="crispEdges" {
            rect width=(size) height=(size) fill="#ffffff" {}
            path d=(path) fill="#000000" {}
        }
    }
}

//! Changing one's own password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;
use townhall_app::accounts::{ChangeOwnPassword, change_own_password, hash_new};
use townhall_app::clock::real_now;
use townhall_app::error::AppError;
use townhall_app::sign_in::password::Password;
use townhall_app::sign_in::{self, Moment, Refusal as Refused};
use townhall_store::StoreError;
use townhall_text::Arg;

use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Errors, Field, Form, NoticeTone, Page};

#[derive(Debug, Deserialize)]
pub struct Passwords {
    #[serde(default)]
    old: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

pub async fn ask(State(app): State<App>, signed: Signed) -> Response {
    page(&app, &signed, &Errors::default(), StatusCode::OK)
}

pub async fn send(State(app): State<App>, signed: Signed, FormOf(form): FormOf<Passwords>) -> Response {
    let mut errors = Errors::default();
    if form.password != form.again {
        errors.push(
            "again",
            townhall_text::t(signed.lang(), "account-password-differs"),
        );
        return page(&app, &signed, &errors, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match is_own(&app, &signed, form.old).await {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => {
            errors.push(
                "old",
                townhall_text::t(signed.lang(), "account-password-old-wrong"),
            );
            return page(&app, &signed, &errors, StatusCode::UNPROCESSABLE_ENTITY);
        }
        Ok(Err(seconds)) => {
            let sentence = signed
                .ui(&app)
                .t_args("sign-in-wait", &[("seconds", Arg::from(seconds))]);
            errors.push("old", sentence);
            return page(&app, &signed, &errors, StatusCode::TOO_MANY_REQUESTS);
        }
        Err(error) => return signed.refuse(&app, &AppError::Store(error)),
    }
    let (new, user_name) = (Password::typed(form.password), signed.account.user_name.clone());
    let hashed = app
        .hash(move |passwords| hash_new(passwords, &new, &user_name))
        .await;
    let changed = match hashed.map_err(AppError::Store).and_then(|hashed| hashed) {
        Ok(password) => {
            let command = ChangeOwnPassword {
                password,
                session: Some(signed.account.session.id),
            };
            app.town
                .write("change_own_password", &signed.actor, move |tx, cx| {
                    change_own_password(tx, cx, &command)
                })
                .await
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => Redirect::to("/settings?done=password").into_response(),
        Err(error @ AppError::Invalid(_)) => page(
            &app,
            &signed,
            &Refusal::of(signed.lang(), &error).errors(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Err(error) => signed.refuse(&app, &error),
    }
}

/// Whether the password is the person's own. Guessing it from a session left open waits like guessing at sign-in.
pub(super) async fn is_own(app: &App, signed: &Signed, old: String) -> Result<Result<bool, i64>, StoreError> {
    let (user_name, source) = (signed.account.user_name.clone(), signed.visitor.address);
    let (packs, business) = (app.town.packs().clone(), app.town.clock().now());
    let attempt = app
        .town
        .db()
        .write("take_a_try", move |tx| {
            let moment = Moment {
                now: real_now(),
                business,
                units: packs.units(),
            };
            sign_in::take_try(tx, &moment, &user_name, source)
        })
        .await?;
    let attempt = match attempt {
        Ok(attempt) => attempt,
        Err(Refused::Wait(seconds)) => return Ok(Err(seconds)),
        Err(_) => return Ok(Ok(false)),
    };
    let typed = Password::typed(old);
    let checked = attempt.clone();
    let right = app
        .hash(move |passwords| checked.is_right(passwords, &typed))
        .await?;
    if right {
        app.town
            .db()
            .write("try_was_right", move |tx| attempt.was_right(tx))
            .await?;
    }
    Ok(Ok(right))
}

fn page(app: &App, signed: &Signed, errors: &Errors, status: StatusCode) -> Response {
    let ui = signed.ui(app);
    let title = ui.t("account-password-change");
    let old = Field::new("old", ui.t("account-password-old"))
        .autocomplete("current-password")
        .errors(errors);
    let new = Field::new("password", ui.t("account-password-new"))
        .hint(ui.t("account-password-hint"))
        .autocomplete("new-password")
        .errors(errors);
    let again = Field::new("again", ui.t("account-password-again"))
        .autocomplete("new-password")
        .errors(errors);
    let main = html! {
        div.th-narrow {
            @if signed.account.change_password {
                (ui::notice(&ui, NoticeTone::Warn, &ui.t("sign-in-change-password"), &html! {}))
            }
            (ui::error_summary(&ui, errors))
            h1 { (title) }
            (ui::form(&ui, &Form::post("/settings/password"), &html! {
                (ui::password(&ui, &old))
                (ui::password(&ui, &new))
                (ui::password(&ui, &again))
                button.btn.btn-primary.mt-3 type="submit" { (title) }
            }))
        }
    };
    let page = Page::new(&title).with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &main)).into_response()
}

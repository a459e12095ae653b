//! Withdraw: asked once more, on a page of its own that names the dossier.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::html;
use serde::Deserialize;
use townhall_app::dossier::{WithdrawByCitizen, withdraw_by_citizen};
use townhall_app::error::AppError;

use super::{Own, open};
use crate::online::CITIZEN;
use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Confirm, Errors, Field, Page};
use crate::visitor::Visitor;

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    version: String,
    reason: String,
}

pub(super) async fn ask(State(app): State<App>, visitor: Visitor, Path(secret): Path<String>) -> Response {
    match open(&app, &visitor, &secret).await {
        Ok(own) => page(&own, "", &Errors::default()),
        Err(response) => response,
    }
}

pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let own = match open(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let Ok(Form(typed)) = typed else {
        return Refusal::unreadable(own.ui.lang).page(&own.ui);
    };
    let cmd = WithdrawByCitizen {
        secret,
        version: typed.version.parse().unwrap_or(0),
        reason: typed.reason.clone(),
    };
    let done = app
        .town
        .write("withdraw_by_citizen", &CITIZEN, move |tx, cx| {
            withdraw_by_citizen(tx, cx, &cmd)
        })
        .await;
    own.answer(done, "withdraw", |errors| page(&own, &typed.reason, errors))
}

fn page(own: &Own<'_>, reason: &str, errors: &Errors) -> Response {
    let (ui, dossier) = (&own.ui, &own.status.dossier);
    if !own.status.can_withdraw {
        return own.refuse(&AppError::refused("status-refused-withdraw"));
    }
    let question = ui.t_args("status-withdraw-ask", &[("code", dossier.code.as_str().into())]);
    let back = format!("/h/{}", own.secret);
    let main = html! {
        (own.above())
        (ui::confirm_page(ui, &Confirm {
            question: &question,
            effect: html! { p { (ui.t("status-withdraw-effect")) } },
            fields: html! {
                (ui::hidden("version", &dossier.version.to_string()))
                (ui::textarea(ui, &Field::new("reason", ui.t("status-withdraw-reason")).value(reason).errors(errors).max_chars(2000), 3))
            },
            action: &own.address("withdraw"),
            verb: &ui.t("status-withdraw"),
            back: &back,
            errors,
        }))
    };
    let status = errors.status();
    let about = Page::new(&question).with_error(!errors.is_empty());
    (status, ui::public_page(ui, &about, &main)).into_response()
}

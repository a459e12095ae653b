//! Rate the service, once, when the matter has ended.

use axum::Form as Body;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::html;
use serde::Deserialize;
use townhall_app::dossier::{RateDossier, rate_dossier};
use townhall_app::error::AppError;
use townhall_domain::rating::{self, Grade, REMARK_CHARS};

use super::{Own, open};
use crate::online::CITIZEN;
use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Choice, Errors, Field, Form, Page, radios};
use crate::visitor::Visitor;

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    grade: String,
    remark: String,
}

pub(super) async fn ask(State(app): State<App>, visitor: Visitor, Path(secret): Path<String>) -> Response {
    match open(&app, &visitor, &secret).await {
        Ok(own) => page(&own, &Typed::default(), &Errors::default()),
        Err(response) => response,
    }
}

pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
    typed: Result<Body<Typed>, FormRejection>,
) -> Response {
    let own = match open(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let Ok(Body(typed)) = typed else {
        return Refusal::unreadable(own.ui.lang).page(&own.ui);
    };
    let cmd = RateDossier {
        secret,
        grade: typed.grade.clone(),
        remark: typed.remark.clone(),
    };
    let done = app
        .town
        .write("rate_dossier", &CITIZEN, move |tx, cx| rate_dossier(tx, cx, &cmd))
        .await;
    let done = done.map_err(|error| match error {
        // Two at one moment: the other one was first.
        AppError::Store(error) if error.is_duplicate() => AppError::refused("rating-refused-second"),
        error => error,
    });
    own.answer(done, "rate", |errors| page(&own, &typed, errors))
}

fn page(own: &Own<'_>, typed: &Typed, errors: &Errors) -> Response {
    let ui = &own.ui;
    if !rating::is_open(own.status.dossier.state) {
        return own.refuse(&AppError::refused("rating-refused-not-ended"));
    }
    if own.status.rating.is_some() {
        return own.refuse(&AppError::refused("rating-refused-second"));
    }
    let grades: Vec<Choice<'_>> = Grade::ALL
        .iter()
        .map(|grade| Choice::new(grade.as_str(), ui.t(&format!("rating-grade-{}", grade.as_str()))))
        .collect();
    let title = ui.t("status-rate");
    let most = u32::try_from(REMARK_CHARS).unwrap_or(u32::MAX);
    let main = html! {
        (own.above())
        (ui::error_summary(ui, errors))
        h1 { (title) }
        p { (ui.t("rating-text")) }
        (ui::form(ui, &Form::post(own.address("rate")), &html! {
            (radios(ui, &Field::new("grade", ui.t("rating-grade")).value(typed.grade.as_str()).errors(errors), &grades))
            (ui::textarea(ui, &Field::new("remark", ui.t("rating-remark")).hint(ui.t("rating-remark-hint")).value(typed.remark.as_str()).errors(errors).max_chars(most), 4))
            div.th-row.mt-3 { button.btn.btn-primary.px-4 type="submit" { (ui.t("rating-send")) } }
        }))
    };
    let status = errors.status();
    let about = Page::new(&title).with_error(!errors.is_empty());
    (status, ui::public_page(ui, &about, &main)).into_response()
}

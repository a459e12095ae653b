//! Tokens for programs: making one, seeing it once, taking it back.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::accounts::{AddToken, OwnAccount, add_token, own_account, revoke_token};
use townhall_app::clock::real_now;
use townhall_app::error::AppError;
use townhall_app::sign_in::secret::token_text;
use townhall_domain::ids::TokenId;
use townhall_domain::permission::{Right, RightSet};
use townhall_domain::time;
use townhall_store::accounts::ApiToken;

use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::one_or_many;
use crate::ui::{self, Choice, Column, Errors, Field, Form, NoticeTone, Page, Ui};

#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    label: String,
    #[serde(default)]
    days: String,
    #[serde(default, deserialize_with = "one_or_many")]
    scopes: Vec<String>,
}

pub async fn show(State(app): State<App>, signed: Signed) -> Response {
    page(
        &app,
        &signed,
        &Wanted {
            days: "90".to_owned(),
            ..Wanted::default()
        },
        None,
        &Errors::default(),
        StatusCode::OK,
    )
    .await
}

pub async fn add(State(app): State<App>, signed: Signed, FormOf(form): FormOf<Wanted>) -> Response {
    // An unknown word is no right of anybody: the empty set is refused with a sentence.
    let scopes: Option<RightSet> = form.scopes.iter().map(|word| Right::parse(word)).collect();
    let command = AddToken {
        label: form.label.clone(),
        scopes: scopes.unwrap_or_default(),
        days: form.days.trim().parse().unwrap_or(0),
        now: real_now(),
    };
    match app
        .town
        .write("add_token", &signed.actor, move |tx, cx| {
            add_token(tx, cx, &command)
        })
        .await
    {
        Ok(made) => {
            page(
                &app,
                &signed,
                &Wanted::default(),
                Some(&token_text(&made.secret)),
                &Errors::default(),
                StatusCode::OK,
            )
            .await
        }
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            page(
                &app,
                &signed,
                &form,
                None,
                &errors,
                StatusCode::UNPROCESSABLE_ENTITY,
            )
            .await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

pub async fn revoke(
    State(app): State<App>,
    signed: Signed,
    Path(token): Path<String>,
    _: FormOf<Wanted>,
) -> Response {
    let Ok(token) = token.parse::<TokenId>() else {
        return signed.refuse(&app, &AppError::NotFound("token"));
    };
    let now = real_now();
    match app
        .town
        .write("revoke_token", &signed.actor, move |tx, cx| {
            revoke_token(tx, cx, token, now)
        })
        .await
    {
        Ok(()) => Redirect::to("/settings?done=revoked").into_response(),
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn page(
    app: &App,
    signed: &Signed,
    typed: &Wanted,
    made: Option<&str>,
    errors: &Errors,
    status: StatusCode,
) -> Response {
    let own = match app.town.read("own_account", &signed.actor, own_account).await {
        Ok(own) => own,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let title = ui.t("account-tokens");
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("account-title"), "/settings")], &html! { (title) }))
        (ui::title_line(&ui, &title, &html! { span.th-muted { (ui.t("account-tokens-lead")) } }, &html! {}))
        @if let Some(token) = made {
            (ui::notice(&ui, NoticeTone::Ok, &ui.t("account-token-made"), &html! {
                br; (ui.t("account-token-text")) ": " (ui::code(token))
            }))
        }
        (ui::error_summary(&ui, errors))
        (list(&ui, signed, &own))
        div.mt-3 { (ui::card("add", &ui.t("account-token-add"), &html! {}, &add_form(&ui, signed, typed, errors))) }
    };
    let page = Page::new(&title).with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &main)).into_response()
}

fn list(ui: &Ui, signed: &Signed, own: &OwnAccount) -> Markup {
    if own.tokens.is_empty() {
        return html! { p { (ui.t("account-tokens-none")) } };
    }
    let now = real_now();
    let vietnamese = ui.lang == townhall_text::Lang::Vi;
    let columns = [
        "account-token-label",
        "account-token-post",
        "account-token-scopes",
        "account-token-until",
        "account-token-state",
    ]
    .map(|key| Column::text(ui.t(key)));
    let columns: Vec<Column<'_>> = columns.into_iter().chain([Column::text("")]).collect();
    let state = |token: &ApiToken| {
        if token.revoked_at.is_some() {
            "account-token-revoked"
        } else if token.expires_at <= now {
            "account-token-ended"
        } else {
            "account-token-live"
        }
    };
    let rows = html! {
        @for token in &own.tokens {
            @let seat = signed.account.seats.iter().find(|seat| seat.post.id == token.post);
            tr {
                td { (token.label) }
                td { @if let Some(seat) = seat { (seat.post.title(vietnamese)) } }
                td { (rights_words(ui, token.scopes)) }
                td { (ui.date(time::local_date(token.expires_at))) }
                td { (ui.t(state(token))) }
                td {
                    @if token.revoked_at.is_none() {
                        (ui::form(ui, &Form::post(format!("/settings/tokens/{}/revoke", token.id)), &html! {
                            button.btn.btn-sm type="submit" aria-label=(format!("{}: {}", ui.t("account-token-revoke"), token.label)) {
                                (ui.t("account-token-revoke"))
                            }
                        }))
                    }
                }
            }
        }
    };
    ui::table(ui, &ui.t("account-tokens"), &columns, None, &rows)
}

/// The rights of a set in words.
pub fn rights_words(ui: &Ui, rights: RightSet) -> String {
    rights
        .iter()
        .map(|right| ui.t(&crate::staff::right_key(right)))
        .collect::<Vec<_>>()
        .join("; ")
}

fn add_form(ui: &Ui, signed: &Signed, typed: &Wanted, errors: &Errors) -> Markup {
    let label = Field::new("label", ui.t("account-token-label"))
        .value(typed.label.as_str())
        .max_chars(80)
        .columns(8)
        .errors(errors);
    let days = Field::new("days", ui.t("account-token-days"))
        .value(typed.days.as_str())
        .max_chars(3)
        .columns(4)
        .errors(errors);
    let scopes = Field::new("scopes", ui.t("account-token-scopes")).errors(errors);
    let words: Vec<(String, String)> = signed
        .actor
        .rights()
        .iter()
        .map(|right| (right.to_string(), ui.t(&crate::staff::right_key(right))))
        .collect();
    let choices: Vec<Choice<'_>> = words
        .iter()
        .map(|(value, label)| Choice::new(value.as_str(), label.as_str()))
        .collect();
    let chosen: Vec<&str> = typed.scopes.iter().map(String::as_str).collect();
    ui::form(
        ui,
        &Form::post("/settings/tokens").class("card-body th-fields"),
        &html! {
            (ui::text(ui, &label))
            (ui::number_field(ui, &days))
            (ui::checkboxes(ui, &scopes, &choices, &chosen))
            div { button.btn.btn-primary type="submit" { (ui.t("account-token-add")) } }
        },
    )
}

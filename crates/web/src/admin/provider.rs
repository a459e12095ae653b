//! Who at the identity provider signs in as an account: written and taken away by its administrator.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use townhall_app::accounts::{LinkAccount, account_of, link_account, links_of, unlink_account};
use townhall_app::error::AppError;
use townhall_domain::ids::{AccountId, ProviderLinkId};
use townhall_store::accounts::AccountLine;
use townhall_text::Arg;

use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::settings::provider::table;
use crate::sign_in::provider::name;
use crate::state::App;
use crate::typed::Answers;
use crate::ui::{self, Errors, Field, Form, Page, Place, Ui};

pub async fn ask(State(app): State<App>, signed: Signed, Path(account): Path<String>) -> Response {
    page(&app, &signed, &account, "", &Errors::default()).await
}

pub async fn link(
    State(app): State<App>,
    signed: Signed,
    Path(account): Path<String>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let Some(provider) = app.town.outside().provider.as_ref() else {
        return signed.refuse(&app, &AppError::NotFound("provider"));
    };
    let Ok(id) = account.parse::<AccountId>() else {
        return signed.refuse(&app, &AppError::NotFound("account"));
    };
    let command = LinkAccount {
        account: id,
        version: answers.version(),
        issuer: provider.issuer.clone(),
        subject: answers.text("subject").to_owned(),
    };
    let typed = command.subject.clone();
    let done = app
        .town
        .write("link_account", &signed.actor, move |tx, cx| {
            link_account(tx, cx, &command)
        })
        .await;
    after(&app, &signed, &account, &typed, done).await
}

pub async fn unlink(
    State(app): State<App>,
    signed: Signed,
    Path(account): Path<String>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let ids = account
        .parse::<AccountId>()
        .ok()
        .zip(answers.text("link").parse().ok());
    let Some((id, link)): Option<(AccountId, ProviderLinkId)> = ids else {
        return signed.refuse(&app, &AppError::NotFound("link"));
    };
    let version = answers.version();
    let done = app
        .town
        .write("unlink_account", &signed.actor, move |tx, cx| {
            unlink_account(tx, cx, id, version, link)
        })
        .await;
    after(&app, &signed, &account, "", done).await
}

async fn after(
    app: &App,
    signed: &Signed,
    account: &str,
    typed: &str,
    done: Result<(), AppError>,
) -> Response {
    match done {
        Ok(()) => Redirect::to(&format!("/admin/accounts/{account}/provider")).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            page(app, signed, account, typed, &errors).await
        }
        Err(error) => signed.refuse(app, &error),
    }
}

async fn page(app: &App, signed: &Signed, account: &str, typed: &str, errors: &Errors) -> Response {
    let Ok(id) = account.parse::<AccountId>() else {
        return signed.refuse(app, &AppError::NotFound("account"));
    };
    let found = app
        .town
        .read("links_of", &signed.actor, move |tx, cx| {
            Ok::<_, AppError>((account_of(tx, cx, id)?, links_of(tx, cx, id)?))
        })
        .await;
    let (line, links) = match found {
        Ok(found) => found,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let provider = app.town.outside().provider.as_ref();
    if provider.is_none() && links.is_empty() {
        return Refusal::not_found(signed.lang()).page(&ui);
    }
    let title = ui.t_args(
        "provider-of-account",
        &[("user_name", Arg::from(line.user_name.as_str()))],
    );
    let trail = [
        (ui.t("ui-place-admin"), "/admin"),
        (ui.t("account-list"), "/admin/accounts"),
    ];
    let trail: Vec<(&str, &str)> = trail.iter().map(|(words, to)| (words.as_str(), *to)).collect();
    let unlink = Form::post(format!("/admin/accounts/{}/provider/remove", line.id));
    let main = html! {
        (ui::breadcrumb(&ui, &trail, &html! { (title) }))
        div.th-narrow {
            (ui::error_summary(&ui, errors))
            h1 { (title) }
            p { (ui.t("provider-of-account-lead")) }
            @if !links.is_empty() { (table(&ui, app, &links, &unlink, &ui::hidden("version", &line.version.to_string()))) }
            @if let Some(provider) = provider { (link_form(&ui, &line, name(&ui, provider), typed, errors)) }
        }
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        errors.status()
    };
    let page = Page::new(&title).at(Place::Admin).with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &main)).into_response()
}

fn link_form(ui: &Ui, line: &AccountLine, name: &str, typed: &str, errors: &Errors) -> Markup {
    let subject = Field::new(
        "subject",
        ui.t_args("provider-subject-at", &[("name", Arg::from(name))]),
    )
    .value(typed.chars().take(255).collect::<String>())
    .hint(ui.t("provider-subject-hint"))
    .autocomplete("off")
    .max_chars(255)
    .errors(errors);
    html! {
        (ui::form(ui, &Form::post(format!("/admin/accounts/{}/provider", line.id)).class("mt-4"), &html! {
            (ui::hidden("version", &line.version.to_string()))
            (ui::text(ui, &subject))
            button.btn.btn-primary.mt-3 type="submit" { (ui.t("provider-subject-send")) }
        }))
    }
}

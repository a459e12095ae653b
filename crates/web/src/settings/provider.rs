//! Who at the identity provider signs in as one's own account.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::accounts::{own_links, unlink_own};
use townhall_app::error::AppError;
use townhall_domain::ids::ProviderLinkId;
use townhall_store::provider_links::ProviderLink;
use townhall_text::Arg;

use super::password::is_own;
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::sign_in::provider::{leave_to_link, name};
use crate::state::App;
use crate::ui::{self, Column, Errors, Field, Form, NoticeTone, Page, Ui};

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

#[derive(Debug, Deserialize)]
pub struct Proof {
    #[serde(default)]
    password: String,
}

#[derive(Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    link: String,
}

pub async fn ask(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    page(&app, &signed, &asked.done, &Errors::default(), StatusCode::OK).await
}

/// A session left open is not enough to open another door: the password is asked for once more.
pub async fn link(State(app): State<App>, signed: Signed, FormOf(form): FormOf<Proof>) -> Response {
    let Some(provider) = app.town.outside().provider.clone() else {
        return signed.refuse(&app, &AppError::NotFound("provider"));
    };
    let mut errors = Errors::default();
    match is_own(&app, &signed, form.password).await {
        Ok(Ok(true)) => leave_to_link(&app, &signed, &provider).await,
        Ok(Ok(false)) => {
            errors.push(
                "password",
                townhall_text::t(signed.lang(), "account-password-old-wrong"),
            );
            page(&app, &signed, "", &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Ok(Err(seconds)) => {
            let sentence = signed
                .ui(&app)
                .t_args("sign-in-wait", &[("seconds", Arg::from(seconds))]);
            errors.push("password", sentence);
            page(&app, &signed, "", &errors, StatusCode::TOO_MANY_REQUESTS).await
        }
        Err(error) => signed.refuse(&app, &AppError::Store(error)),
    }
}

pub async fn unlink(State(app): State<App>, signed: Signed, FormOf(form): FormOf<Which>) -> Response {
    let Ok(id) = form.link.parse::<ProviderLinkId>() else {
        return signed.refuse(&app, &AppError::NotFound("link"));
    };
    let unlinked = app
        .town
        .write("unlink_own", &signed.actor, move |tx, cx| unlink_own(tx, cx, id))
        .await;
    match unlinked {
        Ok(()) => Redirect::to("/settings/provider?done=unlinked").into_response(),
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn page(app: &App, signed: &Signed, done: &str, errors: &Errors, status: StatusCode) -> Response {
    let links = match app.town.read("own_links", &signed.actor, own_links).await {
        Ok(links) => links,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let provider = app.town.outside().provider.as_ref();
    if provider.is_none() && links.is_empty() {
        return Refusal::not_found(signed.lang()).page(&ui);
    }
    let title = ui.t("provider-title");
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("account-title"), "/settings")], &html! { (title) }))
        div.th-narrow {
            (result(&ui, done))
            (ui::error_summary(&ui, errors))
            h1 { (title) }
            p { (ui.t("provider-lead")) }
            @if !links.is_empty() { (table(&ui, app, &links, &Form::post("/settings/provider/unlink"), &ui::nothing())) }
            @if let Some(provider) = provider.filter(|provider| links.iter().all(|link| link.issuer != provider.issuer)) {
                (link_form(&ui, name(&ui, provider), errors))
            }
        }
    };
    let page = Page::new(&title).with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &main)).into_response()
}

fn result(ui: &Ui, done: &str) -> Markup {
    let (tone, key) = match done {
        "linked" => (NoticeTone::Ok, "provider-linked"),
        "unlinked" => (NoticeTone::Ok, "provider-unlinked-now"),
        "taken" => (NoticeTone::Bad, "provider-subject-taken"),
        _ => return ui::nothing(),
    };
    ui::notice(ui, tone, &ui.t(key), &html! {})
}

/// Links, each with a button that sends `unlink` with it and what else is to be sent.
pub fn table(ui: &Ui, app: &App, links: &[ProviderLink], unlink: &Form, beside: &Markup) -> Markup {
    let columns = [
        "provider-provider",
        "provider-subject",
        "provider-since",
        "provider-act",
    ]
    .map(|key| Column::text(ui.t(key)));
    let rows = html! {
        @for link in links {
            tr {
                td { (called(ui, app, link)) }
                td { (ui::code(&link.subject)) }
                td { (ui.date_time(link.created_at)) }
                td {
                    (ui::form(ui, unlink, &html! {
                        (beside)
                        (ui::hidden("link", &link.id.to_string()))
                        button.btn.btn-sm type="submit" { (ui.t("provider-unlink")) }
                    }))
                }
            }
        }
    };
    ui::table(ui, &ui.t("provider-title"), &columns, None, &rows)
}

/// The name of a link's provider; its address when it is no longer that of this node.
fn called<'a>(ui: &Ui, app: &'a App, link: &'a ProviderLink) -> &'a str {
    match &app.town.outside().provider {
        Some(provider) if provider.issuer == link.issuer => name(ui, provider),
        _ => &link.issuer,
    }
}

fn link_form(ui: &Ui, name: &str, errors: &Errors) -> Markup {
    let called = [("name", Arg::from(name))];
    let password = Field::new("password", ui.t("account-password-old"))
        .hint(ui.t("provider-password-hint"))
        .autocomplete("current-password")
        .errors(errors);
    html! {
        h2.mt-4 { (ui.t_args("provider-link-title", &called)) }
        p { (ui.t_args("provider-link-lead", &called)) }
        (ui::form(ui, &Form::post("/settings/provider"), &html! {
            (ui::password(ui, &password))
            button.btn.btn-primary.mt-3 type="submit" { (ui.t("provider-link-send")) }
        }))
    }
}

/// The part of the page of settings; nothing on a node without a provider.
pub fn card(ui: &Ui, app: &App) -> Markup {
    if app.town.outside().provider.is_none() {
        return ui::nothing();
    }
    html! {
        div.mt-3 {
            (ui::card("provider", &ui.t("provider-title"), &html! {}, &html! {
                div.card-body {
                    p.th-muted { (ui.t("provider-lead")) }
                    a.btn href="/settings/provider" { (ui.t("provider-manage")) }
                }
            }))
        }
    }
}

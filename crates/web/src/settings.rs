//! What everybody sets for himself: language, theme, shortcuts, password, one-time codes, passkeys, tokens.

mod codes;
mod passkeys;
mod password;
pub(crate) mod provider;
mod tokens;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::accounts::{OwnAccount, own_account, save_settings};
use townhall_store::accounts::AccountSettings;
use townhall_text::Arg;

use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Choice, Errors, Field, Form, NoticeTone, Page, Ui};

/// The routes of one's own settings.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get("/settings", Need::Session, show)
        .post("/settings", Need::Session, save)
        .get("/settings/password", Need::Session, password::ask)
        .post("/settings/password", Need::Session, password::send)
        .get("/settings/codes", Need::Session, codes::ask)
        .post("/settings/codes", Need::Session, codes::send)
        .post("/settings/codes/remove", Need::Session, codes::remove)
        .get("/settings/provider", Need::Session, provider::ask)
        .post("/settings/provider", Need::Session, provider::link)
        .post("/settings/provider/unlink", Need::Session, provider::unlink)
        .get("/settings/passkeys", Need::Session, passkeys::show)
        .post("/settings/passkeys", Need::Session, passkeys::begin)
        .post("/settings/passkeys/confirm", Need::Session, passkeys::confirm)
        .get(
            "/settings/passkeys/{passkey}/remove",
            Need::Session,
            passkeys::ask_removal,
        )
        .post(
            "/settings/passkeys/{passkey}/remove",
            Need::Session,
            passkeys::remove,
        )
        .get("/settings/tokens", Need::Session, tokens::show)
        .post("/settings/tokens", Need::Session, tokens::add)
        .post("/settings/tokens/{token}/revoke", Need::Session, tokens::revoke)
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    done: String,
}

#[derive(Debug, Deserialize)]
struct Look {
    #[serde(default)]
    language: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    single_keys: String,
}

async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    page_of(&app, &signed, &asked.done, &Errors::default()).await
}

async fn save(State(app): State<App>, signed: Signed, FormOf(look): FormOf<Look>) -> Response {
    let settings = AccountSettings {
        language: look.language,
        theme: look.theme,
        single_keys: look.single_keys == "1",
    };
    let saved = app
        .town
        .write("save_settings", &signed.actor, move |tx, cx| {
            save_settings(tx, cx, &settings)
        })
        .await;
    match saved {
        Ok(()) => Redirect::to("/settings?done=saved").into_response(),
        Err(error) => {
            let refusal = Refusal::of(signed.lang(), &error);
            if refusal.fields.is_empty() {
                return signed.refuse(&app, &error);
            }
            page_of(&app, &signed, "", &refusal.errors()).await
        }
    }
}

async fn page_of(app: &App, signed: &Signed, done: &str, errors: &Errors) -> Response {
    let own = match app.town.read("own_account", &signed.actor, own_account).await {
        Ok(own) => own,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let title = ui.t("account-title");
    let main = html! {
        (ui::title_line(&ui, &title, &html! { span.th-muted { (signed_in_as(&ui, &own)) } }, &html! {}))
        (result(&ui, done))
        (ui::error_summary(&ui, errors))
        div.th-cols.th-cols-2 {
            (ui::card("look", &ui.t("account-look"), &html! {}, &look_form(&ui, &own, errors)))
            div {
                (ui::card("password", &ui.t("account-password"), &html! {}, &html! {
                    div.card-body { a.btn href="/settings/password" { (ui.t("account-password-change")) } }
                }))
                div.mt-3 { (ui::card("codes", &ui.t("account-codes"), &html! {}, &codes_card(&ui, &own))) }
                (provider::card(&ui, app))
                div.mt-3 { (ui::card("passkeys", &ui.t("passkey-title"), &html! {}, &passkeys::card(&ui, &own))) }
                div.mt-3 {
                    (ui::card("tokens", &ui.t("account-tokens"), &html! {}, &html! {
                        div.card-body {
                            p.th-muted { (ui.t("account-tokens-lead")) }
                            a.btn href="/settings/tokens" { (ui.t("account-tokens")) }
                        }
                    }))
                }
            }
        }
    };
    let page = Page::new(&title).with_error(!errors.is_empty());
    let status = errors.status();
    (status, ui::page(&ui, &page, &main)).into_response()
}

fn signed_in_as(ui: &Ui, own: &OwnAccount) -> String {
    ui.t_args(
        "account-signed-in-as",
        &[("user_name", Arg::from(own.user_name.as_str()))],
    )
}

/// What has just been done, by its word; anything else in the address says nothing.
fn result(ui: &Ui, done: &str) -> Markup {
    let key = match done {
        "saved" => "account-saved",
        "password" => "account-password-changed",
        "codes" => "account-codes-enrolled",
        "no-codes" => "account-codes-removed",
        "passkey" => "passkey-added",
        "no-passkey" => "passkey-removed",
        "revoked" => "account-token-revoked-now",
        _ => return ui::nothing(),
    };
    // After a first password this is the first page that somebody sees: the way on stands there.
    let on = html! { @if done == "password" { a href="/work" { (ui.t("ui-place-work")) } } };
    ui::notice(ui, NoticeTone::Ok, &ui.t(key), &on)
}

fn look_form(ui: &Ui, own: &OwnAccount, errors: &Errors) -> Markup {
    let language = Field::new("language", ui.t("account-language"))
        .value(ui.lang.code())
        .errors(errors);
    let theme = Field::new("theme", ui.t("account-theme"))
        .value(ui.theme.code())
        .errors(errors);
    let keys = Field::new("single_keys", ui.t("account-single-keys")).hint(ui.t("account-single-keys-hint"));
    let languages = [
        Choice::new("vi", ui.t("account-language-vi")),
        Choice::new("en", ui.t("account-language-en")),
    ];
    let themes = [
        Choice::new("light", ui.t("account-theme-light")),
        Choice::new("dark", ui.t("account-theme-dark")),
    ];
    ui::form(
        ui,
        &Form::post("/settings").class("card-body th-fields"),
        &html! {
            (ui::radios(ui, &language, &languages))
            (ui::radios(ui, &theme, &themes))
            (ui::checkbox(ui, &keys, own.settings.single_keys))
            div { button.btn.btn-primary type="submit" { (ui.t("common-save")) } }
        },
    )
}

fn codes_card(ui: &Ui, own: &OwnAccount) -> Markup {
    let key = if own.has_totp {
        "account-codes-on"
    } else {
        "account-codes-off"
    };
    let button = if own.has_totp {
        "account-codes-remove"
    } else {
        "account-codes-enrol"
    };
    html! {
        div.card-body {
            p { (ui.t(key)) }
            a.btn href="/settings/codes" { (ui.t(button)) }
        }
    }
}

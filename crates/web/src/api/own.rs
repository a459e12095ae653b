//! The caller's own account over the API: how he likes the pages, which tokens and passkeys he has.
//!
//! Password, one-time codes, passkeys and tokens are changed by the person himself, signed in: a program with a token does not
//! change the account behind it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use townhall_app::accounts::{own_account, save_settings};
use townhall_domain::permission::Right;
use townhall_store::StoreError;
use townhall_store::accounts::{AccountSettings, ApiToken};
use townhall_store::passkeys::Passkey;
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once;
use super::problem::Wrong;
use super::read::{Sent, Text};
use super::shapes::{instant, list_of, maybe};
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    book.add(
        Operation::get("get_settings", "/api/v1/me/settings", Need::Session).gives::<SettingsOut>(200),
        settings,
    )
    .add(
        Operation::post("save_settings", "/api/v1/me/settings", Need::Session)
            .takes::<SettingsBody>()
            .gives::<SettingsOut>(200),
        save,
    )
    .add(
        Operation::get("list_tokens", "/api/v1/me/tokens", Need::Session).gives::<TokenList>(200),
        tokens,
    )
    .add(
        Operation::get("list_passkeys", "/api/v1/me/passkeys", Need::Session).gives::<PasskeyList>(200),
        passkeys,
    )
}

/// How a person likes the pages.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsOut {
    /// `vi` or `en`; empty: what the browser prefers.
    language: String,
    /// `light` or `dark`; empty: not chosen.
    theme: String,
    /// Whether single keys are shortcuts.
    single_keys: bool,
}

impl From<&AccountSettings> for SettingsOut {
    fn from(settings: &AccountSettings) -> Self {
        Self {
            language: settings.language.clone(),
            theme: settings.theme.clone(),
            single_keys: settings.single_keys,
        }
    }
}

async fn settings(State(app): State<App>, asker: Asker) -> Result<Json<SettingsOut>, Wrong> {
    let own = app.town.read("own_account", &asker.actor, own_account).await;
    Ok(Json(SettingsOut::from(&own.map_err(Wrong::App)?.settings)))
}

/// How the pages are to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsBody {
    /// `vi` or `en`.
    #[schema(value_type = String, pattern = "^(vi|en)$")]
    language: Text<10>,
    /// `light` or `dark`.
    #[schema(value_type = String, pattern = "^(light|dark)$")]
    theme: Text<10>,
    /// Whether single keys are shortcuts.
    single_keys: bool,
}

async fn save(State(app): State<App>, sent: Sent<SettingsBody>) -> Result<Response, Wrong> {
    let settings = AccountSettings {
        language: sent.body.language.0.clone(),
        theme: sent.body.theme.0.clone(),
        single_keys: sent.body.single_keys,
    };
    once(&app, &sent, "save_settings", StatusCode::OK, move |tx, cx| {
        save_settings(tx, cx, &settings)?;
        Ok(serde_json::to_value(SettingsOut::from(&settings)).map_err(StoreError::from)?)
    })
    .await
}

/// A token of a program; never its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// The post as which the program acts.
    #[schema(format = "uuid")]
    post: String,
    /// What the person calls it.
    label: String,
    /// The most that it may do.
    scopes: Vec<&'static str>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it ends.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When it was taken back.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
}

impl From<&ApiToken> for TokenOut {
    fn from(token: &ApiToken) -> Self {
        Self {
            id: token.id.to_string(),
            post: token.post.to_string(),
            label: token.label.clone(),
            scopes: token.scopes.iter().map(Right::as_str).collect(),
            created_at: instant(token.created_at),
            expires_at: instant(token.expires_at),
            revoked_at: maybe(token.revoked_at),
        }
    }
}

list_of!(
    /// The caller's tokens, oldest first, also those that ended.
    TokenList of TokenOut
);

async fn tokens(State(app): State<App>, asker: Asker) -> Result<Json<TokenList>, Wrong> {
    let own = app.town.read("own_account", &asker.actor, own_account).await;
    Ok(Json(
        own.map_err(Wrong::App)?
            .tokens
            .iter()
            .map(TokenOut::from)
            .collect(),
    ))
}

/// A passkey of the caller's account; never its key.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// What the person calls it.
    label: String,
    /// The domain that it is bound to.
    domain: String,
    /// When it was added.
    #[schema(format = DateTime)]
    added_at: String,
    /// Last use.
    #[schema(format = DateTime)]
    used_at: Option<String>,
    /// When its counter told that there may be a copy: it opens nothing any more.
    #[schema(format = DateTime)]
    copied_at: Option<String>,
}

impl From<&Passkey> for PasskeyOut {
    fn from(passkey: &Passkey) -> Self {
        Self {
            id: passkey.id.to_string(),
            label: passkey.label.clone(),
            domain: passkey.relying_party.clone(),
            added_at: instant(passkey.created_at),
            used_at: maybe(passkey.used.used_at),
            copied_at: maybe(passkey.used.copied_at),
        }
    }
}

list_of!(
    /// The caller's passkeys, oldest first.
    PasskeyList of PasskeyOut
);

async fn passkeys(State(app): State<App>, asker: Asker) -> Result<Json<PasskeyList>, Wrong> {
    let own = app.town.read("own_account", &asker.actor, own_account).await;
    Ok(Json(
        own.map_err(Wrong::App)?
            .passkeys
            .iter()
            .map(PasskeyOut::from)
            .collect(),
    ))
}

//! Accounts over the API: what an administrator does to those of others.
//!
//! A first password is told once, in the answer to the request that made it, and never kept: the same request sent
//! again is answered without it.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::accounts::{
    AccountChange, AddAccount, ChangeAccount, account_of, accounts_of, add_account, change_account,
};
use townhall_app::clock::real_now;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_domain::ids::{AccountId, PersonId};
use townhall_domain::permission::Right;
use townhall_store::accounts::AccountLine;
use townhall_store::{StoreError, Tx};
use utoipa::{IntoParams, ToSchema};

use super::act::{self, Subject, action};
use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once_telling;
use super::organisation::unit_of;
use super::paging::{next_link, page_size};
use super::problem::Wrong;
use super::read::{Asked, InPath, Sent, Text, number};
use super::shapes::maybe;
use crate::admin::new_password;
use crate::routes::Need;
use crate::state::App;

pub(super) const MANAGE: Need = Need::Right(Right::ManageAccounts);

pub(super) fn add(book: Book) -> Book {
    let book = book
        .add(
            Operation::get("list_accounts", "/api/v1/units/{unit}/accounts", MANAGE)
                .query::<AccountQuery>()
                .gives::<AccountPage>(200),
            list,
        )
        .add(
            Operation::post("add_account", "/api/v1/people/{id}/accounts", MANAGE)
                .takes::<AddAccountBody>()
                .gives::<AccountOut>(201),
            open,
        )
        .add(
            Operation::get("get_account", "/api/v1/accounts/{id}", MANAGE).gives::<AccountOut>(200),
            one,
        )
        .add(
            Operation::post(
                "reset_password",
                "/api/v1/accounts/{id}/actions/reset-password",
                MANAGE,
            )
            .on_version()
            .takes::<ResetPasswordBody>()
            .gives::<AccountOut>(200),
            reset,
        );
    let book = act::add::<CloseAccountBody>(book);
    let book = act::add::<ReopenAccountBody>(book);
    let book = act::add::<RemoveCodesBody>(book);
    act::add::<RemovePasskeysBody>(book)
}

/// What a list of accounts is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct AccountQuery {
    /// Part of the user name, or words of the person's name; diacritics may be left out.
    #[param(value_type = Option<String>, max_length = 100)]
    q: String,
    /// `open` or `closed`.
    #[param(value_type = Option<String>, pattern = "^(open|closed)$")]
    state: String,
    /// `next` of the page before.
    #[param(value_type = Option<String>, max_length = 100)]
    after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A sign-in account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// Address of the whole.
    href: String,
    /// The name to sign in with.
    user_name: String,
    /// Whose it is.
    #[schema(format = "uuid")]
    person: String,
    /// His name.
    person_name: String,
    /// Whether one may sign in with it.
    active: bool,
    /// Whether one-time codes are asked for.
    has_codes: bool,
    /// How many passkeys it has.
    #[schema(minimum = 0)]
    passkeys: i64,
    /// Last sign-in.
    #[schema(format = DateTime)]
    signed_in_at: Option<String>,
    /// The first password, in the answer that made it and nowhere else; it must be changed at the first sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_password: Option<String>,
    /// Version, for a change.
    #[schema(minimum = 1)]
    version: i64,
}

impl From<&AccountLine> for AccountOut {
    fn from(line: &AccountLine) -> Self {
        Self {
            id: line.id.to_string(),
            href: format!("/api/v1/accounts/{}", line.id),
            user_name: line.user_name.clone(),
            person: line.person.to_string(),
            person_name: line.person_name.clone(),
            active: line.active,
            has_codes: line.has_totp,
            passkeys: line.passkeys,
            signed_in_at: maybe(line.signed_in_at),
            first_password: None,
            version: line.version,
        }
    }
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountPage {
    /// The rows, by user name.
    items: Vec<AccountOut>,
    /// Key for `after` of the next page; missing on the last page.
    next: Option<String>,
}

async fn list(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<AccountQuery>,
) -> Result<Response, Wrong> {
    let (unit, limit) = (unit_of(&app, &code.0)?, page_size(query.limit)?);
    let most = u16::try_from(limit).unwrap_or(u16::MAX).saturating_add(1);
    let active = match query.state.as_str() {
        "" => None,
        "open" => Some(true),
        "closed" => Some(false),
        _ => return Err(Wrong::field("state", "api-word-unknown")),
    };
    let found = app.town.read("accounts_of", &asker.actor, move |tx, cx| {
        accounts_of(tx, cx, &unit, &query.q, active, &query.after, most)
    });
    let mut rows = found.await.map_err(Wrong::App)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| last.user_name.clone());
    let headers = next_link(&uri, next.as_deref());
    let items = rows.iter().map(AccountOut::from).collect();
    Ok((headers, Json(AccountPage { items, next })).into_response())
}

async fn one(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<AccountOut>, Wrong> {
    let id: AccountId = id.id("account")?;
    let found = app
        .town
        .read("account_of", &asker.actor, move |tx, cx| account_of(tx, cx, id));
    Ok(Json(AccountOut::from(&found.await.map_err(Wrong::App)?)))
}

/// A new account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddAccountBody {
    /// The name to sign in with: small letters, digits, dots.
    #[schema(value_type = String, min_length = 1, max_length = 40)]
    user_name: Text<40>,
}

async fn open(State(app): State<App>, id: InPath, sent: Sent<AddAccountBody>) -> Result<Response, Wrong> {
    let person: PersonId = id.id("person")?;
    let (shown, password) = new_password(&app).await.map_err(Wrong::App)?;
    let command = AddAccount {
        person,
        user_name: sent.body.user_name.0.clone(),
        password,
        change_password: true,
    };
    let run = move |tx: &mut Tx<'_>, cx: &Cx| {
        let id = add_account(tx, cx, &command)?;
        OnAccount::after(tx, cx, id)
    };
    let told = ("first_password", shown);
    once_telling(&app, &sent, "add_account", StatusCode::CREATED, run, told).await
}

/// Which version of the account gets a new first password.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPasswordBody {
    /// Version that was read; `If-Match` says the same.
    #[serde(default)]
    #[schema(minimum = 1)]
    version: Option<i64>,
}

async fn reset(State(app): State<App>, id: InPath, sent: Sent<ResetPasswordBody>) -> Result<Response, Wrong> {
    let account: AccountId = id.id("account")?;
    let version = act::version_of(sent.body.version, sent.version)?;
    let (shown, password) = new_password(&app).await.map_err(Wrong::App)?;
    let run = move |tx: &mut Tx<'_>, cx: &Cx| {
        change(
            tx,
            cx,
            account,
            version,
            AccountChange::ResetPassword(password.clone()),
        )?;
        OnAccount::after(tx, cx, account)
    };
    let told = ("first_password", shown);
    once_telling(&app, &sent, "reset_password", StatusCode::OK, run, told).await
}

fn change(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: AccountId,
    version: i64,
    change: AccountChange,
) -> Result<(), AppError> {
    let now = real_now();
    let command = ChangeAccount {
        account,
        version,
        change,
        now,
    };
    change_account(tx, cx, &command)
}

/// Changes of an account.
pub struct OnAccount;

impl Subject for OnAccount {
    type Id = AccountId;
    type Out = AccountOut;
    const WHAT: &'static str = "account";
    const NEED: Need = MANAGE;

    fn after(tx: &mut Tx<'_>, cx: &Cx, id: AccountId) -> Result<Value, AppError> {
        let line = account_of(tx, cx, id)?;
        Ok(serde_json::to_value(AccountOut::from(&line)).map_err(StoreError::from)?)
    }
}

action!(
    /// Nobody signs in with it any more; its sessions end at once.
    CloseAccountBody on OnAccount, "close_account", "/api/v1/accounts/{id}/actions/close", {},
    |_it, tx, cx, account, version| change(tx, cx, account, version, AccountChange::Close)
);
action!(
    /// It may be used again.
    ReopenAccountBody on OnAccount, "reopen_account", "/api/v1/accounts/{id}/actions/reopen", {},
    |_it, tx, cx, account, version| change(tx, cx, account, version, AccountChange::Reopen)
);
action!(
    /// The device with the one-time codes is lost.
    RemoveCodesBody on OnAccount, "remove_codes", "/api/v1/accounts/{id}/actions/remove-codes", {},
    |_it, tx, cx, account, version| change(tx, cx, account, version, AccountChange::RemoveCodes)
);
action!(
    /// The devices with the passkeys are lost: all of them are removed.
    RemovePasskeysBody on OnAccount, "remove_passkeys", "/api/v1/accounts/{id}/actions/remove-passkeys", {},
    |_it, tx, cx, account, version| change(tx, cx, account, version, AccountChange::RemovePasskeys)
);

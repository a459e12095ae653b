//! What everybody changes on his own account: password, one-time codes, language, theme.

use serde_json::json;
use townhall_domain::ids::SessionId;
use townhall_domain::second_factor::SecondFactors;
use townhall_domain::time::Timestamp;
use townhall_store::accounts::{self, Account, AccountSettings, ApiToken};
use townhall_store::organisation::Versioned;
use townhall_store::passkeys::{self, Passkey};
use townhall_store::{Tx, sessions};

use super::record_account;
use crate::cx::Cx;
use crate::error::AppError;
use crate::sign_in::password::HashedPassword;
use crate::sign_in::totp;

/// The actor's own account, for his page.
#[derive(Debug, Clone)]
pub struct OwnAccount {
    /// The name he signs in with.
    pub user_name: String,
    /// Whether one-time codes are asked for.
    pub has_totp: bool,
    /// Language, theme, shortcuts.
    pub settings: AccountSettings,
    /// His passkeys, oldest first.
    pub passkeys: Vec<Passkey>,
    /// His tokens, also those that ended.
    pub tokens: Vec<ApiToken>,
}

/// The actor's own account.
pub fn own_account(tx: &mut Tx<'_>, cx: &Cx) -> Result<OwnAccount, AppError> {
    let id = cx.actor.account().ok_or(AppError::NotFound("account"))?;
    let found = accounts::load(tx, id)?.ok_or(AppError::NotFound("account"))?.item;
    Ok(OwnAccount {
        has_totp: found.totp_secret.is_some(),
        user_name: found.user_name,
        settings: accounts::settings(tx, id)?,
        passkeys: passkeys::of_account(tx, id)?,
        tokens: accounts::tokens_of(tx, id)?,
    })
}

/// A new password of one's own; the old one was checked by [`crate::sign_in::Try::is_right`] before.
#[derive(Debug, Clone)]
pub struct ChangeOwnPassword {
    /// The new one.
    pub password: HashedPassword,
    /// The session that goes on; all others end.
    pub session: Option<SessionId>,
}

/// Changes one's own password and ends all other sessions.
pub fn change_own_password(tx: &mut Tx<'_>, cx: &Cx, command: &ChangeOwnPassword) -> Result<(), AppError> {
    let found = own(tx, cx)?;
    let password_hash = command.password.stored().to_owned();
    let account = Account {
        password_hash,
        change_password: false,
        ..found.item
    };
    save(tx, &account, found.version)?;
    sessions::end_others(tx, account.id, command.session)?;
    record_account(tx, cx, &account, "password_changed", json!({}))
}

/// Asks for one-time codes from now on; the code shows that the app has the secret. No `Debug`: it is a secret.
#[derive(Clone)]
pub struct EnrolCodes {
    /// The secret that the page showed.
    pub secret: Vec<u8>,
    /// The code that the app shows.
    pub code: String,
    /// The machine's time.
    pub now: Timestamp,
}

/// Enrols one-time codes.
pub fn enrol_codes(tx: &mut Tx<'_>, cx: &Cx, command: &EnrolCodes) -> Result<(), AppError> {
    let found = own(tx, cx)?;
    if command.secret.len() != totp::SECRET_BYTES {
        return Err(AppError::field("code", "account-code-wrong"));
    }
    let step = totp::matching_step(&command.secret, &command.code, command.now)
        .ok_or_else(|| AppError::field("code", "account-code-wrong"))?;
    let account = Account {
        totp_secret: Some(command.secret.clone()),
        ..found.item
    };
    save(tx, &account, found.version)?;
    accounts::take_totp_step(tx, account.id, step)?;
    record_account(tx, cx, &account, "codes_enrolled", json!({}))
}

/// Asks for one-time codes no longer; a last code shows that it is he.
#[derive(Debug, Clone)]
pub struct RemoveOwnCodes {
    /// The code that the app shows.
    pub code: String,
    /// Whether the node asks everybody for a second factor.
    pub required: bool,
    /// The machine's time.
    pub now: Timestamp,
}

/// Removes one's own one-time codes.
pub fn remove_own_codes(tx: &mut Tx<'_>, cx: &Cx, command: &RemoveOwnCodes) -> Result<(), AppError> {
    let found = own(tx, cx)?;
    let factors = second_factors(tx, &found.item)?;
    if !factors.without_codes().suffice(command.required) {
        return Err(AppError::refused("account-codes-needed"));
    }
    let step = found
        .item
        .totp_secret
        .as_deref()
        .and_then(|secret| totp::matching_step(secret, &command.code, command.now));
    let taken = match step {
        Some(step) => accounts::take_totp_step(tx, found.item.id, step)?,
        None => false,
    };
    if !taken {
        return Err(AppError::field("code", "account-code-wrong"));
    }
    let account = Account {
        totp_secret: None,
        ..found.item
    };
    save(tx, &account, found.version)?;
    record_account(tx, cx, &account, "codes_removed", json!({}))
}

/// Saves language, theme and shortcuts. They are no evidence: no fact.
pub fn save_settings(tx: &mut Tx<'_>, cx: &Cx, settings: &AccountSettings) -> Result<(), AppError> {
    let id = cx.actor.account().ok_or(AppError::NotFound("account"))?;
    if !["vi", "en"].contains(&settings.language.as_str()) {
        return Err(AppError::field("language", "account-language-unknown"));
    }
    if !["light", "dark"].contains(&settings.theme.as_str()) {
        return Err(AppError::field("theme", "account-theme-unknown"));
    }
    Ok(accounts::save_settings(tx, id, settings)?)
}

/// What an account asks for beside its password.
pub(super) fn second_factors(tx: &mut Tx<'_>, account: &Account) -> Result<SecondFactors, AppError> {
    Ok(SecondFactors {
        codes: account.totp_secret.is_some(),
        passkeys: passkeys::count(tx, account.id)?,
    })
}

/// The actor's own account, held; a program with a token does not change the account behind it.
pub(super) fn own(tx: &mut Tx<'_>, cx: &Cx) -> Result<Versioned<Account>, AppError> {
    let officer = cx.actor.officer().ok_or(AppError::NotFound("account"))?;
    if officer.token.is_some() {
        return Err(AppError::refused("account-not-by-token"));
    }
    accounts::lock(tx, officer.account)?.ok_or(AppError::NotFound("account"))
}

pub(super) fn save(tx: &mut Tx<'_>, account: &Account, version: i64) -> Result<(), AppError> {
    if accounts::update(tx, account, version)? {
        Ok(())
    } else {
        Err(AppError::Conflict {
            shown: version,
            stored: version + 1,
        })
    }
}

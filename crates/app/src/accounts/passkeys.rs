//! One's own passkeys.

use serde_json::json;
use townhall_domain::ids::PasskeyId;
use townhall_domain::organisation::parse_name;
use townhall_store::Tx;
use townhall_store::passkeys::{self, Passkey, PasskeyUse};

use super::own::{own, save, second_factors};
use super::record_account;
use crate::cx::Cx;
use crate::error::AppError;
use crate::sign_in::passkey::NewPasskey;

/// Most passkeys that an account has.
pub const MOST_PASSKEYS: i64 = 10;

/// A new passkey of one's own; [`crate::sign_in::passkey::finish_new`] has checked it, after the password.
#[derive(Debug, Clone)]
pub struct AddPasskey {
    /// What the person calls it.
    pub label: String,
    /// What the browser made.
    pub passkey: NewPasskey,
}

/// Whether the actor may add a passkey of that name; asked before the browser makes one that would be for nothing.
///
/// # Errors
/// [`AppError::Invalid`] for the name, [`AppError::Refused`] when there are too many.
pub fn may_add_passkey(tx: &mut Tx<'_>, cx: &Cx, label: &str) -> Result<(), AppError> {
    let officer = cx.actor.officer().ok_or(AppError::NotFound("account"))?;
    label_of(label)?;
    if passkeys::count(tx, officer.account)? >= MOST_PASSKEYS {
        return Err(too_many());
    }
    Ok(())
}

/// Adds a passkey to one's own account.
pub fn add_passkey(tx: &mut Tx<'_>, cx: &Cx, command: &AddPasskey) -> Result<PasskeyId, AppError> {
    let found = own(tx, cx)?;
    let label = label_of(&command.label)?;
    if passkeys::count(tx, found.item.id)? >= MOST_PASSKEYS {
        return Err(too_many());
    }
    if passkeys::by_credential(tx, &command.passkey.credential_id)?.is_some() {
        return Err(AppError::refused("passkey-known"));
    }
    let passkey = Passkey {
        id: cx.new_id(),
        account: found.item.id,
        credential_id: command.passkey.credential_id.clone(),
        relying_party: command.passkey.relying_party.clone(),
        label,
        credential: command.passkey.credential.clone(),
        created_at: cx.now(),
        used: PasskeyUse::default(),
    };
    save(tx, &found.item, found.version)?;
    passkeys::insert(tx, &passkey)?;
    let body = json!({ "passkey": passkey.id });
    record_account(tx, cx, &found.item, "passkey_added", body)?;
    Ok(passkey.id)
}

/// Removes a passkey of one's own; the password was checked by [`crate::sign_in::Try::is_right`] before.
#[derive(Debug, Clone, Copy)]
pub struct RemoveOwnPasskey {
    /// Which.
    pub passkey: PasskeyId,
    /// Whether the node asks everybody for a second factor.
    pub required: bool,
}

/// Removes one of one's own passkeys; the last second factor stays where the node requires one.
pub fn remove_own_passkey(tx: &mut Tx<'_>, cx: &Cx, command: RemoveOwnPasskey) -> Result<(), AppError> {
    let found = own(tx, cx)?;
    let factors = second_factors(tx, &found.item)?;
    if !passkeys::remove(tx, found.item.id, command.passkey)? {
        return Err(AppError::NotFound("passkey"));
    }
    if !factors.without_a_passkey().suffice(command.required) {
        return Err(AppError::refused("passkey-last-needed"));
    }
    save(tx, &found.item, found.version)?;
    let body = json!({ "passkey": command.passkey });
    record_account(tx, cx, &found.item, "passkey_removed", body)
}

fn label_of(typed: &str) -> Result<String, AppError> {
    parse_name(typed, 80).map_err(|_| AppError::field("label", "account-label-wrong"))
}

fn too_many() -> AppError {
    AppError::refused_with("passkey-too-many", "most", MOST_PASSKEYS)
}

//! Tokens with which programs act as a post of an account.

use serde_json::json;
use townhall_domain::ids::TokenId;
use townhall_domain::organisation::parse_name;
use townhall_domain::permission::{Right, RightSet};
use townhall_domain::time::Timestamp;
use townhall_store::Tx;
use townhall_store::accounts::{self, ApiToken};

use super::own::{own, save};
use super::record_account;
use crate::cx::Cx;
use crate::error::AppError;
use crate::sign_in::secret::Secret;

/// A token for a program, acting as the post as which the actor acts now.
#[derive(Debug, Clone)]
pub struct AddToken {
    /// What the person calls it.
    pub label: String,
    /// The most that it may do; never more than the post.
    pub scopes: RightSet,
    /// Days until it ends, 1 to 366.
    pub days: u16,
    /// The machine's time.
    pub now: Timestamp,
}

/// A token just made; its text is shown once.
#[derive(Debug, Clone)]
pub struct MadeToken {
    /// Identifier.
    pub id: TokenId,
    /// For [`crate::sign_in::secret::token_text`].
    pub secret: Secret,
}

/// Most tokens that an account has at a time.
const MOST_TOKENS: usize = 20;

/// Makes a token. Who acts for another makes none: it would outlive the delegation's purpose.
pub fn add_token(tx: &mut Tx<'_>, cx: &Cx, command: &AddToken) -> Result<MadeToken, AppError> {
    let account = own(tx, cx)?;
    let officer = cx.actor.officer().ok_or(AppError::NotFound("account"))?;
    if officer.acts_for_another() {
        return Err(AppError::refused("account-token-not-for-another"));
    }
    let label =
        parse_name(&command.label, 80).map_err(|_| AppError::field("label", "account-label-wrong"))?;
    if !(1..=366).contains(&command.days) {
        return Err(AppError::field("days", "account-token-days-wrong"));
    }
    if command.scopes.is_empty() || !command.scopes.is_subset_of(officer.rights.any()) {
        return Err(AppError::field("scopes", "account-scopes-wrong"));
    }
    let live = |token: &&ApiToken| token.revoked_at.is_none() && token.expires_at > command.now;
    if accounts::tokens_of(tx, officer.account)?
        .iter()
        .filter(live)
        .count()
        >= MOST_TOKENS
    {
        return Err(AppError::refused_with(
            "account-too-many-tokens",
            "most",
            MOST_TOKENS,
        ));
    }
    let secret = Secret::new()?;
    let ends = command.now.as_second() + i64::from(command.days) * 86_400;
    let token = ApiToken {
        id: cx.new_id(),
        account: officer.account,
        post: officer.post,
        label,
        scopes: command.scopes,
        created_at: command.now,
        expires_at: Timestamp::from_second(ends).unwrap_or(command.now),
        revoked_at: None,
    };
    save(tx, &account.item, account.version)?;
    accounts::insert_token(tx, &token, &secret.hash())?;
    let scopes: Vec<&str> = token.scopes.iter().map(Right::as_str).collect();
    let body = json!({ "token": token.id, "post": token.post, "scopes": scopes });
    record_account(tx, cx, &account.item, "token_made", body)?;
    Ok(MadeToken { id: token.id, secret })
}

/// Takes one of the actor's own tokens back.
pub fn revoke_token(tx: &mut Tx<'_>, cx: &Cx, token: TokenId, now: Timestamp) -> Result<(), AppError> {
    let account = own(tx, cx)?;
    if !accounts::revoke_token(tx, account.item.id, token, now)? {
        return Err(AppError::NotFound("token"));
    }
    save(tx, &account.item, account.version)?;
    record_account(tx, cx, &account.item, "token_revoked", json!({ "token": token }))
}

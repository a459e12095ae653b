//! Which person at an identity provider signs in as which account.
//!
//! A link is made by the person himself, who has just proved both sides (password here, sign-in there), or by the
//! administrator of his unit, who writes the subject down. A fact says that a link was made or taken away; who the
//! person is at the provider stands in the evidence alone.

use serde_json::json;
use townhall_domain::ids::{AccountId, ProviderLinkId};
use townhall_store::accounts::Account;
use townhall_store::organisation::Versioned;
use townhall_store::provider_links::{self, ProviderLink};
use townhall_store::{Tx, accounts, sessions};

use super::own::{own, save};
use super::{account_of, account_of_unit, record_account};
use crate::cx::Cx;
use crate::error::AppError;

/// Longest subject (OpenID Connect Core 1.0, section 2: 255 ASCII characters).
const LONGEST_SUBJECT: usize = 255;
/// Longest address of a provider.
const LONGEST_ISSUER: usize = 500;

/// The links of the actor's own account.
pub fn own_links(tx: &mut Tx<'_>, cx: &Cx) -> Result<Vec<ProviderLink>, AppError> {
    let id = cx.actor.account().ok_or(AppError::NotFound("account"))?;
    Ok(provider_links::of_account(tx, id)?)
}

/// Links the actor's own account with whom the provider has just proved him to be.
#[derive(Debug, Clone)]
pub struct LinkOwn {
    /// Address of the provider.
    pub issuer: String,
    /// Who he is there.
    pub subject: String,
}

/// Links one's own account; a link at the same provider gives way to it.
pub fn link_own(tx: &mut Tx<'_>, cx: &Cx, command: &LinkOwn) -> Result<(), AppError> {
    let found = own(tx, cx)?;
    link(tx, cx, &found, &command.issuer, &command.subject, "self")
}

/// Takes one of the actor's own links away. A program with a token may, too: it only closes a door.
pub fn unlink_own(tx: &mut Tx<'_>, cx: &Cx, id: ProviderLinkId) -> Result<(), AppError> {
    let account = cx.actor.account().ok_or(AppError::NotFound("account"))?;
    let found = accounts::lock(tx, account)?.ok_or(AppError::NotFound("account"))?;
    if !provider_links::remove(tx, account, id)? {
        return Err(AppError::NotFound("link"));
    }
    save(tx, &found.item, found.version)?;
    let body = json!({ "link": id, "by": "self" });
    record_account(tx, cx, &found.item, "provider_unlinked", body)
}

/// The links of an account that the actor manages.
pub fn links_of(tx: &mut Tx<'_>, cx: &Cx, id: AccountId) -> Result<Vec<ProviderLink>, AppError> {
    let line = account_of(tx, cx, id)?;
    Ok(provider_links::of_account(tx, line.id)?)
}

/// Links the account of another person.
#[derive(Debug, Clone)]
pub struct LinkAccount {
    /// The account.
    pub account: AccountId,
    /// The version that the page showed.
    pub version: i64,
    /// Address of the provider.
    pub issuer: String,
    /// Who the person is there, as the provider's administrator or its refusal here told.
    pub subject: String,
}

/// Writes who signs in as an account; a link at the same provider gives way to it, and its sessions end. Nobody does
/// it to his own: that would be a link without a proof.
pub fn link_account(tx: &mut Tx<'_>, cx: &Cx, command: &LinkAccount) -> Result<(), AppError> {
    let found = another(tx, cx, command.account, command.version)?;
    sessions::end_others(tx, command.account, None)?;
    link(tx, cx, &found, &command.issuer, &command.subject, "administrator")
}

/// Takes a link of another person's account away; its sessions end, since whoever held it may be the wrong one.
pub fn unlink_account(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: AccountId,
    version: i64,
    id: ProviderLinkId,
) -> Result<(), AppError> {
    let found = another(tx, cx, account, version)?;
    if !provider_links::remove(tx, account, id)? {
        return Err(AppError::NotFound("link"));
    }
    sessions::end_others(tx, account, None)?;
    save(tx, &found.item, found.version)?;
    let body = json!({ "link": id, "by": "administrator" });
    record_account(tx, cx, &found.item, "provider_unlinked", body)
}

/// The account of another person in the version that was shown, held for a change.
fn another(tx: &mut Tx<'_>, cx: &Cx, id: AccountId, shown: i64) -> Result<Versioned<Account>, AppError> {
    let found = account_of_unit(tx, cx, id)?;
    if cx.actor.account() == Some(id) {
        return Err(AppError::refused("account-not-for-oneself"));
    }
    if found.version == shown {
        Ok(found)
    } else {
        Err(AppError::Conflict {
            shown,
            stored: found.version,
        })
    }
}

fn link(
    tx: &mut Tx<'_>,
    cx: &Cx,
    found: &Versioned<Account>,
    issuer: &str,
    subject: &str,
    by: &str,
) -> Result<(), AppError> {
    let account = found.item.id;
    let link = ProviderLink {
        id: cx.new_id(),
        account,
        issuer: issuer_of(issuer)?,
        subject: subject_of(subject)?,
        created_at: cx.now(),
    };
    for old in provider_links::of_account(tx, account)? {
        if old.issuer == link.issuer {
            provider_links::remove(tx, account, old.id)?;
        }
    }
    if !provider_links::insert(tx, &link)? {
        return Err(AppError::field("subject", "provider-subject-taken"));
    }
    save(tx, &found.item, found.version)?;
    let body = json!({ "link": link.id, "by": by });
    record_account(tx, cx, &found.item, "provider_linked", body)
}

/// A subject as a provider writes it: nothing of it is changed but the space around what was copied.
fn subject_of(typed: &str) -> Result<String, AppError> {
    let subject = typed.trim();
    let fits =
        (1..=LONGEST_SUBJECT).contains(&subject.chars().count()) && !subject.chars().any(char::is_control);
    fits.then(|| subject.to_owned())
        .ok_or_else(|| AppError::field("subject", "provider-subject-wrong"))
}

fn issuer_of(typed: &str) -> Result<String, AppError> {
    let issuer = typed.trim();
    let is_address = ["https://", "http://"]
        .iter()
        .any(|scheme| issuer.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    let fits = is_address
        && issuer.len() <= LONGEST_ISSUER
        && !issuer.chars().any(|c| c.is_control() || c.is_whitespace());
    fits.then(|| issuer.to_owned())
        .ok_or_else(|| AppError::field("issuer", "provider-issuer-wrong"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_taken_as_the_provider_writes_it() {
        assert_eq!(subject_of(" aB-1|x ").expect("a subject"), "aB-1|x");
        for wrong in ["", "  ", "a\nb", "a\0", &"x".repeat(256)] {
            assert!(subject_of(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_issuer_is_an_address() {
        assert!(issuer_of("https://sso.example.vn/realms/lam-dong").is_ok());
        for wrong in [
            "",
            "sso.example.vn",
            "https://",
            "https://a b",
            "javascript:alert(1)",
        ] {
            assert!(issuer_of(wrong).is_err(), "{wrong}");
        }
    }
}

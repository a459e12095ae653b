//! Sign-in accounts: opening, closing and resetting them, and what everybody changes on his own.
//!
//! Passwords come in as hashes: hashing takes time and is done at the edge, outside the transaction.

mod links;
mod own;
mod passkeys;
mod tokens;

pub use links::{
    LinkAccount, LinkOwn, link_account, link_own, links_of, own_links, unlink_account, unlink_own,
};
pub use own::{
    ChangeOwnPassword, EnrolCodes, OwnAccount, RemoveOwnCodes, change_own_password, enrol_codes, own_account,
    remove_own_codes, save_settings,
};
pub use passkeys::{
    AddPasskey, MOST_PASSKEYS, RemoveOwnPasskey, add_passkey, may_add_passkey, remove_own_passkey,
};
pub use tokens::{AddToken, MadeToken, add_token, revoke_token};

use std::collections::BTreeMap;

use serde_json::{Value, json};
use townhall_domain::ids::{AccountId, PersonId, UnitId};
use townhall_domain::organisation::{Division, Interval, Mandate, MandateKind, Person, Post, parse_name};
use townhall_domain::permission::{Right, Role};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
pub use townhall_store::accounts::AccountCounts;
use townhall_store::accounts::{self, Account, AccountLine};
use townhall_store::organisation::{self, Versioned};
use townhall_store::{Tx, sessions};

use crate::actor::Actor;
use crate::cx::Cx;
use crate::error::AppError;
use crate::record::{Subject, record};
use crate::sign_in::canonical_user_name;
use crate::sign_in::password::{HashedPassword, Password, Passwords};

/// Checks and hashes a new password; some milliseconds of work, never inside a transaction.
///
/// # Errors
/// [`AppError::Invalid`] when it is too weak.
pub fn hash_new(
    passwords: &Passwords,
    password: &Password,
    user_name: &str,
) -> Result<HashedPassword, AppError> {
    password
        .check_new(user_name)
        .map_err(|weak| AppError::field("password", weak.key()))?;
    passwords
        .hash(password)
        .map_err(|_| AppError::refused("account-password-cannot-be-hashed"))
}

/// The first account of an empty node, with a post to manage staff and accounts from.
#[derive(Debug, Clone)]
pub struct FirstAdministrator {
    /// The unit of the node.
    pub unit: UnitId,
    /// The person's full name.
    pub name: String,
    /// The name to sign in with.
    pub user_name: String,
    /// The password.
    pub password: HashedPassword,
}

/// Creates the first administrator; only the program itself may, and only once. The password was shown on a
/// terminal, so it must be changed at the first sign-in.
pub fn create_first_administrator(
    tx: &mut Tx<'_>,
    cx: &Cx,
    command: &FirstAdministrator,
) -> Result<AccountId, AppError> {
    if !matches!(cx.actor, Actor::System { .. }) {
        return Err(AppError::NotFound("node"));
    }
    if accounts::any(tx)? {
        return Err(AppError::refused("account-node-not-empty"));
    }
    let user_name = canonical_user_name(&command.user_name)
        .ok_or_else(|| AppError::field("user_name", "account-user-name-wrong"))?;
    let name = parse_name(&command.name, 80).map_err(|_| AppError::field("name", "staff-name-wrong"))?;
    let unit = &command.unit;
    let Seat {
        division,
        post,
        person,
        mandate,
    } = Seat::of_the_first(cx, unit, name);
    organisation::insert_division(tx, &division)?;
    organisation::insert_post(tx, &post)?;
    organisation::insert_person(tx, &person)?;
    organisation::save_mandate(tx, &mandate)?;
    let account = Account {
        id: cx.new_id(),
        user_name,
        person: person.id,
        unit: unit.clone(),
        active: true,
        change_password: true,
        password_hash: command.password.stored().to_owned(),
        totp_secret: None,
        created_at: cx.now(),
    };
    accounts::insert(tx, &account)?;
    let division_key = organisation::division_key(unit, &division.id);
    let of = |kind, id: String| Subject::new(kind, id, unit, Space::State);
    record(
        tx,
        cx,
        &of("division", division_key),
        "division_added",
        json!({ "division": division.id }),
    )?;
    record(
        tx,
        cx,
        &of("person", person.id.to_string()),
        "person_added",
        json!({}),
    )?;
    let body = json!({ "mandate": mandate.id, "person": person.id, "roles": [Role::Administrator.as_str()] });
    record(
        tx,
        cx,
        &of("post", post.id.to_string()),
        "first_administrator_created",
        body,
    )?;
    record_account(tx, cx, &account, "account_opened", json!({ "person": person.id }))?;
    Ok(account.id)
}

/// A division with one post, and the person who holds it.
struct Seat {
    division: Division,
    post: Post,
    person: Person,
    mandate: Mandate,
}

impl Seat {
    /// Where the first administrator of an empty node sits: apart from the offices that he then describes.
    fn of_the_first(cx: &Cx, unit: &UnitId, name: String) -> Self {
        let valid = Interval::since(cx.today());
        let division = Division {
            id: "node".to_owned(),
            unit: unit.clone(),
            kind: "node".to_owned(),
            space: Space::State,
            name_vi: "Quản trị hệ thống".to_owned(),
            name_en: "System administration".to_owned(),
            position: 900,
            valid,
        };
        let post = Post {
            id: cx.new_id(),
            unit: unit.clone(),
            division: division.id.clone(),
            space: Space::State,
            roles: vec![Role::Administrator],
            title_vi: "Quản trị viên hệ thống".to_owned(),
            title_en: "System administrator".to_owned(),
            position: 0,
            quota_decision: None,
            valid,
        };
        let person = Person {
            id: cx.new_id(),
            unit: unit.clone(),
            name,
            email: None,
            phone: None,
        };
        let mandate = Mandate {
            id: cx.new_id(),
            post: post.id,
            person: person.id,
            kind: MandateKind::Full,
            valid,
            decision: None,
        };
        Self {
            division,
            post,
            person,
            mandate,
        }
    }
}

/// Opens an account for a person, with a first password that must be changed.
#[derive(Debug, Clone)]
pub struct AddAccount {
    /// The person.
    pub person: PersonId,
    /// The name to sign in with.
    pub user_name: String,
    /// The first password.
    pub password: HashedPassword,
    /// False only for accounts made by a tool that hands their passwords out (a demo).
    pub change_password: bool,
}

/// Opens an account.
pub fn add_account(tx: &mut Tx<'_>, cx: &Cx, command: &AddAccount) -> Result<AccountId, AppError> {
    let person = organisation::person(tx, command.person)?
        .filter(|found| cx.actor.may(Right::ReadStaff, &found.item.unit))
        .ok_or(AppError::NotFound("person"))?
        .item;
    cx.actor.must(Right::ManageAccounts, &person.unit)?;
    let user_name = canonical_user_name(&command.user_name)
        .ok_or_else(|| AppError::field("user_name", "account-user-name-wrong"))?;
    if accounts::by_user_name(tx, &user_name)?.is_some() {
        return Err(AppError::field("user_name", "account-user-name-taken"));
    }
    let account = Account {
        id: cx.new_id(),
        user_name,
        person: person.id,
        unit: person.unit,
        active: true,
        change_password: command.change_password,
        password_hash: command.password.stored().to_owned(),
        totp_secret: None,
        created_at: cx.now(),
    };
    accounts::insert(tx, &account)?;
    record_account(
        tx,
        cx,
        &account,
        "account_opened",
        json!({ "person": account.person }),
    )?;
    Ok(account.id)
}

/// What an administrator does to an account of another person.
#[derive(Debug, Clone)]
pub enum AccountChange {
    /// Nobody signs in with it any more; sessions end at once.
    Close,
    /// It may be used again.
    Reopen,
    /// A new first password; sessions end and tokens are taken back.
    ResetPassword(HashedPassword),
    /// The device with the one-time codes is lost.
    RemoveCodes,
    /// The devices with the passkeys are lost.
    RemovePasskeys,
}

/// A change of an account, and when it is by the machine's clock.
#[derive(Debug, Clone)]
pub struct ChangeAccount {
    /// The account.
    pub account: AccountId,
    /// The version that the page showed.
    pub version: i64,
    /// What to do.
    pub change: AccountChange,
    /// The machine's time, by which tokens are taken back.
    pub now: Timestamp,
}

/// Closes, reopens or resets an account. Nobody does it to his own.
pub fn change_account(tx: &mut Tx<'_>, cx: &Cx, command: &ChangeAccount) -> Result<(), AppError> {
    let Versioned { item: found, version } = account_of_unit(tx, cx, command.account)?;
    if cx.actor.account() == Some(command.account) {
        return Err(AppError::refused("account-not-for-oneself"));
    }
    if command.version != version {
        return Err(AppError::Conflict {
            shown: command.version,
            stored: version,
        });
    }
    let (account, fact) = match &command.change {
        AccountChange::Close => (
            Account {
                active: false,
                ..found
            },
            "account_closed",
        ),
        AccountChange::Reopen => (
            Account {
                active: true,
                ..found
            },
            "account_reopened",
        ),
        AccountChange::ResetPassword(hash) => {
            let password_hash = hash.stored().to_owned();
            (
                Account {
                    password_hash,
                    change_password: true,
                    ..found
                },
                "password_reset",
            )
        }
        AccountChange::RemoveCodes => (
            Account {
                totp_secret: None,
                ..found
            },
            "codes_removed",
        ),
        AccountChange::RemovePasskeys => (found, "passkeys_removed"),
    };
    if !accounts::update(tx, &account, version)? {
        return Err(AppError::Conflict {
            shown: version,
            stored: version + 1,
        });
    }
    match command.change {
        // Tokens end for good, so that none comes to life again with an account that is opened again.
        AccountChange::Close | AccountChange::ResetPassword(_) => {
            sessions::end_others(tx, account.id, None)?;
            for token in accounts::tokens_of(tx, account.id)? {
                accounts::revoke_token(tx, account.id, token.id, command.now)?;
            }
        }
        AccountChange::RemovePasskeys => {
            let removed = townhall_store::passkeys::remove_all(tx, account.id)?;
            return record_account(tx, cx, &account, fact, json!({ "passkeys": removed }));
        }
        AccountChange::Reopen | AccountChange::RemoveCodes => {}
    }
    record_account(tx, cx, &account, fact, json!({}))
}

/// A page of at most `limit` of the accounts that a unit keeps, found by user name or name; all, or those that are
/// open or closed.
pub fn accounts_of(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    search: &str,
    active: Option<bool>,
    after: &str,
    limit: u16,
) -> Result<Vec<AccountLine>, AppError> {
    if !cx.actor.may(Right::ReadStaff, unit) {
        return Err(AppError::NotFound("unit"));
    }
    cx.actor.must(Right::ManageAccounts, unit)?;
    let search: String = search.chars().take(100).collect();
    Ok(accounts::of_unit(
        tx,
        unit,
        &search,
        active,
        after,
        i64::from(limit),
    )?)
}

/// What the people of a unit hold today, by person: titles in Vietnamese and English, for the list of accounts.
pub fn titles_of(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
) -> Result<BTreeMap<PersonId, Vec<(String, String)>>, AppError> {
    if !cx.actor.may(Right::ReadStaff, unit) {
        return Err(AppError::NotFound("unit"));
    }
    Ok(organisation::titles_of_people(tx, unit, cx.today())?)
}

/// How many accounts a unit keeps, for the first page of administration.
pub fn account_counts(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<AccountCounts, AppError> {
    if !cx.actor.may(Right::ReadStaff, unit) {
        return Err(AppError::NotFound("unit"));
    }
    cx.actor.must(Right::ManageAccounts, unit)?;
    Ok(accounts::counts(tx, unit)?)
}

/// Whether anybody has an account on this node.
pub fn any_account(tx: &mut Tx<'_>) -> Result<bool, AppError> {
    Ok(accounts::any(tx)?)
}

/// One account that the actor manages.
pub fn account_of(tx: &mut Tx<'_>, cx: &Cx, id: AccountId) -> Result<AccountLine, AppError> {
    let line = accounts::line(tx, id)?
        .filter(|(unit, _)| cx.actor.may(Right::ReadStaff, unit))
        .ok_or(AppError::NotFound("account"))?;
    cx.actor.must(Right::ManageAccounts, &line.0)?;
    Ok(line.1)
}

/// An account that the actor manages, held for a change.
fn account_of_unit(tx: &mut Tx<'_>, cx: &Cx, id: AccountId) -> Result<Versioned<Account>, AppError> {
    let found = accounts::lock(tx, id)?
        .filter(|found| cx.actor.may(Right::ReadStaff, &found.item.unit))
        .ok_or(AppError::NotFound("account"))?;
    cx.actor.must(Right::ManageAccounts, &found.item.unit)?;
    Ok(found)
}

/// Accounts belong to no space; their trail is kept on the side of the state. No user name stands in a fact.
fn record_account(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: &Account,
    kind: &str,
    body: Value,
) -> Result<(), AppError> {
    let subject = Subject::new("account", account.id, &account.unit, Space::State);
    record(tx, cx, &subject, kind, body)?;
    Ok(())
}

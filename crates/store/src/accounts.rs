//! Sign-in accounts, their settings and the tokens of programs.

use std::fmt;

use townhall_domain::ids::{AccountId, PersonId, PostId, TokenId, UnitId};
use townhall_domain::permission::RightSet;
use townhall_domain::time::Timestamp;
use townhall_text::fold;

use crate::organisation::Versioned;
use crate::params;
use crate::{Row, StoreError, Tx};

/// A sign-in account of a person. Its `Debug` shows neither hash nor secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// The name typed at sign-in: lower-case ASCII, unique on the node.
    pub user_name: String,
    /// Whose it is.
    pub person: PersonId,
    /// The unit whose administrator keeps it.
    pub unit: UnitId,
    /// Whether one may sign in with it.
    pub active: bool,
    /// Whether the next sign-in asks for a new password.
    pub change_password: bool,
    /// argon2id as a PHC string.
    pub password_hash: String,
    /// Secret of the one-time codes (RFC 6238), when enrolled.
    pub totp_secret: Option<Vec<u8>>,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("user_name", &self.user_name)
            .field("person", &self.person)
            .field("unit", &self.unit)
            .field("active", &self.active)
            .field("has_totp", &self.totp_secret.is_some())
            .finish_non_exhaustive()
    }
}

const ACCOUNT: &str =
    "SELECT id, user_name, person, unit, active, change_password, password_hash, totp_secret,
        created_at, version FROM accounts";

/// Adds an account.
pub fn insert(tx: &mut Tx<'_>, account: &Account) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO accounts (id, user_name, person, unit, active, change_password, password_hash, totp_secret,
                created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
        &params![
            account.id, &account.user_name, account.person, &account.unit, account.active, account.change_password,
            &account.password_hash, account.totp_secret.clone(), account.created_at,
        ],
    )?;
    Ok(())
}

/// Saves a changed account; false when somebody was faster.
pub fn update(tx: &mut Tx<'_>, account: &Account, version: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE accounts SET active = $1, change_password = $2, password_hash = $3, totp_secret = $4, unit = $5,
                version = version + 1
          WHERE id = $6 AND version = $7",
        &params![
            account.active, account.change_password, &account.password_hash, account.totp_secret.clone(),
            &account.unit, account.id, version,
        ],
    )?;
    Ok(changed == 1)
}

/// An account.
pub fn load(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Versioned<Account>>, StoreError> {
    tx.one(&format!("{ACCOUNT} WHERE id = $1"), &params![id])?
        .as_ref()
        .map(read)
        .transpose()
}

/// An account, held until the command ends.
pub fn lock(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Versioned<Account>>, StoreError> {
    tx.one_locked(&format!("{ACCOUNT} WHERE id = $1"), &params![id])?
        .as_ref()
        .map(read)
        .transpose()
}

/// The account with a user name.
pub fn by_user_name(tx: &mut Tx<'_>, user_name: &str) -> Result<Option<Versioned<Account>>, StoreError> {
    tx.one(&format!("{ACCOUNT} WHERE user_name = $1"), &params![user_name])?
        .as_ref()
        .map(read)
        .transpose()
}

/// The accounts of a person.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Versioned<Account>>, StoreError> {
    let sql = format!("{ACCOUNT} WHERE person = $1 ORDER BY user_name");
    tx.each(&sql, &params![person], read)
}

/// A line of the list of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLine {
    /// The account.
    pub id: AccountId,
    /// Its user name.
    pub user_name: String,
    /// Whose it is.
    pub person: PersonId,
    /// His name.
    pub person_name: String,
    /// Whether one may sign in with it.
    pub active: bool,
    /// Whether one-time codes are enrolled.
    pub has_totp: bool,
    /// How many passkeys it has.
    pub passkeys: i64,
    /// Last sign-in.
    pub signed_in_at: Option<Timestamp>,
    /// Version for a change.
    pub version: i64,
}

const LINE: &str = "SELECT a.id, a.user_name, a.person, a.unit, p.name, a.active, a.version, u.signed_in_at,
        CASE WHEN a.totp_secret IS NULL THEN 0 ELSE 1 END AS has_totp,
        (SELECT COUNT(*) FROM passkeys k WHERE k.account = a.id) AS passkeys
   FROM accounts a JOIN persons p ON p.id = a.person LEFT JOIN account_use u ON u.account = a.id";

/// The accounts that a unit keeps, by user name; `after` is the last user name of the page before. A search finds
/// part of the user name, or of the person's name without marks.
pub fn of_unit(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    search: &str,
    active: Option<bool>,
    after: &str,
    limit: i64,
) -> Result<Vec<AccountLine>, StoreError> {
    let sql = format!(
        "{LINE} WHERE a.unit = $1 AND a.user_name > $2 AND (p.name_key LIKE $3 OR a.user_name LIKE $3)
            AND a.active >= $4 AND a.active <= $5
          ORDER BY a.user_name LIMIT $6"
    );
    // Folding leaves no % and no _ that could stand for something else at the edge of a word.
    let pattern = format!("%{}%", fold(search));
    let (least, most) = active.map_or((0, 1), |active| (i64::from(active), i64::from(active)));
    tx.each(
        &sql,
        &params![unit, after, pattern, least, most, limit],
        read_line,
    )
}

/// How many accounts a unit keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountCounts {
    /// Accounts that may be used.
    pub open: i64,
    /// Accounts that nobody signs in with any more.
    pub closed: i64,
    /// Open ones with which nobody has ever signed in.
    pub never_used: i64,
}

/// Counts the accounts of a unit.
pub fn counts(tx: &mut Tx<'_>, unit: &UnitId) -> Result<AccountCounts, StoreError> {
    let row = tx.one(
        "SELECT COUNT(*) AS every, CAST(COALESCE(SUM(a.active), 0) AS BIGINT) AS open,
                CAST(COALESCE(SUM(CASE WHEN a.active = 1 AND u.signed_in_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT)
                  AS never_used
           FROM accounts a LEFT JOIN account_use u ON u.account = a.id WHERE a.unit = $1",
        &params![unit],
    )?;
    let number = |name| row.as_ref().map_or(Ok(0), |row| row.get::<i64>(name));
    let open = number("open")?;
    Ok(AccountCounts {
        open,
        closed: number("every")? - open,
        never_used: number("never_used")?,
    })
}

/// The line of one account, with the unit that keeps it.
pub fn line(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<(UnitId, AccountLine)>, StoreError> {
    let row = tx.one(&format!("{LINE} WHERE a.id = $1"), &params![id])?;
    row.as_ref()
        .map(|row| Ok((row.get("unit")?, read_line(row)?)))
        .transpose()
}

fn read_line(row: &Row) -> Result<AccountLine, StoreError> {
    // A CASE of plain numbers is INT4 on PostgreSQL; the seam reads it like any number.
    let has_totp: i64 = row.get("has_totp")?;
    Ok(AccountLine {
        id: row.get("id")?,
        user_name: row.get("user_name")?,
        person: row.get("person")?,
        person_name: row.get("name")?,
        active: row.get("active")?,
        has_totp: has_totp == 1,
        passkeys: row.get("passkeys")?,
        signed_in_at: row.get("signed_in_at")?,
        version: row.get("version")?,
    })
}

/// Whether there is any account at all; an empty node has none.
pub fn any(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    Ok(tx.one("SELECT id FROM accounts LIMIT 1", &[])?.is_some())
}

fn read(row: &Row) -> Result<Versioned<Account>, StoreError> {
    let item = Account {
        id: row.get("id")?,
        user_name: row.get("user_name")?,
        person: row.get("person")?,
        unit: row.get("unit")?,
        active: row.get("active")?,
        change_password: row.get("change_password")?,
        password_hash: row.get("password_hash")?,
        totp_secret: row.get("totp_secret")?,
        created_at: row.get("created_at")?,
    };
    Ok(Versioned {
        item,
        version: row.get("version")?,
    })
}

// ---- settings and use

/// How a person likes the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    /// `vi` or `en`; empty: what the browser prefers.
    pub language: String,
    /// `light` or `dark`; empty: not chosen.
    pub theme: String,
    /// Whether single keys (without Ctrl or Alt) are shortcuts (WCAG 2.1.4: they can be turned off).
    pub single_keys: bool,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            language: String::new(),
            theme: String::new(),
            single_keys: true,
        }
    }
}

/// The settings of an account; the default when it has none.
pub fn settings(tx: &mut Tx<'_>, account: AccountId) -> Result<AccountSettings, StoreError> {
    let sql = "SELECT language, theme, single_keys FROM account_settings WHERE account = $1";
    let Some(row) = tx.one(sql, &params![account])? else {
        return Ok(AccountSettings::default());
    };
    Ok(AccountSettings {
        language: row.get("language")?,
        theme: row.get("theme")?,
        single_keys: row.get("single_keys")?,
    })
}

/// Saves the settings of an account.
pub fn save_settings(
    tx: &mut Tx<'_>,
    account: AccountId,
    settings: &AccountSettings,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO account_settings (account, language, theme, single_keys) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account) DO UPDATE SET language = excluded.language, theme = excluded.theme,
                single_keys = excluded.single_keys",
        &params![account, &settings.language, &settings.theme, settings.single_keys],
    )?;
    Ok(())
}

/// Notes that an account signed in.
pub fn note_sign_in(tx: &mut Tx<'_>, account: AccountId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO account_use (account, totp_step, signed_in_at) VALUES ($1, 0, $2)
         ON CONFLICT (account) DO UPDATE SET signed_in_at = excluded.signed_in_at",
        &params![account, at],
    )?;
    Ok(())
}

/// Takes the one-time code of a time step; false when that step or a later one was taken before.
pub fn take_totp_step(tx: &mut Tx<'_>, account: AccountId, step: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "INSERT INTO account_use (account, totp_step, signed_in_at) VALUES ($1, $2, NULL)
         ON CONFLICT (account) DO UPDATE SET totp_step = excluded.totp_step
          WHERE account_use.totp_step < excluded.totp_step",
        &params![account, step],
    )?;
    Ok(changed == 1)
}

// ---- tokens of programs

/// A token with which a program acts as a post of an account. Only the hash of the token is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Identifier.
    pub id: TokenId,
    /// The account.
    pub account: AccountId,
    /// The post as which the program acts.
    pub post: PostId,
    /// What the person calls it.
    pub label: String,
    /// The most that it may do.
    pub scopes: RightSet,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// Adds a token.
pub fn insert_token(tx: &mut Tx<'_>, token: &ApiToken, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO api_tokens (id, token_hash, account, post, label, scopes, created_at, expires_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)",
        &params![
            token.id, token_hash, token.account, token.post, &token.label, token.scopes.to_words(), token.created_at,
            token.expires_at,
        ],
    )?;
    Ok(())
}

/// Takes a token back; false when the account has no such token that still counts.
pub fn revoke_token(
    tx: &mut Tx<'_>,
    account: AccountId,
    token: TokenId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE api_tokens SET revoked_at = $1 WHERE id = $2 AND account = $3 AND revoked_at IS NULL",
        &params![at, token, account],
    )?;
    Ok(changed == 1)
}

/// The token with this hash, also when it has ended.
pub fn token_by_hash(tx: &mut Tx<'_>, token_hash: &[u8; 32]) -> Result<Option<ApiToken>, StoreError> {
    let sql = "SELECT * FROM api_tokens WHERE token_hash = $1";
    tx.one(sql, &params![token_hash])?
        .as_ref()
        .map(read_token)
        .transpose()
}

/// The tokens of an account, oldest first.
pub fn tokens_of(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<ApiToken>, StoreError> {
    let sql = "SELECT * FROM api_tokens WHERE account = $1 ORDER BY created_at, id";
    tx.each(sql, &params![account], read_token)
}

fn read_token(row: &Row) -> Result<ApiToken, StoreError> {
    let scopes: String = row.get("scopes")?;
    Ok(ApiToken {
        id: row.get("id")?,
        account: row.get("account")?,
        post: row.get("post")?,
        label: row.get("label")?,
        scopes: RightSet::parse(&scopes).ok_or(StoreError::Unknown {
            what: "right",
            value: scopes,
        })?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

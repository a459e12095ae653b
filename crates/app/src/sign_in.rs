//! Signing in and out, and who acts in a request.
//!
//! A sign-in is: take a try ([`take_try`]), check the password outside the transaction ([`Try::is_right`]), open a
//! session ([`open`]), the one-time code or passkey if the account has one ([`enter_code`], [`passkey`]), and the post
//! as which the person acts ([`choose_post`]), which is chosen by itself when there is only one. Every step hands out a new
//! token, so what an earlier step handed out is worth nothing. Functions return `Ok(Err(refusal))` where the
//! transaction must be kept although the person is refused: a wrong try counts.

pub mod passkey;
pub mod password;
pub mod provider;
pub mod relying_party;
pub mod secret;
mod session;
pub mod throttle;
pub mod totp;

use std::net::IpAddr;

use townhall_domain::ids::{AccessId, AccountId, Id, SessionId};
use townhall_domain::organisation::Basis;
use townhall_domain::second_factor::SecondFactors;
use townhall_domain::time::{self, Timestamp};
use townhall_domain::unit::UnitRegister;
use townhall_store::access_log::{self, Access};
use townhall_store::accounts::Account;
use townhall_store::organisation::Versioned;
use townhall_store::sessions::{self, Session, Stage};
use townhall_store::{StoreError, Tx, accounts, passkeys};

use password::{Password, Passwords};
use secret::Secret;
pub use session::{SeatChoice, SignedIn, officer_of_token, touch, who};
pub(crate) use throttle::Limit;

/// The two clocks of a request and the units of the day.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The machine's clock: sessions, tokens and codes.
    pub now: Timestamp,
    /// The business clock: mandates, absences and delegations are asked as of its day.
    pub business: Timestamp,
    /// Provinces and communes.
    pub units: &'a UnitRegister,
}

impl Moment<'_> {
    /// The business day.
    pub fn today(&self) -> jiff::civil::Date {
        time::local_date(self.business)
    }

    fn after_seconds(&self, seconds: i64) -> Timestamp {
        Timestamp::from_second(self.now.as_second().saturating_add(seconds)).unwrap_or(self.now)
    }

    /// An id for what no fact covers; never from a seed.
    fn new_id<T: Id>(&self) -> Result<T, StoreError> {
        let random = Secret::new()?.bytes();
        let mut ten = [0; 10];
        ten.copy_from_slice(&random[..10]);
        let milliseconds = u64::try_from(self.now.as_millisecond()).unwrap_or(0);
        Ok(T::from_uuid(
            uuid::Builder::from_unix_timestamp_millis(milliseconds, &ten).into_uuid(),
        ))
    }
}

/// Seconds for the one-time code, for an answer by a passkey and for the choice of a post.
const STEP_SECONDS: i64 = 5 * 60;
/// A session ends after so long without use: a lunch and a meeting.
const IDLE_SECONDS: i64 = 3 * 3_600;
/// A session ends after so long in any case: a working day with its overtime.
const LONGEST_SECONDS: i64 = 12 * 3_600;

/// Why a sign-in does not go on. None of them says whether the account exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// User name or password is wrong, or the account is closed.
    Wrong,
    /// The one-time code is wrong or was used before.
    WrongCode,
    /// The passkey is unknown, wrong or for another page, or its challenge has ended or was answered before.
    WrongPasskey,
    /// The passkey's counter tells that there may be a copy of it.
    CopiedPasskey,
    /// Too many failures from here: wait so many seconds.
    Wait(i64),
    /// The session of this step has ended: begin anew.
    Gone,
    /// The person holds no post today.
    NoPost,
}

/// A token to hand out, with its session.
#[derive(Debug, Clone)]
pub struct Handed {
    /// For the cookie.
    pub token: Secret,
    /// What it stands for.
    pub session: Session,
}

/// A try at a password, taken and counted.
#[derive(Clone)]
pub struct Try {
    account: Option<(AccountId, String)>,
    limits: [Limit; 2],
}

/// The form of a user name that is stored: 3 to 40 ASCII letters, digits, dots, hyphens and underscores.
pub fn canonical_user_name(typed: &str) -> Option<String> {
    let name = typed.trim().to_ascii_lowercase();
    let fits = (3..=40).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'@'));
    fits.then_some(name)
}

/// Takes a try for a user name from a source address.
///
/// # Errors
/// Inner: [`Refusal::Wait`].
pub fn take_try(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    user_name: &str,
    source: IpAddr,
) -> Result<Result<Try, Refusal>, StoreError> {
    let name = canonical_user_name(user_name);
    // A name that cannot be one is limited like any other, under one heading: it may be a megabyte long.
    let limits = [
        Limit::account_from(name.as_deref().unwrap_or(""), source),
        Limit::address(source),
    ];
    for limit in &limits {
        if let Err(seconds) = limit.take_try(tx, moment.now)? {
            tracing::warn!(wait_seconds = seconds, "a sign-in was made to wait");
            return Ok(Err(Refusal::Wait(seconds)));
        }
    }
    let found = name
        .map(|name| accounts::by_user_name(tx, &name))
        .transpose()?
        .flatten();
    let account = found
        .filter(|found| found.item.active)
        .map(|found| (found.item.id, found.item.password_hash));
    Ok(Ok(Try { account, limits }))
}

impl Try {
    /// Whether the password is right; takes the same time when there is no such account. Some 25 milliseconds
    /// of work: on a thread of its own, never inside a transaction.
    pub fn is_right(&self, passwords: &Passwords, password: &Password) -> bool {
        passwords.matches(password, self.account.as_ref().map(|(_, hash)| hash.as_str()))
    }
}

impl Try {
    /// Gives a right try back: the source starts afresh at this account.
    pub fn was_right(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let [account_from, address] = &self.limits;
        account_from.succeeded(tx)?;
        address.give_back(tx)
    }
}

/// Opens a session for a try whose password was right.
///
/// # Errors
/// Inner: [`Refusal::Wrong`] when the account changed meanwhile, [`Refusal::NoPost`].
pub fn open(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    right: &Try,
) -> Result<Result<Handed, Refusal>, StoreError> {
    let Some((id, hash)) = &right.account else {
        return Ok(Err(Refusal::Wrong));
    };
    let Some(Versioned { item: account, .. }) = accounts::load(tx, *id)? else {
        return Ok(Err(Refusal::Wrong));
    };
    if !account.active || account.password_hash != *hash {
        return Ok(Err(Refusal::Wrong));
    }
    right.was_right(tx)?;
    let stage = stage_after_first(tx, &account)?;
    first_step_done(tx, moment, account.id, stage)
}

/// The step that comes after the password: the second factor where the account has one.
fn stage_after_first(tx: &mut Tx<'_>, account: &Account) -> Result<Stage, StoreError> {
    let factors = SecondFactors {
        codes: account.totp_secret.is_some(),
        passkeys: passkeys::count(tx, account.id)?,
    };
    Ok(if factors.any() { Stage::Code } else { Stage::Post })
}

/// Opens the session of a person whose first step was right, at the step that comes next.
fn first_step_done(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    account: AccountId,
    stage: Stage,
) -> Result<Result<Handed, Refusal>, StoreError> {
    sessions::sweep(tx, moment.now, moment.after_seconds(-86_400))?;
    let token = Secret::new()?;
    let session = Session {
        id: moment.new_id::<SessionId>()?,
        account,
        stage,
        post: None,
        basis: None,
        csrf: Secret::new()?.bytes(),
        created_at: moment.now,
        seen_at: moment.now,
        expires_at: moment.after_seconds(STEP_SECONDS),
    };
    sessions::insert(tx, &session, &token.hash())?;
    let handed = Handed { token, session };
    if handed.session.stage == Stage::Code {
        Ok(Ok(handed))
    } else {
        settle(tx, moment, handed)
    }
}

/// Enters the one-time code of a session that waits for it.
///
/// # Errors
/// Inner: [`Refusal::WrongCode`], [`Refusal::Wait`], [`Refusal::Gone`], [`Refusal::NoPost`].
pub fn enter_code(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    token: &Secret,
    code: &str,
) -> Result<Result<Handed, Refusal>, StoreError> {
    let Some(session) = live(tx, moment, token)?.filter(|session| session.stage == Stage::Code) else {
        return Ok(Err(Refusal::Gone));
    };
    let Some(account) = accounts::load(tx, session.account)?
        .map(|found| found.item)
        .filter(|found| found.active)
    else {
        return Ok(Err(Refusal::Gone));
    };
    let limit = Limit::code(account.id);
    if let Err(seconds) = limit.take_try(tx, moment.now)? {
        return Ok(Err(Refusal::Wait(seconds)));
    }
    let step = account
        .totp_secret
        .as_deref()
        .and_then(|secret| totp::matching_step(secret, code, moment.now));
    match step {
        Some(step) if accounts::take_totp_step(tx, account.id, step)? => {
            limit.succeeded(tx)?;
            settle(
                tx,
                moment,
                Handed {
                    token: token.clone(),
                    session,
                },
            )
        }
        _ => Ok(Err(Refusal::WrongCode)),
    }
}

/// The person is known: choose the only post, or leave the choice.
fn settle(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    handed: Handed,
) -> Result<Result<Handed, Refusal>, StoreError> {
    let Handed { session, .. } = handed;
    let seats = session::seats_of_account(tx, moment, session.account)?;
    match seats.as_slice() {
        [] => {
            sessions::end(tx, session.id)?;
            Ok(Err(Refusal::NoPost))
        }
        [only] => sit_down(tx, moment, &session, only).map(Ok),
        _ => {
            let waiting = Session {
                stage: Stage::Post,
                expires_at: moment.after_seconds(STEP_SECONDS),
                ..session
            };
            renew(tx, moment, waiting).map(Ok)
        }
    }
}

/// Chooses the post as which the person acts, at sign-in or later.
///
/// # Errors
/// Inner: [`Refusal::Gone`] when the session ended, [`Refusal::NoPost`] when the person may not act as that post.
pub fn choose_post(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    token: &Secret,
    basis: Basis,
) -> Result<Result<Handed, Refusal>, StoreError> {
    let Some(session) = live(tx, moment, token)?.filter(|session| session.stage != Stage::Code) else {
        return Ok(Err(Refusal::Gone));
    };
    let seats = session::seats_of_account(tx, moment, session.account)?;
    match seats.iter().find(|seat| seat.basis == basis) {
        Some(seat) => sit_down(tx, moment, &session, seat).map(Ok),
        None => Ok(Err(Refusal::NoPost)),
    }
}

fn sit_down(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    session: &Session,
    seat: &SeatChoice,
) -> Result<Handed, StoreError> {
    accounts::note_sign_in(tx, session.account, moment.business)?;
    access_log::insert(
        tx,
        &Access {
            id: moment.new_id::<AccessId>()?,
            at: moment.business,
            account: session.account,
            person: seat.person,
            post: seat.post.id,
            unit: seat.post.unit.clone(),
            space: seat.post.space,
            action: "sign_in".to_owned(),
            subject_kind: "account".to_owned(),
            subject_id: session.account.to_string(),
            subject_unit: seat.post.unit.clone(),
            about: None,
            own_work: true,
            reason: None,
        },
    )?;
    // Switching posts does not make the day longer.
    let ends = if session.stage == Stage::Open {
        session.expires_at
    } else {
        moment.after_seconds(LONGEST_SECONDS)
    };
    let open = Session {
        stage: Stage::Open,
        post: Some(seat.post.id),
        basis: Some(seat.basis.to_key()),
        expires_at: ends,
        ..session.clone()
    };
    renew(tx, moment, open)
}

/// Saves a session under a new token and a new secret for its forms.
fn renew(tx: &mut Tx<'_>, moment: &Moment<'_>, session: Session) -> Result<Handed, StoreError> {
    let token = Secret::new()?;
    let session = Session {
        csrf: Secret::new()?.bytes(),
        seen_at: moment.now,
        ..session
    };
    sessions::advance(tx, &session, &token.hash())?;
    Ok(Handed { token, session })
}

/// The session of a token while it lasts.
fn live(tx: &mut Tx<'_>, moment: &Moment<'_>, token: &Secret) -> Result<Option<Session>, StoreError> {
    let idle_since = moment.after_seconds(-IDLE_SECONDS);
    Ok(sessions::by_token(tx, &token.hash())?
        .filter(|session| session.expires_at > moment.now && session.seen_at > idle_since))
}

/// Signs out: the token is worth nothing from now on.
pub fn sign_out(tx: &mut Tx<'_>, token: &Secret) -> Result<(), StoreError> {
    match sessions::by_token(tx, &token.hash())? {
        Some(session) => sessions::end(tx, session.id),
        None => Ok(()),
    }
}

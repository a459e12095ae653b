//! Signing in by an identity provider: the way out, the way back, and the session.
//!
//! Three steps, each a transaction of its own, because the provider is asked between them:
//! 1. [`begin`] keeps what the answer must fit to (state, nonce, proof key) for ten minutes and binds it to the
//!    browser by a cookie, so that nobody is signed in with an answer that was meant for another;
//! 2. [`come_back`] takes it again, once; then the edge has the provider prove who came;
//! 3. [`open`] finds the account of that subject and goes on as after a right password. An e-mail address or a user
//!    name is never looked at: both change hands.

use std::net::IpAddr;

use townhall_domain::ids::AccountId;
use townhall_store::provider_links::{self, ProviderTry};
use townhall_store::sessions::Stage;
use townhall_store::{StoreError, Tx, accounts};

use super::{Handed, Limit, Moment, Secret, first_step_done};
use crate::outside::SecondFactor;

/// Seconds for signing in at the provider, with a look for the telephone.
const WAY_SECONDS: i64 = 10 * 60;
/// The longest path to go to afterwards; a longer one is forgotten.
const LONGEST_NEXT: usize = 2_000;

/// Why a sign-in by the provider does not go on. None of them says whether an account exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No such way is open: another browser began it, it was used, or it took too long.
    Gone,
    /// Too many failures from here: wait so many seconds.
    Wait(i64),
    /// Nobody signs in as this subject: it is not linked, or the account is closed.
    Unlinked,
    /// The person holds no post today.
    NoPost,
}

impl From<super::Refusal> for Refusal {
    fn from(refusal: super::Refusal) -> Self {
        match refusal {
            super::Refusal::Wait(seconds) => Self::Wait(seconds),
            super::Refusal::NoPost => Self::NoPost,
            super::Refusal::Wrong => Self::Unlinked,
            super::Refusal::WrongCode
            | super::Refusal::WrongPasskey
            | super::Refusal::CopiedPasskey
            | super::Refusal::Gone => Self::Gone,
        }
    }
}

/// What the way to the provider is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To link the account of somebody who is signed in and has just typed his password.
    Link(AccountId),
}

/// A way that was opened; what goes into the address, and what into the cookie.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Goes to the provider and comes back.
    pub state: Secret,
    /// Stays in the browser.
    pub browser: Secret,
    /// Must stand in the identity token.
    pub nonce: Secret,
    /// Proof key of the code.
    pub verifier: Secret,
}

/// Opens a way to the provider.
pub fn begin(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    purpose: Purpose,
    next: &str,
) -> Result<Begun, StoreError> {
    let begun = Begun {
        state: Secret::new()?,
        browser: Secret::new()?,
        nonce: Secret::new()?,
        verifier: Secret::new()?,
    };
    let kept = ProviderTry {
        state_hash: begun.state.hash(),
        browser_hash: begun.browser.hash(),
        nonce: begun.nonce.reveal(),
        verifier: begun.verifier.reveal(),
        account: match purpose {
            Purpose::SignIn => None,
            Purpose::Link(account) => Some(account),
        },
        next: if next.len() <= LONGEST_NEXT {
            next.to_owned()
        } else {
            String::new()
        },
        expires_at: moment.after_seconds(WAY_SECONDS),
    };
    provider_links::keep_try(tx, &kept, moment.now)?;
    Ok(begun)
}

/// A way on which somebody came back. It counts as a failed try of its source until it is [given back](give_back).
#[derive(Debug, Clone)]
pub struct Returned {
    /// What it was for.
    pub purpose: Purpose,
    /// Must stand in the identity token.
    pub nonce: String,
    /// Proof key of the code.
    pub verifier: String,
    /// Where to go afterwards.
    pub next: String,
    limit: Limit,
}

/// Takes the way on which somebody comes back: once, and only in the browser that went out.
///
/// # Errors
/// Inner: [`Refusal::Wait`], [`Refusal::Gone`].
pub fn come_back(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    source: IpAddr,
    state: &str,
    browser: Option<&Secret>,
) -> Result<Result<Returned, Refusal>, StoreError> {
    let limit = Limit::address(source);
    if let Err(seconds) = limit.take_try(tx, moment.now)? {
        tracing::warn!(
            wait_seconds = seconds,
            "a sign-in by the identity provider was made to wait"
        );
        return Ok(Err(Refusal::Wait(seconds)));
    }
    let Some((state, browser)) = Secret::parse(state).zip(browser) else {
        return Ok(Err(Refusal::Gone));
    };
    let taken = provider_links::take_try(tx, &state.hash(), &browser.hash(), moment.now)?;
    Ok(taken.ok_or(Refusal::Gone).map(|taken| Returned {
        purpose: taken.account.map_or(Purpose::SignIn, Purpose::Link),
        nonce: taken.nonce,
        verifier: taken.verifier,
        next: taken.next,
        limit,
    }))
}

/// Gives the try back: the person was proved, or it was the provider that failed.
pub fn give_back(tx: &mut Tx<'_>, returned: &Returned) -> Result<(), StoreError> {
    returned.limit.give_back(tx)
}

/// Opens a session for the subject that the provider has proved.
///
/// # Errors
/// Inner: [`Refusal::Unlinked`], [`Refusal::NoPost`].
pub fn open(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    returned: &Returned,
    issuer: &str,
    subject: &str,
    second: SecondFactor,
) -> Result<Result<Handed, Refusal>, StoreError> {
    let Some(link) = provider_links::by_subject(tx, issuer, subject)? else {
        return Ok(Err(Refusal::Unlinked));
    };
    let found = accounts::load(tx, link.account)?.map(|found| found.item);
    let Some(account) = found.filter(|account| account.active) else {
        return Ok(Err(Refusal::Unlinked));
    };
    give_back(tx, returned)?;
    let stage = match second {
        SecondFactor::Ours => super::stage_after_first(tx, &account)?,
        SecondFactor::Provider => Stage::Post,
    };
    Ok(first_step_done(tx, moment, account.id, stage)?.map_err(Refusal::from))
}

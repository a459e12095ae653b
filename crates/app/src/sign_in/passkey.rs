//! Passkeys at sign-in: after the password, or alone; and the challenge for a new one.
//!
//! A ceremony is a challenge that the server keeps, for five minutes and for one answer: whoever answers takes it,
//! right or wrong. Each asks the authenticator to verify the person (finger, face, PIN), so a passkey alone is two
//! factors. Whose it is, which page asked and what was signed is checked by `webauthn-rs`.

use std::net::IpAddr;

use serde::de::DeserializeOwned;
use serde_json::Value;
use townhall_domain::ids::{AccountId, Id, SessionId};
use townhall_store::passkeys::{self, Ceremony, CeremonyKind, Passkey as Stored};
use townhall_store::sessions::{Session, Stage};
use townhall_store::{StoreError, Tx, accounts};
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, WebauthnError,
};

use super::relying_party::RelyingParty;
use super::throttle::Limit;
use super::{Handed, Moment, Refusal, STEP_SECONDS, Secret, first_step_done, live, settle};

/// Largest answer of a browser that is read; a certificate chain in an attestation takes some thousand bytes.
const MOST_BYTES: usize = 32 * 1024;

/// A challenge to hand to a browser.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Comes back with the answer; only its hash is kept.
    pub token: Secret,
    /// What `navigator.credentials` is asked with, bytes as base64url.
    pub options: Value,
}

/// What a browser sends back.
#[derive(Clone)]
pub struct Answer<'a> {
    /// The token of the ceremony, as it came back.
    pub token: &'a str,
    /// The credential as JSON.
    pub credential: &'a str,
}

// ---- after the password

/// A challenge for the passkeys of a session that waits for its second step.
///
/// # Errors
/// Inner: [`Refusal::Gone`] when there is no such session, [`Refusal::WrongPasskey`] when the account has no passkey
/// for this domain.
pub fn begin_step(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    party: &RelyingParty,
    token: &Secret,
) -> Result<Result<Begun, Refusal>, StoreError> {
    let Some(session) = waiting(tx, moment, token)? else {
        return Ok(Err(Refusal::Gone));
    };
    let found = passkeys::of_account(tx, session.account)?;
    let usable: Vec<Passkey> = found
        .iter()
        .filter(|passkey| is_usable(passkey, party))
        .map(with_its_counter)
        .collect::<Result<_, _>>()?;
    if usable.is_empty() {
        return Ok(Err(Refusal::WrongPasskey));
    }
    let (options, state) = party.ask_one_of(&usable)?;
    begin(tx, moment, CeremonyKind::Step, Some(session.id), state, options).map(Ok)
}

/// Shows a passkey after the password.
///
/// # Errors
/// Inner: [`Refusal::WrongPasskey`], [`Refusal::CopiedPasskey`], [`Refusal::Wait`], [`Refusal::Gone`],
/// [`Refusal::NoPost`].
pub fn finish_step(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    party: &RelyingParty,
    token: &Secret,
    answer: &Answer<'_>,
) -> Result<Result<Handed, Refusal>, StoreError> {
    let Some(session) = waiting(tx, moment, token)? else {
        return Ok(Err(Refusal::Gone));
    };
    let limit = Limit::passkey(session.account);
    if let Err(seconds) = limit.take_try(tx, moment.now)? {
        return Ok(Err(Refusal::Wait(seconds)));
    }
    let Some(state) = take(tx, moment, CeremonyKind::Step, Some(session.id), answer.token)? else {
        return Ok(Err(Refusal::WrongPasskey));
    };
    let Some(shown) = parsed::<PublicKeyCredential>(answer.credential) else {
        return Ok(Err(Refusal::WrongPasskey));
    };
    let state: PasskeyAuthentication = serde_json::from_str(&state)?;
    let Some(stored) = passkeys::by_credential(tx, shown.get_credential_id())?
        .filter(|stored| stored.account == session.account && is_usable(stored, party))
    else {
        return Ok(Err(Refusal::WrongPasskey));
    };
    let checked = party.webauthn().finish_passkey_authentication(&shown, &state);
    if let Err(refusal) = settle_use(tx, moment, &stored, checked)? {
        return Ok(Err(refusal));
    }
    limit.succeeded(tx)?;
    let token = token.clone();
    settle(tx, moment, Handed { token, session })
}

// ---- alone

/// A challenge for whatever passkey the person chooses; nobody is known yet.
///
/// # Errors
/// Inner: [`Refusal::Wait`].
pub fn begin_alone(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    party: &RelyingParty,
    source: IpAddr,
) -> Result<Result<Begun, Refusal>, StoreError> {
    // A challenge that nobody answers counts as a failure: it fills a table.
    if let Err(seconds) = Limit::passkeys_from(source).take_try(tx, moment.now)? {
        tracing::warn!(wait_seconds = seconds, "a sign-in by passkey was made to wait");
        return Ok(Err(Refusal::Wait(seconds)));
    }
    passkeys::sweep_ceremonies(tx, moment.now)?;
    let (options, state) = party.ask_any()?;
    begin(tx, moment, CeremonyKind::Alone, None, state, options).map(Ok)
}

/// Signs in by a passkey alone. An unknown one, one of a closed account and a wrong signature are told alike.
///
/// # Errors
/// Inner: [`Refusal::WrongPasskey`], [`Refusal::CopiedPasskey`], [`Refusal::NoPost`].
pub fn finish_alone(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    party: &RelyingParty,
    source: IpAddr,
    answer: &Answer<'_>,
) -> Result<Result<Handed, Refusal>, StoreError> {
    let Some(state) = take(tx, moment, CeremonyKind::Alone, None, answer.token)? else {
        return Ok(Err(Refusal::WrongPasskey));
    };
    let Some(shown) = parsed::<PublicKeyCredential>(answer.credential) else {
        return Ok(Err(Refusal::WrongPasskey));
    };
    let state: DiscoverableAuthentication = serde_json::from_str(&state)?;
    let Ok((account, credential)) = party.webauthn().identify_discoverable_authentication(&shown) else {
        return Ok(Err(Refusal::WrongPasskey));
    };
    let account = AccountId::from_uuid(account);
    let Some(stored) = passkeys::by_credential(tx, credential)?
        .filter(|stored| stored.account == account && is_usable(stored, party))
    else {
        return Ok(Err(Refusal::WrongPasskey));
    };
    if !accounts::load(tx, account)?.is_some_and(|found| found.item.active) {
        return Ok(Err(Refusal::WrongPasskey));
    }
    let key = DiscoverableKey::from(with_its_counter(&stored)?);
    let checked = party
        .webauthn()
        .finish_discoverable_authentication_v2(&shown, state, &key);
    if let Err(refusal) = settle_use(tx, moment, &stored, checked)? {
        return Ok(Err(refusal));
    }
    Limit::passkeys_from(source).give_back(tx)?;
    first_step_done(tx, moment, account, Stage::Post)
}

// ---- a new one

/// A challenge for a new passkey of somebody who has just typed his password again.
///
/// # Errors
/// Those of the store; an account that is gone is [`Refusal::Gone`].
pub fn begin_new(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    party: &RelyingParty,
    session: &Session,
    person_name: &str,
) -> Result<Result<Begun, Refusal>, StoreError> {
    let Some(account) = accounts::load(tx, session.account)? else {
        return Ok(Err(Refusal::Gone));
    };
    let known = passkeys::of_account(tx, session.account)?;
    let known = known.into_iter().map(|passkey| passkey.credential_id).collect();
    let (options, state) = party.ask_new(
        session.account.uuid(),
        &account.item.user_name,
        person_name,
        known,
    )?;
    begin(tx, moment, CeremonyKind::Add, Some(session.id), state, options).map(Ok)
}

/// What the browser made, checked and ready for [`crate::accounts::add_passkey`].
///
/// # Errors
/// Inner: [`Refusal::WrongPasskey`] when the challenge is another's, has ended or was answered before, or the answer
/// does not fit it.
pub fn finish_new(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    party: &RelyingParty,
    session: SessionId,
    answer: &Answer<'_>,
) -> Result<Result<NewPasskey, Refusal>, StoreError> {
    let Some(state) = take(tx, moment, CeremonyKind::Add, Some(session), answer.token)? else {
        return Ok(Err(Refusal::WrongPasskey));
    };
    let Some(made) = parsed::<RegisterPublicKeyCredential>(answer.credential) else {
        return Ok(Err(Refusal::WrongPasskey));
    };
    let state: PasskeyRegistration = serde_json::from_str(&state)?;
    match party.webauthn().finish_passkey_registration(&made, &state) {
        Ok(passkey) => Ok(Ok(NewPasskey {
            credential_id: passkey.cred_id().clone(),
            credential: serde_json::to_string(&passkey)?,
            relying_party: party.domain().to_owned(),
        })),
        Err(error) => Ok(Err(refused(&error))),
    }
}

/// A passkey that a browser has just made.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    pub(crate) credential_id: Vec<u8>,
    pub(crate) credential: String,
    pub(crate) relying_party: String,
}

// ---- what all share

/// Whether a passkey can be shown here: it was made for this domain.
fn is_usable(passkey: &Stored, party: &RelyingParty) -> bool {
    passkey.relying_party == party.domain()
}

/// The session of a token that waits for its second step, of an account that is open.
fn waiting(tx: &mut Tx<'_>, moment: &Moment<'_>, token: &Secret) -> Result<Option<Session>, StoreError> {
    let Some(session) = live(tx, moment, token)?.filter(|session| session.stage == Stage::Code) else {
        return Ok(None);
    };
    let open = accounts::load(tx, session.account)?.is_some_and(|found| found.item.active);
    Ok(open.then_some(session))
}

fn begin(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    kind: CeremonyKind,
    session: Option<SessionId>,
    state: String,
    options: Value,
) -> Result<Begun, StoreError> {
    let token = Secret::new()?;
    let ceremony = Ceremony {
        kind,
        session,
        state,
        expires_at: moment.after_seconds(STEP_SECONDS),
    };
    passkeys::begin_ceremony(tx, &ceremony, &token.hash())?;
    Ok(Begun { token, options })
}

/// Takes the ceremony of an answer: nobody answers it a second time. Nothing when it is not of this kind and session,
/// or has ended.
fn take(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    kind: CeremonyKind,
    session: Option<SessionId>,
    token: &str,
) -> Result<Option<String>, StoreError> {
    let Some(token) = Secret::parse(token) else {
        return Ok(None);
    };
    Ok(passkeys::take_ceremony(tx, &token.hash())?
        .filter(|found| found.kind == kind && found.session == session && found.expires_at > moment.now)
        .map(|found| found.state))
}

fn parsed<T: DeserializeOwned>(credential: &str) -> Option<T> {
    if credential.len() > MOST_BYTES {
        return None;
    }
    serde_json::from_str(credential).ok()
}

/// The passkey as the library knows it, with the counter as it stands now: what was stored when it was made never
/// changes, since a fact covers it.
fn with_its_counter(stored: &Stored) -> Result<Passkey, StoreError> {
    let mut credential: Value = serde_json::from_str(&stored.credential)?;
    if let Some(counter) = credential.pointer_mut("/cred/counter") {
        let at_first = counter.as_i64().unwrap_or(0);
        *counter = at_first.max(stored.used.counter).into();
    }
    Ok(serde_json::from_value(credential)?)
}

/// Takes the use that was shown; a counter that did not go on means that somebody may have a copy.
fn settle_use(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    stored: &Stored,
    checked: Result<AuthenticationResult, WebauthnError>,
) -> Result<Result<(), Refusal>, StoreError> {
    let result = match checked {
        Ok(result) => result,
        Err(error) => {
            let refusal = refused(&error);
            if refusal == Refusal::CopiedPasskey {
                passkeys::note_copy(tx, stored.id, moment.business)?;
                tracing::warn!(account.id = %stored.account, passkey.id = %stored.id, "a passkey of account {} may have been copied", stored.account);
            }
            return Ok(Err(refusal));
        }
    };
    // Whoever signs with a key of which there may be a copy has just shown that he holds it: he is told.
    if stored.used.copied_at.is_some() {
        return Ok(Err(Refusal::CopiedPasskey));
    }
    let counter = i64::from(result.counter());
    if !result.user_verified() || !passkeys::take_use(tx, stored.id, counter, moment.business)? {
        return Ok(Err(Refusal::WrongPasskey));
    }
    Ok(Ok(()))
}

fn refused(error: &WebauthnError) -> Refusal {
    if matches!(error, WebauthnError::CredentialPossibleCompromise) {
        return Refusal::CopiedPasskey;
    }
    tracing::info!(why = %error, "a passkey was refused");
    Refusal::WrongPasskey
}

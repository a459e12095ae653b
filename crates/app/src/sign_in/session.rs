//! From a session's or a program's token to the actor of a request.

use std::collections::BTreeSet;
use std::sync::Arc;

use townhall_domain::ids::{AccountId, MandateId, PersonId, TokenId};
use townhall_domain::organisation::{Basis, Post};
use townhall_domain::permission::Rights;
use townhall_domain::second_factor::SecondFactors;
use townhall_store::accounts::{Account, AccountSettings};
use townhall_store::sessions::{self, Session, Stage};
use townhall_store::{StoreError, Tx, accounts, organisation, passkeys};

use super::{Moment, Secret, live};
use crate::actor::{Actor, Officer};

/// A post that a person may choose to act as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatChoice {
    /// Who chooses.
    pub person: PersonId,
    /// The post.
    pub post: Post,
    /// His own mandate.
    pub mandate: MandateId,
    /// Why he may.
    pub basis: Basis,
    /// With which rights.
    pub rights: Rights,
}

/// Who is signed in, as far as his sign-in has come.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session. A session whose post is no longer his stands at [`Stage::Post`] again.
    pub session: Session,
    /// His user name.
    pub user_name: String,
    /// The person.
    pub person: PersonId,
    /// The person's name.
    pub person_name: String,
    /// Whether he must choose a new password before anything else.
    pub change_password: bool,
    /// Whether his account asks for one-time codes.
    pub has_totp: bool,
    /// How many passkeys it has.
    pub passkeys: i64,
    /// Language, theme, shortcuts.
    pub settings: AccountSettings,
    /// As whom he may act today.
    pub seats: Vec<SeatChoice>,
    /// The actor, once the post is chosen.
    pub actor: Option<Actor>,
}

/// Who is signed in with this token; nobody when it is unknown, has ended, or the account was closed.
pub fn who(tx: &mut Tx<'_>, moment: &Moment<'_>, token: &Secret) -> Result<Option<SignedIn>, StoreError> {
    let Some(mut session) = live(tx, moment, token)? else {
        return Ok(None);
    };
    let Some(account) = active(tx, session.account)? else {
        return Ok(None);
    };
    let Some(person) = organisation::person(tx, account.person)? else {
        return Ok(None);
    };
    // Before the one-time code the person is not proved: his posts are not shown.
    let seats = if session.stage == Stage::Code {
        Vec::new()
    } else {
        seats_of(tx, moment, account.person)?
    };
    let mut actor = None;
    if session.stage == Stage::Open {
        let chosen = session.basis.as_deref().and_then(Basis::parse);
        let seat = seats
            .iter()
            .find(|seat| Some(seat.basis) == chosen && Some(seat.post.id) == session.post);
        match seat {
            Some(seat) => actor = Some(actor_in(seat, account.id, moment, None)),
            None => {
                session = Session {
                    stage: Stage::Post,
                    post: None,
                    basis: None,
                    ..session
                }
            }
        }
    }
    Ok(Some(SignedIn {
        user_name: account.user_name,
        person: account.person,
        person_name: person.item.name,
        change_password: account.change_password,
        has_totp: account.totp_secret.is_some(),
        passkeys: passkeys::count(tx, account.id)?,
        settings: accounts::settings(tx, account.id)?,
        session,
        seats,
        actor,
    }))
}

/// Notes that a session is in use, if the last note is over a minute old.
pub fn touch(tx: &mut Tx<'_>, moment: &Moment<'_>, session: &Session) -> Result<(), StoreError> {
    sessions::touch(tx, session.id, moment.now)
}

impl SignedIn {
    /// What the account asks for beside its password.
    pub fn second_factors(&self) -> SecondFactors {
        SecondFactors {
            codes: self.has_totp,
            passkeys: self.passkeys,
        }
    }

    /// Whether [`touch`] is due; asked first, so that most requests write nothing.
    pub fn touch_is_due(&self, moment: &Moment<'_>) -> bool {
        moment.now.as_second() - self.session.seen_at.as_second() >= 60
    }
}

/// The actor of a program's token: the post it was made for, while the person may act as it, with no more than
/// the token's scopes. Nobody when the token is unknown, has ended or was taken back, or the account was closed.
pub fn officer_of_token(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    token: &Secret,
) -> Result<Option<Actor>, StoreError> {
    let Some(found) = accounts::token_by_hash(tx, &token.hash())? else {
        return Ok(None);
    };
    if found.revoked_at.is_some() || found.expires_at <= moment.now {
        return Ok(None);
    }
    // Whoever must choose a new password first does so before his programs go on.
    let Some(account) = active(tx, found.account)?.filter(|account| !account.change_password) else {
        return Ok(None);
    };
    let seats = seats_of(tx, moment, account.person)?;
    let seat = seats.into_iter().find(|seat| seat.post.id == found.post);
    Ok(seat.map(|seat| {
        let cut = SeatChoice {
            rights: seat.rights.limited_to(found.scopes),
            ..seat
        };
        actor_in(&cut, account.id, moment, Some(found.id))
    }))
}

fn active(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, StoreError> {
    Ok(accounts::load(tx, id)?
        .map(|found| found.item)
        .filter(|account| account.active))
}

pub(super) fn seats_of_account(
    tx: &mut Tx<'_>,
    moment: &Moment<'_>,
    account: AccountId,
) -> Result<Vec<SeatChoice>, StoreError> {
    match accounts::load(tx, account)? {
        Some(found) => seats_of(tx, moment, found.item.person),
        None => Ok(Vec::new()),
    }
}

fn seats_of(tx: &mut Tx<'_>, moment: &Moment<'_>, person: PersonId) -> Result<Vec<SeatChoice>, StoreError> {
    let today = moment.today();
    let known = organisation::organisation_of_person(tx, person, today)?;
    let seats = known.seats_of(person, today).into_iter();
    Ok(seats
        .filter_map(|seat| {
            let post = known.post(seat.post)?.clone();
            Some(SeatChoice {
                person,
                post,
                mandate: seat.mandate,
                basis: seat.basis,
                rights: seat.rights,
            })
        })
        .collect())
}

fn actor_in(seat: &SeatChoice, account: AccountId, moment: &Moment<'_>, token: Option<TokenId>) -> Actor {
    let unit = &seat.post.unit;
    let province = moment.units.by_id(unit).and_then(|unit| unit.parent.clone());
    let below: BTreeSet<_> = if province.is_some() {
        BTreeSet::new()
    } else {
        moment
            .units
            .communes_of(unit, moment.today())
            .map(|commune| commune.id.clone())
            .collect()
    };
    Actor::Officer(Arc::new(Officer {
        account,
        person: seat.person,
        post: seat.post.id,
        mandate: seat.mandate,
        basis: seat.basis,
        unit: unit.clone(),
        province,
        below: Arc::new(below),
        space: seat.post.space,
        division: seat.post.division.clone(),
        roles: seat.post.roles.clone(),
        rights: seat.rights,
        token,
    }))
}

//! Who acts: stand-ins, delegations, spaces, provinces, programs; and every wrong person among them.

use jiff::civil::date;
use townhall_app::actor::Actor;
use townhall_app::sign_in::secret::Secret;
use townhall_app::sign_in::{self, Moment, Refusal};
use townhall_domain::ids::PostId;
use townhall_domain::organisation::{Absence, AbsenceReason, Basis, Delegation, Interval, Post};
use townhall_domain::permission::{Right, Role, Scope};
use townhall_domain::space::Space;
use townhall_store::accounts::{Account, ApiToken};
use townhall_store::{Db, accounts, organisation};
use townhall_testkit::databases;

use crate::people::{
    DAY, PASSWORD, account, add_post, at, at_on, choose, employ, enrol_person, give, id, post, read, sign_in,
    thuan_an, unit, who, write,
};

fn chair_away(stand_in: PostId) -> Absence {
    Absence {
        id: id(201),
        person: id(11),
        post: id(1),
        valid: Interval::new(DAY, Some(date(2025, 8, 7))).expect("days"),
        reason: AbsenceReason::Leave,
        stand_in: Some(stand_in),
    }
}

#[test]
fn a_stand_in_acts_for_the_absent_one_only_while_he_is_absent() {
    for (name, db) in databases() {
        write(&db, |tx| {
            employ(tx, 1, Role::Chair)?;
            employ(tx, 2, Role::ViceChair)?;
            organisation::save_absence(tx, &chair_away(id(2)))
        });
        let waiting = sign_in(&db, at(0), "user.2", PASSWORD).expect("known");
        let acting = choose(&db, at(1), &waiting.token, Basis::Absence(id(201))).expect("chosen");
        let actor = who(&db, at(2), &acting.token)
            .expect("open")
            .actor
            .expect("an actor");
        let officer = actor.officer().expect("an officer");
        assert_eq!((officer.post, officer.mandate), (id(1), id(102)), "{name}");
        assert!(
            officer.acts_for_another() && actor.may(Right::ManageCalendar, &thuan_an()),
            "{name}"
        );
        let back = who(&db, at_on(3, date(2025, 8, 7)), &acting.token).expect("the session is still there");
        assert!(back.actor.is_none(), "{name}: the chair is back");
        assert_eq!(back.seats.len(), 1, "{name}: his own post is left to choose");
    }
}

#[test]
fn an_expired_delegation_gives_nothing() {
    for (name, db) in databases() {
        write(&db, |tx| {
            employ(tx, 1, Role::Chair)?;
            employ(tx, 2, Role::Handler)?;
            organisation::save_delegation(
                tx,
                &Delegation {
                    id: id(301),
                    from: id(1),
                    to: id(2),
                    rights: [Right::ManageCalendar].into_iter().collect(),
                    valid: Interval::new(date(2025, 8, 1), Some(date(2025, 8, 6))).expect("days"),
                    decision: None,
                },
            )
        });
        let waiting = sign_in(&db, at(0), "user.2", PASSWORD).expect("known");
        let acting = choose(&db, at(1), &waiting.token, Basis::Delegation(id(301))).expect("chosen");
        let actor = who(&db, at(2), &acting.token)
            .expect("open")
            .actor
            .expect("an actor");
        assert!(actor.may(Right::ManageCalendar, &thuan_an()), "{name}");
        assert!(
            !actor.holds(Right::ApproveResult),
            "{name}: only what was delegated"
        );
        let expired =
            who(&db, at_on(3, date(2025, 8, 6)), &acting.token).expect("the session is still there");
        assert!(expired.actor.is_none(), "{name}");
        let again = choose(
            &db,
            at_on(4, date(2025, 8, 6)),
            &acting.token,
            Basis::Delegation(id(301)),
        );
        assert_eq!(again.err(), Some(Refusal::NoPost), "{name}");
    }
}

#[test]
fn a_post_of_the_other_space_is_another_actor() {
    for (name, db) in databases() {
        write(&db, |tx| {
            employ(tx, 1, Role::Chair)?;
            let party = Post {
                division: "party".to_owned(),
                space: Space::Party,
                ..post(2, Role::PartyLeader)
            };
            add_post(tx, &party)?;
            give(tx, 102, id(2), id(11), Interval::since(date(2025, 7, 1)))
        });
        let waiting = sign_in(&db, at(0), "user.1", PASSWORD).expect("known");
        let party = choose(&db, at(1), &waiting.token, Basis::Mandate(id(102))).expect("chosen");
        let actor = who(&db, at(2), &party.token)
            .expect("open")
            .actor
            .expect("an actor");
        assert!(
            actor.is_of_space(Space::Party) && !actor.is_of_space(Space::State),
            "{name}"
        );
        assert!(!actor.holds(Right::ReadDossier), "{name}");
    }
}

#[test]
fn a_province_reaches_its_communes_and_no_others() {
    for (name, db) in databases() {
        write(&db, |tx| {
            let leader = Post {
                unit: unit("68"),
                ..post(1, Role::ProvincialLeader)
            };
            add_post(tx, &leader)?;
            enrol_person(tx, 1)?;
            give(tx, 101, id(1), id(11), Interval::since(date(2025, 7, 1)))
        });
        let handed = sign_in(&db, at(0), "user.1", PASSWORD).expect("signed in");
        let actor = who(&db, at(1), &handed.token)
            .expect("open")
            .actor
            .expect("an actor");
        assert!(actor.may(Right::ReadStatistics, &thuan_an()), "{name}");
        assert_eq!(
            actor.units_for(Right::ReadStatistics).len(),
            125,
            "{name}: Lâm Đồng and its 124 communes"
        );
        assert!(
            !actor.may(Right::ReadStatistics, &unit("01")),
            "{name}: another province"
        );
    }
}

fn token(scopes: &[Right], expires: i64) -> ApiToken {
    ApiToken {
        id: id(401),
        account: id(1001),
        post: id(1),
        label: "nhập liệu".to_owned(),
        scopes: scopes.iter().copied().collect(),
        created_at: at(0).now,
        expires_at: at(expires).now,
        revoked_at: None,
    }
}

fn actor_of(db: &Db, moment: Moment<'static>, secret: &Secret) -> Option<Actor> {
    let secret = secret.clone();
    read(db, move |tx| sign_in::officer_of_token(tx, &moment, &secret))
}

#[test]
fn a_program_may_no_more_than_its_token_and_its_owner() {
    for (name, db) in databases() {
        let secret = Secret::new().expect("random");
        let hash = secret.hash();
        write(&db, move |tx| {
            employ(tx, 1, Role::Receptionist)?;
            accounts::insert_token(
                tx,
                &token(&[Right::ReadDossier, Right::ApproveResult], 1_000),
                &hash,
            )
        });
        let actor = actor_of(&db, at(1), &secret).expect("an actor");
        let officer = actor.officer().expect("an officer");
        assert_eq!(officer.token, Some(id(401)), "{name}");
        assert!(actor.may(Right::ReadDossier, &thuan_an()), "{name}");
        assert!(
            !actor.holds(Right::AcceptDossier),
            "{name}: the owner may, the scope is missing"
        );
        assert!(
            !actor.holds(Right::ApproveResult),
            "{name}: the scope is there, the owner may not"
        );
        assert_eq!(
            officer.rights.within(Scope::OwnUnit),
            [Right::ReadDossier].into_iter().collect(),
            "{name}"
        );
        assert!(actor_of(&db, at(1_000), &secret).is_none(), "{name}: expired");
        assert!(
            who(&db, at(1), &secret).is_none(),
            "{name}: a token is no session"
        );
    }
}

#[test]
fn a_token_ends_with_its_revocation_the_mandate_and_the_account() {
    for (name, db) in databases() {
        let secret = Secret::new().expect("random");
        let hash = secret.hash();
        write(&db, move |tx| {
            add_post(tx, &post(1, Role::Receptionist))?;
            enrol_person(tx, 1)?;
            give(
                tx,
                101,
                id(1),
                id(11),
                Interval::new(date(2025, 7, 1), Some(date(2025, 8, 6))).expect("days"),
            )?;
            accounts::insert_token(tx, &token(&[Right::ReadDossier], 1_000), &hash)
        });
        assert!(actor_of(&db, at(1), &secret).is_some(), "{name}");
        assert!(
            actor_of(&db, at_on(1, date(2025, 8, 6)), &secret).is_none(),
            "{name}: the mandate ended"
        );
        write(&db, |tx| {
            accounts::update(
                tx,
                &Account {
                    active: false,
                    ..account(1)
                },
                1,
            )
        });
        assert!(
            actor_of(&db, at(1), &secret).is_none(),
            "{name}: the account was closed"
        );
        write(&db, |tx| {
            accounts::update(tx, &account(1), 2)?;
            accounts::revoke_token(tx, id(1001), id(401), at(2).now)
        });
        assert!(actor_of(&db, at(3), &secret).is_none(), "{name}: taken back");
    }
}

//! Signing in: the steps, and what makes a source wait.

use std::net::IpAddr;

use jiff::civil::date;
use townhall_app::sign_in::secret::Secret;
use townhall_app::sign_in::throttle::Limit;
use townhall_app::sign_in::{self, Refusal, totp};
use townhall_domain::organisation::{Basis, Interval};
use townhall_domain::permission::{Right, Role};
use townhall_store::accounts;
use townhall_store::accounts::Account;
use townhall_store::sessions::Stage;
use townhall_testkit::databases;

use crate::people::{
    DAY, PASSWORD, account, add_post, at, at_on, choose, employ, enrol_person, enter, give, home, id, post,
    sign_in, sign_in_from, thuan_an, unit, who, write,
};

#[test]
fn who_has_one_post_is_signed_in_with_it_at_once() {
    for (name, db) in databases() {
        write(&db, |tx| employ(tx, 1, Role::Receptionist));
        let handed = sign_in(&db, at(0), " User.1 ", PASSWORD).expect("signed in");
        let found = who(&db, at(1), &handed.token).expect("a session");
        let actor = found.actor.expect("an actor");
        let officer = actor.officer().expect("an officer");
        assert_eq!((officer.post, officer.mandate), (id(1), id(101)), "{name}");
        assert_eq!(
            officer.province,
            Some(unit("68")),
            "{name}: the province of the commune"
        );
        assert!(actor.may(Right::AcceptDossier, &thuan_an()), "{name}");
        assert!(
            !actor.may(Right::AcceptDossier, &unit("24640")),
            "{name}: the sister commune"
        );
    }
}

#[test]
fn a_wrong_password_an_unknown_name_and_a_closed_account_are_told_alike() {
    for (name, db) in databases() {
        write(&db, |tx| {
            employ(tx, 1, Role::Receptionist)?;
            employ(tx, 2, Role::Handler)?;
            accounts::update(
                tx,
                &Account {
                    active: false,
                    ..account(2)
                },
                1,
            )
        });
        let odd = "x".repeat(10_000_000);
        for (user, password) in [
            ("user.1", "another password"),
            ("user.2", PASSWORD),
            ("nobody", PASSWORD),
            ("", ""),
            ("user.1\0", PASSWORD),
            (odd.as_str(), PASSWORD),
            ("user.1", odd.as_str()),
        ] {
            assert_eq!(
                sign_in(&db, at(0), user, password).err(),
                Some(Refusal::Wrong),
                "{name}"
            );
        }
    }
}

#[test]
fn who_holds_no_post_today_is_told_so_and_gets_no_session() {
    for (name, db) in databases() {
        write(&db, |tx| {
            add_post(tx, &post(1, Role::Receptionist))?;
            enrol_person(tx, 1)?;
            give(
                tx,
                101,
                id(1),
                id(11),
                Interval::new(date(2025, 7, 1), Some(DAY)).expect("days"),
            )
        });
        let yesterday = sign_in(&db, at_on(0, date(2025, 8, 4)), "user.1", PASSWORD).expect("the last day");
        assert!(
            who(&db, at_on(1, date(2025, 8, 4)), &yesterday.token)
                .expect("there")
                .actor
                .is_some(),
            "{name}"
        );
        assert_eq!(
            sign_in(&db, at(0), "user.1", PASSWORD).err(),
            Some(Refusal::NoPost),
            "{name}"
        );
        // The session of yesterday has no actor today: the mandate ended overnight.
        let today = who(&db, at(1), &yesterday.token).expect("the session is still there");
        assert!(
            today.actor.is_none() && today.seats.is_empty() && today.session.stage == Stage::Post,
            "{name}"
        );
    }
}

#[test]
fn one_person_with_several_posts_chooses_and_switches_and_never_has_both() {
    for (name, db) in databases() {
        write(&db, |tx| {
            employ(tx, 1, Role::Handler)?;
            add_post(tx, &post(2, Role::Clerk))?;
            give(tx, 102, id(2), id(11), Interval::since(date(2025, 7, 1)))
        });
        let waiting = sign_in(&db, at(0), "user.1", PASSWORD).expect("known");
        assert_eq!(waiting.session.stage, Stage::Post, "{name}");
        let found = who(&db, at(1), &waiting.token).expect("a session");
        assert!(found.actor.is_none(), "{name}: nothing before the choice");
        assert_eq!(found.seats.len(), 2, "{name}");
        let foreign = choose(&db, at(2), &waiting.token, Basis::Mandate(id(999)));
        assert_eq!(foreign.err(), Some(Refusal::NoPost), "{name}");
        let handler = choose(&db, at(2), &waiting.token, Basis::Mandate(id(101))).expect("chosen");
        assert!(
            who(&db, at(3), &waiting.token).is_none(),
            "{name}: the earlier token is worth nothing"
        );
        let actor = who(&db, at(3), &handler.token)
            .expect("open")
            .actor
            .expect("an actor");
        assert!(
            actor.holds(Right::AppraiseDossier) && !actor.holds(Right::NumberAndIssue),
            "{name}"
        );
        let clerk = choose(&db, at(60), &handler.token, Basis::Mandate(id(102))).expect("switched");
        let actor = who(&db, at(61), &clerk.token)
            .expect("open")
            .actor
            .expect("an actor");
        assert!(
            !actor.holds(Right::AppraiseDossier) && actor.holds(Right::NumberAndIssue),
            "{name}"
        );
        assert_eq!(
            clerk.session.expires_at, handler.session.expires_at,
            "{name}: no longer day by switching"
        );
        assert_ne!(clerk.session.csrf, handler.session.csrf, "{name}");
    }
}

#[test]
fn a_session_ends_when_unused_when_old_and_at_sign_out() {
    for (name, db) in databases() {
        write(&db, |tx| employ(tx, 1, Role::Receptionist));
        let handed = sign_in(&db, at(0), "user.1", PASSWORD).expect("signed in");
        let there = |second| who(&db, at(second), &handed.token).is_some();
        assert!(there(3 * 3_600 - 1) && !there(3 * 3_600), "{name}: idle");
        for hour in 1..=12 {
            let session = handed.session.clone();
            write(&db, move |tx| sign_in::touch(tx, &at(hour * 3_600), &session));
        }
        assert!(there(12 * 3_600 - 1) && !there(12 * 3_600), "{name}: longest");
        let again = sign_in(&db, at(0), "user.1", PASSWORD).expect("signed in");
        let token = again.token.clone();
        write(&db, move |tx| sign_in::sign_out(tx, &token));
        assert!(who(&db, at(1), &again.token).is_none(), "{name}: signed out");
        assert!(
            who(&db, at(1), &Secret::new().expect("random")).is_none(),
            "{name}: a made-up token"
        );
    }
}

#[test]
fn a_closed_account_ends_its_sessions_at_once() {
    for (name, db) in databases() {
        write(&db, |tx| employ(tx, 1, Role::Receptionist));
        let handed = sign_in(&db, at(0), "user.1", PASSWORD).expect("signed in");
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
        assert!(who(&db, at(1), &handed.token).is_none(), "{name}");
    }
}

#[test]
fn failures_make_their_source_wait_and_nobody_else() {
    for (name, db) in databases() {
        write(&db, |tx| {
            employ(tx, 1, Role::Receptionist)?;
            employ(tx, 2, Role::Handler)
        });
        let outside = IpAddr::from([203, 0, 113, 9]);
        for _ in 0..5 {
            assert_eq!(
                sign_in_from(&db, at(0), "user.1", "guess", outside).err(),
                Some(Refusal::Wrong),
                "{name}"
            );
        }
        // The right password is not even looked at while the source waits.
        assert_eq!(
            sign_in_from(&db, at(0), "user.1", PASSWORD, outside).err(),
            Some(Refusal::Wait(1)),
            "{name}"
        );
        assert!(
            sign_in(&db, at(0), "user.1", PASSWORD).is_ok(),
            "{name}: the owner, from his own place"
        );
        assert!(
            sign_in_from(&db, at(0), "user.2", PASSWORD, outside).is_ok(),
            "{name}: another account"
        );
        assert_eq!(
            sign_in_from(&db, at(1), "user.1", "guess", outside).err(),
            Some(Refusal::Wrong),
            "{name}"
        );
        assert_eq!(
            sign_in_from(&db, at(1), "user.1", "guess", outside).err(),
            Some(Refusal::Wait(2)),
            "{name}"
        );
        assert!(
            sign_in_from(&db, at(3), "user.1", PASSWORD, outside).is_ok(),
            "{name}: after the wait"
        );
        assert_eq!(
            sign_in_from(&db, at(3), "user.1", "guess", outside).err(),
            Some(Refusal::Wrong),
            "{name}: anew"
        );
    }
}

#[test]
fn one_address_at_many_accounts_is_slowed_and_one_good_account_does_not_free_it() {
    for (name, db) in databases() {
        write(&db, |tx| employ(tx, 1, Role::Receptionist));
        let outside = IpAddr::from([203, 0, 113, 9]);
        for number in 0..39 {
            let user = format!("guess.{number}");
            assert_eq!(
                sign_in_from(&db, at(0), &user, "guess", outside).err(),
                Some(Refusal::Wrong),
                "{name}"
            );
        }
        assert!(
            sign_in_from(&db, at(0), "user.1", PASSWORD, outside).is_ok(),
            "{name}: the fortieth is free"
        );
        assert_eq!(
            sign_in_from(&db, at(0), "guess.40", "guess", outside).err(),
            Some(Refusal::Wrong),
            "{name}"
        );
        assert_eq!(
            sign_in_from(&db, at(0), "guess.41", "guess", outside).err(),
            Some(Refusal::Wait(1)),
            "{name}"
        );
        // Forgotten after an hour.
        assert_eq!(
            sign_in_from(&db, at(3_700), "guess.42", "g", outside).err(),
            Some(Refusal::Wrong),
            "{name}"
        );
        assert_eq!(
            sign_in_from(&db, at(3_700), "guess.43", "g", outside).err(),
            Some(Refusal::Wrong),
            "{name}"
        );
    }
}

#[test]
fn a_hundred_tries_at_once_are_a_hundred_tries() {
    for (name, db) in databases() {
        write(&db, |tx| employ(tx, 1, Role::Receptionist));
        let heard: usize = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..20)
                .map(|_| {
                    let db = db.clone();
                    scope.spawn(move || {
                        write(&db, |tx| sign_in::take_try(tx, &at(0), "user.1", home())).is_ok()
                    })
                })
                .collect();
            tries
                .into_iter()
                .map(|thread| usize::from(thread.join().expect("a try")))
                .sum()
        });
        assert_eq!(heard, 5, "{name}: five are free, the others wait");
    }
}

#[test]
fn a_clock_that_jumps_back_locks_nobody_out() {
    for (name, db) in databases() {
        let limit = Limit::account_from("user.1", home());
        let waits = write(&db, move |tx| {
            for _ in 0..8 {
                let _ = limit.take_try(tx, at(1_000_000).now)?;
            }
            limit.take_try(tx, at(0).now)
        });
        assert_eq!(waits, Ok(()), "{name}");
    }
}

#[test]
fn a_one_time_code_is_asked_for_and_counts_once() {
    for (name, db) in databases() {
        let secret = b"12345678901234567890".to_vec();
        let with_codes = Account {
            totp_secret: Some(secret.clone()),
            ..account(1)
        };
        write(&db, move |tx| {
            employ(tx, 1, Role::Receptionist)?;
            accounts::update(tx, &with_codes, 1)
        });
        let waiting = sign_in(&db, at(0), "user.1", PASSWORD).expect("the password is right");
        assert_eq!(waiting.session.stage, Stage::Code, "{name}");
        let seen = who(&db, at(0), &waiting.token).expect("a session");
        assert!(
            seen.actor.is_none() && seen.seats.is_empty(),
            "{name}: nothing is shown before the code"
        );
        let post_first = choose(&db, at(0), &waiting.token, Basis::Mandate(id(101)));
        assert_eq!(
            post_first.err(),
            Some(Refusal::Gone),
            "{name}: the code cannot be walked around"
        );
        let code = totp::code_at(&secret, at(0).now);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(
            enter(&db, at(0), &waiting.token, wrong.to_owned()).err(),
            Some(Refusal::WrongCode),
            "{name}"
        );
        let open = enter(&db, at(0), &waiting.token, code.clone()).expect("the code is right");
        assert!(
            who(&db, at(1), &open.token).expect("open").actor.is_some(),
            "{name}"
        );
        let second = sign_in(&db, at(5), "user.1", PASSWORD).expect("the password is right");
        let seen_over_the_shoulder = enter(&db, at(5), &second.token, code);
        assert_eq!(seen_over_the_shoulder.err(), Some(Refusal::WrongCode), "{name}");
        let late = enter(&db, at(305), &second.token, totp::code_at(&secret, at(305).now));
        assert_eq!(
            late.err(),
            Some(Refusal::Gone),
            "{name}: five minutes for the code"
        );
    }
}

#[test]
fn guessing_codes_waits_too() {
    for (name, db) in databases() {
        let with_codes = Account {
            totp_secret: Some(b"12345678901234567890".to_vec()),
            ..account(1)
        };
        write(&db, move |tx| {
            employ(tx, 1, Role::Receptionist)?;
            accounts::update(tx, &with_codes, 1)
        });
        let outcome = |second| {
            let waiting = sign_in(&db, at(second), "user.1", PASSWORD).expect("the password is right");
            enter(&db, at(second), &waiting.token, "abcdef".to_owned()).err()
        };
        for _ in 0..5 {
            assert_eq!(outcome(0), Some(Refusal::WrongCode), "{name}");
        }
        assert_eq!(
            outcome(0),
            Some(Refusal::Wait(1)),
            "{name}: a new session does not help"
        );
    }
}

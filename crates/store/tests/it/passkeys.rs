//! Passkeys and their ceremonies, on `SQLite` and `PostgreSQL` alike.

use townhall_domain::time::Timestamp;
use townhall_store::StoreError;
use townhall_store::passkeys::{self, Ceremony, CeremonyKind, Passkey, PasskeyUse};
use townhall_testkit::databases;

use crate::identity::{at, id, write};

fn passkey(number: u128, account: u128) -> Passkey {
    Passkey {
        id: id(number),
        account: id(account),
        credential_id: number.to_be_bytes().to_vec(),
        relying_party: "town.example".to_owned(),
        label: format!("Máy {number}"),
        credential: "{\"cred\":{}}".to_owned(),
        created_at: at(i64::try_from(number).expect("a small number")),
        used: PasskeyUse::default(),
    }
}

#[test]
fn passkeys_are_found_by_account_and_by_credential_and_removed_with_their_use() {
    for (name, db) in databases() {
        let (first, other) = write(&db, |tx| {
            for (number, account) in [(1, 1), (2, 1), (3, 2)] {
                passkeys::insert(tx, &passkey(number, account))?;
            }
            passkeys::take_use(tx, id(1), 7, at(50))?;
            Ok((
                passkeys::of_account(tx, id(1))?,
                passkeys::by_credential(tx, &3_u128.to_be_bytes())?,
            ))
        });
        let used = PasskeyUse {
            counter: 7,
            used_at: Some(at(50)),
            copied_at: None,
        };
        assert_eq!(
            first,
            [
                Passkey {
                    used,
                    ..passkey(1, 1)
                },
                passkey(2, 1)
            ],
            "{name}"
        );
        assert_eq!(other, Some(passkey(3, 2)), "{name}");
        let left = write(&db, |tx| {
            let removed = [
                passkeys::remove(tx, id(2), id(1))?,
                passkeys::remove(tx, id(1), id(1))?,
                passkeys::remove(tx, id(1), id(1))?,
            ];
            let uses = tx.rows("SELECT passkey FROM passkey_use", &[])?.len();
            let all = passkeys::remove_all(tx, id(1))?;
            Ok((
                removed,
                uses,
                all,
                passkeys::count(tx, id(1))?,
                passkeys::count(tx, id(2))?,
            ))
        });
        assert_eq!(left, ([false, true, false], 0, 1, 0, 1), "{name}");
    }
}

#[test]
fn one_credential_belongs_to_one_account() {
    for (name, db) in databases() {
        write(&db, |tx| passkeys::insert(tx, &passkey(1, 1)));
        let again = Passkey {
            id: id(9),
            ..passkey(1, 2)
        };
        let refused = db.write_blocking("again", move |tx| passkeys::insert(tx, &again));
        assert!(refused.is_err(), "{name}");
    }
}

#[test]
fn a_counter_only_goes_on_and_a_copy_ends_it() {
    for (name, db) in databases() {
        let (counted, silent, after) = write(&db, |tx| {
            let mut take = |passkey, counters: &[i64]| {
                counters
                    .iter()
                    .map(|counter| passkeys::take_use(tx, id(passkey), *counter, at(*counter)))
                    .collect::<Result<Vec<bool>, StoreError>>()
            };
            let (counted, silent) = (take(1, &[5, 5, 4, 6, 0])?, take(2, &[0, 0, 1, 0])?);
            passkeys::note_copy(tx, id(1), at(20))?;
            passkeys::note_copy(tx, id(3), at(20))?;
            let after = [
                passkeys::take_use(tx, id(1), 90, at(30))?,
                passkeys::take_use(tx, id(3), 1, at(30))?,
            ];
            Ok((counted, silent, after))
        });
        assert_eq!(counted, [true, false, false, true, false], "{name}");
        assert_eq!(
            (silent, after),
            (vec![true, true, true, false], [false, false]),
            "{name}"
        );
    }
}

#[test]
fn a_ceremony_is_taken_once_and_the_session_has_one_at_a_time() {
    for (name, db) in databases() {
        let ceremony = |kind, session: Option<u128>, ends: Timestamp| Ceremony {
            kind,
            session: session.map(id),
            state: "{}".to_owned(),
            expires_at: ends,
        };
        let step = ceremony(CeremonyKind::Step, Some(1), at(300));
        let kept = step.clone();
        let (taken, again, earlier) = write(&db, move |tx| {
            passkeys::begin_ceremony(tx, &kept, &[1; 32])?;
            passkeys::begin_ceremony(tx, &kept, &[2; 32])?;
            Ok((
                passkeys::take_ceremony(tx, &[2; 32])?,
                passkeys::take_ceremony(tx, &[2; 32])?,
                passkeys::take_ceremony(tx, &[1; 32])?,
            ))
        });
        assert_eq!((taken, again, earlier), (Some(step), None, None), "{name}");
        let alone = ceremony(CeremonyKind::Alone, None, at(300));
        let swept = write(&db, move |tx| {
            for hash in [[3; 32], [4; 32]] {
                passkeys::begin_ceremony(tx, &alone, &hash)?;
            }
            Ok((
                passkeys::sweep_ceremonies(tx, at(299))?,
                passkeys::sweep_ceremonies(tx, at(300))?,
            ))
        });
        assert_eq!(swept, (0, 2), "{name}");
    }
}

#[test]
fn of_many_who_answer_a_challenge_at_once_one_gets_it() {
    for (name, db) in databases() {
        let ceremony = Ceremony {
            kind: CeremonyKind::Alone,
            session: None,
            state: "{}".to_owned(),
            expires_at: at(300),
        };
        write(&db, move |tx| passkeys::begin_ceremony(tx, &ceremony, &[9; 32]));
        let got = std::thread::scope(|scope| {
            let answers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| write(&db, |tx| passkeys::take_ceremony(tx, &[9; 32]))))
                .collect();
            let taken = answers.into_iter().map(|one| one.join().expect("an answer"));
            taken.flatten().count()
        });
        assert_eq!(got, 1, "{name}");
    }
}

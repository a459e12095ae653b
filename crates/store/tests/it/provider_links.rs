//! Links with an identity provider and ways to it, on `SQLite` and `PostgreSQL` alike.

use townhall_domain::ids::{AccountId, ProviderLinkId};
use townhall_store::provider_links::{self, ProviderLink, ProviderTry};
use townhall_testkit::databases;

use crate::identity::{at, id, write};

const ISSUER: &str = "https://sso.example.vn/realms/tinh";

fn link(number: u128, account: u128, issuer: &str, subject: &str) -> ProviderLink {
    ProviderLink {
        id: id(number),
        account: id(account),
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        created_at: at(1),
    }
}

#[test]
fn one_subject_is_one_account_and_one_account_one_subject_at_each_provider() {
    for (name, db) in databases() {
        let added = write(&db, |tx| {
            Ok([
                provider_links::insert(tx, &link(1, 11, ISSUER, "a"))?,
                provider_links::insert(tx, &link(2, 12, ISSUER, "a"))?,
                provider_links::insert(tx, &link(3, 11, ISSUER, "b"))?,
                // Letter by letter: another subject, another provider.
                provider_links::insert(tx, &link(4, 12, ISSUER, "A"))?,
                provider_links::insert(tx, &link(5, 11, "https://other.example", "a"))?,
            ])
        });
        assert_eq!(added, [true, false, false, true, true], "{name}");
        let (found, nobody, of_account) = write(&db, |tx| {
            Ok((
                provider_links::by_subject(tx, ISSUER, "a")?,
                provider_links::by_subject(tx, ISSUER, "b")?,
                provider_links::of_account(tx, id::<AccountId>(11))?,
            ))
        });
        assert_eq!(found, Some(link(1, 11, ISSUER, "a")), "{name}");
        assert_eq!(nobody, None, "{name}");
        let issuers: Vec<&str> = of_account.iter().map(|link| link.issuer.as_str()).collect();
        assert_eq!(issuers, ["https://other.example", ISSUER], "{name}");
        let removed = write(&db, |tx| {
            Ok((
                provider_links::remove(tx, id(12), id::<ProviderLinkId>(1))?,
                provider_links::remove(tx, id(11), id::<ProviderLinkId>(1))?,
                provider_links::by_subject(tx, ISSUER, "a")?,
            ))
        });
        assert_eq!(removed, (false, true, None), "{name}: only of one's own account");
    }
}

fn kept(state: u8, browser: u8, ends: i64) -> ProviderTry {
    ProviderTry {
        state_hash: [state; 32],
        browser_hash: [browser; 32],
        nonce: "nonce".to_owned(),
        verifier: "verifier".to_owned(),
        account: Some(id(11)),
        next: "/dossiers?q=Đơn".to_owned(),
        expires_at: at(ends),
    }
}

#[test]
fn a_way_is_taken_once_by_its_own_browser_and_in_time() {
    for (name, db) in databases() {
        write(&db, |tx| {
            provider_links::keep_try(tx, &kept(1, 1, 600), at(0))?;
            provider_links::keep_try(tx, &kept(2, 2, 600), at(0))
        });
        let take = |state: u8, browser: u8, now: i64| {
            write(&db, move |tx| {
                provider_links::take_try(tx, &[state; 32], &[browser; 32], at(now))
            })
        };
        assert_eq!(take(1, 2, 1), None, "{name}: another browser");
        assert_eq!(take(3, 1, 1), None, "{name}: another state");
        assert_eq!(take(1, 1, 1), Some(kept(1, 1, 600)), "{name}");
        assert_eq!(take(1, 1, 1), None, "{name}: once");
        assert_eq!(take(2, 2, 600), None, "{name}: too late");
        write(&db, |tx| {
            provider_links::keep_try(tx, &kept(4, 4, 600), at(0))?;
            provider_links::keep_try(tx, &kept(5, 5, 1_200), at(600))
        });
        let left = write(&db, |tx| {
            Ok(tx.rows("SELECT state_hash FROM provider_tries", &[])?.len())
        });
        assert_eq!(left, 1, "{name}: what ended is forgotten with the next way");
    }
}

#[test]
fn two_answers_at_the_same_time_are_one() {
    for (name, db) in databases() {
        write(&db, |tx| provider_links::keep_try(tx, &kept(1, 1, 600), at(0)));
        let taken: Vec<bool> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    let db = db.clone();
                    scope.spawn(move || {
                        let taken = write(&db, |tx| provider_links::take_try(tx, &[1; 32], &[1; 32], at(1)));
                        taken.is_some()
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic"))
                .collect()
        });
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1, "{name}");
    }
}

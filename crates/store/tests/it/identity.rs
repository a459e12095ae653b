//! Organisation, accounts and sessions, on `SQLite` and `PostgreSQL` alike.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use townhall_domain::ids::{Id, PersonId, PostId, UnitId};
use townhall_domain::organisation::{
    Absence, AbsenceReason, Basis, Delegation, Division, Interval, Mandate, MandateKind, Person, Post,
    SeatState,
};
use townhall_domain::permission::{Right, Role};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
use townhall_store::accounts::{self, Account, AccountSettings, ApiToken};
use townhall_store::sessions::{self, Failures, Session, Stage};
use townhall_store::{Db, StoreError, Tx, organisation};
use townhall_testkit::databases;
use uuid::Uuid;

const DAY: Date = date(2025, 8, 5);

pub(crate) fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn unit() -> UnitId {
    UnitId::new("24682", date(2025, 7, 1))
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_754_000_000 + second).expect("an instant")
}

pub(crate) fn write<T: Send + 'static>(
    db: &Db,
    closure: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write_blocking("test", closure).expect("a write")
}

fn since(day: Date) -> Interval {
    Interval::since(day)
}

fn post(number: u128, role: Role) -> Post {
    Post {
        id: id(number),
        unit: unit(),
        division: "office".to_owned(),
        space: Space::State,
        roles: vec![role],
        title_vi: format!("Chức danh {number}"),
        title_en: format!("Post {number}"),
        position: 1,
        quota_decision: Some("12/QĐ-UBND, 01/7/2025".to_owned()),
        valid: since(date(2025, 7, 1)),
    }
}

fn person(number: u128, name: &str) -> Person {
    Person {
        id: id(number),
        unit: unit(),
        name: name.to_owned(),
        email: None,
        phone: None,
    }
}

fn mandate(number: u128, post: u128, person: u128) -> Mandate {
    let (post, person) = (id(post), id(person));
    let valid = since(date(2025, 7, 1));
    Mandate {
        id: id(number),
        post,
        person,
        kind: MandateKind::Full,
        valid,
        decision: None,
    }
}

/// Chair 1 held by 11, vice chair 2 held by 12, clerk 3 vacant.
pub(crate) fn fill(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    organisation::insert_division(
        tx,
        &Division {
            id: "office".to_owned(),
            unit: unit(),
            kind: "office".to_owned(),
            space: Space::State,
            name_vi: "Văn phòng".to_owned(),
            name_en: "Office".to_owned(),
            position: 0,
            valid: since(date(2025, 7, 1)),
        },
    )?;
    for (number, role) in [(1, Role::Chair), (2, Role::ViceChair), (3, Role::Clerk)] {
        organisation::insert_post(tx, &post(number, role))?;
    }
    organisation::insert_person(tx, &person(11, "Nguyễn Văn Ân"))?;
    organisation::insert_person(tx, &person(12, "Trần Thị Đào"))?;
    organisation::save_mandate(tx, &mandate(101, 1, 11))?;
    organisation::save_mandate(tx, &mandate(102, 2, 12))
}

#[test]
fn the_organisation_is_read_back_as_it_was_saved() {
    for (name, db) in databases() {
        write(&db, fill);
        let (unit_view, chair, division) = db
            .read_blocking("read", |tx| {
                Ok::<_, StoreError>((
                    organisation::organisation_as_of(tx, &unit(), DAY)?,
                    organisation::post(tx, id(1))?,
                    organisation::division(tx, &unit(), "office")?,
                ))
            })
            .expect("a read");
        let chair = chair.expect("the chair");
        assert_eq!((chair.item, chair.version), (post(1, Role::Chair), 1), "{name}");
        assert_eq!(division.expect("the office").item.name_vi, "Văn phòng", "{name}");
        assert_eq!(unit_view.posts.len(), 3, "{name}");
        assert_eq!(
            unit_view.state_as_of(id(1), DAY),
            Some(SeatState::Filled),
            "{name}"
        );
        assert_eq!(
            unit_view.state_as_of(id(3), DAY),
            Some(SeatState::Vacant),
            "{name}"
        );
        let before = db
            .read_blocking("before", |tx| {
                organisation::organisation_as_of(tx, &unit(), date(2025, 6, 30))
            })
            .expect("a read");
        assert!(before.posts.is_empty() && before.mandates.is_empty(), "{name}");
    }
}

#[test]
fn names_of_many_are_found_at_once_each_once_and_the_unknown_left_out() {
    for (name, db) in databases() {
        write(&db, fill);
        // More than one statement takes, most of them nobody's.
        let posts = (1..=450).chain([1, 2]).map(id::<PostId>);
        let people = [id(12), id(11), id(12), id(99)];
        let (titles, names, holders, none) = db
            .read_blocking("names", move |tx| {
                Ok::<_, StoreError>((
                    organisation::titles_of_posts(tx, posts.clone())?,
                    organisation::names_of_people(tx, people)?,
                    organisation::post_names(tx, posts.clone(), DAY)?,
                    organisation::names_of_people(tx, [])?,
                ))
            })
            .expect("a read");
        let title = |number| (format!("Chức danh {number}"), format!("Post {number}"));
        let expected = [(id(1), title(1)), (id(2), title(2)), (id(3), title(3))];
        assert_eq!(titles, BTreeMap::from(expected), "{name}");
        let expected = [
            (id(11), "Nguyễn Văn Ân".to_owned()),
            (id(12), "Trần Thị Đào".to_owned()),
        ];
        assert_eq!(names, BTreeMap::from(expected), "{name}");
        let holders: Vec<Option<String>> = holders.into_values().map(|post| post.holder).collect();
        let expected = [
            Some("Nguyễn Văn Ân".to_owned()),
            Some("Trần Thị Đào".to_owned()),
            None,
        ];
        assert_eq!(holders, expected, "{name}");
        assert!(none.is_empty(), "{name}");
    }
}

#[test]
fn as_whom_a_person_may_act_is_the_same_seen_from_the_person_and_from_the_unit() {
    for (name, db) in databases() {
        write(&db, |tx| {
            fill(tx)?;
            organisation::save_absence(
                tx,
                &Absence {
                    id: id(201),
                    person: id(11),
                    post: id(1),
                    valid: Interval::new(DAY, Some(date(2025, 8, 8))).expect("days"),
                    reason: AbsenceReason::Leave,
                    stand_in: Some(id(2)),
                },
            )?;
            organisation::save_delegation(
                tx,
                &Delegation {
                    id: id(301),
                    from: id(1),
                    to: id(2),
                    rights: [Right::ManageCalendar].into_iter().collect(),
                    valid: Interval::new(date(2025, 8, 1), Some(date(2025, 9, 1))).expect("days"),
                    decision: None,
                },
            )
        });
        for day in [date(2025, 7, 31), DAY, date(2025, 8, 8), date(2025, 9, 1)] {
            let (of_person, of_unit) = db
                .read_blocking("read", move |tx| {
                    Ok::<_, StoreError>((
                        organisation::organisation_of_person(tx, id(12), day)?,
                        organisation::organisation_as_of(tx, &unit(), day)?,
                    ))
                })
                .expect("a read");
            assert_eq!(
                of_person.seats_of(id(12), day),
                of_unit.seats_of(id(12), day),
                "{name} {day}"
            );
        }
        let seats = db
            .read_blocking("read", |tx| organisation::organisation_of_person(tx, id(12), DAY))
            .expect("a read")
            .seats_of(id(12), DAY);
        let bases: Vec<Basis> = seats.iter().map(|seat| seat.basis).collect();
        let wanted = [
            Basis::Mandate(id(102)),
            Basis::Absence(id(201)),
            Basis::Delegation(id(301)),
        ];
        assert_eq!(bases, wanted, "{name}");
        // The absent chair keeps his own seat: who comes in to work may work.
        let chair = db
            .read_blocking("read", |tx| organisation::organisation_of_person(tx, id(11), DAY))
            .expect("a read");
        assert_eq!(chair.seats_of(id(11), DAY).len(), 1, "{name}");
        assert!(chair.absence_as_of(id(1), id(11), DAY).is_some(), "{name}");
    }
}

#[test]
fn an_old_version_of_a_post_person_division_or_account_is_refused() {
    for (name, db) in databases() {
        write(&db, |tx| {
            fill(tx)?;
            accounts::insert(tx, &account(1))
        });
        let outcome = write(&db, |tx| {
            let division = organisation::division(tx, &unit(), "office")?
                .expect("a division")
                .item;
            let changed = Post {
                position: 9,
                ..post(1, Role::Chair)
            };
            Ok([
                (
                    organisation::update_post(tx, &changed, 1)?,
                    organisation::update_post(tx, &changed, 1)?,
                ),
                (
                    organisation::update_person(tx, &person(11, "Nguyễn Văn An"), 1)?,
                    organisation::update_person(tx, &person(11, "Nguyễn Văn An"), 1)?,
                ),
                (
                    organisation::update_division(tx, &division, 1)?,
                    organisation::update_division(tx, &division, 1)?,
                ),
                (
                    accounts::update(tx, &account(1), 1)?,
                    accounts::update(tx, &account(1), 1)?,
                ),
                (
                    organisation::touch_post(tx, id(2), 1)?,
                    organisation::touch_post(tx, id(2), 1)?,
                ),
            ])
        });
        assert_eq!(outcome, [(true, false); 5], "{name}");
    }
}

#[test]
fn people_are_found_without_marks_and_listed_by_given_name() {
    for (name, db) in databases() {
        write(&db, |tx| {
            for (number, full) in [
                (1, "Trần Thị Đào"),
                (2, "Nguyễn Văn Ân"),
                (3, "Lê Thị Dung"),
                (4, "Điểu An"),
                (5, "Nguyễn Văn Ân"),
            ] {
                organisation::insert_person(tx, &person(number, full))?;
            }
            Ok(())
        });
        let list = |search: &'static str, after: Option<PersonId>, limit| {
            db.read_blocking("people", move |tx| {
                organisation::people(tx, &unit(), search, after, limit)
            })
            .expect("people")
            .into_iter()
            .map(|stored| stored.item.id)
            .collect::<Vec<PersonId>>()
        };
        assert_eq!(
            list("", None, 9),
            [4, 2, 5, 3, 1].map(id),
            "{name}: An, Ân, Ân, Dung, Đào"
        );
        assert_eq!(
            list("", Some(id(2)), 2),
            [5, 3].map(id),
            "{name}: the page after the first Ân"
        );
        assert_eq!(list("dao", None, 9), [id(1)], "{name}");
        assert!(
            list("%", None, 9).len() == 5,
            "{name}: a percent sign is no wildcard, it folds to nothing"
        );
    }
}

fn account(number: u128) -> Account {
    Account {
        id: id(number),
        user_name: format!("user.{number}"),
        person: id(11),
        unit: unit(),
        active: true,
        change_password: false,
        password_hash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g".to_owned(),
        totp_secret: Some(vec![7; 20]),
        created_at: at(0),
    }
}

#[test]
fn an_account_is_read_back_and_never_shows_its_secrets() {
    for (name, db) in databases() {
        write(&db, |tx| {
            fill(tx)?;
            accounts::insert(tx, &account(1))?;
            accounts::note_sign_in(tx, id(1), at(9))
        });
        let (found, nobody, lines) = db
            .read_blocking("read", |tx| {
                Ok::<_, StoreError>((
                    accounts::by_user_name(tx, "user.1")?,
                    accounts::by_user_name(tx, "user.2")?,
                    accounts::of_unit(tx, &unit(), "", None, "", 10)?,
                ))
            })
            .expect("a read");
        let found = found.expect("the account").item;
        assert_eq!(found, account(1), "{name}");
        assert_eq!(nobody, None, "{name}");
        assert_eq!(
            (lines.len(), lines[0].has_totp, lines[0].signed_in_at),
            (1, true, Some(at(9))),
            "{name}"
        );
        let shown = format!("{found:?}");
        assert!(!shown.contains("argon2") && !shown.contains("7, 7"), "{shown}");
    }
}

#[test]
fn accounts_are_found_by_name_without_marks_counted_and_shown_with_the_posts_of_their_people() {
    for (name, db) in databases() {
        write(&db, |tx| {
            fill(tx)?;
            accounts::insert(tx, &account(1))?;
            accounts::insert(
                tx,
                &Account {
                    person: id(12),
                    active: false,
                    ..account(2)
                },
            )?;
            accounts::note_sign_in(tx, id(1), at(9))
        });
        let found = |search: &'static str, active| {
            let lines = db.read_blocking("of_unit", move |tx| {
                accounts::of_unit(tx, &unit(), search, active, "", 10)
            });
            let lines = lines.expect("a read").into_iter();
            lines.map(|line| line.user_name).collect::<Vec<_>>()
        };
        assert_eq!(found("", None), ["user.1", "user.2"], "{name}");
        assert_eq!(found("nguyen van an", None), ["user.1"], "{name}");
        assert_eq!(found("dao", Some(false)), ["user.2"], "{name}");
        assert_eq!(found("dao", Some(true)), Vec::<String>::new(), "{name}");
        assert_eq!(found("er.2", None), ["user.2"], "{name}");
        let (counts, titles) = db
            .read_blocking("counts", |tx| {
                let titles = organisation::titles_of_people(tx, &unit(), DAY)?;
                Ok::<_, StoreError>((accounts::counts(tx, &unit())?, titles))
            })
            .expect("a read");
        assert_eq!(
            (counts.open, counts.closed, counts.never_used),
            (1, 1, 0),
            "{name}"
        );
        let held = vec![("Chức danh 1".to_owned(), "Post 1".to_owned())];
        assert_eq!(titles.get(&id(11)), Some(&held), "{name}");
        assert_eq!(titles.len(), 2, "{name}");
    }
}

#[test]
fn a_user_name_is_there_once() {
    for (name, db) in databases() {
        write(&db, |tx| accounts::insert(tx, &account(1)));
        let again = Account {
            id: id(2),
            ..account(1)
        };
        let refused = db.write_blocking("again", move |tx| accounts::insert(tx, &again));
        assert!(refused.is_err_and(|error| error.is_duplicate()), "{name}");
    }
}

#[test]
fn a_one_time_code_is_taken_once_and_no_earlier_one_after_it() {
    for (name, db) in databases() {
        let taken: Vec<bool> = write(&db, |tx| {
            [100, 100, 99, 101, 101]
                .into_iter()
                .map(|step| accounts::take_totp_step(tx, id(1), step))
                .collect()
        });
        assert_eq!(taken, [true, false, false, true, false], "{name}");
    }
}

#[test]
fn settings_have_a_default_and_are_saved() {
    for (name, db) in databases() {
        let liked = AccountSettings {
            language: "en".to_owned(),
            theme: "dark".to_owned(),
            single_keys: false,
        };
        let saved = liked.clone();
        let (before, after) = write(&db, move |tx| {
            let before = accounts::settings(tx, id(1))?;
            accounts::save_settings(tx, id(1), &AccountSettings::default())?;
            accounts::save_settings(tx, id(1), &saved)?;
            Ok((before, accounts::settings(tx, id(1))?))
        });
        assert_eq!((before, after), (AccountSettings::default(), liked), "{name}");
    }
}

#[test]
fn a_token_is_found_by_its_hash_and_revoked_once_by_its_owner() {
    for (name, db) in databases() {
        let token = ApiToken {
            id: id(1),
            account: id(2),
            post: id(3),
            label: "Đồng bộ".to_owned(),
            scopes: [Right::ReadStatistics, Right::ReadDossier].into_iter().collect(),
            created_at: at(0),
            expires_at: at(100),
            revoked_at: None,
        };
        let made = token.clone();
        let (found, other, revoked, after) = write(&db, move |tx| {
            accounts::insert_token(tx, &made, &[1; 32])?;
            let found = accounts::token_by_hash(tx, &[1; 32])?;
            let other = accounts::token_by_hash(tx, &[2; 32])?;
            let revoked = [id(9), id(2), id(2)]
                .into_iter()
                .map(|account| accounts::revoke_token(tx, account, id(1), at(5)))
                .collect::<Result<Vec<_>, _>>()?;
            Ok((found, other, revoked, accounts::tokens_of(tx, id(2))?))
        });
        assert_eq!((found, other), (Some(token), None), "{name}");
        assert_eq!(revoked, [false, true, false], "{name}");
        assert_eq!(after[0].revoked_at, Some(at(5)), "{name}");
    }
}

fn session(number: u128, expires: i64) -> Session {
    Session {
        id: id(number),
        account: id(1),
        stage: Stage::Code,
        post: None,
        basis: None,
        csrf: [3; 32],
        created_at: at(0),
        seen_at: at(0),
        expires_at: at(expires),
    }
}

#[test]
fn a_session_moves_on_under_a_new_token_and_the_old_one_is_worth_nothing() {
    for (name, db) in databases() {
        let post: PostId = id(5);
        let (old, new) = write(&db, move |tx| {
            sessions::insert(tx, &session(1, 60), &[1; 32])?;
            let open = Session {
                stage: Stage::Open,
                post: Some(post),
                basis: Some("mandate:x".to_owned()),
                csrf: [4; 32],
                ..session(1, 600)
            };
            assert!(sessions::advance(tx, &open, &[2; 32])?);
            sessions::touch(tx, id(1), at(30))?;
            Ok((
                sessions::by_token(tx, &[1; 32])?,
                sessions::by_token(tx, &[2; 32])?,
            ))
        });
        assert_eq!(old, None, "{name}");
        let new = new.expect("the session");
        assert_eq!(
            (new.stage, new.post, new.seen_at),
            (Stage::Open, Some(post), at(30)),
            "{name}"
        );
        assert!(!format!("{new:?}").contains("4, 4"), "{name}");
    }
}

#[test]
fn ended_sessions_and_old_failures_are_swept_and_others_stay() {
    for (name, db) in databases() {
        let left = write(&db, |tx| {
            sessions::insert(tx, &session(1, 10), &[1; 32])?;
            sessions::insert(tx, &session(2, 100), &[2; 32])?;
            sessions::insert(tx, &session(3, 100), &[3; 32])?;
            let old = Failures {
                failures: 3,
                last_at: at(-1000),
                open_at: at(-900),
            };
            sessions::save_failures(tx, &[8; 32], old)?;
            sessions::save_failures(
                tx,
                &[9; 32],
                Failures {
                    last_at: at(0),
                    ..old
                },
            )?;
            assert_eq!(sessions::sweep(tx, at(10), at(-500))?, 2);
            assert_eq!(sessions::end_others(tx, id(1), Some(id(3)))?, 1);
            let left = [1, 2, 3].map(|byte| sessions::by_token(tx, &[byte; 32]).map(|found| found.is_some()));
            let failures = (
                sessions::failures(tx, &[8; 32])?,
                sessions::failures(tx, &[9; 32])?,
            );
            assert!(failures.0.is_none() && failures.1.is_some());
            left.into_iter().collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(left, [false, false, true], "{name}");
    }
}

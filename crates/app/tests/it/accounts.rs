//! Accounts, tokens and the access log.

use std::fmt::Write as _;

use townhall_app::access_log::{NoteReading, Reading, accesses_of_subject, accesses_of_unit, note};
use townhall_app::accounts::{
    AccountChange, AddAccount, AddToken, ChangeAccount, ChangeOwnPassword, EnrolCodes, FirstAdministrator,
    RemoveOwnCodes, accounts_of, add_account, add_token, change_account, change_own_password,
    create_first_administrator, enrol_codes, hash_new, own_account, remove_own_codes, revoke_token,
    save_settings,
};
use townhall_app::sign_in::password::Password;
use townhall_app::sign_in::{self, Refusal, totp};
use townhall_domain::ids::AccountId;
use townhall_domain::permission::{Right, RightSet, Role};
use townhall_store::access_log::AccessFilter;
use townhall_store::accounts::{self, AccountSettings};
use townhall_testkit::databases;

use crate::commune::{acting, employ, employ_in, evidence_holds, key_of, refused, run, system};
use crate::people::{PASSWORD, PASSWORDS, at, read, sign_in, thuan_an, unit, who};

fn change(account: AccountId, version: i64, change: AccountChange) -> ChangeAccount {
    ChangeAccount {
        account,
        version,
        change,
        now: at(10).now,
    }
}

fn rights(rights: &[Right]) -> RightSet {
    rights.iter().copied().collect()
}

#[test]
fn the_first_administrator_is_made_once_by_the_program_alone() {
    for (name, db) in databases() {
        let password = hash_new(&PASSWORDS, &Password::typed(PASSWORD), "quan.tri").expect("a hash");
        let command = FirstAdministrator {
            unit: thuan_an(),
            name: "Điểu Quản Trị".to_owned(),
            user_name: "quan.tri".to_owned(),
            password,
        };
        let (first, second) = (command.clone(), command.clone());
        run(&db, &system(), move |tx, cx| {
            create_first_administrator(tx, cx, &first)
        })
        .expect("the administrator");
        let again = run(&db, &system(), move |tx, cx| {
            create_first_administrator(tx, cx, &second)
        });
        assert_eq!(refused(again), "account-node-not-empty", "{name}");
        let actor = acting(&db, "quan.tri");
        assert!(actor.may(Right::ManageAccounts, &thuan_an()), "{name}");
        assert!(!actor.holds(Right::ReadDossier), "{name}");
        let by_hand = run(&db, &actor, move |tx, cx| {
            create_first_administrator(tx, cx, &command)
        });
        assert_eq!(refused(by_hand), "not found: node", "{name}");
        evidence_holds(&db);
    }
}

#[test]
fn an_account_is_opened_closed_and_reset_by_an_administrator_of_the_unit() {
    for (name, db) in databases() {
        employ(&db, Role::Administrator, "admin");
        let handler = employ(&db, Role::Handler, "handler");
        let sister = employ_in(&db, unit("24640"), "office", Role::Handler, "sister");
        let admin = acting(&db, "admin");
        let session = sign_in(&db, at(0), "handler", PASSWORD).expect("signed in");
        run(&db, &admin, move |tx, cx| {
            change_account(tx, cx, &change(handler.account, 1, AccountChange::Close))
        })
        .expect("closed");
        assert!(who(&db, at(1), &session.token).is_none(), "{name}: at once");
        assert_eq!(
            sign_in(&db, at(1), "handler", PASSWORD).err(),
            Some(Refusal::Wrong),
            "{name}"
        );
        let stale = run(&db, &admin, move |tx, cx| {
            change_account(tx, cx, &change(handler.account, 1, AccountChange::Reopen))
        });
        assert_eq!(refused(stale), "conflict", "{name}");
        let new = hash_new(&PASSWORDS, &Password::typed("một chiếc nón lá"), "handler").expect("a hash");
        run(&db, &admin, move |tx, cx| {
            change_account(tx, cx, &change(handler.account, 2, AccountChange::Reopen))?;
            change_account(
                tx,
                cx,
                &change(handler.account, 3, AccountChange::ResetPassword(new.clone())),
            )
        })
        .expect("reset");
        let first = sign_in(&db, at(20), "handler", "một chiếc nón lá").expect("signed in");
        assert!(
            who(&db, at(21), &first.token).expect("a session").change_password,
            "{name}"
        );
        let foreign = run(&db, &admin, move |tx, cx| {
            change_account(tx, cx, &change(sister.account, 1, AccountChange::Close))
        });
        assert_eq!(refused(foreign), "not found: account", "{name}");
        let own = admin.account().expect("an account");
        let himself = run(&db, &admin, move |tx, cx| {
            change_account(tx, cx, &change(own, 1, AccountChange::RemoveCodes))
        });
        assert_eq!(refused(himself), "account-not-for-oneself", "{name}");
        let plain = acting(&db, "sister");
        let outcome = run(&db, &plain, move |tx, cx| {
            change_account(tx, cx, &change(sister.account, 1, AccountChange::Close))
        });
        assert_eq!(refused(outcome), "denied: manage_accounts", "{name}");
        let listed = run(&db, &admin, |tx, cx| {
            accounts_of(tx, cx, &thuan_an(), "", None, "", 50)
        })
        .expect("a list");
        let names: Vec<&str> = listed.iter().map(|line| line.user_name.as_str()).collect();
        assert_eq!(names, ["admin", "handler"], "{name}: only the unit's own");
        evidence_holds(&db);
    }
}

#[test]
fn a_user_name_is_ascii_and_nobody_elses() {
    for (name, db) in databases() {
        let handler = employ(&db, Role::Handler, "handler");
        for (user_name, wanted) in [
            ("HANDLER ", "account-user-name-taken"),
            ("điểu", "account-user-name-wrong"),
            ("ab", "account-user-name-wrong"),
            ("a b c", "account-user-name-wrong"),
            ("a\0bc", "account-user-name-wrong"),
        ] {
            let password = PASSWORDS.hash(&Password::typed(PASSWORD)).expect("a hash");
            let outcome = run(&db, &system(), move |tx, cx| {
                let command = AddAccount {
                    person: handler.person,
                    user_name: user_name.to_owned(),
                    password: password.clone(),
                    change_password: true,
                };
                add_account(tx, cx, &command)
            });
            assert_eq!(refused(outcome), wanted, "{name}");
        }
    }
}

#[test]
fn changing_ones_password_ends_all_other_sessions() {
    for (name, db) in databases() {
        employ(&db, Role::Handler, "handler");
        let here = sign_in(&db, at(0), "handler", PASSWORD).expect("signed in");
        let elsewhere = sign_in(&db, at(0), "handler", PASSWORD).expect("signed in");
        let actor = who(&db, at(1), &here.token)
            .expect("a session")
            .actor
            .expect("an actor");
        let password = hash_new(&PASSWORDS, &Password::typed("một chiếc nón lá"), "handler").expect("a hash");
        let session = Some(here.session.id);
        run(&db, &actor, move |tx, cx| {
            change_own_password(
                tx,
                cx,
                &ChangeOwnPassword {
                    password: password.clone(),
                    session,
                },
            )
        })
        .expect("changed");
        assert!(
            who(&db, at(2), &here.token).is_some() && who(&db, at(2), &elsewhere.token).is_none(),
            "{name}"
        );
        assert_eq!(
            sign_in(&db, at(2), "handler", PASSWORD).err(),
            Some(Refusal::Wrong),
            "{name}"
        );
        evidence_holds(&db);
    }
}

#[test]
fn codes_are_enrolled_with_a_code_and_removed_with_the_next() {
    for (name, db) in databases() {
        employ(&db, Role::Handler, "handler");
        let actor = acting(&db, "handler");
        let secret = b"12345678901234567890".to_vec();
        let enrol = |code: String| {
            let secret = secret.clone();
            run(&db, &actor, move |tx, cx| {
                let command = EnrolCodes {
                    secret: secret.clone(),
                    code: code.clone(),
                    now: at(0).now,
                };
                enrol_codes(tx, cx, &command)
            })
        };
        assert_eq!(refused(enrol("12345".to_owned())), "account-code-wrong", "{name}");
        enrol(totp::code_at(&secret, at(0).now)).expect("enrolled");
        let remove = |code: String, second| {
            run(&db, &actor, move |tx, cx| {
                remove_own_codes(
                    tx,
                    cx,
                    &RemoveOwnCodes {
                        code: code.clone(),
                        required: false,
                        now: at(second).now,
                    },
                )
            })
        };
        let used = totp::code_at(&secret, at(0).now);
        assert_eq!(
            refused(remove(used, 5)),
            "account-code-wrong",
            "{name}: the enrolling code is spent"
        );
        remove(totp::code_at(&secret, at(60).now), 60).expect("removed");
        assert!(
            !run(&db, &actor, own_account).expect("the account").has_totp,
            "{name}"
        );
        evidence_holds(&db);
    }
}

#[test]
fn a_token_is_made_within_ones_rights_and_taken_back() {
    for (name, db) in databases() {
        employ(&db, Role::Receptionist, "reception");
        employ(&db, Role::Handler, "handler");
        let actor = acting(&db, "reception");
        let make = |scopes: RightSet, days| {
            run(&db, &actor, move |tx, cx| {
                add_token(
                    tx,
                    cx,
                    &AddToken {
                        label: "Máy quét".to_owned(),
                        scopes,
                        days,
                        now: at(0).now,
                    },
                )
            })
        };
        assert_eq!(
            refused(make(rights(&[Right::ApproveResult]), 30)),
            "account-scopes-wrong",
            "{name}"
        );
        assert_eq!(
            refused(make(RightSet::EMPTY, 30)),
            "account-scopes-wrong",
            "{name}"
        );
        assert_eq!(
            refused(make(rights(&[Right::ReadDossier]), 0)),
            "account-token-days-wrong",
            "{name}"
        );
        let token = make(rights(&[Right::ReadDossier]), 30).expect("a token");
        let secret = token.secret.clone();
        let program = read(&db, move |tx| sign_in::officer_of_token(tx, &at(1), &secret)).expect("an actor");
        assert!(
            program.holds(Right::ReadDossier) && !program.holds(Right::AcceptDossier),
            "{name}"
        );
        let by_program = run(&db, &program, move |tx, cx| {
            add_token(
                tx,
                cx,
                &AddToken {
                    label: "x".to_owned(),
                    scopes: rights(&[Right::ReadDossier]),
                    days: 1,
                    now: at(0).now,
                },
            )
        });
        assert_eq!(refused(by_program), "account-not-by-token", "{name}");
        let foreign = acting(&db, "handler");
        let outcome = run(&db, &foreign, move |tx, cx| {
            revoke_token(tx, cx, token.id, at(2).now)
        });
        assert_eq!(
            refused(outcome),
            "not found: token",
            "{name}: a foreign id under one's own route"
        );
        run(&db, &actor, move |tx, cx| {
            revoke_token(tx, cx, token.id, at(2).now)
        })
        .expect("taken back");
        let secret = token.secret.clone();
        assert!(
            read(&db, move |tx| sign_in::officer_of_token(tx, &at(3), &secret)).is_none(),
            "{name}"
        );
        evidence_holds(&db);
    }
}

#[test]
fn settings_are_ones_own_and_known_words() {
    for (name, db) in databases() {
        employ(&db, Role::Handler, "handler");
        let actor = acting(&db, "handler");
        let dark = AccountSettings {
            language: "en".to_owned(),
            theme: "dark".to_owned(),
            single_keys: false,
        };
        let saved = dark.clone();
        run(&db, &actor, move |tx, cx| save_settings(tx, cx, &saved)).expect("saved");
        assert_eq!(
            run(&db, &actor, own_account).expect("the account").settings,
            dark,
            "{name}"
        );
        let odd = AccountSettings {
            theme: "pink".to_owned(),
            ..dark
        };
        let outcome = run(&db, &actor, move |tx, cx| save_settings(tx, cx, &odd));
        assert_eq!(refused(outcome), "account-theme-unknown", "{name}");
    }
}

fn dossier(id: &str) -> NoteReading {
    NoteReading {
        reading: Reading::Dossier,
        subject_kind: "dossier",
        subject_id: id.to_owned(),
        unit: thuan_an(),
        about: None,
        own_work: true,
        reason: None,
    }
}

#[test]
fn the_inspector_sees_who_read_what_and_nobody_else_does() {
    for (name, db) in databases() {
        employ(&db, Role::Handler, "handler");
        employ(&db, Role::Inspector, "inspector");
        employ_in(&db, unit("24640"), "office", Role::Inspector, "sister");
        let (handler, inspector, sister) = (
            acting(&db, "handler"),
            acting(&db, "inspector"),
            acting(&db, "sister"),
        );
        let outside = NoteReading {
            own_work: false,
            reason: Some("khiếu nại 12/2025".to_owned()),
            ..dossier("D-2")
        };
        let noted = run(&db, &handler, move |tx, cx| {
            Ok([
                note(tx, cx, &dossier("D-1"))?,
                note(tx, cx, &dossier("D-1"))?,
                note(tx, cx, &outside)?,
            ])
        })
        .expect("noted");
        assert_eq!(noted, [true, false, true], "{name}: looking twice is one line");
        let filter = || AccessFilter {
            action: Some("read_dossier".to_owned()),
            ..AccessFilter::default()
        };
        let lines = run(&db, &inspector, move |tx, cx| {
            accesses_of_unit(tx, cx, &thuan_an(), &filter(), 50)
        })
        .expect("a page");
        assert_eq!(lines.len(), 2, "{name}");
        let outside = lines
            .iter()
            .find(|line| !line.access.own_work)
            .expect("the one outside his work");
        assert_eq!(outside.person_name, "Điểu handler", "{name}");
        assert_eq!(
            outside.access.reason.as_deref(),
            Some("khiếu nại 12/2025"),
            "{name}"
        );
        let one = run(&db, &inspector, |tx, cx| {
            accesses_of_subject(tx, cx, &thuan_an(), "dossier", "D-1")
        });
        assert_eq!(one.expect("lines").len(), 1, "{name}");
        let signed_in = run(&db, &inspector, |tx, cx| {
            accesses_of_unit(tx, cx, &thuan_an(), &AccessFilter::default(), 50)
        });
        assert_eq!(
            signed_in.expect("a page").len(),
            4,
            "{name}: sign-ins are there too"
        );
        let outcome = run(&db, &handler, |tx, cx| {
            accesses_of_unit(tx, cx, &thuan_an(), &AccessFilter::default(), 50)
        });
        assert_eq!(
            outcome.map(|_| ()).map_err(key_of),
            Err("denied: read_access_log".to_owned()),
            "{name}"
        );
        let outcome = run(&db, &sister, |tx, cx| {
            accesses_of_unit(tx, cx, &thuan_an(), &AccessFilter::default(), 50)
        });
        assert_eq!(
            outcome.map(|_| ()).map_err(key_of),
            Err("not found: unit".to_owned()),
            "{name}"
        );
        let exported = run(&db, &handler, |tx, cx| {
            let export = NoteReading {
                reading: Reading::Export,
                ..dossier("list")
            };
            Ok([note(tx, cx, &export)?, note(tx, cx, &export)?])
        });
        assert_eq!(
            exported.expect("noted"),
            [true, true],
            "{name}: every export is a file of its own"
        );
    }
}

#[test]
fn no_fact_and_no_log_line_holds_a_password_a_hash_a_secret_or_a_name() {
    for (name, db) in databases() {
        employ(&db, Role::Receptionist, "reception");
        let actor = acting(&db, "reception");
        run(&db, &actor, |tx, cx| {
            let scopes = rights(&[Right::ReadDossier]);
            add_token(
                tx,
                cx,
                &AddToken {
                    label: "Máy quét".to_owned(),
                    scopes,
                    days: 3,
                    now: at(0).now,
                },
            )
        })
        .expect("a token");
        let told = read(&db, |tx| {
            let mut told = String::new();
            for row in tx.rows("SELECT kind, body FROM facts", &[])? {
                let _ = writeln!(
                    told,
                    "{} {}",
                    row.get::<String>("kind")?,
                    row.get::<String>("body")?
                );
            }
            let account = accounts::by_user_name(tx, "reception")?.expect("the account");
            let _ = writeln!(told, "{account:?}");
            Ok(told)
        });
        for secret in ["argon2", PASSWORD, "Điểu", "townhall_", "Máy quét", "totp_secret"] {
            assert!(!told.contains(secret), "{name}: {secret} in {told}");
        }
    }
}

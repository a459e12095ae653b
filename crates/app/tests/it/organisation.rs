//! Changing posts, people, mandates, absences and delegations; and reading the staff of a unit.

use jiff::civil::date;
use townhall_app::organisation::{
    AddPerson, DelegateRights, EditPerson, EditPost, EndAbsence, EndDelegation, EndMandate, RecordAbsence,
    add_person, add_post, delegate_rights, edit_person, edit_post, end_absence, end_delegation, end_mandate,
    give_mandate, people_of_unit, post_history, record_absence, staff_of,
};
use townhall_domain::ids::{PersonId, PostId};
use townhall_domain::organisation::{AbsenceReason, Basis, MandateKind, SeatState};
use townhall_domain::permission::{Right, Role};
use townhall_domain::space::Space;
use townhall_testkit::databases;

use crate::commune::{
    FIRST, acting, acting_by, divide, employ, employ_in, evidence_holds, mandate, refused, run, run_on, seat,
    system, version_of,
};
use crate::people::{DAY, thuan_an, unit};

#[test]
fn the_staff_page_says_quota_filled_vacancies_and_who_stands_in() {
    for (name, db) in databases() {
        let people: Vec<PersonId> = run(&db, &system(), |tx, cx| {
            divide(tx, cx, &thuan_an())?;
            let mut people = Vec::new();
            for number in 0..113_usize {
                let division = if number % 3 == 0 { "party-office" } else { "office" };
                let role = if number == 0 {
                    Role::PartyLeader
                } else {
                    Role::Staff
                };
                let post = add_post(tx, cx, &seat(&thuan_an(), division, role))?;
                let who = AddPerson {
                    unit: thuan_an(),
                    name: format!("Người Số {number}"),
                    email: None,
                    phone: None,
                };
                if number < 96 {
                    people.push(add_person(tx, cx, &who)?);
                    give_mandate(tx, cx, &mandate(post, 1, people[number], MandateKind::Full))?;
                } else if number < 100 {
                    let kind = if number % 2 == 0 {
                        MandateKind::Acting
                    } else {
                        MandateKind::Concurrent
                    };
                    give_mandate(tx, cx, &mandate(post, 1, people[number - 96], kind))?;
                }
            }
            // A seat beyond the quota is shown, and not counted.
            let extra = townhall_app::organisation::AddPost {
                quota_decision: None,
                ..seat(&thuan_an(), "office", Role::Staff)
            };
            add_post(tx, cx, &extra)?;
            Ok(people)
        })
        .expect("a commune");
        employ(&db, Role::OrganisationOfficer, "officer");
        let actor = acting(&db, "officer");
        let staff = run(&db, &actor, |tx, cx| staff_of(tx, cx, &thuan_an(), DAY)).expect("the staff");
        // The organisation officer's own seat is one more.
        assert_eq!(
            (staff.quota, staff.filled, staff.vacancies()),
            (114, 97, 17),
            "{name}"
        );
        let covered: Vec<PersonId> = staff
            .vacant_seats()
            .filter(|seat| seat.state == SeatState::VacantCovered)
            .map(|seat| seat.substitutes[0].person)
            .collect();
        assert_eq!(staff.vacant_seats().count(), 17, "{name}");
        assert_eq!(covered.len(), 4, "{name}");
        assert!(
            covered.iter().all(|person| people[..4].contains(person)),
            "{name}"
        );
        let before = run(&db, &actor, |tx, cx| {
            staff_of(tx, cx, &thuan_an(), date(2025, 6, 30))
        });
        assert_eq!(
            before.expect("the staff before").quota,
            0,
            "{name}: as of a day before the first"
        );
        evidence_holds(&db);
    }
}

#[test]
fn every_change_leaves_its_fact_and_the_evidence_agrees() {
    for (name, db) in databases() {
        let chair = employ(&db, Role::Chair, "chair");
        let vice = employ(&db, Role::ViceChair, "vice");
        let clerk = employ(&db, Role::Clerk, "clerk");
        let as_chair = acting(&db, "chair");
        let version = version_of(&db, chair.post);
        let absence = run(&db, &as_chair, move |tx, cx| {
            record_absence(
                tx,
                cx,
                &RecordAbsence {
                    post: chair.post,
                    version,
                    person: chair.person,
                    from: DAY,
                    until: Some(date(2025, 8, 20)),
                    reason: AbsenceReason::Sick,
                    stand_in: Some(vice.post),
                },
            )
        })
        .expect("an absence");
        for until in [DAY, date(2025, 7, 5)] {
            let over = run(&db, &as_chair, move |tx, cx| {
                let command = DelegateRights {
                    version: version + 1,
                    to: clerk.post,
                    rights: [Right::ManageCalendar].into_iter().collect(),
                    from: date(2025, 7, 1),
                    until: Some(until),
                    decision: None,
                };
                delegate_rights(tx, cx, &command)
            });
            assert_eq!(refused(over), "staff-delegation-ended", "{name}: {until}");
        }
        let delegation = run(&db, &as_chair, move |tx, cx| {
            let command = DelegateRights {
                version: version + 1,
                to: clerk.post,
                rights: [Right::ManageCalendar].into_iter().collect(),
                from: DAY,
                until: Some(date(2025, 9, 1)),
                decision: Some("05/UQ".to_owned()),
            };
            delegate_rights(tx, cx, &command)
        })
        .expect("a delegation");
        evidence_holds(&db);
        let on = date(2025, 8, 10);
        run(&db, &as_chair, move |tx, cx| {
            end_absence(
                tx,
                cx,
                &EndAbsence {
                    absence,
                    version: version + 2,
                    on,
                },
            )?;
            end_delegation(
                tx,
                cx,
                &EndDelegation {
                    delegation,
                    version: version + 3,
                    on,
                },
            )
        })
        .expect("ended");
        run(&db, &system(), move |tx, cx| {
            let history = post_history(tx, cx, clerk.post)?;
            let command = EndMandate {
                mandate: history.mandates[0].0.id,
                version: history.post.version,
                on,
                decision: Some("90/QĐ".to_owned()),
            };
            end_mandate(tx, cx, &command)
        })
        .expect("ended");
        evidence_holds(&db);
        let history = run(&db, &system(), move |tx, cx| post_history(tx, cx, chair.post)).expect("history");
        assert_eq!(history.absences[0].valid.until(), Some(on), "{name}");
        assert_eq!(history.delegations[0].valid.until(), Some(on), "{name}");
        assert_eq!(history.post.version, version + 4, "{name}");
        let gone = run_on(&db, on, &system(), move |tx, cx| {
            staff_of(tx, cx, &thuan_an(), on)
        })
        .expect("staff");
        assert_eq!(
            (gone.quota, gone.filled),
            (3, 2),
            "{name}: the clerk's seat is vacant from that day"
        );
    }
}

#[test]
fn nobody_changes_his_own_posts() {
    for (name, db) in databases() {
        let officer = employ(&db, Role::OrganisationOfficer, "officer");
        let chair = employ(&db, Role::Chair, "chair");
        let actor = acting(&db, "officer");
        let version = version_of(&db, chair.post);
        let himself = mandate(chair.post, version, officer.person, MandateKind::Concurrent);
        let outcome = run(&db, &actor, move |tx, cx| give_mandate(tx, cx, &himself));
        assert_eq!(refused(outcome), "staff-not-for-oneself", "{name}");
        let outcome = run(&db, &actor, move |tx, cx| {
            edit_post(tx, cx, &more_roles(officer.post, 2, &[Role::Chair]))
        });
        assert_eq!(refused(outcome), "staff-not-for-oneself", "{name}");
        // He may put somebody else there.
        let other = employ(&db, Role::Staff, "other");
        let given = mandate(chair.post, version, other.person, MandateKind::Concurrent);
        assert!(
            run(&db, &actor, move |tx, cx| give_mandate(tx, cx, &given)).is_ok(),
            "{name}"
        );
        evidence_holds(&db);
    }
}

fn more_roles(post: PostId, version: i64, roles: &[Role]) -> EditPost {
    EditPost {
        post,
        version,
        roles: roles.to_vec(),
        title_vi: "Chức danh".to_owned(),
        title_en: "Post".to_owned(),
        position: 0,
        quota_decision: None,
        until: None,
    }
}

#[test]
fn posts_that_guard_the_others_are_an_administrators_to_change() {
    for (name, db) in databases() {
        employ(&db, Role::OrganisationOfficer, "officer");
        employ(&db, Role::Administrator, "admin");
        let clerk = employ(&db, Role::Clerk, "clerk");
        let officer = acting(&db, "officer");
        for role in [Role::Administrator, Role::Inspector] {
            let outcome = run(&db, &officer, move |tx, cx| {
                add_post(tx, cx, &seat(&thuan_an(), "office", role))
            });
            assert_eq!(refused(outcome), "denied: manage_accounts", "{name}");
            let outcome = run(&db, &officer, move |tx, cx| {
                edit_post(tx, cx, &more_roles(clerk.post, 2, &[role]))
            });
            assert_eq!(refused(outcome), "denied: manage_accounts", "{name}");
        }
        let admin = acting(&db, "admin");
        let added = run(&db, &admin, |tx, cx| {
            add_post(tx, cx, &seat(&thuan_an(), "office", Role::Inspector))
        });
        assert!(added.is_ok(), "{name}");
    }
}

#[test]
fn a_foreign_unit_or_space_is_not_ones_own_to_change() {
    for (name, db) in databases() {
        employ(&db, Role::OrganisationOfficer, "officer");
        let sister = employ_in(&db, unit("24640"), "office", Role::Chair, "sister");
        let party = employ_in(&db, thuan_an(), "party-office", Role::PartyLeader, "secretary");
        employ(&db, Role::Handler, "handler");
        let officer = acting(&db, "officer");
        let outcome = run(&db, &officer, move |tx, cx| {
            edit_post(tx, cx, &more_roles(sister.post, 2, &[Role::Staff]))
        });
        assert_eq!(
            refused(outcome),
            "not found: post",
            "{name}: who may not know of it gets not found"
        );
        let outcome = run(&db, &officer, move |tx, cx| staff_of(tx, cx, &unit("24640"), DAY));
        assert_eq!(
            outcome.map(|_| ()).map_err(crate::commune::key_of),
            Err("not found: unit".to_owned()),
            "{name}"
        );
        let outcome = run(&db, &officer, move |tx, cx| {
            edit_post(tx, cx, &more_roles(party.post, 2, &[Role::Staff]))
        });
        assert_eq!(
            refused(outcome),
            "denied: manage_staff",
            "{name}: the other space"
        );
        let outcome = run(&db, &officer, |tx, cx| {
            add_post(tx, cx, &seat(&thuan_an(), "party-office", Role::Staff))
        });
        assert_eq!(
            refused(outcome),
            "denied: manage_staff",
            "{name}: the other space"
        );
        let handler = acting(&db, "handler");
        let outcome = run(&db, &handler, |tx, cx| {
            add_post(tx, cx, &seat(&thuan_an(), "office", Role::Staff))
        });
        assert_eq!(
            refused(outcome),
            "denied: manage_staff",
            "{name}: without the right"
        );
        evidence_holds(&db);
    }
}

#[test]
fn a_province_keeps_the_staff_of_its_communes_and_of_no_others() {
    for (name, db) in databases() {
        employ_in(&db, unit("68"), "office", Role::OrganisationOfficer, "province");
        employ_in(&db, unit("24640"), "office", Role::Chair, "chair");
        let actor = acting(&db, "province");
        let staff = run(&db, &actor, |tx, cx| staff_of(tx, cx, &unit("24640"), DAY)).expect("staff");
        assert_eq!((staff.quota, staff.filled), (1, 1), "{name}");
        let added = run(&db, &actor, |tx, cx| {
            add_post(tx, cx, &seat(&unit("24640"), "office", Role::Clerk))
        });
        assert!(added.is_ok(), "{name}");
        let foreign = run(&db, &actor, |tx, cx| {
            add_post(tx, cx, &seat(&unit("01"), "office", Role::Clerk))
        });
        assert_eq!(refused(foreign), "denied: manage_staff", "{name}");
    }
}

#[test]
fn an_old_version_of_the_page_is_told_kindly() {
    for (name, db) in databases() {
        let clerk = employ(&db, Role::Clerk, "clerk");
        let outcome = run(&db, &system(), move |tx, cx| {
            edit_post(tx, cx, &more_roles(clerk.post, 1, &[Role::Clerk]))
        });
        assert_eq!(
            refused(outcome),
            "conflict",
            "{name}: the mandate counted the version up"
        );
    }
}

#[test]
fn a_stand_in_cannot_delegate_what_is_not_his() {
    for (name, db) in databases() {
        let chair = employ(&db, Role::Chair, "chair");
        let vice = employ(&db, Role::ViceChair, "vice");
        let clerk = employ(&db, Role::Clerk, "clerk");
        let version = version_of(&db, chair.post);
        let absence = run(&db, &system(), move |tx, cx| {
            let command = RecordAbsence {
                post: chair.post,
                version,
                person: chair.person,
                from: DAY,
                until: None,
                reason: AbsenceReason::Leave,
                stand_in: Some(vice.post),
            };
            record_absence(tx, cx, &command)
        })
        .expect("an absence");
        let stand_in = acting_by(&db, "vice", Basis::Absence(absence));
        let outcome = run(&db, &stand_in, move |tx, cx| {
            let command = DelegateRights {
                version: version + 1,
                to: clerk.post,
                rights: [Right::ManageCalendar].into_iter().collect(),
                from: DAY,
                until: Some(date(2025, 9, 1)),
                decision: None,
            };
            delegate_rights(tx, cx, &command)
        });
        assert_eq!(refused(outcome), "staff-delegation-of-delegation", "{name}");
    }
}

#[test]
fn everybody_notes_his_own_absence_and_only_a_head_names_the_stand_in() {
    for (name, db) in databases() {
        let handler = employ(&db, Role::Handler, "handler");
        let other = employ(&db, Role::Handler, "other");
        let away = move |post, person, stand_in| RecordAbsence {
            post,
            version: 2,
            person,
            from: DAY,
            until: Some(date(2025, 8, 7)),
            reason: AbsenceReason::Leave,
            stand_in,
        };
        let actor = acting(&db, "handler");
        let outcome = run(&db, &actor, move |tx, cx| {
            record_absence(tx, cx, &away(handler.post, handler.person, Some(other.post)))
        });
        assert_eq!(
            refused(outcome),
            "denied: record_absence",
            "{name}: a stand-in gets rights"
        );
        let outcome = run(&db, &actor, move |tx, cx| {
            record_absence(tx, cx, &away(other.post, other.person, None))
        });
        assert_eq!(refused(outcome), "denied: record_absence", "{name}: another's");
        let own = run(&db, &actor, move |tx, cx| {
            record_absence(tx, cx, &away(handler.post, handler.person, None))
        });
        assert!(own.is_ok(), "{name}");
    }
}

#[test]
fn bad_input_is_told_field_by_field() {
    for (name, db) in databases() {
        let odd = "x".repeat(10_000_000);
        let person = |raw: &str, email: Option<&str>, phone: Option<&str>| AddPerson {
            unit: thuan_an(),
            name: raw.to_owned(),
            email: email.map(str::to_owned),
            phone: phone.map(str::to_owned),
        };
        for (command, wanted) in [
            (person("", None, None), "staff-name-wrong"),
            (person("a\0b", None, None), "staff-name-wrong"),
            (person(&odd, None, None), "staff-name-wrong"),
            (person("Điểu An", Some("an@"), None), "staff-email-wrong"),
            (person("Điểu An", Some("an@@b.vn"), None), "staff-email-wrong"),
            (person("Điểu An", None, Some("gọi tôi")), "staff-phone-wrong"),
        ] {
            let outcome = run(&db, &system(), move |tx, cx| add_person(tx, cx, &command));
            assert_eq!(refused(outcome), wanted, "{name}");
        }
        let written_nfd = "Đie\u{302}\u{309}u An 🌾";
        let added = run(&db, &system(), move |tx, cx| {
            add_person(tx, cx, &person(written_nfd, Some(""), None))
        });
        let found = run(&db, &system(), |tx, cx| {
            people_of_unit(tx, cx, &thuan_an(), "dieu an", None, 50)
        })
        .expect("people");
        assert_eq!(found[0].item.name, "Điểu An 🌾", "{name}");
        let id = added.expect("a person");
        let edited = run(&db, &system(), move |tx, cx| {
            let command = EditPerson {
                person: id,
                version: 1,
                name: "Điểu Ân".to_owned(),
                email: Some("an@thuanan.lamdong.gov.vn".to_owned()),
                phone: Some("0261 3 000 000".to_owned()),
            };
            edit_person(tx, cx, &command)
        });
        assert!(edited.is_ok(), "{name}");
        run(&db, &system(), |tx, cx| divide(tx, cx, &thuan_an())).expect("divisions");
        for (from, until, wanted) in [
            (date(1899, 1, 1), None, "staff-day-far-off"),
            (date(2300, 1, 1), None, "staff-day-far-off"),
            (FIRST, Some(FIRST), "staff-until-before-from"),
            (date(2025, 6, 30), None, "staff-outside-division"),
        ] {
            let command = townhall_app::organisation::AddPost {
                from,
                until,
                ..seat(&thuan_an(), "office", Role::Staff)
            };
            let outcome = run(&db, &system(), move |tx, cx| add_post(tx, cx, &command));
            assert_eq!(refused(outcome), wanted, "{name}");
        }
        let unknown = run(&db, &system(), |tx, cx| {
            add_post(tx, cx, &seat(&thuan_an(), "moon", Role::Staff))
        });
        assert_eq!(refused(unknown), "staff-division-unknown", "{name}");
        evidence_holds(&db);
    }
}

#[test]
fn a_party_officer_is_of_the_other_space() {
    for (name, db) in databases() {
        employ_in(&db, thuan_an(), "party-office", Role::PartyOfficer, "party");
        let actor = acting(&db, "party");
        assert_eq!(actor.space(), Some(Space::Party), "{name}");
        assert!(!actor.is_of_space(Space::State), "{name}");
    }
}

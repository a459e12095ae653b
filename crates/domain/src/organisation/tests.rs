use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::Id;
use crate::permission::Scope;

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

fn commune(code: &str) -> UnitId {
    UnitId::new(code, date(2025, 7, 1))
}

fn year() -> Interval {
    Interval::new(date(2025, 7, 1), Some(date(2026, 7, 1))).unwrap()
}

fn days(from: Date, until: Date) -> Interval {
    Interval::new(from, Some(until)).unwrap()
}

fn post(number: u128, roles: &[Role]) -> Post {
    Post {
        id: id(number),
        unit: commune("24682"),
        division: "office".into(),
        space: Space::State,
        roles: roles.to_vec(),
        title_vi: "Chức danh".into(),
        title_en: "Title".into(),
        position: 0,
        quota_decision: None,
        valid: year(),
    }
}

fn mandate(number: u128, post: u128, person: u128, kind: MandateKind, valid: Interval) -> Mandate {
    Mandate {
        id: id(number),
        post: id(post),
        person: id(person),
        kind,
        valid,
        decision: None,
    }
}

fn absence(post: u128, person: u128, stand_in: Option<u128>, valid: Interval) -> Absence {
    let reason = AbsenceReason::Leave;
    Absence {
        id: id(900),
        person: id(person),
        post: id(post),
        valid,
        reason,
        stand_in: stand_in.map(id),
    }
}

fn delegation(from: u128, to: u128, rights: &[Right], valid: Interval) -> Delegation {
    let rights = rights.iter().copied().collect();
    Delegation {
        id: id(800),
        from: id(from),
        to: id(to),
        rights,
        valid,
        decision: None,
    }
}

/// Chair 1 (person 11), vice chair 2 (person 12), vice chair 3 vacant, handler 4 (person 14).
fn sample() -> Organisation {
    Organisation {
        posts: vec![
            post(1, &[Role::Chair]),
            post(2, &[Role::ViceChair]),
            post(3, &[Role::ViceChair]),
            post(4, &[Role::Handler]),
        ],
        mandates: vec![
            mandate(101, 1, 11, MandateKind::Full, year()),
            mandate(102, 2, 12, MandateKind::Full, year()),
            mandate(104, 4, 14, MandateKind::Full, year()),
        ],
        absences: vec![],
        delegations: vec![],
    }
}

const DAY: Date = date(2025, 8, 5);

#[test]
fn an_interval_holds_its_first_day_and_not_its_last() {
    let july = days(date(2025, 7, 1), date(2025, 8, 1));
    assert!(july.contains(date(2025, 7, 1)) && july.contains(date(2025, 7, 31)));
    assert!(!july.contains(date(2025, 6, 30)) && !july.contains(date(2025, 8, 1)));
    let august = days(date(2025, 8, 1), date(2025, 9, 1));
    assert!(!july.overlaps(august) && !august.overlaps(july));
    assert!(july.overlaps(days(date(2025, 7, 31), date(2025, 8, 1))));
    assert_eq!(
        Interval::new(DAY, Some(DAY)),
        Err(OrganisationError::EmptyInterval)
    );
}

#[test]
fn an_interval_ends_once_and_never_later_than_it_did() {
    let july = days(date(2025, 7, 1), date(2025, 8, 1));
    assert_eq!(
        july.ended_on(date(2025, 7, 10)),
        Ok(days(date(2025, 7, 1), date(2025, 7, 10)))
    );
    assert_eq!(
        july.ended_on(date(2025, 8, 2)),
        Err(OrganisationError::AlreadyEnded)
    );
    assert_eq!(
        july.ended_on(date(2025, 7, 1)),
        Err(OrganisationError::EmptyInterval)
    );
    assert!(Interval::since(DAY).ended_on(DAY.tomorrow().unwrap()).is_ok());
}

#[test]
fn a_mandate_ends_on_its_last_day() {
    let mut organisation = sample();
    organisation.mandates[0].valid = days(date(2025, 7, 1), DAY);
    assert_eq!(
        organisation.holders_as_of(id(1), DAY.yesterday().unwrap()).len(),
        1
    );
    assert!(organisation.holders_as_of(id(1), DAY).is_empty());
    assert!(organisation.seats_of(id(11), DAY).is_empty());
    assert_eq!(organisation.state_as_of(id(1), DAY), Some(SeatState::Vacant));
}

#[test]
fn nobody_holds_a_post_that_no_longer_exists() {
    let mut organisation = sample();
    organisation.posts[0].valid = days(date(2025, 7, 1), DAY);
    assert!(organisation.holders_as_of(id(1), DAY).is_empty());
    assert!(organisation.seats_of(id(11), DAY).is_empty());
    assert_eq!(organisation.state_as_of(id(1), DAY), None);
}

#[test]
fn one_person_with_several_posts_has_a_seat_for_each_with_its_own_rights() {
    let mut organisation = sample();
    organisation.posts.push(post(5, &[Role::Clerk]));
    organisation
        .mandates
        .push(mandate(105, 5, 14, MandateKind::Concurrent, year()));
    let seats = organisation.seats_of(id(14), DAY);
    assert_eq!(
        seats.iter().map(|seat| seat.post).collect::<Vec<_>>(),
        [id(4), id(5)]
    );
    assert!(
        seats[0].rights.any().has(Right::AppraiseDossier)
            && !seats[0].rights.any().has(Right::NumberAndIssue)
    );
    assert!(
        seats[1].rights.any().has(Right::NumberAndIssue)
            && !seats[1].rights.any().has(Right::AppraiseDossier)
    );
}

#[test]
fn an_acting_or_concurrent_holder_covers_a_seat_that_stays_vacant() {
    for kind in [MandateKind::Acting, MandateKind::Concurrent] {
        let mut organisation = sample();
        assert_eq!(organisation.state_as_of(id(3), DAY), Some(SeatState::Vacant));
        organisation.mandates.push(mandate(103, 3, 12, kind, year()));
        assert_eq!(
            organisation.state_as_of(id(3), DAY),
            Some(SeatState::VacantCovered)
        );
        let stand_ins = organisation.who_stands_in(id(3), DAY);
        assert_eq!(
            stand_ins,
            [StandIn {
                person: id(12),
                basis: Basis::Mandate(id(103))
            }]
        );
    }
}

#[test]
fn the_stand_in_of_an_absent_holder_acts_with_the_rights_of_his_post() {
    let mut organisation = sample();
    organisation
        .absences
        .push(absence(1, 11, Some(2), days(DAY, date(2025, 8, 8))));
    assert_eq!(
        organisation.state_as_of(id(1), DAY),
        Some(SeatState::FilledAbsent)
    );
    assert_eq!(organisation.who_stands_in(id(1), DAY)[0].person, id(12));
    let seats = organisation.seats_of(id(12), DAY);
    assert_eq!(seats.len(), 2);
    assert_eq!(
        (seats[1].post, seats[1].mandate, seats[1].basis),
        (id(1), id(102), Basis::Absence(id(900)))
    );
    assert_eq!(seats[1].rights, Rights::of(&[Role::Chair]));
    for outside in [DAY.yesterday().unwrap(), date(2025, 8, 8)] {
        assert_eq!(organisation.seats_of(id(12), outside).len(), 1, "{outside}");
        assert!(organisation.who_stands_in(id(1), outside).is_empty(), "{outside}");
    }
}

#[test]
fn an_absence_of_somebody_who_left_the_post_gives_nobody_rights() {
    let mut organisation = sample();
    organisation.mandates[0].valid = days(date(2025, 7, 1), DAY);
    organisation.absences.push(absence(1, 11, Some(2), year()));
    assert_eq!(organisation.seats_of(id(12), DAY).len(), 1);
    assert!(organisation.who_stands_in(id(1), DAY).is_empty());
}

#[test]
fn an_absent_stand_in_does_not_stand_in() {
    let mut organisation = sample();
    organisation.absences.push(absence(1, 11, Some(2), year()));
    organisation.absences.push(Absence {
        id: id(901),
        ..absence(2, 12, Some(4), year())
    });
    assert!(organisation.who_stands_in(id(1), DAY).is_empty());
    assert_eq!(organisation.seats_of(id(12), DAY).len(), 1);
    // and his own stand-in gets his post, not the one he would have stood in for
    let seats: Vec<PostId> = organisation
        .seats_of(id(14), DAY)
        .iter()
        .map(|seat| seat.post)
        .collect();
    assert_eq!(seats, [id(4), id(2)]);
}

#[test]
fn a_delegation_gives_its_rights_and_no_more_and_ends() {
    let mut organisation = sample();
    let until = date(2025, 9, 1);
    organisation.delegations.push(delegation(
        1,
        2,
        &[Right::ManageCalendar],
        days(date(2025, 8, 1), until),
    ));
    let seats = organisation.seats_of(id(12), DAY);
    assert_eq!(seats[1].post, id(1));
    assert_eq!(seats[1].basis, Basis::Delegation(id(800)));
    assert_eq!(
        seats[1].rights.within(Scope::OwnUnit),
        [Right::ManageCalendar].into_iter().collect()
    );
    assert_eq!(organisation.seats_of(id(12), until).len(), 1, "it has expired");
    assert!(organisation.who_stands_in(id(1), until).is_empty());
}

#[test]
fn a_delegation_of_a_delegation_is_refused() {
    let (chair, vice, handler) = (
        post(1, &[Role::Chair]),
        post(2, &[Role::ViceChair]),
        post(4, &[Role::Handler]),
    );
    let month = days(date(2025, 8, 1), date(2025, 9, 1));
    // Who acts as the chair by delegation cannot delegate the chair's rights on.
    let again = delegation(1, 4, &[Right::ApproveResult], month);
    assert_eq!(
        again.check(&chair, &handler, true),
        Err(OrganisationError::DelegationOfDelegation)
    );
    // And as himself he does not have what he only got by delegation.
    let borrowed = delegation(2, 4, &[Right::ManageCalendar], month);
    assert_eq!(
        borrowed.check(&vice, &handler, false),
        Err(OrganisationError::NotYoursToDelegate(Right::ManageCalendar))
    );
    // The chain gives nothing either when the rows are there.
    let mut organisation = sample();
    organisation
        .delegations
        .push(delegation(1, 2, &[Right::ManageCalendar], month));
    organisation.delegations.push(Delegation {
        id: id(801),
        ..delegation(2, 4, &[Right::ManageCalendar], month)
    });
    assert!(
        !organisation
            .seats_of(id(14), DAY)
            .iter()
            .any(|seat| seat.rights.any().has(Right::ManageCalendar))
    );
}

#[test]
fn a_delegation_stays_in_its_unit_and_space_and_has_an_end_and_a_content() {
    let (chair, vice) = (post(1, &[Role::Chair]), post(2, &[Role::ViceChair]));
    let month = days(date(2025, 8, 1), date(2025, 9, 1));
    let good = delegation(1, 2, &[Right::ManageCalendar], month);
    assert_eq!(good.check(&chair, &vice, false), Ok(()));
    let abroad = Post {
        unit: commune("24640"),
        ..vice.clone()
    };
    assert_eq!(
        good.check(&chair, &abroad, false),
        Err(OrganisationError::OtherUnit)
    );
    let party = Post {
        space: Space::Party,
        ..vice.clone()
    };
    assert_eq!(
        good.check(&chair, &party, false),
        Err(OrganisationError::OtherSpace)
    );
    let open = Delegation {
        valid: Interval::since(DAY),
        ..good.clone()
    };
    assert_eq!(
        open.check(&chair, &vice, false),
        Err(OrganisationError::DelegationWithoutEnd)
    );
    let empty = Delegation {
        rights: RightSet::EMPTY,
        ..good.clone()
    };
    assert_eq!(
        empty.check(&chair, &vice, false),
        Err(OrganisationError::NothingDelegated)
    );
    let late = Delegation {
        valid: days(DAY, date(2027, 1, 1)),
        ..good
    };
    assert_eq!(
        late.check(&chair, &vice, false),
        Err(OrganisationError::OutsidePost)
    );
}

#[test]
fn rows_that_cross_the_spaces_give_no_seat() {
    let mut organisation = sample();
    organisation.posts[1].space = Space::Party;
    organisation.absences.push(absence(1, 11, Some(2), year()));
    organisation
        .delegations
        .push(delegation(1, 2, &[Right::ManageCalendar], year()));
    assert_eq!(organisation.seats_of(id(12), DAY).len(), 1);
}

#[test]
fn a_basis_is_read_back_from_its_key() {
    for basis in [
        Basis::Mandate(id(1)),
        Basis::Absence(id(2)),
        Basis::Delegation(id(3)),
    ] {
        assert_eq!(Basis::parse(&basis.to_key()), Some(basis));
    }
    for wrong in [
        "",
        "mandate",
        "mandate:",
        "mandate:1",
        "king:00000000-0000-0000-0000-000000000001",
    ] {
        assert_eq!(Basis::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_seat_has_one_full_holder_at_a_time() {
    let chair = post(1, &[Role::Chair]);
    let first = mandate(
        101,
        1,
        11,
        MandateKind::Full,
        days(date(2025, 7, 1), date(2025, 9, 1)),
    );
    let next = |from| mandate(102, 1, 12, MandateKind::Full, days(from, date(2026, 1, 1)));
    assert_eq!(
        next(date(2025, 9, 1)).check(&chair, std::slice::from_ref(&first)),
        Ok(())
    );
    assert_eq!(
        next(date(2025, 8, 31)).check(&chair, std::slice::from_ref(&first)),
        Err(OrganisationError::SeatTaken)
    );
    let acting = Mandate {
        kind: MandateKind::Acting,
        ..next(date(2025, 8, 1))
    };
    assert_eq!(acting.check(&chair, std::slice::from_ref(&first)), Ok(()));
    let twice = Mandate {
        person: id(11),
        ..acting
    };
    assert_eq!(twice.check(&chair, &[first]), Err(OrganisationError::HeldAlready));
    let beyond = mandate(103, 1, 13, MandateKind::Full, Interval::since(date(2026, 1, 1)));
    assert_eq!(beyond.check(&chair, &[]), Err(OrganisationError::OutsidePost));
}

#[test]
fn only_a_holder_is_absent_and_no_post_stands_in_for_itself() {
    let (chair, vice) = (post(1, &[Role::Chair]), post(2, &[Role::ViceChair]));
    let mandates = sample().mandates;
    let week = days(DAY, date(2025, 8, 12));
    assert_eq!(
        absence(1, 11, Some(2), week).check(&chair, Some(&vice), &mandates),
        Ok(())
    );
    assert_eq!(
        absence(1, 12, None, week).check(&chair, None, &mandates),
        Err(OrganisationError::NotHeld)
    );
    assert_eq!(
        absence(1, 11, Some(1), week).check(&chair, Some(&chair), &mandates),
        Err(OrganisationError::SamePost)
    );
}

#[test]
fn a_name_is_composed_trimmed_and_bounded() {
    assert_eq!(
        parse_name("  Nguye\u{302}\u{303}n   Thị  Sáu ", 80).as_deref(),
        Ok("Nguyễn Thị Sáu")
    );
    let long = "a".repeat(10_000_000);
    for wrong in [
        "",
        "   ",
        "a\0b",
        "a\u{1b}b",
        "Lê\u{202e}Văn",
        "\u{200b}",
        long.as_str(),
        "x".repeat(81).as_str(),
    ] {
        assert!(parse_name(wrong, 80).is_err());
    }
    assert!(Division::parse_id("service-centre").is_ok());
    for wrong in ["", "Sở", "a b", "../x", "A"] {
        assert!(Division::parse_id(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn overlap_is_what_the_days_say(a in 0i8..20, b in 1i8..10, c in 0i8..20, d in 1i8..10) {
        let day = |n: i8| date(2025, 7, 1 + n);
        let one = days(day(a), day(a + b));
        let other = days(day(c), day(c + d));
        let shared = (0..30).any(|n| one.contains(day(n)) && other.contains(day(n)));
        prop_assert_eq!(one.overlaps(other), shared);
        let covered = (0..30).all(|n| !other.contains(day(n)) || one.contains(day(n)));
        prop_assert_eq!(one.covers(other), covered);
    }
}

//! The access log, on `SQLite` and `PostgreSQL` alike.

use jiff::civil::date;
use townhall_domain::ids::UnitId;
use townhall_domain::space::Space;
use townhall_store::StoreError;
use townhall_store::access_log::{self, Access, AccessFilter};
use townhall_testkit::databases;

use crate::identity::{at, fill, id, unit, write};

#[test]
fn the_access_log_is_paged_newest_first_and_stays_in_its_unit_and_space() {
    for (name, db) in databases() {
        write(&db, |tx| {
            fill(tx)?;
            for number in 0..5_u8 {
                let access = access(number);
                access_log::insert(tx, &access)?;
            }
            let abroad = Access {
                id: id(70),
                subject_unit: UnitId::new("24640", date(2025, 7, 1)),
                ..access(1)
            };
            let party = Access {
                id: id(71),
                space: Space::Party,
                ..access(1)
            };
            access_log::insert(tx, &abroad)?;
            access_log::insert(tx, &party)
        });
        let page = |filter: AccessFilter, limit| {
            db.read_blocking("page", move |tx| {
                access_log::of_unit(tx, &unit(), Space::State, &filter, limit)
            })
            .expect("a page")
        };
        let first = page(AccessFilter::default(), 2);
        let ids =
            |lines: &[access_log::AccessLine]| lines.iter().map(|line| line.access.id).collect::<Vec<_>>();
        assert_eq!(ids(&first), [id(64), id(63)], "{name}");
        assert_eq!(first[0].person_name, "Nguyễn Văn Ân", "{name}");
        let before = Some((first[1].access.at, first[1].access.id));
        assert_eq!(
            ids(&page(
                AccessFilter {
                    before,
                    ..AccessFilter::default()
                },
                9
            ))
            .len(),
            3,
            "{name}"
        );
        let outside = page(
            AccessFilter {
                only_outside: true,
                ..AccessFilter::default()
            },
            9,
        );
        assert_eq!(ids(&outside), [id(63), id(61)], "{name}");
        assert_eq!(outside[0].access.reason.as_deref(), Some("khiếu nại"), "{name}");
        let (own, seen, unseen) = db
            .read_blocking("about", |tx| {
                Ok::<_, StoreError>((
                    access_log::about(tx, id(9), 10)?.len(),
                    access_log::seen_since(tx, &access(4), at(4))?,
                    access_log::seen_since(tx, &access(4), at(5))?,
                ))
            })
            .expect("a read");
        assert_eq!((own, seen, unseen), (7, true, false), "{name}");
    }
}

fn access(number: u8) -> Access {
    let own_work = number.is_multiple_of(2);
    Access {
        id: id(60 + u128::from(number)),
        at: at(i64::from(number)),
        account: id(1),
        person: id(11),
        post: id(1),
        unit: unit(),
        space: Space::State,
        action: "read_dossier".to_owned(),
        subject_kind: "dossier".to_owned(),
        subject_id: "D".to_owned(),
        subject_unit: unit(),
        about: Some(id(9)),
        own_work,
        reason: (!own_work).then(|| "khiếu nại".to_owned()),
    }
}

//! Messages to citizens and what the portal is told, on `SQLite` and `PostgreSQL` alike.

use jiff::civil::date;
use townhall_domain::dossier::SyncState;
use townhall_domain::ids::{DossierId, Id, JobId, MessageId, UnitId};
use townhall_domain::message::{MessageKind, MessageState, Tongue, Way};
use townhall_domain::portal::{TakeState, TellState};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;
use townhall_store::messages::{self, Filter, Message};
use townhall_store::portal::{self, Handed, NewState};
use townhall_store::{Db, StoreError, Tx};
use townhall_testkit::databases;
use uuid::Uuid;

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

fn unit(code: &str) -> UnitId {
    UnitId::new(code, date(2025, 7, 1))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_754_000_000 + second).expect("an instant")
}

fn write<T: Send + 'static>(
    db: &Db,
    mut work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write_blocking("test", move |tx| work(tx)).expect("written")
}

fn message(number: u128, unit_code: &str, space: Space) -> Message {
    Message {
        id: id(number),
        dossier: id(900),
        code: "H36.24682-250804-0001".to_owned(),
        unit: unit(unit_code),
        space,
        kind: MessageKind::Accepted,
        way: if number.is_multiple_of(2) {
            Way::Email
        } else {
            Way::Sms
        },
        lang: Tongue::Vi,
        due_at: Some(at(1)),
        // Two at the same instant: the identity decides their order.
        queued_at: at(i64::try_from(number / 2).expect("small")),
        state: MessageState::Waiting,
        ended_at: None,
    }
}

#[test]
fn a_list_of_messages_pages_without_gap_or_double_and_stays_in_unit_and_space() {
    for (name, db) in databases() {
        write(&db, |tx| {
            for number in 1..=7 {
                messages::insert(tx, &message(number, "24682", Space::State), id::<JobId>(number))?;
            }
            messages::insert(tx, &message(20, "24640", Space::State), id::<JobId>(20))?;
            messages::insert(tx, &message(21, "24682", Space::Party), id::<JobId>(21))?;
            messages::set_state(tx, id(3), MessageState::Failed, Some(at(9)))
        });
        let list = |filter: Filter| {
            let filter = Filter {
                units: vec![unit("24682")],
                ..filter
            };
            let found = db.read_blocking("test", move |tx| messages::list(tx, &filter, Space::State, 3));
            found.expect("read")
        };
        let mut seen: Vec<MessageId> = Vec::new();
        let mut after = None;
        loop {
            let page = list(Filter {
                after,
                ..Filter::default()
            });
            let Some(last) = page.last() else { break };
            after = Some((last.message.queued_at, last.message.id));
            seen.extend(page.iter().map(|row| row.message.id));
        }
        let wanted: Vec<MessageId> = (1..=7).rev().map(id).collect();
        assert_eq!(seen, wanted, "{name}");
        let failed = list(Filter {
            state: Some(MessageState::Failed),
            way: Some(Way::Sms),
            kind: Some(MessageKind::Accepted),
            code: Some("H36.24682-250804-0001".to_owned()),
            ..Filter::default()
        });
        assert_eq!(failed.len(), 1, "{name}");
        assert_eq!(failed[0].message.ended_at, Some(at(9)));
        let nobody = db.read_blocking("test", |tx| {
            messages::list(tx, &Filter::default(), Space::State, 3)
        });
        assert!(nobody.expect("read").is_empty(), "{name}: no unit, no rows");
    }
}

#[test]
fn a_try_that_nobody_saw_end_is_counted_as_unclear() {
    for (name, db) in databases() {
        let tries = write(&db, |tx| {
            messages::insert(tx, &message(2, "24682", Space::State), id::<JobId>(2))?;
            messages::begin_try(tx, id(2), at(10))?;
            messages::end_try(tx, id(2), Some("busy"))?;
            messages::begin_try(tx, id(2), at(20))?;
            messages::begin_try(tx, id(2), at(30))?;
            Ok(messages::load(tx, id(2))?.expect("there").tries)
        });
        assert_eq!((tries.tries, tries.unclear), (3, 1), "{name}");
        assert_eq!(tries.begun_at, Some(at(30)), "{name}");
        let pace = |since| {
            let found = db.read_blocking("test", move |tx| messages::tried_since(tx, Way::Email, at(since)));
            found.expect("read")
        };
        assert_eq!((pace(29), pace(30)), (1, 0), "{name}");
    }
}

const DOSSIER: u128 = 5;

fn tell(tx: &mut Tx<'_>, state: i64) -> Result<bool, StoreError> {
    portal::add_state(
        tx,
        &NewState {
            dossier: id(DOSSIER),
            code: "H36.24682-250804-0001",
            unit: &unit("24682"),
            state,
            at: at(state),
            due_at: None,
            now: at(0),
        },
    )
}

fn sync(db: &Db) -> Option<SyncState> {
    let known = db.read_blocking("test", |tx| portal::sync_of(tx, &[id(DOSSIER), id(6)]));
    known.expect("read").get(&id::<DossierId>(DOSSIER)).copied()
}

#[test]
fn states_are_numbered_in_order_and_a_refused_one_holds_up_its_dossier() {
    for (name, db) in databases() {
        let queued = write(&db, |tx| {
            portal::put(
                tx,
                &Handed {
                    code: "H36.24682-250804-0001".to_owned(),
                    unit: Some(unit("24682")),
                    unit_said: "24682".to_owned(),
                    procedure_said: "1".to_owned(),
                    state: TakeState::Confirmed,
                    reason: None,
                    detail: None,
                    body: None,
                    body_hash: String::new(),
                    again: false,
                    dossier: Some(id(DOSSIER)),
                    first_at: at(0),
                    changed_at: at(0),
                },
            )?;
            [1, 2, 2, 4, 2, 4, 9, 10]
                .into_iter()
                .map(|state| tell(tx, state))
                .collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(
            queued,
            [false, true, false, true, false, false, true, true],
            "{name}: only what may follow"
        );
        assert_eq!(sync(&db), Some(SyncState::Pending), "{name}");
        let open = |db: &Db| {
            let found = db.read_blocking("test", |tx| portal::dossiers_to_tell(tx, None, 10));
            found.expect("read").len()
        };
        write(&db, |tx| {
            portal::set_status(tx, id(DOSSIER), 1, TellState::Confirmed, None, at(1))?;
            portal::set_status(tx, id(DOSSIER), 2, TellState::Refused, Some("no"), at(1))
        });
        assert_eq!((open(&db), sync(&db)), (0, Some(SyncState::Failed)), "{name}");
        let trouble = db
            .read_blocking("test", |tx| {
                portal::troubled(tx, Some(&[unit("24682")]), None, 10)
            })
            .expect("read");
        assert_eq!(
            trouble.iter().map(|row| row.number).collect::<Vec<_>>(),
            [2],
            "{name}"
        );
        let elsewhere = db.read_blocking("test", |tx| {
            portal::troubled(tx, Some(&[unit("24640")]), None, 10)
        });
        assert!(elsewhere.expect("read").is_empty(), "{name}");
        write(&db, |tx| portal::leave_out(tx, id(DOSSIER), at(2)));
        assert_eq!((open(&db), sync(&db)), (1, Some(SyncState::Pending)), "{name}");
        write(&db, |tx| {
            portal::set_status(tx, id(DOSSIER), 3, TellState::Confirmed, None, at(3))?;
            portal::set_status(tx, id(DOSSIER), 4, TellState::Confirmed, None, at(3))
        });
        assert_eq!(sync(&db), Some(SyncState::Synced), "{name}");
        let again = write(&db, |tx| portal::sent_back(tx, id(DOSSIER), 1, at(4)));
        assert_eq!((again, sync(&db)), (2, Some(SyncState::Pending)), "{name}");
    }
}

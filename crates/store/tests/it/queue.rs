//! The queue on `SQLite` and `PostgreSQL` alike.

use jiff::civil::{Date, date};
use townhall_domain::ids::{Id, PostId, TicketId, UnitId};
use townhall_domain::queue::{Ticket, TicketState};
use townhall_domain::time::{Timestamp, instant};
use townhall_store::queue::{self, Added, OpenWindow};
use townhall_store::{Db, StoreError, Tx};
use townhall_testkit::databases;
use uuid::Uuid;

const DAY: Date = date(2025, 8, 5);

fn unit() -> UnitId {
    UnitId::new("24682", date(2025, 7, 1))
}

fn at(minute: i8) -> Timestamp {
    instant(DAY.at(8, minute, 0, 0))
}

fn take(tx: &mut Tx<'_>, day: Date, service: &str) -> Result<Ticket, StoreError> {
    queue::take_board(tx, &unit())?;
    let number = queue::next_number(tx, &unit(), day, service)?;
    let id = Uuid::now_v7();
    let ticket = Ticket {
        id: TicketId::from_uuid(id),
        unit: unit(),
        day,
        service: service.to_owned(),
        number,
        code: format!("X{number:03}"),
        secret: id.simple().to_string(),
        priority: (number == 2).then(|| "elderly".to_owned()),
        window: None,
        place_at: at(i8::try_from(number).expect("few")),
        taken_at: at(i8::try_from(number).expect("few")),
        first_called_at: None,
        calls: 0,
        state: TicketState::Waiting,
        dossier: None,
    };
    queue::insert_ticket(tx, &ticket)?;
    Ok(ticket)
}

fn write<T: Send + 'static>(
    db: &Db,
    mut work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write_blocking("test", move |tx| work(tx)).expect("written")
}

#[test]
fn numbers_begin_anew_for_each_line_and_day_and_an_undone_one_is_given_again() {
    for (name, db) in databases() {
        let numbers = write(&db, |tx| {
            let mut numbers = Vec::new();
            for (day, service) in [
                (DAY, "land"),
                (DAY, "land"),
                (DAY, "other"),
                (date(2025, 8, 6), "land"),
            ] {
                numbers.push(take(tx, day, service)?.number);
            }
            Ok(numbers)
        });
        assert_eq!(numbers, [1, 2, 1, 1], "{name}");
        let undone: Result<(), StoreError> = db.write_blocking("undone", |tx| {
            take(tx, DAY, "land")?;
            Err(StoreError::Lost("on purpose".to_owned()))
        });
        assert!(undone.is_err());
        assert_eq!(write(&db, |tx| take(tx, DAY, "land")).number, 3, "{name}");
    }
}

#[test]
fn a_ticket_is_read_as_it_was_written_and_found_by_its_secret() {
    for (name, db) in databases() {
        let mut ticket = write(&db, |tx| take(tx, DAY, "land"));
        ticket.call(3, at(20)).expect("called");
        ticket.begin(at(21)).expect("begun");
        let saved = ticket.clone();
        let (read, found, hand, waiting) = write(&db, move |tx| {
            queue::save_ticket(tx, &saved)?;
            Ok((
                queue::ticket(tx, saved.id)?,
                queue::by_secret(tx, &saved.secret)?,
                queue::in_hand(tx, &unit(), DAY)?,
                queue::waiting(tx, &unit(), DAY)?,
            ))
        });
        assert_eq!(read.as_ref(), Some(&ticket), "{name}");
        assert_eq!(found.as_ref(), Some(&ticket), "{name}");
        assert_eq!(hand, [ticket], "{name}");
        assert!(waiting.is_empty(), "{name}");
        let counted = write(&db, |tx| {
            take(tx, DAY, "land")?;
            queue::count_waiting(tx, &unit(), DAY)
        });
        assert_eq!(counted, 1, "{name}: who is served waits no more");
    }
}

#[test]
fn the_database_itself_refuses_two_numbers_in_one_hand() {
    for (name, db) in databases() {
        let refused: Result<(), StoreError> = db.write_blocking("two", |tx| {
            for _ in 0..2 {
                let mut ticket = take(tx, DAY, "land")?;
                ticket.call(3, at(20)).expect("called");
                queue::save_ticket(tx, &ticket)?;
            }
            Ok(())
        });
        assert!(refused.expect_err(name).is_duplicate(), "{name}");
    }
}

#[test]
fn the_sums_of_a_day_stay_when_its_tickets_go() {
    for (name, db) in databases() {
        write(&db, |tx| {
            let (one, two) = (take(tx, DAY, "land")?, take(tx, DAY, "land")?);
            for (ticket, added) in [
                (&one, Added::Called(60_000)),
                (&two, Added::Called(180_000)),
                (&one, Added::Served(300_000)),
                (&two, Added::Missed),
                (&two, Added::Found),
                (&two, Added::GivenUp),
            ] {
                queue::add_to_day(tx, ticket, added)?;
            }
            Ok(())
        });
        let swept = write(&db, |tx| queue::sweep(tx, date(2025, 8, 6)));
        assert_eq!(swept, 2, "{name}");
        let days = write(&db, |tx| queue::days(tx, &unit(), DAY, DAY));
        assert_eq!(days.len(), 1, "{name}");
        let day = &days[0];
        assert_eq!(
            (day.taken, day.called, day.served, day.missed, day.given_up),
            (2, 2, 1, 0, 1),
            "{name}"
        );
        assert_eq!(
            (day.mean_wait_ms(), day.longest_wait_ms, day.mean_served_ms()),
            (Some(120_000), 180_000, Some(300_000)),
            "{name}"
        );
    }
}

#[test]
fn a_window_of_yesterday_is_closed_and_every_change_counts_the_board_on() {
    for (name, db) in databases() {
        let post = PostId::from_uuid(Uuid::from_u128(7));
        let (today, yesterday, versions) = write(&db, move |tx| {
            let mut versions = vec![queue::board_version(tx, &unit())?];
            versions.push(queue::take_board(tx, &unit())?);
            versions.push(queue::take_board(tx, &unit())?);
            let window = OpenWindow {
                number: 3,
                post,
                opened_at: at(0),
                priority_row: 1,
            };
            queue::save_window(tx, &unit(), &window)?;
            let today = queue::windows(tx, &unit(), instant(DAY.at(0, 0, 0, 0)))?;
            let yesterday = queue::windows(tx, &unit(), instant(date(2025, 8, 6).at(0, 0, 0, 0)))?;
            queue::close_window_of(tx, &unit(), post)?;
            assert!(queue::windows(tx, &unit(), Timestamp::UNIX_EPOCH)?.is_empty());
            Ok((today, yesterday, versions))
        });
        assert_eq!((today.len(), yesterday.len()), (1, 0), "{name}");
        assert_eq!(versions, [0, 1, 2], "{name}");
    }
}

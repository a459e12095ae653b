use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::calendar::{Calendar, OfficeHours};
use crate::ids::{Id, TicketId, UnitId};
use crate::pack::PackFile;

const PACK: &str = include_str!("../../../../packs/queue.toml");

fn rules_of(text: &str) -> Result<QueueRules, Vec<crate::pack::PackProblem>> {
    let fields = [
        "certification",
        "civil-status",
        "joined-up",
        "adoption",
        "land",
        "construction",
    ];
    let fields: BTreeSet<String> = fields.into_iter().map(str::to_owned).collect();
    QueueRules::parse(
        PackFile {
            path: "queue.toml",
            text,
        },
        &fields,
    )
}

fn rules() -> QueueRules {
    rules_of(PACK).expect("the pack")
}

fn at(hour: i8, minute: i8) -> Timestamp {
    instant(date(2025, 8, 5).at(hour, minute, 0, 0))
}

/// A waiting ticket that was taken in the `number`th minute after eight.
fn ticket(service: &str, number: i64, priority: bool) -> Ticket {
    let taken_at = at(8, i8::try_from(number).expect("few"));
    Ticket {
        id: TicketId::from_uuid(Uuid::from_u128(
            u128::from(number.unsigned_abs()) << 8 | u128::try_from(service.len()).expect("short"),
        )),
        unit: UnitId::new("24682", date(2025, 7, 1)),
        day: date(2025, 8, 5),
        service: service.to_owned(),
        number,
        code: format!("A{number:03}"),
        secret: String::new(),
        priority: priority.then(|| "elderly".to_owned()),
        window: None,
        place_at: taken_at,
        taken_at,
        first_called_at: None,
        calls: 0,
        state: TicketState::Waiting,
        dossier: None,
    }
}

fn window(number: i64, services: &[&str]) -> Window {
    Window {
        number,
        services: services.iter().map(|id| (*id).to_owned()).collect(),
    }
}

/// Calls everybody who waits and gives the numbers in the order of their calls.
fn order(mut waiting: Vec<Ticket>, window: &Window) -> Vec<i64> {
    let (rules, mut row, mut called) = (rules(), 0, Vec::new());
    while let Some(ticket) = next(&waiting, window, row, &rules).cloned() {
        row = if ticket.priority.is_some() { row + 1 } else { 0 };
        called.push(ticket.number);
        waiting.retain(|other| other.id != ticket.id);
    }
    called
}

#[test]
fn a_window_calls_its_own_lines_in_the_order_of_places() {
    let waiting = vec![
        ticket("land", 1, false),
        ticket("certification", 2, false),
        ticket("results", 3, false),
    ];
    assert_eq!(order(waiting, &window(1, &["certification", "results"])), [2, 3]);
}

#[test]
fn priority_goes_first_but_never_more_than_two_in_a_row_while_others_wait() {
    let waiting: Vec<Ticket> = (1..=7)
        .map(|number| ticket("land", number, number > 2 && number < 7))
        .collect();
    assert_eq!(order(waiting, &window(3, &["land"])), [3, 4, 1, 5, 6, 2, 7]);
}

#[test]
fn a_ticket_sent_to_a_window_is_called_there_and_nowhere_else() {
    let mut sent = ticket("land", 1, false);
    sent.send_to(2).expect("sent");
    assert!(is_for(&sent, &window(2, &["certification"])));
    assert!(!is_for(&sent, &window(3, &["land"])));
}

#[test]
fn how_many_are_before_counts_ones_own_line_and_priority() {
    let waiting = vec![
        ticket("land", 1, false),
        ticket("certification", 2, false),
        ticket("land", 3, true),
        ticket("land", 4, false),
    ];
    assert_eq!(ahead(&waiting, &waiting[3]), 2);
    assert_eq!(
        ahead(&waiting, &waiting[0]),
        1,
        "the one with priority goes first"
    );
    assert_eq!(ahead(&waiting, &waiting[2]), 0);
}

#[test]
fn who_was_not_there_comes_back_behind_three_others_or_at_the_end() {
    let waiting: Vec<Ticket> = (1..=5).map(|number| ticket("land", number, false)).collect();
    let place = place_behind(&waiting, "land", 3, at(9, 0));
    assert!(place > waiting[2].place_at && place < waiting[3].place_at);
    assert_eq!(place_behind(&waiting[..2], "land", 3, at(9, 0)), at(9, 0));
    assert_eq!(place_behind(&waiting, "results", 3, at(9, 0)), at(9, 0));
}

#[test]
fn the_way_of_a_ticket_and_what_it_refuses() {
    let mut ticket = ticket("land", 1, false);
    assert_eq!(
        ticket.serve(at(9, 0)),
        Err(NotNow {
            from: "waiting",
            action: "served"
        })
    );
    ticket.call(3, at(9, 0)).expect("called");
    assert!(
        ticket.call(4, at(9, 0)).is_err(),
        "a second window cannot call it"
    );
    ticket.call_again(at(9, 1)).expect("called again");
    ticket.miss(at(9, 2)).expect("nobody came");
    ticket.put_back(at(9, 3)).expect("back in the line");
    ticket.call(4, at(9, 10)).expect("called");
    ticket.begin(at(9, 11)).expect("came");
    assert!(ticket.miss(at(9, 12)).is_err());
    assert_eq!(ticket.serve(at(9, 21)), Ok(SignedDuration::from_mins(10)));
    assert_eq!((ticket.first_called_at, ticket.calls), (Some(at(9, 0)), 3));
    assert!(
        ticket.leave(at(9, 22)).is_err() && ticket.put_back(at(9, 22)).is_err() && ticket.send_to(1).is_err()
    );
}

#[test]
fn a_state_is_read_as_it_was_written() {
    let mut ticket = ticket("land", 1, false);
    let mut states = vec![ticket.state];
    ticket.call(3, at(9, 0)).expect("called");
    states.push(ticket.state);
    ticket.begin(at(9, 1)).expect("begun");
    states.push(ticket.state);
    ticket.serve(at(9, 2)).expect("served");
    states.push(ticket.state);
    states.extend([
        TicketState::NoShow {
            window: 3,
            at: at(9, 0),
        },
        TicketState::Left { at: at(9, 0) },
    ]);
    for state in states {
        assert_eq!(
            TicketState::from_parts(state.as_str(), state.window(), state.at()),
            Some(state)
        );
    }
    assert_eq!(TicketState::from_parts("called", None, Some(at(9, 0))), None);
}

#[test]
fn numbers_are_handed_out_from_an_hour_before_the_counter_opens_until_it_closes() {
    let calendar = include_str!("../../../../packs/calendars/viet-nam.toml");
    let calendar = Calendar::parse(PackFile {
        path: "viet-nam.toml",
        text: calendar,
    })
    .expect("the calendar");
    let hours = include_str!("../../../../packs/calendars/office-hours.toml");
    let hours = OfficeHours::parse(PackFile {
        path: "office-hours.toml",
        text: hours,
    })
    .expect("the hours");
    let office = Office::new(&calendar, &hours, &["24682"]);
    let rules = rules();
    for (hour, minute, is_open) in [
        (6, 29, false),
        (6, 30, true),
        (12, 0, true),
        (16, 59, true),
        (17, 0, false),
    ] {
        assert_eq!(
            hands_out_at(&office, at(hour, minute), &rules),
            is_open,
            "{hour}:{minute}"
        );
    }
    let sunday = instant(date(2025, 8, 3).at(9, 0, 0, 0));
    assert!(!hands_out_at(&office, sunday, &rules));
}

#[test]
fn the_pack_names_a_line_for_every_window_and_says_what_is_wrong_where() {
    let rules = rules();
    assert_eq!(rules.windows_of("24682", "civil-status"), [2, 4]);
    assert!(
        rules
            .services
            .iter()
            .all(|service| !rules.windows_of("24682", &service.id).is_empty())
    );
    assert_eq!(QueueRules::code(&rules.services[0], 12), "A012");
    for (from, to, reason) in [
        ("letter = \"B\"", "letter = \"A\"", "letter A to Z of its own"),
        ("\"joined-up\"", "\"flying\"", "no field of law flying"),
        ("\"joined-up\"", "\"certification\"", "belongs to another service"),
        (
            "services = [\"land\", \"other\"]",
            "services = [\"sea\"]",
            "no service sea",
        ),
        ("number = 2", "number = 1", "of its own"),
    ] {
        let problems = rules_of(&PACK.replace(from, to)).expect_err(reason);
        assert!(
            problems
                .iter()
                .any(|problem| problem.line > 0 && problem.reason.contains(reason)),
            "{problems:?}"
        );
    }
}

proptest! {
    #[test]
    fn everybody_is_called_once_and_nobody_waits_for_ever(kinds in proptest::collection::vec(any::<bool>(), 1..40)) {
        let waiting: Vec<Ticket> = (1..).zip(&kinds).map(|(number, priority)| ticket("land", number, *priority)).collect();
        let called = order(waiting, &window(3, &["land"]));
        let mut sorted = called.clone();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, (1..=i64::try_from(kinds.len()).expect("few")).collect::<Vec<_>>());
        // While an ordinary one waits, at most two with priority follow each other.
        let is_priority = |number: &i64| kinds[usize::try_from(number - 1).expect("few")];
        for (at, run) in called.windows(3).enumerate() {
            let ordinary_waits = called[at + 3..].iter().any(|number| !is_priority(number));
            prop_assert!(!(run.iter().all(is_priority) && ordinary_waits));
        }
    }

    #[test]
    fn a_wait_grows_with_people_and_shrinks_with_windows(ahead in 0..200_usize, minutes in 1..60_i64, windows in 1..9_usize) {
        prop_assert!(wait_minutes(ahead + 1, minutes, windows) >= wait_minutes(ahead, minutes, windows));
        prop_assert!(wait_minutes(ahead, minutes, windows + 1) <= wait_minutes(ahead, minutes, windows));
        prop_assert_eq!(wait_minutes(0, minutes, windows), 0);
    }
}

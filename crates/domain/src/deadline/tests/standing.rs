//! Chips and warnings.

use super::*;
use Amount::{WorkingDays, WorkingMinutes};
use StandingKind::{Done, Later, Over, Soon, Today};

#[test]
fn the_standing_tells_how_much_is_left_or_over() {
    with_office(|office| {
        let three = Deadline::compute(office, at("2025-07-30T14:10"), Limit::WorkingDays(3)).unwrap(); // Monday 4/8
        let standing = |now: &str, done: Option<&str>| {
            let standing = three.standing(office, at(now), done.map(at)).expect("loaded");
            (standing.kind, standing.amount, standing.late)
        };
        assert_eq!(standing("2025-07-30T15:00", None), (Later, WorkingDays(3), false));
        assert_eq!(standing("2025-07-31T08:00", None), (Soon, WorkingDays(2), false));
        assert_eq!(standing("2025-08-03T08:00", None), (Soon, WorkingDays(1), false)); // Sunday
        assert_eq!(
            standing("2025-08-04T09:40", None),
            (Today, WorkingMinutes(320), false)
        );
        assert_eq!(
            standing("2025-08-04T17:00", None),
            (Today, WorkingMinutes(0), false)
        );
        assert_eq!(
            standing("2025-08-04T17:01", None),
            (Over, WorkingMinutes(0), true)
        );
        assert_eq!(standing("2025-08-05T07:30", None), (Over, WorkingDays(1), true));
        assert_eq!(standing("2025-08-11T07:30", None), (Over, WorkingDays(5), true));
        assert_eq!(
            standing("2025-08-11T07:30", Some("2025-08-01T10:00")),
            (Done, WorkingDays(1), false)
        );
        assert_eq!(
            standing("2025-08-11T07:30", Some("2025-08-06T10:00")),
            (Done, WorkingDays(2), true)
        );
        let paused = three
            .pause(office, at("2025-08-01T09:00"), PauseReason::Supplement, None)
            .unwrap();
        let waiting = paused.standing(office, at("2025-09-01T09:00"), None).unwrap();
        assert_eq!(waiting.kind, StandingKind::Wait);
        assert_eq!(
            waiting.waiting,
            Some((at("2025-08-01T09:00"), PauseReason::Supplement))
        );
        assert!(!waiting.late);
    });
}

#[test]
fn warnings_come_at_half_four_fifths_and_two_and_one_working_day_before() {
    with_office(|office| {
        // Ten working days of 7.5 hours, Monday to the Friday of the week after next.
        let ten = Deadline::compute(office, at("2025-08-01T14:00"), Limit::WorkingDays(10)).unwrap();
        let warnings: Vec<_> = ten
            .warnings(office)
            .unwrap()
            .iter()
            .map(|w| (w.kind, rfc3339(w.at)))
            .collect();
        assert_eq!(
            warnings,
            [
                (WarningKind::Half, "2025-08-08T17:00:00+07:00".to_owned()),
                (WarningKind::TwoDays, "2025-08-13T07:30:00+07:00".to_owned()),
                (WarningKind::FourFifths, "2025-08-13T17:00:00+07:00".to_owned()),
                (WarningKind::OneDay, "2025-08-14T07:30:00+07:00".to_owned()),
            ]
        );
        // One working day: no warning two days before it began.
        let one = Deadline::compute(office, at("2025-08-04T14:00"), Limit::WorkingDays(1)).unwrap();
        let kinds: Vec<_> = one.warnings(office).unwrap().iter().map(|w| w.kind).collect();
        assert_eq!(kinds, [WarningKind::Half, WarningKind::FourFifths]);
        let paused = ten
            .pause(office, at("2025-08-04T09:00"), PauseReason::Financial, None)
            .unwrap();
        assert_eq!(paused.warnings(office), Ok(Vec::new()));
    });
}

//! What holds for every instant, limit and history.

use proptest::prelude::*;

use super::*;
use crate::calendar::tests::day;

prop_compose! {
    fn moment()(day in day(), second in 0..86_400i64) -> Timestamp {
        instant(day.to_datetime(time(0, 0, 0, 0))) + SignedDuration::from_secs(second)
    }
}

fn limit_of(kind: usize, n: u16) -> Limit {
    match kind {
        0 => Limit::Minutes(n * 7),
        1 => Limit::WorkingHours(n),
        2 => Limit::HalfDays(n),
        3 => Limit::WorkingDays(n),
        4 => Limit::CalendarDays(n),
        5 => Limit::Months(n.min(12)),
        _ => Limit::SameDay { cutoff: None },
    }
}

proptest! {
    #[test]
    fn a_deadline_never_falls_on_a_day_off_nor_before_its_beginning(from in moment(), kind in 0..7usize, n in 1..=60u16) {
        with_office(|office| {
            let deadline = Deadline::compute(office, from, limit_of(kind, n)).expect("loaded");
            assert!(office.calendar().is_working_day(local_date(deadline.due)).expect("loaded"));
            assert!(deadline.due >= from);
            assert_covers_every_day_once(&deadline);
        });
    }

    #[test]
    fn later_received_or_longer_is_never_due_earlier(a in moment(), b in moment(), kind in 0..7usize, n in 1..=40u16, more in 0..=20u16) {
        with_office(|office| {
            let (first, second) = (a.min(b), a.max(b));
            let due = |from, n| Deadline::compute(office, from, limit_of(kind, n)).expect("loaded").due;
            assert!(due(first, n) <= due(second, n));
            assert!(due(first, n) <= due(first, n + more));
        });
    }

    #[test]
    fn the_explanation_covers_every_day_once_whatever_happens(
        from in moment(), kind in 0..7usize, n in 1..=20u16,
        changes in prop::collection::vec((0..6u8, 0..200_000i64, 0..7usize, 1..=10u16), 0..6),
    ) {
        with_office(|office| {
            let mut deadline = Deadline::compute(office, from, limit_of(kind, n)).expect("loaded");
            let original = deadline.original_due;
            let mut now = from;
            for (what, later, kind, n) in changes {
                now += SignedDuration::from_secs(later);
                let limit = limit_of(kind, n);
                let changed = match what {
                    0 => deadline.pause(office, now, PauseReason::Supplement, None),
                    1 => deadline.resume(office, now, Resume::Continue, None),
                    2 => deadline.resume(office, now, Resume::Second(limit), None),
                    3 => deadline.restart(office, now, None),
                    4 => deadline.add_time(office, now, limit, "x", None),
                    _ => {
                        let due_on = local_date(deadline.due);
                        let to = office.calendar().add_working_days(due_on, n).expect("loaded");
                        deadline.extend(office, now, to, None)
                    }
                };
                let Ok(changed) = changed else { continue };
                deadline = changed;
                assert_eq!(deadline.original_due, original);
                if deadline.paused.is_none() && deadline.due >= now {
                    assert_covers_every_day_once(&deadline);
                    assert!(office.calendar().is_working_day(local_date(deadline.due)).expect("loaded"));
                }
                let again = deadline.recompute(office, now).expect("loaded");
                assert_eq!(again, deadline);
            }
        });
    }
}

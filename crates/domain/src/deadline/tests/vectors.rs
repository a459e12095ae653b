//! The worked examples, limit by limit.

use super::*;

#[test]
fn the_computed_vectors_hold() {
    for (from, limit, expected) in [
        ("2026-02-12T10:00", "3wd", "2026-02-24T17:00:00+07:00"),
        ("2026-02-13T15:30", "sd", "2026-02-23T17:00:00+07:00"),
        ("2026-08-20T09:00", "3wd", "2026-08-24T17:00:00+07:00"),
        ("2026-04-24T09:00", "2wd", "2026-04-29T17:00:00+07:00"),
        ("2026-11-23T10:00", "1wd", "2026-11-25T17:00:00+07:00"),
        ("2025-04-25T09:00", "2wd", "2025-04-28T17:00:00+07:00"),
        ("2026-01-08T09:00", "3wd", "2026-01-12T17:00:00+07:00"),
        ("2026-08-17T09:00", "15d", "2026-09-03T17:00:00+07:00"),
        ("2026-10-05T09:00", "5wd", "2026-10-12T17:00:00+07:00"),
    ] {
        assert_eq!(due(from, limit), expected, "{from} {limit}");
    }
}

#[test]
fn a_full_supplement_begins_the_limit_anew() {
    with_office(|office| {
        let first = Deadline::compute(office, at("2026-10-05T09:00"), Limit::WorkingDays(5)).unwrap();
        let asked = first
            .pause(office, at("2026-10-07T10:00"), PauseReason::Supplement, None)
            .unwrap();
        let again = asked
            .resume(office, at("2026-10-12T09:00"), Resume::Restart, None)
            .unwrap();
        assert_eq!(rfc3339(again.due), "2026-10-19T17:00:00+07:00");
        assert_eq!(rfc3339(again.original_due), "2026-10-12T17:00:00+07:00");
        assert_covers_every_day_once(&again);
        // The same without a recorded waiting.
        let direct = first.restart(office, at("2026-10-12T09:00"), None).unwrap();
        assert_eq!(direct.due, again.due);
        assert_covers_every_day_once(&direct);
    });
}

#[test]
fn the_same_day_ends_at_fifteen_hours_included() {
    assert_eq!(due("2025-08-05T15:00:00", "sd"), "2025-08-05T17:00:00+07:00");
    assert_eq!(due("2025-08-05T15:00:01", "sd"), "2025-08-06T17:00:00+07:00");
    // A receipt says 15:00:00 for the whole of that second.
    assert_eq!(due("2025-08-05T15:00:00.999", "sd"), "2025-08-05T17:00:00+07:00");
    assert_eq!(due("2025-08-05T00:00", "sd"), "2025-08-05T17:00:00+07:00");
    assert_eq!(due("2025-08-05T23:59", "sd"), "2025-08-06T17:00:00+07:00");
    // Saturday: before or after the cut-off, the next working day.
    assert_eq!(due("2025-08-09T10:00", "sd"), "2025-08-11T17:00:00+07:00");
    assert_eq!(due("2025-08-09T16:00", "sd"), "2025-08-11T17:00:00+07:00");
    assert_eq!(due("2025-08-08T15:30", "sd"), "2025-08-11T17:00:00+07:00");
    // A procedure with its own cut-off.
    assert_eq!(
        due("2025-08-05T14:30:00", "sd@14:30"),
        "2025-08-05T17:00:00+07:00"
    );
    assert_eq!(
        due("2025-08-05T14:30:01", "sd@14:30"),
        "2025-08-06T17:00:00+07:00"
    );
}

#[test]
fn day_zero_is_the_day_of_acceptance_at_any_hour_also_on_a_day_off() {
    for from in [
        "2025-08-04T00:00",
        "2025-08-04T07:00",
        "2025-08-04T15:01",
        "2025-08-04T23:59:59",
    ] {
        assert_eq!(due(from, "1wd"), "2025-08-05T17:00:00+07:00", "{from}");
    }
    assert_eq!(due("2025-08-02T10:00", "1wd"), "2025-08-04T17:00:00+07:00"); // Saturday
    assert_eq!(due("2025-08-03T23:59", "1wd"), "2025-08-04T17:00:00+07:00"); // Sunday
    assert_eq!(due("2025-09-02T23:59", "2wd"), "2025-09-04T17:00:00+07:00"); // National Day
    assert_eq!(due("2025-04-26T23:59", "1wd"), "2025-04-28T17:00:00+07:00"); // make-up Saturday as day 0
}

#[test]
fn the_last_calendar_day_rolls_when_it_is_off() {
    assert_eq!(due("2025-08-01T09:00", "1d"), "2025-08-04T17:00:00+07:00"); // Saturday
    assert_eq!(due("2025-08-02T09:00", "2d"), "2025-08-04T17:00:00+07:00");
    assert_eq!(due("2025-04-25T09:00", "1d"), "2025-04-26T17:00:00+07:00"); // make-up Saturday: no roll
    assert_eq!(due("2025-01-20T09:00", "8d"), "2025-02-03T17:00:00+07:00"); // into Tết
}

#[test]
fn months_end_on_the_same_number_or_the_last_day() {
    assert_eq!(due("2025-08-05T09:00", "1mo"), "2025-09-05T17:00:00+07:00");
    assert_eq!(due("2025-01-31T09:00", "1mo"), "2025-02-28T17:00:00+07:00");
    assert_eq!(due("2028-01-31T09:00", "1mo"), "2028-02-29T17:00:00+07:00");
    assert_eq!(due("2025-03-31T09:00", "1mo"), "2025-05-05T17:00:00+07:00"); // 30 April is off, then a long break
    assert_eq!(due("2025-08-05T09:00", "12mo"), "2026-08-05T17:00:00+07:00");
}

#[test]
fn minutes_and_hours_begin_at_once_and_run_within_office_hours() {
    assert_eq!(due("2025-08-05T08:00", "30min"), "2025-08-05T08:30:00+07:00");
    assert_eq!(due("2025-08-05T11:15", "30min"), "2025-08-05T13:45:00+07:00");
    assert_eq!(due("2025-08-05T16:50", "30min"), "2025-08-06T07:50:00+07:00");
    assert_eq!(due("2025-08-05T09:12:30", "2wh"), "2025-08-05T11:12:30+07:00");
    assert_eq!(due("2025-08-05T07:30", "4wh"), "2025-08-05T11:30:00+07:00");
    assert_eq!(due("2025-08-05T09:00", "8wh"), "2025-08-06T09:30:00+07:00"); // an office day has 7.5 hours
    assert_eq!(due("2025-08-08T16:00", "8wh"), "2025-08-11T16:30:00+07:00"); // over a weekend
    assert_eq!(due("2025-08-09T10:00", "1wh"), "2025-08-11T08:30:00+07:00"); // Saturday
    assert_eq!(due("2025-08-05T23:00", "1wh"), "2025-08-06T08:30:00+07:00");
}

#[test]
fn half_days_are_the_blocks_after_the_running_one() {
    assert_eq!(due("2025-08-05T09:00", "1hd"), "2025-08-05T17:00:00+07:00");
    assert_eq!(due("2025-08-05T09:00", "2hd"), "2025-08-06T11:30:00+07:00");
    assert_eq!(due("2025-08-05T12:00", "1hd"), "2025-08-05T17:00:00+07:00");
    assert_eq!(due("2025-08-08T14:00", "2hd"), "2025-08-11T17:00:00+07:00");
}

#[test]
fn the_explanation_names_every_day_with_its_rule() {
    let steps = with_office(|office| {
        let deadline = Deadline::compute(office, at("2026-02-12T10:00"), Limit::WorkingDays(3)).unwrap();
        serde_json::to_string_pretty(&explain_json(&deadline)).unwrap()
    });
    insta::assert_snapshot!(steps);
}

#[test]
fn the_explanation_of_calendar_days_tells_why_it_rolls() {
    with_office(|office| {
        let deadline = Deadline::compute(office, at("2026-08-17T09:00"), Limit::CalendarDays(15)).unwrap();
        let kinds: Vec<_> = deadline
            .steps
            .iter()
            .map(|step| (step.from, step.kind.clone()))
            .collect();
        let national = StepKind::Holiday {
            holiday: "national".into(),
            status: DayStatus::Official,
            off: DayKind::PublicHoliday,
        };
        assert_eq!(
            kinds[0],
            (
                date(2026, 8, 17),
                StepKind::Received {
                    at: at("2026-08-17T09:00")
                }
            )
        );
        assert_eq!(kinds[1], (date(2026, 8, 17), StepKind::NotCounted));
        assert_eq!(
            kinds[2],
            (date(2026, 8, 18), StepKind::CalendarDays { first: 1, last: 15 })
        );
        assert_eq!(
            kinds[3],
            (
                date(2026, 9, 1),
                StepKind::LastDayOff {
                    holiday: Some("national".into())
                }
            )
        );
        assert_eq!(kinds[4], (date(2026, 9, 2), national));
        assert_eq!(kinds[5], (date(2026, 9, 3), StepKind::Rolled));
        assert_eq!(
            kinds[6],
            (
                date(2026, 9, 3),
                StepKind::Due {
                    at: at("2026-09-03T17:00")
                }
            )
        );
        assert_eq!(kinds.len(), 7);
    });
}

#[test]
fn a_year_that_is_not_loaded_is_refused() {
    with_office(|office| {
        for (from, limit) in [
            ("2023-12-01T09:00", "1wd"),
            ("2099-12-30T09:00", "9wd"),
            ("2023-12-01T09:00", "sd"),
        ] {
            let error = Deadline::compute(office, at(from), limit.parse().unwrap()).unwrap_err();
            assert_eq!(
                error.key(),
                "deadline-error-year-not-loaded",
                "{from} {limit}: {error}"
            );
        }
    });
}

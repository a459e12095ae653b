//! Supplements, pauses, extensions, added time, changed calendars.

use super::*;

#[test]
fn waiting_for_a_supplement_may_be_taken_off_instead() {
    with_office(|office| {
        // Monday, 5 working days: due Monday. Asked on Wednesday (day 2), complete on Friday: two days of waiting.
        let first = Deadline::compute(office, at("2025-08-04T09:00"), Limit::WorkingDays(5)).unwrap();
        assert_eq!(rfc3339(first.due), "2025-08-11T17:00:00+07:00");
        let asked = first
            .pause(
                office,
                at("2025-08-06T10:00"),
                PauseReason::Supplement,
                Some("12/BS".into()),
            )
            .unwrap();
        assert_eq!(asked.paused.map(|p| p.since), Some(at("2025-08-06T10:00")));
        let on = asked
            .resume(office, at("2025-08-08T10:00"), Resume::Continue, None)
            .unwrap();
        assert_eq!(rfc3339(on.due), "2025-08-13T17:00:00+07:00");
        assert_eq!(on.paused, None);
        assert_covers_every_day_once(&on);
        assert!(
            on.steps
                .iter()
                .any(|step| step.kind == StepKind::WorkingDays { first: 3, last: 5 })
        );
        // Asked and complete on one day: nothing changes.
        let same = asked
            .resume(office, at("2025-08-06T16:00"), Resume::Continue, None)
            .unwrap();
        assert_eq!(same.due, first.due);
        assert_covers_every_day_once(&same);
        // Hours go on to the minute, calendar days and months roll at the end.
        let hours = Deadline::compute(office, at("2025-08-04T08:00"), Limit::WorkingHours(4)).unwrap();
        let hours = hours
            .pause(office, at("2025-08-04T09:00"), PauseReason::Supplement, None)
            .unwrap();
        let hours = hours
            .resume(office, at("2025-08-05T16:00"), Resume::Continue, None)
            .unwrap();
        assert_eq!(rfc3339(hours.due), "2025-08-06T09:30:00+07:00");
        assert_covers_every_day_once(&hours);
        let days = Deadline::compute(office, at("2025-08-04T08:00"), Limit::CalendarDays(10)).unwrap();
        let days = days
            .pause(office, at("2025-08-06T09:00"), PauseReason::Procedure, None)
            .unwrap();
        let days = days
            .resume(office, at("2025-08-08T09:00"), Resume::Continue, None)
            .unwrap();
        assert_eq!(rfc3339(days.due), "2025-08-18T17:00:00+07:00"); // Saturday 16, rolled
        assert_covers_every_day_once(&days);
    });
}

#[test]
fn a_pause_after_the_deadline_gives_no_time_back() {
    with_office(|office| {
        let first = Deadline::compute(office, at("2025-08-04T09:00"), Limit::WorkingDays(1)).unwrap();
        let late = first
            .pause(office, at("2025-08-07T10:00"), PauseReason::Supplement, None)
            .unwrap();
        assert!(late.steps.iter().any(|step| step.kind == StepKind::Late));
        let on = late
            .resume(office, at("2025-08-11T10:00"), Resume::Continue, None)
            .unwrap();
        assert_eq!(on.due, first.due);
    });
}

#[test]
fn a_pause_on_the_last_day_leaves_the_day_of_resumption() {
    with_office(|office| {
        let first = Deadline::compute(office, at("2025-08-04T09:00"), Limit::WorkingDays(2)).unwrap();
        let asked = first
            .pause(office, at("2025-08-06T10:00"), PauseReason::Supplement, None)
            .unwrap();
        let on = asked
            .resume(office, at("2025-08-08T10:00"), Resume::Continue, None)
            .unwrap();
        assert_eq!(rfc3339(on.due), "2025-08-08T17:00:00+07:00");
        // After the close of office, or on a day off, it is the next working day.
        let evening = asked
            .resume(office, at("2025-08-08T18:00"), Resume::Continue, None)
            .unwrap();
        assert_eq!(rfc3339(evening.due), "2025-08-11T17:00:00+07:00");
        let saturday = asked
            .resume(office, at("2025-08-09T09:00"), Resume::Continue, None)
            .unwrap();
        assert_eq!(rfc3339(saturday.due), "2025-08-11T17:00:00+07:00");
    });
}

#[test]
fn a_financial_obligation_pauses_and_brings_a_second_appointment() {
    with_office(|office| {
        let first = Deadline::compute(office, at("2025-08-04T09:00"), Limit::WorkingDays(15)).unwrap();
        assert_eq!(first.appointments(), [at("2025-08-25T17:00")]);
        let paused = first
            .pause(office, at("2025-08-20T10:00"), PauseReason::Financial, None)
            .unwrap();
        assert_eq!(paused.appointments(), [at("2025-08-25T17:00")]);
        let second = Resume::Second(Limit::WorkingDays(5));
        let paid = paused
            .resume(office, at("2025-09-03T08:00"), second, Some("BL-7".into()))
            .unwrap();
        assert_eq!(rfc3339(paid.due), "2025-09-10T17:00:00+07:00");
        assert_eq!(
            paid.appointments(),
            [at("2025-08-25T17:00"), at("2025-09-10T17:00")]
        );
        assert_eq!(paid.original_due, first.due);
        assert_covers_every_day_once(&paid);
    });
}

#[test]
fn one_extension_with_apology_the_day_before_at_the_latest() {
    with_office(|office| {
        let first = Deadline::compute(office, at("2025-08-04T09:00"), Limit::WorkingDays(3)).unwrap(); // Thursday 7/8
        assert_eq!(first.extension_until(), Some(date(2025, 8, 6)));
        let too_late = first.extend(office, at("2025-08-07T00:00"), date(2025, 8, 11), None);
        assert_eq!(
            too_late,
            Err(DeadlineError::ExtensionTooLate {
                latest: date(2025, 8, 6)
            })
        );
        let at_last = at("2025-08-06T23:59:59");
        assert_eq!(
            first.extend(office, at_last, date(2025, 8, 9), None),
            Err(DeadlineError::NotAWorkingDay {
                date: date(2025, 8, 9)
            })
        );
        assert_eq!(
            first.extend(office, at_last, date(2025, 8, 7), None),
            Err(DeadlineError::NotLater {
                due: at("2025-08-07T17:00")
            })
        );
        let extended = first
            .extend(office, at_last, date(2025, 8, 12), Some("03/XL".into()))
            .unwrap();
        assert_eq!(rfc3339(extended.due), "2025-08-12T17:00:00+07:00");
        assert_eq!(rfc3339(extended.original_due), "2025-08-07T17:00:00+07:00");
        assert_covers_every_day_once(&extended);
        let second = extended.extend(office, at("2025-08-08T09:00"), date(2025, 8, 14), None);
        assert_eq!(second, Err(DeadlineError::AlreadyExtended));
        assert_eq!(extended.extension_until(), None);
        let paused = first
            .pause(office, at("2025-08-05T09:00"), PauseReason::Supplement, None)
            .unwrap();
        assert!(matches!(
            paused.extend(office, at("2025-08-05T10:00"), date(2025, 8, 14), None),
            Err(DeadlineError::Paused { .. })
        ));
    });
}

#[test]
fn time_to_verify_is_counted_after_the_first_deadline() {
    with_office(|office| {
        // The picture of a dossier: received 29/7, 3 working days, 3 more to verify: 6 August.
        let first = Deadline::compute(office, at("2025-07-29T09:00"), Limit::WorkingDays(3)).unwrap();
        assert_eq!(rfc3339(first.due), "2025-08-01T17:00:00+07:00");
        let more = first
            .add_time(
                office,
                at("2025-08-01T09:00"),
                Limit::WorkingDays(3),
                "luat-ho-tich-28",
                None,
            )
            .unwrap();
        assert_eq!(rfc3339(more.due), "2025-08-06T17:00:00+07:00");
        assert_eq!(more.original_due, first.due);
        assert_covers_every_day_once(&more);
        let passed = first.add_time(
            office,
            at("2025-08-01T17:01"),
            Limit::WorkingDays(3),
            "luat-ho-tich-28",
            None,
        );
        assert_eq!(passed, Err(DeadlineError::Passed { due: first.due }));
        // A same-day procedure with verification of at most five working days.
        let same_day = Deadline::compute(office, at("2025-08-04T09:00"), "sd".parse().unwrap()).unwrap();
        let more = same_day
            .add_time(office, at("2025-08-04T10:00"), Limit::WorkingDays(5), "x", None)
            .unwrap();
        assert_eq!(rfc3339(more.due), "2025-08-11T17:00:00+07:00");
    });
}

#[test]
fn a_task_has_a_given_date_that_can_be_moved_while_the_original_stays() {
    with_office(|office| {
        let task = Deadline::given(office, at("2025-07-28T09:00"), at("2025-08-04T08:00")).unwrap();
        assert_eq!(task.due, at("2025-08-04T08:00"));
        assert_covers_every_day_once(&task);
        let moved = task
            .postpone(office, at("2025-08-04T09:00"), at("2025-08-06T10:00"), None)
            .unwrap();
        let again = moved
            .postpone(office, at("2025-08-05T09:00"), at("2025-08-07T10:00"), None)
            .unwrap();
        assert_eq!(
            (again.due, again.original_due),
            (at("2025-08-07T10:00"), at("2025-08-04T08:00"))
        );
        assert_covers_every_day_once(&again);
        assert!(
            task.postpone(office, at("2025-07-29T09:00"), at("2025-08-04T08:00"), None)
                .is_err()
        );
        assert!(Deadline::given(office, at("2025-07-28T09:00"), at("2025-07-28T09:00")).is_err());
    });
}

#[test]
fn a_changed_calendar_moves_an_open_case_and_says_from_where() {
    let hours = default_hours();
    let before = read_days(&DAYS.replacen("version = \"2026-11-21\"", "version = \"old\"", 1)).unwrap();
    // The yearly decision gives Wednesday 5 August 2026 off in exchange for Saturday 8 August.
    let decided = format!(
        "{}\n[[day]]\ndate = 2026-08-05\nkind = \"swap_day_off\"\nholiday = \"national\"\nstatus = \"official\"\n\
         source = \"yearly-2026\"\n\n[[day]]\ndate = 2026-08-08\nkind = \"makeup_workday\"\nholiday = \"national\"\n\
         status = \"official\"\nsource = \"yearly-2026\"\n",
        DAYS.replacen("version = \"2026-11-21\"", "version = \"new\"", 1)
    );
    let after = read_days(&decided).unwrap();
    let (old, new) = (Office::new(&before, hours, &[]), Office::new(&after, hours, &[]));
    let first = Deadline::compute(&old, at("2026-08-03T09:00"), Limit::WorkingDays(3)).unwrap();
    assert_eq!(rfc3339(first.due), "2026-08-06T17:00:00+07:00");
    let moved = first.recompute(&new, at("2026-08-03T12:00")).unwrap();
    assert_eq!(rfc3339(moved.due), "2026-08-07T17:00:00+07:00");
    assert_eq!(moved.original_due, first.due);
    assert_eq!(moved.calendar_version, "new");
    assert_covers_every_day_once(&moved);
    let told = moved
        .steps
        .iter()
        .any(|s| matches!(s.kind, StepKind::CalendarChanged { before, .. } if before == first.due));
    assert!(told, "{:#?}", moved.steps);
    // An extension that was allowed then stays, and running it again changes nothing.
    let extended = first
        .extend(&old, at("2026-08-05T12:00"), date(2026, 8, 10), None)
        .unwrap();
    let same = extended.recompute(&new, at("2026-08-06T12:00")).unwrap();
    assert_eq!(same.due, extended.due);
    assert_eq!(same.events.len(), extended.events.len());
    assert_eq!(moved.recompute(&new, at("2026-08-04T12:00")).unwrap(), moved);
}

#[test]
fn what_cannot_be_is_refused() {
    with_office(|office| {
        let first = Deadline::compute(office, at("2025-08-04T09:00"), Limit::WorkingDays(3)).unwrap();
        let back = first.pause(office, at("2025-08-04T08:59"), PauseReason::Supplement, None);
        assert_eq!(
            back,
            Err(DeadlineError::BackInTime {
                last: at("2025-08-04T09:00")
            })
        );
        let running = first.resume(office, at("2025-08-05T09:00"), Resume::Continue, None);
        assert_eq!(running, Err(DeadlineError::NotPaused));
        let paused = first
            .pause(office, at("2025-08-05T09:00"), PauseReason::Supplement, None)
            .unwrap();
        let twice = paused.pause(office, at("2025-08-05T10:00"), PauseReason::Financial, None);
        assert_eq!(
            twice,
            Err(DeadlineError::Paused {
                since: at("2025-08-05T09:00")
            })
        );
    });
}

#[test]
fn a_stored_deadline_reads_back_as_it_was() {
    with_office(|office| {
        let deadline =
            Deadline::compute(office, at("2026-02-12T10:00:07.123"), Limit::WorkingDays(3)).unwrap();
        let deadline = deadline
            .pause(
                office,
                at("2026-02-13T10:00"),
                PauseReason::Supplement,
                Some("1".into()),
            )
            .unwrap();
        let deadline = deadline
            .resume(office, at("2026-02-24T10:00"), Resume::Continue, None)
            .unwrap();
        let deadline = deadline
            .add_time(
                office,
                at("2026-02-24T11:00"),
                Limit::WorkingDays(2),
                "luat-ho-tich-28",
                None,
            )
            .unwrap();
        let deadline = deadline
            .extend(office, at("2026-02-24T11:00"), date(2026, 3, 6), None)
            .unwrap();
        let json = serde_json::to_string(&deadline).unwrap();
        assert_eq!(serde_json::from_str::<Deadline>(&json).unwrap(), deadline);
    });
}

#[test]
fn an_office_that_closes_early_gives_the_next_day() {
    let calendar = viet_nam();
    let special = "\n[[special_day]]\nunit = \"*\"\ndate = 2025-08-05\nblocks = [\"07:30-11:30\"]\nsource = \"default-hours\"\n";
    let hours = read_hours(&format!("{HOURS}{special}")).unwrap();
    let office = Office::new(calendar, &hours, &[]);
    let sd = |from: &str| {
        rfc3339(
            Deadline::compute(&office, at(from), "sd".parse().unwrap())
                .unwrap()
                .due,
        )
    };
    assert_eq!(sd("2025-08-05T09:00"), "2025-08-05T11:30:00+07:00");
    assert_eq!(sd("2025-08-05T14:00"), "2025-08-06T17:00:00+07:00");
    let two = Deadline::compute(&office, at("2025-08-04T09:00"), Limit::WorkingDays(1)).unwrap();
    assert_eq!(rfc3339(two.due), "2025-08-05T11:30:00+07:00");
}

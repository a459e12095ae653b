use std::sync::OnceLock;

use jiff::civil::{date, time};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::pack::{PackFile, PackProblem};
use crate::time::instant;

pub(crate) const DAYS: &str = include_str!("../../../../packs/calendars/viet-nam.toml");
pub(crate) const HOURS: &str = include_str!("../../../../packs/calendars/office-hours.toml");

pub(crate) fn read_days(text: &str) -> Result<Calendar, PackProblem> {
    Calendar::parse(PackFile {
        path: "calendars/viet-nam.toml",
        text,
    })
}

pub(crate) fn read_hours(text: &str) -> Result<OfficeHours, PackProblem> {
    OfficeHours::parse(PackFile {
        path: "calendars/office-hours.toml",
        text,
    })
}

pub(crate) fn viet_nam() -> &'static Calendar {
    static ONCE: OnceLock<Calendar> = OnceLock::new();
    ONCE.get_or_init(|| read_days(DAYS).expect("the calendar pack reads"))
}

pub(crate) fn default_hours() -> &'static OfficeHours {
    static ONCE: OnceLock<OfficeHours> = OnceLock::new();
    ONCE.get_or_init(|| read_hours(HOURS).expect("the office hours pack reads"))
}

pub(crate) fn at(text: &str) -> Timestamp {
    instant(text.parse().expect("a local date and time"))
}

fn working_days_of(calendar: &Calendar, year: i16) -> u32 {
    calendar
        .working_days_between(date(year - 1, 12, 31), date(year, 12, 31))
        .expect("loaded")
}

#[test]
fn the_official_years_have_their_working_days() {
    let calendar = viet_nam();
    // 2024 counts from 1 January, since 2023 is not loaded; 1 January itself is a holiday.
    assert_eq!(
        calendar.working_days_between(date(2024, 1, 1), date(2024, 12, 31)),
        Ok(251)
    );
    assert_eq!(working_days_of(calendar, 2025), 250);
    assert_eq!(working_days_of(calendar, 2026), 249);
}

#[test]
fn a_swap_makes_a_friday_off_and_a_saturday_worked() {
    let calendar = viet_nam();
    assert!(matches!(calendar.day(date(2025, 5, 2)), Ok(Day::Off(day)) if day.kind == DayKind::SwapDayOff));
    assert!(matches!(calendar.day(date(2025, 4, 26)), Ok(Day::Makeup(day)) if day.holiday == "labour"));
    assert_eq!(calendar.day(date(2025, 4, 27)), Ok(Day::Weekend));
    assert_eq!(calendar.day(date(2025, 8, 5)), Ok(Day::Working));
}

#[test]
fn culture_day_is_off_from_2026_on() {
    let calendar = viet_nam();
    assert_eq!(calendar.is_working_day(date(2025, 11, 24)), Ok(true));
    for year in [2026, 2027, 2028, 2034] {
        assert_eq!(calendar.is_working_day(date(year, 11, 24)), Ok(false), "{year}");
    }
}

#[test]
fn years_after_the_list_are_projected_and_say_so() {
    let calendar = viet_nam();
    // Tết 2030: 2 February is a Saturday; two days before, three from it on, two weekend days in lieu.
    let tet: Vec<Date> = calendar
        .listed(2030)
        .filter(|(_, day)| day.holiday == "tet")
        .map(|(date, _)| date)
        .collect();
    assert_eq!(
        tet,
        (0..7)
            .map(|i| plus_days(date(2030, 1, 31), i))
            .collect::<Vec<_>>()
    );
    assert!(
        calendar
            .listed(2030)
            .all(|(_, day)| day.status == DayStatus::Projected)
    );
    assert_eq!(calendar.is_working_day(date(2030, 2, 7)), Ok(true));
    // 2028: 2 September is a Saturday; the Friday before and the Monday in lieu are off.
    for day in [1, 2, 4] {
        assert_eq!(calendar.is_working_day(date(2028, 9, day)), Ok(false), "{day}");
    }
    assert_eq!(calendar.is_working_day(date(2028, 9, 5)), Ok(true));
}

#[test]
fn the_projection_rules_would_have_told_the_official_years() {
    // The pack's rules, run on 2025 to 2027, give the listed holidays; only the yearly swaps are beyond them.
    let projected = |year: i16| {
        let mut blocks = DAYS.split("\n[[day]]\n");
        let head = blocks.next().expect("a head");
        let last = format!("last_listed_year = {}", year - 1);
        let mut text = head.replace("last_listed_year = 2027", &last);
        for block in blocks {
            let listed: i16 = block["date = ".len()..][..4].parse().expect("a year");
            if listed < year {
                text.push_str("\n[[day]]\n");
                text.push_str(block);
            }
        }
        read_days(&text).expect("reads")
    };
    let official = viet_nam();
    for year in 2025..=2027 {
        let off = |calendar: &Calendar| -> Vec<Date> {
            let swapped = [DayKind::SwapDayOff, DayKind::MakeupWorkday];
            calendar
                .listed(year)
                .filter(|(_, day)| !swapped.contains(&day.kind))
                .map(|(date, _)| date)
                .collect()
        };
        assert_eq!(off(&projected(year)), off(official), "{year}");
    }
}

#[test]
fn a_year_that_is_not_loaded_is_an_error_that_names_it() {
    let calendar = viet_nam();
    let error = calendar
        .add_working_days(date(2023, 12, 28), 1)
        .expect_err("not loaded");
    assert_eq!(
        error,
        CalendarError::YearNotLoaded {
            year: 2023,
            first: 2024,
            last: 2099
        }
    );
    assert_eq!(
        error.to_string(),
        "the calendar holds the years 2024 to 2099, not 2023"
    );
    assert!(calendar.add_working_days(date(2099, 12, 30), 5).is_err());
    assert!(calendar.subtract_working_days(date(2024, 1, 3), 5).is_err());
}

#[test]
fn the_default_hours_hold_for_thuan_an_and_for_makeup_saturdays() {
    let (calendar, hours) = (viet_nam(), default_hours());
    let office = Office::new(calendar, hours, &["24682", "68"]);
    assert_eq!(office.opening(date(2025, 8, 5)), Ok(at("2025-08-05T07:30")));
    assert_eq!(office.close(date(2025, 8, 5)), Ok(at("2025-08-05T17:00")));
    assert_eq!(office.close(date(2025, 4, 26)), Ok(at("2025-04-26T17:00")));
    assert_eq!(office.blocks(date(2025, 8, 9)), Ok(&[][..]));
}

const OWN: &str = r#"
[[hours]]
unit = "24682"
valid_from = 2025-09-01
valid_until = 2025-12-31
blocks = ["07:00-11:30", "13:00-16:30"]
weekdays = { fri = ["07:00-11:00", "13:00-16:00"] }
source = "default-hours"

[[hours]]
unit = "68"
valid_from = 2025-10-01
blocks = ["08:00-12:00", "13:00-17:00"]
source = "default-hours"

[[special_day]]
unit = "68"
date = 2026-02-13
blocks = ["07:30-11:30"]
source = "default-hours"

[[reception]]
unit = "24682"
weekday = "sat"
valid_from = 2025-09-01
blocks = ["07:30-11:00"]
source = "default-hours"

[[reception]]
unit = "24682"
date = 2025-09-20
blocks = []
source = "default-hours"
"#;

#[test]
fn a_unit_may_have_its_own_hours_for_a_time_and_the_narrower_rule_wins() {
    let calendar = viet_nam();
    let hours = read_hours(&format!("{HOURS}{OWN}")).expect("reads");
    let thuan_an = Office::new(calendar, &hours, &["24682", "68"]);
    let sister = Office::new(calendar, &hours, &["24640", "68"]);
    let close = |office: &Office<'_>, day| office.close(day).map(crate::time::local).expect("open").time();
    assert_eq!(close(&thuan_an, date(2025, 8, 29)), time(17, 0, 0, 0)); // before its rule: everybody's
    assert_eq!(close(&thuan_an, date(2025, 9, 4)), time(16, 30, 0, 0));
    assert_eq!(close(&thuan_an, date(2025, 9, 5)), time(16, 0, 0, 0)); // Friday
    assert_eq!(close(&thuan_an, date(2026, 1, 5)), time(17, 0, 0, 0)); // its rule ended: the province's
    assert_eq!(thuan_an.opening(date(2026, 1, 5)), Ok(at("2026-01-05T08:00")));
    assert_eq!(sister.opening(date(2025, 9, 4)), Ok(at("2025-09-04T07:30")));
    assert_eq!(close(&sister, date(2026, 2, 13)), time(11, 30, 0, 0)); // special day of the province
}

#[test]
fn a_counter_open_on_saturday_does_not_make_a_working_day() {
    let calendar = viet_nam();
    let hours = read_hours(&format!("{HOURS}{OWN}")).expect("reads");
    let office = Office::new(calendar, &hours, &["24682", "68"]);
    let saturday = date(2025, 9, 13);
    assert_eq!(office.reception(saturday).map(<[Block]>::len), Ok(1));
    assert_eq!(office.blocks(saturday).map(<[Block]>::len), Ok(0));
    assert_eq!(calendar.is_working_day(saturday), Ok(false));
    // One date closes the counter although the weekday is open; a working day without an exception is office time.
    assert_eq!(office.reception(date(2025, 9, 20)).map(<[Block]>::len), Ok(0));
    assert_eq!(office.reception(date(2025, 9, 15)).map(<[Block]>::len), Ok(2));
    // A weekday exception does not hold on a public holiday (Saturday 1 May 2027).
    assert_eq!(office.reception(date(2027, 5, 1)).map(<[Block]>::len), Ok(0));
}

/// Puts a slip into the pack, not into its comments.
fn replace_after_comment(text: &str, right: &str, wrong: &str) -> String {
    let data = text.find("\nversion").expect("the head is a comment");
    format!("{}{}", &text[..data], text[data..].replacen(right, wrong, 1))
}

#[test]
fn a_wrong_calendar_pack_is_refused_with_line_and_reason() {
    let line_of = |needle: &str| {
        DAYS.lines()
            .position(|line| line.starts_with(needle))
            .expect("there")
            + 1
    };
    let cases = [
        (
            "date = 2026-08-22",
            "date = 2026-08-21",
            "2026-08-21 is a weekday",
        ),
        (
            "date = 2026-08-31",
            "date = 2026-09-01",
            "2026-09-01 is listed twice",
        ),
        (
            "date = 2026-09-02",
            "date = 2026-09-03",
            "year 2026 lists no day off on 2026-09-02 for `national`",
        ),
        (
            "date = 2025-05-02",
            "date = 2025-05-03",
            "2025-05-03 is a weekend",
        ),
        (
            "date = 2024-01-01",
            "date = 2023-01-01",
            "2023-01-01 lies outside 2024 to 2027",
        ),
        ("date = 2025-04-30", "date = \"2025-04-30\"", "invalid type"),
        ("date = 2025-04-30", "date = 2025-02-30", ""),
        (
            "projected_to = 2099",
            "projected_to = 2500",
            "projected_to must lie between 2027 and 2199",
        ),
        ("cutoff = 15:00:00", "cutoff = 2025-01-01", "is not a time of day"),
        ("version", "wersion", "unknown field `wersion`"),
    ];
    for (right, wrong, reason) in cases {
        let error = read_days(&replace_after_comment(DAYS, right, wrong))
            .map(|_| ())
            .expect_err(wrong);
        assert!(error.reason.contains(reason), "{wrong}: {error}");
        // A forgotten holiday is told at the rule, a doubled one at the second mention.
        if !reason.contains("lists no") && !reason.contains("twice") {
            assert_eq!(error.line, line_of(right), "{wrong}: {error}");
        }
    }
}

#[test]
fn a_wrong_word_in_a_calendar_pack_is_refused() {
    for (right, wrong, reason) in [
        (
            "holiday = \"culture\"",
            "holiday = \"spring\"",
            "`spring` is no [[holiday]] of this pack",
        ),
        (
            "source = \"vpcp-9859\"",
            "source = \"heard\"",
            "`heard` is not among the [sources]",
        ),
        (
            "lunar = \"03-10\"",
            "lunar = \"03-31\"",
            "a lunar day is written MM-DD",
        ),
        (
            "solar = \"04-30\"",
            "solar = \"04-31\"",
            "a solar day is written MM-DD",
        ),
        (
            "before_on = { tue = 1 }",
            "before_on = { tue = 5 }",
            "`before` must be smaller than `days`",
        ),
        (
            "before_on = { tue = 1 }",
            "before_on = { di = 1 }",
            "`di` is no weekday",
        ),
        (
            "kind = \"swap_day_off\"",
            "kind = \"bridge\"",
            "unknown variant `bridge`",
        ),
        (
            "status = \"projected\"",
            "status = \"maybe\"",
            "unknown variant `maybe`",
        ),
    ] {
        let error = read_days(&replace_after_comment(DAYS, right, wrong))
            .map(|_| ())
            .expect_err(wrong);
        assert!(
            error.reason.contains(reason) && error.line > 1,
            "{wrong}: {error}"
        );
    }
}

#[test]
fn a_wrong_office_hours_pack_is_refused_with_line_and_reason() {
    for (right, wrong, reason) in [
        (
            "\"07:00-11:30\", \"13:00-16:30\"",
            "\"11:30-07:00\"",
            "`11:30-07:00` is not a block",
        ),
        (
            "\"07:00-11:30\", \"13:00-16:30\"",
            "\"07:00-11:30\", \"11:00-16:30\"",
            "begins before the one before it ends",
        ),
        ("\"07:00-11:30\", \"13:00-16:30\"", "", "needs at least one block"),
        (
            "\"07:00-11:00\", \"13:00-16:00\"",
            "\"07:00-08:00\", \"09:00-10:00\", \"11:00-12:00\"",
            "at most two blocks",
        ),
        (
            "unit = \"68\"\nvalid",
            "unit = \"680\"\nvalid",
            "`680` is neither",
        ),
        (
            "unit = \"68\"\nvalid",
            "unit = \"24682\"\nvalid",
            "two [[hours]] of unit \"24682\"",
        ),
        (
            "valid_until = 2025-12-31",
            "valid_until = 2025-08-31",
            "valid_until lies before valid_from",
        ),
        (
            "weekdays = { fri",
            "weekdays = { freitag",
            "`freitag` is no weekday",
        ),
        (
            "date = 2025-09-20",
            "weekday = \"sat\"\nvalid_from = 2025-09-06",
            "two [[reception]]",
        ),
        (
            "date = 2025-09-20",
            "weekday = \"sat\"",
            "either `weekday` with `valid_from`, or `date` alone",
        ),
    ] {
        let error = read_hours(&format!("{HOURS}{}", OWN.replacen(right, wrong, 1)))
            .map(|_| ())
            .expect_err(wrong);
        assert!(error.reason.contains(reason), "{wrong}: {error}");
        assert!(error.line > HOURS.lines().count(), "{wrong}: {error}");
    }
    let nobody = HOURS.replace("unit = \"*\"\nvalid", "unit = \"24682\"\nvalid");
    let error = read_hours(&nobody).map(|_| ()).expect_err("nobody");
    assert_eq!(error.reason, "no [[hours]] for unit \"*\" (everybody)");
}

#[test]
fn office_time_skips_lunch_nights_and_days_off() {
    let (calendar, hours) = (viet_nam(), default_hours());
    let office = Office::new(calendar, hours, &[]);
    let minutes = |from, to| office.working_minutes_between(at(from), at(to)).expect("loaded");
    assert_eq!(minutes("2025-08-04T09:40", "2025-08-04T17:00"), 5 * 60 + 20);
    assert_eq!(minutes("2025-08-04T09:40", "2025-08-04T11:30"), 110);
    assert_eq!(minutes("2025-08-01T16:00", "2025-08-04T08:00"), 90);
    assert_eq!(minutes("2025-08-04T17:00", "2025-08-04T09:40"), 0);
    let after = |from, work| {
        office
            .after_work(at(from), SignedDuration::from_mins(work))
            .expect("loaded")
    };
    assert_eq!(after("2025-08-01T16:00", 60), at("2025-08-01T17:00"));
    assert_eq!(after("2025-08-01T16:00", 61), at("2025-08-04T07:31"));
    assert_eq!(after("2025-08-02T10:00", 30), at("2025-08-04T08:00"));
}

prop_compose! {
    pub(crate) fn day()(offset in 0..2600i32) -> Date { plus_days(date(2024, 1, 1), offset) }
}

proptest! {
    #[test]
    fn adding_and_subtracting_working_days_agree(start in day(), days in 1..=60u16) {
        let calendar = viet_nam();
        let end = calendar.add_working_days(start, days).expect("loaded");
        prop_assert!(calendar.is_working_day(end).expect("loaded"));
        prop_assert!(end > start);
        prop_assert_eq!(calendar.working_days_between(start, end), Ok(u32::from(days)));
        // From a day off the way back ends on the working day before it, when there is one.
        let Ok(back) = calendar.subtract_working_days(end, days) else { return Ok(()) };
        if calendar.is_working_day(start).expect("loaded") {
            prop_assert_eq!(back, start);
        } else {
            prop_assert!(back < start);
            prop_assert_eq!(calendar.working_days_between(back, start), Ok(0));
        }
    }

    #[test]
    fn counting_by_weeks_agrees_with_counting_each_day(start in day(), length in 0..1200i32) {
        let calendar = viet_nam();
        let end = plus_days(start, length);
        let each: Result<Vec<bool>, CalendarError> =
            (1..=length).map(|days| calendar.is_working_day(plus_days(start, days))).collect();
        let each = each.map(|days| u32::try_from(days.into_iter().filter(|works| *works).count()).expect("few"));
        prop_assert_eq!(calendar.working_days_between(start, end), each);
        prop_assert_eq!(calendar.working_days_between(end, start), Ok(0));
    }

    #[test]
    fn adding_office_time_is_the_inverse_of_measuring_it(start in day(), minute in 0..1440i64, work in 1..3000i64) {
        let (calendar, hours) = (viet_nam(), default_hours());
        let office = Office::new(calendar, hours, &[]);
        let from = instant(start.to_datetime(time(0, 0, 0, 0))) + SignedDuration::from_mins(minute);
        let to = office.after_work(from, SignedDuration::from_mins(work)).expect("loaded");
        prop_assert_eq!(office.working_minutes_between(from, to), Ok(work));
    }
}

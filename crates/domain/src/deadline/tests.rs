mod changes;
mod properties;
mod standing;
mod vectors;

use jiff::civil::{date, time};
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::calendar::tests::{DAYS, HOURS, at, default_hours, read_days, read_hours, viet_nam};
use crate::calendar::{DayKind, DayStatus};
use crate::time::instant;

/// Runs a check with the default office on the real calendar.
fn with_office<T>(check: impl FnOnce(&Office<'_>) -> T) -> T {
    let (calendar, hours) = (viet_nam(), default_hours());
    check(&Office::new(calendar, hours, &["24682", "68"]))
}

fn due(from: &str, limit: &str) -> String {
    with_office(|office| {
        let deadline =
            Deadline::compute(office, at(from), limit.parse().expect("a limit")).expect("computes");
        assert_covers_every_day_once(&deadline);
        rfc3339(deadline.due)
    })
}

fn assert_covers_every_day_once(deadline: &Deadline) {
    let mut next = local_date(deadline.received_at);
    for step in deadline.steps.iter().filter(|step| step.kind.covers_days()) {
        assert_eq!(step.from, next, "{:#?}", deadline.steps);
        assert!(step.to >= step.from, "{:#?}", deadline.steps);
        next = plus_days(step.to, 1);
    }
    assert_eq!(
        plus_days(next, -1),
        local_date(deadline.due),
        "{:#?}",
        deadline.steps
    );
}

//! Vietnamese time: one zone, UTC+7, without summer time since 1975.

pub use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// UTC+7, the legal time of Viet Nam (Decision 134/2002/QĐ-TTg).
pub const VIETNAM: Offset = Offset::constant(7);

/// The local date and time at an instant.
pub fn local(at: Timestamp) -> DateTime {
    VIETNAM.to_datetime(at)
}

/// The local date at an instant.
pub fn local_date(at: Timestamp) -> Date {
    local(at).date()
}

/// The instant of a local date and time.
///
/// # Panics
/// Never for the years that a parsed date can hold (1900 to 2200).
pub fn instant(local: DateTime) -> Timestamp {
    TimeZone::fixed(VIETNAM)
        .to_timestamp(local)
        .unwrap_or(Timestamp::MAX)
}

/// An instant as RFC 3339 with the offset `+07:00`, to the second.
pub fn rfc3339(at: Timestamp) -> String {
    let local = local(at);
    format!(
        "{}T{:02}:{:02}:{:02}+07:00",
        local.date(),
        local.hour(),
        local.minute(),
        local.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evening_before_midnight_utc_is_the_next_day_in_viet_nam() {
        let at: Timestamp = "2025-07-01T17:30:00Z".parse().expect("a timestamp");
        assert_eq!(local_date(at), jiff::civil::date(2025, 7, 2));
        assert_eq!(rfc3339(at), "2025-07-02T00:30:00+07:00");
        assert_eq!(instant(local(at)), at);
    }
}

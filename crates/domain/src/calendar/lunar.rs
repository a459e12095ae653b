//! The Vietnamese lunar calendar, from the positions of moon and sun at UTC+7.
//!
//! Method: Hồ Ngọc Đức, "Thuật toán tính âm lịch" (published 2004), which takes the mean new moon with its
//! periodic terms and the sun's longitude from J. Meeus, "Astronomical Algorithms". Written anew here.
//! Not a table of the Chinese calendar: where a new moon falls between 16:00 and 17:00 UTC the two differ
//! by a day (Tết 2030 is 2 February in Viet Nam, 3 February at UTC+8).
//!
//! Two rules make the calendar: a month begins on the day of the new moon, and the eleventh month holds the
//! winter solstice. A year with thirteen new moons has a leap month, the first in which the sun does not
//! enter a new twelfth of its circle.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// Julian day number of 1 January 1970, the day that civil dates are counted from here.
const JULIAN_DAY_1970: i32 = 2_440_588;
/// Julian date of the mean new moon that bears the number 0 (January 1900).
const NEW_MOON_ZERO: f64 = 2_415_021.076_998_695;
/// Mean length of a lunar month in days.
const LUNAR_MONTH: f64 = 29.530_588_853;
/// Viet Nam is seven hours ahead of UTC, as a share of a day.
const ZONE_DAYS: f64 = 7.0 / 24.0;

/// The solar date of a day of an ordinary (not leap) lunar month of the lunar year that begins in `year`.
///
/// Good for the years 1900 to 2199, where the formula is accurate to some minutes. Returns `None` for a
/// month outside 1–12, a day outside 1–30, or the 30th of a month that has 29 days.
pub fn solar_date(year: i16, month: i8, day: i8) -> Option<Date> {
    if !(1..=12).contains(&month) || !(1..=30).contains(&day) || !(1900..=2199).contains(&year) {
        return None;
    }
    // Months 11 and 12 belong to the circle that begins with this year's winter solstice, the others to the
    // one before.
    let circle_begins = if month >= 11 { year } else { year - 1 };
    let eleventh = month_of_solstice(circle_begins);
    let next_eleventh = month_of_solstice(circle_begins + 1);
    let mut months_later = i32::from((month + 1) % 12);
    if next_eleventh - eleventh > 365 && months_later >= leap_month_after(eleventh) {
        months_later += 1;
    }
    let number = moon_number(eleventh) + months_later;
    let (first, next) = (new_moon_day(number), new_moon_day(number + 1));
    let wanted = first + i32::from(day) - 1;
    (wanted < next).then(|| civil(wanted))
}

/// The first day of the lunar month that holds the winter solstice of `year`, as a Julian day number.
fn month_of_solstice(year: i16) -> i32 {
    let last_day = julian_day(date(year, 12, 31));
    let number = whole((f64::from(last_day) - NEW_MOON_ZERO) / LUNAR_MONTH);
    let first = new_moon_day(number);
    // Past 270 degrees the solstice lies before this month, so it was in the month before.
    if sun_twelfth(first) >= 9 {
        new_moon_day(number - 1)
    } else {
        first
    }
}

/// How many months after the eleventh the leap month stands, in a circle of thirteen months.
fn leap_month_after(eleventh: i32) -> i32 {
    let number = moon_number(eleventh);
    // In an ordinary month the sun has entered a new twelfth when the next one begins.
    (1..14)
        .find(|&i| sun_twelfth(new_moon_day(number + i)) == sun_twelfth(new_moon_day(number + i + 1)))
        .unwrap_or(14)
}

/// The number of the new moon on a day that is known to be one.
fn moon_number(new_moon: i32) -> i32 {
    whole(0.5 + (f64::from(new_moon) - NEW_MOON_ZERO) / LUNAR_MONTH)
}

/// The day in Viet Nam on which new moon number `k` falls.
fn new_moon_day(k: i32) -> i32 {
    whole(new_moon(f64::from(k)) + 0.5 + ZONE_DAYS)
}

/// The instant of new moon number `k`, as a Julian date in universal time (Meeus, chapter on the phases).
fn new_moon(k: f64) -> f64 {
    let t = k / 1236.85; // centuries of 36,525 days since 1900
    let polynomial = |coefficients: [f64; 4]| {
        coefficients[0] + coefficients[1] * k + coefficients[2] * t * t + coefficients[3] * t * t * t
    };
    let mean = polynomial([2_415_020.759_33, 29.530_588_68, 0.000_117_8, -0.000_000_155])
        + 0.000_33 * (166.56 + 132.87 * t - 0.009_173 * t * t).to_radians().sin();
    let sun = polynomial([359.224_2, 29.105_356_08, -0.000_033_3, -0.000_003_47]).to_radians();
    let moon = polynomial([306.025_3, 385.816_918_06, 0.010_730_6, 0.000_012_36]).to_radians();
    let node = polynomial([21.296_4, 390.670_506_46, -0.001_652_8, -0.000_002_39]).to_radians();
    let periodic = [
        (0.173_4 - 0.000_393 * t, sun),
        (0.002_1, 2.0 * sun),
        (-0.406_8, moon),
        (0.016_1, 2.0 * moon),
        (-0.000_4, 3.0 * moon),
        (0.010_4, 2.0 * node),
        (-0.005_1, sun + moon),
        (-0.007_4, sun - moon),
        (0.000_4, 2.0 * node + sun),
        (-0.000_4, 2.0 * node - sun),
        (-0.000_6, 2.0 * node + moon),
        (0.001_0, 2.0 * node - moon),
        (0.000_5, 2.0 * moon + sun),
    ];
    let correction: f64 = periodic.iter().map(|(size, angle)| size * angle.sin()).sum();
    // Dynamical minus universal time; the polynomial holds from about 800 on.
    let delta = -0.000_278 + 0.000_265 * t + 0.000_262 * t * t;
    mean + correction - delta
}

/// In which twelfth of its circle (0 to 11, from the spring equinox) the sun stands as a day begins in Viet Nam.
fn sun_twelfth(day: i32) -> i32 {
    let t = (f64::from(day) - 0.5 - ZONE_DAYS - 2_451_545.0) / 36_525.0; // centuries since 2000
    let anomaly =
        (357.529_1 + 35_999.050_3 * t - 0.000_155_9 * t * t - 0.000_000_48 * t * t * t).to_radians();
    let mean = 280.466_45 + 36_000.769_83 * t + 0.000_303_2 * t * t;
    let centre = (1.914_6 - 0.004_817 * t - 0.000_014 * t * t) * anomaly.sin()
        + (0.019_993 - 0.000_101 * t) * (2.0 * anomaly).sin()
        + 0.000_29 * (3.0 * anomaly).sin();
    whole((mean + centre).rem_euclid(360.0) / 30.0)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "Julian days and month numbers are far below i32::MAX"
)]
fn whole(value: f64) -> i32 {
    value.floor() as i32
}

fn julian_day(day: Date) -> i32 {
    // Dates come from years 1899 to 2200, so the difference fits.
    (day - date(1970, 1, 1)).get_days() + JULIAN_DAY_1970
}

fn civil(julian_day: i32) -> Date {
    date(1970, 1, 1).saturating_add((julian_day - JULIAN_DAY_1970).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tet_is_that_of_viet_nam_not_of_china() {
        for (year, month, day) in [
            (1968, 1, 29), // north: a day before Beijing
            (1985, 1, 21), // a month before Beijing
            (2007, 2, 17),
            (2024, 2, 10),
            (2025, 1, 29),
            (2026, 2, 17),
            (2027, 2, 6),
            (2028, 1, 26),
            (2029, 2, 13),
            (2030, 2, 2),
            (2031, 1, 23),
            (2032, 2, 11),
            (2033, 1, 31),
            (2034, 2, 19),
            (2035, 2, 8),
        ] {
            assert_eq!(solar_date(year, 1, 1), Some(date(year, month, day)), "Tết {year}");
        }
    }

    #[test]
    fn the_hung_kings_day_is_the_tenth_of_the_third_month() {
        for (year, month, day) in [
            (2024, 4, 18),
            (2025, 4, 7),
            (2026, 4, 26),
            (2027, 4, 16),
            (2028, 4, 4),
            (2029, 4, 23),
            (2030, 4, 12),
            (2031, 4, 1),
            (2032, 4, 19),
            (2033, 4, 9),
            (2034, 4, 28),
            (2035, 4, 17),
        ] {
            assert_eq!(
                solar_date(year, 3, 10),
                Some(date(year, month, day)),
                "Giỗ Tổ {year}"
            );
        }
    }

    #[test]
    fn the_months_after_a_leap_month_move_on() {
        // 2025 has a leap sixth month: the middle of the eighth month is 6 October, not a month earlier.
        assert_eq!(solar_date(2025, 8, 15), Some(date(2025, 10, 6)));
        assert_eq!(solar_date(2025, 6, 1), Some(date(2025, 6, 25)));
        assert_eq!(solar_date(2025, 12, 29), Some(date(2026, 2, 16)));
    }

    #[test]
    fn a_day_that_a_lunar_month_does_not_have_is_none() {
        assert_eq!(solar_date(2025, 12, 30), None); // the last month of 2025 has 29 days
        assert_eq!(solar_date(2025, 13, 1), None);
        assert_eq!(solar_date(2025, 0, 1), None);
        assert_eq!(solar_date(2025, 1, 0), None);
        assert_eq!(solar_date(1899, 1, 1), None);
    }

    #[test]
    fn a_lunar_year_has_354_to_385_days() {
        for year in 1901..2199 {
            let first_day = |year| solar_date(year, 1, 1).expect("every year has a first day");
            let (this, next) = (first_day(year), first_day(year + 1));
            let days = (next - this).get_days();
            assert!((353..=385).contains(&days), "{year}: {days}");
        }
    }
}

//! The parts of the service quality index that a centre can compute from its own rows.
//!
//! Legal source: Decision 766/QĐ-TTg (23/6/2022), six groups of together 100 points. Progress and the share of online
//! dossiers are the two that a leader looks at daily; the page of the index has every part that own rows can give, and
//! names the others with the reason why not. Nothing is guessed.

/// A part of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// Tenths of a point.
    pub tenths: i64,
    /// Most tenths there are.
    pub most_tenths: i64,
}

/// Progress: 20 points times the dossiers in time over the dossiers received; none when nothing was received.
///
/// In time is what ended by its due, and what is open and not past due at the end of the period.
pub fn progress(in_time: i64, received: i64) -> Option<Score> {
    share(in_time, received, 200)
}

/// Online dossiers: min(6, 6·C / 0.5), C being online over all dossiers; none when nothing was received.
pub fn online(online: i64, received: i64) -> Option<Score> {
    // Half of all dossiers online is enough for every point.
    share(online.saturating_mul(2), received, 60)
}

/// A part of the index: `most` tenths times part over whole, all of them from `full_at` percent on.
pub fn part(part: i64, whole: i64, most_tenths: i64, full_at: i64) -> Option<Score> {
    share(
        part.saturating_mul(100),
        whole.saturating_mul(full_at),
        most_tenths,
    )
}

/// Satisfaction with the reception: min(6, 6·r / 0.9), where r is 100 % less the share that is late and the share that
/// was disliked; none when nothing was received.
pub fn reception(in_time: i64, disliked: i64, received: i64) -> Option<Score> {
    part((in_time - disliked).max(0), received, 60, 90)
}

/// `most` times part over whole, rounded half up, never more than `most`.
fn share(part: i64, whole: i64, most_tenths: i64) -> Option<Score> {
    if whole <= 0 || part < 0 {
        return None;
    }
    let doubled = part.saturating_mul(most_tenths).saturating_mul(2) / whole;
    Some(Score {
        tenths: ((doubled + 1) / 2).min(most_tenths),
        most_tenths,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenths(score: Option<Score>) -> Option<i64> {
        score.map(|score| score.tenths)
    }

    #[test]
    fn progress_is_twenty_points_times_what_was_in_time() {
        assert_eq!(tenths(progress(402, 402)), Some(200));
        assert_eq!(tenths(progress(392, 402)), Some(195));
        assert_eq!(tenths(progress(0, 402)), Some(0));
        assert_eq!(progress(0, 0), None, "nothing received is no bad progress");
    }

    #[test]
    fn a_part_has_all_its_points_from_its_target_on() {
        assert_eq!(tenths(part(80, 100, 20, 80)), Some(20));
        assert_eq!(tenths(part(40, 100, 20, 80)), Some(10));
        assert_eq!(tenths(part(100, 100, 20, 80)), Some(20));
        assert_eq!(part(0, 0, 20, 80), None);
    }

    #[test]
    fn the_reception_loses_what_was_late_and_what_was_disliked() {
        assert_eq!(tenths(reception(100, 0, 100)), Some(60));
        assert_eq!(tenths(reception(90, 0, 100)), Some(60));
        assert_eq!(tenths(reception(50, 5, 100)), Some(30));
        assert_eq!(tenths(reception(1, 2, 100)), Some(0));
    }

    #[test]
    fn half_of_all_online_gives_every_point() {
        assert_eq!(tenths(online(50, 100)), Some(60));
        assert_eq!(tenths(online(100, 100)), Some(60));
        assert_eq!(tenths(online(25, 100)), Some(30));
        assert_eq!(tenths(online(0, 100)), Some(0));
    }
}

//! An alarm when the machine's clock jumps: deadlines, sessions and certificates all hang on it.
//!
//! Facts are safe in any case, since the time of a subject never goes back; but somebody must look at the clock.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use townhall_domain::time::Timestamp;
use townhall_store::{Db, StoreError, node};

use super::real_now;
use crate::metrics;

/// A jump over this raises the alarm, in milliseconds.
const JUMP_MS: i64 = 5 * 60 * 1000;
/// How often the clock is looked at.
const PERIOD: Duration = Duration::from_secs(5);
/// Every so many looks the time is noted, so that a jump between two runs of the node is seen as well.
const LOOKS_A_NOTE: u32 = 12;

/// Compares the machine's clock with the time that really passed.
#[derive(Debug, Clone, Copy)]
pub struct ClockWatch {
    wall: Timestamp,
    passed: Duration,
}

impl ClockWatch {
    /// Begins to watch: the machine's time, and the time passed since any fixed moment.
    pub fn new(wall: Timestamp, passed: Duration) -> Self {
        Self { wall, passed }
    }

    /// Looks again; how far the clock jumped in milliseconds, back when negative, if it was over five minutes.
    pub fn look(&mut self, wall: Timestamp, passed: Duration) -> Option<i64> {
        let really = i64::try_from(passed.saturating_sub(self.passed).as_millis()).unwrap_or(i64::MAX);
        let jump = (wall.as_millisecond() - self.wall.as_millisecond()).saturating_sub(really);
        *self = Self { wall, passed };
        (jump.abs() > JUMP_MS).then_some(jump)
    }
}

/// The thread that watches while the node serves.
#[derive(Debug)]
pub struct ClockAlarm {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ClockAlarm {
    /// Compares with the time at which the node was last seen, then watches. Blocks for a moment.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(db: Db) -> io::Result<Self> {
        match db.read_blocking("seen_at", |tx| node::number(tx, node::SEEN_AT_MS)) {
            // Forward between two runs is how time goes; back is a clock that was wrong then or is wrong now.
            Ok(Some(seen)) if real_now().as_millisecond() < seen - JUMP_MS => {
                alarm(real_now().as_millisecond() - seen);
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "when the node was last seen could not be read"),
        }
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new()
            .name("clock".to_owned())
            .spawn(move || {
                let start = Instant::now();
                let mut watch = ClockWatch::new(real_now(), start.elapsed());
                let mut looks = 0_u32;
                while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                    if let Some(jump) = watch.look(real_now(), start.elapsed()) {
                        alarm(jump);
                    }
                    looks = looks.wrapping_add(1);
                    if looks % LOOKS_A_NOTE == 1 {
                        note(&db);
                    }
                }
                note(&db);
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for ClockAlarm {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn alarm(jump_ms: i64) {
    metrics::count(&metrics::CLOCK_JUMPS, &[]);
    let seconds = jump_ms / 1000;
    tracing::error!(
        jump_seconds = seconds,
        "the machine's clock jumped by {seconds} seconds: check it, deadlines and sessions hang on it"
    );
}

fn note(db: &Db) {
    let now = real_now().as_millisecond().to_string();
    let noted: Result<(), StoreError> =
        db.write_blocking("note_time", move |tx| node::set(tx, node::SEEN_AT_MS, &now));
    if let Err(error) = noted {
        tracing::warn!(%error, "the time could not be noted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_754_300_000 + seconds).expect("an instant")
    }

    #[test]
    fn a_jump_over_five_minutes_raises_an_alarm_and_a_small_one_does_not() {
        let passed = Duration::from_secs;
        let mut watch = ClockWatch::new(at(0), passed(0));
        assert_eq!(watch.look(at(5), passed(5)), None);
        assert_eq!(watch.look(at(10 + 299), passed(10)), None, "a correction");
        assert_eq!(watch.look(at(15), passed(15)), None);
        assert_eq!(watch.look(at(20 - 3_600), passed(20)), Some(-3_600_000));
        assert_eq!(watch.look(at(25 - 3_600), passed(25)), None, "told once");
        assert_eq!(watch.look(at(30), passed(30)), Some(3_600_000));
    }
}

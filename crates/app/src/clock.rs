//! The business clock: what day and time it is for the work, apart from the machine's own clock.
//!
//! A trial or a demo lives on another day while sessions, tokens and TLS use real time. Below `main` nobody
//! asks the system for the time; this file is the one place that does.

mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

pub use watch::{ClockAlarm, ClockWatch};

/// A clock; cheap to clone, all clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    mode: Arc<Mode>,
}

#[derive(Debug)]
enum Mode {
    /// Real time moved by so many milliseconds.
    Shifted(AtomicI64),
    /// Stands still until it is set: tests, and the making of the demo's past.
    Manual(AtomicI64),
}

impl Clock {
    /// Real time.
    pub fn real() -> Self {
        Self::shifted_by(0)
    }

    /// Real time moved by milliseconds.
    pub fn shifted_by(milliseconds: i64) -> Self {
        Self {
            mode: Arc::new(Mode::Shifted(AtomicI64::new(milliseconds))),
        }
    }

    /// A clock that shows `at` until it is set.
    pub fn manual(at: Timestamp) -> Self {
        Self {
            mode: Arc::new(Mode::Manual(AtomicI64::new(at.as_millisecond()))),
        }
    }

    /// The business time, cut to milliseconds.
    pub fn now(&self) -> Timestamp {
        let milliseconds = match self.mode.as_ref() {
            Mode::Shifted(by) => real_now().as_millisecond() + by.load(Ordering::Relaxed),
            Mode::Manual(at) => at.load(Ordering::Relaxed),
        };
        Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Sets a manual clock; a shifted one is left alone, because real time cannot be set.
    pub fn set(&self, to: Timestamp) {
        if let Mode::Manual(at) = self.mode.as_ref() {
            at.store(to.as_millisecond(), Ordering::Relaxed);
        }
    }

    /// How far the business time is from real time, in milliseconds.
    pub fn shift(&self) -> i64 {
        self.now().as_millisecond() - real_now().as_millisecond()
    }

    /// True when the business time is real time.
    pub fn is_real(&self) -> bool {
        matches!(self.mode.as_ref(), Mode::Shifted(by) if by.load(Ordering::Relaxed) == 0)
    }
}

/// Real time, for sessions, tokens, TLS and measuring; never for the work itself.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that asks the system for the time"
)]
pub fn real_now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

//! Many callers for a while, and how long each call took.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

/// What a run of callers came to.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Microseconds of each call, sorted.
    micros: Vec<u64>,
    elapsed: Duration,
}

impl Measured {
    /// Calls.
    pub fn count(&self) -> usize {
        self.micros.len()
    }

    /// Calls a second, of all callers together.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn per_second(&self) -> f64 {
        self.micros.len() as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The time within which this share of calls ended, in milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn quantile(&self, percent: usize) -> f64 {
        let place = (self.micros.len() * percent / 100).min(self.micros.len().saturating_sub(1));
        self.micros
            .get(place)
            .map_or(0.0, |micros| *micros as f64 / 1000.0)
    }
}

/// Runs one closure a caller until the time is over or it has nothing left to do (`None`).
///
/// `make` is called on the caller's own thread, with its number.
///
/// # Errors
/// The first error of a caller; the others then stop, too.
pub fn run<F>(callers: usize, time: Duration, make: impl Fn(usize) -> Result<F> + Sync) -> Result<Measured>
where
    F: FnMut() -> Result<Option<usize>>,
{
    let stop = AtomicBool::new(false);
    let began = Instant::now();
    let outcomes: Vec<Result<Vec<u64>>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..callers)
            .map(|caller| {
                let (make, stop) = (&make, &stop);
                scope.spawn(move || {
                    let outcome = call(make(caller), stop, began + time);
                    if outcome.is_err() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    outcome
                })
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| {
                handle
                    .join()
                    .unwrap_or_else(|_| Err(anyhow!("a caller panicked")))
            })
            .collect()
    });
    let elapsed = began.elapsed();
    let mut micros = Vec::new();
    for outcome in outcomes {
        micros.extend(outcome?);
    }
    micros.sort_unstable();
    Ok(Measured { micros, elapsed })
}

fn call<F>(made: Result<F>, stop: &AtomicBool, end: Instant) -> Result<Vec<u64>>
where
    F: FnMut() -> Result<Option<usize>>,
{
    let mut next = made?;
    let mut micros = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        if began >= end {
            break;
        }
        let Some(count) = next()? else { break };
        let taken = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        micros.extend(std::iter::repeat_n(taken, count));
    }
    Ok(micros)
}

//! Many callers for a while, and how long each call took.

use std::future::Future;
use std::sync::Arc;
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

/// Runs one task a caller, on threads like those of the program, until the time is over or it has nothing left to do
/// (`None`). Where there are more callers than threads, a task lets the others go on between two calls, as a connection
/// does that waits for its next request.
///
/// # Errors
/// The first error of a caller; the others then stop, too.
pub fn run_tasks<F, Answer>(callers: usize, time: Duration, make: impl Fn() -> F) -> Result<Measured>
where
    F: FnMut() -> Answer + Send + 'static,
    Answer: Future<Output = Result<Option<usize>>> + Send,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(townhall_store::async_threads())
        .build()?;
    let is_crowded = callers > townhall_store::async_threads();
    let stop = Arc::new(AtomicBool::new(false));
    let began = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (mut next, stop) = (make(), Arc::clone(&stop));
            runtime.spawn(async move {
                let mut micros = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let asked = Instant::now();
                    if asked >= began + time {
                        break;
                    }
                    match next().await {
                        Ok(Some(count)) => micros.extend(std::iter::repeat_n(taken(asked), count)),
                        Ok(None) => break,
                        Err(error) => {
                            stop.store(true, Ordering::Relaxed);
                            return Err(error);
                        }
                    }
                    if is_crowded {
                        tokio::task::yield_now().await;
                    }
                }
                Ok(micros)
            })
        })
        .collect();
    let mut micros = Vec::new();
    for task in tasks {
        let outcome = runtime.block_on(task).map_err(|_| anyhow!("a caller panicked"))?;
        micros.extend(outcome?);
    }
    let elapsed = began.elapsed();
    micros.sort_unstable();
    Ok(Measured { micros, elapsed })
}

fn taken(asked: Instant) -> u64 {
    u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX)
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
        micros.extend(std::iter::repeat_n(taken(began), count));
    }
    Ok(micros)
}

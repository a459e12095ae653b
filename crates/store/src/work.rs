//! A closure on its way to a database thread and its answer on the way back.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;

use crate::error::StoreError;
use crate::tx::Tx;

thread_local! {
    static IN_TRANSACTION: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside a transaction, where nothing may wait for another machine.
pub(crate) fn in_transaction() -> bool {
    IN_TRANSACTION.get()
}

/// What became of one run of a closure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// It succeeded: keep what it wrote.
    Keep,
    /// It refused or failed: undo what it wrote.
    Undo,
}

/// One waiting command or query, whatever it returns.
pub(crate) trait Work: Send {
    /// Name for the log and for measuring.
    fn name(&self) -> &'static str;
    /// Runs the closure; may be called again after a roll-back.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Sends the answer: the closure's own, or the failure of the commit.
    fn finish(self: Box<Self>, commit: Result<(), StoreError>);
}

/// Counts a closure as long as it waits or runs.
#[derive(Debug)]
pub(crate) struct Counted(Arc<AtomicUsize>);

impl Counted {
    pub(crate) fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Call<F, T, E> {
    _counted: Counted,
    name: &'static str,
    closure: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Work for Call<F, T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        let result = attempt(tx, &mut self.closure);
        let ran = if result.is_ok() { Ran::Keep } else { Ran::Undo };
        self.result = Some(result);
        ran
    }

    fn finish(self: Box<Self>, commit: Result<(), StoreError>) {
        let answer = match (commit, self.result) {
            // What the closure refused was not in the commit, so the commit's fate does not change it.
            (_, Some(Err(refused))) => Err(refused),
            (Ok(()), Some(answer)) => answer,
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(StoreError::Stopped.into()),
        };
        // A caller who has gone away does not need the answer.
        let _ = self.reply.send(answer);
    }
}

/// Runs a closure once. A panic in it must not take the thread, and with it everybody else's work, down.
pub(crate) fn attempt<T, E>(
    tx: &mut Tx<'_>,
    mut closure: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<StoreError>,
{
    IN_TRANSACTION.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(|| closure(tx)));
    IN_TRANSACTION.set(false);
    let result = outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
    // A statement failed but the closure went on: nothing of it may be kept.
    if tx.failed.is_some() && result.is_ok() {
        return Err(StoreError::Poisoned.into());
    }
    result
}

/// Wraps a closure; the receiver gets the answer after the commit.
pub(crate) fn call<F, T, E>(
    name: &'static str,
    count: &Arc<AtomicUsize>,
    closure: F,
) -> (Box<dyn Work>, oneshot::Receiver<Result<T, E>>)
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (
        Box::new(Call {
            _counted: Counted::new(count),
            name,
            closure,
            result: None,
            reply,
        }),
        answer,
    )
}

//! Connections that only read `SQLite`, lent to whoever asks: a query then runs where it was asked for. Handing it to
//! a thread of its own and waking the asker again takes longer than most queries.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::db::QUEUE;
use crate::error::StoreError;
use crate::sqlite::{roll_back, say};
use crate::tx::{Base, Embedded, Failure, Tx};
use crate::work::attempt;

/// The connections of a node that read. As many queries run at once; the others wait in the order in which they came.
pub(crate) struct Readers {
    state: Mutex<State>,
}

struct State {
    idle: Vec<Embedded>,
    waiting: VecDeque<oneshot::Sender<Lent>>,
}

/// A connection on loan: it goes to the next in line when it is let go, also by a panic.
pub(crate) struct Lent {
    readers: Arc<Readers>,
    connection: Option<Embedded>,
}

/// A place in the line.
pub(crate) enum Turn {
    Now(Lent),
    Later(oneshot::Receiver<Lent>),
}

impl Readers {
    pub(crate) fn new(idle: Vec<Embedded>) -> Arc<Self> {
        let state = State {
            idle,
            waiting: VecDeque::new(),
        };
        Arc::new(Self {
            state: Mutex::new(state),
        })
    }

    /// A connection, or a place in the line of those who wait for one.
    ///
    /// # Errors
    /// [`StoreError::Overloaded`] when too many wait.
    pub(crate) fn ask(self: &Arc<Self>) -> Result<Turn, StoreError> {
        let mut state = self.state();
        // The one used last: what it has read stands in its memory. Nobody waits while one is idle.
        if let Some(connection) = state.idle.pop() {
            return Ok(Turn::Now(self.lend(connection)));
        }
        if state.waiting.len() >= QUEUE {
            return Err(StoreError::Overloaded);
        }
        let (give, take) = oneshot::channel();
        state.waiting.push_back(give);
        Ok(Turn::Later(take))
    }

    fn lend(self: &Arc<Self>, connection: Embedded) -> Lent {
        Lent {
            readers: Arc::clone(self),
            connection: Some(connection),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a connection back, or finds who is next.
    fn take_back(&self, connection: Embedded) -> Option<(Embedded, oneshot::Sender<Lent>)> {
        let mut state = self.state();
        if let Some(next) = state.waiting.pop_front() {
            return Some((connection, next));
        }
        state.idle.push(connection);
        None
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut given_back = self.connection.take();
        while let Some((connection, next)) =
            given_back.and_then(|connection| self.readers.take_back(connection))
        {
            // Whoever has gone away is passed over; thousands may have.
            given_back = match next.send(self.readers.lend(connection)) {
                Ok(()) => None,
                Err(mut unread) => unread.connection.take(),
            };
        }
    }
}

impl Lent {
    /// Runs a query here and now, on one snapshot, so that its statements agree with each other.
    pub(crate) fn run<T, E>(
        &self,
        name: &'static str,
        closure: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let Some(reader) = &self.connection else {
            return Err(StoreError::Stopped.into());
        };
        say(reader, "BEGIN").map_err(StoreError::from)?;
        let mut tx = Tx::new(Base::Sqlite(reader));
        let result = attempt(&mut tx, closure);
        let failed = tx.failed == Some(Failure::Final);
        roll_back(reader);
        if failed {
            tracing::warn!(query = name, "a query failed");
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(count: usize) -> Arc<Readers> {
        let open = || rusqlite::Connection::open_in_memory().expect("a database");
        Readers::new((0..count).map(|_| Embedded::new(open())).collect())
    }

    fn now(readers: &Arc<Readers>) -> Lent {
        match readers.ask().expect("a turn") {
            Turn::Now(lent) => lent,
            Turn::Later(_) => panic!("one was idle"),
        }
    }

    fn later(readers: &Arc<Readers>) -> oneshot::Receiver<Lent> {
        match readers.ask().expect("a turn") {
            Turn::Now(_) => panic!("none was idle"),
            Turn::Later(turn) => turn,
        }
    }

    #[test]
    fn a_connection_goes_to_who_came_first_and_is_never_lost() {
        let readers = readers(1);
        let held = now(&readers);
        let (mut first, gone, mut third) = (later(&readers), later(&readers), later(&readers));
        drop(gone);
        assert!(first.try_recv().is_err(), "it is still on loan");
        drop(held);
        let held = first.try_recv().expect("the first one's turn");
        assert!(third.try_recv().is_err());
        drop(held);
        drop(third.try_recv().expect("who went away is passed over"));
        // Sent, but nobody took it any more.
        let held = now(&readers);
        let unread = later(&readers);
        drop(held);
        drop(unread);
        drop(now(&readers));
    }

    #[test]
    fn a_query_that_panics_gives_its_connection_back() {
        let readers = readers(1);
        for _ in 0..3 {
            let answer: Result<(), StoreError> = now(&readers).run("test", |_| panic!("on purpose"));
            assert!(matches!(answer, Err(StoreError::Panicked)), "{answer:?}");
        }
        let answer: Result<i64, StoreError> = now(&readers).run("test", |tx| {
            tx.one("SELECT 7 AS n", &[])?.map_or(Ok(0), |row| row.get("n"))
        });
        assert_eq!(answer.expect("an answer"), 7);
    }

    #[test]
    fn too_many_who_wait_are_told_so() {
        let readers = readers(1);
        let held = now(&readers);
        let line: Vec<_> = (0..QUEUE).map(|_| later(&readers)).collect();
        assert!(matches!(readers.ask(), Err(StoreError::Overloaded)));
        // All of them go away at once.
        drop(line);
        drop(held);
        drop(now(&readers));
    }
}

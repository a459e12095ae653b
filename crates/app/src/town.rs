//! The town hall itself: database, law, clock and files, and the one way into a command or query.

use std::sync::{Arc, OnceLock};

use townhall_store::files::Files;
use townhall_store::{Db, StoreError, Tx};

use crate::actor::Actor;
use crate::clock::Clock;
use crate::cx::{Cx, IdSource};
use crate::outside::Outside;
use crate::packs::Packs;

/// What every request shares; cheap to clone.
#[derive(Debug, Clone)]
pub struct Town {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    packs: Packs,
    clock: Clock,
    files: Files,
    ids: IdSource,
    is_demo: bool,
    outside: OnceLock<Outside>,
}

impl Town {
    /// Puts a node together.
    pub fn new(db: Db, packs: Packs, clock: Clock, files: Files, ids: IdSource, is_demo: bool) -> Self {
        Self {
            inner: Arc::new(Inner {
                db,
                packs,
                clock,
                files,
                ids,
                is_demo,
                outside: OnceLock::new(),
            }),
        }
    }
    /// The database.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }
    /// Law as data.
    pub fn packs(&self) -> &Packs {
        &self.inner.packs
    }
    /// The business clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }
    /// The file store.
    pub fn files(&self) -> &Files {
        &self.inner.files
    }
    /// True when every page is marked as demonstration.
    pub fn is_demo(&self) -> bool {
        self.inner.is_demo
    }

    /// Connects the node with what is outside of it; once, before it serves. False when it was connected before.
    pub fn connect(&self, outside: Outside) -> bool {
        self.inner.outside.set(outside).is_ok()
    }
    /// What is outside of the node; nothing until it is connected.
    pub fn outside(&self) -> &Outside {
        static NOTHING: Outside = Outside {
            base: String::new(),
            email: None,
            sms: None,
            portal: None,
            provider: None,
            inspector: None,
        };
        self.inner.outside.get().unwrap_or(&NOTHING)
    }

    /// The context of a command or query of this actor, now.
    pub fn cx(&self, actor: &Actor) -> Cx {
        Cx::new(
            actor.clone(),
            self.inner.clock.now(),
            self.inner.packs.clone(),
            self.inner.ids.clone(),
        )
        .reaching(self.outside().ways())
    }

    /// Runs a command in one transaction; the answer comes after the data is on disk.
    ///
    /// The time is that of the first run, also when the command is run again.
    pub async fn write<T, E>(
        &self,
        name: &'static str,
        actor: &Actor,
        mut command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let cx = self.cx(actor);
        self.inner.db.write(name, move |tx| command(tx, &cx)).await
    }

    /// Runs a query on one snapshot.
    pub async fn read<T, E>(
        &self,
        name: &'static str,
        actor: &Actor,
        mut query: impl FnMut(&mut Tx<'_>, &Cx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let cx = self.cx(actor);
        self.inner.db.read(name, move |tx| query(tx, &cx)).await
    }

    /// [`Town::write`] for threads without async.
    pub fn write_blocking<T, E>(
        &self,
        name: &'static str,
        actor: &Actor,
        mut command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let cx = self.cx(actor);
        self.inner.db.write_blocking(name, move |tx| command(tx, &cx))
    }

    /// [`Town::read`] for threads without async.
    pub fn read_blocking<T, E>(
        &self,
        name: &'static str,
        actor: &Actor,
        mut query: impl FnMut(&mut Tx<'_>, &Cx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let cx = self.cx(actor);
        self.inner.db.read_blocking(name, move |tx| query(tx, &cx))
    }
}

//! An open, migrated database of each kind, for tests of the store and of what stands on it.

use townhall_store::{Db, DbConfig, migrate};

use crate::places::Place;
use crate::{postgres, temp_dir};

/// Each database there is, empty and migrated, one after the other: `for (name, db) in databases() { … }`.
///
/// `SQLite` always; `PostgreSQL` when it can be started, else a line on stderr. A database lasts until the next
/// one is asked for or the iterator goes, so `db` does not leave the loop.
pub fn databases() -> Databases {
    Databases {
        next: Some(Kind::Sqlite),
        place: None,
    }
}

/// See [`databases`].
pub struct Databases {
    next: Option<Kind>,
    /// Kept while the database is in use, removed with the iterator.
    place: Option<Place>,
}

#[derive(Clone, Copy)]
enum Kind {
    Sqlite,
    Postgres,
}

impl Iterator for Databases {
    type Item = (&'static str, Db);

    fn next(&mut self) -> Option<Self::Item> {
        self.place = None;
        let place = match self.next.take()? {
            Kind::Sqlite => {
                self.next = Some(Kind::Postgres);
                Place::Sqlite(temp_dir())
            }
            Kind::Postgres => migrated_postgres()?,
        };
        let db = open(&place);
        let name = place.name();
        self.place = Some(place);
        Some((name, db))
    }
}

/// Opens the database of a place, migrating it when it is new.
///
/// # Panics
/// When it cannot be opened.
pub fn open(place: &Place) -> Db {
    Db::open(&config(place)).unwrap_or_else(|error| panic!("the {} of a test opens: {error}", place.name()))
}

/// How the database of a place is opened; a second process or a second `Db` may use it too.
///
/// # Panics
/// Never: a place is one of the two.
pub fn config(place: &Place) -> DbConfig {
    match (place.sqlite_file(), place.url()) {
        (Some(file), _) => DbConfig::Sqlite { file },
        (None, url) => postgres_config(url.expect("a place without a file has an address")),
    }
}

fn postgres_config(url: &str) -> DbConfig {
    DbConfig::Postgres {
        url: url.to_owned(),
        writers: 4,
        readers: 2,
    }
}

/// A copy of a database that was migrated once: on `PostgreSQL`, migrating takes longer than most tests.
fn migrated_postgres() -> Option<Place> {
    let mut key = String::new();
    for (name, sql) in migrate::texts() {
        key.extend([&name, "\n", sql, "\n"]);
    }
    let database = postgres::database_like(&key, |url| {
        drop(Db::open(&postgres_config(url)).expect("the migrations run on PostgreSQL"));
    })?;
    Some(Place::Postgres(database, temp_dir()))
}

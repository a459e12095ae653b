//! One transaction, on either database.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use postgres::types::ToSql;

use crate::error::StoreError;
use crate::value::{Answer, Row, Source, Value, ValueRef};

/// A transaction that a command or query works in. Nothing reaches the database but through it.
#[derive(Debug)]
pub struct Tx<'a> {
    pub(crate) base: Base<'a>,
    /// Set once a statement has failed: what follows is refused and nothing is kept.
    pub(crate) failed: Option<Failure>,
    #[cfg(feature = "recording")]
    pub(crate) recorded: Option<Vec<crate::recording::Statement>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Run the closure again: serialisation failure or deadlock.
    Retry,
    /// The connection is gone.
    Connection,
    /// Anything else.
    Final,
}

pub(crate) enum Base<'a> {
    Sqlite(&'a Embedded),
    Postgres(&'a mut PgConnection),
}

impl std::fmt::Debug for Base<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        })
    }
}

/// A `SQLite` connection with the names of its statements' columns: copying them for each query costs more than
/// reading a row.
pub(crate) struct Embedded {
    connection: rusqlite::Connection,
    names: RefCell<HashMap<String, Arc<[String]>>>,
}

/// So many statements keep the names of their columns; a list's text differs with its filters.
const MOST_NAMES: usize = 1024;

impl Embedded {
    pub(crate) fn new(connection: rusqlite::Connection) -> Self {
        Self {
            connection,
            names: RefCell::default(),
        }
    }

    fn names(&self, sql: &str, row: &rusqlite::Row<'_>) -> Arc<[String]> {
        if let Some(known) = self.names.borrow().get(sql) {
            return Arc::clone(known);
        }
        let names: Arc<[String]> = row.as_ref().column_names().map(str::to_owned).collect();
        let mut known = self.names.borrow_mut();
        if known.len() >= MOST_NAMES {
            known.clear();
        }
        known.insert(sql.to_owned(), Arc::clone(&names));
        names
    }
}

impl std::ops::Deref for Embedded {
    type Target = rusqlite::Connection;
    fn deref(&self) -> &rusqlite::Connection {
        &self.connection
    }
}

/// A `PostgreSQL` client with its prepared statements and the names of their columns.
pub(crate) struct PgConnection {
    pub(crate) client: postgres::Client,
    prepared: HashMap<String, (postgres::Statement, Arc<[String]>)>,
}

impl PgConnection {
    pub(crate) fn new(client: postgres::Client) -> Self {
        Self {
            client,
            prepared: HashMap::new(),
        }
    }

    fn prepare(&mut self, sql: &str) -> Result<(postgres::Statement, Arc<[String]>), postgres::Error> {
        if let Some(found) = self.prepared.get(sql) {
            return Ok(found.clone());
        }
        let statement = self.client.prepare(sql)?;
        let names: Arc<[String]> = statement
            .columns()
            .iter()
            .map(|column| column.name().to_owned())
            .collect();
        self.prepared
            .insert(sql.to_owned(), (statement.clone(), Arc::clone(&names)));
        Ok((statement, names))
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(base: Base<'a>) -> Self {
        Self {
            base,
            failed: None,
            #[cfg(feature = "recording")]
            recorded: None,
        }
    }

    /// True on `PostgreSQL`; for `dialect` and for tests, not for rules.
    pub fn is_postgres(&self) -> bool {
        matches!(self.base, Base::Postgres(_))
    }

    /// Runs a statement that changes rows; returns how many.
    pub fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.guard()?;
        #[cfg(feature = "recording")]
        self.write_down(sql, params, false);
        let done = match &mut self.base {
            Base::Sqlite(connection) => sqlite_execute(connection, sql, params),
            Base::Postgres(connection) => pg_execute(connection, sql, params),
        };
        self.watch(done)
    }

    /// Inserts many rows by few statements: `insert` is `INSERT INTO t (a, b, c) VALUES`, `end` what follows the
    /// rows. Each row is the `shared` values, which are sent once a statement, and then its own.
    ///
    /// Rows go in portions of 16, 8, 4, 2 and 1, so that a table has five statements to prepare and not one for
    /// each number of rows.
    pub fn insert_rows(
        &mut self,
        insert: &str,
        shared: &[Value],
        rows: &[Vec<Value>],
        end: &str,
    ) -> Result<(), StoreError> {
        let mut left = rows;
        while let Some(first) = left.first() {
            let portion = [16, 4, 1]
                .into_iter()
                .find(|size| *size <= left.len())
                .unwrap_or(1);
            let (now, later) = left.split_at(portion);
            let mut sql = format!("{insert} ");
            let mut params = shared.to_vec();
            for row in now {
                debug_assert_eq!(row.len(), first.len(), "rows of one width");
                sql.push_str(if params.len() == shared.len() { "(" } else { ", (" });
                let places = (1..=shared.len()).chain(params.len() + 1..=params.len() + row.len());
                for (number, place) in places.enumerate() {
                    let _ = write!(sql, "{}${place}", if number == 0 { "" } else { ", " });
                }
                sql.push(')');
                params.extend_from_slice(row);
            }
            sql.push_str(end);
            self.execute(&sql, &params)?;
            left = later;
        }
        Ok(())
    }

    /// All rows of a query.
    pub fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row<'static>>, StoreError> {
        self.guard()?;
        #[cfg(feature = "recording")]
        self.write_down(sql, params, true);
        let rows = match &mut self.base {
            Base::Sqlite(connection) => sqlite_rows(connection, sql, params),
            Base::Postgres(connection) => pg_rows(connection, sql, params),
        };
        self.watch(rows)
    }

    /// What is read of each row of a query, without keeping the rows: for lists and for what every page asks.
    pub fn each<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.guard()?;
        #[cfg(feature = "recording")]
        self.write_down(sql, params, true);
        let all = match &mut self.base {
            Base::Sqlite(connection) => sqlite_each(connection, sql, params, read),
            Base::Postgres(connection) => {
                pg_rows(connection, sql, params).and_then(|rows| rows.iter().map(&mut read).collect())
            }
        };
        self.watch(all)
    }

    /// What is read of the first row of a query, if there is one.
    pub fn first<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.each(sql, params, read)?.into_iter().next())
    }

    /// The first row of a query, if there is one.
    pub fn one(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row<'static>>, StoreError> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// The first row, held until the transaction ends: a second command that wants it waits.
    ///
    /// On `SQLite` there is one writer, so nothing is added.
    pub fn one_locked(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row<'static>>, StoreError> {
        if self.is_postgres() {
            self.one(&format!("{sql} FOR UPDATE"), params)
        } else {
            self.one(sql, params)
        }
    }

    /// Lets a query be asked after one that failed on damaged data: `verify` goes on to what can still be read.
    /// False where that is not possible: the connection is gone, or the server has ended the transaction.
    pub fn go_on_after(&mut self, error: &StoreError) -> bool {
        let of_the_data = matches!(
            error,
            StoreError::Column { .. } | StoreError::Unknown { .. } | StoreError::Json(_)
        );
        let possible = match self.failed {
            None => of_the_data,
            Some(Failure::Final) => of_the_data || !self.is_postgres(),
            Some(Failure::Retry | Failure::Connection) => false,
        };
        if possible {
            self.failed = None;
        }
        possible
    }

    fn guard(&self) -> Result<(), StoreError> {
        if self.failed.is_some() {
            Err(StoreError::Poisoned)
        } else {
            Ok(())
        }
    }

    fn watch<T>(&mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &outcome {
            self.failed = Some(if error.is_retryable() {
                Failure::Retry
            } else if error.is_connection_lost() {
                Failure::Connection
            } else {
                Failure::Final
            });
        }
        outcome
    }
}

fn sqlite_execute(connection: &Embedded, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.execute(rusqlite::params_from_iter(params))? as u64)
}

fn sqlite_rows(connection: &Embedded, sql: &str, params: &[Value]) -> Result<Vec<Row<'static>>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(rusqlite::params_from_iter(params))?;
    // Names are looked up only when there is a row: many queries find none.
    let Some(first) = found.next()? else {
        return Ok(Vec::new());
    };
    let names = connection.names(sql, first);
    let mut answer = Answer::new(Arc::clone(&names));
    let mut row = Some(first);
    while let Some(present) = row {
        for (place, name) in names.iter().enumerate() {
            let value =
                ValueRef::of_sqlite(present.get_ref(place)?).map_err(|wanted| StoreError::Column {
                    column: name.clone(),
                    wanted,
                })?;
            answer.push(value);
        }
        row = found.next()?;
    }
    Ok(answer.rows())
}

fn sqlite_each<T>(
    connection: &Embedded,
    sql: &str,
    params: &[Value],
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(rusqlite::params_from_iter(params))?;
    let mut all = Vec::new();
    let mut names: Option<Arc<[String]>> = None;
    while let Some(row) = found.next()? {
        let names = names.get_or_insert_with(|| connection.names(sql, row));
        all.push(read(&Row::of(Source::Sqlite { row, names }))?);
    }
    Ok(all)
}

fn pg_params(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn pg_execute(connection: &mut PgConnection, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
    let (statement, _) = connection.prepare(sql)?;
    Ok(connection.client.execute(&statement, &pg_params(params))?)
}

fn pg_rows(
    connection: &mut PgConnection,
    sql: &str,
    params: &[Value],
) -> Result<Vec<Row<'static>>, StoreError> {
    let (statement, names) = connection.prepare(sql)?;
    let found = connection.client.query(&statement, &pg_params(params))?;
    let mut answer = Answer::new(Arc::clone(&names));
    for row in &found {
        for (place, name) in names.iter().enumerate() {
            answer.push(pg_value(row, place, name)?);
        }
    }
    Ok(answer.rows())
}

fn pg_value<'a>(row: &'a postgres::Row, place: usize, name: &str) -> Result<ValueRef<'a>, StoreError> {
    use postgres::types::Type;
    let kind = row.columns()[place].type_();
    let value = if *kind == Type::INT8 {
        row.try_get::<_, Option<i64>>(place)?.map(ValueRef::Int)
    } else if *kind == Type::INT4 {
        row.try_get::<_, Option<i32>>(place)?
            .map(|number| ValueRef::Int(i64::from(number)))
    } else if *kind == Type::TEXT || *kind == Type::VARCHAR {
        row.try_get::<_, Option<&str>>(place)?.map(ValueRef::Text)
    } else if *kind == Type::BYTEA {
        row.try_get::<_, Option<&[u8]>>(place)?.map(ValueRef::Blob)
    } else {
        return Err(StoreError::Column {
            column: name.to_owned(),
            wanted: "BIGINT, TEXT or BYTEA",
        });
    };
    Ok(value.unwrap_or(ValueRef::Null))
}

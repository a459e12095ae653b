//! Values that mean the same in both databases, and rows read by column name.
//!
//! Three column types are in use: BIGINT (also instants as UTC milliseconds, booleans, money in đồng), TEXT
//! (also identifiers, ISO dates, JSON) and BLOB or BYTEA.

use std::cell::Cell;
use std::error::Error;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use serde::Deserialize;
use townhall_domain::ids::{Id, UnitId};
use townhall_domain::money::Dong;
use townhall_domain::space::Space;

use crate::error::StoreError;

/// One value of a parameter or a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BLOB or BYTEA.
    Blob(Vec<u8>),
}

/// Builds the parameter array of a statement: `params![id, at, &name]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::value::Value::from($value)),*] };
}

macro_rules! from {
    ($($type:ty => |$value:ident| $make:expr),* $(,)?) => {$(
        impl From<$type> for Value { fn from($value: $type) -> Self { $make } }
    )*};
}

from! {
    i64 => |v| Self::Int(v),
    i32 => |v| Self::Int(i64::from(v)),
    u32 => |v| Self::Int(i64::from(v)),
    u16 => |v| Self::Int(i64::from(v)),
    u8 => |v| Self::Int(i64::from(v)),
    bool => |v| Self::Int(i64::from(v)),
    String => |v| Self::Text(v),
    &String => |v| Self::Text(v.clone()),
    &str => |v| Self::Text(v.to_owned()),
    Vec<u8> => |v| Self::Blob(v),
    &[u8] => |v| Self::Blob(v.to_vec()),
    &Vec<u8> => |v| Self::Blob(v.clone()),
    [u8; 32] => |v| Self::Blob(v.to_vec()),
    &[u8; 32] => |v| Self::Blob(v.to_vec()),
    Dong => |v| Self::Int(v.0),
    Space => |v| Self::Text(v.as_str().to_owned()),
    UnitId => |v| Self::Text(v.into()),
    &UnitId => |v| Self::Text(v.as_str().to_owned()),
    Timestamp => |v| Self::Int(v.as_millisecond()),
    Date => |v| Self::Text(v.to_string()),
    &serde_json::Value => |v| Self::Text(v.to_string()),
}

macro_rules! id_values {
    ($($id:ident),*) => {$(
        impl From<townhall_domain::ids::$id> for Value {
            fn from(id: townhall_domain::ids::$id) -> Self { Self::Text(id.uuid().hyphenated().to_string()) }
        }
        impl FromValue for townhall_domain::ids::$id {
            fn from_value(value: ValueRef<'_>) -> Option<Self> { uuid::Uuid::try_parse(text(value)?).ok().map(Id::from_uuid) }
        }
    )*};
}
townhall_domain::each_id!(id_values);

impl<T> From<Option<T>> for Value
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Int(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }
    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::INT8 | Type::INT4 | Type::TEXT | Type::VARCHAR | Type::BYTEA
        )
    }
    to_sql_checked!();
}

/// One value of a column, where it stands in its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueRef<'a> {
    /// SQL NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(&'a str),
    /// BLOB or BYTEA.
    Blob(&'a [u8]),
}

impl<'a> ValueRef<'a> {
    /// A value of `SQLite`; otherwise what it should have been.
    pub(crate) fn of_sqlite(value: rusqlite::types::ValueRef<'a>) -> Result<Self, &'static str> {
        use rusqlite::types::ValueRef as Found;
        Ok(match value {
            Found::Null => Self::Null,
            Found::Integer(number) => Self::Int(number),
            Found::Text(bytes) => Self::Text(std::str::from_utf8(bytes).map_err(|_| "UTF-8 text")?),
            Found::Blob(bytes) => Self::Blob(bytes),
            Found::Real(_) => return Err("BIGINT, TEXT or BLOB"),
        })
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Int(number) => Self::Int(number),
            ValueRef::Text(text) => Self::Text(text.to_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

/// All rows that a statement found, one after the other. Texts and bytes of all of them stand in one piece each,
/// since a piece of memory for every value takes longer than reading it.
#[derive(Debug)]
pub(crate) struct Answer {
    names: Arc<[String]>,
    values: Vec<Stored>,
    texts: String,
    blobs: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Stored {
    Null,
    Int(i64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

impl Answer {
    pub(crate) fn new(names: Arc<[String]>) -> Self {
        Self {
            // Most statements find one row.
            values: Vec::with_capacity(names.len()),
            names,
            texts: String::new(),
            blobs: Vec::new(),
        }
    }

    /// Adds the value of the next column, after the last one that of the next row's first.
    pub(crate) fn push(&mut self, value: ValueRef<'_>) {
        self.values.push(match value {
            ValueRef::Null => Stored::Null,
            ValueRef::Int(number) => Stored::Int(number),
            ValueRef::Text(text) => {
                let start = self.texts.len();
                self.texts.push_str(text);
                Stored::Text(start..self.texts.len())
            }
            ValueRef::Blob(bytes) => {
                let start = self.blobs.len();
                self.blobs.extend_from_slice(bytes);
                Stored::Blob(start..self.blobs.len())
            }
        });
    }

    fn value(&self, place: usize) -> Option<ValueRef<'_>> {
        Some(match self.values.get(place)? {
            Stored::Null => ValueRef::Null,
            Stored::Int(number) => ValueRef::Int(*number),
            Stored::Text(range) => ValueRef::Text(&self.texts[range.clone()]),
            Stored::Blob(range) => ValueRef::Blob(&self.blobs[range.clone()]),
        })
    }

    /// Its rows.
    pub(crate) fn rows(self) -> Vec<Row<'static>> {
        let width = self.names.len().max(1);
        let answer = Arc::new(self);
        (0..answer.values.len())
            .step_by(width)
            .map(|start| {
                Row::of(Source::Kept {
                    answer: Arc::clone(&answer),
                    start,
                })
            })
            .collect()
    }
}

/// A row of a result: values found by the name of their column.
pub struct Row<'a> {
    source: Source<'a>,
    /// Where the next column is looked for first: rows are mostly read in the order of their statement.
    next: Cell<usize>,
}

/// Where the values of a row stand.
pub(crate) enum Source<'a> {
    /// In an answer, which is kept in memory as long as one of its rows is; the first one at `start`.
    Kept { answer: Arc<Answer>, start: usize },
    /// In the database's own memory, until it goes on to the next row.
    Sqlite {
        row: &'a rusqlite::Row<'a>,
        names: &'a [String],
    },
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.columns()).finish()
    }
}

impl<'a> Row<'a> {
    pub(crate) fn of(source: Source<'a>) -> Self {
        Self {
            source,
            next: Cell::new(0),
        }
    }

    fn names(&self) -> &[String] {
        match &self.source {
            Source::Kept { answer, .. } => &answer.names,
            Source::Sqlite { names, .. } => names,
        }
    }

    fn value(&self, column: &str) -> Option<ValueRef<'_>> {
        let names = self.names();
        let start = self.next.get().min(names.len());
        let place = (start..names.len())
            .chain(0..start)
            .find(|place| names[*place] == column)?;
        self.next.set(place + 1);
        self.at(place)
    }

    /// The value at a place in the order of the statement, from 0.
    pub(crate) fn at(&self, place: usize) -> Option<ValueRef<'_>> {
        match &self.source {
            Source::Kept { answer, start } => answer.value(start + place),
            Source::Sqlite { row, .. } => ValueRef::of_sqlite(row.get_ref(place).ok()?).ok(),
        }
    }

    /// The text of a column where it stands; nothing when it is NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] when there is no such column or it holds something else.
    pub fn text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        match self.value(column) {
            Some(ValueRef::Text(text)) => Ok(Some(text)),
            Some(ValueRef::Null) => Ok(None),
            _ => Err(StoreError::Column {
                column: column.to_owned(),
                wanted: "text",
            }),
        }
    }

    /// The JSON of a column as the type that the caller expects; NULL reads as `null`.
    ///
    /// # Errors
    /// [`StoreError::Column`] as [`Self::text`]; [`StoreError::Json`] when it does not fit.
    pub fn json<'b, T: Deserialize<'b>>(&'b self, column: &str) -> Result<T, StoreError> {
        Ok(serde_json::from_str(self.text(column)?.unwrap_or("null"))?)
    }

    /// The value of a column, read as the type that the caller expects.
    ///
    /// # Errors
    /// [`StoreError::Column`] when there is no such column or it holds something else.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, StoreError> {
        self.value(column)
            .and_then(T::from_value)
            .ok_or_else(|| StoreError::Column {
                column: column.to_owned(),
                wanted: std::any::type_name::<T>(),
            })
    }

    /// Names and values in the order of the statement, for digests and exports.
    pub fn columns(&self) -> impl Iterator<Item = (&str, ValueRef<'_>)> {
        let names = self.names().iter().enumerate();
        names.filter_map(|(place, name)| Some((name.as_str(), self.at(place)?)))
    }
}

/// A type that a column can be read as.
pub trait FromValue: Sized {
    /// Reads the value, or nothing when it does not fit.
    fn from_value(value: ValueRef<'_>) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty => |$value:ident| $read:expr),* $(,)?) => {$(
        impl FromValue for $type { fn from_value($value: ValueRef<'_>) -> Option<Self> { $read } }
    )*};
}

fn int(value: ValueRef<'_>) -> Option<i64> {
    if let ValueRef::Int(number) = value {
        Some(number)
    } else {
        None
    }
}
fn text(value: ValueRef<'_>) -> Option<&str> {
    if let ValueRef::Text(text) = value {
        Some(text)
    } else {
        None
    }
}

from_value! {
    i64 => |v| int(v),
    i32 => |v| int(v)?.try_into().ok(),
    u64 => |v| int(v)?.try_into().ok(),
    u32 => |v| int(v)?.try_into().ok(),
    u16 => |v| int(v)?.try_into().ok(),
    u8 => |v| int(v)?.try_into().ok(),
    bool => |v| match int(v)? { 0 => Some(false), 1 => Some(true), _ => None },
    String => |v| text(v).map(str::to_owned),
    Vec<u8> => |v| if let ValueRef::Blob(bytes) = v { Some(bytes.to_vec()) } else { None },
    [u8; 32] => |v| if let ValueRef::Blob(bytes) = v { bytes.try_into().ok() } else { None },
    Dong => |v| int(v).map(Dong),
    Space => |v| Space::parse(text(v)?),
    UnitId => |v| text(v)?.parse().ok(),
    Timestamp => |v| Timestamp::from_millisecond(int(v)?).ok(),
    Date => |v| text(v)?.parse().ok(),
    serde_json::Value => |v| serde_json::from_str(text(v)?).ok(),
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: ValueRef<'_>) -> Option<Self> {
        if value == ValueRef::Null {
            Some(None)
        } else {
            T::from_value(value).map(Some)
        }
    }
}

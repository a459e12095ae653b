//! Values that mean the same in both databases, and rows read by column name.
//!
//! Three column types are in use: BIGINT (also instants as UTC milliseconds, booleans, money in đồng), TEXT
//! (also identifiers, ISO dates, JSON) and BLOB or BYTEA.

use std::cell::Cell;
use std::error::Error;
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
            fn from_value(value: &Value) -> Option<Self> { uuid::Uuid::try_parse(text(value)?).ok().map(Id::from_uuid) }
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

/// A row of a result: values found by the name of their column.
#[derive(Debug, Clone)]
pub struct Row {
    names: Arc<[String]>,
    pub(crate) values: Vec<Value>,
    /// Where the next column is looked for first: rows are mostly read in the order of their statement.
    next: Cell<usize>,
}

impl Row {
    pub(crate) fn new(names: Arc<[String]>, values: Vec<Value>) -> Self {
        Self {
            names,
            values,
            next: Cell::new(0),
        }
    }

    fn value(&self, column: &str) -> Option<&Value> {
        let start = self.next.get().min(self.names.len());
        let place = (start..self.names.len())
            .chain(0..start)
            .find(|place| self.names[*place] == column)?;
        self.next.set(place + 1);
        self.values.get(place)
    }

    /// The text of a column where it stands; nothing when it is NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] when there is no such column or it holds something else.
    pub fn text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        match self.value(column) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
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
    pub fn json<'a, T: Deserialize<'a>>(&'a self, column: &str) -> Result<T, StoreError> {
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
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(String::as_str).zip(&self.values)
    }
}

/// A type that a column can be read as.
pub trait FromValue: Sized {
    /// Reads the value, or nothing when it does not fit.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty => |$value:ident| $read:expr),* $(,)?) => {$(
        impl FromValue for $type { fn from_value($value: &Value) -> Option<Self> { $read } }
    )*};
}

fn int(value: &Value) -> Option<i64> {
    if let Value::Int(number) = value {
        Some(*number)
    } else {
        None
    }
}
fn text(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value {
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
    Vec<u8> => |v| if let Value::Blob(bytes) = v { Some(bytes.clone()) } else { None },
    [u8; 32] => |v| if let Value::Blob(bytes) = v { bytes.as_slice().try_into().ok() } else { None },
    Dong => |v| int(v).map(Dong),
    Space => |v| Space::parse(text(v)?),
    UnitId => |v| text(v)?.parse().ok(),
    Timestamp => |v| Timestamp::from_millisecond(int(v)?).ok(),
    Date => |v| text(v)?.parse().ok(),
    serde_json::Value => |v| serde_json::from_str(text(v)?).ok(),
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        if *value == Value::Null {
            Some(None)
        } else {
            T::from_value(value).map(Some)
        }
    }
}

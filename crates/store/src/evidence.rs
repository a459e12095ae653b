//! Which rows are evidence of which subject, and their digest.
//!
//! The declarations are the comments that stand before each `CREATE TABLE` in the migrations:
//! ```sql
//! -- class: evidence (why)
//! -- subject: dossier by dossier_id
//! ```
//! They are read from the migrations themselves, so a declaration and what the digest covers cannot differ.
//! `-- subject: $subject_kind by subject_id` is for a table that serves several kinds: the first names the column
//! that holds the kind. `-- files: sha256` names columns that hold the hash of a file in the file store.
//! `-- subject: none (…)` is for the journal's own tables, which are checked by recomputing the log.
//!
//! # The digest
//! SHA-256 over the salt (32 bytes) and all rows of the subject in all its tables, each row encoded and the
//! encoded rows sorted by their bytes. A row is: its table's name; how many of its columns are not NULL; then
//! for each of these in order of their names: the name, one byte `i`, `t` or `b`, and the value (integer as 8
//! bytes, text as UTF-8, bytes as they are). Every name, value and count is preceded by or written as a
//! 32-bit big-endian number. NULL columns are left out, so a later migration may add a column that old rows
//! do not fill without changing any digest.

mod declared;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use declared::declared;
pub use declared::{Class, ColumnType, DeclarationError, Kind, Subject, Table};

use crate::migrate;
use crate::value::{Value, ValueRef};
use crate::{StoreError, Tx};

/// The declarations of a set of migrations, ready to be used.
pub struct Evidence {
    tables: BTreeMap<String, Table>,
    /// By kind of subject.
    queries: BTreeMap<String, Queries>,
    /// For kinds that have rows only in tables of several kinds.
    other: Option<Queries>,
}

/// How all evidence of a subject is read: in a server by one statement, because each is a round trip; in an
/// embedded database by one a table, because columns that are only there to match others cost more.
struct Queries {
    each: Vec<Select>,
    union: String,
    /// Whether the statement over all wants the kind as its second parameter.
    wants_kind: bool,
}

/// What is read of one table.
struct Select {
    table: String,
    sql: String,
    wants_kind: bool,
    /// Columns in order of their names, each with its place in the common row of the statement over all.
    columns: Vec<(String, usize)>,
}

/// The declarations of this program.
///
/// # Panics
/// When a migration does not declare its tables; a test of this module sees to it that none is shipped.
pub fn evidence() -> &'static Evidence {
    static SHIPPED: LazyLock<Evidence> =
        LazyLock::new(|| Evidence::of(&migrate::texts()).unwrap_or_else(|error| panic!("{error}")));
    &SHIPPED
}

impl Evidence {
    /// Reads the declarations of migrations given as (name, text), in order.
    ///
    /// # Errors
    /// [`DeclarationError`] naming the migration and the table that has no class, no subject or unknown columns.
    pub fn of(migrations: &[(String, impl AsRef<str>)]) -> Result<Self, DeclarationError> {
        let tables = declared(migrations)?;
        let of_kind = |wanted: Option<&str>| -> Vec<(&Table, &Subject)> {
            let is_of = |kind: &Kind| match kind {
                Kind::Fixed(kind) => Some(kind.as_str()) == wanted,
                Kind::Column(_) => true,
            };
            subjects(&tables)
                .filter(|(_, subject)| is_of(&subject.kind))
                .collect()
        };
        let fixed = subjects(&tables).filter_map(|(_, subject)| match &subject.kind {
            Kind::Fixed(kind) => Some(kind.clone()),
            Kind::Column(_) => None,
        });
        let by_kind = fixed.filter_map(|kind| queries(&of_kind(Some(&kind))).map(|queries| (kind, queries)));
        let (queries, other) = (by_kind.collect(), queries(&of_kind(None)));
        Ok(Self {
            tables,
            queries,
            other,
        })
    }

    /// All tables, by name.
    pub fn tables(&self) -> &BTreeMap<String, Table> {
        &self.tables
    }

    /// Tables with the subject whose evidence they hold, in order of their names.
    pub fn of_subjects(&self) -> impl Iterator<Item = (&Table, &Subject)> {
        subjects(&self.tables)
    }

    /// The salted digest of all evidence of a subject as it is stored now. A subject without rows has one too.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn digest(
        &self,
        tx: &mut Tx<'_>,
        kind: &str,
        id: &str,
        salt: &[u8; 32],
    ) -> Result<[u8; 32], StoreError> {
        let mut encoded = Vec::new();
        if let Some(queries) = self.queries.get(kind).or(self.other.as_ref()) {
            let params = [Value::from(id), Value::from(kind)];
            if tx.is_postgres() {
                for row in tx.rows(&queries.union, &params[..=usize::from(queries.wants_kind)])? {
                    let select = queries.each.get(row.get::<u32>("evidence_table")? as usize);
                    encoded.extend(select.map(|select| {
                        let values = select
                            .columns
                            .iter()
                            .filter_map(|(name, place)| Some((name.as_str(), row.at(*place)?)));
                        encode(&select.table, values)
                    }));
                }
            } else {
                for select in &queries.each {
                    for row in tx.rows(&select.sql, &params[..=usize::from(select.wants_kind)])? {
                        let names = select.columns.iter().enumerate();
                        let values =
                            names.filter_map(|(place, (name, _))| Some((name.as_str(), row.at(place)?)));
                        encoded.push(encode(&select.table, values));
                    }
                }
            }
        }
        encoded.sort_unstable();
        let mut hasher = Sha256::new_with_prefix(salt);
        for row in encoded {
            hasher.update(row);
        }
        Ok(hasher.finalize().into())
    }
}

fn subjects(tables: &BTreeMap<String, Table>) -> impl Iterator<Item = (&Table, &Subject)> {
    tables.values().filter_map(|table| match &table.class {
        Class::Evidence(subject) => Some((table, subject)),
        Class::OwnProof | Class::Derived | Class::Transient => None,
    })
}

fn encode<'a>(table: &str, columns: impl Iterator<Item = (&'a str, ValueRef<'a>)> + Clone) -> Vec<u8> {
    let present = columns.filter(|(_, value)| *value != ValueRef::Null);
    let mut bytes = Vec::with_capacity(512);
    put(&mut bytes, table.as_bytes());
    bytes.extend(length(present.clone().count()));
    for (name, value) in present {
        put(&mut bytes, name.as_bytes());
        match value {
            ValueRef::Null => {}
            ValueRef::Int(number) => {
                bytes.push(b'i');
                put(&mut bytes, &number.to_be_bytes());
            }
            ValueRef::Text(text) => {
                bytes.push(b't');
                put(&mut bytes, text.as_bytes());
            }
            ValueRef::Blob(blob) => {
                bytes.push(b'b');
                put(&mut bytes, blob);
            }
        }
    }
    bytes
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(length(part.len()));
    bytes.extend_from_slice(part);
}

fn length(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes()
}

const TYPES: [ColumnType; 3] = [ColumnType::Int, ColumnType::Text, ColumnType::Blob];

/// Builds the statements. In the one over all, tables differ in their columns, so each fills the places of its
/// own types in a common row and leaves the others NULL.
fn queries(tables: &[(&Table, &Subject)]) -> Option<Queries> {
    if tables.is_empty() {
        return None;
    }
    let count = |table: &Table, wanted| table.columns.iter().filter(|(_, kind)| *kind == wanted).count();
    let most = TYPES.map(|wanted| {
        tables
            .iter()
            .map(|(table, _)| count(table, wanted))
            .max()
            .unwrap_or(0)
    });
    let starts = [1, 1 + most[0], 1 + most[0] + most[1]];
    let width = starts[2] + most[2];
    let mut each = Vec::new();
    let mut union = Vec::new();
    for (number, (table, subject)) in tables.iter().enumerate() {
        let mut next = starts;
        let mut columns: Vec<(String, usize)> = Vec::new();
        for (name, kind) in &table.columns {
            let which = TYPES.iter().position(|known| known == kind).unwrap_or(0);
            columns.push((name.clone(), next[which]));
            next[which] += 1;
        }
        let (of_kind, wants_kind) = match &subject.kind {
            Kind::Fixed(_) => (String::new(), false),
            Kind::Column(column) => (format!(" AND {column} = $2"), true),
        };
        let from = format!("FROM {} WHERE {} = $1{of_kind}", table.name, subject.column);
        let common: Vec<String> = (1..width)
            .map(|place| match columns.iter().find(|(_, at)| *at == place) {
                Some((name, _)) => format!("{name} AS c{place}"),
                None if place >= starts[2] => format!("CAST(NULL AS BYTEA) AS c{place}"),
                None if place >= starts[1] => format!("CAST(NULL AS TEXT) AS c{place}"),
                None => format!("CAST(NULL AS BIGINT) AS c{place}"),
            })
            .collect();
        union.push(format!(
            "SELECT {number} AS evidence_table, {} {from}",
            common.join(", ")
        ));
        columns.sort();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let sql = format!("SELECT {} {from}", names.join(", "));
        each.push(Select {
            table: table.name.clone(),
            sql,
            wants_kind,
            columns,
        });
    }
    let wants_kind = each.iter().any(|select| select.wants_kind);
    Some(Queries {
        each,
        union: union.join(" UNION ALL "),
        wants_kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_that_is_shipped_declares_its_class() {
        let tables = evidence().tables();
        assert!(tables.contains_key("facts"));
        assert_eq!(tables["facts"].class, Class::OwnProof);
        assert_eq!(tables["fact_queue"].class, Class::Derived);
        assert_eq!(tables["leases"].class, Class::Transient);
    }

    #[test]
    fn one_statement_reads_tables_of_different_shapes() {
        let sql = "-- class: evidence (x)\n-- subject: s by id\nCREATE TABLE a (\n id TEXT,\n n BIGINT\n) STRICT;\n-- class: evidence (x)\n-- subject: s by s\nCREATE TABLE b (\n raw BLOB,\n s TEXT\n) STRICT;";
        let evidence = Evidence::of(&[("V1__x".to_owned(), sql)]).unwrap();
        let queries = &evidence.queries["s"];
        assert_eq!(
            queries.union,
            "SELECT 0 AS evidence_table, n AS c1, id AS c2, CAST(NULL AS BYTEA) AS c3 FROM a WHERE id = $1 \
             UNION ALL \
             SELECT 1 AS evidence_table, CAST(NULL AS BIGINT) AS c1, s AS c2, raw AS c3 FROM b WHERE s = $1"
        );
        assert_eq!(queries.each[1].sql, "SELECT raw, s FROM b WHERE s = $1");
    }
}

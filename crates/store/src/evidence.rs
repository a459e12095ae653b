//! Which rows are evidence of which subject, and their digest.
//!
//! The declarations are the comments that stand before each `CREATE TABLE` in the migrations:
//! ```sql
//! -- class: evidence (why)
//! -- subject: dossier by dossier_id
//! ```
//! They are read from the migrations themselves, so a declaration and what the digest covers cannot differ.
//! `-- subject: none (…)` is for the journal's own tables, which are checked by recomputing the log.
//!
//! # The digest
//! SHA-256 over the salt (32 bytes) and all rows of the subject in all its tables, each row encoded and the
//! encoded rows sorted by their bytes. A row is: its table's name; how many of its columns are not NULL; then
//! for each of these in order of their names: the name, one byte `i`, `t` or `b`, and the value (integer as 8
//! bytes, text as UTF-8, bytes as they are). Every name, value and count is preceded by or written as a
//! 32-bit big-endian number. NULL columns are left out, so a later migration may add a column that old rows
//! do not fill without changing any digest.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::migrate;
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// How a table is kept true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// Covered by the digest in the facts of its subject.
    Evidence(Subject),
    /// Evidence that other means than a subject's digest protect (the journal's own tables).
    OwnProof,
    /// Can be rebuilt from evidence and compared.
    Derived,
    /// Sessions, queues, drafts: nothing is claimed about it.
    Transient,
}

/// Whose evidence a table's rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Kind of the journal's subject.
    pub kind: String,
    /// Column that holds the subject's id.
    pub column: String,
}

/// Type of a column; the three that both databases share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// BIGINT.
    Int,
    /// TEXT.
    Text,
    /// BLOB or BYTEA.
    Blob,
}

/// A table as the migrations declare it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: Class,
    /// Its columns in order of declaration.
    pub columns: Vec<(String, ColumnType)>,
}

/// A migration that does not declare its tables as it must.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("migration {migration}: {what}")]
pub struct DeclarationError {
    /// File name without ending.
    pub migration: String,
    /// What is wrong.
    pub what: String,
}

/// The declarations of a set of migrations, ready to be used.
pub struct Evidence {
    tables: BTreeMap<String, Table>,
    queries: BTreeMap<String, Queries>,
}

/// One statement that reads all evidence of a subject: one round trip, whatever the number of tables.
struct Queries {
    sqlite: String,
    postgres: String,
    layout: Vec<Layout>,
}

/// Where the columns of one table stand in the common row: sorted by name, as the digest wants them.
struct Layout {
    table: String,
    places: Vec<(String, usize)>,
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
        let mut subjects: BTreeMap<String, Vec<&Table>> = BTreeMap::new();
        for table in tables.values() {
            if let Class::Evidence(subject) = &table.class {
                subjects.entry(subject.kind.clone()).or_default().push(table);
            }
        }
        let queries = subjects
            .into_iter()
            .map(|(kind, tables)| (kind, queries(&tables)))
            .collect();
        Ok(Self { tables, queries })
    }

    /// All tables, by name.
    pub fn tables(&self) -> &BTreeMap<String, Table> {
        &self.tables
    }

    /// Tables with the subject whose evidence they hold, in order of their names.
    pub fn of_subjects(&self) -> impl Iterator<Item = (&Table, &Subject)> {
        self.tables.values().filter_map(|table| match &table.class {
            Class::Evidence(subject) => Some((table, subject)),
            Class::OwnProof | Class::Derived | Class::Transient => None,
        })
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
        if let Some(queries) = self.queries.get(kind) {
            let sql = if tx.is_postgres() {
                &queries.postgres
            } else {
                &queries.sqlite
            };
            for row in tx.rows(sql, &[Value::from(id)])? {
                encoded.push(encode(&row, &queries.layout)?);
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

fn encode(row: &Row, layout: &[Layout]) -> Result<Vec<u8>, StoreError> {
    let number: usize = row.get::<u32>("evidence_table")? as usize;
    let Some(Layout { table, places }) = layout.get(number) else {
        return Err(StoreError::Unknown {
            what: "evidence table",
            value: number.to_string(),
        });
    };
    let present = || {
        places
            .iter()
            .filter(|(_, place)| row.values[*place] != Value::Null)
    };
    let mut bytes = Vec::with_capacity(512);
    put(&mut bytes, table.as_bytes());
    bytes.extend(length(present().count()));
    for (name, place) in present() {
        put(&mut bytes, name.as_bytes());
        match &row.values[*place] {
            Value::Null => {}
            Value::Int(number) => {
                bytes.push(b'i');
                put(&mut bytes, &number.to_be_bytes());
            }
            Value::Text(text) => {
                bytes.push(b't');
                put(&mut bytes, text.as_bytes());
            }
            Value::Blob(blob) => {
                bytes.push(b'b');
                put(&mut bytes, blob);
            }
        }
    }
    Ok(bytes)
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(length(part.len()));
    bytes.extend_from_slice(part);
}

fn length(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes()
}

/// Builds the statement: tables differ in their columns, so each fills the places of its own types in a
/// common row and leaves the others NULL.
fn queries(tables: &[&Table]) -> Queries {
    let most = |wanted| {
        let of = |table: &&Table| table.columns.iter().filter(|(_, kind)| *kind == wanted).count();
        tables.iter().map(of).max().unwrap_or(0)
    };
    let kinds = [ColumnType::Int, ColumnType::Text, ColumnType::Blob];
    let starts = [1, 1 + most(kinds[0]), 1 + most(kinds[0]) + most(kinds[1])];
    let width = starts[2] + most(kinds[2]);
    let mut selects = [Vec::new(), Vec::new()];
    let mut layout = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let Class::Evidence(subject) = &table.class else {
            continue;
        };
        let mut places: Vec<(String, usize)> = Vec::new();
        let mut next = starts;
        for (name, kind) in &table.columns {
            let which = kinds.iter().position(|known| known == kind).unwrap_or(0);
            places.push((name.clone(), next[which]));
            next[which] += 1;
        }
        for (dialect, select) in selects.iter_mut().enumerate() {
            let null = |place: usize| match (dialect, starts.iter().rposition(|start| place >= *start)) {
                (0, _) => "NULL",
                (_, Some(0)) => "CAST(NULL AS BIGINT)",
                (_, Some(1)) => "CAST(NULL AS TEXT)",
                (_, _) => "CAST(NULL AS BYTEA)",
            };
            let columns: Vec<String> = (1..width)
                .map(|place| {
                    let name = places
                        .iter()
                        .find(|(_, at)| *at == place)
                        .map(|(name, _)| name.as_str());
                    format!("{} AS c{place}", name.unwrap_or(null(place)))
                })
                .collect();
            select.push(format!(
                "SELECT {number} AS evidence_table, {} FROM {} WHERE {} = $1",
                columns.join(", "),
                table.name,
                subject.column
            ));
        }
        places.sort();
        layout.push(Layout {
            table: table.name.clone(),
            places,
        });
    }
    let [sqlite, postgres] = selects.map(|select| select.join(" UNION ALL "));
    Queries {
        sqlite,
        postgres,
        layout,
    }
}

fn declared(migrations: &[(String, impl AsRef<str>)]) -> Result<BTreeMap<String, Table>, DeclarationError> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for (migration, text) in migrations {
        let wrong = |what: String| DeclarationError {
            migration: migration.clone(),
            what,
        };
        let mut comments: Vec<&str> = Vec::new();
        let mut lines = text.as_ref().lines().map(str::trim);
        while let Some(line) = lines.next() {
            if let Some(comment) = line.strip_prefix("--") {
                comments.push(comment.trim());
                continue;
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["CREATE", "TABLE", name, "("] => {
                    let body: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with(')')).collect();
                    let table = Table {
                        name: (*name).to_owned(),
                        class: class(&comments).map_err(|what| wrong(format!("table {name}: {what}")))?,
                        columns: columns(&body).map_err(|what| wrong(format!("table {name}: {what}")))?,
                    };
                    if let Class::Evidence(subject) = &table.class
                        && !table.columns.iter().any(|(column, _)| *column == subject.column)
                    {
                        return Err(wrong(format!("table {name} has no column {}", subject.column)));
                    }
                    tables.insert((*name).to_owned(), table);
                    comments.clear();
                }
                ["ALTER", "TABLE", name, "ADD", "COLUMN", column @ ..] => {
                    let added = columns(&[&column.join(" ")]).map_err(&wrong)?;
                    let table = tables
                        .get_mut(*name)
                        .ok_or_else(|| wrong(format!("no table {name}")))?;
                    table.columns.extend(added);
                }
                ["CREATE", "TABLE", ..] => {
                    return Err(wrong(format!(
                        "write `CREATE TABLE name (` on one line, not: {line}"
                    )));
                }
                ["ALTER" | "DROP", "TABLE", ..] => {
                    return Err(wrong(format!("evidence cannot be followed through: {line}")));
                }
                _ => comments.clear(),
            }
        }
    }
    Ok(tables)
}

fn class(comments: &[&str]) -> Result<Class, String> {
    let value = |key: &str| {
        comments
            .iter()
            .rev()
            .find_map(|line| line.strip_prefix(key))
            .map(str::trim)
    };
    let first = |text: Option<&str>| {
        text.and_then(|text| text.split_whitespace().next())
            .unwrap_or("")
            .to_owned()
    };
    match first(value("class:")).as_str() {
        "derived" => Ok(Class::Derived),
        "transient" => Ok(Class::Transient),
        "evidence" => {
            let words: Vec<&str> = value("subject:").unwrap_or("").split_whitespace().collect();
            match words.as_slice() {
                ["none", ..] => Ok(Class::OwnProof),
                [kind, "by", column, ..] => Ok(Class::Evidence(Subject {
                    kind: (*kind).to_owned(),
                    column: (*column).to_owned(),
                })),
                _ => Err("evidence needs a line `-- subject: <kind> by <column>`".to_owned()),
            }
        }
        _ => Err("needs a line `-- class: evidence|derived|transient (why)` right before it".to_owned()),
    }
}

fn columns(body: &[&str]) -> Result<Vec<(String, ColumnType)>, String> {
    let code: Vec<&str> = body
        .iter()
        .map(|line| line.split("--").next().unwrap_or(""))
        .collect();
    let mut columns = Vec::new();
    let mut depth = 0_usize;
    let mut part = String::new();
    let code = code.join(" ");
    for c in code.chars().chain([',']) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                columns.extend(column(&part)?);
                part.clear();
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    Ok(columns)
}

fn column(declaration: &str) -> Result<Option<(String, ColumnType)>, String> {
    let words: Vec<&str> = declaration
        .split([' ', '(', ';'])
        .filter(|word| !word.is_empty())
        .collect();
    let kind = match words.as_slice() {
        [] | ["PRIMARY" | "UNIQUE" | "CHECK" | "FOREIGN" | "CONSTRAINT", ..] => return Ok(None),
        [_, "BIGINT", ..] => ColumnType::Int,
        [_, "TEXT", ..] => ColumnType::Text,
        [_, "BLOB", ..] => ColumnType::Blob,
        _ => {
            return Err(format!(
                "a column is BIGINT, TEXT or BLOB, not: {}",
                declaration.trim()
            ));
        }
    };
    Ok(Some((words[0].to_owned(), kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sql: &str) -> Result<BTreeMap<String, Table>, String> {
        declared(&[("V1__x".to_owned(), sql)]).map_err(|error| error.what)
    }

    #[test]
    fn every_table_that_is_shipped_declares_its_class() {
        let tables = evidence().tables();
        assert!(tables.contains_key("facts"));
        assert_eq!(tables["facts"].class, Class::OwnProof);
        assert_eq!(tables["fact_queue"].class, Class::Derived);
        assert_eq!(tables["leases"].class, Class::Transient);
    }

    #[test]
    fn columns_are_read_with_constraints_comments_and_later_additions() {
        let sql = "-- class: evidence (why)\n-- subject: a by a_id\nCREATE TABLE parts (\n  id TEXT NOT NULL PRIMARY KEY, -- of the, part\n  a_id TEXT NOT NULL,\n  n BIGINT NOT NULL CHECK (n IN (1, 2)),\n  raw BLOB,\n  UNIQUE (a_id, n)\n) STRICT;\nCREATE INDEX parts_by_a ON parts (a_id);\nALTER TABLE parts ADD COLUMN note TEXT;\n";
        let table = read(sql).unwrap().remove("parts").unwrap();
        let names: Vec<(&str, ColumnType)> = table.columns.iter().map(|(n, k)| (n.as_str(), *k)).collect();
        let expected = [
            ("id", ColumnType::Text),
            ("a_id", ColumnType::Text),
            ("n", ColumnType::Int),
            ("raw", ColumnType::Blob),
            ("note", ColumnType::Text),
        ];
        assert_eq!(names, expected);
        assert_eq!(
            table.class,
            Class::Evidence(Subject {
                kind: "a".into(),
                column: "a_id".into()
            })
        );
    }

    #[test]
    fn a_table_without_a_proper_declaration_is_refused() {
        for (sql, why) in [
            ("CREATE TABLE a (\n id TEXT\n) STRICT;", "needs a line `-- class"),
            (
                "-- class: derived (x)\n\nCREATE TABLE a (\n id TEXT\n) STRICT;",
                "needs a line `-- class",
            ),
            (
                "-- class: evidence (x)\nCREATE TABLE a (\n id TEXT\n) STRICT;",
                "needs a line `-- subject",
            ),
            (
                "-- class: evidence (x)\n-- subject: a by b\nCREATE TABLE a (\n id TEXT\n) STRICT;",
                "no column b",
            ),
            (
                "-- class: derived (x)\nCREATE TABLE a (\n id REAL\n) STRICT;",
                "BIGINT, TEXT or BLOB",
            ),
            (
                "-- class: derived (x)\nCREATE TABLE IF NOT EXISTS a (\n id TEXT\n) STRICT;",
                "write `CREATE TABLE",
            ),
            ("ALTER TABLE a RENAME TO b;", "followed through"),
        ] {
            let found = read(sql).unwrap_err();
            assert!(found.contains(why), "{sql}: {found}");
        }
    }

    #[test]
    fn one_statement_reads_tables_of_different_shapes() {
        let sql = "-- class: evidence (x)\n-- subject: s by id\nCREATE TABLE a (\n id TEXT,\n n BIGINT\n) STRICT;\n-- class: evidence (x)\n-- subject: s by s\nCREATE TABLE b (\n raw BLOB,\n s TEXT\n) STRICT;";
        let tables = read(sql).unwrap();
        let queries = queries(&tables.values().collect::<Vec<_>>());
        assert_eq!(
            queries.postgres,
            "SELECT 0 AS evidence_table, n AS c1, id AS c2, CAST(NULL AS BYTEA) AS c3 FROM a WHERE id = $1 \
             UNION ALL \
             SELECT 1 AS evidence_table, CAST(NULL AS BIGINT) AS c1, s AS c2, raw AS c3 FROM b WHERE s = $1"
        );
    }
}

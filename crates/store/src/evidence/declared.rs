//! Reading the declarations out of the migrations.

use std::collections::BTreeMap;

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
    pub kind: Kind,
    /// Column that holds the subject's id.
    pub column: String,
}

/// Where the kind of a row's subject is known from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// It is the same for every row of the table.
    Fixed(String),
    /// Each row names it in this column.
    Column(String),
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
    /// Columns that hold the hash of a file.
    pub files: Vec<String>,
}

impl Table {
    /// Whether every column that the declaration names is there.
    fn check(&self) -> Result<(), String> {
        let mut named: Vec<&String> = self.files.iter().collect();
        if let Class::Evidence(subject) = &self.class {
            named.push(&subject.column);
            if let Kind::Column(column) = &subject.kind {
                named.push(column);
            }
        }
        let missing = named
            .into_iter()
            .find(|name| !self.columns.iter().any(|(column, _)| column == *name));
        missing.map_or(Ok(()), |name| Err(format!("no column {name}")))
    }
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

pub(super) fn declared(
    migrations: &[(String, impl AsRef<str>)],
) -> Result<BTreeMap<String, Table>, DeclarationError> {
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
                        files: files(&comments),
                    };
                    table
                        .check()
                        .map_err(|what| wrong(format!("table {name}: {what}")))?;
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

/// What stands after a key such as `class:` in the comments right before a table.
fn value<'a>(comments: &[&'a str], key: &str) -> Option<&'a str> {
    comments
        .iter()
        .rev()
        .find_map(|line| line.strip_prefix(key))
        .map(str::trim)
}

fn files(comments: &[&str]) -> Vec<String> {
    let names = value(comments, "files:").unwrap_or("").split([',', ' ']);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn class(comments: &[&str]) -> Result<Class, String> {
    let first = value(comments, "class:").and_then(|text| text.split_whitespace().next());
    match first.unwrap_or("") {
        "derived" => Ok(Class::Derived),
        "transient" => Ok(Class::Transient),
        "evidence" => {
            let words: Vec<&str> = value(comments, "subject:")
                .unwrap_or("")
                .split_whitespace()
                .collect();
            match words.as_slice() {
                ["none", ..] => Ok(Class::OwnProof),
                [kind, "by", column, ..] => {
                    let kind = match kind.strip_prefix('$') {
                        Some(column) => Kind::Column(column.to_owned()),
                        None => Kind::Fixed((*kind).to_owned()),
                    };
                    Ok(Class::Evidence(Subject {
                        kind,
                        column: (*column).to_owned(),
                    }))
                }
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
                kind: Kind::Fixed("a".into()),
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
    fn a_table_of_several_kinds_and_its_files_are_known() {
        let sql = "-- class: evidence (x)\n-- subject: $k by s\n-- files: sha256, original\nCREATE TABLE a (\n k TEXT,\n s TEXT,\n sha256 TEXT,\n original TEXT\n) STRICT;";
        let table = read(sql).unwrap().remove("a").unwrap();
        assert_eq!(
            table.class,
            Class::Evidence(Subject {
                kind: Kind::Column("k".into()),
                column: "s".into()
            })
        );
        assert_eq!(table.files, ["sha256", "original"]);
        assert!(
            read(&sql.replace(" k TEXT,", ""))
                .unwrap_err()
                .contains("no column k")
        );
        assert!(
            read(&sql.replace("sha256,", "sha512,"))
                .unwrap_err()
                .contains("no column sha512")
        );
    }
}

//! Everything that truly differs between the two databases, and nothing else.

use crate::tx::Tx;

/// Rewrites a migration for `SQLite`: its STRICT tables know INTEGER (64 bits) and refuse the word BIGINT.
pub fn migration_for_sqlite(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for line in sql.lines() {
        let (code, comment) = line.find("--").map_or((line, ""), |at| line.split_at(at));
        out.push_str(&replace_word(code, "BIGINT", "INTEGER"));
        out.push_str(comment);
        out.push('\n');
    }
    out
}

/// Rewrites a migration, written once in the dialect of `SQLite`'s STRICT tables, for `PostgreSQL`.
///
/// `TEXT` is collated by bytes, so that both databases sort and page alike; `BLOB` is BYTEA; the two table
/// options of `SQLite` have no counterpart and are dropped.
pub fn migration_for_postgres(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 512);
    for line in sql.lines() {
        let (code, comment) = line.find("--").map_or((line, ""), |at| line.split_at(at));
        let code = replace_word(code, "TEXT", "TEXT COLLATE \"C\"");
        let code = replace_word(&code, "BLOB", "BYTEA");
        let code = code
            .replace(") STRICT, WITHOUT ROWID;", ");")
            .replace(") STRICT;", ");");
        out.push_str(&code);
        out.push_str(comment);
        out.push('\n');
    }
    out
}

fn replace_word(line: &str, word: &str, with: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(word) {
        let before = rest[..at].chars().next_back();
        let after = rest[at + word.len()..].chars().next();
        let whole = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_' && c != '\'');
        out.push_str(&rest[..at]);
        out.push_str(if whole(before) && whole(after) { with } else { word });
        rest = &rest[at + word.len()..];
    }
    out + rest
}

/// A random order or a lock hint is never needed; the size of the database is, for the page of figures.
pub fn database_bytes(tx: &mut Tx<'_>) -> Result<i64, crate::StoreError> {
    let sql = if tx.is_postgres() {
        "SELECT pg_database_size(current_database()) AS bytes"
    } else {
        "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()"
    };
    tx.one(sql, &[])?.map_or(Ok(0), |row| row.get("bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_means_the_same_in_both_databases() {
        let sql = "-- class: evidence (TEXT stays in comments)\nCREATE TABLE a (\n  id TEXT PRIMARY KEY,\n  body BLOB NOT NULL, context TEXT\n) STRICT, WITHOUT ROWID;\n";
        let expected = "-- class: evidence (TEXT stays in comments)\nCREATE TABLE a (\n  id TEXT COLLATE \"C\" PRIMARY KEY,\n  body BYTEA NOT NULL, context TEXT COLLATE \"C\"\n);\n";
        assert_eq!(migration_for_postgres(sql), expected);
    }

    #[test]
    fn whole_numbers_have_the_name_that_strict_tables_know() {
        let sql = "-- BIGINT\nCREATE TABLE a (n BIGINT NOT NULL) STRICT;\n";
        assert_eq!(
            migration_for_sqlite(sql),
            "-- BIGINT\nCREATE TABLE a (n INTEGER NOT NULL) STRICT;\n"
        );
    }
}

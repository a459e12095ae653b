//! The declarations are those of the databases, and the digest covers what they declare.

use std::collections::BTreeSet;

use townhall_store::evidence::{ColumnType, Evidence, evidence};
use townhall_store::{StoreError, params};
use townhall_testkit::databases;

/// What is read out of the migrations as text is what the databases made of them.
#[test]
fn every_column_of_every_table_is_declared_with_its_type() {
    for (name, db) in databases() {
        let found = db.read_blocking("columns", |tx| {
            let sql = if tx.is_postgres() {
                "SELECT table_name::text AS place, column_name::text AS name, data_type::text AS kind
                 FROM information_schema.columns WHERE table_schema = 'public'"
            } else {
                "SELECT m.name AS place, c.name AS name, c.type AS kind
                 FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
            };
            let mut columns = BTreeSet::new();
            for row in tx.rows(sql, &[])? {
                let table: String = row.get("place")?;
                if table.starts_with("sqlite_") || table == "refinery_schema_history" {
                    continue;
                }
                let kind = match row.get::<String>("kind")?.as_str() {
                    "INTEGER" | "bigint" => ColumnType::Int,
                    "TEXT" | "text" => ColumnType::Text,
                    "BLOB" | "bytea" => ColumnType::Blob,
                    other => panic!("{table} has a column of type {other}"),
                };
                columns.insert((table, row.get::<String>("name")?, format!("{kind:?}")));
            }
            Ok::<_, StoreError>(columns)
        });
        let declared: BTreeSet<(String, String, String)> = evidence()
            .tables()
            .values()
            .flat_map(|table| {
                table
                    .columns
                    .iter()
                    .map(|(column, kind)| (table.name.clone(), column.clone(), format!("{kind:?}")))
            })
            .collect();
        let found = found.expect("read");
        let differ: Vec<_> = found.symmetric_difference(&declared).collect();
        assert!(differ.is_empty(), "{name}: {differ:?}");
    }
}

const DECLARED: &str = "
-- class: evidence (test)
-- subject: thing by id
CREATE TABLE things (
  id TEXT NOT NULL PRIMARY KEY,
  n BIGINT NOT NULL,
  note TEXT
) STRICT;
-- class: evidence (test)
-- subject: thing by thing
CREATE TABLE thing_parts (
  thing TEXT NOT NULL,
  place BIGINT NOT NULL,
  raw BLOB,
  PRIMARY KEY (thing, place)
) STRICT, WITHOUT ROWID;";

/// Every way in which a row can differ changes the digest; what belongs to another subject does not.
#[test]
fn the_digest_covers_every_column_of_every_row_of_the_subject() {
    let changes: [(&str, bool); 10] = [
        ("UPDATE things SET n = 2 WHERE id = 'a'", true),
        ("UPDATE things SET note = '' WHERE id = 'a'", true),
        ("UPDATE things SET note = NULL WHERE id = 'a'", true),
        (
            "UPDATE thing_parts SET raw = NULL WHERE thing = 'a' AND place = 1",
            true,
        ),
        ("DELETE FROM thing_parts WHERE thing = 'a' AND place = 2", true),
        ("INSERT INTO thing_parts (thing, place) VALUES ('a', 3)", true),
        (
            "UPDATE thing_parts SET thing = 'b' WHERE thing = 'a' AND place = 1",
            true,
        ),
        (
            "UPDATE thing_parts SET place = 3 - place + 10 WHERE thing = 'a'",
            true,
        ),
        ("UPDATE things SET n = 9 WHERE id = 'b'", false),
        ("INSERT INTO things (id, n) VALUES ('c', 1)", false),
    ];
    let evidence: &'static Evidence = Box::leak(Box::new(
        Evidence::of(&[("V1__t".to_owned(), DECLARED)]).expect("declared"),
    ));
    for (name, db) in databases() {
        for (change, differs) in changes {
            let undone: Result<(), StoreError> = db.write_blocking("change", move |tx| {
                let sql = if tx.is_postgres() {
                    townhall_store::dialect::migration_for_postgres(DECLARED)
                } else {
                    townhall_store::dialect::migration_for_sqlite(DECLARED)
                };
                for statement in sql.split(';').filter(|part| part.contains("CREATE")) {
                    tx.execute(statement, &[])?;
                }
                tx.execute(
                    "INSERT INTO things (id, n, note) VALUES ('a', 1, 'x'), ('b', 1, 'y')",
                    &[],
                )?;
                for (place, raw) in [(1, vec![1_u8]), (2, vec![2])] {
                    tx.execute(
                        "INSERT INTO thing_parts (thing, place, raw) VALUES ('a', $1, $2)",
                        &params![i64::from(place), raw],
                    )?;
                }
                let before = evidence.digest(tx, "thing", "a", &[7; 32])?;
                assert_eq!(before, evidence.digest(tx, "thing", "a", &[7; 32])?);
                assert_ne!(
                    before,
                    evidence.digest(tx, "thing", "a", &[8; 32])?,
                    "another salt"
                );
                tx.execute(change, &[])?;
                let after = evidence.digest(tx, "thing", "a", &[7; 32])?;
                assert_eq!(before != after, differs, "{change}");
                Err(StoreError::Setting("undo".to_owned()))
            });
            assert!(
                matches!(undone, Err(StoreError::Setting(_))),
                "{name}: {change}: {undone:?}"
            );
        }
    }
}

/// The digest is the same on both databases: a backup of one may be checked on the other.
#[test]
fn both_databases_give_the_same_digest() {
    let mut digests = BTreeSet::new();
    for (_, db) in databases() {
        let digest = db
            .write_blocking("digest", |tx| {
                tx.execute("INSERT INTO node (name, value) VALUES ('đ', 'ế')", &[])?;
                let sql = "-- class: evidence (x)\n-- subject: node by name\nCREATE TABLE node (\nname TEXT,\nvalue TEXT\n) STRICT;";
                let evidence = Evidence::of(&[("V1__t".to_owned(), sql)]).expect("declared");
                evidence.digest(tx, "node", "đ", &[7; 32])
            })
            .expect("digest");
        digests.insert(digest);
    }
    assert_eq!(digests.len(), 1);
}

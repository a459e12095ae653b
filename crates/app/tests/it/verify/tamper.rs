//! Any single change to what is protected is found: a property over all protected tables and their rows.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use townhall_store::evidence::{Class, evidence};
use townhall_store::{StoreError, Tx, Value};
use townhall_testkit::databases;

use super::hall::Hall;

/// One arbitrary change to one arbitrary row of everything that is protected.
#[derive(Debug, Clone, Copy)]
struct Tampering {
    table: usize,
    row: usize,
    other: usize,
    column: usize,
    how: u8,
}

fn tampering() -> impl Strategy<Value = Tampering> {
    (
        any::<usize>(),
        any::<usize>(),
        any::<usize>(),
        any::<usize>(),
        0..6_u8,
    )
        .prop_map(|(table, row, other, column, how)| Tampering {
            table,
            row,
            other,
            column,
            how,
        })
}

/// Does it; false when it would change nothing.
fn tamper(tx: &mut Tx<'_>, what: Tampering, told: &Mutex<String>) -> Result<bool, StoreError> {
    let ours = ["fact_queue", "log_tiles"];
    let mut tables = Vec::new();
    for table in evidence().tables().values() {
        let protected = matches!(table.class, Class::Evidence(_) | Class::OwnProof);
        if protected || ours.contains(&table.name.as_str()) {
            let rows = tx.rows(&format!("SELECT * FROM {}", table.name), &[])?;
            if !rows.is_empty() {
                tables.push((table, rows));
            }
        }
    }
    let (table, rows) = &tables[what.table % tables.len()];
    let all = |row: &townhall_store::Row| -> Vec<(String, Value)> {
        row.columns()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect()
    };
    let mut row = all(&rows[what.row % rows.len()]);
    let other = all(&rows[what.other % rows.len()]);
    let old = row.clone();
    let place = what.column % row.len();
    match what.how {
        0 | 1 => {
            row[place].1 = match &old[place].1 {
                Value::Null => Value::Text("something".to_owned()),
                Value::Int(number) => Value::Int(number + 1),
                Value::Text(text) if what.how == 0 => Value::Text(format!("{text} ")),
                Value::Text(text) => Value::Text(text.to_uppercase()),
                Value::Blob(bytes) => {
                    let mut bytes = bytes.clone();
                    let at = what.other % bytes.len().max(1);
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1;
                    }
                    Value::Blob(bytes)
                }
            };
        }
        2 => row[place].1 = Value::Null,
        3 => row[place].1 = other[place].1.clone(),
        _ => {}
    }
    *told.lock().expect("no panic") = format!("{}: {old:?} to {row:?} ({what:?})", table.name);
    let before = sorted(tx, &table.name)?;
    match what.how {
        4 => delete(tx, &table.name, &old)?,
        5 => {
            // A row like another, under a key of its own.
            row[0].1 = match &old[0].1 {
                Value::Text(text) => Value::Text(format!("{}0", &text[..text.len() - 1])),
                Value::Int(number) => Value::Int(number + 1_000),
                value => value.clone(),
            };
            if row == old {
                return Ok(false);
            }
            insert(tx, &table.name, &row)?;
        }
        _ if row == old => return Ok(false),
        _ => {
            delete(tx, &table.name, &old)?;
            insert(tx, &table.name, &row)?;
        }
    }
    // SQLite gives a number where its key is NULL, perhaps the one that was there.
    Ok(sorted(tx, &table.name)? != before)
}

fn sorted(tx: &mut Tx<'_>, table: &str) -> Result<Vec<String>, StoreError> {
    let mut rows: Vec<String> = tx
        .rows(&format!("SELECT * FROM {table}"), &[])?
        .iter()
        .map(|row| format!("{row:?}"))
        .collect();
    rows.sort();
    Ok(rows)
}

fn delete(tx: &mut Tx<'_>, table: &str, row: &[(String, Value)]) -> Result<(), StoreError> {
    let mut params = Vec::new();
    let mut wheres = Vec::new();
    for (name, value) in row {
        if *value == Value::Null {
            wheres.push(format!("{name} IS NULL"));
        } else {
            params.push(value.clone());
            wheres.push(format!("{name} = ${}", params.len()));
        }
    }
    let deleted = tx.execute(
        &format!("DELETE FROM {table} WHERE {}", wheres.join(" AND ")),
        &params,
    )?;
    assert_eq!(deleted, 1, "{table}");
    Ok(())
}

fn insert(tx: &mut Tx<'_>, table: &str, row: &[(String, Value)]) -> Result<(), StoreError> {
    let names: Vec<&str> = row.iter().map(|(name, _)| name.as_str()).collect();
    let places: Vec<String> = (1..=row.len()).map(|n| format!("${n}")).collect();
    let params: Vec<Value> = row.iter().map(|(_, value)| value.clone()).collect();
    let sql = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        names.join(", "),
        places.join(", ")
    );
    tx.execute(&sql, &params).map(|_| ())
}

#[test]
fn any_single_change_to_what_is_protected_is_found() {
    for (name, db) in databases() {
        let hall = Hall::build(db);
        let cases = if name == "sqlite" { 200 } else { 50 };
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(cases)
        });
        let outcome = runner.run(&tampering(), |what| {
            let told = Arc::new(Mutex::new(String::new()));
            let tell = Arc::clone(&told);
            if let Some(report) = hall.after(move |tx| tamper(tx, what, &tell)) {
                let told = told.lock().expect("no panic").clone();
                prop_assert!(!report.is_clean(), "{told} was not found");
            }
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(hall.verify(None).is_clean(), "{name}: every change was undone");
    }
}

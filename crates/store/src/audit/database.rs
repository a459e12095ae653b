//! The database itself: whether its pages hold together, and whether it has the schema that this program makes.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::evidence;
use crate::migrate;
use crate::value::Row;
use crate::{StoreError, Tx};

/// What the database says about its own pages and indexes, as text for people; a server looks after its own.
pub fn damage(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    if tx.is_postgres() {
        return Ok(Vec::new());
    }
    let rows = tx.rows("PRAGMA integrity_check(20)", &[])?;
    let mut told = Vec::new();
    for row in &rows {
        let line: String = row.get("integrity_check")?;
        if line != "ok" {
            told.push(line);
        }
    }
    Ok(told)
}

/// Where the schema is not the one that this program's migrations make: a trigger that would change what is
/// written, an index that would let a number be given twice, a table that is gone.
pub fn schema_amiss(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    if tx.is_postgres() {
        postgres(tx)
    } else {
        sqlite(tx)
    }
}

/// Kind and name of a thing in the schema, with its text.
type Things = BTreeMap<(String, String), String>;

fn sqlite(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    // What the database makes by itself (indexes of keys, statistics) has no text or a name of its own.
    const SQL: &str =
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'";
    let made = migrate::in_memory()?;
    let mut statement = made.prepare(SQL)?;
    let wanted: Things = statement
        .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let thing = |row: &Row| Ok(((row.get("type")?, row.get("name")?), row.get("sql")?));
    let found: Things = tx
        .rows(SQL, &[])?
        .iter()
        .map(thing)
        .collect::<Result<_, StoreError>>()?;
    let mut amiss = Vec::new();
    for ((kind, name), sql) in &wanted {
        match found.get(&(kind.clone(), name.clone())) {
            None => amiss.push(format!("the {kind} {name} is missing")),
            Some(other) if other != sql => {
                amiss.push(format!("the {kind} {name} is not what the program made"));
            }
            Some(_) => {}
        }
    }
    for (kind, name) in found.keys().filter(|key| !wanted.contains_key(*key)) {
        amiss.push(format!("there is a {kind} {name} that the program did not make"));
    }
    Ok(amiss)
}

fn postgres(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let mut amiss = Vec::new();
    let rows = tx.rows(
        "SELECT CAST(table_name AS TEXT) AS place, CAST(column_name AS TEXT) AS name
         FROM information_schema.columns WHERE table_schema = current_schema()",
        &[],
    )?;
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in &rows {
        found
            .entry(row.get("place")?)
            .or_default()
            .insert(row.get("name")?);
    }
    for (name, table) in evidence().tables() {
        let wanted: BTreeSet<String> = table.columns.iter().map(|(column, _)| column.clone()).collect();
        match found.get(name) {
            None => amiss.push(format!("the table {name} is missing")),
            Some(columns) if *columns != wanted => {
                amiss.push(format!("the table {name} is not what the program made"));
            }
            Some(_) => {}
        }
    }
    let indexes: BTreeSet<String> = tx
        .rows(
            "SELECT CAST(indexname AS TEXT) AS name FROM pg_indexes WHERE schemaname = current_schema()",
            &[],
        )?
        .iter()
        .map(|row| row.get("name"))
        .collect::<Result<_, _>>()?;
    for name in indexes_made() {
        if !indexes.contains(&name) {
            amiss.push(format!("the index {name} is missing"));
        }
    }
    // A trigger or a rule changes what is written behind the program's back.
    let strange = tx.rows(
        "SELECT CAST('trigger' AS TEXT) AS kind, CAST(t.tgname AS TEXT) AS name, CAST(c.relname AS TEXT) AS place
           FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE NOT t.tgisinternal AND n.nspname = current_schema()
         UNION ALL
         SELECT CAST('rule' AS TEXT), CAST(rulename AS TEXT), CAST(tablename AS TEXT) FROM pg_rules
          WHERE schemaname = current_schema()
         ORDER BY 1, 2, 3",
        &[],
    )?;
    for row in &strange {
        let (kind, name): (String, String) = (row.get("kind")?, row.get("name")?);
        let place: String = row.get("place")?;
        amiss.push(format!(
            "there is a {kind} {name} on {place} that the program did not make"
        ));
    }
    Ok(amiss)
}

/// Names of the indexes that the migrations make by name.
fn indexes_made() -> BTreeSet<String> {
    let named = |line: &str| {
        let rest = line
            .strip_prefix("CREATE UNIQUE INDEX ")
            .or_else(|| line.strip_prefix("CREATE INDEX "))?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    migrate::texts()
        .iter()
        .flat_map(|(_, sql)| sql.lines().filter_map(named).collect::<Vec<_>>())
        .collect()
}

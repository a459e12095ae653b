//! What each operation asks of the database, statement by statement, with the plan that `SQLite` makes for it.

use std::sync::Arc;

use anyhow::{Context, Result};
use rusqlite::Connection;
use townhall_store::DbConfig;

use crate::bare;
use crate::node::Node;
use crate::work::Operation;

/// Prints the statements of one run of every operation.
///
/// # Errors
/// When an operation is refused or a plan cannot be read.
pub fn print(node: &Arc<Node>) -> Result<()> {
    let DbConfig::Sqlite { file } = node.config() else {
        return Ok(());
    };
    let connection = Connection::open(file)?;
    for operation in Operation::ALL {
        let scripts = bare::record(node, operation, 1)?;
        let script = scripts.first().context("nothing was written down")?;
        println!("## {}: {} statements", operation.name(), script.len());
        for (number, statement) in script.iter().enumerate() {
            let sql = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
            println!("{:3} {sql}", number + 1);
            let mut prepared = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql))?;
            let params = rusqlite::params_from_iter(&statement.params);
            let mut rows = prepared.query(params)?;
            while let Some(row) = rows.next()? {
                println!("      {}", row.get::<_, String>("detail")?);
            }
        }
    }
    Ok(())
}

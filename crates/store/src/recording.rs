//! The statements of a command as it runs, so that `bench` can run the same ones on the bare database.

use crate::tx::Tx;
use crate::value::Value;

/// One statement as it went to the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// Its parameters, in order.
    pub params: Vec<Value>,
    /// True when its rows are read.
    pub reads: bool,
}

impl Tx<'_> {
    /// From here on statements are written down.
    pub fn begin_recording(&mut self) {
        self.recorded = Some(Vec::new());
    }

    /// What was written down since [`Tx::begin_recording`]; nothing is written down after it.
    pub fn end_recording(&mut self) -> Vec<Statement> {
        self.recorded.take().unwrap_or_default()
    }

    pub(crate) fn write_down(&mut self, sql: &str, params: &[Value], reads: bool) {
        if let Some(statements) = &mut self.recorded {
            statements.push(Statement {
                sql: sql.to_owned(),
                params: params.to_vec(),
                reads,
            });
        }
    }
}

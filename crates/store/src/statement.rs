//! A statement that grows by conditions: how lists and figures are narrowed, in one SQL text for both databases.

use std::fmt::Write;

use townhall_domain::ids::UnitId;

use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// A statement with its values. In what is added a value stands as `?`; it is numbered as it comes, because `SQLite`
/// binds parameters in the order of their first use.
#[derive(Debug)]
pub(crate) struct Statement {
    text: String,
    params: Vec<Value>,
}

impl Statement {
    /// The beginning, up to the first condition.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            params: Vec::new(),
        }
    }

    /// Adds text, with a value for each `?`.
    pub(crate) fn add(&mut self, text: &str, values: impl IntoIterator<Item = Value>) -> &mut Self {
        let mut values = values.into_iter();
        for (place, piece) in text.split('?').enumerate() {
            if place > 0
                && let Some(value) = values.next()
            {
                self.params.push(value);
                // Writing to a string does not fail.
                let _ = write!(self.text, "${}", self.params.len());
            }
            self.text.push_str(piece);
        }
        self
    }

    /// Adds a condition.
    pub(crate) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) -> &mut Self {
        self.text.push_str(" AND ");
        self.add(condition, values)
    }

    /// Adds that a column names one of these units; nothing before it.
    pub(crate) fn any_of(&mut self, column: &str, units: &[UnitId]) -> &mut Self {
        self.among(column, units.iter().map(Value::from))
    }

    /// Adds that a column holds one of these values; nothing before it.
    pub(crate) fn among(&mut self, column: &str, values: impl ExactSizeIterator<Item = Value>) -> &mut Self {
        let marks = vec!["?"; values.len()].join(", ");
        self.add(&format!("{column} IN ({marks})"), values)
    }

    /// Reads the rows.
    pub(crate) fn rows(&self, tx: &mut Tx<'_>) -> Result<Vec<Row<'static>>, StoreError> {
        tx.rows(&self.text, &self.params)
    }

    /// What is read of each row.
    pub(crate) fn each<T>(
        &self,
        tx: &mut Tx<'_>,
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        tx.each(&self.text, &self.params, read)
    }

    /// How the database would run it, for tests that only the rows of the units that are asked for are walked.
    pub(crate) fn plan(&self, tx: &mut Tx<'_>) -> Result<String, StoreError> {
        let (prefix, column) = if tx.is_postgres() {
            ("EXPLAIN", "QUERY PLAN")
        } else {
            ("EXPLAIN QUERY PLAN", "detail")
        };
        let lines = tx.rows(&format!("{prefix} {}", self.text), &self.params)?;
        let lines: Vec<String> = lines
            .iter()
            .map(|row| row.get(column))
            .collect::<Result<_, _>>()?;
        Ok(lines.join("\n"))
    }
}

/// How many rows to ask for so that [`cut`] sees whether there are more than a page of `limit` holds.
pub(crate) fn one_more(limit: usize) -> Value {
    Value::Int(i64::try_from(limit + 1).unwrap_or(i64::MAX))
}

/// Cuts rows that were asked for with [`one_more`] to a page; gives the key of its last row when there are more.
pub(crate) fn cut<T, K>(rows: &mut Vec<T>, limit: usize, key: impl FnOnce(&T) -> K) -> Option<K> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| more).map(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_in_the_order_in_which_they_come() {
        let units = ["24682-20250701", "24640-20250701"].map(|id| id.parse::<UnitId>().expect("a unit"));
        let mut sql = Statement::new("SELECT * FROM t WHERE 1 = 1");
        sql.and("(a = ? OR b = ?)", [Value::Int(7), Value::Int(8)])
            .and("c = 0", [])
            .add(" AND ", [])
            .any_of("d", &units);
        assert_eq!(
            sql.text,
            "SELECT * FROM t WHERE 1 = 1 AND (a = $1 OR b = $2) AND c = 0 AND d IN ($3, $4)"
        );
        let [first, second] = units.map(Value::from);
        assert_eq!(sql.params, [Value::Int(7), Value::Int(8), first, second]);
    }

    #[test]
    fn a_page_has_a_next_one_only_when_there_are_more_rows() {
        let page = |found: i64| {
            let mut rows: Vec<i64> = (1..=found).collect();
            let next = cut(&mut rows, 2, |last| *last);
            (rows, next)
        };
        assert_eq!(page(2), (vec![1, 2], None));
        assert_eq!(page(3), (vec![1, 2], Some(2)));
        assert_eq!(page(0), (vec![], None));
    }
}

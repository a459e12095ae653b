//! What all packs share: a problem with its place, and reading of TOML and of comma-separated tables with comments.
//!
//! A pack is law as data: a text file, effective-dated, commented, that a person can read and a program checks.

use std::fmt;

use jiff::civil::Date;
use serde::de::DeserializeOwned;

/// Folds a text for search: lower case, without tone marks, `đ` as `d`. The words belong to `text`, which this
/// crate does not know, so the function is handed in.
pub type Fold = fn(&str) -> String;

/// Something wrong in a pack: which file, which line, and what a person has to mend.
///
/// The reason is English: it is read by whoever edits packs, beside the file, never by a citizen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackProblem {
    /// Path inside the packs directory, with `/`.
    pub file: String,
    /// Line counted from 1; 0 when the problem is the whole file.
    pub line: usize,
    /// What is wrong and what was expected.
    pub reason: String,
}

impl PackProblem {
    /// Names a problem at a line of a file.
    pub fn at(file: &str, line: usize, reason: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for PackProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.reason),
            line => write!(f, "{}:{line}: {}", self.file, self.reason),
        }
    }
}

impl std::error::Error for PackProblem {}

/// One file of a pack as it was read: its path inside the packs directory and its text.
#[derive(Debug, Clone, Copy)]
pub struct PackFile<'a> {
    /// Path inside the packs directory, with `/`, as problems name it.
    pub path: &'a str,
    /// The text, UTF-8.
    pub text: &'a str,
}

impl PackFile<'_> {
    /// Reads TOML into a shape; syntax, missing or unknown keys and wrong types become a problem with a line.
    ///
    /// # Errors
    /// A [`PackProblem`] in the reader's own words.
    pub fn toml<T: DeserializeOwned>(&self) -> Result<T, PackProblem> {
        toml::from_str(self.text).map_err(|error| {
            let line = error.span().map_or(0, |span| self.line_of(span.start));
            PackProblem::at(self.path, line, error.message().trim())
        })
    }

    /// A problem at a value that the TOML reader remembered the place of.
    pub fn problem<T>(&self, place: &toml::Spanned<T>, reason: impl Into<String>) -> PackProblem {
        PackProblem::at(self.path, self.line_of(place.span().start), reason)
    }

    /// The line of a byte offset, counted from 1.
    pub fn line_of(&self, offset: usize) -> usize {
        self.text
            .bytes()
            .take(offset)
            .filter(|&byte| byte == b'\n')
            .count()
            + 1
    }

    /// A problem at a byte offset.
    pub fn problem_at(&self, offset: usize, reason: impl Into<String>) -> PackProblem {
        PackProblem::at(self.path, self.line_of(offset), reason)
    }
}

/// One row of a table with a header; columns by name, problems with the line.
#[derive(Debug)]
pub struct TableRow<'a> {
    path: &'a str,
    header: &'a csv::StringRecord,
    record: csv::StringRecord,
    /// Line counted from 1, comment lines included.
    pub line: usize,
}

impl TableRow<'_> {
    /// The text of a column; the empty text when the column is absent.
    pub fn text(&self, column: &str) -> &str {
        self.header
            .iter()
            .position(|name| name == column)
            .and_then(|at| self.record.get(at))
            .unwrap_or("")
    }

    /// A date that must be there.
    pub fn date(&self, column: &str) -> Result<Date, PackProblem> {
        self.optional_date(column)?
            .ok_or_else(|| self.problem(format!("{column} is empty, a date is needed")))
    }

    /// A date, or nothing when the cell is empty.
    pub fn optional_date(&self, column: &str) -> Result<Option<Date>, PackProblem> {
        match self.text(column) {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| self.problem(format!("{column}: '{text}' is not a date like 2025-07-01"))),
        }
    }

    /// A whole number, or nothing when the cell is empty.
    pub fn optional_integer(&self, column: &str) -> Result<Option<i64>, PackProblem> {
        match self.text(column) {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| self.problem(format!("{column}: '{text}' is not a whole number"))),
        }
    }

    /// A problem in this row.
    pub fn problem(&self, reason: impl Into<String>) -> PackProblem {
        PackProblem::at(self.path, self.line, reason)
    }
}

/// Reads a comma-separated table with `#` comment lines and a header; `each` gets every row.
///
/// # Errors
/// Every problem found: a column of `columns` that is missing, a row of the wrong width, and what `each` says.
pub fn read_table(
    file: PackFile<'_>,
    columns: &[&str],
    mut each: impl FnMut(&TableRow<'_>) -> Result<(), PackProblem>,
) -> Result<(), Vec<PackProblem>> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(file.text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            return Err(vec![PackProblem::at(
                file.path,
                csv_line(&error),
                error.to_string(),
            )]);
        }
    };
    let mut problems: Vec<PackProblem> = columns
        .iter()
        .filter(|wanted| !header.iter().any(|name| name == **wanted))
        .map(|wanted| PackProblem::at(file.path, 1, format!("column '{wanted}' is missing")))
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record
                    .position()
                    .map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
                let row = TableRow {
                    path: file.path,
                    header: &header,
                    record,
                    line,
                };
                if let Err(problem) = each(&row) {
                    problems.push(problem);
                }
            }
            Err(error) => problems.push(PackProblem::at(file.path, csv_line(&error), error.to_string())),
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// A date written in TOML without quotes.
///
/// # Errors
/// When it is a time, or carries one.
pub fn toml_date(value: &toml::value::Datetime) -> Result<Date, String> {
    let date = value.date.filter(|_| value.time.is_none());
    let date = date.ok_or_else(|| format!("'{value}' is not a date like 2025-07-01"))?;
    let numbers = (
        i16::try_from(date.year),
        i8::try_from(date.month),
        i8::try_from(date.day),
    );
    match numbers {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).map_err(|error| error.to_string()),
        _ => Err(format!("'{value}' is not a date like 2025-07-01")),
    }
}

fn csv_line(error: &csv::Error) -> usize {
    error
        .position()
        .map_or(0, |at| usize::try_from(at.line()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_wrong_width_is_told_with_its_line() {
        let file = PackFile {
            path: "units/x.csv",
            text: "# why\na,b\n1,2\n3\n",
        };
        let problems = read_table(file, &["a", "b"], |_| Ok(())).expect_err("short row");
        assert_eq!((problems[0].file.as_str(), problems[0].line), ("units/x.csv", 4));
    }

    #[test]
    fn a_missing_column_is_told_by_name() {
        let file = PackFile {
            path: "units/x.csv",
            text: "a\n1\n",
        };
        let problems = read_table(file, &["a", "b"], |_| Ok(())).expect_err("no b");
        assert_eq!(problems[0].to_string(), "units/x.csv:1: column 'b' is missing");
    }
}

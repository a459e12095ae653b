//! Migrations: unique numbers, and every table declared.

use std::collections::BTreeMap;

use super::{Finding, Tree};

const DIR: &str = "crates/store/migrations/";
const CLASSES: &[&str] = &["evidence", "derived", "transient"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut numbers: BTreeMap<u32, &str> = BTreeMap::new();
    for (file, text) in tree.texts_in(DIR, ".sql") {
        match number(&file[DIR.len()..]) {
            None => findings.push(Finding::new(file, 0, "a migration is named V0123__what.sql")),
            Some(number) => {
                if let Some(other) = numbers.insert(number, file) {
                    findings.push(Finding::new(file, 0, format!("has the number of {other}")));
                }
            }
        }
        findings.extend(undeclared_tables(file, text));
    }
    findings
}

fn number(name: &str) -> Option<u32> {
    let (digits, rest) = name.strip_prefix('V')?.split_once("__")?;
    let what = rest.strip_suffix(".sql")?;
    let plain = !what.is_empty()
        && what
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    (digits.len() == 4 && plain)
        .then(|| digits.parse().ok())
        .flatten()
}

/// Each `CREATE TABLE` stands right below its declaration:
/// `-- class: evidence|derived|transient (why)`, and for evidence `-- subject: <kind> by <column>`.
fn undeclared_tables(file: &str, text: &str) -> Vec<Finding> {
    let lines: Vec<&str> = text.lines().collect();
    let mut findings = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let upper = line.trim_start().to_ascii_uppercase();
        let Some(rest) = upper.strip_prefix("CREATE TABLE ") else {
            continue;
        };
        let skipped = line.len() - rest.len();
        let table = line[skipped..].split([' ', '(']).next().unwrap_or_default();
        let above: Vec<&str> = lines[..at]
            .iter()
            .rev()
            .map_while(|line| line.trim().strip_prefix("--"))
            .map(str::trim)
            .collect();
        let class = above
            .iter()
            .find_map(|comment| comment.strip_prefix("class:"))
            .map(str::trim);
        let Some(class) = class else {
            let message =
                format!("table {table}: write `-- class: evidence|derived|transient (why)` right above it");
            findings.push(Finding::new(file, at + 1, message));
            continue;
        };
        let kind = class.split([' ', '(']).next().unwrap_or_default();
        if !CLASSES.contains(&kind) {
            let message = format!("table {table}: class `{kind}` is none of {}", CLASSES.join(", "));
            findings.push(Finding::new(file, at + 1, message));
        }
        if kind == "evidence" {
            findings.extend(bad_subject(file, at, table, &above, &lines[at..]));
        }
    }
    findings
}

fn bad_subject(file: &str, at: usize, table: &str, above: &[&str], body: &[&str]) -> Option<Finding> {
    let form = "`-- subject: <kind> by <column>`, the subject whose digest covers its rows, or `none (why)`";
    let subject = above
        .iter()
        .find_map(|comment| comment.strip_prefix("subject:"))
        .map(str::trim);
    // The log's own tables belong to no subject: they are checked by computing the log again.
    if subject.is_some_and(|subject| subject.starts_with("none (")) {
        return None;
    }
    let Some((_, column)) = subject.and_then(|subject| subject.split_once(" by ")) else {
        return Some(Finding::new(
            file,
            at + 1,
            format!("table {table}: evidence needs {form}"),
        ));
    };
    let column = column.split_whitespace().next().unwrap_or_default();
    let known = body
        .iter()
        .take_while(|line| !line.trim_start().starts_with(')'))
        .any(|line| line.split_whitespace().next() == Some(column));
    (!known).then(|| {
        Finding::new(
            file,
            at + 1,
            format!("table {table}: its subject's column `{column}` is not in it"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_number_or_subject_is_refused() {
        assert_eq!(number("V0100__dossier.sql"), Some(100));
        for wrong in [
            "V100__dossier.sql",
            "0100__dossier.sql",
            "V0100__.sql",
            "V0100__Dossier.sql",
            "V0100.sql",
        ] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_table_without_a_class_is_found() {
        let text =
            "-- class: transient (queue)\nCREATE TABLE a (\n x TEXT\n);\n\nCREATE TABLE b (\n x TEXT\n);\n";
        let found = undeclared_tables("V0001__a.sql", text);
        assert_eq!(found.len(), 1);
        assert!(found[0].line == 6 && found[0].message.starts_with("table b: write"));
    }

    #[test]
    fn a_class_that_does_not_exist_is_found() {
        let found = undeclared_tables("f", "-- class: temporary\nCREATE TABLE a (x TEXT);");
        assert!(found[0].message.contains("`temporary` is none of"));
    }

    #[test]
    fn evidence_without_a_subject_or_with_a_wrong_column_is_found() {
        let table = "CREATE TABLE a (\n  id TEXT PRIMARY KEY,\n  dossier TEXT\n);";
        let missing = undeclared_tables("f", &format!("-- class: evidence (x)\n{table}"));
        assert!(missing[0].message.contains("evidence needs"));
        let wrong = undeclared_tables(
            "f",
            &format!("-- class: evidence (x)\n-- subject: dossier by dossier_id\n{table}"),
        );
        assert!(wrong[0].message.contains("`dossier_id` is not in it"));
        assert!(
            undeclared_tables(
                "f",
                &format!("-- class: evidence (x)\n-- subject: dossier by dossier\n{table}")
            )
            .is_empty()
        );
        let own = undeclared_tables(
            "f",
            &format!("-- class: evidence (x)\n-- subject: none (the log itself)\n{table}"),
        );
        assert!(own.is_empty());
    }
}

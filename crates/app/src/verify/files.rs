//! Every file that evidence names: there, and with the content that its name says.
//!
//! The names are collected in the snapshot of the other checks; the files are read afterwards, with no transaction
//! open, because they may lie on another machine.

use std::collections::BTreeMap;

use townhall_store::StoreError;
use townhall_store::audit;
use townhall_store::evidence::evidence;
use townhall_store::files::Files;

use super::{Finding, Report, Verifying};

const PAGE: u32 = 1_000;
/// The check's name, in front of each finding.
pub(super) const NAME: &str = "files";

/// The files that evidence names, each with the table where it is found first.
pub(super) type Named = BTreeMap<String, String>;

/// A finding about one file, or about all of them.
pub(super) struct Wrong {
    /// The file; nothing when the store itself is away.
    pub(super) file: Option<String>,
    pub(super) finding: Finding,
}

pub(super) fn check(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    for table in evidence().tables().values() {
        for column in &table.files {
            let mut after = String::new();
            loop {
                let page = audit::files_named(v.tx, &table.name, column, &after, PAGE)?;
                let Some(last) = page.last() else { break };
                after.clone_from(last);
                for file in page {
                    v.named.entry(file).or_insert_with(|| table.name.clone());
                }
            }
        }
    }
    Ok(())
}

/// Reads them all and counts them; what is wrong comes back.
pub(super) fn read(files: &Files, named: &Named, report: &mut Report) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut found = |file: Option<&String>, what: String| {
        wrong.push(Wrong {
            file: file.cloned(),
            finding: Finding { check: NAME, what },
        });
    };
    for (place, (file, table)) in named.iter().enumerate() {
        match files.read(file) {
            Ok(_) => {}
            Err(StoreError::DamagedFile(_)) => {
                found(Some(file), format!("file {file}, named in {table}, is damaged"));
            }
            Err(StoreError::MissingFile(_)) => {
                found(Some(file), format!("file {file}, named in {table}, is missing"));
            }
            Err(error) if error.is_about_papers() => {
                // Every other file would wait as long to say the same.
                let left = named.len() - place;
                found(None, format!("{left} files were not looked at: {error}"));
                break;
            }
            Err(error) => found(
                Some(file),
                format!("file {file}, named in {table}, cannot be read: {error}"),
            ),
        }
        report.files += 1;
    }
    wrong
}

//! Whether everything that is stored is what the program has written: `townhall verify`.
//!
//! All checks read one snapshot, so a node may be verified while it serves; files are read after it. What they promise: any change to
//! evidence or to the trail, made behind the program's back, is named. Honest limits:
//! - who holds the database and the log's key can rewrite everything; against that, a checkpoint kept elsewhere
//!   is given to [`verify`], and today's log must extend it;
//! - the end of the log can be cut off together with its last checkpoints; the checkpoint beside the key tells, and
//!   where that was changed as well, again one that was kept elsewhere;
//! - a fact that still waits for its place in the log (a second or two) is only as safe as the database.
//!
//! A capability adds its own check to [`CHECKS`].

mod civil_status;
mod database;
mod derived;
mod files;
mod registers;
mod rows;
mod trail;
mod tree;

use std::fmt;

use townhall_store::erasure::files_in_use;
use townhall_store::files::Files;
use townhall_store::{Db, StoreError, Tx};

/// One thing that `verify` looks at.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its name, in front of each finding.
    pub name: &'static str,
    /// Looks, and tells what it finds by [`Verifying::found`]. An error is for a database that fails, not for
    /// data that is wrong.
    pub run: fn(&mut Verifying<'_, '_>) -> Result<(), StoreError>,
}

/// All checks, in the order in which they run.
pub const CHECKS: [Check; 8] = [
    Check {
        name: "database",
        run: database::check,
    },
    Check {
        name: "trail",
        run: trail::check,
    },
    Check {
        name: "log",
        run: tree::check,
    },
    Check {
        name: "rows",
        run: rows::check,
    },
    Check {
        name: "registers",
        run: registers::check,
    },
    Check {
        name: "registers of civil status",
        run: civil_status::check,
    },
    Check {
        name: "derived",
        run: derived::check,
    },
    Check {
        name: files::NAME,
        run: files::check,
    },
];

/// What a check works with.
#[derive(Debug)]
pub struct Verifying<'a, 'b> {
    /// One snapshot of the database.
    pub tx: &'a mut Tx<'b>,
    /// Checkpoints kept outside of the database, which the logs must extend.
    pub checkpoints: &'a [String],
    /// What has been found and counted so far.
    pub report: Report,
    check: &'static str,
    named: files::Named,
}

impl Verifying<'_, '_> {
    /// Tells what is wrong.
    pub fn found(&mut self, what: impl Into<String>) {
        self.report.findings.push(Finding {
            check: self.check,
            what: what.into(),
        });
    }
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check that found it.
    pub check: &'static str,
    /// What is wrong and where, in English for the log; without personal data.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.what)
    }
}

/// What `verify` looked at and what it found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
    /// Facts read.
    pub facts: u64,
    /// Subjects whose evidence was compared with their last fact.
    pub subjects: u64,
    /// Facts that wait for their place in the log.
    pub waiting: u64,
    /// Logs, entries and checkpoints recomputed.
    pub epochs: u64,
    /// Entries of all logs.
    pub entries: u64,
    /// Checkpoints of all logs.
    pub checkpoints: u64,
    /// Register books whose numbers were counted.
    pub books: u64,
    /// Entries in them.
    pub book_entries: u64,
    /// Files whose content was hashed.
    pub files: u64,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        write!(
            f,
            "{} facts of {} subjects ({} not yet in the log), {} entries in {} logs with {} checkpoints, {} numbers in {} books, {} files: {}",
            self.facts,
            self.subjects,
            self.waiting,
            self.entries,
            self.epochs,
            self.checkpoints,
            self.book_entries,
            self.books,
            self.files,
            match self.findings.len() {
                0 => "all is as it was written".to_owned(),
                1 => "1 thing is wrong".to_owned(),
                many => format!("{many} things are wrong"),
            }
        )
    }
}

/// Runs all checks. Blocks; never call it on an async thread.
///
/// `checkpoints` were kept outside of the database: by somebody elsewhere, or beside the keys
/// ([`kept_checkpoints`](crate::log::kept_checkpoints)). Read them before calling this, or a log that is being
/// written could seem to be behind.
///
/// # Errors
/// [`StoreError`] when the database cannot be asked any further.
pub fn verify(db: &Db, files: &Files, checkpoints: Vec<String>) -> Result<Report, StoreError> {
    let (mut report, named) = db.read_blocking("verify", move |tx| look(tx, &checkpoints))?;
    let mut wrong = files::read(files, &named, &mut report);
    if !wrong.is_empty() {
        // What was erased or swept while the files were read is rightly gone.
        let in_use = db.read_blocking("files_in_use", files_in_use)?;
        wrong.retain(|wrong| wrong.file.as_ref().is_none_or(|file| in_use.contains(file)));
    }
    report
        .findings
        .extend(wrong.into_iter().map(|wrong| wrong.finding));
    Ok(report)
}

/// [`verify`] within a transaction, such as one that will be undone; only for files in a directory.
///
/// # Errors
/// As [`verify`].
pub fn verify_in(tx: &mut Tx<'_>, files: &Files, checkpoints: &[String]) -> Result<Report, StoreError> {
    let (mut report, named) = look(tx, checkpoints)?;
    let wrong = files::read(files, &named, &mut report);
    report
        .findings
        .extend(wrong.into_iter().map(|wrong| wrong.finding));
    Ok(report)
}

/// Everything but the files, whose names come back.
fn look(tx: &mut Tx<'_>, checkpoints: &[String]) -> Result<(Report, files::Named), StoreError> {
    let mut verifying = Verifying {
        tx,
        checkpoints,
        report: Report::default(),
        check: "",
        named: files::Named::new(),
    };
    for check in CHECKS {
        verifying.check = check.name;
        if let Err(error) = (check.run)(&mut verifying) {
            // What does not even read is wrong data; the other checks still run.
            if !verifying.tx.go_on_after(&error) {
                return Err(error);
            }
            verifying.found(format!(
                "what lies there is damaged, so the rest of this check did not run: {error}"
            ));
        }
    }
    Ok((verifying.report, verifying.named))
}

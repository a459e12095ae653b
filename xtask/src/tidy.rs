//! Habits of this tree that neither the compiler nor clippy can see.
//!
//! Each check is a plain function from texts to findings, tested on small bad inputs below it. A finding says
//! where, what, and what to do instead.

mod arrows;
mod migrations;
mod papers;
mod rust;
mod sources;
mod vendor;
mod words;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    /// From 1; 0 when the file as a whole is meant.
    pub line: usize,
    pub message: String,
}

impl Finding {
    pub fn new(file: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{}:{line}: {}", self.file, self.message),
        }
    }
}

/// The files that git knows or would add, read once.
pub struct Tree {
    pub root: PathBuf,
    files: Vec<(String, Option<String>)>,
}

impl Tree {
    /// # Errors
    /// When this is not a git checkout.
    pub fn read(root: &Path) -> Result<Self> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("running git")?;
        if !output.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let mut names: Vec<_> = String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|name| !name.is_empty() && root.join(name).is_file())
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        let files = names
            .into_iter()
            // A picture or a font has no lines to look at.
            .map(|name| (name.clone(), std::fs::read_to_string(root.join(name)).ok()))
            .collect();
        Ok(Self {
            root: root.to_path_buf(),
            files,
        })
    }

    /// Path and text of every text file.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter_map(|(name, text)| Some((name.as_str(), text.as_deref()?)))
    }

    /// Path and text of the text files below `dir` with this ending.
    pub fn texts_in<'a>(&'a self, dir: &'a str, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.texts()
            .filter(move |(name, _)| name.starts_with(dir) && name.ends_with(ending))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts().find(|(file, _)| *file == name).map(|(_, text)| text)
    }

    /// Whether the file or a directory of this name is in the tree.
    pub fn has(&self, name: &str) -> bool {
        let inside = format!("{}/", name.trim_end_matches('/'));
        self.files
            .iter()
            .any(|(file, _)| file == name || file.starts_with(&inside))
    }
}

/// Runs every check; what comes back is empty when the tree is tidy.
///
/// # Errors
/// When the tree cannot be read at all.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let mut findings = arrows::check(root)?;
    findings.extend(sources::check(&tree));
    findings.extend(migrations::check(&tree));
    findings.extend(words::check(&tree));
    findings.extend(papers::check(&tree));
    findings.extend(vendor::check(&tree)?);
    findings.sort();
    findings.dedup();
    Ok(findings)
}

//! Where packs come from: the files embedded at build time, and an overlay directory over them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use include_dir::{Dir, include_dir};
use townhall_domain::pack::{PackFile, PackProblem};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../packs");

/// The largest pack file that an overlay may hold; the largest of ours has 230 KB.
const LARGEST_BYTES: u64 = 8 * 1024 * 1024;

/// All pack files by path, `/` between the parts.
#[derive(Debug)]
pub(super) struct Source {
    files: BTreeMap<String, String>,
}

impl Source {
    /// The embedded files, and those of the overlay over them; `.md` files are for people and left out.
    pub(super) fn read(overlay: Option<&Path>) -> Result<Self, Vec<PackProblem>> {
        let mut source = Self {
            files: BTreeMap::new(),
        };
        let mut problems = Vec::new();
        source.embed(&EMBEDDED, &mut problems);
        if let Some(root) = overlay {
            source.overlay(root, root, &mut problems);
        }
        if problems.is_empty() {
            Ok(source)
        } else {
            Err(problems)
        }
    }

    fn embed(&mut self, dir: &Dir<'static>, problems: &mut Vec<PackProblem>) {
        for file in dir.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            match file.contents_utf8() {
                Some(text) => self.put(path, text.to_owned()),
                None => problems.push(PackProblem::at(&path, 0, "is not UTF-8")),
            }
        }
        for dir in dir.dirs() {
            self.embed(dir, problems);
        }
    }

    fn overlay(&mut self, root: &Path, dir: &Path, problems: &mut Vec<PackProblem>) {
        let name = |path: &Path| {
            path.strip_prefix(root)
                .unwrap_or(path)
                .to_string_lossy()
                .replace('\\', "/")
        };
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => {
                let shown = if dir == root {
                    root.to_string_lossy().into_owned()
                } else {
                    name(dir)
                };
                problems.push(PackProblem::at(&shown, 0, format!("cannot be read: {error}")));
                return;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            // Hidden files are left by editors and version control.
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                self.overlay(root, &path, problems);
            } else if fs::metadata(&path).is_ok_and(|data| data.len() > LARGEST_BYTES) {
                problems.push(PackProblem::at(
                    &name(&path),
                    0,
                    format!("is larger than {LARGEST_BYTES} bytes"),
                ));
            } else {
                match fs::read_to_string(&path) {
                    Ok(text) => self.put(name(&path), text),
                    Err(error) => problems.push(PackProblem::at(
                        &name(&path),
                        0,
                        format!("cannot be read: {error}"),
                    )),
                }
            }
        }
    }

    fn put(&mut self, path: String, text: String) {
        let markdown = Path::new(&path)
            .extension()
            .is_some_and(|extension| extension == "md");
        if !markdown {
            self.files.insert(path, text);
        }
    }

    /// A file that must be there.
    pub(super) fn file<'a>(&'a self, path: &'a str) -> Result<PackFile<'a>, PackProblem> {
        let text = self
            .files
            .get(path)
            .ok_or_else(|| PackProblem::at(path, 0, "is missing"))?;
        Ok(PackFile { path, text })
    }

    /// The files of a folder with an ending, by name.
    pub(super) fn folder<'a>(&'a self, folder: &str, ending: &str) -> impl Iterator<Item = PackFile<'a>> {
        let (prefix, ending) = (format!("{folder}/"), ending.to_owned());
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(&prefix) && path.ends_with(&ending))
            .map(|(path, text)| PackFile { path, text })
    }

    /// Paths that no part of the program reads: probably a slip in a name or folder.
    pub(super) fn strays<'a>(&'a self, read: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let folders = [("procedures/", ".toml"), ("forms/", ".json"), ("fees/", ".toml")];
        self.files.keys().map(String::as_str).filter(move |path| {
            !read.contains(path)
                && !folders
                    .iter()
                    .any(|(folder, ending)| path.starts_with(folder) && path.ends_with(ending))
        })
    }
}

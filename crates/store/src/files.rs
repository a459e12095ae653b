//! The file store: content by its SHA-256, written and synced before anybody refers to it, checked when read.
//!
//! Files come first: bytes are streamed into a temporary file, synced, renamed to their hash and the directory
//! synced; only then does a command record the hash. A file that no row refers to is swept after a day.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::StoreError;

mod partial;

pub use partial::{Partial, PartialError};

/// A directory of files named by the hash of their content.
#[derive(Debug, Clone)]
pub struct Files {
    root: PathBuf,
}

/// What became of a finished upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the content, 64 hexadecimal digits.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

/// A file that is still coming in.
#[derive(Debug)]
pub struct Incoming {
    root: PathBuf,
    path: PathBuf,
    file: File,
    hash: Sha256,
    bytes: u64,
    done: bool,
}

impl Files {
    /// Opens the store below a directory, making what is missing.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(root.join("incoming"))?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// The store below a directory as it lies there, for whoever only looks: nothing is made.
    pub fn to_look(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Begins a new file.
    pub fn begin(&self) -> Result<Incoming, StoreError> {
        let mut name = [0_u8; 16];
        getrandom::fill(&mut name)?;
        let path = self.root.join("incoming").join(hex::encode(name));
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Incoming {
            root: self.root.clone(),
            path,
            file,
            hash: Sha256::new(),
            bytes: 0,
            done: false,
        })
    }

    /// Stores bytes that are already in memory.
    pub fn put(&self, bytes: &[u8]) -> Result<Stored, StoreError> {
        let mut incoming = self.begin()?;
        incoming.write(bytes)?;
        incoming.finish()
    }

    /// Reads a whole file and checks that it is what its name says.
    ///
    /// # Errors
    /// [`StoreError::DamagedFile`] when the content does not have the hash.
    pub fn read(&self, sha256: &str) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        File::open(self.path(sha256)?)?.read_to_end(&mut bytes)?;
        if hex::encode(Sha256::digest(&bytes)) == sha256 {
            Ok(bytes)
        } else {
            Err(StoreError::DamagedFile(sha256.to_owned()))
        }
    }

    /// Whether the file is there (its content is not checked).
    pub fn has(&self, sha256: &str) -> bool {
        self.path(sha256).is_ok_and(|path| path.is_file())
    }

    /// Where a file lies.
    pub fn path(&self, sha256: &str) -> Result<PathBuf, StoreError> {
        if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(StoreError::DamagedFile(sha256.to_owned()));
        }
        Ok(self.root.join(&sha256[..2]).join(sha256))
    }

    /// All hashes in the store.
    pub fn list(&self) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        for shelf in fs::read_dir(&self.root)? {
            let shelf = shelf?;
            if shelf.file_name() == "incoming" || !shelf.file_type()?.is_dir() {
                continue;
            }
            for file in fs::read_dir(shelf.path())? {
                names.push(file?.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Removes a file for good and syncs its directory; false when it is younger than `age` and so was left, true
    /// also when it was not there any more.
    pub fn remove(&self, sha256: &str, age: Duration) -> Result<bool, StoreError> {
        let path = self.path(sha256)?;
        let Ok(meta) = fs::metadata(&path) else {
            return Ok(true);
        };
        let elapsed = meta.modified()?.elapsed().unwrap_or_default();
        if elapsed < age {
            return Ok(false);
        }
        fs::remove_file(&path)?;
        if let Some(shelf) = path.parent() {
            File::open(shelf)?.sync_all()?;
        }
        Ok(true)
    }

    /// Removes files older than `age` that nobody refers to, and uploads that were never finished; returns how many.
    pub fn sweep(&self, age: Duration, is_referred: impl Fn(&str) -> bool) -> Result<usize, StoreError> {
        let mut removed = 0;
        let old = |path: &Path| {
            let modified = fs::metadata(path).and_then(|meta| meta.modified());
            modified
                .ok()
                .and_then(|at| at.elapsed().ok())
                .is_some_and(|elapsed| elapsed > age)
        };
        for name in self.list()? {
            let path = self.path(&name)?;
            if old(&path) && !is_referred(&name) {
                fs::remove_file(path)?;
                removed += 1;
            }
        }
        for file in fs::read_dir(self.root.join("incoming"))? {
            let path = file?.path();
            if old(&path) {
                fs::remove_file(path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

impl Incoming {
    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Where it lies while it comes in, to be looked at before it is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How much has come in so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Syncs the file, gives it its name and syncs the directory; only then is it safe to refer to.
    pub fn finish(mut self) -> Result<Stored, StoreError> {
        self.file.sync_all()?;
        let sha256 = hex::encode(self.hash.clone().finalize());
        let shelf = self.root.join(&sha256[..2]);
        if !shelf.is_dir() {
            fs::create_dir_all(&shelf)?;
            File::open(&self.root)?.sync_all()?;
        }
        fs::rename(&self.path, shelf.join(&sha256))?;
        File::open(&shelf)?.sync_all()?;
        self.done = true;
        Ok(Stored {
            sha256,
            bytes: self.bytes,
        })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.done {
            // An upload that broke off leaves nothing; if even this fails, the sweep finds it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_content_and_damage_is_seen() {
        let dir = tempfile::tempdir().expect("a directory");
        let files = Files::open(dir.path()).expect("open");
        let stored = files.put("Giấy chứng sinh".as_bytes()).expect("put");
        assert_eq!(
            files.read(&stored.sha256).expect("read"),
            "Giấy chứng sinh".as_bytes()
        );
        assert_eq!(files.list().expect("list"), std::slice::from_ref(&stored.sha256));
        fs::write(files.path(&stored.sha256).expect("path"), b"changed").expect("damage");
        assert!(matches!(
            files.read(&stored.sha256),
            Err(StoreError::DamagedFile(_))
        ));
    }

    #[test]
    fn an_upload_that_breaks_off_leaves_nothing() {
        let dir = tempfile::tempdir().expect("a directory");
        let files = Files::open(dir.path()).expect("open");
        let mut incoming = files.begin().expect("begin");
        incoming.write(b"half").expect("write");
        drop(incoming);
        assert_eq!(
            fs::read_dir(dir.path().join("incoming")).expect("list").count(),
            0
        );
        assert!(files.list().expect("list").is_empty());
    }

    #[test]
    fn the_sweep_takes_only_what_is_old_and_not_referred_to() {
        let dir = tempfile::tempdir().expect("a directory");
        let files = Files::open(dir.path()).expect("open");
        let kept = files.put(b"kept").expect("put").sha256;
        files.put(b"loose").expect("put");
        assert_eq!(
            files.sweep(Duration::from_hours(24), |_| false).expect("sweep"),
            0
        );
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(
            files
                .sweep(Duration::from_millis(1), |name| name == kept)
                .expect("sweep"),
            1
        );
        assert_eq!(files.list().expect("list"), [kept]);
    }

    #[test]
    fn a_name_that_is_no_hash_reaches_no_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let files = Files::open(dir.path()).expect("open");
        assert!(files.path("../../etc/passwd").is_err());
    }
}

//! A file on its way in: spooled to the local disk, hashed as it comes, then kept in its home.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Files, Home, Stored};
use crate::StoreError;

/// A file that is still coming in.
#[derive(Debug)]
pub struct Incoming {
    home: Home,
    path: PathBuf,
    file: File,
    hash: Sha256,
    bytes: u64,
    done: bool,
    /// The upload in pieces that it was.
    taken: Option<Taken>,
}

/// How an upload in pieces is taken: what was said of it gets another name, so a second taker does not find it.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) about: PathBuf,
    pub(super) aside: PathBuf,
}

impl Incoming {
    pub(super) fn begin(files: &Files) -> Result<Self, StoreError> {
        let mut name = [0_u8; 16];
        getrandom::fill(&mut name)?;
        let path = files.spool.join(hex::encode(name));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(StoreError::of_papers)?;
        Ok(Self {
            home: files.home.clone(),
            path,
            file,
            hash: Sha256::new(),
            bytes: 0,
            done: false,
            taken: None,
        })
    }

    /// What lies here already, after somebody else has put it together.
    pub(super) fn of_pieces(
        files: &Files,
        path: PathBuf,
        hash: Sha256,
        bytes: u64,
        taken: Taken,
    ) -> Result<Self, StoreError> {
        let file = OpenOptions::new().append(true).open(&path)?;
        Ok(Self {
            home: files.home.clone(),
            path,
            file,
            hash,
            bytes,
            done: false,
            taken: Some(taken),
        })
    }

    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).map_err(StoreError::of_papers)?;
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

    /// Keeps it under its hash, durably; only then is it safe to refer to.
    ///
    /// # Errors
    /// When the home fails: nothing refers to the file then, and an upload in pieces can be taken again.
    pub fn finish(mut self) -> Result<Stored, StoreError> {
        let sha256 = hex::encode(self.hash.clone().finalize());
        let kept = match &self.home {
            Home::Directory(directory) => directory.keep(&sha256, &self.path, &self.file),
            Home::Bucket(bucket) => bucket.put(&sha256, &self.path),
        };
        match kept {
            Ok(()) => {
                // In a directory the spool file has become the file itself.
                self.done = matches!(self.home, Home::Directory(_));
                self.forget_pieces();
                Ok(Stored {
                    sha256,
                    bytes: self.bytes,
                })
            }
            Err(error) => {
                if let (true, Some(taken)) = (error.is_about_papers(), &self.taken) {
                    self.done = fs::rename(&taken.aside, &taken.about).is_ok();
                }
                Err(error)
            }
        }
    }

    fn forget_pieces(&mut self) {
        if let Some(taken) = self.taken.take() {
            // If this fails, the sweep finds it.
            let _ = fs::remove_file(taken.aside);
        }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.done {
            // An upload that broke off leaves nothing; if even this fails, the sweep finds it.
            let _ = fs::remove_file(&self.path);
            self.forget_pieces();
        }
    }
}

/// Removes what never came to its end.
pub(super) fn sweep(spool: &Path, age: Duration) -> Result<usize, StoreError> {
    let mut removed = 0;
    for file in fs::read_dir(spool)? {
        let file = file?;
        let modified = file.metadata().and_then(|meta| meta.modified());
        let is_old = modified
            .ok()
            .and_then(|at| at.elapsed().ok())
            .is_some_and(|elapsed| elapsed > age);
        if is_old {
            fs::remove_file(file.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

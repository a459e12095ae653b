//! Files in a local directory: two hexadecimal digits a shelf, the whole hash a file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Kept, is_hash};
use crate::StoreError;

/// What is still coming in lies here, beside the shelves.
pub(super) const INCOMING: &str = "incoming";

#[derive(Debug, Clone)]
pub(super) struct Directory {
    root: PathBuf,
}

impl Directory {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn path(&self, sha256: &str) -> PathBuf {
        self.root.join(&sha256[..2]).join(sha256)
    }

    pub(super) fn read(&self, sha256: &str) -> Result<Vec<u8>, StoreError> {
        fs::read(self.path(sha256)).map_err(|error| match error.kind() {
            // Without the directory itself nobody knows whether the file is lost.
            std::io::ErrorKind::NotFound if self.root.is_dir() => StoreError::MissingFile(sha256.to_owned()),
            std::io::ErrorKind::NotFound => StoreError::PapersUnusable(error),
            _ => error.into(),
        })
    }

    /// Gives a file that came in its name: synced, renamed, the directory synced.
    pub(super) fn keep(&self, sha256: &str, spooled: &Path, file: &File) -> Result<(), StoreError> {
        self.take_in(sha256, spooled, file).map_err(StoreError::of_papers)
    }

    fn take_in(&self, sha256: &str, spooled: &Path, file: &File) -> std::io::Result<()> {
        file.sync_all()?;
        let shelf = self.root.join(&sha256[..2]);
        if !shelf.is_dir() {
            fs::create_dir_all(&shelf)?;
            File::open(&self.root)?.sync_all()?;
        }
        fs::rename(spooled, shelf.join(sha256))?;
        File::open(&shelf)?.sync_all()
    }

    pub(super) fn remove(&self, sha256: &str, age: Duration) -> Result<bool, StoreError> {
        let path = self.path(sha256);
        let Ok(meta) = fs::metadata(&path) else {
            return Ok(true);
        };
        if meta.modified()?.elapsed().unwrap_or_default() < age {
            return Ok(false);
        }
        fs::remove_file(&path)?;
        if let Some(shelf) = path.parent() {
            File::open(shelf)?.sync_all()?;
        }
        Ok(true)
    }

    /// What lies on the shelves, a shelf at a time; strange names are left alone.
    pub(super) fn each_shelf(
        &self,
        visit: &mut dyn FnMut(Vec<Kept>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for shelf in fs::read_dir(&self.root)? {
            let shelf = shelf?;
            if shelf.file_name() == INCOMING || !shelf.file_type()?.is_dir() {
                continue;
            }
            let mut page = Vec::new();
            for file in fs::read_dir(shelf.path())? {
                let file = file?;
                let sha256 = file.file_name().to_string_lossy().into_owned();
                if is_hash(&sha256) {
                    let modified = file.metadata()?.modified().ok();
                    page.push(Kept { sha256, modified });
                }
            }
            visit(page)?;
        }
        Ok(())
    }

    pub(super) fn look(&self) -> Result<(), StoreError> {
        fs::read_dir(&self.root).map_err(StoreError::of_papers)?;
        Ok(())
    }
}

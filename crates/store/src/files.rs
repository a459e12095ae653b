//! The file store: content by its SHA-256, kept durably before anybody refers to it, checked when read.
//!
//! Files come first: bytes are streamed into a spool file, kept under their hash, and only then does a command record
//! the hash. A file that no row refers to is swept after a day. Where files are kept is one of two homes:
//! - a **directory** ([`directory`]): synced, renamed to the hash, the directory synced;
//! - a **bucket** of an S3-compatible store ([`bucket`]): sent whole and acknowledged with the content's checksum.
//!
//! What comes in is spooled in a local directory in both, because the child that looks at it needs a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::StoreError;

mod bucket;
mod directory;
mod incoming;
mod partial;

use bucket::Bucket;
pub use bucket::{Keys, S3Settings};
use directory::Directory;
pub use incoming::Incoming;
pub use partial::{Partial, PartialError};

/// Files named by the hash of their content; cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    home: Home,
    spool: PathBuf,
}

/// Where files are kept.
#[derive(Debug, Clone)]
enum Home {
    Directory(Directory),
    Bucket(Arc<Bucket>),
}

/// What became of a finished upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the content, 64 hexadecimal digits.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

/// A file as a list of the home shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    sha256: String,
    /// When it came; not every store says.
    modified: Option<SystemTime>,
}

impl Kept {
    /// Whether it was there this long. Without a time, or with one of a clock that runs ahead, it is young and stays.
    fn is_older_than(&self, age: Duration) -> bool {
        let elapsed = self.modified.and_then(|modified| modified.elapsed().ok());
        elapsed.is_some_and(|elapsed| elapsed >= age)
    }
}

impl Files {
    /// Opens the store below a directory, making what is missing.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let files = Self::to_look(root);
        fs::create_dir_all(&files.spool)?;
        Ok(files)
    }

    /// The store below a directory as it lies there, for whoever only looks: nothing is made.
    pub fn to_look(root: &Path) -> Self {
        Self {
            home: Home::Directory(Directory::new(root)),
            spool: root.join(directory::INCOMING),
        }
    }

    /// The store in a bucket, with the spool below a directory; nobody is asked yet.
    ///
    /// # Errors
    /// [`StoreError::Setting`] when the address and the name of the bucket do not fit together.
    pub fn open_in_bucket(root: &Path, settings: &S3Settings) -> Result<Self, StoreError> {
        let files = Self::to_look_in_bucket(root, settings)?;
        fs::create_dir_all(&files.spool)?;
        Ok(files)
    }

    /// [`Files::open_in_bucket`] for whoever only looks: no spool is made.
    ///
    /// # Errors
    /// As there.
    pub fn to_look_in_bucket(root: &Path, settings: &S3Settings) -> Result<Self, StoreError> {
        Ok(Self {
            home: Home::Bucket(Arc::new(Bucket::new(settings)?)),
            spool: root.join(directory::INCOMING),
        })
    }

    /// Takes the bucket for the node of this name, so that it may remove files there, and no other node may.
    ///
    /// Two nodes below one prefix would each sweep what only the other refers to. A directory belongs to who has it.
    ///
    /// # Errors
    /// [`StoreError::PapersRefused`] when the place belongs to another node, unless `by_force`.
    pub fn owned_by(self, node: &str, by_force: bool) -> Result<Self, StoreError> {
        let owned = self.in_the_name_of(node);
        if let Home::Bucket(bucket) = &owned.home {
            bucket.own(by_force)?;
        }
        Ok(owned)
    }

    /// [`Files::owned_by`] without asking the store now; it is asked before anything is removed.
    #[must_use]
    pub fn in_the_name_of(mut self, node: &str) -> Self {
        if let Home::Bucket(bucket) = &self.home {
            self.home = Home::Bucket(Arc::new(bucket.in_the_name_of(node)));
        }
        self
    }

    /// The node that the bucket belongs to; nothing for a bucket that is nobody's, and for a directory.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn owner(&self) -> Result<Option<String>, StoreError> {
        match &self.home {
            Home::Directory(_) => Ok(None),
            Home::Bucket(bucket) => bucket.owner(),
        }
    }

    /// True when files are kept on another machine.
    pub fn is_remote(&self) -> bool {
        matches!(self.home, Home::Bucket(_))
    }

    /// Where files are kept, for people: a directory, or a bucket with its prefix.
    pub fn place(&self) -> String {
        match &self.home {
            Home::Directory(directory) => directory.root().display().to_string(),
            Home::Bucket(bucket) => bucket.place(),
        }
    }

    /// Begins a new file.
    pub fn begin(&self) -> Result<Incoming, StoreError> {
        Incoming::begin(self)
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
    /// [`StoreError::DamagedFile`] when the content does not have the hash, [`StoreError::MissingFile`] when there is
    /// none.
    pub fn read(&self, sha256: &str) -> Result<Vec<u8>, StoreError> {
        check_name(sha256)?;
        match &self.home {
            Home::Directory(directory) => {
                let bytes = directory.read(sha256)?;
                if hex::encode(Sha256::digest(&bytes)) == sha256 {
                    Ok(bytes)
                } else {
                    Err(StoreError::DamagedFile(sha256.to_owned()))
                }
            }
            Home::Bucket(bucket) => bucket.read(sha256),
        }
    }

    /// Where a file lies in a directory.
    ///
    /// # Errors
    /// [`StoreError::DamagedFile`] when the name is no hash; [`StoreError::Setting`] in a bucket.
    pub fn path(&self, sha256: &str) -> Result<PathBuf, StoreError> {
        check_name(sha256)?;
        match &self.home {
            Home::Directory(directory) => Ok(directory.path(sha256)),
            Home::Bucket(_) => Err(StoreError::Setting("a paper in a bucket has no path".to_owned())),
        }
    }

    /// All hashes in the store, sorted.
    pub fn list(&self) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        self.each_page(&mut |page| {
            names.extend(page.into_iter().map(|kept| kept.sha256));
            Ok(())
        })?;
        names.sort_unstable();
        Ok(names)
    }

    /// Removes a file for good; false when it is younger than `age` and so was left, true also when it was not there
    /// any more. A directory is synced afterwards.
    ///
    /// # Errors
    /// In a bucket also [`StoreError::PapersRefused`] when it is not this node's.
    pub fn remove(&self, sha256: &str, age: Duration) -> Result<bool, StoreError> {
        check_name(sha256)?;
        match &self.home {
            Home::Directory(directory) => directory.remove(sha256, age),
            Home::Bucket(bucket) => {
                bucket.own(false)?;
                bucket.remove(sha256, age)
            }
        }
    }

    /// Removes files older than `age` that nobody refers to, and uploads that were never finished; returns how many.
    ///
    /// # Errors
    /// As [`Files::remove`].
    pub fn sweep(&self, age: Duration, is_referred: impl Fn(&str) -> bool) -> Result<usize, StoreError> {
        let mut removed = incoming::sweep(&self.spool, age)?;
        let mut loose = Vec::new();
        self.each_page(&mut |page| {
            let old = page
                .into_iter()
                .filter(|kept| kept.is_older_than(age) && !is_referred(&kept.sha256));
            loose.extend(old.map(|kept| kept.sha256));
            Ok(())
        })?;
        if let (Home::Bucket(bucket), false) = (&self.home, loose.is_empty()) {
            bucket.own(false)?;
        }
        for sha256 in loose {
            // Asked again one by one: the same content may have come in anew since the list was made, and who sweeps
            // may want to stop.
            if is_referred(&sha256) {
                continue;
            }
            let is_gone = match &self.home {
                Home::Directory(directory) => directory.remove(&sha256, age)?,
                Home::Bucket(bucket) => bucket.remove(&sha256, age)?,
            };
            removed += usize::from(is_gone);
        }
        Ok(removed)
    }

    /// Whether the store answers and takes us, asked once and quickly: a directory is looked at, and a file is made and
    /// removed in the spool, because a disk that became read-only still shows what it holds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn look(&self) -> Result<(), StoreError> {
        let probe = self.spool.join(format!("probe-{}", std::process::id()));
        fs::File::create(&probe)
            .and_then(|_| fs::remove_file(&probe))
            .map_err(StoreError::of_papers)?;
        match &self.home {
            Home::Directory(directory) => directory.look(),
            Home::Bucket(bucket) => bucket.look(),
        }
    }

    /// Keeps, reads and removes a small file of its own; what is worth knowing about the store comes back.
    ///
    /// # Errors
    /// The first of these that cannot be done.
    pub fn try_out(&self) -> Result<Option<&'static str>, StoreError> {
        match &self.home {
            Home::Directory(directory) => directory.look().map(|()| None),
            Home::Bucket(bucket) => bucket.try_out(),
        }
    }

    fn each_page(
        &self,
        visit: &mut dyn FnMut(Vec<Kept>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match &self.home {
            Home::Directory(directory) => directory.each_shelf(visit),
            Home::Bucket(bucket) => bucket.each_page(visit),
        }
    }
}

/// A name that is no hash reaches nothing, in any home.
fn check_name(sha256: &str) -> Result<(), StoreError> {
    if is_hash(sha256) {
        Ok(())
    } else {
        Err(StoreError::DamagedFile(sha256.to_owned()))
    }
}

/// Lower case only, as we write them: a store that tells large letters from small ones would know two names.
fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

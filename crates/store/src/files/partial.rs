//! Uploads that come in pieces over a bad line: begun, continued where they broke off, taken as a whole.
//!
//! A half upload is two files beside the others that are coming in: the bytes, and what their sender said of them.
//! No row knows of it; who never comes back leaves it to the sweep.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::incoming::Taken;
use super::{Files, Incoming};
use crate::StoreError;

/// What the sender said when it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partial {
    /// Whose it is: nobody else may continue or take it.
    pub owner: String,
    /// Name as sent.
    pub name: String,
    /// How many bytes it will have.
    pub bytes: u64,
}

/// Why a piece was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PartialError {
    /// There is no such upload, or it is somebody else's.
    #[error("no such upload")]
    Unknown,
    /// It goes on at another place.
    #[error("the upload goes on at byte {0}")]
    Offset(u64),
    /// More came than was promised.
    #[error("more bytes than were announced")]
    TooMuch,
    /// Another piece of it is being written.
    #[error("another piece of this upload is on its way")]
    Busy,
    /// The file store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<std::io::Error> for PartialError {
    fn from(error: std::io::Error) -> Self {
        Self::Store(StoreError::of_papers(error))
    }
}

impl Files {
    /// Begins an upload in pieces; the answer is its name, which nobody can guess.
    pub fn begin_partial(&self, partial: &Partial) -> Result<String, StoreError> {
        let mut id = [0_u8; 16];
        getrandom::fill(&mut id)?;
        let id = hex::encode(id);
        let (data, about) = self.partial_paths(&id);
        let text = serde_json::to_vec(partial)?;
        let begun = || {
            OpenOptions::new().write(true).create_new(true).open(data)?;
            let mut about = OpenOptions::new().write(true).create_new(true).open(about)?;
            about.write_all(&text)
        };
        begun().map_err(StoreError::of_papers)?;
        Ok(id)
    }

    /// What was said of an upload, and how much of it is here.
    pub fn partial(&self, id: &str, owner: &str) -> Result<(Partial, u64), PartialError> {
        let partial = self.about(id, owner)?;
        let (data, _) = self.partial_paths(id);
        Ok((partial, fs::metadata(data)?.len()))
    }

    /// Adds a piece at its place; how much is here then.
    pub fn continue_partial(
        &self,
        id: &str,
        owner: &str,
        offset: u64,
        piece: &[u8],
    ) -> Result<u64, PartialError> {
        let partial = self.about(id, owner)?;
        let (data, _) = self.partial_paths(id);
        let mut file = OpenOptions::new().append(true).open(data)?;
        file.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => PartialError::Busy,
            fs::TryLockError::Error(error) => error.into(),
        })?;
        let here = file.metadata()?.len();
        if here != offset {
            return Err(PartialError::Offset(here));
        }
        let then = here + piece.len() as u64;
        if then > partial.bytes {
            return Err(PartialError::TooMuch);
        }
        file.write_all(piece)?;
        Ok(then)
    }

    /// Takes a whole upload: it becomes a file that has come in, and can be continued no more.
    pub fn take_partial(&self, id: &str, owner: &str) -> Result<(Partial, Incoming), PartialError> {
        let (partial, here) = self.partial(id, owner)?;
        if here != partial.bytes {
            return Err(PartialError::Offset(here));
        }
        let (data, about) = self.partial_paths(id);
        let aside = about.with_extension("taken");
        // The second of two takers finds nothing.
        fs::rename(&about, &aside).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => PartialError::Unknown,
            _ => error.into(),
        })?;
        let mut hash = Sha256::new();
        let mut file = File::open(&data)?;
        let mut piece = vec![0; 256 * 1024];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                count => hash.update(&piece[..count]),
            }
        }
        let incoming = Incoming::of_pieces(self, data, hash, here, Taken { about, aside })?;
        Ok((partial, incoming))
    }

    fn about(&self, id: &str, owner: &str) -> Result<Partial, PartialError> {
        let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_id {
            return Err(PartialError::Unknown);
        }
        let (_, about) = self.partial_paths(id);
        let text = fs::read(about).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => PartialError::Unknown,
            _ => error.into(),
        })?;
        let partial: Partial = serde_json::from_slice(&text).map_err(|_| PartialError::Unknown)?;
        if partial.owner == owner {
            Ok(partial)
        } else {
            Err(PartialError::Unknown)
        }
    }

    fn partial_paths(&self, id: &str) -> (PathBuf, PathBuf) {
        let place = &self.spool;
        (place.join(format!("{id}.part")), place.join(format!("{id}.json")))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn partial(bytes: u64) -> Partial {
        Partial {
            owner: "account".to_owned(),
            name: "a.pdf".to_owned(),
            bytes,
        }
    }

    #[test]
    fn an_upload_is_its_owners_and_a_name_that_is_none_reaches_no_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let files = Files::open(dir.path()).expect("open");
        let id = files.begin_partial(&partial(3)).expect("begun");
        for (id, owner) in [
            (id.as_str(), "other"),
            ("../../etc/passwd", "account"),
            ("", "account"),
        ] {
            assert!(matches!(files.partial(id, owner), Err(PartialError::Unknown)));
            assert!(matches!(
                files.continue_partial(id, owner, 0, b"abc"),
                Err(PartialError::Unknown)
            ));
        }
    }

    #[test]
    fn a_half_upload_is_swept() {
        let dir = tempfile::tempdir().expect("a directory");
        let files = Files::open(dir.path()).expect("open");
        let id = files.begin_partial(&partial(3)).expect("begun");
        files.continue_partial(&id, "account", 0, b"ab").expect("a piece");
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(files.sweep(Duration::from_millis(1), |_| true).expect("swept"), 2);
        assert!(matches!(
            files.partial(&id, "account"),
            Err(PartialError::Unknown)
        ));
    }
}

//! Papers printed a moment ago: pages are opened again, printers ask twice, and printing costs tens of milliseconds.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use tokio::sync::Semaphore;
use townhall_app::error::AppError;
use townhall_app::paper_data::Printable;
use townhall_store::StoreError;

/// How many papers are kept, and how many bytes together; they hold personal data and are nobody's archive.
const MOST_PAPERS: usize = 64;
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// How many are printed at once: a queue of clicks must not take every processor from the counter.
const PRINTERS: usize = 2;

/// Keeps the last papers by what they say, so that a changed dossier never shows an old paper.
#[derive(Debug)]
pub struct Shelf {
    kept: Mutex<VecDeque<([u8; 32], Bytes)>>,
    printers: Semaphore,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            printers: Semaphore::new(PRINTERS),
        }
    }
}

impl Shelf {
    /// Takes the paper from the shelf, or prints it beside the threads that serve requests.
    ///
    /// # Errors
    /// As [`Printable::print`].
    pub async fn print(&self, paper: Printable) -> Result<Bytes, AppError> {
        let key = paper.key();
        if let Some(found) = self.find(&key) {
            return Ok(found);
        }
        let stopped = |_| AppError::Store(StoreError::Stopped);
        let _printer = self
            .printers
            .acquire()
            .await
            .map_err(|_| AppError::Store(StoreError::Stopped))?;
        if let Some(found) = self.find(&key) {
            return Ok(found);
        }
        let printed = tokio::task::spawn_blocking(move || paper.print())
            .await
            .map_err(stopped)??;
        let printed = Bytes::from(printed);
        self.keep(key, printed.clone());
        Ok(printed)
    }

    fn find(&self, key: &[u8; 32]) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(known, _)| known == key)?;
        let found = kept.remove(place)?;
        let bytes = found.1.clone();
        kept.push_back(found);
        Some(bytes)
    }

    fn keep(&self, key: [u8; 32], paper: Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((key, paper));
        let bytes =
            |kept: &VecDeque<([u8; 32], Bytes)>| kept.iter().map(|(_, paper)| paper.len()).sum::<usize>();
        while kept.len() > MOST_PAPERS || (kept.len() > 1 && bytes(&kept) > MOST_BYTES) {
            kept.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shelf_forgets_the_oldest_and_keeps_what_was_asked_for_again() {
        let shelf = Shelf::default();
        for number in 0..=u8::try_from(MOST_PAPERS).expect("a small number") {
            shelf.keep([number; 32], Bytes::from_static(b"paper"));
            assert!(shelf.find(&[0; 32]).is_some());
        }
        assert!(shelf.find(&[1; 32]).is_none());
        shelf.keep([200; 32], Bytes::from(vec![0; MOST_BYTES]));
        assert!(shelf.find(&[2; 32]).is_none());
        assert!(shelf.find(&[200; 32]).is_some());
    }
}

//! What every handler shares.

use std::sync::Arc;

use tokio::sync::Semaphore;
use townhall_app::sign_in::password::Passwords;
use townhall_app::town::Town;
use townhall_store::StoreError;

/// So many passwords are hashed at a time, each with some 20 MiB of memory; others wait.
const HASHING: usize = 2;
/// So many may wait for their turn: more is an attack, and is told to come back.
const WAITING: usize = 200;

/// The town hall and how this server is reached; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// Database, law, clock, files.
    pub town: Town,
    /// How this server is reached.
    pub site: Arc<Site>,
    passwords: Passwords,
    hashing: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// How this server is reached.
#[derive(Debug, Clone)]
pub struct Site {
    /// Public address without a slash at the end, `https://thuanan.lamdong.gov.vn`; stands in links and QR codes.
    pub base: String,
    /// Whether people reach it over TLS (here or at a named proxy): then cookies are `Secure`.
    pub is_tls: bool,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Code of the unit whose public pages stand at `/`.
    pub unit_code: String,
    /// Whether officers must have one-time codes beside their password.
    pub codes_required: bool,
}

impl App {
    /// Puts the shared state together.
    pub fn new(town: Town, site: Site, passwords: Passwords) -> Self {
        Self {
            town,
            site: Arc::new(site),
            passwords,
            hashing: Arc::new(Semaphore::new(HASHING)),
            queue: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// Hashes or checks a password on a thread of its own.
    ///
    /// # Errors
    /// [`StoreError::Overloaded`] when too many wait, [`StoreError::Panicked`] when the work did.
    pub async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Passwords) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let _place = self.queue.try_acquire().map_err(|_| StoreError::Overloaded)?;
        let _turn = self.hashing.acquire().await.map_err(|_| StoreError::Stopped)?;
        let passwords = self.passwords.clone();
        tokio::task::spawn_blocking(move || work(&passwords)).await.map_err(|_| StoreError::Panicked)
    }
}

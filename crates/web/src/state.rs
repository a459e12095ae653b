//! What every handler shares.

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;
use townhall_app::paper::Inspector;
use townhall_app::sign_in::password::{PasswordCost, Passwords};
use townhall_app::sign_in::relying_party::{NoPasskeys, RelyingParty};
use townhall_app::town::Town;
use townhall_store::StoreError;

use crate::papers::{Intake, Shelf};
use crate::queue::Boards;

/// So many passwords are hashed at a time, each with some 20 MiB of memory; others wait.
const HASHING: usize = 2;
/// So many sign-ins ask the identity provider at a time; each may wait for its answers.
const ASKING: usize = 32;
/// So many may wait for their turn: more is an attack, and is told to come back.
const WAITING: usize = 200;

/// The town hall and how this server is reached; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// Database, law, clock, files.
    pub town: Town,
    /// How this server is reached.
    pub site: Arc<Site>,
    /// Whether officers must have one-time codes or a passkey beside their password.
    pub codes_required: bool,
    /// For whom passkeys are made at the public address, or why there can be none.
    pub passkeys: Result<Arc<RelyingParty>, NoPasskeys>,
    passwords: Arc<OnceLock<Passwords>>,
    hashing: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    asking: Arc<Semaphore>,
    /// Papers printed a moment ago.
    pub shelf: Arc<Shelf>,
    /// Takes files from outside.
    pub intake: Arc<Intake>,
    /// Who waits for changes of a queue.
    pub boards: Arc<Boards>,
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
}

impl App {
    /// Puts the shared state together.
    pub fn new(town: Town, site: Site) -> Self {
        Self {
            town,
            passkeys: RelyingParty::of(&site.base).map(Arc::new),
            site: Arc::new(site),
            codes_required: false,
            passwords: Arc::default(),
            hashing: Arc::new(Semaphore::new(HASHING)),
            queue: Arc::new(Semaphore::new(WAITING)),
            asking: Arc::new(Semaphore::new(ASKING)),
            shelf: Arc::default(),
            intake: Arc::default(),
            boards: Arc::default(),
        }
    }

    /// Looks at files with another program than the one that is running: a test is not the program.
    #[must_use]
    pub fn inspecting_with(mut self, inspector: Inspector) -> Self {
        self.intake = Arc::new(Intake::new(inspector));
        self
    }

    /// Asks every officer for one-time codes or a passkey: who has none enrols before anything else.
    #[must_use]
    pub fn requiring_codes(mut self, required: bool) -> Self {
        self.codes_required = required;
        self
    }

    /// Hashes passwords at another cost than [`PasswordCost::STANDARD`]: a test has no time.
    #[must_use]
    pub fn with_passwords(mut self, passwords: Passwords) -> Self {
        self.passwords = Arc::new(OnceLock::from(passwords));
        self
    }

    /// Asks the identity provider on a thread of its own.
    ///
    /// # Errors
    /// [`StoreError::Overloaded`] when too many wait for it already, [`StoreError::Panicked`] when the work did.
    pub async fn ask_provider<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let _place = self.asking.try_acquire().map_err(|_| StoreError::Overloaded)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| StoreError::Panicked)
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
        let passwords = Arc::clone(&self.passwords);
        let on_its_thread = move || {
            if let Some(ready) = passwords.get() {
                return Ok(work(ready));
            }
            // The first one makes the hash that stands in for unknown names; some 25 milliseconds, once.
            let made = Passwords::new(PasswordCost::STANDARD)
                .map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
            Ok(work(passwords.get_or_init(|| made)))
        };
        tokio::task::spawn_blocking(on_its_thread)
            .await
            .map_err(|_| StoreError::Panicked)?
    }
}

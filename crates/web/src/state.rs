//! What every handler shares.

use std::sync::Arc;

use townhall_app::town::Town;

/// The town hall and how this server is reached; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// Database, law, clock, files.
    pub town: Town,
    /// How this server is reached.
    pub site: Arc<Site>,
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
            site: Arc::new(site),
        }
    }
}

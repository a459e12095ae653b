//! Requests to the store: signed, limited in time, tried again where that may help, told in a line without secrets.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use rusty_s3::{Bucket as Address, Credentials, S3Action};
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Body, Error};

use super::S3Settings;
use crate::StoreError;
use crate::work::in_transaction;

/// How long a signature holds: it is used at once, and clocks differ.
const SIGNED_FOR: Duration = Duration::from_mins(15);
/// So often a request is tried at most, within the time of one patience.
const ATTEMPTS: u32 = 3;
/// Before the second try; four times that before the third.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// A whole request takes at most so many patiences, however steadily its pieces come.
const MOST_PATIENCES: u32 = 15;
/// An answer that is no file is never longer.
const MOST_ANSWER: u64 = 8 * 1024 * 1024;

/// One try that failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// Another try may go well.
    Again(StoreError),
    /// Another try would end the same.
    Final(StoreError),
    /// The object is not there.
    Missing,
}

impl Fault {
    fn away(why: impl Into<String>) -> Self {
        Self::Again(StoreError::PapersAway(why.into()))
    }

    fn refused(why: impl Into<String>) -> Self {
        Self::Final(StoreError::PapersRefused(why.into()))
    }

    /// The same, where a missing object is this error.
    pub(super) fn or_missing(self, error: impl FnOnce() -> StoreError) -> Self {
        match self {
            Self::Missing => Self::Final(error()),
            other => other,
        }
    }

    fn into_error(self) -> StoreError {
        match self {
            Self::Again(error) | Self::Final(error) => error,
            Self::Missing => StoreError::PapersRefused("what was asked for is not there".to_owned()),
        }
    }
}

/// The way to the store.
#[derive(Clone)]
pub(super) struct Wire {
    agent: Agent,
    address: Address,
    credentials: Credentials,
    patience: Duration,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Wire {
    pub(super) fn new(address: Address, settings: &S3Settings) -> Self {
        let mut tls = TlsConfig::builder();
        let own: Vec<Certificate<'static>> = settings
            .authorities
            .iter()
            .flat_map(|pem| parse_pem(pem).collect::<Vec<_>>())
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if !own.is_empty() {
            // Whoever names an authority of his own means his own servers: the public ones are left out.
            tls = tls.root_certs(RootCerts::new_with_certs(&own));
        }
        let patience = settings.patience;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(patience / 4))
            .timeout_recv_response(Some(patience))
            .timeout_per_read(Some(patience))
            .timeout_per_write(Some(patience))
            .timeout_global(Some(patience * MOST_PATIENCES))
            .user_agent(concat!("townhall/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build()
            .new_agent();
        Self {
            agent,
            address,
            credentials: Credentials::new(settings.keys.access.clone(), settings.keys.secret.clone()),
            patience,
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) fn keys(&self) -> &Credentials {
        &self.credentials
    }

    /// Tries until it goes well, another try would not help, or the time is over.
    pub(super) fn attempts<T>(
        &self,
        what: &'static str,
        mut once: impl FnMut() -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let (begun, mut wait, mut tries) = (Instant::now(), FIRST_WAIT, 1);
        loop {
            match guarded(&mut once) {
                Ok(done) => return Ok(done),
                Err(Fault::Again(error)) if tries < ATTEMPTS && begun.elapsed() + wait < self.patience => {
                    tracing::debug!(%error, tries, "{what} did not go well and is tried again");
                }
                Err(fault) => return Err(fault.into_error()),
            }
            std::thread::sleep(wait);
            wait *= 4;
            tries += 1;
        }
    }

    pub(super) fn get<'a>(&self, action: &impl S3Action<'a>) -> Result<Response<Body>, Fault> {
        taken(self.agent.get(action.sign(SIGNED_FOR).as_str()).call())
    }

    pub(super) fn delete<'a>(&self, action: &impl S3Action<'a>) -> Result<Response<Body>, Fault> {
        taken(self.agent.delete(action.sign(SIGNED_FOR).as_str()).call())
    }

    /// Sends a file as it lies on the disk, with a header that the action has signed.
    pub(super) fn send_file<'a>(
        &self,
        action: &impl S3Action<'a>,
        (name, value): (&str, &str),
        file: &Path,
    ) -> Result<Response<Body>, Fault> {
        let file = File::open(file).map_err(|error| Fault::Final(error.into()))?;
        let request = self
            .agent
            .put(action.sign(SIGNED_FOR).as_str())
            .header(name, value);
        taken(request.send(&file))
    }

    /// Sends what is in memory, with a header that the action has signed.
    pub(super) fn send_bytes<'a>(
        &self,
        action: &impl S3Action<'a>,
        header: Option<(&str, &str)>,
        bytes: &[u8],
    ) -> Result<Response<Body>, Fault> {
        let mut request = self.agent.put(action.sign(SIGNED_FOR).as_str());
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        taken(request.send(bytes))
    }
}

/// Tries once.
pub(super) fn once<T>(mut once: impl FnMut() -> Result<T, Fault>) -> Result<T, StoreError> {
    guarded(&mut once).map_err(Fault::into_error)
}

/// Nothing waits for another machine while it holds a transaction open.
fn guarded<T>(once: &mut impl FnMut() -> Result<T, Fault>) -> Result<T, Fault> {
    if in_transaction() {
        let why = "the store of papers was asked inside a transaction".to_owned();
        return Err(Fault::Final(StoreError::Setting(why)));
    }
    once()
}

/// An answer that does what was asked, or why there is none.
fn taken(answer: Result<Response<Body>, Error>) -> Result<Response<Body>, Fault> {
    let mut answer = answer.map_err(|error| of_line(&error))?;
    let status = answer.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let code = code_of(&mut answer);
    let told = format!("{status} {code}").trim_end().to_owned();
    Err(match (status, code.as_str()) {
        (404, "NoSuchKey" | "") => Fault::Missing,
        (408 | 425 | 429 | 500 | 502..=599, _)
        | (400, "RequestTimeout" | "BadDigest" | "IncompleteBody" | "XAmzContentChecksumMismatch") => {
            Fault::away(told)
        }
        _ => Fault::refused(told),
    })
}

/// The word by which S3 names an error (`AccessDenied`), cut to what such a word can be.
fn code_of(answer: &mut Response<Body>) -> String {
    let text = text_of(answer).unwrap_or_default();
    text.split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map(|(code, _)| {
            code.chars()
                .filter(char::is_ascii_alphanumeric)
                .take(60)
                .collect()
        })
        .unwrap_or_default()
}

/// Nothing was answered, or not to its end.
fn of_line(error: &Error) -> Fault {
    let unsafe_line = "no safe connection: its certificate or its TLS is not taken";
    match error {
        Error::Timeout(_) => Fault::away("the answer did not come in time"),
        Error::HostNotFound => Fault::away("the name of the server is not known"),
        Error::ConnectionFailed => Fault::away("no connection"),
        Error::Tls(_) | Error::Rustls(_) => Fault::refused(unsafe_line),
        Error::Io(error) => of_io(error),
        _ => Fault::refused("the answer is no HTTP that can be read"),
    }
}

fn of_io(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Fault::away("the connection was refused"),
        io::ErrorKind::TimedOut => Fault::away("the answer did not come in time"),
        io::ErrorKind::InvalidData => {
            Fault::refused("no safe connection: its certificate or its TLS is not taken")
        }
        _ => Fault::away("the connection broke off"),
    }
}

/// Reads an answer piece by piece, until it ends or the reader has had enough.
pub(super) fn each_piece(
    answer: &mut Response<Body>,
    mut take: impl FnMut(&[u8]) -> bool,
) -> Result<(), Fault> {
    let mut body = answer.body_mut().with_config().limit(u64::MAX).reader();
    let mut piece = vec![0; 256 * 1024];
    loop {
        // Whatever breaks here, an end too early or a silence, is a line that broke.
        let count = body
            .read(&mut piece)
            .map_err(|_| Fault::away("the connection broke off"))?;
        if count == 0 || !take(&piece[..count]) {
            return Ok(());
        }
    }
}

/// The whole answer as text, within the limit.
pub(super) fn text_of(answer: &mut Response<Body>) -> Result<String, Fault> {
    answer
        .body_mut()
        .with_config()
        .limit(MOST_ANSWER)
        .lossy_utf8(true)
        .read_to_string()
        .map_err(|error| of_line(&error))
}

//! TLS to the server, with the words of libpq in the address: `?sslmode=verify-full&sslrootcert=/etc/…/ca.pem`.
//!
//! - no `sslmode`, `disable`, `allow`, `prefer`: without TLS, for a server on this machine or behind a socket;
//! - `require`: encrypted, without asking who answers; with `sslrootcert` as `verify-ca`;
//! - `verify-ca`: the certificate comes from one of the roots in `sslrootcert`;
//! - `verify-full`: and it is made out to the host in the address. What a province should use.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use postgres::config::SslMode;
use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;

use crate::StoreError;

/// How the server is reached, as its address says.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// What the client understands by itself, with `sslmode` put in its words.
    pub(crate) config: postgres::Config,
    /// How to encrypt; none without TLS.
    pub(crate) tls: Option<Tls>,
}

/// What `sslmode` and `sslrootcert` ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plain,
    Encrypted,
    KnownRoot,
    KnownHost,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// [`StoreError::Setting`] for a mode that is not known, or roots that are missing or cannot be read.
    pub(crate) fn read(url: &str) -> Result<Self, StoreError> {
        let (plain, mode, roots) = split(url)?;
        let mut config: postgres::Config = plain.parse()?;
        let mode = match (mode, &roots) {
            (Mode::Encrypted, Some(_)) => Mode::KnownRoot,
            (mode, _) => mode,
        };
        config.ssl_mode(match mode {
            Mode::Plain => SslMode::Disable,
            Mode::Encrypted | Mode::KnownRoot | Mode::KnownHost => SslMode::Require,
        });
        let tls = match mode {
            Mode::Plain => None,
            Mode::Encrypted | Mode::KnownRoot | Mode::KnownHost => Some(Tls::new(mode, roots.as_deref())?),
        };
        Ok(Self { config, tls })
    }
}

/// The address without what only we understand, the mode, and the file of the roots.
fn split(url: &str) -> Result<(String, Mode, Option<PathBuf>), StoreError> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = (Mode::Plain, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", word)) => {
                mode = match word {
                    "disable" | "allow" | "prefer" => Mode::Plain,
                    "require" => Mode::Encrypted,
                    "verify-ca" => Mode::KnownRoot,
                    "verify-full" => Mode::KnownHost,
                    other => {
                        return Err(StoreError::Setting(format!(
                            "sslmode={other} is not known; write disable, require, verify-ca or verify-full"
                        )));
                    }
                };
            }
            Some(("sslrootcert", file)) => roots = Some(PathBuf::from(decoded(file))),
            _ => rest.push(pair),
        }
    }
    let plain = if rest.is_empty() {
        base.to_owned()
    } else {
        format!("{base}?{}", rest.join("&"))
    };
    Ok((plain, mode, roots))
}

/// Takes `%2F` and the like out of a value of the address.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match code.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Makes encrypted connections.
#[derive(Debug, Clone)]
pub(crate) struct Tls(Arc<ClientConfig>);

impl Tls {
    fn new(mode: Mode, roots: Option<&Path>) -> Result<Self, StoreError> {
        let wrong = |what: String| StoreError::Setting(what);
        let provider = Arc::new(ring::default_provider());
        let known = if mode == Mode::Encrypted {
            None
        } else {
            let file = roots.ok_or_else(|| {
                wrong("sslmode=verify-ca and verify-full need sslrootcert=FILE, the roots in PEM".to_owned())
            })?;
            let told = |error: &dyn std::fmt::Display| {
                wrong(format!(
                    "sslrootcert: {} is no certificate in PEM: {error}",
                    file.display()
                ))
            };
            let (mut store, mut known) = (RootCertStore::empty(), Vec::new());
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| told(&error))? {
                let certificate = certificate.map_err(|error| told(&error))?;
                store.add(certificate.clone()).map_err(|error| told(&error))?;
                known.push(certificate);
            }
            let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider))
                .build()
                .map_err(|error| told(&error))?;
            Some(Known {
                chains,
                roots: known,
                any_name: mode != Mode::KnownHost,
            })
        };
        let verifier = Arc::new(Verifier {
            provider: Arc::clone(&provider),
            known,
        });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(format!("TLS: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}

/// Who is taken for the server.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// None with `require`: whoever answers. Against listening only.
    known: Option<Known>,
}

/// `verify-ca` and `verify-full`: a certificate of a known root, the second also made out to the host.
#[derive(Debug)]
struct Known {
    chains: Arc<WebPkiServerVerifier>,
    /// The roots themselves: a server may show one of them, as a certificate does that signed itself. It is then taken
    /// as it is, for somebody has put that very one beside the address.
    roots: Vec<CertificateDer<'static>>,
    any_name: bool,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(known) = &self.known else {
            return Ok(ServerCertVerified::assertion());
        };
        if known
            .roots
            .iter()
            .any(|root| root.as_ref() == certificate.as_ref())
        {
            if !known.any_name {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        // The name is looked at last, so whoever fails only there has a chain that holds.
        match known
            .chains
            .verify_server_cert(certificate, between, name, ocsp, now)
        {
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if known.any_name => Ok(ServerCertVerified::assertion()),
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// A connection that is being encrypted.
pub(crate) struct Handshake<S>(tokio_rustls::Connect<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Future for Handshake<S> {
    type Output = io::Result<Encrypted<S>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|done| done.map(Encrypted))
    }
}

impl<S> MakeTlsConnect<S> for Tls
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Encrypted<S>;
    type TlsConnect = ToHost;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<ToHost, io::Error> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        Ok(ToHost(Arc::clone(&self.0), name))
    }
}

/// A connection about to be encrypted.
pub(crate) struct ToHost(Arc<ClientConfig>, ServerName<'static>);

impl<S> TlsConnect<S> for ToHost
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Handshake<S>;

    fn connect(self, stream: S) -> Handshake<S> {
        Handshake(TlsConnector::from(self.0).connect(self.1, stream))
    }
}

/// An encrypted connection.
pub(crate) struct Encrypted<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Encrypted<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_to_encrypt_in_the_words_of_libpq() {
        let read = |url: &str| split(url).map(|(plain, mode, roots)| (plain, mode, roots.is_some()));
        let base = "postgres://t@db/t";
        let ends = [
            ("", Mode::Plain, false),
            ("?sslmode=disable", Mode::Plain, false),
            ("?sslmode=require", Mode::Encrypted, false),
            (
                "?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem",
                Mode::KnownHost,
                true,
            ),
            ("?sslrootcert=/x&sslmode=verify-ca", Mode::KnownRoot, true),
        ];
        for (end, mode, roots) in ends {
            let found = read(&format!("{base}{end}")).expect("known");
            assert_eq!(found, (base.to_owned(), mode, roots), "{end}");
        }
        let kept = read("postgres://t@db/t?connect_timeout=3&sslmode=require").expect("known");
        assert_eq!(kept.0, "postgres://t@db/t?connect_timeout=3");
        assert_eq!(decoded("%2Fetc%2fmy%20ca.pem%"), "/etc/my ca.pem%");
    }

    #[test]
    fn what_cannot_be_kept_is_refused_and_never_left_out() {
        let told = |end: &str| match Address::read(&format!("postgres://t@db/t{end}")) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        assert!(told("?sslmode=verify-full").contains("need sslrootcert=FILE"));
        assert!(told("?sslmode=yes").contains("sslmode=yes is not known"));
        assert!(
            told("?sslmode=verify-ca&sslrootcert=/no/such/file").contains("/no/such/file is no certificate")
        );
        assert_eq!(told(""), "");
    }
}

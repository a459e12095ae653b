//! A small HTTP client for text messages and the portal: no redirects, limits on time and size, reasons in a line.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::{Authorities, MOST_ANSWER};

/// An agent that trusts the public authorities and these beside them.
pub fn agent(authorities: &Authorities, patience: Duration) -> Agent {
    let mut tls = TlsConfig::builder();
    let own: Vec<Certificate<'static>> = authorities
        .certificates()
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
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(patience / 2))
        .timeout_global(Some(patience))
        .user_agent(concat!("townhall/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls.build())
        .build()
        .new_agent()
}

/// A failure in a line, without addresses and bodies.
pub fn told(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "the answer did not come in time",
        ureq::Error::HostNotFound => "the name of the server is not known",
        ureq::Error::ConnectionFailed => "no connection",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => {
            "no safe connection: its certificate or its TLS is not taken"
        }
        ureq::Error::BodyExceedsLimit(_) => "the answer is too long",
        ureq::Error::Io(error) => match error.kind() {
            std::io::ErrorKind::ConnectionRefused => "the connection was refused",
            std::io::ErrorKind::TimedOut => "the answer did not come in time",
            std::io::ErrorKind::InvalidData => "no safe connection: its certificate or its TLS is not taken",
            _ => "the connection broke off",
        },
        _ => "the answer is no HTTP that can be read",
    }
    .to_owned()
}

/// The whole answer as text, within the limit.
pub fn text_of(answer: &mut ureq::http::Response<ureq::Body>) -> Result<String, String> {
    answer
        .body_mut()
        .with_config()
        .limit(MOST_ANSWER)
        .lossy_utf8(true)
        .read_to_string()
        .map_err(|error| told(&error))
}

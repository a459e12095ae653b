//! What goes outside: e-mail by SMTP, text messages and the national portal over HTTP, an identity provider.
//!
//! The traits are those of `townhall_app::outside`; here they meet the wire. Everything is synchronous and has its
//! own time limits: the threads of jobs wait here, and no transaction is open meanwhile.

mod http;
mod oidc;
mod portal;
mod sms;
mod smtp;

pub use oidc::{Oidc, OidcSettings};
pub use portal::HttpPortal;
pub use sms::{HttpSms, SmsSettings};
pub use smtp::{Security, Smtp, SmtpSettings};

/// An answer that is read from others is never longer than this, files apart.
const MOST_ANSWER: u64 = 8 * 1024 * 1024;

/// Certificates in a PEM text, for servers whose authority is not a public one.
#[derive(Debug, Clone, Default)]
pub struct Authorities {
    pem: Vec<Vec<u8>>,
}

impl Authorities {
    /// Reads one or more certificates.
    ///
    /// # Errors
    /// When there is none in it.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        const END: &str = "-----END CERTIFICATE-----";
        let pem: Vec<Vec<u8>> = text
            .split_inclusive(END)
            .filter_map(|piece| {
                let begin = piece.find("-----BEGIN CERTIFICATE-----")?;
                piece.ends_with(END).then(|| piece.as_bytes()[begin..].to_vec())
            })
            .collect();
        if pem.is_empty() {
            return Err("there is no certificate in it".to_owned());
        }
        Ok(Self { pem })
    }

    /// Each certificate as PEM.
    fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.pem.iter().map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_authorities_holds_at_least_one_certificate() {
        let one = "# ours\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(Authorities::from_pem(one).expect("one").certificates().count(), 1);
        assert_eq!(
            Authorities::from_pem(&one.repeat(2))
                .expect("two")
                .certificates()
                .count(),
            2
        );
        assert!(Authorities::from_pem("").is_err());
        assert!(Authorities::from_pem("-----BEGIN CERTIFICATE-----\nAAAA").is_err());
    }
}

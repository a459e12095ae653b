//! Whom passkeys are made for: the public address of the node, as the configuration says it.
//!
//! A browser binds a passkey to a domain and signs the address of the page that asked, so a page of another address
//! gets nothing that is worth anything here. The `Host` header of a request is never asked.

use std::net::IpAddr;

use townhall_store::StoreError;
use webauthn_rs::prelude::{
    CreationChallengeResponse, DiscoverableAuthentication, Passkey, PasskeyAuthentication,
    PasskeyRegistration, RequestChallengeResponse, Url, Webauthn, WebauthnBuilder,
};

/// Why no passkey can be made or used at the public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPasskeys {
    /// It is reached without TLS: browsers refuse.
    WithoutTls,
    /// It is the number of a machine, not a domain: browsers refuse.
    NoDomain,
}

/// Makes and checks the challenges of passkeys for one domain.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    webauthn: Webauthn,
    domain: String,
    origin: String,
}

/// What browsers and their authenticators show beside the domain.
const NAME: &str = "Townhall";

impl RelyingParty {
    /// The relying party of a public address such as `https://thuanan.lamdong.gov.vn`.
    ///
    /// The loopback address of a demo has no domain, but the same machine is reached as `localhost`, which browsers
    /// allow without TLS: there passkeys belong to `localhost` with the same port.
    ///
    /// # Errors
    /// [`NoPasskeys`] says why browsers would refuse.
    pub fn of(base: &str) -> Result<Self, NoPasskeys> {
        let mut origin = Url::parse(base).map_err(|_| NoPasskeys::NoDomain)?;
        let host = origin.host_str().unwrap_or("").to_owned();
        let number = host.trim_matches(['[', ']']).parse::<IpAddr>();
        if let Ok(number) = number
            && (!number.is_loopback() || origin.set_host(Some("localhost")).is_err())
        {
            return Err(NoPasskeys::NoDomain);
        }
        let domain = origin.domain().ok_or(NoPasskeys::NoDomain)?.to_owned();
        if domain != "localhost" && origin.scheme() != "https" {
            return Err(NoPasskeys::WithoutTls);
        }
        let webauthn = WebauthnBuilder::new(&domain, &origin)
            .and_then(|builder| builder.rp_name(NAME).build())
            .map_err(|_| NoPasskeys::NoDomain)?;
        Ok(Self {
            webauthn,
            domain,
            origin: origin.origin().ascii_serialization(),
        })
    }

    /// The domain that passkeys are bound to.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The address of pages that may ask for a passkey, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn webauthn(&self) -> &Webauthn {
        &self.webauthn
    }

    /// A challenge for a new passkey, by which a person may sign in without typing his name where the authenticator
    /// has room for that.
    pub(super) fn ask_new(
        &self,
        account: uuid::Uuid,
        user_name: &str,
        person_name: &str,
        known: Vec<Vec<u8>>,
    ) -> Result<(serde_json::Value, String), StoreError> {
        let (asked, state): (CreationChallengeResponse, PasskeyRegistration) = self
            .webauthn
            .start_passkey_registration(account, user_name, person_name, Some(known))
            .map_err(failed)?;
        let mut asked = public_key(&asked)?;
        // The library discourages it, for keys with little room; without it nobody signs in by a passkey alone.
        if let Some(wanted) = asked.get_mut("authenticatorSelection") {
            wanted["residentKey"] = "preferred".into();
        }
        Ok((asked, serde_json::to_string(&state)?))
    }

    /// A challenge for one of these passkeys.
    pub(super) fn ask_one_of(&self, passkeys: &[Passkey]) -> Result<(serde_json::Value, String), StoreError> {
        let (asked, state): (RequestChallengeResponse, PasskeyAuthentication) = self
            .webauthn
            .start_passkey_authentication(passkeys)
            .map_err(failed)?;
        Ok((public_key(&asked)?, serde_json::to_string(&state)?))
    }

    /// A challenge for whatever passkey the person chooses.
    pub(super) fn ask_any(&self) -> Result<(serde_json::Value, String), StoreError> {
        let (asked, state): (RequestChallengeResponse, DiscoverableAuthentication) = self
            .webauthn
            .start_discoverable_authentication()
            .map_err(failed)?;
        Ok((public_key(&asked)?, serde_json::to_string(&state)?))
    }
}

/// What a browser is asked with; the rest of the library's answer only wraps it.
fn public_key(asked: &impl serde::Serialize) -> Result<serde_json::Value, StoreError> {
    let mut asked = serde_json::to_value(asked)?;
    Ok(asked["publicKey"].take())
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Io(std::io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(base: &str) -> Result<(String, String), NoPasskeys> {
        RelyingParty::of(base).map(|found| (found.domain().to_owned(), found.origin().to_owned()))
    }

    #[test]
    fn passkeys_belong_to_the_domain_of_the_public_address() {
        for (base, domain, origin) in [
            (
                "https://thuanan.lamdong.gov.vn",
                "thuanan.lamdong.gov.vn",
                "https://thuanan.lamdong.gov.vn",
            ),
            ("https://a.vn:8443", "a.vn", "https://a.vn:8443"),
            ("http://localhost:8080", "localhost", "http://localhost:8080"),
            ("https://localhost", "localhost", "https://localhost"),
        ] {
            assert_eq!(of(base), Ok((domain.to_owned(), origin.to_owned())), "{base}");
        }
    }

    #[test]
    fn a_loopback_address_is_reached_by_its_name() {
        for base in ["http://127.0.0.1:8080", "http://[::1]:8080"] {
            let localhost = ("localhost".to_owned(), "http://localhost:8080".to_owned());
            assert_eq!(of(base), Ok(localhost), "{base}");
        }
    }

    #[test]
    fn an_address_that_browsers_refuse_is_told_with_the_reason() {
        for (base, why) in [
            ("http://town.example", NoPasskeys::WithoutTls),
            ("https://10.0.0.7", NoPasskeys::NoDomain),
            ("http://192.0.2.1:8080", NoPasskeys::NoDomain),
            ("https://[2001:db8::1]", NoPasskeys::NoDomain),
            ("nothing", NoPasskeys::NoDomain),
            ("", NoPasskeys::NoDomain),
        ] {
            assert_eq!(of(base), Err(why), "{base}");
        }
    }
}

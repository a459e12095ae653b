//! An identity provider by OpenID Connect (Core 1.0, Discovery 1.0): authorisation code with PKCE.
//!
//! What the provider says of itself (discovery) and its keys are fetched when they are first needed and kept for an
//! hour; a key that is not known yet is looked for once more, since providers change their keys. Of an identity token
//! signature, issuer, audience, nonce, time and the binding of the access token are proved, and only algorithms with a
//! public key count: a token that is unsigned, or signed with something that others know, proves nothing.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, DiscoveryError, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, TokenResponse,
};
use townhall_app::outside::{IdentityProvider, ProviderError, WayBack, WayOut};
use ureq::Agent;
use ureq::http::{Method, Request, Response};

use crate::{Authorities, http};

/// How long one answer may take; a sign-in asks three times at most.
const PATIENCE: Duration = Duration::from_secs(8);
/// So long what the provider says of itself is not asked for again.
const FRESH: Duration = Duration::from_hours(1);
/// So long it is gone on with while it cannot be asked again.
const USABLE: Duration = Duration::from_hours(24);
/// So long a provider that did not answer is not asked again: whoever waits behind is told at once.
const PAUSE: Duration = Duration::from_secs(10);
/// A token is issued for a sign-in of now; clocks differ.
const MOST_AGE_SECONDS: i64 = 10 * 60;

/// The algorithms that count, all with a public key.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How a provider is reached. No `Debug`: a secret stands in it.
#[derive(Clone)]
pub struct OidcSettings {
    /// Its address, exactly as it names itself.
    pub issuer: String,
    /// The name under which it knows this node.
    pub client_id: String,
    /// The secret beside it.
    pub client_secret: String,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// Certificates beside the public ones.
    pub authorities: Authorities,
    /// The time for one answer; eight seconds when not given.
    pub patience: Option<Duration>,
}

/// Such a provider.
pub struct Oidc {
    agent: Agent,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    scopes: Vec<Scope>,
    known: Mutex<Known>,
}

/// What is known of the provider, and when it was last asked in vain.
#[derive(Default)]
struct Known {
    metadata: Option<(Instant, CoreProviderMetadata)>,
    failed: Option<(Instant, ProviderError)>,
}

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oidc")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failed(String);

type Asked<T> = Result<T, ProviderError>;

fn away(why: impl Into<String>) -> ProviderError {
    ProviderError::Away(why.into())
}

fn unproven(why: impl Into<String>) -> ProviderError {
    ProviderError::Unproven(why.into())
}

impl Oidc {
    /// Gets ready; nothing is connected yet.
    ///
    /// # Errors
    /// What of the settings cannot be used.
    pub fn new(settings: &OidcSettings) -> Result<Self, String> {
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|error| error.to_string())?;
        Ok(Self {
            agent: http::agent(&settings.authorities, settings.patience.unwrap_or(PATIENCE)),
            issuer,
            client_id: ClientId::new(settings.client_id.clone()),
            client_secret: ClientSecret::new(settings.client_secret.clone()),
            scopes: settings.scopes.iter().cloned().map(Scope::new).collect(),
            known: Mutex::default(),
        })
    }

    /// One request; never in the clear when the provider itself is not, whatever it says of its addresses.
    fn call(&self, request: HttpRequest) -> Result<HttpResponse, Failed> {
        let is_safe = request.uri().scheme_str() == Some("https");
        if !is_safe && self.issuer.url().scheme() == "https" {
            return Err(Failed("one of its addresses is not https".to_owned()));
        }
        let (parts, body) = request.into_parts();
        let answer = if parts.method == Method::GET {
            self.agent.run(Request::from_parts(parts, ()))
        } else {
            self.agent.run(Request::from_parts(parts, body))
        };
        let mut answer = answer.map_err(|error| Failed(http::told(&error)))?;
        let status = answer.status().as_u16();
        if matches!(status, 429 | 500..=599) {
            return Err(Failed(format!("it answered {status}")));
        }
        let text = http::text_of(&mut answer).map_err(Failed)?;
        let (parts, _) = answer.into_parts();
        Ok(Response::from_parts(parts, text.into_bytes()))
    }

    /// What the provider says of itself, with its keys.
    fn metadata(&self) -> Asked<CoreProviderMetadata> {
        // Held while it is asked: those who come meanwhile wait for this answer and ask no second time.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, metadata)) = &known.metadata
            && at.elapsed() < FRESH
        {
            return Ok(metadata.clone());
        }
        let usable = known
            .metadata
            .as_ref()
            .filter(|(at, _)| at.elapsed() < USABLE)
            .map(|(_, metadata)| metadata.clone());
        if let Some((at, error)) = &known.failed
            && at.elapsed() < PAUSE
        {
            return usable.ok_or_else(|| error.clone());
        }
        match CoreProviderMetadata::discover(&self.issuer, &|request| self.call(request)) {
            Ok(metadata) => {
                known.metadata = Some((Instant::now(), metadata.clone()));
                known.failed = None;
                Ok(metadata)
            }
            Err(error) => {
                let error = undiscovered(&error);
                known.failed = Some((Instant::now(), error.clone()));
                usable.ok_or(error)
            }
        }
    }

    /// The provider's keys as they are now, for a key that was not among those that are kept.
    fn keys_anew(&self, metadata: &CoreProviderMetadata) -> Asked<CoreJsonWebKeySet> {
        let keys = CoreJsonWebKeySet::fetch(metadata.jwks_uri(), &|request| self.call(request))
            .map_err(|error| undiscovered(&error))?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, metadata)) = &mut known.metadata {
            *metadata = metadata.clone().set_jwks(keys.clone());
        }
        Ok(keys)
    }

    /// Proves an identity token with these keys.
    fn prove<'t>(
        &self,
        token: &'t CoreIdToken,
        access: &AccessToken,
        keys: &CoreJsonWebKeySet,
        nonce: &str,
    ) -> Result<&'t CoreIdTokenClaims, ClaimsVerificationError> {
        let unsupported = |why: &str| ClaimsVerificationError::Other(why.to_owned());
        // A verifier without the client's secret: nothing that is signed with it can ever count.
        let verifier = openidconnect::core::CoreIdTokenVerifier::new_public_client(
            self.client_id.clone(),
            self.issuer.clone(),
            keys.clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_issue_time_verifier_fn(|issued| {
            let age = townhall_app::clock::real_now().as_second() - issued.timestamp();
            let is_new = age.abs() <= MOST_AGE_SECONDS;
            is_new
                .then_some(())
                .ok_or_else(|| "it was not issued now".to_owned())
        });
        let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned()))?;
        if claims
            .authorized_party()
            .is_some_and(|party| *party != self.client_id)
        {
            return Err(ClaimsVerificationError::InvalidAudience(
                "it was issued to another party".to_owned(),
            ));
        }
        if let Some(stated) = claims.access_token_hash() {
            let algorithm = token
                .signing_alg()
                .map_err(ClaimsVerificationError::SignatureVerification)?;
            let key = token
                .signing_key(&verifier)
                .map_err(ClaimsVerificationError::SignatureVerification)?;
            let computed = AccessTokenHash::from_token(access, algorithm, key)
                .map_err(|_| unsupported("the access token's digest cannot be computed"))?;
            if computed != *stated {
                return Err(unsupported("it belongs to another access token"));
            }
        }
        Ok(claims)
    }
}

impl IdentityProvider for Oidc {
    fn address(&self, way: &WayOut) -> Result<String, ProviderError> {
        let metadata = self.metadata()?;
        let redirect = redirect_of(&way.redirect)?;
        let client = CoreClient::from_provider_metadata(metadata, self.client_id.clone(), None)
            .set_redirect_uri(redirect);
        let (state, nonce) = (way.state.clone(), way.nonce.clone());
        let (address, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(
                &PkceCodeVerifier::new(way.verifier.clone()),
            ))
            .url();
        if address.scheme() != self.issuer.url().scheme() && address.scheme() != "https" {
            return Err(away("its sign-in page is not https"));
        }
        Ok(address.into())
    }

    fn subject(&self, way: &WayBack) -> Result<String, ProviderError> {
        let metadata = self.metadata()?;
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            self.client_id.clone(),
            Some(self.client_secret.clone()),
        )
        .set_redirect_uri(redirect_of(&way.redirect)?)
        .set_auth_type(how_to_sign_in(&metadata));
        let told = client
            .exchange_code(AuthorizationCode::new(way.code.clone()))
            .map_err(|_| away("it names no address for codes"))?
            .set_pkce_verifier(PkceCodeVerifier::new(way.verifier.clone()))
            .request(&|request| self.call(request))
            .map_err(|error| match error {
                RequestTokenError::Request(failed) => away(failed.0),
                // The code of the error (`invalid_grant`) and nothing of its text, which may name people.
                RequestTokenError::ServerResponse(said) => {
                    unproven(format!("it refused the code: {}", said.error().as_ref()))
                }
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    unproven("its answer to the code cannot be read")
                }
            })?;
        let token = told
            .id_token()
            .ok_or_else(|| unproven("it sent no identity token"))?;
        let access = told.access_token();
        let claims = match self.prove(token, access, metadata.jwks(), &way.nonce) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let keys = self.keys_anew(&metadata)?;
                self.prove(token, access, &keys, &way.nonce)
            }
            proved => proved,
        };
        let claims = claims.map_err(|error| unproven(what_is_wrong(&error)))?;
        let subject = claims.subject().as_str();
        let is_one = (1..=255).contains(&subject.len())
            && subject.trim() == subject
            && !subject.chars().any(char::is_control);
        is_one
            .then(|| subject.to_owned())
            .ok_or_else(|| unproven("its subject is none"))
    }

    fn look(&self) -> Result<(), ProviderError> {
        let metadata = self.metadata()?;
        if metadata.token_endpoint().is_none() {
            return Err(unproven("it names no address for codes"));
        }
        let signs = metadata.id_token_signing_alg_values_supported();
        if signs.iter().any(|algorithm| ALGORITHMS.contains(algorithm)) {
            Ok(())
        } else {
            Err(unproven("it signs with no algorithm that has a public key"))
        }
    }
}

fn redirect_of(address: &str) -> Asked<RedirectUrl> {
    RedirectUrl::new(address.to_owned()).map_err(|_| away("the address of this node is none"))
}

/// Basic, as the standard has it when nothing is said; in the body when the provider knows only that.
fn how_to_sign_in(metadata: &CoreProviderMetadata) -> AuthType {
    let known = metadata.token_endpoint_auth_methods_supported();
    match known {
        Some(methods)
            if !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost) =>
        {
            AuthType::RequestBody
        }
        _ => AuthType::BasicAuth,
    }
}

fn undiscovered(error: &DiscoveryError<Failed>) -> ProviderError {
    match error {
        DiscoveryError::Request(failed) => away(failed.0.clone()),
        DiscoveryError::Response(status, ..) => away(format!("it answered {}", status.as_u16())),
        DiscoveryError::Validation(_) => unproven("it names itself differently than the configuration does"),
        _ => unproven("what it says of itself cannot be read"),
    }
}

/// In a line for the log, without anything that stands in the token.
fn what_is_wrong(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "its token has expired or was not issued now",
        ClaimsVerificationError::InvalidAudience(_) => "its token is for somebody else",
        ClaimsVerificationError::InvalidIssuer(_) => "its token is of another provider",
        ClaimsVerificationError::InvalidNonce(_) => "its token belongs to another sign-in",
        ClaimsVerificationError::SignatureVerification(signature) => match signature {
            SignatureVerificationError::NoSignature => "its token is not signed",
            SignatureVerificationError::DisallowedAlg(_) | SignatureVerificationError::UnsupportedAlg(_) => {
                "its token is signed in a way that proves nothing"
            }
            SignatureVerificationError::NoMatchingKey => {
                "its token is signed with a key that it does not publish"
            }
            _ => "the signature of its token is wrong",
        },
        _ => "its token is not built as agreed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(issuer: &str) -> Oidc {
        let settings = OidcSettings {
            issuer: issuer.to_owned(),
            client_id: "townhall".to_owned(),
            client_secret: "hush".to_owned(),
            scopes: Vec::new(),
            authorities: Authorities::default(),
            patience: Some(Duration::from_millis(500)),
        };
        Oidc::new(&settings).expect("an address")
    }

    #[test]
    fn a_provider_over_tls_is_never_asked_in_the_clear() {
        let ask = |issuer: &str| {
            let request = Request::get("http://127.0.0.1:1/jwks").body(Vec::new());
            let told = provider(issuer).call(request.expect("a request"));
            told.expect_err("nobody is there").to_string()
        };
        assert_eq!(ask("https://sso.example.vn"), "one of its addresses is not https");
        assert_eq!(ask("http://127.0.0.1:1"), "the connection was refused");
    }

    #[test]
    fn a_provider_does_not_show_its_secret_in_a_log() {
        assert!(!format!("{:?}", provider("https://sso.example.vn")).contains("hush"));
    }

    #[test]
    fn only_algorithms_with_a_public_key_count() {
        use openidconnect::JwsSigningAlgorithm as _;
        assert!(ALGORITHMS.iter().all(|algorithm| !algorithm.uses_shared_secret()));
        assert!(!ALGORITHMS.contains(&CoreJwsSigningAlgorithm::None));
    }
}

//! An existing identity provider (OpenID Connect), as sign-in needs it.

use std::fmt::{self, Debug};
use std::sync::Arc;

/// Who asks for the second step of a sign-in that came by the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondFactor {
    /// This node, of every account that has a second step of its own.
    #[default]
    Ours,
    /// The provider, and this node believes it.
    Provider,
}

/// Why the provider did not say who somebody is. Without personal data, secrets and codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It may work later: no connection, no answer in time, an answer that says so.
    #[error("the identity provider cannot be asked: {0}")]
    Away(String),
    /// It answered, and the answer proves nothing.
    #[error("the identity provider's answer proves nothing: {0}")]
    Unproven(String),
}

/// What goes with a person to the provider.
#[derive(Clone)]
pub struct WayOut {
    /// Where the provider sends the person back to.
    pub redirect: String,
    /// Comes back as it is.
    pub state: String,
    /// Must stand in the identity token.
    pub nonce: String,
    /// Proof key of the code; the provider gets only its SHA-256 (RFC 7636, S256).
    pub verifier: String,
}

/// What a person brings back from the provider.
#[derive(Clone)]
pub struct WayBack {
    /// Where the provider sent him to, as at the way out.
    pub redirect: String,
    /// The code that is exchanged for the identity token.
    pub code: String,
    /// As at the way out.
    pub nonce: String,
    /// As at the way out.
    pub verifier: String,
}

impl Debug for WayOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WayOut")
            .field("redirect", &self.redirect)
            .finish_non_exhaustive()
    }
}

impl Debug for WayBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WayBack")
            .field("redirect", &self.redirect)
            .finish_non_exhaustive()
    }
}

/// A provider on the wire. Blocks; an answer or an error comes within half a minute.
pub trait IdentityProvider: Debug + Send + Sync {
    /// The address at the provider to which a person goes.
    ///
    /// # Errors
    /// [`ProviderError`].
    fn address(&self, way: &WayOut) -> Result<String, ProviderError>;

    /// Exchanges the code and proves who came back: the subject, unique and for ever the same at this provider.
    ///
    /// # Errors
    /// [`ProviderError`].
    fn subject(&self, way: &WayBack) -> Result<String, ProviderError>;

    /// Looks whether it answers and can be used, without signing in anybody.
    ///
    /// # Errors
    /// [`ProviderError`].
    fn look(&self) -> Result<(), ProviderError>;
}

/// The provider of this node.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its address, as it names itself.
    pub issuer: String,
    /// What the button calls it, in Vietnamese.
    pub name_vi: String,
    /// The same in English.
    pub name_en: String,
    /// Who asks for the second step.
    pub second_factor: SecondFactor,
    /// The provider on the wire.
    pub door: Arc<dyn IdentityProvider>,
}

impl Provider {
    /// What pages in Vietnamese, or else in English, call it.
    pub fn name(&self, vietnamese: bool) -> &str {
        if vietnamese { &self.name_vi } else { &self.name_en }
    }
}

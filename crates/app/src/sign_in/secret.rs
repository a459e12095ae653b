//! Secrets that the program hands out: session cookies, form secrets, API tokens.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use townhall_store::StoreError;

/// 32 random bytes of the operating system. Only the hash of one is ever stored, and none is ever logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new() -> Result<Self, StoreError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
        Ok(Self(bytes))
    }
    /// Reads what [`Secret::reveal`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        // A longer text cannot be one; it is not decoded first to find that out.
        if text.len() != 43 {
            return None;
        }
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }
    /// The text that is handed out, once: 43 characters, safe in a cookie, a header and an address.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
    /// What is stored and looked up. The secret has 256 random bits, so a plain hash is enough.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
    /// The bytes, for the secret of a session's forms.
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What API tokens begin with, so that people and scanners of leaked secrets know them.
const TOKEN_PREFIX: &str = "townhall_";

/// The text of an API token.
pub fn token_text(secret: &Secret) -> String {
    format!("{TOKEN_PREFIX}{}", secret.reveal())
}

/// Reads the text of an API token.
pub fn parse_token(text: &str) -> Option<Secret> {
    text.strip_prefix(TOKEN_PREFIX).and_then(Secret::parse)
}

/// A password for somebody who will change it at once: four groups that can be read aloud, over 79 random bits.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn first_password() -> Result<String, StoreError> {
    // No signs that look alike; the nine stands twice, so that five bits choose one.
    const SIGNS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567899";
    let secret = Secret::new()?;
    let letters: Vec<char> = secret.0[..16]
        .iter()
        .map(|byte| char::from(SIGNS[usize::from(byte & 31)]))
        .collect();
    Ok(letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_and_never_shown() {
        let secret = Secret::new().unwrap();
        assert_eq!(Secret::parse(&secret.reveal()), Some(secret.clone()));
        assert_eq!(parse_token(&token_text(&secret)), Some(secret.clone()));
        assert!(!format!("{secret:?}").contains(&secret.reveal()));
        for wrong in ["", "x", &"a".repeat(44), &"!".repeat(43), &"a".repeat(10_000_000)] {
            assert_eq!(Secret::parse(wrong), None);
        }
        assert_eq!(parse_token(&secret.reveal()), None);
    }

    #[test]
    fn first_passwords_differ_and_can_be_typed() {
        let (one, other) = (first_password().unwrap(), first_password().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 19);
        assert!(!one.contains(['l', 'i', 'o', '0', '1']), "{one}");
    }
}

//! Passwords: their rules and their argon2id hashes.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};

/// A password as it was typed. It is never shown, stored or logged.
#[derive(Clone)]
pub struct Password(String);

/// Why a password is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeakPassword {
    /// Fewer than [`Password::MIN_CHARS`] characters.
    TooShort,
    /// More than [`Password::MAX_BYTES`] bytes.
    TooLong,
    /// The user name, one character over and over, or among the first that anybody tries.
    Guessable,
}

impl WeakPassword {
    /// Key of the sentence that says it.
    pub fn key(self) -> &'static str {
        match self {
            Self::TooShort => "account-password-too-short",
            Self::TooLong => "account-password-too-long",
            Self::Guessable => "account-password-guessable",
        }
    }
}

/// The first that anybody tries, in lower case without spaces; what is shorter than the minimum need not be here.
const GUESSED_FIRST: &[&str] = &[
    "1234567890",
    "0123456789",
    "0987654321",
    "qwertyuiop",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "password12",
    "password123",
    "password1234",
    "administrator",
    "matkhau123",
    "matkhau1234",
    "matkhaumatkhau",
    "vietnam2025",
    "vietnam123",
    "townhall123",
    "abcdefghij",
    "abcd123456",
    "iloveyou123",
];

impl Password {
    /// Fewest characters of a new password.
    pub const MIN_CHARS: usize = 10;
    /// Most bytes: hashing a book would be an attack.
    pub const MAX_BYTES: usize = 256;

    /// A password as typed at sign-in: nothing is asked of it but its length.
    pub fn typed(raw: impl Into<String>) -> Self {
        Self(raw.into())
    }

    /// Checks a new password.
    ///
    /// # Errors
    /// [`WeakPassword`].
    pub fn check_new(&self, user_name: &str) -> Result<(), WeakPassword> {
        if self.0.len() > Self::MAX_BYTES {
            return Err(WeakPassword::TooLong);
        }
        if self.0.chars().count() < Self::MIN_CHARS {
            return Err(WeakPassword::TooShort);
        }
        let plain: String = self.0.to_lowercase().split_whitespace().collect();
        let same = plain.chars().all(|c| plain.starts_with(c));
        if same || plain == user_name || GUESSED_FIRST.contains(&plain.as_str()) {
            return Err(WeakPassword::Guessable);
        }
        Ok(())
    }

    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The hash of a password, as a PHC string. It is stored and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedPassword(String);

impl HashedPassword {
    /// The text to store.
    pub fn stored(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HashedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashedPassword(…)")
    }
}

/// How dear a hash is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl PasswordCost {
    /// What OWASP recommends for argon2id (19 MiB, two passes): some 25 ms in a release build.
    pub const STANDARD: Self = Self {
        memory_kib: 19_456,
        passes: 2,
    };
    /// For tests only: worth nothing against an attacker.
    pub const TINY: Self = Self {
        memory_kib: 8,
        passes: 1,
    };
}

/// Hashing failed: the settings are impossible or the system has no memory or no random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct HashError;

/// Makes and checks hashes. One for the whole program; making it hashes once.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    /// Checked when there is no such account, so that the answer takes as long as for one that is there.
    nobody: String,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

impl Passwords {
    /// Hashes at this cost.
    ///
    /// # Errors
    /// [`HashError`] when the cost is impossible.
    pub fn new(cost: PasswordCost) -> Result<Self, HashError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|_| HashError)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| HashError)?;
        let nobody = hash(&argon2, &random)?;
        Ok(Self { argon2, nobody })
    }

    /// The hash of a password, as a PHC string with its own salt.
    ///
    /// # Errors
    /// [`HashError`].
    pub fn hash(&self, password: &Password) -> Result<HashedPassword, HashError> {
        hash(&self.argon2, password.bytes()).map(HashedPassword)
    }

    /// Whether the password belongs to the stored hash; takes as long when there is none. Some milliseconds of
    /// work: never inside a transaction, never on an async thread.
    pub fn matches(&self, password: &Password, stored: Option<&str>) -> bool {
        if password.0.len() > Password::MAX_BYTES {
            return false;
        }
        let Ok(parsed) = PasswordHash::new(stored.unwrap_or(&self.nobody)) else {
            return false;
        };
        let matched = self.argon2.verify_password(password.bytes(), &parsed).is_ok();
        matched && stored.is_some()
    }
}

fn hash(argon2: &Argon2<'_>, secret: &[u8]) -> Result<String, HashError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| HashError)?;
    argon2
        .hash_password_with_salt(secret, &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| HashError)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords() -> Passwords {
        Passwords::new(PasswordCost::TINY).unwrap()
    }

    #[test]
    fn a_hash_is_argon2id_salted_and_matches_only_its_password() {
        let passwords = passwords();
        let good = Password::typed("một mật khẩu dài");
        let hashes = [(); 2].map(|()| passwords.hash(&good).unwrap());
        let (one, other) = (hashes[0].stored(), hashes[1].stored());
        assert!(one.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(passwords.matches(&good, Some(one)));
        assert!(!passwords.matches(&Password::typed("một mật khẩu dài "), Some(one)));
        assert!(!passwords.matches(&good, Some("$argon2id$broken")));
    }

    #[test]
    fn nobody_has_no_password() {
        let passwords = passwords();
        assert!(!passwords.matches(&Password::typed(""), None));
        assert!(!passwords.matches(&Password::typed("anything at all"), None));
    }

    #[test]
    fn a_hash_made_at_another_cost_still_matches() {
        let password = Password::typed("một mật khẩu dài");
        let old = passwords().hash(&password).unwrap();
        let dearer = Passwords::new(PasswordCost {
            memory_kib: 16,
            passes: 2,
        })
        .unwrap();
        assert!(dearer.matches(&password, Some(old.stored())));
    }

    #[test]
    fn the_standard_cost_is_possible_and_an_impossible_one_is_refused() {
        assert!(
            Passwords::new(PasswordCost {
                memory_kib: 1,
                passes: 1
            })
            .is_err()
        );
        assert!(
            Params::new(
                PasswordCost::STANDARD.memory_kib,
                PasswordCost::STANDARD.passes,
                1,
                None
            )
            .is_ok()
        );
    }

    #[test]
    fn a_weak_new_password_is_refused() {
        let check = |raw: &str| Password::typed(raw).check_new("nguyen.van.an");
        assert_eq!(check("ngắn"), Err(WeakPassword::TooShort));
        assert_eq!(check(&"a".repeat(300)), Err(WeakPassword::TooLong));
        for guessed in ["Nguyen.Van.An", "aaaaaaaaaaaa", "Password 123", "0123456789"] {
            assert_eq!(check(guessed), Err(WeakPassword::Guessable), "{guessed}");
        }
        assert_eq!(check("bốn con trâu xanh"), Ok(()));
    }

    #[test]
    fn a_password_is_not_shown() {
        let shown = format!("{:?} {:?}", Password::typed("bí mật lắm nhé"), passwords());
        assert!(
            !shown.contains("bí mật") && !shown.contains("argon2id$"),
            "{shown}"
        );
    }
}

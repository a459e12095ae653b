//! What an account asks for beside its password: one-time codes, passkeys.

/// The second factors of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactors {
    /// Whether one-time codes are enrolled.
    pub codes: bool,
    /// How many passkeys it has.
    pub passkeys: i64,
}

impl SecondFactors {
    /// Whether a password alone does not open the account.
    pub fn any(self) -> bool {
        self.codes || self.passkeys > 0
    }

    /// Whether the account may stay like this; `required` is whether the node asks everybody for a second factor.
    pub fn suffice(self, required: bool) -> bool {
        self.any() || !required
    }

    /// What is left without the one-time codes.
    #[must_use]
    pub fn without_codes(self) -> Self {
        Self { codes: false, ..self }
    }

    /// What is left without one of the passkeys.
    #[must_use]
    pub fn without_a_passkey(self) -> Self {
        Self {
            passkeys: (self.passkeys - 1).max(0),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SecondFactors;

    fn factors(codes: bool, passkeys: i64) -> SecondFactors {
        SecondFactors { codes, passkeys }
    }

    #[test]
    fn the_last_second_factor_stays_where_the_node_requires_one() {
        for (has, without_codes, without_a_passkey) in [
            (factors(true, 0), false, true),
            (factors(true, 1), true, true),
            (factors(false, 1), true, false),
            (factors(false, 2), true, true),
        ] {
            assert_eq!(has.without_codes().suffice(true), without_codes, "{has:?}");
            assert_eq!(
                has.without_a_passkey().suffice(true),
                without_a_passkey,
                "{has:?}"
            );
            assert!(has.without_codes().suffice(false) && has.without_a_passkey().suffice(false));
        }
    }

    #[test]
    fn a_password_alone_opens_an_account_without_factors() {
        assert!(!factors(false, 0).any() && !factors(false, 0).suffice(true));
        assert!(factors(false, 1).any() && factors(true, 0).any());
    }
}

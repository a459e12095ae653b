//! Where the first value of a field comes from, so that nobody types what is known already.

/// Where the first value of a field comes from; `x-prefill` in a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prefill {
    /// What is known of whoever asks: `applicant.full_name`.
    Applicant(ApplicantPart),
    /// What nearly everybody answers: `value:Việt Nam`.
    Value(String),
}

impl Prefill {
    /// Reads what a pack says; `None` for a source that nothing fills.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(value) = text.strip_prefix("value:") {
            return Some(Self::Value(value.to_owned()));
        }
        let part = text.strip_prefix("applicant.")?;
        ApplicantPart::ALL
            .into_iter()
            .find(|known| known.as_str() == part)
            .map(Self::Applicant)
    }
}

/// What a node knows of whoever asks before the form is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicantPart {
    /// The whole name.
    FullName,
    /// Personal identity number.
    IdentityNumber,
    /// Day of birth.
    BirthDate,
    /// Sex, as a scanned identity card says it.
    Sex,
    /// Where he lives.
    Address,
    /// Telephone.
    Phone,
    /// E-mail.
    Email,
}

impl ApplicantPart {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::FullName,
        Self::IdentityNumber,
        Self::BirthDate,
        Self::Sex,
        Self::Address,
        Self::Phone,
        Self::Email,
    ];

    /// The word in packs, after `applicant.`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::IdentityNumber => "identity_number",
            Self::BirthDate => "birth_date",
            Self::Sex => "sex",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }
}

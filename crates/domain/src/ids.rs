//! Typed identifiers, so that two of them cannot be swapped.
//!
//! Almost all wrap one `UUIDv7`, which sorts by the time it was made. A unit is different: it is known by
//! its code and the day from which it carries that code, because codes are reused by successors.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a text that should be an identifier did not satisfy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} is not written as it should be")]
pub struct IdError {
    /// Name of the identifier's type.
    pub kind: &'static str,
}

/// An identifier that wraps one UUID; made by `ids!`.
pub trait Id: Copy {
    /// Wraps a UUID.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The wrapped UUID.
    fn uuid(self) -> Uuid;
    /// Whether a caller may choose it for something new: random or made of the time (RFC 9562, versions 4 and 7), so
    /// that nobody else comes to the same one. The nil UUID, which every caller could write, is none.
    fn may_be_chosen(self) -> bool {
        let uuid = self.uuid();
        matches!(uuid.get_version_num(), 4 | 7) && uuid.get_variant() == uuid::Variant::RFC4122
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl Id for $name {
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            fn uuid(self) -> Uuid { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}({})", stringify!($name), self.0) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError { kind: stringify!($name) })
            }
        }
    )*};
}

ids!(
    /// A decision of a unit about its hours on one day.
    HoursExceptionId,
    /// A person who works in a unit.
    PersonId,
    /// A post of a unit: one seat, filled or vacant.
    PostId,
    /// A person's holding of a post over an interval.
    MandateId,
    /// A delegation of a post's rights for a time.
    DelegationId,
    /// An absence of a person.
    AbsenceId,
    /// A sign-in account.
    AccountId,
    /// A session of a signed-in account.
    SessionId,
    /// A link between an account and a person at an identity provider.
    ProviderLinkId,
    /// An API token.
    TokenId,
    /// A passkey of an account.
    PasskeyId,
    /// A citizen or body that asks for something (one per unit and identity number).
    PartyId,
    /// A dossier.
    DossierId,
    /// A component of a dossier's check-list.
    ComponentId,
    /// A paper: one file attached to a subject.
    PaperId,
    /// A step of a dossier's internal process.
    StepId,
    /// A request for supplement, a consultation, a decision slip: one numbered form of a dossier.
    SlipId,
    /// A charge: one fee that is due, paid, exempted, voided or refunded.
    ChargeId,
    /// A payment against charges.
    PaymentId,
    /// A closed day of fees.
    ClosingId,
    /// A register book (certification, births, deaths).
    BookId,
    /// An entry in a register book.
    EntryId,
    /// A task with the six.
    TaskId,
    /// A queue ticket.
    TicketId,
    /// A message to a citizen.
    MessageId,
    /// A background job.
    JobId,
    /// A fact in the journal.
    FactId,
    /// A draft of a form that saves itself.
    DraftId,
    /// An upload that is not finished.
    UploadId,
    /// A record of what the reports asked.
    RecordId,
    /// A line of the access log.
    AccessId,
);

/// Calls a macro with the names of all identifier types, for crates that give each of them a trait.
#[macro_export]
macro_rules! each_id {
    ($callback:ident) => {
        $callback!(
            HoursExceptionId,
            PersonId,
            PostId,
            MandateId,
            DelegationId,
            AbsenceId,
            AccountId,
            SessionId,
            ProviderLinkId,
            TokenId,
            PasskeyId,
            PartyId,
            DossierId,
            ComponentId,
            PaperId,
            StepId,
            SlipId,
            ChargeId,
            PaymentId,
            ClosingId,
            BookId,
            EntryId,
            TaskId,
            TicketId,
            MessageId,
            JobId,
            FactId,
            DraftId,
            UploadId,
            RecordId,
            AccessId
        );
    };
}

/// A unit (province or commune): its code and the day from which it carries that code, `24682-20250701`.
///
/// Codes: Decision 19/2025/QĐ-TTg; province two digits, commune five digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitId(String);

impl UnitId {
    /// Joins a unit code and the first day of its validity.
    pub fn new(code: &str, valid_from: jiff::civil::Date) -> Self {
        Self(format!(
            "{code}-{:04}{:02}{:02}",
            valid_from.year(),
            valid_from.month(),
            valid_from.day()
        ))
    }
    /// The official code: two digits for a province, five for a commune.
    pub fn code(&self) -> &str {
        self.0.split_once('-').map_or(&self.0, |(code, _)| code)
    }
    /// The whole key as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Debug for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnitId({})", self.0)
    }
}
impl FromStr for UnitId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let well_formed = text.split_once('-').is_some_and(|(code, day)| {
            matches!(code.len(), 2 | 5)
                && day.len() == 8
                && code.bytes().chain(day.bytes()).all(|b| b.is_ascii_digit())
        });
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError { kind: "UnitId" })
        }
    }
}
impl TryFrom<String> for UnitId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}
impl From<UnitId> for String {
    fn from(unit: UnitId) -> Self {
        unit.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_known_by_code_and_first_day() {
        let unit = UnitId::new("24682", jiff::civil::date(2025, 7, 1));
        assert_eq!(unit.as_str(), "24682-20250701");
        assert_eq!(unit.code(), "24682");
        assert_eq!("24682-20250701".parse(), Ok(unit));
        for wrong in ["24682", "2468-20250701", "24682-2025070", "24682-2025070x", ""] {
            assert!(wrong.parse::<UnitId>().is_err(), "{wrong}");
        }
    }
}

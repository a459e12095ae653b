//! The smaller parts of a dossier.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{ComponentId, PartyId, PostId};
use crate::message::Tongue;
use crate::permission::Role;

macro_rules! stored_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant),* }
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The stored word.
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $word),* } }
            /// Reads the stored word.
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$variant),)* _ => None } }
        }
    };
}
pub(crate) use stored_words;

stored_words!(
    /// How a dossier came to the unit.
    Channel {
        /// At the counter, on paper (national code 1).
        Counter = "counter",
        /// Through the National Public Service Portal (2).
        Portal = "portal",
        /// On this node's own page, as a fallback or with help (2, marked: the portal is the only entry by law).
        Online = "online",
        /// By public post (3).
        Post = "post",
    }
);

impl Channel {
    /// The national code `KenhThucHien`: 1 direct, 2 online, 3 public post.
    pub fn national_code(self) -> i64 {
        match self {
            Self::Counter => 1,
            Self::Portal | Self::Online => 2,
            Self::Post => 3,
        }
    }
}

stored_words!(
    /// How the citizen wants the result.
    Delivery {
        /// Collected at the counter.
        Counter = "counter",
        /// Sent by public post.
        Post = "post",
        /// Electronic only.
        Electronic = "electronic",
    }
);

stored_words!(
    /// As what somebody takes the result, or how it goes to who asked.
    Capacity {
        /// He asked for it himself.
        Own = "self",
        /// By a written authorisation.
        Authorised = "authorised",
        /// The post carries it.
        Post = "post",
        /// It was delivered electronically.
        Electronic = "electronic",
    }
);

stored_words!(
    /// Where payment stands; apart from the business state.
    PaymentState {
        /// Nothing is due.
        None = "none",
        /// Something is due and not yet paid.
        Unpaid = "unpaid",
        /// Paid in full.
        Paid = "paid",
        /// Exempt, with a recorded reason.
        Exempt = "exempt",
        /// Paid and given back.
        Refunded = "refunded",
    }
);

stored_words!(
    /// Whether the national portal knows the present state; kept beside the dossier, never in it.
    SyncState {
        /// This dossier is not one of the portal's.
        Local = "local",
        /// A state waits to be sent.
        Pending = "pending",
        /// The portal has confirmed the present state.
        Synced = "synced",
        /// Sending gave up; a person must look.
        Failed = "failed",
    }
);

stored_words!(
    /// Kind of applicant (`LoaiDoiTuong`).
    ApplicantKind {
        /// A citizen.
        Citizen = "citizen",
        /// An enterprise.
        Enterprise = "enterprise",
        /// A state agency.
        Agency = "agency",
        /// Any other body.
        Other = "other",
    }
);

/// A person or body as stated on the dossier; a copy, so that later changes do not rewrite the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// The unit's record of this person, when there is one.
    pub party: Option<PartyId>,
    /// Kind.
    pub kind: ApplicantKind,
    /// Full name, NFC.
    pub name: String,
    /// Identity number (12 digits, or 9 of the old card), or a tax code.
    pub id_number: Option<String>,
    /// Date of birth.
    pub born_on: Option<Date>,
    /// Telephone number: digits, of one abroad with `+` before them.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Address in one line.
    pub address: Option<String>,
    /// Agreed to messages about the dossier, in this language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<Tongue>,
}

/// What the citizen said of his case when he filed, for the officer to look at; it decides nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Claims {
    /// Circumstances of the procedure that only people know, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub circumstances: Vec<String>,
    /// Code of the exemption that he asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption: Option<String>,
    /// What proves it, as he says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption_reason: Option<String>,
}

impl Claims {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.circumstances.is_empty() && self.exemption.is_none()
    }
}

/// Who must act now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Holder {
    /// One post, by name.
    Post(PostId),
    /// Whoever of this role in the competent unit takes it first (the counter's own steps).
    Role(Role),
}

stored_words!(
    /// Where a component of the check-list came from.
    ComponentSource {
        /// Paper shown or handed in.
        Paper = "paper",
        /// A file that the citizen or an officer uploaded.
        Upload = "upload",
        /// The citizen's electronic store of earlier results.
        EStore = "e_store",
        /// A data base that replaces the paper (Resolution 66.7/2025/NQ-CP).
        Database = "database",
    }
);

stored_words!(
    /// Where a component of the check-list stands.
    ComponentStatus {
        /// Not there.
        Missing = "missing",
        /// There and in order.
        Present = "present",
        /// There but not in order (with a note).
        Faulty = "faulty",
        /// Not needed in this case.
        NotApplicable = "not_applicable",
    }
);

/// One line of the component check-list of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentEntry {
    /// Identity.
    pub id: ComponentId,
    /// Identifier within the procedure pack.
    pub component: String,
    /// Position in the list, from 0.
    pub position: i64,
    /// Whether the procedure requires it in this case.
    pub required: bool,
    /// Where it stands.
    pub status: ComponentStatus,
    /// Where it came from; none while it is missing.
    pub source: Option<ComponentSource>,
    /// Number of copies handed in.
    pub copies: i64,
    /// The data base asked, for `source = database`.
    pub database: Option<String>,
    /// When it was asked.
    pub queried_at: Option<Timestamp>,
    /// What is wrong with it, why paper was asked for although a data base exists, and the like.
    pub note: Option<String>,
}

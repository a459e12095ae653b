//! What can happen to a deadline, as it is stored.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::limit::Limit;

/// What the deadline counts from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A time limit of the law or the procedure.
    Limit(Limit),
    /// A date that a person gave, as for a task; it is taken as it is.
    Given(#[serde(with = "at_local")] Timestamp),
}

/// Why the clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// The citizen was asked for a supplement (form 02; national state 5).
    Supplement,
    /// A financial obligation waits to be paid (national state 6).
    Financial,
    /// Something the procedure itself does not count, such as relatives' confirmation in joined-up services.
    Procedure,
    /// Who gave the work lets it rest, as for a task.
    Issuer,
}

/// How the clock goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resume {
    /// With what was left.
    Continue,
    /// The whole limit from the beginning.
    Restart,
    /// With the limit of the second appointment.
    Second(Limit),
}

/// Something that happened to a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineEvent {
    /// When.
    #[serde(with = "at_local")]
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub change: Change,
    /// Number of the document behind it (form 02, 04, payment notice), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// What can happen to a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// It began.
    Started { basis: Basis },
    /// The clock stopped.
    Paused { reason: PauseReason },
    /// The clock goes on.
    Resumed { how: Resume },
    /// Time was added after the deadline that stood, for example to verify.
    Added { limit: Limit, source: String },
    /// The one extension with an apology, to the close of office of a day.
    Extended { to: Date },
    /// The issuer gave another date.
    Postponed {
        #[serde(with = "at_local")]
        to: Timestamp,
    },
    /// A new calendar moved the deadline.
    Recalculated {
        #[serde(with = "at_local")]
        before: Timestamp,
        version: String,
    },
}

/// The clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    #[serde(with = "at_local")]
    pub since: Timestamp,
    /// Why.
    pub reason: PauseReason,
}

/// Instants in JSON are written with Viet Nam's offset, to the second, so that a stored deadline reads like a
/// receipt; any offset is read.
pub(super) mod at_local {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::deadline) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&crate::time::rfc3339(*at))
    }

    pub(in crate::deadline) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(from)
    }
}

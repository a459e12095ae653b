//! What each figure counts, said once: the counts and the list that a figure opens use the same condition.

use super::Period;
use crate::value::Value;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Accepted in the period.
    Received,
    /// Ended in the period with a result or a refusal after appraisal (states 8, 9 and 10; the first end counts).
    Resolved,
    /// Resolved by its due.
    OnTime,
    /// Resolved after its due.
    Late,
    /// Accepted by the end of the period and not ended by then.
    Pending,
    /// Pending, and past due then.
    PendingOverdue,
    /// Resolved late, or pending past due.
    Overdue,
    /// Received, and neither ended late nor pending past due: the numerator of progress in the quality index.
    ReceivedInTime,
    /// Received, with something to pay.
    Obliged,
    /// Received, with something to pay that was paid by transfer.
    PaidByTransfer,
    /// Received, and its citizen was dissatisfied.
    Disliked,
    /// Received, and its citizen has said how he found the service.
    Rated,
    /// Received, with at least one paper that is here as a file, or filed online.
    Digitised,
    /// Received, with a component that was taken from a data base or the citizen's store instead of asked for.
    Reused,
    /// Received, with a component that was looked up in the population data base.
    CitizenLinked,
    /// Received, and the portal knows its present state.
    PortalSynced,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Received,
        Self::Resolved,
        Self::OnTime,
        Self::Late,
        Self::Pending,
        Self::PendingOverdue,
        Self::Overdue,
        Self::ReceivedInTime,
        Self::Obliged,
        Self::PaidByTransfer,
        Self::Disliked,
        Self::Rated,
        Self::Digitised,
        Self::Reused,
        Self::CitizenLinked,
        Self::PortalSynced,
    ];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Resolved => "resolved",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Pending => "pending",
            Self::PendingOverdue => "pending_overdue",
            Self::Overdue => "overdue",
            Self::ReceivedInTime => "received_in_time",
            Self::Obliged => "obliged",
            Self::PaidByTransfer => "paid_by_transfer",
            Self::Disliked => "disliked",
            Self::Rated => "rated",
            Self::Digitised => "digitised",
            Self::Reused => "reused",
            Self::CitizenLinked => "citizen_linked",
            Self::PortalSynced => "portal_synced",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.as_str() == word)
    }

    /// The condition on a dossier `d`, with a `?` for each value.
    pub(crate) fn condition(self, period: &Period) -> (String, Vec<Value>) {
        let (condition, values) = self.counted(period);
        (format!("{COUNTS} AND {condition}"), values)
    }

    fn counted(self, period: &Period) -> (String, Vec<Value>) {
        let (from, end, then) = (
            Value::from(period.from),
            Value::from(period.end),
            Value::from(period.then),
        );
        match self {
            Self::Received => (ACCEPTED_IN.to_owned(), vec![from, end]),
            Self::Resolved => (RESOLVED_IN.to_owned(), vec![from, end]),
            Self::OnTime => (format!("{RESOLVED_IN} AND {IN_TIME}"), vec![from, end]),
            Self::Late => (
                format!("{RESOLVED_IN} AND d.ended_at > d.due_at"),
                vec![from, end],
            ),
            Self::Pending => (PENDING_AT.to_owned(), vec![end.clone(), end]),
            Self::PendingOverdue => (
                format!("{PENDING_AT} AND {PAST_DUE_AT}"),
                vec![end.clone(), end, then.clone(), then],
            ),
            Self::Overdue => (
                // What has ended since the period began, and what is open: each is looked up by an index of its own.
                format!(
                    "((d.ended_at >= ? AND ((d.state IN (8, 9, 10) AND d.ended_at < ? AND d.ended_at > d.due_at) \
                       OR (d.ended_at >= ? AND +d.accepted_at < ? AND {PAST_DUE_AT}))) \
                     OR ({OPEN} AND +d.accepted_at < ? AND {PAST_DUE_AT}))"
                ),
                vec![
                    from,
                    end.clone(),
                    end.clone(),
                    end.clone(),
                    then.clone(),
                    then.clone(),
                    end,
                    then.clone(),
                    then,
                ],
            ),
            Self::ReceivedInTime => (
                format!(
                    "{ACCEPTED_IN} AND CASE WHEN d.ended_at < ? THEN CASE WHEN {IN_TIME} THEN 1 ELSE 0 END
                       ELSE CASE WHEN {PAST_DUE_AT} THEN 0 ELSE 1 END END = 1"
                ),
                vec![from, end.clone(), end, then.clone(), then],
            ),
            Self::Obliged => (format!("{ACCEPTED_IN} AND {OBLIGED}"), vec![from, end]),
            Self::PaidByTransfer => (
                format!("{ACCEPTED_IN} AND {OBLIGED} AND {PAID_BY_TRANSFER}"),
                vec![from, end],
            ),
            Self::Disliked => (
                format!(
                    "{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM dossier_ratings r WHERE r.dossier = d.id AND r.level IN ('dissatisfied', 'very_dissatisfied'))"
                ),
                vec![from, end],
            ),
            Self::Rated => (
                format!("{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM dossier_ratings r WHERE r.dossier = d.id)"),
                vec![from, end],
            ),
            Self::Digitised => (
                format!(
                    "{ACCEPTED_IN} AND (d.channel IN ('online', 'portal') OR EXISTS (SELECT 1 FROM papers p WHERE p.subject_kind = 'dossier' AND p.subject_id = d.id AND p.removed_at IS NULL))"
                ),
                vec![from, end],
            ),
            Self::Reused => (
                format!(
                    "{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM dossier_components c WHERE c.dossier = d.id AND c.source IN ('database', 'e_store'))"
                ),
                vec![from, end],
            ),
            Self::CitizenLinked => (
                format!(
                    "{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM dossier_components c WHERE c.dossier = d.id AND c.database_id = 'population')"
                ),
                vec![from, end],
            ),
            Self::PortalSynced => (
                format!(
                    "{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM portal_dossiers p WHERE p.dossier = d.id) AND NOT EXISTS (SELECT 1 FROM portal_states s WHERE s.dossier = d.id AND s.status IN ('waiting', 'refused'))"
                ),
                vec![from, end],
            ),
        }
    }
}

const OBLIGED: &str = "EXISTS (SELECT 1 FROM charges c WHERE c.dossier = d.id AND c.due > 0)";
const PAID_BY_TRANSFER: &str =
    "EXISTS (SELECT 1 FROM payments p WHERE p.dossier = d.id AND p.method = 'transfer' AND p.state = 'paid')";

/// A joined-up dossier decides nothing itself: its members are counted, so it is not
/// (`townhall_domain::joined::JOINED_FIELD`). The field stands in the indexes, so this reads no dossier.
pub(super) const COUNTS: &str = "d.field <> 'joined-up'";
pub(super) const ACCEPTED_IN: &str = "d.accepted_at >= ? AND d.accepted_at < ?";
pub(super) const RESOLVED_IN: &str = "d.state IN (8, 9, 10) AND d.ended_at >= ? AND d.ended_at < ?";
pub(super) const IN_TIME: &str = "(d.due_at IS NULL OR d.ended_at <= d.due_at)";
/// Open now. The second part is always so: it leads to the index of the open ones (`dossiers_due`, whose expression it
/// is). By their acceptance all that were ever accepted would be read, and a commune closes far more in a year than it
/// has open.
pub(crate) const OPEN: &str = "d.is_open = 1 AND COALESCE(d.due_at, 253402300799000) >= 0";
/// Accepted by an instant and not ended by then: what is open now, and what ended since. The sign keeps the acceptance
/// from choosing the index.
const PENDING_AT: &str = "+d.accepted_at < ? AND ((d.is_open = 1 AND COALESCE(d.due_at, 253402300799000) >= 0) OR d.ended_at >= ?)";
/// A clock that stands is not running out: a dossier that waits for the citizen is overdue only if it was before.
/// One that waited then and goes on now has a later due by now, so the stored due answers for the past, too.
pub(crate) const PAST_DUE_AT: &str =
    "d.due_at < ? AND (d.paused_at IS NULL OR d.paused_at > d.due_at OR d.paused_at >= ?)";

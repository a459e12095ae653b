//! What became of a charge and of the money taken for it.

use serde::{Deserialize, Serialize};

use crate::dossier::PaymentState;
use crate::dossier::parts::stored_words;

stored_words!(
    /// Where one charge stands.
    ChargeState {
        /// The province has not set the amount; the counter states it from the resolution. Nothing is due until then.
        Unset = "unset",
        /// Due and not yet paid.
        Unpaid = "unpaid",
        /// Paid; a receipt names it.
        Paid = "paid",
        /// Nothing is left to pay, with a recorded reason.
        Exempt = "exempt",
        /// Taken back before it was paid: it should not have been asked for.
        Voided = "voided",
        /// Paid and given back.
        Refunded = "refunded",
    }
);

stored_words!(
    /// How money came.
    PayMethod {
        /// Cash at the counter.
        Cash = "cash",
        /// Bank transfer, usually by VietQR.
        Transfer = "transfer",
    }
);

stored_words!(
    /// Where a receipt stands; its number is never used again.
    ReceiptState {
        /// It holds.
        Paid = "paid",
        /// Written wrongly and taken back before the day was closed; the charges are due again.
        Voided = "voided",
        /// The money was given back.
        Refunded = "refunded",
    }
);

/// The payment axis of a dossier, from its charges: what is still due decides, then what was paid.
pub fn payment_of(states: impl IntoIterator<Item = ChargeState>) -> PaymentState {
    let rank = |state: ChargeState| match state {
        ChargeState::Unpaid => (4, PaymentState::Unpaid),
        ChargeState::Paid => (3, PaymentState::Paid),
        ChargeState::Refunded => (2, PaymentState::Refunded),
        ChargeState::Exempt => (1, PaymentState::Exempt),
        ChargeState::Unset | ChargeState::Voided => (0, PaymentState::None),
    };
    states
        .into_iter()
        .map(rank)
        .max_by_key(|(rank, _)| *rank)
        .map_or(PaymentState::None, |(_, state)| state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_still_due_decides_the_payment_of_a_dossier() {
        use ChargeState::{Exempt, Paid, Refunded, Unpaid, Unset, Voided};
        assert_eq!(payment_of([]), PaymentState::None);
        assert_eq!(payment_of([Paid, Unpaid, Exempt]), PaymentState::Unpaid);
        assert_eq!(payment_of([Exempt, Paid]), PaymentState::Paid);
        assert_eq!(payment_of([Refunded, Voided]), PaymentState::Refunded);
        assert_eq!(payment_of([Exempt, Voided]), PaymentState::Exempt);
        assert_eq!(
            payment_of([Unset]),
            PaymentState::None,
            "an amount that nobody knows blocks no result"
        );
    }
}

//! Fees: rules as data, evaluated into charge lines that explain themselves.
//!
//! Legal source: Circulars 226/2016/TT-BTC and 281/2016/TT-BTC for the national amounts; what a province sets
//! stands in its own table. A rule says what is owed, an exemption who owes less; nothing here prints words.

mod owed;
mod rule;
mod table;
#[cfg(test)]
mod tests;

pub use owed::{ChargeState, PayMethod, ReceiptState, payment_of};
pub use rule::{
    Charge, ChargeLine, Collect, Exemption, Explanation, FeeAmount, FeeCounts, FeeError, FeeKind, FeeQuery,
    FeeRule, PageTier, Quantity, UnsetFee, assess, counts,
};
pub use table::{FeeTables, ProvincialFee, parse_exemptions, parse_fee_kinds};

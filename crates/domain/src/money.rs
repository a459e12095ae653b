//! Amounts of money in whole đồng.

use serde::{Deserialize, Serialize};

/// An amount in Vietnamese đồng; there is no smaller unit in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dong(pub i64);

impl std::ops::Add for Dong {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::iter::Sum for Dong {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), |total, amount| total + amount)
    }
}

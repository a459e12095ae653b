//! One fee rule and what it comes to.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::FeeTables;
use crate::money::Dong;
use crate::words::{Verified, Words};

/// Which of the two kinds of charge it is; receipts keep them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeeKind {
    /// Phí: pays for a service.
    Charge,
    /// Lệ phí: a duty for the act of a state body.
    Duty,
}

/// When it is collected (`HinhThucThu`: 1 at reception, 2 at supplement, 4 at return).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Collect {
    /// With the dossier.
    #[default]
    Reception,
    /// With the result.
    Return,
}

/// A tier of a page fee: so many pages at so much each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageTier {
    /// How many pages; none for all that follow.
    pub pages: Option<u32>,
    /// Đồng a page.
    pub each: Dong,
}

/// How much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeeAmount {
    /// Nothing is owed.
    Free,
    /// Once for the dossier.
    Flat(Dong),
    /// For each case: one paper, whatever the number of signatures on it.
    PerCase(Dong),
    /// For each copy.
    PerCopy(Dong),
    /// For each page of the original, in tiers, for each copy.
    PerPage {
        /// In order; only the last is open.
        tiers: Vec<PageTier>,
        /// The most that one copy may cost.
        cap_per_copy: Option<Dong>,
    },
    /// What the province has set.
    Province {
        /// Id of the provincial fee.
        table: String,
    },
}

impl FeeAmount {
    /// Whether amounts are not negative and exactly the last page tier is open.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Free | Self::Province { .. } => true,
            Self::Flat(each) | Self::PerCase(each) | Self::PerCopy(each) => each.0 >= 0,
            Self::PerPage { tiers, cap_per_copy } => {
                let open = tiers.iter().position(|tier| tier.pages.is_none());
                !tiers.is_empty()
                    && open == Some(tiers.len() - 1)
                    && tiers.iter().all(|tier| tier.each.0 >= 0 && tier.pages != Some(0))
                    && cap_per_copy.is_none_or(|cap| cap.0 >= 0)
            }
        }
    }
}

/// One fee of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeRule {
    /// Name within the procedure.
    pub id: String,
    /// What it is called on the receipt.
    pub name: Words,
    /// Charge or duty.
    pub kind: FeeKind,
    /// How much.
    pub amount: FeeAmount,
    /// Only under this circumstance.
    pub when: Option<String>,
    /// Not under this circumstance.
    pub unless: Option<String>,
    /// Codes of the exemptions that it knows.
    pub exempt: Vec<String>,
    /// When it is collected.
    pub collect: Collect,
    /// How sure and from where.
    pub verified: Verified,
}

/// Why somebody owes less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Code in `exemptions.toml`.
    pub code: String,
    /// What it is called.
    pub name: Words,
    /// Percent that falls away: 100 for an exemption, less for a reduction.
    pub percent: u8,
    /// Data base that can prove it.
    pub proof: Option<String>,
    /// How sure and from where.
    pub verified: Verified,
}

/// What is counted: one paper (or the dossier itself) with its pages, copies and cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// Pages of the original.
    pub pages: u32,
    /// Copies asked for.
    pub copies: u32,
    /// Cases: papers on which signatures are certified, transactions, …
    pub cases: u32,
}

impl Quantity {
    /// One page, one copy, one case: what most procedures count.
    pub const ONE: Self = Self {
        pages: 1,
        copies: 1,
        cases: 1,
    };

    const MOST_PAGES: u32 = 100_000;
    const MOST_COPIES: u32 = 10_000;

    fn check(self) -> Result<Self, FeeError> {
        let fits = (1..=Self::MOST_PAGES).contains(&self.pages)
            && (1..=Self::MOST_COPIES).contains(&self.copies)
            && (1..=Self::MOST_COPIES).contains(&self.cases);
        if fits {
            Ok(self)
        } else {
            Err(FeeError::Quantity(self))
        }
    }
}

/// Which counts the fees of a procedure depend on, so that only those are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeeCounts {
    /// Pages of the original.
    pub pages: bool,
    /// Copies.
    pub copies: bool,
    /// Cases.
    pub cases: bool,
}

/// The counts on which these fees depend on a day in a province.
pub fn counts(rules: &[FeeRule], tables: &FeeTables, province: &str, day: Date) -> FeeCounts {
    let mut counts = FeeCounts::default();
    for rule in rules {
        let amount = match &rule.amount {
            FeeAmount::Province { table } => tables.get(province, table, day).map(|set| &set.amount),
            amount => Some(amount),
        };
        match amount {
            Some(FeeAmount::PerPage { .. }) => (counts.pages, counts.copies) = (true, true),
            Some(FeeAmount::PerCopy(_)) => counts.copies = true,
            Some(FeeAmount::PerCase(_)) => counts.cases = true,
            Some(FeeAmount::Free | FeeAmount::Flat(_) | FeeAmount::Province { .. }) | None => {}
        }
    }
    counts
}

/// Why a fee cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeeError {
    /// Zero, or more than anybody can mean.
    #[error("{0:?}: pages must be 1 to 100000, copies and cases 1 to 10000")]
    Quantity(Quantity),
    /// The exemption does not hold for any fee of this procedure that is owed now.
    #[error("exemption '{0}' does not apply to any fee of this dossier")]
    ExemptionNotAllowed(String),
}

/// One step of an explanation: a message key and its arguments; the words live in the locales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Fluent key, `fee-why-…`.
    pub key: String,
    /// Arguments by name; amounts in đồng, numbers as they are.
    pub args: Vec<(String, i64)>,
}

impl Explanation {
    fn new(key: &str, args: &[(&str, i64)]) -> Self {
        Self {
            key: key.to_owned(),
            args: args
                .iter()
                .map(|(name, value)| ((*name).to_owned(), *value))
                .collect(),
        }
    }
}

/// One line of what is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeLine {
    /// Id of the rule.
    pub rule: String,
    /// Which of the quantities, from 0.
    pub item: usize,
    /// What it is called.
    pub name: Words,
    /// Charge or duty.
    pub kind: FeeKind,
    /// When it is collected.
    pub collect: Collect,
    /// Before any exemption.
    pub full: Dong,
    /// What the exemption takes away.
    pub reduction: Dong,
    /// What is to be paid: full less reduction.
    pub due: Dong,
    /// Code of the exemption that was applied.
    pub exemption: Option<String>,
    /// How it came about.
    pub why: Vec<Explanation>,
    /// How sure the amount is.
    pub verified: Verified,
}

/// A fee that the province must set and whose amount is not in the packs: the counter asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsetFee {
    /// Id of the rule.
    pub rule: String,
    /// What it is called.
    pub name: Words,
    /// Id of the provincial fee.
    pub table: String,
}

/// All that is owed for a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Charge {
    /// Line by line.
    pub lines: Vec<ChargeLine>,
    /// Fees whose amount nobody has entered.
    pub unset: Vec<UnsetFee>,
}

impl Charge {
    /// What is to be paid in all.
    pub fn total(&self) -> Dong {
        self.lines.iter().map(|line| line.due).sum()
    }
}

/// What a fee depends on beside its rule.
#[derive(Debug, Clone, Copy)]
pub struct FeeQuery<'a> {
    /// The papers; [`Quantity::ONE`] where nothing is counted.
    pub items: &'a [Quantity],
    /// Circumstances that hold.
    pub circumstances: &'a BTreeSet<String>,
    /// The exemption claimed, if any.
    pub exemption: Option<&'a Exemption>,
    /// Code of the province.
    pub province: &'a str,
    /// The day whose fees hold: that of reception.
    pub day: Date,
}

/// Evaluates the fees of a procedure.
///
/// Flat fees are owed once, all others for each item. A procedure without rules, or with free ones only, owes
/// nothing and says so in its lines.
///
/// # Errors
/// A quantity that cannot be meant, or an exemption that none of the fees knows.
pub fn assess(rules: &[FeeRule], tables: &FeeTables, query: FeeQuery<'_>) -> Result<Charge, FeeError> {
    let mut charge = Charge::default();
    let holds = |rule: &&FeeRule| {
        rule.when
            .as_ref()
            .is_none_or(|when| query.circumstances.contains(when))
            && rule
                .unless
                .as_ref()
                .is_none_or(|unless| !query.circumstances.contains(unless))
    };
    for item in query.items {
        item.check()?;
    }
    for rule in rules.iter().filter(holds) {
        let Some(amount) = resolve(rule, tables, query) else {
            if let FeeAmount::Province { table } = &rule.amount {
                charge.unset.push(UnsetFee {
                    rule: rule.id.clone(),
                    name: rule.name.clone(),
                    table: table.clone(),
                });
            }
            continue;
        };
        let (amount, verified) = amount;
        let once = matches!(amount, FeeAmount::Free | FeeAmount::Flat(_));
        let items = query.items.iter().take(if once { 1 } else { usize::MAX });
        for (item, quantity) in items.enumerate() {
            let (full, why) = price(&amount, *quantity);
            charge
                .lines
                .push(line(rule, item, full, why, verified.clone(), query.exemption));
        }
    }
    match query.exemption {
        Some(exemption)
            if !rules
                .iter()
                .filter(holds)
                .any(|rule| rule.exempt.contains(&exemption.code)) =>
        {
            Err(FeeError::ExemptionNotAllowed(exemption.code.clone()))
        }
        _ => Ok(charge),
    }
}

/// The amount and how sure it is; none when the province's amount is not in the packs.
fn resolve(rule: &FeeRule, tables: &FeeTables, query: FeeQuery<'_>) -> Option<(FeeAmount, Verified)> {
    match &rule.amount {
        FeeAmount::Province { table } => {
            let set = tables.get(query.province, table, query.day)?;
            Some((set.amount.clone(), set.verified.clone()))
        }
        amount => Some((amount.clone(), rule.verified.clone())),
    }
}

fn price(amount: &FeeAmount, quantity: Quantity) -> (Dong, Vec<Explanation>) {
    let times = |each: Dong, count: u32, key: &str| {
        let total = each.0 * i64::from(count);
        (
            Dong(total),
            vec![Explanation::new(
                key,
                &[("count", i64::from(count)), ("each", each.0), ("amount", total)],
            )],
        )
    };
    match amount {
        // A province's table holds no reference to another table; the parser sees to it.
        FeeAmount::Free | FeeAmount::Province { .. } => {
            (Dong(0), vec![Explanation::new("fee-why-free", &[])])
        }
        FeeAmount::Flat(each) => (
            *each,
            vec![Explanation::new("fee-why-flat", &[("amount", each.0)])],
        ),
        FeeAmount::PerCase(each) => times(*each, quantity.cases, "fee-why-cases"),
        FeeAmount::PerCopy(each) => times(*each, quantity.copies, "fee-why-copies"),
        FeeAmount::PerPage { tiers, cap_per_copy } => per_page(tiers, *cap_per_copy, quantity),
    }
}

fn per_page(tiers: &[PageTier], cap: Option<Dong>, quantity: Quantity) -> (Dong, Vec<Explanation>) {
    let mut why = Vec::new();
    let (mut left, mut first, mut one_copy) = (quantity.pages, 1, 0);
    for tier in tiers {
        let pages = tier.pages.unwrap_or(left).min(left);
        if pages == 0 {
            break;
        }
        let amount = tier.each.0 * i64::from(pages);
        let (from, to) = (i64::from(first), i64::from(first + pages - 1));
        why.push(Explanation::new(
            "fee-why-pages",
            &[
                ("from", from),
                ("to", to),
                ("each", tier.each.0),
                ("amount", amount),
            ],
        ));
        (left, first, one_copy) = (left - pages, first + pages, one_copy + amount);
    }
    if let Some(cap) = cap.filter(|cap| one_copy > cap.0) {
        why.push(Explanation::new(
            "fee-why-cap",
            &[("before", one_copy), ("amount", cap.0)],
        ));
        one_copy = cap.0;
    }
    let total = one_copy * i64::from(quantity.copies);
    if quantity.copies > 1 {
        let args = [
            ("count", i64::from(quantity.copies)),
            ("each", one_copy),
            ("amount", total),
        ];
        why.push(Explanation::new("fee-why-copies", &args));
    }
    (Dong(total), why)
}

fn line(
    rule: &FeeRule,
    item: usize,
    full: Dong,
    mut why: Vec<Explanation>,
    verified: Verified,
    exemption: Option<&Exemption>,
) -> ChargeLine {
    let applied = exemption.filter(|exemption| rule.exempt.contains(&exemption.code));
    let reduction = applied.map_or(Dong(0), |exemption| {
        Dong(full.0 * i64::from(exemption.percent.min(100)) / 100)
    });
    if let Some(exemption) = applied {
        why.push(Explanation::new(
            "fee-why-exempt",
            &[("percent", i64::from(exemption.percent)), ("amount", reduction.0)],
        ));
    }
    ChargeLine {
        rule: rule.id.clone(),
        item,
        name: rule.name.clone(),
        kind: rule.kind,
        collect: rule.collect,
        full,
        reduction,
        due: Dong(full.0 - reduction.0),
        exemption: applied.map(|exemption| exemption.code.clone()),
        why,
        verified,
    }
}

//! What provinces set: fee kinds, one table a province, and the exemptions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{Exemption, FeeAmount};
use crate::money::Dong;
use crate::pack::{PackFile, PackProblem, toml_date};
use crate::words::{Mark, Verified, Words};

/// One amount that a province has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvincialFee {
    /// Id of the fee in `fees/kinds.toml`.
    pub id: String,
    /// Flat, per case or per copy.
    pub amount: FeeAmount,
    /// First day on which it holds.
    pub from: Date,
    /// Last day; none until further notice.
    pub to: Option<Date>,
    /// How sure and from where.
    pub verified: Verified,
}

/// The fee tables of all provinces that have one.
#[derive(Debug, Clone, Default)]
pub struct FeeTables {
    by_province: BTreeMap<String, Vec<ProvincialFee>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    province: Spanned<String>,
    verified: Mark,
    source: String,
    #[serde(default)]
    fee: Vec<RawFee>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFee {
    id: Spanned<String>,
    amount: i64,
    per: Spanned<String>,
    from: Spanned<Datetime>,
    to: Option<Spanned<Datetime>>,
    verified: Option<Mark>,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKinds {
    kind: Vec<RawKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    id: String,
    name: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExemptions {
    exemption: Vec<RawExemption>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExemption {
    code: Spanned<String>,
    name: Words,
    percent: u8,
    proof: Option<String>,
    verified: Mark,
    source: String,
}

/// The kinds of fee that provinces set (`fees/kinds.toml`), by id.
///
/// # Errors
/// A file that is not of this form.
pub fn parse_fee_kinds(file: PackFile<'_>) -> Result<BTreeMap<String, Words>, Vec<PackProblem>> {
    let raw: RawKinds = file.toml().map_err(|problem| vec![problem])?;
    Ok(raw.kind.into_iter().map(|kind| (kind.id, kind.name)).collect())
}

/// The exemptions (`exemptions.toml`).
///
/// # Errors
/// A code that stands twice, or more than 100 percent.
pub fn parse_exemptions(file: PackFile<'_>) -> Result<Vec<Exemption>, Vec<PackProblem>> {
    let raw: RawExemptions = file.toml().map_err(|problem| vec![problem])?;
    let (mut seen, mut problems) = (BTreeSet::new(), Vec::new());
    for exemption in &raw.exemption {
        let at = exemption.code.span().start;
        if !seen.insert(exemption.code.get_ref().clone()) {
            problems.push(file.problem_at(
                at,
                format!("exemption '{}' stands here twice", exemption.code.get_ref()),
            ));
        }
        if !(1..=100).contains(&exemption.percent) {
            problems.push(file.problem_at(at, "percent must be 1 to 100"));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let exemptions = raw.exemption.into_iter().map(|raw| Exemption {
        code: raw.code.into_inner(),
        name: raw.name,
        percent: raw.percent,
        proof: raw.proof,
        verified: Verified {
            mark: raw.verified,
            source: raw.source,
        },
    });
    Ok(exemptions.collect())
}

impl FeeTables {
    /// Adds a province's table; `kinds` are the ids that a province may set.
    ///
    /// # Errors
    /// An unknown id, a negative amount, a bad date, two amounts for one day.
    pub fn add(&mut self, file: PackFile<'_>, kinds: &BTreeSet<String>) -> Result<(), Vec<PackProblem>> {
        let raw: RawTable = file.toml().map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        let province = raw.province.get_ref();
        if province.len() != 2 || !province.bytes().all(|byte| byte.is_ascii_digit()) {
            let reason = format!("province '{province}' is not a code of two digits");
            problems.push(file.problem_at(raw.province.span().start, reason));
        }
        let default = Verified {
            mark: raw.verified,
            source: raw.source,
        };
        let mut fees: Vec<ProvincialFee> = Vec::new();
        for fee in raw.fee {
            let at = fee.id.span().start;
            match ProvincialFee::read(fee, &default, kinds) {
                Ok(fee)
                    if fees
                        .iter()
                        .any(|other| other.id == fee.id && other.overlaps(&fee)) =>
                {
                    problems.push(file.problem_at(at, format!("'{}' has two amounts for one day", fee.id)));
                }
                Ok(fee) => fees.push(fee),
                Err(reason) => problems.push(file.problem_at(at, reason)),
            }
        }
        if problems.is_empty() {
            self.by_province.insert(raw.province.into_inner(), fees);
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// What a province charges on a day; none when its table does not say.
    pub fn get(&self, province: &str, id: &str, day: Date) -> Option<&ProvincialFee> {
        let fees = self.by_province.get(province)?;
        fees.iter()
            .find(|fee| fee.id == id && fee.from <= day && fee.to.is_none_or(|last| day <= last))
    }

    /// Codes of the provinces that have a table.
    pub fn provinces(&self) -> impl Iterator<Item = &str> {
        self.by_province.keys().map(String::as_str)
    }
}

impl ProvincialFee {
    fn read(raw: RawFee, default: &Verified, kinds: &BTreeSet<String>) -> Result<Self, String> {
        let each = Dong(raw.amount);
        let amount = match raw.per.get_ref().as_str() {
            "dossier" => FeeAmount::Flat(each),
            "case" => FeeAmount::PerCase(each),
            "copy" => FeeAmount::PerCopy(each),
            other => return Err(format!("per '{other}' is not dossier, case or copy")),
        };
        if !kinds.contains(raw.id.get_ref()) {
            return Err(format!(
                "fee '{}' does not stand in fees/kinds.toml",
                raw.id.get_ref()
            ));
        }
        if raw.amount < 0 {
            return Err("amount is negative".to_owned());
        }
        Ok(Self {
            id: raw.id.into_inner(),
            amount,
            from: toml_date(raw.from.get_ref())?,
            to: raw.to.map(|date| toml_date(date.get_ref())).transpose()?,
            verified: Verified {
                mark: raw.verified.unwrap_or(default.mark),
                source: raw.source.unwrap_or_else(|| default.source.clone()),
            },
        })
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|last| other.from <= last) && other.to.is_none_or(|last| self.from <= last)
    }
}

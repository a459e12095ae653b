//! Vectors of the national fees, and properties that hold for all.

use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::money::Dong;
use crate::pack::PackFile;
use crate::words::{Mark, Verified, Words};

fn verified() -> Verified {
    Verified {
        mark: Mark::High,
        source: "226/2016/TT-BTC".to_owned(),
    }
}

fn rule(id: &str, amount: FeeAmount) -> FeeRule {
    FeeRule {
        id: id.to_owned(),
        name: Words {
            vi: id.to_owned(),
            en: id.to_owned(),
        },
        kind: FeeKind::Charge,
        amount,
        when: None,
        unless: None,
        exempt: vec!["poor".to_owned()],
        collect: Collect::Reception,
        verified: verified(),
    }
}

/// Certified copies: 2,000 đ for each of the first two pages, 1,000 đ from the third, at most 200,000 đ a copy.
fn certified_copy() -> FeeRule {
    let tiers = vec![
        PageTier {
            pages: Some(2),
            each: Dong(2000),
        },
        PageTier {
            pages: None,
            each: Dong(1000),
        },
    ];
    rule(
        "copy",
        FeeAmount::PerPage {
            tiers,
            cap_per_copy: Some(Dong(200_000)),
        },
    )
}

fn exemption(percent: u8) -> Exemption {
    let name = Words {
        vi: "hộ nghèo".to_owned(),
        en: "poor household".to_owned(),
    };
    Exemption {
        code: "poor".to_owned(),
        name,
        percent,
        proof: None,
        verified: verified(),
    }
}

fn charge(
    rules: &[FeeRule],
    items: &[Quantity],
    exemption: Option<&Exemption>,
    holds: &[&str],
) -> Result<Charge, FeeError> {
    let circumstances: BTreeSet<String> = holds.iter().map(|id| (*id).to_owned()).collect();
    let mut tables = FeeTables::default();
    let kinds = BTreeSet::from(["late-birth".to_owned()]);
    let text = "province = \"68\"\nverified = \"L\"\nsource = \"an example\"\n[[fee]]\nid = \"late-birth\"\namount = 8000\nper = \"dossier\"\nfrom = 2025-07-01\nto = 2025-12-31\n";
    tables
        .add(
            PackFile {
                path: "fees/68.toml",
                text,
            },
            &kinds,
        )
        .expect("a good table");
    let query = FeeQuery {
        items,
        circumstances: &circumstances,
        exemption,
        province: "68",
        day: date(2025, 7, 15),
    };
    assess(rules, &tables, query)
}

fn pages(pages: u32, copies: u32) -> Quantity {
    Quantity {
        pages,
        copies,
        cases: 1,
    }
}

#[test]
fn certified_copies_cost_what_the_circular_says() {
    // pages of the original, copies, đồng
    let vectors = [
        (1, 1, 2000),
        (2, 1, 4000),
        (3, 1, 5000),
        (3, 4, 20_000),
        (120, 1, 122_000),
        (198, 1, 200_000),
        (199, 1, 200_000),
        (1000, 3, 600_000),
    ];
    for (count, copies, expected) in vectors {
        let total = charge(&[certified_copy()], &[pages(count, copies)], None, &[])
            .expect("a fee")
            .total();
        assert_eq!(total, Dong(expected), "{count} pages, {copies} copies");
    }
}

#[test]
fn every_paper_of_a_batch_has_its_own_line_and_cap() {
    let charge = charge(&[certified_copy()], &[pages(1, 2), pages(500, 1)], None, &[]).expect("a fee");
    let lines: Vec<(usize, i64)> = charge.lines.iter().map(|line| (line.item, line.due.0)).collect();
    assert_eq!(lines, [(0, 4000), (1, 200_000)]);
}

#[test]
fn a_line_explains_pages_cap_and_copies() {
    let charge = charge(&[certified_copy()], &[pages(300, 2)], None, &[]).expect("a fee");
    let told: Vec<String> = charge.lines[0]
        .why
        .iter()
        .map(|step| format!("{} {:?}", step.key, step.args))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    fee-why-pages [("from", 1), ("to", 2), ("each", 2000), ("amount", 4000)]
    fee-why-pages [("from", 3), ("to", 300), ("each", 1000), ("amount", 298000)]
    fee-why-cap [("before", 302000), ("amount", 200000)]
    fee-why-copies [("count", 2), ("each", 200000), ("amount", 400000)]
    "#);
}

#[test]
fn cases_copies_and_flat_fees_are_counted_as_they_say() {
    let three = [Quantity {
        pages: 9,
        copies: 4,
        cases: 3,
    }];
    let total = |amount| {
        charge(&[rule("x", amount)], &three, None, &[])
            .expect("a fee")
            .total()
    };
    assert_eq!(total(FeeAmount::PerCase(Dong(10_000))), Dong(30_000));
    assert_eq!(total(FeeAmount::PerCopy(Dong(8000))), Dong(32_000));
    assert_eq!(total(FeeAmount::Flat(Dong(50_000))), Dong(50_000));
    assert_eq!(total(FeeAmount::Free), Dong(0));
    let twice = [Quantity::ONE, Quantity::ONE];
    assert_eq!(
        charge(&[rule("x", FeeAmount::Flat(Dong(5)))], &twice, None, &[])
            .expect("a fee")
            .total(),
        Dong(5)
    );
}

#[test]
fn an_exemption_frees_and_a_reduction_reduces_and_both_say_why() {
    let free = exemption(100);
    let free = charge(&[certified_copy()], &[pages(3, 1)], Some(&free), &[]).expect("exempt");
    assert_eq!((free.lines[0].full, free.lines[0].due), (Dong(5000), Dong(0)));
    assert_eq!(free.lines[0].exemption.as_deref(), Some("poor"));
    assert_eq!(
        free.lines[0].why.last().map(|step| step.key.as_str()),
        Some("fee-why-exempt")
    );
    let half = exemption(50);
    assert_eq!(
        charge(&[certified_copy()], &[pages(3, 1)], Some(&half), &[])
            .expect("reduced")
            .total(),
        Dong(2500)
    );
}

#[test]
fn an_exemption_that_no_fee_knows_is_refused() {
    let other = Exemption {
        code: "merit".to_owned(),
        ..exemption(100)
    };
    let refused = charge(&[certified_copy()], &[pages(1, 1)], Some(&other), &[]);
    assert_eq!(refused, Err(FeeError::ExemptionNotAllowed("merit".to_owned())));
}

#[test]
fn a_fee_holds_only_under_its_circumstance() {
    let late = FeeRule {
        when: Some("late".to_owned()),
        ..rule(
            "late",
            FeeAmount::Province {
                table: "late-birth".to_owned(),
            },
        )
    };
    let in_time = FeeRule {
        unless: Some("late".to_owned()),
        ..rule("in-time", FeeAmount::Free)
    };
    let rules = [late, in_time];
    let due = |holds: &[&str]| charge(&rules, &[Quantity::ONE], None, holds).expect("a fee");
    assert_eq!((due(&[]).total(), due(&[]).lines.len()), (Dong(0), 1));
    let late = due(&["late"]);
    assert_eq!(
        (late.total(), late.lines[0].verified.mark),
        (Dong(8000), Mark::Low)
    );
}

#[test]
fn a_fee_that_the_province_has_not_set_is_asked_for_not_guessed() {
    let unknown = rule(
        "hkd",
        FeeAmount::Province {
            table: "business".to_owned(),
        },
    );
    let charge = charge(&[unknown], &[Quantity::ONE], None, &[]).expect("no error");
    assert_eq!(
        (charge.lines.len(), charge.unset[0].table.as_str()),
        (0, "business")
    );
}

#[test]
fn quantities_that_cannot_be_meant_are_refused() {
    for (count, copies) in [(0, 1), (1, 0), (100_001, 1), (1, u32::MAX)] {
        let refused = charge(&[certified_copy()], &[pages(count, copies)], None, &[]);
        assert!(matches!(refused, Err(FeeError::Quantity(_))), "{count} {copies}");
    }
}

#[test]
fn a_wrong_fee_table_is_told_with_line_and_reason() {
    let kinds = BTreeSet::from(["a".to_owned()]);
    let text = "province = \"6\"\nverified = \"L\"\nsource = \"x\"\n[[fee]]\nid = \"a\"\namount = -1\nper = \"copy\"\nfrom = 2025-07-01\n[[fee]]\nid = \"b\"\namount = 1\nper = \"page\"\nfrom = 2025-07-01\n[[fee]]\nid = \"a\"\namount = 1\nper = \"copy\"\nfrom = 2025-07-01\n[[fee]]\nid = \"a\"\namount = 2\nper = \"copy\"\nfrom = 2026-07-01\n";
    let problems = FeeTables::default()
        .add(
            PackFile {
                path: "fees/6.toml",
                text,
            },
            &kinds,
        )
        .expect_err("wrong");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    fees/6.toml:1: province '6' is not a code of two digits
    fees/6.toml:5: amount is negative
    fees/6.toml:10: per 'page' is not dossier, case or copy
    fees/6.toml:20: 'a' has two amounts for one day
    ");
}

proptest! {
    #[test]
    fn more_pages_or_copies_never_cost_less(count in 1..2000u32, copies in 1..50u32) {
        let total = |p, c| charge(&[certified_copy()], &[pages(p, c)], None, &[]).expect("a fee").total();
        prop_assert!(total(count + 1, copies) >= total(count, copies));
        prop_assert!(total(count, copies + 1) > total(count, copies));
        prop_assert_eq!(total(count, copies).0, total(count, 1).0 * i64::from(copies));
    }

    #[test]
    fn no_copy_costs_more_than_the_cap_and_no_exemption_makes_it_negative(count in 1..100_000u32, percent in 0..=100u8) {
        let exemption = exemption(percent);
        let charge = charge(&[certified_copy()], &[pages(count, 1)], Some(&exemption), &[]).expect("a fee");
        let line = &charge.lines[0];
        prop_assert!(line.full.0 <= 200_000 && line.due.0 >= 0);
        prop_assert_eq!(line.due + line.reduction, line.full);
        // The steps before the cap add up to what the cap cut, or to the whole.
        let sum: i64 = line.why.iter().filter(|step| step.key == "fee-why-pages").map(|step| step.args[3].1).sum();
        prop_assert_eq!(sum.min(200_000), line.full.0);
    }
}

//! The fee of certified copies comes from the pack, as Circular 226/2016/TT-BTC counts it.

use jiff::civil::date;
use townhall_app::error::AppError;
use townhall_app::express::quote;
use townhall_app::packs::Packs;
use townhall_domain::fee::Quantity;
use townhall_domain::ids::UnitId;
use townhall_domain::money::Dong;

fn packs() -> Packs {
    Packs::load(None).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn unit() -> UnitId {
    "24682-20250701".parse().expect("a unit")
}

fn fee(papers: &[(u32, u32)]) -> Dong {
    let items: Vec<Quantity> = papers
        .iter()
        .map(|(pages, copies)| Quantity {
            pages: *pages,
            copies: *copies,
            cases: 1,
        })
        .collect();
    quote(&packs(), &unit(), date(2025, 8, 5), &items, None)
        .expect("a fee")
        .total()
}

#[test]
fn two_thousand_a_page_one_thousand_from_the_third_and_at_most_two_hundred_thousand_a_copy() {
    for (pages, copies, wanted) in [
        (1, 1, 2_000),
        (2, 1, 4_000),
        (3, 1, 5_000),
        (6, 3, 24_000),
        (9, 2, 22_000),
        (28, 2, 60_000),
        (197, 1, 199_000),
        (198, 1, 200_000),
        (199, 1, 200_000),
        (5_000, 2, 400_000),
    ] {
        assert_eq!(
            fee(&[(pages, copies)]),
            Dong(wanted),
            "{pages} pages, {copies} copies"
        );
    }
    // Each paper is counted by itself: the cheap pages of one do not lend themselves to another.
    assert_eq!(fee(&[(2, 1), (2, 1)]), Dong(8_000));
    assert_eq!(fee(&[]), Dong(0));
}

#[test]
fn an_exemption_that_the_fee_does_not_know_is_refused() {
    let items = [Quantity::ONE];
    for code in ["merit", "no-such"] {
        let refused = quote(&packs(), &unit(), date(2025, 8, 5), &items, Some(code));
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{code}");
    }
}

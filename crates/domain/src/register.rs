//! Register books: gapless numbers of a unit, a book and a year, and what an entry holds.
//!
//! A book is opened by its first entry of a year and begins again at 1 with the next year. An entry is never
//! deleted: it is struck out with a reason, or corrected with the old value kept (Decree 23/2015/NĐ-CP and Circular
//! 01/2020/TT-BTP for certification; Law 60/2014/QH13 for civil status). Which books there are is data
//! (`numbering.toml`); what the law says of their numbers is here.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dossier::parts::stored_words;
use crate::ids::UnitId;

stored_words!(
    /// Which law keeps a book; the index shows the books in these groups.
    BookFamily {
        /// Certification of copies, signatures and transactions.
        Certification = "certification",
        /// Births, deaths, marriages and what follows from them.
        CivilStatus = "civil_status",
        /// Everything else that is numbered.
        Other = "other",
    }
);

/// A book of one unit in one year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Book {
    /// Whose it is.
    pub unit: UnitId,
    /// Id of the book in `numbering.toml`: `certified-copy`, `birth`.
    pub book: String,
    /// The year of its numbers.
    pub year: i16,
}

impl Book {
    /// Name of the counter from which its numbers are taken, within the unit.
    pub fn counter(&self) -> String {
        format!("{}{}:{}", Self::COUNTERS, self.book, self.year)
    }

    /// How the names of all such counters begin.
    pub const COUNTERS: &'static str = "book:";

    /// Reads the name of a counter back; none when it is another kind of counter.
    pub fn of_counter(unit: &UnitId, name: &str) -> Option<Self> {
        let (book, year) = name.strip_prefix(Self::COUNTERS)?.rsplit_once(':')?;
        Some(Self {
            unit: unit.clone(),
            book: book.to_owned(),
            year: year.parse().ok()?,
        })
    }
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} of {}", self.book, self.year, self.unit)
    }
}

/// A number in a book.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BookNumber {
    /// The book.
    pub book: Book,
    /// 1, 2, 3 … without a gap.
    pub number: i64,
}

/// What is wrong with the numbers of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// Numbers are missing.
    #[error("numbers {from} to {to} are missing")]
    Gap {
        /// First that is missing.
        from: i64,
        /// Last that is missing.
        to: i64,
    },
    /// A number was given twice.
    #[error("number {0} stands twice")]
    Double(i64),
    /// A number below 1.
    #[error("number {0} is none")]
    Wrong(i64),
    /// A higher number was entered before a lower one.
    #[error("number {0} was entered before number {before}", before = .0 - 1)]
    Order(i64),
    /// The counter knows of numbers that are not there, or of fewer than are there.
    #[error("the counter stands at {counter}, the last entry is number {last}")]
    Counter {
        /// Where the counter stands; 0 when there is none.
        counter: i64,
        /// The highest number that is there; 0 when there is none.
        last: i64,
    },
}

/// Looks at all numbers of a book in ascending order, with the instants of their entries, and at its counter.
pub fn number_faults(entries: &[(i64, Timestamp)], counter: i64) -> Vec<NumberFault> {
    let mut faults = Vec::new();
    let mut last = 0;
    let mut before: Option<Timestamp> = None;
    for (number, at) in entries {
        match *number {
            number if number < 1 => {
                faults.push(NumberFault::Wrong(number));
                continue;
            }
            number if number == last => faults.push(NumberFault::Double(number)),
            number if number > last + 1 => faults.push(NumberFault::Gap {
                from: last + 1,
                to: number - 1,
            }),
            _ => {}
        }
        if before.is_some_and(|before| *at < before) {
            faults.push(NumberFault::Order(*number));
        }
        last = *number;
        before = Some(*at);
    }
    if counter != last {
        faults.push(NumberFault::Counter { counter, last });
    }
    faults
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_751_328_000 + second).expect("in range")
    }

    fn written(numbers: &[i64]) -> Vec<(i64, Timestamp)> {
        let places = 0..i64::try_from(numbers.len()).expect("few");
        numbers.iter().copied().zip(places.map(at)).collect()
    }

    #[test]
    fn a_book_without_a_gap_is_in_order() {
        assert_eq!(number_faults(&written(&[1, 2, 3]), 3), []);
        assert_eq!(number_faults(&[], 0), []);
    }

    #[test]
    fn a_removed_tail_a_gap_a_double_and_a_swap_are_told() {
        assert_eq!(
            number_faults(&written(&[1, 2]), 3),
            [NumberFault::Counter { counter: 3, last: 2 }]
        );
        assert_eq!(
            number_faults(&written(&[1, 2, 5]), 5),
            [NumberFault::Gap { from: 3, to: 4 }]
        );
        assert_eq!(
            number_faults(&written(&[2]), 2),
            [NumberFault::Gap { from: 1, to: 1 }]
        );
        assert_eq!(number_faults(&written(&[1, 1, 2]), 2), [NumberFault::Double(1)]);
        assert_eq!(number_faults(&written(&[0, 1]), 1), [NumberFault::Wrong(0)]);
        let swapped = [(1, at(5)), (2, at(1)), (3, at(9))];
        assert_eq!(number_faults(&swapped, 3), [NumberFault::Order(2)]);
        assert_eq!(
            NumberFault::Order(2).to_string(),
            "number 2 was entered before number 1"
        );
    }

    #[test]
    fn a_counter_is_read_back_as_the_book_it_belongs_to() {
        let book = Book {
            unit: "24682-20250701".parse().expect("unit"),
            book: "certified-copy".to_owned(),
            year: 2025,
        };
        assert_eq!(book.counter(), "book:certified-copy:2025");
        assert_eq!(Book::of_counter(&book.unit, &book.counter()), Some(book.clone()));
        assert_eq!(Book::of_counter(&book.unit, "fee-receipt:2025"), None);
        assert_eq!(Book::of_counter(&book.unit, "book:birth:soon"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_taken_out_of_a_book_is_found(many in 1_i64..60, out in 0_usize..60) {
            let mut numbers: Vec<i64> = (1..=many).collect();
            let out = out % numbers.len();
            numbers.remove(out);
            prop_assert!(!number_faults(&written(&numbers), many).is_empty());
        }
    }
}

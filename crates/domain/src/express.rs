//! The express lane for certified copies: what is typed of a paper, and the way of a dossier that is done at once.
//!
//! Legal source: Decree 23/2015/NĐ-CP articles 7, 17 to 22 (same day; received after 15:00 the next working day;
//! the original is compared), Circular 01/2020/TT-BTP (one number for each kind of paper).

use crate::dossier::applicant::clean;
use crate::dossier::{Action, Flow, NotAllowed, State};
use crate::fee::Quantity;

/// The procedure of the lane.
pub const PROCEDURE: &str = "2.000815";
/// The book into which it enters.
pub const BOOK: &str = "certified-copy";

/// Most papers of one requester at one time; whoever brings more is asked to come to the ordinary counter.
pub const MOST_DOCUMENTS: usize = 20;
/// Longest title of a paper.
pub const TITLE_CHARS: usize = 200;
/// Most pages of one original.
pub const MOST_PAGES: u32 = 5_000;
/// Most copies of one original.
pub const MOST_COPIES: u32 = 500;

/// What was typed of one paper, exactly as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentInput {
    /// What it is called.
    pub title: String,
    /// Pages of the original.
    pub pages: String,
    /// Copies asked for.
    pub copies: String,
}

/// One paper of which copies are certified: it takes one number in the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is called.
    pub title: String,
    /// Pages of the original: a page is one side that bears content.
    pub pages: u32,
    /// Copies.
    pub copies: u32,
}

/// A field that could not be taken: its name within the paper and the key of the sentence that says why.
pub type Problem = (&'static str, &'static str);

impl DocumentInput {
    /// Whether nothing was typed but what the form proposes; such a line is left out.
    pub fn is_untouched(&self) -> bool {
        let proposed = |typed: &str| matches!(typed.trim(), "" | "1");
        self.title.trim().is_empty() && proposed(&self.pages) && proposed(&self.copies)
    }

    /// Reads the fields.
    ///
    /// # Errors
    /// Every field that cannot be taken, at once.
    pub fn parse(&self) -> Result<Document, Vec<Problem>> {
        let mut problems = Vec::new();
        let title = clean(&self.title);
        match &title {
            None => problems.push(("title", "field-control-character")),
            Some(title) if title.is_empty() => problems.push(("title", "express-title-missing")),
            Some(title) if title.chars().count() > TITLE_CHARS => {
                problems.push(("title", "express-title-too-long"));
            }
            Some(_) => {}
        }
        let pages = count(&self.pages, MOST_PAGES);
        let copies = count(&self.copies, MOST_COPIES);
        if pages.is_none() {
            problems.push(("pages", "express-pages-wrong"));
        }
        if copies.is_none() {
            problems.push(("copies", "express-copies-wrong"));
        }
        match (title, pages, copies) {
            (Some(title), Some(pages), Some(copies)) if problems.is_empty() => {
                Ok(Document { title, pages, copies })
            }
            _ => Err(problems),
        }
    }

    /// What the fee counts so far, for the live fee: none while pages or copies are no numbers.
    pub fn quantity(&self) -> Option<Quantity> {
        Some(Quantity {
            pages: count(&self.pages, MOST_PAGES)?,
            copies: count(&self.copies, MOST_COPIES)?,
            cases: 1,
        })
    }
}

impl Document {
    /// What the fee counts.
    pub fn quantity(&self) -> Quantity {
        Quantity {
            pages: self.pages,
            copies: self.copies,
            cases: 1,
        }
    }
}

/// A number from 1 to the most, as digits.
fn count(typed: &str, most: u32) -> Option<u32> {
    let typed = typed.trim();
    let is_number = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| typed.parse().ok())
        .flatten()
        .filter(|count| (1..=most).contains(count))
}

/// The state of a dossier whose copies were compared, signed, numbered and handed over while the citizen waited.
///
/// It goes the whole way of its procedure in one moment: every move is one that the table of states allows.
///
/// # Errors
/// [`NotAllowed`] when the dossier is not one that has just been accepted.
pub fn done_at_once(accepted: State, flow: Flow) -> Result<State, NotAllowed> {
    let mut way = vec![Action::Transfer];
    way.extend(flow.has_assignment.then_some(Action::Assign));
    way.extend([Action::Appraise, Action::Draft, Action::Submit]);
    way.extend(flow.has_review.then_some(Action::Endorse));
    way.push(Action::Approve);
    way.extend(flow.has_numbering.then_some(Action::Issue));
    way.push(Action::Return);
    way.into_iter()
        .try_fold(accepted, |state, action| state.after(action, flow))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(title: &str, pages: &str, copies: &str) -> DocumentInput {
        DocumentInput {
            title: title.to_owned(),
            pages: pages.to_owned(),
            copies: copies.to_owned(),
        }
    }

    #[test]
    fn a_paper_is_read_as_it_is_typed() {
        let read = typed("  Bằng  tốt nghiệp ", " 2", "3 ").parse().expect("a paper");
        assert_eq!(
            (read.title.as_str(), read.pages, read.copies),
            ("Bằng tốt nghiệp", 2, 3)
        );
        // "Đ" typed as two marks is the same text.
        assert_eq!(
            typed("\u{110}iê\u{309}m", "1", "1")
                .parse()
                .expect("a paper")
                .title,
            "Điểm"
        );
    }

    #[test]
    fn every_mistake_of_a_paper_is_told_at_once() {
        assert_eq!(
            typed(" ", "0", "").parse(),
            Err(vec![
                ("title", "express-title-missing"),
                ("pages", "express-pages-wrong"),
                ("copies", "express-copies-wrong")
            ])
        );
        for (pages, copies) in [
            ("-1", "1"),
            ("1.5", "1"),
            ("5001", "1"),
            ("1", "501"),
            ("hai", "1"),
            ("1", "１"),
        ] {
            assert_eq!(
                typed("Bằng", pages, copies).parse().expect_err("refused").len(),
                1,
                "{pages} {copies}"
            );
        }
        assert_eq!(
            typed(&"ă".repeat(201), "1", "1").parse(),
            Err(vec![("title", "express-title-too-long")])
        );
        assert_eq!(
            typed("a\u{0}b", "1", "1").parse(),
            Err(vec![("title", "field-control-character")])
        );
    }

    #[test]
    fn a_line_that_nobody_touched_is_left_out() {
        assert!(typed("", "1", "1").is_untouched() && typed(" ", "", "").is_untouched());
        assert!(!typed("", "2", "1").is_untouched() && !typed("Bằng", "1", "1").is_untouched());
    }

    #[test]
    fn whatever_steps_a_procedure_has_what_is_done_at_once_ends_in_state_10() {
        for bits in 0..8_u8 {
            let flow = Flow {
                has_review: bits & 1 > 0,
                has_assignment: bits & 2 > 0,
                has_members: false,
                has_numbering: bits & 4 > 0,
            };
            let end = done_at_once(State::Accepted, flow).expect("allowed");
            assert_eq!(end.code(), 10, "{flow:?}");
            assert!(done_at_once(State::Returned, flow).is_err());
            assert!(done_at_once(State::Registered, flow).is_err());
        }
    }
}

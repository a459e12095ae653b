//! The express lane for certified copies (2.000815): requester, papers, fee, numbers and receipt in one command.

mod certify;
mod papers;
mod view;

pub use certify::{CertifyCopies, When, certify_copies};
pub use papers::{CountedPaper, counted_papers};
pub use view::{
    Booked, Desk, Quote, SignerChoice, booked, desk, note_of_transfer, quote, quote_of, signers,
    stamp_entries,
};

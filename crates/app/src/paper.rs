//! Files from outside: what they truly are, whether they can be kept, and what they are called.
//!
//! A foreign file is never parsed in this process. [`Inspector`] hands it to a child of the same binary
//! (`townhall inspect-file`) that has little memory, little time and nothing to lose; [`inspect`] is what runs there.

mod inspect;
mod inspector;
mod name;

use townhall_store::StoreError;

pub use inspect::{InspectArgs, Inspection, inspect, run_child};
pub use inspector::{Inspector, Taken};
pub use name::clean_name;

/// The largest file that is taken.
pub const MOST_BYTES: u64 = 50 * 1024 * 1024;

macro_rules! file_problems {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)?) => {
        /// Why a file cannot be kept.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FileProblem { $($(#[$doc])* $variant),* }
        impl FileProblem {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word that the child process says.
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $word),* } }
            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$variant),)* _ => None } }
            /// The key of the sentence for people; it may name the file as `$name`.
            pub fn key(self) -> &'static str { match self { $(Self::$variant => concat!("paper-file-", $word)),* } }
        }
    };
}

file_problems!(
    /// Nothing is in it.
    Empty = "empty",
    /// It is larger than [`MOST_BYTES`].
    TooLarge = "too-large",
    /// It is neither PDF nor JPEG nor PNG.
    Type = "type",
    /// Its name says one type and its content is another.
    NotWhatItSays = "not-what-it-says",
    /// A PDF that needs a password, or forbids something.
    Encrypted = "encrypted",
    /// It cannot be read to the end.
    Damaged = "damaged",
    /// A PDF without pages.
    NoPages = "no-pages",
    /// It unpacks to far more than it weighs.
    Bomb = "bomb",
    /// An image in printer's colours, which PDF/A cannot keep without their profile.
    Cmyk = "cmyk",
    /// An image with more pixels than any scan needs.
    TooManyPixels = "too-many-pixels",
    /// Looking at it took more memory or time than a file may take.
    TooHard = "too-hard",
);

/// A file was not taken: for its own sake, or because something here failed.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The file itself.
    #[error("a file was not taken: {}", .0.as_str())]
    Problem(FileProblem),
    /// The connection ended in the middle of it.
    #[error("the connection ended in the middle of a file")]
    BrokenOff,
    /// The file store or the child process failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FileProblem> for TakeError {
    fn from(problem: FileProblem) -> Self {
        Self::Problem(problem)
    }
}

impl From<std::io::Error> for TakeError {
    fn from(error: std::io::Error) -> Self {
        Self::Store(StoreError::from(error))
    }
}

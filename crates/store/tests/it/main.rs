//! The store on both databases.

mod identity;
mod journal;
mod seam;

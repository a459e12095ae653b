//! The store on both databases.

mod identity;
mod seam;

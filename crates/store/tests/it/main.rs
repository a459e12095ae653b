//! The store on both databases.

mod durability;
mod identity;
mod journal;
mod seam;
mod tasks;

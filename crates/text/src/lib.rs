//! The words people read: locales, dates, numbers, sorting, folding for search.
//!
//! Every visible word lives in `locales/{vi,en}/*.ftl`, one file a capability, and is asked for by its key:
//! `t(Lang::Vi, "dossier-state-received")`. Vietnamese is the source language; a key missing elsewhere falls
//! back to it, and a key missing everywhere shows as `⟦key⟧`, so a page never fails for a word.

pub mod deadline;
mod fold;
mod format;
mod lang;
mod locales;
mod sort;

pub use fold::{fold, initials, nfc, searched};
pub use format::{
    capitalised, date, date_on_paper, date_short, date_time, money, number, percent, ratio_text, time,
    weekday,
};
pub use lang::{Dir, Lang};
pub use locales::{Arg, has, keys, t, t_args};
pub use sort::{name_sort_key, sort_key};

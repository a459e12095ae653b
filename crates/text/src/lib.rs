//! The words people read: locales, dates, numbers, folding for search.
